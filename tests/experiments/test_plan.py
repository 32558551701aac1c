"""What a plan says before anything is trained, and the parts of a study that it runs."""

import re
import time

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


def test_the_plan_counts_fits_rows_and_classes(plan, corpus):
    text = str(plan)
    # 8 splits: a network alone, and for each of two sources itself and two that read it.
    assert "Fits: 56 (40 of methods, 16 of sources), in 24 independent jobs" in text
    assert "8 of DNN, 8 of PT/FT from speaker, 8 of ProgNet from speaker" in text
    assert "Corpus corpus: 80 rows of 5 columns; 2 x 4 folds stratified by speaker." in text
    X, labels = corpus
    arguments = plan.runs[0].arguments
    splits = list(arguments["cv"].split_with_validation(X, labels["emotion"], labels["speaker"]))
    for number, name in enumerate(("training", "validation", "test")):
        expected = []
        for chosen in (slice(None), labels["emotion"] == "angry", labels["emotion"] == "sad"):
            sizes = [len(np.intersect1d(split[number], np.arange(80)[chosen])) for split in splits]
            low, high = min(sizes), max(sizes)
            expected.append(str(low) if low == high else f"{low} to {high}")
        row = next(line for line in text.splitlines() if line.startswith(name))
        assert re.split(r"\s{2,}", row)[1:] == expected
    assert "training_size" not in text
    assert "Time:" not in text


def test_the_plan_of_several_sizes_and_corpora(corpora_plan):
    text = str(corpora_plan)
    assert "Corpus first half: 40 rows of 5 columns" in text
    assert "Corpus second: 40 rows of 5 columns" in text
    assert len(re.findall(r"^training, [12] of the folds", text, re.MULTILINE)) == 4
    assert "scores_second, " in text
    assert "training_size_second, " in text


def test_the_time_says_what_it_leaves_out(corpus, design):
    with_others = TasksDesign(**design.to_arguments() | {"other_methods": {"Bayes": GaussianNB()}})
    plan = plan_study(with_others, *corpus)
    text = plan.describe("results", n_jobs=1)
    assert re.search(r"Time: \d+ s to \d+ s with 1 at a time, if all networks", text)
    assert text.endswith("on this machine and the fits of Bayes, which have no epochs.")
    assert "Files in 'results': " in text


def test_the_time_grows_with_the_epochs(corpus, network):
    hours = {}
    for epochs in (100, 1000):
        long = clone(network).set_params(max_epochs=epochs)
        design = TasksDesign(sources=["gender"], n_splits=4, n_repeats=1, estimator=long)
        plan = plan_study(design, *corpus)
        start = time.perf_counter()
        low, high = plan.estimate(n_jobs=1)
        took = time.perf_counter() - start
        hours[epochs] = high
        assert 0 < low < high
        assert took < high * 3600  # it does not train the whole
    assert 3 < hours[1000] / hours[100] < 30


def test_a_folder_that_is_not_there_is_said(plan, tmp_path):
    with pytest.warns(UserWarning, match=r"^The folder '.*nowhere' does not exist, so all parts"):
        assert plan.missing(tmp_path / "nowhere") == ["repeat=1", "repeat=2"]


def test_a_part_of_one_corpus(corpora_plan, tmp_path):
    missing = corpora_plan.missing(tmp_path)
    assert missing == ["repeat=1", "repeat=2"]
    assert corpora_plan.run(only="corpus=second repeat=1", checkpoint=tmp_path, n_jobs=1) is None
    corpora_plan.run(only="corpus='first half' repeat=2 fold=3", checkpoint=tmp_path, n_jobs=1)
    one = "corpus='first half'"
    assert corpora_plan.missing(tmp_path) == [
        "corpus=second repeat=2",
        f"{one} repeat=1",
        f"{one} repeat=2 fold=1",
        f"{one} repeat=2 fold=2",
        f"{one} repeat=2 fold=4",
    ]


def test_parts_that_cannot_be_run_are_one_sentence(plan, corpora_plan, tmp_path):
    with pytest.raises(ValueError, match=r"must have a checkpoint, which it shares .*; got only"):
        plan.run(only="repeat=1")
    with pytest.raises(ValueError, match="has 'second', 'first half'; got 'sekond'"):
        corpora_plan.run(only="corpus=sekond", checkpoint=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_parts_of_another_study_are_refused(corpus, network, plan, tmp_path):
    plan.run(only="repeat=1 fold=1", checkpoint=tmp_path, n_jobs=1)
    X, labels = corpus
    other = plan_study(TasksDesign(n_splits=4, n_repeats=2, estimator=network), X + 1, labels)
    for call in (other.missing, lambda folder: other.run(only="repeat=2", checkpoint=folder)):
        with pytest.raises(ValueError, match="must be of this run; got one that differs in X"):
            call(tmp_path)


def test_the_study_of_parts_is_the_study_of_one_run(corpus, network, tmp_path):
    design = TasksDesign(sources=["gender"], n_splits=3, n_repeats=1, estimator=network)
    plan = plan_study(design, *corpus)
    for only in ("fold=2", "fold=3", "fold=1"):
        plan.run(only=only, checkpoint=tmp_path, n_jobs=1)
    assert plan.missing(tmp_path) == []
    files = times(tmp_path)
    parts, whole = plan.run(checkpoint=tmp_path, n_jobs=1), plan.run(n_jobs=1)
    assert times(tmp_path) == files  # nothing was trained
    pd.testing.assert_frame_equal(
        parts.scores.drop(columns="seconds"),
        whole.scores.drop(columns="seconds"),
        check_exact=True,
    )
    pd.testing.assert_frame_equal(parts.curves, whole.curves, check_exact=True)


def times(folder):
    return {path: path.stat().st_mtime_ns for path in folder.iterdir()}
