"""Tests that fit keeps the best epoch however it ends, and that the history is complete."""

import copy
import re
from itertools import pairwise

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning
from skorch.callbacks import Callback, EarlyStopping, Freezer

from skprognet import DNNClassifier, ProgressiveClassifier


class Snapshots(Callback):
    """Keeps a copy of the weights after each epoch."""

    def on_train_begin(self, net, **kwargs):
        self.states = []

    def on_epoch_end(self, net, **kwargs):
        self.states.append(copy.deepcopy(net.module_.state_dict()))


class End(Callback):
    """Ends the training by an interrupt, at the end of an epoch or within it."""

    def __init__(self, epoch, within=False):
        self.epoch, self.within = epoch, within

    def _end(self, net):
        if net.history[-1, "epoch"] == self.epoch:
            raise KeyboardInterrupt

    def on_batch_end(self, net, **kwargs):
        if self.within:
            self._end(net)

    def on_epoch_end(self, net, **kwargs):
        if not self.within:
            self._end(net)


def stop_after(epochs, **options):
    """Return early stopping of skorch for which no epoch is better than the first."""
    options = {"threshold": 10.0, "threshold_mode": "abs", **options}
    return EarlyStopping(monitor="train_loss", patience=epochs - 1, **options)


def snapshots_of(clf):
    (snapshots,) = [c for _, c in clf.net_.callbacks_ if isinstance(c, Snapshots)]
    return snapshots.states


def holds_weights_of(clf, epoch):
    state = clf.net_.module_.state_dict()
    return all(
        (state[name] == value).all() for name, value in snapshots_of(clf)[epoch - 1].items()
    )


def best_of(history):
    """Return the epoch with the highest recall. The lowest loss breaks ties."""
    ranks = zip(
        -history["valid_score"].round(6), history["valid_loss"], history["epoch"], strict=True
    )
    return min(ranks)[-1]


# Other callbacks


def test_best_epoch_may_be_the_one_in_which_skorch_stops_early(problem, small):
    X, y, _ = problem
    last_is_best = 0
    for seed in range(6):
        options = {**small, "max_epochs": 30, "lr": 0.02, "random_state": seed}
        clf = DNNClassifier(**options, callbacks=[Snapshots(), stop_after(5)]).fit(X, y)
        assert len(clf.history_) == 5
        assert clf.best_epoch_ == best_of(clf.history_)
        assert holds_weights_of(clf, clf.best_epoch_)
        assert not clf.interrupted_
        last_is_best += clf.best_epoch_ == 5
    assert last_is_best > 0


def test_first_epoch_is_the_best_if_a_callback_ends_training_after_it(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small, callbacks=[Snapshots(), End(1)])
    with pytest.raises(KeyboardInterrupt):
        clf.fit(X, y)
    assert clf.best_epoch_ == len(clf.history_) == 1
    assert holds_weights_of(clf, 1)
    assert clf.predict(X).shape == y.shape


@pytest.mark.parametrize("early_stopping", [True, False])
def test_best_epoch_is_right_if_skorch_loads_its_own_best_weights(problem, small, early_stopping):
    X, y, _ = problem
    stop = stop_after(5, load_best=True)  # takes the first epoch for the best
    options = {**small, "max_epochs": 30, "lr": 0.02, "early_stopping": early_stopping}
    clf = DNNClassifier(**options, callbacks=[Snapshots(), stop]).fit(X, y)
    assert clf.best_epoch_ == (best_of(clf.history_) if early_stopping else 1)
    assert holds_weights_of(clf, clf.best_epoch_)


def test_other_callbacks_see_the_epoch_in_which_patience_runs_out(problem, small):
    X, y, _ = problem
    options = {**small, "max_epochs": 500, "lr": 0.02}
    clf = DNNClassifier(**options, patience=2, callbacks=[Snapshots()]).fit(X, y)
    (snapshots,) = [c for _, c in clf.net_.callbacks_ if isinstance(c, Snapshots)]
    assert len(snapshots.states) == len(clf.history_) == clf.best_epoch_ + 2
    assert clf.history_.notna().all(axis=None)


# Interrupts


@pytest.mark.parametrize("early_stopping", [True, False])
def test_an_interrupted_epoch_is_not_in_the_history(problem, small, early_stopping):
    X, y, _ = problem
    options = {**small, "early_stopping": early_stopping}
    clf = DNNClassifier(**options, callbacks=[Snapshots(), End(4, within=True)])
    with pytest.raises(KeyboardInterrupt):
        clf.fit(X, y)
    assert clf.interrupted_
    assert clf.history_["epoch"].tolist() == [1, 2, 3]
    assert clf.history_.notna().all(axis=None)
    assert clf.best_epoch_ == (best_of(clf.history_) if early_stopping else 3)


def test_a_partial_fit_interrupted_within_its_epoch_changes_nothing(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small, callbacks=[End(2, within=True)])
    clf.partial_fit(X[:75], y[:75], classes=np.unique(y))
    before = clf.predict_proba(X)
    with pytest.raises(KeyboardInterrupt):
        clf.partial_fit(X[75:], y[75:])
    assert clf.history_["epoch"].tolist() == [1]
    np.testing.assert_array_equal(clf.predict_proba(X), before)
    reader = ProgressiveClassifier(clf, **small).fit(X, y)
    assert reader.source_overlap(X)["source"] == 0.5


@pytest.mark.parametrize("fitted", [True, False])
def test_an_interrupt_within_the_first_epoch_keeps_the_earlier_fit(problem, small, fitted):
    X, y, _ = problem
    clf = DNNClassifier(**small)
    if fitted:
        before = clf.fit(X, y).predict_proba(X)
    with pytest.raises(KeyboardInterrupt):
        clf.set_params(callbacks=[End(1, within=True)]).fit(X[::-1], y)
    assert hasattr(clf, "net_") == fitted
    if fitted:
        np.testing.assert_array_equal(clf.predict_proba(X), before)


# Scores, losses and weights that are not finite numbers


def test_a_scorer_that_gives_nan_is_an_error_in_the_first_epoch(problem, small):
    X, _, y = problem
    one_class = y == "f"
    clf = DNNClassifier(**small, monitor="roc_auc")
    sentence = (
        "monitor must give a number for the validation rows; got nan from 'roc_auc' in epoch 1. "
        "Choose another scorer, or validation rows on which it is defined: many scorers need rows "
        "of every class."
    )
    with (
        pytest.warns(UndefinedMetricWarning),
        pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"),
    ):
        clf.fit(X, y, X_val=X[one_class], y_val=y[one_class])


@pytest.mark.parametrize("value", [None, "0.5", np.ones(2)])
def test_a_scorer_that_gives_no_number_is_an_error(problem, small, value):
    X, y, _ = problem
    with pytest.raises(ValueError, match=r"^monitor must give a number for the validation rows;"):
        DNNClassifier(**small, monitor=lambda estimator, X, y: value).fit(X, y)


@pytest.mark.parametrize("monitor", ["uar", "loss"])
def test_a_validation_loss_that_is_not_finite_is_an_error(problem, small, monitor):
    X, y, _ = problem
    clf = DNNClassifier(**small, activation="identity", monitor=monitor)
    with pytest.raises(ValueError, match=r"^The validation loss must stay finite; got nan"):
        clf.fit(X, y, X_val=np.sign(X[:9]) * 3e38, y_val=y[:9])


def test_infinite_weights_after_the_last_step_are_an_error(problem, small):
    X, y, _ = problem
    options = {**small, "optimizer": "sgd", "lr": 3e38, "batch_size": 1000}
    clf = DNNClassifier(**{**options, "max_epochs": 1}, early_stopping=False)
    sentence = r"^The weights must stay finite; got infinite .* in epoch 1\. Lower lr \(now 3e\+"
    with pytest.raises(ValueError, match=sentence):
        clf.fit(1e4 * X, y)
    with pytest.raises(ValueError, match=sentence):
        clf.partial_fit(1e4 * X, y)


def test_a_layer_that_a_callback_freezes_does_not_move_any_more():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 5)), np.arange(60) % 2
    callbacks = [Freezer("layers.0.*", at=4), Snapshots()]
    options = {"hidden_layer_sizes": (8, 8), "max_epochs": 6, "random_state": 0}
    clf = DNNClassifier(**options, callbacks=callbacks).fit(X, y)
    weights = [state["layers.0.weight"].numpy() for state in snapshots_of(clf)]
    moved = [not np.array_equal(a, b) for a, b in pairwise(weights)]
    assert moved == [True, True, False, False, False]
