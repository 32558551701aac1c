"""A comparison as a sentence, with its figures."""

from skprognet.evaluation._design import NO_SOURCE
from skprognet.evaluation._paired import SETTING


def label(method, source):
    """Return what to call a method with a source in a sentence."""
    return method if source == NO_SOURCE else f"{method} from {source}"


def probability(p):
    """Return a probability in two digits that do not make it certain."""
    return "over 0.99" if p > 0.995 else f"{p:.2f}"


def transfer_hurts(row, alpha):
    """Return whether a method without a source is better than one with, by the plain p-value."""
    sources = row["source"], row["against_source"]
    loser, winner = sources if row["difference"] < 0 else sources[::-1]
    return bool(row["pvalue"] < alpha and loser != NO_SOURCE and winner == NO_SOURCE)


def _figures(row):
    return (
        f"UAR {row['uar']:.3f} against {row['against_uar']:.3f}, difference "
        f"{row['difference']:+.3f} (95 % interval {row['low']:+.3f} to {row['high']:+.3f}), "
        f"p = {row['pvalue']:.3g}"
    )


def _within(row, rope):
    return f"within ±{rope:g} with probability {probability(row['p_equal'])}"


def _may_hurt(row, first, second, rope):
    """Return a sentence if transfer looks worse by more than the rope, though not for sure."""
    kinds = row["source"] != NO_SOURCE, row["against_source"] != NO_SOURCE
    sides = {(True, False): ("p_worse", first), (False, True): ("p_better", second)}
    if kinds not in sides:
        return ""
    column, transferred = sides[kinds]
    if row[column] <= 0.5:
        return ""
    return (
        f" Transfer may hurt, though: {transferred} is worse by more than {rope:g} with "
        f"probability {probability(row[column])}."
    )


def verdict(row, alpha, rope, n_comparisons):
    """Return one comparison in words.

    Parameters
    ----------
    row : Series
        Of the table that `compare_methods` returns.
    alpha : float
        Level below which a p-value is evidence; practically equivalent is what is so with a
        probability above 1 - alpha.
    rope : float
        Largest difference that does not matter.
    n_comparisons : int
        How many were made, which is what Holm's p-value corrects for.

    Returns
    -------
    str
        One sentence, or two.
    """
    first = label(row["method"], row["source"])
    second = label(row["against"], row["against_source"])
    where = ", ".join(f"{name} {row[name]}" for name in SETTING if name in row)
    start = f"{where}: " if where else ""
    equal = row["p_equal"] > 1 - alpha
    if not row["pvalue"] < alpha:
        if equal:
            claim = f"{first} and {second} are practically equivalent ({_within(row, rope)})"
            return f"{start}{claim}: {_figures(row)}."
        claim = f"No evidence of a difference between {first} and {second}"
        return f"{start}{claim}: {_figures(row)}.{_may_hurt(row, first, second, rope)}"
    kind = "better" if row["difference"] > 0 else "worse"
    effect = ", transfer hurts here" if transfer_hurts(row, alpha) else ""
    sentence = f"{start}{first} is {kind} than {second}{effect}: {_figures(row)}."
    if equal:
        sentence += f" The difference is too small to matter ({_within(row, rope)})."
    if not row["pvalue_holm"] < alpha:
        sentence += (
            f" Corrected for the {n_comparisons} comparisons made, it is no evidence "
            f"(Holm, p = {row['pvalue_holm']:.3g})."
        )
    return sentence
