"""The command line as users meet it: output, files and exit codes."""

import os
import re
import shutil
import sys

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from joblib import parallel_config

import skprognet
from skprognet.cli import main
from skprognet.datasets import load_emodb

SHORT = ["--folds", "3", "--max-epochs", "2", "--n-jobs", "1"]
FILES = [
    "calibration.pdf",
    "calibration.png",
    "class_recall.pdf",
    "class_recall.png",
    "comparisons.csv",
    "confusion.pdf",
    "confusion.png",
    "curves.csv.gz",
    "design.toml",
    "disagreement.pdf",
    "disagreement.png",
    "group_scores.pdf",
    "group_scores.png",
    "learning_curves.pdf",
    "learning_curves.png",
    "manifest.json",
    "predictions.parquet",
    "report.html",
    "results.csv",
    "rows.csv.gz",
    "scores.pdf",
    "scores.png",
    "significance.pdf",
    "significance.png",
    "table.md",
    "table.tex",
    "timings.csv",
]


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def demo(tmp_path_factory, leave_pictures_empty):
    """Return the folder of a short demo and the result of the command."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    with leave_pictures_empty():
        return folder, run("demo", "-o", folder, *SHORT)


def test_demo_writes_its_files_and_says_that_it_is_short(demo):
    folder, result = demo
    assert result.exit_code == 0, result.output
    assert sorted(os.listdir(folder)) == FILES
    assert "This run has 1 x 3 folds and at most 2 epochs." in result.stderr
    assert "For the full protocol, run: skprognet demo --repeats 10 --folds 10" in result.stderr
    assert "skprognet demo --repeats 10 --folds 10 --max-epochs 600" in result.stderr
    assert "| ProgNet  | gender " in result.stdout
    assert "- ProgNet from gender and PT/FT from gender are" in result.stdout
    assert "| ProgNet  | placebo of ge2e " in result.stdout
    # The paper has 21 fits. ProgNet from the layers and from their placebo adds six.
    assert "It checked 27 fits (21 of methods, 6 of sources) with" in result.stdout
    assert "unknown" in result.stdout  # nobody knows what the speech model was trained on
    scores = pd.read_csv(folder / "results.csv")
    assert len(scores) == 7 * 3
    assert "random_state = 0\n" in (folder / "design.toml").read_text()


def test_a_second_demo_with_another_seed_replaces_the_first(demo, tmp_path, no_figures):
    shutil.copytree(demo[0], tmp_path / "out")
    first = pd.read_csv(tmp_path / "out" / "results.csv")
    result = run("demo", "-o", tmp_path / "out", *SHORT, "--seed", 1)
    assert result.exit_code == 0, result.output
    assert "random_state = 1\n" in (tmp_path / "out" / "design.toml").read_text()
    scores = pd.read_csv(tmp_path / "out" / "results.csv")
    assert not scores.equals(first)
    # Threads start fast. The tests of the evaluation check that processes give the same scores.
    with parallel_config("threading"):
        in_threads = run("demo", "-o", tmp_path / "two", *SHORT, "--seed", 1, "--n-jobs", 2)
    assert in_threads.exit_code == 0, in_threads.output
    scores_in_threads = pd.read_csv(tmp_path / "two" / "results.csv")
    pd.testing.assert_frame_equal(scores, scores_in_threads, check_exact=True)


def test_a_demo_that_fails_at_the_start_keeps_earlier_results(demo, tmp_path):
    shutil.copytree(demo[0], tmp_path / "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    failed = run("demo", "--folds", 400, "-o", tmp_path / "out")
    assert failed.exit_code == 1
    assert "--folds 400" in failed.stderr
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_second_demo_that_was_stopped_continues(demo, tmp_path, no_figures, monkeypatch):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    shutil.copytree(demo[0], tmp_path / "out")
    command = ["demo", "-o", tmp_path / "out", *SHORT, "--seed", 1]
    with monkeypatch.context() as patch:
        patch.setattr("skprognet.cli._studies.study_contents", interrupt)
        stopped = run(*command)
    assert stopped.exit_code == 130
    assert "The same command continues the study: 27 of 27 fits are kept" in stopped.stderr
    assert "random_state = 0\n" in (tmp_path / "out" / "design.toml").read_text()
    result = run(*command)
    assert result.exit_code == 0, result.output
    assert "random_state = 1\n" in (tmp_path / "out" / "design.toml").read_text()
    assert not (tmp_path / "out" / "checkpoint").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["demo", "--folds", "2"], "Invalid value for '--folds': 2 is not in the range x>=3."),
        (["demo", "--repeats", "0"], "Invalid value for '--repeats': 0 is not in the range x>=1."),
        (["demo", "--epochs", "5"], "No such option"),
        (["extract"], "Missing argument 'FILES...'"),
        (["extract", "a.wav"], "Missing option '--output' / '-o'."),
        (["learn"], "No such command 'learn'."),
        (["tasks", "emodb", "-o", "x"], "Missing option '--target'."),
        (["tasks", "-o", "x", "--target", "a", "--sources", "b"], "Missing argument 'TABLE'."),
        (["corpora", "-o", "x"], "Missing argument 'TABLE TABLE [TABLE...]'."),
        (["corpora", "a.csv", "-o", "x"], "There must be at least two tables; got a.csv alone."),
        (
            ["corpora", "a.csv", "b.csv", "-o", "x", "--names", "a", "b", "c"],
            "--names must have a name for each of 2 tables; got 3.",
        ),
        (
            ["corpora", "a.csv", "b.csv", "c.csv", "-o", "x", "--labels", "l.csv", "m.csv"],
            "--labels must have one file, or one for each of 3 tables; got 2.",
        ),
        (["compare"], "Missing argument 'RESULTS.csv...'."),
        (["compare", "gone.csv"], "Path 'gone.csv' does not exist."),
        (["plot", ".", "--kind", "pie", "-o", "x.png"], "Invalid value for '--kind'"),
        (
            ["demo", "--n-jobs", "0"],
            "The number must be 1 or more, or -1 for one per core; got 0.",
        ),
    ],
)
def test_wrong_usage_exits_with_2(arguments, message):
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_an_output_inside_a_file_gives_a_one_line_error_before_any_work(tmp_path):
    (tmp_path / "taken").write_text("mine")
    result = run("demo", "-o", tmp_path / "taken" / "sub", *SHORT)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The output must go to a folder that can be written to")
    assert result.stderr.count("\n") == 1
    assert (tmp_path / "taken").read_text() == "mine"


def test_more_folds_than_rows_of_a_speaker_give_an_error(tmp_path):
    result = run("demo", "-o", tmp_path / "out", "--folds", "40")
    assert result.exit_code == 1
    assert "Error: Each speaker must have at least --folds 40 rows" in result.stderr
    assert os.listdir(tmp_path) == []


def test_extract_without_opensmile_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "opensmile", None)
    result = run("extract", tmp_path / "a.wav", "-o", tmp_path / "f.csv")
    assert result.exit_code == 1
    assert "pip install 'skprognet[audio]'" in result.stderr
    assert os.listdir(tmp_path) == []


def test_extract_names_every_bad_file_and_writes_nothing(tmp_path):
    pytest.importorskip("opensmile")
    (tmp_path / "empty.wav").write_bytes(b"")
    result = run(
        "extract", tmp_path / "empty.wav", tmp_path / "gone.wav", "-o", tmp_path / "f.csv"
    )
    assert result.exit_code == 1
    assert "empty.wav" in result.stderr
    assert "gone.wav" in result.stderr
    assert not (tmp_path / "f.csv").exists()


def test_extract_of_emodb_gives_the_shipped_table(corpora, tmp_path):
    emodb = load_emodb(as_frame=True)
    names = emodb.frame["file"].iloc[::37]
    paths = [corpora / "emodb" / "wav" / name for name in names]
    result = run("extract", *paths, "-o", tmp_path / "features.csv")
    assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "features.csv")
    assert list(table["file"]) == [str(path) for path in paths]
    assert list(table)[4:] == list(emodb.data)
    np.testing.assert_array_equal(
        table[emodb.feature_names].to_numpy(np.float32), emodb.data.loc[names.index].to_numpy()
    )


def test_help_lists_all_commands_in_the_order_of_use():
    result = run("--help")
    listed = re.findall(r"^  (\w+) +[A-Z].*\.$", result.stdout.partition("Commands:")[2], re.M)
    first_commands = ["demo", "read", "fetch", "extract", "train", "predict", "inspect", "export"]
    assert listed == [*first_commands, "tasks", "corpora", "compare", "details", "plot"]
    for command in listed:
        assert run(command, "--help").stdout.startswith(f"Usage: main {command} ")


def test_version_and_short_help():
    assert run("--version").stdout.endswith(f"version {skprognet.__version__}\n")
    assert run("-h").stdout == run("--help").stdout
