"""Numbers as pictures: each display has plot() and frame()."""

from skprognet.displays._network import NetworkDisplay
from skprognet.displays._scores import ScoresDisplay
from skprognet.displays._significance import SignificanceDisplay
from skprognet.displays._source_importance import SourceImportanceDisplay
from skprognet.displays._training import TrainingCurveDisplay
from skprognet.displays._training_size import TrainingSizeDisplay

__all__ = [
    "NetworkDisplay",
    "ScoresDisplay",
    "SignificanceDisplay",
    "SourceImportanceDisplay",
    "TrainingCurveDisplay",
    "TrainingSizeDisplay",
]
