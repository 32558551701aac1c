"""The one gate: what comes in is checked here, and labels become class positions here."""

import numbers

import numpy as np
import pandas as pd
from sklearn.utils import check_array
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import validate_data


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


def check_no_ratings(name, labels, *, text=False):
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
            "high with pandas.cut, or take another column."
        )


def encode_labels(y, classes, name="y"):
    """Return the position in the sorted `classes` of each label of `y`, as int64.

    Raises
    ------
    ValueError
        If `y` has a label that is not among `classes`.
    """
    y = np.asarray(y)
    unseen = np.setdiff1d(y, classes)
    if unseen.size:
        raise ValueError(
            f"{name} must hold only labels seen in training, {classes.tolist()}; got "
            f"{unseen.tolist()}. Drop those rows, or train on data that has these labels."
        )
    return np.searchsorted(classes, y).astype(np.int64)


def check_training_data(estimator, X, y, dtype, *, reset=True):
    """Return X as an array that is finite also in `dtype`, and y as an array of class labels.

    X keeps its own type: a source may have steps that need all of its digits.

    Raises
    ------
    ValueError
        For NaN, infinity, wrong shapes, or labels that are not classes.
    """
    X, y = validate_data(estimator, X, y, order="C", reset=reset)
    check_classification_targets(y)
    return check_fits(X, dtype), y


def check_rows(estimator, X, dtype):
    """Return X, rows for a fitted estimator, as an array that is finite also in `dtype`."""
    return check_fits(validate_data(estimator, X, reset=False, order="C"), dtype)


def check_fits(X, dtype):
    """Return X if none of its numbers is too large for `dtype`."""
    # Not of np.abs(X), which is as large as X.
    largest = max(float(X.max(initial=0)), -float(X.min(initial=0)))
    if largest > float(np.finfo(dtype).max):
        raise ValueError(
            f"X must fit into dtype={np.dtype(dtype).name!r}; got {largest}. Scale the features, "
            "or set dtype='float64'."
        )
    return X


def check_classes(estimator, y):
    """Return the sorted classes of `y`.

    Raises
    ------
    ValueError
        If there is a single class.
    """
    classes = np.unique(y)
    if len(classes) < 2:
        raise ValueError(
            f"{type(estimator).__name__} needs rows of at least 2 classes in y; got one class, "
            f"{classes.tolist()[0]!r}. Check the labels, the weights, or the split that made them."
        )
    return classes


def check_scored_rows(estimator, X, y, classes, dtype, names):
    """Return X, rows that are scored after every epoch, as an array and y as class positions.

    Both are None where both come as None.

    Raises
    ------
    ValueError
        If only one of the two is given, or either does not fit the training data.
    """
    X_name, y_name = names
    if X is None and y is None:
        return None, None
    if X is None or y is None:
        given, missing = (y_name, X_name) if X is None else (X_name, y_name)
        raise ValueError(
            f"{X_name} and {y_name} go together; got {given} without {missing}. Pass both or "
            "neither."
        )
    X = check_rows(estimator, X, dtype)
    y = check_row_labels(y_name, y, len(X))
    return X, encode_labels(y, classes, name=y_name)


def check_validation_data(estimator, X_val, y_val, classes, dtype):
    """Return X_val as an array and y_val as class positions, or (None, None).

    Raises
    ------
    ValueError
        If only one of the two is given, either does not fit the training data, or no epoch is to
        be chosen.
    """
    if X_val is not None and y_val is not None and not estimator.early_stopping:
        raise ValueError(
            "X_val and y_val choose the epoch, so they need early_stopping=True; got "
            "early_stopping=False. Leave them out, or set it."
        )
    return check_scored_rows(estimator, X_val, y_val, classes, dtype, ("X_val", "y_val"))


def check_sample_weight(sample_weight, n_rows, name="sample_weight"):
    """Return the weights as float64 of shape (n_rows,), or None.

    Raises
    ------
    ValueError
        For a wrong shape, NaN, a negative weight, or weights that are all zero.
    """
    if sample_weight is None:
        return None
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
        raise ValueError(f"{name} must not be all zero: no row would be left to train on.")
    return weight


def check_row_labels(name, labels, n_rows):
    """Return `labels` as an array of shape (n_rows,) without missing values.

    scikit-learn hands metadata of a wrong length over as it is, so the length is checked here.

    Raises
    ------
    ValueError
        For a wrong length or a missing value.
    """
    # As passed: an array of text would hold "nan" in place of a missing value.
    missing = np.flatnonzero(pd.isna(pd.Series(np.ravel(np.asarray(labels, dtype=object)))))
    labels = check_array(
        labels, ensure_2d=False, dtype=None, ensure_all_finite=False, input_name=name
    )
    if labels.shape != (n_rows,):
        raise ValueError(
            f"{name} must have one label for each row, shape ({n_rows},); got shape "
            f"{labels.shape}."
        )
    if missing.size:
        raise ValueError(
            f"{name} must have a label for every row; {missing.size} of {n_rows} are missing, "
            f"the first in row {missing[0]}. Drop those rows or fill in their labels."
        )
    return labels
