"""Test whether a method is better than chance."""

import numpy as np

from skprognet._scores import CHANCE, SCORE, as_floats
from skprognet._table_metric import metric_of
from skprognet.results._choose_test import choose_test, run_test
from skprognet.significance import pair_scores


def p_of_chance(rows, test):
    """Return the one-sided p-value of a method's scores against those of guessing.

    Parameters
    ----------
    rows : DataFrame
        Scores of one method, in one condition. The column chance holds the score of guessing on
        the rows of each test fold.
    test : SignificanceTest
        The test of the comparison. If it has no one-sided form, the first test that fits is used.

    Returns
    -------
    float
        The probability that mere guessing would score at least as far above chance; NaN if chance
        is not known.
    """
    if CHANCE not in rows or not np.isfinite(as_floats(rows[CHANCE])).all():
        return np.nan
    pair = pair_scores(rows, rows.assign(**{SCORE: as_floats(rows[CHANCE])}))
    pair = pair.oriented(metric_of(rows))
    if not test.one_sided:
        test = choose_test(None, *pair.a.shape, pair.ratio is not None)
    mean, variance = pair.mean_and_variance
    # For example, a method that is always right. This needs neither a test nor its warning.
    if mean and not variance:
        return float(mean < 0)
    return run_test(test, pair, alternative="greater").pvalue
