"""Features and labels in two tables: which rows belong together."""

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
            f"Each row must have a name, to find its labels by; in the column {key!r} of "
            f"{where!r} {column.isna().sum()} of {len(table)} have none."
        )
    # Numbers that some other row without one has made floats: 7.0 is 7.
    whole = is_numeric_dtype(column.dtype) and (column % 1 == 0).all()
    names = (column.astype("int64") if whole else column).astype(str)
    twice = names[names.duplicated()].unique()
    if len(twice):
        raise ValueError(
            f"Each row must have a name of its own, to find its labels by; in the column {key!r} "
            f"of {where!r} {first_few(twice)} come more than once."
        )
    return names


def _check_counterparts(names, keys, given):
    """Raise unless both tables are of the same rows."""
    lonely = [sorted(set(names[0]) - set(names[1])), sorted(set(names[1]) - set(names[0]))]
    if not any(lonely):
        return
    told = [
        f"{len(found)} of {name!r} have no counterpart: {first_few(found)}"
        for found, name in zip(lonely, given, strict=True)
        if found
    ]
    short = [{text.lstrip("0") for text in found} for found in lonely]
    zeros = " Zeros before a number count: '001' is not '1'." if short[0] & short[1] else ""
    raise ValueError(
        f"Features and labels must be of the same rows, by the columns {keys[0]!r} and "
        f"{keys[1]!r}; {'; '.join(told)}.{zeros}"
    )


def join_labels(table, labels, *, table_name="table", labels_name="labels"):
    """Join a table of features and a table of labels, whose rows may be in another order.

    A row is found by its column ``file``, or by the first column of a table without one.

    Parameters
    ----------
    table : DataFrame
        Features.
    labels : DataFrame
        Labels of the same utterances.
    table_name : str, default='table'
        What to call the table in messages, such as its path.
    labels_name : str, default='labels'
        What to call the labels there.

    Returns
    -------
    joined : DataFrame
        The labels, then the table.
    not_features : list of str
        The columns of the labels, and the columns by which rows were found, with their copies:
        what :func:`split_features` has to exclude.

    Raises
    ------
    TypeError
        If one is no DataFrame.
    ValueError
        If a row of one table has no counterpart in the other, or several; or both tables have a
        column of the same name.

    See Also
    --------
    split_features : Parts the joined table into features and labels.

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
    for given, name in ((table, table_name), (labels, labels_name)):
        check_table(given, name)
    keys, given = (_key(table), _key(labels)), (table_name, labels_name)
    names = [
        _row_names(frame, key, name)
        for frame, key, name in zip((table, labels), keys, given, strict=True)
    ]
    _check_counterparts(names, keys, given)
    labels = labels.set_axis(names[1]).drop(columns=keys[1])
    both = [name for name in labels if name in table]
    if both:
        raise ValueError(
            f"A column must be in the features or in the labels, not in both; {first_few(both)} "
            f"are in {table_name!r} and in {labels_name!r}."
        )
    # Before the features, which stand at the end of what "extract" writes.
    joined = pd.concat([labels.loc[names[0]].set_axis(table.index), table], axis=1)
    numbers = pd.to_numeric(names[0], errors="coerce")
    copies = [name for name in table if name == keys[0] or table[name].eq(numbers).all()]
    return joined, list(dict.fromkeys([*labels, keys[1], *copies]))
