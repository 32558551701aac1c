"""Checks of arguments that several packages share."""

import numbers

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionDtype
from sklearn.utils import check_array

from skprognet._wording import first_few


def check_number(name, value, kind, *, low=None, high=None, low_open=False, high_open=False):
    """Raise unless `value` is a number of `kind` inside the interval.

    Parameters
    ----------
    name : str
        The parameter's name, for the message.
    value : object
        The value to check.
    kind : {"integer", "number"}
        The kind that it must be; a bool is neither.
    low, high : float, default=None
        Bounds; None means no bound.
    low_open, high_open : bool, default=False
        Whether the interval excludes the bound itself.

    Raises
    ------
    TypeError
        If the value is not of this kind.
    ValueError
        If the value lies outside the interval or is NaN.
    """
    wanted = numbers.Integral if kind == "integer" else numbers.Real
    article = "an" if kind == "integer" else "a"
    if not isinstance(value, wanted) or isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be {article} {kind}; got {value!r}.")
    too_low = low is not None and (value <= low if low_open else value < low)
    too_high = high is not None and (value >= high if high_open else value > high)
    if value != value and low is None and high is None:
        raise ValueError(f"{name} must be {article} {kind}, not NaN; got {value!r}.")
    if too_low or too_high or value != value:
        left = "" if low is None else f"{low} {'<' if low_open else '<='} "
        right = "" if high is None else f" {'<' if high_open else '<='} {high}"
        raise ValueError(f"{name} must satisfy {left}{name}{right}; got {value!r}.")


def check_choice(name, value, choices):
    """Raise unless `value` is one of `choices`."""
    if not isinstance(value, str) or value not in choices:
        named = ", ".join(repr(choice) for choice in choices)
        raise ValueError(f"{name} must be one of {named}; got {value!r}.")


def text_columns(table):
    """Return the names of a table's columns; an empty list unless all are text."""
    names = list(getattr(table, "columns", ()))
    return names if all(isinstance(name, str) for name in names) else []


def in_order_of(name, table, wanted, other):
    """Return a table of numbers with its columns in the order of those of another table.

    Columns are matched only if both are tables of several columns with text as names.

    Parameters
    ----------
    name : str
        Name of the numbers, for the message.
    table : array-like
        The numbers.
    wanted : list of str
        The names of the columns of the other table, as `text_columns` returns them.
    other : str
        Name of the other table, for the message.

    Raises
    ------
    ValueError
        If the columns have other names.
    """
    names = text_columns(table)
    if names == wanted or len(names) != len(wanted) or len(names) < 2:
        return table  # another number of columns is refused later
    if set(names) != set(wanted) or len(set(names)) < len(names):
        others = [n for n in names if n not in wanted] or names
        missing = [n for n in wanted if n not in names] or wanted
        raise ValueError(
            f"{name} must have the columns of {other}, among them {first_few(missing)}; got "
            f"{first_few(others)}. Rename the columns, or pass arrays."
        )
    return table[wanted]


def check_bool(name, value):
    """Raise unless `value` is True or False; any text, even "no", would count as True."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False; got {value!r}.")


def check_random_state(random_state):
    """Raise unless scikit-learn accepts it: None, an integer or a numpy RandomState."""
    if random_state is None or isinstance(random_state, np.random.RandomState):
        return
    if not isinstance(random_state, numbers.Integral):
        is_generator = isinstance(random_state, np.random.Generator)
        hint = " Let it draw an integer: int(generator.integers(2**32))." if is_generator else ""
        got = type(random_state).__name__ if is_generator else repr(random_state)
        raise TypeError(
            f"random_state must be None, an integer or a numpy RandomState; got {got}.{hint}"
        )
    check_number("random_state", int(random_state), "integer", low=0, high=2**32 - 1)


def check_sample_weight(sample_weight, n_rows, name="sample_weight"):
    """Return the weights as float64 of shape (n_rows,), or None.

    Raises
    ------
    ValueError
        For a wrong shape, NaN, infinity, a negative weight, weights whose sum overflows, or
        weights that are all zero.
    """
    if sample_weight is None:
        return None
    weights = np.asarray(sample_weight, dtype=object)
    others = [v for v in weights.ravel().tolist() if isinstance(v, (str, complex, dict, list))]
    if weights.ndim == 0 or others:
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
            f"{name} must not be negative; got {weight.min()}. To leave a row out, set its weight "
            "to 0."
        )
    with np.errstate(over="ignore"):
        total = weight.sum()
    if not np.isfinite(total):
        raise ValueError(
            f"{name} must have a finite sum; got weights up to {weight.max()}. Scale them down."
        )
    if not weight.any():
        raise ValueError(f"{name} must not be all zero; give at least one row a weight above 0.")
    return weight


def labels_as_given(labels):
    """Return labels as a flat array of objects, since numpy would turn mixed labels into text."""
    return np.ravel(np.asarray(labels, dtype=object))


def check_none_missing(name, values):
    """Raise if one of the values is None, NaN or NA."""
    missing = np.flatnonzero(pd.isna(values))
    if missing.size:
        raise ValueError(
            f"{name} must have a label for every row; {missing.size} of {len(values)} are "
            f"missing, the first in row {missing[0]} (from 0). Drop those rows or fill in their "
            "labels."
        )


def kind_of_label(label_type):
    """Return the kind of labels of a type; labels of one kind can be sorted."""
    if issubclass(label_type, (numbers.Number, np.bool_)):
        return "number"
    return "text" if issubclass(label_type, str) else label_type


def check_one_kind(name, values):
    """Raise if the values are of more than one kind."""
    types = [type(value) for value in values.tolist()]
    first = {}
    for label_type in dict.fromkeys(types):
        first.setdefault(kind_of_label(label_type), values[types.index(label_type)])
    if len(first) > 1:
        one, other, *_ = (np.asarray(label, dtype=object).item() for label in first.values())
        raise ValueError(
            f"{name} must hold labels of one kind; got {one!r} and {other!r}. Make them all text "
            "or all numbers."
        )


def all_within(X, dtype):
    """Return whether all numbers of an array are finite, and not too large for `dtype`."""
    limit = float(np.finfo(dtype).max)
    # argmax, since max takes twice as long for a single row, as when one recording is predicted.
    # argmax and argmin return the position of a NaN if there is one, and NaN is in no range.
    values = X.ravel("K")  # no copy, where rows or columns lie side by side
    return not values.size or (
        values.item(values.argmax()) <= limit and values.item(values.argmin()) >= -limit
    )


def check_unique_columns(X):
    """Raise if two columns of a table have the same name, since features are found by name."""
    names = list(getattr(X, "columns", ()))
    if len(set(names)) < len(names):
        twice = list(dict.fromkeys(name for name in names if names.count(name) > 1))
        raise ValueError(
            f"The columns of X must have different names; got {first_few(twice)} twice. "
            "Rename these columns, or drop the copies."
        )


def check_row_labels(name, labels, n_rows):
    """Return `labels` as an array of shape (n_rows,), of one kind and without missing values.

    scikit-learn passes metadata on without checking its length, so this function checks it.

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
    kind = getattr(labels, "dtype", None)
    if isinstance(kind, ExtensionDtype) and kind.kind in "biu":
        labels = labels.to_numpy()  # check_array would round large numbers, and make True 1.0
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
