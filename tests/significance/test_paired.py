"""Tests of two frames of results give the same numbers as arrays, or refuse the frames."""

import re

import numpy as np
import pandas as pd
import pytest

from skprognet.significance import (
    bayesian_cv_test,
    calibrated_cv_ttest,
    combined_5x2cv_ftest,
    corrected_cv_ttest,
)


def exactly(sentence):
    return f"^{re.escape(sentence)}$"


def scores_frame(scores, method="DNN", source="none", **columns):
    repeats, folds = np.indices(scores.shape) + 1
    columns = {
        name: np.broadcast_to(value, scores.shape).ravel() for name, value in columns.items()
    }
    return pd.DataFrame(
        {
            "method": method,
            "source": source,
            "repeat": repeats.ravel(),
            "fold": folds.ravel(),
            "score": scores.ravel(),
            **columns,
        }
    )


@pytest.fixture
def tables(rng):
    a = rng.normal(0.62, 0.02, (10, 10))
    return a, a - rng.normal(0.01, 0.02, (10, 10))


def numbers(result):
    """Return the numbers in the result of a test, by name."""
    values = result._asdict() if hasattr(result, "_asdict") else vars(result)
    return {name: value for name, value in values.items() if isinstance(value, float)}


ALL = {
    calibrated_cv_ttest: (10, 10),
    corrected_cv_ttest: (10, 10),
    bayesian_cv_test: (10, 10),
    combined_5x2cv_ftest: (5, 2),
}


@pytest.mark.parametrize(("test", "shape"), ALL.items())
def test_frames_in_any_order_give_the_same_numbers_as_arrays(test, shape, tables):
    a, b = (table[: shape[0], : shape[1]] for table in tables)
    first = scores_frame(a, "ProgNet", "gender").sample(frac=1, random_state=1)
    second = scores_frame(b).sample(frac=1, random_state=2)
    # Equal up to rounding, since in numpy before 2.1 the order of a sum depends on the layout.
    expected = pytest.approx(numbers(test(a, b)), rel=1e-12)
    assert numbers(test(first, second)) == expected
    assert numbers(test(first[["repeat", "fold", "score"]], second)) == expected
    # The same holds for frames that must also agree on the tested rows of every fold.
    folds = np.arange(a.size).reshape(a.shape)
    first = scores_frame(a, "ProgNet", rows_tested=folds).sample(frac=1, random_state=1)
    second = scores_frame(b, rows_tested=folds).sample(frac=1, random_state=2)
    assert numbers(test(first, second)) == expected


def test_ratio_is_computed_from_the_row_counts_of_the_frames(tables):
    a, b = tables
    sizes = {"n_train": np.arange(70, 80), "n_validation": 10, "n_test": np.full((10, 10), 11)}
    first, second = scores_frame(a, "ProgNet", **sizes), scores_frame(b, **sizes)
    expected = np.mean(11 / np.arange(80, 90))
    for test in (corrected_cv_ttest, bayesian_cv_test):
        assert test(first, second).ratio == pytest.approx(expected)
        assert test(first, second, n_train=8, n_test=1).ratio == 1 / 8
        assert test(first, second, test_train_ratio=0.2).ratio == 0.2
        assert test(first, scores_frame(b)).ratio == pytest.approx(expected)
        assert test(scores_frame(a, "ProgNet"), second).ratio == pytest.approx(expected)
        assert test(scores_frame(a, "ProgNet"), scores_frame(b)).ratio == 1 / 9
    without_validation = [rows.drop(columns="n_validation") for rows in (first, second)]
    assert corrected_cv_ttest(*without_validation).ratio == pytest.approx(
        np.mean(11 / np.arange(70, 80))
    )


def test_hold_out_with_known_sizes_needs_no_ratio(tables):
    a, b = (table[:, :1] for table in tables)
    sizes = {"n_train": 80, "n_test": 20}
    assert corrected_cv_ttest(scores_frame(a, **sizes), scores_frame(b, **sizes)).ratio == 0.25


@pytest.mark.parametrize("missing", [np.nan, None])
@pytest.mark.parametrize("column", ["n_train", "n_test"])
def test_numbers_of_rows_that_are_missing_in_both_frames_give_the_default_ratio(
    column, missing, tables
):
    sizes = {"n_train": 80, "n_validation": 10, "n_test": 20}
    first, second = (scores_frame(table, **sizes).assign(**{column: missing}) for table in tables)
    for test in (corrected_cv_ttest, bayesian_cv_test):
        assert test(first, second).ratio == 1 / 9


def test_rows_without_a_number_of_validation_rows_have_none(tables):
    sizes = {"n_train": 80, "n_test": 20}
    first, second = (
        scores_frame(table, **sizes, n_validation=n)
        for table, n in zip(tables, (0, np.nan), strict=True)
    )
    for test in (corrected_cv_ttest, bayesian_cv_test):
        assert test(first, second).ratio == test(second, first).ratio == 20 / 80
        assert test(second, second.assign(score=second["score"][::-1].to_numpy())).ratio == 20 / 80


@pytest.mark.parametrize("column", ["n_train", "n_test"])
def test_a_fold_without_training_or_test_rows_is_an_error(column, tables):
    sizes = {"n_train": 80, "n_test": 20} | {column: 0}
    first, second = (scores_frame(table, **sizes) for table in tables)
    for test in (corrected_cv_ttest, bayesian_cv_test):
        with pytest.raises(ValueError, match=rf"^a must have {column} above 0 .*; got 0\. "):
            test(first, second)


def test_the_advice_to_select_one_value_can_be_run(tables):
    both = pd.concat(
        [scores_frame(t, n_train_folds=n) for t, n in zip(tables, (8, 4), strict=True)]
    )
    both["n_train_folds"] = both["n_train_folds"].where(both["n_train_folds"] > 4)
    with pytest.raises(ValueError, match=r"as in scores\[scores\['n_train_folds'\] == 8\.0\]"):
        corrected_cv_ttest(both, both)


@pytest.mark.parametrize("column", ["repeat", "fold"])
def test_a_row_without_its_fold_is_an_error(column, tables):
    first, second = (scores_frame(table) for table in tables)
    first.loc[99, column] = np.nan
    for one, other in ((first, second), (first, first.assign(score=0.5))):
        with pytest.raises(ValueError, match=r"must have repeat and fold in every row; 1 of 100"):
            corrected_cv_ttest(one, other)


def test_the_larger_ratio_counts_if_one_method_chooses_no_epoch(tables):
    sizes = {"n_train": 80, "n_test": 20}
    first, second = (
        scores_frame(table, **sizes, n_validation=n)
        for table, n in zip(tables, (20, 0), strict=True)
    )
    for one, other in ((first, second), (second, first)):
        assert corrected_cv_ttest(one, other).ratio == 20 / 80
    assert corrected_cv_ttest(first, first.assign(score=0.5)).ratio == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("column", "in_a", "in_b", "difference"),
    [
        ("metric", "uar", "ccc", "metric uar and ccc"),
        ("n_train", 80, 8, "n_train 80 and 8"),
        ("n_validation", 10, 11, "n_validation 10 and 11"),
        ("n_test", 10, 12, "n_test 10 and 12"),
        ("normalisation", "corpus", "training", "normalisation corpus and training"),
        ("corpus", "emodb", "other", "corpus emodb and other"),
        ("target", "emotion", "gender", "target emotion and gender"),
        ("n_train_folds", 1, 8, "n_train_folds 1 and 8"),
        ("n_train_folds", 1, np.nan, "n_train_folds 1 and nan"),
        ("rows_tested", "0f", "1f", "different tested rows"),
    ],
)
def test_frames_of_different_designs_are_refused(column, in_a, in_b, difference, tables):
    a, b = tables
    first, second = scores_frame(a, **{column: in_a}), scores_frame(b, **{column: in_b})
    sentence = (
        f"a and b must come from the same design; got {difference} in repeat 1, fold 1. Score "
        "both methods on the same folds."
    )
    with pytest.raises(ValueError, match=exactly(sentence)):
        calibrated_cv_ttest(first, second)
    assert calibrated_cv_ttest(first, first).pvalue == 1
    assert calibrated_cv_ttest(first, scores_frame(b)) == calibrated_cv_ttest(a, b)


def test_error_names_the_fold_that_differs(tables):
    a, b = tables
    n_test = np.full((10, 10), 10)
    n_test[3, 6] = 9
    with pytest.raises(ValueError, match="got n_test 10 and 9 in repeat 4, fold 7"):
        corrected_cv_ttest(scores_frame(a, n_test=10), scores_frame(b, n_test=n_test))


def test_value_that_is_missing_in_both_frames_counts_as_equal(tables):
    a, b = tables
    first, second = (scores_frame(table, n_train_folds=np.nan) for table in (a, b))
    assert calibrated_cv_ttest(first, second) == calibrated_cv_ttest(a, b)


@pytest.mark.parametrize(
    ("column", "values"),
    [("method", ["DNN", "ProgNet"]), ("source", ["none", "gender"]), ("corpus", ["a", "b"])],
)
def test_several_results_in_one_frame_are_refused(column, values, tables):
    a, b = tables
    two_results = pd.concat([scores_frame(a).assign(**{column: value}) for value in values])
    sentence = (
        f"a must hold the scores of one {column}; got {values[0]!r}, {values[1]!r}. Select "
        f"one, as in scores[scores[{column!r}] == {values[0]!r}], or use compare_methods."
    )
    with pytest.raises(ValueError, match=exactly(sentence)):
        calibrated_cv_ttest(two_results, scores_frame(b))


def test_missing_columns_are_named(tables):
    a, b = tables
    sentence = (
        "b must have the columns ['repeat', 'fold', 'score']; ['repeat', 'score'] are missing "
        "among ['fold', 'uar']. Rename columns, or pass an array of shape (n_repeats, n_folds)."
    )
    misnamed = scores_frame(b)[["fold", "score"]].rename(columns={"score": "uar"})
    with pytest.raises(ValueError, match=exactly(sentence)):
        calibrated_cv_ttest(scores_frame(a), misnamed)


def test_error_counts_missing_and_repeated_folds(tables):
    a, b = tables
    sentence = (
        "b must have one row for each of 10 x 10 folds; got {} rows, {} of them twice. Run the "
        "missing folds, or drop repeated rows."
    )
    rows = scores_frame(b)
    with pytest.raises(ValueError, match=exactly(sentence.format(99, 0))):
        calibrated_cv_ttest(scores_frame(a), rows.drop(index=5))
    with pytest.raises(ValueError, match=exactly(sentence.format(101, 1))):
        calibrated_cv_ttest(scores_frame(a), pd.concat([rows, rows.loc[[5]]]))
    moved = rows.drop(index=5)
    with pytest.raises(ValueError, match=exactly(sentence.format(100, 1))):
        calibrated_cv_ttest(scores_frame(a), pd.concat([moved, moved.loc[[6]]]))


def test_frames_of_different_folds_are_refused(tables):
    a, b = tables
    later = scores_frame(b).assign(repeat=lambda rows: rows["repeat"] + 1)
    sentence = (
        "a and b must have the same folds; got repeat {}, fold 1 only in {}. Score both methods "
        "on the same folds."
    )
    with pytest.raises(ValueError, match=exactly(sentence.format(1, "a"))):
        calibrated_cv_ttest(scores_frame(a), later)
    eleven_repeats = np.vstack([b, b[:1]])
    with pytest.raises(ValueError, match=exactly(sentence.format(11, "b"))):
        calibrated_cv_ttest(scores_frame(a), scores_frame(eleven_repeats), df=10)


def test_error_names_the_fold_of_a_missing_score(tables):
    a, b = tables
    rows = scores_frame(a)
    rows.loc[34, "score"] = np.nan
    sentence = (
        "a must hold finite scores; got nan in repeat 4, fold 5. Find out why that fold has no "
        "score, and run it again."
    )
    with pytest.raises(ValueError, match=exactly(sentence)):
        calibrated_cv_ttest(rows, scores_frame(b))


def test_an_array_and_a_frame_cannot_be_paired(tables):
    a, b = tables
    sentence = (
        "a and b must be two arrays or two DataFrames; got ndarray and DataFrame. Pass both in "
        "the same form, since the folds of an array and a frame cannot be compared."
    )
    with pytest.raises(TypeError, match=exactly(sentence)):
        calibrated_cv_ttest(a, scores_frame(b))
