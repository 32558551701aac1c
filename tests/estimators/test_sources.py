"""Tests of what a source reads: its own columns, the output of its own steps, and no NaN."""

import copy

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
import torch
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, StandardScaler

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.networks import evaluate_hidden

TRANSFER = [FineTunedClassifier, ProgressiveClassifier]
NAMES = [f"f{i}" for i in range(9)]
FUNCTIONS = {
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "identity": lambda z: z,
}


def mlp(activation="logistic"):
    return MLPClassifier(
        (7, 5), solver="lbfgs", max_iter=20, activation=activation, random_state=0
    )


def hidden_layers(network, X):
    """Compute the hidden layers of a fitted network in numpy. Our networks must use sigmoids."""
    if isinstance(network, MLPClassifier):
        layers = list(zip(network.coefs_, network.intercepts_, strict=True))
        activate = FUNCTIONS[network.activation]
    else:
        w = {k: v.double().numpy() for k, v in network.net_.module_.state_dict().items()}
        depth = len(network.net_.module_.hidden_layer_sizes)
        layers = [(w[f"layers.{k}.weight"].T, w[f"layers.{k}.bias"]) for k in range(depth + 1)]
        activate = FUNCTIONS["logistic"]
    outputs = []
    for W, b in layers[:-1]:
        X = activate(X @ W + b)
        outputs.append(X)
    return outputs


def assert_reads(cls, source, X, y, network, Z):
    """Fit `cls` with a source, and assert that the source's `network` reads Z for the rows X.

    If fine-tuned without training, a network predicts from the source's last layer through its
    new output layer. A progressive network computes the paper's equation.
    """
    options = {"hidden_layer_sizes": (4, 3), "random_state": 0, "dtype": "float64"}
    if cls is FineTunedClassifier:
        options |= {"lr": 1e-300, "max_epochs": 1}
    else:
        options |= {"lr": 0.01, "max_epochs": 3}
    clf = cls(source, **options).fit(X, y)
    w = {k: v.numpy() for k, v in clf.net_.module_.state_dict().items()}
    frozen = hidden_layers(network, Z)
    if cls is FineTunedClassifier:
        z = frozen[-1] @ w["layers.2.weight"].T + w["layers.2.bias"]
    else:
        h, layer_numbers = np.asarray(X), range(3)
        for k in layer_numbers:
            z = h @ w[f"layers.{k}.weight"].T + w[f"layers.{k}.bias"]
            if k > 0:
                z = z + frozen[k - 1] @ w[f"laterals.{k - 1}.0.weight"].T
            h = FUNCTIONS["logistic"](z)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    # A network of this package computes in float32 as a source.
    np.testing.assert_allclose(clf.predict_proba(X), p, rtol=1e-4)
    return clf


# Which layers are read


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("cls", TRANSFER)
@pytest.mark.parametrize("activation", FUNCTIONS)
def test_an_mlp_is_read_with_weights_and_biases(cls, activation, problem):
    X, y, source_y = problem
    source = mlp(activation).fit(X, source_y)
    if cls is ProgressiveClassifier:
        assert_reads(cls, source, X, y, source, X)
    else:
        clf = cls(source, lr=1e-300, max_epochs=1, dtype="float64").fit(X, y)
        ours = evaluate_hidden(clf.net_.module_, torch.tensor(X))
        for layer, expected in zip(ours, hidden_layers(source, X), strict=True):
            np.testing.assert_allclose(layer, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", [">f8", ">f4", np.longdouble, np.int64, bool])
def test_an_mlp_reads_numbers_of_any_type(dtype, problem, small):
    X, y, source_y = problem
    X = (X * 3).astype(dtype)
    source = mlp().set_params(max_iter=500, tol=1e-2).fit(X.astype(float), source_y)
    clf = ProgressiveClassifier(source, **small).fit(X, y)
    plain = ProgressiveClassifier(source, **small).fit(X.astype(float), y)
    np.testing.assert_array_equal(clf.predict_proba(X), plain.predict_proba(X.astype(float)))


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("cls", TRANSFER)
def test_an_mlp_reads_the_sparse_output_of_a_step(cls, problem):
    X, y, source_y = problem
    bins = KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf")
    source = make_pipeline(bins, mlp()).fit(X, source_y)
    assert_reads(cls, source, X, y, source[-1], source[0].transform(X).toarray())


# Which columns are read


class Handwritten(TransformerMixin, BaseEstimator):
    """A step that learns nothing and stores no names."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X * 2.0


class Centre(Handwritten):
    """A step that learns the mean of each column and stores no names."""

    def fit(self, X, y=None):
        self.mean_ = np.asarray(X).mean(axis=0)
        return self

    def transform(self, X):
        return X - self.mean_


STEPS = {
    "no step": ([], lambda Z: Z),
    "passthrough": (["passthrough"], lambda Z: Z),
    "None": ([None], lambda Z: Z),
    "nothing learned": ([Handwritten()], lambda Z: Z * 2),
    "learned by position": ([Centre()], lambda Z: Z - Z.mean(axis=0)),
    "behind another": (
        ["passthrough", Handwritten(), Centre()],
        lambda Z: 2 * (Z - Z.mean(axis=0)),
    ),
}


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("cls", TRANSFER)
@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        *((steps, "DNN") for steps in STEPS),
        ("passthrough", "MLP"),
        ("learned by position", "frozen"),
        ("learned by position", "nested"),
    ],
)
def test_columns_are_matched_by_name_if_any_part_of_a_source_has_names(
    cls, steps, kind, problem, small
):
    X, y, source_y = problem
    small = {**small, "max_epochs": 1}
    table = pd.DataFrame(X, columns=NAMES)
    steps, transform = STEPS[steps]
    network = mlp() if kind == "MLP" else DNNClassifier(**small)
    pipeline = make_pipeline(*copy.deepcopy(steps), network)
    source = make_pipeline("passthrough", pipeline) if kind == "nested" else pipeline
    source.fit(table[NAMES[:5]], source_y)
    if kind == "frozen":
        source = FrozenEstimator(source)
    # X has nine columns in reverse order. The source reads the five on which it was fitted.
    assert_reads(cls, source, table[NAMES[::-1]], y, pipeline[-1], transform(X[:, :5]))
    with pytest.raises(ValueError, match=r"^X must .* got X without 2 of them: 'f0', 'f1'"):
        cls(source, **small).fit(table[NAMES[2:]], y)


@pytest.mark.parametrize("cls", TRANSFER)
def test_names_of_the_output_of_a_step_are_not_names_of_features(cls, problem, small):
    X, y, source_y = problem

    class Components(Handwritten):
        def transform(self, X):
            Z = np.asarray(X)[:, :2] ** 2
            return pd.DataFrame(Z, columns=["one", "two"])

    table = pd.DataFrame(X, columns=NAMES)
    source = make_pipeline(Components(), DNNClassifier(**small)).fit(table, source_y)
    assert_reads(cls, source, table, y, source[-1], X[:, :2] ** 2)


@pytest.mark.parametrize("cls", TRANSFER)
def test_a_source_without_names_refuses_too_few_columns(cls, problem, small):
    X, y, source_y = problem
    source = make_pipeline(Handwritten(), DNNClassifier(**small)).fit(X, source_y)
    assert_reads(cls, source, X, y, source[-1], X * 2)
    message = (
        r"^The source 'source' cannot read these rows\. Its own steps \('Handwritten'\) run "
        r"first\. Rows must have the 9 features on which .*; got shape \(\d+, 5\)\."
    )
    with pytest.raises(ValueError, match=message):
        cls(source, **small).fit(X[:, :5], y)


# Names that scikit-learn gives to the output of steps


def pipelines(X, source_y, small):
    """Give pipelines whose steps use names. In the third, the network reads another network."""
    columns = ColumnTransformer(
        [("first", StandardScaler(), NAMES[:4]), ("rest", PCA(2), NAMES[4:])]
    )
    table = pd.DataFrame(X, columns=NAMES)
    inner = DNNClassifier(**small).fit(table.iloc[:, :6], source_y)
    return {
        "scaler": make_pipeline(StandardScaler(), DNNClassifier(**small)),
        "columns": make_pipeline(columns, StandardScaler(), DNNClassifier(**small)),
        "chain": make_pipeline(columns, ProgressiveClassifier(inner, **small)),
    }


@pytest.mark.parametrize("cls", TRANSFER)
@pytest.mark.parametrize(
    ("kind", "library"),
    [("scaler", "pandas"), ("columns", "pandas"), ("columns", "polars"), ("chain", "pandas")],
)
def test_transform_output_does_not_change_the_predictions(cls, kind, library, problem, small):
    pytest.importorskip(library)
    X, y, source_y = problem
    small = {**small, "max_epochs": 1}
    table = pd.DataFrame(X, columns=NAMES)
    results = []
    for in_source, in_fit, in_predict in [
        ("default", "default", "default"),
        ("default", "default", library),
        ("default", library, "default"),
        (library, "default", "default"),
        (library, library, library),
    ]:
        if kind == "chain" and in_source != "default":
            continue  # the inner source refuses the names that scikit-learn gives
        with sklearn.config_context(transform_output=in_source):
            source = pipelines(X, source_y, small)[kind].fit(table, source_y)
        with sklearn.config_context(transform_output=in_fit):
            clf = cls(source, **small).fit(table, y)
        with sklearn.config_context(transform_output=in_predict):
            results.append(clf.predict_proba(table))
    for probabilities in results[1:]:
        np.testing.assert_array_equal(probabilities, results[0])
    assert not np.isnan(results[0]).any()


# Rows that steps turn into NaN or infinity


def source_with_log(X, source_y, small, network=None):
    """Give a source whose step turns negative numbers into NaN and 0 into -inf."""
    step = FunctionTransformer(quiet_log)
    network = DNNClassifier(**small) if network is None else network
    return make_pipeline(step, network).fit(np.abs(X) + 0.1, source_y)


def quiet_log(X):
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(X)


def square(X):
    return X**2


@pytest.fixture(params=["DNN", "MLP", "chain"])
def log_source(request, problem, small):
    X, _, source_y = problem
    if request.param == "MLP":
        return source_with_log(X, source_y, small, mlp().set_params(max_iter=500, tol=1e-2))
    source = source_with_log(X, source_y, small)
    if request.param == "DNN":
        return source
    return ProgressiveClassifier([("source", source)], **small).fit(np.abs(X) + 0.1, source_y)


@pytest.mark.parametrize("cls", TRANSFER)
@pytest.mark.parametrize(("value", "result"), [(-1.0, "nan"), (0.0, "-inf")])
def test_rows_that_the_steps_of_a_source_make_infinite_or_nan_are_an_error(
    cls, value, result, log_source, problem, small
):
    X, y, _ = problem
    X = np.abs(X) + 0.1
    clf = cls(log_source, **small).fit(X, y)
    rows = X[:10].copy()
    rows[[2, 5], 3] = value
    message = (
        r"^(The source 'source' cannot read these rows\. ){1,2}Its own steps "
        r"\('FunctionTransformer'\) run first\. Rows must have finite numbers that fit into "
        rf"float(32|64); got {result} in 2 of 10 rows\."
    )
    with pytest.raises(ValueError, match=message):
        clf.predict_proba(rows)
    with pytest.raises(ValueError, match=message):
        clf.predict(rows)
    with pytest.raises(ValueError, match=message):
        cls(log_source, **small).fit(X, y, X_val=rows, y_val=y[:10])
    with pytest.raises(ValueError, match=message):
        cls(log_source, **small).fit(X, y, X_test=rows, y_test=y[:10])
    with pytest.raises(ValueError, match=message):
        cls(log_source, **small).fit(rows, y[:10], X_val=X, y_val=y)
    with pytest.raises(ValueError, match=message):
        clf.partial_fit(rows, y[:10])
    if cls is ProgressiveClassifier:
        with pytest.raises(ValueError, match=message):
            clf.source_importances(rows, y[:10])


@pytest.mark.parametrize("cls", TRANSFER)
def test_numbers_that_overflow_the_type_of_a_network_are_an_error(cls, problem, small):
    X, y, source_y = problem
    source = make_pipeline(FunctionTransformer(square), DNNClassifier(**small)).fit(X, source_y)
    clf = cls(source, **small).fit(X, y)
    rows = X[:4].copy()
    rows[1, 0] = 1e20
    message = r"Its own steps .* fit into float32; got 1e\+40 in 1 of 4"
    with pytest.raises(ValueError, match=message):
        clf.predict_proba(rows)
    # The source computes in float32 and the network in float64, then the other way round.
    rows[1, 0] = 1e39
    plain = DNNClassifier(**small).fit(X, source_y)
    with pytest.raises(ValueError, match=r"fit into float32; got 1e\+39 in 1 of 4 rows"):
        cls(plain, **small, dtype="float64").fit(X, y).predict_proba(rows)
    if cls is FineTunedClassifier:
        rows[1, 0] = 1e20
        wide = make_pipeline(FunctionTransformer(square), DNNClassifier(**small, dtype="float64"))
        clf = cls(wide.fit(X, source_y), **small).fit(X, y)
        with pytest.raises(ValueError, match=message):
            clf.predict_proba(rows)


def test_outputs_of_a_network_that_overflow_are_an_error(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small, activation="relu").fit(X, y)
    rows = np.vstack([X[:3], 3e38 * np.sign(X[:2])])
    for predict in (clf.predict_proba, clf.predict_log_proba, clf.predict):
        with pytest.raises(ValueError, match=r"^The outputs of the network must be finite; got"):
            predict(rows)
    assert np.isfinite(clf.predict_proba(rows[:3])).all()


# Sources stay frozen


@pytest.mark.parametrize("cls", TRANSFER)
@pytest.mark.parametrize("kind", ["DNN", "pipeline", "MLP", "chain"])
def test_refitting_a_source_later_does_not_change_the_model(cls, kind, problem, small):
    X, y, source_y = problem
    source = {
        "DNN": DNNClassifier(**small),
        "pipeline": make_pipeline(StandardScaler(), DNNClassifier(**small)),
        "MLP": mlp().set_params(max_iter=500, tol=1e-2),
        "chain": ProgressiveClassifier(DNNClassifier(**small).fit(X, source_y), **small),
    }[kind]
    clf = cls(source.fit(X, source_y), **small).fit(X, y)
    before = clf.predict_proba(X)
    source.fit(X[::-1] * 3 + 1, y)
    np.testing.assert_array_equal(clf.predict_proba(X), before)


@pytest.mark.parametrize("cls", TRANSFER)
def test_the_digest_covers_the_older_columns_of_a_source(cls, problem, source, small):
    X, y, source_y = problem
    middle = ProgressiveClassifier(source, **small).fit(X, source_y)
    changed = copy.deepcopy(middle)
    with torch.no_grad():
        changed.sources_[0][1].net_.module_.layers[0].bias.add_(1)
    assert not np.array_equal(changed.predict_proba(X), middle.predict_proba(X))
    clf = cls(middle, **small, warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match=r"^source must be the source of the last fit"):
        clf.set_params(source=changed).fit(X, y)
    assert cls(changed, **small).fit(X, y).source_digest_ != clf.source_digest_


def test_two_unfitted_sources_with_the_same_labels_get_different_seeds(problem, small):
    X, y, source_y = problem
    options = {name: value for name, value in small.items() if name != "random_state"}
    sources = [("a", DNNClassifier(**options)), ("b", DNNClassifier(**options))]
    labels = {"a": source_y, "b": source_y}
    clf = ProgressiveClassifier(sources, **small).fit(X, y, source_y=labels)
    assert clf.source_digest_["a"] != clf.source_digest_["b"]


# Parameters of sources in a list


def test_parameters_of_the_sources_in_a_list_are_set_by_name(problem, small):
    X, _, source_y = problem
    sources = [("a", DNNClassifier(**small)), ("b", make_pipeline(StandardScaler(), mlp()))]
    clf = ProgressiveClassifier(sources, **small)
    params = clf.get_params()
    assert params["a"] is sources[0][1]
    assert params["b__mlpclassifier__activation"] == "logistic"
    assert clf.get_params(deep=False).keys() == ProgressiveClassifier().get_params().keys()
    cloned = sklearn.base.clone(clf)
    cloned.set_params(a__lr=0.1, b__mlpclassifier__alpha=0.5, dropout=0.2)
    assert cloned.get_params()["a__lr"] == 0.1
    assert cloned.source[1][1][-1].alpha == 0.5
    assert clf.get_params()["a__lr"] == small["lr"]
    frozen = FrozenEstimator(DNNClassifier(**small).fit(X, source_y))
    cloned.set_params(b=frozen, a__lr=0.2)
    assert [name for name, _ in cloned.source] == ["a", "b"]
    assert (cloned.source[1][1], cloned.source[0][1].lr) == (frozen, 0.2)
    assert not [name for name in cloned.get_params() if name.startswith("b__")]
    message = (
        r"^The source must be unfitted to set .* got 'b__estimator__lr' for a fitted one\. Pass an"
    )
    with pytest.raises(ValueError, match=message):
        cloned.set_params(b__estimator__lr=1.0)
    with pytest.raises(ValueError, match="Invalid parameter 'c'"):
        cloned.set_params(c__lr=1.0)


def test_a_source_named_like_a_parameter_does_not_hide_the_parameter(problem, source, small):
    X, y, _ = problem
    sources = [("lr", source), ("source", source), ("a__b", source)]
    clf = ProgressiveClassifier(sources, **small)
    assert clf.get_params()["lr"] == small["lr"]
    clf.set_params(lr=0.1)
    assert (clf.lr, clf.source) == (0.1, sources)
    assert [name for name, _ in clf.fit(X, y).sources_] == ["lr", "source", "a__b"]


def test_a_search_can_set_parameters_of_a_source_in_a_list(problem, small):
    X, y, source_y = problem
    clf = ProgressiveClassifier([("a", DNNClassifier(**small))], **small)
    grid = {"a__hidden_layer_sizes": [(3,), (4,)], "lr": [0.01]}
    search = sklearn.model_selection.GridSearchCV(clf, grid, cv=2)
    search.fit(X, y, source_y=source_y)
    chosen = search.best_params_["a__hidden_layer_sizes"]
    assert search.best_estimator_.net_.module_.source_sizes == (chosen,)
    assert clf.source[0][1].hidden_layer_sizes == small["hidden_layer_sizes"]


# Weights and groups of unfitted pipelines


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("kind", ["MLP", "nested MLP", "nested DNN"])
def test_groups_and_weights_go_to_sources_that_take_them(kind, problem, small):
    X, y, source_y = problem
    network = DNNClassifier(**small) if kind == "nested DNN" else mlp()
    source = make_pipeline(StandardScaler(), network)
    if kind.startswith("nested"):
        source = make_pipeline(StandardScaler(), source)
    groups, weight = np.arange(150) % 15, np.arange(150) % 3 + 1.0
    clf = ProgressiveClassifier(source, **small, early_stopping=False)
    clf.fit(X, y, weight, groups=groups, source_y=source_y)
    fitted, Z = clf.sources_[0][1], X
    while hasattr(fitted, "steps"):
        Z, fitted = fitted[0].transform(Z), fitted[-1]
    extra = {"groups": groups} if kind == "nested DNN" else {}
    alone = sklearn.base.clone(fitted).fit(Z, source_y, weight, **extra)
    np.testing.assert_array_equal(fitted.predict_proba(Z), alone.predict_proba(Z))
    unweighted = sklearn.base.clone(fitted).fit(Z, source_y, **extra)
    assert (unweighted.predict_proba(Z) != alone.predict_proba(Z)).any()
    if extra:
        ungrouped = sklearn.base.clone(fitted).fit(Z, source_y, weight)
        assert (ungrouped.predict_proba(Z) != alone.predict_proba(Z)).any()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.zeros(150), "source_y must have at least 2 classes"),
        (np.linspace(0, 1, 150), "got ratings in 'source_y': 150 "),
    ],
    ids=["one class", "ratings"],
)
@pytest.mark.parametrize("source", [DNNClassifier(), mlp()], ids=["DNN", "MLP"])
def test_errors_about_source_labels_name_source_y(source, labels, message, problem, small):
    X, y, _ = problem
    with pytest.raises(ValueError, match=message):
        ProgressiveClassifier(source, **small).fit(X, y, source_y=labels)


def test_importances_refuse_labels_that_the_classifier_does_not_know(problem, small):
    X, y, source_y = problem
    source = DNNClassifier(**small).fit(X, source_y)
    clf = ProgressiveClassifier(source, **small).fit(X, y)
    with pytest.raises(ValueError, match="y must have labels that the classifier knows"):
        clf.source_importances(X, np.full(len(X), "another"))


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_a_source_in_a_memory_mapped_file_is_read_without_a_warning(problem, small, tmp_path):
    X, y, source_y = problem
    clf = ProgressiveClassifier(mlp().fit(X, source_y), **small).fit(X, y)
    joblib.dump(clf, tmp_path / "model")
    loaded = joblib.load(tmp_path / "model", mmap_mode="r")
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))


def test_a_named_source_is_replaced_in_a_list_that_is_set_together_with_it(problem, small):
    X, y, _ = problem
    first, second, third = (
        DNNClassifier(**{**small, "random_state": seed}).fit(X, y) for seed in range(3)
    )
    for names in (("source", "gender"), ("gender", "source")):
        values = {"source": [("gender", first), ("age", second)], "gender": third}
        clf = ProgressiveClassifier([("gender", second)], **small)
        clf.set_params(**{name: values[name] for name in names})
        assert dict(clf.source) == {"gender": third, "age": second}


def test_source_labels_may_be_names_of_files_that_are_not_utf8(problem, small):
    X, y, _ = problem
    names = np.array(["\udcff", "m"], dtype=object)[np.arange(len(X)) % 2]
    clf = ProgressiveClassifier(DNNClassifier(**small), **small)
    (_, source), *_ = clf.fit(X, y, source_y=names).sources_
    assert source.classes_.tolist() == sorted(["\udcff", "m"])
