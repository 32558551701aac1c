"""The classes of a target and of the source tasks, with their joint loss."""

from skprognet.estimators._target import ClassTarget
from skprognet.networks import MultiTaskLoss


class MultiTaskTarget(ClassTarget):
    """Target classes that are learned together with the classes of other tasks.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The labels of the target, sorted.
    source_classes : dict of str to ndarray
        The sorted labels of each other task; at least one task.
    source_weight : float
        Weight of all these tasks together.
    """

    def __init__(self, classes, source_classes, source_weight):
        super().__init__(classes)
        widths = [len(classes), *map(len, source_classes.values())]
        self.loss = MultiTaskLoss(widths, source_weight)
