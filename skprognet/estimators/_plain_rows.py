"""Recognise the usual form of rows quickly enough for a single row.

scikit-learn's check of X knows every kind of input and says what is wrong with it. For a single
row it takes longer than the network itself. Most rows have the form of the rows of `fit`: an array
of floats, or a table of floats with the same names. That is quick to see. Everything else, and
everything that is wrong, goes through the whole check.
"""

from functools import lru_cache

import numpy as np
import pandas as pd

from skprognet._checks import all_within

_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def plain_rows(estimator, X, dtype):
    """Return rows as scikit-learn's check would, or None if they need that check.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    X : object
        The argument of `predict`.
    dtype : str
        The floating-point type in which the numbers must be finite.

    Returns
    -------
    ndarray of shape (n_samples, n_features_in_), or None
        The rows in C order; None if X has another form or may be invalid.
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
    """Return the numbers of a DataFrame if it has these columns, all of one plain type."""
    if type(X) is not pd.DataFrame or not X.columns.equals(_as_index(tuple(names))):
        return None
    kinds = set(X.dtypes.array)
    return X.to_numpy() if len(kinds) == 1 and kinds <= set(_FLOATS) else None


@lru_cache(maxsize=64)
def _as_index(names):
    """Return an index of these names; the cache saves the time of building it."""
    return pd.Index(names)
