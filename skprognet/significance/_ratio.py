"""The ratio of test rows to training rows that the corrected tests need."""

import math

import numpy as np

from skprognet._scores import VALIDATION, as_floats
from skprognet.significance._intervals import check_positive_below


def measured_ratio(name, rows):
    """Return the mean n_test / (n_train + n_validation) of rows of scores; None if unknown.

    Rows that lack n_train or n_test do not count. Without n_validation, there are no validation
    rows.

    Raises
    ------
    ValueError
        If n_train or n_test is not above 0.
    """
    if not {"n_train", "n_test"} <= set(rows.columns):
        return None
    n_train, n_test = as_floats(rows["n_train"]), as_floats(rows["n_test"])
    for column, sizes in (("n_train", n_train), ("n_test", n_test)):
        if (sizes <= 0).any():
            raise ValueError(
                f"{name} must have {column} above 0 in every fold; got {sizes.min():g}. Count the "
                "rows of each fold, or leave this column out."
            )
    n_validation = as_floats(rows[VALIDATION]) if VALIDATION in rows else np.zeros(1)
    ratios = n_test / (n_train + np.nan_to_num(n_validation))
    known = ratios[~np.isnan(ratios)]
    return float(known.mean()) if known.size else None


def _check_sizes(name, sizes, shape):
    """Return row counts as a positive float array, one for all folds or one for each."""
    sizes = np.asarray(sizes, dtype=float)
    if sizes.shape not in ((), shape):
        raise ValueError(
            f"{name} must be one number, or one for each score, shape {shape}; got shape "
            f"{sizes.shape}. Count the rows of each fold."
        )
    wrong = sizes[~(np.isfinite(sizes) & (sizes > 0))]
    if wrong.size:
        raise ValueError(
            f"{name} must be finite and positive; got {wrong[0]}. Count the rows of each fold."
        )
    return sizes


def resolve_ratio(test_train_ratio, n_train, n_test, pair):
    """Return the ratio n_test / n_train.

    It is `test_train_ratio` if given; else the mean over the folds, from the given numbers of rows
    or from the numbers in the frames; else 1 / (n_folds - 1).
    """
    if test_train_ratio is not None and (n_train is not None or n_test is not None):
        raise ValueError(
            "The ratio must be given in one way; got test_train_ratio beside n_train or n_test. "
            "Pass test_train_ratio alone, or n_train with n_test."
        )
    if (n_train is None) != (n_test is None):
        given, missing = ("n_test", "n_train") if n_train is None else ("n_train", "n_test")
        raise ValueError(
            f"n_train and n_test must be given together; got {given} without {missing}. Pass both "
            "or neither."
        )
    if test_train_ratio is not None:
        check_positive_below("test_train_ratio", test_train_ratio, math.inf)
        return float(test_train_ratio)
    shape = pair.a.shape
    if n_train is not None:
        n_train = _check_sizes("n_train", n_train, shape)
        n_test = _check_sizes("n_test", n_test, shape)
        return float(np.mean(n_test / n_train))
    if pair.ratio is not None:
        return pair.ratio
    if shape[1] < 2:
        raise ValueError(
            "a and b must have at least 2 folds for the default ratio, 1 / (n_folds - 1); got 1. "
            "Pass test_train_ratio, or n_train with n_test."
        )
    return 1 / (shape[1] - 1)
