"""The commands tasks, corpora and train check a table before they train on it."""

import json
import tomllib

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from skprognet.cli import main
from skprognet.experiments import transfer_between_tasks
from skprognet.persistence import load_model

pytestmark = pytest.mark.usefixtures("no_figures")

TINY = ["--hidden-layers", "4", "--max-epochs", "1"]
SMALL = [*TINY, "--folds", "3", "--repeats", "1", "--n-jobs", "1"]
QUESTION = ["--target", "emotion", "--sources", "gender"]


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def make_table(seed=0, n_rows=48):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"file": [f"{seed}-{i:02}.wav" for i in range(n_rows)]})
    table["speaker"] = [f"s{i % 4}" for i in range(n_rows)]
    table["gender"] = np.where(table["speaker"] < "s2", "female", "male")
    table["emotion"] = np.where(np.arange(n_rows) // 4 % 2, "angry", "sad")
    table[list("abc")] = rng.normal(size=(n_rows, 3)) + (table[["emotion"]] == "sad").to_numpy()
    return table


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a table and returns its path."""

    def write(table, name="table.csv"):
        table.to_csv(tmp_path / name, index=False)
        return tmp_path / name

    return write


def table_with_a_copy():
    """Return a table in which row 17 is a copy of row 3."""
    table = make_table()
    columns = [name for name in table if name != "file"]
    table.loc[17, columns] = table.loc[3, columns]
    return table


def commands(path, tmp_path, other):
    """Yield the three commands on one table, each with its output and its words for the copies."""
    yield ["tasks", path, *QUESTION, *SMALL], tmp_path / "tasks", "'0-03.wav' = '0-17.wav'"
    options = ["--train-folds", 1, "--targets", "other", *SMALL]
    copies = "'0-03.wav' of 'table' = '0-17.wav' of 'table'"
    yield ["corpora", path, other, *options], tmp_path / "corpora", copies
    yield ["train", path, *TINY], tmp_path / "model", "'0-03.wav' = '0-17.wav'"


def test_duplicate_recordings_are_refused(write, tmp_path):
    path, other = write(table_with_a_copy()), write(make_table(1), "other.csv")
    for command, output, copies in commands(path, tmp_path, other):
        refused = run(*command, "-o", output)
        assert refused.exit_code == 1
        assert refused.stderr.splitlines()[-1] == (
            "Error: Each recording must be present once; got 1 recording with copies, which have "
            f"equal features: {copies}. To keep the first of each, pass duplicates='drop' (on the "
            "command line --duplicates drop); to keep all, 'keep'."
        )
        assert not output.exists()


def test_a_study_drops_duplicates_and_its_design_drops_them_again(write, tmp_path):
    path, other = write(table_with_a_copy()), write(make_table(1), "other.csv")
    for command, output, _ in list(commands(path, tmp_path, other))[:2]:
        dropped = run(*command, "--duplicates", "drop", "-o", output)
        assert dropped.exit_code == 0, dropped.output
        assert "Left out as copies of others: 1 row" in dropped.stdout
        design = tomllib.loads((output / "design.toml").read_text("utf-8"))
        assert design["duplicates"] == "drop"
        assert design["dropped_rows"] in ([17], {"table": [17]})
    again = run(*command, "--duplicates", "drop", "-o", output)
    assert "already holds the complete results" in again.stdout
    arguments = ["--design", output / "design.toml", "--n-jobs", 1, "-o", tmp_path / "repeated"]
    repeated = run("corpora", *arguments)
    assert repeated.exit_code == 0, repeated.output
    assert "Left out as copies of others: 1 row of table." in repeated.stdout


def test_train_drops_duplicates(write, tmp_path):
    path, path_without_copy = (
        write(table_with_a_copy()),
        write(table_with_a_copy().drop(index=17), "dropped.csv"),
    )
    dropped = run("train", path, *TINY, "--duplicates", "drop", "-o", tmp_path / "model")
    assert dropped.exit_code == 0, dropped.output
    assert "trained on 47 rows (1 left out as copies of others), features " in dropped.stdout
    table = json.loads(run("inspect", tmp_path / "model", "--json").stdout)["metadata"]["table"]
    assert (table["rows"], table["dropped_rows"]) == (47, [17])
    assert run("train", path_without_copy, *TINY, "-o", tmp_path / "hand").exit_code == 0
    X = make_table()[list("abc")]
    dropped_by_command, dropped_by_hand = (
        load_model(tmp_path / name).predict_proba(X) for name in ("model", "hand")
    )
    np.testing.assert_array_equal(dropped_by_command, dropped_by_hand)


def test_a_warning_names_duplicates_that_are_kept(write, tmp_path):
    path = write(table_with_a_copy())
    for command, output, copies in list(commands(path, tmp_path, None))[::2]:
        kept = run(*command, "--duplicates", "keep", "-o", output)
        start = "Warning: The study keeps 1 recording with copies, which have equal features: "
        assert f"{start}{copies}. A copy in the training rows makes" in kept.stderr
        # A study goes on to its audit, which fails because of the copies.
        assert kept.exit_code == (0 if command[0] == "train" else 1)


def test_duplicates_with_different_labels_are_an_error_even_if_kept(write, tmp_path):
    table = table_with_a_copy()
    table.loc[17, "emotion"] = "angry" if table.loc[3, "emotion"] == "sad" else "sad"
    other = write(make_table(1), "other.csv")
    for command, output, copies in commands(write(table), tmp_path, other):
        refused = run(*command, "--duplicates", "keep", "-o", output)
        assert refused.exit_code == 1
        assert "Rows with equal features must have equal labels" in refused.stderr
        assert f"got differences: {copies} in 'emotion'. Find out" in refused.stderr


def test_class_codes_0_and_1_are_not_taken_for_ratings(write, tmp_path):
    path = write(make_table().assign(emotion=np.arange(48) // 4 % 2))
    trained = run("train", path, *TINY, "-o", tmp_path / "model")
    assert trained.exit_code == 0, trained.output
    assert load_model(tmp_path / "model").classes_.tolist() == ["0", "1"]


def test_corpora_command_warns_of_different_labels_before_training(write, tmp_path):
    paths = write(make_table(0), "a.csv"), write(make_table(1).replace("sad", "calm"), "b.csv")
    options = ["--train-folds", 1, "--targets", "b", *SMALL, "-o", tmp_path / "out"]
    result = run("corpora", *paths, *options)
    assert result.exit_code == 0, result.output
    warning = (
        "Warning: The corpora have different labels of 'emotion': all have 'angry'; 'a' also has "
        "'sad'; 'b' also has 'calm'. "
    )
    assert warning in result.stderr
    assert result.stderr.index(warning) < result.stderr.index("training:")
    other = write(make_table(1).replace({"sad": "calm", "angry": "happy"}), "c.csv")
    options[3] = "c"
    refused = run("corpora", paths[0], other, *options[:-1], tmp_path / "none")
    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[-1].startswith(
        "Error: A source and its target must share labels of 'emotion'; got 'angry', 'sad' in 'a' "
        "and 'calm', 'happy' in 'c'."
    )
    assert not (tmp_path / "none").exists()


def test_dropout_0_on_the_command_line_gives_networks_without_dropout(write, tmp_path):
    table = make_table()
    path = write(table)
    trained = run("train", path, *TINY, "--dropout", 0, "-o", tmp_path / "model")
    assert trained.exit_code == 0, trained.output
    model = load_model(tmp_path / "model")
    assert model[-1].dropout == 0

    result = run("tasks", path, *QUESTION, *SMALL, "--dropout", 0, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    design = tomllib.loads((tmp_path / "out" / "design.toml").read_text("utf-8"))
    assert design["network"]["dropout"] == 0
    network = type(model[-1])(hidden_layer_sizes=(4,), max_epochs=1, dropout=0)
    in_python = transfer_between_tasks(
        table[list("abc")],
        table[["emotion", "speaker", "gender"]],
        sources=["gender"],
        estimator=network,
        n_splits=3,
        n_repeats=1,
        n_jobs=1,
    )
    scores = pd.read_csv(tmp_path / "out" / "results.csv")
    for name in ("score", "source_score"):
        np.testing.assert_array_equal(scores[name], in_python.scores[name])
    curves = pd.read_csv(tmp_path / "out" / "curves.csv.gz")
    np.testing.assert_allclose(curves["train_loss"], in_python.curves["train_loss"], rtol=1e-9)
