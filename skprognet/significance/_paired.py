"""The scores of two methods, fold by fold: checked, paired, and how they differ."""

import math
import warnings
from dataclasses import dataclass

import numpy as np

from skprognet._scores import (
    ENTRY,
    PLACE,
    SETTING,
    as_floats,
    as_frame,
    check_columns,
    check_one_value,
    check_uar,
    is_table,
    score_grid,
)
from skprognet.significance._ratio import measured_ratio

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


def _refuse_score(name, value, repeat, fold):
    raise ValueError(
        f"{name} must hold finite scores; got {value} in repeat {repeat}, fold {fold}. Find out "
        "why that fold has no score, and run it again."
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


def _check_frames(names, a, b):
    frames, grids = [], []
    advice = "Rename columns, or pass an array of shape (n_repeats, n_folds)."
    for name, scores in zip(names, (a, b), strict=True):
        frame = as_frame(name, scores)
        check_columns(name, frame, (*PLACE, "uar"), advice)
        check_one_value(name, frame, (*ENTRY, *SETTING), ", or use compare_methods")
        check_uar(name, frame["uar"])
        grids.append(score_grid(name, frame).to_numpy())
        no_score = frame[~np.isfinite(as_floats(frame["uar"]))]
        for row in no_score[:1].itertuples():
            _refuse_score(name, row.uar, row.repeat, row.fold)
        frames.append(frame.set_index(list(PLACE)).sort_index())
    _check_same_places(names, *frames)
    _check_same_design(names, *frames)
    ratios = [measured_ratio(frame) for frame in frames]
    return Pair(*grids, None if None in ratios else ratios[0])


def _as_array(name, scores):
    """Return the scores as a float array, or raise if that would make other scores of them."""
    parts = scores if isinstance(scores, (list, tuple)) else []
    if isinstance(scores, dict) or any(is_table(part) or isinstance(part, dict) for part in parts):
        raise TypeError(
            f"{name} must be one table of scores, or an array of shape (n_repeats, n_folds); got "
            f"{type(scores).__name__}. Join several tables by pandas.concat."
        )
    n_masked = np.ma.count_masked(np.ma.asarray(scores))
    if n_masked:
        raise ValueError(
            f"{name} must have a score for every fold; got {n_masked} masked ones. Run these "
            "folds, or leave out their repeats from both methods."
        )
    return np.asarray(scores, dtype=float)


def _check_array(name, scores):
    """Return the scores as a finite float array of shape (n_repeats, n_folds)."""
    scores = _as_array(name, scores)
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
        Two arrays, or two frames (of pandas, polars or pyarrow) with the rows of one method each.
    names : tuple of two str, default=("a", "b")
        What to call them in messages.

    Returns
    -------
    Pair
        At least two scores each.

    Raises
    ------
    TypeError
        If one is a frame and the other is not, or one is a dict or a list of frames.
    ValueError
        If the scores are masked or not finite, not those of one method, or not of the same folds
        and design.
    """
    are_frames = [is_table(scores) for scores in (a, b)]
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
