"""Which rows stop the training: the internal validation split."""

import math

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedShuffleSplit

_WAYS_OUT = "Pass X_val and y_val, or set early_stopping=False."


def holdout_split(y, classes, groups, validation_fraction, seed):
    """Split rows into those that train and those that decide when to stop.

    The split is stratified by class. With `groups` no group is on both sides; the share is then
    met as nearly as the groups allow.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
        Class positions.
    classes : ndarray
        The labels, for messages.
    groups : ndarray of shape (n_rows,) or None
        Group of each row, such as its speaker.
    validation_fraction : float or splitter
        Share of the rows to hold out, at least one row for each class; or a scikit-learn
        splitter, whose first split is taken.
    seed : int
        Seed of the split.

    Returns
    -------
    train, validation : ndarray of int
        Row numbers.

    Raises
    ------
    ValueError
        If a class or the groups are too few to be on both sides.
    """
    if hasattr(validation_fraction, "split"):
        train, validation = next(iter(validation_fraction.split(y, y, groups)))
        _check_none_lost(y, train, classes)
        return train, validation
    counts = np.bincount(y, minlength=len(classes))
    if counts.min() < 2:
        rarest = classes.tolist()[counts.argmin()]
        raise ValueError(
            "early_stopping holds rows of every class out, so each class needs at least 2 rows "
            f"(n_samples = {len(y)}); class {rarest!r} has {counts.min()}. " + _WAYS_OUT
        )
    if groups is None:
        n_validation = max(math.ceil(validation_fraction * len(y)), len(classes))
        n_validation = min(n_validation, len(y) - len(classes))
        splitter = StratifiedShuffleSplit(n_splits=1, test_size=n_validation, random_state=seed)
        return next(splitter.split(y, y))
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise ValueError(
            "early_stopping holds whole groups out, so it needs at least 2 groups; got "
            f"{n_groups}. {_WAYS_OUT}"
        )
    n_splits = min(max(round(1 / validation_fraction), 2), n_groups, counts.max())
    splitter = StratifiedGroupKFold(n_splits=n_splits, shuffle=True, random_state=seed)
    train, validation = next(splitter.split(y, y, groups))
    _check_none_lost(y, train, classes)
    return train, validation


def _check_none_lost(y, train, classes):
    """Raise if a class has no training row left."""
    lost = np.setdiff1d(y, y[train])
    if lost.size:
        raise ValueError(
            f"Holding rows out left none of class {classes.tolist()[lost[0]]!r} to train on: "
            f"too few rows or groups have it. {_WAYS_OUT}"
        )
