"""What a plan says before training, and the parts of a study that it runs."""

import re
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.naive_bayes import GaussianNB

from skprognet.experiments import CorporaDesign, TasksDesign, plan_study


@pytest.fixture(scope="module")
def design(network):
    return TasksDesign(n_splits=4, n_repeats=2, estimator=network)


@pytest.fixture(scope="module")
def plan(design, corpus):
    return plan_study(design, *corpus)


@pytest.fixture(scope="module")
def corpora_plan(corpus, network):
    X, labels = corpus
    design = CorporaDesign(
        names=("first half", "second"),
        train_folds=(1, 2),
        methods=("dnn", "progressive"),
        n_splits=4,
        n_repeats=2,
        estimator=network,
    )
    halves = {"first half": (X[:40], labels[:40]), "second": (X[40:], labels[40:])}
    return plan_study(design, halves)


def test_a_study_without_two_methods_to_compare_is_refused_before_training(design, corpus):
    alone = replace(design, methods=("progressive",))
    with pytest.raises(ValueError, match="got only 'ProgNet from speaker', 'ProgNet from gender'"):
        plan_study(alone, *corpus)
    plan_study(replace(alone, placebo=True), *corpus)
    plan_study(replace(alone, methods=("fine-tuned", "progressive")), *corpus)


def test_plan_counts_fits_rows_and_classes(plan, corpus):
    text = str(plan)
    # Each of 8 splits has a network alone, two sources, and two networks for each source.
    assert "Fits: 56 (40 of methods, 16 of sources), in 24 independent jobs" in text
    assert "8 of DNN, 8 of PT/FT from speaker, 8 of ProgNet from speaker" in text
    assert "Corpus corpus: 80 rows of 5 columns; 2 x 4 folds stratified by speaker." in text
    X, labels = corpus
    arguments = plan.runs[0].arguments
    splits = list(arguments["cv"].split_with_validation(X, labels["emotion"], labels["speaker"]))
    for number, name in enumerate(("training", "validation", "test")):
        expected = []
        for subset in (slice(None), labels["emotion"] == "angry", labels["emotion"] == "sad"):
            sizes = [len(np.intersect1d(split[number], np.arange(80)[subset])) for split in splits]
            low, high = min(sizes), max(sizes)
            expected.append(str(low) if low == high else f"{low} to {high}")
        row = next(line for line in text.splitlines() if line.startswith(name))
        assert re.split(r"\s{2,}", row)[1:] == expected
    assert "training_size" not in text
    assert "Time:" not in text


def test_plan_of_two_corpora_lists_training_sizes_and_figures(corpora_plan):
    text = str(corpora_plan)
    assert "Corpus first half: 40 rows of 5 columns" in text
    assert "Corpus second: 40 rows of 5 columns" in text
    assert len(re.findall(r"^training, [12] of the folds", text, re.MULTILINE)) == 4
    assert "scores_second, " in text
    assert "training_size_second, " in text


def test_estimated_time_names_the_methods_that_it_leaves_out(corpus, design):
    with_others = TasksDesign(**design.to_arguments() | {"other_methods": {"Bayes": GaussianNB()}})
    plan = plan_study(with_others, *corpus)
    text = plan.describe("results", n_jobs=1)
    assert re.search(r"Time: \d+ s to \d+ s with 1 job at a time, if all networks", text)
    assert text.endswith("on this machine and the fits of Bayes, which have no epochs.")
    assert "Files in 'results': " in text


def test_estimated_time_grows_with_the_epochs(corpus, network):
    hours = {}
    for epochs in (100, 1000):
        estimator = clone(network).set_params(max_epochs=epochs)
        design = TasksDesign(sources=["gender"], n_splits=4, n_repeats=1, estimator=estimator)
        plan = plan_study(design, *corpus)
        start = time.perf_counter()
        low, high = plan.estimate(n_jobs=1)
        seconds = time.perf_counter() - start
        hours[epochs] = high
        assert 0 < low < high
        assert seconds < high * 3600  # the estimate does not train the whole study
    assert 3 < hours[1000] / hours[100] < 30


def test_time_can_be_estimated_if_the_timed_rows_are_few_for_each_class(
    corpus, network, monkeypatch
):
    """The source holds out rows of each of its speakers, since the validation rows have others."""
    monkeypatch.setattr("skprognet.evaluation._time_jobs._N_ROWS", 3)
    folds = {"folds": "speaker-independent", "n_splits": 4, "n_repeats": 1}
    plan = plan_study(TasksDesign(sources=["speaker"], estimator=network, **folds), *corpus)
    low, high = plan.estimate(n_jobs=1)
    assert 0 < low < high


def test_missing_checkpoint_folder_causes_a_warning(plan, tmp_path):
    with pytest.warns(UserWarning, match=r"^The folder '.*nowhere' does not exist, so all parts"):
        assert plan.missing(tmp_path / "nowhere") == ["repeat=1", "repeat=2"]


def test_plan_lists_missing_parts_after_parts_of_single_corpora(corpora_plan, tmp_path):
    missing = corpora_plan.missing(tmp_path)
    assert missing == ["repeat=1", "repeat=2"]
    assert corpora_plan.run(only="corpus=second repeat=1", checkpoint=tmp_path, n_jobs=1) is None
    corpora_plan.run(only="corpus='first half' repeat=2 fold=3", checkpoint=tmp_path, n_jobs=1)
    first_half = "corpus='first half'"
    assert corpora_plan.missing(tmp_path) == [
        "corpus=second repeat=2",
        f"{first_half} repeat=1",
        f"{first_half} repeat=2 fold=1",
        f"{first_half} repeat=2 fold=2",
        f"{first_half} repeat=2 fold=4",
    ]


def test_invalid_parts_are_refused(plan, corpora_plan, tmp_path):
    with pytest.raises(ValueError, match=r"must have a checkpoint, which it shares .*; got only"):
        plan.run(only="repeat=1")
    with pytest.raises(ValueError, match="has 'second', 'first half'; got 'sekond'"):
        corpora_plan.run(only="corpus=sekond", checkpoint=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_checkpoint_of_another_study_is_refused(corpus, network, plan, tmp_path):
    plan.run(only="repeat=1 fold=1", checkpoint=tmp_path, n_jobs=1)
    X, labels = corpus
    other = plan_study(TasksDesign(n_splits=4, n_repeats=2, estimator=network), X + 1, labels)
    for call in (other.missing, lambda folder: other.run(only="repeat=2", checkpoint=folder)):
        with pytest.raises(ValueError, match="must be of this run; got one that differs in X"):
            call(tmp_path)


def test_study_run_in_parts_equals_a_study_run_at_once(corpus, network, tmp_path):
    design = TasksDesign(sources=["gender"], n_splits=3, n_repeats=1, estimator=network)
    plan = plan_study(design, *corpus)
    for only in ("fold=2", "fold=3", "fold=1"):
        plan.run(only=only, checkpoint=tmp_path, n_jobs=1)
    assert plan.missing(tmp_path) == []
    mtimes = mtimes_of(tmp_path)
    study_of_parts, expected = plan.run(checkpoint=tmp_path, n_jobs=1), plan.run(n_jobs=1)
    assert mtimes_of(tmp_path) == mtimes  # nothing was trained
    pd.testing.assert_frame_equal(
        study_of_parts.scores.drop(columns="seconds"),
        expected.scores.drop(columns="seconds"),
        check_exact=True,
    )
    pd.testing.assert_frame_equal(study_of_parts.curves, expected.curves, check_exact=True)


def mtimes_of(folder):
    return {path: path.stat().st_mtime_ns for path in folder.iterdir()}
