"""Progressive neural networks as scikit-learn estimators, for transfer learning in speech."""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skprognet.estimators import (
        DNNClassifier,
        DNNRegressor,
        FineTunedClassifier,
        FineTunedRegressor,
        MultiTaskClassifier,
        PosteriorClassifier,
        ProgressiveClassifier,
        ProgressiveRegressor,
        SideBySideClassifier,
        SideBySideRegressor,
    )

__version__ = version("skprognet")

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
    "__version__",
]

_MODULES = (
    *("datasets", "displays", "estimators", "evaluation", "experiments", "features", "metrics"),
    *("model_selection", "networks", "persistence", "preprocessing", "results", "significance"),
    "sources",
)


def __getattr__(name):
    # Imported at first use (PEP 562). The classifiers import torch, which takes several seconds;
    # `skprognet --help` and processes that extract features do not need it.
    if name in _MODULES:
        return import_module(f"skprognet.{name}")
    if name in __all__:
        return getattr(import_module("skprognet.estimators"), name)
    raise AttributeError(f"module 'skprognet' has no attribute {name!r}")


def __dir__():
    return sorted([*__all__, *_MODULES])
