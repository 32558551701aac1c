"""Which kind of task labels are of: classes or numbers."""

import math

from skprognet._target_kind import CLASSES, NUMBERS, kind_of_target
from skprognet.evaluation._class_task import ClassTask
from skprognet.evaluation._number_task import NumberTask

TASKS = {CLASSES: ClassTask, NUMBERS: NumberTask}


def check_task(name, labels, kind=None):
    """Return the kind of a task, and its labels as they are learned.

    Parameters
    ----------
    name : str
        What the labels are called.
    labels : ndarray of shape (n_samples,)
        Labels, none of them missing.
    kind : {"classes", "numbers"}, default=None
        What the user says they are; None follows the rule of
        :func:`~skprognet._target_kind.kind_of_target`.

    Returns
    -------
    task : ClassTask or NumberTask
        What they are.
    labels : ndarray of shape (n_samples,)
        The same; numbers are float64.

    Raises
    ------
    ValueError
        If they are not of that kind, are all the same number, or one of them is infinite.
    """
    infinite = [each for each in labels.tolist() if each in (math.inf, -math.inf)]
    if infinite:
        raise ValueError(
            f"{name} must hold finite numbers; {len(infinite)} of {len(labels)} are infinite. "
            "Drop those rows, or correct them."
        )
    task = TASKS[kind_of_target(labels, kind)]
    return task, task.check_labels(name, labels)
