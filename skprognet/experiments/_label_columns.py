"""The columns of labels that a study needs: they are there, and their labels have no slips."""

import warnings

import pandas as pd

from skprognet._labels import label_remarks

_NAMES = {"speaker", "session", "corpus"}  # two of them may be nearly the same


def check_same_rows(X, labels):
    """Raise unless the labels have a row for each row of X, in the same order.

    Rows go together by their place. Where both are DataFrames whose indexes hold the same rows in
    another order, that would give each row the labels of another one.

    Raises
    ------
    ValueError
        If there are more or fewer labels, or their rows are in another order.
    """
    n_rows = len(X)
    if len(labels) != n_rows:
        raise ValueError(
            f"labels must have a row for each of the {n_rows} rows of X; got {len(labels)}. Join "
            "them first, or select the same rows of both."
        )
    if not isinstance(X, pd.DataFrame) or X.index.equals(labels.index):
        return
    same = X.index.is_unique and labels.index.is_unique
    if same and not len(X.index.symmetric_difference(labels.index)):
        raise ValueError(
            "The rows of X and labels must be in the same order; their indexes hold the same rows "
            "in another order. Sort one by the other, as in labels.loc[X.index]."
        )


def check_columns(labels, columns, advice, *, apart=(), stacklevel=4):
    """Return `labels` as a DataFrame; raise if a column is missing, warn of slips in spelling.

    Parameters
    ----------
    labels : DataFrame
        The labels of each row.
    columns : sequence of str
        What has to be there.
    advice : str
        What to do if a column is missing.
    apart : sequence of str, default=()
        Columns whose spelling is looked at elsewhere.
    stacklevel : int, default=4
        As that of :func:`warnings.warn`.
    """
    labels, needed = pd.DataFrame(labels), sorted(set(columns))
    missing = [name for name in needed if name not in labels.columns]
    if missing:
        raise ValueError(
            f"labels must have the columns {needed}; {missing} are missing among "
            f"{list(labels.columns)}. {advice}"
        )
    for name in sorted(set(needed) - _NAMES - set(apart)):
        warn_of_slips(name, labels[name], stacklevel=stacklevel + 1)
    return labels


def warn_of_slips(name, labels, *, stacklevel):
    """Warn of labels that are nearly the same, or that look like no label."""
    for remark in label_remarks(name, labels):
        warnings.warn(remark, stacklevel=stacklevel)
