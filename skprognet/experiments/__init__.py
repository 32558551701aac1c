"""The paper's studies, on any corpus."""

from skprognet.experiments._report import format_study, write_study
from skprognet.experiments._tasks import TaskStudy, transfer_between_tasks

__all__ = [
    "TaskStudy",
    "format_study",
    "transfer_between_tasks",
    "write_study",
]
