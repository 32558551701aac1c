"""The methods that a study can compare, all of them with the parameters of one network."""

import math
from dataclasses import dataclass, field

from sklearn.base import clone

from skprognet.estimators import (
    DNNClassifier,
    FineTunedClassifier,
    PosteriorClassifier,
    ProgressiveClassifier,
    SideBySideClassifier,
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
    extra : callable
        Returns the parameters that it has beside those of the network, given the network.
    """

    name: str
    estimator: type
    extra: object = field(default=lambda network: {})


# By what the command line and design.toml call it.
METHODS = {
    "dnn": Method("DNN", DNNClassifier),
    "fine-tuned": Method("PT/FT", FineTunedClassifier),
    "progressive": Method("ProgNet", ProgressiveClassifier),
    "side-by-side": Method("side by side", SideBySideClassifier),
    "linear-probe": Method(
        "linear probe", FineTunedClassifier, lambda _: {"n_frozen_layers": "all"}
    ),
    "l2-sp": Method("L2-SP", FineTunedClassifier, lambda _: {"l2_sp": L2_SP}),
    "lp-ft": Method(
        "LP-FT",
        FineTunedClassifier,
        lambda network: {"probe_epochs": math.ceil(network.max_epochs / PROBED)},
    ),
    "posterior": Method("posterior", PosteriorClassifier),
}
PAPER = ("dnn", "fine-tuned", "progressive")
NAMES = tuple(method.name for method in METHODS.values())


def make_methods(keys, network):
    """Return the methods of a study, unfitted and by what tables call them.

    Parameters
    ----------
    keys : sequence of str
        Among those of METHODS.
    network : DNNClassifier
        All methods get its parameters.

    Returns
    -------
    dict of str to classifier
        In the order of `keys`.
    """
    options = clone(network).get_params(deep=False)
    chosen = [METHODS[key] for key in keys]
    return {each.name: each.estimator(**options, **each.extra(network)) for each in chosen}
