"""The paper's second study: does a network of another corpus help (Figure 4)."""

from dataclasses import replace

import numpy as np
import pandas as pd

from skprognet._target_kind import NUMBERS
from skprognet.evaluation import SourceCorpus
from skprognet.experiments._corpora_design import ALL_OTHERS, CorporaDesign
from skprognet.experiments._duplicates import settle_duplicates
from skprognet.experiments._matched_corpora import kind_of_corpora, match_corpora
from skprognet.experiments._methods import make_methods
from skprognet.experiments._network_values import networks_by_kind
from skprognet.experiments._plan import PlannedRun, StudyPlan, make_folds
from skprognet.experiments._scales import scale_of
from skprognet.experiments._shared_labels import choose_labels
from skprognet.experiments._task_labels import as_tasks, kind_of_task


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
        is outside the scale of its corpus, a method cannot learn numbers, there is one corpus, a
        name is unknown, a target has no source or shares no label with one, the features differ,
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


def plan_corpora(design, corpora):
    """Return the plan of a study of transfer between corpora, or raise if the data do not fit.

    Parameters
    ----------
    design : CorporaDesign
        What is asked.
    corpora : dict of str to tuple of (X, labels)
        The corpora.

    Returns
    -------
    StudyPlan
        A run for each target, with all of its sources.
    """
    if not isinstance(corpora, dict):
        raise TypeError(
            "corpora must be a dict such as {'emodb': (X, labels), 'iemocap': (X, labels)}; got "
            f"{type(corpora).__name__}."
        )
    design = design.named(corpora)
    given = match_corpora(design, corpora)
    design = design.of_kind(kind_of_corpora(design, given))
    given = {name: (X, _learned(design, labels)) for name, (X, labels) in given.items()}
    chosen = choose_labels(design, {name: y[design.emotion] for name, (_, y) in given.items()})
    tables = settle_duplicates(
        given, [design.emotion, *design.tasks], design.speaker, design.duplicates
    )
    tables = {name: table.select(chosen[name][table.kept]) for name, table in tables.items()}
    scales = {}
    if design.kind == NUMBERS:
        scales = {name: _moments(table.labels[design.emotion]) for name, table in tables.items()}
    return StudyPlan(design, tables, _runs(design, given, _scaled(design, tables)), scales)


def _learned(design, labels):
    """Return the labels of one corpus with the tasks as networks learn them."""
    kinds = {name: kind_of_task(labels, name, names=design.group_columns) for name in design.tasks}
    return as_tasks(labels, kinds | {design.emotion: design.kind})


def _moments(numbers):
    """Return mean and (population) standard deviation, by which a scale can be undone."""
    return {"mean": float(numbers.mean()), "standard_deviation": float(numbers.std(ddof=0))}


def _scaled(design, tables):
    """Return the corpora with numbers on one scale; classes stay as they are."""
    if design.kind != NUMBERS:
        return tables
    scaled = {}
    for name, table in tables.items():
        numbers = table.labels[design.emotion]
        numbers = scale_of(design, name, numbers)(numbers)
        scaled[name] = replace(table, labels=table.labels.assign(**{design.emotion: numbers}))
    return scaled


def _runs(design, given, tables):
    """Return the run of each target, with all of its sources."""
    teachers = {name: _as_source(design, [tables[name]]) for name in design.source_corpora}
    runs = []
    for number, target in enumerate(design.target_corpora, 1):
        groups = None
        if design.folds == "speaker-independent":
            groups = given[target][1][design.speaker].to_numpy()
        own = design.sources_of(target)
        sources = {name: teachers[name] for name in own}
        if design.leave_one_corpus_out:
            sources[ALL_OTHERS] = _as_source(design, [tables[name] for name in own])
        arguments = _arguments(design, target, tables[target], sources)
        # Not by the names, which may hold anything.
        runs.append(PlannedRun(target, groups, arguments, f"target-{number}"))
    return runs


def _as_source(design, tables):
    """Return one corpus as a source, or several that are pooled."""
    if len(tables) == 1:
        (table,) = tables
        y, groups = table.labels[design.emotion], table.labels[design.speaker]
        return SourceCorpus(table.X, y, groups, kind=design.kind)
    # By position, as the features of all corpora have the same order by now.
    columns = getattr(tables[0].X, "columns", None)
    X = [pd.DataFrame(np.asarray(table.X), columns=columns) for table in tables]
    labels = pd.concat([table.labels for table in tables], ignore_index=True)
    return SourceCorpus(
        pd.concat(X, ignore_index=True),
        labels[design.emotion],
        labels[design.speaker],
        corpora=np.repeat(np.arange(len(tables)), [len(x) for x in X]),
        kind=design.kind,
    )


def _arguments(design, target, table, sources):
    """Return the arguments of the run of one target, with all of its sources."""
    tasks = {task: table.labels[task] for task in design.tasks}
    combined = [(name, *design.tasks) for name in sources] if design.tasks else None
    return {
        "X": table.X,
        "y": table.labels[design.emotion],
        "kind": design.kind,
        "methods": make_methods(design.methods, design.estimator),
        "placebo": _placebos(design, target),
        "sources": {**sources, **tasks},
        "combined_sources": combined,
        "source_estimator": networks_by_kind(design.estimator),
        "scoring": design.scoring,
        "groups": table.labels[design.speaker],
        "cv": make_folds(design),
        "train_folds": design.train_folds,
        "normalisation": design.normalisation,
        "target": design.emotion,
        "corpus": target,
        "random_state": design.random_state,
    }


def _placebos(design, target):
    """Return which sources of a target also run as a placebo.

    A source that only other targets have is left out here. A name that is no source of any target
    stays, and the checks of the run say so.
    """
    if isinstance(design.placebo, bool):
        return design.placebo
    elsewhere = set(design.source_corpora) - set(design.sources_of(target))
    elsewhere |= {" + ".join([name, *design.tasks]) for name in elsewhere}
    return tuple(name for name in design.placebo if name not in elsewhere)
