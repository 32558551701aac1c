"""The Bayesian correlated t-test, checked against baycomp, BayesianTestsML and by hand."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, stats

from skprognet.significance import bayesian_cv_test, corrected_cv_ttest

REFERENCE = json.loads((Path(__file__).parents[1] / "reference/significance.json").read_text())
KINDS = {"rope=0.0": 0.0, "rope=0.01": 0.01, "rope=0.02": 0.02}


def exactly(sentence):
    return f"^{re.escape(sentence)}$"


def reference_rows(kind, cases=None):
    return [
        pytest.param(row, id=f"{row['case']} {row['pair']}")
        for row in REFERENCE["expected"]
        if row["test"] == f"bayes_correlated_t[{kind}]" and (not cases or row["case"] in cases)
    ]


def score_tables(row):
    case = REFERENCE["inputs"][row["case"]]
    return [np.array(case["scores"][case["methods"].index(m)]) for m in row["pair"].split("-")]


def assert_probabilities(result, row):
    expected = row["values"]
    if len(expected) == 2:  # without a rope there is no middle
        expected = [expected[0], 0, expected[1]]
    np.testing.assert_allclose(tuple(result), expected, rtol=1e-8, atol=1e-15)
    assert result.df == row["df"]


NOT_CONSTANT = ("m2_moderate", "m2_null", "m3", "one_repeat", "r3k5", "identical")


@pytest.mark.parametrize("kind", KINDS)
def test_reference_has_nine_rows_of_each_kind(kind):
    assert len(reference_rows(kind)) == 9


@pytest.mark.parametrize(
    ("row", "rope"),
    [
        pytest.param(*row.values, rope, id=f"{row.id} {kind}")
        for kind, rope in KINDS.items()
        for row in reference_rows(kind, NOT_CONSTANT)
    ],
)
def test_probabilities_agree_with_baycomp_and_others(row, rope):
    result = bayesian_cv_test(*score_tables(row), rope=rope)
    assert_probabilities(result, row)
    assert result.rope == rope
    case = REFERENCE["inputs"][row["case"]]
    with_row_counts = bayesian_cv_test(
        *score_tables(row), rope=rope, n_train=case["n_train"], n_test=case["n_test"]
    )
    assert_probabilities(with_row_counts, row)


@pytest.mark.parametrize("row", reference_rows("posterior mean,var", NOT_CONSTANT))
def test_posterior_agrees_with_baycomp(row):
    result = bayesian_cv_test(*score_tables(row))
    # baycomp's difference is second minus first, and its variance the square of our scale.
    np.testing.assert_allclose([-result.estimate, result.scale**2], row["values"], rtol=1e-8)
    assert result.df == row["df"]


@pytest.mark.parametrize("kind", KINDS)
def test_posterior_of_a_constant_difference_is_a_single_point(kind):
    (row,) = (param.values[0] for param in reference_rows(kind, ["constant_exact"]))
    a, b = score_tables(row)
    sentence = (
        "All 100 differences equal 0.03125, which makes the posterior a single point. Check that "
        "a and b are the scores of two methods on different folds."
    )
    with pytest.warns(RuntimeWarning, match=exactly(sentence)) as record:
        result = bayesian_cv_test(a, b, rope=KINDS[kind])
    assert record[0].filename == __file__
    assert_probabilities(result, row)
    assert result.effect_size == math.inf
    assert result.credible_interval() == (0.03125, 0.03125)
    with pytest.warns(RuntimeWarning):
        assert tuple(bayesian_cv_test(b, a, rope=KINDS[kind])) == tuple(result)[::-1]


@pytest.mark.parametrize("rope", [0.03125, 0.04])
def test_rope_includes_its_bound(rope):
    (row,) = (param.values[0] for param in reference_rows("rope=0.01", ["constant_exact"]))
    with pytest.warns(RuntimeWarning):
        assert tuple(bayesian_cv_test(*score_tables(row), rope=rope)) == (0, 1, 0)


def test_default_rope_is_a_hundredth():
    (row,) = (param.values[0] for param in reference_rows("rope=0.01", ["m2_null"]))
    assert_probabilities(bayesian_cv_test(*score_tables(row)), row)


scores_3_5 = arrays(np.int64, (3, 5), elements=st.integers(0, 1000)).map(lambda s: s / 1e3)


@given(a=scores_3_5, b=scores_3_5, rope=st.floats(0, 0.5))
def test_probabilities_add_up_to_1_and_swap_with_the_methods(a, b, rope):
    assume(np.ptp(np.round(a - b, 6)) > 0)
    result = bayesian_cv_test(a, b, rope=rope)
    worse, equal, better = result
    assert worse + equal + better == pytest.approx(1)
    assert min(worse, equal, better) >= 0
    swapped = bayesian_cv_test(b, a, rope=rope)
    assert tuple(swapped) == pytest.approx((better, equal, worse), rel=1e-6, abs=1e-9)


def test_probabilities_are_integrals_of_the_posterior():
    a, b = score_tables({"case": "r3k5", "pair": "A-B"})
    result = bayesian_cv_test(a, b, rope=0.03)
    density = stats.t(result.df, result.estimate, result.scale).pdf
    assert integrate.quad(density, -0.03, 0.03)[0] == pytest.approx(result.p_equal, rel=1e-8)
    assert integrate.quad(density, 0.03, np.inf)[0] == pytest.approx(result.p_better, rel=1e-8)
    assert result.p_better > 0.5 > result.p_worse
    low, high = result.credible_interval(0.9)
    assert integrate.quad(density, low, high)[0] == pytest.approx(0.9)
    assert integrate.quad(density, -np.inf, low)[0] == pytest.approx(0.05)


def test_p_worse_without_a_rope_is_the_one_sided_corrected_p_value():
    a, b = score_tables({"case": "m2_moderate", "pair": "A-B"})
    options = {"test_train_ratio": 0.3}
    result = bayesian_cv_test(a, b, rope=0, **options)
    t_test = corrected_cv_ttest(a, b, alternative="greater", **options)
    assert result.p_worse == pytest.approx(t_test.pvalue)
    assert result.p_equal == 0
    assert (result.scale, result.ratio) == (t_test.standard_error, t_test.ratio)
    assert (result.estimate, result.df) == (t_test.estimate, t_test.df)
    assert result.effect_size == t_test.effect_size
    two_sided = corrected_cv_ttest(a, b, **options)
    assert result.credible_interval(0.9) == two_sided.confidence_interval(0.9)
    assert result.credible_interval() == two_sided.confidence_interval(0.95)


@pytest.mark.parametrize("rope", [-0.01, math.inf, math.nan])
def test_rope_must_be_finite_and_not_negative(rope):
    with pytest.raises(
        ValueError, match=exactly(f"rope must satisfy 0 <= rope < inf; got {rope}.")
    ):
        bayesian_cv_test([[0.5, 0.6]], [[0.5, 0.5]], rope=rope)


def test_credibility_must_be_between_0_and_1():
    result = bayesian_cv_test([[0.5, 0.6]], [[0.5, 0.5]])
    sentence = "credibility must satisfy 0 < credibility < 1; got 95."
    with pytest.raises(ValueError, match=exactly(sentence)):
        result.credible_interval(95)
