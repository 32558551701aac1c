"""Describe a metric for reports: its name, range, direction and chance level."""

import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from skprognet._checks import check_bool, check_choice
from skprognet._target_kind import CLASSES, KINDS, NUMBERS
from skprognet._wording import did_you_mean
from skprognet.metrics._ccc import ccc_score
from skprognet.metrics._uar import uar_score

_ROUNDING = 1e-9  # how far a score may be outside its range, because of rounding


@dataclass(frozen=True)
class Score:
    """A metric with its name, range, direction and chance level.

    Tables, axes and sentences use its words: a study with your own score shows its label wherever
    it would show "UAR". A table stores only the name and the direction of its score. Label,
    description and range of your own score are known in the Python process that used it. In
    another process, which reads the table from a file, the name replaces the label.

    Parameters
    ----------
    name : str
        Short name, such as "uar". It stands in the column ``metric`` of every table.
    function : callable
        ``function(y_true, y_pred)`` returns a number, as the metrics of scikit-learn do. It gets
        ``sample_weight`` as well where rows have weights.
    label : str, default=None
        Name on axes and in sentences, such as "UAR"; None means `name`.
    description : str, default=None
        Explanation in the legend of a table; None means `label`.
    range : tuple of two float, default=(-inf, inf)
        Lowest and highest value. A score outside the range is an error.
    greater_is_better : bool, default=True
        Whether a greater value is better.
    chance : callable, default=None
        ``chance(y_true)`` returns the score of guessing on rows with these labels. None means that
        it is unknown; then no result is said to be at chance.
    kind : {"classes", "numbers"}, default=None
        The kind of labels that it compares. A study of the other kind raises an error. None means
        that it fits either kind.

    Raises
    ------
    TypeError
        If `function` or `chance` is not callable, `label` or `description` is not text, or
        `greater_is_better` is not a bool.
    ValueError
        If `name` is empty or not text, `range` is not a pair with the lower bound first, or
        `kind` is unknown.

    See Also
    --------
    get_score : Find a score by its name.

    Examples
    --------
    >>> from sklearn.metrics import accuracy_score
    >>> from skprognet.metrics import Score
    >>> accuracy = Score("accuracy", accuracy_score, range=(0, 1))
    >>> accuracy(["sad", "happy"], ["sad", "sad"])
    0.5
    >>> accuracy.chance_level(["sad", "happy"])
    nan
    """

    name: str
    function: Callable = field(repr=False)  # its repr has an address
    label: str | None = None
    description: str | None = None
    range: tuple = (-math.inf, math.inf)
    greater_is_better: bool = True
    chance: Callable | None = field(default=None, repr=False)
    kind: str | None = None

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(
                f"The name of a score must be text, and not empty; got {self.name!r}. Pass a name."
            )
        if not callable(self.function):
            raise TypeError(
                "The function of a score must be callable as function(y_true, y_pred); got "
                f"{self.function!r}. Pass a function."
            )
        check_bool("greater_is_better", self.greater_is_better)
        for what in ("label", "description"):
            if not isinstance(getattr(self, what), (str, type(None))):
                raise TypeError(
                    f"The {what} of a score must be text; got {getattr(self, what)!r}."
                )
        if self.chance is not None and not callable(self.chance):
            raise TypeError(
                "chance must be callable as chance(y_true), or None if it is not known; got "
                f"{self.chance!r}. Pass a function, such as lambda y_true: {self.chance!r}."
            )
        if self.kind is not None:
            check_choice("kind", self.kind, KINDS)
        _check_range(self.range)
        # A frozen dataclass can be completed only in this way.
        object.__setattr__(self, "label", self.label or self.name)
        object.__setattr__(self, "description", self.description or self.label)

    def __call__(self, y_true, y_pred, *, sample_weight=None):
        """Return the score of predictions.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            True labels.
        y_pred : array-like of shape (n_samples,)
            Predicted labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows. The function gets them only if they are given.

        Returns
        -------
        float
            The score.

        Raises
        ------
        ValueError
            If the score is outside the range.
        TypeError
            If the function does not return one number.
        """
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        value = self.function(y_true, y_pred, **weights)
        if np.ndim(value) or not isinstance(value, numbers.Real):
            raise TypeError(
                f"The function of the score {self.name!r} must return one number; got "
                f"{value!r:.200}."
            )
        low, high = self.range
        if value < low - _ROUNDING or value > high + _ROUNDING:
            raise ValueError(
                f"The score {self.name!r} must be from {low:g} to {high:g}, as its range says; "
                f"its function returned {value:g}. Change the range, or the function."
            )
        return float(value)

    def chance_level(self, y_true):
        """Return the score of guessing.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            True labels of the rows that are tested.

        Returns
        -------
        float
            The chance level; NaN if it is unknown.

        Raises
        ------
        ValueError
            If it is outside the range of the score.
        """
        if self.chance is None:
            return math.nan
        value, (low, high) = float(self.chance(y_true)), self.range
        if not (math.isnan(value) or low - _ROUNDING <= value <= high + _ROUNDING):
            raise ValueError(
                f"The chance level of the score {self.name!r} must be from {low:g} to {high:g}, "
                f"as its range says; chance(y_true) returned {value:g}."
            )
        return value

    def orient(self, values):
        """Return values of this score, with the opposite sign if lower values are better.

        Comparisons of methods use these values, so only this method needs to know the direction.

        Parameters
        ----------
        values : float, ndarray or DataFrame
            Scores.

        Returns
        -------
        float, ndarray or DataFrame
            The same values if greater is better, else their negatives.
        """
        return values if self.greater_is_better else -values


def _check_range(bounds):
    """Raise unless these are a lower and a higher bound."""
    is_pair = isinstance(bounds, (tuple, list)) and len(bounds) == 2
    if (
        not is_pair
        or not all(isinstance(b, numbers.Real) for b in bounds)
        or not (bounds[0] < bounds[1])
    ):
        raise ValueError(
            "The range of a score must be a pair of bounds, the lower one first; got "
            f"{bounds!r}. Pass for example (0, 1)."
        )


def _chance_of_uar(y_true):
    """Return 1 / (number of classes present), the recall of each class by guessing."""
    return 1 / len(np.unique(y_true))


_UAR = Score(
    name="uar",
    function=uar_score,
    label="UAR",
    description="unweighted average recall",
    range=(0.0, 1.0),
    chance=_chance_of_uar,
    kind=CLASSES,
)


def _chance_of_ccc(y_true):
    """Return 0, since guesses that do not depend on the row are not correlated with the truth."""
    return 0.0


_CCC = Score(
    name="ccc",
    function=ccc_score,
    label="CCC",
    description="concordance correlation coefficient",
    range=(-1.0, 1.0),
    chance=_chance_of_ccc,
    kind=NUMBERS,
)
_BY_NAME = {score.name: score for score in (_UAR, _CCC)}


def get_score_names():
    """Return the names of the scores that come with the package.

    Returns
    -------
    list of str
        Names for ``scoring`` in :func:`~skprognet.evaluation.cross_validate_transfer` and in the
        studies.

    Examples
    --------
    >>> from skprognet.metrics import get_score_names
    >>> get_score_names()
    ['ccc', 'uar']
    """
    return sorted(_BY_NAME)


def get_score(scoring):
    """Return a score by its name; a `Score` is returned unchanged.

    Parameters
    ----------
    scoring : str or Score
        The name of a score, such as "uar", or a score of your own.

    Returns
    -------
    Score
        The score, with name, label, range, direction and chance level.

    Raises
    ------
    ValueError
        If there is no score of that name, or your own Score has the name of one of the package.
    TypeError
        If it is neither a name nor a Score.

    Examples
    --------
    >>> from skprognet.metrics import get_score
    >>> uar = get_score("uar")
    >>> uar.label, uar.range, uar.chance_level(["sad", "happy", "sad"])
    ('UAR', (0.0, 1.0), 0.5)
    """
    names = get_score_names()
    if isinstance(scoring, Score):
        if scoring.name in names and scoring != _BY_NAME[scoring.name]:
            raise ValueError(
                f"Your own score must not have the name of a score of the package; got "
                f"{scoring.name!r}. Choose another name."
            )
        return scoring
    wanted = "scoring must be the name of a score or a skprognet.metrics.Score"
    if not isinstance(scoring, str):
        raise TypeError(f"{wanted}; got {scoring!r}. Make one: Score(name, function).")
    if scoring not in names:
        hint = did_you_mean(scoring, names, f"The names are {names}.")
        raise ValueError(f"{wanted}; got {scoring!r}. {hint}")
    return _BY_NAME[scoring]
