"""Cross-validation of transfer: every method and source on the same folds, nothing leaking."""

import sys
from concurrent.futures import BrokenExecutor
from contextlib import nullcontext

import numpy as np
import pandas as pd
from joblib import Parallel, delayed, effective_n_jobs, parallel_config
from joblib.parallel import get_active_backend
from tqdm import tqdm

from skprognet._scores import NO_SOURCE
from skprognet.evaluation._checkpoint import open_checkpoint
from skprognet.evaluation._fold_job import run_job
from skprognet.evaluation._plan_run import plan_run


def cross_validate_transfer(
    X,
    y,
    *,
    methods,
    sources=None,
    combined_sources=None,
    source_estimator=None,
    features=None,
    placebo=False,
    scoring="uar",
    groups=None,
    speakers=None,
    cv=None,
    train_folds=None,
    normalisation="corpus",
    target=None,
    corpus="corpus",
    return_curves=False,
    checkpoint=None,
    n_jobs=-1,
    random_state=0,
    verbose=0,
):
    """Score every method with every source on the same folds (Gideon et al. 2017, section 3).

    On each split a source is trained on the training rows with the source's labels, once for all
    methods; the methods then learn `y` on the same training rows, with its help. The validation
    rows choose the epoch of every network, the test rows score it. No test row is in any training
    or validation set, which :func:`audit` proves from what every fit recorded.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features; a DataFrame if columns are found by their names.
    y : array-like of shape (n_samples,)
        Labels of the target task.
    methods : dict of str to classifier
        Unfitted classifiers. One with a `source` parameter is run once for each source that it can
        take (see Notes), any other classifier of scikit-learn once; the result calls that source
        "none".
    sources : DataFrame or dict, default=None
        By its name, each source: labels of shape (n_samples,), on which `source_estimator` is
        trained on the training rows of every split; a :class:`SourceCorpus`, on which it is
        trained in that corpus's own folds; or what is fitted already, a classifier or a
        :class:`~skprognet.sources.Source`, which is used as it is, on rows of X as they are
        normalised here. The columns of a :class:`~skprognet.sources.LayerSource` are given only
        to fits that read this source.
    combined_sources : sequence of tuple of str, default=None
        Sources that are also read together, each by a column of its own, such as
        ``[("speaker", "gender")]``: by the methods that can (`ProgressiveClassifier`).
    source_estimator : classifier, default=None
        What is trained on the source tasks.
    features : str or sequence of str, default=None
        The features that all methods and trained sources read: names of columns of X, or what
        their names begin with. None is all columns but those that are for a source alone.
    placebo : bool or sequence of str, default=False
        Whether each method that keeps a frozen source beside its own layers
        (`ProgressiveClassifier`) is also run with the placebo of each source and combination, or
        of those that are named: the same network with the same number of weights, and a source
        that knows nothing. The result calls it "placebo of speaker". A network that is trained
        here learns labels that are shuffled within its training rows and within its validation
        rows. Of what is fitted already, the layers are permuted among the training rows, among
        the validation rows and among the test rows.
    scoring : str or Score, default="uar"
        What the test rows are scored by: a name (:func:`~skprognet.metrics.get_score_names` lists
        them) or a :class:`~skprognet.metrics.Score`. What chooses the epoch of a network is its
        own parameter `monitor`.
    groups : array-like of shape (n_samples,), default=None
        Speaker (or session) of each row, for `cv`.
    speakers : array-like of shape (n_samples,), default=None
        Speaker of each row, for normalisation by speaker; None is `groups`.
    cv : splitter with ``split_with_validation``, default=None
        Gives training, validation and test rows. None is
        ``RepeatedSpeakerStratifiedKFold(10, n_repeats=10, random_state=random_state)``.
    train_folds : sequence of int, default=None
        Numbers of training folds, such as ``(1, 2, 4, 8)``, each run by itself on the same test
        and validation rows. The folds are put into a random order, so that a smaller set is part
        of a larger one; orders in which the smallest lacks a class are drawn again. A source
        that is another corpus always has all of its training folds. None is all of them.
    normalisation : {"corpus", "training", "speaker", "none"}, default="corpus"
        Mean 0 and variance 1 for each feature over all rows before the folds (the paper,
        section 2.2), over the training rows of each split (nothing of the test rows is used),
        over all rows of each speaker (transductive: a new speaker's rows by themselves, see
        :class:`~skprognet.preprocessing.CorpusStandardScaler`), or not at all. Another corpus is
        normalised in the same way by itself.
    target : str, default=None
        Name of the target task in the result; None is the name of `y`, if it has one, else
        "target".
    corpus : str, default="corpus"
        Name of the corpus in the result.
    return_curves : bool, default=False
        Whether to return the scores of every epoch as well.
    checkpoint : path, default=None
        Folder for what is finished. A job is one split with one source: the training of the
        source and of the methods that read it. What a job gives is on disk before it is reported.
        After a stop of any kind, a power cut included, the same call goes on from there and gives
        the rows of an unbroken run. It refuses another design, other data or other versions of
        the libraries, and a folder in which another process is at work. A class or function of
        your own counts as the same only with the same code.
    n_jobs : int, default=-1
        How many jobs run at the same time, as in joblib; -1 is all cores. Each fit uses one
        thread. Inside ``joblib.parallel_config(backend="dask")`` they run on the cluster, and X is
        sent to each worker once.
    random_state : int, default=0
        Seed of the default folds and of every fit; the result does not depend on `n_jobs` or the
        backend.
    verbose : int, default=0
        1 shows a progress bar on the standard error stream: fits done of all, time left, and
        what runs.

    Returns
    -------
    scores : DataFrame
        A row per method, source, repeat and fold, with the columns method, source ("a + b" for
        combined ones), target, corpus, n_train_folds (only with `train_folds`), repeat and fold
        (from 1), n_train, n_validation, n_test (rows), seed, source_seed, metric (the name of
        `scoring`), greater_is_better (whether a greater score is the better one), score, chance
        (score of a guess on these test rows, NaN if not known), source_score (of the source on
        the test rows of its own task, NaN if there is none or it is not known), best_epoch,
        n_epochs, normalisation, baseline (which method is the same network without a source,
        "none" if there is none), source_overlap (share of the test rows that the source was
        given), seconds, and what :func:`audit` reads: rows_seen, rows_seen_by_source,
        rows_tested; if a source has columns of its own, also columns_seen, columns_withheld.
    curves : DataFrame
        Only with ``return_curves=True``: method, source, target, corpus, (n_train_folds,) repeat,
        fold, metric (the `monitor` of the method), epoch, train_loss, valid_loss, valid_score,
        test_score.

    Raises
    ------
    ValueError
        For NaN, labels that do not fit X, labels that are numbers with a fraction (ratings), a
        source with one class, an unfitted source, two sources of one name, a method that can take
        none of the sources, a source that no method can take, columns that are missing, a class
        that is missing from the training rows of a split, a network inside a pipeline, a
        checkpoint of another run, or one of a run with a lambda.
    TypeError
        If `cv` or `sources` is of the wrong kind, or the name of a source is no text.
    OSError
        If the checkpoint cannot be written or is removed meanwhile, another process is at work in
        it, or a worker process was killed.

    Notes
    -----
    What a method needs from a source, and what a source has:

    - ProgressiveClassifier needs hidden layers to read. Every source has some.
    - FineTunedClassifier needs layers of a network to copy. Networks have some, trained here or
      fitted; columns of X (`LayerSource`) have none.
    - A method that adds the source's posterior probabilities to the features needs a source that
      classifies.
    - A method that learns several tasks at once needs the labels of a source task for the rows of
      X. It is given them as ``source_y``, and no network is trained for it.

    Each method is run with each source that has what it needs, and with each combination of which
    all sources have it. A method says what it needs in its attribute `needs_from_source`.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 3.

    Examples
    --------
    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.evaluation import cross_validate_transfer
    >>> from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
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
    ...     n_jobs=1,
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
    plan = plan_run(
        X,
        y,
        cv=cv,
        methods=methods,
        sources=sources,
        combined_sources=combined_sources,
        source_estimator=source_estimator,
        features=features,
        placebo=placebo,
        scoring=scoring,
        normalisation=normalisation,
        groups=groups,
        speakers=speakers,
        random_state=random_state,
        target=target,
        corpus=corpus,
        train_folds=train_folds,
        return_curves=return_curves,
    )
    run, jobs = plan.run, plan.jobs
    _check_backend()
    rows, curves = [], []
    with open_checkpoint(checkpoint, run, plan.splits, list(map(str, jobs))) as store:
        for record in _records(run, jobs, plan.n_fits, store, n_jobs, verbose):
            rows += record["rows"]
            # As arrays: over a long run, lists would take several times the memory.
            curves += [{k: _compact(v) for k, v in curve.items()} for curve in record["curves"]]
    order = {"method": list(methods), "source": [NO_SOURCE, *run.source_sets]}
    scores = _in_order(pd.DataFrame(rows), order)
    scores = scores.astype({"source_seed": "Int64", "best_epoch": "Int64", "n_epochs": "Int64"})
    if not return_curves:
        return scores
    curves = [pd.DataFrame(curve) for curve in curves]
    return scores, _in_order(pd.concat(curves), order) if curves else pd.DataFrame()


def _compact(values):
    return np.asarray(values) if isinstance(values, list) else values


def _records(run, jobs, n_fits, store, n_jobs, verbose):
    """Yield the record of every job: those on disk first, then the others as they end."""
    fits = dict(zip(map(str, jobs), n_fits, strict=True))
    kept = {} if store is None else store.kept
    yield from kept.values()
    kept = set(kept)
    missing = [job for job in jobs if str(job) not in kept]
    with tqdm(
        total=sum(n_fits),
        initial=sum(fits[name] for name in kept),
        unit="fit",
        desc="training",
        smoothing=0,
        disable=not verbose or sys.stderr is None,
    ) as bar:
        try:
            for name, record in _train(run, missing, n_jobs, bar):
                if store is not None:
                    store.keep(name, record, fits[name])
                bar.update(fits[name])
                kept.add(name)
                yield record
        except (Exception, KeyboardInterrupt) as stop:
            if store is not None and not store.claim.is_lost():
                done = sum(fits[name] for name in kept)
                stop.add_note(
                    f"{done} of {sum(n_fits)} fits are in the checkpoint {str(store.folder)!r}; "
                    "the same call goes on from there."
                )
            raise


def _train(run, jobs, n_jobs, bar):
    """Yield name and record of every job, in any order, and show what runs."""
    started, n_workers = {}, effective_n_jobs(n_jobs)

    def dispatch():
        for job in jobs:
            started[str(job)] = None  # joblib asks a little ahead of what it starts
            yield delayed(_run_named)(run, job)
            bar.set_postfix_str("; ".join(list(started)[:n_workers]), refresh=False)

    with _on_each_worker(run):
        finished = Parallel(n_jobs=n_jobs, return_as="generator_unordered")(dispatch())
        try:
            for name, record in finished:
                del started[name]
                bar.set_postfix_str("; ".join(list(started)[:n_workers]), refresh=False)
                yield name, record
        except BrokenExecutor as error:
            raise ChildProcessError(
                "A worker process was ended from outside, as systems do that run out of memory. "
                f"Use fewer than n_jobs={n_workers}, or free some memory."
            ) from error


def _check_backend():
    """Raise if joblib would give no result before all are there: nothing could be kept."""
    backend, _ = get_active_backend()
    if not backend.supports_return_generator:
        raise ValueError(
            "The backend of joblib must return each result as it is ready, such as 'loky' or "
            f"'threading'; got {type(backend).__name__}. Use one of these."
        )


def _run_named(run, job):
    return str(job), run_job(run, job)


def _on_each_worker(run):
    """Have Dask, where it is joblib's backend, send the run to every worker at the start.

    By itself joblib sends large arguments to one worker; with that worker they would be lost.
    """
    backend, _ = get_active_backend()
    if not hasattr(backend, "client"):
        return nullcontext()
    return parallel_config("dask", client=backend.client, scatter=[run], **backend.submit_kwargs)


def _in_order(frame, order):
    """Sort by size, repeat, fold, source, method (and epoch): jobs end in any order."""
    keys = ["n_train_folds", "repeat", "fold", "source", "method", "epoch"]
    ranks = {name: {value: i for i, value in enumerate(values)} for name, values in order.items()}
    return frame.sort_values(
        [key for key in keys if key in frame],
        key=lambda column: column.map(ranks[column.name]) if column.name in ranks else column,
    ).reset_index(drop=True)
