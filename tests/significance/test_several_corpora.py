"""Tests over several corpora, given plain arrays. compare_over_corpora has its own tests."""

import re

import numpy as np
import pytest
from scipy import stats

from skprognet.significance import (
    critical_difference,
    friedman_test,
    holm,
    nemenyi_test,
    smallest_pvalue,
    wilcoxon_test,
)

TESTS = [friedman_test, nemenyi_test, wilcoxon_test]


@pytest.fixture
def scores(rng):
    return rng.uniform(size=(9, 4)) + np.array([0, 0.1, 0.3, 0.9])


def test_friedman_agrees_with_scipy(scores):
    statistic, pvalue = result = friedman_test(scores)
    assert (statistic, pvalue) == pytest.approx(tuple(stats.friedmanchisquare(*scores.T)))
    assert result.mean_ranks == pytest.approx(5 - stats.rankdata(scores, axis=1).mean(axis=0))
    assert (result.df, result.f_df) == (3, (3, 24))


def test_nemenyi_rejects_beyond_the_critical_difference(scores):
    ranks = friedman_test(scores).mean_ranks
    apart = np.abs(ranks[:, None] - ranks) > critical_difference(4, 9, alpha=0.05)
    assert apart.any()
    assert ((nemenyi_test(scores) < 0.05) == apart).all()


def test_wilcoxon_agrees_with_scipy(scores):
    pvalues = wilcoxon_test(scores)
    assert pvalues[0, 3] == pytest.approx(stats.wilcoxon(scores[:, 0], scores[:, 3]).pvalue)
    assert (pvalues == pvalues.T).all()
    assert (pvalues.diagonal() == 1).all()


@pytest.mark.parametrize("n_corpora", [5, 8])
def test_method_that_is_best_everywhere_has_the_smallest_p_value(n_corpora):
    # Differences of several sizes, because scipy's exact p-value needs them.
    scores = np.outer(np.arange(1, n_corpora + 1), [0.01, 0.02, 0.04])
    assert nemenyi_test(scores).min() == pytest.approx(smallest_pvalue(3, n_corpora))
    adjusted = holm(wilcoxon_test(scores)[np.triu_indices(3, 1)])
    assert adjusted.min() == pytest.approx(smallest_pvalue(3, n_corpora, "wilcoxon"))


def test_holm_refuses_a_matrix_of_p_values(scores):
    with pytest.raises(ValueError, match=r"^pvalues must have shape \(n,\); got shape \(4, 4\)"):
        holm(wilcoxon_test(scores))


@pytest.mark.parametrize("test", TESTS)
def test_rounding_errors_do_not_change_the_result(test):
    scores = np.full((4, 3), 0.3)
    scores[1:, 1] = 0.1 + 0.2  # 0.30000000000000004
    result = test(scores)
    assert np.array(getattr(result, "pvalue", result)) == pytest.approx(1)


@pytest.mark.parametrize("test", TESTS)
def test_arrays_of_wrong_shape_or_with_nan_are_refused(test):
    for shape in [(6,), (1, 3), (6, 1)]:
        message = re.escape(
            f"with at least 2 of each; got shape {shape}. Put one corpus in each row."
        )
        with pytest.raises(ValueError, match=message):
            test(np.zeros(shape))
    scores = np.zeros((3, 4))
    scores[2, 1] = np.nan
    with pytest.raises(ValueError, match=r"^scores must be finite; got nan in row 2, column 1\."):
        test(scores)


def test_friedman_needs_three_methods():
    with pytest.raises(ValueError, match=r"^scores must have at least 3 methods .* got 2\."):
        friedman_test(np.random.default_rng(0).random((6, 2)))


@pytest.mark.parametrize("wrap", [lambda table: table, list], ids=["array", "list of rows"])
@pytest.mark.parametrize("test", TESTS)
def test_masked_scores_are_refused(test, wrap, scores):
    masked = np.ma.masked_array(scores, mask=np.eye(9, 4))
    with pytest.raises(ValueError, match=r"^scores must have a score .* got 4 masked ones\."):
        test(wrap(masked))


@pytest.mark.parametrize(
    "wrong", [[["emodb", 0.5], ["iemocap", 0.6]], [[0.5, 0.6], [0.7]]], ids=["text", "short row"]
)
@pytest.mark.parametrize("test", TESTS)
def test_tables_with_text_or_short_rows_are_refused(test, wrong):
    with pytest.raises(ValueError, match=r"^scores must be numbers, .*\. Leave out columns"):
        test(wrong)


def test_unknown_post_hoc_test_is_refused():
    with pytest.raises(ValueError, match=r"^post_hoc must be one of 'nemenyi', 'wilcoxon'"):
        smallest_pvalue(3, 6, "tukey")


@pytest.mark.parametrize(
    ("function", "arguments", "sentence"),
    [
        (smallest_pvalue, (1, 5, "wilcoxon"), "n_methods must satisfy 2 <= n_methods; got 1."),
        (smallest_pvalue, (3, 0), "n_corpora must satisfy 1 <= n_corpora; got 0."),
        (critical_difference, (1, 5), "n_methods must satisfy 2 <= n_methods; got 1."),
        (critical_difference, (3, 0), "n_corpora must satisfy 1 <= n_corpora; got 0."),
        (critical_difference, (3, 5, 5), "alpha must satisfy 0 < alpha < 1; got 5."),
    ],
)
def test_impossible_numbers_of_methods_and_corpora_are_refused(function, arguments, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        function(*arguments)


def test_a_missing_p_value_does_not_count_in_holms_correction():
    corrected = holm([0.01, np.nan, 0.04])
    np.testing.assert_allclose(corrected, [0.02, np.nan, 0.04])
    for wrong in (-0.1, 5.0):
        with pytest.raises(
            ValueError, match=rf"^pvalues must be between 0 and 1, or NaN; got {wrong:g}"
        ):
            holm([0.01, wrong])


def test_holm_allows_for_rounding_of_a_p_value_of_1():
    np.testing.assert_array_equal(holm([1 + 1e-12, 0.2]), [1, 0.4])
