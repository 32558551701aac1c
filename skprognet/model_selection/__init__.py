"""Splitters into training, validation and test rows, by speaker or session."""

from skprognet.model_selection._folds import check_classes_remain as check_classes_remain
from skprognet.model_selection._splitters import (
    LeaveOneSessionOut,
    RepeatedSpeakerStratifiedKFold,
    RepeatedStratifiedGroupKFold,
)
from skprognet.model_selection._validation_groups import VALIDATIONS as VALIDATIONS
from skprognet.model_selection._validation_groups import validation_groups

__all__ = [
    "LeaveOneSessionOut",
    "RepeatedSpeakerStratifiedKFold",
    "RepeatedStratifiedGroupKFold",
    "validation_groups",
]
