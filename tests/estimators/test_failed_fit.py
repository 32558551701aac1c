"""Tests that a fit that fails, early or late, leaves the earlier fit unchanged."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from skorch.callbacks import Callback

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier

CLASSES = [DNNClassifier, FineTunedClassifier, ProgressiveClassifier]


def build(cls, source, **options):
    return cls(**options) if cls is DNNClassifier else cls(source, **options)


class Stop(Callback):
    """Raises when the last epoch has ended."""

    def __init__(self, error):
        self.error = error

    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == net.max_epochs:
            raise self.error


class Interrupted(DNNClassifier):
    """A source whose fit is interrupted."""

    def fit(self, X, y, **options):
        raise KeyboardInterrupt


FAILURES = {
    "other features": lambda clf, X, y: clf.fit(X.iloc[:, :5], y, X_val=X, y_val=y),
    "one class": lambda clf, X, y: clf.fit(X, np.full(len(y), "angry")),
    "wrong parameter": lambda clf, X, y: clf.set_params(max_epochs=-1).fit(X, y),
    "wrong validation rows": lambda clf, X, y: clf.fit(X, y, X_val=X.iloc[:, :5], y_val=y),
    "an unknown label": lambda clf, X, y: clf.fit(X, y, X_val=X, y_val=np.repeat("?", len(y))),
    "late": lambda clf, X, y: clf.set_params(callbacks=[Stop(OSError("disk"))]).fit(X, y),
}
WITH_SOURCE = {
    "no labels": lambda clf, X, y: clf.set_params(source=DNNClassifier()).fit(X, y),
    "other source": lambda clf, X, y: clf.set_params(
        source=DNNClassifier().partial_fit(X.iloc[:, :5].rename(columns=str.upper), y)
    ).fit(X, y),
    "interrupted": lambda clf, X, y: clf.set_params(source=Interrupted()).fit(X, y, source_y=y),
}


def fitted_state(clf, X):
    """Return the attributes that a fit sets and the predictions, as plain values."""
    return {
        "attributes": sorted(name for name in vars(clf) if name.endswith("_")),
        "features": (clf.n_features_in_, list(getattr(clf, "feature_names_in_", []))),
        "classes": clf.classes_.tolist(),
        "predictions": clf.predict_proba(X).tolist(),
        "history": clf.history_.to_dict(),
        "epoch": (clf.best_epoch_, clf.interrupted_),
        "rows": clf.row_fingerprints_.tolist(),
        "sources": getattr(clf, "source_digest_", None),
    }


@pytest.mark.parametrize("warm_start", [False, True])
@pytest.mark.parametrize(
    ("cls", "failure"),
    [
        *((DNNClassifier, failure) for failure in FAILURES),
        *((ProgressiveClassifier, failure) for failure in [*FAILURES, *WITH_SOURCE]),
        *((FineTunedClassifier, failure) for failure in ["late", *WITH_SOURCE]),
    ],
)
def test_a_failed_fit_leaves_the_earlier_fit_unchanged(
    cls, failure, warm_start, problem, source, small
):
    X, y, _ = problem
    table = pd.DataFrame(X, columns=[f"f{i}" for i in range(9)])
    clf = build(cls, source, **{**small, "max_epochs": 2}, warm_start=warm_start).fit(table, y)
    before = fitted_state(clf, table)
    fail = {**FAILURES, **WITH_SOURCE}[failure]
    with pytest.raises((ValueError, OSError, KeyboardInterrupt)):
        fail(clf, table * 2, np.where(y == "sad", "happy", y))
    assert fitted_state(clf, table) == before
    assert fitted_state(pickle.loads(pickle.dumps(clf)), table) == before


@pytest.mark.parametrize("cls", CLASSES)
def test_a_failed_first_fit_leaves_no_attributes(cls, problem, source, small):
    X, y, _ = problem
    options = {**small, "max_epochs": 2, "callbacks": [Stop(OSError("disk"))]}
    clf = build(cls, source, **options)
    before = set(vars(clf))
    for fit in (clf.fit, clf.set_params(max_epochs=1).partial_fit):
        with pytest.raises(OSError, match="disk"):
            fit(X, y)
        assert set(vars(clf)) == before


FAULTY_CALLS = {
    "loss": lambda clf, X, y: clf.partial_fit(3e38 * np.sign(X), y),
    "other features": lambda clf, X, y: clf.partial_fit(X[:, :5], y),
    "an unknown label": lambda clf, X, y: clf.partial_fit(X, np.repeat("?", len(y))),
}


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("failure", FAULTY_CALLS)
@pytest.mark.parametrize("cls", CLASSES)
def test_training_after_a_failed_partial_fit_equals_an_unbroken_run(
    cls, failure, optimizer, problem, small
):
    X, y, source_y = problem
    source = DNNClassifier(**small, activation="relu").fit(X, source_y)
    options = {**small, "activation": "relu", "optimizer": optimizer}
    broken, unbroken = (build(cls, source, **options).partial_fit(X, y) for _ in range(2))
    before = fitted_state(broken, X)
    with pytest.raises(ValueError):  # noqa: PT011 - several messages
        FAULTY_CALLS[failure](broken, X, y)
    assert fitted_state(broken, X) == before
    # The optimizer and the random numbers continue from the same state, too.
    for clf in (broken, unbroken):
        clf.partial_fit(X, y)
    np.testing.assert_array_equal(broken.predict_proba(X), unbroken.predict_proba(X))


def test_a_partial_fit_interrupted_at_the_end_of_its_epoch_changes_nothing(problem, small):
    X, y, _ = problem
    interrupting = Stop(KeyboardInterrupt())
    clf = DNNClassifier(**{**small, "max_epochs": 2}, callbacks=[interrupting]).partial_fit(X, y)
    before = fitted_state(clf, X)
    with pytest.raises(KeyboardInterrupt):
        clf.partial_fit(X, y)
    assert fitted_state(clf, X) == before


# Continued training on the same columns


@pytest.mark.parametrize("cls", CLASSES)
def test_warm_start_refuses_other_columns_than_those_of_the_first_fit(cls, problem, source, small):
    X, y, _ = problem
    table = pd.DataFrame(X, columns=[f"f{i}" for i in range(9)])
    clf = build(cls, source, **small, warm_start=True).fit(table, y)
    before = fitted_state(clf, table)
    for other_table in (table[table.columns[::-1]], table.add_prefix("x")):
        with pytest.raises(ValueError, match=r"^The feature names should match those that were"):
            clf.fit(other_table, y)
    with pytest.raises(ValueError, match=r"yet now missing:\n- f5\n- f6"):
        clf.fit(table.iloc[:, :5], y)
    assert fitted_state(clf, table) == before
    # With a tiny learning rate it continues with the same weights.
    clf.set_params(lr=1e-300, max_epochs=1).fit(table, y)
    assert clf.predict_proba(table).tolist() == before["predictions"]
    renamed = copy.deepcopy(clf).set_params(warm_start=False).fit(table.add_prefix("x"), y)
    assert renamed.feature_names_in_[0] == "xf0"
