"""Groups of features, by their names or as the user defines them."""

import re

import numpy as np

from skprognet._checks import text_columns
from skprognet._wording import first_few
from skprognet.sources import find_columns


def group_by_name(names):
    """Group the names of features by what they measure.

    openSMILE builds the name of a feature from what it measures, ``_sma`` and a statistic:
    ``loudness_sma3_amean`` is the mean loudness. A V or UV at the end of the first part, or before
    a number in it, means that only voiced or unvoiced frames were measured; the group stays the
    same. The group of any other name is the part before its first dot or underscore.

    Parameters
    ----------
    names : sequence of str
        Names of features.

    Returns
    -------
    dict of str to list of str
        The names of each group, in their order.
    """
    groups = {}
    for name in names:
        measured, smoothed, _ = name.partition("_sma")
        if smoothed:
            group = re.sub(r"U?V(?=\d|$)", "", measured)
        else:
            group = re.split(r"[._]", name, maxsplit=1)[0]
        groups.setdefault(group or name, []).append(name)
    return groups


def find_groups(groups, names, n_features):
    """Return the positions of the features of each group.

    Parameters
    ----------
    groups : dict of str to str, sequence of str or sequence of int; or sequence of str
        For each group its features: their names, beginnings of their names, or their positions. A
        sequence of beginnings makes one group of each.
    names : sequence of str or None
        The names of all features, if they are known.
    n_features : int
        Number of features.

    Returns
    -------
    dict of str to ndarray of int

    Raises
    ------
    TypeError
        If `groups` or its names have another type.
    ValueError
        If a group has no feature, a position is out of range, or a group has names and the
        names of the features are unknown.
    """
    if isinstance(groups, str) or not hasattr(groups, "__iter__"):
        raise TypeError(
            "groups must be a dict from the name of each group to its features, or a list of "
            f"beginnings of their names; got {groups!r:.200}. Pass one of the two."
        )
    named = groups if isinstance(groups, dict) else list(groups)
    wrong = [name for name in named if not isinstance(name, str)]
    if wrong:
        raise TypeError(
            f"The names of groups must be text; got {wrong[0]!r:.200}. Pass "
            "groups={'name': features}."
        )
    if not isinstance(named, dict):
        named = {beginning: beginning for beginning in named}
    return {name: _places(name, wanted, names, n_features) for name, wanted in named.items()}


def _places(group, wanted, names, n_features):
    """Return the positions of the features of one group."""
    if not isinstance(wanted, str) and np.asarray(wanted).dtype.kind in "iu":
        places = np.unique(np.asarray(wanted))
        if not len(places):
            raise ValueError(
                f"The group {group!r} must have at least one feature; got no positions. Leave "
                "this group out, or check what selects its features."
            )
        wrong = places[(places < 0) | (places >= n_features)]
        if len(wrong):
            raise ValueError(
                f"The group {group!r} must have positions of features from 0 to "
                f"{n_features - 1}; got {first_few(wrong.tolist())}. Count from 0."
            )
        return places
    if names is None:
        raise ValueError(
            f"The group {group!r} must have positions of features, since the network knows no "
            f"names; got {wanted!r:.200}. Pass the positions as integers, or fit with a DataFrame."
        )
    positions = {name: number for number, name in enumerate(names)}
    found = find_columns(wanted, list(positions), f"groups[{group!r}]")
    return np.array([positions[name] for name in found])


def names_at_network(source, X):
    """Return the names of the features that reach a network behind steps; None if unknown.

    Parameters
    ----------
    source : Source
        The network, perhaps behind the steps of a pipeline.
    X : array-like
        Rows before the steps.

    Returns
    -------
    list of str or None
        The names according to ``get_feature_names_out`` of each step.
    """
    names = text_columns(X)
    if not names:
        return None
    while source is not None:
        for step in source.steps:
            if not hasattr(step, "get_feature_names_out"):
                return None
            names = list(step.get_feature_names_out(names))
        source = getattr(source, "last", None)
    return names
