"""Average the numbers that each method predicts for each row over the repeats."""

import numpy as np

from skprognet._predictions import PREDICTION, ROW, TRUTH
from skprognet._scores import DIGITS, METHOD
from skprognet.results._judgement import Judgement


def judge_numbers(part, rows, methods):
    """Return the mean number of each method for each row, and its distance from the truth.

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
        `quality` is the distance of each number from the truth.
    """
    means = part.pivot_table(index=ROW, columns=list(METHOD), values=PREDICTION, aggfunc="mean")
    numbers = means.loc[rows[ROW], methods].to_numpy(float)
    errors = np.abs(numbers - rows[TRUTH].to_numpy(float)[:, None])
    # Rounding errors must not order equal rows.
    disagreement = numbers.std(axis=1).round(DIGITS)
    return Judgement({"disagreement": disagreement, "error": errors.mean(axis=1)}, numbers, errors)
