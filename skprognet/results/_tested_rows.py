"""Check a table of predictions, and divide it into the rows of each method."""

import numpy as np
import pandas as pd

from skprognet._checks import check_one_kind
from skprognet._predictions import (
    PREDICTION,
    ROW,
    TRUTH,
    check_predictions,
    kind_of_predictions,
    predicts_numbers,
)
from skprognet._scores import (
    CONDITIONS,
    FOLD,
    METHOD,
    by_condition,
    label,
    methods_in,
    rows_of,
    with_plain_text,
)
from skprognet._target_kind import CLASSES, NUMBERS
from skprognet._wording import first_few

REPEAT = FOLD[0]


def check_tested(predictions):
    """Return predictions as a DataFrame, after checking that each repeat tests each row once.

    Parameters
    ----------
    predictions : DataFrame of pandas or polars, or pyarrow Table
        As :func:`~skprognet.evaluation.cross_validate_transfer` returns it.

    Returns
    -------
    DataFrame
        The same table, with text as Python objects.

    Raises
    ------
    TypeError
        If it is not a table.
    ValueError
        If a column, a label or a number is missing, labels are text and numbers, a target of
        classes stands beside one of numbers, a method was tested on a row twice in a
        repeat, two methods were tested on different rows, or the truth of a row differs between
        them.
    """
    predictions = with_plain_text(check_predictions(predictions))
    _check_one_kind_of_target(predictions)
    check_values = _check_numbers if predicts_numbers(predictions) else _check_labels
    for column in (TRUTH, PREDICTION):
        check_values(predictions[column], column)
    if not predicts_numbers(predictions):
        _check_one_kind_of_label(predictions)
    conditions = [name for name in CONDITIONS if name in predictions]
    _check_once(predictions, [*conditions, *METHOD, REPEAT, ROW])
    _check_same_truth(predictions, [name for name in conditions if name != "n_train_folds"])
    _check_same_rows(predictions)
    return predictions


def check_kind(predictions, kind):
    """Return checked predictions, or raise if they are not of this kind.

    Parameters
    ----------
    predictions : DataFrame of pandas or polars, or pyarrow Table
        As for `check_tested`.
    kind : {"classes", "numbers"}
        The kind that is needed.
    """
    predictions = check_tested(predictions)
    actual = kind_of_predictions(predictions)
    if actual != kind:
        example = predictions[TRUTH].iloc[0]
        raise ValueError(
            f"predictions must be of {kind}; got {actual}, such as {example}. {_INSTEAD[actual]}"
        )
    return predictions


_INSTEAD = {
    CLASSES: "Use confusion_by_method or recall_by_class for classes.",
    NUMBERS: "Use agreement_by_method for numbers.",
}


def _check_one_kind_of_target(predictions):
    """Raise if some targets have classes and others numbers, as in two studies joined."""
    if "target" not in predictions or predictions["target"].nunique() < 2:
        return
    kinds = {}
    for target, rows in predictions.groupby("target", sort=False):
        # A column that another target alone uses is empty here, and numbers are objects.
        own = rows.dropna(axis=1, how="all").infer_objects()
        if {TRUTH, PREDICTION} <= set(own):
            kinds.setdefault(kind_of_predictions(own), target)
    if len(kinds) > 1:
        raise ValueError(
            f"predictions must be of classes or of numbers, not of both; got classes of "
            f"{kinds[CLASSES]!r} and numbers of {kinds[NUMBERS]!r}. Select the rows of one target."
        )


def _check_one_kind_of_label(predictions):
    """Raise if labels of a condition are text and numbers, since 1 would not equal "1"."""
    for _, part in by_condition(predictions):
        labels = pd.unique(pd.concat([part[TRUTH], part[PREDICTION]]).astype(object))
        check_one_kind("truth and prediction", labels)


def _check_labels(values, column):
    missing = values.isna().sum()
    if missing:
        raise ValueError(
            f"predictions must have a label as {column!r} in every row; got {missing} of "
            f"{len(values)} rows without one. Pass predictions of classes that all have names."
        )


def _check_numbers(values, column):
    wrong = values[~np.isfinite(values.to_numpy(float, na_value=np.nan))]
    if len(wrong):
        raise ValueError(
            f"predictions must have a finite number as {column!r} in every row; got {len(wrong)} "
            f"of {len(values)} rows without one, such as {wrong.iloc[0]}. Leave out methods that "
            "did not learn, and rows without a rating."
        )


def _check_once(predictions, keys):
    twice = predictions[predictions.duplicated(keys)]
    if len(twice):
        first = twice.iloc[0]
        raise ValueError(
            f"predictions must have each row once for each method and repeat; got row "
            f"{first[ROW]} of {label(first['method'], first['source'])!r} in repeat "
            f"{first[REPEAT]} twice. Pass the predictions of one study only."
        )


def _check_same_truth(predictions, where):
    truths = predictions[[*where, ROW, TRUTH]].drop_duplicates()
    differing = truths[truths.duplicated([*where, ROW])]
    if len(differing):
        row = differing.iloc[0][ROW]
        got = first_few(truths.loc[truths[ROW] == row, TRUTH])
        raise ValueError(
            f"predictions must agree on the truth of each row; got {got} for row {row}. Pass the "
            "predictions of one study."
        )


def _check_same_rows(predictions):
    """Raise if a method lacks a row that another method of its condition was tested on."""
    for _, part in by_condition(predictions):
        methods = methods_in(part)
        sizes = part.groupby([*FOLD, ROW]).size()
        if (sizes == len(methods)).all():
            continue
        counts = {label(*method): len(rows_of(part, method)) for method in methods}
        fewest, most = min(counts, key=counts.get), max(counts, key=counts.get)
        got = f"{counts[fewest]} rows of {fewest!r} and {counts[most]} of {most!r}"
        if counts[fewest] == counts[most]:
            repeat, fold, row = sizes.index[sizes < len(methods)][0]
            got = f"row {row} in repeat {repeat}, fold {fold} of some methods only"
        raise ValueError(
            "predictions must be of the same repeats, folds and rows for every method; got "
            f"{got}. Run the missing folds, or pass the predictions of one study."
        )


def in_order(labels):
    """Return the different labels, sorted; by their text if they are of several types."""
    different = pd.unique(pd.Series(labels)).tolist()
    try:
        return sorted(different)
    except TypeError:
        return sorted(different, key=str)


def by_method(predictions):
    """Yield the rows of each method in each condition.

    Parameters
    ----------
    predictions : DataFrame
        Predictions that have been checked.

    Yields
    ------
    key : dict
        The condition, the method and its source, by column.
    rows : DataFrame
        The rows of this method.
    classes : list
        All true and predicted labels of this condition, sorted.
    """
    for condition, part in by_condition(predictions):
        classes = in_order(pd.concat([part[TRUTH], part[PREDICTION]]))
        for method in methods_in(part):
            key = {**condition, **dict(zip(METHOD, method, strict=True))}
            yield key, rows_of(part, method), classes


def codes_of(column, labels):
    """Return, for each value of a column, its position among the labels."""
    return pd.Index(labels).get_indexer(column)


def count_cells(codes, shape, weights=None):
    """Return how often each combination of codes occurs, or the sum of its weights.

    Parameters
    ----------
    codes : list of ndarray of shape (n_rows,)
        Codes for each axis of the table.
    shape : tuple of int
        Shape of the table.
    weights : ndarray of shape (n_rows,), default=None
        Weights of the rows; None means 1 each.

    Returns
    -------
    ndarray of shape `shape`
        The counts.
    """
    cells = np.ravel_multi_index(codes, shape)
    return np.bincount(cells, weights, minlength=np.prod(shape)).reshape(shape)


def shares(hits, counts):
    """Return hits / counts; NaN where the count is 0."""
    shape = np.broadcast_shapes(np.shape(hits), np.shape(counts))
    return np.divide(hits, counts, out=np.full(shape, np.nan), where=counts > 0)


def spread(values):
    """Return the standard deviation (ddof 1) over the first axis; NaN for a single value."""
    return pd.DataFrame(np.reshape(values, (len(values), -1))).std().to_numpy()
