"""Tests that fitted networks compute without dropout, in threads and in contexts of torch too."""

import copy
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import joblib
import numpy as np
import pytest
import torch
from scipy.special import log_softmax
from sklearn.frozen import FrozenEstimator
from sklearn.inspection import permutation_importance
from torch.overrides import TorchFunctionMode

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.networks import Column, evaluate_hidden, evaluate_logits
from skprognet.persistence import load_model, save_model

CLASSES = [DNNClassifier, FineTunedClassifier, ProgressiveClassifier]


def build(cls, source, **options):
    return cls(**options) if cls is DNNClassifier else cls(source, **options)


def modules(clf):
    """Give the torch modules of a classifier and of its frozen sources."""
    frozen = [module for _, source in getattr(clf, "sources_", []) for module in modules(source)]
    return [*clf.net_.module_.modules(), *frozen]


def save_and_load(clf, folder):
    save_model(clf, folder / "model")
    return load_model(folder / "model")


@pytest.mark.parametrize("early_stopping", [True, False])
@pytest.mark.parametrize("cls", CLASSES)
def test_a_fitted_network_is_in_evaluation_mode(
    cls, early_stopping, problem, source, small, tmp_path
):
    X, y, source_y = problem
    chain = ProgressiveClassifier(source, **small).partial_fit(X, source_y)
    options = {**small, "early_stopping": early_stopping, "max_epochs": 1, "warm_start": True}
    clf = build(cls, chain, **options)
    states = {"fit": copy.copy(clf.fit(X, y))}
    states["warm start"] = copy.copy(clf.fit(X, y))
    states["partial_fit"] = copy.copy(clf.partial_fit(X, y))
    states["first partial_fit"] = build(cls, chain, **options).partial_fit(X, y)
    states["copy"] = copy.deepcopy(clf)
    states["pickle"] = pickle.loads(pickle.dumps(clf))
    states["file"] = save_and_load(clf, tmp_path)
    states["frozen"] = ProgressiveClassifier(FrozenEstimator(clf), **small).fit(X, y)
    for name, fitted in states.items():
        fitted.predict(X)
        assert not any(module.training for module in modules(fitted)), name


def test_a_failed_partial_fit_leaves_the_network_in_evaluation_mode(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small, activation="relu").fit(X, y)
    with pytest.raises(ValueError, match=r"^The training loss must stay finite"):
        clf.partial_fit(3e38 * np.sign(X), y)
    assert not any(module.training for module in modules(clf))


def test_evaluation_functions_ignore_the_mode_and_do_not_change_it():
    column = Column(9, (12, 10), 4, generator=torch.Generator().manual_seed(0), dropout=0.5)
    X = torch.rand(300, 9, generator=torch.Generator().manual_seed(0))
    expected = [*column.eval().hidden(X), column(X)]
    for training in (True, False):
        column.train(training)
        computed = [*evaluate_hidden(column, X), evaluate_logits(column, X)]
        assert column.training == column.layers[0].training == training
        for ours, theirs in zip(computed, expected, strict=True):
            torch.testing.assert_close(ours, theirs.detach())


class CallOnce(TorchFunctionMode):
    """Calls a function once, when this thread first multiplies matrices."""

    def __init__(self, function):
        super().__init__()
        self.functions = [function]

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func is torch.addmm and self.functions:
            self.functions.pop()()
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("cls", CLASSES)
def test_overlapping_predictions_in_two_threads_do_not_affect_each_other(
    cls, problem, source, small
):
    # The first begins, then the second. The first ends while the second still has to compute.
    X, y, _ = problem
    clf = pickle.loads(pickle.dumps(build(cls, source, **small).fit(X, y)))
    X = np.tile(X, (3, 1))
    expected = clf.predict_proba(X)
    first_started, second_started, first_ended = (threading.Event() for _ in range(3))
    results = []

    def first():
        def wait():
            first_started.set()
            second_started.wait(20)

        with CallOnce(wait):
            results.append(clf.predict_proba(X))
        first_ended.set()

    def second():
        def wait():
            second_started.set()
            first_ended.wait(20)

        first_started.wait(20)
        with CallOnce(wait):
            results.append(clf.predict_proba(X))

    threads = [threading.Thread(target=job) for job in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    for probabilities in results:
        np.testing.assert_array_equal(probabilities, expected)


@pytest.mark.parametrize("cls", CLASSES)
def test_two_threads_predict_the_same_as_one(cls, problem, source, small):
    X, y, _ = problem
    clf = pickle.loads(pickle.dumps(build(cls, source, **small).fit(X, y)))
    X = np.tile(X, (3, 1))
    expected = clf.predict_proba(X)
    with ThreadPoolExecutor(2) as pool:
        for probabilities in pool.map(lambda _: clf.predict_proba(X), range(20)):
            np.testing.assert_array_equal(probabilities, expected)


def test_permutation_importance_is_the_same_in_threads(problem, source, small):
    X, y, _ = problem
    clf = copy.deepcopy(ProgressiveClassifier(source, **small).fit(X, y))
    options = {"n_repeats": 2, "random_state": 0}
    alone = permutation_importance(clf, X, y, n_jobs=1, **options)
    with joblib.parallel_config("threading"):
        together = permutation_importance(clf, X, y, n_jobs=2, **options)
    np.testing.assert_array_equal(together.importances, alone.importances)


# Contexts of torch around a fit


@contextmanager
def default_device(device):
    torch.set_default_device(device)
    try:
        yield
    finally:
        torch.set_default_device(None)


@contextmanager
def default_dtype(dtype):
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


CONTEXTS = {
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "inference_mode": torch.inference_mode,
    "no_grad": torch.no_grad,
    "default device": lambda: default_device("meta"),
    "default dtype": lambda: default_dtype(torch.float64),
}


def use_all_methods(cls, problem, source, small):
    """Use all methods of a classifier. Return the numbers that they give, and the classifier."""
    X, y, _ = problem
    options = {"adapter": "linear"} if cls is ProgressiveClassifier else {}
    clf = build(cls, source, **{**small, "max_epochs": 2}, **options).fit(X, y)
    numbers = [clf.predict_proba(X), clf.history_["valid_loss"]]
    clf.partial_fit(X, y)
    numbers += [clf.predict_proba(X), clf.predict_log_proba(X)]
    numbers += [clf.explain(X, groups={"some": [0, 1]}).drop(columns="predicted")]
    restored = pickle.loads(pickle.dumps(clf))
    if cls is ProgressiveClassifier:
        numbers += [clf.source_importances(X, y, random_state=0), clf.lateral_norms()["norm"]]
    return [*numbers, copy.deepcopy(restored).partial_fit(X, y).predict_proba(X)], clf


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("cls", CLASSES)
def test_contexts_of_the_caller_change_no_bit_of_the_results(cls, context, problem, source, small):
    expected, _ = use_all_methods(cls, problem, source, small)
    with CONTEXTS[context]():
        numbers, clf = use_all_methods(cls, problem, source, small)
    for ours, theirs in zip(numbers, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    # The model does not depend on the context: training can continue outside of it.
    X, y, _ = problem
    clf.partial_fit(X, y)
    pickle.loads(pickle.dumps(clf)).fit(X, y)


# Logarithms of probabilities


def test_logarithms_of_probabilities_are_finite_where_probabilities_are_zero(problem, small):
    X, y, _ = problem
    clf = DNNClassifier(**small, activation="identity").fit(X, y)
    np.testing.assert_allclose(
        clf.predict_log_proba(X), np.log(clf.predict_proba(X)), rtol=1e-5, atol=1e-6
    )
    far = 1000 * X
    z = far
    w = {k: v.double().numpy() for k, v in clf.net_.module_.state_dict().items()}
    for k in range(3):
        z = z @ w[f"layers.{k}.weight"].T + w[f"layers.{k}.bias"]
    assert (clf.predict_proba(far) == 0).any()
    np.testing.assert_allclose(
        clf.predict_log_proba(far), log_softmax(z, axis=1), rtol=1e-3, atol=1e-2
    )
