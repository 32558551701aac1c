"""Rows on their way into a frozen network: an array, checked, and then a tensor."""

import numpy as np
import torch
from scipy.sparse import issparse

from skprognet._checks import all_within


def as_array(X):
    """Return X, a table or a sparse matrix too, as an array of numbers."""
    X = X.toarray() if issparse(X) else np.asarray(X)
    return X if X.dtype.kind in "biuf" else X.astype(np.float64)


def as_tensor(X, dtype, device):
    """Return X as a tensor, which shares the memory of X only if X may be written to."""
    X = np.ascontiguousarray(X, dtype=dtype)
    return (torch.from_numpy(X) if X.flags.writeable else torch.tensor(X)).to(device)


def check_rows_read(X, n_features, dtype):
    """Return X as an array; raise unless a network can read it.

    Parameters
    ----------
    X : array, DataFrame or sparse matrix
        The rows that arrive at the network.
    n_features : int
        The number of features that the network was trained on.
    dtype : str
        The type in which the network computes.

    Returns
    -------
    ndarray of shape (n_samples, n_features)
        The rows in their own type.

    Raises
    ------
    ValueError
        If the number of features differs, or a number is NaN, infinite or too large for `dtype`.
    """
    X = as_array(X)
    if X.ndim != 2 or X.shape[1] != n_features:
        raise ValueError(
            f"The network was trained on {n_features} features; it got an array of shape "
            f"{X.shape}. Use the features that the source was trained on."
        )
    if all_within(X, dtype):
        return X
    limit = np.float64(np.finfo(dtype).max)
    bad = ~((limit >= X) & (-limit <= X))
    raise ValueError(
        f"The network takes finite numbers within {dtype}; it got {X[bad][0]} in "
        f"{bad.any(axis=1).sum()} of {len(X)} rows. Leave such rows out, or bring them into the "
        "range of the rows that the source was trained on."
    )
