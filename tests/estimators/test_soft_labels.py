"""Tests of soft labels: fit takes the probability of each class, such as shares of raters."""

import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.model_selection import PredefinedSplit, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import (
    DNNClassifier,
    FineTunedClassifier,
    MultiTaskClassifier,
    PosteriorClassifier,
    ProgressiveClassifier,
    ProgressiveRegressor,
    SideBySideClassifier,
)
from skprognet.metrics import uar_score
from skprognet.networks import Column, loss_and_gradients

NAMES = ["angry", "happy", "neutral", "sad"]
WITH_SOURCE = [
    FineTunedClassifier,
    ProgressiveClassifier,
    SideBySideClassifier,
    PosteriorClassifier,
]


@pytest.fixture(scope="module")
def shares(problem):
    """Give the shares of four raters for each row, as a table with unsorted columns."""
    _, y, _ = problem
    rng = np.random.default_rng(0)
    votes = np.array(
        [rng.multinomial(4, np.where(np.array(NAMES) == label, 0.7, 0.1)) for label in y]
    )
    return pd.DataFrame(votes / 4, columns=NAMES)[["sad", "angry", "neutral", "happy"]]


def one_hot(y):
    return pd.DataFrame({name: (y == name).astype(float) for name in reversed(NAMES)})


def weights_of(classifier):
    return [parameter.detach().numpy() for parameter in classifier.net_.module_.parameters()]


def assert_same_bits(first, second):
    for values, other_values in zip(weights_of(first), weights_of(second), strict=True):
        np.testing.assert_array_equal(values, other_values)
    assert first.best_epoch_ == second.best_epoch_


# The loss


@pytest.mark.parametrize("weighted", [False, True])
def test_gradients_are_those_of_autograd(weighted):
    generator = torch.Generator().manual_seed(0)
    column = Column(5, (7, 6), 3, dropout=0.0, generator=generator, dtype=torch.float64)
    X, y = (torch.rand(11, n, generator=generator, dtype=torch.float64) for n in (5, 3))
    y /= y.sum(1, keepdim=True)
    weight = torch.rand(11, generator=generator, dtype=torch.float64) if weighted else None
    loss, _ = loss_and_gradients(column, X, y, weight)
    ours = [parameter.grad.clone() for parameter in column.parameters()]
    column.zero_grad()
    by_row = torch.nn.functional.cross_entropy(column(X), y, reduction="none")
    expected = (by_row * (1 if weight is None else weight)).mean()
    expected.backward()
    torch.testing.assert_close(loss, expected.detach())
    for parameter, grad in zip(column.parameters(), ours, strict=True):
        torch.testing.assert_close(grad, parameter.grad, rtol=1e-10, atol=1e-12)


# One-hot floats equal hard labels


@pytest.mark.parametrize("cls", WITH_SOURCE)
def test_one_hot_floats_equal_hard_labels_with_a_source(cls, problem, source, small):
    X, y, _ = problem
    assert_same_bits(cls(source, **small).fit(X, one_hot(y)), cls(source, **small).fit(X, y))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"class_weight": "balanced"},
        {"class_weight": {"angry": 3, "happy": 1, "neutral": 2, "sad": 1}},
        {"monitor": "accuracy"},
        {"early_stopping": False},
    ],
)
@pytest.mark.parametrize("fit", ["plain", "weights", "groups"])
def test_one_hot_floats_equal_hard_labels_with_all_options(options, fit, problem, small):
    X, y, _ = problem
    fit_params = {
        "plain": {},
        "weights": {"sample_weight": np.arange(150) % 4},
        "groups": {"groups": np.arange(150) % 11},
    }[fit]
    clf = DNNClassifier(**small, **options).fit(X, one_hot(y), **fit_params)
    assert_same_bits(clf, DNNClassifier(**small, **options).fit(X, y, **fit_params))
    assert clf.classes_.tolist() == NAMES
    assert set(clf.predict(X)) <= set(NAMES)


def test_one_hot_floats_equal_hard_labels_in_partial_fit_and_validation(problem, small):
    X, y, _ = problem
    hot = one_hot(y)
    clf = DNNClassifier(**small).partial_fit(X, hot).partial_fit(X[:9], hot[:9])
    hard = DNNClassifier(**small).partial_fit(X, y).partial_fit(X[:9], y[:9])
    assert_same_bits(clf, hard)
    splitter = PredefinedSplit(np.arange(150) % 5 - 1)
    clf = DNNClassifier(**small, validation_fraction=splitter).fit(X, hot)
    assert_same_bits(clf, DNNClassifier(**small, validation_fraction=splitter).fit(X, y))
    hard = DNNClassifier(**small).fit(X[:90], y[:90], X_val=X[90:], y_val=y[90:])
    for y_val in (y[90:], hot[90:][NAMES]):
        assert_same_bits(
            DNNClassifier(**small).fit(X[:90], hot[:90], X_val=X[90:], y_val=y_val), hard
        )


# Soft labels


def test_network_learns_the_probabilities_of_the_classes(small):
    rng = np.random.default_rng(0)
    X = np.repeat(np.eye(2), 200, axis=0)
    truth = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
    votes = np.array([rng.multinomial(5, truth[0 if x[0] else 1]) for x in X])
    options = {"hidden_layer_sizes": (8,), "dropout": 0, "max_epochs": 60, "lr": 0.02}
    clf = DNNClassifier(**options, monitor="loss", random_state=0).fit(X, votes / 5)
    np.testing.assert_allclose(clf.predict_proba(np.eye(2)), truth, atol=0.05)
    assert clf.predict(np.eye(2)).tolist() == [0, 2]


def test_column_names_assign_the_probabilities_to_classes(problem, shares, small):
    X, _, _ = problem
    unsorted_columns = DNNClassifier(**small).fit(X, shares)
    sorted_columns = DNNClassifier(**small).fit(X, shares[NAMES])
    by_number = DNNClassifier(**small).fit(X, shares[NAMES].to_numpy().tolist())
    assert_same_bits(unsorted_columns, sorted_columns)
    assert_same_bits(unsorted_columns, by_number)
    assert by_number.classes_.tolist() == [0, 1, 2, 3]


def test_recall_counts_the_most_likely_class(problem, shares, small):
    X, _, _ = problem
    train, validation = slice(90), slice(90, None)
    clf = DNNClassifier(**small)
    clf.fit(X[train], shares[train], X_val=X[validation], y_val=shares[validation])
    majority = shares[NAMES].idxmax(axis=1)[validation]  # the first of equally likely classes
    assert (shares[validation].max(axis=1) == 0.5).any()
    score = clf.history_["valid_score"][clf.best_epoch_ - 1]
    assert score == pytest.approx(uar_score(majority, clf.predict(X[validation])), abs=1e-12)
    by_scorer = DNNClassifier(**small, monitor="accuracy")
    by_scorer.fit(X[train], shares[train], X_val=X[validation], y_val=shares[validation])
    expected = (by_scorer.predict(X[validation]) == majority).mean()
    assert by_scorer.score(X[validation], shares[validation]) == pytest.approx(expected)
    best = by_scorer.history_["valid_score"][by_scorer.best_epoch_ - 1]
    assert best == pytest.approx(expected)


def test_held_out_rows_are_stratified_by_the_most_likely_class(
    problem, small, seen_rows, split_of
):
    X, _, _ = problem
    y = np.full((150, 4), 0.1)
    y[np.arange(150), np.repeat([0, 1, 2, 3], [100, 40, 9, 1])] = 0.7
    clf = DNNClassifier(**small, callbacks=[seen_rows()], validation_fraction=0.2).fit(X, y)
    train, held_out = split_of(clf, X)
    assert np.bincount(y[held_out].argmax(axis=1), minlength=4).tolist() == [20, 8, 2, 0]
    assert len(train) == 120
    groups = np.arange(150) % 7
    train, held_out = split_of(clf.fit(X, y, groups=groups), X)
    assert not set(groups[train]) & set(groups[held_out])
    assert len(train) + len(held_out) == 150


def test_class_weight_of_a_row_is_the_mean_by_its_probabilities(problem, shares, small):
    X, _, _ = problem
    by_class = {"angry": 4, "happy": 1, "neutral": 2, "sad": 0.5}
    options = {**small, "early_stopping": False, "dtype": "float64"}
    clf = DNNClassifier(**options, class_weight=by_class).fit(X, shares)
    by_row = shares @ pd.Series(by_class)
    assert_same_bits(clf, DNNClassifier(**options).fit(X, shares, sample_weight=by_row))


def test_training_and_sources_can_mix_hard_and_soft_labels(problem, shares, source, small):
    X, y, _ = problem
    clf = DNNClassifier(**small, warm_start=True).fit(X, y).fit(X, shares).fit(X, y)
    clf = pickle.loads(pickle.dumps(clf)).partial_fit(X, shares).partial_fit(X, y)
    assert clf.classes_.tolist() == NAMES
    soft = DNNClassifier(**small).fit(X, shares)
    both = ProgressiveClassifier([("soft", soft), ("hard", source)], **small).fit(X, y)
    inside = ProgressiveClassifier(DNNClassifier(**small), **small).fit(X, shares, source_y=y)
    for reader in (both, inside, FineTunedClassifier(soft, **small).fit(X, shares)):
        assert reader.classes_.tolist() == NAMES
    numbers = ProgressiveRegressor(soft, **small).fit(X, shares)
    assert numbers.predict(X).shape == (150, 4)


def test_soft_labels_pass_through_pipelines_and_cross_validation(problem, shares, small):
    X, _, _ = problem
    model = make_pipeline(StandardScaler(), DNNClassifier(**small))
    scores = cross_val_score(model, X, shares, cv=3, error_score="raise")
    assert set(cross_val_predict(model, X, shares, cv=3)) <= set(NAMES)
    assert scores.shape == (3,)


# Refused labels


def assert_refused(X, y, match, cls=DNNClassifier, options=None, **fit_params):
    with pytest.raises(ValueError, match=match):
        cls(**(options or {}), max_epochs=1).fit(X, y, **fit_params)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda P: P * 1.001, r"^Each row of y must sum to 1 within 1e-06; .* of 150 of 150 "),
        (
            lambda P: P + np.array([0.5, -0.5, 0, 0]),
            r"^y must hold probabilities, none of them negative",
        ),
        (
            lambda P: (P > 0).astype(int),
            r"^y must have one label for each row, or the probability",
        ),
        (lambda P: (P > 0).astype(float), r"^Each row of y must sum to 1 within 1e-06"),
        (lambda P: P > 0, r"^y must have one label for each row, or the probability"),
        (lambda P: P * np.nan, "NaN"),
        (lambda P: P[:5], "inconsistent"),
        (lambda P: P * 0 + [[0, 1, 0, 0]], "^y must have at least 2 classes for DNNClassifier"),
    ],
)
def test_tables_that_are_not_probabilities_are_refused(change, message, problem, shares):
    assert_refused(problem[0], change(shares.to_numpy()), message)


def test_rows_that_nearly_sum_to_1_are_accepted(problem, shares, small):
    DNNClassifier(**small).fit(problem[0], shares * (1 + 5e-7))


def test_wrong_columns_and_shapes_are_refused(problem, shares, small):
    X, y, _ = problem
    columns = r"^{} must have a column for each class, \['angry', .*; got \[0, 1, 2, 3\]"
    array = shares.to_numpy()
    assert_refused(X, shares, columns.format("y_val"), X_val=X, y_val=array)
    assert_refused(X, shares, r"^Each row of y_val must sum to 1", X_val=X, y_val=shares * 2)
    assert_refused(
        X,
        shares,
        r"^y_val must have the shape \(150, 4\); got shape \(9, 4\)",
        X_val=X,
        y_val=shares[:9],
    )
    assert_refused(X, y, r"^y_val must have one label for each row", X_val=X, y_val=shares)
    repeated_name = shares.set_axis(["a", "a", "b", "c"], axis=1)
    assert_refused(X, repeated_name, r"^The columns of y must have different names")
    assert_refused(
        X, shares, "^y must have one label for each row in Multi", cls=MultiTaskClassifier
    )
    with_empty_class = shares.assign(bored=0.0)
    assert_refused(
        X,
        with_empty_class,
        r"with class_weight='balanced'; got 0 for \['bored'\]",
        options={"class_weight": "balanced"},
    )
    fitted = DNNClassifier(**small).fit(X, shares)
    for call in (fitted.partial_fit, fitted.score):
        with pytest.raises(ValueError, match=columns.format("y")):
            call(X, array)
    with pytest.raises(ValueError, match=r"^y must have a column for each class"):
        DNNClassifier(**small).partial_fit(X, shares, classes=[*NAMES, "bored"])


def test_validation_rows_whose_likely_classes_have_no_weight_are_refused(problem, shares, small):
    X, _, _ = problem
    clf = DNNClassifier(**small, class_weight={"angry": 0.0})
    all_angry = pd.DataFrame([[0.1, 0.7, 0.1, 0.1]] * 5, columns=shares.columns)
    with pytest.raises(ValueError, match=r"must have a row whose most likely class has a weight"):
        clf.fit(X, shares, X_val=X[:5], y_val=all_angry)
    clf.set_params(monitor="loss").fit(X, shares, X_val=X[:5], y_val=all_angry)
