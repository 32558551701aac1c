"""Features that belong together: by their names, or as a user says."""

import re

import numpy as np

from skprognet._wording import first_few
from skprognet.sources import find_columns


def group_by_name(names):
    """Return names of features by what they measure.

    openSMILE calls each feature after what was measured, ``_sma``, and a statistic of it:
    ``loudness_sma3_amean`` is the mean loudness. A V or UV at the end, or before a number, says
    that only voiced or unvoiced frames were measured; they belong to the same group. The group of
    any other name is what stands before its first dot or underscore.

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
    """Return the places of the features of each group.

    Parameters
    ----------
    groups : dict of str to str, sequence of str or sequence of int; or sequence of str
        For each group its features: their names, what their names begin with, or their places. A
        sequence of beginnings makes a group of each.
    names : sequence of str or None
        The names of all features, where they are known.
    n_features : int
        How many there are.

    Returns
    -------
    dict of str to ndarray of int

    Raises
    ------
    TypeError
        If `groups` or its names are of another kind.
    ValueError
        If a group stands for no feature, or there are no names to find it by.
    """
    if isinstance(groups, str) or not hasattr(groups, "__iter__"):
        raise TypeError(
            "groups must be a dict from the name of each group to its features, or a list of what "
            f"their names begin with; got {groups!r:.200}."
        )
    if not isinstance(groups, dict):
        groups = {each: each for each in groups}
    wrong = [name for name in groups if not isinstance(name, str)]
    if wrong:
        raise TypeError(f"The groups of features must have text as names; got {wrong[0]!r:.200}.")
    return {name: _places(name, wanted, names, n_features) for name, wanted in groups.items()}


def _places(group, wanted, names, n_features):
    """Return the places of the features of one group."""
    if not isinstance(wanted, str) and np.asarray(wanted).dtype.kind in "iu":
        places = np.unique(np.asarray(wanted))
        wrong = places[(places < 0) | (places >= n_features)]
        if len(wrong):
            raise ValueError(
                f"The group {group!r} must have places of features from 0 to {n_features - 1}; "
                f"got {first_few(wrong.tolist())}."
            )
        return places
    if names is None:
        raise ValueError(
            f"The group {group!r} is found by the names of features, and the network knows none; "
            f"got {wanted!r:.200}. Give the places of its features as numbers, or fit with a "
            "DataFrame."
        )
    place = {name: number for number, name in enumerate(names)}
    return np.array(
        [place[name] for name in find_columns(wanted, list(place), f"groups[{group!r}]")]
    )


def names_at_network(source, X):
    """Return the names of what arrives at a network behind steps; None if they are not known.

    Parameters
    ----------
    source : Source
        The network, perhaps behind the steps of a pipeline.
    X : array-like
        Rows before the steps.

    Returns
    -------
    list of str or None
        As the ``get_feature_names_out`` of each step says.
    """
    names = list(getattr(X, "columns", ()))
    if not names or not all(isinstance(name, str) for name in names):
        return None
    while source is not None:
        for step in source.steps:
            if not hasattr(step, "get_feature_names_out"):
                return None
            names = list(step.get_feature_names_out(names))
        source = getattr(source, "last", None)
    return names
