"""Splitters into training, validation and test rows, by speaker or session."""

from skprognet.model_selection._splitters import (
    LeaveOneSessionOut,
    RepeatedSpeakerStratifiedKFold,
    RepeatedStratifiedGroupKFold,
)

__all__ = [
    "LeaveOneSessionOut",
    "RepeatedSpeakerStratifiedKFold",
    "RepeatedStratifiedGroupKFold",
]
