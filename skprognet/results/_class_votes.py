"""What methods make of each row where they predict classes: each repeat is a vote."""

import numpy as np
import pandas as pd
from scipy.stats import entropy

from skprognet._predictions import PREDICTION, ROW, TRUTH
from skprognet._scores import DIGITS
from skprognet.results._judgement import Judgement
from skprognet.results._tested_rows import REPEAT, codes_of, count_cells, in_order


def judge_labels(part, rows, methods):
    """Return what the methods make of each row, and where one is right.

    Parameters
    ----------
    part : DataFrame
        Predictions of one condition.
    rows : DataFrame
        Its rows, each once, with their truth.
    methods : list of (str, str)
        Its methods.

    Returns
    -------
    Judgement
        `quality` says which labels are right.
    """
    classes = in_order(pd.concat([part[TRUTH], part[PREDICTION]]))
    votes, first = _votes(part, rows[ROW], methods, classes)
    labels = np.array(classes, dtype=object)[_majority(votes, first)]
    right = labels == rows[TRUTH].to_numpy(object)[:, None]
    facts = {"disagreement": _divergence(votes), "methods_right": right.mean(axis=1)}
    return Judgement(facts, labels, right)


def _votes(part, rows, methods, classes):
    """Return votes and first votes, both of shape (n_rows, n_methods, n_classes).

    The second has the number of the repeat in which a method votes for a class for the first time,
    from 0; the number of repeats where it never does.
    """
    repeats = in_order(part[REPEAT])
    columns = pd.MultiIndex.from_frame(part[["method", "source"]])
    cells = (
        codes_of(part[ROW], rows),
        pd.MultiIndex.from_tuples(methods).get_indexer(columns),
        codes_of(part[PREDICTION], classes),
    )
    votes = count_cells(cells, (len(rows), len(methods), len(classes)))
    first = np.full(votes.shape, len(repeats))
    np.minimum.at(first, cells, codes_of(part[REPEAT], repeats))
    return votes, first


def _divergence(votes):
    """Return the Jensen-Shannon divergence of the methods on each row, in bits."""
    of_methods = votes / votes.sum(axis=2, keepdims=True)
    of_all = of_methods.mean(axis=1)
    divergence = entropy(of_all, base=2, axis=1) - entropy(of_methods, base=2, axis=2).mean(axis=1)
    # Rounding must not put one of two equal rows first, nor a value below 0.
    return np.abs(divergence.round(DIGITS))


def _majority(votes, first):
    """Return the number of the class with most votes; of several the one that came earliest."""
    most = votes == votes.max(axis=2, keepdims=True)
    return np.where(most, first, first.max() + 1).argmin(axis=2)
