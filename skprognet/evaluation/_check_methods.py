"""Check the methods of a run before any training."""

from sklearn.frozen import FrozenEstimator

from skprognet.evaluation._one_fit import stops_by_validation_rows, takes_validation_rows
from skprognet.evaluation._source_estimator import check_by_kind, source_estimators


def check_methods(methods, source_estimator, target, task):
    """Raise unless each method and source estimator can learn its kind of task.

    Parameters
    ----------
    methods : dict of str to estimator
        The methods of a run.
    source_estimator : estimator, dict of str to estimator, or None
        The estimator that is trained on the source tasks.
    target : str
        Name of the target task, for messages.
    task : ClassTask or NumberTask
        The kind of the target task.

    Raises
    ------
    ValueError
        If there is no method, a key of a dict of source estimators is not a kind of task, or a
        network is inside a pipeline, a search or a bag.
    TypeError
        If a method is not an estimator, or learns another kind of task.
    """
    if not isinstance(methods, dict) or not methods:
        raise ValueError(
            f"methods must be a dict of at least one {task.model} by its name; got {methods!r}. "
            f"Pass methods={{name: {task.model}}}."
        )
    for name, method in methods.items():
        _check_method(name, method, target, task)
    check_by_kind(source_estimator)
    for name, method in [*methods.items(), *source_estimators(source_estimator).items()]:
        _check_not_wrapped(name, method)


def _check_not_wrapped(name, method):
    """Raise if a network is inside a pipeline, a search or a bag.

    The validation rows of the run could not reach it, so it would hold out training rows instead.
    """
    if takes_validation_rows(method):
        return
    # scikit-learn's "auto" does not stop early if there are few rows.
    parts = [p for p in _parts(method) if p.get_params().get("early_stopping") != "auto"]
    if any(map(stops_by_validation_rows, parts)):
        raise ValueError(
            f"{name!r} must be the network itself, to which validation rows can be passed; got a "
            f"{type(method).__name__} around it. Use normalisation= for scaling, or a network "
            "with early_stopping=False."
        )


def _parts(method):
    """Return the estimators among all parameters of a method, except frozen ones."""
    params = method.get_params() if _is_estimator(method) else {}
    frozen = {f"{n}__estimator" for n, v in params.items() if isinstance(v, FrozenEstimator)}
    return [v for n, v in params.items() if n not in frozen and _is_estimator(v)]


def _is_estimator(value):
    return hasattr(value, "get_params") and not isinstance(value, type)


def _check_method(name, method, target, task):
    """Raise unless a method is an estimator, as scikit-learn defines it, for this kind of task."""
    if not _is_estimator(method):
        kind = "the class " if isinstance(method, type) else ""
        type_name = method.__name__ if kind else type(method).__name__
        raise TypeError(
            f"Methods must be {task.model}s, such as {task.example}(); got {kind}{type_name} as "
            f"{name!r}. Pass an instance of a {task.model}."
        )
    if not task.is_learned_by(method):
        raise TypeError(
            f"Methods must be {task.model}s, since {target!r} holds {task.kind}; got "
            f"{type(method).__name__} as {name!r}. Use a {task.model}, or {task.otherwise}."
        )
