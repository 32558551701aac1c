"""Choose which columns of X each fit of a run is given, and which are withheld from it."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skprognet._checks import text_columns
from skprognet._scores import base_source
from skprognet._wording import first_few
from skprognet.sources import as_source, find_columns, is_source

_FEWEST_VALUES = 3  # different numbers that a column needs to be recognised by them


class NamedRows:
    """An array that returns selected rows as a DataFrame with column names.

    Attributes
    ----------
    values : ndarray of shape (n_samples, n_columns)
        The numbers.
    names : ndarray of str of shape (n_columns,)
        Names of the columns.
    """

    def __init__(self, values, names):
        self.values, self.names = values, names

    def __len__(self):
        return len(self.values)

    def __getitem__(self, rows):
        return pd.DataFrame(self.values[rows], columns=self.names)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype, copy=copy)


@dataclass
class RunColumns:
    """Which columns each fit is given, in a run with sources that have their own columns.

    Every fit is given the shared columns. Only a fit that reads a source is also given the columns
    of this source.

    Attributes
    ----------
    names : ndarray of str of shape (n_columns,)
        Names of all columns of X.
    shared : ndarray of bool of shape (n_columns,)
        The columns that every fit is given.
    own : dict of str to ndarray of bool of shape (n_columns,)
        The columns of each source, by its name.
    """

    names: np.ndarray
    shared: np.ndarray
    own: dict

    def given_to(self, sources):
        """Return which columns a fit that reads these sources is given."""
        return self._any_own(sources) | self.shared

    def withheld_from(self, sources):
        """Return which columns such a fit must not see: those of other sources."""
        return self._any_own(self.own) & ~self._any_own(sources)

    def _any_own(self, sources):
        masks = [self.own[base] for base in map(base_source, sources) if base in self.own]
        return np.any(masks, axis=0) if masks else np.zeros(len(self.names), dtype=bool)

    def rows(self, X, sources=()):
        """Return X with the columns that a fit that reads these sources is given."""
        given = self.given_to(sources)
        return NamedRows(take_columns(X, np.flatnonzero(given)), self.names[given])

    def seen(self, estimator, given, X, rows):
        """Return which columns of X a fitted estimator was given.

        A column is recognised by the names that the estimator recorded (or else by the names in
        `given`), and by its numbers: a copy under another name counts as the same column. A
        column with only one or two different numbers may equal another one by chance, so it is
        recognised only by its name.

        Parameters
        ----------
        estimator : estimator
            The fitted estimator.
        given : NamedRows
            The data from which the rows of its fit were taken.
        X : ndarray of shape (n_samples, n_columns)
            All columns, as normalised for this fit.
        rows : ndarray of int
            The training rows.

        Returns
        -------
        ndarray of bool of shape (n_columns,)
            True for columns that it was given.
        """
        recorded = set(getattr(estimator, "feature_names_in_", given.names))
        seen = np.array([name in recorded for name in self.names])
        of_fit = set(_bytes_of_columns(given.values[rows]))
        for number, as_bytes in enumerate(_bytes_of_columns(X[rows])):
            if not seen[number] and as_bytes in of_fit:
                seen[number] = len(np.unique(X[rows, number])) >= _FEWEST_VALUES
        return seen


def _bytes_of_columns(X):
    """Return the numbers of each column, in float32, as bytes."""
    with np.errstate(over="ignore"):
        return [column.tobytes() for column in np.ascontiguousarray(X.T, dtype=np.float32) + 0.0]


def take_columns(X, numbers):
    """Return columns of an array in the same memory layout.

    The last digits of sums over rows depend on the layout.
    """
    return X.T[numbers].T if X.flags.f_contiguous else np.take(X, numbers, axis=1)


def column_names(X):
    """Return the column names of a table; None if it has none, or if one is not text."""
    names = text_columns(X)
    return np.array(names, dtype=object) if names else None


def check_different(names):
    """Raise if two columns of X have the same name; `names` is None if columns have no names."""
    twice = [] if names is None else [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise ValueError(
            f"Each column of X must have its own name; got {first_few(twice)} twice. Rename one "
            "of them, or drop it."
        )


def choose_columns(names, sources, features):
    """Choose which columns each fit is given.

    Parameters
    ----------
    names : ndarray of str or None
        Names of all columns of X; None if they have no names.
    sources : dict
        The sources of the run.
    features : None, str or sequence of str
        As in :func:`~skprognet.evaluation.cross_validate_transfer`.

    Returns
    -------
    RunColumns or None
        None if every fit is given all columns.

    Raises
    ------
    ValueError
        If columns are missing, or if `features` includes columns of a source.
    """
    own = {name: _own_features(name, source, names) for name, source in sources.items()}
    own = {name: features_of for name, features_of in own.items() if features_of}
    if features is None and not own:
        return None
    if names is None:
        raise ValueError(
            f"X must be a DataFrame whose column names are text, to choose columns by "
            f"features={features!r:.200}; got X without names. Pass a DataFrame."
        )
    masks = {name: np.isin(names, features_of) for name, features_of in own.items()}
    for_sources = np.any([np.zeros(len(names), dtype=bool), *masks.values()], axis=0)
    shared = ~for_sources
    if features is not None:
        shared = np.isin(names, find_columns(features, list(names), "features"))
        both = names[shared & for_sources]
        if len(both):
            owners = [name for name, mask in masks.items() if (shared & mask).any()]
            raise ValueError(
                "features must not include columns of a source, since every method would read "
                f"them; got {first_few(both)} of the sources {first_few(owners)}. Leave them out "
                "of features."
            )
    if not shared.any():
        raise ValueError(
            f"X must have more columns than those of the sources {first_few(own)}; got no others. "
            "Add the features that all methods read."
        )
    return RunColumns(names, shared, masks)


def _own_features(name, source, names):
    """Return the names of the columns of X that belong to a source."""
    if not is_source(source):
        return ()
    try:
        source = as_source(source)
    except TypeError:  # only methods from outside this package can read it
        return ()
    if not source.has_own_features:
        return ()
    try:
        return source.match(names).own_features
    except ValueError as error:
        raise ValueError(f"The source {name!r} cannot read X. {error}") from error
