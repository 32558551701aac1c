"""The labels of a task as networks learn them: classes, or numbers as floats."""

import pandas as pd

from skprognet._target_kind import CLASSES, NUMBERS, as_numbers, kind_of_target
from skprognet._wording import first_few


def kind_of_task(labels, name, kind=None, names=()):
    """Return what a column of labels is: classes or numbers.

    Parameters
    ----------
    labels : DataFrame
        With this column.
    name : str
        Of the column.
    kind : {"classes", "numbers"}, default=None
        What the user says.
    names : sequence of str, default=()
        Columns of speakers and sessions: classes, whatever their names look like.
    """
    if kind is None and name in names:
        return CLASSES
    return kind_of_target(labels[name], kind, text=True)


def as_tasks(labels, kinds):
    """Return a table of labels with its tasks as networks learn them.

    Parameters
    ----------
    labels : DataFrame
        The labels of each row.
    kinds : dict of str to str
        What each task is: classes or numbers.
    """
    return labels.assign(**{name: as_task(labels[name], kind) for name, kind in kinds.items()})


def as_task(column, kind):
    """Return the labels of a task as networks of its kind learn them.

    Parameters
    ----------
    column : Series
        Labels; numbers may be written as text, as in a table of text.
    kind : {"classes", "numbers"}
        What they are. Numbers with a fraction that the user takes as classes become text, since no
        classifier takes them otherwise.

    Returns
    -------
    Series
        Floats, or the classes.

    Raises
    ------
    ValueError
        If they are to be numbers, and are not.
    """
    if kind == NUMBERS:
        _check_numbers(column)
        return pd.to_numeric(column).astype(float)
    if kind_of_target(column) == NUMBERS:
        return column.astype(object).map(str, na_action="ignore")
    return column


def _check_numbers(column):
    """Raise unless all labels that are there are finite numbers."""
    if as_numbers(column, text=True) is not None:
        return
    parsed = pd.to_numeric(column, errors="coerce").abs() < float("inf")
    others = column[column.notna() & ~parsed].unique()
    raise ValueError(
        f"A target of numbers must have finite numbers only; {column.name!r} has "
        f"{first_few(list(others))}. Leave these rows out, or take it as classes."
    )
