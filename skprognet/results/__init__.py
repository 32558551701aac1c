"""Turn the scores of every fold into comparisons, verdicts and tables."""

from skprognet.results._agreement import agreement_by_method
from skprognet.results._average_over_sources import average_over_sources
from skprognet.results._choose_test import explain_tests
from skprognet.results._class_recalls import recall_by_class
from skprognet.results._compare_methods import compare_methods
from skprognet.results._compare_over_corpora import compare_over_corpora
from skprognet.results._compare_over_corpora import corpora_needed as corpora_needed
from skprognet.results._confusion_counts import confusion_by_method
from skprognet.results._corpora_matrix import corpora_matrix
from skprognet.results._corpora_result import CorporaComparisonResult
from skprognet.results._disputed_rows import most_disputed
from skprognet.results._gap_verdict import more_and_less as more_and_less
from skprognet.results._gap_verdict import why_not_tested as why_not_tested
from skprognet.results._group_gaps import gaps_between_groups
from skprognet.results._group_scores import scores_by_group
from skprognet.results._pairs import choose_pairs as choose_pairs
from skprognet.results._pairs import plain_networks as plain_networks
from skprognet.results._prediction_files import PREDICTION_FILES as PREDICTION_FILES
from skprognet.results._prediction_files import prediction_files as prediction_files
from skprognet.results._prediction_files import read_predictions
from skprognet.results._recall_scores import recall_scores
from skprognet.results._reliability import calibration_by_method, expected_calibration_error
from skprognet.results._score_files import TIMINGS_FILE as TIMINGS_FILE
from skprognet.results._score_files import compressed as compressed
from skprognet.results._score_files import read_csv as read_csv
from skprognet.results._score_files import read_scores
from skprognet.results._score_files import score_files as score_files
from skprognet.results._score_files import to_csv as to_csv
from skprognet.results._summary_table import summary_table
from skprognet.results._table_formats import format_table
from skprognet.results._table_formats import table_in_words as table_in_words

__all__ = [
    "CorporaComparisonResult",
    "agreement_by_method",
    "average_over_sources",
    "calibration_by_method",
    "compare_methods",
    "compare_over_corpora",
    "confusion_by_method",
    "corpora_matrix",
    "expected_calibration_error",
    "explain_tests",
    "format_table",
    "gaps_between_groups",
    "most_disputed",
    "read_predictions",
    "read_scores",
    "recall_by_class",
    "recall_scores",
    "scores_by_group",
    "summary_table",
]
