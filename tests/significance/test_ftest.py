"""The combined 5x2cv F-test, checked against mlxtend and by hand."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skprognet.significance import combined_5x2cv_ftest

CASES = json.loads((Path(__file__).parents[1] / "reference/ftest_5x2cv.json").read_text())["cases"]


def exactly(sentence):
    return f"^{re.escape(sentence)}$"


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_result_agrees_with_mlxtend(case):
    result = combined_5x2cv_ftest(case["a"], case["b"])
    np.testing.assert_allclose(tuple(result), (case["statistic"], case["pvalue"]), rtol=1e-8)
    assert (result.df, result.alternative) == ((10, 5), "two-sided")
    difference = np.subtract(case["a"], case["b"])
    assert result.estimate == pytest.approx(difference.mean())
    assert result.effect_size == pytest.approx(difference.mean() / difference.std(ddof=1))


scores_5_2 = arrays(np.int64, (5, 2), elements=st.integers(0, 1000)).map(lambda s: s / 1e3)


@given(a=scores_5_2, b=scores_5_2)
def test_statistic_does_not_depend_on_sign_and_order(a, b):
    difference = np.round(a - b, 6)
    assume((difference[:, 0] != difference[:, 1]).any())
    result = combined_5x2cv_ftest(a, b)
    assert result.statistic == pytest.approx(combined_5x2cv_ftest(b, a).statistic)
    in_reverse = combined_5x2cv_ftest(a[::-1, ::-1], b[::-1, ::-1])
    assert in_reverse.statistic == pytest.approx(result.statistic)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_interval_ends_where_the_test_begins_to_reject(level):
    a, b = np.array(CASES[1]["a"]), np.array(CASES[1]["b"])
    for end in combined_5x2cv_ftest(a, b).confidence_interval(level):
        assert combined_5x2cv_ftest(a - end, b).pvalue == pytest.approx(1 - level)
    default = combined_5x2cv_ftest(a, b).confidence_interval()
    assert default == combined_5x2cv_ftest(a, b).confidence_interval(0.95)


def test_interval_is_nan_if_repeats_disagree_more_than_folds():
    a = np.repeat([0.5, 0.6, 0.7, 0.8, 0.9], 2).reshape(5, 2)
    a[0, 0] += 0.01
    b = np.full((5, 2), 0.7)
    result = combined_5x2cv_ftest(a, b)
    assert all(math.isnan(end) for end in result.confidence_interval())
    # The test rejects every difference, even the mean.
    assert combined_5x2cv_ftest(a - result.estimate, b).pvalue < 0.05


# Degenerate scores


@pytest.mark.parametrize("detour", [0, 7])
def test_scores_that_are_equal_up_to_rounding_do_not_differ(detour):
    a = np.array(CASES[0]["a"])
    result = combined_5x2cv_ftest(a, (a + detour) - detour)
    assert tuple(result) == (0, 1)
    assert (result.estimate, result.effect_size) == (0, 0)
    assert result.confidence_interval() == (0, 0)


@pytest.mark.parametrize("constant", [0.03125, -0.1])
def test_constant_difference_warns_that_f_is_infinite(constant):
    b = np.array(CASES[0]["b"])
    with pytest.warns(RuntimeWarning, match="which makes f infinite") as record:
        result = combined_5x2cv_ftest(b + constant, b)
    assert record[0].filename == __file__
    assert tuple(result) == (math.inf, 0)
    assert result.estimate == pytest.approx(constant)
    assert result.confidence_interval() == (result.estimate, result.estimate)


@given(b=arrays(float, (5, 2), elements=st.floats(0, 1)), constant=st.floats(1e-3, 1))
def test_difference_that_is_constant_up_to_rounding_is_constant(b, constant):
    with pytest.warns(RuntimeWarning, match="which makes f infinite"):
        result = combined_5x2cv_ftest(b + constant, b)
    assert tuple(result) == (math.inf, 0)


def test_f_is_infinite_if_the_folds_of_each_repeat_agree():
    b = np.full((5, 2), 0.5)
    a = b + np.array([0.1, -0.1, 0.2, -0.2, 0])[:, None]
    result = combined_5x2cv_ftest(a, b)
    assert tuple(result) == (math.inf, 0)
    assert (result.estimate, result.effect_size) == (0, 0)
    assert all(math.isnan(end) for end in result.confidence_interval())


@pytest.mark.parametrize("shape", [(2, 5), (10, 10), (1, 10)])
def test_other_designs_are_refused(shape):
    sentence = f"a and b must be 5 repeats of 2 folds; got shape {shape}. Use corrected_cv_ttest."
    with pytest.raises(ValueError, match=exactly(sentence)):
        combined_5x2cv_ftest(np.zeros(shape), np.zeros(shape))


def test_true_null_is_rejected_less_often_than_alpha(rng):
    differences = rng.normal(size=(4000, 5, 2))
    zero = np.zeros((5, 2))
    rejected = np.mean([combined_5x2cv_ftest(d, zero).pvalue < 0.05 for d in differences])
    # The two sums in f are not independent, which makes f a little smaller than F.
    assert 0.01 < rejected < 0.05


@pytest.mark.parametrize("level", [0, 1, 95])
def test_confidence_level_must_be_between_0_and_1(level):
    sentence = f"confidence_level must satisfy 0 < confidence_level < 1; got {level}."
    with pytest.raises(ValueError, match=exactly(sentence)):
        combined_5x2cv_ftest(CASES[1]["a"], CASES[1]["b"]).confidence_interval(level)
