"""onnxruntime computes the same from an exported model as `predict_proba` and `predict`."""

import json

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC

from skprognet import (
    DNNClassifier,
    DNNRegressor,
    FineTunedClassifier,
    FineTunedRegressor,
    MultiTaskClassifier,
    PosteriorClassifier,
    ProgressiveClassifier,
    ProgressiveRegressor,
    SideBySideClassifier,
    SideBySideRegressor,
)
from skprognet.persistence import export_onnx
from skprognet.preprocessing import CorpusStandardScaler
from skprognet.sources import LayerSource, Source, TorchSource

SMALL = {"hidden_layer_sizes": (6, 5), "max_epochs": 2, "random_state": 0}
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 7)).astype(np.float32)
RAW = (X * [1e-3, 1, 5, 300, 2, 1, 1] + [0, 0, 50, 900, -3, 1, 1]).astype(np.float32)
NAMES = ["pitch", "loud", "mel.1", "mel.2", "deep.layer1.0", "deep.layer1.1", "deep.layer2.0"]
Y = np.array(["angry", "happy", "sad"])[RNG.integers(3, size=60)]
GENDER = RNG.integers(2, size=60)


def run(path, rows):
    session = onnxruntime.InferenceSession(path)
    return session.run(["probabilities"], {"features": np.asarray(rows, np.float32)})[0]


def check_same(model, path, rows):
    export_onnx(model, path)
    many = np.resize(rows, (553, rows.shape[1]))
    many[1:100] *= -30
    many[100:200] *= 1e6
    for few in (many[:1], many):
        table = pd.DataFrame(few, columns=NAMES) if hasattr(model, "feature_names_in_") else few
        wanted = model.predict_proba(table)
        found = run(path, few)
        assert found.dtype == np.float32
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def sources():
    """Give networks of many kinds, each fitted on the same rows."""
    mlp = MLPClassifier((4,), tol=9, max_iter=20, random_state=0).fit(X.astype(float), Y)
    binary = MLPClassifier((4, 3), tol=9, max_iter=20, random_state=0).fit(X, GENDER)
    plain = DNNClassifier(**SMALL, activation="tanh").fit(X, GENDER)
    double = DNNClassifier(**SMALL, activation="relu", dtype="float64")
    piped = make_pipeline(StandardScaler(), double).fit(X, GENDER)
    chain = ProgressiveClassifier(plain, **SMALL, activation="identity").fit(X, Y)
    return [("mlp", mlp), ("binary", binary), ("chain", chain), ("piped", piped)]


@pytest.mark.parametrize("adapter", [None, "linear", "mlp"])
def test_a_progressive_network_of_many_sources(sources, adapter, tmp_path):
    model = ProgressiveClassifier(sources, **SMALL, adapter=adapter).fit(X, Y)
    check_same(model, tmp_path / "model.onnx", X)


@pytest.mark.parametrize("number", range(4))
def test_a_fine_tuned_network(sources, number, tmp_path):
    model = FineTunedClassifier(sources[number][1], **SMALL).fit(X, Y)
    check_same(model, tmp_path / "model.onnx", X)


@pytest.mark.parametrize("kind", [SideBySideClassifier, PosteriorClassifier])
def test_what_sources_say_beside_the_features(sources, kind, tmp_path):
    check_same(kind(sources, **SMALL).fit(X, Y), tmp_path / "model.onnx", X)


def test_the_target_alone_of_several_tasks(tmp_path):
    model = MultiTaskClassifier(**SMALL).fit(X, Y, source_y=GENDER)
    check_same(model, tmp_path / "model.onnx", X)


def test_the_networks_of_others(sources, tmp_path):
    for _, model in sources:
        check_same(model, tmp_path / "model.onnx", X)


@pytest.mark.parametrize(
    "step",
    [
        *(StandardScaler(), StandardScaler(with_mean=False), StandardScaler(with_std=False)),
        *(MinMaxScaler(clip=True), MaxAbsScaler(), RobustScaler(with_centering=False)),
        *(PCA(4, whiten=True), SelectKBest(k=3), CorpusStandardScaler(statistics="speaker")),
    ],
    ids=str,
)
def test_the_steps_of_a_pipeline_are_in_the_graph(step, tmp_path):
    model = make_pipeline(step, "passthrough", StandardScaler(), DNNClassifier(**SMALL))
    check_same(FrozenEstimator(model.fit(RAW, Y)), tmp_path / "model.onnx", RAW)


def test_features_are_found_by_name(tmp_path):
    table = pd.DataFrame(RAW, columns=NAMES)
    other = make_pipeline(MinMaxScaler(), DNNClassifier(**SMALL)).fit(table[NAMES[3:0:-1]], GENDER)
    network = ProgressiveClassifier(
        [("deep", LayerSource("deep")), ("other", other)], **SMALL, features=["pitch", "mel"]
    )
    scaler = StandardScaler().set_output(transform="pandas")
    check_same(make_pipeline(scaler, network).fit(table, Y), tmp_path / "model.onnx", RAW)


# Numbers: one large beside its spread, one small, one that is always the same.
BOTH = np.column_stack([1e6 + 3 * X[:, 0], 1e-3 * X[:, 1], np.full(60, 5.0)])


@pytest.mark.parametrize("kind", [ProgressiveRegressor, SideBySideRegressor])
def test_numbers_are_on_their_own_scale(sources, kind, tmp_path):
    with pytest.warns(UserWarning, match=r"^y should vary; got a constant in output \[2\]"):
        model = kind(sources, **SMALL).fit(X, BOTH)
    path = tmp_path / "model.onnx"
    export_onnx(model, path)
    many = np.resize(X, (553, 7))
    many[1:100] *= -30
    for few in (many[:1], many):
        found = onnxruntime.InferenceSession(path).run(["numbers"], {"features": few})[0]
        assert found.dtype == np.float64
        spread = np.where(model.target_std_ == 0, 1, model.target_std_)
        found, wanted = (
            (numbers - model.target_mean_) / spread for numbers in (found, model.predict(few))
        )
        np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-5)
    (entry,) = onnx.load(path).metadata_props
    assert json.loads(entry.value)["classes"] is None


def test_one_number_is_a_column(tmp_path):
    options = {"hidden_layer_sizes": (4,), "tol": 9, "max_iter": 20, "random_state": 0}
    mlp = MLPRegressor(**options).fit(X, X[:, 0])
    counts = MLPRegressor("poisson", **options).fit(X, GENDER)
    tuned = FineTunedRegressor(mlp, **SMALL).fit(X, BOTH[:, 0])
    plain = make_pipeline(StandardScaler(), DNNRegressor(**SMALL)).fit(X, BOTH[:, 1])
    for model in (mlp, counts, tuned, plain):
        export_onnx(model, tmp_path / "model.onnx")
        session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
        found = session.run(["numbers"], {"features": X})[0]
        assert found.shape == (60, 1)
        wanted = model.predict(X)
        np.testing.assert_allclose(found[:, 0], wanted, rtol=0, atol=1e-5 * wanted.std())


def test_a_torch_module_is_in_the_graph(tmp_path):
    torch.manual_seed(0)
    layers = [torch.nn.Linear(7, 6), torch.nn.BatchNorm1d(6), torch.nn.ReLU(inplace=True)]
    module = torch.nn.Sequential(*layers, torch.nn.Unflatten(1, (3, 2)))
    source = TorchSource(module, ["1", "3"], pooling=["mean", "max", "std"])
    model = ProgressiveClassifier(source, **SMALL).fit(X, Y)
    check_same(model, tmp_path / "model.onnx", X)
    assert "/tests/" not in (tmp_path / "model.onnx").read_bytes().decode("latin-1")


class Signs(Source):
    """Whether each feature is above 0, which a graph can say if `graph` is True."""

    n_features_in_ = 7

    def layer_sizes(self):
        return [(7,)]

    def hidden(self, X):
        return [[torch.from_numpy((X > 0).astype(np.float32))]]

    def digest(self):
        return "signs"


class SignsWithGraph(Signs):
    def add_hidden(self, graph, rows):
        above = graph.add("Greater", rows, graph.constant(np.zeros(7, np.float32)))
        graph.types[above] = "bool"
        return [[graph.cast(above, "float32")]]


class WrongSigns(Signs):
    def add_hidden(self, graph, rows):
        return [[graph.cast(graph.add("Sign", rows), "float32")]]


def test_a_source_of_your_own_says_its_graph(tmp_path):
    model = ProgressiveClassifier(SignsWithGraph(), **SMALL).fit(X, Y)
    check_same(model, tmp_path / "model.onnx", X)


def test_the_file_says_what_the_model_is(tmp_path):
    table = pd.DataFrame(X, columns=NAMES)
    model, path = DNNClassifier(**SMALL).fit(table, GENDER), tmp_path / "new" / "model.onnx"
    export_onnx(model, path, metadata={"corpus": "invented"})
    (entry,) = onnx.load(path).metadata_props
    metadata = json.loads(entry.value)
    assert entry.key == "skprognet"
    assert metadata["classes"] == [0, 1]
    assert metadata["feature_names"] == NAMES
    assert metadata["metadata"] == {"corpus": "invented"}
    before = path.read_bytes()
    export_onnx(model, path, metadata={"corpus": "invented"})
    assert path.read_bytes() == before


def test_the_file_has_operations_of_onnx_only(sources, tmp_path):
    model = ProgressiveClassifier(sources, **SMALL).fit(X, Y)
    export_onnx(model, tmp_path / "model.onnx")
    found = onnx.load(tmp_path / "model.onnx")
    assert [(each.domain, each.version) for each in found.opset_import] == [("", 18)]
    assert {node.domain for node in found.graph.node} == {""}
    assert not found.functions
    assert not any(array.external_data for array in found.graph.initializer)


SCALED = StandardScaler().fit(X)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: DNNClassifier(**SMALL), NotFittedError, "not fitted"),
        (lambda: make_pipeline(SCALED, SVC()).fit(X, Y), TypeError, "got Pipeline. Pass one of"),
        (
            lambda: make_pipeline(PolynomialFeatures(2), DNNClassifier(**SMALL)).fit(X, Y),
            TypeError,
            r"must be one of StandardScaler, .* or select features; got PolynomialFeatures\.",
        ),
        (
            lambda: make_pipeline(
                CorpusStandardScaler(statistics="corpus"), DNNClassifier(**SMALL)
            ).fit(X, Y),
            ValueError,
            "rejects new rows. Normalise before the graph, and export the network alone",
        ),
        (
            lambda: ProgressiveClassifier(Signs(), **SMALL).fit(X, Y),
            TypeError,
            r"must have a method add_hidden\(graph, rows\); got Signs without one. Write it",
        ),
        (
            lambda: ProgressiveClassifier(WrongSigns(), **SMALL).fit(X, Y),
            ValueError,
            "must give the probabilities of its model; got a difference of",
        ),
    ],
)
def test_what_has_no_graph_is_one_sentence_and_no_file(make, error, message, tmp_path):
    with pytest.raises(error, match=message):
        export_onnx(make(), tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_without_the_extra_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(ImportError, match=r"pip install 'skprognet\[onnx\]'"):
        export_onnx(DNNClassifier(**SMALL).fit(X, Y), tmp_path / "model.onnx")
