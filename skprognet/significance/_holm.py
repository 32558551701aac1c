"""Holm's correction of p-values for several tests."""

import numpy as np

_ROUNDING = 1e-9  # of a p-value of 1


def holm(pvalues):
    """Adjust p-values for their number by Holm's step-down method.

    The smallest of n p-values is multiplied by n, the next by n - 1, and so on. If a product is
    smaller than the one before, it is raised to that one. Values above 1 become 1.

    Parameters
    ----------
    pvalues : array-like of shape (n,)
        P-values of n tests, between 0 and 1. NaN stands for a test that could not be made: it
        stays NaN and does not count.

    Returns
    -------
    ndarray of shape (n,)
        The adjusted p-values, in the order of `pvalues`.

    Raises
    ------
    ValueError
        If `pvalues` has not one dimension, or a p-value is below 0 or above 1.

    References
    ----------
    S. Holm: A simple sequentially rejective multiple test procedure. Scandinavian Journal of
    Statistics 6 (1979).

    Examples
    --------
    >>> from skprognet.significance import holm
    >>> holm([0.04, 0.01, 0.03])
    array([0.06, 0.03, 0.06])
    """
    pvalues = np.asarray(pvalues, dtype=float)
    if pvalues.ndim != 1:
        raise ValueError(
            f"pvalues must have shape (n,); got shape {pvalues.shape}. Pass each comparison once, "
            "as in matrix[np.triu_indices(n_methods, 1)]."
        )
    known = np.flatnonzero(~np.isnan(pvalues))
    wrong = pvalues[known][(pvalues[known] < 0) | (pvalues[known] > 1 + _ROUNDING)]
    if wrong.size:
        raise ValueError(
            f"pvalues must be between 0 and 1, or NaN; got {wrong[0]:g}. Pass p-values, not the "
            "statistics of the tests."
        )
    order = known[pvalues[known].argsort(kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted = np.full_like(pvalues, np.nan)
    adjusted[order] = np.maximum.accumulate(pvalues[order] * factors).clip(max=1)
    return adjusted
