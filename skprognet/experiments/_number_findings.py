"""Say what predictions of numbers show, in sentences computed from the numbers."""

import numpy as np

from skprognet._comparisons import NO_SAME_NETWORK, signed
from skprognet._digits import shared_digits
from skprognet._predictions import TRUTH
from skprognet._scores import NO_SOURCE, label, rows_of
from skprognet._wording import count
from skprognet.experiments._findings import find_plain


def describe_agreement(agreement, networks):
    """Say how well the network without a source agrees with the truth, and what sources change.

    Parameters
    ----------
    agreement : DataFrame
        As `agreement_by_method` returns.
    networks : dict of (str, str) to str
        As `plain_networks` returns.

    Returns
    -------
    str
        Two or three sentences.
    """
    plain = find_plain(agreement, networks)
    row = rows_of(agreement, plain).iloc[0]
    # As in the table.
    rmse_format, bias_format = (shared_digits(agreement[name]) for name in ("rmse", "bias"))
    sentences = (
        f"Over all rows of a repeat, {label(*plain)} has CCC {row['ccc']:.3f}{_correlated(row)} "
        f"and RMSE {row['rmse']:{rmse_format}}. Its predictions vary {row['spread']:.2f} times as "
        f"much as the truth, and are on average {_off(row['bias'], bias_format)}."
    )
    return f"{sentences} {_largest_change(agreement, networks)}".rstrip()


def _correlated(row):
    return "" if np.isnan(row["pearson_r"]) else f", Pearson's r {row['pearson_r']:.3f}"


def _off(bias, number_format):
    size = f"{abs(bias):{number_format}}"
    if float(size) == 0:
        return "neither too high nor too low"
    return f"{size} too {'high' if bias > 0 else 'low'}"


def _largest_change(agreement, networks):
    """Return a sentence on the method whose source changes the CCC most, or nothing."""
    if (agreement["source"] == NO_SOURCE).all():
        return ""
    if not networks:
        return f"{NO_SAME_NETWORK}, so CCCs are not compared."
    changes = {
        method: rows_of(agreement, method).iloc[0][["ccc", "pearson_r"]]
        - rows_of(agreement, (network, NO_SOURCE)).iloc[0][["ccc", "pearson_r"]]
        for method, network in networks.items()
    }
    most = max(changes, key=lambda method: abs(changes[method]["ccc"]))
    change = changes[most]
    if change["ccc"] == 0:
        return "No source changes the CCC."
    start = f"With a source, the CCC changes most for {label(*most)}: by {signed(change['ccc'])}"
    if np.isnan(change["pearson_r"]):
        return f"{start}."
    return f"{start}, and its Pearson's r by {signed(change['pearson_r'])}."


def describe_distances(disputed, networks):
    """Say how much the methods differ, and how often a source brings a number closer to the truth.

    Parameters
    ----------
    disputed : DataFrame
        As `most_disputed` returns, of all rows.
    networks : dict of (str, str) to str
        As `plain_networks` returns.

    Returns
    -------
    str
        Two or three sentences.
    """
    apart = disputed[["disagreement", "error"]].mean()
    shown = shared_digits(apart, digits=2)
    distances = (
        f"On {count(disputed, 'row')} the numbers of the methods differ by "
        f"{apart['disagreement']:{shown}} on average (standard deviation over the methods), "
        f"and are {apart['error']:{shown}} from the truth."
    )
    if not networks:
        return f"{distances} {NO_SAME_NETWORK}, so the effect of transfer is not shown."
    return f"{distances} {_how_often_closer(disputed, networks)}."


def _how_often_closer(disputed, networks):
    """Return the share of rows on which a source brings numbers closer, or the extreme shares."""
    shares = {m: _is_closer(disputed, label(*m), plain).mean() for m, plain in networks.items()}
    most, fewest = max(shares, key=shares.get), min(shares, key=shares.get)
    often = f"on {100 * shares[most]:.0f} % of the rows"
    if len(shares) == 1:
        return f"{label(*most)} is closer to the truth than {networks[most]} {often}"
    return (
        f"Among {len(shares)} methods with a source, {label(*most)} is most often closer to the "
        f"truth than the same network without a source, {often}. {label(*fewest)} is least often "
        f"closer, on {100 * shares[fewest]:.0f} %"
    )


def _is_closer(disputed, method, network):
    distances = (disputed[name].sub(disputed[TRUTH]).abs() for name in (method, network))
    return next(distances) < next(distances)
