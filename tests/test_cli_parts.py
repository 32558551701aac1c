"""A study in parts by several processes equals the study of one process."""

import re
import socket
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from skprognet.cli import main
from skprognet.results import read_scores

TINY = ["--hidden-layers", "4", "--max-epochs", "2", "--lr", "0.01", "--n-jobs", "1"]
QUESTION = ["--target", "emotion", "--sources", "gender", "--folds", "3", "--repeats", "2"]
N_FITS = 2 * 3 * 4
TIMES = re.compile(rb'<p id="times">[^\n]*')


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


@pytest.fixture
def command(table, no_figures):
    return ["tasks", table, *QUESTION, *TINY, "-o"]


def contents(folder):
    """Return the content of each file without durations, which differ from run to run."""
    files = {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "timings.csv"}
    page, n_lines = TIMES.subn(b"", files.pop("report.html"))
    assert n_lines == 1
    return files | {"report.html": page}


def test_parts_give_the_same_bytes_as_one_run(command, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert run(*command, whole).exit_code == 0
    first_part = run(*command, parts, "--only", "fold=2 repeat=2")
    assert first_part.exit_code == 0, first_part.output
    assert first_part.stdout == (
        f"The part repeat=2 fold=2 is done. 4 of {N_FITS} fits of the study are in '{parts}'. "
        "When all are there, run the same command with --finish in place of --only.\n"
    )
    assert {p.name for p in parts.iterdir()} == {"checkpoint", "design.toml", "manifest.json"}

    # A killed process leaves such files.
    for folder in (parts, parts / "checkpoint"):
        (folder / ".claim-0123456789ab.lock").touch()
        claim = f'{{"host": "{socket.gethostname()}", "process": 1, "run": {{}}, "jobs": []}}'
        (folder / ".claim-0123456789ab.json").write_text(claim)
        (folder / ".claims.lock").touch()

    too_early = run(*command, parts, "--finish")
    assert (too_early.exit_code, too_early.stdout) == (1, "")
    assert too_early.stderr.endswith(
        f"Error: The study in '{parts}' lacks 3 parts: --only \"repeat=1\", --only "
        '"repeat=2 fold=1", --only "repeat=2 fold=3". Run the missing parts, then '
        "--finish again.\n"
    )
    assert run(*command, parts, "--only", "repeat=2").exit_code == 0
    last_part = run(*command, parts, "--only", "repeat=1")
    advice = "To write the results, run the same command with --finish in place of --only.\n"
    assert last_part.stdout.endswith(f"All {N_FITS} fits of the study are in '{parts}'. {advice}")
    finished = run(*command, parts, "--finish")
    assert finished.exit_code == 0, finished.output
    assert contents(parts) == contents(whole)
    after_the_end = run(*command, parts, "--only", "repeat=1")
    assert after_the_end.stdout == (
        f"{parts} already holds the complete results. To run the study again, remove this "
        "folder.\n"
    )


def test_the_plan_names_the_files_of_a_run_and_writes_nothing(command, tmp_path):
    planned = run(*command, tmp_path / "out", "--plan")
    assert planned.exit_code == 0, planned.output
    assert not (tmp_path / "out").exists()
    assert f"Fits: {N_FITS} (18 of methods, 6 of sources)" in planned.stdout
    names = re.search(r"Files in '.*/out': (.*); and the figures", planned.stdout)[1]
    assert run(*command, tmp_path / "out").exit_code == 0
    written = {path.name for path in (tmp_path / "out").glob("*.*")} - {"manifest.json"}
    pictures = {name for name in written if name.endswith((".png", ".pdf"))}
    assert written - pictures == {name.split(" ")[0] for name in names.split(", ")}


def test_durations_are_written_to_timings_csv_only(command, tmp_path):
    assert run(*command, tmp_path).exit_code == 0
    assert "seconds" not in pd.read_csv(tmp_path / "results.csv")
    scores = read_scores(tmp_path)
    timings = pd.read_csv(tmp_path / "timings.csv")
    assert list(timings)[:2] == ["method", "source"]
    np.testing.assert_array_equal(scores["seconds"], timings["seconds"])
    names = list(scores)
    assert names[names.index("seconds") - 1] == "source_overlap"
    seconds = timings["seconds"].sum()
    page = (tmp_path / "report.html").read_text("utf-8")
    assert f"The fits of the methods took {seconds:.0f} s of computing time" in page

    # A file with other times is taken for one of a run. Any other change is the user's.
    (tmp_path / "timings.csv").write_text(timings.assign(seconds=1.5).to_csv(index=False))
    assert run(*command, tmp_path).exit_code == 0
    timings["method"] = "mine"
    (tmp_path / "timings.csv").write_text(timings.to_csv(index=False))
    refused = run(*command, tmp_path)
    assert refused.exit_code == 1
    assert "got missing or changed files: 'timings.csv'. " in refused.stderr


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (["--only", ""], 2, "A part must be written as 'repeat=3', "),
        (["--only", "repeat"], 2, "A part must be written as 'repeat=3', "),
        (
            ["--only", "repeat=3"],
            1,
            "The repeat of a part must be from 1 to 2, since this run has 2 repeats; got 3.",
        ),
        (["--only", "corpus=x"], 1, "which has 'corpus'; got 'x'."),
        (["--only", "repeat=1", "--finish"], 2, "--only and --finish exclude each other"),
        (["--plan", "--finish"], 2, "--plan and --finish exclude each other"),
        (["--finish"], 1, 'lacks 2 parts: --only "repeat=1", --only "repeat=2".'),
    ],
)
def test_wrong_parts_give_an_error_and_leave_no_folder(options, code, sentence, command, tmp_path):
    result = run(*command, tmp_path / "out", *options)
    assert (result.exit_code, result.stdout) == (code, "")
    assert sentence in result.stderr
    assert "Warning" not in result.stderr  # the error names the folder
    assert not (tmp_path / "out").exists()


def test_a_part_of_another_design_is_refused(command, tmp_path):
    assert run(*command, tmp_path, "--only", "fold=1").exit_code == 0
    for option in (["--only", "fold=2"], ["--finish"]):
        refused = run(*command, tmp_path, "--seed", 1, *option)
        assert refused.exit_code == 1
        assert "got one that differs in random_state (then 0, now 1)" in refused.stderr


def test_a_study_trained_together_can_continue_with_more_at_once(command, tmp_path):
    together = [*command, tmp_path / "out", "--n-together"]
    planned = run(*together, 3, "--plan").stdout
    assert re.search(r"Time: .* with up to 3 networks trained together, if all netw", planned)
    assert "timed just now on one group" in planned
    assert run(*together, 3, "--only", "repeat=1").exit_code == 0
    message = (
        "got one that differs in training (then together, n_together of 2 or more, now one by "
        "one). "
    )
    refused = run(*command, tmp_path / "out")
    assert (refused.exit_code, message in refused.output) == (1, True)
    assert run(*together, 7).exit_code == 0
    refused = run(*command, tmp_path / "out")  # a complete study refuses it too
    assert (refused.exit_code, message in refused.output) == (1, True)
    n_trained = read_scores(tmp_path / "out").groupby("repeat")["trained_together"]
    # Only networks of one kind train together: 2 of a group of 3, then 3 of a group of 6.
    assert n_trained.max().tolist() == [2, 3]
    assert run(*together, 7).stdout.endswith(
        "already holds the complete results. To run the study again, remove this folder.\n"
    )


def test_a_run_needs_an_output_and_a_plan_does_not(table, no_figures):
    question = ["tasks", table, *QUESTION, *TINY]
    planned = run(*question, "--plan")
    assert planned.exit_code == 0, planned.output
    assert f"Fits: {N_FITS} " in planned.stdout
    refused = run(*question)
    assert refused.exit_code == 2
    assert refused.stderr.endswith("Missing option '--output' / '-o': the folder of results.\n")


def test_the_command_on_the_page_repeats_networks_trained_together(command, tmp_path, monkeypatch):
    assert run(*command, tmp_path / "out", "--n-together", 3).exit_code == 0
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "Networks were trained together" in page
    command_on_page = re.search("<pre>skprognet (.*)</pre>", page)[1].split()
    monkeypatch.chdir(tmp_path / "out")
    again = run(*command_on_page, "--n-jobs", 1)
    assert again.exit_code == 0, again.output
    first, again = (Path(folder, "results.csv").read_bytes() for folder in (".", "again"))
    assert first == again


def test_a_device_that_does_not_exist_is_refused(command, tmp_path):
    result = run(*command, tmp_path / "out", "--device", "nowhere")
    assert result.exit_code == 1
    assert "device must be one on which torch can compute on this machine" in result.output
    assert not (tmp_path / "out").exists()
