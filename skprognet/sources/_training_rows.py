"""What a fitted network remembers of its training rows: their hashes and their scale."""

import numpy as np

from skprognet._fingerprints import fingerprints
from skprognet.sources._rows_read import as_array

# Attributes of a fitted network: the number of its training rows, and their scale.
MOMENTS = ("n_samples_seen_", "training_mean_", "training_std_")
# Fewer rows say too little about a spread: two rows may be close by chance.
FEWEST_ROWS = 10
# A median may differ by this many training standard deviations, and a spread by this factor.
FARTHEST = 10


def is_known(network, X):
    """Return which of the rows X a network had in `fit`, of shape (n_samples,)."""
    return np.isin(fingerprints(as_array(X)), network.row_fingerprints_)


def add_rows(X, n_before=0, mean=0.0, std=0.0):
    """Return number, mean and standard deviation (ddof 0) of new and earlier rows together.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features)
        The new rows.
    n_before : int, default=0
        Number of earlier rows.
    mean, std : ndarray of shape (n_features,), default=0.0
        Mean and standard deviation of the earlier rows.

    Returns
    -------
    n_rows, mean, std
        The values over all rows.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        mean_here, var_here = X.mean(axis=0, dtype=np.float64), X.var(axis=0, dtype=np.float64)
        total = n_before + len(X)
        share, shift = len(X) / total, mean_here - mean
        var = (1 - share) * std**2 + share * var_here + share * (1 - share) * shift**2
        return total, mean + share * shift, np.sqrt(var)


def count_off_scale(X, network):
    """Return how many columns of X are off the scale of training, and how many were compared.

    Parameters
    ----------
    X : array or DataFrame of shape (n_rows, n_features)
        Rows in the form that reaches the network.
    network : estimator
        A fitted estimator with the mean and standard deviation of its training rows.

    Returns
    -------
    n_off, n_columns : int
        Columns that are constant in training, within float32 precision, have no scale and are not
        compared. Both numbers are 0 if all are constant, or if there are too few training rows, or
        none are remembered.
    """
    if getattr(network, MOMENTS[0], 0) < FEWEST_ROWS:
        return 0, 0
    mean, std = network.training_mean_, network.training_std_
    varies = std > np.finfo(np.float32).eps * np.abs(mean)
    if not varies.any():
        return 0, 0
    X, mean, std = as_array(X), mean[varies], std[varies]
    rows = np.asarray(X, dtype=np.float64)[:, varies]
    off = np.abs(np.median(rows, axis=0) - mean) > FARTHEST * std
    if len(np.unique(fingerprints(X))) >= FEWEST_ROWS:
        spread = rows.std(axis=0)
        off |= (spread > FARTHEST * std) | (spread < std / FARTHEST)
    return int(off.sum()), len(off)
