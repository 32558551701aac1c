"""Score each method within groups of rows, such as speakers, genders or sessions."""

import numpy as np
import pandas as pd

from skprognet._predictions import PREDICTION, ROW, TRUTH, kind_of_predictions
from skprognet._scores import as_frame
from skprognet._table_metric import metric_columns, remember_score
from skprognet._target_kind import CLASSES, DEFAULT_SCORING, NUMBERS
from skprognet._wording import did_you_mean, first_few
from skprognet.metrics import get_score
from skprognet.results._tested_rows import REPEAT, by_method, check_tested, in_order

CORPUS = "corpus"


def scores_by_group(predictions, labels, column, scoring=None):
    r"""Score each method within each group of rows, such as each speaker.

    All rows of a group in a repeat are scored together, since a single fold may have few of them
    or none. The scores are then averaged over the repeats.

    Parameters
    ----------
    predictions : DataFrame
        A row for each tested row of each fit, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns with
        ``return_predictions=True``; from pandas, polars or pyarrow. If a column corpus, target or
        n_train_folds has several values, groups are scored within each combination of them.
    labels : DataFrame or dict of str to DataFrame
        Labels of the rows; the index is the number of the row in the corpus, from 0. For several
        corpora, a dict with one frame for each, such as ``study.labels``.
    column : str
        The column of `labels` that holds the group of each row.
    scoring : str or Score, default=None
        The score of the rows of a group. None means "uar" for classes and "ccc" for numbers.

    Returns
    -------
    DataFrame
        A row for each method and group, with these columns:

        - corpus, target, n_train_folds: only those that have several values.
        - method, source, column (as given), group, metric, greater_is_better.
        - score: mean over the repeats. score_std: its standard deviation over the repeats, ddof 1;
          NaN for a single repeat.
        - n_rows: rows of the group.
        - n_classes: classes in the group; or, for numbers, truth_std: the standard deviation of
          the truth, ddof 0.

    Raises
    ------
    TypeError
        If `predictions` or `labels` is not a table.
    ValueError
        If `labels` lack the column, a tested row or a corpus; `scoring` is unknown, or is for the
        other kind of target; or `predictions` are invalid as in :func:`recall_by_class` or
        :func:`agreement_by_method`.

    See Also
    --------
    gaps_between_groups : Tests whether transfer widens the gap between the groups.

    Notes
    -----
    The UAR is the mean recall over the classes that are *present* in the group. If a speaker is
    never sad, the UAR covers only the other classes, and must not be compared with that of a
    speaker who is sometimes sad. Check n_classes.

    With equally large errors, the CCC is lower if the truth varies less. So the CCC of a group
    whose truth hardly varies must not be compared with that of a group whose truth varies a lot.
    Check truth_std. If the truth of a group does not vary, or the group has a single row, the CCC
    says nothing about the method, and the score is NaN. The standard error of the CCC of n rows is
    about :math:`(1 - \mathrm{CCC}^2) / \sqrt{n}`, which for ten rows is 0.2 at a CCC of 0.6.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import scores_by_group
    >>> labels = pd.DataFrame({"gender": ["female", "female", "male", "male"]})
    >>> predictions = pd.DataFrame(
    ...     {"row": [0, 1, 2, 3], "truth": ["angry", "sad", "angry", "sad"],
    ...      "prediction": ["angry", "sad", "angry", "angry"]}
    ... ).assign(method="DNN", source="none", repeat=1, fold=[1, 2, 1, 2])
    >>> groups = scores_by_group(predictions, labels, "gender")
    >>> groups[["group", "metric", "score", "n_rows", "n_classes"]]
        group metric  score  n_rows  n_classes
    0  female    uar    1.0       2          2
    1    male    uar    0.5       2          2
    """
    predictions = check_tested(predictions)
    kind = kind_of_predictions(predictions)
    score = score_of_kind(kind, scoring)
    remember_score(score)
    grouped = predictions.assign(group=values_of_rows(predictions, labels, column))
    rows = []
    for key, part, _ in by_method(grouped):
        for group in in_order(part["group"]):
            members = part[part["group"] == group]
            truth = members.drop_duplicates(ROW)[TRUTH]
            by_repeat = [_score_of_group(score, r) for _, r in members.groupby(REPEAT)]
            rows.append(
                {
                    **key,
                    "column": column,
                    "group": group,
                    **metric_columns(score),
                    "score": np.mean(by_repeat),
                    "score_std": np.std(by_repeat, ddof=1) if len(by_repeat) > 1 else np.nan,
                    "n_rows": len(truth),
                    **_VARIETY[kind](truth),
                }
            )
    return pd.DataFrame(rows)


def _score_of_group(score, rows):
    """Return the score of the rows of a group; NaN for the CCC if their truth does not vary."""
    if score == get_score("ccc") and rows[TRUTH].nunique() < 2:
        return np.nan
    return score(rows[TRUTH], rows[PREDICTION])


_VARIETY = {
    CLASSES: lambda truth: {"n_classes": truth.nunique()},
    NUMBERS: lambda truth: {"truth_std": truth.std(ddof=0)},
}


def score_of_kind(kind, scoring):
    """Return the score of predictions of classes or of numbers; None means the default score."""
    default = DEFAULT_SCORING[kind]
    score = get_score(default if scoring is None else scoring)
    if score.kind not in (None, kind):
        raise ValueError(
            f"scoring must be a score of {kind}, since predictions are of {kind}; got "
            f"{score.name!r}, a score of {score.kind}. Pass {default!r}, or leave scoring out."
        )
    return score


def values_of_rows(predictions, labels, column):
    """Return the value of a column of the labels for each row of the predictions.

    Parameters
    ----------
    predictions : DataFrame
        Predictions that have been checked.
    labels : DataFrame or dict of str to DataFrame
        Labels by the number of the row; a dict has one frame for each corpus.
    column : str
        The column of `labels`.

    Returns
    -------
    Series
        The values, with the index of `predictions`.

    Raises
    ------
    TypeError
        If `labels` are not a table.
    ValueError
        If there is no such column, or a row has no value.
    """
    if CORPUS not in predictions:
        return _values(predictions[ROW], _only_one(labels), column, "labels")
    frames = _of_each_corpus(labels, in_order(predictions[CORPUS]))
    # By position, since the index of joined tables has each of its values several times.
    values = np.full(len(predictions), None)
    for corpus, (name, frame) in frames.items():
        here = (predictions[CORPUS] == corpus).to_numpy(dtype=bool)
        values[here] = _values(predictions[ROW][here], frame, column, name)
    return pd.Series(values, predictions.index, dtype=object)


def _only_one(labels):
    """Return the labels for predictions that do not name a corpus."""
    if isinstance(labels, dict) and len(labels) == 1:
        return next(iter(labels.values()))
    return labels


def _of_each_corpus(labels, corpora):
    """Return, for each corpus, the name of its labels for messages, and the labels."""
    if not isinstance(labels, dict):
        if len(corpora) > 1:
            raise ValueError(
                f"labels must be a dict with a DataFrame for each of the corpora "
                f"{first_few(corpora)}; got a single {type(labels).__name__}. Pass "
                "study.labels, or the predictions of one corpus."
            )
        return {corpora[0]: ("labels", labels)}
    missing = [corpus for corpus in corpora if corpus not in labels]
    if missing:
        raise ValueError(
            f"labels must have each corpus of the predictions; got {first_few(labels)} without "
            f"{first_few(missing)}. Add the missing labels."
        )
    return {corpus: (f"labels of {corpus!r}", labels[corpus]) for corpus in corpora}


def _values(rows, frame, column, name):
    """Return the values of one corpus for the numbers of its rows."""
    frame = as_frame(name, frame)
    if column not in frame:
        known = f"Choose one of {first_few(frame.columns)}."
        hint = did_you_mean(column, frame.columns, known)
        raise ValueError(f"column must be a column of the {name}; got {column!r}. {hint}")
    if not frame.index.is_unique:
        raise ValueError(
            f"{name} must have different row numbers as index; got "
            f"{first_few(frame.index[frame.index.duplicated()].unique())} twice. Number the rows "
            "from 0, as reset_index(drop=True) does."
        )
    values = frame[column].astype(object).reindex(rows.unique())
    without = sorted(values.index[values.isna()])
    if without:
        raise ValueError(
            f"{name} must have a value of {column!r} for each tested row, whose number is in the "
            f"index; got none for {first_few(without)}. Pass the labels of all rows, in the order "
            "of the corpus."
        )
    return rows.map(values)
