"""Which rows stop the training: the internal validation split."""

import numbers
import reprlib
from itertools import islice

import numpy as np
from sklearn.model_selection import GroupShuffleSplit

from skprognet._checks import check_number

_DRAWS, _MOST_DRAWS = 5, 100
WAYS_OUT = "Pass X_val and y_val, or set early_stopping=False."


def is_splitter(validation_fraction):
    """Return whether it splits rows by a method of its own; text and a class have one as well."""
    return hasattr(validation_fraction, "split") and not isinstance(
        validation_fraction, (str, bytes, type)
    )


def check_validation_fraction(validation_fraction):
    """Raise unless it is a share of the rows or a splitter."""
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
            f"{reprlib.repr(validation_fraction)}."
        )
    bounds = {"low": 0, "high": 1, "low_open": True, "high_open": True}
    check_number("validation_fraction", validation_fraction, "number", **bounds)


def _hold_out_by_class(y, fraction, rng):
    """Return rows drawn from each class: its share, at least one, and never all."""
    held_out = []
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)
        n_held_out = min(max(round(fraction * len(rows)), 1), len(rows) - 1)
        held_out.append(rng.choice(rows, n_held_out, replace=False))
    return np.sort(np.concatenate(held_out))


def _hold_out_groups(y, groups, fraction, seed):
    """Return the rows of whole groups, the nearest to the share of each class among a few draws.

    The best of all draws would be the same groups whatever the seed.
    """
    everything = np.bincount(y)
    splitter = GroupShuffleSplit(n_splits=_MOST_DRAWS, test_size=fraction, random_state=seed)
    draws = (held_out for _, held_out in splitter.split(y, y, groups))
    whole = (
        rows for rows in draws if np.bincount(np.delete(y, rows), minlength=len(everything)).all()
    )
    several = list(islice(whole, _DRAWS)) or [next(splitter.split(y, y, groups))[1]]

    def distance(held_out):
        shares = np.bincount(y[held_out], minlength=len(everything)) / everything
        return np.abs(shares - fraction).sum()

    return min(several, key=distance)


def first_split(splitter, y, groups):
    """Return the row numbers of a splitter's first split, if they can train and validate."""
    name = type(splitter).__name__
    split = next(iter(splitter.split(y, y, groups)), None)
    if split is None:
        raise ValueError(
            f"validation_fraction must give a split into training and validation rows; {name} "
            f"gave none for {len(y)} rows. {WAYS_OUT}"
        )
    if not isinstance(split, (tuple, list)) or len(split) != 2:
        raise ValueError(
            "validation_fraction must give pairs of training and validation rows; the first "
            f"split of {name} is no pair. {WAYS_OUT}"
        )
    try:
        train, held_out = (np.arange(len(y))[rows] for rows in split)
    except IndexError as error:
        raise ValueError(
            f"validation_fraction must give row numbers below {len(y)} or a mask of as many rows; "
            f"of {name} numpy says: {error}."
        ) from error
    if not len(train) or not len(held_out) or np.isin(held_out, train).any():
        raise ValueError(
            f"validation_fraction must give training rows and other validation rows; {name} gave "
            f"{len(train)} and {len(held_out)}, of which {np.isin(held_out, train).sum()} are in "
            f"both. {WAYS_OUT}"
        )
    return train, held_out


def split_by(splitter, y, groups, classes, present):
    """Split rows by the first split of a splitter, which may know them by their number.

    Parameters
    ----------
    splitter : cross-validation splitter
        What splits all rows, those of weight zero too.
    y : ndarray of shape (n_rows,)
        Labels of all rows.
    groups : ndarray of shape (n_rows,) or None
        Groups of all rows.
    classes : ndarray
        The labels of the rows that are present.
    present : ndarray of bool of shape (n_rows,), or slice
        Which rows have a weight above zero.

    Returns
    -------
    train, validation : ndarray of int
        Numbers among the rows that are present.

    Raises
    ------
    ValueError
        If the splitter gives no such rows, or no training row of a class.
    """
    number = np.full(len(y), -1)
    number[present] = np.arange(len(y[present]))
    train, held_out = (number[rows] for rows in first_split(splitter, y, groups))
    train, held_out = train[train >= 0], held_out[held_out >= 0]
    if not len(held_out):
        raise ValueError(
            "Validation rows must not all have weight 0; those that validation_fraction held out "
            f"have. {WAYS_OUT}"
        )
    return _check_none_lost(np.searchsorted(classes, y[present]), classes, train, held_out)


def holdout_split(y, classes, groups, validation_fraction, seed):
    """Split rows into those that train and those that decide when to stop.

    Every class trains and, without `groups`, is held out, in proportion. With `groups` no group
    is on both sides; of five random draws of groups that is taken which comes nearest to the
    share of each class.

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
        If a class or the groups are too few to be on both sides.
    """
    counts = np.bincount(y, minlength=len(classes))
    if counts.min() < 2:
        rarest = classes.tolist()[counts.argmin()]
        raise ValueError(
            "early_stopping holds rows of every class out, so each class needs at least 2 rows "
            f"(n_samples = {len(y)}); class {rarest!r} has {counts.min()}. " + WAYS_OUT
        )
    if groups is None:
        held_out = _hold_out_by_class(y, validation_fraction, np.random.RandomState(seed))
    else:
        check_groups(groups)
        held_out = _hold_out_groups(y, groups, validation_fraction, seed)
    return _check_none_lost(y, classes, np.delete(np.arange(len(y)), held_out), held_out)


def check_groups(groups):
    """Raise unless there are at least two groups: one that trains and one that is held out."""
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise ValueError(
            "early_stopping holds whole groups out, so it needs at least 2 groups; got "
            f"{n_groups}. {WAYS_OUT}"
        )


def _check_none_lost(y, classes, train, held_out):
    """Return train and validation rows; raise if a class has no training row left."""
    lost = np.setdiff1d(y, y[train])
    if lost.size:
        raise ValueError(
            f"Holding rows out left none of class {classes.tolist()[lost[0]]!r} to train on: "
            f"too few rows or groups have it. {WAYS_OUT}"
        )
    return train, held_out
