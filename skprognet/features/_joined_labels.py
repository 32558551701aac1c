"""Join features and labels that are in two tables."""

import pandas as pd
from pandas.api.types import is_numeric_dtype

from skprognet._wording import first_few
from skprognet.features._choice import check_table


def _key(table):
    return "file" if "file" in table else table.columns[0]


def _row_names(table, key, where):
    """Return the names of the rows as text, all different."""
    column = table[key]
    if column.isna().any():
        raise ValueError(
            "Each row must have a name, by which its labels are found; got "
            f"{column.isna().sum()} of {len(table)} rows without one in the column {key!r} of "
            f"{where!r}. Fill in the names, or remove these rows."
        )
    # Numbers that pandas turned into floats because of a missing one: 7.0 is 7.
    whole = is_numeric_dtype(column.dtype) and (column % 1 == 0).all()
    names = (column.astype("int64") if whole else column).astype(str)
    twice = names[names.duplicated()].unique()
    if len(twice):
        raise ValueError(
            "Each row must have a different name, by which its labels are found; got "
            f"{first_few(twice)} twice in the column {key!r} of {where!r}. Rename or remove one "
            "of them."
        )
    return names


def _check_counterparts(names, keys, tables):
    """Raise unless both tables have the same rows."""
    unmatched = [sorted(set(names[0]) - set(names[1])), sorted(set(names[1]) - set(names[0]))]
    if not any(unmatched):
        return
    counts = [
        f"{len(rows)} of {table!r} have no counterpart: {first_few(rows)}"
        for rows, table in zip(unmatched, tables, strict=True)
        if rows
    ]
    stripped = [{name.lstrip("0") for name in rows} for rows in unmatched]
    differ_by_zeros = stripped[0] & stripped[1]
    zeros = " Leading zeros count: '001' is not '1'." if differ_by_zeros else ""
    raise ValueError(
        f"Features and labels must have the same rows, by the columns {keys[0]!r} and "
        f"{keys[1]!r}; {'; '.join(counts)}.{zeros} Remove these rows, or add the missing ones."
    )


def join_labels(table, labels, *, table_name="table", labels_name="labels"):
    """Join a table of features and a table of labels, with their rows in any order.

    Rows match by the column ``file``, or by the first column of a table without ``file``.

    Parameters
    ----------
    table : DataFrame
        Features.
    labels : DataFrame
        Labels of the same utterances.
    table_name : str, default='table'
        Name of the table for messages, such as its path.
    labels_name : str, default='labels'
        Name of the labels for messages.

    Returns
    -------
    joined : DataFrame
        The labels, then the table.
    not_features : list of str
        The columns that :func:`split_features` must exclude: the labels, and the columns by which
        rows were matched, with their copies.

    Raises
    ------
    TypeError
        If one of the tables is not a DataFrame.
    ValueError
        If a row of one table has no counterpart in the other, or several; or if both tables have
        a column of the same name.

    See Also
    --------
    split_features : Splits the joined table into features and labels.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.features import join_labels
    >>> table = pd.DataFrame({"file": ["a.wav", "b.wav"], "pitch": [100.5, 180.2]})
    >>> labels = pd.DataFrame({"file": ["b.wav", "a.wav"], "emotion": ["angry", "sad"]})
    >>> joined, not_features = join_labels(table, labels)
    >>> joined
      emotion   file  pitch
    0     sad  a.wav  100.5
    1   angry  b.wav  180.2
    >>> not_features
    ['emotion', 'file']
    """
    tables = (table_name, labels_name)
    for frame, name in zip((table, labels), tables, strict=True):
        check_table(frame, name)
    keys = (_key(table), _key(labels))
    names = [
        _row_names(frame, key, name)
        for frame, key, name in zip((table, labels), keys, tables, strict=True)
    ]
    _check_counterparts(names, keys, tables)
    labels = labels.set_axis(names[1]).drop(columns=keys[1])
    both = [name for name in labels if name in table]
    if both:
        raise ValueError(
            "A column must be in the features or in the labels, not in both; got "
            f"{first_few(both)} in {table_name!r} and in {labels_name!r}. Drop or rename them in "
            "one table."
        )
    # Labels go first, since features are the last columns of a table that "extract" wrote.
    joined = pd.concat([labels.loc[names[0]].set_axis(table.index), table], axis=1)
    numbers = pd.to_numeric(names[0], errors="coerce")
    copies = [name for name in table if name == keys[0] or table[name].eq(numbers).all()]
    return joined, list(dict.fromkeys([*labels, keys[1], *copies]))
