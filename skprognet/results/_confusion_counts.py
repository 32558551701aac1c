"""Count which class is taken for which: the confusion matrix of each method."""

import pandas as pd

from skprognet._predictions import PREDICTION, TRUTH
from skprognet._target_kind import CLASSES
from skprognet.results._tested_rows import (
    REPEAT,
    by_method,
    check_kind,
    codes_of,
    count_cells,
    in_order,
    shares,
    spread,
)


def confusion_by_method(predictions):
    r"""Compute the confusion matrix of each method.

    A repeat of k folds tests each row once. So the counts of a repeat sum to the number of rows,
    and so do their means over the repeats. The recall of a cell is its share of the rows of its
    true class,

    .. math::

        r_{ij} = \frac{1}{R} \sum_{r=1}^{R} \frac{n_{ij}^{(r)}}{\sum_k n_{ik}^{(r)}},

    where :math:`n_{ij}^{(r)}` rows of class i were predicted as class j in repeat r. The values of
    a true class sum to 1.

    Parameters
    ----------
    predictions : DataFrame
        A row for each tested row of each fit, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns with
        ``return_predictions=True``; of pandas, polars or pyarrow. If a column corpus, target or
        n_train_folds has several values, there is a matrix for each combination of them.

    Returns
    -------
    DataFrame
        A row for each method, true class and predicted class, with these columns:

        - corpus, target, n_train_folds: only those that have several values.
        - method, source, truth, prediction.
        - count: rows, mean over the repeats.
        - recall: share of the rows of the true class, mean over the repeats that tested the class;
          NaN for a class that no tested row has.
        - recall_std: its standard deviation over the repeats, ddof 1; NaN for a single repeat.

    Raises
    ------
    TypeError
        If `predictions` is not a table.
    ValueError
        If a column or a label is missing, a method was tested on a row twice in a repeat, methods
        were tested on different rows, the truth of a row differs between them, or `predictions`
        are of numbers.

    See Also
    --------
    recall_by_class : The diagonal, with the paper's spread over folds.
    sklearn.metrics.confusion_matrix : The matrix of one set of predictions.

    Notes
    -----
    The spread over repeats shows how much other folds and other seeds would change a cell. All
    repeats test the same rows, so it does not show how much other rows would change it.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import confusion_by_method
    >>> predictions = pd.DataFrame(
    ...     {"row": [0, 1, 2, 3], "truth": ["angry", "angry", "angry", "sad"],
    ...      "prediction": ["angry", "angry", "sad", "sad"]}
    ... ).assign(method="DNN", source="none", repeat=1, fold=[1, 1, 2, 2])
    >>> confusion_by_method(predictions)[["truth", "prediction", "count", "recall"]].round(3)
       truth prediction  count  recall
    0  angry      angry    2.0   0.667
    1  angry        sad    1.0   0.333
    2    sad      angry    0.0   0.000
    3    sad        sad    1.0   1.000
    """
    rows = []
    for key, part, classes in by_method(check_kind(predictions, CLASSES)):
        counts = _confusions(part, classes)
        recalls = shares(counts, counts.sum(axis=2, keepdims=True))
        cells = pd.MultiIndex.from_product([classes, classes], names=[TRUTH, PREDICTION])
        frame = cells.to_frame(index=False)
        frame["count"] = counts.mean(axis=0).ravel()
        # pandas skips NaN, the repeats without the class.
        frame["recall"] = pd.DataFrame(recalls.reshape(len(recalls), -1)).mean().to_numpy()
        frame["recall_std"] = spread(recalls)
        rows.append(pd.DataFrame([key]).merge(frame, how="cross"))
    return pd.concat(rows, ignore_index=True)


def _confusions(rows, classes):
    """Return the confusion matrix of each repeat, of shape (n_repeats, n_classes, n_classes)."""
    repeats = in_order(rows[REPEAT])
    codes = [codes_of(rows[REPEAT], repeats)]
    codes += [codes_of(rows[column], classes) for column in (TRUTH, PREDICTION)]
    return count_cells(codes, (len(repeats), len(classes), len(classes)))
