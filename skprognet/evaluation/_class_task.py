"""A task whose labels are classes: what a run asks of them."""

import numpy as np
from sklearn.base import BaseEstimator, is_regressor

from skprognet._checks import check_no_ratings
from skprognet._target_kind import CLASSES, DEFAULT_SCORING
from skprognet.model_selection import check_classes_remain
from skprognet.sources import LABELS, LAYERS, POSTERIORS, WEIGHTS


class ClassTask:
    """Classes as labels; :class:`NumberTask` has the same attributes and methods for numbers.

    Attributes
    ----------
    kind : str
        What the labels are.
    scoring : str
        The name of the score that is taken if none is asked for.
    model : str
        What learns such a task.
    example : str
        One that does, for messages.
    otherwise : str
        What to do if it should not learn such a task, for messages.
    units : str
        Of what a task needs two at least.
    offers : frozenset of str
        What a network that was trained on such a task has for methods, and the task itself.
    """

    kind = CLASSES
    scoring = DEFAULT_SCORING[CLASSES]
    model = "classifier"
    example = "SVC"
    otherwise = "pass kind='numbers' if it holds numbers"
    units = "classes"
    offers = frozenset({LAYERS, WEIGHTS, POSTERIORS, LABELS})

    @staticmethod
    def check_labels(name, labels):
        """Return labels, one for each row, or raise if they are no classes."""
        check_no_ratings(name, labels)
        return labels

    @staticmethod
    def is_learned_by(estimator):
        """Return whether an estimator may learn such a task; one that does not say so may."""
        return not (isinstance(estimator, BaseEstimator) and is_regressor(estimator))

    @staticmethod
    def check_trainable(labels, train, where):
        """Raise unless the training rows of a split show every class."""
        check_classes_remain(labels, train, where)

    @staticmethod
    def to_show(labels):
        """Return what the smallest of several training sets must show of the labels of all."""
        return set(np.unique(labels))

    @staticmethod
    def to_spread(labels):
        """Return what a splitter is given, to spread it evenly over the folds."""
        return labels

    @staticmethod
    def known(labels, rows, train):
        """Return those of the rows whose labels could be learned from the training rows."""
        return rows[np.isin(labels[rows], labels[train])]

    @staticmethod
    def as_predicted(name, values, n_rows):
        """Return what a method predicts of some rows, as it is scored."""
        return values
