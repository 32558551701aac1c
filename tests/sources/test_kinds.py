"""Tests of as_source: the source that a model becomes, and what a source must return."""

import copy
import re

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.evaluation import count_fits
from skprognet.networks import Column, evaluate_hidden, evaluate_logits
from skprognet.persistence import describe_network
from skprognet.sources import Source, as_source, network_of

SMALL = {"hidden_layer_sizes": (5, 4), "max_epochs": 2, "random_state": 0}
NAMES = ["a", "b", "c", "d"]


@pytest.fixture(scope="module")
def rows():
    rng = np.random.RandomState(0)
    return pd.DataFrame(rng.normal(size=(40, 4)), columns=NAMES), np.arange(40) % 2


@pytest.fixture(scope="module")
def network(rows):
    return DNNClassifier(**SMALL).fit(*rows)


class OwnSource(Source):
    """A user's own source, whose column belongs to no estimator."""

    n_features_in_ = 4

    def __init__(self, column):
        self.network_column = column

    def layer_sizes(self):
        return [self.network_column.hidden_layer_sizes]

    def hidden(self, X):
        return [evaluate_hidden(self.network_column, self.column_input(X))]

    def digest(self):
        return str([values.tolist() for values in self.network_column.state_dict().values()])

    def column(self):
        return self.network_column


@pytest.fixture
def own_source():
    generator = torch.Generator().manual_seed(0)
    return OwnSource(Column(4, (6, 3), 2, generator=generator))


def test_method_as_source_takes_precedence_over_the_type_of_a_model(own_source):
    class Perceptron(MLPClassifier):
        def as_source(self):
            return own_source

    assert as_source(Perceptron()) is own_source
    assert as_source(make_pipeline("passthrough", Perceptron())) is own_source
    assert as_source(own_source) is own_source


def test_a_torch_module_may_define_its_source(own_source):
    class Network(torch.nn.Module):
        def as_source(self):
            return own_source

    assert as_source(Network()) is own_source


def test_a_method_as_source_must_return_a_source(network):
    class Wrapper:
        def as_source(self):
            return network

    with pytest.raises(TypeError, match=r"^as_source\(\) must return a Source; got DNNClassif"):
        as_source(Wrapper())


def test_a_network_is_found_inside_other_estimators(rows, network):
    search = GridSearchCV(DNNClassifier(**SMALL), {"lr": [0.01]}, cv=2).fit(*rows)
    pipeline = make_pipeline(StandardScaler(), make_pipeline("passthrough", network))
    for model, expected in [
        (network, network),
        (FrozenEstimator(network), network),
        (pipeline, network),
        (FrozenEstimator(make_pipeline(None, network)), network),
        (search, search.best_estimator_),
    ]:
        assert network_of(model) is expected
        assert as_source(model).network is expected
        assert as_source(model).layer_sizes() == [(5, 4)]
    assert len(as_source(pipeline).steps) == 1


@pytest.mark.parametrize(
    "model", [SVC(), StandardScaler(), "text", None, DNNClassifier, make_pipeline(SVC())]
)
def test_a_model_without_layers_is_refused(model):
    assert network_of(model) is None
    with pytest.raises(TypeError, match=r"^source must be a network of this package, .*; got "):
        as_source(model)


def test_a_network_selects_its_features_by_name(rows, network):
    X, _ = rows
    wide = X.assign(more=0.0)[["more", *NAMES[::-1]]]
    source = as_source(network)
    selected = source.select(wide.to_numpy(), wide.columns)
    np.testing.assert_array_equal(selected, X)
    assert source.rows_seen(selected).all()
    assert source.off_scale(selected * 100)[0] == 4
    for ours, theirs in zip(source.hidden(selected)[0], source.hidden(X)[0], strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_a_pipeline_selects_the_features_of_a_table_by_name(rows):
    X, y = rows
    source = as_source(make_pipeline(StandardScaler(), DNNClassifier(**SMALL)).fit(X, y))
    wide = X.assign(more=0.0)[["more", *NAMES[::-1]]]
    pd.testing.assert_frame_equal(source.select(wide), X)
    with pytest.raises(ValueError, match=r"^X must have .* got X without 1 of them: 'a'"):
        source.select(X.rename(columns={"a": "other"}))


def test_the_columns_of_a_chain_come_oldest_first(rows, network):
    chain = as_source(ProgressiveClassifier([("old", network)], **SMALL).fit(*rows))
    assert chain.layer_sizes() == [(5, 4), (5, 4)]
    assert [name for name, _ in chain.sources] == ["old"]
    oldest, _ = chain.hidden(rows[0])
    for ours, theirs in zip(oldest, as_source(network).hidden(rows[0])[0], strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_a_users_own_source_is_read_and_copied(rows, own_source):
    X, y = rows[0].to_numpy(), rows[1]
    before = own_source.digest()
    clf = ProgressiveClassifier(own_source, **SMALL).fit(X, y)
    assert clf.net_.module_.source_sizes == ((6, 3),)
    tuned = FineTunedClassifier(own_source, **{**SMALL, "lr": 1e-300, "dropout": 0.0}).fit(X, y)
    assert tuned.net_.module_.hidden_layer_sizes == (6, 3)
    copied = copy.deepcopy(own_source.network_column)
    copied.layers[-1].load_state_dict(tuned.net_.module_.layers[-1].state_dict())
    logits = evaluate_logits(copied, torch.tensor(X, dtype=torch.float32))
    np.testing.assert_allclose(tuned.predict_proba(X), logits.softmax(1), rtol=1e-6)
    assert own_source.digest() == before == tuned.source_digest_["source"]


def test_a_source_behind_steps_is_described_as_itself(own_source):
    class Perceptron(MLPClassifier):
        def as_source(self):
            return own_source

    own_source.layer_names, own_source.not_copied = ("low", "high"), "has no weights"
    behind = as_source(make_pipeline(StandardScaler(), Perceptron()))
    assert behind.kind == "OwnSource"
    assert (behind.layer_names, behind.not_copied) == (("low", "high"), "has no weights")


def test_an_error_names_a_users_own_source(rows, own_source):
    X, y = rows[0].to_numpy(), rows[1]
    clf = ProgressiveClassifier([("mine", own_source)], **SMALL, dtype="float64").fit(X, y)
    message = (
        "The source 'mine' cannot read these rows. Rows must have finite numbers that fit into "
        "float32; got 1e+39 in 1 of 40 rows."
    )
    X = X.copy()
    X[3, 2] = 1e39
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        clf.predict(X)


class AdjustableSource(Source):
    """A source whose layer is two features. The arguments replace its results by wrong ones."""

    n_features_in_ = 4

    def __init__(self, **answers):
        self.answers = {"layer_sizes": [(2,)], "digest": "same", "rows_seen": None, **answers}

    def layer_sizes(self):
        return self.answers["layer_sizes"]

    def hidden(self, X):
        compute = self.answers.get("hidden", lambda X: [[torch.tensor(X[:, :2])]])
        return compute(np.asarray(X))

    def digest(self):
        return self.answers["digest"]

    def rows_seen(self, X):
        return self.answers["rows_seen"]


@pytest.mark.parametrize(
    ("answers", "error", "message"),
    [
        ({"layer_sizes": [(1,)]}, ValueError, "must return, for each column of layer_sizes(), a"),
        ({"layer_sizes": [(1, 1)]}, ValueError, "must return, for each column of layer_sizes()"),
        ({"layer_sizes": [(1,), (1,)]}, ValueError, "must return, for each column of layer_sizes"),
        ({"layer_sizes": []}, ValueError, "layer_sizes() must return a list with one tuple"),
        ({"layer_sizes": [(2, 0)]}, ValueError, "layer_sizes() must return a list with one tuple"),
        ({"layer_sizes": (2,)}, ValueError, "layer_sizes() must return a list with one tuple"),
        ({"layer_sizes": [(2.0,)]}, ValueError, "layer_sizes() must return a list with one tuple"),
        ({"hidden": lambda X: [[X[:, :2]]]}, ValueError, "got list of ndarray."),
        ({"hidden": lambda X: [[torch.tensor(X[1:, :2])]]}, ValueError, "the shapes [[("),
        ({"hidden": lambda X: torch.tensor(X[:, :2])}, ValueError, "got Tensor of Tensor."),
        ({"hidden": lambda X: [[torch.full((len(X), 2), np.nan)]]}, ValueError, "finite real num"),
        ({"digest": None}, TypeError, "digest() must return text; got None."),
    ],
)
def test_a_wrong_result_of_a_source_is_a_clear_error(rows, answers, error, message):
    X, y = rows
    with pytest.raises(error, match=re.escape(message)):
        ProgressiveClassifier([("mine", AdjustableSource(**answers))], **SMALL).fit(X, y)


@pytest.mark.parametrize(
    "seen", [np.arange(40), np.zeros(40), np.zeros(39, dtype=bool), [True] * 40]
)
def test_rows_seen_must_return_a_mask_or_none(rows, seen):
    X, y = rows
    fitted = ProgressiveClassifier([("mine", AdjustableSource(rows_seen=seen))], **SMALL).fit(X, y)
    with pytest.raises(ValueError, match=r"^rows_seen\(\) must return None or an array of bool"):
        fitted.source_overlap(X)


def test_no_gradient_flows_into_a_source(rows):
    """Adapters are trained through autograd, batch by batch, on layers that were read once."""

    def hidden(X):
        return [[torch.tensor(X[:, :2], requires_grad=True).sigmoid()]]

    options = {**SMALL, "adapter": "linear", "batch_size": 8}
    fitted = ProgressiveClassifier(AdjustableSource(hidden=hidden), **options).fit(*rows)
    assert np.isfinite(fitted.predict_proba(rows[0])).all()


def test_a_source_without_layers_to_copy_is_refused_before_any_training(rows):
    X, y = rows
    methods = {"PT/FT": FineTunedClassifier(**SMALL), "ProgNet": ProgressiveClassifier(**SMALL)}
    sentence = (
        "^The method 'PT/FT' must have a source with layers of a network to copy; got 'mine'"
    )
    with pytest.raises(ValueError, match=sentence):
        count_fits(X, y, methods=methods, sources={"mine": AdjustableSource()})


def test_a_dict_of_sources_is_refused(rows, network):
    message = (
        "source must be an estimator or a list of (name, estimator); got a dict. Pass "
        "list(source.items())."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        ProgressiveClassifier({"net": network}, **SMALL).fit(*rows)


def test_description_includes_a_users_own_source(rows, network):
    X, y = rows
    fitted = ProgressiveClassifier([("mine", AdjustableSource()), ("net", network)], **SMALL).fit(
        X, y
    )
    description = describe_network(fitted)["sources"]
    assert description["mine"] == {
        "class": "AdjustableSource",
        "layers": [(2,)],
        "sha256": "same",
        "sources": {},
    }
    assert description["net"]["layers"] == [4, 5, 4, 2]
    with pytest.raises(NotFittedError):
        describe_network(DNNClassifier())
