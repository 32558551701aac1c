"""Tests of what all classifiers share, mostly run on DNNClassifier.

They cover seeds, epochs, validation rows, weights, labels, interrupts and errors.
"""

import copy
import pickle
import re

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import (
    GroupKFold,
    PredefinedSplit,
    ShuffleSplit,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.neural_network import MLPClassifier
from skorch.callbacks import Callback, Checkpoint, EarlyStopping, EpochScoring

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.datasets import load_emodb
from skprognet.metrics import Score, get_score, uar_score, uar_scorer

CLASSIFIERS = [DNNClassifier, FineTunedClassifier, ProgressiveClassifier]


def weights(classifier):
    return {k: v.numpy().copy() for k, v in classifier.net_.module_.state_dict().items()}


def same(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


class Snapshots(Callback):
    """Keeps a copy of the weights after each epoch."""

    def on_train_begin(self, net, **kwargs):
        self.states = []

    def on_epoch_end(self, net, **kwargs):
        self.states.append(copy.deepcopy(net.module_.state_dict()))


def snapshots(classifier):
    callbacks = [
        callback for _, callback in classifier.net_.callbacks_ if isinstance(callback, Snapshots)
    ]
    return [{k: v.numpy() for k, v in state.items()} for state in callbacks[0].states]


# Seeds


@pytest.mark.parametrize("cls", CLASSIFIERS)
def test_equal_seeds_give_equal_weights_and_another_seed_does_not(cls, problem, small):
    X, y, _ = problem
    first, second = cls(**small).fit(X, y), cls(**small).fit(X, y)
    another = cls(**{**small, "random_state": 1}).fit(X, y)
    assert same(weights(first), weights(second))
    assert not same(weights(first), weights(another))


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_scores_do_not_depend_on_how_many_jobs_run(problem, small, backend):
    X, y, _ = problem
    options = {"scoring": uar_scorer, "cv": 4}
    alone = cross_val_score(DNNClassifier(**small), X, y, n_jobs=1, **options)
    with joblib.parallel_config(backend=backend):
        together = cross_val_score(DNNClassifier(**small), X, y, n_jobs=2, **options)
    np.testing.assert_array_equal(alone, together)


@pytest.mark.parametrize("random_state", [0, None])
def test_global_random_states_are_neither_read_nor_changed(problem, small, random_state):
    X, y, _ = problem
    np.random.seed(5)  # noqa: NPY002
    torch.manual_seed(5)
    before = np.random.get_state()[1].copy(), torch.random.get_rng_state()  # noqa: NPY002
    clf = DNNClassifier(**{**small, "random_state": random_state}).fit(X, y)
    np.testing.assert_array_equal(before[0], np.random.get_state()[1])  # noqa: NPY002
    assert torch.equal(before[1], torch.random.get_rng_state())
    np.random.seed(5)  # noqa: NPY002
    torch.manual_seed(5)
    repeated = DNNClassifier(**{**small, "random_state": random_state}).fit(X, y)
    assert same(weights(clf), weights(repeated)) == (random_state is not None)


class OneSeedChanged(np.random.RandomState):
    """Draws the same integers as its parent, except for the one at `place`."""

    def __init__(self, seed, place=None):
        super().__init__(seed)
        self.drawn, self.place = 0, place

    def randint(self, *args, **kwargs):
        drawn = np.array(super().randint(*args, **kwargs))
        places = self.drawn + np.arange(drawn.size).reshape(drawn.shape)
        self.drawn += drawn.size
        return drawn ^ (places == self.place)


@pytest.mark.parametrize("place", [0, 2, 3, 4])
def test_each_drawn_seed_changes_the_weights(problem, small, place):
    # The seeds, in order: held-out rows, unfitted source (none here), initial weights, order of
    # the rows, dropout.
    X, y, _ = problem

    def fit(random_state):
        options = {**small, "random_state": random_state, "early_stopping": place == 0}
        return weights(DNNClassifier(**options, validation_fraction=0.5).fit(X, y))

    original, repeated = fit(0), fit(OneSeedChanged(0))
    changed = fit(OneSeedChanged(0, place))
    assert same(original, repeated)
    assert any((original[name] != changed[name]).any() for name in original)


# Epochs


def test_fit_keeps_a_copy_of_the_weights_of_the_best_epoch(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**{**small, "max_epochs": 30, "lr": 0.02}, callbacks=[Snapshots()])
    clf.fit(X[:100], y[:100], X_val=X[100:], y_val=y[100:])
    history = clf.history_
    assert list(history["epoch"]) == list(range(1, 31))
    best = history[history["valid_score"] == history["valid_score"].max()]
    assert clf.best_epoch_ == best.loc[best["valid_loss"].idxmin(), "epoch"]
    assert clf.best_epoch_ < 30
    states = snapshots(clf)
    assert same(weights(clf), states[clf.best_epoch_ - 1])
    assert not same(weights(clf), states[-1])
    assert uar_score(y[100:], clf.predict(X[100:])) == pytest.approx(best["valid_score"].iloc[0])


def test_fit_keeps_the_last_epoch_without_early_stopping(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small, early_stopping=False, callbacks=[Snapshots()]).fit(X, y)
    assert clf.best_epoch_ == 8
    assert same(weights(clf), snapshots(clf)[-1])
    assert list(clf.history_) == ["epoch", "train_loss", "dur"]


def test_patience_counts_from_the_best_epoch(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**{**small, "max_epochs": 500, "lr": 0.02}, patience=3).fit(X, y)
    assert len(clf.history_) == clf.best_epoch_ + 3
    assert not clf.interrupted_


def test_history_has_the_loss_and_score_of_the_validation_rows(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**{**small, "max_epochs": 1}, dtype="float64")
    clf.fit(X[:100], y[:100], X_val=X[100:], y_val=y[100:])
    probability = clf.predict_proba(X[100:])
    right = probability[np.arange(50), np.searchsorted(clf.classes_, y[100:])]
    row = clf.history_.iloc[0]
    assert row["valid_loss"] == pytest.approx(-np.log(right).mean())
    assert row["valid_score"] == pytest.approx(uar_score(y[100:], clf.predict(X[100:])))


def test_one_step_of_sgd_follows_the_gradient_written_out(problem):
    X, y, _ = problem
    options = {"hidden_layer_sizes": (4,), "early_stopping": False, "dtype": "float64"}
    clf = DNNClassifier(
        **options,
        dropout=0.0,
        optimizer="sgd",
        lr=0.1,
        batch_size=10**6,
        max_epochs=1,
        random_state=0,
    )
    clf.set_params(callbacks=[Snapshots()]).fit(X, y)
    # The weights before the step: the same seed, and a step too small to change them.
    start = DNNClassifier(**{**clf.get_params(), "lr": 1e-300}).fit(X, y)
    W1, b1, W2, b2 = [
        weights(start)[f"layers.{i}.{n}"] for i in (0, 1) for n in ("weight", "bias")
    ]
    onehot = (y[:, None] == clf.classes_).astype(float)
    h = 1 / (1 + np.exp(-(X @ W1.T + b1)))
    p = np.exp(h @ W2.T + b2)
    p /= p.sum(axis=1, keepdims=True)
    d2 = (p - onehot) / len(X)
    d1 = (d2 @ W2) * h * (1 - h)
    stepped = weights(clf)
    np.testing.assert_allclose(stepped["layers.0.weight"], W1 - 0.1 * d1.T @ X, rtol=1e-10)
    np.testing.assert_allclose(stepped["layers.1.bias"], b2 - 0.1 * d2.sum(0), rtol=1e-10)


def test_dropout_is_off_in_prediction(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small, dropout=0.9).fit(X, y)
    clf.net_.module_.train()
    np.testing.assert_array_equal(clf.predict_proba(X), clf.predict_proba(X))


@pytest.mark.parametrize(("solver", "lr"), [("adam", 0.02), ("sgd", 0.5)])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_network_trains_like_that_of_scikit_learn_from_the_same_weights(
    problem, solver, lr, activation
):
    X, y, _ = problem
    clf = DNNClassifier(
        hidden_layer_sizes=(12, 10),
        activation=activation,
        dropout=0.0,
        optimizer=solver,
        batch_size=len(X),
        early_stopping=False,
        dtype="float64",
        random_state=0,
    )
    # The weights before the first step: the same seed, and a step too small to change them.
    start = weights(clf.set_params(lr=1e-300, max_epochs=1).fit(X, y))
    clf.set_params(lr=lr, max_epochs=30).fit(X, y)
    mlp = MLPClassifier(
        (12, 10),
        activation={"sigmoid": "logistic"}.get(activation, activation),
        solver=solver,
        learning_rate_init=lr,
        batch_size=len(X),
        momentum=0,
        alpha=0,
        tol=0,
        n_iter_no_change=1000,
        max_iter=1,
        warm_start=True,
    )
    with pytest.warns(match="Maximum iterations"):
        mlp.fit(X, y)  # creates the arrays of weights
    for k, (W, b) in enumerate(zip(mlp.coefs_, mlp.intercepts_, strict=True)):
        W[:], b[:] = start[f"layers.{k}.weight"].T, start[f"layers.{k}.bias"]
    with pytest.warns(match="Maximum iterations"):
        mlp.set_params(max_iter=30).fit(X, y)
    # scikit-learn's Adam adds 1e-8 before it scales the square root, ours and torch's after.
    np.testing.assert_allclose(clf.predict_proba(X), mlp.predict_proba(X), rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(clf.history_["train_loss"], mlp.loss_curve_[-30:], rtol=1e-4)


# Validation rows


def test_internal_split_keeps_groups_apart(problem, small, seen_rows, split_of):
    X, y, _ = problem
    groups = np.arange(150) % 10
    clf = DNNClassifier(**small, callbacks=[seen_rows()]).fit(X, y, groups=groups)
    train, held_out = split_of(clf, X)
    assert not set(groups[train]) & set(groups[held_out])
    assert len(train) + len(held_out) == 150
    assert 0.05 <= len(held_out) / 150 <= 0.2


def test_validation_rows_never_train(problem, small):
    X, y, _ = problem
    options = {**small, "max_epochs": 1}
    more_validation_rows = DNNClassifier(**options).fit(
        X[:100], y[:100], X_val=X[100:], y_val=y[100:]
    )
    fewer_validation_rows = DNNClassifier(**options).fit(
        X[:100], y[:100], X_val=X[100:120], y_val=y[100:120]
    )
    assert same(weights(more_validation_rows), weights(fewer_validation_rows))


@pytest.mark.parametrize("soft", [False, True])
def test_a_splitter_without_a_seed_gets_that_of_the_estimator(problem, small, soft):
    X, y, _ = problem
    y = pd.get_dummies(y).astype(float) if soft else y
    splitter = ShuffleSplit(1, test_size=0.2)
    first, second = (
        weights(DNNClassifier(**small, validation_fraction=splitter).fit(X, y)) for _ in range(2)
    )
    assert same(first, second)
    assert splitter.random_state is None


# The smallest network and one step of training: the tests need only the rows that it reads.
ONE_STEP = {"hidden_layer_sizes": (1,), "max_epochs": 1, "batch_size": 1000, "dropout": 0.0}


@settings(max_examples=50)  # each example runs a fit
@given(
    counts=st.lists(st.integers(2, 60), min_size=2, max_size=5),
    fraction=st.floats(0.02, 0.9),
    seed=st.integers(0, 2**32 - 1),
)
def test_internal_split_holds_out_each_class_in_proportion(
    seen_rows, split_of, counts, fraction, seed
):
    y = np.repeat(np.arange(len(counts)), counts)
    X = np.arange(len(y))[:, None] / len(y)
    clf = DNNClassifier(
        **ONE_STEP, validation_fraction=fraction, random_state=seed, callbacks=[seen_rows()]
    )
    train, held_out = split_of(clf.fit(X, y), X)
    assert sorted([*train, *held_out]) == list(range(len(y)))
    for label, count in enumerate(counts):
        n_held_out = (y[held_out] == label).sum()
        assert 1 <= n_held_out < count
        assert abs(n_held_out - fraction * count) <= 1


def test_group_split_holds_out_about_the_requested_fraction(seen_rows, split_of):
    groups = np.repeat(np.arange(7), [1, 4, 4, 10, 20, 22, 37])
    y, X = np.arange(98) % 2, np.arange(98)[:, None] / 98
    clf = DNNClassifier(**ONE_STEP, callbacks=[seen_rows()])
    shares = [
        len(split_of(clf.set_params(random_state=seed).fit(X, y, groups=groups), X)[1]) / 98
        for seed in range(40)
    ]
    assert abs(np.array(shares) - 0.1).mean() < 0.06  # 0.04; the first draw alone gives 0.10
    assert len(set(shares)) > 2  # the split depends on the seed


def test_validation_data_without_early_stopping_is_an_error(problem, small):
    X, y, _ = problem
    message = (
        "early_stopping must be True with X_val and y_val, which choose the epoch; got False. Set "
        "early_stopping=True, or leave X_val and y_val out."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        DNNClassifier(**small, early_stopping=False).fit(X, y, X_val=X, y_val=y)


def test_missing_or_two_dimensional_validation_labels_are_errors(problem, small):
    X, y, _ = problem
    with pytest.raises(ValueError, match=r"^y_val must have a label for every row; 1 of 2 are"):
        DNNClassifier(**small).fit(X, y, X_val=X[:2], y_val=["sad", None])
    with pytest.raises(ValueError, match=r"^y_val must have one label for each row, shape \(2,\)"):
        DNNClassifier(**small).fit(X, y, X_val=X[:2], y_val=[["sad"], ["sad"]])


@pytest.mark.parametrize("cls", CLASSIFIERS)
def test_internal_validation_scores_are_those_of_the_held_out_rows(
    cls, problem, source, small, seen_rows, split_of
):
    X, y, _ = problem
    options = {**small, "max_epochs": 1, "dtype": "float64", "callbacks": [seen_rows()]}
    clf = cls(**options) if cls is DNNClassifier else cls(source, **options)
    clf.fit(X, y)
    codes = np.searchsorted(clf.classes_, y)
    _, held_out = split_of(clf, X)
    right = clf.predict_proba(X[held_out])[np.arange(len(held_out)), codes[held_out]]
    row = clf.history_.iloc[0]
    assert row["valid_loss"] == pytest.approx(-np.log(right).mean())
    assert row["valid_score"] == pytest.approx(uar_score(y[held_out], clf.predict(X[held_out])))


# Scores that choose the epoch


def test_the_loss_can_choose_the_epoch(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**{**small, "max_epochs": 30, "lr": 0.02}, monitor="loss").fit(X, y)
    assert clf.best_epoch_ == clf.history_["valid_loss"].idxmin() + 1
    np.testing.assert_allclose(clf.history_["valid_score"], -clf.history_["valid_loss"])


@pytest.mark.parametrize("monitor", ["accuracy", uar_scorer])
def test_a_scorer_can_choose_the_epoch(problem, small, monitor):
    X, y, _ = problem
    options = {**small, "max_epochs": 20, "lr": 0.02}
    clf = DNNClassifier(**options, monitor=monitor, callbacks=[Snapshots()])
    clf.fit(X[:100], y[:100], X_val=X[100:], y_val=y[100:])
    history = clf.history_
    assert history["valid_score"].max() == history.loc[clf.best_epoch_ - 1, "valid_score"]
    if monitor == "accuracy":
        assert history["valid_score"].max() == pytest.approx(clf.score(X[100:], y[100:]))
    else:
        expected = clf.set_params(monitor="uar").fit(
            X[:100], y[:100], X_val=X[100:], y_val=y[100:]
        )
        np.testing.assert_allclose(history["valid_score"], expected.history_["valid_score"])


def share_of_errors(y_true, y_pred):
    return np.mean(np.asarray(y_true) != y_pred)


def test_a_custom_score_can_choose_the_epoch_by_its_lowest_value(problem, small):
    X, y, _ = problem
    options = {**small, "max_epochs": 20, "lr": 0.02}
    rows = {"X_val": X[100:], "y_val": y[100:], "X_test": X[:40], "y_test": y[:40]}
    errors = Score("errors", share_of_errors, greater_is_better=False)
    clf = DNNClassifier(**options, monitor=errors).fit(X[:100], y[:100], **rows)
    history, best = clf.history_, clf.history_.loc[clf.best_epoch_ - 1]
    assert best["valid_score"] == history["valid_score"].min() < history["valid_score"].max()
    assert best["valid_score"] == pytest.approx(share_of_errors(y[100:], clf.predict(X[100:])))
    assert best["test_score"] == pytest.approx(share_of_errors(y[:40], clf.predict(X[:40])))
    np.testing.assert_array_equal(history["valid_monitor"], -history["valid_score"])
    for monitor in ("uar", get_score("uar")):
        uar_classifier = DNNClassifier(**options, monitor=monitor).fit(X[:100], y[:100], **rows)
        assert list(uar_classifier.history_) == [
            name for name in history if name != "valid_monitor"
        ]
        np.testing.assert_array_equal(uar_classifier.history_["train_loss"], history["train_loss"])


def test_a_splitter_can_choose_the_validation_rows(problem, small):
    X, y, _ = problem
    splitter = StratifiedKFold(5, shuffle=True, random_state=3)
    inside = DNNClassifier(**small, validation_fraction=splitter).fit(X, y)
    train, held_out = next(splitter.split(X, y))
    outside = DNNClassifier(**small)
    outside.fit(X[train], y[train], X_val=X[held_out], y_val=y[held_out])
    assert same(weights(inside), weights(outside))


# Partial fits


def test_partial_fits_equal_the_epochs_of_one_fit(problem, small):
    X, y, _ = problem
    one_fit = DNNClassifier(**small, early_stopping=False, dropout=0.0, batch_size=1000).fit(X, y)
    partial_fits = DNNClassifier(**small, dropout=0.0, batch_size=1000)
    for _ in range(8):
        partial_fits.partial_fit(X, y, classes=np.unique(y))
    assert len(partial_fits.history_) == 8
    np.testing.assert_allclose(
        partial_fits.predict_proba(X), one_fit.predict_proba(X), rtol=1e-4, atol=1e-6
    )


def test_a_copy_through_pickle_prints_nothing(problem, small, capsys):
    X, y, _ = problem
    clf = DNNClassifier(**small, verbose=1).fit(X, y)
    assert capsys.readouterr().out
    pickle.loads(pickle.dumps(clf))
    assert capsys.readouterr().out == ""


def test_partial_fits_drop_different_units(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small, batch_size=1000)
    clf.partial_fit(X, y, classes=np.unique(y))
    state = clf.net_.module_.dropout_generator.get_state().clone()
    clf.partial_fit(X, y)
    assert not torch.equal(clf.net_.module_.dropout_generator.get_state(), state)


def test_partial_fit_accepts_classes_that_first_appear_in_a_later_call(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small)
    clf.partial_fit(X[y != "sad"], y[y != "sad"], classes=np.unique(y))
    clf.partial_fit(X, y)
    assert list(clf.classes_) == ["angry", "happy", "neutral", "sad"]
    with pytest.raises(ValueError, match=r"^y must only have labels seen in training"):
        clf.partial_fit(X[:3], ["bored"] * 3)
    with pytest.raises(ValueError, match=r"^classes must be those of the first call, "):
        clf.partial_fit(X, y, classes=["a", "b"])


def test_partial_fit_continues_after_fit_and_after_pickling(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small).fit(X, y)
    before = weights(clf)
    clf.partial_fit(X, y)
    assert len(clf.history_) == 9
    assert not same(weights(clf), before)
    restored = pickle.loads(pickle.dumps(clf)).partial_fit(X, y)
    assert len(restored.history_) == 10
    assert not same(weights(restored), weights(clf))


def test_a_loaded_network_does_not_repeat_its_random_numbers(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small).partial_fit(X, y)
    orders, masks = set(), set()
    for _ in range(2):
        clf = pickle.loads(pickle.dumps(clf)).partial_fit(X, y)
        orders.add(clf.net_.iterator_train__generator.initial_seed())
        masks.add(clf.net_.module_.dropout_generator.initial_seed())
    assert len(orders) == len(masks) == 2


def test_the_lowest_loss_of_a_loaded_network_is_known(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small, early_stopping=False).fit(X, y)
    lowest = min(clf.history_["train_loss"])
    restored = pickle.loads(pickle.dumps(clf)).partial_fit(X, np.roll(y, 40))
    last = restored.net_.history[-1]
    assert last["train_loss"] > lowest
    assert not last["train_loss_best"]


def test_parameters_set_after_fit_take_effect_in_the_next_fit(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small).fit(X, y).set_params(hidden_layer_sizes=(3,), max_epochs=2)
    assert clf.predict(X).shape == y.shape
    assert len(clf.fit(X, y).history_) == 2
    assert clf.net_.module_.hidden_layer_sizes == (3,)


# Weights


def test_rows_of_weight_zero_count_as_absent_even_for_the_classes(problem, small):
    X, y, _ = problem
    keep = y != "sad"
    weighted = DNNClassifier(**small).fit(X, y, sample_weight=keep.astype(float))
    without = DNNClassifier(**small).fit(X[keep], y[keep])
    assert list(weighted.classes_) == ["angry", "happy", "neutral"]
    assert same(weights(weighted), weights(without))


def test_scaling_all_weights_changes_nothing(problem, small, rng):
    X, y, _ = problem
    weight = rng.uniform(0.5, 2, size=150)
    weighted = DNNClassifier(**small).fit(X, y, sample_weight=weight)
    scaled = DNNClassifier(**small).fit(X, y, sample_weight=weight * 8)
    assert same(weights(weighted), weights(scaled))


def test_balanced_class_weight_equals_balanced_sample_weights(problem, small):
    from sklearn.utils.class_weight import compute_sample_weight

    X, y, _ = problem
    rare = np.r_[np.flatnonzero(y != "sad"), np.flatnonzero(y == "sad")[:8]]
    balanced = DNNClassifier(**small, class_weight="balanced").fit(X[rare], y[rare])
    by_hand = DNNClassifier(**small).fit(
        X[rare], y[rare], sample_weight=compute_sample_weight("balanced", y[rare])
    )
    assert same(weights(balanced), weights(by_hand))


@pytest.mark.parametrize("weighted", [False, True])
def test_valid_score_is_the_uar_even_if_a_class_is_not_held_out(problem, small, rng, weighted):
    X, y, _ = problem
    weight = rng.uniform(0.1, 1, 150) if weighted else None
    for absent in ("happy", "sad"):  # the second of the classes, and the last
        held_out = (np.arange(150) >= 75) & (y != absent)
        splitter = PredefinedSplit(np.where(held_out, 0, -1))
        options = {**small, "lr": 0.02, "activation": "tanh", "dropout": 0.0}
        clf = DNNClassifier(**options, validation_fraction=splitter).fit(X, y, weight)
        predicted = clf.predict(X[held_out])
        assert absent in predicted
        expected = uar_score(
            y[held_out], predicted, sample_weight=weight[held_out] if weighted else None
        )
        assert 0.3 < expected < 1
        assert clf.history_.loc[clf.best_epoch_ - 1, "valid_score"] == pytest.approx(expected)


def weighted_loss(clf, X, y, weight):
    probability = clf.predict_proba(X)
    right = probability[np.arange(len(X)), np.searchsorted(clf.classes_, y)]
    return np.average(-np.log(right), weights=weight)


@pytest.mark.parametrize("adapter", [None, "linear"])
def test_weights_are_scaled_over_all_rows_and_not_by_batch(problem, source, small, rng, adapter):
    # Autograd trains a network with an adapter, code with the gradients written out trains one
    # without. Scaling within each batch would lose how much the batches weigh.
    X, y, _ = problem
    weight = rng.permutation(np.repeat([0.01, 1.0, 5.0], 50))
    options = {**small, "lr": 1e-300, "max_epochs": 1, "dropout": 0.0, "batch_size": 7}
    clf = ProgressiveClassifier(source, adapter=adapter, **options, dtype="float64")
    clf.set_params(early_stopping=False).fit(X, y, weight)
    expected = weighted_loss(clf, X, y, weight)
    assert clf.history_.loc[0, "train_loss"] == pytest.approx(expected, rel=1e-9)
    held_out = np.arange(120, 150)
    splitter = PredefinedSplit(np.where(np.isin(np.arange(150), held_out), 0, -1))
    clf.set_params(early_stopping=True, validation_fraction=splitter).fit(X, y, weight)
    expected = weighted_loss(clf, X[held_out], y[held_out], weight[held_out])
    assert clf.history_.loc[0, "valid_loss"] == pytest.approx(expected, rel=1e-9)


class SetLosses(Callback):
    """Sets the output layer so that a row of the first of two classes has the next loss."""

    def __init__(self, losses):
        self.losses = losses

    def on_batch_begin(self, net, training, **kwargs):
        if training:
            return
        loss, output = self.losses[len(net.history) - 1], net.module_.layers[-1]
        with torch.no_grad():
            output.weight.zero_()
            output.bias[:] = torch.tensor([-np.log(np.expm1(loss)), 0])


def test_lowest_loss_breaks_ties_of_scores_and_first_epoch_ties_of_losses():
    scores = [0.5, 0.60000001, 0.6, 0.6, 0.6, 0.4]
    losses = [1.0, 0.9, 0.9, 0.8, 0.8, 0.1]
    remaining_scores = iter(scores)
    clf = DNNClassifier(
        hidden_layer_sizes=(1,),
        max_epochs=6,
        monitor=lambda estimator, X, y: next(remaining_scores),
        callbacks=[SetLosses(losses), Snapshots()],
    )
    clf.fit([[0.0], [1.0]], ["a", "b"], X_val=[[0.0]], y_val=["a"])
    np.testing.assert_allclose(clf.history_["valid_score"], scores)
    np.testing.assert_allclose(clf.history_["valid_loss"], losses, rtol=1e-6)
    assert clf.best_epoch_ == 4
    assert same(weights(clf), snapshots(clf)[3])


@pytest.mark.parametrize(
    ("class_weight", "message"),
    [
        (
            {"angry": -1},
            r"^class_weight\['angry'\] must satisfy 0 <= class_weight\['angry'\]; got -1\.$",
        ),
        (dict.fromkeys(["angry", "happy", "neutral", "sad"], 0), r"^class_weight must not be all"),
        (
            {"angry": 1e308, "sad": 1e308},
            r"^class_weight must have a finite sum; got weights up to",
        ),
    ],
)
def test_invalid_class_weights_are_errors(problem, small, class_weight, message):
    X, y, _ = problem
    with pytest.raises(ValueError, match=message):
        DNNClassifier(**small, class_weight=class_weight).fit(X, y)


def test_class_weights_find_text_that_spells_a_number(problem, small):
    # scikit-learn looks up the number 1 for the class "1".
    X, y, _ = problem
    codes = np.unique(y, return_inverse=True)[1].astype(str)
    values = [5.0, 1.0, 0.5, 2.0]
    by_code = DNNClassifier(**small, class_weight=dict(zip("0123", values, strict=True)))
    by_name = DNNClassifier(**small, class_weight=dict(zip(np.unique(y), values, strict=True)))
    assert same(weights(by_code.fit(X, codes)), weights(by_name.fit(X, y)))
    message = r"^The keys of class_weight must be classes of y, \['0', .*; got \[0\], but nothing"
    with pytest.raises(ValueError, match=message):
        DNNClassifier(**small, class_weight={0: 5.0}).fit(X, codes)


def test_class_weights_tell_numbers_with_a_fraction_apart(problem, small):
    # scikit-learn looks up 1 for the class 1.5.
    X, _, _ = problem
    shares = np.column_stack([np.linspace(0, 1, 150), np.linspace(1, 0, 150)])
    by_number = DNNClassifier(**small, class_weight={1.0: 2.0, 1.5: 9.0})
    by_number.fit(X, pd.DataFrame(shares, columns=[1.0, 1.5]))
    by_name = DNNClassifier(**small, class_weight={"a": 2.0, "b": 9.0})
    by_name.fit(X, pd.DataFrame(shares, columns=["a", "b"]))
    assert same(weights(by_number), weights(by_name))


# Labels and input


@pytest.mark.parametrize("labels", [["x", "y", "z", "w"], [10, 7, -3, 2], [True, False] * 2])
def test_predictions_have_the_type_and_values_of_the_labels(problem, small, labels):
    X, y, _ = problem
    y = np.array(labels)[np.unique(y, return_inverse=True)[1]]
    clf = DNNClassifier(**small).fit(X, y)
    assert clf.predict(X).dtype == y.dtype
    assert set(clf.predict(X)) <= set(labels)
    np.testing.assert_array_equal(clf.classes_, np.unique(y))


def test_probabilities_do_not_depend_on_other_rows_or_their_order(problem, small, rng):
    X, y, _ = problem
    clf = DNNClassifier(**small).fit(X, y)
    expected = clf.predict_proba(X)
    order = rng.permutation(len(X))
    np.testing.assert_array_equal(clf.predict_proba(X[order]), expected[order])
    np.testing.assert_array_equal(clf.predict_proba(X[[7]])[0], expected[7])


def test_read_only_input_gives_no_warning_and_stays_unchanged(problem, small):
    X, y, _ = problem
    X = X.astype(np.float32)
    X.flags.writeable = False
    before = X.copy()
    DNNClassifier(**small).fit(X, y).predict(X)
    np.testing.assert_array_equal(X, before)


# State


@pytest.mark.parametrize("copier", [copy.deepcopy, lambda clf: pickle.loads(pickle.dumps(clf))])
def test_copies_predict_the_same_bits_and_keep_the_history(problem, small, copier):
    X, y, _ = problem
    clf = DNNClassifier(**small).fit(X, y)
    duplicate = copier(clf)
    np.testing.assert_array_equal(duplicate.predict_proba(X), clf.predict_proba(X))
    pd.testing.assert_frame_equal(duplicate.history_, clf.history_)
    assert duplicate.best_epoch_ == clf.best_epoch_
    assert duplicate.net_.module_ is not clf.net_.module_


def test_warm_start_continues_from_the_fitted_weights(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**{**small, "lr": 1e-300}, warm_start=True).fit(X, y)
    before = weights(clf)
    clf.set_params(random_state=9).fit(X, y)
    assert same(weights(clf), before)
    assert not same(weights(clf.set_params(warm_start=False).fit(X, y)), before)


def test_skorch_callbacks_see_every_batch_and_do_not_change_the_weights(problem, small):
    X, y, _ = problem
    training_flags = []

    class Count(Callback):
        def on_batch_end(self, net, training, **kwargs):
            training_flags.append(training)

    scoring = EpochScoring("accuracy", lower_is_better=False, name="valid_acc")
    clf = DNNClassifier(**small, callbacks=[Count(), scoring, Snapshots()]).fit(X, y)
    assert sum(training_flags) == 8 * int(np.ceil(135 / 32))
    monitored = DNNClassifier(**small, monitor="accuracy").fit(X, y)
    expected = monitored.history_["valid_score"]
    np.testing.assert_allclose(clf.net_.history[:, "valid_acc"], expected)
    plain = DNNClassifier(**small).fit(X, y)
    assert same(weights(clf), weights(plain))


def test_early_stopping_of_skorch_ends_fit_without_an_interrupt(problem, small):
    X, y, _ = problem
    stop = EarlyStopping(monitor="train_loss", patience=2, threshold=10.0, threshold_mode="abs")
    clf = DNNClassifier(**{**small, "max_epochs": 50}, callbacks=[stop]).fit(X, y)
    assert len(clf.history_) == 3
    assert not clf.interrupted_


@pytest.mark.parametrize(
    "params", [{"activation": "relu"}, {"hidden_layer_sizes": (3,)}, {"dtype": "float64"}]
)
def test_parameters_set_after_fit_do_not_change_the_fitted_network(problem, small, params):
    X, y, _ = problem
    clf = DNNClassifier(**small).fit(X, y)
    expected = clf.predict_proba(X)
    clf.set_params(**params)
    for fitted in (clf, copy.deepcopy(clf), pickle.loads(pickle.dumps(clf))):
        np.testing.assert_array_equal(fitted.predict_proba(X), expected)
    reader = ProgressiveClassifier(clf, **small).fit(X, y)
    assert reader.sources_[0][1].net_.module_.activation == "sigmoid"


def test_checkpoint_of_skorch_and_an_optimizer_with_a_closure_work(problem, small, tmp_path):
    X, y, _ = problem
    saving = Checkpoint(dirname=tmp_path)
    clf = DNNClassifier(**small, callbacks=[("saving", saving), Snapshots()]).fit(X, y)
    saved = torch.load(tmp_path / "params.pt")
    saved = {name: weight.numpy() for name, weight in saved.items()}
    best_epoch = clf.history_["valid_loss"].idxmin()
    assert same(saved, snapshots(clf)[best_epoch])
    lbfgs = DNNClassifier(**{**small, "max_epochs": 2}, optimizer=torch.optim.LBFGS)
    assert lbfgs.fit(X, y).predict(X).shape == y.shape


def test_a_model_from_a_missing_device_loads_on_the_cpu(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small).fit(X, y)
    clf.device = "cuda:77"
    restored = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(restored.predict_proba(X), clf.predict_proba(X))
    assert restored.device == "cuda:77"


# Ctrl-C, and a loss that is not finite


class Interrupt(Callback):
    def __init__(self, epoch):
        self.epoch = epoch

    def on_batch_end(self, net, **kwargs):
        if len(net.history) == self.epoch:
            raise KeyboardInterrupt


def test_interrupted_fit_keeps_the_best_epoch_and_raises_the_interrupt(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**{**small, "max_epochs": 50}, callbacks=[Snapshots(), Interrupt(6)])
    with pytest.raises(KeyboardInterrupt):
        clf.fit(X, y)
    assert clf.interrupted_
    assert 1 <= clf.best_epoch_ <= 5
    assert same(weights(clf), snapshots(clf)[clf.best_epoch_ - 1])
    assert clf.predict(X).shape == y.shape


def test_an_interrupt_ends_cross_validation(problem, small):
    X, y, _ = problem
    with pytest.raises(KeyboardInterrupt):
        cross_val_score(DNNClassifier(**small, callbacks=[Interrupt(2)]), X, y)


def test_a_loss_that_is_not_finite_is_an_error(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**{**small, "activation": "identity", "optimizer": "sgd", "lr": 1e30})
    expected = (
        r"The training loss must stay finite; got (nan|inf) in epoch 1\. Lower lr \(now "
        r"1e\+30\), or check the scale of the features and sample weights\."
    )
    with pytest.raises(ValueError, match=f"^{expected}$"):
        clf.fit(X, y)


# Errors


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"max_epochs": 0}, ValueError, "max_epochs must satisfy 1 <= max_epochs; got 0."),
        ({"max_epochs": 1.5}, TypeError, "max_epochs must be an integer; got 1.5."),
        ({"batch_size": 0}, ValueError, "batch_size must satisfy 1 <= batch_size; got 0."),
        ({"dropout": 1}, ValueError, "dropout must satisfy 0 <= dropout < 1; got 1."),
        ({"lr": 0}, ValueError, "lr must satisfy 0 < lr; got 0."),
        ({"lr": float("nan")}, ValueError, "lr must satisfy 0 < lr; got nan."),
        ({"patience": 0}, ValueError, "patience must satisfy 1 <= patience; got 0."),
        (
            {"activation": "swish"},
            ValueError,
            "activation must be one of 'sigmoid', 'tanh', 'relu', 'identity'; got 'swish'.",
        ),
        (
            {"optimizer": "rprop"},
            ValueError,
            "optimizer must be one of 'adam', 'sgd'; got 'rprop'.",
        ),
        ({"dtype": "half"}, ValueError, "dtype must be one of 'float32', 'float64'; got 'half'."),
        (
            {"hidden_layer_sizes": ()},
            ValueError,
            "hidden_layer_sizes must be a sequence of at least one width; got (). Pass for "
            "example (256, 256).",
        ),
    ],
)
def test_a_wrong_parameter_is_named_with_its_value(problem, params, error, message):
    X, y, _ = problem
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        DNNClassifier(**params).fit(X, y)


def test_one_class_is_an_error(problem, small):
    X, _, _ = problem
    message = (
        "y must have at least 2 classes for DNNClassifier; got one class, 'sad'. Check the "
        "labels, the weights, or the split."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        DNNClassifier(**small).fit(X, ["sad"] * 150)


def test_a_class_too_rare_to_hold_out_is_an_error(problem, small):
    X, y, _ = problem
    y = y.copy()
    y[0] = "bored"
    message = (
        "Each class must have at least 2 rows for early_stopping; got 1 of class 'bored' "
        "(n_samples = 150). Pass X_val and y_val, or set early_stopping=False."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        DNNClassifier(**small).fit(X, y)


def test_validation_labels_unseen_in_training_are_an_error(problem, small):
    X, y, _ = problem
    with pytest.raises(
        ValueError, match=r"^y_val must only have labels seen in training, .*bored"
    ):
        DNNClassifier(**small).fit(X, y, X_val=X[:2], y_val=["bored", "sad"])


def test_validation_features_without_labels_are_an_error(problem, small):
    X, y, _ = problem
    message = (
        "X_val and y_val must be passed together; got X_val without y_val. Pass both or neither."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        DNNClassifier(**small).fit(X, y, X_val=X)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_infinity_are_errors(problem, small, bad):
    X, y, _ = problem
    X = X.copy()
    X[3, 4] = bad
    with pytest.raises(ValueError, match="Input X contains"):
        DNNClassifier(**small).fit(X, y)


@pytest.mark.parametrize("device", ["cuda:77", "gpu", 3.5])
def test_a_missing_device_is_a_clear_error(problem, small, device):
    X, y, _ = problem
    with pytest.raises(
        ValueError, match=r"^device must be one on which torch can compute on this"
    ):
        DNNClassifier(**small, device=device).fit(X, y)


@pytest.mark.parametrize("callbacks", [EpochScoring("accuracy"), [3], [EpochScoring]])
def test_callbacks_must_be_a_list_of_callbacks(problem, small, callbacks):
    X, y, _ = problem
    with pytest.raises(TypeError, match=r"^callbacks must be a list of instances of skorch's"):
        DNNClassifier(**small, callbacks=callbacks).fit(X, y)


def test_features_too_large_for_the_type_are_an_error(problem, small):
    X, y, _ = problem
    X = X.copy()
    X[0, 0] = 1e300
    with pytest.raises(ValueError, match=r"must fit into dtype='float32'; got 1e\+300\. Scale"):
        DNNClassifier(**small).fit(X, y)
    DNNClassifier(**small, dtype="float64", early_stopping=False).fit(X, y)


# Real speech


def test_cross_validation_over_speakers_of_emodb_beats_chance():
    emodb = load_emodb()
    clf = DNNClassifier(hidden_layer_sizes=(32,), lr=5e-3, max_epochs=30, random_state=0)
    X = (emodb.data - emodb.data.mean(0)) / emodb.data.std(0)
    scores = cross_val_score(
        clf, X, emodb.target, groups=emodb.speaker, cv=GroupKFold(5), scoring=uar_scorer
    )
    assert scores.mean() > 0.6  # chance is 0.25
