"""The matrix of sources and target corpora, and the mean over sources, checked by hand."""

import re

import numpy as np
import pandas as pd
import pytest

from skprognet.displays import CorporaMatrixDisplay
from skprognet.results import (
    average_over_sources,
    compare_methods,
    compare_over_corpora,
    corpora_matrix,
    summary_table,
)
from skprognet.significance import corrected_cv_ttest

GAINS = {"b": {"a": 0.05, "c": -0.04}, "c": {"a": 0.0, "b": 0.03}, "a": {"b": 0.01, "c": 0.02}}


ONE_SOURCE = {"b": {"a": 0.05}}


def scores_of(gains, methods=("PT/FT", "ProgNet"), **columns):
    rng = np.random.default_rng(0)
    rows = []
    for corpus, gains_by_source in gains.items():
        for fold in range(1, 6):
            base = 0.5 + 0.01 * fold
            row = {"corpus": corpus, "repeat": 1, "fold": fold, **columns}
            rows.append({**row, "method": "DNN", "source": "none", "score": base})
            for method in methods:
                for source, gain in gains_by_source.items():
                    score = base + gain + rng.normal(0, 0.002)
                    rows.append({**row, "method": method, "source": source, "score": score})
    return pd.DataFrame(rows)


def means_of(scores):
    return scores.groupby(["corpus", "method", "source"])["score"].mean()


@pytest.fixture(scope="module")
def scores_and_comparisons():
    scores = scores_of(GAINS)
    return scores, compare_methods(scores)


def test_gains_are_differences_of_means(scores_and_comparisons):
    scores, comparisons = scores_and_comparisons
    matrix = corpora_matrix(scores, comparisons)
    assert len(matrix) == 2 * 6
    marks = summary_table(scores, comparisons)
    marks = marks.set_index(["corpus", "method", "source"])["marks"]
    means = means_of(scores)
    for _, row in matrix.iterrows():
        key = row["corpus"], row["method"], row["source"]
        baseline = means[row["corpus"], "DNN", "none"]
        assert row["baseline_score"] == pytest.approx(baseline)
        assert row["gain"] == pytest.approx(means[key] - baseline)
        assert row["marks"] == marks[key]
    cells = matrix.pivot(index=["method", "source"], columns="corpus", values="gain")
    assert cells.loc["PT/FT", "a"]["b"] == pytest.approx(0.05, abs=0.003)
    assert set(matrix["marks"]) >= {"*", "↓", ""}
    of_one_method = corpora_matrix(*scores_and_comparisons, method="PT/FT")
    assert set(of_one_method["method"]) == {"PT/FT"}
    with pytest.raises(ValueError, match="method must be one of 'PT/FT', 'ProgNet'; got 'SVM'"):
        corpora_matrix(*scores_and_comparisons, method="SVM")


def test_higher_loss_is_a_negative_gain():
    loss = {"metric": "loss", "greater_is_better": False}
    matrix = corpora_matrix(scores_of(ONE_SOURCE, ["PT/FT"], **loss))
    assert matrix["gain"].item() == pytest.approx(-0.05, abs=0.003)
    assert matrix["score"].item() > matrix["baseline_score"].item()


def test_matrix_may_have_one_target_or_several_training_sizes():
    one_target = corpora_matrix(scores_of(ONE_SOURCE, ["ProgNet"]))
    assert one_target[["source", "corpus"]].to_numpy().tolist() == [["a", "b"]]
    sizes = pd.concat([scores_of(ONE_SOURCE, ["ProgNet"], n_train_folds=n) for n in (1, 8)])
    assert corpora_matrix(sizes)["n_train_folds"].tolist() == [1, 8]


def test_matrix_needs_the_plain_network():
    scores = scores_of(ONE_SOURCE)
    scores = scores[scores["method"] != "DNN"]
    with pytest.raises(ValueError, match="A network with a source must have been compared with"):
        corpora_matrix(scores)


def test_sources_are_averaged_within_each_fold():
    scores = scores_of(GAINS, baseline="DNN")
    averaged = average_over_sources(scores)
    assert set(averaged["source"]) == {"none", "other corpora"}
    renamed = average_over_sources(scores, name="elsewhere")
    assert set(renamed["source"]) == {"none", "elsewhere"}
    wide = scores.pivot(index=["corpus", "fold", "method"], columns="source", values="score")
    wide_averaged = averaged.pivot(
        index=["corpus", "fold", "method"], columns="source", values="score"
    )
    means = wide_averaged["other corpora"].dropna()
    np.testing.assert_allclose(means, wide[["a", "b", "c"]].mean(axis=1)[means.index])
    np.testing.assert_array_equal(wide_averaged["none"].dropna(), wide["none"].dropna())
    result = compare_over_corpora(averaged)
    assert result.n_corpora == 3
    with pytest.raises(ValueError, match=re.escape("from the sources 'x'; got rows from 'no")):
        average_over_sources(scores, ["x"])


def test_missing_score_of_a_source_is_not_skipped_in_the_mean():
    scores = scores_of(GAINS)
    place = scores.index[scores["source"].eq("c") & scores["corpus"].eq("b")][0]
    missing = scores.assign(score=scores["score"].drop(place))
    averaged = average_over_sources(missing)
    assert averaged["score"].isna().sum() == 1
    with pytest.raises(ValueError, match="scores must be finite; got a missing one on 'b'"):
        compare_over_corpora(averaged)
    message = "one row for each of 1 x 5 folds of 'PT/FT' from 'c'; got 4 rows"
    with pytest.raises(ValueError, match=message):
        average_over_sources(scores.drop(index=place))


def test_methods_of_a_corpus_must_have_the_same_sources_for_a_mean():
    scores = scores_of(GAINS)
    places = {"corpus": "b", "method": "PT/FT", "source": "c"}
    is_lost = scores[list(places)].eq(pd.Series(places)).all(axis=1)
    assert is_lost.sum() == 5
    with pytest.raises(ValueError, match=r"got 'PT/FT' without 'c' on 'b'\. Run the missing fits"):
        average_over_sources(scores[~is_lost])


def test_heat_map_shows_gains_marks_and_baseline_scores(scores_and_comparisons):
    scores, comparisons = scores_and_comparisons
    display = CorporaMatrixDisplay.from_scores(scores, comparisons).plot()
    texts = {place: text.get_text() for place, text in display.texts_.items()}
    baseline = means_of(scores)["b", "DNN", "none"]
    assert texts["PT/FT", "b", "b"] == f"{baseline:.3f}"
    for _, row in display.frame().iterrows():
        text = texts[row["method"], row["source"], row["corpus"]]
        assert text.startswith(f"{row['gain']:+.3f}") or abs(row["gain"]) < 0.0005
        assert text.endswith(row["marks"])
    assert len(texts) == 2 * 9
    label = display.ax_.get_xlabel()
    assert "gain in UAR over DNN (grey: UAR of DNN itself)" in label
    assert "↓ worse than DNN" in label
    display.close()


def test_heat_map_has_a_row_for_a_target_that_is_not_a_source():
    display = CorporaMatrixDisplay.from_scores(scores_of(ONE_SOURCE), method="ProgNet")
    display.plot()
    names = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert names == ["from b", "from a"]
    assert [label.get_text() for label in display.ax_.get_xticklabels()] == ["b"]
    display.close()


def test_heat_map_needs_a_single_training_size():
    sizes = pd.concat([scores_of(ONE_SOURCE, n_train_folds=n) for n in (1, 8)])
    with pytest.raises(ValueError, match=r"scores must be of one n_train_folds; got \[1, 8\]"):
        CorporaMatrixDisplay.from_scores(sizes)
    largest = sizes[sizes["n_train_folds"] == 8]
    display = CorporaMatrixDisplay.from_scores(largest, compare_methods(sizes))
    assert len(display.frame()) == 2


def test_comparisons_of_other_corpora_are_ignored(scores_and_comparisons):
    scores, comparisons = scores_and_comparisons
    for corpus in GAINS:
        of_corpus = scores[scores["corpus"] == corpus]
        alone = compare_methods(of_corpus)
        for table in (summary_table, corpora_matrix):
            expected = table(of_corpus, alone)["marks"].tolist()
            assert table(of_corpus, comparisons)["marks"].tolist() == expected
            with pytest.raises(ValueError, match="comparisons must have the column 'corpus'"):
                table(scores, alone)


def test_comparisons_that_lack_a_corpus_are_refused(scores_and_comparisons):
    scores, comparisons = scores_and_comparisons
    incomplete = comparisons[comparisons["corpus"] != "b"]
    for table in (summary_table, corpora_matrix):
        with pytest.raises(ValueError, match=r"got none of corpus b\. Pass what compare_methods"):
            table(scores, incomplete)
        # On this corpus there is nothing to compare.
        alone = scores[(scores["corpus"] == "a") & (scores["method"] == "DNN")]
        with_alone = pd.concat([scores, alone.assign(corpus="d")])
        marks = table(with_alone, compare_methods(with_alone))["marks"]
        assert [*marks[marks != ""]] == [m for m in table(scores, comparisons)["marks"] if m]


def test_an_average_over_sources_that_were_tested_on_other_rows_is_refused():
    scores = scores_of(GAINS, baseline="DNN").assign(rows_tested="0f")
    is_other = (scores["corpus"] == "b") & (scores["source"] == "c")
    assert is_other.any()
    scores.loc[is_other, "rows_tested"] = "1f"
    with pytest.raises(ValueError, match=r"must come from the same rows .* on 'b' in repeat 1"):
        average_over_sources(scores)


def test_an_average_over_sources_of_doubled_scores_is_refused():
    scores = scores_of(GAINS, baseline="DNN")
    with pytest.raises(ValueError, match=r"must have one row for each of 1 x 5 folds of 'DNN'"):
        average_over_sources(pd.concat([scores, scores[scores["method"] == "DNN"]]))


def test_averages_keep_the_numbers_of_rows_for_the_tests():
    sizes = {"n_train": 30, "n_validation": 10, "n_test": 60}
    averaged = average_over_sources(scores_of(GAINS, baseline="DNN", **sizes))
    of_corpus = averaged[averaged["corpus"] == "b"]
    first, second = (of_corpus[of_corpus["method"] == name] for name in ("DNN", "ProgNet"))
    assert corrected_cv_ttest(first, second).ratio == pytest.approx(60 / 40)


def test_the_picture_says_that_lower_is_better_and_shows_the_own_network_of_each_method():
    big = scores_of(GAINS, ["ProgNet"]).replace({"method": {"DNN": "big", "ProgNet": "big net"}})
    big["score"] += 0.1 + np.random.default_rng(1).normal(0, 0.01, len(big))
    small = scores_of(GAINS, ["ProgNet"]).assign(baseline="DNN")
    scores = pd.concat([small, big.assign(baseline="big")], ignore_index=True)
    scores.loc[scores["source"] == "none", "baseline"] = "none"
    scores = scores.assign(metric="my loss", greater_is_better=False)
    display = CorporaMatrixDisplay.from_scores(scores).plot()
    label = display.ax_.get_xlabel().replace("\n", " ")
    assert label.startswith("target corpus gain in my loss over ")
    assert "itself (lower is better))" in label
    own = {
        (row["method"], row["corpus"]): f"{row['baseline_score']:.3f}"
        for _, row in display.frame().iterrows()
    }
    assert len(set(own.values())) > 1
    for (method, corpus), value in own.items():
        assert display.texts_[method, corpus, corpus].get_text() == value
    display.close()


def test_a_mean_over_sources_needs_a_new_name():
    scores = scores_of({"d": {"a": 0.01, "b": 0.02, "c": 0.03}})
    for taken in ("c", "none"):
        with pytest.raises(ValueError, match=rf"^name must be a new name; got {taken!r}, which "):
            average_over_sources(scores, ["a", "b"], name=taken)
    once = average_over_sources(scores, ["a", "b"])
    with pytest.raises(ValueError, match=r"^name must be a new name; got 'other corpora', which"):
        average_over_sources(once, ["c"])
    assert set(average_over_sources(scores, ["a", "b"], name="a")["source"]) == {"none", "a", "c"}
