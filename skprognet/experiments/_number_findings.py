"""What predictions of numbers show, in plain sentences that are computed from the numbers."""

import numpy as np

from skprognet._comparisons import NO_SAME_NETWORK, signed
from skprognet._predictions import TRUTH
from skprognet._scores import NO_SOURCE, label, rows_of
from skprognet._wording import count, first_few
from skprognet.experiments._findings import find_plain

_NAMED = 4


def describe_agreement(agreement, networks):
    """Say how close the network without a source is, and by how much a source changes that most.

    Parameters
    ----------
    agreement : DataFrame
        As `agreement_by_method` returns.
    networks : dict of (str, str) to str
        As `plain_networks` returns.

    Returns
    -------
    str
        Two sentences, or three.
    """
    plain = find_plain(agreement, networks)
    own = rows_of(agreement, plain).iloc[0]
    told = (
        f"Over all rows of a repeat, {label(*plain)} has CCC {own['ccc']:.3f}{_correlated(own)} "
        f"and RMSE {own['rmse']:.3g}. Its predictions vary {own['spread']:.2f} times as much as "
        f"the truth, and are on average {_off(own['bias'])}."
    )
    return f"{told} {_largest_change(agreement, networks)}".rstrip()


def _correlated(row):
    return "" if np.isnan(row["pearson_r"]) else f", Pearson's r {row['pearson_r']:.3f}"


def _off(bias):
    if f"{bias:.2g}" in ("0", "-0"):
        return "neither too high nor too low"
    return f"{abs(bias):.2g} too {'high' if bias > 0 else 'low'}"


def _largest_change(agreement, networks):
    """Return a sentence on the method whose source changes the CCC most, or nothing."""
    if (agreement["source"] == NO_SOURCE).all():
        return ""
    if not networks:
        return f"{NO_SAME_NETWORK}, so that no CCC is compared."
    changes = {
        method: rows_of(agreement, method).iloc[0][["ccc", "pearson_r"]]
        - rows_of(agreement, (network, NO_SOURCE)).iloc[0][["ccc", "pearson_r"]]
        for method, network in networks.items()
    }
    most = max(changes, key=lambda method: abs(changes[method]["ccc"]))
    change = changes[most]
    if change["ccc"] == 0:
        return "No source changes the CCC."
    told = f"With a source, the CCC changes most for {label(*most)}: by {signed(change['ccc'])}"
    if np.isnan(change["pearson_r"]):
        return f"{told}."
    return f"{told}, and its Pearson's r by {signed(change['pearson_r'])}."


def describe_distances(disputed, networks):
    """Say how far the methods are apart, and how often a source brings a number closer.

    Parameters
    ----------
    disputed : DataFrame
        As `most_disputed` returns, of all rows.
    networks : dict of (str, str) to str
        As `plain_networks` returns.

    Returns
    -------
    str
        Two sentences.
    """
    told = (
        f"On {count(disputed, 'row')} the numbers of the methods differ by "
        f"{disputed['disagreement'].mean():.2g} on average (standard deviation over the methods), "
        f"and are {disputed['error'].mean():.2g} from the truth."
    )
    if not networks:
        return f"{told} {NO_SAME_NETWORK}, so that it is not said what transfer changes."
    closer = [
        f"{label(*method)} is closer to the truth than {network} on "
        f"{100 * _is_closer(disputed, label(*method), network).mean():.0f} % of the rows"
        for method, network in networks.items()
    ]
    return f"{told} {first_few(closer, _NAMED, str)}."


def _is_closer(disputed, method, network):
    distances = (disputed[name].sub(disputed[TRUTH]).abs() for name in (method, network))
    return next(distances) < next(distances)
