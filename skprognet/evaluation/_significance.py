"""Tests of whether two methods, cross-validated on the same folds, differ by more than luck.

The folds of a repeated cross-validation share most of their training rows, so their scores are
not independent, and a variance divided by their number makes luck look like a finding. Both tests
here divide it by less: ``t = m / sqrt(shrinkage * s2)``, each with a shrinkage of its own.
"""

import math
import warnings
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
from scipy import stats

from skprognet._validation import check_choice, check_number

ConfidenceInterval = namedtuple("ConfidenceInterval", ["low", "high"])


def _check_positive_below(name, value, high):
    """Raise unless 0 < value < high."""
    check_number(name, value, "number", low=0, high=high, low_open=True, high_open=True)


def _mean_and_variance(a, b):
    """Return the mean of a - b and its variance (ddof 1), each 0 if rounding explains it."""
    difference = a - b
    # Two scores of size s differ by a few eps * s when the same number is computed in two ways.
    rounding = 10 * np.finfo(float).eps * max(np.abs(a).max(), np.abs(b).max())
    mean, deviation = difference.mean(), difference.std(ddof=1)
    return (
        float(mean) if abs(mean) > rounding else 0.0,
        float(deviation) ** 2 if deviation > rounding else 0.0,
    )


def _statistic(mean, standard_error):
    """Return mean / standard_error, with 0 / 0 = 0 and x / 0 = infinity with the sign of x."""
    if standard_error > 0:
        return mean / standard_error
    return math.copysign(math.inf, mean) if mean else 0.0


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
    ratio : float or None
        The n_test / n_train that `corrected_cv_ttest` used; None for `calibrated_cv_ttest`.
    """

    statistic: float
    pvalue: float
    df: float
    alternative: str
    estimate: float
    standard_error: float
    ratio: float | None = None

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
        _check_positive_below("confidence_level", confidence_level, 1)
        two_sided = self.alternative == "two-sided"
        level = (1 + confidence_level) / 2 if two_sided else confidence_level
        reach = float(stats.t.ppf(level, self.df)) * self.standard_error
        return ConfidenceInterval(
            low=-math.inf if self.alternative == "less" else self.estimate - reach,
            high=math.inf if self.alternative == "greater" else self.estimate + reach,
        )


def _check_scores(name, scores):
    """Return the scores as a finite float array of shape (n_repeats, n_folds)."""
    scores = np.asarray(scores, dtype=float)
    if scores.ndim != 2:
        raise ValueError(
            f"{name} must have shape (n_repeats, n_folds); got shape {scores.shape}. Put one "
            f"repeat in each row: np.reshape({name}, (n_repeats, n_folds))."
        )
    if not np.isfinite(scores).all():
        repeat, fold = np.argwhere(~np.isfinite(scores))[0]
        raise ValueError(
            f"{name} must hold finite scores; got {scores[repeat, fold]} in repeat {repeat}, "
            f"fold {fold}. Find out why that fold has no score, and run it again."
        )
    return scores


def _check_pair(a, b):
    """Return both score tables, of one shape and with at least two folds in all."""
    a, b = _check_scores("a", a), _check_scores("b", b)
    if a.shape != b.shape:
        raise ValueError(
            f"a and b must have the same shape; got {a.shape} and {b.shape}. Score both methods "
            "on the same folds."
        )
    if a.size < 2:
        raise ValueError(
            f"At least 2 pairs of scores are needed to see how they vary; got {a.size}. Run more "
            "folds or repeats."
        )
    return a, b


def _cv_ttest(a, b, shrinkage, df, alternative, ratio=None):
    """Test the mean of a - b: ``t = m / sqrt(shrinkage * s2)``, with `df` degrees of freedom."""
    check_choice("alternative", alternative, ("two-sided", "greater", "less"))
    mean, variance = _mean_and_variance(a, b)
    if mean and not variance:
        warnings.warn(
            f"All {a.size} differences equal {mean:.6g}, which makes t infinite. Check that a and "
            "b are the scores of two methods on different folds.",
            RuntimeWarning,
            stacklevel=3,
        )
    standard_error = math.sqrt(shrinkage * variance)
    statistic = _statistic(mean, standard_error)
    return CVTTestResult(
        statistic=statistic,
        pvalue=_p_value(statistic, df, alternative),
        df=df,
        alternative=alternative,
        estimate=mean,
        standard_error=standard_error,
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
    a, b : array-like of shape (n_repeats, n_folds)
        Scores of the two methods on the same folds, one repeat per row.
    df : float, default=None
        Degrees of freedom, above 0. None is 10 for a table of 10 x 10, the only one it was
        calibrated for; any other shape needs it given.
    alternative : {"two-sided", "greater", "less"}, default="two-sided"
        Whether `a` differs from, is greater than, or is less than `b`.

    Returns
    -------
    result : CVTTestResult
        `statistic`, `pvalue`, `df`, `alternative`, `estimate` (the mean difference),
        `standard_error` and ``confidence_interval(confidence_level=0.95)``, as from
        :func:`scipy.stats.ttest_rel`. ``t, p = result`` unpacks it.

    Raises
    ------
    TypeError
        If `df` is not a number.
    ValueError
        If `a` or `b` is not a finite table of at least two scores, their shapes differ, the
        table is not 10 x 10 and `df` is None, `df` is not above 0, or `alternative` is unknown.

    Warns
    -----
    RuntimeWarning
        If all differences are equal and not 0.

    See Also
    --------
    corrected_cv_ttest : For any number of repeats and folds.

    Notes
    -----
    The 11 in the denominator is df + 1. Dividing the variance by the 100 scores instead, as a
    plain paired t-test does, rejects a true null about half the time.

    Neither this test nor `corrected_cv_ttest` is exact. With two equally good simple methods on
    1000 made-up corpora, at the 5 % level both reject in about 5 of 100 corpora where accuracy is
    0.69 (100 rows of two classes), but in about 16 where it is 0.54 (60 rows), and the plain test
    in 55 and 64. Near chance, believe none of them.

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

    Examples
    --------
    >>> import numpy as np
    >>> from skprognet.evaluation import calibrated_cv_ttest
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
    a, b = _check_pair(a, b)
    if df is None:
        if a.shape != (10, 10):
            raise ValueError(
                "a and b must have shape (10, 10), for which the test is calibrated, unless df is "
                f"given; got shape {a.shape}. Use corrected_cv_ttest, or pass df."
            )
        df = 10
    _check_positive_below("df", df, math.inf)
    return _cv_ttest(a, b, 1 / (df + 1), df, alternative)


def _check_sizes(name, sizes, shape):
    """Return row counts as a positive float array, one for all folds or one for each."""
    sizes = np.asarray(sizes, dtype=float)
    if sizes.shape not in ((), shape):
        raise ValueError(
            f"{name} must be one number, or one for each score, shape {shape}; got shape "
            f"{sizes.shape}. Count the rows of each fold."
        )
    wrong = sizes[~(np.isfinite(sizes) & (sizes > 0))]
    if wrong.size:
        raise ValueError(
            f"{name} must be finite and positive; got {wrong[0]}. Count the rows of each fold."
        )
    return sizes


def _resolve_ratio(test_train_ratio, n_train, n_test, shape):
    """Return n_test / n_train: as given, or its mean over the folds, or 1 / (n_folds - 1)."""
    if test_train_ratio is not None and (n_train is not None or n_test is not None):
        raise ValueError(
            "The ratio must be given in one way; got test_train_ratio beside n_train or n_test. "
            "Pass test_train_ratio alone, or n_train with n_test."
        )
    if (n_train is None) != (n_test is None):
        given, missing = ("n_test", "n_train") if n_train is None else ("n_train", "n_test")
        raise ValueError(
            f"n_train and n_test go together; got {given} without {missing}. Pass both or neither."
        )
    if test_train_ratio is not None:
        _check_positive_below("test_train_ratio", test_train_ratio, math.inf)
        return float(test_train_ratio)
    if n_train is not None:
        n_train = _check_sizes("n_train", n_train, shape)
        n_test = _check_sizes("n_test", n_test, shape)
        return float(np.mean(n_test / n_train))
    if shape[1] < 2:
        raise ValueError(
            "a and b must have at least 2 folds for the default ratio, 1 / (n_folds - 1); got 1. "
            "Pass test_train_ratio, or n_train with n_test."
        )
    return 1 / (shape[1] - 1)


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
    a, b : array-like of shape (n_repeats, n_folds)
        Scores of the two methods on the same folds, one repeat per row.
    test_train_ratio : float, default=None
        n_test / n_train, above 0. None is the mean of ``n_test / n_train`` where these are given,
        and otherwise n_test / (n_samples - n_test) = 1 / (n_folds - 1).
    n_train, n_test : float or array-like of shape (n_repeats, n_folds), default=None
        Number of training and of test rows, of all folds or of each; both or neither.
    alternative : {"two-sided", "greater", "less"}, default="two-sided"
        Whether `a` differs from, is greater than, or is less than `b`.

    Returns
    -------
    result : CVTTestResult
        `statistic`, `pvalue`, `df`, `alternative`, `estimate` (the mean difference),
        `standard_error`, `ratio` (the one that was used) and
        ``confidence_interval(confidence_level=0.95)``, as from :func:`scipy.stats.ttest_rel`.
        ``t, p = result`` unpacks it.

    Raises
    ------
    TypeError
        If `test_train_ratio` is not a number.
    ValueError
        If `a` or `b` is not a finite table of at least two scores, their shapes differ, the ratio
        is given twice, by half, or not at all for a single fold, it or a number of rows is not
        above 0, the numbers of rows have another shape, or `alternative` is unknown.

    Warns
    -----
    RuntimeWarning
        If all differences are equal and not 0.

    See Also
    --------
    calibrated_cv_ttest : The test of the paper, for 10 repeats of 10 folds.

    Notes
    -----
    Which rows are training rows? All that shaped the model. A validation fold that decides when
    training stops is one of them, so the default ratio, 1 / (k - 1) for k folds, is the same with
    and without one. Counting only the k - 2 folds that the weights were fitted to, of the eight
    training, one validation and one test fold of Gideon et al. [3]_, gives
    ``test_train_ratio=1 / (k - 2)`` and a more cautious test: at 10 x 10, a t smaller by 5 %.
    Decide before looking, and report the `ratio`.

    For repeated hold-out, a table of one column, the ratio has to be given.

    Identical and constant differences are treated as in `calibrated_cv_ttest`.

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
    >>> from skprognet.evaluation import corrected_cv_ttest
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
    a, b = _check_pair(a, b)
    ratio = _resolve_ratio(test_train_ratio, n_train, n_test, a.shape)
    return _cv_ttest(a, b, 1 / a.size + ratio, a.size - 1, alternative, ratio)
