"""The paper's first study: transfer between tasks (Table 2, Figure 3)."""

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
    """Run the paper's study of transfer between tasks (the five rows of Table 2, and Figure 3).

    The study compares a plain network (DNN) with a fine-tuned network (PT/FT: pre-training and
    fine-tuning) and a progressive network (ProgNet) for each source task. By default, all have the
    same ten folds, stratified by speaker: 8 train, 1 chooses the epoch and 1 tests. The sources
    are trained only on the training folds. A source can also be a pretrained network whose layers
    are columns of X.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features, such as the 88 of eGeMAPS.
    labels : DataFrame of shape (n_samples, n_tasks)
        The labels of all tasks and the speaker of each row.
    target : str, default="emotion"
        Column of `labels` to recognise, or to predict as a number.
    kind : {"classes", "numbers"}, default=None
        What the target holds. None decides by the labels: if all of them are numbers and not all
        are whole, such as mean ratings, they are numbers to predict. Anything else is classes, and
        so are whole numbers, which may be codes. Networks for numbers are regressors; the methods
        "posterior" and "multi-task" are only for classes.
    sources : sequence of str, default=("speaker", "gender")
        Columns of `labels` on which networks are trained first. They may hold classes or numbers,
        by the same rule, whatever the target is. They may be empty if there are `layers`.
    layers : sequence of str, default=()
        Pretrained networks whose layers are columns of X, such as "ge2e". Each becomes the source
        ``LayerSource("ge2e")``, and X must be a DataFrame. Only methods that read this source see
        its columns.
    all_sources : bool, default=False
        Whether to add a progressive network that reads all sources and layers, each through its
        own column. It needs two or more of them.
    methods : sequence of str, default=("dnn", "fine-tuned", "progressive")
        The methods to compare: "dnn", "fine-tuned" (PT/FT), "progressive" (ProgNet), and the
        rivals "side-by-side", "linear-probe", "l2-sp" (with an alpha of 0.01), "lp-ft" (a linear
        probe in the first quarter of the epochs), "posterior" and "multi-task". A method is run
        with each source that it can read. The default leaves out "fine-tuned" if there are only
        `layers`, since these have no network to copy. "dnn" is needed to tell whether a source
        helps.
    placebo : bool or sequence of str, default=False
        Whether to run ProgNet also with the placebo of each source, or of the named sources: the
        same network with the same number of weights, but a source that has learned nothing useful.
    speaker : str, default="speaker"
        Column of `labels` with the speakers, by which the folds are made.
    session : str, default="session"
        Column of `labels` with the sessions, for ``folds="leave-one-session-out"``.
    folds : {"speaker-stratified", "speaker-independent", "leave-one-session-out"}, \
            default="speaker-stratified"
        Every speaker in every fold (as in the paper), no speaker in two folds, or a fold for each
        session. If the validation and test speakers are not in training, a source network that
        recognises speakers chooses its epoch on held-out training rows, and its own score is
        unknown.
    estimator : DNNClassifier or DNNRegressor, default=None
        The network whose parameters all networks share; each network is of the kind of its task.
        None means ``DNNClassifier(monitor=scoring)``, the paper's, or
        ``DNNRegressor(monitor=scoring)``. A :class:`~skprognet.metrics.Score` of your own as
        `monitor` chooses the epochs of the target alone; sources then use the UAR or the CCC.
    other_methods : dict of str to classifier or regressor, default=None
        Further methods for the target, such as a support vector machine. Each has its own row in
        the table. Their names must differ from those of the package's methods.
    n_splits : int, default=10
        Number of folds, at least 3. ``folds="leave-one-session-out"`` ignores it, since there is
        one fold for each session.
    n_repeats : int, default=10
        How many times the rows are divided into folds. ``folds="leave-one-session-out"`` ignores
        it and divides them once.
    normalisation : {"corpus", "training", "speaker", "none"}, default="corpus"
        The rows over which features are normalised; see
        :func:`~skprognet.evaluation.cross_validate_transfer`.
    scoring : str or Score, default=None
        The score of the test rows. None means "uar" (unweighted average recall) for classes and
        "ccc" (concordance correlation coefficient) for numbers. See
        :func:`~skprognet.evaluation.cross_validate_transfer`.
    duplicates : {"error", "drop", "keep"}, default="error"
        What to do before training about rows with equal features, which are copies of one
        recording. A copy of a test row could be among the training rows. "drop" keeps the first of
        each: ``study.dropped_rows`` has the numbers of the others, and the rows in scores and
        audit keep their original numbers. "keep" warns, and the audit then shows whether a copy
        was on both sides. Copies with different labels or speakers are always an error.
    corpus : str, default="corpus"
        Name of the corpus.
    checkpoint : path, default=None
        Folder that keeps finished jobs; see
        :func:`~skprognet.evaluation.cross_validate_transfer`.
    n_jobs : int, default=-1
        How many splits run at the same time, as in joblib; -1 means all cores.
    n_together : int, default=None
        How many networks are trained at once, as one batched network. None means 1 on the CPU, and
        as many as fit on a CUDA device, if `estimator` names one. See
        :func:`~skprognet.evaluation.cross_validate_transfer`.
    random_state : int, default=0
        Seed of folds and fits. The result does not depend on `n_jobs`.
    verbose : int, default=0
        1 shows a progress bar.

    Returns
    -------
    Study
        The result, with the attributes scores, curves, design, comparisons, table and audit.

    Raises
    ------
    ValueError
        If a column or a label is missing, `X` has a column of these labels, `X` and `labels` have
        different rows, a label among ratings is not a number, there is only one class, no method
        can read a source, a method cannot learn numbers, `estimator` is a regressor although the
        labels are taken as classes and `kind` is None, rows are duplicates, the folds cannot be
        made, or the checkpoint is of another run.
    TypeError
        If an argument is of the wrong type, such as an `estimator` that is neither a DNNClassifier
        nor a DNNRegressor, or design.toml cannot hold an option.
    OSError
        If the checkpoint cannot be written.

    Warns
    -----
    UserWarning
        If labels are nearly the same, such as "anger" and "angry"; if names of speakers differ
        only in case or blanks; if speakers of several corpora have the same name and are a source
        or are normalised; if columns of X have the names of layers of a speech model, but are used
        as features; if rows are duplicates and ``duplicates="keep"``; if the audit finds a fit or
        a source that saw a row that it was tested on.

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
    return plan.run(checkpoint=checkpoint, n_jobs=n_jobs, n_together=n_together, verbose=verbose)
