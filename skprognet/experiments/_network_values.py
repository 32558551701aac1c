"""The network of a study, whose parameters all methods share, and its plain values."""

from sklearn.base import clone, is_regressor

from skprognet._target_kind import CLASSES, DEFAULT_SCORING, KINDS, NUMBERS
from skprognet.estimators import DNNClassifier, DNNRegressor, check_estimator_parameters
from skprognet.experiments._arguments import as_plain
from skprognet.metrics import Score, get_score

NETWORKS = {CLASSES: DNNClassifier, NUMBERS: DNNRegressor}  # by the kind of the target
NOTHING = "none"  # stands for None, since TOML has no null
# The seeds of the networks are derived from the random_state of the study.
_NOT_WRITTEN = ("random_state",)


def check_network(estimator, scoring=None, kind=None):
    """Return the network of a study, or raise if it is not valid.

    None stands for the paper's network, whose epochs are chosen by the score of the study.

    Parameters
    ----------
    estimator : DNNClassifier, DNNRegressor or None
        The network whose parameters all networks share.
    scoring : str, Score or None
        The score of the study.
    kind : {"classes", "numbers"}, default=None
        The kind of the target; None if it is not known yet.

    Returns
    -------
    DNNClassifier or DNNRegressor
        A network of this kind, or of its own kind if `kind` is None.

    Raises
    ------
    TypeError
        If `estimator` is neither, or a parameter is of the wrong type.
    ValueError
        If a parameter is out of range, or does not apply to this kind.
    """
    if estimator is None:
        expected = kind or get_score(scoring or DEFAULT_SCORING[CLASSES]).kind or CLASSES
        estimator = NETWORKS[expected](monitor=scoring or DEFAULT_SCORING[expected])
    if not isinstance(estimator, tuple(NETWORKS.values())):
        raise TypeError(
            "estimator must be a DNNClassifier or a DNNRegressor, whose parameters all networks "
            f"get; got {estimator!r}. Pass one of these."
        )
    check_estimator_parameters(estimator)
    # A clone, so that later changes to the user's object do not change the design.
    return clone(estimator) if kind is None else _network_of_target(estimator, kind)


def _network_of_target(network, kind):
    """Return the network that learns the target; raise if one of its parameters would be lost."""
    own_kind = kind_of_network(network)
    if own_kind == kind:
        return clone(network)
    converted, defaults = network_of_kind(network, kind), NETWORKS[own_kind]()
    for name, value in network.get_params(deep=False).items():
        if name not in converted.get_params() and value != getattr(defaults, name):
            raise ValueError(
                f"The estimator must have parameters for {kind}, since the target is taken as "
                f"{kind}; got {name}={value!r}, which is for {own_kind}. Leave it out, or pass "
                f"kind={own_kind!r}."
            )
    if network.monitor != DEFAULT_SCORING[own_kind]:  # the user's choice, which may suit both
        converted.set_params(monitor=network.monitor)
    return converted


def check_kind_found(network, kind):
    """Raise if labels look like classes although the network is for numbers.

    Whole ratings and codes of classes look the same, so only the user knows what they are.

    Parameters
    ----------
    network : DNNClassifier or DNNRegressor
        The network of the user.
    kind : {"classes", "numbers"}
        The kind inferred from the labels of the target.

    Raises
    ------
    ValueError
        If the network is for numbers and the labels are taken as classes.
    """
    if kind == CLASSES and kind_of_network(network) == NUMBERS:
        raise ValueError(
            "The target must hold numbers, as the estimator or the score is for numbers; got "
            "labels that are taken as classes. Pass kind='numbers' if they are numbers to "
            "predict, such as whole ratings, or else kind='classes'."
        )


def network_of_kind(network, kind):
    """Return a network with the same parameters for a task of this kind, such as a source.

    Parameters
    ----------
    network : DNNClassifier or DNNRegressor
        The network of a study.
    kind : {"classes", "numbers"}
        The kind of the task.

    Returns
    -------
    DNNClassifier or DNNRegressor
        If its kind differs from that of `network`, it has only the parameters that both share. Its
        epochs are then chosen by the UAR for classes and the CCC for numbers, or by the loss if
        `network` uses the loss.
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
    """Return the networks for source tasks by the kind of the task.

    A score of the user's own may suit the target alone. Then the sources choose their epochs by
    the UAR or the CCC.
    """
    if isinstance(network.monitor, Score):
        default = DEFAULT_SCORING[kind_of_network(network)]
        network = clone(network).set_params(monitor=default)
    return {kind: network_of_kind(network, kind) for kind in KINDS}


def kind_of_network(network):
    """Return whether a network learns classes or numbers."""
    return NUMBERS if is_regressor(network) else CLASSES


def network_parameters(network):
    """Return all parameters of a network except its seed."""
    values = network.get_params(deep=False)
    return {name: value for name, value in values.items() if name not in _NOT_WRITTEN}


def parameter_names():
    """Return the names of all parameters of either kind of network that design.toml may hold."""
    return list({name: None for kind in NETWORKS.values() for name in network_parameters(kind())})


def plain_parameters(network):
    """Return the parameters of a network that TOML can hold."""
    plain = {}
    for name, value in network_parameters(network).items():
        try:
            plain[name] = NOTHING if value is None else as_plain(value)
        except TypeError:
            continue
    return plain


def describe_others(network):
    """Return descriptions of the parameters of a network that no file can hold."""
    values, plain = network_parameters(network), plain_parameters(network)
    return {f"network.{n}": repr(v) for n, v in values.items() if n not in plain}


def make_network(values):
    """Return the network that the parameters in design.toml describe.

    It is a DNNRegressor if one of them is a parameter that only a DNNRegressor has.
    """
    values = {name: None if value == NOTHING else value for name, value in values.items()}
    is_for_numbers = set(values) - set(network_parameters(DNNClassifier()))
    network = DNNRegressor if is_for_numbers else DNNClassifier
    # Defaults are tuples, and a checkpoint would take a list as another network.
    return network(**{n: tuple(v) if isinstance(v, list) else v for n, v in values.items()})
