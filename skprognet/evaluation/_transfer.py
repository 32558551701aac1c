"""Cross-validation of transfer: every method and source on the same folds, nothing leaking."""

import time

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from skprognet.evaluation._design import (
    NO_SOURCE,
    check_design,
    check_splits,
    takes_validation_rows,
)
from skprognet.evaluation._splitters import RepeatedSpeakerStratifiedKFold
from skprognet.metrics import uar_score


def fit_seed(random_state, repeat, fold, network):
    """Return the seed of one fit: the same whatever else is run, and in whatever order.

    Parameters
    ----------
    random_state : int
        Seed of the whole design.
    repeat, fold : int
        Which split, from 0.
    network : str
        What is trained, such as "ProgNet from speaker".

    Returns
    -------
    int
        Between 0 and 2 ** 32 - 1.
    """
    entropy = [random_state, repeat, fold, *network.encode()]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])


def _normalise(X, train, normalisation):
    """Return X with mean 0 and variance 1 in each feature, over all rows or the training rows."""
    if normalisation == "none":
        return X
    rows = slice(None) if normalisation == "corpus" else train
    return StandardScaler().fit(X[rows]).transform(X)


def _fit(estimator, X, y, train, validation, seed):
    """Fit a clone on the training rows; the validation rows choose its epoch, if it has any."""
    estimator = clone(estimator)
    open_states = [
        name for name in estimator.get_params() if name.split("__")[-1] == "random_state"
    ]
    estimator.set_params(**dict.fromkeys(open_states, seed))
    options = {}
    if takes_validation_rows(estimator) and estimator.get_params().get("early_stopping", True):
        options = {"X_val": X[validation], "y_val": y[validation]}
    start = time.perf_counter()
    estimator.fit(X[train], y[train], **options)
    return estimator, time.perf_counter() - start


def _curve(estimator, place):
    """Return the score of every epoch of a fit, or None if it has no epochs."""
    history = getattr(estimator, "history_", None)
    if history is None or "valid_uar" not in history:
        return None
    curve = history[["epoch", "train_loss", "valid_loss", "valid_uar"]].copy()
    for position, (name, value) in enumerate(place.items()):
        curve.insert(position, name, value)
    return curve


def _run_split(X, y, split, methods, source, random_state, normalisation):
    """Train the source, if there is one, and every method on one split; return rows and curves.

    Parameters
    ----------
    X, y : ndarray
        All rows.
    split : tuple of (repeat, fold, train, validation, test)
        Repeat and fold count from 0 here and from 1 in the result.
    methods : dict of classifiers
        Those with a `source` parameter get the fitted source.
    source : tuple of (name, estimator, labels) or None
        The source task.
    random_state : int
        Seed of the design.
    normalisation : str
        As in :func:`cross_validate_transfer`.

    Returns
    -------
    rows : list of dict
        One for each method.
    curves : list of DataFrame
        One for each method that has epochs.
    """
    repeat, fold, train, validation, test = split
    X = _normalise(X, train, normalisation)
    name, fitted_source, source_uar = NO_SOURCE, None, np.nan
    if source is not None:
        name, estimator, labels = source
        seed = fit_seed(random_state, repeat, fold, f"source {name}")
        fitted_source, _ = _fit(estimator, X, labels, train, validation, seed)
        source_uar = uar_score(labels[test], fitted_source.predict(X[test]))
    rows, curves = [], []
    for method, classifier in methods.items():
        seed = fit_seed(random_state, repeat, fold, f"{method} from {name}")
        if fitted_source is not None:
            classifier = clone(classifier).set_params(source=fitted_source)
        fitted, seconds = _fit(classifier, X, y, train, validation, seed)
        place = {"method": method, "source": name, "repeat": repeat + 1, "fold": fold + 1}
        rows.append(
            {
                **place,
                "n_train": len(train),
                "n_validation": len(validation),
                "n_test": len(test),
                "seed": seed,
                "uar": uar_score(y[test], fitted.predict(X[test])),
                "source_uar": source_uar,
                "best_epoch": getattr(fitted, "best_epoch_", pd.NA),
                "n_epochs": len(getattr(fitted, "history_", ())) or pd.NA,
                "normalisation": normalisation,
                "seconds": seconds,
            }
        )
        curves.append(_curve(fitted, place))
    return rows, [curve for curve in curves if curve is not None]


def cross_validate_transfer(
    X,
    y,
    *,
    methods,
    sources=None,
    source_estimator=None,
    groups=None,
    cv=None,
    normalisation="corpus",
    return_curves=False,
    n_jobs=None,
    random_state=0,
    verbose=0,
):
    """Score every method with every source on the same folds (Gideon et al. 2017, section 3).

    On each split a source is trained on the training rows with the source's labels, once for all
    methods; the methods then learn `y` on the same training rows, with its help. The validation
    rows choose the epoch of every network, the test rows score it. No test row is in any training
    or validation set.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features.
    y : array-like of shape (n_samples,)
        Labels of the target task.
    methods : dict of str to classifier
        Unfitted classifiers. One with a `source` parameter is run once for each source, any other
        classifier once; the result calls that source "none".
    sources : DataFrame or dict of array-like of shape (n_samples,), default=None
        Labels of each source task, by its name.
    source_estimator : classifier, default=None
        What is trained on the source tasks.
    groups : array-like of shape (n_samples,), default=None
        Speaker of each row, for `cv`.
    cv : splitter with ``split_with_validation``, default=None
        Gives training, validation and test rows. None is
        ``RepeatedSpeakerStratifiedKFold(10, n_repeats=10, random_state=random_state)``.
    normalisation : {"corpus", "training", "none"}, default="corpus"
        Mean 0 and variance 1 for each feature over all rows before the folds (the paper,
        section 2.2), over the training rows of each split (nothing of the test rows is used), or
        not at all.
    return_curves : bool, default=False
        Whether to return the scores of every epoch as well.
    n_jobs : int, default=None
        How many splits run at the same time, as in joblib; each fit uses one thread.
    random_state : int, default=0
        Seed of the default folds and of every fit; the result does not depend on `n_jobs`.
    verbose : int, default=0
        1 shows a progress bar on the standard error stream.

    Returns
    -------
    scores : DataFrame
        A row per method, source, repeat and fold, with the columns method, source, repeat and
        fold (from 1), n_train, n_validation, n_test (rows), seed, uar, source_uar (UAR of the
        source on its own task, NaN without one), best_epoch, n_epochs, normalisation, seconds.
    curves : DataFrame
        Only with ``return_curves=True``: method, source, repeat, fold, epoch, train_loss,
        valid_loss, valid_uar.

    Raises
    ------
    ValueError
        For NaN, labels that do not fit X, a source with one class, a class that is missing from
        the training rows of a split, or a network inside a pipeline.
    TypeError
        If `cv` or `sources` is of the wrong kind.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 3.

    Examples
    --------
    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.evaluation import (
    ...     RepeatedSpeakerStratifiedKFold,
    ...     cross_validate_transfer,
    ... )
    >>> emodb = load_emodb()
    >>> options = dict(hidden_layer_sizes=(16,), max_epochs=3)
    >>> scores = cross_validate_transfer(
    ...     emodb.data,
    ...     emodb.target,
    ...     methods={"DNN": DNNClassifier(**options), "ProgNet": ProgressiveClassifier(**options)},
    ...     sources={"gender": emodb.gender},
    ...     source_estimator=DNNClassifier(**options),
    ...     groups=emodb.speaker,
    ...     cv=RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0),
    ... )
    >>> scores[["method", "source", "repeat", "fold", "n_train", "n_test"]]
        method  source  repeat  fold  n_train  n_test
    0      DNN    none       1     1      113     113
    1  ProgNet  gender       1     1      113     113
    2      DNN    none       1     2      113     113
    3  ProgNet  gender       1     2      113     113
    4      DNN    none       1     3      113     113
    5  ProgNet  gender       1     3      113     113
    """
    X, y, labels, transfer, plain = check_design(
        X, y, methods, sources, source_estimator, normalisation, random_state
    )
    if cv is None:
        cv = RepeatedSpeakerStratifiedKFold(random_state=random_state)
    if not hasattr(cv, "split_with_validation"):
        raise TypeError(
            "cv must be a splitter with split_with_validation, such as "
            f"RepeatedSpeakerStratifiedKFold; got {cv!r}."
        )
    splits = [
        (*divmod(number, cv.n_splits), *rows)
        for number, rows in enumerate(cv.split_with_validation(X, y, groups))
    ]
    check_splits(splits, {"y": y, **labels})
    runs = [(None, plain)] if plain else []
    if transfer:
        runs += [((name, source_estimator, column), transfer) for name, column in labels.items()]
    jobs = [(split, source, run) for split in splits for source, run in runs]
    n_fits = sum(len(run) + (source is not None) for _, source, run in jobs)
    parallel = Parallel(n_jobs=n_jobs, return_as="generator_unordered")
    finished = parallel(
        delayed(_run_split)(X, y, split, run, source, random_state, normalisation)
        for split, source, run in jobs
    )
    rows, curves = [], []
    # The mean speed so far, since fits end in bursts: one split's networks at a time.
    with tqdm(total=n_fits, unit="fit", desc="training", smoothing=0, disable=not verbose) as bar:
        for new_rows, new_curves in finished:
            rows += new_rows
            curves += new_curves if return_curves else []
            last = new_rows[-1]
            bar.set_postfix_str(
                f"done: repeat {last['repeat']}, fold {last['fold']}, source {last['source']}"
            )
            bar.update(len(new_rows) + (last["source"] != NO_SOURCE))
    order = {"method": list(methods), "source": [NO_SOURCE, *labels]}
    scores = _in_order(pd.DataFrame(rows), order)
    if not return_curves:
        return scores
    return scores, _in_order(pd.concat(curves), order) if curves else pd.DataFrame()


def _in_order(frame, order):
    """Sort by repeat, fold, source, method (and epoch): jobs end in any order."""
    keys = ["repeat", "fold", "source", "method"] + ["epoch"] * ("epoch" in frame)
    ranks = {name: {value: i for i, value in enumerate(values)} for name, values in order.items()}
    return frame.sort_values(
        keys, key=lambda column: column.map(ranks[column.name]) if column.name in ranks else column
    ).reset_index(drop=True)
