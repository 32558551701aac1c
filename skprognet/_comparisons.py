"""The table of comparisons: what each is about, and what it found.

Its column difference is positive where the first method is the better one, whatever the direction
of the metric: see `Score.orient`.
"""

from skprognet._scores import NO_SOURCE

# What a comparison is about: a network with a source and the same network without, two methods
# with one source, or any other two.
TRANSFER = "transfer"
SAME_SOURCE = "same source"
OTHER = "other"


def evidence(comparisons):
    """Return which comparisons find a difference, by the plain p-value and their own alpha."""
    return comparisons["pvalue"] < comparisons["alpha"]


def transfer_wins(comparisons):
    """Return where a network with a source is ahead of the same network without one."""
    with_source_first = comparisons["source"] != NO_SOURCE
    ahead = (comparisons["difference"] > 0) == with_source_first
    return (comparisons["kind"] == TRANSFER) & (comparisons["difference"] != 0) & ahead


def transfer_loses(comparisons):
    """Return where a network with a source is behind the same network without one."""
    differs = (comparisons["kind"] == TRANSFER) & (comparisons["difference"] != 0)
    return differs & ~transfer_wins(comparisons)


def signed(value):
    """Return a difference in three digits with its sign, which what rounds to zero has not."""
    text = f"{value:+.3f}"
    return text[1:] if float(text) == 0 else text
