"""Friedman's test of whether methods differ over several corpora, by their ranks on each."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from skprognet.significance._over_corpora import as_corpora


@dataclass(frozen=True, eq=False)
class FriedmanTestResult:
    """Result of Friedman's test; unpacks as ``statistic, pvalue = result``.

    Attributes
    ----------
    statistic : float
        Friedman's chi-squared, corrected for ties.
    pvalue : float
        Probability of such a chi-squared, or a larger one, if no method is better than another.
    df : int
        Degrees of freedom of chi-squared, the number of methods minus 1.
    f_statistic : float
        Iman and Davenport's F, which is less conservative.
    f_pvalue : float
        P-value of F.
    f_df : tuple of int
        The two degrees of freedom of F.
    mean_ranks : ndarray of shape (n_methods,)
        Mean rank of each method over the corpora; 1 is best.

    Examples
    --------
    >>> from skprognet.significance import friedman_test
    >>> result = friedman_test([[0.55, 0.56, 0.59], [0.61, 0.60, 0.63], [0.49, 0.51, 0.53]])
    >>> print(f"chi-squared = {result.statistic:.2f}, p = {result.pvalue:.3f}")
    chi-squared = 4.67, p = 0.097
    >>> result.mean_ranks.round(2)
    array([2.67, 2.33, 1.  ])
    """

    statistic: float
    pvalue: float
    df: int
    f_statistic: float
    f_pvalue: float
    f_df: tuple
    mean_ranks: np.ndarray

    def __iter__(self):
        return iter((self.statistic, self.pvalue))


def _friedman(scores):
    """Return Friedman's chi-squared and its p-value; 0 and 1 if all methods tie everywhere."""
    if (scores == scores[:, :1]).all():
        return 0.0, 1.0
    statistic, pvalue = stats.friedmanchisquare(*scores.T)
    return float(statistic), float(pvalue)


def _iman_davenport(chi2, n_corpora, n_methods):
    """Return Iman and Davenport's F from Friedman's chi-squared, and its p-value."""
    df = n_methods - 1
    room = n_corpora * df - chi2
    # If all corpora rank the methods alike, chi-squared has its largest value, and room is 0.
    f = (n_corpora - 1) * chi2 / room if room > 1e-9 * n_corpora else math.inf
    return f, float(stats.f.sf(f, df, df * (n_corpora - 1)))


def mean_ranks(scores):
    """Return the mean rank of each method; 1 is best, and ties share their ranks."""
    return stats.rankdata(-scores, axis=1).mean(axis=0)


def friedman_test(scores):
    r"""Test whether methods differ over several corpora.

    On each corpus the methods are ranked by their score. Friedman's :math:`\chi^2` tests whether
    the mean ranks of k methods on n corpora differ by more than luck. Iman and Davenport derive
    :math:`F = (n - 1) \chi^2 / (n (k - 1) - \chi^2)` from it, which is less conservative.

    Parameters
    ----------
    scores : array-like of shape (n_corpora, n_methods)
        A score of each method on each corpus, such as the mean over its folds; higher is better.

    Returns
    -------
    FriedmanTestResult
        `statistic`, `pvalue` and `df`; `f_statistic`, `f_pvalue` and `f_df`; `mean_ranks`.

    Raises
    ------
    ValueError
        If `scores` is not a finite table of at least two corpora and three methods.

    See Also
    --------
    nemenyi_test : Tests which of the methods differ.
    skprognet.results.compare_over_corpora : Does both, with verdicts in words.

    Notes
    -----
    If all methods score the same on all corpora, chi-squared and F are 0 and p is 1. If all
    corpora rank the methods alike, F is infinite and its p is 0. If there are ties, chi-squared
    is larger than by Demšar's formula, because it is corrected for them, as in
    :func:`scipy.stats.friedmanchisquare`.

    References
    ----------
    R. L. Iman, J. M. Davenport (1980). "Approximations of the critical region of the Friedman
    statistic", Communications in Statistics - Theory and Methods 9, 571-595.

    J. Demšar (2006). "Statistical Comparisons of Classifiers over Multiple Data Sets", Journal of
    Machine Learning Research 7, 1-30.

    Examples
    --------
    >>> from skprognet.significance import friedman_test
    >>> scores = [[0.55, 0.56, 0.59], [0.61, 0.60, 0.63], [0.49, 0.51, 0.53], [0.66, 0.67, 0.68]]
    >>> statistic, pvalue = friedman_test(scores)
    >>> round(statistic, 2), round(pvalue, 3)
    (6.5, 0.039)
    """
    scores = as_corpora(scores)
    n_corpora, n_methods = scores.shape
    if n_methods < 3:
        raise ValueError(
            f"scores must have at least 3 methods for Friedman's test; got {n_methods}. Compare "
            "two methods with wilcoxon_test."
        )
    chi2, pvalue = _friedman(scores)
    f, f_pvalue = _iman_davenport(chi2, n_corpora, n_methods)
    return FriedmanTestResult(
        statistic=chi2,
        pvalue=pvalue,
        df=n_methods - 1,
        f_statistic=f,
        f_pvalue=f_pvalue,
        f_df=(n_methods - 1, (n_methods - 1) * (n_corpora - 1)),
        mean_ranks=mean_ranks(scores),
    )
