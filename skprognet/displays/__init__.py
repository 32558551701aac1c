"""Draw results: each display has plot() for the picture and frame() for its numbers."""

from skprognet.displays._calibration_display import CalibrationDisplay
from skprognet.displays._class_recall_display import ClassRecallDisplay
from skprognet.displays._confusion_display import ConfusionDisplay
from skprognet.displays._corpora_matrix_display import CorporaMatrixDisplay
from skprognet.displays._disagreement_display import DisagreementDisplay
from skprognet.displays._explanation_display import ExplanationDisplay
from skprognet.displays._group_scores_display import GroupScoresDisplay
from skprognet.displays._network_diagram import NetworkDisplay
from skprognet.displays._pictures import picture as picture
from skprognet.displays._pictures import pictures as pictures
from skprognet.displays._prediction_scatter import PredictionScatterDisplay
from skprognet.displays._scores_display import ScoresDisplay
from skprognet.displays._significance_display import SignificanceDisplay
from skprognet.displays._source_importance import SourceImportanceDisplay
from skprognet.displays._training_curve import TrainingCurveDisplay
from skprognet.displays._training_size import TrainingSizeDisplay

__all__ = [
    "CalibrationDisplay",
    "ClassRecallDisplay",
    "ConfusionDisplay",
    "CorporaMatrixDisplay",
    "DisagreementDisplay",
    "ExplanationDisplay",
    "GroupScoresDisplay",
    "NetworkDisplay",
    "PredictionScatterDisplay",
    "ScoresDisplay",
    "SignificanceDisplay",
    "SourceImportanceDisplay",
    "TrainingCurveDisplay",
    "TrainingSizeDisplay",
]
