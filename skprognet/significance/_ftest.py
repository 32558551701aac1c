"""The combined F-test for five repeats of two-fold cross-validation."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from skprognet.significance._intervals import ConfidenceInterval, check_positive_below
from skprognet.significance._paired import divide, pair_scores, warn_of_constant_difference

FOLDS = (5, 2)
DF = (10, 5)


@dataclass(frozen=True)
class CVFTestResult:
    """Result of the combined 5x2cv F-test; unpacks as ``statistic, pvalue = result``.

    Attributes
    ----------
    statistic : float
        f; it has no sign.
    pvalue : float
        Probability of such an f, or a larger one, if the methods do not differ.
    df : tuple of int
        Degrees of freedom of F, (10, 5).
    alternative : str
        Always "two-sided".
    estimate : float
        Mean difference a - b, in the unit of the scores.
    effect_size : float
        Mean difference over its standard deviation between folds; see `calibrated_cv_ttest`.
    within : float
        Sum over the five repeats of the variance of the two differences of a repeat.

    Examples
    --------
    >>> from skprognet.significance import combined_5x2cv_ftest
    >>> a = [[0.64, 0.60], [0.66, 0.61], [0.62, 0.63], [0.65, 0.60], [0.64, 0.62]]
    >>> b = [[0.60, 0.58], [0.61, 0.60], [0.60, 0.59], [0.59, 0.61], [0.60, 0.60]]
    >>> statistic, pvalue = result = combined_5x2cv_ftest(a, b)
    >>> print(f"F = {statistic:.2f} with {result.df} degrees of freedom, p = {pvalue:.2f}")
    F = 1.60 with (10, 5) degrees of freedom, p = 0.32
    """

    statistic: float
    pvalue: float
    df: tuple
    alternative: str
    estimate: float
    effect_size: float
    within: float

    def __iter__(self):
        return iter((self.statistic, self.pvalue))

    def confidence_interval(self, confidence_level=0.95):
        """Return the differences a - b that the test does not reject at this level.

        Let F be the quantile of the distribution of f, and f(δ) the statistic of a - b - δ. f(δ)
        is a parabola in δ, with its lowest point at the mean m. So the interval is
        ``m -+ sqrt((F - f(m)) * within / 5)``.

        Parameters
        ----------
        confidence_level : float, default=0.95
            Between 0 and 1.

        Returns
        -------
        interval : ConfidenceInterval
            Named tuple ``(low, high)``, in the unit of the scores. Both are NaN if the test
            rejects every difference, which happens if repeats disagree far more than the two
            folds of a repeat.

        Raises
        ------
        ValueError
            If `confidence_level` is not between 0 and 1.
        """
        check_positive_below("confidence_level", confidence_level, 1)
        if not self.within:
            constant = not self.statistic or math.isinf(self.effect_size)
            end = self.estimate if constant else math.nan
            return ConfidenceInterval(end, end)
        lowest = self.statistic - 5 * self.estimate**2 / self.within
        room = float(stats.f.ppf(confidence_level, *self.df)) - lowest
        reach = math.sqrt(room * self.within / 5) if room >= 0 else math.nan
        return ConfidenceInterval(self.estimate - reach, self.estimate + reach)


def combined_5x2cv_ftest(a, b):
    r"""Compare two methods by the combined 5x2cv F-test.

    .. math::

        f = \frac{\sum_{i=1}^5 \sum_{j=1}^2 d_{ij}^2}{2 \sum_{i=1}^5 s_i^2},

    where :math:`d_{ij}` is the difference a - b in fold j of repeat i and :math:`s_i^2` the
    variance (ddof 1) of the two differences of repeat i. If the methods do not differ, f
    approximately follows an F distribution with 10 and 5 degrees of freedom [1]_.

    Parameters
    ----------
    a, b : array-like of shape (5, 2) or DataFrame
        Scores of the two methods on the same folds, of five repeats of two-fold cross-validation:
        two arrays with one repeat per row, or two frames with the rows of one method each
        (columns repeat, fold and score; the order of rows does not matter).

    Returns
    -------
    result : CVFTestResult
        `statistic`, `pvalue`, `df`, `alternative`, `estimate` (the mean difference),
        `effect_size` and ``confidence_interval(confidence_level=0.95)``. ``f, p = result``
        unpacks it.

    Raises
    ------
    TypeError
        If only one of `a` and `b` is a DataFrame.
    ValueError
        If `a` or `b` is not a finite table of 5 x 2 scores of one method, or they are not of the
        same folds and design.

    Warns
    -----
    RuntimeWarning
        If all differences are equal and not 0.

    See Also
    --------
    corrected_cv_ttest : For any number of repeats and folds.

    Notes
    -----
    The two halves of a repeat share no training rows, so the test needs no correction for shared
    rows. The price is that each model learns from half of the rows. f has no sign, so there is no
    one-sided alternative; `estimate` says which method is ahead.

    Identical scores give f = 0 and p = 1. If the scores differ, but by the same amount in the two
    folds of every repeat, all variances are 0, so f = inf and p = 0. Scores count as equal up
    to rounding, as in `calibrated_cv_ttest`.

    References
    ----------
    .. [1] E. Alpaydin (1999). "Combined 5 x 2 cv F Test for Comparing Supervised Classification
           Learning Algorithms", Neural Computation 11, 1885-1892.

    Examples
    --------
    >>> from skprognet.significance import combined_5x2cv_ftest
    >>> dnn = [[0.60, 0.62], [0.58, 0.61], [0.63, 0.60], [0.61, 0.59], [0.60, 0.61]]
    >>> progressive = [[0.63, 0.66], [0.62, 0.63], [0.65, 0.64], [0.64, 0.61], [0.62, 0.65]]
    >>> result = combined_5x2cv_ftest(progressive, dnn)
    >>> round(result.statistic, 2), round(result.pvalue, 3), result.df
    (7.0, 0.022, (10, 5))
    """
    pair = pair_scores(a, b)
    if pair.a.shape != FOLDS:
        raise ValueError(
            f"a and b must be 5 repeats of 2 folds; got shape {pair.a.shape}. Use "
            "corrected_cv_ttest."
        )
    difference = pair.a - pair.b
    difference[np.abs(difference) <= pair.rounding] = 0
    gaps = difference[:, 0] - difference[:, 1]
    gaps[np.abs(gaps) <= pair.rounding] = 0
    # The variance of two numbers is half the square of their gap.
    within = float((gaps**2).sum() / 2)
    statistic = divide(float((difference**2).sum()), 2 * within)
    mean, variance = pair.mean_and_variance
    if mean and not variance:
        warn_of_constant_difference(mean, pair.a.size, "f infinite", stacklevel=2)
    return CVFTestResult(
        statistic=statistic,
        pvalue=float(stats.f.sf(statistic, *DF)),
        df=DF,
        alternative="two-sided",
        estimate=mean,
        effect_size=divide(mean, math.sqrt(variance)),
        within=within,
    )
