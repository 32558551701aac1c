"""Holm's correction of p-values for several tests."""

import numpy as np


def holm(pvalues):
    """Adjust p-values for their number by Holm's step-down method.

    The smallest of n p-values is multiplied by n, the next by n - 1, and so on. If a product is
    smaller than the one before, it is raised to that one. Values above 1 become 1.

    Parameters
    ----------
    pvalues : array-like of shape (n,)
        P-values of n tests.

    Returns
    -------
    ndarray of shape (n,)
        The adjusted p-values, in the order of `pvalues`.

    Raises
    ------
    ValueError
        If `pvalues` has not one dimension.

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
    order = pvalues.argsort(kind="stable")
    factors = np.arange(len(pvalues), 0, -1)
    adjusted = np.empty_like(pvalues)
    adjusted[order] = np.maximum.accumulate(pvalues[order] * factors).clip(max=1)
    return adjusted
