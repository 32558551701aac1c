"""Methods compared by the recall of one class."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import recall_score

from skprognet.results import (
    average_over_sources,
    compare_methods,
    format_table,
    read_scores,
    recall_by_class,
    recall_scores,
    summary_table,
)


def scores_of(predictions):
    keys = ["method", "source", "repeat", "fold"]
    fits = predictions.groupby(keys, sort=False).size().reset_index(name="n_test")
    return fits.assign(n_train=30, n_validation=10, baseline="DNN", score=0.5)


def test_recall_of_each_fold_agrees_with_scikit_learn(invent_predictions):
    predictions = invent_predictions()
    table = recall_scores(predictions, "happy")
    folds = predictions.groupby(["method", "source", "repeat", "fold"], sort=False)
    expected = [
        recall_score(f["truth"], f["prediction"], labels=["happy"], average=None)[0]
        for _, f in folds
    ]
    assert table["score"].tolist() == pytest.approx(expected)
    assert table["chance"].tolist() == pytest.approx(
        [(f["prediction"] == "happy").mean() for _, f in folds]
    )
    assert table["metric"].unique().tolist() == ["recall of happy"]
    assert table["n_test"].sum() == 3 * 3 * 60
    means = recall_by_class(predictions).query("label == 'happy'")
    summary = summary_table(table)
    np.testing.assert_allclose(summary["score_mean"], means["recall_mean"])
    np.testing.assert_allclose(summary["score_std"], means["recall_std"])


def test_verdict_and_legend_name_the_class(invent_predictions):
    predictions = invent_predictions(accuracy=0.4)
    happy_rows = (predictions["truth"] == "happy") & (predictions["method"] == "ProgNet")
    predictions.loc[happy_rows, "prediction"] = "happy"
    table = recall_scores(predictions, "happy", scores_of(predictions))
    comparisons = compare_methods(table)
    verdict = comparisons.query("method == 'ProgNet' and against == 'DNN'")["verdict"].iloc[0]
    assert "ProgNet from gender is better than DNN: recall of happy 1.000 against 0." in verdict
    assert comparisons["ratio"].iloc[0] == pytest.approx(0.5)  # 20 / (30 + 10), from the scores
    text = format_table(summary_table(table, comparisons))
    assert "recall of happy: share of the rows of happy that are recognised, mean ±" in text


def test_guessed_class_is_at_chance_even_with_a_high_recall(invent_predictions, tmp_path):
    predictions = invent_predictions(methods=[("DNN", "none"), ("ProgNet", "gender")])
    rng = np.random.default_rng(0)
    guessed_sad = rng.random(len(predictions)) < 0.7
    predictions["prediction"] = np.where(guessed_sad, "sad", "angry")
    table = recall_scores(predictions, "sad")
    assert table["score"].mean() > 0.6
    verdict = compare_methods(table)["verdict"][0]
    nothing = "so perhaps nothing was learned about sad"
    assert f"Neither is significantly better than chance, {nothing}: " in verdict
    # A table from a file gives only the name of the metric.
    table.to_csv(tmp_path / "results.csv", index=False)
    read_table = read_scores(tmp_path / "results.csv")
    assert compare_methods(read_table)["verdict"][0] == verdict
    text = format_table(summary_table(read_table, compare_methods(read_table)))
    assert f"No method is significantly better than chance, {nothing}." in text


def test_only_corpora_with_the_class_are_compared(invent_predictions):
    without_sad = invent_predictions(1, corpus="B").replace({"sad": "calm"})
    two_corpora = pd.concat([invent_predictions(0, corpus="A"), without_sad])
    assert recall_scores(two_corpora, "sad")["corpus"].unique().tolist() == ["A"]
    assert recall_scores(two_corpora, "angry")["corpus"].unique().tolist() == ["A", "B"]


def test_label_that_is_a_number_may_be_given_as_text(invent_predictions):
    predictions = invent_predictions().replace({"angry": 1, "happy": 2, "sad": 3})
    pd.testing.assert_frame_equal(recall_scores(predictions, "2"), recall_scores(predictions, 2))


def test_recalls_are_averaged_over_sources_although_chance_differs(invent_predictions):
    methods = [("DNN", "none"), ("ProgNet", "a"), ("ProgNet", "b")]
    table = recall_scores(invent_predictions(methods=methods, corpus="c"), "sad")
    averaged = average_over_sources(table, ["a", "b"])
    assert len(averaged) == 2 * 9
    of_sources = table[table["source"] != "none"].groupby(["repeat", "fold"])
    of_mean = averaged[averaged["source"] != "none"].set_index(["repeat", "fold"])
    for column in ("score", "chance"):
        means = of_sources[column].mean()
        np.testing.assert_allclose(of_mean[column].loc[means.index], means)


def test_facts_of_the_fits_are_copied_from_the_scores(invent_predictions):
    predictions = invent_predictions()
    scores = scores_of(predictions).assign(normalisation="speaker")
    scores["rows_tested"] = "fold " + scores["fold"].astype(str)
    table = recall_scores(predictions, "happy", scores)
    for column in ("n_train", "n_validation", "normalisation", "rows_tested", "baseline"):
        assert table[column].tolist() == scores[column].tolist()
    scores["n_train"] = np.arange(len(scores)) + 30
    table = recall_scores(predictions, "happy", scores)
    assert table["n_train"].tolist() == scores["n_train"].tolist()
    shuffled = scores.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(recall_scores(predictions, "happy", shuffled), table)
