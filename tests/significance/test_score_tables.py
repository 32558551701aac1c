"""Scores in tables of pandas, polars and pyarrow give the same results. Others are refused."""

import re

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from skprognet.displays import (
    ScoresDisplay,
    SignificanceDisplay,
    TrainingCurveDisplay,
    TrainingSizeDisplay,
)
from skprognet.results import compare_methods, compare_over_corpora, format_table, summary_table
from skprognet.significance import (
    bayesian_cv_test,
    calibrated_cv_ttest,
    combined_5x2cv_ftest,
    corrected_cv_ttest,
)

KINDS = {"polars": pl.from_pandas, "pyarrow": pa.Table.from_pandas}


@pytest.fixture(params=KINDS)
def convert(request):
    return KINDS[request.param]


@pytest.fixture
def scores(rng):
    """Give a DNN and two methods with a source in 5 x 2 folds of four corpora."""
    places = [
        (corpus, r, f) for corpus in ("a", "b", "c", "d") for r in range(1, 6) for f in (1, 2)
    ]
    parts = [
        pd.DataFrame(places, columns=["corpus", "repeat", "fold"]).assign(
            method=method, source=source, score=0.5 + gain + rng.normal(0, 0.02, len(places))
        )
        for method, source, gain in (
            ("DNN", "none", 0),
            ("PT/FT", "age", 0.02),
            ("ProgNet", "age", 0.05),
        )
    ]
    return pd.concat(parts, ignore_index=True).assign(n_train=8, n_test=2, chance=1 / 4)


def scores_of(scores, method, corpus="a"):
    return scores[(scores["method"] == method) & (scores["corpus"] == corpus)]


@pytest.mark.parametrize(
    ("test", "options"),
    [
        (corrected_cv_ttest, {}),
        (bayesian_cv_test, {}),
        (calibrated_cv_ttest, {"df": 10}),
        (combined_5x2cv_ftest, {}),
    ],
)
def test_significance_agrees_with_pandas_and_with_arrays(scores, convert, test, options):
    a, b = scores_of(scores, "ProgNet"), scores_of(scores, "DNN")
    assert test(convert(a), convert(b), **options) == test(a, b, **options)
    # Only the scores count, and not the numbers of the repeats and folds.
    arrays = [rows["score"].to_numpy().reshape(5, 2) for rows in (a, b)]
    if test in (corrected_cv_ttest, bayesian_cv_test):
        options = {"test_train_ratio": 2 / 8}
    expected = tuple(test(*arrays, **options))
    assert tuple(test(convert(a), convert(b), **options)) == pytest.approx(expected)


def test_comparisons_and_tables_agree_with_pandas(scores, convert):
    comparisons = compare_methods(scores)
    pd.testing.assert_frame_equal(compare_methods(convert(scores)), comparisons)
    table = summary_table(scores, comparisons)
    pd.testing.assert_frame_equal(summary_table(convert(scores), convert(comparisons)), table)
    assert format_table(convert(table)) == format_table(table)
    result, expected = compare_over_corpora(convert(scores)), compare_over_corpora(scores)
    assert (result.pvalue, result.verdict) == (expected.pvalue, expected.verdict)
    pd.testing.assert_frame_equal(result.comparisons, expected.comparisons)


def test_displays_agree_with_pandas(scores, convert):
    scores = scores[scores["corpus"] == "a"].assign(n_train_folds=8, epoch=1)
    comparisons = compare_methods(scores)
    for from_table, frames in (
        (ScoresDisplay.from_scores, [scores]),
        (TrainingSizeDisplay.from_scores, [scores, comparisons]),
        (SignificanceDisplay.from_comparisons, [comparisons]),
    ):
        expected = from_table(*frames).frame()
        pd.testing.assert_frame_equal(from_table(*map(convert, frames)).frame(), expected)
    curves = [
        TrainingCurveDisplay.from_curves(table, score="score")
        for table in (scores, convert(scores))
    ]
    pd.testing.assert_frame_equal(curves[0].frame(), curves[1].frame())


def test_missing_score_is_refused_in_every_kind_of_table(scores, convert):
    a, b = scores_of(scores, "ProgNet"), scores_of(scores, "DNN")
    a = a.assign(score=a["score"].where(a["fold"] + a["repeat"] != 4).astype("Float64"))
    for to_kind in (lambda frame: frame, convert):
        with pytest.raises(
            ValueError, match=r"^a must hold finite scores; got .* in repeat 2, fold 2"
        ):
            corrected_cv_ttest(to_kind(a), to_kind(b))


def exactly(text):
    return f"^{re.escape(text)}$"


def test_input_that_is_neither_table_nor_array_is_refused(scores):
    a, b = scores_of(scores, "ProgNet"), scores_of(scores, "DNN")
    message = (
        "a must be one table of scores, or an array of shape (n_repeats, n_folds); got {}. Join "
        "several tables by pandas.concat."
    )
    for wrong in ([a, a], [pl.from_pandas(a)], {"score": a["score"].tolist()}):
        with pytest.raises(TypeError, match=exactly(message.format(type(wrong).__name__))):
            corrected_cv_ttest(wrong, wrong)
    message = (
        "scores must be a DataFrame of pandas or polars, or a pyarrow Table; got {}. Convert "
        "it with pandas.DataFrame(scores), or join several with pandas.concat(scores)."
    )
    for wrong in ([a, b], pl.from_pandas(scores).lazy(), scores.to_dict("list"), np.ones((2, 2))):
        for function in (
            compare_methods,
            summary_table,
            compare_over_corpora,
            ScoresDisplay.from_scores,
        ):
            with pytest.raises(TypeError, match=exactly(message.format(type(wrong).__name__))):
                function(wrong)


@pytest.mark.parametrize("wrap", [lambda table: table, list], ids=["array", "list of rows"])
def test_masked_scores_are_refused(rng, wrap):
    a = np.ma.masked_array(rng.uniform(size=(2, 5)), mask=np.eye(2, 5))
    message = (
        "a must have a score for every fold; got 2 masked ones. Run these folds, or leave out "
        "their repeats from both methods."
    )
    for test in (corrected_cv_ttest, bayesian_cv_test):
        with pytest.raises(ValueError, match=exactly(message)):
            test(wrap(a), a.data + 0.1)
    unmasked = np.ma.masked_array(a.data, mask=False)
    assert corrected_cv_ttest(unmasked, a.data * 0.9) == corrected_cv_ttest(a.data, a.data * 0.9)


@pytest.mark.parametrize("wrong", [[[0.6, 0.7], [0.8]], [["0.6", "good"]]], ids=["short", "text"])
def test_arrays_with_text_or_short_rows_are_refused(wrong):
    with pytest.raises(ValueError, match=r"^b must be numbers, .*\. Put one repeat in each row"):
        corrected_cv_ttest([[0.6, 0.7], [0.8, 0.9]], wrong)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
@pytest.mark.parametrize("column", ["method", "source"])
def test_rows_without_a_method_or_a_source_are_refused(scores, missing, column):
    name = scores[column].iloc[0]
    scores[column] = scores[column].astype(object).replace({name: missing})
    message = (
        "scores must name method and source in every row; 40 of 120 rows "
        "lack one. Without a source, write 'none'."
    )
    for function in (compare_methods, summary_table, compare_over_corpora):
        with pytest.raises(ValueError, match=exactly(message)):
            function(scores)
