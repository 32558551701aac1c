"""The design of a transfer study: which fit gets which rows and seed, and what is recorded."""

import re
from base64 import b64decode

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.evaluation import cross_validate_transfer
from skprognet.metrics import uar_score
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

OPTIONS = {"hidden_layer_sizes": (6,), "max_epochs": 2, "lr": 0.01}
METHODS = {
    "DNN": DNNClassifier(**OPTIONS),
    "PT/FT": FineTunedClassifier(**OPTIONS),
    "ProgNet": ProgressiveClassifier(**OPTIONS),
}


@pytest.fixture
def corpus(rng):
    n = 90
    speaker = np.array([f"s{i % 5}" for i in range(n)])
    gender = np.where(np.isin(speaker, ["s0", "s1"]), "f", "m")
    emotion = rng.choice(["angry", "sad", "happy"], n)
    X = rng.normal(size=(n, 4)) + 2 * (emotion == "angry")[:, None] + (gender == "f")[:, None]
    return X, emotion, {"speaker": speaker, "gender": gender}


def run(corpus, **options):
    X, emotion, sources = corpus
    options = {
        "methods": METHODS,
        "sources": sources,
        "source_estimator": DNNClassifier(**OPTIONS),
        "groups": sources["speaker"],
        "cv": RepeatedSpeakerStratifiedKFold(3, n_repeats=2, random_state=1),
        "random_state": 4,
        "n_jobs": 1,
        **options,
    }
    return cross_validate_transfer(X, emotion, **options)


class Witness(ClassifierMixin, BaseEstimator):
    """Records the rows that it gets, in a list that all clones share."""

    seen = []

    def __init__(self, role, source=None, random_state=None):
        self.role = role
        self.source = source
        self.random_state = random_state

    def __sklearn_clone__(self):
        return type(self)(self.role, self.source, self.random_state)

    def fit(self, X, y, X_val=None, y_val=None):
        self.classes_ = np.unique(y)
        self.seen.append((self.role, "train", X[:, 0], y, self.random_state))
        self.seen.append((self.role, "validation", X_val[:, 0], y_val, self.random_state))
        return self

    def predict(self, X):
        self.seen.append((self.role, "test", X[:, 0], None, self.random_state))
        return np.repeat(self.classes_[:1], len(X))


class SourceWitness(Witness):
    def __init__(self, role, random_state=None):
        super().__init__(role, random_state=random_state)

    def __sklearn_clone__(self):
        return type(self)(self.role, self.random_state)


def test_fits_of_sources_and_methods_get_only_the_rows_of_their_split(corpus):
    _, emotion, sources = corpus
    numbers = np.arange(90.0)[:, None]
    Witness.seen.clear()
    cv = RepeatedSpeakerStratifiedKFold(3, n_repeats=2, random_state=1)
    cross_validate_transfer(
        numbers,
        emotion,
        methods={"transfer": Witness("method")},
        sources={"gender": sources["gender"]},
        source_estimator=SourceWitness("source"),
        groups=sources["speaker"],
        cv=cv,
        normalisation="none",
        n_jobs=1,
    )
    splits = list(cv.split_with_validation(numbers, emotion, sources["speaker"]))
    assert len(Witness.seen) == 6 * len(splits)
    for i, split in enumerate(splits):
        calls = Witness.seen[6 * i : 6 * (i + 1)]
        expected = dict(zip(["train", "validation", "test"], split, strict=True))
        labels = {"source": sources["gender"], "method": emotion}
        for role, part, rows, y, _ in calls:
            np.testing.assert_array_equal(rows, expected[part])
            if y is not None:
                np.testing.assert_array_equal(y, labels[role][expected[part]])
        assert sorted((role, part) for role, part, *_ in calls) == sorted(
            (role, part) for role in labels for part in expected
        )
        assert len({seed for *_, seed in calls}) == 2


def test_scores_have_one_row_per_method_source_repeat_and_fold(corpus):
    scores = run(corpus)
    assert list(scores) == [
        *("method", "source", "target", "corpus", "repeat", "fold"),
        *("n_train", "n_validation", "n_test"),
        *("seed", "source_seed", "metric", "greater_is_better", "score", "chance", "source_score"),
        *("best_epoch", "n_epochs", "normalisation", "baseline", "source_overlap", "seconds"),
        *("rows_seen", "rows_seen_by_source", "rows_tested"),
    ]
    assert not scores.duplicated(["method", "source", "repeat", "fold"]).any()
    first = scores[(scores["repeat"] == 1) & (scores["fold"] == 1)]
    assert list(zip(first["method"], first["source"], strict=True)) == [
        ("DNN", "none"),
        ("PT/FT", "speaker"),
        ("ProgNet", "speaker"),
        ("PT/FT", "gender"),
        ("ProgNet", "gender"),
    ]
    assert len(scores) == 5 * 2 * 3
    assert (scores[["n_train", "n_validation", "n_test"]].sum(axis=1) == 90).all()
    assert scores["source_score"].isna().equals(scores["source"] == "none")
    one_source = scores[scores["source"] == "gender"].groupby(["repeat", "fold"])["source_score"]
    assert (one_source.nunique() == 1).all()


def test_scores_and_seeds_equal_those_of_a_fit_by_hand(corpus):
    X, emotion, sources = corpus
    # The networks must learn something: at chance level, any network has the same score.
    options = {**OPTIONS, "max_epochs": 40, "lr": 0.05, "dropout": 0.1}
    scores = run(
        corpus,
        methods={"ProgNet": ProgressiveClassifier(**options)},
        sources={"gender": sources["gender"]},
        source_estimator=DNNClassifier(**options),
    )
    cv = RepeatedSpeakerStratifiedKFold(3, n_repeats=2, random_state=1)
    train, validation, test = list(cv.split_with_validation(X, emotion, sources["speaker"]))[4]
    scaled = StandardScaler().fit_transform(X)

    row = scores.query("method == 'ProgNet' and source == 'gender' and repeat == 2 and fold == 2")

    def fit(estimator, y, seed):
        estimator.set_params(random_state=int(row[seed].item()))
        return estimator.fit(
            scaled[train], y[train], X_val=scaled[validation], y_val=y[validation]
        )

    gender = fit(DNNClassifier(**options), sources["gender"], "source_seed")
    model = fit(ProgressiveClassifier(gender, **options), emotion, "seed")
    assert row["score"].item() == uar_score(emotion[test], model.predict(scaled[test]))
    assert row["source_score"].item() == uar_score(
        sources["gender"][test], gender.predict(scaled[test])
    )
    assert row["score"].item() > 0.5  # chance is a third
    assert row["source_score"].item() > 0.7
    assert row["best_epoch"].item() == model.best_epoch_
    # The seeds come from numpy, for the seed of the run, repeat, fold and network.
    for seed, network in [("source_seed", b"source gender"), ("seed", b"ProgNet from gender")]:
        entropy = np.random.SeedSequence([4, 1, 1, *network])
        assert row[seed].item() == entropy.generate_state(1)[0]


def test_results_do_not_depend_on_n_jobs(corpus):
    options = {"return_curves": True, "return_predictions": True}
    scores, *tables = run(corpus, **options)
    scores_in_parallel, *tables_in_parallel = run(corpus, n_jobs=2, **options)
    pd.testing.assert_frame_equal(
        scores.drop(columns="seconds"),
        scores_in_parallel.drop(columns="seconds"),
        check_exact=True,
    )
    for table, expected in zip(tables, tables_in_parallel, strict=True):
        pd.testing.assert_frame_equal(table, expected, check_exact=True)


def test_results_do_not_depend_on_the_other_methods_and_sources(corpus):
    everything = run(corpus)
    alone = run(
        corpus, methods={"ProgNet": METHODS["ProgNet"]}, sources={"gender": corpus[2]["gender"]}
    )
    expected = everything.query("method == 'ProgNet' and source == 'gender'").reset_index(
        drop=True
    )
    # "baseline" names the method without a source, which runs only in one of the two studies.
    left_out = ["seconds", "baseline"]
    alone, expected = alone.drop(columns=left_out), expected.drop(columns=left_out)
    pd.testing.assert_frame_equal(alone, expected, check_exact=True)


def test_seeds_differ_between_all_fits(rng):
    cv = RepeatedSpeakerStratifiedKFold(10, n_repeats=3, random_state=0)
    X, y = rng.normal(size=(20, 1)), np.tile(["x", "y"], 10)

    def seeds(names, random_state):
        methods = dict.fromkeys(names, DummyClassifier())
        options = {"groups": np.repeat(["s", "t"], 10), "cv": cv, "n_jobs": 1}
        scores = cross_validate_transfer(
            X, y, methods=methods, random_state=random_state, **options
        )
        return scores.set_index("method")["seed"]

    seeds_of_all = seeds(["a", "b", "ab", "ba"], 0)
    assert seeds_of_all.nunique() == 4 * 10 * 3
    alone = seeds(["a"], 0).tolist()
    assert seeds_of_all["a"].tolist() == alone
    assert not set(seeds(["a"], 1)) & set(alone)


def test_default_folds_depend_on_random_state_only(corpus):
    X, emotion, sources = corpus

    def tested(seed):
        options = {"methods": {"guess": DummyClassifier()}, "groups": sources["speaker"]}
        scores = cross_validate_transfer(X, emotion, random_state=seed, n_jobs=1, **options)
        return scores["rows_tested"].tolist()

    cv = RepeatedSpeakerStratifiedKFold(10, n_repeats=10, random_state=7)
    expected = [test for _, test in cv.split(X, emotion, sources["speaker"])]
    recorded = tested(7)
    assert recorded == tested(7) != tested(8)
    for text, rows in zip(recorded, expected, strict=True):
        packed = np.frombuffer(b64decode(text.partition(":")[2]), dtype=np.uint8)
        np.testing.assert_array_equal(np.flatnonzero(np.unpackbits(packed)), np.sort(rows))


def test_random_step_of_a_pipeline_gets_the_seed_of_its_fit(corpus):
    forest = make_pipeline(StandardScaler(), RandomForestClassifier(3))
    first, repeated = (run(corpus, methods={"forest": forest}, sources=None) for _ in range(2))
    assert first["score"].tolist() == repeated["score"].tolist()
    assert first["seed"].nunique() == len(first)
    X, emotion, sources = corpus
    cv = RepeatedSpeakerStratifiedKFold(3, n_repeats=2, random_state=1)
    train, _, test = next(cv.split_with_validation(X, emotion, sources["speaker"]))
    scaled = StandardScaler().fit_transform(X)
    by_hand = clone(forest).set_params(randomforestclassifier__random_state=first["seed"][0])
    predicted = by_hand.fit(scaled[train], emotion[train]).predict(scaled[test])
    assert first["score"][0] == uar_score(emotion[test], predicted)


def test_curves_have_every_epoch_of_every_fit(corpus):
    scores, curves = run(corpus, return_curves=True)
    assert list(curves) == [
        *("method", "source", "target", "corpus", "repeat", "fold"),
        *("metric", "greater_is_better", "epoch"),
        *("train_loss", "valid_loss", "valid_score", "test_score"),
    ]
    assert len(curves) == scores["n_epochs"].sum() == 30 * 2
    best = curves.merge(scores, on=["method", "source", "repeat", "fold"])
    best = best[best["epoch"] == best["best_epoch"]]
    top = curves.groupby(["method", "source", "repeat", "fold"])["valid_score"].max()
    assert len(best) == 30
    np.testing.assert_allclose(
        best.set_index(top.index.names)["valid_score"].sort_index(), top.sort_index()
    )


@pytest.mark.parametrize("normalisation", ["corpus", "training", "none"])
def test_normalisation_uses_the_rows_of_the_corpus_or_of_the_training_set(corpus, normalisation):
    X, emotion, sources = corpus
    Witness.seen.clear()
    cv = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=1)
    scores = cross_validate_transfer(
        X,
        emotion,
        methods={"plain": SourceWitness("method")},
        groups=sources["speaker"],
        cv=cv,
        normalisation=normalisation,
        n_jobs=1,
    )
    train = next(cv.split_with_validation(X, emotion, sources["speaker"]))[0]
    rows = {"corpus": slice(None), "training": train}.get(normalisation)
    expected = X[train]
    if rows is not None:
        expected = (expected - X[rows].mean(0)) / X[rows].std(0)
    np.testing.assert_allclose(Witness.seen[0][2], expected[:, 0])
    assert set(scores["normalisation"]) == {normalisation}


def test_any_classifier_can_be_a_method(corpus):
    scores = run(corpus, methods={"DNN": METHODS["DNN"], "guess": DummyClassifier()}, sources=None)
    assert set(scores["method"]) == {"DNN", "guess"}
    assert scores.loc[scores["method"] == "guess", "best_epoch"].isna().all()
    np.testing.assert_allclose(scores.loc[scores["method"] == "guess", "score"], 1 / 3)


def test_run_does_not_change_its_arguments(corpus):
    methods = {name: clone(method) for name, method in METHODS.items()}
    before = {name: method.get_params() for name, method in methods.items()}
    X = corpus[0].copy()
    run(corpus, methods=methods)
    assert {name: method.get_params() for name, method in methods.items()} == before
    np.testing.assert_array_equal(corpus[0], X)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"methods": {}},
            "methods must be a dict of at least one classifier by its name; got {}. Pass "
            "methods={name: classifier}.",
        ),
        (
            {"source_estimator": None},
            "source_estimator must be the classifier to train on the source tasks "
            "['speaker', 'gender']; got None. Pass a classifier.",
        ),
        (
            {"sources": None},
            "The methods ['PT/FT', 'ProgNet'] must have a source; got no sources. Pass "
            "sources={name: labels}, or leave these methods out.",
        ),
        (
            {"sources": {"gender": ["f"] * 90}},
            "gender must have at least two classes; got 'f' in all 90 rows. Use another column.",
        ),
        (
            {"normalisation": "age"},
            "normalisation must be one of 'corpus', 'training', 'speaker', 'none'; got 'age'.",
        ),
        (
            {"random_state": None},
            "random_state must be an integer of 0 or more, so that the run can be repeated; got "
            "None. Pass random_state=0, for example.",
        ),
        (
            {"sources": {"gender": ["f", "m"]}},
            "gender must have one label for each row, shape (90,); got shape (2,).",
        ),
    ],
)
def test_invalid_arguments_are_refused_before_training(corpus, options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        run(corpus, **options)


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (
            SVC,
            "Methods must be classifiers, such as SVC(); got the class SVC as 'other'. Pass an "
            "instance of a classifier.",
        ),
        (
            "SVC",
            "Methods must be classifiers, such as SVC(); got str as 'other'. Pass an instance of "
            "a classifier.",
        ),
        (
            SVR(),
            "Methods must be classifiers, since 'target' holds classes; got SVR as 'other'. Use a "
            "classifier, or pass kind='numbers' if it holds numbers.",
        ),
        (
            make_pipeline(StandardScaler(), SVR()),
            "Methods must be classifiers, since 'target' holds classes; got Pipeline as 'other'. "
            "Use a classifier, or pass kind='numbers' if it holds numbers.",
        ),
    ],
)
def test_methods_that_are_not_classifiers_are_refused(corpus, method, message):
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        run(corpus, methods={"other": method}, sources={})


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("sources", "sources must have names of text; got 0. Use '0', for example."),
        ("methods", "methods must have names of text; got 0. Use '0', for example."),
    ],
)
def test_names_of_methods_and_sources_must_be_text(corpus, kind, message):
    options = {"methods": {0: DNNClassifier()}, "sources": {}}
    if kind == "sources":
        options = {"sources": {0: corpus[2]["gender"]}}
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        run(corpus, **options)


@pytest.mark.parametrize("name", ["y", "groups", "gender"])
def test_labels_of_two_kinds_are_refused(corpus, name):
    X, emotion, sources = corpus
    labels = {"y": emotion, "groups": sources["speaker"], "gender": sources["gender"]}
    labels[name] = [7, *labels[name][1:]]
    corpus = X, labels["y"], sources | {"gender": labels["gender"]}
    with pytest.raises(ValueError, match=f"^{name} must hold labels of one kind; got 7 and"):
        run(corpus, groups=labels["groups"])


def test_normalisation_by_speaker_uses_the_rows_of_each_speaker(corpus):
    X, emotion, sources = corpus
    Witness.seen.clear()
    cv = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=1)
    scores = cross_validate_transfer(
        X,
        emotion,
        methods={"plain": SourceWitness("method")},
        groups=sources["speaker"],
        speakers=sources["gender"],
        cv=cv,
        normalisation="speaker",
        n_jobs=1,
    )
    speakers = pd.DataFrame(X).groupby(sources["gender"])
    expected = (X - speakers.transform("mean")) / speakers.transform("std", ddof=0)
    train = next(cv.split_with_validation(X, emotion, sources["speaker"]))[0]
    np.testing.assert_allclose(Witness.seen[0][2], expected.to_numpy()[train, 0])
    assert (scores["normalisation"] == "speaker").all()


def test_normalisation_by_speaker_needs_the_speakers(corpus):
    X, emotion, _ = corpus
    sentence = (
        "normalisation='speaker' needs the speaker of each row of 'X'; got none. Pass groups or "
        "speakers, or another normalisation."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        cross_validate_transfer(
            X, emotion, methods={"plain": DummyClassifier()}, normalisation="speaker"
        )
