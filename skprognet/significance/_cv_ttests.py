"""Tests of whether two methods, cross-validated on the same folds, differ by more than luck.

The folds of a repeated cross-validation share most of their training rows, so their scores are
not independent, and a variance divided by their number makes luck look like a finding. Both tests
here divide it by less: ``t = m / sqrt(shrinkage * s2)``, each with a shrinkage of its own.
"""

import math
from dataclasses import dataclass

from scipy import stats

from skprognet._checks import check_choice
from skprognet.significance._intervals import ConfidenceInterval, check_positive_below
from skprognet.significance._paired import check_pair, divide, warn_of_constant_difference
from skprognet.significance._ratio import resolve_ratio

PAPER_SHAPE = (10, 10)


def _p_value(statistic, df, alternative):
    """Return the probability of a t at least as far out as `statistic` if nothing differs."""
    if alternative == "greater":
        return float(stats.t.sf(statistic, df))
    if alternative == "less":
        return float(stats.t.cdf(statistic, df))
    return float(2 * stats.t.sf(abs(statistic), df))


@dataclass(frozen=True)
class CVTTestResult:
    """What a cross-validated t-test says; unpacks as ``statistic, pvalue = result``.

    Attributes
    ----------
    statistic : float
        t; positive where `a` is better.
    pvalue : float
        Probability of such a t, or one further out, if the methods do not differ.
    df : float
        Degrees of freedom of t.
    alternative : {"two-sided", "greater", "less"}
        What the p-value is about.
    estimate : float
        Mean difference a - b, in the unit of the scores.
    standard_error : float
        Of the estimate: ``statistic = estimate / standard_error``.
    effect_size : float
        Mean difference over its standard deviation between folds (Cohen's d_z); 0 for identical
        scores, ±inf for a constant difference. See the notes of `calibrated_cv_ttest`.
    ratio : float or None
        The n_test / n_train that `corrected_cv_ttest` used; None for `calibrated_cv_ttest`.

    Examples
    --------
    >>> from skprognet.significance import corrected_cv_ttest
    >>> result = corrected_cv_ttest([[0.64, 0.60, 0.66]], [[0.60, 0.58, 0.61]])
    >>> print(f"t = {result.statistic:.2f}, p = {result.pvalue:.2f}, ratio = {result.ratio}")
    t = 2.63, p = 0.12, ratio = 0.5
    >>> low, high = result.confidence_interval()
    >>> print(f"difference {result.estimate:.3f}, between {low:.3f} and {high:.3f}")
    difference 0.037, between -0.023 and 0.097
    """

    statistic: float
    pvalue: float
    df: float
    alternative: str
    estimate: float
    standard_error: float
    effect_size: float
    ratio: float | None

    def __iter__(self):
        return iter((self.statistic, self.pvalue))

    def confidence_interval(self, confidence_level=0.95):
        """Return the confidence interval of the mean difference a - b.

        ``estimate -+ q * standard_error``, where q is the quantile of t with `df` degrees of
        freedom. For a one-sided alternative one end is infinite, as in scipy.

        Parameters
        ----------
        confidence_level : float, default=0.95
            Between 0 and 1.

        Returns
        -------
        interval : ConfidenceInterval
            Named tuple ``(low, high)``, in the unit of the scores.

        Raises
        ------
        ValueError
            If `confidence_level` is not between 0 and 1.
        """
        check_positive_below("confidence_level", confidence_level, 1)
        two_sided = self.alternative == "two-sided"
        level = (1 + confidence_level) / 2 if two_sided else confidence_level
        reach = float(stats.t.ppf(level, self.df)) * self.standard_error
        return ConfidenceInterval(
            low=-math.inf if self.alternative == "less" else self.estimate - reach,
            high=math.inf if self.alternative == "greater" else self.estimate + reach,
        )


def _cv_ttest(pair, shrinkage, df, alternative, ratio=None):
    """Test the mean of a - b, and warn where all differences are the same."""
    check_choice("alternative", alternative, ("two-sided", "greater", "less"))
    mean, variance = pair.mean_and_variance
    if mean and not variance:
        warn_of_constant_difference(mean, pair.a.size, "t infinite", stacklevel=3)
    return _t_of(pair, shrinkage, df, alternative, ratio)


def study_ttest(pair, alternative="two-sided"):
    """Test by the paper's test where there are 10 x 10 folds, and else by the corrected one.

    Nothing is said of constant differences, as between chance and a method that never errs.
    """
    if pair.a.shape == PAPER_SHAPE:
        return _t_of(pair, 1 / 11, 10, alternative)
    ratio = resolve_ratio(None, None, None, pair)
    n = pair.a.size
    return _t_of(pair, 1 / n + ratio, n - 1, alternative, ratio)


def _t_of(pair, shrinkage, df, alternative, ratio=None):
    """Test the mean of a - b: ``t = m / sqrt(shrinkage * s2)``, with `df` degrees of freedom."""
    mean, variance = pair.mean_and_variance
    standard_error = math.sqrt(shrinkage * variance)
    statistic = divide(mean, standard_error)
    return CVTTestResult(
        statistic=statistic,
        pvalue=_p_value(statistic, df, alternative),
        df=df,
        alternative=alternative,
        estimate=mean,
        standard_error=standard_error,
        effect_size=divide(mean, math.sqrt(variance)),
        ratio=ratio,
    )


def calibrated_cv_ttest(a, b, *, df=None, alternative="two-sided"):
    r"""Compare two methods by the calibrated paired t-test for 10 x 10 cross-validation.

    .. math::

        t = \frac{m}{\sqrt{s^2 / (\mathrm{df} + 1)}}, \qquad \mathrm{df} = 10,

    where m and s² (ddof 1) are the mean and the variance of all 100 differences a - b. This is
    the test of Gideon et al. [1]_, section 3; Bouckaert [2]_ found the 10 degrees of freedom by
    trying which of them reject a true null as often as they should.

    Parameters
    ----------
    a, b : array-like of shape (n_repeats, n_folds) or DataFrame
        Scores of the two methods on the same folds: two arrays with one repeat per row, or two
        frames with the rows of one method each, as `cross_validate_transfer` returns them
        (columns repeat, fold and uar; the order of rows does not matter).
    df : float, default=None
        Degrees of freedom, above 0. None is 10 for a table of 10 x 10, the only one it was
        calibrated for; any other shape needs it given.
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
    compare_methods : Chooses the test, and makes all comparisons of a study.

    Notes
    -----
    The 11 in the denominator is df + 1. Dividing the variance by the 100 scores instead, as a
    plain paired t-test does, rejects a true null about half the time.

    Neither this test nor `corrected_cv_ttest` is exact. With two equally good simple methods on
    1000 made-up corpora, at the 5 % level both reject in about 4 of 100 corpora where accuracy is
    0.69 (100 rows of two classes), but in about 16 where it is 0.54 (60 rows), and the plain test
    in 55 and 64. Near chance, believe none of them.

    Two frames are refused if they have other folds, or if a column that both have (corpus, target,
    n_train_folds, n_train, n_validation, n_test, normalisation, rows_tested) differs in a fold.

    `effect_size` is Cohen's d_z [3]_, m / s. Like t it depends on how much folds differ, unlike t
    not on how many there are. Small test folds make it small, so compare it within one design
    only, and judge the size of a gain by `estimate`, which is in the unit of the scores.

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
    pair = check_pair(a, b)
    if df is None:
        if pair.a.shape != PAPER_SHAPE:
            raise ValueError(
                "a and b must have shape (10, 10), for which the test is calibrated, unless df is "
                f"given; got shape {pair.a.shape}. Use corrected_cv_ttest, or pass df."
            )
        df = 10
    check_positive_below("df", df, math.inf)
    return _cv_ttest(pair, 1 / (df + 1), df, alternative)


def corrected_cv_ttest(
    a, b, *, test_train_ratio=None, n_train=None, n_test=None, alternative="two-sided"
):
    r"""Compare two methods by the corrected paired t-test for repeated cross-validation.

    .. math::

        t = \frac{m}{\sqrt{
        \left(\frac{1}{n} + \frac{n_\mathrm{test}}{n_\mathrm{train}}\right) s^2}},
        \qquad \mathrm{df} = n - 1,

    where m and s² (ddof 1) are the mean and the variance of all n = n_repeats * n_folds
    differences a - b. The second term, of Nadeau and Bengio [1]_, stands for the training rows
    that the folds share; more repeats do not make it smaller. Bouckaert and Frank [2]_, whom
    Gideon et al. [3]_ cite for their test, carried it over to repeated cross-validation.

    Parameters
    ----------
    a, b : array-like of shape (n_repeats, n_folds) or DataFrame
        Scores of the two methods on the same folds: two arrays with one repeat per row, or two
        frames with the rows of one method each, as `cross_validate_transfer` returns them
        (columns repeat, fold and uar; the order of rows does not matter).
    test_train_ratio : float, default=None
        n_test / n_train, above 0. None is the mean of ``n_test / n_train`` where these are given;
        else of ``n_test / (n_train + n_validation)`` where frames have these columns; and else
        n_test / (n_samples - n_test) = 1 / (n_folds - 1).
    n_train, n_test : float or array-like of shape (n_repeats, n_folds), default=None
        Number of training and of test rows, of all folds or of each; both or neither.
    alternative : {"two-sided", "greater", "less"}, default="two-sided"
        Whether `a` differs from, is greater than, or is less than `b`.

    Returns
    -------
    result : CVTTestResult
        `statistic`, `pvalue`, `df`, `alternative`, `estimate` (the mean difference),
        `standard_error`, `effect_size`, `ratio` (the one that was used) and
        ``confidence_interval(confidence_level=0.95)``, as from :func:`scipy.stats.ttest_rel`.
        ``t, p = result`` unpacks it.

    Raises
    ------
    TypeError
        If `test_train_ratio` is not a number, or only one of `a` and `b` is a DataFrame.
    ValueError
        If `a` or `b` is not a finite table of at least two scores of one method, they are not of
        the same folds and design, the ratio is given twice, by half, or not at all for a single
        fold, it or a number of rows is not above 0, the numbers of rows have another shape, or
        `alternative` is unknown.

    Warns
    -----
    RuntimeWarning
        If all differences are equal and not 0.

    See Also
    --------
    calibrated_cv_ttest : The test of the paper, for 10 repeats of 10 folds.
    bayesian_cv_test : The same posterior, asked for probabilities.

    Notes
    -----
    Which rows are training rows? All that shaped the model. A validation fold that decides when
    training stops is one of them, so the default ratio, 1 / (k - 1) for k folds, is the same with
    and without one. Counting only the k - 2 folds that the weights were fitted to, of the eight
    training, one validation and one test fold of Gideon et al. [3]_, gives
    ``test_train_ratio=1 / (k - 2)`` and a more cautious test: at 10 x 10, a t smaller by 5 %.
    Decide before looking, and report the `ratio`. A frame of a run on part of the training folds
    says so in its sizes, and so gets a larger ratio.

    For repeated hold-out, a table of one column, the ratio has to be given.

    Other designs, effect size, identical and constant differences are treated as in
    `calibrated_cv_ttest`.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio (2003). "Inference for the Generalization Error", Machine
           Learning 52, 239-281.
    .. [2] R. R. Bouckaert, E. Frank (2004). "Evaluating the Replicability of Significance Tests
           for Comparing Learning Algorithms", PAKDD.
    .. [3] J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost (2017).
           "Progressive Neural Networks for Transfer Learning in Emotion Recognition",
           Interspeech. arXiv:1706.03256.

    Examples
    --------
    Five folds, three times: each model tests on a quarter as many rows as it learnt from.

    >>> import numpy as np
    >>> from skprognet.significance import corrected_cv_ttest
    >>> rng = np.random.default_rng(0)
    >>> dnn = rng.normal(0.60, 0.02, size=(3, 5))
    >>> progressive = dnn + rng.normal(0.02, 0.02, size=(3, 5))
    >>> result = corrected_cv_ttest(progressive, dnn)
    >>> round(result.statistic, 3), round(result.pvalue, 3), result.df, result.ratio
    (2.471, 0.027, 14, 0.25)

    The same from the row counts, and one-sided: is the progressive network better?

    >>> t, p = corrected_cv_ttest(
    ...     progressive, dnn, n_train=400, n_test=100, alternative="greater"
    ... )
    >>> round(t, 3), round(p, 3)
    (2.471, 0.013)
    """
    pair = check_pair(a, b)
    ratio = resolve_ratio(test_train_ratio, n_train, n_test, pair)
    n = pair.a.size
    return _cv_ttest(pair, 1 / n + ratio, n - 1, alternative, ratio)
