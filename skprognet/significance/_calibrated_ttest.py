"""The paper's test: the calibrated paired t-test for ten repeats of ten folds."""

import math

from skprognet.significance._intervals import check_positive_below
from skprognet.significance._paired import pair_scores
from skprognet.significance._shrunken_ttest import shrunken_ttest

CALIBRATED_FOR = (10, 10)


def calibrated_cv_ttest(a, b, *, df=None, alternative="two-sided"):
    r"""Compare two methods by the calibrated paired t-test for 10 x 10 cross-validation.

    .. math::

        t = \frac{m}{\sqrt{s^2 / (\mathrm{df} + 1)}}, \qquad \mathrm{df} = 10,

    where m and s² (ddof 1) are the mean and the variance of all 100 differences a - b. This is
    the test of Gideon et al. [1]_, section 3. Bouckaert [2]_ tried several degrees of freedom, and
    found that with 10 the test rejects a true null hypothesis as often as it should.

    Parameters
    ----------
    a, b : array-like of shape (n_repeats, n_folds) or DataFrame
        Scores of the two methods on the same folds: two arrays with one repeat per row, or two
        frames with the rows of one method each, as `cross_validate_transfer` returns them
        (columns repeat, fold and score; the order of rows does not matter).
    df : float, default=None
        Degrees of freedom, above 0. None means 10 for a table of 10 x 10, the only shape for which
        the test was calibrated. For any other shape, pass a number.
    alternative : {"two-sided", "greater", "less"}, default="two-sided"
        Whether `a` differs from, is greater than, or is less than `b`.

    Returns
    -------
    result : CVTTestResult
        `statistic`, `pvalue`, `df`, `alternative`, `estimate` (the mean difference),
        `standard_error`, `effect_size` and ``confidence_interval(confidence_level=0.95)``, as
        from :func:`scipy.stats.ttest_rel`. ``t, p = result`` unpacks it.

    Raises
    ------
    TypeError
        If `df` is not a number, or only one of `a` and `b` is a DataFrame.
    ValueError
        If `a` or `b` is not a finite table of at least two scores of one method, they are not of
        the same folds and design, the table is not 10 x 10 and `df` is None, `df` is not above 0,
        or `alternative` is unknown.

    Warns
    -----
    RuntimeWarning
        If all differences are equal and not 0.

    See Also
    --------
    corrected_cv_ttest : For any number of repeats and folds.
    bayesian_cv_test : How probable it is that the difference is too small to matter.
    skprognet.results.compare_methods : Chooses the test, and makes all comparisons of a study.

    Notes
    -----
    The 11 in the denominator is df + 1. Dividing the variance by the 100 scores instead, as a
    plain paired t-test does, rejects a true null hypothesis about half the time.

    Neither this test nor `corrected_cv_ttest` is exact. Two simple methods that are equally good
    were compared on 1000 made-up corpora. At the 5 % level both tests reject on about 4 of 100
    corpora where accuracy is 0.69 (100 rows of two classes), but on about 16 where it is 0.54 (60
    rows); the plain test rejects on 55 and 64. Do not trust any of them near chance.

    Two frames raise an error if their folds differ, or if a column that both have (corpus, target,
    n_train_folds, metric, greater_is_better, n_train, n_validation, n_test, normalisation,
    rows_tested) differs in a fold. The exception is n_validation, which may be 0 in one frame:
    that method used no validation rows.

    `effect_size` is Cohen's d_z [3]_, m / s. It depends on how much folds differ, as t does, but
    not on their number. Small test folds make it small, so compare it within one design only, and
    judge the size of a gain by `estimate`, which is in the unit of the scores.

    Identical scores give t = 0 and p = 1 (one-sided 0.5). Differences that are all equal but not
    0 give t = ±inf, with p = 0 where the alternative agrees with the sign and p = 1 where it does
    not. Differences count as equal if their standard deviation is no more than rounding error: 10
    times the machine epsilon times the largest absolute score.

    References
    ----------
    .. [1] J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost (2017).
           "Progressive Neural Networks for Transfer Learning in Emotion Recognition",
           Interspeech. arXiv:1706.03256.
    .. [2] R. R. Bouckaert (2003). "Choosing between Two Learning Algorithms Based on Calibrated
           Tests", ICML.
    .. [3] D. Lakens (2013). "Calculating and reporting effect sizes to facilitate cumulative
           science", Frontiers in Psychology 4, 863.

    Examples
    --------
    >>> import numpy as np
    >>> from skprognet.significance import calibrated_cv_ttest
    >>> rng = np.random.default_rng(0)
    >>> dnn = rng.normal(0.60, 0.02, size=(10, 10))
    >>> progressive = dnn + rng.normal(0.02, 0.02, size=(10, 10))
    >>> result = calibrated_cv_ttest(progressive, dnn)
    >>> round(result.statistic, 3), round(result.pvalue, 3), result.df
    (3.278, 0.008, 10)
    >>> low, high = result.confidence_interval(0.95)
    >>> print(f"higher by {result.estimate:.3f}, between {low:.3f} and {high:.3f}")
    higher by 0.019, between 0.006 and 0.032
    """
    pair = pair_scores(a, b)
    if df is None:
        if pair.a.shape != CALIBRATED_FOR:
            raise ValueError(
                "a and b must have shape (10, 10), for which the test is calibrated, unless df is "
                f"given; got shape {pair.a.shape}. Use corrected_cv_ttest, or pass df."
            )
        df = 10
    check_positive_below("df", df, math.inf)
    return shrunken_ttest(pair, 1 / (df + 1), df, alternative)
