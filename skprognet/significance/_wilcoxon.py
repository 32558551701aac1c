"""Wilcoxon's signed-rank test: compares methods over several corpora, pair by pair."""

from scipy import stats

from skprognet._scores import DIGITS
from skprognet.significance._over_corpora import as_corpora, for_each_pair


def _wilcoxon(difference):
    """Return the p-value, with zeros split between the signs; 1 if nothing differs."""
    difference = difference.round(DIGITS)
    if not difference.any():
        return 1.0
    return float(stats.wilcoxon(difference, zero_method="zsplit").pvalue)


def wilcoxon_test(scores):
    """Compare each pair of methods over several corpora, by Wilcoxon's signed-rank test.

    Parameters
    ----------
    scores : array-like of shape (n_corpora, n_methods)
        A score of each method on each corpus, such as the mean over its folds.

    Returns
    -------
    ndarray of shape (n_methods, n_methods)
        The p-value of each pair, not adjusted for the number of pairs; 1 on the diagonal.

    Raises
    ------
    ValueError
        If `scores` is not a finite table of at least two corpora and two methods.

    See Also
    --------
    nemenyi_test : Compares pairs by the ranks among all methods.
    holm : Adjusts the p-values for their number.

    Notes
    -----
    If two methods score the same on a corpus, this corpus counts half for each of them
    (``zsplit`` of :func:`scipy.stats.wilcoxon`).

    Examples
    --------
    >>> from skprognet.significance import wilcoxon_test
    >>> scores = [[0.55, 0.56, 0.59], [0.61, 0.60, 0.63], [0.49, 0.51, 0.53], [0.66, 0.67, 0.68]]
    >>> wilcoxon_test(scores).round(3)
    array([[1.   , 0.5  , 0.125],
           [0.5  , 1.   , 0.125],
           [0.125, 0.125, 1.   ]])
    """
    scores = as_corpora(scores)
    return for_each_pair(lambda i, j: _wilcoxon(scores[:, i] - scores[:, j]), scores.shape[1])
