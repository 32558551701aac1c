"""Which rows stop the training: the internal validation split."""

from itertools import islice

import numpy as np
from sklearn.model_selection import GroupShuffleSplit

_DRAWS, _MOST_DRAWS = 5, 100
_WAYS_OUT = "Pass X_val and y_val, or set early_stopping=False."


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
    validation_fraction : float or splitter
        Share of the rows to hold out; or a scikit-learn splitter, whose first split is taken.
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
        train, held_out = next(iter(validation_fraction.split(y, y, groups)))
        return _check_none_lost(y, classes, train, held_out)
    counts = np.bincount(y, minlength=len(classes))
    if counts.min() < 2:
        rarest = classes.tolist()[counts.argmin()]
        raise ValueError(
            "early_stopping holds rows of every class out, so each class needs at least 2 rows "
            f"(n_samples = {len(y)}); class {rarest!r} has {counts.min()}. " + _WAYS_OUT
        )
    if groups is None:
        held_out = _hold_out_by_class(y, validation_fraction, np.random.RandomState(seed))
    else:
        n_groups = len(np.unique(groups))
        if n_groups < 2:
            raise ValueError(
                "early_stopping holds whole groups out, so it needs at least 2 groups; got "
                f"{n_groups}. {_WAYS_OUT}"
            )
        held_out = _hold_out_groups(y, groups, validation_fraction, seed)
    return _check_none_lost(y, classes, np.delete(np.arange(len(y)), held_out), held_out)


def _check_none_lost(y, classes, train, held_out):
    """Return train and validation rows; raise if a class has no training row left."""
    lost = np.setdiff1d(y, y[train])
    if lost.size:
        raise ValueError(
            f"Holding rows out left none of class {classes.tolist()[lost[0]]!r} to train on: "
            f"too few rows or groups have it. {_WAYS_OUT}"
        )
    return train, held_out
