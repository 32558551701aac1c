"""The table of comparisons: the kinds of comparisons, and how to read their results.

The column difference is positive if the first method is better, whatever the direction of the
metric: see `Score.orient`.
"""

from dataclasses import dataclass

import pandas as pd

from skprognet._scores import CONDITIONS, NO_SOURCE, rows_of

# Kinds of comparisons: a network with a source against the same network without (transfer); two
# methods with the same source; a network with a source against the same network with the placebo
# of this source; a network with a placebo against the same network without a source (control); or
# any other two.
TRANSFER = "transfer"
SAME_SOURCE = "same source"
PLACEBO = "placebo"
CONTROL = "control"
OTHER = "other"
# The reason why transfer cannot be compared with anything.
NO_SAME_NETWORK = "No method without a source is the same network as one with a source"


@dataclass(frozen=True)
class Gain:
    """The difference between two methods.

    Attributes
    ----------
    other_score : float
        Mean score of the other method, NaN if the comparisons lack it.
    difference, pvalue : float
        The difference is positive if the first method is better.
    is_evidence : bool
        Whether the p-value is below the alpha of the comparison.
    pvalue_holm : float
        The p-value after Holm's correction, NaN if the comparisons lack it.
    """

    other_score: float
    difference: float
    pvalue: float
    is_evidence: bool
    pvalue_holm: float

    @property
    def is_better(self):
        """Whether the first method is better, by the uncorrected p-value."""
        return self.is_evidence and self.difference > 0


def evidence(comparisons):
    """Return which comparisons find a difference, by the uncorrected p-value and their alpha."""
    return comparisons["pvalue"] < comparisons["alpha"]


def survives(comparisons):
    """Return which comparisons still find a difference after Holm's correction."""
    return comparisons["pvalue_holm"] < comparisons["alpha"]


def transfer_wins(comparisons):
    """Return in which comparisons a network with a source beats the same network without one."""
    with_source_first = comparisons["source"] != NO_SOURCE
    ahead = (comparisons["difference"] > 0) == with_source_first
    return (comparisons["kind"] == TRANSFER) & (comparisons["difference"] != 0) & ahead


def transfer_loses(comparisons):
    """Return in which comparisons a network with a source loses to the same network without."""
    differs = (comparisons["kind"] == TRANSFER) & (comparisons["difference"] != 0)
    return differs & ~transfer_wins(comparisons)


def find_gain(comparisons, one, other):
    """Return by how much one method is better than another, in either order of the comparison.

    Parameters
    ----------
    comparisons : DataFrame
        Comparisons of one condition, with the columns method, source, against, against_source,
        difference, pvalue and alpha.
    one, other : tuple of (method, source)
        The two methods.

    Returns
    -------
    Gain or None
        None if they were not compared.
    """
    for first, second, sign in ((one, other, 1), (other, one, -1)):
        rows = rows_of(comparisons, first)
        is_second = (rows["against"] == second[0]) & (rows["against_source"] == second[1])
        for _, row in rows[is_second].iterrows():
            score = row.get("against_score" if sign == 1 else "score", float("nan"))
            difference, pvalue = sign * row["difference"], row["pvalue"]
            after_holm = row.get("pvalue_holm", float("nan"))
            return Gain(score, difference, pvalue, bool(evidence(row)), after_holm)
    return None


def of_condition(comparisons, condition):
    """Return the comparisons that were made within a condition, a dict of columns and values."""
    for name, value in condition.items():
        column = comparisons[name]
        comparisons = comparisons[column.isna() if pd.isna(value) else column == value]
    return comparisons


def of_scores(comparisons, scores):
    """Return the comparisons of the corpora, targets and numbers of training folds in scores.

    Raises
    ------
    ValueError
        If the scores have several values of such a column, and the comparisons lack the column.
    """
    for name in CONDITIONS:
        values = scores[name].unique() if name in scores else []
        if name in comparisons and len(values):
            comparisons = comparisons[comparisons[name].isin(values)]
        elif len(values) > 1:
            raise ValueError(
                f"comparisons must have the column {name!r}, since scores have {len(values)} "
                "values of it; got no such column. Pass what compare_methods returns for these "
                "scores."
            )
    return comparisons


def signed(value):
    """Return a difference with three decimals and its sign; zero has no sign."""
    text = f"{value:+.3f}"
    return text[1:] if float(text) == 0 else text
