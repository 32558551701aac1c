"""Estimators for scikit-learn that own a skorch net, and checks of their properties.

Names outside ``__all__`` are for the other packages of skprognet.
"""

from skprognet.estimators._base import NetworkEstimator as NetworkEstimator
from skprognet.estimators._changes_without import FEATURES as FEATURES
from skprognet.estimators._changes_without import SOURCE as SOURCE
from skprognet.estimators._dnn_classifier import DNNClassifier
from skprognet.estimators._dnn_regressor import DNNRegressor
from skprognet.estimators._estimator_checks import (
    check_labels_round_trip,
    check_laterals_alive,
    check_predictions_independent,
    check_seed_repeats,
    check_source_survives_clone,
    check_source_untouched,
)
from skprognet.estimators._explain import explain
from skprognet.estimators._explained_values import output_endings as output_endings
from skprognet.estimators._fine_tuned_classifier import FineTunedClassifier
from skprognet.estimators._fine_tuned_regressor import FineTunedRegressor
from skprognet.estimators._fit_each import fit_each as fit_each
from skprognet.estimators._fit_together import fit_together
from skprognet.estimators._importances import lateral_norms as lateral_norms
from skprognet.estimators._importances import source_importances
from skprognet.estimators._multi_task_classifier import MultiTaskClassifier
from skprognet.estimators._network_regressor import NetworkRegressor as NetworkRegressor
from skprognet.estimators._overlap import source_overlap
from skprognet.estimators._parameters import DTYPES as DTYPES
from skprognet.estimators._parameters import (
    check_estimator_parameters as check_estimator_parameters,
)
from skprognet.estimators._posterior_classifier import PosteriorClassifier
from skprognet.estimators._progressive_classifier import ProgressiveClassifier
from skprognet.estimators._progressive_regressor import ProgressiveRegressor
from skprognet.estimators._side_by_side_classifier import SideBySideClassifier
from skprognet.estimators._side_by_side_regressor import SideBySideRegressor
from skprognet.estimators._why_alone import why_alone

__all__ = [
    "DNNClassifier",
    "DNNRegressor",
    "FineTunedClassifier",
    "FineTunedRegressor",
    "MultiTaskClassifier",
    "PosteriorClassifier",
    "ProgressiveClassifier",
    "ProgressiveRegressor",
    "SideBySideClassifier",
    "SideBySideRegressor",
    "check_labels_round_trip",
    "check_laterals_alive",
    "check_predictions_independent",
    "check_seed_repeats",
    "check_source_survives_clone",
    "check_source_untouched",
    "explain",
    "fit_together",
    "source_importances",
    "source_overlap",
    "why_alone",
]
