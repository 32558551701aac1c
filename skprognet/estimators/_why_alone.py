"""Which fits can share one batched training, and why others cannot."""

from skprognet.estimators._monitor import net_score
from skprognet.estimators._parameters import OPTIMIZERS
from skprognet.networks import FusedAdam

# A `fit` defined elsewhere may do more than prepare, train and keep.
_HOME = "skprognet.estimators."
_ADAPTERS = "Adapters are trained through autograd, so the network is trained alone."


def can_fit(estimator):
    """Return whether it is an instance of a class with a `fit` method."""
    return hasattr(estimator, "fit") and not isinstance(estimator, type)


def why_alone(estimator):
    """Return why the network of an estimator cannot be trained together with others.

    Parameters
    ----------
    estimator : estimator
        Any estimator, in its state before `fit`. A pipeline is fitted alone, whatever it holds.

    Returns
    -------
    str or None
        The reason in one sentence. None if it can be trained together, or if only `fit` can tell:
        the source of a fine-tuned network may have adapters.

    Raises
    ------
    TypeError
        If it is not an estimator, such as a class.

    Examples
    --------
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skprognet import DNNClassifier
    >>> from skprognet.estimators import why_alone
    >>> why_alone(DNNClassifier()) is None
    True
    >>> why_alone(DNNClassifier(optimizer="sgd"))
    "Only networks with optimizer='adam' are trained together; got 'sgd'."
    >>> why_alone(MLPClassifier())
    'Only the networks of this package are trained together; got MLPClassifier.'
    """
    if not can_fit(estimator):
        raise TypeError(
            f"estimator must be an instance with a fit method; got {estimator!r:.100}. Pass one."
        )
    kind = type(estimator)
    if not hasattr(kind, "_trains_together"):
        return f"Only the networks of this package are trained together; got {kind.__name__}."
    if not kind.fit.__module__.startswith(_HOME):
        return f"{kind.__name__} has its own fit, which trains one network."
    return next((reason for applies, reason in _reasons(estimator) if applies), None)


def why_alone_column(column):
    """Return why a column cannot be trained together with others of its shape, or None.

    The column of a fine-tuned network is only known in `fit`, since it comes from the source.
    """
    return None if column.gradients_written_out else _ADAPTERS


def _reasons(estimator):
    """Yield pairs: whether a reason against training together applies, and its text."""
    default_score = estimator._target_kind.default_score
    optimizer = OPTIMIZERS.get(estimator.optimizer, estimator.optimizer)
    name = getattr(estimator.optimizer, "__name__", estimator.optimizer)
    yield (
        not estimator._trains_together,
        f"{type(estimator).__name__} learns several tasks at once, so it is trained alone.",
    )
    yield (
        bool(estimator.callbacks),
        "Callbacks see each batch of one network, so a network with callbacks is trained alone.",
    )
    yield (
        bool(estimator.verbose),
        f"verbose={estimator.verbose} prints each epoch, so the network is trained alone.",
    )
    yield (
        optimizer is not FusedAdam,
        f"Only networks with optimizer='adam' are trained together; got {name!r}.",
    )
    yield (
        net_score(estimator.monitor, default_score) is None,
        f"monitor={estimator.monitor!r} calls predict after each epoch, so the network is trained "
        f"alone; {default_score!r} and 'loss' do not.",
    )
    yield (
        getattr(estimator, "adapter", None) is not None,
        _ADAPTERS,
    )
    yield (
        estimator.warm_start,
        "warm_start=True continues the last fit, so the network is trained alone.",
    )
