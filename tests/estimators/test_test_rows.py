"""Tests of X_test and y_test: fit records a score after each epoch and changes nothing else."""

import re

import numpy as np
import pytest
import torch
from sklearn import config_context
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.metrics import uar_score

OPTIONS = {"hidden_layer_sizes": (6,), "lr": 0.01, "random_state": 0}


@pytest.fixture
def problem(rng):
    X = StandardScaler().fit_transform(rng.normal(size=(90, 4)))
    y = np.array(["a", "b", "c"])[(X[:, 0] > -0.4).astype(int) + (X[:, 1] > 0.4)]
    return X, y


@pytest.fixture(params=[DNNClassifier, FineTunedClassifier, ProgressiveClassifier])
def model(request, problem):
    X, y = problem
    if request.param is DNNClassifier:
        return DNNClassifier(**OPTIONS)
    source = DNNClassifier(**OPTIONS, max_epochs=2).fit(X[:40], y[:40] == "a")
    return request.param(source, **OPTIONS)


def fit(model, problem, *, tested, **options):
    X, y = problem
    rows = {"X_test": X[60:], "y_test": y[60:]} if tested else {}
    return model.set_params(**options).fit(X[:60], y[:60], **rows)


def test_score_of_an_epoch_is_that_of_a_fit_with_as_many_epochs(model, problem):
    X, y = problem
    history = fit(model, problem, tested=True, max_epochs=4, early_stopping=False).history_
    for n_epochs in (1, 2, 3, 4):
        shorter = fit(model, problem, tested=False, max_epochs=n_epochs)
        expected = uar_score(y[60:], shorter.predict(X[60:]))
        assert history["test_score"][n_epochs - 1] == pytest.approx(expected, rel=1e-12)


def test_recorded_score_is_the_score_that_monitor_names(model, problem):
    X, y = problem
    options = {"max_epochs": 2, "early_stopping": False}
    fitted = fit(model, problem, tested=True, monitor="loss", **options)
    loss = log_loss(y[60:], fitted.predict_proba(X[60:]), labels=fitted.classes_)
    assert fitted.history_["test_score"].iloc[-1] == pytest.approx(-loss, rel=1e-5)
    fitted = fit(model, problem, tested=True, monitor="accuracy", **options)
    assert fitted.history_["test_score"].iloc[-1] == fitted.score(X[60:], y[60:])


def test_test_rows_change_nothing_but_the_recorded_score(model, problem):
    X, _ = problem
    with_rows = fit(model, problem, tested=True, max_epochs=5)
    probabilities, history = with_rows.predict_proba(X), with_rows.history_
    fingerprints = with_rows.row_fingerprints_
    without = fit(model, problem, tested=False)
    np.testing.assert_array_equal(without.predict_proba(X), probabilities)
    np.testing.assert_array_equal(without.row_fingerprints_, fingerprints)
    assert "test_score" not in without.history_
    other_columns = [name for name in history if name not in ("test_score", "dur")]
    assert without.history_[other_columns].equals(history[other_columns])


def test_every_epoch_has_a_score_if_patience_ends_the_fit(model, problem):
    history = fit(model, problem, tested=True, max_epochs=60, patience=1, lr=0.5).history_
    assert len(history) < 60
    assert history["test_score"].notna().all()


def test_model_keeps_no_test_rows_and_training_can_continue(model, problem):
    X, y = problem
    fitted = fit(model, problem, tested=True, max_epochs=2)
    callback_values = [
        value for _, callback in fitted.net_.callbacks_ for value in vars(callback).values()
    ]
    assert not any(torch.is_tensor(value) for value in callback_values)
    fitted.partial_fit(X[:60], y[:60])
    assert len(fitted.history_) == 3


def test_wrong_test_rows_are_refused(model, problem):
    X, y = problem
    sentence = (
        "X_test and y_test must be passed together; got X_test without y_test. Pass both or "
        "neither."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        model.fit(X, y, X_test=X)
    with pytest.raises(ValueError, match="y_test must only have labels seen in training"):
        model.fit(X, y, X_test=X[:2], y_test=["a", "z"])
    with pytest.raises(ValueError, match="features"):
        model.fit(X, y, X_test=X[:2, :3], y_test=y[:2])
    with pytest.raises(ValueError, match="NaN"):
        model.fit(X, y, X_test=X[:2] * np.nan, y_test=y[:2])


def test_metadata_routing_passes_test_rows_to_fit(problem):
    X, y = problem
    with config_context(enable_metadata_routing=True):
        model = DNNClassifier(**OPTIONS, max_epochs=1).set_fit_request(X_test=True, y_test=True)
        model.fit(X, y, X_test=X, y_test=y)
    assert "test_score" in model.history_
