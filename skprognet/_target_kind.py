"""Classes or numbers: what the labels of a task are."""

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
    ratings. Anything else is classes, whole numbers included, since codes of speakers look the
    same as whole ratings.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Labels; missing ones are left out.
    kind : {"classes", "numbers"}, default=None
        What the user says they are; None follows the rule.
    text : bool, default=False
        Whether numbers that are written as text count, as those of a table are.

    Returns
    -------
    {"classes", "numbers"}
        What they are.

    Raises
    ------
    ValueError
        If `kind` is neither.

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
    """Return labels that are not missing as finite floats, or None if some are no such numbers.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Labels.
    text : bool, default=False
        Whether numbers that are written as text count.

    Returns
    -------
    ndarray of float or None
        The numbers.
    """
    values = pd.Series(np.ravel(np.asarray(labels))).dropna()
    if not text and values.map(lambda value: isinstance(value, str)).any():
        return None
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
    return numbers if np.isfinite(numbers).all() else None
