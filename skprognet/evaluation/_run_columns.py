"""Which columns of X each fit of a run is given, and which are withheld from it."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skprognet._scores import base_source
from skprognet._wording import first_few
from skprognet.sources import as_source, find_columns, is_source

_FEWEST_VALUES = 3  # of a column that is known again by its numbers


class NamedRows:
    """An array of rows that hands rows out as a DataFrame, with the names of their columns.

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
    """Who is given which columns, in a run with sources that have features of their own.

    Every fit is given the shared columns. Only a fit that reads a source is given the columns of
    this source as well.

    Attributes
    ----------
    names : ndarray of str of shape (n_columns,)
        Names of all columns of X.
    shared : ndarray of bool of shape (n_columns,)
        Which of them every fit is given.
    own : dict of str to ndarray of bool of shape (n_columns,)
        By the name of a source, those that are for it alone.
    """

    names: np.ndarray
    shared: np.ndarray
    own: dict

    def given_to(self, sources):
        """Return which columns a fit is given that reads these sources."""
        return self._any_own(sources) | self.shared

    def withheld_from(self, sources):
        """Return which columns such a fit must not have: those of other sources."""
        return self._any_own(self.own) & ~self._any_own(sources)

    def _any_own(self, sources):
        masks = [self.own[base] for base in map(base_source, sources) if base in self.own]
        return np.any(masks, axis=0) if masks else np.zeros(len(self.names), dtype=bool)

    def rows(self, X, sources=()):
        """Return the rows of X, all columns, as a fit is given them that reads these sources."""
        given = self.given_to(sources)
        return NamedRows(take_columns(X, np.flatnonzero(given)), self.names[given])

    def seen(self, estimator, given, X, rows):
        """Return which columns of X a fitted estimator was given.

        They are known by the names that the estimator has recorded, or else by those of the
        rows, and by their numbers: a copy of a column under another name is the same column. A
        column with one or two different numbers can be equal to another one by chance. It is
        known by its name only.

        Parameters
        ----------
        estimator : estimator
            Fitted.
        given : NamedRows
            What its fit was given rows of.
        X : ndarray of shape (n_samples, n_columns)
            All columns, as they were normalised for this fit.
        rows : ndarray of int
            The training rows.

        Returns
        -------
        ndarray of bool of shape (n_columns,)
            True for those that it had.
        """
        recorded = set(getattr(estimator, "feature_names_in_", given.names))
        seen = np.array([name in recorded for name in self.names])
        had = set(_bytes_of_columns(given.values[rows]))
        for place, known_by in enumerate(_bytes_of_columns(X[rows])):
            if not seen[place] and known_by in had:
                seen[place] = len(np.unique(X[rows, place])) >= _FEWEST_VALUES
        return seen


def _bytes_of_columns(X):
    """Return the numbers of each column, in float32, as bytes."""
    with np.errstate(over="ignore"):
        return [column.tobytes() for column in np.ascontiguousarray(X.T, dtype=np.float32) + 0.0]


def take_columns(X, places):
    """Return columns of an array, laid out in memory as the array is.

    Sums over rows depend on the layout in their last digits.
    """
    return X.T[places].T if X.flags.f_contiguous else np.take(X, places, axis=1)


def column_names(X):
    """Return the names of the columns of a table; None if there are none, or not all are text."""
    names = list(getattr(X, "columns", []))
    is_text = names and all(isinstance(name, str) for name in names)
    return np.array(names, dtype=object) if is_text else None


def check_different(names):
    """Raise if two columns of X have the same name; None is for columns without names."""
    twice = [] if names is None else [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise ValueError(
            f"Each column of X must have a name of its own; got {first_few(twice)} twice. Rename "
            "one of them, or drop it."
        )


def choose_columns(names, sources, features):
    """Return who is given which columns.

    Parameters
    ----------
    names : ndarray of str or None
        Names of all columns of X, if they have some.
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
        If columns are missing, or if `features` names columns that are for a source alone.
    """
    own = {name: _own_features(name, source, names) for name, source in sources.items()}
    own = {name: features_of for name, features_of in own.items() if features_of}
    if features is None and not own:
        return None
    if names is None:
        raise ValueError(
            f"features={features!r:.200} are found by their names, so X must be a DataFrame "
            "whose columns all have text as names; got X without names. Pass a DataFrame."
        )
    masks = {name: np.isin(names, features_of) for name, features_of in own.items()}
    for_sources = np.any([np.zeros(len(names), dtype=bool), *masks.values()], axis=0)
    shared = ~for_sources
    if features is not None:
        shared = np.isin(names, find_columns(features, list(names), "features"))
        both = names[shared & for_sources]
        if len(both):
            raise ValueError(
                "In a study every method reads the features, and only who reads a source has "
                f"its columns; features names {first_few(both)} of the sources "
                f"{first_few(own)}. Leave them out of features."
            )
    if not shared.any():
        raise ValueError(
            f"X must have features beside the columns of the sources {first_few(own)}; got none. "
            "Add the features that all methods read."
        )
    return RunColumns(names, shared, masks)


def _own_features(name, source, names):
    """Return the names of the columns of X that are for one source alone."""
    if not is_source(source):
        return ()
    try:
        source = as_source(source)
    except TypeError:  # only methods that are not of this package can take it
        return ()
    if not source.has_own_features:
        return ()
    try:
        return source.match(names).own_features
    except ValueError as error:
        raise ValueError(f"The source {name!r} cannot read X. {error}") from error
