"""Tests that networks trained together equal the same networks fitted one by one."""

import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import Callback, EpochTimer

from skprognet import (
    DNNClassifier,
    DNNRegressor,
    FineTunedClassifier,
    FineTunedRegressor,
    MultiTaskClassifier,
    ProgressiveClassifier,
    ProgressiveRegressor,
    SideBySideClassifier,
)
from skprognet.estimators import fit_each, fit_together, why_alone
from skprognet.networks import counter_masks
from skprognet.persistence import load_model, save_model

pytestmark = pytest.mark.filterwarnings("ignore:y should vary")

OPTIONS = {"hidden_layer_sizes": (6, 5), "max_epochs": 5, "lr": 0.02, "batch_size": 16}
COPIED = {name: OPTIONS[name] for name in ("max_epochs", "lr", "batch_size")}


@pytest.fixture(scope="module")
def rows():
    """Give X, labels of three classes, and two numbers for each row."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 4))
    numbers = np.column_stack([X[:, 0] - X[:, 1], 50 + 9 * X[:, 2]])
    y = np.digitize(X[:, 0] + 0.3 * rng.normal(size=90), [-0.5, 0.5])
    return X, np.array(["low", "middle", "high"])[y], numbers


@pytest.fixture(scope="module")
def sources(rows):
    """Give two fitted networks, of different depths."""
    X, _, numbers = rows
    shallow = DNNClassifier(hidden_layer_sizes=(7,), max_epochs=2, random_state=5)
    deep = DNNRegressor(hidden_layer_sizes=(6, 5), max_epochs=2, random_state=6)
    return [("sign", shallow.fit(X, X[:, 3] > 0)), ("number", deep.fit(X, numbers[:, 1]))]


def soft_labels(y):
    return 0.8 * (y[:, None] == np.unique(y)) + 0.2 / 3


# name -> (class, parameters, which sources, which target, further arguments of fit)
CASES = {
    "plain": (DNNClassifier, {}, None, "y", ()),
    "without dropout, relu": (DNNClassifier, {"dropout": 0, "activation": "relu"}, None, "y", ()),
    "patience": (DNNClassifier, {"patience": 1, "max_epochs": 12}, None, "y", ()),
    "last epoch": (DNNClassifier, {"early_stopping": False}, None, "y", ("X_test",)),
    "loss": (DNNClassifier, {"monitor": "loss"}, None, "y", ("X_test",)),
    "given rows": (DNNClassifier, {}, None, "y", ("X_val", "X_test", "sample_weight")),
    "class weights": (
        DNNClassifier,
        {"class_weight": {"low": 3, "middle": 1, "high": 0.5}, "dropout": 0.3},
        None,
        "y",
        ("groups",),
    ),
    "balanced": (DNNClassifier, {"class_weight": "balanced", "dtype": "float64"}, None, "y", ()),
    "soft labels": (DNNClassifier, {}, None, "soft", ("sample_weight", "X_test")),
    "side by side": (SideBySideClassifier, {}, "both", "y", ()),
    "two sources": (ProgressiveClassifier, {"lateral_dropout": 0.25}, "both", "y", ("X_test",)),
    "frozen": (FineTunedClassifier, {"n_frozen_layers": 1, "copied_lr": 0.001}, "deep", "y", ()),
    "pulled": (FineTunedClassifier, {"l2_sp": 0.1}, "deep", "y", ()),
    "probe first": (FineTunedClassifier, {"probe_epochs": 2, "l2_sp": 0.1}, "deep", "y", ()),
    "output alone": (FineTunedClassifier, {"n_frozen_layers": "all"}, "deep", "y", ("X_test",)),
    "numbers": (DNNRegressor, {}, None, "numbers", ("sample_weight", "X_test")),
    "errors": (DNNRegressor, {"loss": "absolute_error", "monitor": "loss"}, None, "one", ()),
    "concordance": (DNNRegressor, {"loss": "ccc"}, None, "numbers", ("X_val", "sample_weight")),
    "constant": (DNNRegressor, {}, None, "constant", ()),
    "numbers, read": (ProgressiveRegressor, {}, "both", "one", ()),
    "numbers, copied": (FineTunedRegressor, {"copied_lr": 0.001}, "deep", "numbers", ()),
}


def make_fits(case, rows, sources, n_fits=3):
    """Return unfitted estimators with data for fit. Seeds and numbers of rows differ."""
    estimator_class, options, which_sources, target, arguments = case
    X, y, numbers = rows
    constant = np.ones(len(X))
    targets = {"y": y, "soft": soft_labels(y), "numbers": numbers, "one": numbers[:, 0]}
    y = {**targets, "constant": constant}[target]
    common = COPIED if which_sources == "deep" else OPTIONS
    source = (
        () if which_sources is None else ({"deep": sources[1][1], "both": sources}[which_sources],)
    )
    fits = []
    for seed, n_rows in zip(range(n_fits), (66, 41, 66, 55), strict=False):
        rest, values = slice(n_rows, None), {}
        if "sample_weight" in arguments:
            values["sample_weight"] = np.arange(n_rows) % 4
        if "groups" in arguments:
            values["groups"] = np.arange(n_rows) // 6
        if "X_val" in arguments:
            values |= {"X_val": X[rest][:10], "y_val": y[rest][:10]}
        if "X_test" in arguments:
            values |= {"X_test": X[rest][-9:], "y_test": y[rest][-9:]}
        estimator = estimator_class(*source, **{**common, **options}, random_state=seed)
        fits.append((estimator, X[:n_rows], y[:n_rows], values))
    return fits


def one_by_one(fits):
    """Return clones fitted one at a time, with the dropout masks of networks trained together."""
    with counter_masks():
        return [clone(estimator).fit(X, y, **values) for estimator, X, y, values in fits]


def assert_same(first, second, X):
    """Raise unless two fitted estimators agree to the last bit, except for durations."""
    states = [estimator.__getstate__() for estimator in (first, second)]
    assert states[0].keys() == states[1].keys()
    networks = [state["network_state"] for state in states]
    histories = [[list(row.items())[:-1] for row in network["history"]] for network in networks]
    assert histories[0] == histories[1]  # the order of the columns, too
    assert first.best_epoch_ == second.best_epoch_
    assert first.interrupted_ == second.interrupted_
    assert networks[0]["config"] == networks[1]["config"]
    for name, values in networks[0]["weights"].items():
        np.testing.assert_array_equal(values, networks[1]["weights"][name])
    np.testing.assert_array_equal(first.predict(X), second.predict(X))
    np.testing.assert_array_equal(first.row_fingerprints_, second.row_fingerprints_)


@pytest.mark.parametrize("name", CASES)
def test_networks_trained_together_equal_separate_fits(name, rows, sources):
    fits = make_fits(CASES[name], rows, sources)
    alone = one_by_one(fits)
    results = {result.number: result for result in fit_each(fits, n_together=3)}
    assert [results[number].trained_together for number in range(3)] == [3, 3, 3]
    for number, separate in enumerate(alone):
        assert_same(separate, results[number].estimator, rows[0])


def some_networks(rows, n_fits=5):
    return make_fits((DNNClassifier, {"max_epochs": 3}, None, "y", ()), rows, None, n_fits)


def test_number_trained_at_once_does_not_change_the_networks(rows):
    """Even a last group of one network draws the masks of networks trained together."""
    at_once = [some_networks(rows, 4) for _ in range(2)]
    for n_together, fits in zip((3, 4), at_once, strict=True):
        fit_together(fits, n_together=n_together)
    for (first, *_), (second, *_) in zip(*at_once, strict=True):
        assert_same(first, second, rows[0])


def test_a_cpu_trains_one_network_at_a_time_by_default(rows):
    fits = some_networks(rows, 2)
    alone = [clone(estimator).fit(X, y) for estimator, X, y, _ in fits]
    for separate, together in zip(alone, fit_together(fits), strict=True):
        assert_same(separate, together, rows[0])


REASONS = [
    (DNNClassifier(optimizer="sgd"), "optimizer='adam'"),
    (DNNClassifier(callbacks=[EpochTimer()]), "callbacks"),
    (DNNClassifier(monitor="accuracy"), "monitor='accuracy'"),
    (DNNRegressor(monitor="r2"), "monitor='r2'"),
    (DNNClassifier(verbose=1), "verbose=1"),
    (DNNClassifier(warm_start=True), "warm_start=True"),
    (ProgressiveClassifier(adapter="linear"), "Adapters"),
    (MultiTaskClassifier(), "several tasks"),
    (LogisticRegression(), "LogisticRegression"),
    (make_pipeline(StandardScaler(), DNNClassifier()), "Pipeline"),
]


@pytest.mark.parametrize(("estimator", "reason"), REASONS)
def test_why_alone_gives_the_reason(estimator, reason):
    assert reason in why_alone(estimator)


class NegatesRows(DNNClassifier):
    def fit(self, X, y, **options):
        return super().fit(-X, y, **options)


def test_estimators_that_cannot_be_trained_together_are_fitted_alone(rows, sources):
    X, y, _ = rows
    adapter = ProgressiveClassifier(sources, adapter="linear", random_state=0, **OPTIONS)
    adapter.fit(X, y)
    unsuitable = [
        DNNClassifier(monitor="accuracy", random_state=0, **OPTIONS),
        FineTunedClassifier(adapter, random_state=0, **COPIED),  # copies the adapters
        NegatesRows(random_state=0, **OPTIONS),
        make_pipeline(StandardScaler(), LogisticRegression()),
    ]
    alone = [clone(estimator).fit(X, y) for estimator in unsuitable]
    fits = [(estimator, X, y, {}) for estimator in unsuitable]
    results = list(fit_each([*some_networks(rows, 2), *fits], n_together=2))
    assert [result.trained_together for result in results] == [2, 2, 1, 1, 1, 1]
    assert [result.why_alone is None for result in results] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    for separate, fitted in zip(alone[:3], unsuitable[:3], strict=True):
        assert_same(separate, fitted, X)
    np.testing.assert_array_equal(alone[3].predict(X), unsuitable[3].predict(X))


def test_fit_together_trains_unfitted_sources(rows):
    X, y, _ = rows
    source_y = np.where(X[:, 3] > 0, "up", "down")
    fits = [
        (
            ProgressiveClassifier(DNNClassifier(**OPTIONS), random_state=seed, **OPTIONS),
            X,
            y,
            {"source_y": source_y},
        )
        for seed in range(2)
    ]
    with counter_masks():
        alone = [clone(estimator).fit(X, y, **values) for estimator, X, y, values in fits]
        fit_together(fits, n_together=2)
    for separate, (together, *_) in zip(alone, fits, strict=True):
        assert_same(separate, together, X)


def test_a_shared_random_state_is_drawn_from_in_order(rows):
    X, y, _ = rows
    results = []
    for together in (False, True):
        state = np.random.RandomState(3)
        networks = [DNNClassifier(random_state=state, **OPTIONS) for _ in range(2)]
        if together:
            fit_together([(network, X, y) for network in networks], n_together=2)
        else:
            with counter_masks():
                networks = [network.fit(X, y) for network in networks]
        results.append(networks)
    for separate, fitted_together in zip(*results, strict=True):
        assert_same(separate, fitted_together, X)


def test_networks_trained_together_can_be_stored_and_trained_further(rows, tmp_path):
    X, y, _ = rows
    fits = some_networks(rows, 2)
    network, _ = fit_together(fits, n_together=2)
    save_model(network, tmp_path / "network.skp")
    for copy in (load_model(tmp_path / "network.skp"), pickle.loads(pickle.dumps(network))):
        np.testing.assert_array_equal(copy.predict_proba(X), network.predict_proba(X))
    copy = pickle.loads(pickle.dumps(network))
    assert len(network.partial_fit(X, y).history_) == 4
    assert network.best_epoch_ == 4
    # Like a copy, it draws a new order and new masks, and not those of its first epoch.
    copy.partial_fit(X, y)
    np.testing.assert_array_equal(copy.predict_proba(X), network.predict_proba(X))


# Errors and interrupts


def test_a_diverging_network_does_not_affect_the_others(rows):
    fits = some_networks(rows, 3)
    X = rows[0].copy()
    X[::2] *= 1e38
    broken = (DNNClassifier(activation="identity", random_state=0, **OPTIONS), X, rows[1])
    intact = [(clone(broken[0]), *rows[:2], {}) for _ in range(2)]
    alone = one_by_one(intact)
    results = list(fit_each([intact[0], (*broken, {}), intact[1], *fits], n_together=3))
    by_number = {result.number: result for result in results}
    assert "must stay finite" in str(by_number[1].error)
    assert not hasattr(broken[0], "classes_")
    for separate, number in zip(alone, (0, 2), strict=True):
        assert_same(separate, by_number[number].estimator, rows[0])
    assert all(by_number[number].error is None for number in (0, 2, 3, 4, 5))


def test_an_error_names_the_fit_and_leaves_the_rest_unchanged(rows):
    X, y, _ = rows
    fits = some_networks(rows, 3)
    fitted_earlier = clone(fits[2][0]).fit(X, y)
    fits[2] = (fitted_earlier, *fits[2][1:])
    expected = fitted_earlier.predict_proba(X)
    fits.insert(2, (DNNClassifier(**OPTIONS), X, y[:5]))
    with pytest.raises(ValueError, match="inconsistent numbers of samples") as caught:
        fit_together(fits, n_together=4)
    assert "fits[2], DNNClassifier" in caught.value.__notes__[0]
    assert [hasattr(estimator, "net_") for estimator, *_ in fits] == [False, False, False, True]
    np.testing.assert_array_equal(fitted_earlier.predict_proba(X), expected)


@pytest.mark.parametrize("in_epoch", [1, 3])
def test_ctrl_c_keeps_the_best_epoch_so_far(rows, monkeypatch, in_epoch):
    fits, randperm, calls = some_networks(rows, 2), torch.randperm, []

    def interrupt(*args, **options):
        calls.append(args)
        if len(calls) == 2 * in_epoch:
            raise KeyboardInterrupt
        return randperm(*args, **options)

    waiting = (DNNClassifier(**{**OPTIONS, "lr": 0.1}), *rows[:2])
    monkeypatch.setattr(torch, "randperm", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fit_together([waiting, *fits], n_together=2)
    assert not hasattr(waiting[0], "n_features_in_")
    for estimator, *_ in fits:
        assert hasattr(estimator, "net_") == (in_epoch > 1)
        if in_epoch > 1:
            assert estimator.interrupted_
            assert len(estimator.history_) == 2


def test_ctrl_c_keeps_the_best_epoch_of_a_network_that_trains_alone(rows):
    class Interrupt(Callback):
        def on_epoch_begin(self, net, **kwargs):
            if len(net.history) == 3:
                raise KeyboardInterrupt

    X, y, _ = rows
    clf = DNNClassifier(**OPTIONS, callbacks=[Interrupt()])
    with pytest.raises(KeyboardInterrupt):
        fit_together([(clf, X, y)], n_together=2)
    assert clf.interrupted_
    assert len(clf.history_) == 2


class OutOfMemoryAtFirst:
    """Rows that raise an out-of-memory error when they are first read."""

    def __init__(self, X):
        self.X, self.was_read = X, False

    def __array__(self, dtype=None, copy=None):
        if not self.was_read:
            self.was_read = True
            raise torch.OutOfMemoryError
        return np.asarray(self.X, dtype)


def test_waiting_networks_are_trained_if_memory_runs_out(rows):
    fits = some_networks(rows, 3)
    alone = one_by_one(fits)
    estimator, X, y, _ = fits[2]
    results = list(fit_each([*fits[:2], (estimator, OutOfMemoryAtFirst(X), y, {})], n_together=3))
    assert [result.trained_together for result in results] == [2, 2, 1]
    for separate, result in zip(alone, results, strict=True):
        assert_same(separate, result.estimator, rows[0])


def test_wrong_arguments_are_refused(rows):
    X, y, _ = rows
    network = DNNClassifier(**OPTIONS)
    reader = ProgressiveClassifier([("own network", make_pipeline(network))], **OPTIONS)
    with pytest.raises(ValueError, match=r"fits\[1\] must have its own .* of fits\[0\]\. Clone"):
        fit_together([(network, X, y), (network, X, y)])
    with pytest.raises(ValueError, match=r"fits\[0\] must read fitted .* estimator of fits\[1\]"):
        fit_together([(reader, X, y), (network, X, y)])
    with pytest.raises(TypeError, match=r"fits\[1\] must be .* got \(DNNClassifier, ndarray\)\."):
        fit_together([(network, X, y), (network, X)])
    with pytest.raises(TypeError, match=r"fits\[0\] must be .* got DNNClassifier\."):
        fit_together([network])
    for wrong in ("DNNClassifier", DNNClassifier):
        with pytest.raises(TypeError, match=r"fits\[0\] must be .* \((str|ABCMeta|type), nda"):
            fit_together([(wrong, X, y)])
        with pytest.raises(TypeError, match="must be an instance with a fit method; got"):
            why_alone(wrong)
    with pytest.raises(TypeError, match=r"^fits must be a list of .* got None"):
        fit_together(None)
    with pytest.raises(TypeError, match=r"^DNNClassifier.fit\(\) got an unexpected .*'weight'"):
        fit_together([(network, X, y, {"weight": y})])
    with pytest.raises(ValueError, match="n_together"):
        fit_together([(network, X, y)], n_together=0)
    with pytest.raises(TypeError, match="source_y"):
        fit_together([(network, X, y, {"source_y": y})])
    assert fit_together([]) == []


class WithoutParameters:
    """An estimator without the methods of scikit-learn's base class."""

    def fit(self, X, y):
        self.n_rows = len(X)
        return self


def test_an_estimator_without_get_params_is_fitted_alone(rows):
    X, y, _ = rows
    fitted, network = fit_together([(WithoutParameters(), X, y), (DNNClassifier(**OPTIONS), X, y)])
    assert fitted.n_rows == len(X)
    assert hasattr(network, "net_")


def test_a_fit_by_the_loss_records_no_further_score(problem, small):
    X, y, _ = problem
    options = {**small, "monitor": "loss", "class_weight": {"angry": 2.0}}
    fits = [(DNNClassifier(**options).set_params(random_state=s), X, y) for s in range(2)]
    for network in fit_together(fits, n_together=2):
        assert "valid_monitor" not in network.net_.history[-1]
