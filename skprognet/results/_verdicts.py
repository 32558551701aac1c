"""Describe a comparison in a sentence, with its figures."""

from skprognet._comparisons import (
    CONTROL,
    TRANSFER,
    evidence,
    signed,
    survives,
    transfer_wins,
)
from skprognet._controls import gain_over_placebo, gain_over_side_by_side
from skprognet._scores import NO_SOURCE, condition_in_words, label
from skprognet._table_metric import metric_of_row, perhaps_nothing_learned


def probability(p):
    """Return a probability with two digits, but never 1.00, since it is not certain."""
    return "over 0.99" if p > 0.995 else f"{p:.2f}"


def _difference(metric):
    return "difference" if metric.greater_is_better else "improvement"


def _figures(row):
    # Not every test has an interval.
    known = row[["low", "high"]].notna().all()
    interval = f" (95 % interval {signed(row['low'])} to {signed(row['high'])})" if known else ""
    metric = metric_of_row(row)
    return (
        f"{metric.label} {row['score']:.3f} against {row['against_score']:.3f}, "
        f"{_difference(metric)} "
        f"{signed(row['difference'])}{interval}, p = {row['pvalue']:.3g}"
    )


def _within(row):
    return f"within ±{row['rope']:g} with probability {probability(row['p_equal'])}"


def _may_hurt(row, first, second):
    """Return a sentence if transfer is probably worse by more than the rope, else nothing."""
    if row["kind"] != TRANSFER:
        return ""
    first_transfers = row["source"] != NO_SOURCE
    column, transferred = ("p_worse", first) if first_transfers else ("p_better", second)
    if row[column] <= 0.5:
        return ""
    return (
        f" However, transfer may hurt: {transferred} is worse by more than {row['rope']:g} with "
        f"probability {probability(row[column])}."
    )


def _at_chance(row, first, second):
    """Return a sentence if either of the two is no better than guessing, else nothing."""
    pvalues = {first: row["p_chance"], second: row["against_p_chance"]}
    at_chance = [f"{name} (p = {p:.2g})" for name, p in pvalues.items() if p >= row["alpha"]]
    if not at_chance:
        return ""
    if len(at_chance) == 2:
        learned = perhaps_nothing_learned(metric_of_row(row))
        return (
            f" Neither is significantly better than chance, so {learned}: {', '.join(at_chance)}."
        )
    return f" Not significantly better than chance: {at_chance[0]}."


def _why(row, comparisons):
    """Say why transfer helps: by what the source has learned, by more weights, or by reading."""
    if row["kind"] == CONTROL:
        more = ", so more weights alone help here" if survives(row) and _placebo_wins(row) else ""
        return f" This is a control: a placebo has nothing to teach{more}."
    if not (evidence(row) and transfer_wins(row)):
        return ""
    placebo = gain_over_placebo(row, comparisons)
    side_by_side = gain_over_side_by_side(row, comparisons)
    knowledge = "" if placebo is None else _because_of_knowledge(placebo, row)
    if side_by_side is None:
        return knowledge
    return knowledge + _because_of_reading(side_by_side, row, placebo)


def _placebo_wins(row):
    return (row["difference"] > 0) == (row["source"] != NO_SOURCE)


def _because_of_knowledge(gain, row):
    placebo = f"the same network with a placebo as its source {_scored(gain, row)}"
    if gain.is_better:
        return _as_sure_as(row, gain, f"what the source has learned helps: {placebo}.")
    return f" The gain may come from more weights alone: {placebo}."


def _because_of_reading(gain, row, placebo):
    other = f"a DNN that reads them side by side with the features {_scored(gain, row)}"
    if gain.is_better:
        helps = "reading the layers of the source progressively helps further"
        return _as_sure_as(row, gain, f"{helps}: {other}.")
    adds = "makes the score worse" if gain.is_evidence else "is not shown to add anything"
    # Only a placebo that is worse shows that the layers of this source help.
    if placebo is None or not placebo.is_better:
        return f" Reading the layers of the source progressively {adds}: {other}."
    help_but = "the layers of the source help, but reading them progressively"
    return _as_sure_as(row, placebo, f"{help_but} {adds}: {other}.")


def _as_sure_as(row, gain, claim):
    """Return a claim that needs two gains as a sentence; say if it fails after correction."""
    if survives(row) and gain.pvalue_holm < row["alpha"]:
        return f" {claim[0].upper()}{claim[1:]}"
    return f" By the uncorrected p-values, {claim}"


def _scored(gain, row):
    """Return the score of the other method, and by how much it is worse or better."""
    size = f"{abs(gain.difference):.3f}"
    side = f"{'worse' if gain.difference > 0 else 'better'} by {size}"
    if float(size) == 0:
        side = "no difference"
    return f"has {metric_of_row(row).label} {gain.other_score:.3f} ({side}, p = {gain.pvalue:.3g})"


def verdict(row, comparisons):
    """Describe one comparison in words.

    Parameters
    ----------
    row : Series
        A row of the table that `compare_methods` returns. Two methods are called practically
        equivalent if this has a probability above 1 - alpha.
    comparisons : DataFrame
        All comparisons. Holm's p-value corrects for their number. The comparisons with a placebo
        and with layers read side by side show why a source helps.

    Returns
    -------
    str
        One or more sentences.
    """
    first = label(row["method"], row["source"])
    second = label(row["against"], row["against_source"])
    where = condition_in_words(row)
    start = f"{where}: " if where else ""
    claim = _claim(row, first, second, len(comparisons)) + _why(row, comparisons)
    return start + claim + _at_chance(row, first, second)


def _claim(row, first, second, n_comparisons):
    equal = row["p_equal"] > 1 - row["alpha"]
    if not evidence(row):
        if equal:
            claim = f"{first} and {second} are practically equivalent ({_within(row)})"
            return f"{claim}: {_figures(row)}."
        claim = f"No evidence of a difference between {first} and {second}"
        return f"{claim}: {_figures(row)}.{_may_hurt(row, first, second)}"
    kind = "better" if row["difference"] > 0 else "worse"
    effect = ", so transfer hurts here" if row["hurts"] else ""
    sentence = f"{first} is {kind} than {second}{effect}: {_figures(row)}."
    if equal:
        sentence += f" The difference is too small to matter ({_within(row)})."
    if not survives(row):
        sentence += (
            f" After Holm's correction for {n_comparisons} comparisons this is not evidence "
            f"(p = {row['pvalue_holm']:.3g})."
        )
    return sentence
