"""What a source that helps is measured by: its placebo, and its layers beside the features.

A network that reads a source has more weights than one without. So it may be better although its
source knows nothing of use. Its placebo has just as many weights, and a source that knows nothing.
And the layers of a source may help by themselves, whether they are read progressively, layer by
layer, or all at once beside the features.
"""

from skprognet._comparisons import find_gain, of_condition
from skprognet._scores import CONDITIONS, NO_SOURCE, PLACEBO_OF, placebo_of

# What tables call the network that reads layers progressively, and the one that does not.
PROGRESSIVE = "ProgNet"
SIDE_BY_SIDE = "side by side"


def with_placebo(method):
    """Return the same method with the placebo of its source, as a pair (method, source)."""
    return method[0], f"{PLACEBO_OF}{method[1]}"


def has_placebos(table):
    """Return whether a table with the column source has rows of placebos."""
    return any(placebo_of(source) is not None for source in table["source"].unique())


def in_table_order(methods):
    """Return the pairs (method, source) with each placebo below the rows of its source."""
    last = {source: place for place, (_, source) in enumerate(methods)}
    places = {}
    for place, method in enumerate(methods):
        source = placebo_of(method[1])
        places[method] = (place, 0) if source is None else (last.get(source, place), 1)
    return sorted(methods, key=places.get)


def gain_over_placebo(row, comparisons):
    """Return by how much a network with a source is better than the same with a placebo.

    Parameters
    ----------
    row : Series
        One of the comparisons, of a network with a source and the same network without.
    comparisons : DataFrame
        All of them.

    Returns
    -------
    Gain or None
        None if there is no placebo.
    """
    method = _with_source(row)
    return find_gain(_beside(row, comparisons), method, with_placebo(method))


def gain_over_side_by_side(row, comparisons):
    """Return by how much a progressive network is better than a DNN that reads the same layers.

    As :func:`gain_over_placebo`; None for another method than the progressive network, too.
    """
    method, source = _with_source(row)
    if method != PROGRESSIVE:
        return None
    return find_gain(_beside(row, comparisons), (method, source), (SIDE_BY_SIDE, source))


def _with_source(row):
    """Return that of the two compared which has a source, as (method, source)."""
    if row["source"] != NO_SOURCE:
        return row["method"], row["source"]
    return row["against"], row["against_source"]


def _beside(row, comparisons):
    """Return the comparisons that were made in the same condition as this one."""
    return of_condition(comparisons, {name: row[name] for name in CONDITIONS if name in row})
