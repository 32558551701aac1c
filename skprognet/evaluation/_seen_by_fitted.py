"""Find which rows of a run a fitted source has seen, and whether it is on their scale.

A fitted network recognises its training rows by their numbers. A run passes it normalised rows in
float64. It may have been fitted on the same rows before normalisation or in float32, where the
last digits differ. So it is asked about each of these forms.
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
        Name of the source, which determines its columns.
    fitted : estimator or Source
        The source itself.
    X : ndarray of shape (n_samples, n_columns)
        All columns, as normalised for this fit.
    train : ndarray of int
        The training rows.

    Returns
    -------
    ndarray of bool of shape (n_samples,), UNKNOWN or None
        UNKNOWN if the source did not record its rows, or if it recognises none of these and is not
        on their scale. None if only the methods that read it can tell.
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
    """Warn about each fitted source that was trained on another scale than the rows of the run.

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
                f"The source {name!r} must be on the scale of the rows that it reads "
                f"(normalisation={run.normalisation!r}); got {n_off} of {n_features} features "
                "far from its training rows. Fit the source on rows normalised in this way, or "
                "pass normalisation='none' and, as the source, a fitted pipeline that scales X.",
                stacklevel=5,  # the caller of cross_validate_transfer
            )


def _is_off(n_off, n_features):
    return 2 * n_off > n_features


def _knows_others(run, name, fitted, X):
    """Return whether a source recognises the rows only as they were before normalisation."""
    source, rows = _match(run, name, fitted, X)
    before = _match(run, name, fitted, run.X)[1]
    known = [ask_rows_seen(source, each) for each in (rows, before, _float32(before))]
    return known[0] is not None and not known[0].any() and np.any(known[1:])


def _match(run, name, fitted, X):
    """Return a source matched to the columns of a run, and its rows; None and None if it fails.

    The error is ignored here, since the fit raises it again.
    """
    given = run.rows(X, [name])
    names, rows = getattr(given, "names", None), getattr(given, "values", given)
    try:
        source = ask_match(as_source(fitted), names, rows.shape[1])
        return source, source.select(rows, names)
    except (TypeError, ValueError):
        return None, None


def _forms(run, X, train):
    """Yield the rows as normalised for this fit, before normalisation, and in other forms."""
    yield from (X, _float32(X))
    for normalisation in dict.fromkeys(["none", "corpus", run.normalisation]):
        for each in (run.X, _float32(run.X)):
            yield normalise(each, train, normalisation, run.speakers)


def _float32(X):
    with np.errstate(over="ignore"):
        return X.astype(np.float32)
