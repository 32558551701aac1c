"""From the scores of every fold to comparisons, verdicts and tables."""

from skprognet.results._choose_test import explain_tests
from skprognet.results._compare_methods import compare_methods
from skprognet.results._compare_over_corpora import compare_over_corpora
from skprognet.results._corpora_result import CorporaComparisonResult
from skprognet.results._score_files import SECONDS as SECONDS
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
    "compare_methods",
    "compare_over_corpora",
    "explain_tests",
    "format_table",
    "read_scores",
    "summary_table",
]
