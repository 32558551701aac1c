"""Which rows of a run a fitted source has seen, and whether it is on their scale.

A fitted network knows its training rows again by their numbers. A run gives it rows that are
normalised, in float64. It may have been fitted on the same rows before they were normalised, or
in float32, where every last digit differs: so it is asked about each of these forms.
"""

import warnings

import numpy as np

from skprognet._row_sets import UNKNOWN
from skprognet.evaluation._one_fit import normalise
from skprognet.sources import as_source, ask_match, ask_rows_seen


def seen_by_fitted(run, name, fitted, X, train):
    """Return which rows of a run a fitted source was given.

    Parameters
    ----------
    run : Run
        What all fits share.
    name : str
        The source, by which it is given its columns.
    fitted : estimator or Source
        The source itself.
    X : ndarray of shape (n_samples, n_columns)
        All columns, as they were normalised for this fit.
    train : ndarray of int
        The training rows.

    Returns
    -------
    ndarray of bool of shape (n_samples,), UNKNOWN or None
        UNKNOWN if the source does not remember its rows, or knows none of these and is not on
        their scale: then nobody can tell. None if only the methods that read it can tell.
    """
    source, rows = _match(run, name, fitted, X)
    if source is None:
        return None
    if ask_rows_seen(source, rows) is None:
        return UNKNOWN
    forms = [_match(run, name, fitted, form)[1] for form in _forms(run, X, train)]
    seen = np.any([ask_rows_seen(source, form) for form in forms], axis=0)
    return UNKNOWN if not seen.any() and _is_off(*source.off_scale(rows)) else seen


def warn_off_scale(run, sources):
    """Warn of each fitted source that is not on the scale of the rows that it is given.

    Parameters
    ----------
    run : Run
        What all fits share.
    sources : dict of str to estimator or Source
        The fitted sources of the run.
    """
    all_rows = np.arange(len(run.X))
    for name, fitted in sources.items():
        X = normalise(run.X, all_rows, run.normalisation, run.speakers)
        source, rows = _match(run, name, fitted, X)
        n_off, n_features = (0, 0) if source is None else source.off_scale(rows)
        if _is_off(n_off, n_features) or (n_off and _knows_others(run, name, fitted, X)):
            warnings.warn(
                f"The source {name!r} is not on the scale of the rows that it is given "
                f"(normalisation={run.normalisation!r}): {n_off} of {n_features} features are "
                "far from what it was trained on. Pass normalisation='none' with a pipeline that "
                "scales as the source, or fit the source on rows normalised the same way.",
                stacklevel=5,  # who calls cross_validate_transfer
            )


def _is_off(n_off, n_features):
    return 2 * n_off > n_features


def _knows_others(run, name, fitted, X):
    """Return whether a source knows the rows as they were before, and not as it is given them."""
    source, rows = _match(run, name, fitted, X)
    before = _match(run, name, fitted, run.X)[1]
    known = [ask_rows_seen(source, each) for each in (rows, before, _float32(before))]
    return known[0] is not None and not known[0].any() and np.any(known[1:])


def _match(run, name, fitted, X):
    """Return a source as it reads the rows of a run, and those rows; None and None if it cannot.

    The fit says why it cannot.
    """
    given = run.rows(X, [name])
    names, rows = getattr(given, "names", None), getattr(given, "values", given)
    try:
        source = ask_match(as_source(fitted), names, rows.shape[1])
        return source, source.select(rows, names)
    except (TypeError, ValueError):
        return None, None


def _forms(run, X, train):
    """Yield the rows as they are given, as they were before, and normalised as a whole."""
    yield from (X, _float32(X))
    for normalisation in dict.fromkeys(["none", "corpus", run.normalisation]):
        for each in (run.X, _float32(run.X)):
            yield normalise(each, train, normalisation, run.speakers)


def _float32(X):
    with np.errstate(over="ignore"):
        return X.astype(np.float32)
