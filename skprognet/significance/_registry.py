"""The tests that can compare two methods, by name, with the folds that each test fits."""

from skprognet._wording import did_you_mean, first_few
from skprognet.significance._calibrated_ttest import CALIBRATED_FOR, calibrated_cv_ttest
from skprognet.significance._corrected_ttest import corrected_cv_ttest
from skprognet.significance._ftest import FOLDS, combined_5x2cv_ftest


def _any_folds(n_repeats, n_folds, has_row_counts):
    return True


class SignificanceTest:
    """A test of two methods on the same folds, for `compare_methods`.

    Parameters
    ----------
    name : str
        Name for `compare_methods` and the command line.
    description : str
        Name in tables and reports, in a few words.
    function : callable
        Called as ``function(a, b)`` with two arrays of shape (n_repeats, n_folds). It returns an
        object with the numbers `statistic` and `pvalue` (two-sided), as the tests of scipy do. If
        that object has `df` and ``confidence_interval(level)``, these are used as well.
    fits : callable, default=None
        Called as ``fits(n_repeats, n_folds, has_row_counts)``; returns whether the test fits such
        folds. `has_row_counts` is True if the numbers of training and test rows are known. None
        means that the test fits all folds.
    one_sided : bool, default=False
        Whether `function` takes ``alternative="greater"``. Such a test is also used to test
        whether a method is better than chance.
    takes_ratio : bool, default=False
        Whether `function` takes ``test_train_ratio``, the ratio of test rows to training rows.

    Raises
    ------
    TypeError
        If `function` or `fits` is not callable.

    See Also
    --------
    get_significance_test : Returns a test of the package by its name.
    skprognet.results.compare_methods : Takes a name or such an object as `test`.

    Examples
    --------
    >>> from functools import partial
    >>> from scipy.stats import ttest_rel
    >>> from skprognet.significance import SignificanceTest
    >>> plain = SignificanceTest(
    ...     "plain_ttest", "paired t-test without correction", partial(ttest_rel, axis=None)
    ... )
    >>> plain.fits(10, 10, False)
    True
    >>> result = plain.function([[0.64, 0.60, 0.66]], [[0.60, 0.58, 0.61]])
    >>> print(f"p = {result.pvalue:.3f}")
    p = 0.053
    """

    def __init__(
        self,
        name,
        description,
        function,
        *,
        fits=None,
        one_sided=False,
        takes_ratio=False,
    ):
        for what, given in (("function", function), ("fits", fits or _any_folds)):
            if not callable(given):
                raise TypeError(f"{what} must be callable; got {given!r}.")
        self.name = name
        self.description = description
        self.function = function
        self.fits = fits or _any_folds
        self.one_sided = one_sided
        self.takes_ratio = takes_ratio

    def __repr__(self):
        return f"<SignificanceTest {self.name!r}: {self.description}>"


# In order of preference: by default, compare_methods uses the first test that fits.
_TESTS = (
    SignificanceTest(
        "calibrated_cv_ttest",
        "calibrated 10x10 CV paired t-test",
        calibrated_cv_ttest,
        fits=lambda n_repeats, n_folds, _: (n_repeats, n_folds) == CALIBRATED_FOR,
        one_sided=True,
    ),
    SignificanceTest(
        "corrected_cv_ttest",
        "corrected paired t-test for repeated CV",
        corrected_cv_ttest,
        # The default ratio, 1 / (n_folds - 1), needs two folds.
        fits=lambda _, n_folds, has_row_counts: n_folds > 1 or has_row_counts,
        one_sided=True,
        takes_ratio=True,
    ),
    SignificanceTest(
        "combined_5x2cv_ftest",
        "combined 5x2 CV F-test",
        combined_5x2cv_ftest,
        fits=lambda n_repeats, n_folds, _: (n_repeats, n_folds) == FOLDS,
    ),
)


def get_significance_test_names():
    """Return the names of the tests for `compare_methods`, in its order of preference.

    Returns
    -------
    list of str
        For :func:`get_significance_test`, and for the parameter `test` of
        :func:`~skprognet.results.compare_methods`.

    Examples
    --------
    >>> from skprognet.significance import get_significance_test_names
    >>> get_significance_test_names()
    ['calibrated_cv_ttest', 'corrected_cv_ttest', 'combined_5x2cv_ftest']
    """
    return [test.name for test in _TESTS]


def get_significance_test(name):
    """Return the test of that name.

    Parameters
    ----------
    name : str
        One of `get_significance_test_names`.

    Returns
    -------
    SignificanceTest
        The test, with name, description, function and the folds that it fits.

    Raises
    ------
    ValueError
        If there is no test of that name.

    Examples
    --------
    >>> from skprognet.significance import get_significance_test
    >>> test = get_significance_test("combined_5x2cv_ftest")
    >>> test.fits(5, 2, False), test.fits(10, 10, False)
    (True, False)
    """
    for test in _TESTS:
        if test.name == name:
            return test
    names = get_significance_test_names()
    advice = did_you_mean(name, names, "Use one of these, or a SignificanceTest.")
    raise ValueError(f"test must be one of {first_few(names)}; got {name!r}. {advice}")
