"""The commands tasks and corpora: their files, restarts after a stop, and errors."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib

import numpy as np
import pandas as pd
import pytest
import tomli_w
from click.testing import CliRunner

from skprognet.cli import main
from skprognet.cli._studies import study_contents
from skprognet.datasets import load_emodb
from skprognet.displays import TrainingSizeDisplay, pictures

TINY = ["--hidden-layers", "4", "--max-epochs", "2", "--lr", "0.01", "--n-jobs", "1"]
TINY += ["--folds", "3", "--repeats", "1"]
QUESTION = ["--target", "emotion", "--sources", "speaker", "gender"]


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def results(folder):
    return pd.read_csv(folder / "results.csv")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Return a table of 60 utterances of four speakers in two sessions."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"file": [f"{i:02}.wav" for i in range(60)]})
    frame["speaker"] = [f"0{i % 4}" for i in range(60)]
    frame["session"] = [f"{i % 3}" for i in range(60)]
    frame["gender"] = np.where(frame["speaker"] < "02", "female", "male")
    frame["emotion"] = rng.choice(["angry", "sad"], 60)
    for name in "abc":
        frame[name] = rng.normal(size=60) + (frame["emotion"] == "sad")
    path = tmp_path_factory.mktemp("data") / "features.parquet"
    frame.to_parquet(path)
    return path


@pytest.fixture(scope="module")
def finished_run(table, tmp_path_factory, leave_pictures_empty):
    """Return the folder of a finished run with empty pictures, and the result of the command."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    with leave_pictures_empty():
        return folder, run("tasks", table, *QUESTION, *TINY, "--output", folder)


def test_tasks_writes_a_report(finished_run):
    folder, result = finished_run
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("# Emotion recognition with transfer from speaker and gender")
    assert (
        "tested on. It checked 21 fits (15 of methods, 6 of sources) with 300 tested rows."
        in result.stdout
    )
    assert result.stdout.rstrip().endswith("report.html.")
    left_out = "'file', 'speaker', 'session', 'gender', 'emotion'"
    assert f"3 features: 'a', 'b', 'c'; not features: {left_out}." in result.stderr
    assert "21/21" in result.stderr
    assert "<title>Emotion recognition" in (folder / "report.html").read_text("utf-8")
    assert not (folder / "checkpoint").exists()


def test_a_complete_run_is_left_as_it_is(finished_run, table):
    folder, _ = finished_run
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    again = run("tasks", table, *QUESTION, *TINY, "--output", folder)
    assert again.exit_code == 0
    assert (
        again.stdout
        == f"{folder} already holds the complete results. To run the study again, remove this "
        "folder.\n"
    )
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_changed_files_of_a_complete_run_are_an_error(finished_run, table, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(finished_run[0], folder)
    (folder / "results.csv").write_text("method\n")
    (folder / "table.md").unlink()
    again = run("tasks", table, *QUESTION, *TINY, "--output", folder)
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr.endswith(
        f"Error: The folder {str(folder)!r} must hold all files of this run unchanged; got "
        "missing or changed files: 'results.csv', 'table.md'. To run it again, remove the folder "
        "or choose another.\n"
    )


def test_the_folder_of_a_run_refuses_another_design(finished_run, table):
    folder, _ = finished_run
    other = run("tasks", table, *QUESTION, *TINY, "--seed", 1, "--lr", 0.02, "--output", folder)
    assert other.exit_code == 1
    assert other.stderr.endswith(
        f"Error: The folder {str(folder)!r} must hold this run or none; got one that differs in "
        "random_state (then 0, now 1); network.lr (then 0.01, now 0.02). Use another folder, or "
        "the design of that run, or remove that folder.\n"
    )
    assert (folder / "report.html").exists()


def test_a_run_of_the_written_design_gives_identical_results(finished_run, tmp_path, no_figures):
    folder, _ = finished_run
    design = tomllib.loads((folder / "design.toml").read_text("utf-8"))
    assert (folder / design["inputs"]["table"]).resolve().name == "features.parquet"
    options = ["--n-jobs", 1, "-o", tmp_path / "again"]
    again = run("tasks", "--design", folder / "design.toml", *options)
    assert again.exit_code == 0, again.output
    assert "Warning" not in again.stderr
    pd.testing.assert_frame_equal(results(folder), results(tmp_path / "again"), check_exact=True)
    repeated = tomllib.loads((tmp_path / "again" / "design.toml").read_text("utf-8"))
    assert repeated | {"inputs": 0} == design | {"inputs": 0}


def test_options_of_the_command_line_override_the_design(finished_run, tmp_path, no_figures):
    folder, _ = finished_run
    options = [
        "--n-jobs",
        1,
        "--repeats",
        2,
        "--sources",
        "gender",
        "--max-epochs",
        1,
        "-o",
        tmp_path / "new",
    ]
    result = run("tasks", "--design", folder / "design.toml", *options)
    assert result.exit_code == 0, result.output
    design = tomllib.loads((tmp_path / "new" / "design.toml").read_text("utf-8"))
    assert (design["n_repeats"], design["n_splits"], design["sources"]) == (2, 3, ["gender"])
    assert design["network"]["max_epochs"] == 1
    assert design["network"]["hidden_layer_sizes"] == [4]
    assert (results(tmp_path / "new")["n_epochs"] == 1).all()


def test_a_design_of_other_data_or_versions_gives_a_warning(
    finished_run, table, tmp_path, no_figures
):
    folder, _ = finished_run
    design = tomllib.loads((folder / "design.toml").read_text("utf-8"))
    del design["inputs"]["table"]
    design["sha256"]["table"], design["versions"]["torch"] = "0", "0.1"
    (tmp_path / "d.toml").write_text(tomli_w.dumps(design), "utf-8")
    options = ["--n-jobs", 1, "-o", tmp_path / "out"]
    result = run("tasks", table, "--design", tmp_path / "d.toml", *options)
    assert result.exit_code == 0, result.output
    warning = "Warning: The design was made with other {}, so the numbers may differ: {} (then"
    assert warning.format("data", "table") in result.stderr
    assert warning.format("versions", "torch") in result.stderr


def test_a_study_can_have_folds_by_session_and_all_sources(table, tmp_path, no_figures):
    options = ["--folds-by", "leave-one-session-out", "--all-sources", "-o", tmp_path / "out"]
    result = run("tasks", table, *QUESTION, *TINY, *options)
    assert result.exit_code == 0, result.output
    assert "24/24" in result.stderr
    assert "no fit and no source had seen a row or session that it was" in result.stdout
    scores = results(tmp_path / "out")
    assert set(scores["fold"]) == {1, 2, 3}
    design = (tmp_path / "out" / "design.toml").read_text()
    assert "n_repeats = 1\nn_splits = 3\n" in design
    assert (
        "already holds the complete results"
        in run("tasks", table, *QUESTION, *TINY, *options).stdout
    )
    assert "speaker + gender" in set(scores["source"])


@pytest.fixture(scope="module")
def table_with_layers(table, tmp_path_factory):
    """Return the same table with columns for two layers of a pretrained network."""
    frame, rng = pd.read_parquet(table), np.random.default_rng(1)
    for layer in (1, 2):
        frame[f"deep.layer{layer}.mean.000"] = rng.normal(size=60) + (frame["emotion"] == "sad")
    path = tmp_path_factory.mktemp("data") / "deep.parquet"
    frame.to_parquet(path)
    return path


CONTROLLED = ["--layers", "deep", "--methods", "dnn", "progressive", "side-by-side", "--placebo"]


def test_the_written_design_repeats_layers_other_methods_and_placebos(
    table_with_layers, tmp_path, no_figures
):
    # The columns of the layers are used although --features does not name them.
    options = ["--features", "a", "b", *CONTROLLED, *TINY, "-o", tmp_path / "out"]
    result = run("tasks", table_with_layers, "--target", "emotion", *options)
    assert result.exit_code == 0, result.output
    assert "60 rows of 2 features: 'a', 'b'; 2 columns of deep" in result.stderr
    assert "12/12" in result.stderr
    assert "could not check the pretrained source deep, because its" in result.stdout
    scores = results(tmp_path / "out")
    assert scores[["method", "source"]].drop_duplicates().to_numpy().tolist() == [
        ["DNN", "none"],
        ["ProgNet", "deep"],
        ["side by side", "deep"],
        ["ProgNet", "placebo of deep"],
    ]
    design = tomllib.loads((tmp_path / "out" / "design.toml").read_text("utf-8"))
    assert (design["sources"], design["layers"], design["placebo"]) == ([], ["deep"], True)
    options = ["--n-jobs", 1, "-o", tmp_path / "again"]
    again = run("tasks", "--design", tmp_path / "out" / "design.toml", *options)
    assert again.exit_code == 0, again.output
    pd.testing.assert_frame_equal(scores, results(tmp_path / "again"), check_exact=True)


@pytest.mark.parametrize(
    ("option", "line", "placebo"),
    [
        (["--placebo", "gender"], "", ["gender"]),
        ([], "placebo = ['gender']", ["gender"]),
        ([], "placebo = true", True),
        ([], "placebo = false", False),
        (["--placebo"], "placebo = ['gender']", True),
    ],
)
def test_placebos_come_from_the_option_or_else_from_the_design(
    table, tmp_path, no_figures, option, line, placebo
):
    (tmp_path / "d.toml").write_text(f"methods = ['dnn', 'progressive']\n{line}\n")
    design = ["--design", tmp_path / "d.toml", "-o", tmp_path / "out"]
    result = run("tasks", table, *QUESTION, *TINY, *option, *design)
    assert result.exit_code == 0, result.output
    written_design = tomllib.loads((tmp_path / "out" / "design.toml").read_text("utf-8"))
    assert written_design["placebo"] == placebo
    placebos = {name for name in results(tmp_path / "out")["source"] if name.startswith("placebo")}
    expected = placebo if isinstance(placebo, list) else ["speaker", "gender"] if placebo else []
    assert placebos == {f"placebo of {name}" for name in expected}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "sources or layers must have at least one name; got none."),
        (["--layers", "wav"], "it has none of 'wav'. It has those of 'deep'"),
        (
            ["--layers", "deep", "--methods", "dnn", "fine-tuned"],
            "The method 'PT/FT' must have a source with layers of a network to copy",
        ),
        (["--layers", "deep", "--methods", "dnn"], "need a method with a source parameter"),
        (["--layers", "deep", "--methods", "progressive"], "got only 'ProgNet from deep'. Add a"),
        ([*CONTROLLED, "mood"], "placebo must hold names of sources, among 'deep'; got 'mood'."),
    ],
)
def test_wrong_use_of_layers_gives_an_error_and_no_folder(
    table_with_layers, tmp_path, options, message
):
    arguments = ["--target", "emotion", "--features", "a", *options, *TINY, "-o", tmp_path / "out"]
    result = run("tasks", table_with_layers, *arguments)
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    assert not (tmp_path / "out").exists()


def test_corpora_reads_labels_and_features_from_separate_files(table, tmp_path, no_figures):
    frame = pd.read_parquet(table)
    # The second corpus has its columns in another order.
    frame.loc[30:, ["file", "c", "b", "a"]].to_feather(tmp_path / "two.feather")
    frame[30:][["file", "speaker", "emotion", "gender"]].to_csv(tmp_path / "l.csv", index=False)
    frame[:30][["file", "speaker", "emotion", "gender"]].to_csv(tmp_path / "k.csv", index=False)
    frame.loc[:29, ["file", "a", "b", "c"]].to_csv(tmp_path / "one.csv", index=False)
    labels = ["--labels", tmp_path / "k.csv", tmp_path / "l.csv"]
    options = [*labels, "--train-folds", 1, 2, "--tasks", "gender"]
    options += ["--methods", "dnn", "progressive"]
    files = tmp_path / "one.csv", tmp_path / "two.feather"
    result = run("corpora", *files, *options, *TINY, "--folds", 4, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "between one and two" in result.stdout
    assert len(re.findall(r" 44/44 \[.*\n", result.stderr)) == 2
    scores = results(tmp_path / "out")
    assert set(scores["corpus"]) == {"one", "two"}
    assert set(scores["n_train_folds"]) == {1, 2}
    # Columns are found by name, so another order in a source gives the same numbers.
    frame.loc[:29, ["file", "b", "a", "c"]].to_csv(tmp_path / "one.csv", index=False)
    # The written design repeats the run.
    options = ["--n-jobs", 1, "-o", tmp_path / "again"]
    again = run("corpora", "--design", tmp_path / "out" / "design.toml", *options)
    assert again.exit_code == 0, again.output
    of_two, again_of_two = (
        each[each["corpus"] == "two"] for each in (scores, results(tmp_path / "again"))
    )
    pd.testing.assert_frame_equal(of_two, again_of_two, check_exact=True)


def test_tables_in_another_order_than_in_the_design_keep_their_names(table, tmp_path):
    frame = pd.read_parquet(table)
    frame[:24].to_csv(tmp_path / "one.csv", index=False)
    frame[24:].to_csv(tmp_path / "two.csv", index=False)
    (tmp_path / "d.toml").write_text("names = ['one', 'two']\ntrain_folds = [1]\n")
    options = ["--design", tmp_path / "d.toml", *TINY, "--plan"]
    planned = run("corpora", tmp_path / "two.csv", tmp_path / "one.csv", *options)
    assert planned.exit_code == 0, planned.output
    assert "Corpus one: 24 rows" in planned.stdout
    assert "Corpus two: 36 rows" in planned.stdout


def test_labels_of_a_design_follow_the_names_of_tables_in_another_order(tmp_path, monkeypatch):
    rng, files = np.random.default_rng(0), [f"{i:03}.wav" for i in range(12)]
    for name in "ab":
        features = pd.DataFrame({"file": files, "f1": rng.normal(size=12)})
        features.to_csv(tmp_path / f"{name}.csv", index=False)
        speaker = [f"{name}{i // 4}" for i in range(12)]
        labels = pd.DataFrame({"file": files, "emotion": ["x", "y"] * 6, "speaker": speaker})
        labels.to_csv(tmp_path / f"{name}_labels.csv", index=False)
    (tmp_path / "d.toml").write_text(
        "study = 'corpora'\nnames = ['a', 'b']\n[inputs]\ntables = ['a.csv', 'b.csv']\n"
        "labels = ['a_labels.csv', 'b_labels.csv']\n"
    )
    seen = {}

    def keep(ctx, design, data, *rest, **options):
        seen.update(data[0])

    monkeypatch.setattr("skprognet.cli._studies._run", keep)
    monkeypatch.chdir(tmp_path)
    result = run("corpora", "b.csv", "a.csv", "--design", "d.toml", "-o", "out")
    assert result.exit_code == 0, result.output
    for name, (_, labels) in seen.items():
        assert labels["speaker"].str[0].eq(name).all()


def test_corpora_can_be_named_and_must_differ(table, tmp_path, no_figures):
    options = ["--names", "left", "right", "--targets", "right", "--train-folds", 1]
    frame = pd.read_parquet(table)
    other = frame.assign(a=frame["a"] + 1)
    other.to_parquet(tmp_path / "other.parquet")
    result = run(
        "corpora", table, tmp_path / "other.parquet", *options, *TINY, "-o", tmp_path / "out"
    )
    assert result.exit_code == 0, result.output
    assert "transfer from left to right" in result.stdout
    refused = run("corpora", table, table, *TINY, "-o", tmp_path / "same")
    assert refused.exit_code == 2
    assert "Each corpus must be a table of its own; " in refused.stderr
    copy = tmp_path / "features.csv"
    frame.to_csv(copy)
    refused = run("corpora", table, copy, *TINY, "-o", tmp_path / "same")
    assert refused.exit_code == 2
    assert "are both called 'features', after their files. Name the corpora with" in refused.stderr
    assert not (tmp_path / "same").exists()


def test_a_failed_audit_writes_the_report_and_exits_with_1_each_time(table, tmp_path, no_figures):
    frame = pd.read_parquet(table)
    columns = [name for name in frame if name != "file"]
    frame.loc[20:39, columns] = frame.loc[:19, columns].to_numpy()
    frame.to_parquet(tmp_path / "twice.parquet")
    options = [*QUESTION, *TINY, "--duplicates", "keep", "-o", tmp_path / "out"]
    for _ in range(2):
        result = run("tasks", tmp_path / "twice.parquet", *options)
        assert result.exit_code == 1
        assert "Error: The audit FAILED. A fit and its source must not see rows" in result.stderr
        assert "Audit FAILED" in (tmp_path / "out" / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--target", "mood"], "must have the column 'mood'; it has 8 others"),
        (["--folds", "40"], "Each speaker must have at least --folds 40 rows"),
        (["--speaker", "file"], "Each speaker must have at least --folds 3 rows"),
    ],
)
def test_a_run_that_cannot_begin_leaves_no_files(table, tmp_path, options, message):
    result = run("tasks", table, *QUESTION, *TINY, *options, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("n_repeat = 1", "must have only known names; got 'n_repeat'. Did you mean 'n_repeats'?"),
        (
            "xyz = 1",
            "got 'xyz'. Known names are all_sources, corpus, duplicates, folds,",
        ),
        ("n_repeats = 2.5", "must have 'n_repeats' as an integer; got 2.5."),
        ("n_repeats = true", "must have 'n_repeats' as an integer; got True."),
        ("all_sources = 1", "must have 'all_sources' as true or false; got 1."),
        ("target = 1", "must have 'target' as text; got 1."),
        ("sources = 'speaker'", "as a list in which each value is text; got 'speaker'."),
        ("sources = [1]", "must have 'sources' as a list in which each value is text; got [1]."),
        ("study = 'corpora'", "got 'corpora'. Run it with: skprognet corpora"),
        (
            "[network]\ndrop = 1",
            "table network, must have only known names; got 'drop'. Did you mean 'dropout'?",
        ),
        ("[network]\nlr = 'x'", "lr must be a number"),
        ("network = 1", "must have 'network' as a table, which is a dict in Python; got 1."),
        ("inputs = 'f.csv'", "must have 'inputs' as a table, which is a dict in Python; got 'f.c"),
        ("missing = 'none'", "must have 'missing' as a table, which is a dict in Python; got 'no"),
        ("[network]\nrandom_state = 1", "must have 'random_state' above its tables"),
        (
            "[inputs]\ntabel = 'x'",
            "table inputs, must have only known names; got 'tabel'. Did you mean 'table'?",
        ),
        ("a = ", "A design must be a TOML file; "),
    ],
)
def test_a_wrong_design_gives_an_error_and_no_folder(table, tmp_path, toml, message):
    (tmp_path / "d.toml").write_text(toml)
    result = run("tasks", table, *QUESTION, "--design", tmp_path / "d.toml", "-o", tmp_path / "o")
    assert result.exit_code == 1
    assert message in result.stderr
    assert not (tmp_path / "o").exists()


def test_options_and_defaults_complete_a_short_design(table, tmp_path, no_figures):
    (tmp_path / "d.toml").write_text(
        "\ufeff"  # Windows programs begin a text file with this mark
        f"target = 'emotion'\nsources = ['gender']\nn_repeats = 1\nn_splits = 3\n"
        f"[inputs]\ntable = '{os.path.relpath(table, tmp_path)}'\nfeatures = ['a', 'b']\n"
        "[network]\nhidden_layer_sizes = [3]\nmax_epochs = 1\npatience = 'none'\n",
        "utf-8",
    )
    result = run("tasks", "--design", tmp_path / "d.toml", "--n-jobs", 1, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "60 rows of 2 features" in result.stderr
    design = tomllib.loads((tmp_path / "out" / "design.toml").read_text("utf-8"))
    assert design["network"]["hidden_layer_sizes"] == [3]
    assert design["network"]["batch_size"] == 32
    assert design["inputs"]["features"] == ["a", "b"]


class Run:
    """Run a study in a process of its own, which can be stopped after a number of fits."""

    def __init__(self, *arguments):
        arguments = [sys.executable, "-m", "skprognet", *map(str, arguments)]
        self.process = subprocess.Popen(
            arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        )
        self.stderr = ""

    def wait_for(self, n_fits):
        while True:
            counts = re.findall(r"(\d+)/\d+ \[", self.stderr)
            if (counts and int(counts[-1]) >= n_fits) or self.process.poll() is not None:
                return
            self.stderr += self.process.stderr.read1().decode()

    def stop(self, signal_number):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal_number)
        self.stderr += self.process.stderr.read().decode()
        self.process.stderr.close()
        return self.process.wait()


def fits_kept_in(stderr, folder, total):
    """Return how many fits are kept, which the last line of a stopped run says."""
    last_line = stderr.strip().splitlines()[-1]
    match = re.fullmatch(
        rf"Stopped\. The same command continues the study: (\d+) of {total} fits are kept in "
        rf"{re.escape(repr(str(folder)))}\.",
        last_line,
    )
    assert match, last_line
    assert "Traceback" not in stderr
    return int(match[1])


def test_a_killed_and_interrupted_study_ends_with_the_results_of_a_whole_one(
    table, tmp_path, no_figures
):
    folder = tmp_path / "broken"
    slow = ["--max-epochs", "20", "--repeats", "2"]
    arguments = ["tasks", table, *QUESTION, *TINY, *slow, "-o", folder]
    rng = random.Random(0)
    killed = Run(*arguments)
    killed.wait_for(rng.randint(1, 10))
    assert killed.stop(signal.SIGKILL) == -signal.SIGKILL
    assert (folder / "design.toml").exists()
    assert not (folder / "results.csv").exists()
    # A power cut may leave such a file.
    (folder / "checkpoint" / "repeat-1-torn.json").write_bytes(b"\x00\xff")
    interrupted = Run(*arguments)
    interrupted.wait_for(11)
    time.sleep(rng.random() / 10)
    assert interrupted.stop(signal.SIGINT) == 130, interrupted.stderr
    n_kept = fits_kept_in(interrupted.stderr, folder, 42)
    assert n_kept >= 11
    # The folder refuses another design.
    another_design = run(*arguments, "--seed", 1)
    assert another_design.exit_code == 1
    assert "got one that differs in random_state (then 0, now 1)." in another_design.stderr
    terminated = Run(*arguments)
    terminated.wait_for(n_kept + 1)
    assert terminated.stop(signal.SIGTERM) == 143, terminated.stderr
    n_kept = fits_kept_in(terminated.stderr, folder, 42)
    # The design in the folder continues the study as the same command line does.
    finished = run("tasks", "--design", folder / "design.toml", "--n-jobs", 1, "-o", folder)
    assert finished.exit_code == 0, finished.output
    assert f"{n_kept}/42" in finished.stderr
    unbroken = run(*arguments, "-o", tmp_path / "unbroken")
    assert unbroken.exit_code == 0, unbroken.output
    pd.testing.assert_frame_equal(
        results(folder), results(tmp_path / "unbroken"), check_exact=True
    )


def test_corpora_draws_a_figure_of_the_training_size_for_each_corpus(
    tmp_path, empty_pictures, monkeypatch
):
    def draw_figure_4(display, suffixes):
        """Draw figure 4 and leave all other pictures empty."""
        kinds = suffixes if isinstance(display, TrainingSizeDisplay) else []
        return dict.fromkeys(suffixes, b"<svg/>") | pictures(display, kinds)

    monkeypatch.setattr("skprognet.experiments._figures.pictures", draw_figure_4)
    frame = load_emodb(as_frame=True).frame
    for gender, name in (("female", "women"), ("male", "men")):
        frame[frame["gender"] == gender].to_csv(tmp_path / f"{name}.csv", index=False)
    files = tmp_path / "women.csv", tmp_path / "men.csv"
    fast = ["--methods", "dnn", "progressive", "--max-epochs", 1]
    result = run("corpora", *files, *TINY, *fast, "--folds", 10, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    scores = results(tmp_path / "out")
    assert sorted(set(scores["n_train_folds"])) == [1, 2, 4, 8]
    for name in ("women", "men"):
        assert (tmp_path / "out" / f"training_size_{name}.pdf").stat().st_size > 5000


def test_corpora_accepts_one_file_of_labels_for_three_corpora(table, tmp_path, no_figures):
    frame = pd.read_parquet(table)
    frame.loc[::5, "emotion"] = "calm"
    frame[["file", "speaker", "emotion"]].to_csv(tmp_path / "labels.csv", index=False)
    paths = [tmp_path / f"{name}.csv" for name in ("one", "two", "three")]
    for number, path in enumerate(paths):
        part = frame.loc[20 * number : 20 * number + 19, ["file", "a", "b", "c"]]
        part.to_csv(path, index=False)
    options = ["--labels", tmp_path / "labels.csv", "--emotions", "angry", "sad", "--targets"]
    options += ["three", "--leave-one-corpus-out", "--methods", "dnn", "progressive"]
    options += ["--train-folds", 1, *TINY]
    result = run("corpora", *paths, *options, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "'three': 16 of 20 rows, without 'calm'" in result.stderr
    scores = results(tmp_path / "out")
    assert scores["source"].unique().tolist() == ["none", "one", "two", "all others"]
    assert set(scores["corpus"]) == {"three"}
    design = tomllib.loads((tmp_path / "out" / "design.toml").read_text("utf-8"))
    assert design["inputs"]["tables"] == ["../one.csv", "../two.csv", "../three.csv"]
    assert set(design["sha256"]) == {"tables 1", "tables 2", "tables 3", "labels 1"}
    assert "sources" not in design  # the default: all of them
    again = run("corpora", "--design", tmp_path / "out" / "design.toml", "-o", tmp_path / "out")
    assert "already holds the complete results" in again.stdout
    frame.loc[:9, ["file", "a", "b", "c"]].to_csv(paths[1], index=False)
    refused = run("corpora", *paths, *options, "-o", tmp_path / "twice")
    assert refused.exit_code == 1
    assert "twice in the column" in refused.stderr


def test_a_hangup_that_the_caller_ignores_does_not_stop_a_study(
    table, tmp_path, no_figures, monkeypatch
):
    def hang_up(*arguments):
        os.kill(os.getpid(), signal.SIGHUP)
        return study_contents(*arguments)

    monkeypatch.setattr("skprognet.cli._studies.study_contents", hang_up)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        result = run("tasks", table, *QUESTION, *TINY, "-o", tmp_path / "out")
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert result.exit_code == 0, result.output


def test_a_closed_terminal_ends_a_study_with_129(table, tmp_path, no_figures, monkeypatch):
    def hang_up(*arguments):
        os.kill(os.getpid(), signal.SIGHUP)

    monkeypatch.setattr("skprognet.cli._studies.study_contents", hang_up)
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        result = run("tasks", table, *QUESTION, *TINY, "-o", tmp_path / "out")
    finally:
        signal.signal(signal.SIGHUP, before)
    assert result.exit_code == 129
    assert "Stopped. The same command continues the study" in result.stderr


def test_an_interrupt_after_the_results_says_that_they_are_complete(
    table, tmp_path, no_figures, monkeypatch
):
    def interrupt(study):
        raise KeyboardInterrupt

    monkeypatch.setattr("skprognet.cli._studies.format_study", interrupt)
    result = run("tasks", table, *QUESTION, *TINY, "-o", tmp_path / "out")
    assert result.exit_code == 130
    assert f"Stopped. The results in {str(tmp_path / 'out')!r} are complete." in result.stderr
