"""The scores of two methods, fold by fold: checked, paired, and how they differ."""

import math
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

PLACE = ("repeat", "fold")
ENTRY = ("method", "source")
SETTING = ("corpus", "target", "n_train_folds")
# What two results on the same folds have in common, wherever a frame says it.
DESIGN = ("n_train", "n_validation", "n_test", "normalisation", "rows_tested")


@dataclass(frozen=True, eq=False)
class Pair:
    """Scores of two methods on the same folds.

    Attributes
    ----------
    a, b : ndarray of shape (n_repeats, n_folds)
        Scores.
    ratio : float or None
        Mean of n_test / (n_train + n_validation) over the folds, if their frames tell.
    """

    a: np.ndarray
    b: np.ndarray
    ratio: float | None = None

    @property
    def mean_and_variance(self):
        """Mean of a - b and its variance (ddof 1), each 0 if rounding explains it."""
        difference = self.a - self.b
        mean, deviation = difference.mean(), difference.std(ddof=1)
        return (
            float(mean) if abs(mean) > self.rounding else 0.0,
            float(deviation) ** 2 if deviation > self.rounding else 0.0,
        )

    @property
    def rounding(self):
        """Largest difference that the same score may have when it is computed in two ways."""
        return 10 * np.finfo(float).eps * max(np.abs(self.a).max(), np.abs(self.b).max())


def divide(mean, spread):
    """Return mean / spread, with 0 / 0 = 0 and x / 0 = infinity with the sign of x."""
    if spread > 0:
        return mean / spread
    return math.copysign(math.inf, mean) if mean else 0.0


def warn_of_constant_difference(mean, n, consequence, stacklevel):
    """Warn that scores which always differ by the same are hardly two methods'."""
    warnings.warn(
        f"All {n} differences equal {mean:.6g}, which makes {consequence}. Check that a and b "
        "are the scores of two methods on different folds.",
        RuntimeWarning,
        stacklevel=stacklevel + 1,
    )


def check_columns(name, frame, columns, advice):
    """Raise unless the frame has all of the columns."""
    missing = [column for column in columns if column not in frame]
    if missing:
        raise ValueError(
            f"{name} must have the columns {list(columns)}; {missing} are missing among "
            f"{list(frame.columns)}. {advice}"
        )


def score_grid(name, rows, like=None, of=""):
    """Return the UARs of one method as a frame with a row per repeat and a column per fold.

    Parameters
    ----------
    name : str
        What the rows are called, for the message.
    rows : DataFrame
        Columns repeat, fold and uar, in any order of rows.
    like : DataFrame, default=None
        Rows that have all repeats and folds there should be; None is `rows`.
    of : str, default=""
        Whose rows they are, for the message.

    Returns
    -------
    DataFrame
        Index repeat, columns fold, both sorted.

    Raises
    ------
    ValueError
        If a fold is missing or is there twice.
    """
    like = rows if like is None else like
    n_repeats, n_folds = like["repeat"].nunique(), like["fold"].nunique()
    n_twice = rows.duplicated(list(PLACE)).sum()
    if n_twice or len(rows) != n_repeats * n_folds:
        raise ValueError(
            f"{name} must have one row for each of {n_repeats} x {n_folds} folds{of}; got "
            f"{len(rows)} rows, {n_twice} of them twice. Run the missing folds, or drop what was "
            "run twice."
        )
    return rows.pivot(index="repeat", columns="fold", values="uar").astype(float)


def _refuse_score(name, value, repeat, fold):
    raise ValueError(
        f"{name} must hold finite scores; got {value} in repeat {repeat}, fold {fold}. Find out "
        "why that fold has no score, and run it again."
    )


def _check_one_entry(name, frame):
    """Raise if a frame has the rows of several methods, sources or settings."""
    for column in (*ENTRY, *SETTING):
        if column in frame and frame[column].nunique(dropna=False) > 1:
            values = frame[column].unique().tolist()
            raise ValueError(
                f"{name} must hold the scores of one {column}; got {values}. Select one, as in "
                f"scores[scores[{column!r}] == {values[0]!r}], or use compare_methods."
            )


def _check_same_places(names, a, b):
    """Raise unless both frames have the same repeats and folds."""
    for repeat, fold in a.index.symmetric_difference(b.index):
        where = names[0] if (repeat, fold) in a.index else names[1]
        raise ValueError(
            f"{names[0]} and {names[1]} must have the same folds; repeat {repeat}, fold {fold} is "
            f"only in {where}. Score both methods on the same folds."
        )


def _check_same_design(names, a, b):
    """Raise if both frames say how a fold was made, and say different things."""
    for column in (*SETTING, *DESIGN):
        if column not in a or column not in b:
            continue
        one, other = a[column], b[column]
        differs = (one != other) & ~(one.isna() & other.isna())
        if differs.any():
            repeat, fold = differs.idxmax()
            what = (
                "the tested rows differ"
                if column == "rows_tested"
                else f"{column} is {one[repeat, fold]!s} and {other[repeat, fold]!s}"
            )
            raise ValueError(
                f"{names[0]} and {names[1]} must come from the same design; {what} in repeat "
                f"{repeat}, fold {fold}. Score both methods on the same folds."
            )


def _measured_ratio(a, b):
    """Return the mean n_test / (n_train + n_validation), or None if a frame has no sizes."""
    if not {"n_train", "n_test"} <= set(a.columns) & set(b.columns):
        return None
    learnt = a["n_train"] + a.get("n_validation", 0)
    return float((a["n_test"] / learnt).mean())


def _check_frames(names, a, b):
    grids = []
    advice = "Rename columns, or pass an array of shape (n_repeats, n_folds)."
    for name, frame in zip(names, (a, b), strict=True):
        check_columns(name, frame, (*PLACE, "uar"), advice)
        _check_one_entry(name, frame)
        grids.append(score_grid(name, frame).to_numpy())
        no_score = frame[~np.isfinite(frame["uar"].to_numpy(dtype=float))]
        for row in no_score[:1].itertuples():
            _refuse_score(name, row.uar, row.repeat, row.fold)
    a, b = (frame.set_index(list(PLACE)).sort_index() for frame in (a, b))
    _check_same_places(names, a, b)
    _check_same_design(names, a, b)
    return Pair(*grids, _measured_ratio(a, b))


def _check_array(name, scores):
    """Return the scores as a finite float array of shape (n_repeats, n_folds)."""
    scores = np.asarray(scores, dtype=float)
    if scores.ndim != 2:
        raise ValueError(
            f"{name} must have shape (n_repeats, n_folds); got shape {scores.shape}. Put one "
            f"repeat in each row: np.reshape({name}, (n_repeats, n_folds))."
        )
    if not np.isfinite(scores).all():
        repeat, fold = np.argwhere(~np.isfinite(scores))[0]
        _refuse_score(name, scores[repeat, fold], repeat, fold)
    return scores


def check_pair(a, b, names=("a", "b")):
    """Return two methods' scores on the same folds.

    Parameters
    ----------
    a, b : array-like of shape (n_repeats, n_folds) or DataFrame
        Two arrays, or two frames with the rows of one method each.
    names : tuple of two str, default=("a", "b")
        What to call them in messages.

    Returns
    -------
    Pair
        At least two scores each.

    Raises
    ------
    TypeError
        If one is a frame and the other is not.
    ValueError
        If the scores are not finite, not those of one method, or not of the same folds and design.
    """
    are_frames = [isinstance(scores, pd.DataFrame) for scores in (a, b)]
    if all(are_frames):
        pair = _check_frames(names, a, b)
    elif any(are_frames):
        raise TypeError(
            f"{names[0]} and {names[1]} must be two arrays or two DataFrames; got "
            f"{type(a).__name__} and {type(b).__name__}. Whether an array and a frame have the "
            "same folds cannot be checked."
        )
    else:
        pair = Pair(_check_array(names[0], a), _check_array(names[1], b))
    if pair.a.shape != pair.b.shape:
        raise ValueError(
            f"{names[0]} and {names[1]} must have the same shape; got {pair.a.shape} and "
            f"{pair.b.shape}. Score both methods on the same folds."
        )
    if pair.a.size < 2:
        raise ValueError(
            f"At least 2 pairs of scores are needed to see how they vary; got {pair.a.size}. Run "
            "more folds or repeats."
        )
    return pair
