"""The paper's studies, on any corpus."""

from skprognet.experiments._between_corpora import transfer_between_corpora
from skprognet.experiments._between_tasks import transfer_between_tasks
from skprognet.experiments._study import Study
from skprognet.experiments._write_study import format_study, write_study

__all__ = [
    "Study",
    "format_study",
    "transfer_between_corpora",
    "transfer_between_tasks",
    "write_study",
]
