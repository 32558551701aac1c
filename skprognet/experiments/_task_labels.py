"""The labels of a task as networks learn them: classes, or numbers as floats."""

import numpy as np
import pandas as pd

from skprognet._target_kind import CLASSES, NUMBERS, as_numbers, kind_of_target
from skprognet._wording import count, first_few


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

    Raises
    ------
    ValueError
        If nothing says what it is, and most of its labels are numbers, but not all.
    """
    if kind is None and name in names:
        return CLASSES
    if kind is None:
        check_all_or_no_numbers(labels[name])
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


def check_all_or_no_numbers(column):
    """Raise if labels would be numbers with a fraction, but for slips or decimal commas.

    As classes, each of these numbers would be a class of its own.
    """
    values = column.dropna().astype(object)
    parsed, meant = _parsed(values), _parsed(_with_points(values))
    is_rating = kind_of_target(meant.dropna()) == NUMBERS and meant.notna().mean() > 0.5
    if is_rating and parsed.isna().any():
        raise _not_all_numbers(column, values[parsed.isna()])


def _check_numbers(column):
    """Raise unless all labels that are there are finite numbers."""
    if as_numbers(column, text=True) is None:
        values = column.dropna().astype(object)
        raise _not_all_numbers(column, values[~np.isfinite(_parsed(values))])


def _not_all_numbers(column, others):
    """Return the error that names those labels of a column that are no finite numbers."""
    shown = f"{column.name!r} has {first_few(others.unique())}"
    if np.isfinite(_parsed(_with_points(others))).all():
        point = _with_points(others).iloc[0]
        return ValueError(
            f"Numbers must have decimal points; {shown}. Write {point!r} for {others.iloc[0]!r}, "
            "or take the column as classes (--classes, kind='classes')."
        )
    return ValueError(
        f"A column of numbers must have finite numbers only; {shown} in "
        f"{count(others, 'row')} of {column.notna().sum()}. Correct these rows or leave them out, "
        "or take the column as classes (--classes, kind='classes')."
    )


def _parsed(values):
    """Return numbers as floats, and NaN for what is none."""
    return pd.to_numeric(values, errors="coerce").astype(float)


def _with_points(values):
    """Return values with a decimal point in place of a comma."""
    return values.map(lambda value: value.replace(",", ".") if isinstance(value, str) else value)
