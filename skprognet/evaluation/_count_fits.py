"""How many networks a run trains: before it, from its plan, and after it, from its scores."""

from skprognet.evaluation._check_run import check_run
from skprognet.evaluation._fold_job import plan_jobs
from skprognet.evaluation._splits import draw_splits
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

_DEFAULTS = {
    "sources": None,
    "combined_sources": None,
    "source_estimator": None,
    "scoring": "uar",
    "train_folds": None,
    "normalisation": "corpus",
    "target": None,
    "corpus": "corpus",
    "random_state": 0,
}


def count_fits(X, y, *, cv=None, **options):
    """Return how many networks :func:`cross_validate_transfer` would train with these arguments.

    Everything that it checks before the first fit is checked, and nothing is trained.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features.
    y : array-like of shape (n_samples,)
        Labels of the target task.
    cv : splitter with ``split_with_validation``, default=None
        Gives training, validation and test rows; None is that of
        :func:`cross_validate_transfer`.
    **options : dict
        Other arguments of :func:`cross_validate_transfer` that say what is trained, such as
        `methods`, `sources`, `groups` and `train_folds`.

    Returns
    -------
    int
        The fits of all methods, and those of their sources.

    Raises
    ------
    ValueError
        If the arguments make no sense, as in :func:`cross_validate_transfer`.
    TypeError
        If one is of the wrong kind.

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
    run = check_run(X, y, **_DEFAULTS | options)
    if cv is None:
        cv = RepeatedSpeakerStratifiedKFold(random_state=run.random_state)
    _, n_fits = plan_jobs(run, draw_splits(cv, run))
    return sum(n_fits)


def count_recorded_fits(scores):
    """Return how many fits of methods there are in a table of scores, and how many of sources.

    A source that was trained has a seed of its own on each split of each corpus.
    """
    n_sources = int(scores.groupby("corpus")["source_seed"].nunique().sum())
    return len(scores), n_sources
