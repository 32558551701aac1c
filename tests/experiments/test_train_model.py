"""`train_model` trains a model for use, as the command line does."""

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone

from skprognet import DNNClassifier, DNNRegressor, FineTunedRegressor, ProgressiveRegressor
from skprognet.experiments import train_model
from skprognet.metrics import ccc_score

NETWORK = DNNClassifier(hidden_layer_sizes=(4, 4), max_epochs=2, lr=0.02)


def test_source_can_be_a_column_or_a_network(corpus):
    X, labels = corpus
    X = pd.DataFrame(X, columns=list("abcde"))
    gender = train_model(X, labels, target="gender", estimator=NETWORK)
    options = {"method": "progressive", "estimator": NETWORK, "random_state": 3}
    sources = [("read", gender.model[-1]), "speaker"]
    trained = train_model(X, labels, sources=sources, **options)
    assert [name for name, _ in trained.model[-1].sources_] == ["read", "speaker"]
    assert trained.model.classes_.tolist() == ["angry", "sad"]
    assert trained.n_rows == 80
    assert trained.dropped_rows == []
    repeated = train_model(X, labels, sources=sources, **options)
    np.testing.assert_array_equal(trained.model.predict_proba(X), repeated.model.predict_proba(X))


def test_metadata_routing_does_not_change_the_model(corpus):
    X, labels = corpus
    options = {"method": "progressive", "sources": ["gender"], "estimator": NETWORK}
    plain = train_model(X, labels, **options)
    with config_context(enable_metadata_routing=True):
        routed = train_model(X, labels, **options)
    np.testing.assert_array_equal(routed.model.predict_proba(X), plain.model.predict_proba(X))


def test_speakers_of_different_corpora_are_counted_apart(corpus):
    X, labels = corpus
    of_two = labels.assign(corpus=np.arange(len(labels)) // 40)
    for table, expected in ((labels, 4), (of_two, 8)):
        assert train_model(X, table, estimator=NETWORK).counts["speakers"] == expected


def test_dropped_copies_are_listed(corpus):
    X, labels = corpus
    labels_with_copies = pd.concat([labels, labels[:3]], ignore_index=True)
    trained = train_model(
        np.concatenate([X, X[:3]]), labels_with_copies, duplicates="drop", estimator=NETWORK
    )
    assert trained.n_rows == 80
    assert trained.dropped_rows == [80, 81, 82]


def test_a_warning_of_copies_names_the_line_of_the_call(corpus):
    X, labels = corpus
    labels = pd.concat([labels, labels[:3]], ignore_index=True)
    with pytest.warns(UserWarning, match="keeps 3 recordings with copies") as caught:
        train_model(np.concatenate([X, X[:3]]), labels, duplicates="keep", estimator=NETWORK)
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "svm"}, "method must be one of 'dnn', 'fine-tuned', .*; got 'svm'"),
        ({"sources": [("read", NETWORK)]}, "The method must be one that reads sources, such as"),
        ({"method": "fine-tuned"}, "The method 'fine-tuned' must have a source; got none"),
        (
            {"method": "progressive", "sources": ["emotion"]},
            "sources must be other tasks than the target; got 'emotion' as both",
        ),
        ({"target": "mood"}, "labels must have the columns"),
        ({"target": "gap"}, "must have at least two classes of at least two rows each"),
        (
            {"target": "rating", "method": "posterior"},
            "Each method for a target of numbers must be one of dnn",
        ),
    ],
)
def test_invalid_arguments_are_refused(corpus, change, message):
    X, labels = corpus
    labels = labels.assign(gap="only", rating=np.linspace(0, 1, 80))
    with pytest.raises(ValueError, match=message):
        train_model(X, labels, estimator=NETWORK, **change)


def test_labels_that_are_nearly_the_same_cause_a_warning(corpus):
    X, labels = corpus
    labels = labels.assign(emotion=np.resize(["angry", "anger", "sad"], 80))
    with pytest.warns(UserWarning, match="nearly the same: 'angry' and 'anger'") as caught:
        train_model(X, labels, estimator=NETWORK)
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("method", "sources", "expected_type"),
    [
        ("dnn", [], DNNRegressor),
        ("progressive", ["speaker", "pitch"], ProgressiveRegressor),
        ("fine-tuned", ["pitch"], FineTunedRegressor),
    ],
)
def test_numbers_are_learned_from_sources_of_classes_and_numbers(
    corpus, method, sources, expected_type
):
    X, labels = corpus
    # Numbers as text, as read from a table of text.
    labels = labels.assign(arousal=(X[:, 0] + 0.5).astype(str), pitch=X[:, 1])
    network = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=20, lr=0.03, dropout=0)
    trained = train_model(
        X, labels, target="arousal", method=method, sources=sources, estimator=network
    )
    network = trained.model[-1]
    assert type(network) is expected_type
    assert network.monitor == "ccc"
    assert ccc_score(X[:, 0] + 0.5, trained.model.predict(X)) > 0.5
    assert trained.validation == "speaker-independent"
    assert trained.counts["numbers"]["mean"] == pytest.approx(X[:, 0].mean() + 0.5)
    if method == "progressive":
        assert [type(source) for _, source in network.sources_] == [DNNClassifier, DNNRegressor]


def test_whole_numbers_are_classes_unless_kind_is_numbers(corpus):
    X, labels = corpus
    labels = labels.assign(age=np.arange(80) % 20)
    network = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=2)
    options = {"target": "age", "estimator": network, "validation": "stratified"}
    as_classes = train_model(X, labels, **options)
    as_numbers = train_model(X, labels, kind="numbers", **options)
    assert as_classes.validation == "stratified"
    assert as_numbers.validation == "random"
    assert len(as_classes.counts["classes"]) == 20
    assert as_numbers.model.predict(X).dtype == float
    with pytest.raises(
        ValueError, match=r"^The target must hold numbers, as the estimator or the score"
    ):
        train_model(X, labels, **options | {"estimator": DNNRegressor()})


def test_labels_in_another_order_are_refused(corpus):
    X, labels = corpus
    X = pd.DataFrame(X, columns=list("abcde"))
    with pytest.raises(ValueError, match="rows of X and labels must be in the same order"):
        train_model(X, labels[::-1], estimator=NETWORK)


@pytest.mark.parametrize("sources", ["speaker", NETWORK, [NETWORK]])
def test_sources_must_be_a_list_of_names_and_pairs(corpus, sources):
    with pytest.raises(TypeError, match=r"sources must be a list of|Each source must be the name"):
        train_model(*corpus, method="progressive", sources=sources, estimator=NETWORK)


def test_categories_that_do_not_occur_are_no_classes(corpus):
    X, labels = corpus
    emotion = pd.Categorical(labels["emotion"], ["angry", "bored", "sad"])
    trained = train_model(X, labels.assign(emotion=emotion), estimator=NETWORK)
    assert trained.model.classes_.tolist() == ["angry", "sad"]


def test_a_method_that_reads_probabilities_refuses_a_source_of_numbers(corpus):
    X, labels = corpus
    labels = labels.assign(arousal=np.linspace(0.5, 4.2, len(labels)))
    message = r"^Each source of the method 'posterior' must learn classes; got 'arousal', which"
    with pytest.raises(ValueError, match=message):
        train_model(X, labels, method="posterior", sources=["arousal"], estimator=NETWORK)


def test_a_model_without_early_stopping_has_no_validation_rows(corpus):
    X, labels = corpus
    network = clone(NETWORK).set_params(early_stopping=False)
    assert train_model(X, labels, estimator=network).validation == "none"
    assert train_model(X, labels, estimator=NETWORK).validation == "speaker-independent"
