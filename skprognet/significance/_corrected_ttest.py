"""The corrected paired t-test of Nadeau and Bengio, for any number of repeats and folds."""

from skprognet.significance._paired import pair_scores
from skprognet.significance._ratio import resolve_ratio
from skprognet.significance._shrunken_ttest import shrunken_ttest


def corrected_cv_ttest(
    a, b, *, test_train_ratio=None, n_train=None, n_test=None, alternative="two-sided"
):
    r"""Compare two methods by the corrected paired t-test for repeated cross-validation.

    .. math::

        t = \frac{m}{\sqrt{
        \left(\frac{1}{n} + \frac{n_\mathrm{test}}{n_\mathrm{train}}\right) s^2}},
        \qquad \mathrm{df} = n - 1,

    where m and s² (ddof 1) are the mean and the variance of all n = n_repeats * n_folds
    differences a - b. The second term, from Nadeau and Bengio [1]_, accounts for the training rows
    that the folds share; more repeats do not make it smaller. Bouckaert and Frank [2]_, whom
    Gideon et al. [3]_ cite for their test, extended it to repeated cross-validation.

    Parameters
    ----------
    a, b : array-like of shape (n_repeats, n_folds) or DataFrame
        Scores of the two methods on the same folds: two arrays with one repeat per row, or two
        frames with the rows of one method each, as `cross_validate_transfer` returns them
        (columns repeat, fold and score; the order of rows does not matter).
    test_train_ratio : float, default=None
        n_test / n_train, above 0. None uses the mean of ``n_test / n_train``, if these are passed.
        Otherwise it uses the mean of ``n_test / (n_train + n_validation)`` of the frames; if the
        two frames differ, the larger ratio, and if only one has these numbers, its ratio. Without
        any numbers of rows it uses 1 / (n_folds - 1), which is n_test / (n_samples - n_test).
    n_train, n_test : float or array-like of shape (n_repeats, n_folds), default=None
        Numbers of training rows and of test rows: one number for all folds, or one for each fold.
        Pass both or neither.
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
        If `a` or `b` is not a finite table of at least two scores of one method; if they are not
        of the same folds and design; if `test_train_ratio` is passed together with numbers of
        rows, or only one of `n_train` and `n_test` is passed; if there is a single fold, and no
        ratio or numbers of rows; if the ratio or a number of rows is not above 0; if the numbers
        of rows have another shape; or if `alternative` is unknown.

    Warns
    -----
    RuntimeWarning
        If all differences are equal and not 0.

    See Also
    --------
    calibrated_cv_ttest : The test of the paper, for 10 repeats of 10 folds.
    bayesian_cv_test : The same standard error, with probabilities instead of p-values.

    Notes
    -----
    All rows that shaped the model count as training rows. These include the rows of a validation
    fold if they decide when training stops. So the default ratio, 1 / (k - 1) for k folds, is
    the same with and without a validation fold. If the two methods have learned from different
    numbers of rows, frames give the larger of their ratios. Gideon et al. [3]_ have eight training
    folds, one validation fold and one test fold. Counting only the k - 2 training folds would be
    ``test_train_ratio=1 / (k - 2)``, and a more cautious test: at 10 x 10, t is smaller by 5 %.
    Decide before you look at the result, and report the `ratio`. A frame of a run on some of the
    training folds has smaller numbers of training rows, and so gets a larger ratio.

    For repeated hold-out, a table of one column, pass the ratio or the numbers of rows, unless the
    frames have these numbers.

    For other designs, effect size, and identical or constant differences, see
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
    Five folds, three times: each model is tested on a quarter as many rows as it learned from.

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
    pair = pair_scores(a, b)
    ratio = resolve_ratio(test_train_ratio, n_train, n_test, pair)
    n = pair.a.size
    return shrunken_ttest(pair, 1 / n + ratio, n - 1, alternative, ratio)
