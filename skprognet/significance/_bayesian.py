"""The Bayesian test: the probability that a method is better, worse or practically equal."""

import math
from dataclasses import dataclass

from scipy import stats

from skprognet._checks import check_number
from skprognet.significance._intervals import CredibleInterval, check_positive_below
from skprognet.significance._paired import divide, pair_scores, warn_of_constant_difference
from skprognet.significance._ratio import resolve_ratio


def rope_probabilities(mean, scale, df, rope):
    """Return how much of a Student t lies below -rope, between -rope and rope, and above rope.

    With scale 0, all of it lies at the mean. The bounds belong to the rope. With ``rope=0`` there
    is no region, and the probability at 0 is divided equally between the two sides.
    """
    if scale:
        below = float(stats.t.cdf((-rope - mean) / scale, df))
        above = float(stats.t.sf((rope - mean) / scale, df))
    elif rope or mean:
        below, above = float(mean < -rope), float(mean > rope)
    else:
        below = above = 0.5
    # If nothing lies in the rope, subtraction may leave a rounding error of either sign.
    return below, max(0.0, 1 - below - above) if rope else 0.0, above


@dataclass(frozen=True)
class BayesianCVTestResult:
    """Result of the Bayesian correlated t-test; unpacks as ``worse, equal, better = result``.

    The posterior of the mean difference is a Student t with `df` degrees of freedom, located at
    `estimate` and scaled by `scale`.

    Attributes
    ----------
    p_worse : float
        Probability that `b` is better than `a` by more than the rope.
    p_equal : float
        Probability that they differ by at most the rope: practical equivalence.
    p_better : float
        Probability that `a` is better than `b` by more than the rope.
    estimate : float
        Mean difference a - b, in the unit of the scores.
    scale : float
        Scale of the posterior: the standard error of `corrected_cv_ttest`. Its square is what
        baycomp calls the variance.
    df : int
        Degrees of freedom of the posterior.
    rope : float
        Half the width of the region of practical equivalence.
    effect_size : float
        Mean difference over its standard deviation between folds; see `calibrated_cv_ttest`.
    ratio : float
        The n_test / n_train that was used.

    Examples
    --------
    >>> from skprognet.significance import bayesian_cv_test
    >>> result = bayesian_cv_test([[0.64, 0.60, 0.66]], [[0.60, 0.58, 0.61]])
    >>> print(f"{result.p_worse:.2f}, {result.p_equal:.2f}, {result.p_better:.2f}")
    0.04, 0.06, 0.90
    >>> low, high = result.credible_interval()
    >>> print(f"difference {result.estimate:.3f}, between {low:.3f} and {high:.3f}")
    difference 0.037, between -0.023 and 0.097
    """

    p_worse: float
    p_equal: float
    p_better: float
    estimate: float
    scale: float
    df: int
    rope: float
    effect_size: float
    ratio: float

    def __iter__(self):
        return iter((self.p_worse, self.p_equal, self.p_better))

    def credible_interval(self, credibility=0.95):
        """Return the central interval that holds the mean difference with that probability.

        Parameters
        ----------
        credibility : float, default=0.95
            Between 0 and 1.

        Returns
        -------
        interval : CredibleInterval
            Named tuple ``(low, high)``, in the unit of the scores.

        Raises
        ------
        ValueError
            If `credibility` is not between 0 and 1.
        """
        check_positive_below("credibility", credibility, 1)
        reach = float(stats.t.ppf((1 + credibility) / 2, self.df)) * self.scale
        return CredibleInterval(self.estimate - reach, self.estimate + reach)


def bayesian_cv_test(a, b, *, rope=0.01, test_train_ratio=None, n_train=None, n_test=None):
    r"""Compare two methods by the Bayesian correlated t-test for repeated cross-validation.

    The posterior of the mean difference μ is a Student t,

    .. math::

        \mu \sim t_{n-1}\left(m, \left(\frac{1}{n} + \frac{n_\mathrm{test}}{n_\mathrm{train}}
        \right) s^2\right),

    where m and s² (ddof 1) are the mean and the variance of all n = n_repeats * n_folds
    differences a - b. The region of practical equivalence ("rope") from -rope to rope divides it
    in three: b better, practically equal, a better [1]_, [2]_.

    Parameters
    ----------
    a, b : array-like of shape (n_repeats, n_folds) or DataFrame
        Scores of the two methods on the same folds: two arrays with one repeat per row, or two
        frames with the rows of one method each, as `cross_validate_transfer` returns them
        (columns repeat, fold and score; the order of rows does not matter).
    rope : float, default=0.01
        Largest difference that does not matter, in the unit of the scores; at least 0. With 0
        nothing is practically equal, and `p_worse` is the p-value of `corrected_cv_ttest` with
        ``alternative="greater"``.
    test_train_ratio : float, default=None
        As in `corrected_cv_ttest`.
    n_train, n_test : float or array-like of shape (n_repeats, n_folds), default=None
        As in `corrected_cv_ttest`.

    Returns
    -------
    result : BayesianCVTestResult
        `p_worse`, `p_equal`, `p_better`, `estimate` (the mean difference), `scale`, `df`, `rope`,
        `effect_size`, `ratio` and ``credible_interval(credibility=0.95)``.
        ``worse, equal, better = result`` unpacks it.

    Raises
    ------
    TypeError
        If `rope` or `test_train_ratio` is not a number, or only one of `a` and `b` is a DataFrame.
    ValueError
        If `rope` is below 0 or infinite, and as in `corrected_cv_ttest`.

    Warns
    -----
    RuntimeWarning
        If all differences are equal and not 0.

    See Also
    --------
    corrected_cv_ttest : The t-test with the same standard error.

    Notes
    -----
    A p-value above 0.05 does not say that two methods are equal; `p_equal` can. The probabilities
    hold for this corpus and these folds, and for a flat prior. The test has the limits of the
    corrected test: near chance it underestimates how much the folds share.

    If all differences are equal, the whole posterior is at that difference, and one of the three
    probabilities is 1: `p_equal` if the difference is from -rope to rope. Identical scores with
    ``rope=0`` give 0.5, 0, 0.5.

    References
    ----------
    .. [1] G. Corani, A. Benavoli (2015). "A Bayesian approach for comparing cross-validated
           algorithms on multiple data sets", Machine Learning 100, 285-304.
    .. [2] A. Benavoli, G. Corani, J. Demšar, M. Zaffalon (2017). "Time for a Change: a Tutorial
           for Comparing Multiple Classifiers Through Bayesian Analysis", Journal of Machine
           Learning Research 18 (77), 1-36.

    Examples
    --------
    >>> import numpy as np
    >>> from skprognet.significance import bayesian_cv_test
    >>> rng = np.random.default_rng(0)
    >>> dnn = rng.normal(0.60, 0.02, size=(10, 10))
    >>> other = dnn + rng.normal(0, 0.01, size=(10, 10))
    >>> worse, equal, better = bayesian_cv_test(other, dnn)
    >>> print(f"within ±0.01 with probability {equal:.3f}")
    within ±0.01 with probability 0.996
    """
    check_number("rope", rope, "number", low=0, high=math.inf, high_open=True)
    pair = pair_scores(a, b)
    ratio = resolve_ratio(test_train_ratio, n_train, n_test, pair)
    n = pair.a.size
    mean, variance = pair.mean_and_variance
    if mean and not variance:
        consequence = "the posterior a single point"
        warn_of_constant_difference(mean, n, consequence, stacklevel=2)
    scale = math.sqrt((1 / n + ratio) * variance)
    return BayesianCVTestResult(
        *rope_probabilities(mean, scale, n - 1, rope),
        estimate=mean,
        scale=scale,
        df=n - 1,
        rope=rope,
        effect_size=divide(mean, math.sqrt(variance)),
        ratio=ratio,
    )
