"""Each method runs with each source that it can use, and no unused source is trained."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.evaluation import SourceCorpus, audit, count_fits, cross_validate_transfer
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
from skprognet.sources import LayerSource

OPTIONS = {"hidden_layer_sizes": (3,), "max_epochs": 1}
SPEAKER = np.array([f"s{i % 4}" for i in range(48)])
GENDER = np.where(np.isin(SPEAKER, ["s0", "s1"]), "female", "male")
EMOTION = np.random.default_rng(0).choice(["angry", "sad"], 48)
X = pd.DataFrame(np.random.default_rng(1).normal(size=(48, 4)), columns=["a", "b", "n.1", "n.2"])


class Guess(ClassifierMixin, BaseEstimator):
    """A custom method that records the source and the source labels of each fit."""

    given = []

    def __init__(self, source=None, random_state=None):
        self.source = source
        self.random_state = random_state

    def fit(self, X, y, *, X_val=None, y_val=None, source_y=None):
        self.given.append((self.source, source_y))
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.repeat(self.classes_[:1], len(X))


class MultiTask(Guess):
    needs_from_source = "labels"
    reads_several_sources = True


class Posteriors(Guess):
    needs_from_source = "posteriors"


def options(**changes):
    network = DNNClassifier(**OPTIONS, random_state=0).fit(-X[["a", "b"]], GENDER)
    return {
        "methods": {
            "DNN": DNNClassifier(**OPTIONS),
            "PT/FT": FineTunedClassifier(**OPTIONS),
            "ProgNet": ProgressiveClassifier(**OPTIONS),
            "multi-task": MultiTask(),
            "posterior": Posteriors(),
            "own": Guess(),
        },
        "sources": {
            "gender": GENDER,
            "other": SourceCorpus(X[["a", "b"]], EMOTION, SPEAKER),
            "network": network,
            "layers": LayerSource(["n."]),
        },
        "source_estimator": DNNClassifier(**OPTIONS),
        "groups": SPEAKER,
        "cv": RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0),
        **changes,
    }


def run(**changes):
    return cross_validate_transfer(X, EMOTION, n_jobs=1, **options(**changes))


def test_each_method_runs_with_each_source_that_it_can_use():
    scores = run()
    expected = {
        "gender": ["PT/FT", "ProgNet", "multi-task", "own"],
        "other": ["PT/FT", "ProgNet", "own"],
        "network": ["PT/FT", "ProgNet", "own"],
        "layers": ["ProgNet", "own"],
    }
    classifying_sources = {"gender", "other", "network"}
    for source, methods in expected.items():
        names = scores.loc[scores["source"] == source, "method"].drop_duplicates().tolist()
        assert [name for name in names if name != "posterior"] == methods
        assert ("posterior" in names) == (source in classifying_sources)
    assert count_fits(X, EMOTION, **options()) == len(scores) + 3 + 3  # gender, other
    audit(scores)


class ReadsAndSpoils(Guess):
    """A custom method that reads its source, and then changes it."""

    def fit(self, X, y, *, X_val=None, y_val=None):
        self.source.predict(X)
        del self.source.net_
        return super().fit(X, y)


def test_own_methods_get_fitted_copies_of_their_sources():
    rows = X[["a", "b"]].to_numpy()
    network = DNNClassifier(**OPTIONS, random_state=0).fit(rows, GENDER)
    changes = {
        "methods": {"own": ReadsAndSpoils(), "another": ReadsAndSpoils()},
        "sources": {"gender": GENDER, "network": network},
    }
    scores = cross_validate_transfer(rows, EMOTION, n_jobs=1, **options(**changes))
    assert len(scores) == 2 * 2 * 3
    assert hasattr(network, "net_")


def test_method_that_needs_source_labels_gets_those_of_its_training_rows():
    Guess.given.clear()
    methods = {"multi-task": MultiTask()}
    sources = {"speaker": SPEAKER, "gender": GENDER}
    changes = {"methods": methods, "sources": sources, "source_estimator": None}
    changes["combined_sources"] = [("speaker", "gender")]
    scores = run(**changes)
    assert count_fits(X, EMOTION, **options(**changes)) == len(scores) == 9  # no source is trained
    assert scores["source_seed"].isna().all()
    assert scores["source_score"].isna().all()
    assert (scores["source_overlap"] == 0).all()
    expected_labels = []
    for train, _, _ in options()["cv"].split_with_validation(X, EMOTION, SPEAKER):
        labels = pd.DataFrame(sources).iloc[train]
        expected_labels += [labels[["speaker"]], labels[["gender"]], labels]
    for (source, labels), expected in zip(Guess.given, expected_labels, strict=True):
        assert source is None
        pd.testing.assert_frame_equal(labels, expected)
    audit(scores)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"sources": {"layers": LayerSource(["n."])}, "methods": ["PT/FT", "ProgNet"]},
            "The method 'PT/FT' must have a source with layers of a network to copy; got "
            "'layers'. Add such a source, or leave the method out.",
        ),
        (
            {
                "sources": {"gender": GENDER, "layers": LayerSource(["n."])},
                "methods": ["PT/FT", "multi-task"],
            },
            "Each source must have what a method needs; got 'layers', which no method can read: "
            "'PT/FT' needs layers of a network to copy; 'multi-task' needs classes of a "
            "source task for the rows of X. Leave it out, or add a ProgressiveClassifier.",
        ),
        (
            {
                "sources": {"gender": GENDER, "layers": LayerSource(["n."])},
                "combined_sources": [("gender", "layers")],
                "methods": ["multi-task", "own"],
            },
            "All sources of a combination must have what a method needs; got 'gender + layers', "
            "which no method can read: 'multi-task' needs classes of a source task for the rows "
            "of X. Leave it out, or add a ProgressiveClassifier.",
        ),
        (
            {"source_estimator": None, "sources": {"gender": GENDER}, "methods": ["ProgNet"]},
            "source_estimator must be the classifier to train on the source tasks ['gender']; got "
            "None. Pass a classifier.",
        ),
    ],
)
def test_source_that_no_method_can_use_is_refused_before_training(changes, sentence):
    methods = options()["methods"]
    changes = {**changes, "methods": {name: methods[name] for name in changes["methods"]}}
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        count_fits(X, EMOTION, **options(**changes))
