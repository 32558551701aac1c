"""Networks other than progressive ones are stored, described and drawn."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open
from safetensors.numpy import save

from skprognet import (
    DNNClassifier,
    FineTunedClassifier,
    MultiTaskClassifier,
    PosteriorClassifier,
    ProgressiveClassifier,
    SideBySideClassifier,
)
from skprognet.displays import NetworkDisplay
from skprognet.persistence import describe_network, load_model, save_model

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 7))
EMOTION = np.array(["angry", "happy", "sad"])[np.arange(60) % 3]
TASKS = pd.DataFrame(
    {"gender": np.array(["f", "m"])[RNG.integers(2, size=60)], "age": RNG.integers(4, size=60)}
)
SMALL = {"hidden_layer_sizes": (5, 4), "max_epochs": 2, "random_state": 0}


@pytest.fixture(scope="module")
def sources():
    """Return a plain network, and a progressive one that reads it."""
    gender = DNNClassifier(**SMALL).fit(X, TASKS["gender"])
    age = ProgressiveClassifier([("gender", gender)], **SMALL).fit(X, TASKS["age"])
    return [("gender", gender), ("age", age)]


@pytest.fixture(scope="module")
def models(sources):
    """Return one fitted model of each kind."""
    (_, gender), _ = sources
    return {
        "side by side": SideBySideClassifier(sources, **SMALL).fit(X, EMOTION),
        "posterior": PosteriorClassifier(sources, **SMALL).fit(X, EMOTION),
        "multi-task": MultiTaskClassifier(**SMALL).fit(X, EMOTION, source_y=TASKS),
        "probe": FineTunedClassifier(gender, n_frozen_layers="all", **SMALL).fit(X, EMOTION),
        "LP-FT": FineTunedClassifier(gender, probe_epochs=1, l2_sp=0.1, **SMALL).fit(X, EMOTION),
    }


NAMES = ["side by side", "posterior", "multi-task", "probe", "LP-FT"]


@pytest.mark.parametrize("name", NAMES)
def test_a_loaded_model_equals_the_saved_one(name, models, tmp_path):
    model = models[name]
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    assert describe_network(loaded) == describe_network(model)
    for fitted in (loaded, load_model(tmp_path / "model")):
        fitted.partial_fit(X, EMOTION)  # both train the same epoch
    assert loaded.history_["train_loss"].equals(fitted.history_["train_loss"])


def test_a_loaded_network_keeps_the_l2_sp_penalty(models, tmp_path):
    save_model(models["LP-FT"].set_params(l2_sp=1e3, lr=1e-3, optimizer="sgd"), tmp_path / "model")
    models["LP-FT"].set_params(l2_sp=0.1, lr=5e-4, optimizer="adam")
    loaded = load_model(tmp_path / "model")
    start = dict(loaded.sources_)["source"].net_.module_.layers[0].weight

    def distance():
        return (loaded.net_.module_.layers[0].weight - start).norm().item()

    before = distance()
    assert before > 0
    loaded.partial_fit(X, EMOTION)
    assert distance() < 0.5 * before


@pytest.mark.parametrize("options", [{"n_frozen_layers": 1}, {"n_frozen_layers": "all"}])
def test_a_loaded_network_keeps_its_layers_frozen(options, sources, tmp_path):
    model = FineTunedClassifier(sources[0][1], **options, **SMALL).fit(X, EMOTION)
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model").partial_fit(X, EMOTION)
    model.partial_fit(X, EMOTION)
    for classifier in (model, loaded):
        weight = classifier.net_.module_.layers[0].weight.detach().numpy()
        np.testing.assert_array_equal(weight, sources[0][1].net_.module_.layers[0].weight.detach())


def forge(path, change):
    """Change the state of the model in a file, and make the digest valid again."""
    with safe_open(path, framework="numpy") as file:
        document = json.loads(file.metadata()["skprognet"])
        arrays = {name: file.get_tensor(name) for name in sorted(file.keys())}
    del document["sha256"]
    change(document["model"]["estimator"][1])
    described = [[name, array.dtype.name, array.shape] for name, array in arrays.items()]
    content = [json.dumps([document, described]).encode()]
    content += [array.tobytes() for array in arrays.values()]
    document["sha256"] = hashlib.sha256(b"".join(content)).hexdigest()
    path.write_bytes(save(arrays, {"skprognet": json.dumps(document)}))


def put(attribute, value):
    """Return a change that sets another value for the second source."""
    return lambda state: state[attribute]["dict"].__setitem__(1, ["age", value])


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("posterior", lambda s: s.pop("source_widths_"), "source_widths_ of .* is missing"),
        ("posterior", lambda s: s["source_widths_"]["dict"].pop(), "does not match the so"),
        ("posterior", put("source_widths_", 5), "reads 13 numbers"),
        ("side by side", put("source_widths_", -1), "source_widths_ m"),
        ("multi-task", lambda s: s.pop("source_classes_"), "source_classes_ of .* is missing"),
        ("multi-task", lambda s: s["source_classes_"]["dict"].pop(), "n_classes must"),
        ("multi-task", put("source_classes_", []), "not a list of labels"),
    ],
)
def test_a_forged_file_is_refused(name, change, reason, models, tmp_path):
    save_model(models[name], tmp_path / "model")
    forge(tmp_path / "model", change)
    with pytest.raises(ValueError, match=rf"^A model must be a complete, .*{reason}"):
        load_model(tmp_path / "model")


def arrows_to_new_column(model):
    frame = NetworkDisplay.from_estimator(model).frame()
    frame = frame[(frame["name"] == "new column") & frame["norm"].notna()]
    columns = ["layer", "reads_column", "reads_layer", "reads_units"]
    return list(frame[columns].itertuples(index=False, name=None)), frame["norm"].to_numpy()


def test_the_first_layer_is_drawn_with_the_layers_that_it_reads(models):
    # Three columns: gender, gender again as the source of age, and age.
    arrows, norms = arrows_to_new_column(models["side by side"])
    assert arrows == [
        (1, column, layer, units) for column in (0, 1, 2) for layer, units in ((1, 5), (2, 4))
    ]
    weight = models["side by side"].net_.module_.layers[0].weight.detach().numpy()
    np.testing.assert_allclose(norms[0], np.linalg.norm(weight[:, 7:12]), rtol=1e-6)
    arrows, norms = arrows_to_new_column(models["posterior"])
    assert arrows == [(1, 0, 3, 2), (1, 2, 3, 4)]
    weight = models["posterior"].net_.module_.layers[0].weight.detach().numpy()
    np.testing.assert_allclose(norms[1], np.linalg.norm(weight[:, 9:]), rtol=1e-6)


def test_layers_of_a_probe_are_drawn_as_frozen(models):
    frame = NetworkDisplay.from_estimator(models["probe"]).frame()
    assert frame["state"].tolist() == ["frozen", "frozen", "trained"]


def test_the_description_has_the_tasks_of_a_network(models):
    description = describe_network(models["multi-task"])
    assert description["source_classes"] == {"gender": ["f", "m"], "age": [0, 1, 2, 3]}
    assert description["layers"] == [7, 5, 4, 3]
