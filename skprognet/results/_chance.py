"""Whether a method is better than chance: the test of the comparison, one-sided."""

import numpy as np

from skprognet._scores import CHANCE, SCORE, as_floats
from skprognet._table_metric import metric_of
from skprognet.results._choose_test import choose_test, run_test
from skprognet.significance import pair_scores


def p_of_chance(rows, test):
    """Return the p-value of a method's scores against those of a guess, one-sided.

    Parameters
    ----------
    rows : DataFrame
        Scores of one method, in one condition; a column chance says what a guess scores on the
        rows of each test fold.
    test : SignificanceTest
        The test of the comparison. If it has no one-sided form, the first that fits is taken.

    Returns
    -------
    float
        How probable scores so far above chance are for a guess; NaN if chance is not known.
    """
    if CHANCE not in rows or not np.isfinite(as_floats(rows[CHANCE])).all():
        return np.nan
    pair = pair_scores(rows, rows.assign(**{SCORE: as_floats(rows[CHANCE])}))
    pair = pair.oriented(metric_of(rows))
    if not test.one_sided:
        test = choose_test(None, *pair.a.shape, pair.ratio is not None)
    mean, variance = pair.mean_and_variance
    # A method that never errs, say. It is no reason to warn, and needs no test.
    if mean and not variance:
        return float(mean < 0)
    return run_test(test, pair, alternative="greater").pvalue
