"""What a run asks of its methods before any training."""

from sklearn.frozen import FrozenEstimator

from skprognet.evaluation._one_fit import stops_by_validation_rows, takes_validation_rows
from skprognet.evaluation._source_estimator import check_by_kind, source_estimators


def check_methods(methods, source_estimator, target, task):
    """Raise unless each method and source estimator is a network, or learns such a task.

    Parameters
    ----------
    methods : dict of str to estimator
        The methods of a run.
    source_estimator : estimator, dict of str to estimator, or None
        What is trained on its source tasks.
    target : str
        Name of the target task, for messages.
    task : ClassTask or NumberTask
        What its labels are.

    Raises
    ------
    ValueError
        If there is no method, a source estimator is for no kind of task, or a network is inside a
        pipeline, a search or a bag.
    TypeError
        If a method is no estimator, or one for another kind of task.
    """
    if not isinstance(methods, dict) or not methods:
        raise ValueError(
            f"methods must be a dict of at least one {task.model} by its name; got {methods!r}."
        )
    for name, method in methods.items():
        _check_method(name, method, target, task)
    check_by_kind(source_estimator)
    for name, method in [*methods.items(), *source_estimators(source_estimator).items()]:
        _check_not_wrapped(name, method)


def _check_not_wrapped(name, method):
    """Raise for a network in a pipeline, a search or a bag: it would hold out rows by itself."""
    if takes_validation_rows(method):
        return
    if any(map(stops_by_validation_rows, _parts(method))):
        raise ValueError(
            f"{name!r} must be the network itself, not a {type(method).__name__} around it: the "
            "validation rows cannot be passed through one. Use normalisation= for scaling, or a "
            "network with early_stopping=False."
        )


def _parts(method):
    """Return the estimators among all parameters of a method, but what is kept as fitted."""
    params = method.get_params() if _is_estimator(method) else {}
    kept = {f"{n}__estimator" for n, v in params.items() if isinstance(v, FrozenEstimator)}
    return [v for n, v in params.items() if n not in kept and _is_estimator(v)]


def _is_estimator(value):
    return hasattr(value, "get_params") and not isinstance(value, type)


def _check_method(name, method, target, task):
    """Raise unless a method is an estimator of scikit-learn's kind that learns such a task."""
    if not _is_estimator(method):
        kind = "the class " if isinstance(method, type) else ""
        known_as = method.__name__ if kind else type(method).__name__
        raise TypeError(
            f"Methods must be {task.model}s, such as {task.example}(); {name!r} is "
            f"{kind}{known_as}. Make one."
        )
    if not task.is_learned_by(method):
        raise TypeError(
            f"Methods must be {task.model}s, since {target!r} holds {task.kind}; {name!r} is "
            f"{type(method).__name__}, which is none. Take a {task.model}, or {task.otherwise}."
        )
