"""What is trained on a source task: by its kind, classes or numbers."""

from skprognet._target_kind import KINDS
from skprognet._wording import first_few
from skprognet.estimators import DNNClassifier, DNNRegressor

_SIBLING = {DNNClassifier: DNNRegressor, DNNRegressor: DNNClassifier}


def source_estimators(given):
    """Return the estimators in what was given, by what each is called in messages."""
    if isinstance(given, dict):
        return {f"source_estimator[{kind!r}]": estimator for kind, estimator in given.items()}
    return {} if given is None else {"source_estimator": given}


def map_source_estimators(function, given):
    """Return what was given with the function applied to each estimator in it."""
    if isinstance(given, dict):
        return {kind: function(estimator) for kind, estimator in given.items()}
    return None if given is None else function(given)


def check_by_kind(given):
    """Raise unless the keys of a dict of source estimators are kinds of tasks."""
    if isinstance(given, dict) and (not given or set(given) - set(KINDS)):
        raise ValueError(
            "source_estimator must be an estimator, or a dict with one for 'classes', for "
            f"'numbers', or for both; got the keys [{first_few(given)}]."
        )


def source_estimator_for(task, given, name):
    """Return what is to be trained on a source task.

    Parameters
    ----------
    task : ClassTask or NumberTask
        What its labels are.
    given : estimator or dict of str to estimator
        As in :func:`~skprognet.evaluation.cross_validate_transfer`.
    name : str
        The source, for messages.

    Returns
    -------
    estimator
        What is in the dict. A single estimator if it is of this kind; else, of a `DNNClassifier`
        or a `DNNRegressor`, the other one of these with the same values of all parameters that
        both have.

    Raises
    ------
    ValueError
        If there is none.
    """
    holds = f"the source task {name!r} holds {task.kind}"
    if isinstance(given, dict):
        found = given.get(task.kind)
        if found is None or not task.is_learned_by(found):
            raise ValueError(
                f"source_estimator must have a {task.model} for {task.kind!r}, since {holds}; got "
                f"{_brief(found)}. Add one."
            )
        return found
    found = given if task.is_learned_by(given) else _sibling(given)
    if found is None:
        raise ValueError(
            f"source_estimator must be a {task.model}, since {holds}; got {_brief(given)}. Pass a "
            "dict with one for each kind: {'classes': ..., 'numbers': ...}."
        )
    return found


def _sibling(estimator):
    """Return the same network for the other kind of task; None if there is none."""
    other = _SIBLING.get(type(estimator))
    if other is None:
        return None
    own, theirs = estimator.get_params(deep=False), other().get_params(deep=False)
    shared = {name: value for name, value in own.items() if name in theirs}
    if own["monitor"] == type(estimator)().monitor:
        del shared["monitor"]  # each kind of task has its own score
    elif own["monitor"] != "loss":
        return None
    return other(**shared)


def _brief(estimator):
    return "none" if estimator is None else type(estimator).__name__
