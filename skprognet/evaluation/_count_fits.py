"""How many networks a run trains: before it, from its plan, and after it, from its scores."""

import inspect

from skprognet.evaluation._cross_validate_transfer import cross_validate_transfer
from skprognet.evaluation._plan_run import plan_run

_HOW = ("checkpoint", "n_jobs", "verbose")  # how the work is done: it does not change the number


def count_fits(X, y, **options):
    """Return how many networks :func:`cross_validate_transfer` would train with these arguments.

    Everything that it checks before the first fit is checked, and nothing is trained.

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
        The fits of all methods, and those of their sources.

    Raises
    ------
    ValueError
        If the arguments make no sense, as in :func:`cross_validate_transfer`.
    TypeError
        If one is of the wrong kind, or :func:`cross_validate_transfer` has none of that name.

    Examples
    --------
    Three folds for each of ten repeats: a network alone, a network of the gender, and one that
    reads it.

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
    """Return the plan of a call of :func:`cross_validate_transfer`, whose defaults it has."""
    given = inspect.signature(cross_validate_transfer).bind(X, y, **options)
    given.apply_defaults()
    return plan_run(**{n: value for n, value in given.arguments.items() if n not in _HOW})


def count_recorded_fits(scores):
    """Return how many fits of methods there are in a table of scores, and how many of sources.

    A source that was trained has a seed of its own on each split of each corpus.
    """
    n_sources = int(scores.groupby("corpus")["source_seed"].nunique().sum())
    return len(scores), n_sources
