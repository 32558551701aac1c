"""Make a table of scores that holds the recall of one class in each fold."""

import pandas as pd

from skprognet._predictions import PREDICTION, TRUTH
from skprognet._scores import (
    BASELINE,
    CHANCE,
    CONDITIONS,
    FOLD,
    METHOD,
    SCORE,
    by_condition,
    check_scores,
    label_of_row,
    with_plain_text,
)
from skprognet._table_metric import metric_columns, recall_of
from skprognet._target_kind import CLASSES
from skprognet._wording import count, did_you_mean, first_few
from skprognet.results._tested_rows import check_kind, in_order

# Columns that only the scores of a study have, not its predictions.
_OF_THE_FIT = ("n_train", "n_validation", "normalisation", BASELINE, "rows_tested")


def recall_scores(predictions, label, scores=None):
    """Return a table of scores that holds the recall of one class in each fold.

    Use it like any table of scores: :func:`compare_methods` tests which method recognises the
    class better, and :func:`summary_table` makes the paper's table of its recall.

    Parameters
    ----------
    predictions : DataFrame
        A row for each tested row of each fit, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns with
        ``return_predictions=True``; of pandas, polars or pyarrow.
    label : str, int or bool
        The class. The text of a label is accepted too, such as "1" for 1.
    scores : DataFrame, default=None
        The scores of the same study. The columns n_train, n_validation, normalisation and
        rows_tested are copied from them, and baseline if `predictions` lack it. Without n_train,
        `compare_methods` uses 1 / (n_folds - 1) as the ratio of test rows to training rows.

    Returns
    -------
    DataFrame
        A row for each fit, with the columns below and those that are copied from `scores`. A
        corpus or a target without the class is left out.

        - method, source; corpus, target, n_train_folds: if `predictions` have them.
        - repeat, fold. n_test: rows of the fold. n_rows: rows of the class in the fold.
        - metric: "recall of " and the class. greater_is_better, score.
        - chance: see the notes. baseline: if known.

    Raises
    ------
    TypeError
        If `predictions` or `scores` is not a table.
    ValueError
        If no row has the class, or a fold has no row of it; `scores` lack one of the fits or have
        one twice; or `predictions` are invalid as in :func:`confusion_by_method`.

    See Also
    --------
    recall_by_class : Mean and spread of the recall of every class.

    Notes
    -----
    **Chance.** A method that predicts "angry" for every row has a recall of 1 for "angry". So the
    recall of one class has no fixed chance level. If guesses are independent of the truth, their
    recall of "angry" is on average the share of rows for which they guess "angry". So chance is
    this share, for each method and fold: it is the expected recall of the same predictions,
    shuffled among the test rows. A method is better than chance if it predicts "angry" more often
    for angry rows than for all rows.

    **Folds without the class** have no recall for it, and raise an error. They are not dropped,
    because the tests need the same folds in every repeat. Make fewer and larger folds, or use
    :func:`recall_by_class`, which leaves such folds out.

    **Several classes.** If you test each of four classes, you make four times as many comparisons.
    Holm's correction in `compare_methods` covers only those of one class.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import recall_scores
    >>> predictions = pd.DataFrame(
    ...     {"row": [0, 1, 2, 3], "truth": ["angry", "sad", "angry", "sad"],
    ...      "prediction": ["angry", "sad", "sad", "sad"]}
    ... ).assign(method="DNN", source="none", repeat=1, fold=[1, 1, 2, 2])
    >>> recall_scores(predictions, "angry")[["fold", "n_test", "metric", "score", "chance"]]
       fold  n_test           metric  score  chance
    0     1       2  recall of angry    1.0     0.5
    1     2       2  recall of angry    0.0     0.0
    """
    predictions = check_kind(predictions, CLASSES)
    label = _find_class(label, in_order(predictions[TRUTH]))
    predictions = _with_the_class(predictions, label)
    table = _recalls(predictions, label)
    return table if scores is None else _with_facts(table, scores)


def _find_class(label, classes):
    """Return the class with this label or text."""
    named = {str(each): each for each in classes}
    if label in classes:
        return label
    if str(label) in named:
        return named[str(label)]
    hint = did_you_mean(label, named, f"The classes are {first_few(classes)}.")
    raise ValueError(f"label must be a class of the tested rows; got {label!r}. {hint}")


def _with_the_class(predictions, label):
    """Return the predictions of the corpora and targets that have the class."""
    parts = [part for _, part in by_condition(predictions) if (part[TRUTH] == label).any()]
    return pd.concat(parts)


def _recalls(predictions, label):
    """Return the recall of each fit, in the order of the predictions."""
    conditions = [name for name in CONDITIONS if name in predictions]
    keys = [*METHOD, *conditions, *FOLD]
    is_class, is_called = predictions[TRUTH] == label, predictions[PREDICTION] == label
    counted = predictions[keys].assign(rows=is_class, hits=is_class & is_called, calls=is_called)
    fits = counted.groupby(keys, sort=False, dropna=False)
    sums, n_test = fits.sum().reset_index(), fits.size().to_numpy()
    empty = sums[sums["rows"] == 0]
    if len(empty):
        first = empty.iloc[0]
        n_folds = len(empty[[*conditions, *FOLD]].drop_duplicates())
        raise ValueError(
            f"Each fold must have a row of {label!r} for its recall; got {n_folds} without one, "
            f"the first in repeat {first['repeat']}, fold {first['fold']}. Make fewer folds, or "
            "use recall_by_class, which leaves such folds out."
        )
    known = {}
    if BASELINE in predictions:
        named = predictions.groupby(keys, sort=False, dropna=False)[BASELINE].first()
        known = {BASELINE: named.to_numpy()}
    return sums[keys].assign(
        n_test=n_test,
        n_rows=sums["rows"],
        **metric_columns(recall_of(label)),
        **{SCORE: sums["hits"] / sums["rows"], CHANCE: sums["calls"] / n_test},
        **known,
    )


def _with_facts(table, scores):
    """Return the table with further columns from the scores of the study."""
    scores = with_plain_text(check_scores(scores))
    keys = [name for name in (*METHOD, *CONDITIONS, *FOLD) if name in table and name in scores]
    facts = scores[[*keys, *(n for n in _OF_THE_FIT if n in scores and n not in table)]]
    if facts.duplicated(keys).any():
        twice = facts[facts.duplicated(keys)].iloc[0]
        raise ValueError(
            f"scores must have each fit once; got repeat {twice['repeat']}, fold {twice['fold']} "
            f"of {label_of_row(twice)!r} twice. Pass the scores of one study."
        )
    both = table.merge(facts, on=keys, how="left", indicator=True)
    missing = both[both["_merge"] != "both"]
    if len(missing):
        first = missing.iloc[0]
        raise ValueError(
            f"scores must have each fit of the predictions; got none for {count(missing, 'fit')}, "
            f"the first in repeat {first['repeat']}, fold {first['fold']} of "
            f"{label_of_row(first)!r}. Pass scores and predictions of one study."
        )
    return both.drop(columns="_merge")
