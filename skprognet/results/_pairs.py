"""Which method is compared with which, and what that says: does the source help, or the method."""

from itertools import combinations

import pandas as pd

from skprognet._comparisons import CONTROL, OTHER, PLACEBO, SAME_SOURCE, TRANSFER
from skprognet._controls import with_placebo
from skprognet._scores import BASELINE, NO_SOURCE, methods_in, placebo_of, rows_of
from skprognet._wording import first_few, nearest_name

# What the paper calls them: the network without a source, and the two ways to use one.
DNN = "DNN"
PAPER_TRANSFER = ("PT/FT", "ProgNet")


def plain_networks(scores):
    """Return for each method with a source what the same network without one is called.

    The column baseline of the scores says it. Scores without it call that network "DNN".

    Parameters
    ----------
    scores : DataFrame
        Of one condition; predictions have the same columns.

    Returns
    -------
    dict of (str, str) to str
        By (method, source); methods whose network was not run without a source are not in it.
    """
    found = methods_in(scores)
    plain = {method for method, source in found if source == NO_SOURCE}
    networks = {}
    for method in found:
        if method[1] == NO_SOURCE:
            continue
        baselines = rows_of(scores, method).get(BASELINE, pd.Series(dtype=object)).dropna()
        name = baselines.iloc[0] if len(baselines) else DNN
        if name in plain:
            networks[method] = name
    return networks


def networks_without_source(predictions, against=None):
    """Return for each method with a source which one without it is judged by.

    Parameters
    ----------
    predictions : DataFrame
        Of one condition; scores have the same columns.
    against : str, default=None
        The name of a method without a source, for all; None is as :func:`plain_networks` finds
        it.

    Returns
    -------
    dict of (str, str) to str
        By (method, source); methods without one are not in it.

    Raises
    ------
    ValueError
        If there is no method of this name without a source.
    """
    found = methods_in(predictions)
    plain = [method for method, source in found if source == NO_SOURCE]
    if against is not None and against not in plain:
        near = nearest_name(against, plain)
        hint = f"Did you mean {near!r}?" if near else f"There are {first_few(plain)}."
        raise ValueError(f"against must name a method without a source; got {against!r}. {hint}")
    if against is None:
        return plain_networks(predictions)
    return {method: against for method in found if method[1] != NO_SOURCE}


def kind_of(method, against, networks):
    """Return what a comparison is about.

    Parameters
    ----------
    method, against : tuple of (method, source)
        The two.
    networks : dict of (str, str) to str
        As :func:`plain_networks` returns.

    Returns
    -------
    {"transfer", "same source", "placebo", "control", "other"}
        "transfer": a network with a source and the same network without; "same source": two
        methods with one source; "placebo": a network with a source and with the placebo of this
        source; "control": a network with a placebo and the same network without a source.
    """
    for one, other in ((method, against), (against, method)):
        if other[1] == NO_SOURCE and networks.get(one) == other[0]:
            return TRANSFER if placebo_of(one[1]) is None else CONTROL
        if other == with_placebo(one):
            return PLACEBO
    return SAME_SOURCE if method[1] == against[1] != NO_SOURCE else OTHER


def expected_better_first(a, b):
    """Return (later, earlier), unless only one of them has something to learn from a source.

    A network with a source comes before one without, and before the same one with a placebo.
    """
    return (a, b) if b[1] == NO_SOURCE != a[1] or b == with_placebo(a) else (b, a)


def _paper_pairs(found, networks):
    """Return which (method, source) the paper compares with which, and where others stand.

    Each transferred method with each plain one, as the paper's asterisk; then the methods of one
    source with each other, the later listed with the earlier, as its cross; then the controls,
    which the paper has not; then the plain ones.
    """
    plain = [method for method in found if method[1] == NO_SOURCE]
    transferred = [m for m in found if m[1] != NO_SOURCE and placebo_of(m[1]) is None]
    pairs = [(method, base) for method in transferred for base in plain]
    pairs += [(b, a) for a, b in combinations(transferred, 2) if a[1] == b[1]]
    pairs += _control_pairs(found, networks)
    # The network is what the others are measured by, wherever it is listed.
    first = [method for method in plain if method[0] in networks.values()]
    ordered = first + [method for method in plain if method not in first]
    return pairs + [(b, a) for a, b in combinations(ordered, 2)]


def _control_pairs(found, networks):
    """Return each network with a source and with its placebo, and that with the plain network."""
    pairs = [(method, with_placebo(method)) for method in found if with_placebo(method) in found]
    placebos = [method for method in found if placebo_of(method[1]) is not None]
    plain = [(method, (networks[method], NO_SOURCE)) for method in placebos if method in networks]
    return pairs + plain


def _find(against, found):
    """Return the one (method, source) that `against` names."""
    if isinstance(against, str):
        named = [method for method in found if method[0] == against]
    elif isinstance(against, (tuple, list)):
        named = [method for method in found if method == tuple(against)]
    else:
        raise TypeError(
            f"against must be the name of a method, or a pair (method, source); got {against!r}."
        )
    if not named:
        raise ValueError(
            f"against must name a method that was scored in every condition, or a pair (method, "
            f"source); got {against!r} where there are {found}."
        )
    if len(named) > 1:
        raise ValueError(
            f"against must name one method and source; {against!r} has several. Choose one of "
            f"{named}."
        )
    return named[0]


def choose_pairs(found, pairs, against, networks):
    """Return which (method, source) to compare with which."""
    if against is not None:
        one = _find(against, found)
        return [(method, one) for method in found if method != one]
    if pairs == "all":
        return [expected_better_first(a, b) for a, b in combinations(found, 2)]
    return _paper_pairs(found, networks)
