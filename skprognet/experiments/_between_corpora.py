"""The paper's second study: transfer between corpora (Figure 4)."""

from skprognet.experiments._corpora_design import CorporaDesign
from skprognet.experiments._plan_corpora import plan_corpora


def transfer_between_corpora(
    corpora,
    *,
    sources=None,
    targets=None,
    leave_one_corpus_out=False,
    emotion="emotion",
    kind=None,
    emotions=None,
    scale=None,
    tasks=(),
    speaker="speaker",
    folds="speaker-stratified",
    train_folds=(1, 2, 4, 8),
    methods=("dnn", "fine-tuned", "progressive"),
    placebo=False,
    estimator=None,
    n_splits=10,
    n_repeats=10,
    normalisation="corpus",
    scoring=None,
    duplicates="error",
    checkpoint=None,
    n_jobs=-1,
    n_together=None,
    random_state=0,
    verbose=0,
):
    """Run the paper's study of transfer between corpora (Figure 4).

    A network learns emotion on the eight training folds of one corpus, the source. It then helps
    networks to learn emotion on 1, 2, 4 and 8 training folds of another corpus, the target. The
    methods are a plain network (DNN, no transfer), a fine-tuned network (PT/FT: pre-training and
    fine-tuning) and a progressive network (ProgNet). All methods and sizes have the same test and
    validation rows. Each of the ten repeats divides the rows into new folds. For each test fold,
    the training folds are put into a new random order, and smaller training sets are part of
    larger ones.

    The paper has two corpora; here any number is possible. The emotions of each corpus are
    recognised with the help of each other corpus. The network without transfer is trained once for
    each target, whatever the number of its sources. The results of a pair of corpora do not depend
    on which other corpora take part.

    Parameters
    ----------
    corpora : dict of str to tuple of (X, labels)
        Two or more corpora by their names. Each is a pair of features of shape
        (n_samples, n_features) and a DataFrame with the labels and the speaker of each row. The
        features are matched by name if they are DataFrames.
    sources : sequence of str, default=None
        Names of the corpora that are sources. None means all.
    targets : sequence of str, default=None
        Names of the corpora that are targets, in this order. None means all, with the first corpus
        last, so that with two corpora the first one is the first source.
    leave_one_corpus_out : bool, default=False
        Whether to add the source "all others": one network trained on all sources of a target
        together. Each corpus is divided into folds and normalised by itself, so its rows are the
        same as in the single sources. This network learns the labels of all these corpora. It
        needs two or more sources.
    emotion : str, default="emotion"
        Column of `labels` to recognise, or to predict as a number, such as "valence". If it holds
        classes, a source and its target must share at least one label.
    kind : {"classes", "numbers"}, default=None
        What this column holds in all corpora. None decides by the labels of all corpora together;
        see :func:`transfer_between_tasks`.
    emotions : sequence of str, default=None
        The labels to keep; rows with other labels are left out of all corpora. None keeps all
        labels. Then labels that only a source has are learned by this source alone, and labels
        that only the target has by the target alone. If the corpora have different labels, or rows
        are left out, a warning before the first fit says which. Only for classes.
    scale : {"z-scores", "none"} or dict of str to (low, high), default=None
        How to bring the numbers of the corpora to one scale, before the folds are made. "z-scores"
        (the meaning of None) gives the numbers y of each corpus mean 0 and variance 1 over all of
        its rows that take part: (y - mean) / (standard deviation). A dict holds the lowest and
        the highest possible number of each corpus, and y becomes (y - low) / (high - low), from 0
        to 1. "none" leaves numbers unchanged. Scores and predictions are of the scaled numbers;
        ``study.scales`` has the mean and the standard deviation of each corpus before scaling.
        Only for numbers.
    tasks : sequence of str, default=()
        Columns of `labels`, such as "gender". This adds a progressive network that reads the other
        corpus and a network for each of these tasks, trained on the training rows of the target
        (which the paper leaves to future work, section 6). Each task is also run alone.
    speaker : str, default="speaker"
        Column of `labels` with the speakers, by which the folds are made.
    folds : {"speaker-stratified", "speaker-independent"}, default="speaker-stratified"
        Every speaker in every fold (as in the paper), or no speaker in two folds.
    train_folds : sequence of int, default=(1, 2, 4, 8)
        Numbers of training folds of the target.
    methods : sequence of str, default=("dnn", "fine-tuned", "progressive")
        The methods to compare; see :func:`transfer_between_tasks`.
    placebo : bool or sequence of str, default=False
        Whether to run ProgNet also with the placebo of each source, or of the named sources; see
        :func:`transfer_between_tasks`.
    estimator : DNNClassifier or DNNRegressor, default=None
        The network whose parameters all networks share; each network is of the kind of its task.
        None means ``DNNClassifier(monitor=scoring)``, the paper's, or
        ``DNNRegressor(monitor=scoring)``. A :class:`~skprognet.metrics.Score` of your own as
        `monitor` chooses the epochs of the target alone; sources then use the UAR or the CCC.
    n_splits : int, default=10
        Number of folds, at least 3.
    n_repeats : int, default=10
        How many times the rows are divided into folds.
    normalisation : {"corpus", "training", "speaker", "none"}, default="corpus"
        The rows over which features are normalised, in each corpus by itself; see
        :func:`~skprognet.evaluation.cross_validate_transfer`.
    scoring : str or Score, default=None
        The score of the test rows. None means "uar" (unweighted average recall) for classes and
        "ccc" (concordance correlation coefficient) for numbers. See
        :func:`~skprognet.evaluation.cross_validate_transfer`.
    duplicates : {"error", "drop", "keep"}, default="error"
        What to do before training about rows with equal features, in one corpus or in several. If
        a source learns a copy of a test row, it already knows this row. "drop" keeps the first of
        each, in the order of the corpora, and "keep" warns; see :func:`transfer_between_tasks`.
        ``study.dropped_rows`` has the numbers of dropped rows by corpus.
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
        1 shows a progress bar for each target.

    Returns
    -------
    Study
        The result, with the attributes scores, curves, design, comparisons, table and audit. In
        its frames, the column corpus holds the target, and the column source the source.
        :func:`~skprognet.results.corpora_matrix` makes a matrix of all pairs.

    Raises
    ------
    ValueError
        If a column or a label is missing, features have the name of a label, features and labels
        have different rows, some corpora have numbers and others classes, a number is outside the
        scale of its corpus, a method cannot learn numbers, `estimator` is a regressor although the
        labels are taken as classes and `kind` is None, there is only one corpus, a name is
        unknown, a target has no source or shares no label with a source, the features differ, rows
        are duplicates, the folds cannot be made, or the checkpoint is of another run.
    TypeError
        If an argument is of the wrong type, such as an `estimator` that is neither a DNNClassifier
        nor a DNNRegressor, `corpora` is not a dict of pairs, or design.toml cannot hold an option.
    OSError
        If the checkpoint cannot be written.

    Warns
    -----
    UserWarning
        If labels are nearly the same, such as "anger" and "angry"; if names of speakers differ
        only in case or blanks;  if columns have the names of layers of a speech model,
        since they count as features; if corpora have different labels, or `emotions` leaves rows
        out; if rows are duplicates and ``duplicates="keep"``; if the audit finds a fit or a source
        that saw a row that it was tested on.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 5 and Figure 4.

    Examples
    --------
    Divide a corpus by the gender of the speakers: does a source that was trained on women help to
    recognise the emotions of men?

    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.experiments import transfer_between_corpora
    >>> emodb = load_emodb(as_frame=True)
    >>> is_woman = emodb.gender == "female"
    >>> study = transfer_between_corpora(
    ...     {
    ...         "women": (emodb.data[is_woman], emodb.frame[is_woman]),
    ...         "men": (emodb.data[~is_woman], emodb.frame[~is_woman]),
    ...     },
    ...     targets=["men"],
    ...     train_folds=(1, 2),
    ...     estimator=DNNClassifier(hidden_layer_sizes=(16,), max_epochs=3),
    ...     n_splits=4,
    ...     n_repeats=1,
    ...     n_jobs=1,
    ... )
    >>> study.table[["n_train_folds", "method", "source"]]
       n_train_folds   method source
    0              1      DNN   none
    1              1    PT/FT  women
    2              1  ProgNet  women
    3              2      DNN   none
    4              2    PT/FT  women
    5              2  ProgNet  women
    """
    design = CorporaDesign(
        sources=sources,
        targets=targets,
        leave_one_corpus_out=leave_one_corpus_out,
        emotion=emotion,
        kind=kind,
        emotions=emotions,
        scale=scale,
        tasks=tasks,
        speaker=speaker,
        folds=folds,
        train_folds=train_folds,
        methods=methods,
        placebo=placebo,
        estimator=estimator,
        n_splits=n_splits,
        n_repeats=n_repeats,
        normalisation=normalisation,
        scoring=scoring,
        duplicates=duplicates,
        random_state=random_state,
    )
    plan = plan_corpora(design, corpora)
    return plan.run(checkpoint=checkpoint, n_jobs=n_jobs, n_together=n_together, verbose=verbose)
