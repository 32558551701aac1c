"""The arguments of a fit: rows, with their labels, weights and groups."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sklearn.utils.validation import validate_data

from skprognet._checks import (
    check_row_labels,
    check_sample_weight,
    check_unique_columns,
    in_order_of,
    text_columns,
)
from skprognet.estimators._number_target import NumberTarget
from skprognet.estimators._plain_rows import plain_rows


@dataclass
class FitArguments:
    """The arguments of a `fit`, as the user passed them.

    Attributes
    ----------
    X, y, sample_weight, groups, source_y : array-like
        Training rows, with their labels, weights, groups and source labels; the last three may be
        None.
    X_val, y_val : array-like or None
        Validation rows, which choose the epoch.
    X_test, y_test : array-like or None
        Test rows, which are scored after every epoch.
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
    """Checked rows with their labels, weights and groups, all of one length.

    Attributes
    ----------
    X : ndarray of shape (n_rows, n_features)
        The rows in their original type, since the steps of a source may need all digits.
    y : ndarray of shape (n_rows,) or (n_rows, n_columns)
        Labels or numbers, or their codes from the target.
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
        """Return a mask or slice of the rows with a weight above 0."""
        return slice(None) if self.weight is None else self.weight > 0

    def present(self):
        """Return the rows with a weight above 0.

        A row of weight zero counts as absent; it must not even add its class.
        """
        return self.select(self.is_present())

    def encoded(self, target):
        """Return the same rows with labels encoded by the target."""
        return replace(self, y=target.encode(self.y))


def check_training_rows(estimator, arguments, target, *, reset):
    """Return the checked training rows.

    Parameters
    ----------
    estimator : estimator
        The estimator being fitted; its number and names of features are set or compared.
    arguments : FitArguments
        The arguments of `fit`.
    target : type
        The kind of target, which checks the labels.
    reset : bool
        Whether the features may differ from those of the last fit.

    Returns
    -------
    Rows
        All training rows, including those of weight zero.

    Raises
    ------
    ValueError
        For NaN, infinity, wrong shapes or lengths, or labels that are not of the target's kind.
    """
    groups, source_y = arguments.groups, arguments.source_y
    target.check_as_given(arguments.y)
    check_unique_columns(arguments.X)
    X = arguments.X if reset else estimator._in_order_of_fit(arguments.X)
    options = {"order": "C", "reset": reset, **target.check_options}
    X, y = validate_data(estimator, X, arguments.y, **options)
    target.check(y)
    X = check_fits(X, estimator.dtype)
    n_rows = len(X)
    return Rows(
        X,
        y,
        check_sample_weight(arguments.sample_weight, n_rows),
        None if groups is None else check_row_labels("groups", groups, n_rows),
        None if source_y is None else _source_labels(source_y, n_rows),
    )


def check_validation_rows(estimator, arguments, target):
    """Return the encoded validation rows that the user passed, or None.

    Raises
    ------
    ValueError
        If only one of X_val and y_val is passed, one does not fit the training data, or
        ``early_stopping=False``.
    """
    has_rows = arguments.X_val is not None and arguments.y_val is not None
    if has_rows and not estimator.early_stopping:
        raise ValueError(
            "early_stopping must be True with X_val and y_val, which choose the epoch; got False. "
            "Set early_stopping=True, or leave X_val and y_val out."
        )
    return _scored_rows(estimator, arguments, target, "X_val", "y_val")


def check_test_rows(estimator, arguments, target):
    """Return the encoded test rows that are scored after every epoch, or None."""
    return _scored_rows(estimator, arguments, target, "X_test", "y_test")


def _scored_rows(estimator, arguments, target, X_name, y_name):
    X, y = getattr(arguments, X_name), getattr(arguments, y_name)
    if X is None and y is None:
        return None
    if X is None or y is None:
        passed, missing = (y_name, X_name) if X is None else (X_name, y_name)
        raise ValueError(
            f"{X_name} and {y_name} must be passed together; got {passed} without {missing}. Pass "
            "both or neither."
        )
    try:
        X = check_rows(estimator, X, estimator.dtype)
    except (TypeError, ValueError) as error:  # it knows the rows as X only
        raise type(error)(f"{X_name} must have rows like those of X. {error}") from error
    if isinstance(target, NumberTarget):
        y = in_order_of(y_name, y, text_columns(arguments.y), "y")
    y = target.check_rows(y_name, y, len(X))
    return Rows(X, target.encode(y, name=y_name))


def check_rows(estimator, X, dtype):
    """Return X, rows for a fitted estimator, as an array that is also finite in `dtype`."""
    plain = plain_rows(estimator, X, dtype)
    if plain is not None:
        return plain
    check_unique_columns(X)
    X = validate_data(estimator, estimator._in_order_of_fit(X), reset=False, order="C")
    return check_fits(X, dtype)


def check_fits(X, dtype):
    """Return X; raise if a number is too large for `dtype`."""
    # np.abs(X) would need as much memory as X.
    largest = max(float(X.max(initial=0)), -float(X.min(initial=0)))
    if largest > float(np.finfo(dtype).max):
        raise ValueError(
            f"The numbers of X must fit into dtype={np.dtype(dtype).name!r}; got {largest}. Scale "
            "the features, or set dtype='float64'."
        )
    return X


def _source_labels(source_y, n_rows):
    """Return the labels of the source tasks as a DataFrame with a column for each."""
    if hasattr(source_y, "columns"):  # of pandas or polars
        columns = {name: source_y[name] for name in source_y.columns}
    elif isinstance(source_y, dict):
        columns = source_y
    else:
        labels = np.asarray(source_y, dtype=object)  # an array of text would hide a number
        if labels.ndim == 2:
            columns = dict(enumerate(labels.T.tolist()))
        else:
            columns = {getattr(source_y, "name", None): source_y}
    checked = {n: check_row_labels("source_y", each, n_rows) for n, each in columns.items()}
    # pandas' own text cannot hold names of files that are not UTF-8.
    kinds = {n: object if y.dtype.kind in "OU" else y.dtype for n, y in checked.items()}
    columns = {n: pd.Series(y, dtype=kinds[n]) for n, y in checked.items()}
    return pd.DataFrame(columns, index=range(n_rows))  # it has these rows without columns, too
