"""What the predictions of a study show, in plain sentences that are computed from the numbers."""

import pandas as pd

from skprognet._comparisons import NO_SAME_NETWORK, signed, survives
from skprognet._predictions import PREDICTION, TRUTH
from skprognet._scores import METHOD, NO_SOURCE, label, label_of_row, methods_in, rows_of
from skprognet._table_metric import metric_of
from skprognet._wording import count, first_few
from skprognet.results import helped_more

_NAMED = 4
_CLOSE = 0.02  # confidence and accuracy this close are called alike


def find_plain(frame, networks):
    """Return the method to begin with, as (method, source).

    Parameters
    ----------
    frame : DataFrame
        With a row for each method.
    networks : dict of (str, str) to str
        As `plain_networks` returns.

    Returns
    -------
    tuple of (str, str)
        The first network that transfer is judged by, or else the first method without a source,
        or else the first one.
    """
    methods = methods_in(frame)
    plain = [method for method in methods if method[1] == NO_SOURCE]
    judges = [method for method in plain if method[0] in networks.values()]
    return [*judges, *plain, *methods][0]


def describe_classes(recalls, confusion, networks):
    """Say which class is recognised best and worst, and where a source changes a recall most.

    Parameters
    ----------
    recalls : DataFrame
        As `recall_by_class` returns.
    confusion : DataFrame
        As `confusion_by_method` returns.
    networks : dict of (str, str) to str
        As `plain_networks` returns.

    Returns
    -------
    str
        A few sentences.
    """
    plain = find_plain(recalls, networks)
    own = rows_of(recalls, plain).set_index("label")["recall_mean"]
    best, worst = own.idxmax(), own.idxmin()
    if own[best] == own[worst]:
        told = f"{label(*plain)} recognises all classes alike (recall {own[best]:.3f})"
        return f"{told}. {_largest_change(recalls, networks)}".rstrip()
    told = f"{label(*plain)} recognises {best} best (recall {own[best]:.3f})"
    told += f" and {worst} worst ({own[worst]:.3f})"
    mistakes = rows_of(confusion, plain)
    mistakes = mistakes[(mistakes[TRUTH] == worst) & (mistakes[PREDICTION] != worst)]
    most = mistakes.loc[mistakes["recall"].idxmax()]
    if most["recall"] > 0:
        told += f", {100 * most['recall']:.0f} % of which it takes for {most[PREDICTION]}"
    return f"{told}. {_largest_change(recalls, networks)}".rstrip()


def _largest_change(recalls, networks):
    """Return a sentence on the recall that a source changes most, or nothing."""
    if (recalls["source"] == NO_SOURCE).all():
        return ""
    if not networks:
        return f"{NO_SAME_NETWORK}, so that no recall is compared."
    changes = pd.concat(
        [
            rows_of(recalls, method).set_index("label")["recall_mean"]
            - rows_of(recalls, (network, NO_SOURCE)).set_index("label")["recall_mean"]
            for method, network in networks.items()
        ],
        keys=[label(*method) for method in networks],
    )
    if not changes.any():
        return "No source changes any recall."
    name, of_class = changes.abs().idxmax()
    change = signed(changes[name, of_class])
    return f"With a source, the recall of {of_class} changes most: {change} by {name}."


def describe_gaps(gaps, networks):
    """Say for which group the network without a source is best and worst, and if transfer counts.

    Parameters
    ----------
    gaps : DataFrame
        As `gaps_between_groups` returns, of one column.
    networks : dict of (str, str) to str
        As `plain_networks` returns.

    Returns
    -------
    str
        Two sentences.
    """
    own = rows_of(gaps, find_plain(gaps, networks)).iloc[0]
    told = (
        f"Among groups of {own['column']}, {label_of_row(own[list(METHOD)])} does best for "
        f"{own['best']} ({metric_of(gaps).label} {own['best_score']:.3f}) and worst for "
        f"{own['worst']} ({own['worst_score']:.3f}): the gap is {own['gap']:.3f}."
    )
    compared = gaps[gaps["against"].notna()]
    tested = compared[compared["pvalue"].notna()]
    if not len(compared):
        is_transfer = (gaps["source"] != NO_SOURCE).any()
        return f"{told} {NO_SAME_NETWORK}, so that no gap is compared." if is_transfer else told
    if not len(tested):
        return f"{told} Whether transfer changes it cannot be tested."
    found = [_change_of_gap(row) for _, row in tested.iterrows() if survives(row)]
    if not found:
        return (
            f"{told} There is no evidence, after Holm's correction, that a source does more for "
            "one group than for another."
        )
    return f"{told} {first_few(found, _NAMED, str)}."


def _change_of_gap(row):
    return (
        f"{label_of_row(row[list(METHOD)])} does more for {helped_more(row)} than "
        f"{row['against']} (change {signed(row['change'])}, p = {row['pvalue_holm']:.3g} after "
        "Holm's correction)"
    )


def describe_calibration(errors, networks):
    """Say whether the network without a source is too sure, and which method is calibrated best.

    Parameters
    ----------
    errors : DataFrame
        As `expected_calibration_error` returns.
    networks : dict of (str, str) to str
        As `plain_networks` returns.

    Returns
    -------
    str
        Two sentences; one for a single method.
    """
    own = rows_of(errors, find_plain(errors, networks)).iloc[0]
    excess = own["confidence"] - own["accuracy"]
    verdict = "too sure" if excess > 0 else "not sure enough"
    if abs(excess) < _CLOSE:
        verdict = "on average about as sure as it should be"
    told = (
        f"{label_of_row(own[list(METHOD)])} is {verdict}: its mean confidence is "
        f"{100 * own['confidence']:.0f} %, and {100 * own['accuracy']:.0f} % of its predictions "
        f"are right (calibration error {own['ece']:.3f})."
    )
    if len(errors) == 1:
        return told
    best, worst = (
        errors.loc[row, [*METHOD, "ece"]]
        for row in (errors["ece"].idxmin(), errors["ece"].idxmax())
    )
    return (
        f"{told} The calibration error is smallest for {label_of_row(best)} ({best['ece']:.3f}) "
        f"and largest for {label_of_row(worst)} ({worst['ece']:.3f})."
    )


def describe_disputes(disputed, methods):
    """Say on how many rows the methods agree, and how many labels transfer mends and spoils.

    Parameters
    ----------
    disputed : DataFrame
        As `most_disputed` returns, of all rows.
    methods : list of str
        Its columns with the labels of the methods.

    Returns
    -------
    str
        Two sentences.
    """
    labels = disputed[methods]
    agree = labels.eq(labels.iloc[:, 0], axis=0).all(axis=1)
    right = agree & (labels.iloc[:, 0] == disputed[TRUTH])
    told = (
        f"All methods give the same label to {agree.sum()} of {count(disputed, 'row')}, the right "
        f"one to {right.sum()}."
    )
    if disputed["wrong_to_right"].isna().all():
        return f"{told} {NO_SAME_NETWORK}, so that it is not said what transfer changes."
    mended, spoilt = ((disputed[c] != "").sum() for c in ("wrong_to_right", "right_to_wrong"))
    return (
        f"{told} On {mended} rows some transfer is right where the network without a source is "
        f"wrong; on {spoilt} rows it is the other way round."
    )


def list_gaps(gaps):
    """Return the gaps as rows of text: column, method, its extremes, gap, groups, change, p."""
    return [
        [
            row["column"],
            label_of_row(row[list(METHOD)]),
            f"{row['best']} ({row['best_score']:.3f})",
            f"{row['worst']} ({row['worst_score']:.3f})",
            f"{row['gap']:.3f}",
            "" if pd.isna(row["change"]) else f"{row['higher']} minus {row['lower']}",
            "" if pd.isna(row["change"]) else signed(row["change"]),
            "" if pd.isna(row["pvalue"]) else f"{row['pvalue']:.3f}",
            "" if pd.isna(row["pvalue_holm"]) else f"{row['pvalue_holm']:.3f}",
        ]
        for _, row in gaps.iterrows()
    ]
