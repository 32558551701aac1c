"""Sources of every kind (tasks, combinations, corpora, fitted networks), and training sizes."""

import re
from base64 import b64decode

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.evaluation import SourceCorpus, audit, count_fits, cross_validate_transfer
from skprognet.metrics import Score, uar_score
from skprognet.model_selection import (
    LeaveOneSessionOut,
    RepeatedSpeakerStratifiedKFold,
    RepeatedStratifiedGroupKFold,
)

OPTIONS = {"hidden_layer_sizes": (5,), "max_epochs": 2, "lr": 0.01}
METHODS = {
    "DNN": DNNClassifier(**OPTIONS),
    "PT/FT": FineTunedClassifier(**OPTIONS),
    "ProgNet": ProgressiveClassifier(**OPTIONS),
}
SPEAKER = np.array([f"s{i % 6}" for i in range(120)])
GENDER = np.where(np.isin(SPEAKER, ["s0", "s2", "s4"]), "female", "male")
CV = RepeatedSpeakerStratifiedKFold(4, n_repeats=2, random_state=3)


@pytest.fixture(scope="module")
def corpus():
    rng = np.random.default_rng(0)
    emotion = rng.choice(["angry", "sad", "happy"], 120)
    X = rng.normal(size=(120, 4)) + 2 * (emotion == "angry")[:, None]
    return X, emotion


@pytest.fixture(scope="module")
def other():
    rng = np.random.default_rng(1)
    y = rng.choice(["angry", "sad"], 90)
    X = 5 + 3 * rng.normal(size=(90, 4)) + 3 * (y == "sad")[:, None]
    return SourceCorpus(X, y, np.array([f"t{i % 3}" for i in range(90)]))


def run(data, **options):
    options = {
        "methods": METHODS,
        "source_estimator": DNNClassifier(**OPTIONS),
        "groups": SPEAKER,
        "cv": CV,
        "n_jobs": 1,
        **options,
    }
    return cross_validate_transfer(*data, **options)


def mask_of(text):
    """Decode a recorded set of rows: their number, and a bit for each row in base 64."""
    n_rows, bits = text.split(":")
    packed = np.frombuffer(b64decode(bits), dtype=np.uint8)
    return np.unpackbits(packed, count=int(n_rows)).astype(bool)


def score_by_hand(corpus, row, source, split):
    """Return the score of one row of the result, after a fit of its network here."""
    X, y = corpus
    train, validation, test = split
    X = StandardScaler().fit_transform(X)
    method = clone(METHODS[row["method"]]).set_params(random_state=int(row["seed"]), source=source)
    method.fit(X[train], y[train], X_val=X[validation], y_val=y[validation])
    return uar_score(y[test], method.predict(X[test]))


def test_combined_sources_are_read_together_and_trained_once(corpus):
    sources = {"speaker": SPEAKER, "gender": GENDER}
    alone = run(corpus, sources=sources)
    both = run(corpus, sources=sources, combined_sources=[("speaker", "gender")])
    entries = both[["method", "source"]].drop_duplicates().itertuples(index=False, name=None)
    assert list(entries) == [
        ("DNN", "none"),
        ("PT/FT", "speaker"),
        ("ProgNet", "speaker"),
        ("PT/FT", "gender"),
        ("ProgNet", "gender"),
        ("ProgNet", "speaker + gender"),  # PT/FT takes only one source
    ]
    unchanged = both[both["source"] != "speaker + gender"].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        unchanged.drop(columns="seconds"), alone.drop(columns="seconds"), check_exact=True
    )
    X, _ = corpus
    X = StandardScaler().fit_transform(X)
    row = both[(both["source"] == "speaker + gender")].iloc[0]
    train, validation, test = next(CV.split_with_validation(X, None, SPEAKER))
    fitted_sources = []
    for name, labels in sources.items():
        seed = int(both.loc[both["source"] == name, "source_seed"].iloc[0])
        source = DNNClassifier(**OPTIONS, random_state=seed)
        fitted = source.fit(X[train], labels[train], X_val=X[validation], y_val=labels[validation])
        fitted_sources.append((name, fitted))
    assert row["score"] == score_by_hand(corpus, row, fitted_sources, (train, validation, test))
    assert not audit(both)["n_seen_by_source"].any()


def test_source_corpus_trains_its_source_on_its_own_folds(corpus, other):
    scores = run(corpus, sources={"other": other})
    X = StandardScaler().fit_transform(other.X)
    source_splits = list(CV.split_with_validation(other.X, other.y, other.groups))
    target_splits = list(CV.split_with_validation(corpus[0], corpus[1], SPEAKER))
    for number in (0, 5):
        repeat, fold = divmod(number, 4)
        train, validation, test = source_splits[number]
        rows = scores[
            (scores["repeat"] == repeat + 1)
            & (scores["fold"] == fold + 1)
            & (scores["source"] == "other")
        ]
        assert list(rows["method"]) == ["PT/FT", "ProgNet"]
        (seed,) = set(rows["source_seed"])
        source = DNNClassifier(**OPTIONS, random_state=int(seed)).fit(
            X[train], other.y[train], X_val=X[validation], y_val=other.y[validation]
        )
        assert set(rows["source_score"]) == {uar_score(other.y[test], source.predict(X[test]))}
        for _, row in rows.iterrows():
            assert row["score"] == score_by_hand(corpus, row, source, target_splits[number])


@pytest.mark.parametrize("normalisation", ["training", "speaker"])
def test_source_corpus_is_normalised_by_its_own_rows(corpus, normalisation):
    rng = np.random.default_rng(1)
    labels = rng.choice(["angry", "sad"], 90)
    # Skewed, so that test rows would change the mean and the deviation.
    other_X = np.exp(2 * rng.normal(size=(90, 4)) + 1.5 * (labels == "sad")[:, None])
    other = SourceCorpus(other_X, labels, np.array([f"t{i % 3}" for i in range(90)]))
    options = {"cv": RepeatedSpeakerStratifiedKFold(4, n_repeats=1, random_state=3)}
    scores = run(corpus, sources={"other": other}, normalisation=normalisation, **options)
    for fold, split in enumerate(
        options["cv"].split_with_validation(other_X, labels, other.groups)
    ):
        train, validation, test = split
        if normalisation == "training":
            scaled = StandardScaler().fit(other_X[train]).transform(other_X)
        else:
            by_speaker = pd.DataFrame(other_X).groupby(other.groups)
            scaled = (other_X - by_speaker.transform("mean")) / by_speaker.transform("std", ddof=0)
            scaled = scaled.to_numpy()
        row = scores[(scores["fold"] == fold + 1) & (scores["source"] == "other")].iloc[0]
        source = DNNClassifier(**OPTIONS, random_state=int(row["source_seed"])).fit(
            scaled[train], labels[train], X_val=scaled[validation], y_val=labels[validation]
        )
        assert row["source_score"] == uar_score(labels[test], source.predict(scaled[test]))


def test_task_and_corpus_can_be_combined(corpus, other):
    sources = {"gender": GENDER, "other": other}
    scores = run(corpus, sources=sources, combined_sources=[("gender", "other")])
    both = scores[scores["source"] == "gender + other"]
    assert list(both["method"].unique()) == ["ProgNet"]
    assert len(both) == 8
    assert not audit(scores)[["n_seen", "n_seen_by_source"]].any(axis=None)


def test_fitted_source_is_used_without_further_training(corpus, other):
    source = DNNClassifier(**OPTIONS, random_state=5)
    source.fit(StandardScaler().fit_transform(other.X), other.y)
    scores = run(corpus, sources={"other": source}, source_estimator=None)
    transferred = scores[scores["source"] == "other"]
    assert transferred["source_score"].isna().all()
    assert transferred["source_seed"].isna().all()
    assert (transferred["source_overlap"] == 0).all()
    split = next(CV.split_with_validation(corpus[0], None, SPEAKER))
    for _, row in transferred[transferred.groupby("method").cumcount() == 0].iterrows():
        assert row["score"] == score_by_hand(corpus, row, source, split)


def test_training_sizes_are_nested_and_share_test_and_validation_rows(corpus, other):
    cv = RepeatedSpeakerStratifiedKFold(6, n_repeats=2, random_state=0)
    sources = {"gender": GENDER, "other": other}
    scores = run(corpus, sources=sources, cv=cv, train_folds=(1, 2, 4))
    whole = run(corpus, sources={}, methods={"DNN": METHODS["DNN"]}, cv=cv)
    assert list(scores["n_train_folds"].unique()) == [1, 2, 4]
    assert len(scores) == 3 * 12 * 5
    assert not audit(scores)[["n_seen", "n_seen_by_source"]].any(axis=None)
    splits = list(cv.split_with_validation(corpus[0], None, SPEAKER))
    places = []
    for (repeat, fold), rows in scores.groupby(["repeat", "fold"]):
        assert rows["rows_tested"].nunique() == 1
        train, validation, _ = splits[(repeat - 1) * 6 + fold - 1]
        tests = [t for _, _, t in splits[(repeat - 1) * 6 : repeat * 6]]
        seen = {}
        for size, size_rows in rows.groupby("n_train_folds"):
            assert size_rows["rows_seen"].nunique() == 1  # the same for all methods
            mask = mask_of(size_rows["rows_seen"].iloc[0])
            assert mask[validation].all()
            mask[validation] = False
            seen[size] = set(np.flatnonzero(mask))
            assert size_rows["n_train"].eq(len(seen[size])).all()
            # A training set consists of whole folds.
            assert sum(set(t) <= seen[size] for t in tests) == size
            # The source task is learned from the same rows.
            gender_rows = size_rows[size_rows["source"] == "gender"]
            assert (gender_rows["rows_seen_by_source"] == gender_rows["rows_seen"]).all()
            if size == 1:
                (first_fold,) = [i for i, t in enumerate(tests) if set(t) <= seen[1]]
                training = [i for i in range(6) if i not in (fold - 1, fold % 6)]
                places.append(training.index(first_fold))
        assert seen[1] < seen[2] < seen[4] == set(train)
        # The other corpus always uses all of its training folds: one source for all sizes.
        assert rows.loc[rows["source"] == "other", "source_seed"].nunique() == 1
        assert rows.loc[rows["source"] == "other", "source_score"].nunique() == 1
        assert rows.loc[rows["source"] == "gender", "source_seed"].nunique() == 3
    # The smallest training set is drawn separately for every test fold.
    assert len(set(places)) > 2
    full = scores[(scores["n_train_folds"] == 4) & (scores["method"] == "DNN")]
    assert full["rows_seen"].tolist() == whole["rows_seen"].tolist()


def test_smallest_training_set_has_every_class():
    rng = np.random.default_rng(0)
    y = np.repeat(["common", "rare"], [102, 18])[rng.permutation(120)]
    corpus = rng.normal(size=(120, 4)), y
    cv = RepeatedSpeakerStratifiedKFold(10, n_repeats=3, random_state=0)
    scores = run(corpus, methods={"lr": LogisticRegression()}, cv=cv, train_folds=(1,))
    for _, row in scores.iterrows():
        assert set(y[mask_of(row["rows_seen"])]) == {"common", "rare"}


def test_invalid_training_sizes_are_refused(corpus):
    cv = RepeatedSpeakerStratifiedKFold(4, n_repeats=1, random_state=3)
    tests = [test for _, test in cv.split(corpus[0], None, SPEAKER)]
    y = np.full(120, "common")
    # No fold has both rare classes, but any two successive folds have.
    for fold, test in enumerate(tests):
        y[test[0]] = ["rare", "seldom"][fold % 2]
    with pytest.raises(ValueError, match=r"no choice of 1 of 2 training .* Leave the smallest"):
        run((corpus[0], y), train_folds=(1, 2), methods={"lr": LogisticRegression()}, cv=cv)
    with pytest.raises(ValueError, match=re.escape("1 <= train_folds <= 2; got 3")):
        run(corpus, train_folds=(1, 3), sources={"gender": GENDER})
    with pytest.raises(ValueError, match=re.escape("got (2, 2).")):
        run(corpus, train_folds=(2, 2), sources={"gender": GENDER})
    with pytest.raises(TypeError, match=r"^train_folds must be a sequence .* got 2\. Pass"):
        run(corpus, train_folds=2, sources={"gender": GENDER})


def test_test_score_of_the_best_epoch_is_the_score(corpus):
    scores, curves = run(corpus, sources={"gender": GENDER}, return_curves=True)
    best = scores.merge(
        curves,
        left_on=["method", "source", "repeat", "fold", "best_epoch"],
        right_on=["method", "source", "repeat", "fold", "epoch"],
    )
    assert len(best) == len(scores)
    np.testing.assert_allclose(best["test_score"], best["score"], rtol=1e-12)
    without_curves = run(corpus, sources={"gender": GENDER})
    columns = ["score", "best_epoch", "seed", "rows_seen"]
    pd.testing.assert_frame_equal(scores[columns], without_curves[columns], check_exact=True)


def test_speaker_source_has_no_score_on_new_speakers(corpus):
    cv = RepeatedStratifiedGroupKFold(6, n_repeats=1, random_state=0)
    scores = run(corpus, sources={"speaker": SPEAKER, "gender": GENDER}, cv=cv)
    speaker = scores[scores["source"] == "speaker"]
    assert speaker["source_score"].isna().all()  # it knows no speaker of the test rows
    assert scores.loc[scores["source"] == "gender", "source_score"].notna().all()
    audit(scores, groups=SPEAKER)


def test_every_fit_has_a_unique_key_and_seed(corpus, other):
    scores = run(
        corpus,
        sources={"gender": GENDER, "speaker": SPEAKER, "other": other},
        combined_sources=[("gender", "other")],
        train_folds=(1, 2),
    )
    keys = ["method", "source", "n_train_folds", "repeat", "fold"]
    assert not scores.duplicated(keys).any()
    fits = ["method", "source", "n_train_folds", "repeat", "fold", "seed"]
    assert scores[fits]["seed"].nunique() == len(scores)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"sources": {"gender": DNNClassifier()}},
            "The source 'gender' must be fitted, or labels to train one on; got DNNClassifier(). "
            "Pass the labels, and the estimator to train as source_estimator.",
        ),
        (
            {"sources": {"gender": GENDER}, "combined_sources": [("gender", "age")]},
            "combined_sources must hold tuples of two or more different names among ['gender']; "
            "got ('gender', 'age'). Correct this tuple.",
        ),
        (
            {"sources": {"gender": GENDER}, "combined_sources": [("gender",)]},
            "combined_sources must hold tuples of two or more different names among ['gender']; "
            "got ('gender',). Correct this tuple.",
        ),
        (
            {
                "sources": {"gender": GENDER, "speaker": SPEAKER},
                "combined_sources": [("gender", "speaker")],
                "methods": {"PT/FT": METHODS["PT/FT"]},
            },
            "combined_sources [('gender', 'speaker')] need a method that reads several sources "
            "at a time; got ['PT/FT']. Add a ProgressiveClassifier.",
        ),
        (
            {
                "sources": {"a": GENDER, "b": SPEAKER, "a + b": GENDER[::-1]},
                "combined_sources": [("a", "b")],
            },
            "Each source and each combination must have its own name; got 'a + b' twice. Rename a "
            "source, or leave out a combination.",
        ),
        (
            {
                "sources": {"a": GENDER, "b": SPEAKER},
                "combined_sources": [("a", "b"), ("a", "b")],
            },
            "Each source and each combination must have its own name; got 'a + b' twice. Rename a "
            "source, or leave out a combination.",
        ),
        (
            {"sources": {"none": GENDER}},
            "The name of a source must not be 'none', which stands for no source; got 'none'. "
            "Rename it.",
        ),
        (
            {"sources": {"wide": SourceCorpus(np.eye(6), list("ababab"))}},
            "The corpus 'wide' must have the 4 features of X; got 6. Extract the same features "
            "from both.",
        ),
    ],
)
def test_invalid_sources_are_refused(options, sentence, corpus):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        run(corpus, **options)


@pytest.mark.parametrize("combined", [["gs"], ("g", "s"), "gs", [1], 1])
def test_combined_sources_must_be_tuples_in_a_list(combined, corpus):
    message = f"combined_sources must be a list of tuples of names; got {combined!r}. Put the"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
        run(corpus, sources={"g": GENDER, "s": SPEAKER}, combined_sources=combined)


def test_ratings_are_refused_as_classes_and_codes_are_accepted(corpus):
    X, y = corpus
    methods = {"DNN": METHODS["DNN"]}
    ratings = pd.Series(np.linspace(1, 5, 120), name="valence")
    with pytest.raises(TypeError, match=r"since 'valence' holds numbers.*or make classes of them"):
        run((X, ratings), methods=methods)
    message = (
        r"Labels must be classes; got ratings in 'valence': 120 different numbers, such as 1\.0336"
    )
    with pytest.raises(ValueError, match=message):
        run((X, ratings), methods=methods, kind="classes")
    with pytest.raises(ValueError, match=message):
        SourceCorpus(X, ratings, kind="classes")
    codes = np.unique(y, return_inverse=True)[1]
    from_codes = run((X, codes.astype(float)), methods=methods)
    assert from_codes["score"].tolist() == run((X, y), methods=methods)["score"].tolist()


def test_corpus_with_one_class_is_refused():
    with pytest.raises(
        ValueError, match=r"^y must have at least two classes; got 'a' in all 3 rows"
    ):
        SourceCorpus(np.eye(3), ["a", "a", "a"])


def test_target_is_named_after_y(corpus):
    X, y = corpus
    named = run((X, pd.Series(y, name="emotion")), methods={"lr": LogisticRegression()})
    assert set(named["target"]) == {"emotion"}
    unnamed = run(corpus, methods={"lr": LogisticRegression()}, corpus="IEMOCAP")
    assert set(unnamed["target"]) == {"target"}
    assert set(unnamed["corpus"]) == {"IEMOCAP"}


def test_smaller_training_sets_are_normalised_by_their_own_rows(corpus):
    X, y = np.exp(corpus[0]), corpus[1]  # skewed, so that other rows change mean and deviation
    lr = LogisticRegression(max_iter=1000)
    options = {"sources": {}, "train_folds": (1, 2), "normalisation": "training"}
    for _, row in run((X, y), methods={"lr": lr}, **options).iterrows():
        train, test = (mask_of(row[name]) for name in ("rows_seen", "rows_tested"))
        Z = StandardScaler().fit(X[train]).transform(X)
        predicted = clone(lr).fit(Z[train], y[train]).predict(Z[test])
        assert row["score"] == uar_score(y[test], predicted)


def test_another_corpus_is_normalised_by_its_own_speakers(corpus):
    rng = np.random.default_rng(2)
    y, speakers = rng.choice(["angry", "sad"], 90), np.repeat(["A", "B", "C"], 30)
    X = rng.normal(size=(90, 4)) + (y == "sad")[:, None] + 50.0 * (speakers == "B")[:, None]
    session = np.tile(np.arange(6) // 2, 15)
    by_hand = X.copy()
    for speaker in "ABC":
        rows = speakers == speaker
        by_hand[rows] = StandardScaler().fit_transform(X[rows])
    target = np.array(corpus[0])
    for speaker in np.unique(SPEAKER):
        rows = speaker == SPEAKER
        target[rows] = StandardScaler().fit_transform(target[rows])
    options = {
        "groups": np.arange(120) % 4,
        "cv": RepeatedStratifiedGroupKFold(3, n_repeats=1, random_state=0),
    }
    options["methods"] = {"ProgNet": METHODS["ProgNet"]}
    scores = run(
        corpus,
        speakers=SPEAKER,
        normalisation="speaker",
        sources={"other": SourceCorpus(X, y, session, speakers=speakers)},
        **options,
    )
    expected = run(
        (target, corpus[1]),
        normalisation="none",
        sources={"other": SourceCorpus(by_hand, y, session)},
        **options,
    )
    for column in ("score", "source_score"):
        np.testing.assert_allclose(scores[column], expected[column])


def test_a_source_that_reads_some_columns_by_name_is_refused_before_training(corpus):
    X, y = pd.DataFrame(corpus[0], columns=list("abcd")), corpus[1]
    source = DNNClassifier(**OPTIONS).fit(X[["a", "b"]], GENDER)
    with pytest.raises(ValueError, match=r"must have only the columns that the source 'part' was"):
        count_fits(X, y, methods=METHODS, sources={"part": source}, groups=SPEAKER, cv=CV)


def test_a_score_of_the_target_that_does_not_suit_a_source_leaves_its_score_unknown(corpus):
    y = (corpus[1] == "sad").astype(int)
    score = Score("f1", f1_score, range=(0, 1))
    scores = run((corpus[0], y), sources={"speaker": SPEAKER}, scoring=score)
    assert scores["score"].notna().all()
    assert scores["source_score"].isna().all()


def test_a_pipeline_of_a_method_that_stops_early_for_many_rows_only_is_accepted(corpus):
    boosting = make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=2))
    assert len(run(corpus, sources={}, methods={"HGB": boosting})) == 8
    network = make_pipeline(StandardScaler(), DNNClassifier(**OPTIONS))
    with pytest.raises(ValueError, match="must be the network itself"):
        run(corpus, sources={}, methods={"DNN": network})


def test_a_speaker_with_one_row_cannot_be_normalised_and_is_named_before_training(corpus):
    speakers = SPEAKER.astype(object)
    speakers[3] = "alone"
    options = {"methods": METHODS, "sources": {"gender": GENDER}, "groups": SPEAKER, "cv": CV}
    with pytest.raises(ValueError, match=r"2 rows of each speaker of 'X'; got one row of 'alone'"):
        count_fits(*corpus[:2], speakers=speakers, normalisation="speaker", **options)


def test_lists_and_tuples_of_layer_sizes_are_the_same_network(corpus):
    methods = {
        "DNN": DNNClassifier(**OPTIONS | {"hidden_layer_sizes": [4], "lr": np.float64(0.01)}),
        "ProgNet": ProgressiveClassifier(**OPTIONS | {"hidden_layer_sizes": (4,), "lr": 0.01}),
    }
    scores = run(corpus, methods=methods, sources={"gender": GENDER})
    assert set(scores.loc[scores["method"] == "ProgNet", "baseline"]) == {"DNN"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cv": KFold(3)}, "cv must be a splitter with split_with_validation, such as "),
        (
            {"sources": [GENDER]},
            "sources must be a DataFrame or dict with the labels of each task by its name; got "
            "list.",
        ),
    ],
)
def test_arguments_of_a_wrong_type_are_refused(options, message, corpus):
    with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
        run(corpus, **({"sources": {"gender": GENDER}} | options))


def test_a_corpus_must_have_as_many_splits_as_the_target(corpus, other):
    message = "The corpus 'other' must have as many splits as the target, 6; got 3. Use a splitter"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        run(corpus, sources={"other": other}, cv=LeaveOneSessionOut())


def test_a_source_task_needs_two_classes_in_each_split(corpus):
    train, _, _ = next(CV.split_with_validation(*corpus, SPEAKER))
    labels = np.full(120, "b")
    labels[train] = "a"
    message = (
        "The source task 'rare' must have at least 2 classes in the training rows of every split; "
        "got ['a'] in repeat 1, fold 1. Use fewer folds."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        run(corpus, sources={"rare": labels})
