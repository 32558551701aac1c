"""A task whose labels are numbers: what a run asks of them."""

import numpy as np
from sklearn.base import BaseEstimator, is_classifier

from skprognet._target_kind import DEFAULT_SCORING, NUMBERS, as_numbers, kind_of_target
from skprognet.sources import LAYERS, WEIGHTS


class NumberTask:
    """Numbers as labels; the attributes are those of :class:`ClassTask`."""

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
            others = [each for each in labels.tolist() if not _is_number(each)]
            raise ValueError(
                f"{name} must hold finite numbers; got {others[0]!r}. Take another column, or "
                "learn it as classes: kind='classes'."
            )
        if (numbers == numbers[0]).all():
            raise ValueError(
                f"{name} must hold numbers that vary; all {len(numbers)} are {numbers[0]:g}. Take "
                "another column."
            )
        return numbers

    @staticmethod
    def is_learned_by(estimator):
        """Return whether an estimator may learn such a task; one that does not say so may."""
        return not (isinstance(estimator, BaseEstimator) and is_classifier(estimator))

    @staticmethod
    def check_trainable(labels, train, where):
        """Raise unless the numbers of the training rows of a split vary."""
        if (labels[train] == labels[train[0]]).all():
            raise ValueError(
                "The numbers to learn must vary in the training rows of every split; all "
                f"{len(train)} are {labels[train[0]]:g} in {where}. Use fewer folds."
            )

    @staticmethod
    def to_show(labels):
        """Return nothing: any of the training sets will do, as long as its numbers vary."""

    @staticmethod
    def to_spread(labels):
        """Return what a splitter is given, to spread it evenly over the folds.

        A splitter takes whole numbers for classes, which none of the folds may lack. Moved by a
        half they are numbers to it, in the same order.
        """
        return labels if kind_of_target(labels) == NUMBERS else labels + 0.5

    @staticmethod
    def known(labels, rows, train):
        """Return the rows: a number need not be among those of the training rows."""
        return rows

    @staticmethod
    def as_predicted(name, values, n_rows):
        """Return what a method predicts of some rows as float64, as it is scored.

        Raises
        ------
        ValueError
            If it is not one finite number for each row.
        """
        values = np.asarray(values)
        numbers = as_numbers(values)
        if numbers is not None and len(numbers) == values.size == n_rows:
            return numbers
        got = f"shape {values.shape}"
        if values.size == n_rows:
            got = repr(next(each for each in values.ravel().tolist() if not _is_number(each)))
        raise ValueError(
            f"Methods must predict one finite number for each row, shape ({n_rows},); {name!r} "
            f"predicted {got}. Correct it, or leave it out."
        )


def _is_number(value):
    found = as_numbers([value])
    return found is not None and len(found) > 0
