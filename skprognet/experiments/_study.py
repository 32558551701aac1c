"""What a study leaves: scores, curves, verdicts, table, and the audit of its fits."""

import warnings
from dataclasses import dataclass, field

import pandas as pd
from sklearn.base import clone

from skprognet._labels import label_remarks
from skprognet.estimators import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.evaluation import audit
from skprognet.model_selection import (
    LeaveOneSessionOut,
    RepeatedSpeakerStratifiedKFold,
    RepeatedStratifiedGroupKFold,
)
from skprognet.results import compare_methods, summary_table

FOLDS = ("speaker-stratified", "speaker-independent", "leave-one-session-out")


@dataclass
class Study:
    """Result of :func:`transfer_between_tasks` and :func:`transfer_between_corpora`.

    Attributes
    ----------
    scores : DataFrame
        A row per fit; see :func:`~skprognet.evaluation.cross_validate_transfer`.
    curves : DataFrame
        Validation and test UAR of every epoch of every fit.
    design : dict
        What was run: plain values, as they stand in ``design.toml``.
    groups : dict of str to ndarray
        For each target corpus the group of each row that is in one fold only; empty where the
        folds share speakers.
    comparisons : DataFrame
        The tests and verdicts; see :func:`~skprognet.results.compare_methods`.
    table : DataFrame
        The paper's Table 2; see :func:`~skprognet.results.summary_table`.
    audit : DataFrame or None
        What :func:`~skprognet.evaluation.audit` found; None if it failed.
    audit_verdict : str
        The same in a sentence. A study whose audit fails gives a UserWarning, and keeps its scores
        for finding out why.

    Examples
    --------
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.experiments import transfer_between_tasks
    >>> emodb = load_emodb(as_frame=True)
    >>> study = transfer_between_tasks(
    ...     emodb.data,
    ...     emodb.frame[["emotion", "speaker", "gender"]],
    ...     sources=["gender"],
    ...     estimator=DNNClassifier(hidden_layer_sizes=(8,), max_epochs=2),
    ...     n_splits=3,
    ...     n_repeats=1,
    ...     n_jobs=1,
    ... )
    >>> len(study.scores), len(study.curves), len(study.comparisons), len(study.table)
    (9, 18, 3, 3)
    >>> study.design["sources"]
    ['gender']
    >>> print(study.audit_verdict)
    The audit passed: in 12 fits (9 of methods, 3 of sources) and 1017 tested rows, no fit and no
    source had been given a test row.
    """

    scores: pd.DataFrame
    curves: pd.DataFrame
    design: dict
    groups: dict = field(default_factory=dict, repr=False)
    comparisons: pd.DataFrame = field(init=False)
    table: pd.DataFrame = field(init=False)
    audit: pd.DataFrame | None = field(init=False)
    audit_verdict: str = field(init=False)

    def __post_init__(self):
        self.comparisons = compare_methods(self.scores)
        self.table = summary_table(self.scores, self.comparisons)
        self.audit, self.audit_verdict = _audit_by_corpus(self.scores, self.groups)


def _audit_by_corpus(scores, groups):
    """Return what the audit of every corpus found, or None, and a sentence about it."""
    try:
        told = [
            audit(rows, groups=groups.get(corpus)).assign(corpus=corpus)
            for corpus, rows in scores.groupby("corpus", sort=False)
        ]
    except ValueError as error:
        warnings.warn(f"The audit failed. {error}", UserWarning, stacklevel=4)
        return None, f"The audit FAILED. {error}"
    told = pd.concat(told, ignore_index=True)
    what = "test row or test speaker" if groups else "test row"
    return told, (
        f"The audit passed: in {count_fits(scores)} and {int(told['n_tested'].sum())} tested "
        f"rows, no fit and no source had been given a {what}."
    )


def count_fits(scores):
    """Return in words how many fits there were: those of methods, and those of their sources.

    A source that was trained has a seed of its own on each split of each corpus.
    """
    n_sources = int(scores.groupby("corpus")["source_seed"].nunique().sum())
    if not n_sources:
        return f"{len(scores)} fits"
    return f"{len(scores) + n_sources} fits ({len(scores)} of methods, {n_sources} of sources)"


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

    Raises
    ------
    TypeError
        If it is no DNNClassifier.
    """
    if not isinstance(estimator, DNNClassifier):
        raise TypeError(
            "estimator must be a DNNClassifier, whose parameters all networks get; got "
            f"{estimator!r}."
        )
    options = clone(estimator).get_params(deep=False)
    return {
        "DNN": DNNClassifier(**options),
        "PT/FT": FineTunedClassifier(**options),
        "ProgNet": ProgressiveClassifier(**options),
    }


def check_columns(labels, needed, advice):
    """Return `labels` as a DataFrame; raise if a column is missing, warn of slips in spelling."""
    labels = pd.DataFrame(labels)
    missing = sorted({name for name in needed if name not in labels.columns})
    if missing:
        raise ValueError(
            f"labels must have the columns {sorted(set(needed))}; {missing} are missing among "
            f"{list(labels.columns)}. {advice}"
        )
    for name in sorted(set(needed) - {"speaker", "session", "corpus"}):
        for remark in label_remarks(name, labels[name]):
            warnings.warn(remark, stacklevel=3)
    return labels


def make_folds(folds, n_splits, n_repeats, random_state):
    """Return the splitter of that name."""
    if folds == "leave-one-session-out":
        return LeaveOneSessionOut()
    kinds = {
        "speaker-stratified": RepeatedSpeakerStratifiedKFold,
        "speaker-independent": RepeatedStratifiedGroupKFold,
    }
    return kinds[folds](n_splits, n_repeats=n_repeats, random_state=random_state)
