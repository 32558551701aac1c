"""The methods that a study can compare, all of them with the parameters of one network."""

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
PROBED = 4  # LP-FT trains the output alone in one of so many epochs


@dataclass(frozen=True)
class Method:
    """One method.

    Attributes
    ----------
    name : str
        What tables call it.
    estimator : type
        Its class.
    regressor : type or None
        Its class where the target is numbers; None where it has classes only.
    extra : callable
        Returns the parameters that it has beside those of the network, given the network.
    """

    name: str
    estimator: type
    regressor: type | None = None
    extra: object = field(default=lambda network: {})

    def make(self, network):
        """Return the method, unfitted, with the parameters of a network and of its kind."""
        kind = self.regressor if is_regressor(network) else self.estimator
        return kind(**clone(network).get_params(deep=False), **self.extra(network))


def _probe_epochs(network):
    """Return how many epochs LP-FT trains the output alone: never all of them."""
    return min(math.ceil(network.max_epochs / PROBED), network.max_epochs - 1)


# By what the command line and design.toml call it.
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
    """Return the methods, as design.toml calls them, that can learn a target of this kind."""
    return [key for key, method in METHODS.items() if kind == CLASSES or method.regressor]


def check_methods(keys, kind):
    """Raise unless all of these methods can learn a target of this kind, if that is known."""
    lacking = [key for key in keys if key not in methods_of(kind)] if kind == NUMBERS else []
    if lacking:
        raise ValueError(
            f"For a target of numbers the methods are {listed(methods_of(NUMBERS))}; got "
            f"{first_few(lacking)}, which learns classes only. Leave it out."
        )


def make_methods(keys, network):
    """Return the methods of a study, unfitted and by what tables call them.

    Parameters
    ----------
    keys : sequence of str
        Among those of METHODS.
    network : DNNClassifier or DNNRegressor
        All methods get its parameters, and are of its kind.

    Returns
    -------
    dict of str to classifier or regressor
        In the order of `keys`.
    """
    return {METHODS[key].name: METHODS[key].make(network) for key in keys}
