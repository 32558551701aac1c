"""The methods that a study can compare, all with the parameters of one network."""

import math
from dataclasses import dataclass, field

from sklearn.base import clone, is_regressor

from skprognet._target_kind import CLASSES, NUMBERS
from skprognet._wording import first_few, listed
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

L2_SP = 0.01  # alpha: how strongly copied weights are pulled back to those of the source
PROBING = 1 / 4  # LP-FT trains only the output layer in this share of the epochs, the first


@dataclass(frozen=True)
class Method:
    """One method.

    Attributes
    ----------
    name : str
        Its name in tables.
    estimator : type
        Its class for a target of classes.
    regressor : type or None
        Its class for a target of numbers; None if it can only learn classes.
    extra : callable
        Takes the network, and returns the further parameters of the method.
    """

    name: str
    estimator: type
    regressor: type | None = None
    extra: object = field(default=lambda network: {})

    def make(self, network):
        """Return the unfitted method with the parameters and the kind of a network."""
        kind = self.regressor if is_regressor(network) else self.estimator
        return kind(**clone(network).get_params(deep=False), **self.extra(network))


def _probe_epochs(network):
    """Return the number of epochs in which LP-FT trains only the output layer, but never all."""
    return min(math.ceil(network.max_epochs * PROBING), network.max_epochs - 1)


# The keys are the names on the command line and in design.toml.
METHODS = {
    "dnn": Method("DNN", DNNClassifier, DNNRegressor),
    "fine-tuned": Method("PT/FT", FineTunedClassifier, FineTunedRegressor),
    "progressive": Method("ProgNet", ProgressiveClassifier, ProgressiveRegressor),
    "side-by-side": Method("side by side", SideBySideClassifier, SideBySideRegressor),
    "linear-probe": Method(
        "linear probe",
        FineTunedClassifier,
        FineTunedRegressor,
        lambda _: {"n_frozen_layers": "all"},
    ),
    "l2-sp": Method("L2-SP", FineTunedClassifier, FineTunedRegressor, lambda _: {"l2_sp": L2_SP}),
    "lp-ft": Method(
        "LP-FT",
        FineTunedClassifier,
        FineTunedRegressor,
        lambda network: {"probe_epochs": _probe_epochs(network)},
    ),
    "posterior": Method("posterior", PosteriorClassifier),
    "multi-task": Method("multi-task", MultiTaskClassifier),
}
PAPER = ("dnn", "fine-tuned", "progressive")
NAMES = tuple(method.name for method in METHODS.values())


def methods_of(kind):
    """Return the keys of the methods that can learn a target of this kind."""
    return [key for key, method in METHODS.items() if kind == CLASSES or method.regressor]


def check_methods(keys, kind):
    """Raise unless all of these methods can learn a target of this kind; None is any kind."""
    lacking = [key for key in keys if key not in methods_of(kind)] if kind == NUMBERS else []
    if lacking:
        raise ValueError(
            "Each method for a target of numbers must be one of "
            f"{listed(methods_of(NUMBERS), 'or')}; got {first_few(lacking)}, only for classes. "
            "Leave out methods for classes."
        )


def make_methods(keys, network):
    """Return the unfitted methods of a study by their names in tables.

    Parameters
    ----------
    keys : sequence of str
        Keys of METHODS.
    network : DNNClassifier or DNNRegressor
        The network whose parameters and kind all methods get.

    Returns
    -------
    dict of str to classifier or regressor
        In the order of `keys`.
    """
    return {METHODS[key].name: METHODS[key].make(network) for key in keys}
