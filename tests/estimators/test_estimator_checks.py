"""Tests that the package's checks pass for every kind of source, and that each finds its fault."""

import copy

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import Callback

from skprognet import (
    DNNClassifier,
    DNNRegressor,
    FineTunedClassifier,
    MultiTaskClassifier,
    PosteriorClassifier,
    ProgressiveClassifier,
    SideBySideClassifier,
)
from skprognet.estimators import (
    check_labels_round_trip,
    check_laterals_alive,
    check_predictions_independent,
    check_seed_repeats,
    check_source_survives_clone,
    check_source_untouched,
)

CHECKS = [
    check_source_untouched,
    check_source_survives_clone,
    check_labels_round_trip,
    check_seed_repeats,
    check_laterals_alive,
    check_predictions_independent,
]


@pytest.fixture(scope="module")
def fitted_once(problem, source, small):
    """Give the networks fitted for all kinds of sources. Each test must copy them."""
    X, _, source_y = problem
    pipeline = make_pipeline(StandardScaler(), DNNClassifier(**small)).fit(X, source_y)
    return source, pipeline, ProgressiveClassifier(source, **small).fit(X, source_y)


def make_source(kind, fitted_once, small):
    plain = DNNClassifier(**small)
    fitted, pipeline, chain = copy.deepcopy(fitted_once)
    return {
        "fitted": fitted,
        "unfitted": plain,
        "frozen": FrozenEstimator(fitted),
        "pipeline": pipeline,
        "several": [("a", fitted), ("b", chain)],
        "mixed": [("a", fitted), ("b", plain)],
    }[kind]


SEVERAL = ("several", "mixed")
KINDS = {
    FineTunedClassifier: ("fitted", "unfitted", "frozen", "pipeline"),
    ProgressiveClassifier: ("fitted", "unfitted", "frozen", "pipeline", *SEVERAL),
    SideBySideClassifier: ("pipeline", *SEVERAL),
    PosteriorClassifier: ("pipeline", *SEVERAL),
    MultiTaskClassifier: ("unfitted",),
}
CASES = [
    (cls, kind, check)
    for cls, kinds in KINDS.items()
    for kind in kinds
    for check in CHECKS
    # Only a progressive network has laterals.
    if cls is ProgressiveClassifier or check is not check_laterals_alive
]


@pytest.mark.parametrize(("cls", "kind", "check"), CASES)
def test_checks_pass_for_every_kind_of_source(cls, kind, check, problem, fitted_once, small):
    X, y, source_y = problem
    small = {**small, "max_epochs": 3}  # the checks need few epochs
    source = make_source(kind, fitted_once, small)
    fit_params = {"source_y": source_y} if kind == "unfitted" else {}
    if kind == "mixed":
        fit_params = {"source_y": {"b": source_y}}
    check(cls(source, **small), X, y, **fit_params)


@pytest.mark.parametrize("kind", SEVERAL)
def test_fine_tuning_refuses_several_sources(kind, problem, fitted_once, small):
    X, y, source_y = problem
    model = FineTunedClassifier(make_source(kind, fitted_once, small), **small)
    with pytest.raises(ValueError, match=r"^source must be a single source for FineTunedClass"):
        model.fit(X, y, source_y={"b": source_y})


# Classifiers with one fault each, which the matching check must find.


class ChangesSource(ProgressiveClassifier):
    """Changes a weight of its source a little in training."""

    def fit(self, X, y):
        super().fit(X, y)
        with torch.no_grad():
            self.source.net_.module_.layers[0].bias.add_(1e-6)
        return self


class UnfitsSource(ProgressiveClassifier):
    """Has an unfitted source after clone."""

    def __sklearn_clone__(self):
        cloned = super().__sklearn_clone__()
        cloned.source = clone(cloned.source)
        return cloned


class PredictsPositions(ProgressiveClassifier):
    """Predicts positions of classes instead of labels."""

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)


class Unseeded(ProgressiveClassifier):
    """Starts from other weights each time."""

    def fit(self, X, y):
        self.random_state = None
        return super().fit(X, y)


class FreezeLaterals(Callback):
    """Freezes the laterals before training."""

    def on_train_begin(self, net, **kwargs):
        net.module_.laterals.requires_grad_(False)


class FrozenLaterals(ProgressiveClassifier):
    """Never trains its laterals."""

    def fit(self, X, y):
        self.callbacks = [FreezeLaterals()]
        return super().fit(X, y)


class IgnoresLaterals(ProgressiveClassifier):
    """Trains its laterals, and predicts without them."""

    def predict_proba(self, X):
        column = self.net_.module_
        before = copy.deepcopy(column.state_dict())
        with torch.no_grad():
            for lateral in column.laterals.parameters():
                lateral.zero_()
        predicted = super().predict_proba(X)
        column.load_state_dict(before)
        return predicted


class OneSeed(ProgressiveClassifier):
    """Always has the same seed."""

    def fit(self, X, y):
        self.random_state = 0
        return super().fit(X, y)


class ExchangesSource(ProgressiveClassifier):
    """Has another fitted source after clone."""

    def __sklearn_clone__(self):
        cloned = super().__sklearn_clone__()
        cloned.source = copy.deepcopy(cloned.source)
        with torch.no_grad():
            cloned.source.net_.module_.layers[0].bias.add_(1)
        return cloned


class CentresRows(ProgressiveClassifier):
    """Subtracts the mean of the rows that it predicts."""

    def predict_proba(self, X):
        return super().predict_proba(np.asarray(X) - np.mean(X, axis=0))


@pytest.mark.parametrize(
    ("cls", "check", "message"),
    [
        (ChangesSource, check_source_untouched, "the weights of a source have changed"),
        (UnfitsSource, check_source_survives_clone, "clone has un-fitted a source"),
        (PredictsPositions, check_labels_round_trip, "came out as int64"),
        (Unseeded, check_seed_repeats, "seed 0 differs"),
        (FrozenLaterals, check_laterals_alive, "was not trained"),
        (IgnoresLaterals, check_laterals_alive, "does not matter"),
        (OneSeed, check_seed_repeats, "seed 1 repeats seed 0"),
        (ExchangesSource, check_source_survives_clone, "has changed a source"),
        (CentresRows, check_predictions_independent, "Arrays are not equal"),
    ],
)
def test_each_check_finds_its_fault(cls, check, message, problem, source, small):
    X, y, _ = problem
    with pytest.raises(AssertionError, match=message):
        check(cls(copy.deepcopy(source), **small), X, y)


def test_check_of_independent_predictions_takes_a_table(problem, small):
    X, y, _ = problem
    check_predictions_independent(DNNClassifier(**small), pd.DataFrame(X).add_prefix("f"), y)


def test_check_of_sources_takes_a_source_that_reads_some_features(problem, small):
    X, y, source_y = problem
    X = pd.DataFrame(X).add_prefix("f")
    source = DNNClassifier(**small).fit(X.iloc[:, 4::-1], source_y)
    check_source_untouched(ProgressiveClassifier(source, **small), X, y)


def test_check_of_labels_refuses_a_regressor(problem, small):
    X, y, _ = problem
    with pytest.raises(TypeError, match=r"^estimator must be a classifier .* DNNRegressor\."):
        check_labels_round_trip(DNNRegressor(**small), X, y)
