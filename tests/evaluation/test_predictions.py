"""Predictions of the test rows: equal to those of fits by hand, however the run was done."""

import re

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from skprognet import (
    DNNClassifier,
    FineTunedClassifier,
    MultiTaskClassifier,
    PosteriorClassifier,
    ProgressiveClassifier,
    SideBySideClassifier,
)
from skprognet.evaluation import cross_validate_transfer
from skprognet.metrics import Score, uar_score
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

OPTIONS = {"hidden_layer_sizes": (6,), "max_epochs": 1, "lr": 0.01}
NETWORKS = {
    "DNN": DNNClassifier(**OPTIONS),
    "PT/FT": FineTunedClassifier(**OPTIONS),
    "ProgNet": ProgressiveClassifier(**OPTIONS),
    "side by side": SideBySideClassifier(**OPTIONS),
    "posterior": PosteriorClassifier(**OPTIONS),
    "multi-task": MultiTaskClassifier(**OPTIONS),
}
OTHERS = {"LR": LogisticRegression(), "SVM": LinearSVC()}
FIT = ["method", "source", "repeat", "fold"]
LABELS = {"text": ["angry", "happy", "sad"], "integers": [10, 2, 7], "bools": [True, False, True]}
N = 90


def corpus(labels="text"):
    rng = np.random.default_rng(0)
    code, speaker = rng.integers(3, size=N), np.array([f"s{i % 5}" for i in range(N)])
    X = rng.normal(size=(N, 4)) + 2 * (code == 0)[:, None]
    return X, np.array(LABELS[labels])[code], speaker


def run(labels="text", **options):
    X, y, speaker = corpus(labels)
    options = {
        "methods": {"LR": LogisticRegression()},
        "groups": speaker,
        "cv": RepeatedSpeakerStratifiedKFold(3, n_repeats=2, random_state=1),
        "return_predictions": True,
        "n_jobs": 1,
        **options,
    }
    return cross_validate_transfer(X, y, **options)


@pytest.fixture(scope="module")
def all_methods():
    gender = np.where(np.isin(corpus()[2], ["s0", "s1"]), "f", "m")
    sources = {"sources": {"gender": gender}, "source_estimator": DNNClassifier(**OPTIONS)}
    cv = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=1)
    return run(methods=NETWORKS | OTHERS, return_curves=True, cv=cv, **sources)


def recomputed(predictions, score=uar_score):
    fits = predictions.groupby(FIT, sort=False)[["truth", "prediction"]]
    return [score(fit["truth"], fit["prediction"]) for _, fit in fits]


def test_scores_equal_those_computed_from_the_predictions(all_methods):
    scores, _, predictions = all_methods
    assert set(scores["method"]) == {*NETWORKS, *OTHERS}
    assert recomputed(predictions) == scores["score"].tolist()


def test_predictions_are_in_the_order_of_the_scores_and_then_of_the_rows(all_methods):
    scores, _, predictions = all_methods
    _, y, _ = corpus()
    fits = predictions.groupby(FIT, sort=False)["row"]
    assert list(fits.groups) == [tuple(fit) for fit in scores[FIT].to_numpy()]
    assert fits.apply(lambda rows: rows.is_monotonic_increasing).all()
    assert fits.size().tolist() == scores["n_test"].tolist()
    for _, rows in predictions.groupby(["method", "repeat"])["row"]:
        assert sorted(rows) == list(range(N))  # each row once in a repeat
    assert (predictions["truth"] == y[predictions["row"]]).all()


def test_columns_are_keys_then_labels_then_class_probabilities(all_methods):
    _, _, predictions = all_methods
    keys = ["method", "source", "target", "corpus", "repeat", "fold", "baseline", "row"]
    classes = ["p_angry", "p_happy", "p_sad"]
    assert list(predictions) == [*keys, "truth", "prediction", *classes]
    assert (predictions[classes].dtypes == np.float32).all()


def test_predictions_have_the_baseline_of_the_scores(all_methods):
    scores, _, predictions = all_methods
    baselines = predictions.drop_duplicates(FIT)["baseline"].tolist()
    assert baselines == scores["baseline"].tolist()
    assert set(baselines) == {"DNN", "none"}


def test_prediction_is_the_most_probable_class(all_methods):
    _, _, predictions = all_methods
    predictions = predictions[predictions["method"] != "SVM"]
    p = predictions.filter(like="p_")
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-6)
    assert (p.idxmax(axis=1) == "p_" + predictions["prediction"]).all()


def test_classifier_without_predict_proba_has_missing_probabilities(all_methods):
    _, _, predictions = all_methods
    is_svm = predictions["method"] == "SVM"
    assert predictions[is_svm].filter(like="p_").isna().all(axis=None)
    assert not predictions[~is_svm].filter(like="p_").isna().any(axis=None)


def test_a_fit_by_hand_predicts_the_same():
    X, y, speaker = corpus()
    scores, predictions = run(methods={"DNN": NETWORKS["DNN"]}, normalisation="none")
    fit = scores.iloc[4]  # repeat 2, fold 2
    cv = RepeatedSpeakerStratifiedKFold(3, n_repeats=2, random_state=1)
    train, validation, test = list(cv.split_with_validation(X, y, speaker))[4]
    network = DNNClassifier(**OPTIONS, random_state=fit["seed"])
    network.fit(X[train], y[train], X_val=X[validation], y_val=y[validation])
    rows = predictions[(predictions["repeat"] == 2) & (predictions["fold"] == 2)]
    assert rows["row"].tolist() == test.tolist()
    assert rows["prediction"].tolist() == network.predict(X[test]).tolist()
    p = network.predict_proba(X[test])
    np.testing.assert_array_equal(rows.filter(like="p_"), p.astype(np.float32))


@pytest.mark.parametrize("labels", LABELS)
def test_labels_keep_their_type(labels, tmp_path):
    _, y, _ = corpus(labels)
    _, predictions = run(labels, checkpoint=tmp_path)
    _, repeated = run(labels, checkpoint=tmp_path)
    pd.testing.assert_frame_equal(predictions, repeated, check_exact=True)
    assert (predictions["truth"] == y[predictions["row"]]).all()
    assert predictions["truth"].dtype == predictions["prediction"].dtype == pd.Series(y).dtype
    assert list(predictions)[10:] == [f"p_{label}" for label in np.unique(y)]


def test_each_training_size_has_its_own_predictions():
    cv = RepeatedSpeakerStratifiedKFold(4, n_repeats=1, random_state=0)
    scores, predictions = run(cv=cv, train_folds=(1, 2))
    assert predictions.groupby("n_train_folds").size().tolist() == [N, N]
    sizes = predictions.groupby(["n_train_folds", *FIT], sort=False)[["truth", "prediction"]]
    assert [uar_score(fit["truth"], fit["prediction"]) for _, fit in sizes] == scores[
        "score"
    ].tolist()


class UnsortedSplit:
    """One split whose rows are not sorted."""

    def split_with_validation(self, X, y, groups):
        order = np.random.default_rng(0).permutation(N)
        yield order[:30], order[30:60], order[60:]


def _order_dependent_score(y_true, y_pred):
    """Return a score that depends on the order of the rows."""
    right = np.asarray(y_true) == np.asarray(y_pred)
    return float(right @ 0.9 ** np.arange(len(right)))


def test_rows_are_scored_in_the_order_of_the_table():
    score = Score("in order", _order_dependent_score)
    scores, predictions = run(cv=UnsortedSplit(), scoring=score)
    assert predictions["row"].is_monotonic_increasing
    assert recomputed(predictions, _order_dependent_score) == scores["score"].tolist()


# --- other ways to do the same run -----------------------------------------------------------


@pytest.fixture(scope="module")
def two_networks():
    return run_two_networks()


def run_two_networks(**options):
    gender = np.where(np.isin(corpus()[2], ["s0", "s1"]), "f", "m")
    return run(
        methods={name: NETWORKS[name] for name in ("DNN", "ProgNet")},
        sources={"gender": gender},
        source_estimator=NETWORKS["DNN"],
        **options,
    )


def assert_same(tables, expected_tables):
    for table, expected in zip(tables, expected_tables, strict=True):
        table, expected = (t.drop(columns="seconds", errors="ignore") for t in (table, expected))
        pd.testing.assert_frame_equal(table, expected, check_exact=True)


def test_option_return_predictions_does_not_change_the_scores(two_networks):
    assert_same([run_two_networks(return_predictions=False)], two_networks[:1])


def test_two_threads_give_the_predictions_of_one_process(two_networks):
    with joblib.parallel_config("threading"):
        assert_same(run_two_networks(n_jobs=2), two_networks)


def test_continued_run_gives_the_predictions_of_a_whole_run(two_networks, tmp_path):
    run_two_networks(checkpoint=tmp_path)
    paths = sorted(tmp_path.glob("repeat-*.json"))
    assert len(paths) >= 4
    for path in paths[::2]:
        path.unlink()
    assert_same(run_two_networks(checkpoint=tmp_path), two_networks)


def test_a_checkpoint_without_predictions_is_refused(tmp_path):
    run(checkpoint=tmp_path, return_predictions=False)
    message = "got one that differs in return_predictions (then False, now True). Use "
    with pytest.raises(ValueError, match=re.escape(message)):
        run(checkpoint=tmp_path)


# --- classifiers of the user -----------------------------------------------------------------


class PredictsOneLabel(ClassifierMixin, BaseEstimator):
    """Predicts one label, known or not, with probabilities for the classes that it was given."""

    def __init__(self, label, classes):
        self.label = label
        self.classes = classes

    def fit(self, X, y):
        self.classes_ = np.array(self.classes)
        return self

    def predict(self, X):
        return np.repeat(np.array([self.label]), len(X))

    def predict_proba(self, X):
        return np.tile(np.arange(1.0, len(self.classes) + 1), (len(X), 1))


def test_probabilities_are_in_the_column_of_their_class():
    _, predictions = run(methods={"odd": PredictsOneLabel("sad", ["sad", "bored", "angry"])})
    assert (predictions["prediction"] == "sad").all()
    assert (predictions[["p_sad", "p_angry", "p_happy"]] == [1, 3, 0]).all(axis=None)


def test_predicted_label_that_is_not_a_class_is_refused():
    message = (
        "Methods must predict labels of the target, which are ['angry', 'happy', 'sad']; got "
        "'bored' from 'odd'. Correct this method, or leave it out."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        run(methods={"odd": PredictsOneLabel("bored", ["sad"])})


def test_whole_floats_are_accepted_as_integer_labels():
    scores, predictions = run("integers", methods={"odd": PredictsOneLabel(7.0, [2, 7, 10])})
    assert (predictions["prediction"] == 7).all()
    assert predictions["prediction"].dtype == np.int64
    assert recomputed(predictions) == scores["score"].tolist()


class WithoutClasses(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.first_ = y[0]
        return self

    def predict(self, X):
        return np.full(len(X), self.first_)

    def predict_proba(self, X):
        return np.full((len(X), 3), 1 / 3)


def test_probabilities_of_unknown_classes_are_missing():
    _, predictions = run(methods={"mine": WithoutClasses()})
    assert predictions.filter(like="p_").isna().all(axis=None)
