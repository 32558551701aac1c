"""The calibrated and the corrected t-test, checked against R, WEKA, scipy and by hand."""

import copy
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from skprognet.significance import calibrated_cv_ttest, corrected_cv_ttest

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "significance.json").read_text(encoding="utf-8")
)
P_VALUE = {"two-sided": "p_two", "greater": "p_greater", "less": "p_less"}
IDENTICAL_OR_CONSTANT = ("identical", "constant_exact")


def exactly(sentence):
    return f"^{re.escape(sentence)}$"


def reference_rows(test):
    return [
        pytest.param(row, id=f"{row['case']} {row['pair']}")
        for row in REFERENCE["expected"]
        if row["test"] == test and row["case"] not in IDENTICAL_OR_CONSTANT
    ]


def score_tables(case, pair="A-B"):
    case = REFERENCE["inputs"][case]
    return [np.array(case["scores"][case["methods"].index(name)]) for name in pair.split("-")]


def assert_agrees(test, a, b, row, **options):
    for alternative, key in P_VALUE.items():
        result = test(a, b, alternative=alternative, **options)
        np.testing.assert_allclose(result.statistic, row["statistic"], rtol=1e-8)
        np.testing.assert_allclose(result.pvalue, row[key], rtol=1e-8)
        assert result.df == row["df"]
        assert result.alternative == alternative


@pytest.mark.parametrize("row", reference_rows("calibrated_10x10_df10"))
def test_calibrated_agrees_with_r_and_weka(row):
    assert_agrees(calibrated_cv_ttest, *score_tables(row["case"], row["pair"]), row)


@pytest.mark.parametrize("row", reference_rows("calibrated_10x10_df10:ci95"))
def test_confidence_interval_agrees_with_r(row):
    result = calibrated_cv_ttest(*score_tables(row["case"], row["pair"]))
    np.testing.assert_allclose(result.confidence_interval(0.95), row["values"], rtol=1e-8)
    assert result.confidence_interval() == result.confidence_interval(0.95)


@pytest.mark.parametrize("row", reference_rows("calibrated_10x10_df10:stderr"))
def test_standard_error_agrees_with_r(row):
    result = calibrated_cv_ttest(*score_tables(row["case"], row["pair"]))
    np.testing.assert_allclose(result.standard_error, row["values"][0], rtol=1e-8)
    assert result.estimate == pytest.approx(result.statistic * result.standard_error)


@pytest.mark.parametrize("row", reference_rows("corrected_repeated_kfold[ratio=given]"))
def test_corrected_with_row_counts_agrees_with_weka_and_others(row):
    case = REFERENCE["inputs"][row["case"]]
    a, b = score_tables(row["case"], row["pair"])
    n_train, n_test = case["n_train"], case["n_test"]
    assert_agrees(corrected_cv_ttest, a, b, row, n_train=n_train, n_test=n_test)
    assert_agrees(corrected_cv_ttest, a, b, row, test_train_ratio=n_test / n_train)


@pytest.mark.parametrize("row", reference_rows("corrected_repeated_kfold[ratio=k-1]"))
def test_corrected_default_ratio_agrees_with_weka_and_others(row):
    a, b = score_tables(row["case"], row["pair"])
    assert_agrees(corrected_cv_ttest, a, b, row)
    assert corrected_cv_ttest(a, b).ratio == 1 / (a.shape[1] - 1)


def test_reference_has_all_rows_of_each_kind():
    assert [len(reference_rows("calibrated_10x10_df10" + suffix)) for suffix in ("", ":ci95")] == [
        5,
        5,
    ]
    assert len(reference_rows("calibrated_10x10_df10:stderr")) == 5
    assert len(reference_rows("corrected_repeated_kfold[ratio=given]")) == 7
    assert len(reference_rows("corrected_repeated_kfold[ratio=k-1]")) == 7


@pytest.mark.parametrize("alternative", list(P_VALUE))
def test_uncorrected_test_agrees_with_scipys_paired_t_test(alternative):
    a, b = score_tables("m2_moderate")
    result = corrected_cv_ttest(a, b, test_train_ratio=1e-14, alternative=alternative)
    expected = stats.ttest_rel(a.ravel(), b.ravel(), alternative=alternative)
    np.testing.assert_allclose(tuple(result), tuple(expected), rtol=1e-8)
    assert result.df == expected.df
    for level in (0.5, 0.95):
        np.testing.assert_allclose(
            result.confidence_interval(level), expected.confidence_interval(level), rtol=1e-8
        )


@pytest.mark.parametrize("test", [calibrated_cv_ttest, corrected_cv_ttest])
@pytest.mark.parametrize("alternative", list(P_VALUE))
def test_the_interval_ends_where_the_test_begins_to_reject(test, alternative):
    a, b = score_tables("m2_moderate")
    interval = test(a, b, alternative=alternative).confidence_interval(0.9)
    for end in interval:
        if math.isfinite(end):
            assert test(a - end, b, alternative=alternative).pvalue == pytest.approx(0.1)
    assert math.isinf(interval.low) == (alternative == "less")
    assert math.isinf(interval.high) == (alternative == "greater")


def test_effect_size_is_the_mean_in_standard_deviations():
    # differences 2, 4, 1: m = 7/3, s2 = 7/3 (ddof 1)
    result = corrected_cv_ttest([[3, 5, 4]], [[1, 1, 3]])
    assert result.effect_size == pytest.approx(math.sqrt(7 / 3))
    a, b = score_tables("m2_moderate")
    calibrated, swapped = calibrated_cv_ttest(a, b), corrected_cv_ttest(b, a)
    assert calibrated.effect_size == -swapped.effect_size
    assert calibrated.effect_size == pytest.approx(calibrated.statistic / math.sqrt(11))


def test_result_unpacks_and_compares():
    a, b = score_tables("m2_moderate")
    result = calibrated_cv_ttest(a, b)
    t, p = result
    assert (t, p) == (result.statistic, result.pvalue)
    assert result.ratio is None
    assert copy.deepcopy(result) == result
    assert result.confidence_interval()._fields == ("low", "high")
    assert all(type(value) is float for value in (t, p, result.estimate, result.standard_error))


def test_lists_of_integers_are_accepted():
    result = corrected_cv_ttest([[3, 5, 4]], [[1, 1, 3]])
    # differences 2, 4, 1: m = 7/3, s2 = 7/3; t = m / sqrt((1/3 + 1/2) * s2)
    assert result.statistic == pytest.approx(math.sqrt((7 / 3) / (5 / 6)))
    assert result.df == 2


def test_calibrated_test_with_other_df_agrees_with_hand_computation():
    # differences 2, 4, 1, 1: m = 2, s2 = 2; t = m / sqrt(s2 / (df + 1))
    result = calibrated_cv_ttest([[3, 5], [4, 2]], [[1, 1], [3, 1]], df=7)
    assert result.statistic == pytest.approx(2 / math.sqrt(2 / 8))
    assert result.df == 7


def test_ratio_is_the_mean_over_the_folds():
    a, b = score_tables("r3k5")
    n_test = np.full((3, 5), 20)
    n_train = np.full((3, 5), 80)
    n_train[0, 0] = 40
    result = corrected_cv_ttest(a, b, n_train=n_train, n_test=n_test)
    assert result.ratio == pytest.approx((14 * 20 / 80 + 20 / 40) / 15)
    assert result == corrected_cv_ttest(a, b, n_train=n_train, n_test=20)
    assert result == corrected_cv_ttest(a, b, test_train_ratio=result.ratio)


def test_statistic_is_smaller_if_validation_rows_are_not_training_rows():
    a, b = score_tables("m2_moderate")
    ratio = (
        corrected_cv_ttest(a, b).statistic
        / corrected_cv_ttest(a, b, test_train_ratio=1 / 8).statistic
    )
    assert ratio == pytest.approx(1 / 0.95, rel=0.01)


def test_repeated_hold_out_equals_folds_with_the_same_ratio():
    a, b = score_tables("m2_moderate")
    column = corrected_cv_ttest(a.reshape(-1, 1), b.reshape(-1, 1), test_train_ratio=1 / 9)
    assert column == corrected_cv_ttest(a, b)


# Degenerate scores


@pytest.mark.parametrize("test", [calibrated_cv_ttest, corrected_cv_ttest])
@pytest.mark.parametrize("detour", [0, 7])
def test_scores_that_are_equal_up_to_rounding_do_not_differ(test, detour):
    a, b = score_tables("identical")
    b = (b + detour) - detour
    assert (a == b).all() == (detour == 0)
    for alternative, key in P_VALUE.items():
        result = test(a, b, alternative=alternative)
        assert tuple(result) == (0.0, REFERENCE["degenerate"]["identical"][key])
        assert (result.estimate, result.standard_error, result.effect_size) == (0.0, 0.0, 0.0)
    assert test(a, b).confidence_interval() == (0.0, 0.0)


@pytest.mark.parametrize("test", [calibrated_cv_ttest, corrected_cv_ttest])
def test_constant_difference_warns_that_t_is_infinite(test):
    a, b = score_tables("constant_exact")
    sentence = (
        "All 100 differences equal 0.03125, which makes t infinite. Check that a and b are the "
        "scores of two methods on different folds."
    )
    for alternative, key in P_VALUE.items():
        with pytest.warns(RuntimeWarning, match=exactly(sentence)) as record:
            result = test(a, b, alternative=alternative)
        assert record[0].filename == __file__
        assert tuple(result) == (math.inf, REFERENCE["degenerate"]["constant_exact"][key])
    with pytest.warns(RuntimeWarning, match="-0.03125"):
        result = test(b, a, alternative="greater")
    assert tuple(result) == (-math.inf, 1.0)
    assert result.effect_size == -math.inf
    assert result.confidence_interval() == (-0.03125, math.inf)


@given(
    b=arrays(float, (10, 10), elements=st.floats(0, 1)),
    constant=st.floats(1e-3, 1) | st.floats(-1, -1e-3),
    scale=st.sampled_from([1e-6, 1, 100]),
)
def test_difference_that_is_constant_up_to_rounding_is_constant(b, constant, scale):
    a, b = scale * (b + constant), scale * b
    with pytest.warns(RuntimeWarning, match="differences equal"):
        result = calibrated_cv_ttest(a, b)
    assert tuple(result) == (math.copysign(math.inf, constant), 0.0)


def test_tiny_difference_in_one_fold_is_not_taken_for_rounding():
    a, b = score_tables("identical")
    b = b.copy()
    b[3, 4] -= 1e-12
    result = calibrated_cv_ttest(a, b)
    # one difference of x among n: t = (x / n) / sqrt((x**2 / n) / (df + 1))
    assert result.statistic == pytest.approx(math.sqrt(11 / 100), rel=1e-3)


# Properties

scores_10_10 = arrays(np.int64, (10, 10), elements=st.integers(0, 10_000)).map(lambda s: s / 1e4)
both_tests = pytest.mark.parametrize("test", [calibrated_cv_ttest, corrected_cv_ttest])


def differ(a, b):
    return np.ptp(np.round(a - b, 6)) > 0


@both_tests
@given(a=scores_10_10, b=scores_10_10)
def test_swapping_the_methods_flips_the_sign(test, a, b):
    assume(differ(a, b))
    result, swapped = test(a, b), test(b, a)
    assert result.statistic == -swapped.statistic
    assert result.pvalue == swapped.pvalue
    low, high = result.confidence_interval()
    assert swapped.confidence_interval() == (-high, -low)
    assert test(a, b, alternative="greater").pvalue == test(b, a, alternative="less").pvalue
    one_sided = [test(a, b, alternative=side).pvalue for side in ("greater", "less")]
    assert sum(one_sided) == pytest.approx(1)
    assert result.pvalue == pytest.approx(2 * min(one_sided))


@both_tests
@given(a=scores_10_10, b=scores_10_10, shift=st.floats(-10, 10), scale=st.floats(0.01, 100))
def test_shift_and_scale_of_the_scores_do_not_change_the_result(test, a, b, shift, scale):
    assume(differ(a, b))
    plain, moved = test(a, b), test(scale * (a + shift), scale * (b + shift))
    assert moved.statistic == pytest.approx(plain.statistic, rel=1e-6, abs=1e-6)
    assert moved.pvalue == pytest.approx(plain.pvalue, rel=1e-4)
    assert moved.estimate == pytest.approx(scale * plain.estimate, rel=1e-6, abs=1e-9)


@both_tests
@given(a=scores_10_10, b=scores_10_10, seed=st.integers(0, 2**32 - 1))
def test_order_of_the_folds_does_not_change_the_statistic(test, a, b, seed):
    assume(differ(a, b))
    order = np.random.default_rng(seed).permutation(100)
    shuffled = [scores.ravel()[order].reshape(10, 10) for scores in (a, b)]
    assert test(*shuffled).statistic == pytest.approx(test(a, b).statistic, rel=1e-6, abs=1e-9)


@given(a=scores_10_10, b=scores_10_10, ratios=st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)))
@settings(max_examples=50)
def test_larger_ratio_never_gives_a_smaller_p_value(a, b, ratios):
    assume(differ(a, b))
    low, high = sorted(ratios)
    bold, cautious = (corrected_cv_ttest(a, b, test_train_ratio=r).pvalue for r in (low, high))
    assert bold <= cautious * (1 + 1e-12)


# Simulation


def null_scores(separation, n_per_class, n_corpora=1000, n_repeats=10, n_folds=10, seed=0):
    """Return accuracies of two equally good methods, of shape (n_corpora, 2, n_repeats, n_folds).

    Both methods are nearest-mean classifiers of two classes. Each sees its own feature, and the
    two features are equally good.
    """
    rng = np.random.default_rng(seed)
    classes = np.array([0, 1])[:, None]
    corpora = rng.normal(size=(n_corpora, 2, 2, n_per_class)) + separation * classes
    scores = np.empty((n_corpora, 2, n_repeats, n_folds))
    for repeat in range(n_repeats):
        # axes: corpus, method, class, fold, row in fold
        folds = np.stack([corpora[:, :, c, rng.permutation(n_per_class)] for c in (0, 1)], axis=2)
        folds = folds.reshape(n_corpora, 2, 2, n_folds, -1)
        train_sums = folds.sum(axis=(3, 4))[..., None] - folds.sum(axis=4)
        means = train_sums / (n_per_class - n_per_class // n_folds)
        above = folds > means.mean(axis=2)[:, :, None, :, None]
        rising = (means[:, :, 1] > means[:, :, 0])[:, :, None, :, None]
        right = (above == rising) == (classes == 1)[..., None]
        scores[:, :, repeat] = right.mean(axis=(2, 4))
    return scores


def rejection_rate(test, scores):
    return np.mean([test(a, b).pvalue < 0.05 for a, b in scores])


def naive_ttest(a, b):
    return stats.ttest_rel(a.ravel(), b.ravel())


def test_a_true_null_is_rejected_one_time_in_twenty():
    scores = null_scores(separation=1, n_per_class=50)
    assert rejection_rate(calibrated_cv_ttest, scores) == pytest.approx(0.05, abs=0.02)
    assert rejection_rate(corrected_cv_ttest, scores) == pytest.approx(0.05, abs=0.02)
    assert rejection_rate(naive_ttest, scores) > 0.5


def test_false_alarms_near_chance_are_as_frequent_as_documented():
    scores = null_scores(separation=0.3, n_per_class=30)
    assert scores.mean() == pytest.approx(0.54, abs=0.01)
    assert rejection_rate(calibrated_cv_ttest, scores) == pytest.approx(0.16, abs=0.02)
    assert rejection_rate(corrected_cv_ttest, scores) == pytest.approx(0.16, abs=0.02)


# Errors

TEN = np.linspace(0.5, 0.7, 100).reshape(10, 10)
NOT_A_SCORE = TEN.copy()
NOT_A_SCORE[2, 5] = np.nan


@both_tests
@pytest.mark.parametrize(
    ("a", "b", "options", "sentence"),
    [
        (
            TEN.ravel(),
            TEN.ravel(),
            {},
            "a must have shape (n_repeats, n_folds); got shape (100,). Put one repeat in each "
            "row: np.reshape(a, (n_repeats, n_folds)).",
        ),
        (
            TEN,
            NOT_A_SCORE,
            {},
            "b must hold finite scores; got nan in repeat 2, fold 5. Find out why that fold has "
            "no score, and run it again.",
        ),
        (
            TEN,
            TEN[:9],
            {},
            "a and b must have the same shape; got (10, 10) and (9, 10). Score both methods on "
            "the same folds.",
        ),
        (
            [[0.6]],
            [[0.5]],
            {},
            "a and b must have at least 2 pairs of scores; got 1. Run more folds or repeats.",
        ),
        (
            TEN,
            TEN,
            {"alternative": "larger"},
            "alternative must be one of 'two-sided', 'greater', 'less'; got 'larger'.",
        ),
    ],
    ids=["1-D", "NaN", "shapes", "single", "alternative"],
)
def test_unusable_scores_and_unknown_alternatives_are_refused(test, a, b, options, sentence):
    with pytest.raises(ValueError, match=exactly(sentence)):
        test(a, b, **options)


@pytest.mark.parametrize("shape", [(1, 10), (3, 5), (20, 5), (1, 100)])
def test_calibrated_test_refuses_other_shapes_unless_df_is_given(shape):
    scores = np.linspace(0.5, 0.7, math.prod(shape)).reshape(shape)
    sentence = (
        "a and b must have shape (10, 10), for which the test is calibrated, unless df is given; "
        f"got shape {shape}. Use corrected_cv_ttest, or pass df."
    )
    with pytest.raises(ValueError, match=exactly(sentence)):
        calibrated_cv_ttest(scores, scores)
    assert calibrated_cv_ttest(scores, scores, df=10).pvalue == 1


@pytest.mark.parametrize("df", [0, -1, math.nan, math.inf])
def test_degrees_of_freedom_must_be_positive(df):
    with pytest.raises(ValueError, match=exactly(f"df must satisfy 0 < df < inf; got {df}.")):
        calibrated_cv_ttest(TEN, TEN, df=df)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_confidence_level_must_be_between_0_and_1(level):
    sentence = f"confidence_level must satisfy 0 < confidence_level < 1; got {level}."
    with pytest.raises(ValueError, match=exactly(sentence)):
        calibrated_cv_ttest(TEN, TEN).confidence_interval(level)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"test_train_ratio": 0},
            "test_train_ratio must satisfy 0 < test_train_ratio < inf; got 0.",
        ),
        (
            {"test_train_ratio": 0.1, "n_train": 900, "n_test": 100},
            "The ratio must be given in one way; got test_train_ratio beside n_train or n_test. "
            "Pass test_train_ratio alone, or n_train with n_test.",
        ),
        (
            {"n_train": 900},
            "n_train and n_test must be given together; got n_train without n_test. Pass both or "
            "neither.",
        ),
        (
            {"n_test": 100},
            "n_train and n_test must be given together; got n_test without n_train. Pass both or "
            "neither.",
        ),
        (
            {"n_train": [900] * 10, "n_test": 100},
            "n_train must be one number, or one for each score, shape (10, 10); got shape (10,). "
            "Count the rows of each fold.",
        ),
        (
            {"n_train": 900, "n_test": 0},
            "n_test must be finite and positive; got 0.0. Count the rows of each fold.",
        ),
    ],
)
def test_unusable_ratios_and_row_counts_are_refused(options, sentence):
    with pytest.raises(ValueError, match=exactly(sentence)):
        corrected_cv_ttest(TEN, TEN, **options)


def test_one_fold_has_no_default_ratio():
    sentence = (
        "a and b must have at least 2 folds for the default ratio, 1 / (n_folds - 1); got 1. Pass "
        "test_train_ratio, or n_train with n_test."
    )
    with pytest.raises(ValueError, match=exactly(sentence)):
        corrected_cv_ttest(TEN[:, :1], TEN[:, :1])
