"""Tests of whether one method is better than another on the same folds."""

from skprognet.significance._bayesian import BayesianCVTestResult, bayesian_cv_test
from skprognet.significance._cv_ttests import (
    CVTTestResult,
    calibrated_cv_ttest,
    corrected_cv_ttest,
)
from skprognet.significance._ftest import CVFTestResult, combined_5x2cv_ftest

__all__ = [
    "BayesianCVTestResult",
    "CVFTestResult",
    "CVTTestResult",
    "bayesian_cv_test",
    "calibrated_cv_ttest",
    "combined_5x2cv_ftest",
    "corrected_cv_ttest",
]
