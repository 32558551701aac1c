"""Parts of a run that several processes do and keep in one checkpoint."""

import json
import os
import re
import socket

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

from skprognet.evaluation import count_fits, cross_validate_transfer
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

N_ROWS = 60
SPEAKER = np.array([f"s{i % 4}" for i in range(N_ROWS)])


def design(method=None):
    rng = np.random.default_rng(0)
    return {
        "X": rng.normal(size=(N_ROWS, 3)),
        "y": rng.choice(["angry", "sad"], N_ROWS),
        "methods": {"one": method or GaussianNB()},
        "groups": SPEAKER,
        "cv": RepeatedSpeakerStratifiedKFold(3, n_repeats=2, random_state=0),
        "corpus": "my corpus",
    }


def run(folder=None, only=None, method=None):
    return cross_validate_transfer(**design(method), only=only, checkpoint=folder, n_jobs=1)


def without_seconds(scores):
    return scores.drop(columns="seconds").reset_index(drop=True)


@pytest.fixture(scope="module")
def whole():
    return run()


@pytest.mark.parametrize(
    ("only", "select"),
    [
        ("repeat=2", lambda scores: scores["repeat"] == 2),
        ("fold=3", lambda scores: scores["fold"] == 3),
        ("fold=3 repeat=1", lambda scores: (scores["repeat"] == 1) & (scores["fold"] == 3)),
        ("corpus='my corpus' fold=1", lambda scores: scores["fold"] == 1),
    ],
)
def test_part_of_a_run_equals_its_rows_of_the_whole_run(whole, only, select):
    part = run(only=only)
    pd.testing.assert_frame_equal(
        without_seconds(part), without_seconds(whole[select(whole)]), check_exact=True
    )
    assert count_fits(**design(), only=only) == len(part)


def test_parts_in_any_order_give_the_whole_run(whole, tmp_path):
    for only in ("repeat=2 fold=3", "fold=1", "repeat=2", "repeat=1"):
        run(tmp_path, only)
    mtimes = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(mtimes) == 6 + 1  # six splits and the design
    scores = run(tmp_path)
    pd.testing.assert_frame_equal(
        without_seconds(scores), without_seconds(whole), check_exact=True
    )
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == mtimes


@pytest.mark.parametrize(
    "only",
    ["", "3", "repeat", "repeat=", "repeat=one", "repeat=-1", "repeat=²", "speaker=1", "fold 3"],
)
def test_malformed_part_is_refused(only):
    sentence = (
        "A part must be written as 'repeat=3', 'repeat=3 fold=7', 'fold=7' or 'corpus=NAME "
        f"repeat=3'; got {only!r}. Write it in one of these forms."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        run(only=only)


@pytest.mark.parametrize(
    ("only", "sentence"),
    [
        (
            "repeat=3",
            "The repeat of a part must be from 1 to 2, since this run has 2 repeats; got 3. "
            "Choose another repeat.",
        ),
        (
            "fold=0",
            "The fold of a part must be from 1 to 3, since this run has 3 folds; got 0. Choose "
            "another fold.",
        ),
        (
            "corpus='my corpse'",
            "A part must name a target corpus of the study, which has 'my corpus'; got "
            "'my corpse'. Did you mean 'my corpus'?",
        ),
    ],
)
def test_part_outside_the_run_is_refused(only, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        run(only=only)


@pytest.fixture
def running(start_run, waiting_method, tmp_path):
    """Give a folder in which repeat 1 is running, and a function that lets it finish."""
    folder = tmp_path / "run"
    return folder, start_run(lambda: run(folder, "repeat=1", waiting_method))


def test_parts_run_at_the_same_time_unless_they_overlap(running, waiting_method, whole):
    folder, finish = running
    draft = folder / ".repeat-1-fold-1.json-abcd1234.draft"
    draft.write_text("what the other part is writing")
    assert len(run(folder, "repeat=2", waiting_method)) == 3
    assert draft.exists()
    process = rf"for the same run by process {os.getpid()} on {re.escape(socket.gethostname())}, "
    for only in ("repeat=1", "fold=2", None):
        with pytest.raises(BlockingIOError, match=process):
            run(folder, only, waiting_method)
    assert len(run(folder, "repeat=2 fold=1", waiting_method)) == 1  # these fits are finished
    assert len(finish()) == 3
    scores = run(folder, method=waiting_method)
    pd.testing.assert_frame_equal(
        without_seconds(scores), without_seconds(whole), check_exact=True
    )
    assert not list(folder.glob(".*"))


def test_run_keeps_the_claim_of_another_host_and_removes_a_dead_one_of_its_own(tmp_path):
    # A lock may not be visible on other hosts, so the process there may still be running.
    lock = tmp_path / ".claim-0123456789ab.lock"
    lock.touch()
    lock.with_suffix(".json").write_text(json.dumps({"host": "elsewhere", "jobs": []}))
    assert len(run(tmp_path, "fold=1")) == 2
    assert {lock, lock.with_suffix(".json")} == set(tmp_path.glob(".claim-*"))
    lock.with_suffix(".json").write_text(json.dumps({"host": socket.gethostname(), "jobs": []}))
    assert len(run(tmp_path, "fold=2")) == 2
    assert not list(tmp_path.glob(".claim-*"))
