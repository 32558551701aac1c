"""A run that was stopped continues from its checkpoint and gives the result of a whole run."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.evaluation import SourceCorpus, cross_validate_transfer
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

OPTIONS = {"hidden_layer_sizes": (6,), "max_epochs": 3, "lr": 0.01}


def corpus():
    rng = np.random.default_rng(0)
    speaker = np.array([f"s{i % 5}" for i in range(60)])
    return rng.normal(size=(60, 4)), rng.choice(["a", "b"], 60), speaker


def run(checkpoint, *, n_jobs=1, seed=1, X=None, **options):
    data, y, speaker = corpus()
    options = {
        "methods": {
            "DNN": DNNClassifier(**OPTIONS),
            "PT/FT": FineTunedClassifier(**OPTIONS),
            "ProgNet": ProgressiveClassifier(**OPTIONS),
            "SVM": SVC(),
        },
        "sources": {"speaker": speaker, "half": np.where(np.arange(60) % 2, "x", "y")},
        "source_estimator": DNNClassifier(**OPTIONS),
        "groups": speaker,
        "cv": RepeatedSpeakerStratifiedKFold(3, n_repeats=2, random_state=seed),
        **options,
    }
    X = data if X is None else X
    return cross_validate_transfer(
        X, y, checkpoint=checkpoint, n_jobs=n_jobs, return_curves=True, **options
    )


def assert_same(result, other_result):
    (scores, curves), (other_scores, other_curves) = result, other_result
    pd.testing.assert_frame_equal(
        scores.drop(columns="seconds"), other_scores.drop(columns="seconds"), check_exact=True
    )
    pd.testing.assert_frame_equal(curves, other_curves, check_exact=True)


@pytest.fixture(scope="module")
def without_checkpoint():
    return run(None)


def finished(folder):
    return sorted(Path(folder).glob("repeat-*.json"))


@pytest.fixture(scope="module")
def run_with_checkpoint(tmp_path_factory):
    """Give the folder of a complete run, which no test may change, and its result."""
    folder = tmp_path_factory.mktemp("complete") / "run"
    return folder, run(folder)


@pytest.fixture
def complete(run_with_checkpoint):
    return run_with_checkpoint[0]


@pytest.fixture
def copy(complete, tmp_path):
    """Give a copy of the folder, which a test may change."""
    return shutil.copytree(complete, tmp_path / "copy")


def test_checkpoint_changes_no_result_and_has_a_file_for_each_job(
    without_checkpoint, run_with_checkpoint
):
    folder, result = run_with_checkpoint
    assert_same(result, without_checkpoint)
    assert len(finished(folder)) == 6 * 3  # splits x (no source, speaker, half)
    assert not list(folder.glob(".*"))


def test_second_run_trains_nothing(run_with_checkpoint, copy):
    first, curves = run_with_checkpoint[1]
    repeated, repeated_curves = run(copy)
    assert repeated.equals(first)  # the seconds too: nothing was fitted
    assert repeated_curves.equals(curves)


class Stop(Exception):
    pass


class Counts(GaussianNB):
    """Writes a file for each fit. A file "stop" holds the number of fits to stop the run after."""

    def __init__(self, folder=None):
        self.folder = folder
        super().__init__()

    def fit(self, X, y):
        folder = Path(self.folder)
        stop = folder / "stop"
        fits = list(folder.glob("fit-*"))
        if stop.exists() and len(fits) == int(stop.read_text()):
            stop_once(stop)
        (folder / f"fit-{len(fits)}").touch()
        return super().fit(X, y)


def stop_once(stop):
    stop.unlink()
    raise Stop


def run_and_count_fits(checkpoint, folder):
    """Run six jobs of one fit each. Every fit leaves a file in the folder."""
    folder.mkdir(exist_ok=True)
    methods = {"counts": Counts(str(folder))}
    return run(checkpoint, methods=methods, sources=None, source_estimator=None)[0]


@pytest.mark.parametrize("n_finished", [0, 1, 4, 5])
def test_run_stopped_after_any_fit_continues_where_it_stopped(n_finished, tmp_path):
    uninterrupted = run_and_count_fits(None, tmp_path / "unbroken")
    fits = tmp_path / "fits"
    fits.mkdir()
    (fits / "stop").write_text(str(n_finished))
    with pytest.raises(Stop) as stopped:
        run_and_count_fits(tmp_path / "run", fits)
    assert stopped.value.__notes__ == [
        f"{n_finished} of 6 fits are in the checkpoint '{tmp_path / 'run'}'. Repeat the same call "
        "to continue from there."
    ]
    assert len(finished(tmp_path / "run")) == n_finished
    resumed = run_and_count_fits(tmp_path / "run", fits)
    pd.testing.assert_frame_equal(
        resumed.drop(columns="seconds"), uninterrupted.drop(columns="seconds"), check_exact=True
    )
    assert len(os.listdir(fits)) == 6  # no fit was done twice


SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from {module} import run
if __name__ == "__main__":
    run({checkpoint!r}, n_jobs=2)
"""


def test_kill_of_all_processes_loses_only_unfinished_jobs(without_checkpoint, tmp_path):
    this_file = Path(__file__)
    script, checkpoint = tmp_path / "study.py", tmp_path / "run"
    script.write_text(
        SCRIPT.format(
            folder=str(this_file.parent), module=this_file.stem, checkpoint=str(checkpoint)
        )
    )
    process = subprocess.Popen([sys.executable, str(script)], start_new_session=True)
    deadline = time.monotonic() + 120
    while len(finished(checkpoint)) < 2 and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = finished(checkpoint)
    assert len(kept) >= 2
    before = {path: path.stat().st_mtime_ns for path in kept}
    assert_same(run(checkpoint), without_checkpoint)
    assert {path: path.stat().st_mtime_ns for path in kept} == before


@pytest.mark.parametrize("damage", [b"", b"{", None], ids=["empty", "torn", "altered"])
def test_damaged_file_is_never_used(damage, without_checkpoint, copy):
    damaged = finished(copy)[4]
    content = damaged.read_bytes()
    damaged.write_bytes(
        content.replace(b'"score": 0.', b'"score": 1.') if damage is None else damage
    )
    assert damaged.read_bytes() != content
    assert_same(run(copy), without_checkpoint)


def test_file_with_the_content_of_another_job_is_not_used(without_checkpoint, copy):
    path, other_path = finished(copy)[:2]
    path.write_bytes(other_path.read_bytes())
    assert_same(run(copy), without_checkpoint)


def changed_methods(**changes):
    return {
        "DNN": DNNClassifier(**{**OPTIONS, **changes}),
        "PT/FT": FineTunedClassifier(**OPTIONS),
        "ProgNet": ProgressiveClassifier(**OPTIONS),
        "SVM": SVC(),
    }


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"random_state": 3}, "random_state (then 0, now 3)"),
        ({"normalisation": "training"}, "normalisation (then 'corpus', now 'training')"),
        ({"methods": changed_methods(lr=0.02)}, "methods.DNN.lr (then 0.01, now 0.02)"),
        (
            {"methods": {"DNN": DNNClassifier(**OPTIONS), "P": ProgressiveClassifier()}},
            "methods (then DNN, PT/FT, ProgNet, SVM, now DNN, P)",
        ),
        (
            {"methods": {"DNN": DNNClassifier(**OPTIONS)}, "sources": None},
            "methods (then DNN, PT/FT, ProgNet, SVM, now DNN); sources (then speaker, half, now "
            "). Use",
        ),
        ({"return_predictions": True}, "return_predictions (then False, now True). Use"),
        ({"seed": 2}, "splits (then 6, sha256"),
        ({"X": corpus()[0] + 1e-9}, "X (then (60, 4) of float64, sha256"),
        ({"sources": {"speaker": corpus()[2]}}, "sources (then speaker, half, now speaker)"),
        ({"source_estimator": DNNClassifier()}, "source_estimator.max_epochs (then 3, now 600)"),
        (
            {"combined_sources": [("speaker", "half")]},
            "combined_sources (then [], now [('speaker', 'half')])",
        ),
    ],
)
def test_checkpoint_refuses_another_run_and_says_what_differs(change, difference, complete):
    before = {path: path.read_bytes() for path in complete.iterdir()}
    with pytest.raises(ValueError, match=re.escape(difference)) as raised:
        run(complete, **change)
    start = f"The checkpoint '{complete}' must be of this run; got one that differs in "
    assert str(raised.value).startswith(start)
    assert str(raised.value).endswith("Use another folder, or the design of that run.")
    assert {path: path.read_bytes() for path in complete.iterdir()} == before


def test_checkpoint_refuses_other_versions_of_libraries(copy):
    path = copy / "design.json"
    design = json.loads(path.read_text())
    path.write_text(json.dumps(design | {"version of torch": "1.0"}))
    with pytest.raises(ValueError, match=re.escape("version of torch (then 1.0, now ")):
        run(copy)


def test_checkpoint_from_before_the_option_scoring_is_refused(copy):
    path = copy / "design.json"
    design = {n: v for n, v in json.loads(path.read_text()).items() if "scoring" not in n}
    path.write_text(json.dumps(design))
    with pytest.raises(ValueError, match=re.escape("differs in scoring (then None, now ")):
        run(copy)


def test_checkpoint_refuses_a_changed_fitted_source_or_source_corpus(tmp_path):
    X, _, speaker = corpus()
    fitted = [
        DNNClassifier(**OPTIONS, random_state=seed).fit(StandardScaler().fit_transform(X), speaker)
        for seed in (0, 0, 1)
    ]
    methods = {"ProgNet": ProgressiveClassifier(**OPTIONS)}

    def study(source):
        run(tmp_path, methods=methods, sources={"other": source}, source_estimator=None)

    study(fitted[0])
    study(fitted[1])  # equal weights: the same run
    with pytest.raises(ValueError, match=re.escape("sources.other")):
        study(fitted[2])
    folder, options = tmp_path / "corpus", {"methods": methods}
    run(folder, sources={"other": SourceCorpus(X, speaker, speaker)}, **options)
    run(folder, sources={"other": SourceCorpus(X, speaker, speaker)}, **options)
    with pytest.raises(ValueError, match=re.escape("sources.other.X")):
        run(folder, sources={"other": SourceCorpus(X + 1, speaker, speaker)}, **options)


def test_unwritable_checkpoint_is_refused_before_training(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="must go to a folder that can be written to"):
        run(tmp_path / "file" / "run")


def test_unreadable_design_is_refused(tmp_path):
    (tmp_path / "design.json").write_text("{")
    with pytest.raises(ValueError, match="must hold the design of its run"):
        run(tmp_path)


class FillsDisk(GaussianNB):
    """Acts as if the disk were full from the third fit on."""

    def fit(self, X, y):
        FITS.append(1)
        if len(FITS) == 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, NO_LIMIT[1]))
        return super().fit(X, y)


FITS = []
NO_LIMIT = resource.getrlimit(resource.RLIMIT_FSIZE)


def test_full_disk_stops_the_run_and_keeps_finished_jobs(tmp_path):
    options = {"methods": {"fills": FillsDisk()}, "sources": None, "source_estimator": None}
    try:
        with pytest.raises(OSError, match="could not be written") as raised:
            run(tmp_path, **options)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, NO_LIMIT)
    assert str(raised.value).endswith("(File too large). Free some space; finished jobs are kept.")
    assert raised.value.__notes__ == [
        f"2 of 6 fits are in the checkpoint '{tmp_path}'. Repeat the same call to continue from "
        "there."
    ]
    kept = {path: path.read_bytes() for path in finished(tmp_path)}
    assert len(kept) == 2
    scores, _ = run(tmp_path, **options)
    assert len(scores) == 6
    assert {path: path.read_bytes() for path in kept} == kept
    assert not list(tmp_path.glob(".*"))
