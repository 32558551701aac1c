"""Measure how well each class is recognised, with the paper's spread over folds."""

import numpy as np
import pandas as pd

from skprognet._predictions import PREDICTION, TRUTH
from skprognet._scores import FOLD
from skprognet._target_kind import CLASSES
from skprognet.results._tested_rows import (
    by_method,
    check_kind,
    codes_of,
    count_cells,
    in_order,
    shares,
)


def recall_by_class(predictions):
    r"""Compute the recall of each class for each method.

    The recall of class c in a fold is the share of its rows that were predicted as c,

    .. math::

        \mathrm{recall}_c =
        \frac{\#\{i : y_i = c,\ \hat y_i = c\}}{\#\{i : y_i = c\}}.

    Mean and spread follow the paper's rule for scores: the mean and the standard deviation (ddof
    1) are taken over the folds of each repeat, and both are averaged over the repeats. The UAR of
    a fold is the mean of its recalls. So if every fold has every class, the mean of the recalls
    in this table is the UAR of :func:`summary_table`.

    Parameters
    ----------
    predictions : DataFrame
        A row for each tested row of each fit, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns with
        ``return_predictions=True``; of pandas, polars or pyarrow. If a column corpus, target or
        n_train_folds has several values, recalls are computed for each combination of them.

    Returns
    -------
    DataFrame
        A row for each method and each class of the tested rows, with these columns:

        - corpus, target, n_train_folds: only those that have several values.
        - method, source, label: the class.
        - recall_mean; recall_std: NaN if no repeat has two folds with the class.
        - n_rows: rows of the class. n_folds: folds of all repeats in which the class was tested.

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
    recall_scores : The recall of one class in each fold, to compare methods by.
    confusion_by_method : Which other classes a class is taken for.

    Notes
    -----
    A fold without rows of a class has no recall for it. Such a fold is left out of the mean and
    the spread of this class, and n_folds is smaller.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 3.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import recall_by_class
    >>> predictions = pd.DataFrame(
    ...     {"row": [0, 1, 2, 3], "truth": ["angry", "sad", "angry", "angry"],
    ...      "prediction": ["angry", "sad", "angry", "sad"]}
    ... ).assign(method="DNN", source="none", repeat=1, fold=[1, 1, 2, 2])
    >>> recall_by_class(predictions).drop(columns=["method", "source"]).round(3)
       label  recall_mean  recall_std  n_rows  n_folds
    0  angry         0.75       0.354       3        2
    1    sad         1.00         NaN       1        1
    """
    rows = []
    for key, part, _ in by_method(check_kind(predictions, CLASSES)):
        classes = in_order(part[TRUTH])
        for label, recalls in zip(classes, _recalls(part, classes), strict=True):
            by_repeat = pd.DataFrame(recalls)  # pandas skips NaN, the folds without the class
            rows.append(
                {
                    **key,
                    "label": label,
                    "recall_mean": by_repeat.mean(axis=1).mean(),
                    "recall_std": by_repeat.std(axis=1).mean(),
                    "n_rows": part.loc[part[TRUTH] == label, "row"].nunique(),
                    "n_folds": int(np.isfinite(recalls).sum()),
                }
            )
    return pd.DataFrame(rows)


def _recalls(rows, classes):
    """Return the recalls of all folds, of shape (n_classes, n_repeats, n_folds)."""
    numbers = [in_order(rows[column]) for column in FOLD]
    codes = [codes_of(rows[TRUTH], classes)]
    codes += [codes_of(rows[column], values) for column, values in zip(FOLD, numbers, strict=True)]
    shape = (len(classes), *map(len, numbers))
    right = (rows[TRUTH] == rows[PREDICTION]).to_numpy(float)
    return shares(count_cells(codes, shape, right), count_cells(codes, shape))
