"""What several tests at once do to their p-values."""

import numpy as np


def holm(pvalues):
    """Adjust p-values for their number by Holm's step-down method (1979).

    Parameters
    ----------
    pvalues : array-like of shape (n,)
        Unadjusted.

    Returns
    -------
    ndarray of shape (n,)
        The i-th smallest (from 1) is multiplied by n - i + 1, at least as large as the one before
        it and at most 1.
    """
    pvalues = np.asarray(pvalues, dtype=float)
    order = pvalues.argsort(kind="stable")
    factors = np.arange(len(pvalues), 0, -1)
    adjusted = np.empty_like(pvalues)
    adjusted[order] = np.maximum.accumulate(pvalues[order] * factors).clip(max=1)
    return adjusted
