"""Find the features of X that a network with sources reads itself."""

import warnings

import numpy as np

from skprognet._checks import text_columns
from skprognet._wording import first_few
from skprognet.sources import find_columns


def features_read(features, sources, feature_names):
    """Return the positions of the features of X that a network reads besides its sources.

    Parameters
    ----------
    features : None, str or sequence of str
        The parameter: names of features, or beginnings of names. None means all features except
        those that only a source reads.
    sources : list of (str, Source)
        The sources, matched with X.
    feature_names : ndarray of str or None
        The names of the features of X, if they are known.

    Returns
    -------
    ndarray of int, or None
        Positions of features in X, in the order in which the network reads them; None means all.

    Raises
    ------
    ValueError
        If no feature is left for the network, or X lacks names or a feature of the parameter.

    Warns
    -----
    UserWarning
        If the network reads a feature that is meant for a source alone.
    """
    owners = {feature: name for name, source in sources for feature in source.own_features}
    if feature_names is None:
        if features is not None:
            raise ValueError(
                "X must be a DataFrame with text as names of its columns, to find "
                f"features={features!r:.200}; got X without names. Pass a DataFrame."
            )
        return None
    if features is None and not owners:
        return None
    positions = {name: number for number, name in enumerate(feature_names)}
    if features is None:
        read = [name for name in positions if name not in owners]
    else:
        read = find_columns(features, list(positions), "features")
        _warn_of_shared([name for name in read if name in owners], owners)
    if not read:
        raise ValueError(
            f"X must have features for the network itself; got {len(positions)} features, all for "
            f"its sources {first_few(dict.fromkeys(owners.values()))}. Add features, or name "
            "in features= those that the network reads too."
        )
    return np.array([positions[name] for name in read])


def in_order_of_fit(X, feature_names):
    """Return a table with its columns in the order of `fit`, if the columns are the same.

    Parameters
    ----------
    X : array-like
        The rows. Anything but a table with names is returned as it is.
    feature_names : ndarray of str
        The names of the features in `fit`.

    Raises
    ------
    ValueError
        If the table lacks a feature.
    """
    names = text_columns(X)
    if not names:
        return X
    known = set(names)
    missing = [name for name in feature_names if name not in known]
    if missing:
        raise ValueError(
            f"X must have the {len(feature_names)} features of fit; got a table without "
            f"{len(missing)} of them: {first_few(missing)}. Add these columns."
        )
    return X[list(feature_names)] if len(names) == len(feature_names) else X


def _warn_of_shared(shared, owners):
    """Warn of features that both the network and a source read."""
    if shared:
        names = first_few(dict.fromkeys(owners[name] for name in shared))
        warnings.warn(
            f"The network reads {len(shared)} features that the source {names} reads too: "
            f"{first_few(shared)}. Leave them out of features= unless you mean it.",
            stacklevel=2,
        )
