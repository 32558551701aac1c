"""What stands in design.toml: all of a design, or a word about what is missing."""

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


def study(table, network, **options):
    frame = pd.read_parquet(table)
    labels = frame[["speaker", "emotion", "gender"]]
    options = {"sources": ["gender"], "n_splits": 3, "n_repeats": 1, "n_jobs": 1} | options
    return transfer_between_tasks(frame[list("abc")], labels, estimator=network, **options)


def repeat(table, folder):
    arguments = ["tasks", table, "--design", folder / "design.toml", "--n-jobs", 1]
    arguments += ["-o", folder / "again"]
    return CliRunner().invoke(main, [*map(str, arguments)])


def test_a_design_of_numpys_values_is_run_again_to_the_last_digit(table, tmp_path):
    network = DNNClassifier(
        hidden_layer_sizes=np.array([8, np.int64(4)]),
        max_epochs=np.int64(2),
        lr=np.float64(0.01),
        dropout=0,
        class_weight={"angry": 2.0, "sad": np.float32(0.5), "female": 1.0, "male": 1.0},
        n_threads=None,
    )
    once = study(table, network, n_splits=np.int64(3), n_repeats=np.int32(1))
    write_study(once, tmp_path)
    told = tomllib.loads((tmp_path / "design.toml").read_text("utf-8"))
    assert "missing" not in told
    assert told["network"]["hidden_layer_sizes"] == [8, 4]
    assert told["network"]["class_weight"] == {"angry": 2, "sad": 0.5, "female": 1, "male": 1}
    assert told["network"]["n_threads"] == "none"
    result = repeat(table, tmp_path)
    assert result.exit_code == 0, result.output
    first, again = (
        pd.read_csv(folder / "results.csv", dtype=str) for folder in (tmp_path, tmp_path / "again")
    )
    pd.testing.assert_frame_equal(again, first)


def test_what_no_file_can_hold_is_named_there_and_asked_for(table, tmp_path):
    network = DNNClassifier(
        hidden_layer_sizes=(4,),
        max_epochs=1,
        optimizer=torch.optim.SGD,
        validation_fraction=StratifiedKFold(3),
    )
    once = study(table, network, other_methods={"guess": DummyClassifier(strategy="uniform")})
    write_study(once, tmp_path)
    text = (tmp_path / "design.toml").read_text("utf-8")
    told = tomllib.loads(text)
    assert told["missing"] == {
        "network.optimizer": "<class 'torch.optim.sgd.SGD'>",
        "network.validation_fraction": (
            "StratifiedKFold(n_splits=3, random_state=None, shuffle=False)"
        ),
        "other_methods.guess": "DummyClassifier(strategy='uniform')",
    }
    assert not {"optimizer", "validation_fraction"} & set(told["network"])
    assert text.startswith("# The design of a study without the values listed in [missing]")
    assert "other_methods.guess: DummyClassifier" in (tmp_path / "report.html").read_text("utf-8")

    result = repeat(table, tmp_path)
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
def test_what_could_not_be_written_is_not_trained(table, tmp_path, options, message):
    with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
        study(table, DNNClassifier(), checkpoint=tmp_path / "c", **options)
    assert not (tmp_path / "c").exists()


def test_no_method_replaces_one_of_the_papers(table):
    message = "other_methods must not use the names of the package's methods; got 'DNN'"
    with pytest.raises(ValueError, match=message):
        study(table, DNNClassifier(), other_methods={"DNN": DummyClassifier()})
    with pytest.raises(TypeError, match="other_methods must be a dict of classifiers by their"):
        study(table, DNNClassifier(), other_methods=DummyClassifier())
    with pytest.raises(TypeError, match="random_state must be an integer; got None"):
        study(table, DNNClassifier(), random_state=None)
