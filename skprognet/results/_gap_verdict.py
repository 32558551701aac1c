"""Describe a gap between groups in words, and how transfer changes it."""

import pandas as pd

from skprognet._comparisons import signed, survives
from skprognet._scores import NO_SOURCE, condition_in_words, label
from skprognet._table_metric import metric_of_row


def gap_verdict(row, n_tests):
    """Describe one row of the table of gaps in words.

    Parameters
    ----------
    row : Series
        A row of the table that `gaps_between_groups` returns.
    n_tests : int
        How many rows of this table were tested.

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
            f"{gap}. This was not compared, because the same network was not run without a source."
        )
    change = (
        f"{gap}. The difference {row['higher']} minus {row['lower']} is "
        f"{signed(row['difference'])}, and {signed(row['against_difference'])} with "
        f"{row['against']}: a change of {signed(row['change'])}"
    )
    if pd.isna(row["low"]):
        return f"{change}. This change cannot be tested: {why_not_tested(row)}."
    sentence = (
        f"{change} ({100 * (1 - row['alpha']):g} % interval {signed(row['low'])} to "
        f"{signed(row['high'])}), p = {row['pvalue']:.3g}. "
    )
    if row["pvalue"] >= row["alpha"]:
        return sentence + "No evidence that the source changes this difference."
    more, less = more_and_less(row)
    sentence += f"With the source, {more} gains more, or loses less, than {less}."
    if survives(row):
        return sentence
    return (
        f"{sentence} After Holm's correction for {n_tests} comparisons this is not evidence "
        f"(p = {row['pvalue_holm']:.3g})."
    )


def more_and_less(row):
    """Return the group that gains more, or loses less, with the source, and the other group."""
    groups = row["higher"], row["lower"]
    return groups if row["change"] > 0 else groups[::-1]


def why_not_tested(row):
    """Return why the change of a gap has no interval."""
    if row["pvalue"] == 1:
        return "the methods do not differ"
    return f"a group has a single {row['unit']}, or all {row['unit']}s change by the same amount"
