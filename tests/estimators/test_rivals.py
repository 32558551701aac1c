"""Tests of other ways to use a source, against plain networks or computation by hand."""

import copy

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.model_selection import PredefinedSplit
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import Callback
from torch.nn.functional import cross_entropy

from skprognet import (
    DNNClassifier,
    DNNRegressor,
    FineTunedClassifier,
    MultiTaskClassifier,
    PosteriorClassifier,
    ProgressiveClassifier,
    SideBySideClassifier,
    SideBySideRegressor,
)
from skprognet.networks import limit_threads
from skprognet.sources import LayerSource, Source, as_source

OTHER_WAYS = [SideBySideClassifier, PosteriorClassifier, MultiTaskClassifier]


def weights(model):
    return {name: v.numpy().copy() for name, v in model.net_.module_.state_dict().items()}


def assert_same(model, other):
    """Raise unless two networks have the same weights and history, to the bit."""
    ours, theirs = weights(model), weights(other)
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)
    assert model.history_.drop(columns="dur").equals(other.history_.drop(columns="dur"))


def layers(model, X):
    """Return all hidden layers side by side, in the order of the columns."""
    source = as_source(model)
    with limit_threads(1):  # as in a fit: two threads add in another order
        return [layer.numpy() for column in source.hidden(X) for layer in column]


@pytest.mark.parametrize("cls", OTHER_WAYS)
def test_other_ways_without_a_source_equal_the_dnn(cls, problem, small):
    X, y, _ = problem
    assert_same(cls(**small).fit(X, y), DNNClassifier(**small).fit(X, y))


def test_side_by_side_is_a_dnn_on_the_joined_matrix(problem, small, source):
    X, y, source_y = problem
    chain = ProgressiveClassifier(source, **small).fit(X, source_y)
    model = SideBySideClassifier([("a", source), ("b", chain)], **small).fit(X, y)
    joined = np.hstack([X, *layers(source, X), *layers(chain, X)])
    plain = DNNClassifier(**small).fit(joined, y)
    assert_same(model, plain)
    np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(joined))
    assert model.source_widths_ == {"a": 22, "b": 44}  # the chain has two columns


def test_side_by_side_for_numbers_is_a_dnn_on_the_joined_matrix(problem, small, source):
    X, _, _ = problem
    numbers = np.column_stack([X[:, 0] + 0.1 * X[:, 1], 40 + X[:, 2]])
    regressor = DNNRegressor(**small).fit(X, numbers[:, 0])
    sources = [("classes", source), ("numbers", regressor)]
    model = SideBySideRegressor(sources, **small).fit(X, numbers)
    joined = np.hstack([X, *layers(source, X), *layers(regressor, X)])
    plain = DNNRegressor(**small).fit(joined, numbers)
    assert_same(model, plain)
    np.testing.assert_array_equal(model.predict(X), plain.predict(joined))
    assert model.source_widths_ == {"classes": 22, "numbers": 22}
    assert_same(
        SideBySideRegressor(**small).fit(X, numbers), DNNRegressor(**small).fit(X, numbers)
    )


def test_posterior_is_a_dnn_on_the_joined_matrix(problem, small, source):
    X, y, _ = problem
    model = PosteriorClassifier(source, **small).fit(X, y)
    joined = np.hstack([X, source.predict_log_proba(X)])
    assert_same(model, DNNClassifier(**small).fit(joined, y))


@pytest.mark.parametrize("n_classes", [2, 4])
def test_log_posteriors_equal_the_log_probabilities_of_scikit_learn(n_classes, problem):
    X, y, source_y = problem
    mlp = MLPClassifier((5,), max_iter=1000, tol=1e-2, random_state=0)
    model = make_pipeline(StandardScaler(), mlp).fit(X, source_y if n_classes == 2 else y)
    log_posteriors = as_source(model).log_posteriors(X).numpy()
    np.testing.assert_allclose(log_posteriors, model.predict_log_proba(X), rtol=1e-10)


def test_log_posteriors_of_a_very_confident_source_are_finite(problem, source):
    X, _, _ = problem
    log_posteriors = as_source(source).log_posteriors(1e6 * X)
    assert np.isfinite(log_posteriors.numpy()).all()


class OwnSource(Source):
    """A user's own source. The function given to it computes its log-probabilities."""

    def __init__(self, function=None):
        self.function = function

    def layer_sizes(self):
        return [(1,)]

    def hidden(self, X):
        return [[torch.zeros(len(X), 1)]]

    def digest(self):
        return "projection"

    def log_posteriors(self, X):
        return self.function and self.function(X)


def test_a_source_that_does_not_classify_is_refused(problem, small):
    X, y, _ = problem
    regressor = DNNRegressor(**small).fit(X, X[:, 0])
    raises = pytest.raises(TypeError, match=r"must be a classifier; got \w+, which does not")
    for source in (OwnSource(), regressor):
        with raises:
            PosteriorClassifier(source, **small).fit(X, y)


def test_an_unfitted_regressor_is_refused_before_it_is_trained(problem, small):
    class Untrained(DNNRegressor):
        def fit(self, *args, **kwargs):
            raise AssertionError

    X, y, _ = problem
    with pytest.raises(TypeError, match=r"must be a classifier; got \w+, which does not"):
        PosteriorClassifier(Untrained(**small), **small).fit(X, y, source_y=X[:, 0])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda X: torch.zeros(len(X)), r"log_posteriors\(\) must return a torch tensor with 1 r"),
        (lambda X: torch.full((len(X), 2), -torch.inf), r"log_posteriors\(\) must return finite"),
    ],
)
def test_wrong_log_posteriors_are_refused(function, message, problem, small):
    X, y, _ = problem
    start = r"^The source 'source' cannot read these rows. "
    with pytest.raises(ValueError, match=start + message):
        PosteriorClassifier(OwnSource(function), **small).fit(X, y)


def test_side_by_side_reads_columns_as_layers(problem, small):
    X, y, _ = problem
    names = [*(f"f{k}" for k in range(5)), "net.a.0", "net.a.1", "net.b.0", "net.b.1"]
    table = pd.DataFrame(X, columns=names)
    model = SideBySideClassifier(LayerSource("net"), **small).fit(table, y)
    plain = DNNClassifier(**small).fit(X, y)  # the same numbers in the same order
    assert_same(model, plain)
    np.testing.assert_array_equal(model.predict_proba(table), plain.predict_proba(X))
    assert model.features_read_.tolist() == [0, 1, 2, 3, 4]
    narrow = SideBySideClassifier(LayerSource("net"), features=["f3", "f0"], **small)
    narrow.fit(table, y)
    assert_same(narrow, DNNClassifier(**small).fit(X[:, [3, 0, 5, 6, 7, 8]], y))


def test_a_source_that_only_classifies_can_be_read(problem, small):
    X, y, _ = problem
    model = PosteriorClassifier(OwnSource(lambda X: torch.zeros(len(X), 3)), **small).fit(X, y)
    assert model.source_widths_ == {"source": 3}


# Variants of fine-tuning


def in_float32(problem):
    """Return rows that float32 holds exactly, so that the source reads them unchanged."""
    X, y, _ = problem
    return np.float64(np.float32(X)), y


COPIED = [f"layers.{k}.{kind}" for k in (0, 1) for kind in ("weight", "bias")]


def test_variants_of_strength_zero_equal_plain_fine_tuning(problem, small, source):
    X, y, _ = problem
    options = {"l2_sp": 0.0, "probe_epochs": 0, "n_frozen_layers": 0}
    model = FineTunedClassifier(source, **options, **small).fit(X, y)
    assert_same(model, FineTunedClassifier(source, **small).fit(X, y))


DETERMINISTIC = {
    **{"dropout": 0.0, "batch_size": 10**6, "early_stopping": False, "optimizer": "sgd"},
    **{"dtype": "float64", "lr": 0.3, "max_epochs": 5},
}


@pytest.mark.parametrize("with_callback", [False, True])
def test_l2_sp_trains_like_autograd_with_the_penalty_in_the_loss(
    with_callback, problem, small, source
):
    X, y = in_float32(problem)
    options = {**small, **DETERMINISTIC, "callbacks": [Callback()] if with_callback else None}
    model = FineTunedClassifier(source, l2_sp=0.7, **options).fit(X, y)
    start = weights(FineTunedClassifier(source, **{**options, "lr": 1e-300}).fit(X, y))
    w = {name: torch.tensor(value, requires_grad=True) for name, value in start.items()}
    w0 = {name: torch.tensor(start[name]) for name in COPIED}
    codes = torch.tensor(np.unique(y, return_inverse=True)[1])
    for _ in range(5):
        h = torch.tensor(X)
        for k in range(3):
            h = h @ w[f"layers.{k}.weight"].T + w[f"layers.{k}.bias"]
            h = h.sigmoid() if k < 2 else h
        loss = cross_entropy(h, codes)
        penalty = 0.7 / 2 * sum(((w[name] - w0[name]) ** 2).sum() for name in COPIED)
        grads = torch.autograd.grad(loss + penalty, list(w.values()))
        steps = zip(w.items(), grads, strict=True)
        w = {name: (v - 0.3 * grad).detach().requires_grad_() for (name, v), grad in steps}
    for name, value in weights(model).items():
        np.testing.assert_allclose(value, w[name].detach().numpy(), rtol=0, atol=1e-13)
    # The history has the cross-entropy alone.
    np.testing.assert_allclose(model.history_["train_loss"].iloc[-1], loss.item(), rtol=1e-12)


def test_l2_sp_keeps_layers_close_to_the_source_where_autograd_trains(problem, small, source):
    X, y, _ = problem
    adapted = ProgressiveClassifier(source, adapter="mlp", **small).fit(X, y)
    unpenalised, penalised = [
        weights(FineTunedClassifier(adapted, l2_sp=strength, **small).fit(X, y))
        for strength in (0.0, 100.0)
    ]
    start = weights(adapted)
    largest_changes = [
        max(
            abs(trained[name] - start[name]).max() for name in start if name.startswith("layers.0")
        )
        for trained in (unpenalised, penalised)
    ]
    assert 0 < largest_changes[1] < largest_changes[0] / 2


@pytest.mark.parametrize("kind", ["dnn", "progressive"])
def test_a_linear_probe_leaves_copied_layers_unchanged(kind, problem, small, source):
    X, y, source_y = problem
    if kind == "progressive":
        source = ProgressiveClassifier(source, **small).fit(X, source_y)
    before = weights(source)
    model = FineTunedClassifier(source, n_frozen_layers="all", **small).fit(X, y)
    after = weights(model)
    output = ("layers.2.", "laterals.1.")
    copied = [name for name in before if not name.startswith(output)]
    assert len(copied) == len(before) - (2 if kind == "dnn" else 3)
    assert all(np.array_equal(before[name], after[name]) for name in copied)


@pytest.mark.parametrize("options", [{"n_frozen_layers": "all"}, {"probe_epochs": 8}])
@pytest.mark.parametrize("adapter", ["linear", "mlp"])
def test_a_probe_leaves_adapters_unchanged_and_drops_no_units(
    adapter, options, problem, small, source
):
    X, y, source_y = problem
    adapted = ProgressiveClassifier(source, adapter=adapter, **small).fit(X, source_y)
    before, losses = weights(adapted), []
    for rate in (0.0, 0.5):
        adapted.net_.module_.lateral_dropout = rate
        clf = FineTunedClassifier(adapted, **options, **small).fit(X, y)
        after = weights(clf)
        copied = [name for name in before if not name.startswith(("layers.2.", "laterals.1."))]
        assert any(name.startswith("adapters.1.") for name in copied)
        assert all(np.array_equal(before[name], after[name]) for name in copied)
        losses.append(clf.history_["train_loss"])
    np.testing.assert_array_equal(*losses)


def test_a_probe_is_a_linear_classifier_on_the_last_layer(problem, small, source):
    X, y = in_float32(problem)
    options = {**small, **DETERMINISTIC, "dropout": 0.5}  # a probe uses no dropout
    model = FineTunedClassifier(source, n_frozen_layers="all", **options).fit(X, y)
    start = weights(FineTunedClassifier(source, **{**options, "lr": 1e-300}).fit(X, y))
    names = ["layers.2.weight", "layers.2.bias"]
    w, b = (torch.tensor(start[name], requires_grad=True) for name in names)
    h = copy.deepcopy(source.net_.module_).double().hidden(torch.tensor(X))[-1].detach()
    codes = torch.tensor(np.unique(y, return_inverse=True)[1])
    optimizer = torch.optim.SGD([w, b], lr=0.3)
    for _ in range(5):
        optimizer.zero_grad()
        cross_entropy(h @ w.T + b, codes).backward()
        optimizer.step()
    np.testing.assert_allclose(weights(model)[names[0]], w.detach().numpy(), rtol=0, atol=1e-13)
    np.testing.assert_allclose(weights(model)[names[1]], b.detach().numpy(), rtol=0, atol=1e-13)


@pytest.mark.parametrize("kind", ["dnn", "progressive"])
def test_training_loss_of_a_probe_is_the_loss_of_its_predictions(kind, problem, small, source):
    X, y, source_y = problem
    if kind == "progressive":
        source = ProgressiveClassifier(source, **small).fit(X, source_y)
    options = {**small, **DETERMINISTIC, "lr": 1e-300, "max_epochs": 1}
    model = FineTunedClassifier(source, n_frozen_layers="all", **options).fit(X, y)
    loss = log_loss(y, model.predict_proba(X))
    assert model.history_["train_loss"][0] == pytest.approx(loss, rel=1e-10)


def test_callbacks_do_not_change_a_fit_with_probe_epochs(problem, small, source):
    X, y, _ = problem
    model = FineTunedClassifier(source, probe_epochs=4, **small)
    alone = clone(model).fit(X, y)
    assert_same(clone(model).set_params(callbacks=[Callback()]).fit(X, y), alone)


@pytest.mark.parametrize("with_callback", [False, True])
def test_probe_epochs_equal_the_epochs_of_a_linear_probe(with_callback, problem, small, source):
    X, y, _ = problem
    options = {
        **small,
        "callbacks": [Callback()] if with_callback else None,
        "early_stopping": False,
    }
    probe = FineTunedClassifier(source, n_frozen_layers="all", **options).fit(X, y)
    assert_same(FineTunedClassifier(source, probe_epochs=8, **options).fit(X, y), probe)
    both = FineTunedClassifier(source, probe_epochs=5, **options).fit(X, y)
    losses, probe_losses = both.history_["train_loss"], probe.history_["train_loss"]
    assert losses[:5].equals(probe_losses[:5])
    assert losses[5] != probe_losses[5]
    after = weights(both)
    assert all((after[name] != weights(source)[name]).any() for name in COPIED)
    assert both.net_.module_.dropout == 0.5


def test_fit_with_probe_epochs_keeps_the_best_of_all_epochs(problem, small, source):
    X, y, _ = problem
    model = FineTunedClassifier(source, probe_epochs=4, monitor="loss", **small).fit(X, y)
    assert model.best_epoch_ == 1 + model.history_["valid_loss"].argmin()

    def earlier_is_better(estimator, X, y):
        return -len(estimator.history_)

    model = FineTunedClassifier(source, probe_epochs=4, monitor=earlier_is_better, **small)
    assert model.fit(X, y).best_epoch_ == 1
    assert all(np.array_equal(weights(model)[n], weights(source)[n]) for n in COPIED)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"l2_sp": -1}, "l2_sp must satisfy 0 <= l2_sp; got -1"),
        ({"probe_epochs": 0.5}, "probe_epochs must be an integer; got 0.5"),
        (
            {"n_frozen_layers": "most"},
            "n_frozen_layers must be a number of layers or 'all'; got 'm",
        ),
        ({"n_frozen_layers": -1}, "n_frozen_layers must satisfy 0 <= n_frozen_layers; got -1"),
        ({"n_frozen_layers": 1.0}, "n_frozen_layers must be an integer; got 1.0"),
        ({"copied_lr": 0}, "copied_lr must satisfy 0 < copied_lr; got 0"),
        ({"copied_lr": "0.1"}, "copied_lr must be a number; got '0.1'"),
    ],
)
def test_variants_out_of_range_are_refused(options, message, problem, small, source):
    X, y, _ = problem
    with pytest.raises((TypeError, ValueError), match="^" + message):
        FineTunedClassifier(source, **options, **small).fit(X, y)


# Multi-task learning


@pytest.fixture
def tasks(problem):
    """Give labels of two source tasks on the same rows."""
    X, _, source_y = problem
    return pd.DataFrame({"gender": source_y, "third": np.digitize(X[:, 0], [-1, 1])})


def positions(labels):
    return torch.tensor(np.unique(labels, return_inverse=True)[1])


@pytest.mark.parametrize("optimizer", ["sgd", torch.optim.LBFGS])
def test_multi_task_trains_like_autograd_on_the_sum_of_losses(optimizer, problem, tasks, small):
    X, y, _ = problem
    weight = np.random.RandomState(0).uniform(0.5, 2, len(X))
    options = {**small, **DETERMINISTIC, "optimizer": optimizer, "source_weight": 0.6}

    def fit(**changes):
        model = MultiTaskClassifier(**{**options, **changes})
        return model.fit(X, y, weight, source_y=tasks)

    model, start = fit(), weights(fit(lr=1e-300))
    w = {name: torch.tensor(value, requires_grad=True) for name, value in start.items()}
    labels = [positions(task_labels) for task_labels in (y, tasks["gender"], tasks["third"])]
    row_weight = torch.tensor(weight / weight.mean())
    optimizer_class = torch.optim.SGD if optimizer == "sgd" else optimizer
    reference_optimizer = optimizer_class(list(w.values()), lr=0.3)

    def loss():
        reference_optimizer.zero_grad()
        h = torch.tensor(X)
        for k in range(3):
            h = h @ w[f"layers.{k}.weight"].T + w[f"layers.{k}.bias"]
            h = h.sigmoid() if k < 2 else h
        target, first, second = [
            (row_weight * cross_entropy(z, codes, reduction="none")).mean()
            for z, codes in zip(h.split([4, 2, 3], 1), labels, strict=True)
        ]
        total = target + 0.6 * (first + second) / 2
        total.backward()
        return total

    losses = [reference_optimizer.step(loss).item() for _ in range(5)]
    tolerance = {"rtol": 1e-6}  # LBFGS amplifies rounding errors
    for name, value in weights(model).items():
        np.testing.assert_allclose(value, w[name].detach().numpy(), **tolerance)
    np.testing.assert_allclose(model.history_["train_loss"], losses, **tolerance)
    assert model.predict_proba(X).shape == (150, 4)
    h = model.net_.module_(torch.tensor(X))[:, :4]
    np.testing.assert_allclose(model.predict_proba(X), h.softmax(1).detach(), rtol=1e-10)


@pytest.mark.parametrize("optimizer", ["adam", torch.optim.LBFGS])
def test_multi_task_continues_with_the_loss_of_the_target_alone(optimizer, problem, tasks, small):
    X, y, _ = problem
    options = {**small, **DETERMINISTIC, "optimizer": optimizer, "lr": 1e-300}
    model = MultiTaskClassifier(**options).fit(X, y, source_y=tasks)
    model.partial_fit(X, y)
    assert model.history_["train_loss"].iloc[-1] == pytest.approx(
        log_loss(y, model.predict_proba(X))
    )


def test_multi_task_of_weight_zero_is_a_dnn(problem, tasks, small):
    X, y, _ = problem
    options = {**small, "dtype": "float64"}
    model = MultiTaskClassifier(source_weight=0.0, **options).fit(X, y, source_y=tasks)
    plain = DNNClassifier(**options).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), plain.predict_proba(X), rtol=1e-9)
    columns = ["valid_loss", "valid_score"]
    np.testing.assert_allclose(model.history_[columns], plain.history_[columns], rtol=1e-9)


def test_all_ways_to_name_the_tasks_give_the_same_network(problem, tasks, small):
    X, y, source_y = problem
    plain, multi_task = DNNClassifier(**small), MultiTaskClassifier(**small)
    by_table = clone(multi_task).fit(X, y, source_y=tasks)
    pairs = [("gender", plain), ("third", plain)]
    assert_same(clone(multi_task).set_params(source=pairs).fit(X, y, source_y=tasks), by_table)
    assert list(by_table.source_classes_) == ["gender", "third"]
    assert by_table.source_classes_["gender"].tolist() == ["f", "m"]
    by_array = clone(multi_task).fit(X, y, source_y=source_y)
    assert_same(clone(multi_task).set_params(source=plain).fit(X, y, source_y=source_y), by_array)
    assert list(by_array.source_classes_) == ["source"]
    assert not hasattr(plain, "net_")  # it only names its task


def test_warm_start_finds_source_tasks_by_name(problem, small):
    X, y, source_y = problem
    tasks = pd.DataFrame({"gender": source_y, "loud": np.where(X[:, 0] > 0, "f", "m")})
    model = MultiTaskClassifier(**small, warm_start=True, early_stopping=False)
    first = clone(model).fit(X, y, source_y=tasks).fit(X, y, source_y=tasks)
    other = clone(model).fit(X, y, source_y=tasks).fit(X, y, source_y=tasks[["loud", "gender"]])
    assert_same(first, other)


def test_classes_of_a_task_come_from_training_rows_only(problem, small):
    X, y, _ = problem
    model = MultiTaskClassifier(**small)
    rare = np.where(np.arange(len(X)) == 7, "rare", np.where(X[:, 0] > 0, "a", "b"))
    weight = np.where(np.arange(len(X)) == 7, 0.0, 1.0)
    assert model.fit(X, y, weight, source_y=rare).source_classes_["source"].tolist() == ["a", "b"]
    split = PredefinedSplit(np.where(np.arange(len(X)) % 7 == 0, 0, -1))
    model.set_params(validation_fraction=split).fit(X, y, source_y=rare)
    assert model.source_classes_["source"].tolist() == ["a", "b"]


def test_validation_and_test_rows_need_no_source_labels(problem, small):
    X, y, source_y = problem
    model = MultiTaskClassifier(**small, monitor="loss")
    model.fit(
        *(X[:100], y[:100]),
        source_y=source_y[:100],
        **{"X_val": X[100:130], "y_val": y[100:130], "X_test": X[130:], "y_test": y[130:]},
    )
    assert model.history_["test_score"].notna().all()
    loss = log_loss(y[100:130], model.predict_proba(X[100:130]), labels=model.classes_)
    assert model.history_["valid_loss"][model.best_epoch_ - 1] == pytest.approx(loss, rel=1e-5)


def test_multi_task_continues_with_warm_start_and_partial_fit(problem, tasks, small):
    X, y, _ = problem
    model = MultiTaskClassifier(**small, warm_start=True, early_stopping=False)
    before = weights(model.fit(X, y, source_y=tasks))
    model.set_params(lr=1e-300).fit(X, y, source_y=tasks)
    assert all(np.array_equal(before[name], weights(model)[name]) for name in before)
    with pytest.raises(ValueError, match=r"^source_y must have the source tasks of the last fit"):
        model.fit(X, y, source_y=tasks[["third"]])
    model = MultiTaskClassifier(**{**small, "optimizer": "sgd"}).fit(X, y, source_y=tasks)
    before = weights(model)["layers.2.weight"]
    after = weights(model.partial_fit(X, y))["layers.2.weight"]  # without labels of the tasks
    assert (after[:4] != before[:4]).any()
    np.testing.assert_array_equal(after[4:], before[4:])


def test_multi_task_can_be_a_source(problem, tasks, small):
    X, y, source_y = problem
    source = MultiTaskClassifier(**small).fit(X, y, source_y=tasks)
    model = PosteriorClassifier(source, **small).fit(X, source_y)
    assert model.source_widths_ == {"source": 4}  # the classes of the target only
    log_posteriors = as_source(source).log_posteriors(X).numpy()
    np.testing.assert_allclose(log_posteriors, source.predict_log_proba(X), rtol=1e-4, atol=1e-5)
    tuned = FineTunedClassifier(source, **small).fit(X, source_y)
    assert tuned.net_.module_.layers[-1].out_features == 2


def test_multi_task_refuses_fitted_sources_and_missing_labels(problem, small, source):
    X, y, source_y = problem
    message = r"^source must have no fitted network in Multi.* got 'gender', which is fitted"
    with pytest.raises(ValueError, match=message):
        MultiTaskClassifier([("gender", source)], **small).fit(X, y, source_y=source_y)
    with pytest.raises(ValueError, match=r"^source_y must be passed .* got None"):
        MultiTaskClassifier(DNNClassifier(), **small).fit(X, y)
    with pytest.raises(ValueError, match=r"^source_y must have at least 2 classes"):
        MultiTaskClassifier(**small).fit(X, y, source_y=np.zeros(len(X), int))
    with pytest.raises(ValueError, match=r"^source_weight must satisfy 0 <= source_weight; got"):
        MultiTaskClassifier(source_weight=-1, **small).fit(X, y, source_y=source_y)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"probe_epochs": 4, "max_epochs": 3},
            "probe_epochs must be at most max_epochs, 3; got 4",
        ),
        (
            {"n_frozen_layers": "all", "l2_sp": 0.1},
            "l2_sp and probe_epochs must be 0 with n_frozen_layers='all'",
        ),
        (
            {"n_frozen_layers": "all", "probe_epochs": 1},
            "l2_sp and probe_epochs must be 0 with n_frozen_layers=",
        ),
    ],
)
def test_options_that_would_do_nothing_are_refused(options, sentence):
    X, y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2
    with pytest.raises(ValueError, match=f"^{sentence}"):
        FineTunedClassifier(**{"max_epochs": 5, **options}).fit(X, y)
