"""The classes of a target together with those of the source tasks, and their common loss."""

from skprognet.estimators._target import ClassTarget
from skprognet.networks import MultiTaskLoss


class MultiTaskTarget(ClassTarget):
    """Classes that are learned along with the classes of other tasks.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The labels of the target, sorted.
    source_classes : dict of str to ndarray
        The same of each other task; at least one.
    source_weight : float
        How much these tasks weigh together.
    """

    def __init__(self, classes, source_classes, source_weight):
        super().__init__(classes)
        widths = [len(classes), *map(len, source_classes.values())]
        self.loss = MultiTaskLoss(widths, source_weight)
