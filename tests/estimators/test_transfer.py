"""Tests of sources: what networks read, frozen weights, clone, leaks, overlap, importance."""

import copy
import pickle
import re

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn import config_context
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import zero_one_loss
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from skorch.callbacks import Callback

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.metrics import Score, uar_score, uar_scorer
from skprognet.networks import evaluate_hidden, evaluate_logits, join_frozen

TRANSFER = [FineTunedClassifier, ProgressiveClassifier]


def weights(classifier):
    return {k: v.numpy().copy() for k, v in classifier.net_.module_.state_dict().items()}


def same(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def digest(source, X, y):
    """Return the digest of the source that a network reading it stores."""
    reader = ProgressiveClassifier(source, hidden_layer_sizes=(1,), max_epochs=1, random_state=0)
    return reader.fit(X, y).source_digest_["source"]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# What a network reads from a source


def test_progressive_network_computes_the_papers_equation(problem, source, small):
    X, y, _ = problem
    clf = ProgressiveClassifier(source, **small, dtype="float64").fit(X, y)
    old, new = weights(source), weights(clf)
    s1 = sigmoid(X @ old["layers.0.weight"].T + old["layers.0.bias"])
    s2 = sigmoid(s1 @ old["layers.1.weight"].T + old["layers.1.bias"])
    h1 = sigmoid(X @ new["layers.0.weight"].T + new["layers.0.bias"])
    z2 = h1 @ new["layers.1.weight"].T + new["layers.1.bias"] + s1 @ new["laterals.0.0.weight"].T
    z3 = sigmoid(z2) @ new["layers.2.weight"].T + new["layers.2.bias"]
    z3 = z3 + s2 @ new["laterals.1.0.weight"].T
    p = np.exp(z3) / np.exp(z3).sum(axis=1, keepdims=True)
    # The source computes in float32.
    np.testing.assert_allclose(clf.predict_proba(X), p, rtol=1e-5)


def test_every_lateral_is_trained_and_changes_the_predictions(problem, source, small):
    X, y, _ = problem
    clf = ProgressiveClassifier(source, **small).fit(X, y)
    start = ProgressiveClassifier(source, **{**small, "lr": 1e-300}).fit(X, y)
    for name, trained in weights(clf).items():
        assert (trained != weights(start)[name]).any(), name
    before = clf.predict_proba(X)
    for layer in clf.net_.module_.laterals:
        silenced = copy.deepcopy(clf)
        index = list(clf.net_.module_.laterals).index(layer)
        with torch.no_grad():
            silenced.net_.module_.laterals[index][0].weight.zero_()
        assert np.abs(silenced.predict_proba(X) - before).max() > 1e-3


def test_fine_tuning_starts_from_the_sources_layers_and_a_new_output(problem, source, small):
    X, y, _ = problem
    clf = FineTunedClassifier(source, **{**small, "lr": 1e-300}).fit(X, y)
    old, new = weights(source), weights(clf)
    for name in ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]:
        np.testing.assert_array_equal(new[name], old[name])
    assert new["layers.2.weight"].shape == (4, 10)
    moved = weights(FineTunedClassifier(source, **small).fit(X, y))
    assert all((moved[name] != new[name]).any() for name in new)


def test_fine_tuning_takes_the_architecture_of_its_source(problem, source, small):
    X, y, _ = problem
    clf = FineTunedClassifier(source, **{**small, "hidden_layer_sizes": (99,)}, dropout=0.2)
    module = clf.fit(X, y).net_.module_
    assert module.hidden_layer_sizes == (12, 10)
    assert module.dropout == 0.2


@pytest.mark.parametrize("cls", TRANSFER)
def test_transfer_network_without_a_source_equals_the_plain_network(cls, problem, small):
    X, y, _ = problem
    assert same(weights(cls(**small).fit(X, y)), weights(DNNClassifier(**small).fit(X, y)))


def make_sources(X, source_y, small):
    plain = DNNClassifier(**small).fit(X, source_y)
    options = {"hidden_layer_sizes": (7,), "max_iter": 20, "random_state": 0}
    return {
        "DNN": plain,
        "deep DNN": DNNClassifier(**{**small, "hidden_layer_sizes": (6, 5, 4)}).fit(X, source_y),
        "fine-tuned": FineTunedClassifier(plain, **small).fit(X, source_y),
        "progressive": ProgressiveClassifier(plain, **small).fit(X, source_y),
        "pipeline": make_pipeline(StandardScaler(), DNNClassifier(**small)).fit(X, source_y),
        "frozen": FrozenEstimator(plain),
        "MLP": MLPClassifier(solver="lbfgs", activation="logistic", **options).fit(X, source_y),
    }


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("cls", TRANSFER)
@pytest.mark.parametrize(
    "kind", ["DNN", "deep DNN", "fine-tuned", "progressive", "pipeline", "frozen", "MLP"]
)
def test_fit_leaves_any_kind_of_source_unchanged(cls, kind, problem, small):
    X, y, source_y = problem
    fitted_source = make_sources(X, source_y, small)[kind]
    before = fitted_source.predict_proba(X), pickle.dumps(fitted_source)
    clf = cls(fitted_source, **small).fit(X, y)
    np.testing.assert_array_equal(fitted_source.predict_proba(X), before[0])
    assert pickle.dumps(fitted_source) == before[1]
    assert clf.source_digest_["source"] == digest(pickle.loads(before[1]), X, y)
    restored = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(restored.predict_proba(X), clf.predict_proba(X))


def layers(network, X, frozen=()):
    """Compute hidden layers and logits in numpy. `frozen` has the layers of the older columns."""
    w = {k: v.double().numpy() for k, v in network.net_.module_.state_dict().items()}
    depth, outputs = len(network.net_.module_.hidden_layer_sizes), []
    for k in range(depth + 1):
        z = X @ w[f"layers.{k}.weight"].T + w[f"layers.{k}.bias"]
        if k > 0:
            for j, column in enumerate(frozen):
                # The user guide's rule: hidden layer k goes with ceil(k * source's depth / depth).
                read = column[int(np.ceil(k * len(column) / depth)) - 1]
                z = z + read @ w[f"laterals.{k - 1}.{j}.weight"].T
        X = sigmoid(z)
        outputs.append(z if k == depth else X)
    return outputs


def softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def test_network_reads_all_columns_of_a_progressive_source(problem, source, small):
    X, y, source_y = problem
    longer = {**small, "max_epochs": 40}
    middle = ProgressiveClassifier(source, **{**longer, "hidden_layer_sizes": (5, 6)})
    middle.fit(X, source_y)
    clf = ProgressiveClassifier(middle, **longer).fit(X, y)
    assert clf.net_.module_.source_sizes == ((12, 10), (5, 6))
    oldest = layers(source, X)[:-1]
    newer = layers(middle, X, [oldest])
    np.testing.assert_allclose(middle.predict_proba(X), softmax(newer[-1]), rtol=1e-4)
    logits = layers(clf, X, [oldest, newer[:-1]])[-1]
    np.testing.assert_allclose(clf.predict_proba(X), softmax(logits), rtol=1e-4)


def test_network_reads_sources_of_different_depths(problem, source, small):
    X, y, source_y = problem
    deep = DNNClassifier(**{**small, "hidden_layer_sizes": (6, 5, 4)}).fit(X, source_y)
    tuned = FineTunedClassifier(source, **small).fit(X, source_y)
    sources = [("deep", deep), ("tuned", tuned)]
    clf = ProgressiveClassifier(sources, **{**small, "max_epochs": 40}).fit(X, y)
    logits = layers(clf, X, [layers(network, X)[:-1] for network in (deep, tuned)])[-1]
    np.testing.assert_allclose(clf.predict_proba(X), softmax(logits), rtol=1e-4)


def test_each_of_several_sources_has_its_own_laterals(problem, source, small):
    X, y, _ = problem
    other = DNNClassifier(**{**small, "hidden_layer_sizes": (4, 3)}).fit(X, y)
    clf = ProgressiveClassifier([("gender", source), ("other", other)], **small).fit(X, y)
    assert list(clf.source_digest_) == ["gender", "other"]
    assert [len(layer) for layer in clf.net_.module_.laterals] == [2, 2]


def test_fit_raises_if_a_callback_changes_a_frozen_source(problem, source, small):
    X, y, _ = problem

    class Careless(Callback):
        def on_train_end(self, net, **kwargs):
            with torch.no_grad():
                clf.sources_[0][1].net_.module_.layers[0].bias.add_(1e-7)

    clf = ProgressiveClassifier(source, **small, callbacks=[Careless()])
    with pytest.raises(RuntimeError, match=r"^fit must not change a frozen source; got changes"):
        clf.fit(X, y)


def test_a_source_reads_the_features_in_full_precision(problem, small, seen_rows):
    X, y, source_y = problem
    X = X + 1e6  # float32 keeps one digit of the difference to the mean
    pipeline = make_pipeline(StandardScaler(), DNNClassifier(**small, dtype="float64"))
    pipeline.fit(X, source_y)
    clf = ProgressiveClassifier(pipeline, **small, callbacks=[seen_rows()])
    clf.fit(X, y, X_val=X, y_val=y)
    expected = pipeline[-1].net_.module_.hidden(torch.tensor(pipeline[0].transform(X)))[0]
    rows_read = rows_read_by(clf)
    np.testing.assert_allclose(rows_read[:, 9 : 9 + 12], expected.detach(), rtol=1e-5)
    logits = evaluate_logits(clf.net_.module_, rows_read)
    np.testing.assert_allclose(clf.predict_proba(X), logits.softmax(dim=1), rtol=1e-5)


def test_size_of_a_chain_of_networks_does_not_double_at_each_step(problem, small):
    X, y, _ = problem
    sizes, source = [], DNNClassifier(**small).fit(X, y)
    for _ in range(6):
        source = ProgressiveClassifier(source, **small).fit(X, y)
        sizes.append(len(pickle.dumps(source.sources_)))
    steps = np.diff(sizes)
    assert steps.max() < 3 * steps.min()


def test_a_network_without_hidden_layers_cannot_be_read(problem, small):
    X, y, _ = problem
    flat = MLPClassifier((), solver="lbfgs", max_iter=500).fit(X, y)
    with pytest.raises(ValueError, match=r"^A source must have a hidden layer; got"):
        ProgressiveClassifier(flat, **small).fit(X, y)


# Cloning and searching


@pytest.mark.parametrize("cls", TRANSFER)
def test_a_fitted_source_survives_clone(cls, problem, source, small):
    cloned = clone(cls(source, **small))
    assert cloned.source is source
    assert cloned.get_params(deep=False) == cls(source, **small).get_params(deep=False)
    assert not hasattr(cloned, "net_")


def test_clone_also_clones_an_unfitted_source(small):
    unfitted_source = DNNClassifier(**small)
    cloned = clone(ProgressiveClassifier(unfitted_source, **small))
    assert cloned.source is not unfitted_source
    assert cloned.source.get_params() == unfitted_source.get_params()


def test_a_fitted_source_works_in_pipelines_and_searches(problem, source, small):
    X, y, _ = problem
    expected_digest, pickled_before = digest(source, X, y), pickle.dumps(source)
    pipeline = make_pipeline(StandardScaler(), ProgressiveClassifier(source, **small))
    assert cross_val_score(pipeline, X, y, scoring=uar_scorer, cv=3).shape == (3,)
    search = GridSearchCV(ProgressiveClassifier(source, **small), {"lr": [1e-3, 1e-2]}, cv=2)
    search.fit(X, y)
    assert search.best_estimator_.source_digest_ == {"source": expected_digest}
    assert pickle.dumps(source) == pickled_before


def test_parameters_of_a_fitted_source_cannot_be_set(source, small):
    clf = ProgressiveClassifier(source, **small)
    assert not [name for name in clf.get_params() if name.startswith("source__")]
    message = (
        "The source must be unfitted to set its parameters; got 'source__lr' for a fitted one. "
        "Pass an unfitted source, such as clone(source), and fit it again."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        clf.set_params(source__lr=1.0)


def test_a_search_over_fitted_sources_takes_frozen_estimators(problem, source, small):
    X, y, _ = problem
    grid = {"source": [None, FrozenEstimator(source)]}
    search = GridSearchCV(ProgressiveClassifier(**small), grid, cv=2).fit(X, y)
    assert len(search.cv_results_["params"]) == 2
    with pytest.raises(ValueError, match=r"^A frozen source must be fitted; got"):
        ProgressiveClassifier(FrozenEstimator(DNNClassifier()), **small).fit(X, y)


@pytest.mark.parametrize("bad", [[DNNClassifier()], "speaker"])
def test_clone_accepts_a_wrong_source_and_fit_refuses_it(problem, small, bad):
    X, y, _ = problem
    with pytest.raises(TypeError, match=r"^source must be "):
        clone(ProgressiveClassifier(bad, **small)).fit(X, y)


def test_warm_start_with_another_source_or_shape_is_an_error(problem, source, small):
    X, y, _ = problem
    clf = ProgressiveClassifier(source, **small, warm_start=True).fit(X, y)
    before = weights(clf)
    with pytest.raises(ValueError, match=r"^The network must have the shape of the last fit "):
        clf.set_params(hidden_layer_sizes=(5,)).fit(X, y)
    assert same(weights(clf), before)
    clf.set_params(hidden_layer_sizes=(12, 10), dropout=0.1).fit(X, y)
    assert clf.net_.module_.dropout == 0.1
    other = DNNClassifier(**{**small, "random_state": 3}).fit(X, y)
    with pytest.raises(ValueError, match=r"^source must be the source of the last fit "):
        clf.set_params(source=other).fit(X, y)


def test_warm_start_with_other_steps_before_the_source_is_an_error(problem, source, small):
    X, y, _ = problem
    steps = [StandardScaler().fit(X), StandardScaler().fit(X + 1), StandardScaler().fit(X)]
    sources = [make_pipeline(step, FrozenEstimator(source)) for step in steps]
    clf = ProgressiveClassifier(sources[0], **small, warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match=r"^source must be the source of the last fit "):
        clf.set_params(source=sources[1]).fit(X, y)
    clf.set_params(source=sources[2]).fit(X, y)


def test_warm_start_accepts_steps_that_cannot_be_pickled(problem, source, small):
    X, y, _ = problem
    steps = make_pipeline(FunctionTransformer(lambda X: X), FrozenEstimator(source))
    clf = ProgressiveClassifier(steps, **small, warm_start=True).fit(X, y)
    assert len(clf.fit(X, y).history_) == small["max_epochs"]


# Unfitted sources


@pytest.mark.parametrize("cls", TRANSFER)
def test_fit_trains_an_unfitted_source_on_its_own_training_rows(
    cls, problem, small, seen_rows, split_of
):
    X, y, source_y = (array[:90] for array in problem)
    inside = cls(DNNClassifier(**small), **small, callbacks=[seen_rows()])
    inside.fit(X, y, source_y=source_y)
    # Rows that choose the target's epoch must not train the source. They choose its epoch, too.
    train, held_out = split_of(inside, X)
    assert len(train) + len(held_out) == 90
    alone = DNNClassifier(**small).fit(
        X[train], source_y[train], X_val=X[held_out], y_val=source_y[held_out]
    )
    outside = cls(alone, **small).fit(X, y)
    assert inside.source_digest_ == outside.source_digest_
    assert same(weights(inside), weights(outside))


def test_cross_validation_trains_the_source_on_the_training_fold_only(problem, small):
    X, y, source_y = problem
    clf = ProgressiveClassifier(DNNClassifier(**small), **small)
    with config_context(enable_metadata_routing=True):
        result = cross_validate(
            clf,
            X,
            y,
            cv=3,
            params={"source_y": source_y},
            return_estimator=True,
            return_indices=True,
        )
    for fitted, rows in zip(result["estimator"], result["indices"]["train"], strict=True):
        alone = ProgressiveClassifier(DNNClassifier(**small), **small)
        alone.fit(X[rows], y[rows], source_y=source_y[rows])
        assert fitted.source_digest_ == alone.source_digest_


def test_several_unfitted_sources_take_their_labels_by_name(problem, small):
    X, y, source_y = problem
    tables = pd.DataFrame({"half": np.arange(150) % 2, "gender": source_y})
    sources = [("gender", DNNClassifier(**small)), ("half", DNNClassifier(**small))]
    clf = ProgressiveClassifier(sources, **small).fit(X, y, source_y=tables)
    alone = ProgressiveClassifier(DNNClassifier(**small), **small).fit(X, y, source_y=source_y)
    assert clf.source_digest_["gender"] == alone.source_digest_["source"]
    assert set(clf.sources_[1][1].classes_) == {0, 1}
    with pytest.raises(ValueError, match=r"^source_y must have a column for each unfitted source"):
        ProgressiveClassifier(sources, **small).fit(X, y, source_y=source_y)
    with pytest.raises(ValueError, match=r"^source_y must have a column for each unfitted source"):
        ProgressiveClassifier(sources, **small).fit(X, y, source_y=tables[["half"]].assign(x=1))


def test_an_unfitted_source_without_labels_is_an_error(problem, small):
    X, y, _ = problem
    with pytest.raises(
        ValueError, match=r"^source_y must be passed for an unfitted source, as the labels"
    ):
        ProgressiveClassifier(DNNClassifier(), **small).fit(X, y)


class NoEpoch(Callback):
    """Fail when an epoch begins."""

    def on_epoch_begin(self, net, **options):
        raise AssertionError("an epoch began")


def test_no_error_comes_after_the_training_of_a_source(problem, small):
    X, y, source_y = problem
    first = DNNClassifier(**small, callbacks=[NoEpoch()])
    sources = [("first", first), ("second", DNNClassifier(**small))]
    for second, message in (
        (None, r"^source_y must have a column for each .*, without 'second'"),
        (np.full(150, "f"), r"^source_y must have at least 2 classes"),
    ):
        labels = {"first": source_y} if second is None else {"first": source_y, "second": second}
        with pytest.raises(ValueError, match=message):
            ProgressiveClassifier(sources, **small).fit(X, y, source_y=labels)
    sources[1] = ("second", DNNClassifier(**{**small, "lr": -1}))
    labels = {"first": source_y, "second": source_y}
    with pytest.raises(ValueError, match=r"^lr must satisfy 0 < lr; got -1\.$"):
        ProgressiveClassifier(sources, **small).fit(X, y, source_y=labels)
    with pytest.raises(ValueError, match=r"^n_frozen_layers must be at most 2, the number of"):
        FineTunedClassifier(first, n_frozen_layers=3, **small).fit(X, y, source_y=source_y)
    # The depth of a source that will be fine-tuned itself is known after its training.
    chain = FineTunedClassifier(DNNClassifier(**small).fit(X, source_y), **small)
    with pytest.raises(ValueError, match=r"^n_frozen_layers must be at most 2, the number of"):
        FineTunedClassifier(chain, n_frozen_layers=3, **small).fit(X, y, source_y=source_y)


def test_the_seed_reaches_an_unfitted_source(problem, small):
    X, y, source_y = problem
    options = {name: value for name, value in small.items() if name != "random_state"}
    pipeline = make_pipeline(StandardScaler(), DNNClassifier(**options))
    for source in (DNNClassifier(**options), pipeline):
        clf = ProgressiveClassifier(source, **small)
        first, second = (clone(clf).fit(X, y, source_y=source_y) for _ in range(2))
        assert first.source_digest_ == second.source_digest_
        other = clone(clf).set_params(random_state=1).fit(X, y, source_y=source_y)
        assert other.source_digest_ != first.source_digest_


@pytest.mark.parametrize("routing", [False, True])
def test_groups_and_weights_reach_an_unfitted_pipeline(problem, small, routing):
    X, y, source_y = problem
    seen = {}

    class Spy(DNNClassifier):
        def fit(self, X, y, sample_weight=None, *, X_val=None, y_val=None, groups=None):
            seen.update(groups=groups, weight=sample_weight)
            return super().fit(X, y, sample_weight, X_val=X_val, y_val=y_val, groups=groups)

    groups, weight = np.arange(150) % 15, np.arange(150) % 3 + 1.0
    scaler = StandardScaler()
    spy = Spy(**small)
    with config_context(enable_metadata_routing=routing):
        if routing:
            scaler.set_fit_request(sample_weight=False)
            spy.set_fit_request(sample_weight=True)
        clf = ProgressiveClassifier(make_pipeline(scaler, spy), **small)
        clf.fit(X, y, weight, source_y=source_y, groups=groups)
    trained = np.isin(groups, seen["groups"])
    assert 100 <= trained.sum() < 150
    np.testing.assert_array_equal(seen["groups"], groups[trained])
    np.testing.assert_array_equal(seen["weight"], weight[trained])


def test_a_source_can_learn_speakers_that_are_also_the_groups(problem, small):
    X, y, _ = problem
    speaker = np.arange(150) % 10
    clf = ProgressiveClassifier(DNNClassifier(**small), **small)
    clf.fit(X, y, source_y=speaker, groups=speaker)
    assert len(clf.sources_[0][1].classes_) in (8, 9)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_source_labels_may_be_a_table_of_pandas_or_polars(problem, small, library):
    X, y, source_y = problem
    module = pytest.importorskip(library)
    table = module.DataFrame({"gender": source_y.tolist(), "half": (np.arange(150) % 2).tolist()})
    sources = [("half", DNNClassifier(**small)), ("gender", DNNClassifier(**small))]
    clf = ProgressiveClassifier(sources, **small).fit(X, y, source_y=table)
    assert [list(network.classes_) for _, network in clf.sources_] == [[0, 1], ["f", "m"]]


# Columns and errors


def test_a_source_whose_features_are_missing_is_an_error(problem, small):
    X, y, source_y = problem
    names = [f"f{i}" for i in range(9)]
    table = pd.DataFrame(X, columns=names)
    fitted_source = DNNClassifier(**small).fit(table[names[:5]], source_y)
    message = (
        "X must have all features of the source; got X without 2 of them: 'f0', 'f1'. Add these "
        "columns, or train the source on the features of X."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ProgressiveClassifier(fitted_source, **small).fit(table[names[2:]], y)


@pytest.mark.parametrize("cls", TRANSFER)
def test_a_source_with_another_number_of_features_is_an_error(cls, problem, source, small):
    X, y, _ = problem
    message = (
        "X must have the 9 features of the source; got 6. Use the same features in the same "
        "order, or DataFrames on both sides to match them by name."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        cls(source, **small).fit(X[:, :6], y)


@pytest.mark.parametrize("bad", [LogisticRegression(), "speaker", DNNClassifier, [("a", 3)]])
def test_a_source_of_a_wrong_type_is_an_error(problem, small, bad):
    X, y, _ = problem
    with pytest.raises(TypeError, match=r"^source must be "):
        ProgressiveClassifier(bad, **small).fit(X, y)


def test_two_sources_of_one_name_are_an_error(problem, source, small):
    X, y, _ = problem
    with pytest.raises(
        ValueError, match=r"^The names of sources must differ; got \['a', 'a'\]\. "
    ):
        ProgressiveClassifier([("a", source), ("a", source)], **small).fit(X, y)


def rows_read_by(classifier):
    """Return the validation rows, in order, that a network fitted with seen_rows has read."""
    (seen,) = [c for name, c in classifier.net_.callbacks_ if name == "SeenRows"]
    epoch = len(seen.batches[False]) // len(classifier.history_)
    return torch.tensor(np.concatenate(seen.batches[False][:epoch]))


def test_columns_of_chains_and_of_several_sources_are_read_in_order(
    problem, source, small, seen_rows
):
    X, y, source_y = problem
    middle = ProgressiveClassifier(source, **{**small, "hidden_layer_sizes": (5, 6)})
    middle.fit(X, source_y)
    other = DNNClassifier(**{**small, "hidden_layer_sizes": (4, 3)}).fit(X, y)
    clf = ProgressiveClassifier(
        [("middle", middle), ("other", other)], **small, callbacks=[seen_rows()]
    ).fit(X, y, X_val=X, y_val=y)
    features, columns = clf.net_.module_.columns(rows_read_by(clf))
    x = torch.tensor(X, dtype=torch.float32)
    assert torch.equal(features, x)
    oldest = evaluate_hidden(source.net_.module_, x)
    expected = [
        oldest,
        evaluate_hidden(middle.net_.module_, join_frozen(x, [oldest])),
        evaluate_hidden(other.net_.module_, x),
    ]
    for column, layers in zip(columns, expected, strict=True):
        for ours, theirs in zip(column, layers, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=0)
    logits = evaluate_logits(clf.net_.module_, join_frozen(x, expected))
    np.testing.assert_allclose(clf.predict_proba(X), logits.softmax(dim=1), rtol=1e-5)


# Adapters and laterals


@pytest.mark.parametrize("adapter", ["linear", "mlp"])
def test_adapters_are_trained_and_a_seed_repeats_them(adapter, problem, source, small):
    X, y, _ = problem
    options = {**small, "adapter": adapter, "lateral_dropout": 0.2}
    clf = ProgressiveClassifier(source, **options).fit(X, y)
    start = ProgressiveClassifier(source, **{**options, "lr": 1e-300}).fit(X, y)
    for name, trained in weights(clf).items():
        assert (trained != weights(start)[name]).any(), name
    assert same(weights(clf), weights(ProgressiveClassifier(source, **options).fit(X, y)))
    restored = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(restored.predict_proba(X), clf.predict_proba(X))
    assert digest(source, X, y) == clf.source_digest_["source"]


@pytest.mark.parametrize("adapter", [None, "mlp"])
def test_lateral_dropout_changes_the_training(adapter, problem, source, small):
    X, y, _ = problem
    options = {**small, "dropout": 0.0, "adapter": adapter}
    plain, dropping = (
        ProgressiveClassifier(source, **options, lateral_dropout=rate).fit(X, y)
        for rate in (0.0, 0.5)
    )
    assert not same(weights(plain), weights(dropping))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"adapter": "conv"}, "adapter must be one of 'linear', 'mlp'; got 'conv'."),
        (
            {"lateral_dropout": 1.0},
            "lateral_dropout must satisfy 0 <= lateral_dropout < 1; got 1.0.",
        ),
    ],
)
def test_wrong_lateral_parameters_are_errors(problem, source, small, params, message):
    X, y, _ = problem
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ProgressiveClassifier(source, **small, **params).fit(X, y)


# Fine-tuning in part


@pytest.mark.parametrize("n_frozen", [0, 1, 2])
def test_frozen_layers_keep_the_weights_of_the_source(problem, source, small, n_frozen):
    X, y, _ = problem
    clf = FineTunedClassifier(source, n_frozen_layers=n_frozen, **small).fit(X, y)
    old, new = weights(source), weights(clf)
    for i in range(2):
        for kind in ("weight", "bias"):
            name = f"layers.{i}.{kind}"
            assert np.array_equal(old[name], new[name]) == (i < n_frozen), name


def test_copied_layers_learn_at_copied_lr(problem, source, small):
    X, y, _ = problem
    clf = FineTunedClassifier(source, copied_lr=1e-300, **small).fit(X, y)
    start = FineTunedClassifier(source, **{**small, "lr": 1e-300}).fit(X, y)
    before, after = weights(start), weights(clf)
    for name in before:
        assert np.array_equal(before[name], after[name]) == (not name.startswith("layers.2")), name


def test_fine_tuning_copies_the_laterals_of_a_progressive_source(problem, source, small):
    X, y, source_y = problem
    middle = ProgressiveClassifier(source, **small).fit(X, source_y)
    clf = FineTunedClassifier(middle, n_frozen_layers=2, **small).fit(X, y)
    old, new = weights(middle), weights(clf)
    np.testing.assert_array_equal(new["laterals.0.0.weight"], old["laterals.0.0.weight"])
    assert new["laterals.1.0.weight"].shape == (4, 10)


def test_more_frozen_layers_than_there_are_is_an_error(problem, source, small):
    X, y, _ = problem
    message = (
        "n_frozen_layers must be at most 2, the number of hidden layers of the source; got 3. "
        "Lower it, or set 'all'."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        FineTunedClassifier(source, n_frozen_layers=3, **small).fit(X, y)


@pytest.mark.parametrize("n_frozen", [0, 1, 2])
def test_laterals_are_frozen_with_the_layer_that_reads_them(problem, source, small, n_frozen):
    X, y, source_y = problem
    middle = ProgressiveClassifier(source, **small).fit(X, source_y)
    clf = FineTunedClassifier(middle, n_frozen_layers=n_frozen, **small).fit(X, y)
    start = FineTunedClassifier(middle, **{**small, "lr": 1e-300}).fit(X, y)
    reads = {"layers.0": 0, "layers.1": 1, "layers.2": 2, "laterals.0": 1, "laterals.1": 2}
    for name, before in weights(start).items():
        layer = next(number for part, number in reads.items() if name.startswith(part))
        assert np.array_equal(before, weights(clf)[name]) == (layer < n_frozen), name


def test_copied_laterals_learn_at_copied_lr_like_copied_layers(problem, source, small):
    X, y, source_y = problem
    middle = ProgressiveClassifier(source, **small).fit(X, source_y)
    clf = FineTunedClassifier(middle, copied_lr=1e-300, **small).fit(X, y)
    start = FineTunedClassifier(middle, **{**small, "lr": 1e-300}).fit(X, y)
    for name, before in weights(start).items():
        new = name.startswith(("layers.2", "laterals.1"))
        assert np.array_equal(before, weights(clf)[name]) != new, name


# Overlap: rows that a source has seen


def test_overlap_is_the_share_of_rows_that_the_source_was_trained_on(problem, small):
    X, y, source_y = problem
    fitted_source = DNNClassifier(**small).fit(X[:60], source_y[:60])
    clf = ProgressiveClassifier(fitted_source, **small).fit(X[60:], y[60:])
    assert clf.source_overlap(X[:60]).to_dict() == {"own": 0.0, "source": 1.0}
    assert clf.source_overlap(X[60:]).to_dict() == {"own": 1.0, "source": 0.0}
    assert clf.source_overlap(X[50:70]).to_dict() == {"own": 0.5, "source": 0.5}
    assert clf.source_overlap(X[:60][::-1].astype(np.float32))["source"] == 1.0
    assert clf.source_overlap(X[:60] + 1e-4)["source"] == 0.0


def test_overlap_counts_validation_rows_and_sources_in_pipelines_and_chains(problem, small):
    X, y, source_y = problem
    first = make_pipeline(StandardScaler(), DNNClassifier(**small))
    first.fit(X[:40], source_y[:40])
    second = ProgressiveClassifier(first, **small)
    second.fit(X[40:70], y[40:70], X_val=X[70:80], y_val=y[70:80])
    third = ProgressiveClassifier([("a", first), ("b", second)], **small).fit(X[80:], y[80:])
    overlap = third.source_overlap(X[:100])
    assert overlap.to_dict() == {"own": 0.2, "a": 0.4, "b": 0.8}
    assert pickle.loads(pickle.dumps(third)).source_overlap(X[:100]).equals(overlap)


def test_overlap_can_be_returned_row_by_row(problem, small):
    X, y, source_y = problem
    fitted_source = DNNClassifier(**small).fit(X[:30], source_y[:30])
    clf = ProgressiveClassifier([("old", fitted_source), ("older", fitted_source)], **small).fit(
        X, y
    )
    overlap = clf.source_overlap(X, per_row=True)
    assert list(overlap) == ["own", "old", "older"]
    assert overlap["own"].all()
    np.testing.assert_array_equal(overlap["old"].to_numpy(dtype=bool), np.arange(len(X)) < 30)


def test_a_source_trained_in_cross_validation_has_seen_no_test_row(problem, small):
    X, y, source_y = problem
    clf = ProgressiveClassifier(DNNClassifier(**small), **small)
    with config_context(enable_metadata_routing=True):
        result = cross_validate(
            clf,
            X,
            y,
            cv=3,
            params={"source_y": source_y},
            return_estimator=True,
            return_indices=True,
        )
    for fitted, rows in zip(result["estimator"], result["indices"]["test"], strict=True):
        assert fitted.source_overlap(X[rows])["source"] == 0


# Importance of sources


@pytest.fixture(scope="module")
def network_with_sources():
    """Give a network and its data. One source knows the answer, the other knows nothing."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 6))
    y = np.where(np.sin(3 * X[:, 0]) * X[:, 1] > 0, "yes", "no")
    options = {"hidden_layer_sizes": (32,), "activation": "tanh", "dropout": 0.0, "lr": 5e-3}
    options |= {"max_epochs": 150, "random_state": 0}
    knows = DNNClassifier(**options).fit(X, y)
    ignorant = DNNClassifier(**options).fit(X, rng.permutation(y))
    sources = [("knows", knows), ("ignorant", ignorant)]
    clf = ProgressiveClassifier(sources, **{**options, "max_epochs": 30}).fit(X, y)
    return clf, X, y


@pytest.mark.parametrize("method", ["permute", "silence"])
def test_importance_finds_the_source_that_helped(network_with_sources, method):
    clf, X, y = network_with_sources
    table = clf.source_importances(X, y, method=method, random_state=0)
    assert list(table.index) == ["knows", "ignorant"]
    assert table.loc["knows", "importance_mean"] > 0.15
    assert (
        abs(table.loc["ignorant", "importance_mean"]) < table.loc["knows", "importance_mean"] / 2
    )
    spread = table["importance_std"]
    assert (spread > 0).all() if method == "permute" else (spread == 0).all()
    repeated = clf.source_importances(X, y, method=method, random_state=0)
    pd.testing.assert_frame_equal(table, repeated)


def test_importance_is_the_fall_in_score_with_permuted_activations(network_with_sources, rng):
    clf, X, y = network_with_sources
    table = clf.source_importances(X, y, n_repeats=20, random_state=0)
    x = torch.tensor(X, dtype=torch.float32)
    frozen = [evaluate_hidden(source.net_.module_, x) for _, source in clf.sources_]
    for number, name in enumerate(table.index):
        falls = []
        for _ in range(20):
            order = torch.tensor(rng.permutation(len(X)))
            parts = [
                [h[order] for h in column] if k == number else column
                for k, column in enumerate(frozen)
            ]
            codes = evaluate_logits(clf.net_.module_, join_frozen(x, parts)).argmax(dim=1)
            falls.append(uar_score(y, clf.predict(X)) - uar_score(y, clf.classes_[codes]))
        # The permutations differ. The means agree within four standard errors of the difference.
        tolerance = 4 * np.sqrt(2 / 20) * np.std(falls)
        assert table.loc[name, "importance_mean"] == pytest.approx(np.mean(falls), abs=tolerance)
        assert 0.5 < table.loc[name, "importance_std"] / np.std(falls) < 2


def test_importances_are_in_the_requested_score(network_with_sources):
    clf, X, y = network_with_sources
    silenced = copy.deepcopy(clf)
    with torch.no_grad():
        for layer in silenced.net_.module_.laterals:
            layer[0].weight.zero_()
    error = Score("error", zero_one_loss, range=(0, 1), greater_is_better=False)
    rise = zero_one_loss(y, silenced.predict(X)) - zero_one_loss(y, clf.predict(X))
    table = clf.source_importances(X, y, scoring=error, method="silence")
    assert rise > 0
    assert table.loc["knows", "importance_mean"] == pytest.approx(rise)
    with pytest.raises(ValueError, match=r"^scoring must be the name of a score"):
        clf.source_importances(X, y, scoring="uarr")


def test_lateral_norms_with_an_adapter_include_its_projection_and_scale(problem, source, small):
    X, y, _ = problem
    clf = ProgressiveClassifier([("a", source), ("b", source)], adapter="linear", **small).fit(
        X, y
    )
    module = clf.net_.module_
    part, U = module.adapters[1], module.laterals[1][0].weight.detach().numpy()
    V = part.projection.weight.detach().numpy()[:, 10:]
    expected = np.linalg.norm(U @ V * part.scales.detach().numpy()[1])
    row = clf.lateral_norms().query("layer == 3 and source == 'b'")
    assert row["norm"].item() == pytest.approx(expected, rel=1e-5)


def test_importance_without_a_source_is_an_error(problem, small):
    X, y, _ = problem
    clf = ProgressiveClassifier(**small).fit(X, y)
    with pytest.raises(ValueError, match=r"^The classifier must have a source for .*; got none"):
        clf.source_importances(X, y)
