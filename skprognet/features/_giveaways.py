"""Find columns that cannot be measurements: they predict a label alone, or look like codes."""

import numpy as np
import pandas as pd
from scipy.special import gammaln

CHANCE = np.log(1e-6)  # report a column if chance alone explains it with a lower probability
_ROWS = 500  # size of a sample that suffices to judge most columns


def find_giveaways(X, y):
    """Return the columns that predict the label without error, which chance cannot explain.

    In such a column no two labels share values: it holds codes that repeat (a numeric label, an
    actor), or ranges that do not overlap (the row number in a sorted table).

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns)
        The columns; those with a value that is not finite are skipped.
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
    sample = _sample(len(X))
    # If ranges overlap in the sample, they overlap in all rows; codes repeat even in a sample.
    ranges = _are_separate(X[sample], codes[sample])
    if _luck_of_ranges(codes, X.shape[1]) >= CHANCE:
        ranges[:] = False
    separate = [j for j in np.flatnonzero(ranges) if _has_own_range(X[:, j], codes)]
    repeating = [j for j in np.flatnonzero(_repeat(X[sample])) if _has_own_codes(X[:, j], codes)]
    if repeating:  # copies of a row repeat the values of every column, so judge without them
        once = ~pd.DataFrame(X).assign(y=codes).duplicated().to_numpy()
        repeating = [j for j in repeating if _has_own_codes(X[once, j], codes[once])]
    return np.union1d(separate, repeating).astype(int)


def find_codes(X):
    """Return the columns of whole numbers, if they are less than half of all columns.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns)
        The columns; those with a value that is not finite are skipped.

    Returns
    -------
    ndarray of int
        Positions of the columns that vary and hold whole numbers; empty if they are half or more.
    """
    if len(X) < 2:
        return np.empty(0, dtype=int)
    candidates = np.flatnonzero(_is_whole(X[_sample(len(X))]))
    whole = [j for j in candidates if _is_whole(X[:, j]) and (X[:, j] != X[0, j]).any()]
    return np.array(whole if 2 * len(whole) < X.shape[1] else [], dtype=int)


def _sample(n_rows):
    """Return a sample of rows that are spread over the table."""
    return slice(None, None, max(1, n_rows // _ROWS))


def _is_whole(X):
    return (np.isfinite(X) & (np.round(X) == X)).all(axis=0)


def _repeat(X):
    """Return whether each column has a value that occurs twice."""
    X = np.sort(X, axis=0)
    return (X[1:] == X[:-1]).any(axis=0)


def _has_own_codes(column, codes):
    """Return whether no value occurs with two labels although values repeat often enough.

    Fractions must also have few different values. Otherwise this would find a count after
    normalisation by speaker: its values repeat within a speaker, but no two speakers share one.
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
    """Return the log of the expected number of noise columns that separate the labels by range."""
    rows = np.bincount(codes)
    orders = gammaln(len(rows) + 1) + gammaln(rows + 1).sum() - gammaln(len(codes) + 1)
    return orders + np.log(max(n_columns, 1))


def _are_separate(X, codes):
    """Return whether the ranges of the labels do not overlap, for each column."""
    labels = np.unique(codes)
    low = np.stack([X[codes == label].min(axis=0) for label in labels])
    high = np.stack([X[codes == label].max(axis=0) for label in labels])
    order = np.argsort(low, axis=0)
    low, high = (np.take_along_axis(ends, order, axis=0) for ends in (low, high))
    return (high[:-1] < low[1:]).all(axis=0)


def _has_own_range(column, codes):
    """Return whether the ranges of the labels do not overlap in one column.

    With two labels, this counts only for whole numbers. Otherwise pitch, which may separate women
    from men, would be reported.
    """
    if codes.max() < 2 and not _is_whole(column):
        return False
    return bool(np.isfinite(column).all() and _are_separate(column[:, None], codes)[0])
