"""The arithmetic and the result of both t-tests for repeated cross-validation.

The folds of a repeated cross-validation share most of their training rows, so their scores are
not independent. A plain paired t-test divides the variance of the differences by their number
n, as if they were independent, and so takes luck for a finding. The two tests here divide it by
less: t is ``m / sqrt(shrinkage * s2)``, with m and s2 the mean and the variance of the
differences. Each test has its own shrinkage, which is larger than 1 / n.
"""

import math
from dataclasses import dataclass

from scipy import stats

from skprognet._checks import check_choice
from skprognet.significance._intervals import ConfidenceInterval, check_positive_below
from skprognet.significance._paired import divide, warn_of_constant_difference


def _p_value(statistic, df, alternative):
    """Return the probability of a t at least as far out as `statistic` if nothing differs."""
    if alternative == "greater":
        return float(stats.t.sf(statistic, df))
    if alternative == "less":
        return float(stats.t.cdf(statistic, df))
    return float(2 * stats.t.sf(abs(statistic), df))


@dataclass(frozen=True)
class CVTTestResult:
    """Result of a cross-validated t-test; unpacks as ``statistic, pvalue = result``.

    Attributes
    ----------
    statistic : float
        t; positive if `a` has higher scores.
    pvalue : float
        Probability of such a t, or a more extreme one, if the methods do not differ.
    df : float
        Degrees of freedom of t.
    alternative : {"two-sided", "greater", "less"}
        The alternative of the p-value.
    estimate : float
        Mean difference a - b, in the unit of the scores.
    standard_error : float
        Standard error of the estimate: ``statistic = estimate / standard_error``.
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


def shrunken_ttest(pair, shrinkage, df, alternative, ratio=None):
    """Test the mean of a - b: ``t = m / sqrt(shrinkage * s2)``, with `df` degrees of freedom."""
    check_choice("alternative", alternative, ("two-sided", "greater", "less"))
    mean, variance = pair.mean_and_variance
    if mean and not variance:
        warn_of_constant_difference(mean, pair.a.size, "t infinite", stacklevel=3)
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
