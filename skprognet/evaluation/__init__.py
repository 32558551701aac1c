"""Cross-validate transfer, and audit that no fit saw the rows it was tested on."""

from skprognet.evaluation._audit import audit
from skprognet.evaluation._audit import audit_in_words as audit_in_words
from skprognet.evaluation._checkpoint import count_kept_fits as count_kept_fits
from skprognet.evaluation._checkpoint import has_checkpoint as has_checkpoint
from skprognet.evaluation._checkpoint import remove_checkpoint as remove_checkpoint
from skprognet.evaluation._count_fits import count_fits
from skprognet.evaluation._count_fits import count_recorded_fits as count_recorded_fits
from skprognet.evaluation._count_fits import plan_call as plan_call
from skprognet.evaluation._cross_validate_transfer import cross_validate_transfer
from skprognet.evaluation._job_groups import count_workers as count_workers
from skprognet.evaluation._missing import find_places as find_places
from skprognet.evaluation._parts import check_corpus_of_part as check_corpus_of_part
from skprognet.evaluation._parts import parts_of as parts_of
from skprognet.evaluation._parts import read_part as read_part
from skprognet.evaluation._source_corpus import SourceCorpus
from skprognet.evaluation._time_jobs import epochs_of as epochs_of
from skprognet.evaluation._time_jobs import time_jobs as time_jobs

# The other names above are for the packages of skprognet that build on this one.
__all__ = ["SourceCorpus", "audit", "count_fits", "cross_validate_transfer"]
