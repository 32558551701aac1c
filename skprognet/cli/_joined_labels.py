"""Features and the labels of a file of their own: which rows belong together."""

import pandas as pd
from pandas.api.types import is_numeric_dtype

from skprognet._wording import first_few


def _key(table):
    return "file" if "file" in table else table.columns[0]


def _row_names(table, key, path):
    """Return the names of the rows as text, all different."""
    column = table[key]
    if column.isna().any():
        raise ValueError(
            f"Each row must have a name, to find its labels by; in the column {key!r} of "
            f"{str(path)!r} {column.isna().sum()} of {len(table)} have none."
        )
    # Numbers that some other row without one has made floats: 7.0 is 7.
    whole = is_numeric_dtype(column.dtype) and (column % 1 == 0).all()
    names = (column.astype("int64") if whole else column).astype(str)
    twice = names[names.duplicated()].unique()
    if len(twice):
        raise ValueError(
            f"Each row must have a name of its own, to find its labels by; in the column {key!r} "
            f"of {str(path)!r} {first_few(twice)} come more than once."
        )
    return names


def _check_counterparts(names, keys, paths):
    """Raise unless both tables are of the same rows."""
    lonely = [sorted(set(names[0]) - set(names[1])), sorted(set(names[1]) - set(names[0]))]
    if not any(lonely):
        return
    told = [
        f"{len(found)} of {str(path)!r} have no counterpart: {first_few(found)}"
        for found, path in zip(lonely, paths, strict=True)
        if found
    ]
    short = [{name.lstrip("0") for name in found} for found in lonely]
    zeros = " Zeros before a number count: '001' is not '1'." if short[0] & short[1] else ""
    raise ValueError(
        f"Features and labels must be of the same rows, by the columns {keys[0]!r} and "
        f"{keys[1]!r}; {'; '.join(told)}.{zeros}"
    )


def join_labels(table, labels, table_path, labels_path):
    """Return the table with the labels of each row, which need not be in the same order.

    Returns
    -------
    joined : DataFrame
        The labels, then the table.
    no_features : list of str
        The columns of the labels, the key by which rows were found, and its copies.

    Raises
    ------
    ValueError
        If a row of either has no counterpart, or several; or both have a column of one name.
    """
    keys, paths = (_key(table), _key(labels)), (table_path, labels_path)
    names = [
        _row_names(frame, key, path)
        for frame, key, path in zip((table, labels), keys, paths, strict=True)
    ]
    _check_counterparts(names, keys, paths)
    labels = labels.set_axis(names[1]).drop(columns=keys[1])
    both = [name for name in labels if name in table]
    if both:
        raise ValueError(
            f"A column must be in the features or in the labels, not in both; {first_few(both)} "
            f"are in {str(table_path)!r} and in {str(labels_path)!r}."
        )
    # Before the features, which stand at the end of what "extract" writes.
    joined = pd.concat([labels.loc[names[0]].set_axis(table.index), table], axis=1)
    numbers = pd.to_numeric(names[0], errors="coerce")
    copies = [name for name in table if name == keys[0] or table[name].eq(numbers).all()]
    return joined, [*labels, keys[1], *copies]
