"""Say what the predictions of a study show, in sentences computed from the numbers."""

import pandas as pd

from skprognet._comparisons import NO_SAME_NETWORK, signed, survives
from skprognet._predictions import PREDICTION, TRUTH
from skprognet._scores import METHOD, NO_SOURCE, label, label_of_row, methods_in, rows_of
from skprognet._table_metric import metric_of
from skprognet._wording import count, first_few
from skprognet.results import more_and_less, why_not_tested

_NAMED = 4
_CLOSE = 0.02  # if confidence and accuracy differ by less, they are called equal


def find_plain(frame, networks):
    """Return the method to describe first, as (method, source).

    Parameters
    ----------
    frame : DataFrame
        A table with a row for each method.
    networks : dict of (str, str) to str
        As `plain_networks` returns it.

    Returns
    -------
    tuple of (str, str)
        The first network without a source that others are compared with, or else the first method
        without a source, or else the first method.
    """
    methods = methods_in(frame)
    plain = [method for method in methods if method[1] == NO_SOURCE]
    compared_with = [method for method in plain if method[0] in networks.values()]
    return [*compared_with, *plain, *methods][0]


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
    of_plain = rows_of(recalls, plain).set_index("label")["recall_mean"]
    best, worst = of_plain.idxmax(), of_plain.idxmin()
    if of_plain[best] == of_plain[worst]:
        sentence = f"{label(*plain)} recognises all classes alike (recall {of_plain[best]:.3f})."
        return f"{sentence} {_largest_change(recalls, networks)}".rstrip()
    sentences = (
        f"{label(*plain)} recognises {best} best (recall {of_plain[best]:.3f}) and {worst} worst "
        f"({of_plain[worst]:.3f})."
    )
    mistakes = rows_of(confusion, plain)
    mistakes = mistakes[(mistakes[TRUTH] == worst) & (mistakes[PREDICTION] != worst)]
    most = mistakes.loc[mistakes["recall"].idxmax()]
    if most["recall"] > 0:
        share = f"{100 * most['recall']:.0f} %"
        sentences += f" It takes {share} of the {worst} rows for {most[PREDICTION]}."
    return f"{sentences} {_largest_change(recalls, networks)}".rstrip()


def _largest_change(recalls, networks):
    """Return a sentence on the recall that a source changes most, or nothing."""
    if (recalls["source"] == NO_SOURCE).all():
        return ""
    if not networks:
        return f"{NO_SAME_NETWORK}, so recalls are not compared."
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
    return f"With a source, the recall of {of_class} changes most: by {change} for {name}."


def describe_gaps(gaps, networks):
    """Say for which groups the network without a source is best and worst, and what transfer does.

    Parameters
    ----------
    gaps : DataFrame
        As `gaps_between_groups` returns it, for one column.
    networks : dict of (str, str) to str
        As `plain_networks` returns it.

    Returns
    -------
    str
        One or two sentences.
    """
    plain = rows_of(gaps, find_plain(gaps, networks)).iloc[0]
    gap = (
        f"Among groups of {plain['column']}, {label_of_row(plain[list(METHOD)])} does best for "
        f"{plain['best']} ({metric_of(gaps).label} {plain['best_score']:.3f}) and worst for "
        f"{plain['worst']} ({plain['worst_score']:.3f}): the gap is {plain['gap']:.3f}."
    )
    compared = gaps[gaps["against"].notna()]
    tested = compared[compared["pvalue"].notna()]
    if not len(compared):
        is_transfer = (gaps["source"] != NO_SOURCE).any()
        return f"{gap} {NO_SAME_NETWORK}, so gaps are not compared." if is_transfer else gap
    if not len(tested):
        why = why_not_tested(compared.iloc[0])
        return f"{gap} Whether transfer changes it cannot be tested: {why}."
    changes = [_change_of_gap(row) for _, row in tested.iterrows() if survives(row)]
    if not changes:
        return (
            f"{gap} After Holm's correction, no source changes the difference between groups "
            "significantly."
        )
    return f"{gap} {first_few(changes, _NAMED, str)}."


def _change_of_gap(row):
    more, less = more_and_less(row)
    return (
        f"With {label_of_row(row[list(METHOD)])} in place of {row['against']}, {more} gains more, "
        f"or loses less, than {less} (change {signed(row['change'])}, p = "
        f"{row['pvalue_holm']:.3g} after Holm's correction)"
    )


def describe_calibration(errors, networks):
    """Say if the network without a source is overconfident, and which method is calibrated best.

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
    plain = rows_of(errors, find_plain(errors, networks)).iloc[0]
    excess = plain["confidence"] - plain["accuracy"]
    verdict = "overconfident" if excess > 0 else "underconfident"
    if abs(excess) < _CLOSE:
        verdict = "about as confident as it should be, on average"
    calibration = (
        f"{label_of_row(plain[list(METHOD)])} is {verdict}: its mean confidence is "
        f"{100 * plain['confidence']:.0f} %, and {100 * plain['accuracy']:.0f} % of its "
        f"predictions are right (calibration error {plain['ece']:.3f})."
    )
    if len(errors) == 1:
        return calibration
    best, worst = (
        errors.loc[row, [*METHOD, "ece"]]
        for row in (errors["ece"].idxmin(), errors["ece"].idxmax())
    )
    return (
        f"{calibration} The calibration error is smallest for {label_of_row(best)} "
        f"({best['ece']:.3f}) and largest for {label_of_row(worst)} ({worst['ece']:.3f})."
    )


def describe_disputes(disputed, methods):
    """Say on how many rows the methods agree, and how many labels transfer corrects or spoils.

    Parameters
    ----------
    disputed : DataFrame
        As `most_disputed` returns it, with all rows.
    methods : list of str
        The columns with the labels of the methods.

    Returns
    -------
    str
        Two sentences.
    """
    labels = disputed[methods]
    agree = labels.eq(labels.iloc[:, 0], axis=0).all(axis=1)
    right = agree & (labels.iloc[:, 0] == disputed[TRUTH])
    agreement = (
        f"All methods give the same label to {agree.sum()} of {count(disputed, 'row')}; this "
        f"label is right for {right.sum()} of them."
    )
    if disputed["wrong_to_right"].isna().all():
        return f"{agreement} {NO_SAME_NETWORK}, so the effect of transfer is not shown."
    corrected, spoilt = ((disputed[c] != "").sum() for c in ("wrong_to_right", "right_to_wrong"))
    return (
        f"{agreement} On {corrected} rows a network with a source is right although the network "
        f"without a source is wrong; on {spoilt} rows it is the other way round."
    )


def list_gaps(gaps):
    """Return the gaps as rows of text: column, method, extremes, gap, groups, change, p-values."""
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
