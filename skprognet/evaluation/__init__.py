"""From folds to a verdict: splitters, cross-validation of transfer, tests, comparisons, tables."""

from skprognet.evaluation._comparison import compare_methods
from skprognet.evaluation._significance import calibrated_cv_ttest, corrected_cv_ttest
from skprognet.evaluation._splitters import RepeatedSpeakerStratifiedKFold
from skprognet.evaluation._tables import summary_table
from skprognet.evaluation._transfer import cross_validate_transfer

__all__ = [
    "RepeatedSpeakerStratifiedKFold",
    "calibrated_cv_ttest",
    "compare_methods",
    "corrected_cv_ttest",
    "cross_validate_transfer",
    "summary_table",
]
