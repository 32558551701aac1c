"""The network of a study: its parameters, which all methods share, as plain values."""

from sklearn.base import clone, is_regressor

from skprognet._target_kind import CLASSES, KINDS, NUMBERS
from skprognet.estimators import DNNClassifier, DNNRegressor, check_estimator_parameters
from skprognet.experiments._arguments import as_plain

# The network of each kind of target, and what scores it unless the user says otherwise.
NETWORKS = {CLASSES: DNNClassifier, NUMBERS: DNNRegressor}
SCORINGS = {CLASSES: "uar", NUMBERS: "ccc"}
# TOML has no null.
NOTHING = "none"
# The seeds of the networks follow from the random_state of the study.
_NOT_WRITTEN = ("random_state",)


def check_network(estimator, scoring=None, kind=None):
    """Return the network of a study, the paper's for None; raise unless it can be one.

    The epochs of the paper's network are chosen by what the study is scored by.

    Parameters
    ----------
    estimator : DNNClassifier, DNNRegressor or None
        Its parameters are those of all networks.
    scoring : str, Score or None
        What the study is scored by.
    kind : {"classes", "numbers"}, default=None
        What the target is; None where that is not known yet.

    Returns
    -------
    DNNClassifier or DNNRegressor
        A network of this kind; of its own kind for None.

    Raises
    ------
    TypeError
        If it is neither, or a parameter is of the wrong kind.
    ValueError
        If a parameter is out of range, or one has no meaning for this kind.
    """
    if estimator is None:
        expected = kind or (NUMBERS if scoring == SCORINGS[NUMBERS] else CLASSES)
        estimator = NETWORKS[expected](monitor=scoring or SCORINGS[expected])
    if not isinstance(estimator, tuple(NETWORKS.values())):
        raise TypeError(
            "estimator must be a DNNClassifier or a DNNRegressor, whose parameters all networks "
            f"get; got {estimator!r}."
        )
    check_estimator_parameters(estimator)
    # Cloned, so that a design does not change with the user's object.
    return clone(estimator) if kind is None else _network_of_target(estimator, kind)


def _network_of_target(network, kind):
    """Return the network that learns the target, or raise if a parameter of it would be lost."""
    own = kind_of_network(network)
    if own == kind:
        return clone(network)
    converted, defaults = network_of_kind(network, kind), NETWORKS[own]()
    for name, value in network.get_params(deep=False).items():
        if name not in converted.get_params() and value != getattr(defaults, name):
            raise ValueError(
                f"{name}={value!r} of the estimator is for {own}, and the target is taken as "
                f"{kind}. Leave it out, or say kind={own!r}."
            )
    if network.monitor != SCORINGS[own]:  # the user's own choice, which may suit both
        converted.set_params(monitor=network.monitor)
    return converted


def network_of_kind(network, kind):
    """Return a network with the same parameters that learns a task of a kind, such as a source.

    Parameters
    ----------
    network : DNNClassifier or DNNRegressor
        The network of a study.
    kind : {"classes", "numbers"}
        What the task has.

    Returns
    -------
    DNNClassifier or DNNRegressor
        If it is of another kind than `network`, it has the parameters that both have. Its epochs
        are chosen by the UAR of classes and the CCC of numbers, or by the loss if those of
        `network` are.
    """
    values = clone(network).get_params(deep=False)
    if kind_of_network(network) == kind:
        return NETWORKS[kind](**values)
    converted = NETWORKS[kind]()
    shared = {name: values[name] for name in converted.get_params() if name in values}
    if shared["monitor"] != "loss":
        del shared["monitor"]
    return converted.set_params(**shared)


def networks_by_kind(network):
    """Return what is trained on source tasks, by what these have: classes or numbers."""
    return {kind: network_of_kind(network, kind) for kind in KINDS}


def kind_of_network(network):
    """Return what a network learns: classes or numbers."""
    return NUMBERS if is_regressor(network) else CLASSES


def network_parameters(network):
    """Return the parameters of a network that make it what it is: all but its seed."""
    values = network.get_params(deep=False)
    return {name: value for name, value in values.items() if name not in _NOT_WRITTEN}


def parameter_names():
    """Return the names of all parameters that design.toml may give, of either kind of network."""
    return list({name: None for kind in NETWORKS.values() for name in network_parameters(kind())})


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
    """Return the network that the parameters in design.toml describe.

    It is a DNNRegressor if they have a parameter that only this one has.
    """
    values = {name: None if value == NOTHING else value for name, value in values.items()}
    is_for_numbers = set(values) - set(network_parameters(DNNClassifier()))
    network = DNNRegressor if is_for_numbers else DNNClassifier
    # As the default is a tuple: to a checkpoint, a list would be another network.
    return network(**{n: tuple(v) if isinstance(v, list) else v for n, v in values.items()})
