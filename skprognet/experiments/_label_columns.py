"""The columns of labels that a study needs: they are there, and their labels have no slips."""

import warnings

import pandas as pd

from skprognet._labels import label_remarks

_NAMES = {"speaker", "session", "corpus"}  # two of them may be nearly the same


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
