"""Cross-validation of transfer: every method and source on the same folds, nothing leaking."""

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

    On each split a source is trained on the training rows with the source's labels, once for all
    methods; the methods then learn `y` on the same training rows, with its help. The validation
    rows choose the epoch of every network, the test rows score it. No test row is in any training
    or validation set, which :func:`audit` proves from what every fit recorded.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features; a DataFrame if columns are found by their names.
    y : array-like of shape (n_samples,)
        Labels of the target task: classes, or numbers such as ratings.
    methods : dict of str to estimator
        Unfitted classifiers, of numbers regressors. One with a `source` parameter is run once for
        each source that it can take (see Notes), any other one of scikit-learn once; the result
        calls that source "none".
    sources : DataFrame or dict, default=None
        By its name, each source: labels of shape (n_samples,), on which `source_estimator` is
        trained on the training rows of every split; a :class:`SourceCorpus`, on which it is
        trained in that corpus's own folds; or what is fitted already, a classifier, a regressor or
        a :class:`~skprognet.sources.Source`, which is used as it is, on rows of X as they are
        normalised here. Labels are classes or numbers, whatever `y` is. The columns of a
        :class:`~skprognet.sources.LayerSource` are given only to fits that read this source.
    combined_sources : sequence of tuple of str, default=None
        Sources that are also read together, each by a column of its own, such as
        ``[("speaker", "gender")]``: by the methods that can (`ProgressiveClassifier`).
    source_estimator : estimator or dict of str to estimator, default=None
        What is trained on the source tasks: a dict has one for the sources of each kind, as in
        ``{"classes": DNNClassifier(), "numbers": DNNRegressor()}``. Of a single `DNNClassifier`,
        sources of numbers get the `DNNRegressor` with the same values of all parameters that both
        have ("ccc" as `monitor` where it is "uar"), and the other way round. Of any other single
        estimator, a source of the other kind is refused.
    features : str or sequence of str, default=None
        The features that all methods and trained sources read: names of columns of X, or what
        their names begin with. None is all columns but those that are for a source alone.
    placebo : bool or sequence of str, default=False
        Whether each method that keeps a frozen source beside its own layers
        (`ProgressiveClassifier`) is also run with the placebo of each source and combination, or
        of those that are named (a combination brings along its members): the same network with
        the same number of weights, and a source that knows nothing. The result calls it "placebo
        of speaker". A network that is trained here learns labels that are shuffled within its
        training rows and within its validation rows. Of what is fitted already, the layers are
        permuted among the training rows, among the validation rows and among the test rows.
    kind : {"classes", "numbers"}, default=None
        What `y` is. None takes numbers that are not all whole as numbers, and anything else as
        classes: whole numbers may be codes of classes, and are numbers only with
        ``kind="numbers"``.
    scoring : str or Score, default=None
        What the test rows are scored by: a name (:func:`~skprognet.metrics.get_score_names` lists
        them) or a :class:`~skprognet.metrics.Score`. None is "uar" for classes and "ccc" for
        numbers. What chooses the epoch of a network is its
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
    return_predictions : bool, default=False
        Whether to return what each fit predicted for its test rows as well.
    only : str, default=None
        Which part of the run to do, such as "repeat=3", "repeat=3 fold=7" or "fold=7", counted
        from 1; the result then has the rows of this part. Several processes, also on several
        machines, may do different parts into one `checkpoint`: the same call without `only` then
        reads them all, and gives what one unbroken run gives. None is everything.
    checkpoint : path, default=None
        Folder for what is finished. A job is one split with one source: the training of the
        source and of the methods that read it. What a job gives is on disk before it is reported.
        After a stop of any kind, a power cut included, the same call goes on from there and gives
        the rows of an unbroken run. It refuses another design, other data or other versions of
        the libraries, and a folder in which another process does the same jobs. A class or
        function of your own counts as the same only with the same code.
    n_jobs : int, default=-1
        How many jobs run at the same time, as in joblib; -1 is all cores, or one job after the
        other where to start processes would take longer. Each fit uses one thread. Inside
        ``joblib.parallel_config(backend="dask")`` they run on the cluster, and X is sent to each
        worker once. On a CUDA device one group of jobs runs at a time.
    n_together : int, default=None
        How many networks of one kind are trained at once, as one batched network: those of several
        jobs, first all sources and the methods that read none, then the methods that read them
        (see :func:`~skprognet.estimators.fit_together`). None is 1 on the CPU, where more bring
        nothing, and on a CUDA device as many as fit into its memory, up to 300. With 2 or more,
        and always on a CUDA device, dropout masks depend on a network's seed, the step and the
        unit alone: then scores do not depend on how many networks were trained together. But they
        are other masks than those of a fit on the CPU by itself, so that a checkpoint that was
        begun with the ones refuses the others.
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
        the test rows of its own task, NaN if there is none or it is not known; by `scoring`, but
        if the source is of the other kind than `y`, by the UAR or CCC), source_metric (the metric
        of that; only if one is of the other kind than `y`), best_epoch,
        n_epochs, normalisation, baseline (which method is the same network without a source,
        "none" if there is none), source_overlap (share of the test rows that the source was
        given), seconds (of networks that were trained together each one's share), trained_together
        (only on a CUDA device or with `n_together`: how many networks trained at once; 1 if the
        group of jobs had no other of its kind, or if it cannot be trained together, see
        :func:`~skprognet.estimators.why_alone`), and what :func:`audit` reads:
        rows_seen, rows_seen_by_source, rows_tested; if a source has columns of its own, also
        columns_seen, columns_withheld.
    curves : DataFrame
        Only with ``return_curves=True``, second: method, source, target, corpus,
        (n_train_folds,) repeat, fold, metric (the `monitor` of the method), epoch, train_loss,
        valid_loss, valid_score, test_score.
    predictions : DataFrame
        Only with ``return_predictions=True``, last: a row for each row that tested a fit, in the
        order of the scores and then of the rows. The columns are method, source, target, corpus,
        (n_train_folds,) repeat, fold, baseline (as in the scores), row (its number in X, from 0),
        truth, prediction (labels as in `y`) and, for each class of `y` in sorted order, p_<class>:
        its probability, as float32. It is NaN where the classifier has no ``predict_proba`` or no
        ``classes_``. Of numbers, truth and prediction are float64 without probabilities.
        `scoring` of truth and prediction of a fit is its score, to the last bit.

    Raises
    ------
    ValueError
        For NaN, labels that do not fit X or are not of their `kind`, numbers that are infinite or
        all the same, a `scoring` for the other kind, a source with one class, an unfitted source,
        no `source_estimator` for the kind of a source, two sources of one name, a method that can
        take none of the sources, a source that no method can take, columns that are missing or
        have the same name, a method with `features` of a source, a class that is missing from the
        training rows of a split, a source with the labels of `y`, a network inside a pipeline, a
        search or a bag, a part that the run does not have, a checkpoint of another run, or one of
        a run with a lambda. Also if a regressor does not predict one finite number for each row,
        and, with ``return_predictions=True``, if a classifier predicts what is no label of `y`.
    TypeError
        If `cv` or `sources` is of the wrong kind, a method is a classifier of numbers or a
        regressor of classes, or the name of a source is no text.
    OSError
        If the checkpoint cannot be written or is removed meanwhile, another process is at work in
        it, or a worker process was killed.

    Warns
    -----
    UserWarning
        Before training, if a fitted source is not on the scale of the rows that it is given. If it
        knows none of them again either, the rows that it has seen are unknown: source_overlap is
        NaN and :func:`audit` gives <NA>.

    Notes
    -----
    What a method needs from a source, and what a source has:

    - ProgressiveClassifier needs hidden layers to read. Every source has some.
    - FineTunedClassifier needs layers of a network to copy. Networks have some, trained here or
      fitted; columns of X (`LayerSource`) have none.
    - A method that adds the source's posterior probabilities to the features needs a source that
      classifies.
    - A method that learns several tasks at once needs the classes of a source task for the rows of
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
