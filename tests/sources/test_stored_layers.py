"""Tests that a model with a LayerSource is stored as plain values and loads unchanged."""

import copy
import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open
from safetensors.numpy import save
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.persistence import (
    describe_model,
    describe_network,
    load_model,
    read_model_info,
    save_model,
)
from skprognet.sources import LayerSource

KEY = "skprognet"  # in the metadata of safetensors
LAYERS = [
    f"ge2e.layer{k}.mean.{unit:03}" for k, width in ((1, 3), (2, 2)) for unit in range(width)
]
NAMES = ["pitch", *LAYERS[:2], "loudness", "jitter", *LAYERS[2:]]
RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(60, 8)), columns=NAMES)
EMOTION = np.array(["angry", "happy", "sad"])[np.arange(60) % 3]
GENDER = np.array(["female", "male"])[RNG.integers(2, size=60)]
SMALL = {"hidden_layer_sizes": (5, 4), "max_epochs": 2, "random_state": 0}


def reader(source=None, **options):
    source = LayerSource("ge2e") if source is None else source
    return ProgressiveClassifier([("ge2e", source)], **SMALL | options)


MODELS = {
    "one source": lambda: reader().fit(X, EMOTION),
    "features": lambda: reader(features=["jitter", "loudness"]).fit(X, EMOTION),
    "groups of columns": lambda: reader(
        LayerSource({"second": LAYERS[3:], "first": ["ge2e.layer1"]})
    ).fit(X, EMOTION),
    "beside networks": lambda: ProgressiveClassifier(
        [
            ("ge2e", LayerSource(["ge2e.layer2.", "ge2e.layer1."])),
            ("gender", DNNClassifier(**SMALL)),
            ("fitted", DNNClassifier(**SMALL).fit(X[NAMES[:1]], GENDER)),
        ],
        **SMALL,
    ).fit(X, EMOTION, source_y={"gender": GENDER}),
    "chain": lambda: reader(reader().fit(X, GENDER)).fit(X, EMOTION),
    "fine-tuned": lambda: FineTunedClassifier(reader().fit(X, GENDER), **SMALL).fit(X, EMOTION),
    "pipeline": lambda: make_pipeline(
        StandardScaler().set_output(transform="pandas"), reader()
    ).fit(X, EMOTION),
}


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_a_stored_model_loads_unchanged(make, tmp_path):
    model = make()
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    loaded_network, original_network = (
        estimator[-1] if hasattr(estimator, "steps") else estimator
        for estimator in (loaded, model)
    )
    assert loaded_network.source_digest_ == original_network.source_digest_
    np.testing.assert_array_equal(loaded_network.features_read_, original_network.features_read_)
    pd.testing.assert_series_equal(
        loaded_network.source_overlap(X), original_network.source_overlap(X)
    )
    description = describe_model(tmp_path / "model")["model"]
    assert json.loads(json.dumps(description)) == json.loads(json.dumps(describe_network(model)))
    save_model(loaded, tmp_path / "again")
    info = [read_model_info(tmp_path / name) for name in ("model", "again")]
    assert info[0] == info[1]
    # Training continues, too: the loaded model has the source as the user passed it.
    loaded_network.set_params(warm_start=True, max_epochs=1).fit(
        X, EMOTION, source_y={"gender": GENDER}
    )


def test_description_says_what_the_network_reads():
    description = describe_network(MODELS["features"]())
    assert description["layers"] == [2, 5, 4, 3]
    assert description["sources"]["ge2e"]["layers"] == [(3, 2)]
    assert description["sources"]["ge2e"]["layer_names"] == ["layer1", "layer2"]
    assert describe_network(MODELS["fine-tuned"]())["layers"] == [3, 5, 4, 3]


def read_parts(path):
    """Return the JSON document and the arrays of a file."""
    with safe_open(path, "np") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return json.loads(file.metadata()[KEY]), arrays


def forge(path, document, arrays):
    """Write a file with a digest that matches its contents."""
    document = {name: value for name, value in document.items() if name != "sha256"}
    names = sorted(arrays)
    described = [[name, arrays[name].dtype.name, arrays[name].shape] for name in names]
    content = [json.dumps([document, described]).encode()]
    content += [arrays[name].tobytes() for name in names]
    document["sha256"] = hashlib.sha256(b"".join(content)).hexdigest()
    path.write_bytes(save(arrays, metadata={KEY: json.dumps(document)}))


@pytest.fixture(scope="module")
def original_parts(tmp_path_factory):
    path = tmp_path_factory.mktemp("forged") / "model"
    save_model(MODELS["one source"](), path)
    return read_parts(path)


def estimator_state(document):
    return document["model"]["estimator"][1]


def encoded_source(document):
    """Return the encoded source, as [class, state]."""
    return estimator_state(document)["sources_"][0]["tuple"][1]["source"]


def encoded_columns(document):
    return encoded_source(document)[1]["columns"]["dict"]


FORGERIES = {
    "class": (
        lambda d, a: encoded_source(d).__setitem__(0, "os.system"),
        "the source 'os.system' is not one of LayerSource",
    ),
    "a class of estimators": (
        lambda d, a: encoded_source(d).__setitem__(0, "DNNClassifier"),
        "the source 'DNNClassifier' is not one of LayerSource",
    ),
    "layers": (
        lambda d, a: encoded_source(d)[1].update(layers=3),
        "the parts do not fit together (TypeError)",
    ),
    "other layers": (
        lambda d, a: encoded_source(d)[1].update(layers={"dict": [["one", ["ge2e.layer1."]]]}),
        "the columns of a LayerSource are not those of its layers",
    ),
    "no columns": (
        lambda d, a: encoded_source(d)[1].update(columns=None),
        "source_digest_ does not match the sources",
    ),
    "columns of another kind": (
        lambda d, a: encoded_columns(d)[0].__setitem__(1, 5),
        "the parts do not fit together (TypeError)",
    ),
    "a list of columns": (
        lambda d, a: encoded_columns(d)[0].__setitem__(1, encoded_columns(d)[0][1]["tuple"]),
        "the columns of a LayerSource are not those of its layers",
    ),
    "more state": (
        lambda d, a: encoded_source(d)[1].update(select="x"),
        "the columns of a LayerSource are not those of its layers",
    ),
    "columns that X lacks": (
        lambda d, a: encoded_columns(d)[0][1]["tuple"].__setitem__(0, "ge2e.layer1.mean.999"),
        "source_digest_ does not match the sources",
    ),
    "a place that X lacks": (
        lambda d, a: a.update(features_read_=np.array([0, 3, 8])),
        "features_read_ are not different positions of 8 features",
    ),
    "a place below zero": (
        lambda d, a: a.update(features_read_=np.array([0, 3, -1])),
        "features_read_ are not different positions of 8 features",
    ),
    "a place twice": (
        lambda d, a: a.update(features_read_=np.array([0, 3, 3])),
        "features_read_ are not different positions of 8 features",
    ),
    "places that are numbers": (
        lambda d, a: a.update(features_read_=np.array([0.0, 3.0, 4.0])),
        "features_read_ is not an array of integers with one axis",
    ),
    "fewer places": (
        lambda d, a: a.update(features_read_=np.array([0, 3])),
        "the network reads 3 features instead of 2",
    ),
    "all places": (
        lambda d, a: (estimator_state(d).update(features_read_=None), a.pop("features_read_")),
        "the network reads 3 features instead of 8",
    ),
    "features of another kind": (
        lambda d, a: estimator_state(d).update(features=7),
        "the parts do not fit together (TypeError)",
    ),
}


@pytest.mark.parametrize(("change", "reason"), FORGERIES.values(), ids=FORGERIES)
def test_a_forged_file_is_refused(change, reason, original_parts, tmp_path):
    document, arrays = copy.deepcopy(original_parts)
    change(document, arrays)
    forge(tmp_path / "model", document, arrays)
    with pytest.raises(ValueError, match=r"^A model must be a complete, unaltered file") as error:
        load_model(tmp_path / "model")
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_from_a_release_without_features_loads(tmp_path):
    source = DNNClassifier(**SMALL).fit(X, GENDER)
    model = ProgressiveClassifier(source, **SMALL).fit(X, EMOTION)
    save_model(model, tmp_path / "model")
    document, arrays = read_parts(tmp_path / "model")
    assert estimator_state(document).pop("features_read_") is None
    assert estimator_state(document).pop("features") is None
    forge(tmp_path / "model", document, arrays)
    loaded = load_model(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    refitted = loaded.set_params(warm_start=True).fit(X, EMOTION)
    np.testing.assert_array_equal(
        refitted.predict_proba(X),
        model.set_params(warm_start=True).fit(X, EMOTION).predict_proba(X),
    )
