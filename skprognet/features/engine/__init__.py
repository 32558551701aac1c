"""Many utterances at once: worker processes, the cache, and the report on what failed."""

from skprognet.features.engine._batches import extract_all
from skprognet.features.engine._cache import FeatureCache, clear_cache, count_cached, remove_cache
from skprognet.features.engine._extraction import Settings
from skprognet.features.engine._report import (
    describe_errors,
    list_errors,
    warn_of_low_rates,
    warn_of_remarks,
)
from skprognet.features.engine._utterances import check_utterances
from skprognet.features.engine._workers import check_timeout

__all__ = [
    "FeatureCache",
    "Settings",
    "check_timeout",
    "check_utterances",
    "clear_cache",
    "count_cached",
    "describe_errors",
    "extract_all",
    "list_errors",
    "remove_cache",
    "warn_of_low_rates",
    "warn_of_remarks",
]
