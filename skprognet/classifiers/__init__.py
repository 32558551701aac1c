"""The scikit-learn face: classifiers that own a fitted skorch net."""

from skprognet.classifiers._dnn import DNNClassifier
from skprognet.classifiers._fine_tuned import FineTunedClassifier
from skprognet.classifiers._progressive import ProgressiveClassifier

__all__ = ["DNNClassifier", "FineTunedClassifier", "ProgressiveClassifier"]
