"""Convert rows for a frozen network: to a checked array, then to a tensor."""

import numpy as np
import torch
from scipy.sparse import issparse

from skprognet._checks import all_within


def as_array(X):
    """Return X, possibly a table or a sparse matrix, as an array of numbers."""
    X = X.toarray() if issparse(X) else np.asarray(X)
    return X if X.dtype.kind in "biuf" else X.astype(np.float64)


def as_tensor(X, dtype, device):
    """Return X as a tensor, which shares the memory of X only if X is writeable."""
    X = np.ascontiguousarray(X, dtype=dtype)
    return (torch.from_numpy(X) if X.flags.writeable else torch.tensor(X)).to(device)


def check_rows_read(X, n_features, dtype):
    """Return X as an array; raise unless a network can read it.

    Parameters
    ----------
    X : array, DataFrame or sparse matrix
        The rows that reach the network.
    n_features : int
        The number of features that the network was trained on.
    dtype : str
        The floating-point type of the network.

    Returns
    -------
    ndarray of shape (n_samples, n_features)
        The rows in their original type.

    Raises
    ------
    ValueError
        If the number of features differs, or a number is NaN, infinite or too large for `dtype`.
    """
    X = as_array(X)
    if X.ndim != 2 or X.shape[1] != n_features:
        raise ValueError(
            f"Rows must have the {n_features} features on which the network was trained; got "
            f"shape {X.shape}. Use the features of the source."
        )
    if all_within(X, dtype):
        return X
    limit = np.float64(np.finfo(dtype).max)
    bad = ~((limit >= X) & (-limit <= X))
    raise ValueError(
        f"Rows must have finite numbers that fit into {dtype}; got {X[bad][0]} in "
        f"{bad.any(axis=1).sum()} of {len(X)} rows. Leave these rows out, or bring them into the "
        "range of the training rows of the source."
    )
