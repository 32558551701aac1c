"""Decide whether the labels of a task are classes or numbers."""

import numpy as np
import pandas as pd
from sklearn.utils.multiclass import type_of_target

from skprognet._checks import check_choice

CLASSES, NUMBERS = "classes", "numbers"
KINDS = (CLASSES, NUMBERS)
DEFAULT_SCORING = {CLASSES: "uar", NUMBERS: "ccc"}  # by the name of the score


def kind_of_target(labels, kind=None, *, text=False):
    """Return whether labels are classes or numbers.

    The rule is scikit-learn's: numbers that are not all whole are numbers to predict, such as
    ratings. Everything else is classes. Whole numbers are classes too, since codes of speakers
    look the same as whole ratings.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Labels; missing ones are ignored.
    kind : {"classes", "numbers"}, default=None
        The user's choice; None follows the rule.
    text : bool, default=False
        Whether numbers written as text count as numbers, as in a table.

    Returns
    -------
    {"classes", "numbers"}
        The kind of the labels.

    Raises
    ------
    ValueError
        If `kind` is another word.

    Examples
    --------
    >>> from skprognet._target_kind import kind_of_target
    >>> kind_of_target([1.0, 2.5, 4.0]), kind_of_target([1, 2, 4]), kind_of_target(["a", "b"])
    ('numbers', 'classes', 'classes')
    >>> kind_of_target([1, 2, 4], "numbers")
    'numbers'
    """
    if kind is not None:
        check_choice("kind", kind, KINDS)
        return kind
    numbers = as_numbers(labels, text=text)
    if numbers is None or not len(numbers):
        return CLASSES
    return NUMBERS if type_of_target(numbers) == "continuous" else CLASSES


def as_numbers(labels, *, text=False):
    """Return labels that are not missing as floats, or None if some are not finite numbers.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Labels.
    text : bool, default=False
        Whether numbers written as text count as numbers.

    Returns
    -------
    ndarray of float or None
        The numbers.
    """
    values = np.ravel(np.asarray(labels))
    # pandas' own text cannot hold names of files that are not UTF-8.
    values = pd.Series(values, dtype=object if values.dtype.kind in "OU" else None).dropna()
    if values.map(lambda value: isinstance(value, str)).any():
        if not text:
            return None
    else:
        values = values.infer_objects()
    if values.dtype.kind in "mM":  # dates and durations, which pandas would count in nanoseconds
        return None
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
    return numbers if np.isfinite(numbers).all() else None


def check_no_ratings(name, labels, *, instead="take another column"):
    """Raise if labels are numbers with a fraction, such as ratings, which are not classes.

    Parameters
    ----------
    name : str
        Name of the labels, for the message.
    labels : array-like of shape (n_samples,)
        Labels.
    instead : str, default="take another column"
        Another way out, for the end of the message.

    Raises
    ------
    ValueError
        If :func:`kind_of_target` takes the labels for numbers.
    """
    if kind_of_target(labels) == CLASSES:
        return
    numbers = as_numbers(labels)
    example = numbers[numbers % 1 != 0][0]
    raise ValueError(
        f"Labels must be classes; got ratings in {name!r}: {len(np.unique(numbers))} different "
        f"numbers, such as {example:g}. Make classes of them, such as low and high with "
        f"pandas.cut, or {instead}."
    )


def hint_of_text(labels):
    """Return a hint for messages about classes that look like numbers written as text.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Labels that were taken as classes.

    Returns
    -------
    str
        A sentence with a blank before it; empty if the labels are not such numbers, or are whole.
    """
    if kind_of_target(labels, text=True) == CLASSES:
        return ""
    return f" If {str(labels[0])!r} is meant as a number, convert the labels with astype(float)."
