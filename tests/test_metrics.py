"""The unweighted average recall (UAR), its scorer, and scores that users define."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score, recall_score
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skprognet.metrics import Score, get_score, uar_score, uar_scorer
from skprognet.preprocessing import CorpusStandardScaler

EMOTIONS = ["angry", "happy", "neutral", "sad"]
emotion_pairs = st.lists(
    st.tuples(st.sampled_from(EMOTIONS), st.sampled_from(EMOTIONS)), min_size=1, max_size=40
)


def exactly(sentence):
    return f"^{re.escape(sentence)}$"


def test_uar_agrees_with_a_value_computed_by_hand():
    # recalls: neutral 2/4, sad 1/1, happy 0/2
    y_true = ["neutral"] * 4 + ["sad"] + ["happy"] * 2
    y_pred = ["neutral", "neutral", "sad", "happy", "sad", "sad", "neutral"]
    assert uar_score(y_true, y_pred) == pytest.approx((2 / 4 + 1 + 0) / 3)
    assert type(uar_score(y_true, y_pred)) is float


def test_truth_and_prediction_are_not_interchangeable():
    y_true, y_pred = [0, 0, 0, 1], [0, 0, 1, 1]
    assert uar_score(y_true, y_pred) == pytest.approx((2 / 3 + 1) / 2)
    assert uar_score(y_pred, y_true) == pytest.approx((1 + 1 / 2) / 2)


def test_a_class_that_is_only_predicted_is_left_out():
    y_true, y_pred = ["sad", "sad", "happy"], ["sad", "angry", "happy"]
    assert uar_score(y_true, y_pred) == 0.75
    with pytest.warns(UserWarning, match="y_pred contains classes not in y_true"):
        assert balanced_accuracy_score(y_true, y_pred) == 0.75
    assert recall_score(y_true, y_pred, average="macro", zero_division=0) == 0.5


@given(emotion_pairs)
def test_uar_equals_balanced_accuracy(pairs):
    y_true, y_pred = zip(*pairs, strict=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = balanced_accuracy_score(y_true, y_pred)
    assert uar_score(y_true, y_pred) == pytest.approx(expected, rel=1e-12)
    if set(y_pred) <= set(y_true):
        macro = recall_score(y_true, y_pred, average="macro")
        assert uar_score(y_true, y_pred) == pytest.approx(macro, rel=1e-12)


@given(emotion_pairs, st.randoms())
def test_order_of_the_rows_and_names_of_the_classes_do_not_matter(pairs, random):
    y_true, y_pred = map(list, zip(*pairs, strict=True))
    random.shuffle(pairs)
    code = {emotion: position for position, emotion in enumerate(random.sample(EMOTIONS, 4))}
    shuffled = uar_score([code[t] for t, _ in pairs], [code[p] for _, p in pairs])
    assert shuffled == pytest.approx(uar_score(y_true, y_pred), rel=1e-12)


@given(emotion_pairs, st.data())
def test_an_integer_weight_counts_as_repeated_rows(pairs, data):
    weight = data.draw(st.lists(st.integers(0, 3), min_size=len(pairs), max_size=len(pairs)))
    weight[0] = 1
    y_true, y_pred = np.array(pairs).T
    repeated = uar_score(np.repeat(y_true, weight), np.repeat(y_pred, weight))
    assert uar_score(y_true, y_pred, sample_weight=weight) == pytest.approx(repeated, rel=1e-12)


@pytest.mark.parametrize(
    ("y_true", "y_pred"),
    [
        (["b", "b", "a", "a"], ["b", "a", "a", "a"]),
        ([3, 3, 7, 7], [3, 7, 7, 7]),
        ([True, True, False, False], [True, False, False, False]),
        ([1.0, 1.0, 2.0, 2.0], [1, 2, 2, 2]),
        (np.array(["b", "b", "a", "a"], dtype=object), np.array(["b", "a", "a", "a"])),
        (pd.Series(["b", "b", "a", "a"], index=[9, 3, 3, 1]), ["b", "a", "a", "a"]),
        (pd.Series(["b", "b", "a", "a"], dtype="category"), ["b", "a", "a", "a"]),
    ],
    ids=["text", "integers", "booleans", "whole numbers", "objects", "Series", "categories"],
)
def test_labels_of_any_type_are_accepted(y_true, y_pred):
    assert uar_score(y_true, y_pred) == 0.75


@pytest.mark.parametrize(
    ("y_true", "y_pred", "sentence"),
    [
        (
            ["a", "b", "b"],
            ["a", "b"],
            "y_pred must have one label for each row, shape (3,); got shape (2,).",
        ),
        (
            [[0, 1], [1, 1], [1, 0]],
            [[0, 1], [1, 1], [1, 0]],
            "y_true must have one label for each row, shape (3,); got shape (3, 2).",
        ),
        (
            np.array([[0.2, 0.8], [1, 0]]),
            [1, 0],
            "y_true must have one label for each row, shape (2,); got shape (2, 2). For soft "
            "labels in a DataFrame, pass the most likely class: y_true.idxmax(axis=1).",
        ),
        (
            [0.0, np.nan, 1.0],
            [0, 1, 1],
            "y_true must have a label for every row; 1 of 3 are missing, the first in row 1 "
            "(from 0). Drop those rows or fill in their labels.",
        ),
        (
            ["a", "b", "b"],
            np.array(["a", None, "b"], dtype=object),
            "y_pred must have a label for every row; 1 of 3 are missing, the first in row 1 "
            "(from 0). Drop those rows or fill in their labels.",
        ),
        (
            [0, 1, 1],
            [0.0, 0.3, 0.9],
            "y_pred must hold class labels; got the number 0.3. Pass labels as predict returns "
            "them, not probabilities.",
        ),
        (
            ["angry", "sad"],
            [0, 1],
            "y_true and y_pred must hold labels of one kind; got 'angry' and 0. Decode the "
            "predictions to class labels first.",
        ),
    ],
    ids=["lengths", "multilabel", "soft", "NaN", "None", "probabilities", "mixed"],
)
def test_wrong_labels_give_an_error_sentence(y_true, y_pred, sentence):
    with pytest.raises(ValueError, match=exactly(sentence)):
        uar_score(y_true, y_pred)


def test_uar_of_no_rows_is_an_error():
    with pytest.raises(ValueError, match=r"0 sample\(s\)"):
        uar_score([], [])


@pytest.mark.parametrize("weight", [[1, 1], [1, -1, 1], [0, 0, 0], [1, np.nan, 1]])
def test_wrong_weights_are_an_error(weight):
    with pytest.raises(ValueError, match=r"[Ss]ample.weight"):
        uar_score([0, 1, 1], [0, 1, 1], sample_weight=weight)


def test_scorer_needs_predict_only():
    X, y = load_iris(return_X_y=True)
    names = np.array(["angry", "happy", "sad"])[y]
    model = LinearSVC(random_state=0).fit(X, names)
    assert not hasattr(model, "predict_proba")
    assert uar_scorer(model, X, names) == uar_score(names, model.predict(X))


def test_scorer_works_in_cross_validation_and_grid_search():
    X, y = load_iris(return_X_y=True)
    majority = cross_val_score(DummyClassifier(), X, y, scoring=uar_scorer)
    assert majority == pytest.approx(np.full(5, 1 / 3))
    search = GridSearchCV(LinearSVC(random_state=0), {"C": [0.1, 1]}, scoring=uar_scorer).fit(X, y)
    assert search.best_score_ > 0.9


def test_scorer_takes_weights_through_metadata_routing():
    X, y = np.zeros((4, 1)), [0, 0, 0, 1]
    model = DummyClassifier(strategy="constant", constant=0).fit(X, y)
    with config_context(enable_metadata_routing=True):
        scorer = uar_scorer.set_score_request(sample_weight=True)
        assert scorer(model, X, y) == 0.5
        assert scorer(model, X, y, sample_weight=[1, 1, 1, 0]) == 1.0


@pytest.fixture
def rows_of_speakers(rng):
    """Return rows of six speakers with two emotions. Each speaker has a level of their own."""
    speaker, y = np.repeat(list("abcdef"), 20), np.tile(["angry", "sad"], 60)
    X = (
        rng.normal(size=(120, 3))
        + (y == "sad")[:, None]
        + 9 * rng.normal(size=(6, 3)).repeat(20, 0)
    )
    return X, y, speaker


def normalised_by_hand(X, speaker):
    X = X.copy()
    for name in np.unique(speaker):
        X[speaker == name] = StandardScaler().fit_transform(X[speaker == name])
    return X


@pytest.mark.parametrize("name", ["corpus", "speaker"])
@pytest.mark.parametrize("in_dict", [False, True])
def test_scorer_passes_metadata_on_to_a_step_before_the_classifier(
    rows_of_speakers, name, in_dict
):
    X, y, speaker = rows_of_speakers
    cv = list(GroupKFold(3).split(X, y, speaker))
    scaled = normalised_by_hand(X, speaker)
    grid = [1e-3, 1.0]
    expected = [
        [
            uar_score(
                y[test], LogisticRegression(C=C).fit(scaled[train], y[train]).predict(scaled[test])
            )
            for train, test in cv
        ]
        for C in grid
    ]
    with config_context(enable_metadata_routing=True):
        scaler, scorer = CorpusStandardScaler(statistics="speaker"), uar_scorer
        if name != "corpus":
            scaler.set_fit_request(corpus=name).set_transform_request(corpus=name)
            scorer = scorer.set_score_request(**{name: True})
        search = GridSearchCV(
            make_pipeline(scaler, LogisticRegression()),
            {"logisticregression__C": grid},
            scoring={"score": scorer} if in_dict else scorer,
            refit="score",
            cv=cv,
            error_score="raise",
        ).fit(X, y, **{name: speaker})
        copied = clone(search)
    scores = [[search.cv_results_[f"split{i}_test_score"][k] for i in range(3)] for k in range(2)]
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-12)
    assert search.best_score_ == pytest.approx(np.mean(expected, axis=1).max())
    assert repr(copied.scoring) == repr(search.scoring)


def test_scorer_uses_weights_and_passes_metadata_on(rows_of_speakers, rng):
    X, y, speaker = rows_of_speakers
    weight = rng.uniform(size=120)
    with config_context(enable_metadata_routing=True):
        model = make_pipeline(CorpusStandardScaler(), LogisticRegression())
        model.fit(X, y, corpus=speaker)
        scorer = uar_scorer.set_score_request(sample_weight=True)
        score = scorer(model, X, y, sample_weight=weight, corpus=speaker)
        predicted = model.predict(X, corpus=speaker)
    hits = [np.average((predicted == y)[y == c], weights=weight[y == c]) for c in np.unique(y)]
    assert score == pytest.approx(np.mean(hits))


def test_set_score_request_does_not_change_the_scorer_of_the_package():
    with config_context(enable_metadata_routing=True):
        uar_scorer.set_score_request(speaker=True)
        requests = uar_scorer.get_metadata_routing().score.requests
    assert requests == {"sample_weight": None, "corpus": True}


def test_metadata_that_no_step_requests_are_an_error():
    X, y = load_iris(return_X_y=True)
    with (
        config_context(enable_metadata_routing=True),
        pytest.raises(TypeError, match=r"^Metadata must be for a step .* got 'corpus', which"),
    ):
        cross_val_score(
            LinearSVC(), X, y, scoring=uar_scorer, params={"corpus": y}, error_score="raise"
        )


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"greater_is_better": "no"}, TypeError, "greater_is_better must be True or False; got"),
        ({"label": 5}, TypeError, "The label of a score must be text; got 5."),
        ({"chance": 0.25}, TypeError, "chance must be callable as chance(y_true), or None if"),
        ({"range": (0, 1, 2)}, ValueError, "The range of a score must be a pair of bounds, the"),
        ({"range": (1, 0)}, ValueError, "The range of a score must be a pair of bounds, the"),
        ({"range": "ab"}, ValueError, "The range of a score must be a pair of bounds, the"),
    ],
)
def test_a_score_with_wrong_options_is_refused(options, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        Score("mine", accuracy_score, **options)


def test_values_of_a_score_outside_its_range_are_refused():
    y = ["sad", "happy"]
    percent = Score(
        "percent", lambda y_true, y_pred: 100 * accuracy_score(y_true, y_pred), range=(0, 1)
    )
    with pytest.raises(ValueError, match=r"^The score 'percent' must be from 0 to 1, as its"):
        percent(y, y)
    with pytest.raises(TypeError, match=r"must return one number; got \[1, 2\]\.$"):
        Score("two", lambda y_true, y_pred: [1, 2])(y, y)
    with_wrong_chance = Score("guess", accuracy_score, range=(0, 1), chance=lambda y_true: 50)
    with pytest.raises(ValueError, match=r"^The chance level of the score 'guess' must be from"):
        with_wrong_chance.chance_level(y)


def test_a_score_with_the_name_of_a_score_of_the_package_is_refused():
    mine = Score("uar", accuracy_score, range=(0, 1), greater_is_better=False)
    with pytest.raises(ValueError, match=r"^Your own score must not have the name .*; got 'uar'"):
        get_score(mine)
    assert get_score(get_score("uar")) is get_score("uar")
