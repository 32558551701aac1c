"""The controls of a source that helps: its placebo, and its layers side by side with the features.

A network with a source has more weights than one without, so it may be better even if its source
knows nothing useful. Its placebo has as many weights, but a source that knows nothing. The layers
of a source may also help by themselves, read progressively (layer by layer) or all at once beside
the features.
"""

from skprognet._comparisons import find_gain, of_condition
from skprognet._scores import CONDITIONS, NO_SOURCE, PLACEBO_OF, placebo_of

# Names in tables of the networks that read layers progressively, and beside the features.
PROGRESSIVE = "ProgNet"
SIDE_BY_SIDE = "side by side"


def with_placebo(method):
    """Return the same method with the placebo of its source, as a pair (method, source)."""
    return method[0], f"{PLACEBO_OF}{method[1]}"


def has_placebos(table):
    """Return whether a table with the column source has rows of placebos."""
    return any(placebo_of(source) is not None for source in table["source"].unique())


def without_placebos(table):
    """Return the rows of a table whose source is not a placebo."""
    return table[table["source"].map(placebo_of).isna()]


def in_table_order(methods):
    """Return the pairs (method, source) with each placebo below the rows of its source."""
    last_row = {source: i for i, (_, source) in enumerate(methods)}
    keys = {}
    for i, method in enumerate(methods):
        source = placebo_of(method[1])
        keys[method] = (i, 0) if source is None else (last_row.get(source, i), 1)
    return sorted(methods, key=keys.get)


def gain_over_placebo(row, comparisons):
    """Return by how much a network with a source is better than the same network with a placebo.

    Parameters
    ----------
    row : Series
        The comparison of a network with a source and the same network without.
    comparisons : DataFrame
        All comparisons.

    Returns
    -------
    Gain or None
        None if there is no placebo.
    """
    method = _with_source(row)
    return find_gain(_beside(row, comparisons), method, with_placebo(method))


def gain_over_side_by_side(row, comparisons):
    """Return by how much a progressive network is better than a DNN that reads the same layers.

    Parameters are those of :func:`gain_over_placebo`. The result is also None if the method is
    not the progressive network.
    """
    method, source = _with_source(row)
    if method != PROGRESSIVE:
        return None
    return find_gain(_beside(row, comparisons), (method, source), (SIDE_BY_SIDE, source))


def _with_source(row):
    """Return the compared method that has a source, as (method, source)."""
    if row["source"] != NO_SOURCE:
        return row["method"], row["source"]
    return row["against"], row["against_source"]


def _beside(row, comparisons):
    """Return the comparisons in the same condition as this one."""
    return of_condition(comparisons, {name: row[name] for name in CONDITIONS if name in row})
