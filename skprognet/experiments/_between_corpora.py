"""The paper's second study: does a network of another corpus help (Figure 4)."""

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
    """Run the paper's study of transfer between corpora: Figure 4.

    A network that learned emotion on the eight training folds of one corpus helps another to
    learn it on 1, 2, 4 and 8 training folds of its own: plain (DNN, no transfer), fine-tuned
    (PT/FT) and progressive (ProgNet), on the same test and validation rows for all methods and
    sizes. Each of the ten repeats divides the rows into new folds, and for every test fold puts
    the training folds into a new random order: smaller training sets are part of larger ones.

    The paper has two corpora; here there may be any number. Each is recognised with the help of
    each of the others. The network without transfer is trained once for each target, whatever the
    number of its sources. No number of a pair of corpora depends on which others there are.

    Parameters
    ----------
    corpora : dict of str to tuple of (X, labels)
        By its name, each of two or more corpora: features of shape (n_samples, n_features), and a
        DataFrame with the labels and the speaker of each row. Features are matched by name where
        they are DataFrames.
    sources : sequence of str, default=None
        Names of the corpora that teach. None is all.
    targets : sequence of str, default=None
        Names of the corpora that are recognised, in this order. None is all, the first one last:
        of two corpora, the first one teaches first.
    leave_one_corpus_out : bool, default=False
        Whether each target is also helped by one network that was trained on all its sources
        together: the source "all others", which knows all corpora but the target. Each corpus is
        divided into folds and normalised by itself, so that its rows are those of the single
        source; this network has the labels of all of them. It needs two or more sources.
    emotion : str, default="emotion"
        Column of `labels` that is to be recognised, or to be predicted as a number, such as
        "valence". A source and its target must share at least one label, if these are classes.
    kind : {"classes", "numbers"}, default=None
        What this column has in all corpora. None takes numbers that are not all whole as numbers
        to predict; see :func:`transfer_between_tasks`.
    emotions : sequence of str, default=None
        The labels that are kept; rows with others are left out of all corpora. None keeps all
        labels: those that a target lacks are learned by its sources alone, and the other way
        round. A warning before the first fit says what the corpora share, and what is left out.
        It is for classes only.
    scale : {"z-scores", "none"} or dict of str to (low, high), default=None
        How the numbers of the corpora become alike, before the folds. "z-scores", which None
        stands for, gives the numbers y of each corpus the mean 0 and the variance 1 over all of
        its rows that take part: (y - mean) / (standard deviation). A dict has for each corpus the
        lowest and the highest possible number, and y becomes (y - low) / (high - low), from 0 to
        1. "none" takes numbers as they are. Scores and predictions are of the scaled numbers;
        ``study.scales`` has the mean and the standard deviation of each corpus before it was
        scaled. It is for numbers only.
    tasks : sequence of str, default=()
        Columns of `labels`, such as "gender". A progressive network is added that reads, beside
        the other corpus, a network of each of these tasks, trained on the training rows of the
        target (what the paper leaves to the future, section 6); each task is run alone as well.
    speaker : str, default="speaker"
        Column of `labels` that the folds are made by.
    folds : {"speaker-stratified", "speaker-independent"}, default="speaker-stratified"
        Every speaker in every fold (the paper's), or no speaker in two folds.
    train_folds : sequence of int, default=(1, 2, 4, 8)
        Numbers of training folds of the target.
    methods : sequence of str, default=("dnn", "fine-tuned", "progressive")
        What is compared; see :func:`transfer_between_tasks`.
    placebo : bool or sequence of str, default=False
        Whether ProgNet is also run with the placebo of each source, or of those named; see
        :func:`transfer_between_tasks`.
    estimator : DNNClassifier or DNNRegressor, default=None
        Its parameters are those of all networks, which are of the kind of their task; None is
        ``DNNClassifier(monitor=scoring)``, the paper's, or ``DNNRegressor(monitor=scoring)``.
    n_splits : int, default=10
        Folds, at least 3.
    n_repeats : int, default=10
        How many times the rows are divided into folds.
    normalisation : {"corpus", "training", "speaker", "none"}, default="corpus"
        Each corpus by itself; see :func:`~skprognet.evaluation.cross_validate_transfer`.
    scoring : str or Score, default=None
        What the test rows are scored by; None is "uar" of classes and "ccc" of numbers. See
        :func:`~skprognet.evaluation.cross_validate_transfer`.
    duplicates : {"error", "drop", "keep"}, default="error"
        What to do, before anything is trained, about rows with equal features, in one corpus or
        in several: what a source learned of a copy it knows of the row that is tested. "drop"
        keeps the first of each, in the order of the corpora, and "keep" warns; see
        :func:`transfer_between_tasks`. ``study.dropped_rows`` has the numbers by corpus.
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
        1 shows a progress bar for each target.

    Returns
    -------
    Study
        With the attributes scores, curves, design, comparisons, table and audit. The column
        corpus of its frames is the target, the column source the corpus that helps.
        :func:`~skprognet.results.corpora_matrix` makes a matrix of them.

    Raises
    ------
    ValueError
        If a column or a label is missing, some corpora have numbers and others classes, a number
        is outside the scale of its corpus, a method cannot learn numbers, a regressor as
        `estimator` meets labels that are taken as classes and `kind` is None, there is one corpus,
        a name is unknown, a target has no source or shares no label with one, the features differ,
        rows are there twice, the folds cannot be made, or the checkpoint is that of another run.
    TypeError
        If `estimator` is neither a DNNClassifier nor a DNNRegressor, `corpora` is no dict of
        pairs, or an option is nothing that design.toml can hold.
    OSError
        If the checkpoint cannot be written.

    Warns
    -----
    UserWarning
        If labels are nearly the same, as "anger" and "angry"; if corpora have different labels, or
        rows are left out by `emotions`; if rows are there twice and ``duplicates="keep"``; if the
        audit finds a fit or a source that had been given a row that it was tested on.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 5 and Figure 4.

    Examples
    --------
    The two halves of a corpus, by the gender of the speaker: do the women help with the men?

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
    how = {"n_jobs": n_jobs, "n_together": n_together}
    return plan.run(checkpoint=checkpoint, **how, verbose=verbose)
