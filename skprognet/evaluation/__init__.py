"""Cross-validation of transfer, and the proof that no test row was known before."""

from skprognet.evaluation._audit import audit
from skprognet.evaluation._cross_validate_transfer import cross_validate_transfer
from skprognet.evaluation._source_corpus import SourceCorpus

__all__ = ["SourceCorpus", "audit", "cross_validate_transfer"]
