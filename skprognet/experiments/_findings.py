"""What the predictions of a study show, in plain sentences that are computed from the numbers."""

import pandas as pd

from skprognet._comparisons import evidence, signed, survives
from skprognet._predictions import PREDICTION, TRUTH
from skprognet._scores import METHOD, NO_SOURCE, label, label_of_row, methods_in, rows_of
from skprognet._wording import count, first_few

_NAMED = 4
_CLOSE = 0.02  # confidence and accuracy this close are called alike


def find_plain(frame):
    """Return the first method without a source, or else the first one, as (method, source)."""
    methods = methods_in(frame)
    return next((method for method in methods if method[1] == NO_SOURCE), methods[0])


def describe_classes(recalls, confusion):
    """Say which class is recognised best and worst, and where a source changes a recall most.

    Parameters
    ----------
    recalls : DataFrame
        As `recall_by_class` returns.
    confusion : DataFrame
        As `confusion_by_method` returns.

    Returns
    -------
    str
        A few sentences.
    """
    plain = find_plain(recalls)
    own = rows_of(recalls, plain).set_index("label")["recall_mean"]
    best, worst = own.idxmax(), own.idxmin()
    if own[best] == own[worst]:
        told = f"{label(*plain)} recognises all classes alike (recall {own[best]:.3f})"
        return f"{told}. {_largest_change(recalls, own)}".rstrip()
    told = f"{label(*plain)} recognises {best} best (recall {own[best]:.3f})"
    told += f" and {worst} worst ({own[worst]:.3f})"
    mistakes = rows_of(confusion, plain)
    mistakes = mistakes[(mistakes[TRUTH] == worst) & (mistakes[PREDICTION] != worst)]
    most = mistakes.loc[mistakes["recall"].idxmax()]
    if most["recall"] > 0:
        told += f", {100 * most['recall']:.0f} % of which it takes for {most[PREDICTION]}"
    return f"{told}. {_largest_change(recalls, own)}".rstrip()


def _largest_change(recalls, own):
    """Return a sentence on the recall that a source changes most, or nothing."""
    others = recalls[recalls["source"] != NO_SOURCE].reset_index(drop=True)
    if not len(others):
        return ""
    changes = others["recall_mean"] - others["label"].map(own)
    if not changes.any():
        return "No source changes any recall."
    row = others.loc[changes.abs().idxmax()]
    change = signed(changes.loc[row.name])
    return (
        f"With a source, the recall of {row['label']} changes most: {change} by "
        f"{label_of_row(row[list(METHOD)])}."
    )


def describe_gaps(gaps):
    """Say for which group the network without a source is best and worst, and if transfer counts.

    Parameters
    ----------
    gaps : DataFrame
        As `gaps_between_groups` returns, of one column.

    Returns
    -------
    str
        Two sentences.
    """
    own = rows_of(gaps, find_plain(gaps)).iloc[0]
    told = (
        f"Among groups of {own['column']}, {label_of_row(own[list(METHOD)])} does best for "
        f"{own['best']} (UAR {own['best_score']:.3f}) and worst for {own['worst']} "
        f"({own['worst_score']:.3f}): the gap is {own['gap']:.3f}."
    )
    compared = gaps[gaps["against"].notna()]
    tested = compared[compared["pvalue"].notna()]
    if not len(compared):
        return told
    if not len(tested):
        return f"{told} Whether transfer changes it cannot be tested."
    found = [_change_of_gap(row) for _, row in tested[evidence(tested)].iterrows()]
    none = "There is no evidence that transfer changes it"
    return f"{told} {first_few(found, _NAMED, str) or none}."


def _change_of_gap(row):
    after = "" if survives(row) else ", but not after Holm's correction"
    return (
        f"{label_of_row(row[list(METHOD)])} {'widens' if row['widening'] > 0 else 'narrows'} the "
        f"gap between {row['best']} and {row['worst']} ({signed(row['widening'])}, "
        f"p = {row['pvalue']:.3g}{after})"
    )


def describe_calibration(errors):
    """Say whether the network without a source is too sure, and which method is calibrated best.

    Parameters
    ----------
    errors : DataFrame
        As `expected_calibration_error` returns.

    Returns
    -------
    str
        Two sentences; one for a single method.
    """
    own = rows_of(errors, find_plain(errors)).iloc[0]
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
    mended, spoilt = ((disputed[c] != "").sum() for c in ("wrong_to_right", "right_to_wrong"))
    return (
        f"All methods give the same label to {agree.sum()} of {count(disputed, 'row')}, the right "
        f"one to {right.sum()}. On {mended} rows some transfer is right where the network without "
        f"a source is wrong; on {spoilt} rows it is the other way round."
    )


def list_gaps(gaps):
    """Return the gaps as rows of text, for a table: column, method, gap, groups, change, p."""
    return [
        [
            row["column"],
            label_of_row(row[list(METHOD)]),
            f"{row['gap']:.3f}",
            f"{row['best']} ({row['best_score']:.3f})",
            f"{row['worst']} ({row['worst_score']:.3f})",
            "" if pd.isna(row["widening"]) else signed(row["widening"]),
            "" if pd.isna(row["pvalue"]) else f"{row['pvalue']:.3f}",
        ]
        for _, row in gaps.iterrows()
    ]
