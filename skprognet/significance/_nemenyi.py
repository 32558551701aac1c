"""Nemenyi's test of which methods differ over several corpora, by their mean ranks."""

import math

import numpy as np
from scipy import stats

from skprognet._checks import check_number
from skprognet.significance._friedman import mean_ranks
from skprognet.significance._intervals import check_positive_below
from skprognet.significance._over_corpora import as_corpora, for_each_pair


def _rank_error(n_methods, n_corpora):
    """Return the standard error of the difference of two mean ranks if methods do not differ."""
    return math.sqrt(n_methods * (n_methods + 1) / (6 * n_corpora))


def nemenyi_pvalue(rank_difference, n_methods, n_corpora):
    """Return the p-value of a difference of mean ranks, adjusted for all pairs."""
    # The studentised range is in units of the error of one mean, which is smaller by sqrt(2).
    q = math.sqrt(2) * abs(rank_difference) / _rank_error(n_methods, n_corpora)
    return float(stats.studentized_range.sf(q, n_methods, np.inf))


def critical_difference(n_methods, n_corpora, alpha=0.05):
    r"""Return the smallest difference of mean ranks that Nemenyi's test finds significant.

    .. math::

        \mathrm{CD} = \frac{q_{\alpha, k}}{\sqrt{2}} \sqrt{\frac{k (k + 1)}{6 n}}

    for k methods on n corpora, where :math:`q_{\alpha, k}` is the quantile of the studentised
    range with infinitely many degrees of freedom.

    Parameters
    ----------
    n_methods, n_corpora : int
        Numbers of methods and corpora; at least two methods and one corpus.
    alpha : float, default=0.05
        Significance level of the test, between 0 and 1.

    Returns
    -------
    float
        The critical difference of mean ranks.

    Raises
    ------
    TypeError
        If `n_methods` or `n_corpora` is not an integer, or `alpha` is not a number.
    ValueError
        If `n_methods` is below 2, `n_corpora` is below 1, or `alpha` is not between 0 and 1.

    Examples
    --------
    >>> from skprognet.significance import critical_difference
    >>> round(critical_difference(n_methods=3, n_corpora=12), 3)
    0.957
    """
    check_number("n_methods", n_methods, "integer", low=2)
    check_number("n_corpora", n_corpora, "integer", low=1)
    check_positive_below("alpha", alpha, 1)
    q = float(stats.studentized_range.isf(alpha, n_methods, np.inf))
    return q / math.sqrt(2) * _rank_error(n_methods, n_corpora)


def nemenyi_test(scores):
    """Compare all pairs of methods over several corpora, by their mean ranks.

    Parameters
    ----------
    scores : array-like of shape (n_corpora, n_methods)
        A score of each method on each corpus, such as the mean over its folds; higher is better.

    Returns
    -------
    ndarray of shape (n_methods, n_methods)
        The p-value of each pair, already adjusted for the number of pairs; 1 on the diagonal.

    Raises
    ------
    ValueError
        If `scores` is not a finite table of at least two corpora and two methods.

    See Also
    --------
    friedman_test : Tests whether any of the methods differ; run it first.
    wilcoxon_test : Compares each pair without regard to the other methods.

    Notes
    -----
    The result for a pair depends on which other methods are in the table.

    References
    ----------
    J. Demšar (2006). "Statistical Comparisons of Classifiers over Multiple Data Sets", Journal of
    Machine Learning Research 7, 1-30.

    Examples
    --------
    >>> from skprognet.significance import nemenyi_test
    >>> scores = [[0.55, 0.56, 0.59], [0.61, 0.60, 0.63], [0.49, 0.51, 0.53], [0.66, 0.67, 0.68]]
    >>> nemenyi_test(scores).round(3)
    array([[1.   , 0.759, 0.036],
           [0.759, 1.   , 0.181],
           [0.036, 0.181, 1.   ]])
    """
    scores = as_corpora(scores)
    n_corpora, n_methods = scores.shape
    ranks = mean_ranks(scores)
    return for_each_pair(
        lambda i, j: nemenyi_pvalue(ranks[i] - ranks[j], n_methods, n_corpora), n_methods
    )
