"""Checks of arguments that several packages share."""

import numbers

import numpy as np
import pandas as pd
from sklearn.utils import check_array
from sklearn.utils.multiclass import type_of_target

from skprognet._wording import first_few


def check_number(name, value, kind, *, low=None, high=None, low_open=False, high_open=False):
    """Raise unless `value` is a number of `kind` inside the interval.

    Parameters
    ----------
    name : str
        The parameter's name, for the message.
    value : object
        What was given.
    kind : {"integer", "number"}
        What it must be; a bool is neither.
    low, high : float, default=None
        Bounds; None is no bound.
    low_open, high_open : bool, default=False
        Whether the bound itself is outside.

    Raises
    ------
    TypeError
        If it is not of that kind.
    ValueError
        If it lies outside or is NaN.
    """
    wanted = numbers.Integral if kind == "integer" else numbers.Real
    article = "an" if kind == "integer" else "a"
    if not isinstance(value, wanted) or isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be {article} {kind}; got {value!r}.")
    too_low = low is not None and (value <= low if low_open else value < low)
    too_high = high is not None and (value >= high if high_open else value > high)
    if too_low or too_high or value != value:
        left = "" if low is None else f"{low} {'<' if low_open else '<='} "
        right = "" if high is None else f" {'<' if high_open else '<='} {high}"
        raise ValueError(f"{name} must satisfy {left}{name}{right}; got {value!r}.")


def check_choice(name, value, choices):
    """Raise unless `value` is one of `choices`."""
    if not isinstance(value, str) or value not in choices:
        named = ", ".join(repr(choice) for choice in choices)
        raise ValueError(f"{name} must be one of {named}; got {value!r}.")


def check_no_ratings(name, labels, *, text=False, instead="take another column"):
    """Raise if labels are numbers with a fraction, as ratings are: they are no classes.

    The rule is scikit-learn's: numbers that are not all whole are "continuous". Whole numbers are
    codes of classes.

    Parameters
    ----------
    name : str
        What the labels are called.
    labels : array-like of shape (n_samples,)
        Labels.
    text : bool, default=False
        Whether numbers that are written as text count, as those of a table are.
    instead : str, default="take another column"
        What else the user can do; the end of the message.

    Raises
    ------
    ValueError
        If they are ratings.
    """
    values = pd.Series(np.ravel(np.asarray(labels))).dropna()
    if not text and values.map(lambda value: isinstance(value, str)).any():
        return
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
    if not numbers.size or not np.isfinite(numbers).all():
        return
    if type_of_target(numbers) == "continuous":
        example = numbers[numbers % 1 != 0][0]
        raise ValueError(
            f"Labels must be classes; {name!r} has {len(np.unique(numbers))} different numbers, "
            f"such as {example:g}, which are ratings. Make classes of them first, such as low and "
            f"high with pandas.cut, or {instead}."
        )


def check_bool(name, value):
    """Raise unless `value` is True or False: any text, even "no", would count as True."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False; got {value!r}.")


def check_random_state(random_state):
    """Raise unless it is what scikit-learn takes: None, an integer or a numpy RandomState."""
    if random_state is None or isinstance(random_state, np.random.RandomState):
        return
    if not isinstance(random_state, numbers.Integral):
        drawn = isinstance(random_state, np.random.Generator)
        hint = " Pass an integer that it draws: int(generator.integers(2**32))." if drawn else ""
        got = type(random_state).__name__ if drawn else repr(random_state)
        raise TypeError(
            f"random_state must be None, an integer or a numpy RandomState; got {got}.{hint}"
        )
    check_number("random_state", int(random_state), "integer", low=0, high=2**32 - 1)


def check_sample_weight(sample_weight, n_rows, name="sample_weight"):
    """Return the weights as float64 of shape (n_rows,), or None.

    Raises
    ------
    ValueError
        For a wrong shape, NaN, a negative weight, or weights that are all zero.
    """
    if sample_weight is None:
        return None
    given = np.asarray(sample_weight, dtype=object)
    others = [v for v in given.ravel().tolist() if isinstance(v, (str, complex, dict, list))]
    if given.ndim == 0 or others:
        got = others[0] if others else sample_weight
        raise ValueError(
            f"{name} must have one number for each row, shape ({n_rows},); got {got!r}."
        )
    weight = check_array(sample_weight, ensure_2d=False, dtype=np.float64, input_name=name)
    if weight.shape != (n_rows,):
        raise ValueError(
            f"{name} must have one weight for each row, shape ({n_rows},); "
            f"got shape {weight.shape}."
        )
    if (weight < 0).any():
        raise ValueError(
            f"{name} must not be negative; the lowest is {weight.min()}. Set it to 0 to "
            "leave a row out."
        )
    with np.errstate(over="ignore"):
        total = weight.sum()
    if not np.isfinite(total):
        raise ValueError(
            f"{name} must have a finite sum; the largest is {weight.max()}. Scale the weights."
        )
    if not weight.any():
        raise ValueError(f"{name} must not be all zero: no row would count.")
    return weight


def labels_as_given(labels):
    """Return labels as they came, in one row: numpy turns 1 and a missing value into text."""
    return np.ravel(np.asarray(labels, dtype=object))


def check_none_missing(name, values):
    """Raise if one of the values, as given, is None, NaN or NA."""
    missing = np.flatnonzero(pd.isna(values))
    if missing.size:
        raise ValueError(
            f"{name} must have a label for every row; {missing.size} of {len(values)} are "
            f"missing, the first in row {missing[0]}. Drop those rows or fill in their labels."
        )


def kind_of_label(label_type):
    """Return what labels of a type are called; those of one kind can be sorted."""
    if issubclass(label_type, (numbers.Number, np.bool_)):
        return "number"
    return "text" if issubclass(label_type, str) else label_type


def check_one_kind(name, values):
    """Raise if the values, as given, are of more than one kind."""
    types = [type(value) for value in values.tolist()]
    first = {}
    for each in dict.fromkeys(types):
        first.setdefault(kind_of_label(each), values[types.index(each)])
    if len(first) > 1:
        one, other, *_ = (np.asarray(label, dtype=object).item() for label in first.values())
        raise ValueError(
            f"{name} must hold labels of one kind; got {one!r} and {other!r}. Make them all text "
            "or all numbers."
        )


def all_within(X, dtype):
    """Return whether all numbers of an array are finite, and not too large for `dtype`."""
    limit = float(np.finfo(dtype).max)
    # argmax, since max takes twice as long for the single row that comes between two networks.
    # Both stop at NaN, which is within no limit.
    values = X.ravel("K")  # no copy, where rows or columns lie side by side
    return not values.size or (
        values.item(values.argmax()) <= limit and values.item(values.argmin()) >= -limit
    )


def check_unique_columns(X):
    """Raise if two columns of a table have one name: features could not be told apart."""
    names = list(getattr(X, "columns", ()))
    if len(set(names)) < len(names):
        twice = list(dict.fromkeys(name for name in names if names.count(name) > 1))
        raise ValueError(
            f"Each column of X must have a name of its own; {first_few(twice)} stand for several. "
            "Rename them, or leave the copies out."
        )


def check_row_labels(name, labels, n_rows):
    """Return `labels` as an array of shape (n_rows,), of one kind and without missing values.

    scikit-learn hands metadata of a wrong length over as it is, so the length is checked here.

    Raises
    ------
    ValueError
        For a wrong length, a missing value, or text beside numbers.
    """
    values = labels_as_given(labels)
    if np.ndim(np.asarray(labels, dtype=object)) == 0:
        raise ValueError(
            f"{name} must have one label for each row, shape ({n_rows},); got {labels!r}."
        )
    labels = check_array(
        labels, ensure_2d=False, dtype=None, ensure_all_finite=False, input_name=name
    )
    if labels.shape != (n_rows,):
        raise ValueError(
            f"{name} must have one label for each row, shape ({n_rows},); got shape "
            f"{labels.shape}."
        )
    check_none_missing(name, values)
    check_one_kind(name, values)
    return labels
