"""A gap between groups in words, and what transfer changes about it."""

import pandas as pd

from skprognet._comparisons import signed, survives
from skprognet._scores import NO_SOURCE, condition_in_words, label
from skprognet._table_metric import metric_of_row


def gap_verdict(row, n_tests):
    """Return a row of the table of gaps in words.

    Parameters
    ----------
    row : Series
        Of the table that `gaps_between_groups` returns.
    n_tests : int
        How many of its rows were tested.

    Returns
    -------
    str
        A few sentences.
    """
    where = condition_in_words(row)
    name = label(row["method"], row["source"])
    metric, size = metric_of_row(row).label, signed(row["gap"]).removeprefix("+")
    gap = (
        f"{f'{where}: ' if where else ''}Between groups of {row['column']}, the {metric} of "
        f"{name} differs by {size} ({row['best']} {row['best_score']:.3f}, {row['worst']} "
        f"{row['worst_score']:.3f})"
    )
    if pd.isna(row["against"]):
        if row["source"] == NO_SOURCE:
            return f"{gap}."
        return (
            f"{gap}. No method without a source is the same network, so that it is compared with "
            "nothing."
        )
    change = (
        f"{gap}. {row['higher']} minus {row['lower']}: {signed(row['difference'])}, against "
        f"{signed(row['against_difference'])} by {row['against']}; change {signed(row['change'])}"
    )
    if pd.isna(row["low"]):
        return f"{change}. It cannot be tested: {_why_not(row)}."
    sentence = (
        f"{change} ({100 * (1 - row['alpha']):g} % interval {signed(row['low'])} to "
        f"{signed(row['high'])}), p = {row['pvalue']:.3g}. "
    )
    if row["pvalue"] >= row["alpha"]:
        return sentence + "No evidence that the source changes this difference."
    sentence += f"The source does more for {helped_more(row)}."
    if survives(row):
        return sentence
    return (
        f"{sentence} Corrected for the {n_tests} comparisons made, it is no evidence (Holm, "
        f"p = {row['pvalue_holm']:.3g})."
    )


def helped_more(row):
    """Return which groups the source does more and less for, as "male than for female"."""
    groups = [row["higher"], row["lower"]]
    more, less = groups if row["change"] > 0 else groups[::-1]
    return f"{more} than for {less}"


def _why_not(row):
    if row["pvalue"] == 1:
        return "nothing differs"
    return f"a group has one {row['unit']}, or all {row['unit']}s differ by the same"
