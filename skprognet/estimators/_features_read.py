"""Which features of X a network with sources reads itself."""

import warnings

import numpy as np

from skprognet._wording import first_few
from skprognet.sources import find_columns


def features_read(features, sources, feature_names, n_features):
    """Return the places of the features of X that a network reads beside its sources.

    Parameters
    ----------
    features : None, str or sequence of str
        The parameter: names of features, or what their names begin with. None is all features
        but those that are for a source alone.
    sources : list of (str, Source)
        The sources, matched with X.
    feature_names : ndarray of str or None
        The names of the features of X, where they are known.
    n_features : int
        How many there are.

    Returns
    -------
    ndarray of int, or None
        Places of features in X, in the order in which the network reads them; None is all.

    Raises
    ------
    ValueError
        If there are none, or those of the parameter are missing.

    Warns
    -----
    UserWarning
        If the network reads a feature that is for a source alone.
    """
    owners = {feature: name for name, source in sources for feature in source.own_features}
    if feature_names is None:
        if features is not None:
            raise ValueError(
                f"features={features!r:.200} are found by their names, so X must be a DataFrame "
                "whose columns all have text as names; got X without names. Pass a DataFrame."
            )
        return None
    if features is None and not owners:
        return None
    place = {name: number for number, name in enumerate(feature_names)}
    if features is None:
        read = [name for name in place if name not in owners]
    else:
        read = find_columns(features, list(place), "features")
        _warn_of_shared([name for name in read if name in owners], owners)
    if not read:
        raise ValueError(
            "The network must have features of its own; all "
            f"{n_features} features of X are for its sources "
            f"{first_few(dict.fromkeys(owners.values()))}. "
            "Add features, or name those that it is to read as well in features=."
        )
    return np.array([place[name] for name in read])


def in_order_of_fit(X, feature_names):
    """Return a table with its columns in this order, if they are the same columns.

    Parameters
    ----------
    X : array-like
        Rows; what is no table with names stays as it is.
    feature_names : ndarray of str
        The names of the features in `fit`.

    Raises
    ------
    ValueError
        If the table lacks some of them.
    """
    names = list(getattr(X, "columns", ()))
    if not names or not all(isinstance(name, str) for name in names):
        return X
    known = set(names)
    missing = [name for name in feature_names if name not in known]
    if missing:
        raise ValueError(
            f"X must have the {len(feature_names)} features that fit had; it lacks "
            f"{len(missing)}: {first_few(missing)}. Add these columns."
        )
    return X[list(feature_names)] if len(names) == len(feature_names) else X


def _warn_of_shared(shared, owners):
    """Say which features both the network and a source read."""
    if shared:
        names = first_few(dict.fromkeys(owners[name] for name in shared))
        warnings.warn(
            f"The network reads {len(shared)} features that the source {names} reads too: "
            f"{first_few(shared)}. That is allowed; leave them out of features= if it is not "
            "meant.",
            stacklevel=2,
        )
