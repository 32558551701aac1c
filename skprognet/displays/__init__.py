"""Numbers as pictures: each display has plot() and frame()."""

from skprognet.displays._network_diagram import NetworkDisplay
from skprognet.displays._scores_display import ScoresDisplay
from skprognet.displays._significance_display import SignificanceDisplay
from skprognet.displays._source_importance import SourceImportanceDisplay
from skprognet.displays._svg_ids import same_svg_ids as same_svg_ids
from skprognet.displays._training_curve import TrainingCurveDisplay
from skprognet.displays._training_size import TrainingSizeDisplay

__all__ = [
    "NetworkDisplay",
    "ScoresDisplay",
    "SignificanceDisplay",
    "SourceImportanceDisplay",
    "TrainingCurveDisplay",
    "TrainingSizeDisplay",
]
