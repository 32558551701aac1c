"""The paper's studies, on any corpus."""

from skprognet.experiments._corpora import transfer_between_corpora
from skprognet.experiments._report import format_study, write_study
from skprognet.experiments._study import Study
from skprognet.experiments._tasks import transfer_between_tasks

__all__ = [
    "Study",
    "format_study",
    "transfer_between_corpora",
    "transfer_between_tasks",
    "write_study",
]
