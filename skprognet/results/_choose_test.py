"""Choose, run and describe the significance test that compares two methods."""

import numbers

import numpy as np

from skprognet._wording import first_few, from_to
from skprognet.significance import (
    SignificanceTest,
    get_significance_test,
    get_significance_test_names,
)

# What reports say of the tests of the package, by their descriptions.
_NOTES = {
    "calibrated 10x10 CV paired t-test": (
        "This is the paper's test, which is defined only for 10 repeats of 10 folds."
    ),
    "corrected paired t-test for repeated CV": (
        "Nadeau and Bengio proposed this test, and Bouckaert and Frank extended it to repeated "
        "cross-validation. It works for any number of repeats and folds; the paper's own test is "
        "defined only for 10 repeats of 10 folds."
    ),
    "combined 5x2 CV F-test": (
        "This is Alpaydin's test, which is defined only for 5 repeats of 2 folds."
    ),
}


def as_test(test):
    """Return a test, given by its name or as an object; None for "auto".

    Raises
    ------
    ValueError
        If there is no test of that name.
    """
    if isinstance(test, SignificanceTest):
        return test
    return None if isinstance(test, str) and test == "auto" else get_significance_test(test)


def choose_test(test, n_repeats, n_folds, has_row_counts):
    """Return `test` if it fits such folds, or the first test that fits if `test` is None.

    Raises
    ------
    ValueError
        If `test` does not fit such folds.
    """
    tests = [get_significance_test(name) for name in get_significance_test_names()]
    fitting = [each for each in tests if each.fits(n_repeats, n_folds, has_row_counts)]
    if test is None:
        return fitting[0]
    if test.fits(n_repeats, n_folds, has_row_counts):
        return test
    names = first_few(["auto", *(each.name for each in fitting)])
    raise ValueError(
        f"test must fit {n_repeats} x {n_folds} folds; got {test.name!r}, which does not. Use one "
        f"of {names}."
    )


def run_test(test, pair, **options):
    """Return the result of a test of two methods on the same folds.

    Raises
    ------
    TypeError
        If the test does not return one p-value.
    ValueError
        If the p-value is not from 0 to 1.
    """
    if test.takes_ratio and pair.ratio is not None:
        options["test_train_ratio"] = pair.ratio
    result = test.function(pair.a, pair.b, **options)
    pvalue = getattr(result, "pvalue", None)
    if np.ndim(pvalue) or not isinstance(pvalue, numbers.Real):
        raise TypeError(
            f"The function of {test.name!r} must return an object with one number as pvalue; got "
            f"{pvalue!r}. Test all folds together, for example with axis=None of scipy."
        )
    if not 0 <= pvalue <= 1:
        raise ValueError(
            f"The p-value of {test.name!r} must be from 0 to 1; got {pvalue!r}. Check how this "
            "test handles scores that are equal on all folds."
        )
    return result


def _explain(description, rows, note):
    parts = [f"Test: {description}, two-sided"]
    if rows["df"].notna().all():
        parts.append(f"{from_to(rows['df'])} degrees of freedom")
    if rows["ratio"].notna().all():
        ratio = from_to(rows["ratio"], ".3f")
        parts.append(
            "ratio of test rows to training rows (including validation rows that were used) "
            f"{ratio}"
        )
    return f"{', '.join(parts)}. {note}".rstrip()


def explain_tests(comparisons):
    """Describe the significance tests that were used, with their degrees of freedom.

    Parameters
    ----------
    comparisons : DataFrame
        What :func:`compare_methods` returns.

    Returns
    -------
    str
        A paragraph with a few sentences for each test.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import compare_methods, explain_tests
    >>> folds = pd.DataFrame({"repeat": 1, "fold": [1, 2, 3, 4, 5], "source": "none"})
    >>> dnn = folds.assign(method="DNN", score=[0.61, 0.58, 0.64, 0.60, 0.57])
    >>> svm = folds.assign(method="SVM", score=[0.63, 0.57, 0.66, 0.60, 0.58])
    >>> print(explain_tests(compare_methods(pd.concat([dnn, svm]))))
    Test: corrected paired t-test for repeated CV, two-sided, 4 degrees of freedom, ratio of test \
rows to training rows (including validation rows that were used) 0.250. Nadeau and Bengio \
proposed this test, and Bouckaert and Frank extended it to repeated cross-validation. It works \
for any number of repeats and folds; the paper's own test is defined only for 10 repeats of 10 \
folds.
    """
    return " ".join(
        _explain(description, rows, _NOTES.get(description, ""))
        for description, rows in comparisons.groupby("test", sort=False)
    )
