"""Cross-validate every method with every source on the same folds."""

from skprognet.evaluation._checkpoint import open_checkpoint
from skprognet.evaluation._plan_run import plan_run
from skprognet.evaluation._result_tables import compact, result_tables
from skprognet.evaluation._run_jobs import check_backend, run_jobs


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
    kind=None,
    scoring=None,
    groups=None,
    speakers=None,
    cv=None,
    train_folds=None,
    normalisation="corpus",
    target=None,
    corpus="corpus",
    return_curves=False,
    return_predictions=False,
    only=None,
    checkpoint=None,
    n_jobs=-1,
    n_together=None,
    random_state=0,
    verbose=0,
):
    """Score every method with every source on the same folds (Gideon et al. 2017, section 3).

    On each split, a source network is first trained on the training rows with the labels of the
    source, once for all methods. Then the methods learn `y` on the same training rows with the
    help of this source. The validation rows choose the epoch of every network, and the test rows
    score it. No test row trains a network made here, or chooses its epoch; :func:`audit` proves
    this from what every fit recorded. By default features are normalised over all rows, as in the
    paper; ``normalisation="training"`` leaves the test rows out.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features. It must be a DataFrame if columns are chosen by name.
    y : array-like of shape (n_samples,)
        Labels of the target task: classes, or numbers such as ratings.
    methods : dict of str to estimator
        Unfitted classifiers, or regressors if `y` holds numbers. A method with a `source`
        parameter is run once for each source that it can read (see Notes). Any other estimator of
        scikit-learn is run once, and the result calls its source "none".
    sources : DataFrame or dict, default=None
        Each source by its name. A source may be labels of shape (n_samples,), on which
        `source_estimator` is trained with the training rows of every split; a
        :class:`SourceCorpus`, on which it is trained in the folds of that corpus; or a fitted
        classifier, regressor or :class:`~skprognet.sources.Source`, which is used unchanged on
        the rows of X as normalised here. Labels may be classes or numbers, whatever `y` is. Only
        fits that read a :class:`~skprognet.sources.LayerSource` are given its columns.
    combined_sources : sequence of tuple of str, default=None
        Sources that are also read together, such as ``[("speaker", "gender")]``. Only methods that
        can read several sources are run with them, such as `ProgressiveClassifier` and
        `ProgressiveRegressor`, which have one frozen column of layers for each source.
    source_estimator : estimator or dict of str to estimator, default=None
        The estimator that is trained on the source tasks. A dict has one for each kind of task, as
        in ``{"classes": DNNClassifier(), "numbers": DNNRegressor()}``. If it is a single
        `DNNClassifier`, sources of numbers are learned by a `DNNRegressor` with the same values of
        all shared parameters ("ccc" as `monitor` in place of "uar"), and the other way round. With
        any other single estimator or `monitor` (except "loss"), a source of the other kind is an
        error.
    features : str or sequence of str, default=None
        The features that all methods and trained sources read: names of columns of X, or the
        beginnings of such names. None means all columns except those of a source.
    placebo : bool or sequence of str, default=False
        Whether each method that keeps a frozen source beside its own layers
        (`ProgressiveClassifier` or `ProgressiveRegressor`) is also run with a placebo of each
        source and combination, or of the named ones (naming a combination also includes its
        members). A placebo is the same network with the same number of weights, but its source has
        learned nothing useful. The result calls it, for example, "placebo of speaker". If the
        source is trained here, its labels are shuffled within its training rows and within its
        validation rows. If the source came fitted, its layers are permuted within the training
        rows, within the validation rows and within the test rows.
    kind : {"classes", "numbers"}, default=None
        What `y` holds. None decides by the labels: if all of them are numbers and not all are
        whole, they are numbers to predict. Anything else is classes. Whole numbers may be codes of
        classes, so they are numbers only with ``kind="numbers"``.
    scoring : str or Score, default=None
        The score of the test rows: a name (:func:`~skprognet.metrics.get_score_names` lists
        them) or a :class:`~skprognet.metrics.Score`. None means "uar" (unweighted average recall)
        for classes and "ccc" (concordance correlation coefficient) for numbers. The epoch of a
        network is chosen by its own parameter `monitor`.
    groups : array-like of shape (n_samples,), default=None
        Speaker (or session) of each row, for `cv`. The default `cv` needs it.
    speakers : array-like of shape (n_samples,), default=None
        Speaker of each row, for normalisation by speaker; None means `groups`.
    cv : splitter with ``split_with_validation``, default=None
        Gives training, validation and test rows: a splitter of `skprognet.model_selection`, since
        those of scikit-learn give no validation rows. None means
        ``RepeatedSpeakerStratifiedKFold(10, n_repeats=10, random_state=random_state)``.
    train_folds : sequence of int, default=None
        Numbers of training folds, such as ``(1, 2, 4, 8)``. Each number is run by itself on the
        same test and validation rows. The folds are put into a random order, and each smaller
        training set is part of the larger ones. If the smallest set lacks a class, another order
        is drawn. A source that is another corpus always has all of its training folds. None means
        all of them.
    normalisation : {"corpus", "training", "speaker", "none"}, default="corpus"
        The rows over which each feature gets mean 0 and variance 1: all rows, before the folds
        are made (as in section 2.2 of the paper); the training rows of each split, so that the
        test rows play no part; all rows of each speaker (transductive: a new speaker's rows are
        normalised by themselves, see :class:`~skprognet.preprocessing.CorpusStandardScaler`); or
        none. Another corpus is normalised in the same way, by itself.
    target : str, default=None
        Name of the target task in the result. None means the name of `y`, or "target" if `y` has
        no name.
    corpus : str, default="corpus"
        Name of the corpus in the result.
    return_curves : bool, default=False
        Whether to return the scores of every epoch as well.
    return_predictions : bool, default=False
        Whether to return the predictions of each fit for its test rows as well.
    only : str, default=None
        The part of the run to do, such as "repeat=3", "repeat=3 fold=7" or "fold=7", counted
        from 1. The result then has the rows of this part. Several processes, on one or several
        machines, may do different parts and share one `checkpoint`. The same call without `only`
        then reads all parts and returns what one unbroken run returns. None means everything.
    checkpoint : path, default=None
        Folder that keeps finished jobs. A job is one split with one source: the training of the
        source and of the methods that read it. The results of a job are on disk before the job is
        reported as finished. After any interruption, including a power cut, the same call
        continues and returns the rows of an unbroken run. A call with another design, other data
        or other versions of the libraries raises an error. So does a call while another process
        does the same jobs in this folder. Your own classes and functions must have unchanged code.
    n_jobs : int, default=-1
        How many jobs run at the same time, as in joblib. -1 uses all cores, or runs one job after
        the other if starting processes would take longer. Each fit uses one thread. Inside
        ``joblib.parallel_config(backend="dask")`` jobs run on the cluster, and X is sent to each
        worker once. On a CUDA device one group of jobs runs at a time, unless ``n_together=1``.
    n_together : int, default=None
        How many networks of one kind are trained at once, as one batched network (see
        :func:`~skprognet.estimators.fit_together`). The networks of several jobs are trained in
        two rounds: first the sources and the methods without a source, then the methods that read
        these sources. None means 1 on the CPU, where more bring no gain, and as many as fit into
        memory on a CUDA device, about 300 at most. With 2 or more, and always on a CUDA device,
        dropout masks depend only on the seed of the network, the step and the unit. Scores then do
        not depend on how many networks were trained together. But these masks differ from those of
        a single fit on the CPU, so a checkpoint begun with one kind of masks cannot be continued
        with the other.
    random_state : int, default=0
        Seed of the default folds and of every fit. The result does not depend on `n_jobs` or the
        backend.
    verbose : int, default=0
        1 shows a progress bar on the standard error stream, with the number of finished fits, the
        time left, and the running jobs.

    Returns
    -------
    scores : DataFrame
        One row per method, source, repeat and fold, with these columns:

        - method, source ("none" without a source, "a + b" for combined sources), target, corpus,
          n_train_folds (only with `train_folds`), repeat and fold (both from 1);
        - n_train, n_validation and n_test: how many rows trained the method, chose its epoch (0
          if it does not choose one on these rows) and tested it;
        - seed of the fit, and source_seed of the fit of its source (missing unless it is a single
          source that was trained here);
        - metric (the name of `scoring`), greater_is_better (whether a greater score is better),
          score, and chance (the score of guessing on these test rows; NaN if unknown);
        - source_score: the score of the source on the test rows of its own task, by `scoring`, or
          by UAR or CCC if the source is of the other kind than `y`; NaN if there is none or it is
          unknown; and source_metric, its metric (only if a source is of the other kind than `y`);
        - best_epoch and n_epochs: the epoch that was kept, from 1, and how many were trained;
          missing for an estimator without epochs;
        - normalisation, and baseline: the method that is the same network without a source, or
          "none";
        - source_overlap: the share of the test rows that the source had seen; NaN if there is no
          source, or if unknown;
        - seconds: the duration of the fit; for networks trained together, the share of each;
        - trained_together (only on a CUDA device or with `n_together` > 1): how many networks were
          trained at once; 1 if the group of jobs had no other network of its kind, or if it cannot
          be trained together, see :func:`~skprognet.estimators.why_alone`;
        - the record for :func:`audit`: rows_seen, rows_seen_by_source, rows_tested, and also
          columns_seen and columns_withheld if a source has its own columns.
    curves : DataFrame
        Second, only with ``return_curves=True``: method, source, target, corpus,
        (n_train_folds,) repeat, fold, metric (the `monitor` of the method), greater_is_better,
        epoch, train_loss, valid_loss, valid_score, test_score.
    predictions : DataFrame
        Last, only with ``return_predictions=True``: a row for each test row of each fit, in the
        order of the scores and then of the rows. The columns are method, source, target, corpus,
        (n_train_folds,) repeat, fold, baseline (as in the scores), row (its number in X, from 0),
        truth, prediction (labels as in `y`) and, for each class of `y` in sorted order, p_<class>:
        its probability, as float32. Probabilities are NaN if the classifier has no
        ``predict_proba`` or no ``classes_``. Numbers have no probabilities; their truth and
        prediction are float64. `scoring` applied to truth and prediction of a fit gives its score,
        to the last bit.

    Raises
    ------
    ValueError
        For NaN; labels that do not fit X or their `kind`; numbers that are infinite or all the
        same; a `scoring` for the other kind; a source with one class; an unfitted source; a
        missing `source_estimator` for the kind of a source; two sources of the same name; a method
        that can read none of the sources; a source that no method can read; columns that are
        missing, have the same name, or have other names or another order than in a fitted source;
        a method whose `features` include columns of a source; a class that is missing from the
        training rows of a split; a source with the labels of `y`; a network inside a pipeline, a
        search or a bagging ensemble; a `random_state` that is not an integer of 0 or more; an
        `n_together` below 1; a part that the run does not have; a checkpoint of another run; or a
        checkpoint of a run with a lambda. Also if a regressor does not predict one finite number
        for each row, and, with ``return_predictions=True``, if a classifier predicts something
        that is not a label of `y`.
    TypeError
        If `cv`, `sources`, `combined_sources`, `train_folds` or `placebo` is of the wrong type, a
        method is not an estimator, a method is a classifier although `y` holds numbers or a
        regressor although `y` holds classes, or the name of a method or source is not text.
    OSError
        If the checkpoint cannot be written or is removed meanwhile, another process does the same
        jobs in it, or a worker process was killed.

    Warns
    -----
    UserWarning
        Before training, if the rows are not on the scale that a fitted source was trained on. If,
        in addition, none of the rows is among its training rows, the overlap cannot be found:
        source_overlap is NaN and :func:`audit` gives <NA>.

    Notes
    -----
    Methods need different things from a source:

    - `ProgressiveClassifier`, `SideBySideClassifier` and the regressors of these names need hidden
      layers to read. Every source has them.
    - `FineTunedClassifier` and `FineTunedRegressor` need layers of a network to copy. Networks
      have them, whether trained here or fitted before; columns of X (`LayerSource`) do not.
    - `PosteriorClassifier` adds the source's posterior probabilities to the features, so it needs
      a source that classifies.
    - `MultiTaskClassifier` learns several tasks at once, so it needs the classes of a source task
      for the rows of X. It is given them as ``source_y``, and no network is trained for it.

    Each method is run with each source that has what it needs, and with each combination whose
    sources all have it. A method declares what it needs in its attribute `needs_from_source`.

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
        kind=kind,
        scoring=scoring,
        normalisation=normalisation,
        groups=groups,
        speakers=speakers,
        random_state=random_state,
        target=target,
        corpus=corpus,
        train_folds=train_folds,
        return_curves=return_curves,
        return_predictions=return_predictions,
        only=only,
        n_together=n_together,
    )
    run, jobs = plan.run, plan.jobs
    check_backend()
    rows, curves, predictions = [], [], []
    with open_checkpoint(checkpoint, run, plan.splits, list(map(str, jobs))) as store:
        for record in run_jobs(plan, store, n_jobs, verbose):
            rows += record["rows"]
            curves += [{k: compact(v) for k, v in curve.items()} for curve in record["curves"]]
            predictions += record.get("predictions", [])
    return result_tables(plan, rows, curves, predictions)
