"""A checkpoint folder belongs to one run, and a run uses only its own records."""

import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import socket
import time

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.naive_bayes import GaussianNB

from skprognet.evaluation import cross_validate_transfer
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

N_ROWS = 60
SPEAKER = np.array([f"s{i % 4}" for i in range(N_ROWS)])


def run(folder, *, seed=0, methods=None, **options):
    rng = np.random.default_rng(0)
    return cross_validate_transfer(
        rng.normal(size=(N_ROWS, 3)),
        rng.choice(["angry", "sad"], N_ROWS),
        methods={"one": GaussianNB()} if methods is None else methods,
        groups=SPEAKER,
        cv=RepeatedSpeakerStratifiedKFold(4, n_repeats=1, random_state=seed),
        checkpoint=folder,
        **{"n_jobs": 1, **options},
    )


def jobs(folder):
    """Return the files of finished jobs by their split, such as "repeat-1-fold-2"."""
    return {re.match("repeat-1-fold-.", p.name)[0]: p for p in folder.glob("repeat-*.json")}


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def without_seconds(scores):
    return scores.drop(columns="seconds")


def assert_equal(scores, expected):
    pd.testing.assert_frame_equal(
        without_seconds(scores), without_seconds(expected), check_exact=True
    )


def test_run_ignores_records_of_another_run_in_its_folder(tmp_path):
    folder, other_folder = tmp_path / "one", tmp_path / "other"
    run(folder)
    expected = run(other_folder, seed=1)
    assert len(jobs(folder)) == len(jobs(other_folder)) == 4
    for split, path in jobs(other_folder).items():
        path.write_bytes(jobs(folder)[split].read_bytes())
    assert_equal(run(other_folder, seed=1), expected)


def test_run_ignores_records_that_do_not_name_their_run(tmp_path):
    expected = run(tmp_path)
    for path in jobs(tmp_path).values():
        body = json.loads(path.read_text().split("\n", 1)[1])
        del body["run"]
        body["record"]["rows"][0]["score"] = 2.0
        body = json.dumps(body)
        path.write_text(f"{hashlib.sha256(body.encode()).hexdigest()[:16]}\n{body}")
    assert_equal(run(tmp_path), expected)


def test_run_ignores_records_of_another_run_if_the_design_is_missing(tmp_path):
    expected, _ = run(None, seed=1), run(tmp_path)
    (tmp_path / "design.json").unlink()
    assert_equal(run(tmp_path, seed=1), expected)


@pytest.mark.parametrize("content", ["{", "[1, 2]", "3", '"X"', "null"])
def test_broken_design_file_is_refused_and_left_unchanged(content, tmp_path):
    (tmp_path / "design.json").write_text(content)
    with pytest.raises(
        ValueError, match=r"must hold the design of its run; .* cannot be"
    ) as raised:
        run(tmp_path)
    assert str(raised.value).endswith("Use another folder, or remove this one.")
    assert contents(tmp_path) == {"design.json": content.encode()}


@pytest.fixture
def running(start_run, waiting_method, tmp_path):
    """Give the folder of a run in progress, and a function that lets it finish.

    The function returns the scores, or the exception that stopped the run.
    """
    folder = tmp_path / "run"
    return folder, start_run(lambda: run(folder, methods={"one": waiting_method}))


def test_folder_in_use_is_refused_and_left_unchanged(running, waiting_method):
    folder, finish = running
    before = contents(folder)
    process = rf"by process {os.getpid()} on {re.escape(socket.gethostname())}, since 20"
    with pytest.raises(
        BlockingIOError, match=rf"^The folder '{folder}' is in use for the same run {process}"
    ):
        run(folder, methods={"one": waiting_method})
    with pytest.raises(BlockingIOError, match=rf"is in use for another run {process}") as raised:
        run(folder, methods={"one": waiting_method}, random_state=7)
    assert str(raised.value).endswith(
        "the runs differ in random_state (then 0, now 7). Choose another folder."
    )
    assert contents(folder) == before
    first = finish()
    # The seconds are equal too: nothing was fitted.
    assert run(folder, methods={"one": waiting_method}).equals(first)
    assert not list(folder.glob(".*"))


def test_run_whose_folder_was_removed_does_not_touch_the_next_run_there(running):
    folder, finish = running
    shutil.rmtree(folder)
    next_scores = run(folder, seed=1)
    before = contents(folder)
    error = finish()
    assert isinstance(error, FileNotFoundError)
    assert str(error).startswith(f"The folder '{folder}' was removed or replaced while this run")
    assert not getattr(error, "__notes__", [])  # the records in the folder are not its own
    assert contents(folder) == before
    assert run(folder, seed=1).equals(next_scores)


def test_run_whose_folder_was_removed_does_not_create_it_again(running):
    folder, finish = running
    shutil.rmtree(folder)
    assert isinstance(finish(), FileNotFoundError)
    assert not folder.exists()


class DiesOnce(ClassifierMixin, BaseEstimator):
    """Kills its process in the third fit, as soon as two fits are in the checkpoint."""

    def __init__(self, folder):
        self.folder = folder

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if next_number(self.folder) == 3:
            wait_until(lambda: len(jobs_done(self.folder)) >= 2)
            os.kill(os.getpid(), signal.SIGKILL)
        return self

    def predict(self, X):
        return np.repeat(self.classes_[0], len(X))


def next_number(folder):
    """Take the lowest free number. No two processes get the same one."""
    for number in itertools.count(1):
        try:
            open(os.path.join(folder, f"begun-{number}"), "x").close()
        except FileExistsError:
            continue
        return number


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def jobs_done(folder):
    return [name for name in os.listdir(folder) if name.startswith("repeat-")]


def test_killed_worker_raises_a_clear_error_and_the_same_call_continues(tmp_path):
    dies = {"one": DiesOnce(str(tmp_path))}
    with pytest.raises(
        ChildProcessError, match=r"^A worker process was killed from outside"
    ) as raised:
        run(tmp_path, methods=dies, n_jobs=2)
    kept = len(jobs_done(tmp_path))
    assert kept >= 2
    assert raised.value.__notes__ == [
        f"{kept} of 4 fits are in the checkpoint '{tmp_path}'. Repeat the same call to continue "
        "from there."
    ]
    assert len(run(tmp_path, methods=dies)) == 4


def test_backend_that_returns_no_result_before_the_end_is_refused(tmp_path):
    with (
        joblib.parallel_config("multiprocessing"),
        pytest.raises(ValueError, match="such as 'loky' or 'threading'; got Multiprocessing"),
    ):
        run(tmp_path, n_jobs=2)
    assert list(tmp_path.iterdir()) == []


def test_corpus_named_by_a_numpy_integer_equals_one_named_by_an_integer(tmp_path):
    first = run(tmp_path, corpus=np.int64(1))
    assert run(tmp_path, corpus=np.int64(1)).equals(first)
    assert run(tmp_path, corpus=1).equals(first)


def test_run_removes_drafts_of_a_killed_run_and_keeps_other_files(tmp_path):
    (tmp_path / ".repeat-1-fold-1.json-abcd1234.draft").write_text("half of")
    (tmp_path / "notes.txt").write_text("of the user")
    run(tmp_path)
    assert {"notes.txt", "design.json"} < set(contents(tmp_path))
    assert not list(tmp_path.glob(".*"))
