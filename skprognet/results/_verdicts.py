"""A comparison as a sentence, with its figures."""

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
from skprognet._table_metric import metric_of_row, nothing_learned


def probability(p):
    """Return a probability in two digits, but never 1.00: it is not certain."""
    return "over 0.99" if p > 0.995 else f"{p:.2f}"


def _difference(metric):
    return "difference" if metric.greater_is_better else "gain (lower is better)"


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
    """Return a sentence if transfer looks worse by more than the rope, though not for sure."""
    if row["kind"] != TRANSFER:
        return ""
    first_transfers = row["source"] != NO_SOURCE
    column, transferred = ("p_worse", first) if first_transfers else ("p_better", second)
    if row[column] <= 0.5:
        return ""
    return (
        f" Transfer may hurt, though: {transferred} is worse by more than {row['rope']:g} with "
        f"probability {probability(row[column])}."
    )


def _at_chance(row, first, second):
    """Return a sentence if either of the two is no better than a guess."""
    sides = {first: row["p_chance"], second: row["against_p_chance"]}
    found = [f"{name} (p = {p:.2g})" for name, p in sides.items() if p >= row["alpha"]]
    if not found:
        return ""
    if len(found) == 2:
        learned = nothing_learned(metric_of_row(row))
        return f" Neither is better than chance, so {learned}: {', '.join(found)}."
    return f" No better than chance: {found[0]}."


def _why(row, comparisons):
    """Return what helps where transfer does: knowledge or weights, and how layers are read."""
    if row["kind"] == CONTROL:
        more = ", so more weights alone help here" if evidence(row) and _placebo_wins(row) else ""
        return f" This is a control: a placebo has nothing to teach{more}."
    if not (evidence(row) and transfer_wins(row)):
        return ""
    placebo = gain_over_placebo(row, comparisons)
    side_by_side = gain_over_side_by_side(row, comparisons)
    told = "" if placebo is None else _because_of_knowledge(placebo, row)
    if side_by_side is None:
        return told
    # Where its placebo is as good, it is not the layers of this source that help.
    help_themselves = placebo is None or placebo.is_better
    return told + _because_of_reading(side_by_side, row, help_themselves)


def _placebo_wins(row):
    return (row["difference"] > 0) == (row["source"] != NO_SOURCE)


def _because_of_knowledge(gain, row):
    placebo = f"the same network with a placebo as its source {_gained(gain, row)}"
    if gain.is_better:
        helps = "it helps because of what the source knows"
        if not survives(row):  # the sentence before this one says that it is no evidence
            return f" By the plain p-values {helps}: {placebo}."
        return f" {helps.capitalize()}: {placebo}."
    return f" The gain may come from more weights alone: {placebo}."


def _because_of_reading(gain, row, help_themselves):
    other = f"a DNN that reads these side by side with the features {_gained(gain, row)}"
    if gain.is_better:
        return f" Reading the layers of the source progressively adds to that: {other}."
    what = "Reading its layers"
    if help_themselves:
        what = "The layers of the source help, but reading them"
    adds = "makes it worse" if gain.is_evidence else "adds nothing measurable"
    return f" {what} progressively {adds}: {other}."


def _gained(gain, row):
    metric = metric_of_row(row)
    return (
        f"has {metric.label} {gain.other_score:.3f} ({_difference(metric)} "
        f"{signed(gain.difference)}, p = {gain.pvalue:.3g})"
    )


def verdict(row, comparisons):
    """Return one comparison in words.

    Parameters
    ----------
    row : Series
        Of the table that `compare_methods` returns; practically equivalent is what is so with a
        probability above 1 - alpha.
    comparisons : DataFrame
        All that were made: Holm's p-value corrects for their number, and those with a placebo and
        with layers read side by side say why a source helps.

    Returns
    -------
    str
        One sentence, or a few.
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
    effect = ", transfer hurts here" if row["hurts"] else ""
    sentence = f"{first} is {kind} than {second}{effect}: {_figures(row)}."
    if equal:
        sentence += f" The difference is too small to matter ({_within(row)})."
    if not survives(row):
        sentence += (
            f" Corrected for the {n_comparisons} comparisons made, it is no evidence "
            f"(Holm, p = {row['pvalue_holm']:.3g})."
        )
    return sentence
