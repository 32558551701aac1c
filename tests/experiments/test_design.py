"""design.toml of a study: it holds the whole design, or lists what is missing."""

import re
import tomllib

import numpy as np
import pandas as pd
import pytest
import torch
from click.testing import CliRunner
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import StratifiedKFold

from skprognet import DNNClassifier
from skprognet.cli import main
from skprognet.experiments import transfer_between_tasks, write_study

pytestmark = pytest.mark.usefixtures("no_figures")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Give the path of a small corpus."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"speaker": [f"s{i % 4}" for i in range(48)]})
    frame["emotion"] = rng.choice(["angry", "sad"], 48)
    frame["gender"] = np.where(frame["speaker"] < "s2", "female", "male")
    frame[list("abc")] = rng.normal(size=(48, 3))
    path = tmp_path_factory.mktemp("data") / "features.parquet"
    frame.to_parquet(path)
    return path


def run_study(table, network, **options):
    frame = pd.read_parquet(table)
    labels = frame[["speaker", "emotion", "gender"]]
    options = {"sources": ["gender"], "n_splits": 3, "n_repeats": 1, "n_jobs": 1} | options
    return transfer_between_tasks(frame[list("abc")], labels, estimator=network, **options)


def repeat_on_command_line(table, folder):
    arguments = ["tasks", table, "--design", folder / "design.toml", "--n-jobs", 1]
    arguments += ["-o", folder / "again"]
    return CliRunner().invoke(main, [*map(str, arguments)])


def test_study_with_numpy_values_is_repeated_exactly_from_its_design_file(table, tmp_path):
    network = DNNClassifier(
        hidden_layer_sizes=np.array([8, np.int64(4)]),
        max_epochs=np.int64(2),
        lr=np.float64(0.01),
        dropout=0,
        class_weight={"angry": 2.0, "sad": np.float32(0.5), "female": 1.0, "male": 1.0},
        n_threads=None,
    )
    study = run_study(table, network, n_splits=np.int64(3), n_repeats=np.int32(1))
    write_study(study, tmp_path)
    written = tomllib.loads((tmp_path / "design.toml").read_text("utf-8"))
    assert "missing" not in written
    assert written["network"]["hidden_layer_sizes"] == [8, 4]
    assert written["network"]["class_weight"] == {"angry": 2, "sad": 0.5, "female": 1, "male": 1}
    assert written["network"]["n_threads"] == "none"
    result = repeat_on_command_line(table, tmp_path)
    assert result.exit_code == 0, result.output
    first, repeated = (
        pd.read_csv(folder / "results.csv", dtype=str) for folder in (tmp_path, tmp_path / "again")
    )
    pd.testing.assert_frame_equal(repeated, first)


def test_design_file_lists_values_that_it_cannot_hold(table, tmp_path):
    network = DNNClassifier(
        hidden_layer_sizes=(4,),
        max_epochs=1,
        optimizer=torch.optim.SGD,
        validation_fraction=StratifiedKFold(3),
    )
    study = run_study(table, network, other_methods={"guess": DummyClassifier(strategy="uniform")})
    write_study(study, tmp_path)
    text = (tmp_path / "design.toml").read_text("utf-8")
    written = tomllib.loads(text)
    assert written["missing"] == {
        "network.optimizer": "<class 'torch.optim.sgd.SGD'>",
        "network.validation_fraction": (
            "StratifiedKFold(n_splits=3, random_state=None, shuffle=False)"
        ),
        "other_methods.guess": "DummyClassifier(strategy='uniform')",
    }
    assert not {"optimizer", "validation_fraction"} & set(written["network"])
    assert text.startswith("# The design of a study without the values listed in [missing]")
    assert "other_methods.guess: DummyClassifier" in (tmp_path / "report.html").read_text("utf-8")

    result = repeat_on_command_line(table, tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith(
        f"Error: The design {str(tmp_path / 'design.toml')!r} must be complete; got one without "
    )
    assert "network.optimizer" in result.stderr
    assert "Run the study again from Python" in result.stderr
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"corpus": None}, "corpus must be text; got None."),
        ({"all_sources": {1}}, "all_sources must be True or False; got {1}."),
    ],
)
def test_options_that_no_design_can_hold_are_refused_before_training(
    table, tmp_path, options, message
):
    with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
        run_study(table, DNNClassifier(), checkpoint=tmp_path / "c", **options)
    assert not (tmp_path / "c").exists()


def test_other_methods_and_random_state_are_checked(table):
    message = "other_methods must not use the names of the package's methods; got 'DNN'"
    with pytest.raises(ValueError, match=message):
        run_study(table, DNNClassifier(), other_methods={"DNN": DummyClassifier()})
    with pytest.raises(TypeError, match="other_methods must be a dict of estimators by their"):
        run_study(table, DNNClassifier(), other_methods=DummyClassifier())
    with pytest.raises(TypeError, match="random_state must be an integer; got None"):
        run_study(table, DNNClassifier(), random_state=None)
