"""Which significance test compare_methods uses, and how explain_tests describes it."""

import re
from collections import namedtuple

import numpy as np
import pandas as pd
import pytest

from skprognet.results import compare_methods, explain_tests, summary_table
from skprognet.significance import (
    SignificanceTest,
    calibrated_cv_ttest,
    combined_5x2cv_ftest,
    corrected_cv_ttest,
    get_significance_test,
    get_significance_test_names,
)

OnlyP = namedtuple("OnlyP", ["pvalue"])


def exactly(sentence):
    return f"^{re.escape(sentence)}$"


def scores_of_dnn_and_svm(rng, n_repeats, n_folds, **columns):
    """Return scores of a DNN and of an SVM that is a little better."""
    places = [(r, f) for r in range(1, n_repeats + 1) for f in range(1, n_folds + 1)]
    folds = pd.DataFrame(places, columns=["repeat", "fold"]).assign(source="none", **columns)
    uars = {"DNN": 0.60, "SVM": 0.62}
    return pd.concat(
        folds.assign(method=method, score=mean + rng.normal(0, 0.02, len(folds)))
        for method, mean in uars.items()
    )


def score_arrays(scores, n_repeats, n_folds):
    """Return the scores as arrays for the significance tests, the SVM first."""
    return [
        scores.loc[scores["method"] == method, "score"].to_numpy().reshape(n_repeats, n_folds)
        for method in ("SVM", "DNN")
    ]


def test_each_significance_test_knows_which_folds_it_fits():
    names = get_significance_test_names()
    assert names == [get_significance_test(name).name for name in names]
    fitting = {
        folds: [name for name in names if get_significance_test(name).fits(*folds)]
        for folds in [(10, 10, False), (5, 2, False), (3, 5, True), (4, 1, True), (4, 1, False)]
    }
    assert fitting == {
        (10, 10, False): ["calibrated_cv_ttest", "corrected_cv_ttest"],
        (5, 2, False): ["corrected_cv_ttest", "combined_5x2cv_ftest"],
        (3, 5, True): ["corrected_cv_ttest"],
        (4, 1, True): ["corrected_cv_ttest"],
        (4, 1, False): [],
    }


def test_compare_methods_uses_the_test_that_is_named(rng):
    scores = scores_of_dnn_and_svm(rng, 10, 10, chance=1 / 4)
    a, b = score_arrays(scores, 10, 10)
    for name, test in (
        ("calibrated_cv_ttest", calibrated_cv_ttest),
        ("corrected_cv_ttest", corrected_cv_ttest),
    ):
        row = compare_methods(scores, test=name).loc[0]
        assert row["pvalue"] == test(a, b).pvalue
        assert row["test"] == get_significance_test(name).description
        chance = test(a, np.full((10, 10), 0.25), alternative="greater").pvalue
        assert row["p_chance"] == pytest.approx(chance)
    assert compare_methods(scores).equals(compare_methods(scores, test="calibrated_cv_ttest"))


def test_f_test_leaves_chance_to_a_one_sided_test(rng):
    scores = scores_of_dnn_and_svm(rng, 5, 2, chance=1 / 4)
    a, b = score_arrays(scores, 5, 2)
    comparisons = compare_methods(scores, test="combined_5x2cv_ftest")
    row, expected = comparisons.loc[0], combined_5x2cv_ftest(a, b)
    assert (row["statistic"], row["pvalue"]) == tuple(expected)
    assert (row["low"], row["high"]) == expected.confidence_interval(0.95)
    assert np.isnan(row["df"])
    assert np.isnan(row["ratio"])
    assert row["p_chance"] == compare_methods(scores).loc[0, "p_chance"] < 0.01
    assert explain_tests(comparisons) == (
        "Test: combined 5x2 CV F-test, two-sided. This is Alpaydin's test, which is defined only "
        "for 5 repeats of 2 folds."
    )


def test_summary_table_takes_p_chance_from_the_comparisons(rng):
    scores = scores_of_dnn_and_svm(rng, 10, 10, chance=1 / 2)
    comparisons = compare_methods(scores, test="corrected_cv_ttest")
    row = comparisons.loc[0]
    p_chance = summary_table(scores, comparisons).set_index("method")["p_chance"]
    assert (p_chance["SVM"], p_chance["DNN"]) == (row["p_chance"], row["against_p_chance"])


def test_error_lists_fitting_tests_when_the_named_one_does_not_fit(rng):
    sentence = (
        "test must fit 5 x 2 folds; got 'calibrated_cv_ttest', which does not. Use one of 'auto', "
        "'corrected_cv_ttest', 'combined_5x2cv_ftest'."
    )
    with pytest.raises(ValueError, match=exactly(sentence)):
        compare_methods(scores_of_dnn_and_svm(rng, 5, 2), test="calibrated_cv_ttest")


@pytest.mark.parametrize(
    ("test", "advice"),
    [
        ("corrected_ttest", "Did you mean 'corrected_cv_ttest'?"),
        (None, "Use one of these, or a SignificanceTest."),
    ],
)
def test_unknown_test_name_is_refused(rng, test, advice):
    sentence = (
        "test must be one of 'calibrated_cv_ttest', 'corrected_cv_ttest', "
        f"'combined_5x2cv_ftest'; got {test!r}. {advice}"
    )
    with pytest.raises(ValueError, match=exactly(sentence)):
        compare_methods(scores_of_dnn_and_svm(rng, 2, 3), test=test)


def test_custom_test_may_return_only_a_p_value(rng):
    custom_test = SignificanceTest("own", "test of my own", lambda a, b: OnlyP(0.01))
    comparisons = compare_methods(scores_of_dnn_and_svm(rng, 2, 3), test=custom_test)
    row = comparisons.loc[0]
    assert row[["low", "high", "statistic", "df", "ratio"]].isna().all()
    assert row["verdict"].endswith(f"difference {row['difference']:+.3f}, p = 0.01.")
    assert explain_tests(comparisons) == "Test: test of my own, two-sided."


def test_custom_test_that_returns_several_p_values_is_refused(rng):
    custom_test = SignificanceTest(
        "own", "test of each fold", lambda a, b: OnlyP(np.array([0.1, 0.2]))
    )
    sentence = (
        "The function of 'own' must return an object with one number as pvalue; got array([0.1, "
        "0.2]). Test all folds together, for example with axis=None of scipy."
    )
    with pytest.raises(TypeError, match=exactly(sentence)):
        compare_methods(scores_of_dnn_and_svm(rng, 2, 3), test=custom_test)


def test_significance_test_requires_callables():
    with pytest.raises(TypeError, match=r"^function must be callable; got 'ttest_rel'\.$"):
        SignificanceTest("own", "no function", "ttest_rel")
    with pytest.raises(TypeError, match=r"^fits must be callable; got True\.$"):
        SignificanceTest("own", "fits all", max, fits=True)


def test_explanation_gives_the_range_of_ratios_over_training_sizes(rng):
    sizes = [
        scores_of_dnn_and_svm(rng, 2, 3, n_train_folds=n, n_train=40 * n, n_test=20)
        for n in (1, 2)
    ]
    text = explain_tests(compare_methods(pd.concat(sizes)))
    assert "5 degrees of freedom, ratio of test rows to training rows" in text
    assert "(including validation rows that were used) 0.250 to 0.500. Nadeau" in text
