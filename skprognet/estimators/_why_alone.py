"""Which fits can share one batched training, and what keeps the others from it."""

from skprognet.estimators._monitor import net_score
from skprognet.estimators._parameters import OPTIMIZERS
from skprognet.networks import FusedAdam

# Only such a `fit` is known to do nothing beside preparing, training and keeping.
_HOME = "skprognet.estimators."
_ADAPTERS = "Adapters are trained through autograd, one network at a time."


def can_fit(estimator):
    """Return whether it is an instance of a class with a `fit` method."""
    return hasattr(estimator, "fit") and not isinstance(estimator, type)


def why_alone(estimator):
    """Return why the network of an estimator cannot be trained together with others.

    Parameters
    ----------
    estimator : estimator
        Any estimator, as it is before `fit`. A pipeline is fitted alone, whatever it holds.

    Returns
    -------
    str or None
        One sentence; None if it can be trained together.

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
    "Only networks with optimizer='adam' are trained together; this one has 'sgd'."
    >>> why_alone(MLPClassifier())
    'MLPClassifier is not a network of this package, and only these train together.'
    """
    if not can_fit(estimator):
        raise TypeError(
            f"estimator must be an instance with a fit method; got {estimator!r:.100}."
        )
    kind = type(estimator)
    if not hasattr(kind, "_trains_together"):
        return f"{kind.__name__} is not a network of this package, and only these train together."
    if not kind.fit.__module__.startswith(_HOME):
        return f"{kind.__name__} has its own fit, which trains one network."
    return next((reason for applies, reason in _reasons(estimator) if applies), None)


def why_alone_column(column):
    """Return why a column cannot be trained together with others of its shape, or None.

    That of a fine-tuned network is known in `fit` only, since it is that of its source.
    """
    return None if column.gradients_written_out else _ADAPTERS


def _reasons(estimator):
    """Yield pairs: whether it keeps the estimator from being trained together, and the words."""
    own = estimator._target_kind.default_score
    optimizer, _ = OPTIMIZERS.get(estimator.optimizer, (estimator.optimizer, {}))
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
        f"verbose={estimator.verbose} prints each epoch when it ends, so the network is trained "
        "alone.",
    )
    yield (
        optimizer is not FusedAdam,
        f"Only networks with optimizer='adam' are trained together; this one has {name!r}.",
    )
    yield (
        net_score(estimator.monitor, own) is None,
        f"monitor={estimator.monitor!r} calls predict after each epoch, so the network is trained "
        f"alone; {own!r} and 'loss' do not.",
    )
    yield (
        getattr(estimator, "adapter", None) is not None,
        _ADAPTERS,
    )
    yield (
        estimator.warm_start,
        "warm_start=True continues an earlier training, so the network is trained alone.",
    )
