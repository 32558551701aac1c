"""A comparison as a sentence, with its figures."""

from skprognet._comparisons import TRANSFER, evidence, signed
from skprognet._scores import NO_SOURCE, condition_in_words, label
from skprognet._table_metric import metric_of_row


def probability(p):
    """Return a probability in two digits, but never 1.00: it is not certain."""
    return "over 0.99" if p > 0.995 else f"{p:.2f}"


def _figures(row):
    # Not every test has an interval.
    known = row[["low", "high"]].notna().all()
    interval = f" (95 % interval {signed(row['low'])} to {signed(row['high'])})" if known else ""
    metric = metric_of_row(row)
    what = "difference" if metric.greater_is_better else "gain (lower is better)"
    return (
        f"{metric.label} {row['score']:.3f} against {row['against_score']:.3f}, {what} "
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
        return f" Neither is better than chance, so nothing was learned: {', '.join(found)}."
    return f" No better than chance: {found[0]}."


def verdict(row, n_comparisons):
    """Return one comparison in words.

    Parameters
    ----------
    row : Series
        Of the table that `compare_methods` returns; practically equivalent is what is so with a
        probability above 1 - alpha.
    n_comparisons : int
        How many were made, which is what Holm's p-value corrects for.

    Returns
    -------
    str
        One sentence, or a few.
    """
    first = label(row["method"], row["source"])
    second = label(row["against"], row["against_source"])
    where = condition_in_words(row)
    start = f"{where}: " if where else ""
    return start + _claim(row, first, second, n_comparisons) + _at_chance(row, first, second)


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
    if not row["pvalue_holm"] < row["alpha"]:
        sentence += (
            f" Corrected for the {n_comparisons} comparisons made, it is no evidence "
            f"(Holm, p = {row['pvalue_holm']:.3g})."
        )
    return sentence
