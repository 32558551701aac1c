"""Tests of row and class weights in losses, scores and partial_fit, against hand computation."""

import re

import numpy as np
import pytest
from sklearn import config_context
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.metrics import accuracy_score, get_scorer, make_scorer
from sklearn.model_selection import PredefinedSplit
from sklearn.utils.class_weight import compute_sample_weight

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.metrics import uar_score, uar_scorer

HELD_OUT = np.arange(100, 150)
SPLITTER = PredefinedSplit(np.where(np.arange(150) >= 100, 0, -1))
BY_CLASS = {"angry": 5.0, "happy": 1.0, "neutral": 0.5, "sad": 2.0}


@pytest.fixture
def weight():
    return np.random.default_rng(0).uniform(0.05, 5, 150)


@pytest.fixture
def float64_options(small):
    return {**small, "dtype": "float64"}


@pytest.fixture(params=[DNNClassifier, FineTunedClassifier, ProgressiveClassifier])
def make_classifier(request, source):
    """Give a function that makes a classifier, one function for each class."""
    if request.param is DNNClassifier:
        return DNNClassifier
    return lambda **options: request.param(source, **options)


def loss_of_rows(clf, X, y):
    p = clf.predict_proba(X)
    return -np.log(p[np.arange(len(X)), np.searchsorted(clf.classes_, y)])


# In fit


def test_fit_multiplies_row_weights_and_class_weights(problem, small, weight):
    X, y, _ = problem
    options = {**small, "early_stopping": False}
    both = DNNClassifier(**options, class_weight=BY_CLASS).fit(X, y, weight)
    product = weight * compute_sample_weight(BY_CLASS, y)
    by_hand = DNNClassifier(**options).fit(X, y, product)
    plain = DNNClassifier(**options).fit(X, y, weight)
    np.testing.assert_array_equal(both.predict_proba(X), by_hand.predict_proba(X))
    assert not np.array_equal(both.predict_proba(X), plain.predict_proba(X))


def test_validation_loss_and_uar_use_the_weights_of_the_rows_held_out(
    make_classifier, problem, float64_options, weight
):
    X, y, _ = problem
    options = {**float64_options, "max_epochs": 20, "lr": 0.02, "validation_fraction": SPLITTER}
    clf = make_classifier(**options).fit(X, y, weight)
    row = clf.history_.iloc[clf.best_epoch_ - 1]
    losses, held_out_weight = loss_of_rows(clf, X[HELD_OUT], y[HELD_OUT]), weight[HELD_OUT]
    assert row["valid_loss"] == pytest.approx(
        np.average(losses, weights=held_out_weight), rel=1e-9
    )
    predicted = clf.predict(X[HELD_OUT])
    expected = uar_score(y[HELD_OUT], predicted, sample_weight=held_out_weight)
    assert row["valid_score"] == pytest.approx(expected, rel=1e-9)
    # Without the weights the numbers would differ.
    assert row["valid_loss"] != pytest.approx(losses.mean(), rel=1e-3)
    assert expected != pytest.approx(uar_score(y[HELD_OUT], predicted), rel=1e-3)


def test_score_weighs_the_rows_of_each_class_and_then_the_classes(problem, small, weight):
    X, y, _ = problem
    options = {**small, "max_epochs": 30, "validation_fraction": SPLITTER}
    clf = DNNClassifier(**options, class_weight=BY_CLASS).fit(X, y, weight)
    is_right, held_out_weight = clf.predict(X[HELD_OUT]) == y[HELD_OUT], weight[HELD_OUT]
    class_masks = [y[HELD_OUT] == label for label in clf.classes_]
    recalls = [np.average(is_right[mask], weights=held_out_weight[mask]) for mask in class_masks]
    expected = np.average(recalls, weights=list(BY_CLASS.values()))
    best = clf.history_.loc[clf.best_epoch_ - 1]
    assert best["valid_monitor"] == clf.history_["valid_monitor"].max() == pytest.approx(expected)
    assert best["valid_score"] == pytest.approx(np.mean(recalls)) != pytest.approx(expected)
    unweighted_recalls = [np.mean(is_right[mask]) for mask in class_masks]
    unweighted = np.average(unweighted_recalls, weights=list(BY_CLASS.values()))
    assert best["valid_monitor"] != pytest.approx(unweighted, rel=1e-3)


@pytest.mark.parametrize("class_weight", [BY_CLASS, "balanced"])
def test_class_weights_count_in_the_loss_of_validation_rows_passed_to_fit(
    make_classifier, problem, float64_options, class_weight
):
    X, y, _ = problem
    rows = np.r_[np.flatnonzero(y[:100] != "sad"), np.flatnonzero(y[:100] == "sad")[:8]]
    # "balanced" counts the training rows only.
    classes, counts = np.unique(y[rows], return_counts=True)
    by_class = class_weight
    if class_weight == "balanced":
        by_class = dict(zip(classes, len(rows) / (4 * counts), strict=True))
    clf = make_classifier(**{**float64_options, "max_epochs": 1}, class_weight=class_weight)
    clf.fit(X[rows], y[rows], X_val=X[HELD_OUT], y_val=y[HELD_OUT])
    losses = loss_of_rows(clf, X[HELD_OUT], y[HELD_OUT])
    expected = np.average(losses, weights=[by_class[label] for label in y[HELD_OUT]])
    assert clf.history_.loc[0, "valid_loss"] == pytest.approx(expected, rel=1e-9)
    assert expected != pytest.approx(losses.mean(), rel=1e-3)


def test_validation_rows_choose_the_same_epoch_whether_split_off_or_passed(problem, small):
    X, y, _ = problem
    options = {**small, "max_epochs": 30, "monitor": "loss", "class_weight": BY_CLASS}
    inside = DNNClassifier(**options, validation_fraction=SPLITTER).fit(X, y)
    outside = DNNClassifier(**options)
    outside.fit(X[:100], y[:100], X_val=X[HELD_OUT], y_val=y[HELD_OUT])
    columns = ["train_loss", "valid_loss", "valid_score"]
    assert inside.history_[columns].equals(outside.history_[columns])
    assert inside.best_epoch_ == outside.best_epoch_


def test_validation_rows_without_any_weight_are_an_error(problem, small):
    X, y, _ = problem
    no_sad = {"angry": 1, "happy": 1, "neutral": 1, "sad": 0}
    sad = y == "sad"
    sentence = (
        "The weights of the validation rows, sample_weight times class_weight, must have a mean "
        "that is finite and above 0; got 0.0. Change the weights, or the rows."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        DNNClassifier(**small, class_weight=no_sad).fit(X, y, X_val=X[sad], y_val=y[sad])
    weight = np.where(np.arange(150) < 100, 1.0, 0.0)
    with pytest.raises(ValueError, match=r"^validation_fraction must hold out rows with "):
        DNNClassifier(**small, validation_fraction=SPLITTER).fit(X, y, weight)


def test_row_numbers_of_a_splitter_include_rows_of_weight_zero(problem, small):
    X, y, _ = problem
    weight = (np.arange(150) % 4 > 0).astype(float)
    clf = DNNClassifier(**small, validation_fraction=SPLITTER).fit(X, y, weight)
    train, held_out = (rows[weight[rows] > 0] for rows in (np.arange(100), HELD_OUT))
    by_hand = DNNClassifier(**small).fit(X[train], y[train], X_val=X[held_out], y_val=y[held_out])
    np.testing.assert_array_equal(clf.predict_proba(X), by_hand.predict_proba(X))
    assert clf.history_["valid_loss"].tolist() == by_hand.history_["valid_loss"].tolist()


# Weights that a scorer gets


def scorer_with_weights(estimator, X, y, sample_weight=None):
    return accuracy_score(y, estimator.predict(X), sample_weight=sample_weight)


def scorer_without_weights(estimator, X, y):
    return accuracy_score(y, estimator.predict(X))


def validation_accuracy(clf, X, y, weight):
    weight = None if weight is None else weight[HELD_OUT]
    return accuracy_score(y[HELD_OUT], clf.predict(X[HELD_OUT]), sample_weight=weight)


@pytest.mark.parametrize(
    ("monitor", "weighted"),
    [
        ("accuracy", True),
        (scorer_with_weights, True),
        (scorer_without_weights, False),
        (make_scorer(lambda y, predicted: np.mean(y == predicted)), False),
    ],
)
def test_a_scorer_that_takes_weights_gets_those_of_the_validation_rows(
    problem, small, weight, monitor, weighted
):
    X, y, _ = problem
    clf = DNNClassifier(**small, monitor=monitor, validation_fraction=SPLITTER).fit(X, y, weight)
    score = clf.history_.loc[clf.best_epoch_ - 1, "valid_score"]
    expected = validation_accuracy(clf, X, y, weight if weighted else None)
    assert score == pytest.approx(expected)
    assert score != pytest.approx(validation_accuracy(clf, X, y, None if weighted else weight))


def test_uar_scorer_scores_like_the_default_monitor(problem, small, weight):
    X, y, _ = problem
    options = {**small, "validation_fraction": SPLITTER}
    by_scorer = DNNClassifier(**options, monitor=uar_scorer).fit(X, y, weight).history_
    by_net = DNNClassifier(**options).fit(X, y, weight).history_
    np.testing.assert_allclose(by_scorer["valid_score"], by_net["valid_score"], rtol=1e-6)


def test_routing_gives_weights_only_to_a_scorer_that_requests_them(problem, small, weight):
    X, y, _ = problem
    options = {**small, "validation_fraction": SPLITTER}
    with config_context(enable_metadata_routing=True):
        for requested in (True, False):
            monitor = get_scorer("accuracy").set_score_request(sample_weight=requested)
            clf = DNNClassifier(**options, monitor=monitor).fit(X, y, weight)
            expected = validation_accuracy(clf, X, y, weight if requested else None)
            score = clf.history_.loc[clf.best_epoch_ - 1, "valid_score"]
            assert score == pytest.approx(expected)
        clf = DNNClassifier(**options, monitor="accuracy")
        with pytest.raises(UnsetMetadataPassedError, match=r"sample_weight.*set_score_request"):
            clf.fit(X, y, weight)
        assert not hasattr(clf, "net_")
        clf.fit(X, y)  # nothing to route


# In partial_fit


@pytest.fixture
def one_step(float64_options):
    """Give the options with which an epoch is one step of plain gradient descent."""
    return {**float64_options, "dropout": 0.0, "batch_size": 1000, "optimizer": "sgd", "lr": 0.5}


def test_partial_fit_does_not_scale_the_weights(problem, one_step, weight):
    # fit scales the weights to a mean of 1. partial_fit does not, so its single step is
    # as long as a step of fit with the learning rate times their mean.
    X, y, _ = problem
    part = DNNClassifier(**one_step).partial_fit(X, y, sample_weight=weight)
    options = {**one_step, "max_epochs": 1, "early_stopping": False}
    whole = DNNClassifier(**{**options, "lr": 0.5 * weight.mean()}).fit(X, y, weight)
    np.testing.assert_allclose(part.predict_proba(X), whole.predict_proba(X), rtol=1e-9)
    unweighted = DNNClassifier(**one_step).partial_fit(X, y)
    assert np.abs(part.predict_proba(X) - unweighted.predict_proba(X)).max() > 1e-3


def test_partial_fit_applies_the_class_weight_to_rows_of_a_single_class(problem, one_step):
    X, y, _ = problem
    angry, classes = y == "angry", np.unique(y)
    weighted = DNNClassifier(**one_step, class_weight=BY_CLASS)
    weighted.partial_fit(X[angry], y[angry], classes=classes)
    faster = DNNClassifier(**{**one_step, "lr": 0.5 * BY_CLASS["angry"]})
    faster.partial_fit(X[angry], y[angry], classes=classes)
    np.testing.assert_allclose(weighted.predict_proba(X), faster.predict_proba(X), rtol=1e-9)


def test_partial_fit_multiplies_row_weights_and_class_weights(problem, one_step, weight):
    X, y, _ = problem
    both = DNNClassifier(**one_step, class_weight=BY_CLASS)
    both.partial_fit(X, y, sample_weight=weight)
    product = weight * [BY_CLASS[label] for label in y]
    by_hand = DNNClassifier(**one_step).partial_fit(X, y, sample_weight=product)
    np.testing.assert_allclose(both.predict_proba(X), by_hand.predict_proba(X), rtol=1e-9)


def test_partial_fit_refuses_balanced_class_weight(problem, small):
    X, y, _ = problem
    sentence = (
        "class_weight must be None or a dict in partial_fit, which cannot count the classes of "
        "all rows; got 'balanced'. Set class_weight=dict(zip(classes, "
        "compute_class_weight('balanced', classes=classes, y=y))) with the y of a large sample."
    )
    clf = DNNClassifier(**small, class_weight="balanced")
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        clf.partial_fit(X, y)
    with pytest.raises(ValueError, match=r"^class_weight must be None or a dict in"):
        clf.fit(X, y).partial_fit(X, y)
