"""Find the strata that folds spread evenly: classes, or bins of numbers."""

import numpy as np
from sklearn.utils.multiclass import check_classification_targets

from skprognet._checks import check_row_labels
from skprognet._target_kind import NUMBERS, kind_of_target
from skprognet.model_selection._folds import check_classes_remain, count_rows

N_BINS = 5  # bins of numbers, with about the same number of rows


def strata_of(X, y):
    """Return the number of each row's class, or of the bin of its number.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Data. Only the number of rows is used.
    y : array-like of shape (n_samples,)
        Classes or numbers.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        Consecutive numbers from 0.

    Raises
    ------
    ValueError
        If there are no labels, or they are neither classes nor numbers.
    """
    if y is None:
        raise ValueError(
            "y must hold the class or the number of each row, which the folds balance; got None. "
            "Pass it to split or to cross_val_score."
        )
    y = check_row_labels("y", y, count_rows(X))
    if kind_of_target(y) == NUMBERS:
        inner = np.quantile(y.astype(float), np.arange(1, N_BINS) / N_BINS)
        y = np.digitize(y.astype(float), np.unique(inner))
    check_classification_targets(y)
    return np.unique(y, return_inverse=True)[1]


def check_trainable(y, train, where):
    """Raise if a class of `y` has no row in `train`; this is not required for numbers."""
    y = np.asarray(y)
    try:
        check_classes_remain(y, train, where)
    except ValueError:  # finding out the kind of the labels is slow, so it is done only now
        if kind_of_target(y) != NUMBERS:
            raise
