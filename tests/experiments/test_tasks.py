"""Transfer between tasks on a small invented corpus: rows, options and errors."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import accuracy_score, f1_score

from skprognet import DNNClassifier
from skprognet.experiments import (
    TasksDesign,
    make_record,
    plan_study,
    study_contents,
    transfer_between_tasks,
    write_study,
)
from skprognet.metrics import Score, uar_score


def test_default_study_has_the_five_rows_of_table_2_of_the_paper(study):
    rows = list(zip(study.table["method"], study.table["source"], strict=True))
    assert rows == [
        ("DNN", "none"),
        ("PT/FT", "speaker"),
        ("ProgNet", "speaker"),
        ("PT/FT", "gender"),
        ("ProgNet", "gender"),
    ]
    assert len(study.scores) == 5 * 4 * 2
    assert len(study.curves) == 5 * 4 * 2 * 3
    assert len(study.comparisons) == 4 + 2


def test_all_networks_use_the_parameters_of_the_estimator(corpus):
    estimator = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=50, lr=0.1, patience=1)
    study = transfer_between_tasks(*corpus, estimator=estimator, n_splits=3, n_repeats=1, n_jobs=1)
    assert (study.scores["n_epochs"] < 50).all()
    assert (study.scores["n_epochs"] - study.scores["best_epoch"] <= 1).all()


def test_error_names_missing_columns(corpus):
    X, labels = corpus
    message = (
        "labels must have the columns ['emotion', 'gender', 'speaker']; got ['speaker', "
        "'emotion'] without ['gender']. Rename columns, or pass target=, sources= and speaker=."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        transfer_between_tasks(X, labels[["speaker", "emotion"]])


def test_leave_one_session_out_works_with_normalisation_by_speaker(corpus):
    X, labels = corpus
    pairs = {"s0": "A", "s1": "B", "s2": "A", "s3": "B"}
    halves = np.where(np.arange(80) < 40, "1", "2")
    labels = labels.assign(session=labels["speaker"].map(pairs) + halves)
    options = {
        "folds": "leave-one-session-out",
        "normalisation": "speaker",
        "sources": ["gender"],
        "estimator": DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1),
        "n_jobs": 1,
    }
    study = transfer_between_tasks(X, labels, **options)
    assert study.design.n_splits == 4
    assert study.design.n_repeats == 1
    assert "row or session that it was tested on" in study.audit_verdict
    with pytest.raises(ValueError, match=re.escape("without ['speaker']. ")):
        transfer_between_tasks(X, labels.drop(columns="speaker"), **options)


def test_folds_by_session_and_the_report_need_no_speakers(corpus):
    X, labels = corpus
    labels = labels.assign(session=np.arange(80) // 20, actor=labels["speaker"])
    labels.loc[4, "speaker"] = None
    options = {
        "folds": "leave-one-session-out",
        "sources": ["gender"],
        "estimator": DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1),
        "n_jobs": 1,
    }
    study = transfer_between_tasks(X, labels, **options)
    assert "report.html" in study_contents(study, make_record(study.design))
    with pytest.raises(ValueError, match=r"speaker.*the first in row 4"):
        transfer_between_tasks(X, labels, normalisation="speaker", **options)


def test_a_score_that_is_undefined_on_test_rows_is_refused_before_training(corpus):
    X, labels = corpus
    labels = labels.assign(emotion=labels["emotion"].mask(labels["speaker"] == "s0", "angry"))

    def recall_of_sad(y_true, y_pred):
        is_sad = np.asarray(y_true) == "sad"
        return np.mean(np.asarray(y_pred)[is_sad] == "sad") if is_sad.any() else np.nan

    score = Score("recall of sad", recall_of_sad, range=(0, 1))
    estimator = DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1)
    options = {"folds": "speaker-independent", "n_splits": 4, "n_repeats": 1, "scoring": score}
    design = TasksDesign(sources=["speaker"], estimator=estimator, **options)
    with pytest.raises(ValueError, match="got NaN from 'recall of sad' in repeat 1, fold "):
        plan_study(design, X, labels)


def test_a_score_that_is_undefined_for_equal_predictions_is_refused_before_training(corpus):
    X, labels = corpus

    def precision_of_sad(y_true, y_pred):
        is_called_sad = np.asarray(y_pred) == "sad"
        return (
            np.mean(np.asarray(y_true)[is_called_sad] == "sad") if is_called_sad.any() else np.nan
        )

    score = Score("precision of sad", precision_of_sad, range=(0, 1))
    network = DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1)
    design = TasksDesign(sources=["gender"], estimator=network, scoring=score)
    message = r"got NaN from 'precision of sad' if each prediction is 'angry'\. "
    with pytest.raises(ValueError, match=message):
        plan_study(design, X, labels)
    rating = labels.assign(valence=np.linspace(0, 1, len(labels)))
    correlation = Score(
        "r", lambda y, p: np.nan if np.std(p) == 0 else np.corrcoef(y, p)[0, 1], kind="numbers"
    )
    with pytest.raises(ValueError, match=r"got NaN from 'r' if each prediction is 0\.\d"):
        plan_study(
            TasksDesign(target="valence", sources=["gender"], scoring=correlation), X, rating
        )


def test_the_score_of_a_study_chooses_the_epochs_of_the_target(corpus):
    score = Score("accuracy", accuracy_score, range=(0, 1))
    design = TasksDesign(sources=["gender"], scoring=score, n_splits=4, n_repeats=1)
    arguments = plan_study(design, *corpus).runs[0].arguments
    assert {method.monitor for method in arguments["methods"].values()} == {score}
    assert arguments["source_estimator"]["classes"].monitor == "uar"


def test_normalisation_by_speaker_equals_that_by_hand_with_folds_of_sessions(corpus):
    X, labels = corpus
    speaker = labels["speaker"]
    X = X * 3 + 5 * speaker.str[1:].astype(int).to_numpy()[:, None]
    labels = labels.assign(session=np.where(speaker < "s2", "1", "2"))
    labels["session"] += np.where(np.arange(80) < 40, "a", "b")
    labels["gender"] = np.where(np.arange(80) % 3, "female", "male")
    options = {
        "folds": "leave-one-session-out",
        "sources": ["gender"],
        "estimator": DNNClassifier(hidden_layer_sizes=(6,), max_epochs=3, lr=0.02),
        "n_jobs": 1,
    }
    scores = transfer_between_tasks(X, labels, normalisation="speaker", **options).scores
    by_speaker = pd.DataFrame(X).groupby(speaker)
    normalised = (X - by_speaker.transform("mean")) / by_speaker.transform("std", ddof=0)
    expected = transfer_between_tasks(normalised, labels, normalisation="none", **options).scores
    np.testing.assert_array_equal(scores["score"], expected["score"])
    np.testing.assert_array_equal(scores["source_score"], expected["source_score"])
    assert set(scores["normalisation"]) == {"speaker"}


def test_random_state_changes_folds_and_seeds(corpus):
    options = {
        "sources": ["gender"],
        "estimator": DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1),
        "n_splits": 3,
        "n_repeats": 1,
        "n_jobs": 1,
    }
    first, other = (
        transfer_between_tasks(*corpus, random_state=seed, **options).scores for seed in (0, 5)
    )
    for name in ("rows_tested", "seed", "source_seed"):
        values, others = (set(scores[name].dropna()) for scores in (first, other))
        assert values
        assert not values & others


def test_integer_codes_and_numeric_speaker_names_are_classes(corpus):
    X, labels = corpus
    options = {
        "sources": ["gender"],
        "estimator": DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1),
        "n_splits": 3,
        "n_repeats": 1,
        "n_jobs": 1,
    }
    # The name of a speaker may look like a number.
    renamed = labels.assign(speaker=labels["speaker"].map(lambda name: f"1.{name[1:]}"))
    codes = renamed.assign(emotion=(labels["emotion"] == "sad").astype(int))
    study = transfer_between_tasks(X, codes, **options | {"sources": ["speaker"]})
    assert len(study.scores) == 9
    assert study.scores["metric"].unique().tolist() == ["uar"]


def test_a_score_of_the_target_alone_does_not_choose_the_epochs_of_sources(corpus, network):
    X, labels = corpus
    labels = labels.assign(is_sad=(labels["emotion"] == "sad").astype(int))
    study = transfer_between_tasks(
        X,
        labels,
        target="is_sad",
        sources=["speaker"],
        scoring=Score("f1", f1_score, range=(0, 1)),
        n_splits=4,
        n_repeats=1,
        n_jobs=1,
        estimator=clone(network).set_params(monitor=Score("f1", f1_score, range=(0, 1))),
    )
    assert study.scores["score"].notna().all()


def test_a_wrong_level_of_chance_is_refused_before_training(corpus):
    score = Score("mine", uar_score, range=(0, 1), chance=lambda y: 50)
    with pytest.raises(ValueError, match=r"chance level of the score 'mine' must be from 0 to 1"):
        plan_study(TasksDesign(sources=["gender"], scoring=score, n_splits=4), *corpus)
    unknown = Score("mine", uar_score, range=(0, 1), chance=lambda y: np.nan)
    plan_study(TasksDesign(sources=["gender"], scoring=unknown, n_splits=4), *corpus)


def test_a_study_can_be_written_beside_its_own_checkpoint(corpus, network, tmp_path):
    options = {"sources": ["gender"], "n_splits": 3, "n_repeats": 1, "n_jobs": 1}
    checkpoint = tmp_path / "checkpoint"
    study = transfer_between_tasks(*corpus, estimator=network, checkpoint=checkpoint, **options)
    assert checkpoint.is_dir()
    for _ in range(2):
        assert (tmp_path / "report.html") in write_study(study, tmp_path)
    other = transfer_between_tasks(*corpus, estimator=network, random_state=1, **options)
    with pytest.raises(ValueError, match="must not hold a study that is not finished"):
        write_study(other, tmp_path)
