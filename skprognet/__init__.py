"""Progressive neural networks as scikit-learn estimators, for transfer learning in speech."""

from importlib.metadata import version

from skprognet.classifiers import DNNClassifier, FineTunedClassifier, ProgressiveClassifier

__version__ = version("skprognet")

__all__ = ["DNNClassifier", "FineTunedClassifier", "ProgressiveClassifier", "__version__"]
