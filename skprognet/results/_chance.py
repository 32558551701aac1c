"""Whether a method is better than chance: the test of the comparison, one-sided."""

import numpy as np

from skprognet._scores import as_floats
from skprognet.results._choose_test import choose_test, run_test
from skprognet.significance import pair_scores


def p_of_chance(rows, test):
    """Return the p-value of a method's UARs against those of a guess, one-sided.

    Parameters
    ----------
    rows : DataFrame
        Scores of one method, in one setting; a column n_classes says how many classes the rows of
        a test fold have.
    test : SignificanceTest
        The test of the comparison. If it has no one-sided form, the first that fits is taken.

    Returns
    -------
    float
        How probable UARs so far above chance are for a guess; NaN if chance is not known.
    """
    if "n_classes" not in rows or not (as_floats(rows["n_classes"]) > 0).all():
        return np.nan
    pair = pair_scores(rows, rows.assign(uar=1 / as_floats(rows["n_classes"])))
    if not test.one_sided:
        test = choose_test(None, *pair.a.shape, pair.ratio is not None)
    mean, variance = pair.mean_and_variance
    # A method that never errs, say. It is no reason to warn, and needs no test.
    if mean and not variance:
        return float(mean < 0)
    return run_test(test, pair, alternative="greater").pvalue
