"""Tasks whose labels are classes."""

import numpy as np
from sklearn.base import BaseEstimator, is_regressor

from skprognet._target_kind import CLASSES, DEFAULT_SCORING, check_no_ratings
from skprognet.model_selection import check_classes_remain
from skprognet.sources import LABELS, LAYERS, POSTERIORS, WEIGHTS


class ClassTask:
    """A task of classes; :class:`NumberTask` has the same attributes and methods for numbers.

    Attributes
    ----------
    kind : str
        The kind of the labels.
    scoring : str
        Name of the default score.
    model : str
        The type of estimator that learns such a task.
    example : str
        An estimator of this type, for messages.
    otherwise : str
        What to do if the labels are of the other kind, for messages.
    units : str
        What the labels are called in messages that ask for at least two, such as "classes".
    offers : frozenset of str
        What methods can use of such a task and of a network trained on it.
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
        """Return the labels, or raise unless they are at least two classes."""
        check_no_ratings(name, labels)
        if len(set(labels.tolist())) < 2:
            raise ValueError(
                f"{name} must have at least two classes; got {labels.tolist()[0]!r} in all "
                f"{len(labels)} rows. Use another column."
            )
        return labels

    @staticmethod
    def is_learned_by(estimator):
        """Return whether an estimator can learn such a task; one of unknown type is accepted."""
        return not (isinstance(estimator, BaseEstimator) and is_regressor(estimator))

    @staticmethod
    def check_trainable(labels, train, where):
        """Raise unless the training rows of a split include every class."""
        check_classes_remain(labels, train, where)

    @staticmethod
    def required_classes(labels):
        """Return the classes that even the smallest training set must include."""
        return set(np.unique(labels))

    @staticmethod
    def to_spread(labels):
        """Return the labels that a splitter spreads evenly over the folds."""
        return labels

    @staticmethod
    def known(labels, rows, train):
        """Return the rows whose labels occur in the training rows."""
        return rows[np.isin(labels[rows], labels[train])]

    @staticmethod
    def as_predicted(name, values, n_rows):
        """Return the predictions of a method in the form that is scored."""
        return values
