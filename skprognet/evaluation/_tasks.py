"""Find out whether labels are classes or numbers."""

import math

from skprognet._target_kind import CLASSES, NUMBERS, kind_of_target
from skprognet.evaluation._class_task import ClassTask
from skprognet.evaluation._number_task import NumberTask

TASKS = {CLASSES: ClassTask, NUMBERS: NumberTask}


def check_task(name, labels, kind=None):
    """Return the kind of a task, and its labels in the form that is learned.

    Parameters
    ----------
    name : str
        Name of the labels, for messages.
    labels : ndarray of shape (n_samples,)
        Labels, none of them missing.
    kind : {"classes", "numbers"}, default=None
        The kind that the user names. None follows the rule of
        :func:`~skprognet._target_kind.kind_of_target`.

    Returns
    -------
    task : ClassTask or NumberTask
        The kind of task.
    labels : ndarray of shape (n_samples,)
        The same labels; numbers are float64.

    Raises
    ------
    ValueError
        If the labels are not of that kind, all the same, or infinite.
    """
    infinite = [each for each in labels.tolist() if each in (math.inf, -math.inf)]
    if infinite:
        raise ValueError(
            f"{name} must hold finite numbers; got {len(infinite)} of {len(labels)} infinite. "
            "Drop these rows, or correct them."
        )
    task = TASKS[kind_of_target(labels, kind)]
    return task, task.check_labels(name, labels)
