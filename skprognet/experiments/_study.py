"""The result of a study: scores, curves, verdicts, table, and the audit of its fits."""

import warnings
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skprognet.evaluation import audit, audit_in_words, count_recorded_fits
from skprognet.results import compare_methods, summary_table


@dataclass
class Study:
    """Result of :func:`transfer_between_tasks` and :func:`transfer_between_corpora`.

    Attributes
    ----------
    scores : DataFrame
        A row per fit; see :func:`~skprognet.evaluation.cross_validate_transfer`.
    curves : DataFrame
        Validation and test score of every epoch of every fit.
    design : TasksDesign or CorporaDesign
        The design that was run; ``design.to_dict()`` has the values of ``design.toml``.
    groups : dict of str to ndarray
        The speaker or session of each row, for each target corpus, if no group is in two folds;
        empty if the folds share speakers.
    dropped_rows : dict of str to list of int
        The rows that were left out as copies of others, for each corpus that has any.
    predictions : DataFrame or None
        A row for each test row of each fit: its true and its predicted label or number, and the
        probability of each class; see :func:`~skprognet.evaluation.cross_validate_transfer`.
        ``row`` is the original number of the row in the corpus, from 0. ``file`` exists if the
        labels have a column of this name. If two target corpora have different classes, the
        probability of a class is NaN in a corpus that lacks it. A study that was made from scores
        alone has no predictions (None).
    labels : dict of str to DataFrame
        The columns of the labels of each corpus that are not features, with ``row`` as index and
        without the rows that were left out.
    scales : dict of str to dict
        The original ``mean`` and ``standard_deviation`` of the numbers of each corpus. The numbers
        in `predictions` are scaled by ``design.scale``; to undo z-scores, compute
        ``mean + standard_deviation * number``. It is empty for classes, and for a study of tasks,
        whose numbers are not scaled.
    comparisons : DataFrame
        The tests and verdicts; see :func:`~skprognet.results.compare_methods`.
    table : DataFrame
        The paper's Table 2; see :func:`~skprognet.results.summary_table`.
    audit : DataFrame or None
        The result of :func:`~skprognet.evaluation.audit`; None if it failed.
    audit_verdict : str
        The result of the audit in words. A study whose audit fails gives a UserWarning, but keeps
        its scores, so that you can find the reason.

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
    >>> len(study.predictions), study.labels["corpus"].columns.tolist()
    (1017, ['emotion', 'speaker', 'gender'])
    >>> study.design.sources
    ('gender',)
    >>> print(study.audit_verdict)
    The audit passed: no fit and no source had seen a row that it was tested on. It checked 12
    fits (9 of methods, 3 of sources) with 1017 tested rows.
    """

    scores: pd.DataFrame
    curves: pd.DataFrame
    design: object
    groups: dict = field(default_factory=dict, repr=False)
    dropped_rows: dict = field(default_factory=dict, repr=False)
    predictions: pd.DataFrame | None = field(default=None, repr=False)
    labels: dict = field(default_factory=dict, repr=False)
    scales: dict = field(default_factory=dict, repr=False)
    comparisons: pd.DataFrame = field(init=False)
    table: pd.DataFrame = field(init=False)
    audit: pd.DataFrame | None = field(init=False)
    audit_verdict: str = field(init=False)

    def __post_init__(self):
        self.comparisons = compare_methods(self.scores)
        self.table = summary_table(self.scores, self.comparisons)
        self.audit, self.audit_verdict = _audit_by_corpus(
            self.scores, self.groups, self.design.folds
        )


# What the groups are that no two folds share.
_GROUPS = {"speaker-independent": "speaker", "leave-one-session-out": "session"}


def _audit_by_corpus(scores, groups, folds):
    """Return the audit of every corpus in one table, or None if it failed, and a sentence."""
    try:
        audits = [
            audit(rows, groups=_fill_missing(groups.get(corpus))).assign(corpus=corpus)
            for corpus, rows in scores.groupby("corpus", sort=False)
        ]
    except ValueError as error:
        warnings.warn(f"The audit failed. {error}", UserWarning, stacklevel=4)
        return None, f"The audit FAILED. {error}"
    audited = pd.concat(audits, ignore_index=True)
    return audited, audit_in_words(audited, fits_in_words(scores), group=_GROUPS.get(folds))


def _fill_missing(groups):
    """Return groups with a name for each row; rows that the study left out may lack one.

    No fit saw or tested such a row, so any name of a group will do.
    """
    missing = pd.isna(groups)
    if groups is None or not missing.any():
        return groups
    return np.where(missing, groups[~missing][0], groups)


def fits_in_words(scores):
    """Return in words the number of fits: all, those of methods, and those of their sources."""
    n_methods, n_sources = count_recorded_fits(scores)
    if not n_sources:
        return f"{n_methods} fits"
    return f"{n_methods + n_sources} fits ({n_methods} of methods, {n_sources} of sources)"
