"""Choose which methods to compare, and say what each comparison is about."""

from itertools import combinations

from skprognet._comparisons import CONTROL, OTHER, PLACEBO, SAME_SOURCE, TRANSFER
from skprognet._controls import with_placebo
from skprognet._scores import BASELINE, NO_SOURCE, methods_in, placebo_of, rows_of
from skprognet._wording import did_you_mean, first_few

# The names of the paper: the network without a source, and two ways to use a source.
DNN = "DNN"
PAPER_TRANSFER = ("PT/FT", "ProgNet")


def plain_networks(scores):
    """Return, for each method with a source, the name of the same network without a source.

    This name is in the column baseline of the scores. Without this column it is "DNN". If the
    column is empty for a method, its network without a source is unknown.

    Parameters
    ----------
    scores : DataFrame
        Scores or predictions of one condition.

    Returns
    -------
    dict of (str, str) to str
        Names by (method, source), without methods whose network was not run without a source.
    """
    methods = methods_in(scores)
    plain = {method for method, source in methods if source == NO_SOURCE}
    networks = {}
    for method in methods:
        if method[1] == NO_SOURCE:
            continue
        name = DNN
        if BASELINE in scores:
            name = next(iter(rows_of(scores, method)[BASELINE].dropna()), None)
        if name in plain:
            networks[method] = name
    return networks


def networks_without_source(predictions, against=None):
    """Return, for each method with a source, the method without a source to compare it with.

    Parameters
    ----------
    predictions : DataFrame
        Predictions or scores of one condition.
    against : str, default=None
        Name of a method without a source, for all methods. None means the networks that
        :func:`plain_networks` finds.

    Returns
    -------
    dict of (str, str) to str
        Names by (method, source), without methods that have nothing to be compared with.

    Raises
    ------
    ValueError
        If there is no method of this name without a source.
    """
    methods = methods_in(predictions)
    plain = [method for method, source in methods if source == NO_SOURCE]
    if against is not None and against not in plain:
        known = f"Choose one of {first_few(plain)}." if plain else "Add the rows of such a method."
        hint = did_you_mean(against, plain, known)
        raise ValueError(f"against must name a method without a source; got {against!r}. {hint}")
    if against is None:
        return plain_networks(predictions)
    return {method: against for method in methods if method[1] != NO_SOURCE}


def kind_of(method, against, networks):
    """Return what a comparison is about.

    Parameters
    ----------
    method, against : tuple of (method, source)
        The two methods.
    networks : dict of (str, str) to str
        As :func:`plain_networks` returns them.

    Returns
    -------
    {"transfer", "same source", "placebo", "control", "other"}
        "transfer": a network with a source and the same network without a source. "same source":
        two methods with the same source. "placebo": a network with a source and the same network
        with the placebo of this source. "control": a network with a placebo and the same network
        without a source. "other": anything else.
    """
    for one, other in ((method, against), (against, method)):
        if other[1] == NO_SOURCE and networks.get(one) == other[0]:
            return TRANSFER if placebo_of(one[1]) is None else CONTROL
        if other == with_placebo(one):
            return PLACEBO
    return SAME_SOURCE if method[1] == against[1] != NO_SOURCE else OTHER


def expected_better_first(a, b):
    """Return the two in the order of a comparison: the one that is expected to be better first.

    A network with a source comes before one without, and before the same network with a placebo.
    Otherwise the method that is listed later comes first.
    """
    return (a, b) if b[1] == NO_SOURCE != a[1] or b == with_placebo(a) else (b, a)


def _paper_pairs(methods, networks):
    """Return the pairs of (method, source) that the paper compares, and the pairs of controls.

    First each method with a source and each method without one (the paper's asterisk); then the
    methods with the same source, the one listed later first (the paper's cross); then the
    controls, which the paper does not have; then the methods without a source.
    """
    plain = [method for method in methods if method[1] == NO_SOURCE]
    transferred = [m for m in methods if m[1] != NO_SOURCE and placebo_of(m[1]) is None]
    pairs = [(method, base) for method in transferred for base in plain]
    pairs += [(b, a) for a, b in combinations(transferred, 2) if a[1] == b[1]]
    pairs += _control_pairs(methods, networks)
    # The others are compared with the network, wherever it is listed.
    first = [method for method in plain if method[0] in networks.values()]
    ordered = first + [method for method in plain if method not in first]
    return pairs + [(b, a) for a, b in combinations(ordered, 2)]


def _control_pairs(methods, networks):
    """Return the pairs of source and placebo, and of placebo and no source."""
    pairs = [(m, with_placebo(m)) for m in methods if with_placebo(m) in methods]
    placebos = [method for method in methods if placebo_of(method[1]) is not None]
    plain = [(method, (networks[method], NO_SOURCE)) for method in placebos if method in networks]
    return pairs + plain


def _find(against, methods):
    """Return the (method, source) that `against` names."""
    if isinstance(against, str):
        named = [method for method in methods if method[0] == against]
    elif isinstance(against, (tuple, list)):
        named = [method for method in methods if method == tuple(against)]
    else:
        raise TypeError(
            f"against must be the name of a method, or a pair (method, source); got {against!r}. "
            "Pass one of these."
        )
    if not named:
        raise ValueError(
            f"against must name a method that was scored in every condition, or a pair (method, "
            f"source); got {against!r}. Choose one of {first_few(methods, show=str)}."
        )
    if len(named) > 1:
        raise ValueError(
            f"against must name one method and source; got {against!r}, which has several "
            f"sources. Choose one of {named}."
        )
    return named[0]


def choose_pairs(methods, pairs, against, networks):
    """Return the pairs of (method, source) to compare."""
    if against is not None:
        one = _find(against, methods)
        return [(method, one) for method in methods if method != one]
    if pairs == "all":
        return [expected_better_first(a, b) for a, b in combinations(methods, 2)]
    return _paper_pairs(methods, networks)
