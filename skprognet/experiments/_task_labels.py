"""Convert the labels of a task to the form that networks learn: classes, or floats."""

import numpy as np
import pandas as pd

from skprognet._target_kind import CLASSES, NUMBERS, as_numbers, kind_of_target
from skprognet._wording import first_few


def kind_of_task(labels, name, kind=None, names=()):
    """Return whether a column of labels holds classes or numbers.

    Parameters
    ----------
    labels : DataFrame
        A table with this column.
    name : str
        Name of the column.
    kind : {"classes", "numbers"}, default=None
        The kind that the user names, if any.
    names : sequence of str, default=()
        Columns of speakers and sessions, which hold classes even if they look like numbers.

    Raises
    ------
    ValueError
        If the kind is not given, and most labels are numbers that are not all whole, but some are
        not numbers.
    """
    if kind is None and name in names:
        return CLASSES
    if kind is None:
        check_all_or_no_numbers(labels[name])
    return kind_of_target(labels[name], kind, text=True)


def as_tasks(labels, kinds):
    """Return a table of labels with its tasks in the form that networks learn.

    Parameters
    ----------
    labels : DataFrame
        The labels of each row.
    kinds : dict of str to str
        The kind of each task, "classes" or "numbers".
    """
    return labels.assign(**{name: as_task(labels[name], kind) for name, kind in kinds.items()})


def as_task(column, kind):
    """Return the labels of a task in the form that networks of its kind learn.

    Parameters
    ----------
    column : Series
        Labels; numbers may be written as text.
    kind : {"classes", "numbers"}
        The kind of the labels. Numbers with a fraction become text if they are classes, since no
        classifier accepts them otherwise.

    Returns
    -------
    Series
        Floats, or the classes.

    Raises
    ------
    ValueError
        If the kind is "numbers" and a label is not a number.
    """
    if kind == NUMBERS:
        _check_numbers(column)
        return pd.to_numeric(column).astype(float)
    if kind_of_target(column) == NUMBERS:
        return column.astype(object).map(str, na_action="ignore")
    return column


def check_all_or_no_numbers(column):
    """Raise if most labels are numbers, not all whole, and others are typos or have commas.

    As classes, each of these numbers would be a separate class.
    """
    values = column.dropna().astype(object)
    parsed, corrected = _parsed(values), _parsed(_with_points(values))
    is_rating = kind_of_target(corrected.dropna()) == NUMBERS and corrected.notna().mean() > 0.5
    if is_rating and parsed.isna().any():
        raise _not_all_numbers(column, values[parsed.isna()])


def _check_numbers(column):
    """Raise unless all labels that are not missing are finite numbers."""
    if as_numbers(column, text=True) is None:
        values = column.dropna().astype(object)
        raise _not_all_numbers(column, values[~np.isfinite(_parsed(values))])


def _not_all_numbers(column, others):
    """Return the error that names the labels of a column that are not finite numbers."""
    shown = first_few(others.unique())
    if np.isfinite(_parsed(_with_points(others))).all():
        point = _with_points(others).iloc[0]
        return ValueError(
            f"Numbers must have decimal points; got {shown} in {column.name!r}. Write {point!r} "
            f"for {others.iloc[0]!r}, or, if this is the target, pass --classes or kind='classes'."
        )
    return ValueError(
        f"A column of numbers must have only finite numbers; got {shown} in "
        f"{len(others)} of {column.notna().sum()} rows of {column.name!r}. Correct these "
        "rows or leave them out, or, if this is the target, pass --classes or kind='classes'."
    )


def _parsed(values):
    """Return values as floats, with NaN for values that are not numbers."""
    return pd.to_numeric(values, errors="coerce").astype(float)


def _with_points(values):
    """Return values with a decimal point in place of a comma."""
    return values.map(lambda value: value.replace(",", ".") if isinstance(value, str) else value)
