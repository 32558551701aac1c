"""A study loses neither its results nor the user's files, however it ends."""

import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure

from skprognet import DNNClassifier
from skprognet.cli import main
from skprognet.experiments import transfer_between_tasks, write_study

TINY = ["--hidden-layers", "4", "--max-epochs", "2", "--lr", "0.01", "--n-jobs", "1"]
TINY += ["--folds", "3", "--repeats", "1"]
QUESTION = ["--target", "emotion", "--sources", "gender"]
IN_THE_WAY = "got files that no run wrote, or that were changed since: "


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"speaker": [f"s{i % 4}" for i in range(40)]})
    frame["gender"] = np.where(frame["speaker"] < "s2", "female", "male")
    frame["emotion"] = rng.choice(["angry", "sad"], 40)
    for name in "ab":
        frame[name] = rng.normal(size=40)
    path = tmp_path_factory.mktemp("data") / "features.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def command(table):
    return ["tasks", table, *QUESTION, *TINY, "-o"]


@pytest.fixture(scope="module")
def finished_folder(command, tmp_path_factory):
    """Return the folder of a complete run whose output streams were closed."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    words = [sys.executable, "-m", "skprognet", *map(str, command), str(folder)]
    process = subprocess.run(f"exec {subprocess.list2cmdline(words)} >&- 2>&-", shell=True)
    assert process.returncode == 0
    return folder


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_run_with_closed_output_streams_writes_all_results(finished_folder):
    names = set(os.listdir(finished_folder))
    assert {"results.csv", "rows.csv.gz", "design.toml", "manifest.json", "report.html"} < names
    assert len(names) == 27
    assert "checkpoint" not in names


# The command line in a process of its own. Empty pictures save time.
UNDRAWN = """
from skprognet import displays
displays.pictures = lambda display, suffixes: dict.fromkeys(suffixes, b"<svg/>")
from skprognet.cli import main
main()
"""


def test_a_run_whose_output_pipe_is_closed_writes_all_results(command, finished_folder, tmp_path):
    words = [sys.executable, "-c", UNDRAWN, *map(str, command), str(tmp_path / "out")]
    read, write = os.pipe()
    os.close(read)
    process = subprocess.run(words, stdout=write, stderr=write)
    os.close(write)
    assert process.returncode == 0
    assert sorted(os.listdir(tmp_path / "out")) == sorted(os.listdir(finished_folder))
    assert (tmp_path / "out" / "results.csv").exists()


def test_a_file_of_the_user_in_the_folder_is_an_error_before_training(
    command, finished_folder, tmp_path
):
    for name in os.listdir(finished_folder):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_bytes(b"mine")
        result = run(*command, folder)
        assert result.exit_code == 1
        assert f"The folder '{folder}' must not have files of yours" in result.stderr
        assert f"{IN_THE_WAY}'{name}'. Move them elsewhere, or choose" in result.stderr
        assert "training" not in result.stderr
        assert contents(folder) == {(folder / name).relative_to(folder): b"mine"}


def test_a_handwritten_design_in_the_output_folder_is_not_overwritten(table, tmp_path):
    design = tmp_path / "out" / "design.toml"
    design.parent.mkdir()
    design.write_text("target = 'emotion'\nsources = ['gender']\nn_splits = 3\nn_repeats = 1\n")
    before = contents(tmp_path)
    for speaker in ("speaker", "a"):  # the second cannot be trained on
        arguments = ["tasks", table, "--design", design, "--speaker", speaker, "-o", design.parent]
        result = run(*arguments)
        assert result.exit_code == 1
        assert f"{IN_THE_WAY}'design.toml'." in result.stderr
        assert contents(tmp_path) == before


def test_a_result_that_the_user_changed_is_not_replaced(command, finished_folder, tmp_path):
    folder = tmp_path / "out"
    shutil.copytree(finished_folder, folder)
    manifest = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(
        manifest.replace('"complete": true', '"complete": false')
    )
    with open(folder / "table.md", "a") as file:
        file.write("a remark of mine")
    before = contents(folder)
    result = run(*command, folder)
    assert result.exit_code == 1
    assert f"{IN_THE_WAY}'table.md'. Move" in result.stderr
    assert contents(folder) == before


def test_a_link_in_place_of_a_result_is_not_replaced(command, tmp_path):
    (tmp_path / "mine.csv").write_text("a,b\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results.csv").symlink_to(tmp_path / "mine.csv")
    result = run(*command, tmp_path / "out")
    assert result.exit_code == 1
    assert (tmp_path / "out" / "results.csv").is_symlink()


def test_a_run_keeps_other_files_of_the_user_in_its_folder(command, tmp_path, no_figures):
    notes = tmp_path / "out" / "checkpoint" / "notes.json"
    notes.parent.mkdir(parents=True)
    notes.write_text("{}")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    (tmp_path / "out" / ".results.csv-abcdefgh.draft").write_text("half of a killed run")
    result = run(*command, tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert os.listdir(notes.parent) == ["notes.json"]
    names = os.listdir(tmp_path / "out")
    assert "notes.txt" in names
    again = run(*command, tmp_path / "out")
    assert "already holds the complete results" in again.stdout


def test_a_demo_does_not_replace_another_study(finished_folder, tmp_path):
    folder = tmp_path / "out"
    shutil.copytree(finished_folder, folder)
    before = contents(folder)
    refused = run("demo", "-o", folder)
    assert refused.exit_code == 1
    assert "must hold this run or none; got one that differs in" in refused.stderr
    assert contents(folder) == before


def test_a_study_without_its_report_is_still_complete(command, finished_folder, tmp_path):
    folder = tmp_path / "out"
    shutil.copytree(finished_folder, folder)
    (folder / "report.html").rename(tmp_path / "report.html")
    before = contents(folder)
    same = run(*command, folder)
    assert same.exit_code == 1
    assert "got missing or changed files: 'report.html'." in same.stderr
    other = run(*command, folder, "--seed", 1)
    assert other.exit_code == 1
    assert "got one that differs in random_state (then 0, now 1)" in other.stderr
    assert contents(folder) == before


def test_write_study_does_not_write_beside_an_unfinished_study(
    command, table, tmp_path, monkeypatch
):
    frame = pd.read_csv(table)
    study = transfer_between_tasks(
        frame[["a", "b"]],
        frame[["emotion", "gender", "speaker"]],
        sources=["gender"],
        estimator=DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1),
        n_splits=3,
        n_repeats=1,
        n_jobs=1,
    )

    def interrupt(*args, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Figure, "draw", interrupt)
        assert run(*command, tmp_path).exit_code == 130
    before = contents(tmp_path)
    with pytest.raises(ValueError, match="must not hold a study that is not finished; got one"):
        write_study(study, tmp_path)
    assert contents(tmp_path) == before


def test_an_interrupt_after_training_says_that_all_fits_are_kept(command, tmp_path, monkeypatch):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(Figure, "draw", interrupt)
    result = run(*command, tmp_path)
    assert result.exit_code == 130
    assert result.stderr.endswith(
        f"Stopped. The same command continues the study: 12 of 12 fits are kept in '{tmp_path}'.\n"
    )


def test_an_interrupt_while_reading_a_table_prints_stopped(command, tmp_path, monkeypatch):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(pd, "read_csv", interrupt)
    result = run(*command, tmp_path / "out")
    assert (result.exit_code, result.stderr) == (128 + signal.SIGINT, "\nStopped.\n")
    assert os.listdir(tmp_path) == []


def test_the_error_of_a_full_disk_says_how_many_fits_are_kept(command, tmp_path, monkeypatch):
    def raise_no_space(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "draw", raise_no_space)
    result = run(*command, tmp_path)
    assert result.exit_code == 1
    assert result.stderr.endswith(
        "No space left on device. The same command continues the study: 12 of 12 fits are kept in "
        f"'{tmp_path}'.\n"
    )


@pytest.mark.parametrize(
    "names",
    [
        ("{}/elsewhere/X", "../../b"),
        ("..", "."),
        ("x to x", "x"),
        ("a" * 300, "a" * 299 + "b"),
        ("Con", "con"),
        ("a\nb", "-"),
    ],
)
def test_names_of_corpora_are_not_used_as_paths(names, table, tmp_path, no_figures):
    names = [name.format(tmp_path) for name in names]
    options = ["--train-folds", 1, "--methods", "dnn", "fine-tuned", "-o", tmp_path / "out"]
    options += [f"--names={name}" for name in names]
    other = tmp_path / "out" / "other.csv"
    other.parent.mkdir()
    frame = pd.read_csv(table)
    frame.assign(a=-frame["a"]).to_csv(other, index=False)
    result = run("corpora", table, other, *TINY, *options)
    assert result.exit_code == 0, result.output
    assert os.listdir(tmp_path) == ["out"]
    scores = pd.read_csv(tmp_path / "out" / "results.csv")
    assert set(scores["corpus"]) == set(names)
    assert "checkpoint" not in os.listdir(tmp_path / "out")
