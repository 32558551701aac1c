"""Tasks whose labels are numbers."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, is_classifier

from skprognet._target_kind import DEFAULT_SCORING, NUMBERS, as_numbers, kind_of_target
from skprognet.sources import LAYERS, WEIGHTS


class NumberTask:
    """A task of numbers; it has the same attributes as :class:`ClassTask`."""

    kind = NUMBERS
    scoring = DEFAULT_SCORING[NUMBERS]
    model = "regressor"
    example = "Ridge"
    otherwise = "make classes of them first, such as low and high with pandas.cut"
    units = "different numbers"
    offers = frozenset({LAYERS, WEIGHTS})

    @staticmethod
    def check_labels(name, labels):
        """Return labels as float64, or raise unless they are numbers that vary."""
        numbers = as_numbers(labels)
        if numbers is None:
            raise ValueError(f"{name} must hold finite numbers; got {_other(labels)}")
        if (numbers == numbers[0]).all():
            raise ValueError(
                f"{name} must hold numbers that vary; got {numbers[0]:g} in all {len(numbers)} "
                "rows. Use another column."
            )
        return numbers

    @staticmethod
    def is_learned_by(estimator):
        """Return whether an estimator can learn such a task; one of unknown type is accepted."""
        return not (isinstance(estimator, BaseEstimator) and is_classifier(estimator))

    @staticmethod
    def check_trainable(labels, train, where):
        """Raise unless the numbers vary in the training rows of a split."""
        if (labels[train] == labels[train[0]]).all():
            raise ValueError(
                "The numbers to learn must vary in the training rows of every split; got "
                f"{labels[train[0]]:g} in all {len(train)} rows of {where}. Use fewer folds."
            )

    @staticmethod
    def required_classes(labels):
        """Return None: the smallest training set may lack any number."""

    @staticmethod
    def to_spread(labels):
        """Return the numbers that a splitter spreads evenly over the folds.

        A splitter takes whole numbers as classes, all of which must be in every training set. So
        0.5 is added to whole numbers, which keeps their order.
        """
        return labels if kind_of_target(labels) == NUMBERS else labels + 0.5

    @staticmethod
    def known(labels, rows, train):
        """Return all rows: a number need not occur in the training rows."""
        return rows

    @staticmethod
    def as_predicted(name, values, n_rows):
        """Return the predictions of a method as float64, the form that is scored.

        Raises
        ------
        ValueError
            If they are not one finite number for each row.
        """
        values = np.asarray(values)
        numbers = as_numbers(values)
        if numbers is not None and len(numbers) == values.size == n_rows:
            return numbers
        got = f"shape {values.shape}"
        if values.size == n_rows:
            got = repr(next(each for each in values.ravel().tolist() if not _is_number(each)))
        raise ValueError(
            f"Methods must predict one finite number for each row, shape ({n_rows},); got {got} "
            f"from {name!r}. Correct this method, or leave it out."
        )


def _other(labels):
    """Return in words the first label that is not a number, and what to do."""
    values = pd.Series(labels).tolist()  # numpy would list dates as whole numbers
    if as_numbers(labels, text=True) is not None:
        return f"the text {values[0]!r}. Convert the column first: astype(float)."
    other = next(each for each in values if as_numbers([each], text=True) is None)
    return f"{other!r}. Use another column, or learn it as classes: kind='classes'."


def _is_number(value):
    numbers = as_numbers([value])
    return numbers is not None and len(numbers) > 0
