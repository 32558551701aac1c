"""Tests of whether one method is better than another, on one corpus or over several."""

from skprognet.significance._bayesian import BayesianCVTestResult, bayesian_cv_test
from skprognet.significance._calibrated_ttest import calibrated_cv_ttest
from skprognet.significance._corrected_ttest import corrected_cv_ttest
from skprognet.significance._friedman import FriedmanTestResult, friedman_test
from skprognet.significance._ftest import CVFTestResult, combined_5x2cv_ftest
from skprognet.significance._holm import holm
from skprognet.significance._nemenyi import critical_difference, nemenyi_test
from skprognet.significance._paired import PairedScores, pair_scores
from skprognet.significance._registry import (
    SignificanceTest,
    get_significance_test,
    get_significance_test_names,
)
from skprognet.significance._shrunken_ttest import CVTTestResult
from skprognet.significance._smallest_pvalue import smallest_pvalue
from skprognet.significance._wilcoxon import wilcoxon_test

__all__ = [
    "BayesianCVTestResult",
    "CVFTestResult",
    "CVTTestResult",
    "FriedmanTestResult",
    "PairedScores",
    "SignificanceTest",
    "bayesian_cv_test",
    "calibrated_cv_ttest",
    "combined_5x2cv_ftest",
    "corrected_cv_ttest",
    "critical_difference",
    "friedman_test",
    "get_significance_test",
    "get_significance_test_names",
    "holm",
    "nemenyi_test",
    "pair_scores",
    "smallest_pvalue",
    "wilcoxon_test",
]
