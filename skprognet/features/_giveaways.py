"""Columns that no extractor makes: their values alone tell a label, or look like codes."""

import numpy as np
import pandas as pd
from scipy.special import gammaln

CHANCE = np.log(1e-6)  # how improbable by luck is what a column is reported for
_ROWS = 500  # of a sample that most columns can be judged by


def find_giveaways(X, y):
    """Return the columns whose values alone tell each label, as no measurement does by luck.

    They are columns in which each label has values of its own: codes that repeat (a numeric label,
    an actor), or ranges that do not overlap (a number of the row in a table that is sorted).

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns)
        The columns; those with a value that is not finite are passed over.
    y : array-like of shape (n_rows,)
        The label of each row.

    Returns
    -------
    ndarray of int
        Positions of the columns, sorted.
    """
    codes, labels = pd.factorize(np.asarray(y, dtype=object))
    if len(labels) < 2:
        return np.empty(0, dtype=int)
    some = _sample(len(X))
    # Ranges that overlap in some rows overlap in all; a column of codes repeats values in a few.
    ranges = _are_separate(X[some], codes[some])
    if _luck_of_ranges(codes, X.shape[1]) >= CHANCE:
        ranges[:] = False
    found = [j for j in np.flatnonzero(ranges) if _has_own_range(X[:, j], codes)]
    repeating = [j for j in np.flatnonzero(_repeat(X[some])) if _has_own_codes(X[:, j], codes)]
    if repeating:  # copies of a row share all values, which says nothing of any one column
        once = ~pd.DataFrame(X).assign(y=codes).duplicated().to_numpy()
        repeating = [j for j in repeating if _has_own_codes(X[once, j], codes[once])]
    return np.union1d(found, repeating).astype(int)


def find_codes(X):
    """Return the columns of whole numbers, if most of the others are none.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns)
        The columns; those with a value that is not finite are passed over.

    Returns
    -------
    ndarray of int
        Positions of the columns that vary and hold whole numbers; none if they are half of all.
    """
    if len(X) < 2:
        return np.empty(0, dtype=int)
    candidates = np.flatnonzero(_is_whole(X[_sample(len(X))]))
    found = [j for j in candidates if _is_whole(X[:, j]) and (X[:, j] != X[0, j]).any()]
    return np.array(found if 2 * len(found) < X.shape[1] else [], dtype=int)


def _sample(n_rows):
    """Return some rows, spread over the table."""
    return slice(None, None, max(1, n_rows // _ROWS))


def _is_whole(X):
    return (np.isfinite(X) & (np.round(X) == X)).all(axis=0)


def _repeat(X):
    """Return in which columns a value occurs twice."""
    X = np.sort(X, axis=0)
    return (X[1:] == X[:-1]).any(axis=0)


def _has_own_codes(column, codes):
    """Return whether no value occurs with two labels, although values repeat often enough.

    Numbers that are not whole must also be few: where each speaker was normalised, each has values
    of its own, and where the feature is a count they repeat.
    """
    n_labels = codes.max() + 1
    values, distinct = pd.factorize(column)
    few = len(distinct) < 2 * n_labels or _is_whole(column)
    if not few or not np.isfinite(column).all():
        return False
    if len(np.unique(values * n_labels + codes)) > len(distinct):
        return False
    shares = np.bincount(codes) / len(codes)
    return (len(codes) - len(distinct)) * np.log(np.sum(shares**2)) < CHANCE


def _luck_of_ranges(codes, n_columns):
    """Return the logarithm of how many columns of noise keep the labels apart by their ranges."""
    rows = np.bincount(codes)
    orders = gammaln(len(rows) + 1) + gammaln(rows + 1).sum() - gammaln(len(codes) + 1)
    return orders + np.log(max(n_columns, 1))


def _are_separate(X, codes):
    """Return in which columns the ranges of the labels do not overlap."""
    labels = np.unique(codes)
    low = np.stack([X[codes == label].min(axis=0) for label in labels])
    high = np.stack([X[codes == label].max(axis=0) for label in labels])
    order = np.argsort(low, axis=0)
    low, high = (np.take_along_axis(ends, order, axis=0) for ends in (low, high))
    return (high[:-1] < low[1:]).all(axis=0)


def _has_own_range(column, codes):
    """Return the same for one column; of two labels only if its numbers are whole.

    Pitch may well tell women from men.
    """
    if codes.max() < 2 and not _is_whole(column):
        return False
    return bool(np.isfinite(column).all() and _are_separate(column[:, None], codes)[0])
