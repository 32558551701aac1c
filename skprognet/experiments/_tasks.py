"""The paper's first study: does a network of another task help (Table 2, Figure 3)."""

from dataclasses import dataclass, field

import pandas as pd
from sklearn.base import clone

from skprognet.classifiers import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.evaluation import (
    RepeatedSpeakerStratifiedKFold,
    compare_methods,
    cross_validate_transfer,
    summary_table,
)


@dataclass
class TaskStudy:
    """Result of :func:`transfer_between_tasks`.

    Attributes
    ----------
    scores : DataFrame
        A row per method, source, repeat and fold; see
        :func:`~skprognet.evaluation.cross_validate_transfer`.
    curves : DataFrame
        The validation UAR of every epoch of every fit.
    design : dict
        What was run: target, sources, repeats, folds, epochs, patience, normalisation, seed.
    comparisons : DataFrame
        The tests and verdicts; see :func:`~skprognet.evaluation.compare_methods`.
    table : DataFrame
        The paper's Table 2; see :func:`~skprognet.evaluation.summary_table`.
    """

    scores: pd.DataFrame
    curves: pd.DataFrame
    design: dict
    comparisons: pd.DataFrame = field(init=False)
    table: pd.DataFrame = field(init=False)

    def __post_init__(self):
        self.comparisons = compare_methods(self.scores)
        self.table = summary_table(self.scores, self.comparisons)


def paper_methods(estimator):
    """Return the paper's three methods with the parameters of one DNNClassifier.

    Parameters
    ----------
    estimator : DNNClassifier
        Its parameters are used for all three.

    Returns
    -------
    dict of str to classifier
        "DNN", "PT/FT" and "ProgNet", unfitted.
    """
    options = clone(estimator).get_params(deep=False)
    return {
        "DNN": DNNClassifier(**options),
        "PT/FT": FineTunedClassifier(**options),
        "ProgNet": ProgressiveClassifier(**options),
    }


def transfer_between_tasks(
    X,
    labels,
    *,
    target="emotion",
    sources=("speaker", "gender"),
    speaker="speaker",
    estimator=None,
    n_splits=10,
    n_repeats=10,
    normalisation="corpus",
    n_jobs=None,
    random_state=0,
    verbose=0,
):
    """Run the paper's study of transfer between tasks: the five rows of Table 2, and Figure 3.

    A plain network (DNN), and for each source task a fine-tuned (PT/FT) and a progressive network
    (ProgNet), on the same folds, stratified by speaker: of 10, 8 train, 1 chooses the epoch and 1
    tests. The sources are trained on the training folds only.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features, such as the 88 of eGeMAPS.
    labels : DataFrame of shape (n_samples, n_tasks)
        The labels of all tasks and the speaker of each row.
    target : str, default="emotion"
        Column of `labels` that is to be recognised.
    sources : sequence of str, default=("speaker", "gender")
        Columns of `labels` that networks are trained on first.
    speaker : str, default="speaker"
        Column of `labels` that the folds are stratified by.
    estimator : DNNClassifier, default=None
        Its parameters are those of all networks; None is ``DNNClassifier()``, the paper's.
    n_splits : int, default=10
        Folds, at least 3.
    n_repeats : int, default=10
        How often the rows are dealt out anew.
    normalisation : {"corpus", "training", "none"}, default="corpus"
        See :func:`~skprognet.evaluation.cross_validate_transfer`.
    n_jobs : int, default=None
        How many splits run at the same time, as in joblib.
    random_state : int, default=0
        Seed of folds and fits; the result does not depend on `n_jobs`.
    verbose : int, default=0
        1 shows a progress bar.

    Returns
    -------
    TaskStudy
        With the attributes scores, curves, design, comparisons and table.

    Raises
    ------
    ValueError
        If a column is missing, a label is missing, or the folds cannot be made.
    TypeError
        If `estimator` is not a DNNClassifier.

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
    ... )
    >>> study.table[["method", "source"]]
        method   source
    0      DNN     none
    1    PT/FT  speaker
    2  ProgNet  speaker
    3    PT/FT   gender
    4  ProgNet   gender
    """
    labels = pd.DataFrame(labels)
    sources = [sources] if isinstance(sources, str) else list(sources)
    needed = [target, *sources, speaker]
    missing = sorted({name for name in needed if name not in labels.columns})
    if missing:
        raise ValueError(
            f"labels must have the columns {sorted(set(needed))}; {missing} are missing among "
            f"{list(labels.columns)}. Rename columns, or pass target=, sources= and speaker=."
        )
    estimator = DNNClassifier() if estimator is None else estimator
    if not isinstance(estimator, DNNClassifier):
        raise TypeError(
            "estimator must be a DNNClassifier, whose parameters all networks get; got "
            f"{estimator!r}."
        )
    scores, curves = cross_validate_transfer(
        X,
        labels[target],
        methods=paper_methods(estimator),
        sources=labels[list(sources)],
        source_estimator=estimator,
        groups=labels[speaker],
        cv=RepeatedSpeakerStratifiedKFold(
            n_splits, n_repeats=n_repeats, random_state=random_state
        ),
        normalisation=normalisation,
        return_curves=True,
        n_jobs=n_jobs,
        random_state=random_state,
        verbose=verbose,
    )
    design = {
        "target": target,
        "sources": list(sources),
        "n_repeats": n_repeats,
        "n_splits": n_splits,
        "max_epochs": estimator.max_epochs,
        "patience": estimator.patience,
        "normalisation": normalisation,
        "random_state": random_state,
    }
    return TaskStudy(scores, curves, design)
