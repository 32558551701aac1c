"""Find the class that each method votes for on each row; each repeat is one vote."""

import numpy as np
import pandas as pd
from scipy.stats import entropy

from skprognet._predictions import PREDICTION, ROW, TRUTH
from skprognet._scores import DIGITS
from skprognet.results._judgement import Judgement
from skprognet.results._tested_rows import REPEAT, codes_of, count_cells, in_order


def judge_labels(part, rows, methods):
    """Return the label of each method on each row, and whether it is right.

    Parameters
    ----------
    part : DataFrame
        Predictions of one condition.
    rows : DataFrame
        The rows of this condition, each once, with their truth.
    methods : list of (str, str)
        The methods of this condition.

    Returns
    -------
    Judgement
        `quality` holds whether each label is right.
    """
    classes = in_order(pd.concat([part[TRUTH], part[PREDICTION]]))
    votes, first = _votes(part, rows[ROW], methods, classes)
    labels = np.array(classes, dtype=object)[_majority(votes, first)]
    right = labels == rows[TRUTH].to_numpy(object)[:, None]
    facts = {"disagreement": _divergence(votes), "methods_right": right.mean(axis=1)}
    return Judgement(facts, labels, right)


def _votes(part, rows, methods, classes):
    """Return votes and first votes, both of shape (n_rows, n_methods, n_classes).

    A first vote is the number of the first repeat in which a method votes for a class, from 0, or
    the number of repeats if it never does.
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
    # Rounding errors must not order equal rows, nor give a value below 0.
    return np.abs(divergence.round(DIGITS))


def _majority(votes, first):
    """Return the number of the class with most votes; the earliest first vote breaks ties."""
    most = votes == votes.max(axis=2, keepdims=True)
    return np.where(most, first, first.max() + 1).argmin(axis=2)
