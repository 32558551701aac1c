"""The one gate: what comes in is checked here, and labels become class positions here."""

import numbers

import numpy as np
import pandas as pd
from sklearn.utils import check_array
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import validate_data

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


def encode_labels(y, classes, name="y"):
    """Return the position in the sorted `classes` of each label of `y`, as int64.

    Raises
    ------
    ValueError
        If `y` has a label that is not among `classes`.
    """
    y, known = np.asarray(y), set(classes.tolist())
    # Not numpy's set operations, for which 1 and "1" may be one label.
    unseen = [label for label in np.unique(y).tolist() if label not in known]
    if unseen:
        raise ValueError(
            f"{name} must hold only labels seen in training, [{first_few(classes.tolist())}]; got "
            f"[{first_few(unseen)}]. Drop those rows, or train on data that has these labels."
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
    _check_target_as_given(y)
    X, y = validate_data(estimator, X, y, order="C", reset=reset)
    check_classification_targets(y)
    return check_fits(X, dtype), y


def _check_target_as_given(y):
    """Raise for a missing value or two kinds of labels, which an array of text would hide."""
    values = _as_given(y)
    if y is None or {_kind_of(each) for each in set(map(type, values))} == {"number"}:
        return  # scikit-learn has its own words for no labels and for NaN among numbers
    _check_none_missing("y", values)
    _check_one_kind("y", values)


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


def check_classes(estimator, y, name="y"):
    """Return the sorted classes of `y`, which is called `name`.

    Raises
    ------
    ValueError
        If there is a single class.
    """
    classes = np.unique(y)
    if len(classes) < 2:
        raise ValueError(
            f"{type(estimator).__name__} needs rows of at least 2 classes in {name}; got one "
            f"class, {classes.tolist()[0]!r}. Check the labels, the weights, or the split that "
            "made them."
        )
    return classes


def check_named_classes(classes):
    """Return the sorted labels of `classes`, the argument of ``partial_fit``.

    Raises
    ------
    ValueError
        Unless it is a list of labels of one kind, none of them missing.
    """
    given = np.asarray(classes, dtype=object)
    if given.ndim != 1:
        raise ValueError(
            f"classes must be a list of all labels that will ever come; got {classes!r}."
        )
    _check_none_missing("classes", given)
    _check_one_kind("classes", given)
    return np.unique(np.asarray(classes))


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
    try:
        X = check_rows(estimator, X, dtype)
    except (TypeError, ValueError) as error:  # it knows the rows as X only
        raise type(error)(f"{X_name} must be rows as X of fit has them. {error}") from error
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
        raise ValueError(f"{name} must not be all zero: no row would be left to train on.")
    return weight


def _as_given(labels):
    """Return labels as they came, in one row: numpy turns 1 and a missing value into text."""
    return np.ravel(np.asarray(labels, dtype=object))


def _check_none_missing(name, values):
    """Raise if one of the values, as given, is None, NaN or NA."""
    missing = np.flatnonzero(pd.isna(values))
    if missing.size:
        raise ValueError(
            f"{name} must have a label for every row; {missing.size} of {len(values)} are "
            f"missing, the first in row {missing[0]}. Drop those rows or fill in their labels."
        )


def _kind_of(label_type):
    """Return what labels of a type are called; those of one kind can be sorted."""
    if issubclass(label_type, (numbers.Number, np.bool_)):
        return "number"
    return "text" if issubclass(label_type, str) else label_type


def _check_one_kind(name, values):
    """Raise if the values, as given, are of more than one kind."""
    types = [type(value) for value in values.tolist()]
    first = {}
    for each in dict.fromkeys(types):
        first.setdefault(_kind_of(each), values[types.index(each)])
    if len(first) > 1:
        one, other, *_ = (np.asarray(label, dtype=object).item() for label in first.values())
        raise ValueError(
            f"{name} must hold labels of one kind; got {one!r} and {other!r}. Make them all text "
            "or all numbers."
        )


def check_row_labels(name, labels, n_rows):
    """Return `labels` as an array of shape (n_rows,), of one kind and without missing values.

    scikit-learn hands metadata of a wrong length over as it is, so the length is checked here.

    Raises
    ------
    ValueError
        For a wrong length, a missing value, or text beside numbers.
    """
    values = _as_given(labels)
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
    _check_none_missing(name, values)
    _check_one_kind(name, values)
    return labels
