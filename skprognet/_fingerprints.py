"""Recognise rows by hashes of their numbers."""

import numpy as np
import pandas as pd

_ROWS_AT_ONCE = 1024  # limits the memory; each number needs a hash of 8 bytes


def fingerprints(X):
    """Return a 64-bit hash of each row of X, converted to float32.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features)
        Numbers.

    Returns
    -------
    ndarray of shape (n_rows,), uint64
        Equal rows have equal hashes. The chance that two of n different rows share a hash is about
        n² / 2**65.
    """
    with np.errstate(over="ignore"):  # infinity is as good a value to hash
        # The sum is 0 for -0, which equals 0 but has other bits.
        rounded = np.asarray(X).astype(np.float32) + np.float32(0)
    starts = range(0, max(len(rounded), 1), _ROWS_AT_ONCE)
    return np.concatenate([_hash_rows(rounded[i : i + _ROWS_AT_ONCE]) for i in starts])


def _hash_rows(X):
    """Return the result of ``pandas.util.hash_pandas_object`` for these rows without an index.

    pandas hashes a frame column by column, which takes ten times as long for hundreds of columns.
    The hashes of the numbers are combined as in Python's hash of a tuple.
    """
    n_rows, n_columns = X.shape
    hashed = pd.util.hash_array(X.T.ravel()).reshape(n_columns, n_rows)
    joined = np.full(n_rows, 0x345678, dtype=np.uint64)
    multiplier = np.uint64(1000003)
    for left, of_column in zip(range(n_columns, 0, -1), hashed, strict=True):
        joined ^= of_column
        joined *= multiplier
        multiplier += np.uint64(82520 + 2 * left)
    return joined + np.uint64(97531)
