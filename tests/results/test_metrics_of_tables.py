"""The metric of a table decides the words, range, direction and files of its scores."""

import gzip
import io
import re

import numpy as np
import pandas as pd
import pytest

from skprognet import DNNClassifier
from skprognet.displays import ScoresDisplay, SignificanceDisplay, TrainingCurveDisplay
from skprognet.evaluation import audit, cross_validate_transfer
from skprognet.experiments import Study, TasksDesign, write_study
from skprognet.metrics import Score, get_score
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
from skprognet.results import (
    compare_methods,
    compare_over_corpora,
    format_table,
    read_scores,
    summary_table,
)

FOLDS = pd.DataFrame({"repeat": np.repeat([1, 2], 5), "fold": np.tile(np.arange(1, 6), 2)})
NOISE = 0.01 * np.array([1, -2, 4, 0, -3, 2, 5, -1, 0, 2])
LOSS = {"metric": "my loss", "greater_is_better": False}


def share_of_errors(y_true, y_pred):
    return np.mean(np.asarray(y_true) != np.asarray(y_pred))


def scores_with_gain(gain, **columns):
    """Return scores of a network without a source, and with one that lowers them by `gain`."""
    wiggle = 0.002 * np.array([1, 0, -1, 1, -1, 0, 1, -1, 0, 0])
    plain = FOLDS.assign(method="DNN", source="none", score=2 + NOISE)
    progressive = FOLDS.assign(method="ProgNet", source="gender", score=2 + NOISE - gain + wiggle)
    return pd.concat([plain, progressive], ignore_index=True).assign(**columns)


def test_lower_score_wins_if_lower_is_better():
    scores = scores_with_gain(0.1, **LOSS, chance=2.5)
    comparisons = compare_methods(scores)
    row = comparisons.loc[0]
    assert row["score"] == pytest.approx(1.908)
    assert row["against_score"] == pytest.approx(2.008)
    assert row["difference"] > 0.09
    assert row["low"] > 0
    assert row["p_better"] > 0.99
    assert not row["hurts"]
    assert row["p_chance"] < 0.01
    assert row["verdict"].startswith("ProgNet from gender is better than DNN: my loss 1.9")
    assert "improvement +0.100" in row["verdict"]
    table = summary_table(scores, comparisons)
    assert table["marks"].tolist() == ["", "*"]
    assert "my loss (lower is better), mean" in format_table(table)


def test_lower_is_better_mirrors_greater_is_better():
    scores = scores_with_gain(-0.05, **LOSS, chance=2.5)
    mirror = scores.assign(score=-scores["score"], chance=-2.5, greater_is_better=True)
    lower, greater = compare_methods(scores), compare_methods(mirror)
    columns = ["difference", "low", "high", "pvalue", "p_worse", "p_chance", "hurts"]
    assert lower[columns].equals(greater[columns])
    assert lower.loc[0, "hurts"]
    assert "worse than DNN, so transfer hurts here" in lower.loc[0, "verdict"]


def test_lowest_loss_has_the_first_rank_over_corpora():
    parts = [
        FOLDS.assign(corpus=corpus, method=method, source="none", score=score + NOISE + number)
        for number, corpus in enumerate("ABCDE")
        for method, score in {"DNN": 0.3, "SVM": 0.2, "ProgNet": 0.1}.items()
    ]
    result = compare_over_corpora(pd.concat(parts).assign(**LOSS))
    ranks = result.ranks.set_index("method")["mean_rank"]
    assert (ranks["ProgNet"], ranks["SVM"], ranks["DNN"]) == (1, 2, 3)
    row = result.comparisons.set_index(["method", "against"]).loc[("ProgNet", "DNN")]
    assert row["difference"] == pytest.approx(0.2)
    assert row["verdict"].startswith("ProgNet is better than DNN over 5 corpora: ")
    assert ", my loss 2.1" in row["verdict"]


def test_axis_labels_name_the_metric():
    scores = scores_with_gain(0.1, **LOSS)
    display = ScoresDisplay.from_scores(scores).plot()
    assert display.ax_.get_xlabel().startswith("my loss (lower is better): mean and")
    display.close()
    display = SignificanceDisplay.from_comparisons(compare_methods(scores)).plot()
    assert "improvement in my loss, 95 % interval" in display.ax_.get_xlabel()
    display.close()
    curves = scores.assign(epoch=1, valid_score=scores["score"], test_score=1.0)
    for column, metric, label in (
        ("valid_score", "my loss", "validation my loss (lower is better)"),
        ("test_score", "uar", "test UAR"),
        ("valid_score", "loss", "validation score (minus the loss)"),
    ):
        display = TrainingCurveDisplay.from_curves(curves.assign(metric=metric), score=column)
        assert display.score_name == label


def test_two_metrics_in_one_table_are_refused():
    scores = scores_with_gain(0.1)
    scores["metric"] = np.where(scores["method"] == "DNN", "uar", "my loss")
    sentence = (
        "scores must hold the scores of one metric; got 'uar', 'my loss'. Select one, as in "
    )
    with pytest.raises(ValueError, match=re.escape(sentence)):
        compare_methods(scores)
    curves = scores.assign(epoch=1, valid_score=0.5)
    with pytest.raises(ValueError, match=r"^curves must be of one metric; "):
        TrainingCurveDisplay.from_curves(curves)


def test_scores_without_a_metric_must_be_uar_from_0_to_1():
    scores = scores_with_gain(0).assign(score=lambda rows: rows["score"] / 4)
    assert "UAR: unweighted average recall, mean" in format_table(summary_table(scores))
    assert compare_methods(scores)["metric"].tolist() == ["uar"]
    with pytest.raises(ValueError, match=r"UAR values from 0 to 1 in 'score'; got 2\.01"):
        compare_methods(scores_with_gain(0))


# A study with a custom score


@pytest.fixture(scope="module")
def study():
    rng = np.random.default_rng(0)
    X, y, speaker = rng.normal(size=(60, 3)), rng.choice(["a", "b"], 60), np.arange(60) % 4
    errors = Score("errors", share_of_errors, "share of errors", greater_is_better=False)
    scores, curves = cross_validate_transfer(
        X,
        y,
        methods={
            "DNN": DNNClassifier(hidden_layer_sizes=(2,), max_epochs=2, monitor=errors),
            "SVM": DNNClassifier(hidden_layer_sizes=(3,), max_epochs=2, monitor=errors),
        },
        scoring=errors,
        groups=speaker,
        cv=RepeatedSpeakerStratifiedKFold(3, n_repeats=2, random_state=0),
        return_curves=True,
        n_jobs=1,
    )
    return Study(scores, curves, TasksDesign(n_splits=3, n_repeats=2, scoring=errors))


def test_study_reports_the_custom_score_and_no_chance_level(study):
    scores, curves = study.scores, study.curves
    assert set(scores["metric"]) == {"errors"}
    assert not scores["greater_is_better"].any()
    assert scores["chance"].isna().all()
    keys = ["method", "repeat", "fold"]
    best = curves.merge(scores.rename(columns={"best_epoch": "epoch"}), on=[*keys, "epoch"])
    assert len(best) == len(scores)
    np.testing.assert_allclose(best["test_score"], best["score"])
    assert "share of errors (lower is better)" in format_table(study.table)
    assert study.design.to_dict()["missing"]["scoring"].startswith("Score(name='errors'")
    assert "scoring" not in study.design.to_dict()


def test_read_scores_joins_the_files_of_results_and_of_rows(study, tmp_path, no_figures):
    write_study(study, tmp_path)
    results = pd.read_csv(tmp_path / "results.csv")
    assert not {"rows_seen", "rows_tested"} & set(results)
    joined = read_scores(tmp_path)
    assert sorted(joined) == sorted(study.scores)
    assert len(audit(joined)) == len(results)
    assert compare_methods(joined)["verdict"].tolist() == study.comparisons["verdict"].tolist()
    # Rows that belong to other fits are not joined.
    rows = pd.read_csv(io.BytesIO(gzip.decompress((tmp_path / "rows.csv.gz").read_bytes())))
    for changed_rows in (rows[1:], rows.assign(seed=rows["seed"] + 1), rows.assign(more=1)):
        changed_rows.to_csv(tmp_path / "rows.csv.gz", index=False)
        assert "rows_tested" not in read_scores(tmp_path / "results.csv")


def test_get_score_accepts_a_name_or_a_score_object():
    uar = get_score("uar")
    assert get_score(uar) is uar
    with pytest.raises(ValueError, match=r"got 'UAR'. Did you mean 'uar'\?$"):
        get_score("UAR")
    with pytest.raises(TypeError, match=r"^scoring must be the name of a score or a skprognet"):
        get_score(share_of_errors)


def scores_of_a_and_b(**columns):
    rows = pd.DataFrame({"source": "none", "repeat": 1, "fold": [1, 2, 3] * 2})
    rows["method"] = ["A"] * 3 + ["B"] * 3
    return rows.assign(**{"score": [0.5, 0.6, 0.7, 0.4, 0.6, 0.5], **columns})


def test_a_table_that_contradicts_its_metric_is_refused():
    scores = scores_of_a_and_b(metric="uar", greater_is_better=False)
    with pytest.raises(ValueError, match=r"^scores must agree with their metric: greater UAR"):
        compare_methods(scores)
    agreeing = scores_of_a_and_b(metric="uar", greater_is_better=True)
    assert compare_methods(agreeing).equals(compare_methods(scores_of_a_and_b()))


def test_missing_metric_means_uar():
    scores = scores_of_a_and_b(metric=None, greater_is_better=None)
    assert compare_methods(scores).equals(compare_methods(scores_of_a_and_b()))


def test_tables_of_earlier_versions_and_empty_tables_are_refused():
    with pytest.raises(
        ValueError, match=r"Rename the column 'uar' of earlier versions to 'score'"
    ):
        compare_methods(scores_of_a_and_b().rename(columns={"score": "uar"}))
    with pytest.raises(ValueError, match=r"^scores must have one row for each fit; got none\."):
        compare_methods(scores_of_a_and_b().iloc[:0])


def test_damaged_file_of_rows_is_refused(tmp_path):
    scores_of_a_and_b(seed=1).to_csv(tmp_path / "results.csv", index=False)
    (tmp_path / "rows.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(ValueError, match=r"a CSV file; .*rows\.csv\.gz' cannot be read: Not a gz"):
        read_scores(tmp_path)


def test_read_scores_joins_by_the_fit_and_not_by_the_order(study, tmp_path, no_figures):
    write_study(study, tmp_path)
    path, fit = tmp_path / "results.csv", ["method", "source", "repeat", "fold"]
    pd.read_csv(path).sample(frac=1, random_state=0).to_csv(path, index=False)
    joined, expected = (each.set_index(fit) for each in (read_scores(tmp_path), study.scores))
    for column in ("rows_seen", "rows_tested", "seconds"):
        assert joined[column].tolist() == expected.loc[joined.index, column].tolist()
