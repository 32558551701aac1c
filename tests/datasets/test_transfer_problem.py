"""The invented transfer problem is as described, and methods gain only if the source helps."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ttest_1samp
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from skprognet import (
    DNNClassifier,
    DNNRegressor,
    FineTunedClassifier,
    FineTunedRegressor,
    ProgressiveClassifier,
    ProgressiveRegressor,
)
from skprognet.datasets import make_transfer_problem
from skprognet.metrics import ccc_score, uar_score

NET = {"hidden_layer_sizes": (32, 32), "dropout": 0.0, "lr": 0.01}


def quadrant(z, turn=0):
    """Return each point's quadrant: 0 lower left, 1 upper left, 2 lower right, 3 upper right."""
    angle = np.degrees(np.arctan2(z[:, 1], z[:, 0]))
    return np.array([3, 1, 0, 2])[((angle - turn) % 360 // 90).astype(int)]


# The table


def test_target_is_the_quadrant_of_the_factors():
    problem = make_transfer_problem(random_state=0)
    np.testing.assert_array_equal(problem.target, quadrant(problem.factors))


@pytest.mark.parametrize("transfer", [-1, -0.3, 0, 0.6, 1])
def test_share_of_informed_source_labels_is_the_absolute_transfer(transfer):
    problem = make_transfer_problem(4000, transfer=transfer, random_state=0)
    assert problem.informed.mean() == pytest.approx(abs(transfer), abs=0.02)
    plane = problem.factors if transfer > 0 else problem.nuisance
    # A turned quadrant is the same up to the names of the four classes.
    turned = quadrant(plane, turn=45)
    labels = problem.source[problem.informed]
    pairs = set(zip(turned[problem.informed].tolist(), labels.tolist(), strict=True))
    assert len(pairs) == (4 if transfer else 0)
    uninformed = problem.source[~problem.informed]
    if len(uninformed):
        table = np.zeros((4, 4))
        np.add.at(table, (turned[~problem.informed], uninformed), 1)
        assert chi2_contingency(table).pvalue > 0.01


@pytest.mark.parametrize(("transfer", "share"), [(-1, 0), (0, 0), (0.5, 0.5), (1, 1)])
def test_source_and_target_depend_on_each_other_as_transfer_says(transfer, share):
    problem = make_transfer_problem(8000, transfer=transfer, random_state=1)
    joint = np.zeros((4, 4))
    np.add.at(joint, (problem.target, problem.source), 1 / 8000)
    # Half of each turned quadrant lies in one quadrant, half in the next.
    expected = np.where(joint > 1 / 16, (1 + share) / 16, (1 - share) / 16)
    np.testing.assert_allclose(joint, expected, atol=0.012)


def test_target_task_does_not_depend_on_transfer():
    misleading, helpful = (make_transfer_problem(transfer=t, random_state=3) for t in (-1, 0.7))
    for name in ("data", "target", "speaker", "factors", "nuisance"):
        np.testing.assert_array_equal(misleading[name], helpful[name])
    assert (misleading.source != helpful.source).any()


def test_features_are_mixed_as_described():
    problem = make_transfer_problem(20_000, 200, n_speakers=40, random_state=0)
    is_speaker = (problem.speaker[:, None] == np.unique(problem.speaker)).astype(float)
    z = np.hstack([problem.factors, problem.nuisance])
    products = [z, z**3, z * (z**2).sum(axis=1, keepdims=True), is_speaker]
    weights, *_ = np.linalg.lstsq(np.hstack(products), problem.data)
    residual = problem.data - np.hstack(products) @ weights
    assert residual.std() == pytest.approx(0.5, rel=0.03)
    assert weights[-40:].std() == pytest.approx(0.2, rel=0.05)
    small = np.abs(z).max(axis=1) < 0.7  # where tanh is nearly linear
    straight, *_ = np.linalg.lstsq(np.hstack([z, is_speaker])[small], problem.data[small])
    assert straight[:2].std() == pytest.approx(0.18, rel=0.1)
    assert straight[2:4].std() == pytest.approx(0.36, rel=0.1)


def test_speakers_are_balanced_and_independent_of_the_labels():
    problem = make_transfer_problem(4003, n_speakers=7, random_state=0)
    names, counts = np.unique(problem.speaker, return_counts=True)
    assert names.tolist() == ["01", "02", "03", "04", "05", "06", "07"]
    assert np.ptp(counts) == 1
    for labels in (problem.target, problem.source):
        table = [np.bincount(labels[problem.speaker == name]) for name in names]
        assert chi2_contingency(table).pvalue > 0.01


def test_same_random_state_gives_the_same_table():
    first, repeated, of_other_seed = (
        make_transfer_problem(random_state=seed) for seed in (0, 0, 1)
    )
    for name in first:
        np.testing.assert_array_equal(first[name], repeated[name])
    assert not np.array_equal(first.data, of_other_seed.data)


def test_nuisance_does_not_predict_the_target():
    problem = make_transfer_problem(2000, random_state=0)
    options = {"max_iter": 1000}
    train, test = slice(1000), slice(1000, None)
    for X, least, most in ((problem.nuisance, 0.2, 0.3), (problem.data, 0.6, 1)):
        fitted = LogisticRegression(**options).fit(X[train], problem.target[train])
        assert least < uar_score(problem.target[test], fitted.predict(X[test])) < most


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"transfer": 1.5}, r"^transfer must satisfy -1 <= transfer <= 1; got 1.5\.$"),
        ({"n_speakers": 1001}, r"^n_speakers must satisfy 1 <= n_speakers <= 1000; got 1001\.$"),
        ({"n_samples": 0}, r"^n_samples must satisfy 1 <= n_samples; got 0\.$"),
        ({"n_features": 0}, r"^n_features must satisfy 1 <= n_features; got 0\.$"),
        ({"target": "numbers"}, r"^target must be one of 'classes', 'number'; got 'numbers'\.$"),
    ],
)
def test_options_out_of_range_are_refused(option, message):
    with pytest.raises(ValueError, match=message):
        make_transfer_problem(**option)


# What the methods gain


OPTIONS = {**NET, "max_epochs": 40, "early_stopping": False}
MANY, FEW, TEST = slice(1000), slice(32), slice(1000, None)


def score_of(model, X, y):
    return uar_score(y[TEST], model.fit(X[FEW], y[FEW]).predict(X[TEST]))


@cache
def score_without_source(random_state):
    """Return the target's UAR of a network alone, which does not depend on the transfer."""
    problem = make_transfer_problem(1600, random_state=random_state)
    X = StandardScaler().fit(problem.data[MANY]).transform(problem.data)
    return score_of(DNNClassifier(**OPTIONS, random_state=random_state), X, problem.target)


def gains(transfer, random_state):
    """Return by how much the target's UAR is higher with a source, for both methods."""
    problem = make_transfer_problem(1600, transfer=transfer, random_state=random_state)
    X = StandardScaler().fit(problem.data[MANY]).transform(problem.data)
    learning = {"max_epochs": 30, "batch_size": 128, "monitor": "loss"}
    source = DNNClassifier(**NET, **learning, random_state=random_state)
    source.fit(X[MANY], problem.source[MANY])
    tuned, progressive = (
        score_of(kind(source, **OPTIONS, random_state=random_state), X, problem.target)
        for kind in (FineTunedClassifier, ProgressiveClassifier)
    )
    plain = score_without_source(random_state)
    return tuned - plain, progressive - plain


def test_both_methods_gain_from_a_fully_informed_source():
    gains_of_both = np.array([gains(1, seed) for seed in range(8)])
    assert (gains_of_both.mean(axis=0) > 0.05).all()
    assert (ttest_1samp(gains_of_both, 0, alternative="greater").pvalue < 0.001).all()


def test_both_methods_gain_less_from_a_half_informed_source():
    gains_of_both = np.array([gains(0.5, seed) for seed in range(8)])
    assert (ttest_1samp(gains_of_both, 0, alternative="greater").pvalue < 0.05).all()
    assert (gains_of_both.mean(axis=0) < 0.06).all()


def test_neither_method_gains_from_an_uninformed_source():
    gains_of_both = np.array([gains(0, seed) for seed in range(8)])
    assert (np.abs(gains_of_both.mean(axis=0)) < 0.025).all()
    assert (ttest_1samp(gains_of_both, 0).pvalue > 0.01).all()


def test_misleading_source_hurts_fine_tuning_but_hardly_a_progressive_network():
    gains_of_both = np.array([gains(-1, seed) for seed in range(8)])
    tuned, progressive = gains_of_both.T
    assert tuned.mean() < -0.05
    assert ttest_1samp(tuned, 0, alternative="less").pvalue < 0.01
    assert progressive.mean() > -0.03
    assert ttest_1samp(progressive - tuned, 0, alternative="greater").pvalue < 0.01


# A number as the target


def test_target_number_changes_only_the_target():
    classes = make_transfer_problem(random_state=3)
    number = make_transfer_problem(target="number", random_state=3)
    assert set(number) - set(classes) == {"best_ccc"}
    for name in set(classes) - {"target"}:
        np.testing.assert_array_equal(number[name], classes[name])
    np.testing.assert_array_equal(number.target, number.factors[:, 0])
    np.testing.assert_array_equal(number.target > 0, classes.target >= 2)


def test_default_table_is_the_same_as_in_earlier_versions():
    problem = make_transfer_problem(n_samples=4, n_features=2, n_speakers=2, random_state=0)
    assert list(problem) == [
        *("data", "target", "source", "speaker", "factors", "nuisance", "informed")
    ]
    np.testing.assert_allclose(
        problem.data[0], [-0.499894119883596, -0.5460619808990144], rtol=1e-12
    )


def test_best_score_grows_with_the_features():
    few, some, many = (
        make_transfer_problem(10, n, n_speakers=2, target="number", random_state=0).best_ccc
        for n in (3, 30, 120)
    )
    assert 0 < few < 0.7 < some < many < 1


def test_network_with_many_rows_reaches_the_best_score():
    problem = make_transfer_problem(4000, target="number", random_state=0)
    X = StandardScaler().fit_transform(problem.data)
    train, test = slice(3000), slice(3000, None)
    model = DNNRegressor(**NET, loss="ccc", max_epochs=8, random_state=0)
    score = ccc_score(
        problem.target[test], model.fit(X[train], problem.target[train]).predict(X[test])
    )
    assert problem.best_ccc - 0.06 < score < problem.best_ccc + 0.02


def gains_in_ccc(transfer, random_state):
    """Return by how much the target's CCC is higher with a source, for both methods."""
    problem = make_transfer_problem(
        1000, transfer=transfer, target="number", random_state=random_state
    )
    many, few, test = slice(600), slice(20), slice(600, None)
    X = StandardScaler().fit(problem.data[many]).transform(problem.data)
    source = DNNClassifier(**NET, max_epochs=12, monitor="loss", random_state=random_state)
    source.fit(X[many], problem.source[many])
    options = {**NET, "max_epochs": 40, "early_stopping": False, "random_state": random_state}
    plain, tuned, progressive = (
        ccc_score(problem.target[test], model.fit(X[few], problem.target[few]).predict(X[test]))
        for model in (
            DNNRegressor(**options),
            FineTunedRegressor(source, **options),
            ProgressiveRegressor(source, **options),
        )
    )
    return tuned - plain, progressive - plain


def test_helpful_source_raises_the_ccc_and_a_useless_one_does_not():
    helpful, useless = (
        np.mean([gains_in_ccc(transfer, seed) for seed in range(3)], axis=0) for transfer in (1, 0)
    )
    assert (helpful > 0.03).all()
    assert (np.abs(useless) < 0.03).all()
