"""The network of a study: its parameters, which all methods share, as plain values."""

from sklearn.base import clone

from skprognet.estimators import DNNClassifier, check_estimator_parameters
from skprognet.experiments._arguments import as_plain

# TOML has no null.
NOTHING = "none"
# The seeds of the networks follow from the random_state of the study.
_NOT_WRITTEN = ("random_state",)


def check_network(estimator, scoring="uar"):
    """Return the network of a study, the paper's for None; raise unless it can be one.

    The epochs of the paper's network are chosen by what the study is scored by.

    Raises
    ------
    TypeError
        If it is not a DNNClassifier, or a parameter is of the wrong kind.
    ValueError
        If a parameter is out of range.
    """
    estimator = DNNClassifier(monitor=scoring) if estimator is None else estimator
    if not isinstance(estimator, DNNClassifier):
        raise TypeError(
            "estimator must be a DNNClassifier, whose parameters all networks get; got "
            f"{estimator!r}."
        )
    check_estimator_parameters(estimator)
    return clone(estimator)  # so that a design does not change with the user's object


def network_parameters(network):
    """Return the parameters of a network that make it what it is: all but its seed."""
    values = network.get_params(deep=False)
    return {name: value for name, value in values.items() if name not in _NOT_WRITTEN}


def plain_parameters(network):
    """Return those parameters of a network that TOML can hold."""
    plain = {}
    for name, value in network_parameters(network).items():
        try:
            plain[name] = NOTHING if value is None else as_plain(value)
        except TypeError:
            continue
    return plain


def describe_others(network):
    """Return in words those parameters of a network that no file can hold."""
    values, plain = network_parameters(network), plain_parameters(network)
    return {f"network.{n}": repr(v) for n, v in values.items() if n not in plain}


def make_network(values):
    """Return the network that the parameters in design.toml describe."""
    values = {name: None if value == NOTHING else value for name, value in values.items()}
    # As the default is a tuple: to a checkpoint, a list would be another network.
    return DNNClassifier(**{n: tuple(v) if isinstance(v, list) else v for n, v in values.items()})
