"""Without the extra `report`, commands and calls say what to install before they work."""

import sys

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from skprognet import DNNClassifier
from skprognet.cli import main
from skprognet.displays import ScoresDisplay
from skprognet.persistence import save_model
from skprognet.results import format_table, summary_table

NETWORK = ["--hidden-layers", "4", "--max-epochs", "1"]
QUESTION = ["--target", "emotion", "--sources", "gender", "--folds", "3", "--repeats", "1"]
STUDY = [*QUESTION, "--n-jobs", "1", *NETWORK]


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def message_about(package):
    """Return the message about a package that is hidden."""
    return (
        f"A report, figure, model card or LaTeX table needs {package!r}, which cannot be imported "
        f"(import of {package} halted; None in sys.modules); run: pip install "
        "'skprognet[report]'."
    )


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def scores():
    """Return the scores of two methods."""
    folds = pd.DataFrame({"repeat": [1, 1, 2, 2], "fold": [1, 2, 1, 2], "source": "none"})
    first = folds.assign(method="DNN", score=[0.5, 0.7, 0.6, 0.6])
    return pd.concat([first, folds.assign(method="SVM", score=[0.6, 0.7, 0.5, 0.8])])


@pytest.fixture
def hide_packages(monkeypatch):
    """Return a function that hides packages."""
    return lambda *names: [monkeypatch.setitem(sys.modules, name, None) for name in names]


@pytest.mark.parametrize("missing", ["matplotlib", "jinja2"])
def test_a_study_says_what_to_install_before_it_trains(missing, hide_packages, tmp_path):
    hide_packages(missing)
    result = run("tasks", "emodb", *STUDY, "-o", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith(f"\nError: {message_about(missing)}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_part_is_trained_without_the_extra_and_finish_keeps_it(hide_packages, tmp_path):
    hide_packages("matplotlib", "jinja2")
    command = ["tasks", "emodb", *STUDY, "-o", tmp_path]
    part = run(*command, "--only", "fold=1")
    assert part.exit_code == 0, part.output
    kept = contents(tmp_path / "checkpoint")
    finish = run(*command, "--finish")
    assert finish.exit_code == 1
    assert finish.stderr.endswith(f"\nError: {message_about('matplotlib')}\n")
    assert contents(tmp_path / "checkpoint") == kept != {}


def test_a_plan_does_not_need_the_extra(hide_packages, tmp_path):
    hide_packages("matplotlib", "jinja2")
    result = run("tasks", "emodb", *STUDY, "-o", tmp_path / "out", "--plan")
    assert result.exit_code == 0, result.output


def test_commands_that_need_the_extra_write_nothing(scores, hide_packages, tmp_path):
    table, picture, model = (tmp_path / name for name in ("scores.csv", "scores.png", "model"))
    scores.to_csv(table, index=False)
    hide_packages("matplotlib.pyplot", "jinja2")
    for package, arguments in {
        "matplotlib.pyplot": ["plot", table, "--kind", "scores", "-o", picture],
        "jinja2": ["train", "emodb", *NETWORK, "-o", model, "--card"],
    }.items():
        result = run(*arguments)
        assert (result.exit_code, result.stderr) == (1, f"Error: {message_about(package)}\n")
    assert list(tmp_path.iterdir()) == [table]
    result = run("compare", table, "--markup", "latex")
    assert result.stderr == f"Error: {message_about('jinja2')}\n"


def test_python_calls_give_the_same_message(scores, hide_packages, tmp_path):
    hide_packages("matplotlib.pyplot", "jinja2")
    with pytest.raises(ImportError) as caught:
        ScoresDisplay.from_scores(scores).plot()
    assert str(caught.value) == message_about("matplotlib.pyplot")
    with pytest.raises(ImportError) as caught:
        format_table(summary_table(scores), "latex")
    assert str(caught.value) == message_about("jinja2")
    X, y = np.eye(20), np.arange(20) % 2
    model = DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1).fit(X, y)
    with pytest.raises(ImportError) as caught:
        save_model(model, tmp_path / "model", card=True)
    assert str(caught.value) == message_about("jinja2")
    assert list(tmp_path.iterdir()) == []
