"""The paper's first study: does a network of another task help (Table 2, Figure 3)."""

from skprognet.experiments._plan_tasks import plan_tasks
from skprognet.experiments._tasks_design import TasksDesign


def transfer_between_tasks(
    X,
    labels,
    *,
    target="emotion",
    kind=None,
    sources=("speaker", "gender"),
    layers=(),
    all_sources=False,
    methods=("dnn", "fine-tuned", "progressive"),
    placebo=False,
    speaker="speaker",
    session="session",
    folds="speaker-stratified",
    estimator=None,
    other_methods=None,
    n_splits=10,
    n_repeats=10,
    normalisation="corpus",
    scoring=None,
    duplicates="error",
    corpus="corpus",
    checkpoint=None,
    n_jobs=-1,
    n_together=None,
    random_state=0,
    verbose=0,
):
    """Run the paper's study of transfer between tasks: the five rows of Table 2, and Figure 3.

    A plain network (DNN), and for each source task a fine-tuned (PT/FT) and a progressive network
    (ProgNet), on the same folds, stratified by speaker: of 10, 8 train, 1 chooses the epoch and 1
    tests. The sources are trained on the training folds only. A source can also be a pretrained
    network, whose layers are columns of X.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features, such as the 88 of eGeMAPS.
    labels : DataFrame of shape (n_samples, n_tasks)
        The labels of all tasks and the speaker of each row.
    target : str, default="emotion"
        Column of `labels` that is to be recognised, or to be predicted as a number.
    kind : {"classes", "numbers"}, default=None
        What the target is. None takes numbers that are not all whole as numbers to predict, such
        as ratings, and anything else as classes. The networks of numbers are regressors, which
        "posterior" and "multi-task" are not.
    sources : sequence of str, default=("speaker", "gender")
        Columns of `labels` that networks are trained on first, classes or numbers by the same
        rule, whatever the target is. There may be none if there are `layers`.
    layers : sequence of str, default=()
        Pretrained networks whose layers are columns of X, such as "ge2e": each is the source
        ``LayerSource("ge2e")``, and X must be a DataFrame. Only methods that read this source see
        its columns.
    all_sources : bool, default=False
        Whether a progressive network is run that reads all sources and layers, each by a column of
        its own.
    methods : sequence of str, default=("dnn", "fine-tuned", "progressive")
        What is compared: "dnn", "fine-tuned" (PT/FT), "progressive" (ProgNet), and their rivals
        "side-by-side", "linear-probe", "l2-sp" (with an alpha of 0.01), "lp-ft" (a linear probe in
        the first quarter of the epochs), "posterior" and "multi-task". A method is run with each
        source that it can take; the default leaves out "fine-tuned" where there are `layers`
        alone, since these have no network to copy. Whether a source helps is measured against
        "dnn".
    placebo : bool or sequence of str, default=False
        Whether ProgNet is also run with the placebo of each source, or of those named: the same
        network with as many weights, and a source that knows nothing.
    speaker : str, default="speaker"
        Column of `labels` that the folds are made by.
    session : str, default="session"
        Column of `labels` that the folds of ``folds="leave-one-session-out"`` are made by.
    folds : {"speaker-stratified", "speaker-independent", "leave-one-session-out"}, \
            default="speaker-stratified"
        Every speaker in every fold (the paper's), no speaker in two folds, or a fold for each
        session. Without known speakers a source network for the speakers chooses its epoch on
        training rows held out, and its own score is not known.
    estimator : DNNClassifier or DNNRegressor, default=None
        Its parameters are those of all networks, which are of the kind of their task; None is
        ``DNNClassifier(monitor=scoring)``, the paper's, or ``DNNRegressor(monitor=scoring)``.
    other_methods : dict of str to classifier or regressor, default=None
        Further methods of the kind of the target, such as a support vector machine, each a row of
        its own. Their names must not be those of the paper's methods.
    n_splits : int, default=10
        Folds, at least 3.
    n_repeats : int, default=10
        How many times the rows are divided into folds.
    normalisation : {"corpus", "training", "speaker", "none"}, default="corpus"
        See :func:`~skprognet.evaluation.cross_validate_transfer`.
    scoring : str or Score, default=None
        What the test rows are scored by; None is "uar" of classes and "ccc" of numbers. See
        :func:`~skprognet.evaluation.cross_validate_transfer`.
    duplicates : {"error", "drop", "keep"}, default="error"
        What to do, before anything is trained, about rows with equal features: copies of one
        recording. One that is tested would be among the training rows. "drop" keeps the first of
        each: the numbers of the others are in ``study.dropped_rows``, and the rows in scores
        and audit keep the numbers that they were given with. "keep" warns; the audit then says
        whether a copy was on both sides. Copies with different labels or speakers are always an
        error.
    corpus : str, default="corpus"
        Name of the corpus.
    checkpoint : path, default=None
        Folder for what is finished; see :func:`~skprognet.evaluation.cross_validate_transfer`.
    n_jobs : int, default=-1
        How many splits run at the same time, as in joblib; -1 is all cores.
    n_together : int, default=None
        How many networks are trained at once, as one batched network; None is 1 on the CPU and as
        many as fit on a CUDA device, which `estimator` names. See
        :func:`~skprognet.evaluation.cross_validate_transfer`.
    random_state : int, default=0
        Seed of folds and fits; the result does not depend on `n_jobs`.
    verbose : int, default=0
        1 shows a progress bar.

    Returns
    -------
    Study
        With the attributes scores, curves, design, comparisons, table and audit.

    Raises
    ------
    ValueError
        If a column is missing, a label is missing, ratings have a label among them that is no
        number, there is one class only, no method can take a source, a method cannot learn
        numbers, a regressor as `estimator` meets labels that are taken as classes and `kind` is
        None, rows are there twice, the folds cannot be made, or the checkpoint is that of
        another run.
    TypeError
        If `estimator` is neither a DNNClassifier nor a DNNRegressor, or an option is nothing that
        design.toml can hold.
    OSError
        If the checkpoint cannot be written.

    Warns
    -----
    UserWarning
        If labels are nearly the same, as "anger" and "angry"; if rows are there twice and
        ``duplicates="keep"``; if the audit finds a fit or a source that had been given a row that
        it was tested on.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 4.1, Table 2 and Figure 3.

    Examples
    --------
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.experiments import transfer_between_tasks
    >>> emodb = load_emodb(as_frame=True)
    >>> study = transfer_between_tasks(
    ...     emodb.data,
    ...     emodb.frame[["emotion", "speaker", "gender"]],
    ...     estimator=DNNClassifier(hidden_layer_sizes=(16,), max_epochs=3),
    ...     n_splits=3,
    ...     n_repeats=1,
    ...     n_jobs=1,
    ... )
    >>> study.table[["method", "source"]]
        method   source
    0      DNN     none
    1    PT/FT  speaker
    2  ProgNet  speaker
    3    PT/FT   gender
    4  ProgNet   gender
    """
    design = TasksDesign(
        target=target,
        kind=kind,
        sources=sources,
        layers=layers,
        all_sources=all_sources,
        methods=methods,
        placebo=placebo,
        speaker=speaker,
        session=session,
        folds=folds,
        estimator=estimator,
        other_methods=other_methods,
        n_splits=n_splits,
        n_repeats=n_repeats,
        normalisation=normalisation,
        scoring=scoring,
        duplicates=duplicates,
        corpus=corpus,
        random_state=random_state,
    )
    plan = plan_tasks(design, X, labels)
    how = {"n_jobs": n_jobs, "n_together": n_together}
    return plan.run(checkpoint=checkpoint, **how, verbose=verbose)
