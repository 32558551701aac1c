"""Choose the estimator that is trained on a source task of classes or of numbers."""

from skprognet._target_kind import KINDS
from skprognet._wording import first_few
from skprognet.estimators import DNNClassifier, DNNRegressor

_OTHER_KIND = {DNNClassifier: DNNRegressor, DNNRegressor: DNNClassifier}


def source_estimators(source_estimator):
    """Return the estimators in the argument `source_estimator` by their names for messages."""
    if isinstance(source_estimator, dict):
        return {f"source_estimator[{k!r}]": estimator for k, estimator in source_estimator.items()}
    return {} if source_estimator is None else {"source_estimator": source_estimator}


def map_source_estimators(function, source_estimator):
    """Return the argument `source_estimator` with a function applied to each estimator in it."""
    if isinstance(source_estimator, dict):
        return {kind: function(estimator) for kind, estimator in source_estimator.items()}
    return None if source_estimator is None else function(source_estimator)


def check_by_kind(source_estimator):
    """Raise unless the keys of a dict of source estimators are kinds of tasks."""
    is_dict = isinstance(source_estimator, dict)
    if is_dict and (not source_estimator or set(source_estimator) - set(KINDS)):
        raise ValueError(
            "source_estimator must be an estimator, or a dict with one for 'classes', for "
            f"'numbers', or for both; got the keys [{first_few(source_estimator)}]. Correct them."
        )


def source_estimator_for(task, source_estimator, name):
    """Return the estimator to train on a source task.

    Parameters
    ----------
    task : ClassTask or NumberTask
        The kind of the source task.
    source_estimator : estimator or dict of str to estimator
        As in :func:`~skprognet.evaluation.cross_validate_transfer`.
    name : str
        The source, for messages.

    Returns
    -------
    estimator
        The one from the dict, or the single estimator if it is of this kind. Otherwise, for a
        `DNNClassifier` the `DNNRegressor` with the same values of all shared parameters, and the
        other way round.

    Raises
    ------
    ValueError
        If there is none.
    """
    holds = f"the source task {name!r} holds {task.kind}"
    if isinstance(source_estimator, dict):
        of_kind = source_estimator.get(task.kind)
        if of_kind is None or not task.is_learned_by(of_kind):
            raise ValueError(
                f"source_estimator must have a {task.model} for {task.kind!r}, since {holds}; got "
                f"{_brief(of_kind)}. Add one."
            )
        return of_kind
    is_learned = task.is_learned_by(source_estimator)
    estimator = source_estimator if is_learned else _other_kind(source_estimator)
    if estimator is None:
        raise ValueError(
            f"source_estimator must be a {task.model}, since {holds}; got "
            f"{_brief(source_estimator)}. Pass a dict with one for each kind: "
            "{'classes': ..., 'numbers': ...}."
        )
    return estimator


def _other_kind(estimator):
    """Return the same network for the other kind of task; None if there is none."""
    other = _OTHER_KIND.get(type(estimator))
    if other is None:
        return None
    params, of_other = estimator.get_params(deep=False), other().get_params(deep=False)
    shared = {name: value for name, value in params.items() if name in of_other}
    if params["monitor"] == type(estimator)().monitor:
        del shared["monitor"]  # each kind of task has its own score
    elif params["monitor"] != "loss":
        return None
    return other(**shared)


def _brief(estimator):
    return "none" if estimator is None else type(estimator).__name__
