"""Count the networks of a run: before it from its plan, after it from its scores."""

import inspect

from skprognet.evaluation._cross_validate_transfer import cross_validate_transfer
from skprognet.evaluation._plan_run import plan_run

_NOT_IN_PLAN = ("checkpoint", "n_jobs", "verbose")  # they do not change what is trained


def count_fits(X, y, **options):
    """Count the networks that :func:`cross_validate_transfer` would train with these arguments.

    It checks these arguments as :func:`cross_validate_transfer` does, except `checkpoint`,
    `n_jobs` and `verbose`, and trains nothing.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features.
    y : array-like of shape (n_samples,)
        Labels of the target task.
    **options : dict
        The other arguments of :func:`cross_validate_transfer`, such as `methods`, `sources`,
        `groups`, `cv` and `train_folds`.

    Returns
    -------
    int
        The fits of all methods and all sources.

    Raises
    ------
    ValueError
        If an argument is wrong, as in :func:`cross_validate_transfer`.
    TypeError
        If an argument is of the wrong type, or :func:`cross_validate_transfer` does not have it.

    Examples
    --------
    Each of ten repeats has three folds. In each fold, three networks are trained: one without a
    source, one on gender, and one that reads the network on gender.

    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.evaluation import count_fits
    >>> from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
    >>> emodb = load_emodb()
    >>> count_fits(
    ...     emodb.data,
    ...     emodb.target,
    ...     methods={"DNN": DNNClassifier(), "ProgNet": ProgressiveClassifier()},
    ...     sources={"gender": emodb.gender},
    ...     source_estimator=DNNClassifier(),
    ...     groups=emodb.speaker,
    ...     cv=RepeatedSpeakerStratifiedKFold(3, n_repeats=10, random_state=0),
    ... )
    90
    """
    return sum(plan_call(X, y, **options).n_fits)


def plan_call(X, y, **options):
    """Return the plan of a call of :func:`cross_validate_transfer`, with its defaults."""
    call = inspect.signature(cross_validate_transfer).bind(X, y, **options)
    call.apply_defaults()
    return plan_run(**{n: value for n, value in call.arguments.items() if n not in _NOT_IN_PLAN})


def count_recorded_fits(scores):
    """Count the fits of methods and the fits of sources in a table of scores.

    Each fit of a source has its own seed within its corpus.
    """
    n_sources = int(scores.groupby("corpus")["source_seed"].nunique().sum())
    return len(scores), n_sources
