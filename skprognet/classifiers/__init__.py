"""The scikit-learn face: classifiers that own a skorch net, and checks of what they hold."""

from skprognet.classifiers._dnn import DNNClassifier
from skprognet.classifiers._estimator_checks import (
    check_labels_round_trip,
    check_laterals_alive,
    check_predictions_independent,
    check_seed_repeats,
    check_source_survives_clone,
    check_source_untouched,
)
from skprognet.classifiers._fine_tuned import FineTunedClassifier
from skprognet.classifiers._importances import source_importances
from skprognet.classifiers._overlap import source_overlap
from skprognet.classifiers._progressive import ProgressiveClassifier

__all__ = [
    "DNNClassifier",
    "FineTunedClassifier",
    "ProgressiveClassifier",
    "check_labels_round_trip",
    "check_laterals_alive",
    "check_predictions_independent",
    "check_seed_repeats",
    "check_source_survives_clone",
    "check_source_untouched",
    "source_importances",
    "source_overlap",
]
