"""The internal validation split, which chooses the epoch."""

import copy
import math
import numbers
import reprlib
from itertools import islice

import numpy as np
from sklearn.model_selection import GroupShuffleSplit

from skprognet._checks import check_number

_DRAWS, _MOST_DRAWS = 5, 100
WAYS_OUT = "Pass X_val and y_val, or set early_stopping=False."


def is_splitter(validation_fraction):
    """Return whether it is a splitter; text and classes have a method `split` too."""
    return hasattr(validation_fraction, "split") and not isinstance(
        validation_fraction, (str, bytes, type)
    )


def check_validation_fraction(validation_fraction):
    """Raise unless `validation_fraction` is a share of the rows or a splitter."""
    if is_splitter(validation_fraction):
        return
    if isinstance(validation_fraction, type) and hasattr(validation_fraction, "split"):
        name = validation_fraction.__name__
        raise TypeError(
            f"validation_fraction must be a number or a splitter; got the class {name}. Pass an "
            f"instance of it, {name}()."
        )
    if not isinstance(validation_fraction, numbers.Number):
        raise TypeError(
            "validation_fraction must be a number or a splitter; got "
            f"{reprlib.repr(validation_fraction)}. Pass a share of the rows, such as 0.1."
        )
    bounds = {"low": 0, "high": 1, "low_open": True, "high_open": True}
    check_number("validation_fraction", validation_fraction, "number", **bounds)


def _hold_out_by_class(y, fraction, rng):
    """Draw the share of rows from each class, at least one and never all."""
    held_out = []
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)
        n_held_out = min(max(round(fraction * len(rows)), 1), len(rows) - 1)
        held_out.append(rng.choice(rows, n_held_out, replace=False))
    return np.sort(np.concatenate(held_out))


def _hold_out_groups(y, groups, fraction, seed):
    """Draw whole groups a few times; return the draw that holds out the best shares of classes.

    In the best draw, the share of each class is nearest to `fraction`. There are only a few draws,
    since the best of very many would be the same for every seed.
    """
    counts = np.bincount(y)
    n_groups = n_groups_held_out(groups, fraction)
    splitter = GroupShuffleSplit(n_splits=_MOST_DRAWS, test_size=n_groups, random_state=seed)
    draws = (held_out for _, held_out in splitter.split(y, y, groups))
    # A usable draw leaves training rows of every class.
    usable = (
        rows for rows in draws if np.bincount(np.delete(y, rows), minlength=len(counts)).all()
    )
    candidates = list(islice(usable, _DRAWS)) or [next(splitter.split(y, y, groups))[1]]

    def distance(held_out):
        shares = np.bincount(y[held_out], minlength=len(counts)) / counts
        return np.abs(shares - fraction).sum()

    return min(candidates, key=distance)


def first_split(splitter, y, groups, present, seed):
    """Return the rows of a splitter's first split, as positions among the present rows.

    Raises ValueError if it is unusable.
    """
    if getattr(splitter, "random_state", seed) is None:  # it would read numpy's global state
        splitter = copy.copy(splitter)
        splitter.random_state = seed
    name = type(splitter).__name__
    split = next(iter(splitter.split(y, y, groups)), None)
    if split is None:
        raise ValueError(
            f"validation_fraction must split rows into training and validation rows; got no split "
            f"of {len(y)} rows from {name}. {WAYS_OUT}"
        )
    if not isinstance(split, (tuple, list)) or len(split) != 2:
        raise ValueError(
            "validation_fraction must give pairs of training and validation rows; got no pair "
            f"from {name}. {WAYS_OUT}"
        )
    try:
        train, held_out = (np.arange(len(y))[rows] for rows in split)
    except IndexError as error:
        raise ValueError(
            f"validation_fraction must give row numbers below {len(y)} or a mask of that length; "
            f"got from {name}: {error}. Check the splitter."
        ) from error
    if not len(train) or not len(held_out) or np.isin(held_out, train).any():
        raise ValueError(
            f"validation_fraction must give training and validation rows, with none in both; got "
            f"{len(train)} and {len(held_out)} from {name}, with "
            f"{np.isin(held_out, train).sum()} in both. {WAYS_OUT}"
        )
    number = np.full(len(y), -1)
    number[present] = np.arange(len(y[present]))
    return [number[rows][number[rows] >= 0] for rows in (train, held_out)]


def split_by(splitter, y, groups, classes, present, seed):
    """Split rows by the first split of a splitter, which may refer to rows by number.

    Parameters
    ----------
    splitter : cross-validation splitter
        The splitter of all rows, including those of weight zero.
    y : ndarray of shape (n_rows,)
        Labels of all rows.
    groups : ndarray of shape (n_rows,) or None
        Groups of all rows.
    classes : ndarray
        The labels of the rows with a weight above zero.
    present : ndarray of bool of shape (n_rows,), or slice
        Which rows have a weight above zero.
    seed : int
        Seed of a splitter without one.

    Returns
    -------
    train, validation : ndarray of int
        Positions among the rows with a weight above zero.

    Raises
    ------
    ValueError
        If the split is unusable, or leaves a class without training rows.
    """
    train, held_out = first_split(splitter, y, groups, present, seed)
    if not len(held_out):
        raise ValueError(
            "validation_fraction must hold out rows with a weight above 0; got only rows of "
            f"weight 0. {WAYS_OUT}"
        )
    return _check_none_lost(np.searchsorted(classes, y[present]), classes, train, held_out)


def holdout_split(y, classes, groups, validation_fraction, seed):
    """Split rows into training rows and validation rows.

    Every class is among the training rows. Without `groups`, each class is also held out in
    proportion. With `groups`, no group is on both sides: five random draws of groups are compared,
    and the one whose share of each class is nearest to `validation_fraction` is used.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
        Class positions.
    classes : ndarray
        The labels, for messages.
    groups : ndarray of shape (n_rows,) or None
        Group of each row, such as its speaker.
    validation_fraction : float
        Share of the rows to hold out.
    seed : int
        Seed of the split.

    Returns
    -------
    train, validation : ndarray of int
        Row numbers.

    Raises
    ------
    ValueError
        If there are too few rows of a class, or too few groups, for both sides.
    """
    counts = np.bincount(y, minlength=len(classes))
    if counts.min() < 2:
        rarest = classes.tolist()[counts.argmin()]
        raise ValueError(
            "Each class must have at least 2 rows for early_stopping; got "
            f"{counts.min()} of class {rarest!r} (n_samples = {len(y)}). {WAYS_OUT}"
        )
    if groups is None:
        held_out = _hold_out_by_class(y, validation_fraction, np.random.RandomState(seed))
    else:
        check_groups(groups)
        held_out = _hold_out_groups(y, groups, validation_fraction, seed)
    return _check_none_lost(y, classes, np.delete(np.arange(len(y)), held_out), held_out)


def n_groups_held_out(groups, fraction):
    """Return how many groups to hold out: the share rounded up, but never all groups."""
    n_groups = len(np.unique(groups))
    return min(math.ceil(fraction * n_groups), n_groups - 1)


def check_groups(groups):
    """Raise unless there are at least two groups, one for each side of the split."""
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise ValueError(
            "groups must have at least 2 groups for early_stopping, which holds out whole groups; "
            f"got {n_groups}. {WAYS_OUT}"
        )


def _check_none_lost(y, classes, train, held_out):
    """Return train and validation rows; raise if a class has no training row left."""
    lost = np.setdiff1d(y, y[train])
    if lost.size:
        raise ValueError(
            "Each class must have rows left to train on; got none of class "
            f"{classes.tolist()[lost[0]]!r} after holding rows out. {WAYS_OUT}"
        )
    return train, held_out
