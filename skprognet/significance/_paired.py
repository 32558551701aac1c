"""Pair the scores of two methods by fold, and summarise their differences."""

import math
import warnings
from dataclasses import dataclass

import numpy as np

from skprognet._scores import (
    CONDITIONS,
    FOLD,
    METHOD,
    SCORE,
    as_floats,
    as_frame,
    check_columns,
    check_folds,
    check_one_value,
    check_values,
    is_table,
    score_grid,
)
from skprognet.significance._ratio import measured_ratio
from skprognet.significance._same_folds import check_same_design, check_same_folds


@dataclass(frozen=True, eq=False)
class PairedScores:
    """Scores of two methods on the same folds, as :func:`pair_scores` returns them.

    Attributes
    ----------
    a, b : ndarray of shape (n_repeats, n_folds)
        Scores of the two methods.
    ratio : float or None
        Mean of n_test / (n_train + n_validation) over the folds, if the frames have these numbers;
        the larger one if one of the methods used no validation rows.

    Examples
    --------
    >>> from skprognet.significance import pair_scores
    >>> pair = pair_scores([[0.64, 0.60, 0.68]], [[0.60, 0.58, 0.62]])
    >>> mean, variance = pair.mean_and_variance
    >>> print(f"mean difference {mean:.2f}, variance {variance:.4f}")
    mean difference 0.04, variance 0.0004
    """

    a: np.ndarray
    b: np.ndarray
    ratio: float | None

    def oriented(self, metric):
        """Return the pair with scores that are better if they are greater.

        Parameters
        ----------
        metric : Score
            The metric of the scores.

        Returns
        -------
        PairedScores
            This pair if greater is better, else a pair of the negated scores.
        """
        if metric.greater_is_better:
            return self
        return PairedScores(metric.orient(self.a), metric.orient(self.b), self.ratio)

    @property
    def mean_and_variance(self):
        """Mean and variance (ddof 1) of the differences a - b, each 0 if rounding explains it."""
        difference = self.a - self.b
        mean, deviation = difference.mean(), difference.std(ddof=1)
        return (
            0.0 if abs(mean) <= self.rounding else float(mean),
            0.0 if deviation <= self.rounding else float(deviation) ** 2,
        )

    @property
    def rounding(self):
        """Largest difference that rounding may cause if the same score is computed in two ways."""
        return 10 * np.finfo(float).eps * max(np.abs(self.a).max(), np.abs(self.b).max())


def divide(mean, spread):
    """Return mean / spread; 0 / 0 is 0, and x / 0 is infinity with the sign of x."""
    if spread > 0:
        return mean / spread
    return math.copysign(math.inf, mean) if mean else 0.0


def warn_of_constant_difference(mean, n, consequence, stacklevel):
    """Warn that all differences are equal, which is rare for two methods on different folds."""
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


def _check_frames(names, a, b):
    frames, grids = [], []
    advice = "Rename columns, or pass an array of shape (n_repeats, n_folds)."
    for name, scores in zip(names, (a, b), strict=True):
        frame = as_frame(name, scores)
        check_columns(name, frame, (*FOLD, SCORE), advice)
        check_one_value(name, frame, (*METHOD, *CONDITIONS), ", or use compare_methods")
        check_values(name, frame)
        check_folds(name, frame)
        grids.append(score_grid(name, frame).to_numpy())
        without = ~np.isfinite(as_floats(frame[SCORE]))
        if without.any():
            row = next(frame[without].itertuples())
            _refuse_score(name, row.score, row.repeat, row.fold)
        frames.append(frame.set_index(list(FOLD)).sort_index())
    check_same_folds(names, *frames)
    check_same_design(names, *frames)
    ratios = [measured_ratio(name, frame) for name, frame in zip(names, frames, strict=True)]
    # A method that chooses its epoch on validation rows has learned from more rows than one that
    # does not. The larger ratio is the more cautious one.
    known = [ratio for ratio in ratios if ratio is not None]
    return PairedScores(*grids, max(known, default=None))


def _as_array(name, scores):
    """Return the scores as a float array; raise if numpy would change them silently."""
    parts = scores if isinstance(scores, (list, tuple)) else []
    if isinstance(scores, dict) or any(is_table(part) or isinstance(part, dict) for part in parts):
        raise TypeError(
            f"{name} must be one table of scores, or an array of shape (n_repeats, n_folds); got "
            f"{type(scores).__name__}. Join several tables by pandas.concat."
        )
    try:
        n_masked = np.ma.count_masked(np.ma.asarray(scores))
        values = np.asarray(scores, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} must be numbers, with the same number of folds in each repeat; got a table "
            f"that cannot be read ({error}). Put one repeat in each row, without text."
        ) from error
    if n_masked:
        raise ValueError(
            f"{name} must have a score for every fold; got {n_masked} masked ones. Run these "
            "folds, or leave out their repeats from both methods."
        )
    return values


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


def pair_scores(a, b, *, names=("a", "b")):
    """Pair the scores of two methods by repeat and fold.

    Every test of two methods starts with this check that the scores are of the same folds.

    Parameters
    ----------
    a, b : array-like of shape (n_repeats, n_folds) or DataFrame
        Scores of the two methods on the same folds: two arrays with one repeat per row, or two
        frames (of pandas, polars or pyarrow) with the rows of one method each (columns repeat,
        fold and score; the order of rows does not matter).
    names : tuple of two str, default=("a", "b")
        Names of the two methods in messages.

    Returns
    -------
    PairedScores
        The scores as two arrays `a` and `b`, and the `ratio` of test rows to training rows.

    Raises
    ------
    TypeError
        If one is a frame and the other is not, or one is a dict or a list of frames.
    ValueError
        If the scores are masked or not finite, of several methods, not of the same folds and
        design, or fewer than two.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.significance import pair_scores
    >>> a = pd.DataFrame({"repeat": 1, "fold": [1, 2, 3], "score": [0.64, 0.60, 0.68]})
    >>> b = pd.DataFrame({"repeat": 1, "fold": [3, 2, 1], "score": [0.62, 0.58, 0.60]})
    >>> pair = pair_scores(a, b)
    >>> pair.a, pair.b
    (array([[0.64, 0.6 , 0.68]]), array([[0.6 , 0.58, 0.62]]))
    """
    are_frames = [is_table(scores) for scores in (a, b)]
    if all(are_frames):
        pair = _check_frames(names, a, b)
    elif any(are_frames):
        raise TypeError(
            f"{names[0]} and {names[1]} must be two arrays or two DataFrames; got "
            f"{type(a).__name__} and {type(b).__name__}. Pass both in the same form, since the "
            "folds of an array and a frame cannot be compared."
        )
    else:
        pair = PairedScores(_check_array(names[0], a), _check_array(names[1], b), None)
    if pair.a.shape != pair.b.shape:
        raise ValueError(
            f"{names[0]} and {names[1]} must have the same shape; got {pair.a.shape} and "
            f"{pair.b.shape}. Score both methods on the same folds."
        )
    if pair.a.size < 2:
        raise ValueError(
            f"{names[0]} and {names[1]} must have at least 2 pairs of scores; got {pair.a.size}. "
            "Run more folds or repeats."
        )
    return pair
