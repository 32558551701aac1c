"""What methods make of each row where they predict numbers: the mean over the repeats."""

import numpy as np

from skprognet._predictions import PREDICTION, ROW, TRUTH
from skprognet._scores import DIGITS, METHOD
from skprognet.results._judgement import Judgement


def judge_numbers(part, rows, methods):
    """Return what the methods make of each row, and how far each is from the truth.

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
        `quality` is the distance of each number from the truth.
    """
    means = part.pivot_table(index=ROW, columns=list(METHOD), values=PREDICTION, aggfunc="mean")
    numbers = means.loc[rows[ROW], methods].to_numpy(float)
    errors = np.abs(numbers - rows[TRUTH].to_numpy(float)[:, None])
    # Rounding must not put one of two equal rows first.
    disagreement = numbers.std(axis=1).round(DIGITS)
    return Judgement({"disagreement": disagreement, "error": errors.mean(axis=1)}, numbers, errors)
