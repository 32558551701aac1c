"""Check the columns of labels that a study needs: their presence, order and spelling."""

import warnings

import pandas as pd

from skprognet._labels import label_remarks
from skprognet._wording import first_few

_NAMES = {"speaker", "session", "corpus"}  # here two values may be nearly the same


def check_same_rows(X, labels):
    """Raise unless the labels have a row for each row of X, in the same order.

    Rows are matched by position. If two DataFrames have the same index in different orders, this
    would give rows the labels of other rows.

    Raises
    ------
    ValueError
        If the number of rows or their order differs.
    """
    n_rows = len(X)
    if len(labels) != n_rows:
        raise ValueError(
            f"labels must have a row for each of the {n_rows} rows of X; got {len(labels)}. Join "
            "the two tables first, or select the same rows from both."
        )
    if not isinstance(X, pd.DataFrame) or X.index.equals(labels.index):
        return
    same = X.index.is_unique and labels.index.is_unique
    if same and not len(X.index.symmetric_difference(labels.index)):
        raise ValueError(
            "The rows of X and labels must be in the same order; got the same index in another "
            "order. Sort one by the other, as in labels.loc[X.index]."
        )


def check_columns(labels, columns, advice, *, apart=(), stacklevel=4):
    """Return `labels` as a DataFrame; raise if columns are wrong, warn about spelling mistakes.

    Parameters
    ----------
    labels : DataFrame
        The labels of each row.
    columns : sequence of str
        The required columns.
    advice : str
        What to do if a column is missing.
    apart : sequence of str, default=()
        Columns whose spelling is not checked here, such as names of speakers.
    stacklevel : int, default=4
        As in :func:`warnings.warn`.

    Raises
    ------
    ValueError
        If a column is missing, or two columns have the same name.
    """
    labels, needed = pd.DataFrame(labels), sorted(set(columns))
    twice = labels.columns[labels.columns.duplicated()].unique()
    if len(twice):
        raise ValueError(
            f"The columns of labels must have different names; got {first_few(twice)} twice. "
            "Rename these columns, or drop the copies."
        )
    missing = [name for name in needed if name not in labels.columns]
    if missing:
        raise ValueError(
            f"labels must have the columns {needed}; got {list(labels.columns)} without "
            f"{missing}. {advice}"
        )
    for name in sorted(set(needed) - _NAMES - set(apart)):
        warn_of_slips(name, labels[name], stacklevel=stacklevel + 1)
    return labels


def warn_of_slips(name, labels, *, stacklevel):
    """Warn about labels that are nearly the same, or that do not look like labels."""
    for remark in label_remarks(name, labels):
        warnings.warn(remark, stacklevel=stacklevel)
