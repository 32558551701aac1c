"""Rows as most callers give them, recognised in the time that one row may take.

scikit-learn's check of X knows every kind of input, and says what is wrong with it. It takes
longer than the network itself when there is one row. Most rows are what the network learned from
and nothing else: an array of floats, or a table of floats with the names of `fit`. To see that is
quick. Whatever else comes, and whatever is wrong, goes through the whole check.
"""

from functools import lru_cache

import numpy as np
import pandas as pd

from skprognet._checks import all_within

_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def plain_rows(estimator, X, dtype):
    """Return rows that need no further check as scikit-learn's check would return them.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    X : object
        What `predict` was given.
    dtype : str
        The type in which the numbers must be finite.

    Returns
    -------
    ndarray of shape (n_samples, n_features_in_), or None
        In C order; None if X is of another kind, or something may be wrong with it.
    """
    names = getattr(estimator, "feature_names_in_", None)
    values = X if names is None else _values_of_table(X, names)
    if type(values) is not np.ndarray or values.dtype not in _FLOATS or values.ndim != 2:
        return None
    if not len(values) or values.shape[1] != estimator.n_features_in_:
        return None
    if not all_within(values, dtype):
        return None
    return np.ascontiguousarray(values)


def _values_of_table(X, names):
    """Return the numbers of a table of pandas that has these columns, all of one plain type."""
    if type(X) is not pd.DataFrame or not X.columns.equals(_as_index(tuple(names))):
        return None
    kinds = set(X.dtypes.array)
    return X.to_numpy() if len(kinds) == 1 and kinds <= set(_FLOATS) else None


@lru_cache(maxsize=64)
def _as_index(names):
    """Return the columns of a table that has these names; to make them takes a while."""
    return pd.Index(names)
