"""A folder belongs to one run, and its records to the run that made them."""

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
    """Return the files of finished jobs by what their names begin with, such as their split."""
    return {re.match("repeat-1-fold-.", p.name)[0]: p for p in folder.glob("repeat-*.json")}


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def without_seconds(scores):
    return scores.drop(columns="seconds")


def assert_is(scores, expected):
    pd.testing.assert_frame_equal(
        without_seconds(scores), without_seconds(expected), check_exact=True
    )


def test_records_of_another_run_are_not_taken_for_ones_own(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    run(one)
    expected = run(other, seed=1)
    assert len(jobs(one)) == len(jobs(other)) == 4
    for split, path in jobs(other).items():
        path.write_bytes(jobs(one)[split].read_bytes())
    assert_is(run(other, seed=1), expected)


def test_records_that_do_not_say_of_which_run_they_are_are_not_used(tmp_path):
    expected = run(tmp_path)
    for path in jobs(tmp_path).values():
        body = json.loads(path.read_text().split("\n", 1)[1])
        del body["run"]
        body["record"]["rows"][0]["score"] = 2.0
        body = json.dumps(body)
        path.write_text(f"{hashlib.sha256(body.encode()).hexdigest()[:16]}\n{body}")
    assert_is(run(tmp_path), expected)


def test_without_the_design_nothing_of_another_run_is_used(tmp_path):
    expected, _ = run(None, seed=1), run(tmp_path)
    (tmp_path / "design.json").unlink()
    assert_is(run(tmp_path, seed=1), expected)


@pytest.mark.parametrize("content", ["{", "[1, 2]", "3", '"X"', "null"])
def test_a_design_that_is_no_design_is_refused_in_a_sentence(content, tmp_path):
    (tmp_path / "design.json").write_text(content)
    with pytest.raises(ValueError, match=r"must hold the design of its run; .* cannot be") as e:
        run(tmp_path)
    assert str(e.value).endswith("Use another folder, or remove this one.")
    assert contents(tmp_path) == {"design.json": content.encode()}


@pytest.fixture
def at_work(begin, waits, tmp_path):
    """Give a folder in which a run is at work, and a function that has it end and tells how."""
    folder = tmp_path / "run"
    return folder, begin(lambda: run(folder, methods={"one": waits}))


def test_two_at_once_in_one_folder(at_work, waits):
    folder, end = at_work
    before = contents(folder)
    who = rf"by process {os.getpid()} on {re.escape(socket.gethostname())}, since 20"
    with pytest.raises(
        BlockingIOError, match=rf"^The folder '{folder}' is in use for the same run {who}"
    ):
        run(folder, methods={"one": waits})
    with pytest.raises(BlockingIOError, match=rf"is in use for another run {who}") as raised:
        run(folder, methods={"one": waits}, random_state=7)
    assert str(raised.value).endswith(
        "the runs differ in random_state (then 0, now 7). Choose another folder."
    )
    assert contents(folder) == before
    first = end()
    assert run(folder, methods={"one": waits}).equals(first)  # also the seconds: it was read
    assert not list(folder.glob(".*"))


def test_a_run_whose_folder_was_removed_leaves_the_next_one_alone(at_work):
    folder, end = at_work
    shutil.rmtree(folder)
    second = run(folder, seed=1)
    before = contents(folder)
    stopped = end()
    assert isinstance(stopped, FileNotFoundError)
    assert str(stopped).startswith(f"The folder '{folder}' was removed or replaced while this run")
    assert not getattr(stopped, "__notes__", [])  # what is there is none of its own
    assert contents(folder) == before
    assert run(folder, seed=1).equals(second)


def test_a_run_whose_folder_was_removed_does_not_make_it_again(at_work):
    folder, end = at_work
    shutil.rmtree(folder)
    assert isinstance(end(), FileNotFoundError)
    assert not folder.exists()


class DiesOnce(ClassifierMixin, BaseEstimator):
    """Kills the process of the third fit that begins, once two fits are kept."""

    def __init__(self, folder):
        self.folder = folder

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if turn(self.folder) == 3:
            wait_until(lambda: len(jobs_done(self.folder)) >= 2)
            os.kill(os.getpid(), signal.SIGKILL)
        return self

    def predict(self, X):
        return np.repeat(self.classes_[0], len(X))


def turn(folder):
    """The first number that no fit has taken yet; no two processes take the same one."""
    for number in itertools.count(1):
        try:
            open(os.path.join(folder, f"begun-{number}"), "x").close()
        except FileExistsError:
            continue
        return number


def wait_until(true):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def jobs_done(folder):
    return [name for name in os.listdir(folder) if name.startswith("repeat-")]


def test_a_killed_worker_is_one_sentence_and_the_same_call_goes_on(tmp_path):
    dies = {"one": DiesOnce(str(tmp_path))}
    with pytest.raises(
        ChildProcessError, match=r"^A worker process was killed from outside"
    ) as end:
        run(tmp_path, methods=dies, n_jobs=2)
    kept = len(jobs_done(tmp_path))
    assert kept >= 2
    assert end.value.__notes__ == [
        f"{kept} of 4 fits are in the checkpoint '{tmp_path}'. Repeat the same call to continue "
        "from there."
    ]
    assert len(run(tmp_path, methods=dies)) == 4


def test_a_backend_that_gives_nothing_before_the_end_is_refused(tmp_path):
    with (
        joblib.parallel_config("multiprocessing"),
        pytest.raises(ValueError, match="such as 'loky' or 'threading'; got Multiprocessing"),
    ):
        run(tmp_path, n_jobs=2)
    assert list(tmp_path.iterdir()) == []


def test_an_integer_of_numpy_names_a_corpus_as_any_integer_does(tmp_path):
    first = run(tmp_path, corpus=np.int64(1))
    assert run(tmp_path, corpus=np.int64(1)).equals(first)
    assert run(tmp_path, corpus=1).equals(first)


def test_drafts_of_a_killed_run_are_removed(tmp_path):
    (tmp_path / ".repeat-1-fold-1.json-abcd1234.draft").write_text("half of")
    (tmp_path / "notes.txt").write_text("of the user")
    run(tmp_path)
    assert {"notes.txt", "design.json"} < set(contents(tmp_path))
    assert not list(tmp_path.glob(".*"))
