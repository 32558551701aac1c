"""An exported model computes the same in onnxruntime as `predict_proba` and `predict`."""

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
from sklearn.model_selection import GridSearchCV
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


def check_export(model, path, rows):
    """Export a model and check its probabilities for one row, many rows and extreme values."""
    export_onnx(model, path)
    all_rows = np.resize(rows, (553, rows.shape[1]))
    all_rows[1:100] *= -30
    all_rows[100:200] *= 1e6
    for batch in (all_rows[:1], all_rows):
        table = (
            pd.DataFrame(batch, columns=NAMES) if hasattr(model, "feature_names_in_") else batch
        )
        expected = model.predict_proba(table)
        actual = run(path, batch)
        assert actual.dtype == np.float32
        assert actual.shape == expected.shape
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def sources():
    """Return networks of many kinds, fitted on the same rows."""
    mlp = MLPClassifier((4,), tol=9, max_iter=20, random_state=0).fit(X.astype(float), Y)
    binary = MLPClassifier((4, 3), tol=9, max_iter=20, random_state=0).fit(X, GENDER)
    plain = DNNClassifier(**SMALL, activation="tanh").fit(X, GENDER)
    double = DNNClassifier(**SMALL, activation="relu", dtype="float64")
    piped = make_pipeline(StandardScaler(), double).fit(X, GENDER)
    chain = ProgressiveClassifier(plain, **SMALL, activation="identity").fit(X, Y)
    return [("mlp", mlp), ("binary", binary), ("chain", chain), ("piped", piped)]


@pytest.mark.parametrize("adapter", [None, "linear", "mlp"])
def test_a_progressive_network_with_many_sources_can_be_exported(sources, adapter, tmp_path):
    model = ProgressiveClassifier(sources, **SMALL, adapter=adapter).fit(X, Y)
    check_export(model, tmp_path / "model.onnx", X)


@pytest.mark.parametrize("number", range(4))
def test_a_fine_tuned_network_can_be_exported(sources, number, tmp_path):
    model = FineTunedClassifier(sources[number][1], **SMALL).fit(X, Y)
    check_export(model, tmp_path / "model.onnx", X)


@pytest.mark.parametrize("kind", [SideBySideClassifier, PosteriorClassifier])
def test_networks_that_append_the_output_of_sources_can_be_exported(sources, kind, tmp_path):
    check_export(kind(sources, **SMALL).fit(X, Y), tmp_path / "model.onnx", X)


def test_a_multi_task_network_exports_its_target_only(tmp_path):
    model = MultiTaskClassifier(**SMALL).fit(X, Y, source_y=GENDER)
    check_export(model, tmp_path / "model.onnx", X)


def test_networks_of_scikit_learn_and_pipelines_can_be_exported(sources, tmp_path):
    for _, model in sources:
        check_export(model, tmp_path / "model.onnx", X)


@pytest.mark.parametrize(
    "step",
    [
        *(StandardScaler(), StandardScaler(with_mean=False), StandardScaler(with_std=False)),
        *(MinMaxScaler(clip=True), MaxAbsScaler(), RobustScaler(with_centering=False)),
        *(PCA(4, whiten=True), SelectKBest(k=3), CorpusStandardScaler(statistics="speaker")),
    ],
    ids=str,
)
def test_the_steps_of_a_pipeline_are_exported(step, tmp_path):
    model = make_pipeline(step, "passthrough", StandardScaler(), DNNClassifier(**SMALL))
    check_export(FrozenEstimator(model.fit(RAW, Y)), tmp_path / "model.onnx", RAW)


def test_exported_networks_select_features_by_name(tmp_path):
    table = pd.DataFrame(RAW, columns=NAMES)
    other = make_pipeline(MinMaxScaler(), DNNClassifier(**SMALL)).fit(table[NAMES[3:0:-1]], GENDER)
    network = ProgressiveClassifier(
        [("deep", LayerSource("deep")), ("other", other)], **SMALL, features=["pitch", "mel"]
    )
    scaler = StandardScaler().set_output(transform="pandas")
    check_export(make_pipeline(scaler, network).fit(table, Y), tmp_path / "model.onnx", RAW)


# Three targets: far from 0 for its spread, small, and constant.
NUMBERS = np.column_stack([1e6 + 3 * X[:, 0], 1e-3 * X[:, 1], np.full(60, 5.0)])


@pytest.mark.parametrize("kind", [ProgressiveRegressor, SideBySideRegressor])
def test_exported_regressors_predict_on_the_scale_of_the_target(sources, kind, tmp_path):
    with pytest.warns(UserWarning, match=r"^y should vary; got a constant in output \[2\]"):
        model = kind(sources, **SMALL).fit(X, NUMBERS)
    path = tmp_path / "model.onnx"
    export_onnx(model, path)
    all_rows = np.resize(X, (553, 7))
    all_rows[1:100] *= -30
    for batch in (all_rows[:1], all_rows):
        actual = onnxruntime.InferenceSession(path).run(["numbers"], {"features": batch})[0]
        assert actual.dtype == np.float64
        spread = np.where(model.target_std_ == 0, 1, model.target_std_)
        actual, expected = (
            (numbers - model.target_mean_) / spread for numbers in (actual, model.predict(batch))
        )
        np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=1e-5)
    (entry,) = onnx.load(path).metadata_props
    assert json.loads(entry.value)["classes"] is None


def test_one_predicted_number_is_exported_as_a_column(tmp_path):
    options = {"hidden_layer_sizes": (4,), "tol": 9, "max_iter": 20, "random_state": 0}
    mlp = MLPRegressor(**options).fit(X, X[:, 0])
    counts = MLPRegressor("poisson", **options).fit(X, GENDER)
    tuned = FineTunedRegressor(mlp, **SMALL).fit(X, NUMBERS[:, 0])
    plain = make_pipeline(StandardScaler(), DNNRegressor(**SMALL)).fit(X, NUMBERS[:, 1])
    for model in (mlp, counts, tuned, plain):
        export_onnx(model, tmp_path / "model.onnx")
        session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
        actual = session.run(["numbers"], {"features": X})[0]
        assert actual.shape == (60, 1)
        expected = model.predict(X)
        np.testing.assert_allclose(actual[:, 0], expected, rtol=0, atol=1e-5 * expected.std())


def test_a_torch_module_is_exported(tmp_path):
    torch.manual_seed(0)
    layers = [torch.nn.Linear(7, 6), torch.nn.BatchNorm1d(6), torch.nn.ReLU(inplace=True)]
    module = torch.nn.Sequential(*layers, torch.nn.Unflatten(1, (3, 2)))
    source = TorchSource(module, ["1", "3"], pooling=["mean", "max", "std"])
    model = ProgressiveClassifier(source, **SMALL).fit(X, Y)
    check_export(model, tmp_path / "model.onnx", X)
    assert "/tests/" not in (tmp_path / "model.onnx").read_bytes().decode("latin-1")


class Signs(Source):
    """A source whose one layer tells whether each feature is above 0."""

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


class Roots(Signs):
    """A source whose graph gives NaN for negative numbers, which the first row lacks."""

    def layer_sizes(self):
        return [(1,)]

    def hidden(self, X):
        return [[torch.from_numpy(np.sqrt(np.maximum(X[:, 2:3], 0)))]]

    def add_hidden(self, graph, rows):
        return [[graph.add("Sqrt", graph.columns(rows, [2]))]]


class WrongSigns(Signs):
    def add_hidden(self, graph, rows):
        return [[graph.cast(graph.add("Sign", rows), "float32")]]


def test_a_custom_source_can_add_its_graph(tmp_path):
    model = ProgressiveClassifier(SignsWithGraph(), **SMALL).fit(X, Y)
    check_export(model, tmp_path / "model.onnx", X)


def test_the_file_has_classes_names_and_metadata(tmp_path):
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


def test_the_file_has_standard_onnx_operations_only(sources, tmp_path):
    model = ProgressiveClassifier(sources, **SMALL).fit(X, Y)
    export_onnx(model, tmp_path / "model.onnx")
    exported = onnx.load(tmp_path / "model.onnx")
    assert [(opset.domain, opset.version) for opset in exported.opset_import] == [("", 18)]
    assert {node.domain for node in exported.graph.node} == {""}
    assert not exported.functions
    assert not any(array.external_data for array in exported.graph.initializer)


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
        (
            lambda: ProgressiveClassifier(Roots(), **SMALL).fit(X, Y),
            ValueError,
            "must give the probabilities of its model; got a difference of nan",
        ),
    ],
)
def test_a_model_that_cannot_be_exported_gives_an_error_and_no_file(
    make, error, message, tmp_path
):
    with pytest.raises(error, match=message):
        export_onnx(make(), tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_without_onnx_the_error_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(ImportError, match=r"pip install 'skprognet\[onnx\]'"):
        export_onnx(DNNClassifier(**SMALL).fit(X, Y), tmp_path / "model.onnx")


def test_the_best_network_of_a_search_can_be_exported(tmp_path):
    search = GridSearchCV(DNNClassifier(**SMALL), {"lr": [0.01]}, cv=2).fit(X, Y)
    check_export(search, tmp_path / "model.onnx", X)
