"""A loaded model of numbers equals the saved one, or loading fails. Its description is right."""

import hashlib
import io
import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from safetensors import safe_open
from safetensors.numpy import save
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import (
    DNNClassifier,
    DNNRegressor,
    FineTunedRegressor,
    ProgressiveClassifier,
    ProgressiveRegressor,
    SideBySideRegressor,
)
from skprognet.cli import main
from skprognet.estimators import explain
from skprognet.persistence import describe_model, load_model, model_card, save_model

KEY = "skprognet"  # in the metadata of safetensors
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 6))
AROUSAL = 3 + X[:, 0] + 0.1 * RNG.normal(size=60)
BOTH = np.column_stack([AROUSAL, 10 * X[:, 1]])
EMOTION = np.array(["angry", "sad"])[(X[:, 0] > 0).astype(int)]
TABLE = pd.DataFrame(X, columns=[f"feature {k}" for k in range(6)])
SMALL = {"hidden_layer_sizes": (5, 4), "max_epochs": 3, "random_state": 0, "lr": 0.01}


def mlp():
    with pytest.warns(ConvergenceWarning):
        return MLPRegressor(hidden_layer_sizes=(5,), max_iter=3, random_state=0).fit(X, AROUSAL)


def dnn():
    return DNNRegressor(**SMALL).fit(X, AROUSAL)


def of_three_sources():
    source = DNNClassifier(**SMALL).fit(X, EMOTION)
    sources = [("emotion", source), ("arousal", dnn()), ("mlp", mlp())]
    return ProgressiveRegressor(sources, **SMALL).fit(X, BOTH)


MODELS = {
    "DNN": dnn,
    "DNN, one column": lambda: DNNRegressor(**SMALL).fit(X, BOTH[:, :1]),
    "fine-tuned, MLP": lambda: FineTunedRegressor(mlp(), **SMALL).fit(X, BOTH),
    "progressive, several sources": of_three_sources,
    "side by side": lambda: SideBySideRegressor([("mlp", mlp())], **SMALL).fit(X, BOTH),
    "classifier of a regressor": lambda: ProgressiveClassifier(dnn(), **SMALL).fit(X, EMOTION),
    "frozen pipeline": lambda: FrozenEstimator(
        make_pipeline(StandardScaler(), DNNRegressor(**SMALL)).fit(TABLE, BOTH)
    ),
}


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_a_loaded_model_equals_the_saved_one(make, tmp_path):
    model = make()
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    rows = TABLE if hasattr(model, "feature_names_in_") else X
    np.testing.assert_array_equal(loaded.predict(rows), model.predict(rows))
    assert type(loaded) is type(model)
    clone(loaded)
    save_model(loaded, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "model").read_bytes()


def test_a_loaded_model_continues_training_like_the_original(tmp_path):
    model = dnn()
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    for regressor in (model, loaded):
        regressor.set_params(warm_start=True).fit(X, AROUSAL)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def save_forged(path, change):
    """Write a changed model of two numbers with a valid digest."""
    save_model(DNNRegressor(**SMALL).fit(X, BOTH), path)
    with safe_open(path, "np") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        document = json.loads(file.metadata()[KEY])
    change(document["model"]["estimator"][1], arrays)
    del document["sha256"]
    names = sorted(arrays)
    described = [[name, arrays[name].dtype.name, arrays[name].shape] for name in names]
    content = [json.dumps([document, described]).encode()]
    content += [arrays[name].tobytes() for name in names]
    document["sha256"] = hashlib.sha256(b"".join(content)).hexdigest()
    path.write_bytes(save(arrays, metadata={KEY: json.dumps(document)}))


def put(name, value):
    return lambda state, arrays: state.__setitem__(name, value)


def put_array(name, value):
    return lambda state, arrays: arrays.__setitem__(name, np.array(value))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda state, arrays: state.pop("target_std_"), "target_std_ of DNNRegressor is missing"),
        (put("target_ndim_", 1), "target_ndim_ must satisfy 2 <= target_ndim_ <= 2; got 1"),
        (put("loss", "eval"), "loss must be one of 'squared_error'"),
        (put_array("target_mean_", [1.0]), "not a scale of the same outputs"),
        (put_array("target_mean_", [1.0, np.nan]), "target_mean_ are not finite numbers"),
        (put_array("target_mean_", [1, 2]), "target_mean_ are not finite numbers"),
        (put_array("target_std_", [1.0, -1.0]), "not a scale of the same outputs"),
    ],
)
def test_a_forged_scale_is_refused(change, reason, tmp_path):
    save_forged(tmp_path / "model", change)
    with pytest.raises(ValueError, match=r"^A model must be a complete, unaltered file") as info:
        load_model(tmp_path / "model")
    assert reason in str(info.value)


def test_description_card_and_inspect_describe_a_model_of_numbers(tmp_path):
    save_model(of_three_sources(), tmp_path / "model")
    description = describe_model(tmp_path / "model")["model"]
    assert (description["classes"], description["layers"]) == (None, [6, 5, 4, 2])
    assert (description["metric"], description["sources"]["mlp"]["layers"]) == ("ccc", [6, 5, 1])
    assert description["loss"] == "squared_error"
    model = load_model(tmp_path / "model")
    assert [scale["mean"] for scale in description["scale"]] == model.target_mean_.tolist()
    spreads = [scale["standard_deviation"] for scale in description["scale"]]
    assert spreads == model.target_std_.tolist()
    assert "loss" not in description["sources"]["mlp"]
    card = model_card(tmp_path / "model")
    assert "**Predicts:** 2 numbers for each recording" in card
    assert "one of the classes" not in card
    assert "**Numbers of the rows:** not recorded" in card
    first, second = (  # shown to four digits of the standard deviations 0.99 and 9.7
        "mean {}, standard deviation {}".format(
            *(round(number, digits) for number in scale.values())
        )
        for scale, digits in zip(description["scale"], (4, 3), strict=True)
    )
    assert "# ProgressiveRegressor of unnamed numbers" in card
    assert "**Loss:** squared error, of numbers standardised over" in card
    assert f"over the training rows: {first}; {second}" in card
    assert "chosen by the CCC" in card
    assert "model.predict(X)" in card
    assert "robab" not in card
    assert "- emotion: DNNClassifier, angry, sad;" in card
    assert "- arousal: DNNRegressor, numbers;" in card
    page = CliRunner().invoke(main, ["inspect", str(tmp_path / "model")]).output
    assert "Predicts       2 numbers (regression)" in page
    assert f"Loss           squared error of standardised numbers\n               {first}" in page
    assert "emotion: DNNClassifier, 2 classes" in page
    assert "arousal: DNNRegressor, numbers, 6 - 5 - 4 - 1 (sigmoid)" in page


def test_the_card_shows_the_recorded_statistics_of_the_numbers(tmp_path):
    numbers = {"mean": 3.04, "standard_deviation": 1.0, "lowest": 1.0, "highest": 5}
    metadata = {"target": "arousal", "counts": {"numbers": numbers}, "validation": "random"}
    save_model(
        DNNRegressor(**SMALL, loss="ccc").fit(X, AROUSAL), tmp_path / "model", metadata=metadata
    )
    card = model_card(tmp_path / "model")
    for text in (
        "# DNNRegressor of arousal",
        "**Predicts:** 1 number for each recording",
        "**Numbers of the rows:** mean 3.04, standard deviation 1, lowest 1, highest 5",
        "**Rows that chose it:** rows drawn at random; their speakers may also be in the",
        "**Loss:** 1 - CCC, of numbers",
        "A number is what the network expects an",
    ):
        assert text in card
    folds = pd.DataFrame({"repeat": 1, "fold": [1, 2], "score": [0.5, 0.7], "target": "arousal"})
    scores = folds.assign(method="DNN", source="none", metric="ccc", greater_is_better=True)
    assert "0.600 ± 0.141" in model_card(tmp_path / "model", scores=scores)
    with pytest.raises(ValueError, match=r"^scores must be of numbers, .* got the UAR, a score"):
        model_card(tmp_path / "model", scores=scores.assign(metric="uar"))


@pytest.mark.parametrize(
    ("y", "columns"), [(AROUSAL, ["predicted"]), (BOTH, ["predicted_0", "predicted_1"])]
)
def test_predict_on_the_command_line_writes_the_numbers(y, columns, tmp_path):
    model = make_pipeline(StandardScaler(), DNNRegressor(**SMALL)).fit(TABLE, y)
    save_model(model, tmp_path / "model")
    rows = TABLE.assign(file=[f"{k:02}.wav" for k in range(60)])
    rows.to_csv(tmp_path / "rows.csv", index=False)
    arguments = ["predict", str(tmp_path / "model"), str(tmp_path / "rows.csv")]
    written = pd.read_csv(io.StringIO(CliRunner().invoke(main, arguments).stdout))
    assert list(written) == ["file", *columns]
    expected = model.predict(TABLE).reshape(60, -1)
    np.testing.assert_allclose(written[columns], expected, rtol=1e-12)
    explained = CliRunner().invoke(main, [*arguments, "--explain"])
    explained = pd.read_csv(io.StringIO(explained.stdout))
    changes = explain(model, TABLE, groups={"feature 0": [0]})
    changes = changes[[name for name in changes if name.startswith("features")]]
    pd.testing.assert_frame_equal(explained[list(written)], written)
    np.testing.assert_allclose(explained[list(changes)], changes, rtol=1e-9, atol=1e-12)
