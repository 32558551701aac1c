"""What one fit is given: rows, and all that comes with them."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sklearn.utils.validation import validate_data

from skprognet._checks import check_row_labels, check_sample_weight, check_unique_columns
from skprognet.estimators._plain_rows import plain_rows


@dataclass
class Given:
    """The arguments of a `fit`, as they came.

    Attributes
    ----------
    X, y, sample_weight, groups, source_y : array-like
        Rows that train, and what comes with each of them; the last three may be None.
    X_val, y_val : array-like or None
        Rows that choose the epoch.
    X_test, y_test : array-like or None
        Rows that are scored after every epoch.
    """

    X: object
    y: object
    sample_weight: object = None
    groups: object = None
    source_y: object = None
    X_val: object = None
    y_val: object = None
    X_test: object = None
    y_test: object = None


@dataclass
class Rows:
    """Rows and what comes with them, checked and of one length.

    Attributes
    ----------
    X : ndarray of shape (n_rows, n_features)
        In their own type: a source may have steps that need all of its digits.
    y : ndarray of shape (n_rows,)
        Labels, or what the target made of them.
    weight : ndarray of shape (n_rows,) or None
        Sample weights.
    groups : ndarray of shape (n_rows,) or None
        Groups to keep apart, such as speakers.
    source_y : DataFrame or None
        Labels of the source tasks, a column for each.
    """

    X: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None = None
    groups: np.ndarray | None = None
    source_y: pd.DataFrame | None = None

    def __len__(self):
        return len(self.X)

    def select(self, chosen):
        """Return some of the rows."""
        return Rows(
            self.X[chosen],
            self.y[chosen],
            None if self.weight is None else self.weight[chosen],
            None if self.groups is None else self.groups[chosen],
            None if self.source_y is None else self.source_y.iloc[chosen],
        )

    def is_present(self):
        """Return which rows have a weight above 0, as a mask or a slice."""
        return slice(None) if self.weight is None else self.weight > 0

    def present(self):
        """Return the rows with a weight above 0.

        A row of weight zero is as good as absent: it must not even add its class.
        """
        return self.select(self.is_present())

    def encoded(self, target):
        """Return the same rows with labels as the target encodes them."""
        return replace(self, y=target.encode(self.y))


def check_given(estimator, given, target, *, reset):
    """Return the rows that train, checked.

    Parameters
    ----------
    estimator : classifier
        What is fitted; its number and names of features are set or compared.
    given : Given
        The arguments of `fit`.
    target : type
        The kind of target, which checks the labels.
    reset : bool
        Whether the features may be others than before.

    Returns
    -------
    Rows
        All of them, those of weight zero too.

    Raises
    ------
    ValueError
        For NaN, infinity, wrong shapes or lengths, or labels that are not of the target's kind.
    """
    target.check_as_given(given.y)
    check_unique_columns(given.X)
    X = given.X if reset else estimator._in_order_of_fit(given.X)
    X, y = validate_data(estimator, X, given.y, order="C", reset=reset, **target.check_options)
    target.check(y)
    X = check_fits(X, estimator.dtype)
    n_rows = len(X)
    return Rows(
        X,
        y,
        check_sample_weight(given.sample_weight, n_rows),
        None if given.groups is None else check_row_labels("groups", given.groups, n_rows),
        None if given.source_y is None else _source_labels(given.source_y, n_rows),
    )


def check_validation_rows(estimator, given, target):
    """Return the rows that choose the epoch as they were given, encoded; None without them.

    Raises
    ------
    ValueError
        If only one of the two is given, either does not fit the training data, or no epoch is to
        be chosen.
    """
    if given.X_val is not None and given.y_val is not None and not estimator.early_stopping:
        raise ValueError(
            "X_val and y_val choose the epoch, so they need early_stopping=True; got "
            "early_stopping=False. Leave them out, or set it."
        )
    return _scored_rows(estimator, given, target, "X_val", "y_val")


def check_test_rows(estimator, given, target):
    """Return the rows that are scored after every epoch, encoded; None without them."""
    return _scored_rows(estimator, given, target, "X_test", "y_test")


def _scored_rows(estimator, given, target, X_name, y_name):
    X, y = getattr(given, X_name), getattr(given, y_name)
    if X is None and y is None:
        return None
    if X is None or y is None:
        came, missing = (y_name, X_name) if X is None else (X_name, y_name)
        raise ValueError(
            f"{X_name} and {y_name} go together; got {came} without {missing}. Pass both or "
            "neither."
        )
    try:
        X = check_rows(estimator, X, estimator.dtype)
    except (TypeError, ValueError) as error:  # it knows the rows as X only
        raise type(error)(f"{X_name} must be rows as X of fit has them. {error}") from error
    y = target.check_rows(y_name, y, len(X))
    return Rows(X, target.encode(y, name=y_name))


def check_rows(estimator, X, dtype):
    """Return X, rows for a fitted estimator, as an array that is finite also in `dtype`."""
    plain = plain_rows(estimator, X, dtype)
    if plain is not None:
        return plain
    check_unique_columns(X)
    X = validate_data(estimator, estimator._in_order_of_fit(X), reset=False, order="C")
    return check_fits(X, dtype)


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


def _source_labels(source_y, n_rows):
    """Return the labels of the source tasks as a DataFrame with a column for each."""
    if hasattr(source_y, "columns"):  # of pandas or polars
        columns = {name: source_y[name] for name in source_y.columns}
    elif isinstance(source_y, dict):
        columns = source_y
    else:
        given = np.asarray(source_y, dtype=object)  # an array of text would hide a number
        if given.ndim == 2:
            columns = dict(enumerate(given.T.tolist()))
        else:
            columns = {getattr(source_y, "name", None): source_y}
    return pd.DataFrame(
        {name: check_row_labels("source_y", values, n_rows) for name, values in columns.items()}
    )
