"""The paper's second study: does a network of another corpus help (Figure 4)."""

from skprognet.evaluation import SourceCorpus
from skprognet.experiments._corpora_design import CorporaDesign
from skprognet.experiments._duplicates import settle_duplicates
from skprognet.experiments._matched_corpora import match_corpora
from skprognet.experiments._methods import make_methods
from skprognet.experiments._plan import PlannedRun, StudyPlan, make_folds


def transfer_between_corpora(
    source,
    target,
    *,
    names=("source", "target"),
    emotion="emotion",
    tasks=(),
    speaker="speaker",
    folds="speaker-stratified",
    train_folds=(1, 2, 4, 8),
    both_directions=True,
    methods=("dnn", "fine-tuned", "progressive"),
    placebo=False,
    estimator=None,
    n_splits=10,
    n_repeats=10,
    normalisation="corpus",
    scoring="uar",
    duplicates="error",
    checkpoint=None,
    n_jobs=-1,
    random_state=0,
    verbose=0,
):
    """Run the paper's study of transfer between corpora: Figure 4.

    A network that learned emotion on the eight training folds of one corpus helps another to
    learn it on 1, 2, 4 and 8 training folds of its own: plain (DNN, no transfer), fine-tuned
    (PT/FT) and progressive (ProgNet), on the same test and validation rows for all methods and
    sizes. Each of the ten repeats divides the rows into new folds, and for every test fold puts
    the training folds into a new random order: smaller training sets are part of larger ones.

    Parameters
    ----------
    source, target : tuple of (X, labels)
        Two corpora: features of shape (n_samples, n_features), and a DataFrame with the labels
        and the speaker of each row. Features are matched by name where both are DataFrames.
    names : tuple of two str, default=("source", "target")
        What to call them.
    emotion : str, default="emotion"
        Column of `labels` that is to be recognised. The corpora must share at least one emotion;
        those of one corpus alone are learned there, and a warning names them.
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
    both_directions : bool, default=True
        Whether the source is also tried as the target.
    methods : sequence of str, default=("dnn", "fine-tuned", "progressive")
        What is compared; see :func:`transfer_between_tasks`.
    placebo : bool or sequence of str, default=False
        Whether ProgNet is also run with the placebo of each source, or of those named; see
        :func:`transfer_between_tasks`.
    estimator : DNNClassifier, default=None
        Its parameters are those of all networks; None is
        ``DNNClassifier(monitor=scoring)``, the paper's.
    n_splits : int, default=10
        Folds, at least 3.
    n_repeats : int, default=10
        How many times the rows are divided into folds.
    normalisation : {"corpus", "training", "speaker", "none"}, default="corpus"
        Each corpus by itself; see :func:`~skprognet.evaluation.cross_validate_transfer`.
    scoring : str or Score, default="uar"
        What the test rows are scored by; see
        :func:`~skprognet.evaluation.cross_validate_transfer`.
    duplicates : {"error", "drop", "keep"}, default="error"
        What to do, before anything is trained, about rows with equal features, in one corpus or
        in both: what a source learned of a copy it knows of the row that is tested. "drop" keeps
        the first of each, those of the source before those of the target, and "keep" warns; see
        :func:`transfer_between_tasks`. ``study.dropped_rows`` has the numbers by corpus.
    checkpoint : path, default=None
        Folder for what is finished; see :func:`~skprognet.evaluation.cross_validate_transfer`.
    n_jobs : int, default=-1
        How many splits run at the same time, as in joblib; -1 is all cores.
    random_state : int, default=0
        Seed of folds and fits; the result does not depend on `n_jobs`.
    verbose : int, default=0
        1 shows a progress bar for each direction.

    Returns
    -------
    Study
        With the attributes scores, curves, design, comparisons, table and audit. The column
        corpus of its frames is the target, the column source the corpus that helps.

    Raises
    ------
    ValueError
        If a column or a label is missing, the labels of a task are numbers with a fraction
        (ratings), the corpora share no emotion, have different features or one name, rows are
        there twice, the folds cannot be made, or the checkpoint is that of another run.
    TypeError
        If `estimator` is not a DNNClassifier, a corpus is no pair, or an option is nothing that
        design.toml can hold.
    OSError
        If the checkpoint cannot be written.

    Warns
    -----
    UserWarning
        If labels are nearly the same, as "anger" and "angry"; if one corpus has emotions that the
        other lacks; if rows are there twice and ``duplicates="keep"``; if the audit finds a fit or
        a source that had been given a row that it was tested on.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 5 and Figure 4.

    Examples
    --------
    The two halves of a corpus, by the gender of the speaker.

    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.experiments import transfer_between_corpora
    >>> emodb = load_emodb(as_frame=True)
    >>> halves = [
    ...     (emodb.data[emodb.gender == gender], emodb.frame[emodb.gender == gender])
    ...     for gender in ("female", "male")
    ... ]
    >>> study = transfer_between_corpora(
    ...     *halves,
    ...     names=("women", "men"),
    ...     train_folds=(1, 2),
    ...     both_directions=False,
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
        names=names,
        emotion=emotion,
        tasks=tasks,
        speaker=speaker,
        folds=folds,
        train_folds=train_folds,
        both_directions=both_directions,
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
    plan = plan_corpora(design, source, target)
    return plan.run(checkpoint=checkpoint, n_jobs=n_jobs, verbose=verbose)


def plan_corpora(design, source, target):
    """Return the plan of a study of transfer between corpora, or raise if the data do not fit.

    Parameters
    ----------
    design : CorporaDesign
        What is asked.
    source, target : tuple of (X, labels)
        The two corpora.

    Returns
    -------
    StudyPlan
        A run for each direction.
    """
    given = match_corpora(design, source, target)
    tables = settle_duplicates(
        given, [design.emotion, *design.tasks], design.speaker, design.duplicates
    )
    runs = []
    for number, (source_name, target_name) in enumerate(design.directions, 1):
        groups = None
        if design.folds == "speaker-independent":
            groups = given[target_name][1][design.speaker].to_numpy()
        arguments = _arguments(design, source_name, tables[source_name], tables[target_name])
        arguments |= {"corpus": target_name}
        # Not by the names, which may hold anything.
        folder = f"direction-{number}"
        runs.append(PlannedRun(target_name, groups, arguments, folder))
    return StudyPlan(design, tables, runs)


def _arguments(design, source_name, source, target):
    """Return the arguments of the run in one direction."""
    corpus = SourceCorpus(source.X, source.labels[design.emotion], source.labels[design.speaker])
    tasks = {task: target.labels[task] for task in design.tasks}
    return {
        "X": target.X,
        "y": target.labels[design.emotion],
        "methods": make_methods(design.methods, design.estimator),
        "placebo": design.placebo,
        "sources": {source_name: corpus, **tasks},
        "combined_sources": [(source_name, *design.tasks)] if design.tasks else None,
        "source_estimator": design.estimator,
        "scoring": design.scoring,
        "groups": target.labels[design.speaker],
        "cv": make_folds(design),
        "train_folds": design.train_folds,
        "normalisation": design.normalisation,
        "target": design.emotion,
        "random_state": design.random_state,
    }
