"""From folds to a verdict: splitters, cross-validation of transfer, tests, comparisons, tables."""

from skprognet.evaluation._audit import audit
from skprognet.evaluation._bayesian import BayesianCVTestResult, bayesian_cv_test
from skprognet.evaluation._comparison import compare_methods
from skprognet.evaluation._cv_ttests import (
    CVTTestResult,
    calibrated_cv_ttest,
    corrected_cv_ttest,
)
from skprognet.evaluation._ftest import CVFTestResult, combined_5x2cv_ftest
from skprognet.evaluation._over_corpora import CorporaComparisonResult, compare_over_corpora
from skprognet.evaluation._source_corpus import SourceCorpus
from skprognet.evaluation._splitters import (
    LeaveOneSessionOut,
    RepeatedSpeakerStratifiedKFold,
    RepeatedStratifiedGroupKFold,
)
from skprognet.evaluation._table_formats import format_table
from skprognet.evaluation._tables import summary_table
from skprognet.evaluation._transfer import cross_validate_transfer

__all__ = [
    "BayesianCVTestResult",
    "CVFTestResult",
    "CVTTestResult",
    "CorporaComparisonResult",
    "LeaveOneSessionOut",
    "RepeatedSpeakerStratifiedKFold",
    "RepeatedStratifiedGroupKFold",
    "SourceCorpus",
    "audit",
    "bayesian_cv_test",
    "calibrated_cv_ttest",
    "combined_5x2cv_ftest",
    "compare_methods",
    "compare_over_corpora",
    "corrected_cv_ttest",
    "cross_validate_transfer",
    "format_table",
    "summary_table",
]
