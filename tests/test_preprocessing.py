"""Normalisation within corpora gives the numbers of pandas and scikit-learn, without leaks."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from skprognet.evaluation import cross_validate_transfer
from skprognet.metrics import uar_score
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
from skprognet.preprocessing import STATISTICS, CorpusStandardScaler, mean_and_scale

EXPECTED_FAILURES = {
    "check_fit_idempotent": "transforms rows that fit has not had, which this scaler refuses"
}


@parametrize_with_checks(
    [CorpusStandardScaler(statistics=statistics) for statistics in STATISTICS],
    expected_failed_checks=lambda scaler: (
        EXPECTED_FAILURES if scaler.statistics == "corpus" else {}
    ),
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture
def corpora(rng):
    """Return rows of three corpora that differ in mean and scale, and the corpus of each row."""
    corpus = rng.permutation(np.repeat(["a", "b", "c"], [30, 20, 10]))
    mean_and_scale_of = {"a": (0, 1), "b": (100, 20), "c": (-5, 0.1)}
    mean, scale = np.array([mean_and_scale_of[name] for name in corpus]).T[..., None]
    return mean + scale * rng.standard_normal((60, 4)), corpus


def raises_exactly(sentence):
    return pytest.raises(ValueError, match=f"^{re.escape(sentence)}$")


# The numbers


@pytest.mark.parametrize("statistics", STATISTICS)
def test_scaled_rows_agree_with_pandas_and_one_standard_scaler_per_corpus(statistics, corpora):
    X, corpus = corpora
    actual = CorpusStandardScaler(statistics=statistics).fit_transform(X, corpus=corpus)
    grouped = pd.DataFrame(X).groupby(corpus)
    by_pandas = (pd.DataFrame(X) - grouped.transform("mean")) / grouped.transform("std", ddof=0)
    np.testing.assert_allclose(actual, by_pandas, rtol=1e-9, atol=1e-12)
    for name in "abc":
        rows = corpus == name
        alone = StandardScaler().fit_transform(X[rows])
        np.testing.assert_allclose(actual[rows], alone, rtol=1e-9, atol=1e-12)


def test_new_rows_are_scaled_by_the_statistics_of_the_training_rows(corpora):
    X, corpus = corpora
    scaler = CorpusStandardScaler().fit(X[:40], corpus=corpus[:40])
    actual = scaler.transform(X[40:], corpus=corpus[40:])
    for name in "abc":
        reference = StandardScaler().fit(X[:40][corpus[:40] == name])
        np.testing.assert_allclose(
            actual[corpus[40:] == name], reference.transform(X[40:][corpus[40:] == name])
        )


def test_without_corpora_the_result_is_that_of_standard_scaler(corpora):
    X, _ = corpora
    scaler = CorpusStandardScaler().fit(X[:40])
    assert scaler.corpora_ is None
    np.testing.assert_allclose(
        scaler.transform(X[40:]), StandardScaler().fit(X[:40]).transform(X[40:])
    )


def test_attributes_hold_corpora_means_and_scales(corpora):
    X, corpus = corpora
    for statistics in STATISTICS:
        scaler = CorpusStandardScaler(statistics=statistics).fit(X, corpus=corpus)
        assert scaler.normalisation_ == statistics
    assert scaler.corpora_.tolist() == ["a", "b", "c"]
    assert scaler.n_rows_.tolist() == [30, 20, 10]
    expected = pd.DataFrame(X).groupby(corpus)
    np.testing.assert_allclose(scaler.mean_, expected.mean())
    np.testing.assert_allclose(scaler.scale_, expected.std(ddof=0))
    assert not scaler.constant_.any()
    scaler.statistics = "corpus"
    assert scaler.normalisation_ == "speaker"


@given(
    arrays(np.float64, (12, 3), elements=st.floats(-1e300, 1e300, allow_subnormal=False)),
    st.lists(st.sampled_from("ab"), min_size=8, max_size=8),
)
def test_scaled_features_have_mean_0_and_variance_1_unless_constant(X, labels):
    corpus = np.array([*"aabb", *labels])
    scaler = CorpusStandardScaler()
    Z = scaler.fit_transform(X, corpus=corpus)
    assert np.isfinite(Z).all()
    for code, name in enumerate("ab"):
        of_corpus, varies = Z[corpus == name], ~scaler.constant_[code]
        # Near the limit of 10 rounding errors, few digits are left.
        np.testing.assert_allclose(of_corpus[:, varies].mean(axis=0), 0, atol=0.1)
        np.testing.assert_allclose(of_corpus[:, varies].std(axis=0), 1, atol=0.1)


@given(
    arrays(np.float64, (12, 3), elements=st.floats(-1e6, 1e6)),
    st.lists(st.sampled_from("ab"), min_size=8, max_size=8),
)
@example(np.full((12, 3), 5e-324) * (np.arange(36).reshape(12, 3) > 0), ["a"] * 8)
def test_inverse_transform_returns_the_original_rows(X, labels):
    corpus = np.array([*"aabb", *labels])
    scaler = CorpusStandardScaler().fit(X, corpus=corpus)
    back = scaler.inverse_transform(scaler.transform(X, corpus=corpus), corpus=corpus)
    np.testing.assert_allclose(back, X, rtol=1e-12, atol=1e-9)


def test_rows_of_one_corpus_do_not_change_another(corpora):
    X, corpus = corpora
    before = CorpusStandardScaler().fit_transform(X, corpus=corpus)
    X = X.copy()
    X[corpus == "b"] *= 1e6
    after = CorpusStandardScaler().fit_transform(X, corpus=corpus)
    np.testing.assert_array_equal(after[corpus != "b"], before[corpus != "b"])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_is_kept_although_arithmetic_is_in_float64(dtype, rng):
    X = (1e4 + rng.standard_normal((2000, 2))).astype(dtype)
    Z = CorpusStandardScaler().fit_transform(X)
    assert Z.dtype == dtype
    np.testing.assert_allclose(Z, StandardScaler().fit_transform(X.astype(np.float64)), rtol=1e-5)
    assert CorpusStandardScaler().fit_transform([[1], [3]]).dtype == np.float64
    assert (
        np.dtype(dtype).name in get_tags(CorpusStandardScaler()).transformer_tags.preserves_dtype
    )


# Constant, nearly constant and missing features


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_feature_is_constant_if_it_varies_by_rounding_only(dtype):
    eps = np.finfo(dtype).eps
    steps = np.tile([-1, 1], 50)
    X = 3000 * (1 + np.outer(steps, [0, 4 * eps, 40 * eps])).astype(dtype)
    _, scale, constant = mean_and_scale(X)
    assert constant.tolist() == [True, True, False]
    assert scale[:2].tolist() == [1, 1]
    Z = CorpusStandardScaler().fit_transform(X)
    np.testing.assert_array_equal(Z[:, 0], 0)
    np.testing.assert_allclose(Z[:, 1], 0, atol=3000 * 10 * eps)
    np.testing.assert_allclose(np.abs(Z[:, 2]), 1, rtol=0.1)


def test_the_limit_of_constant_features_depends_on_the_type():
    X = 3000 * (1 + 1e-9 * np.tile([[-1.0], [1.0]], (10, 1)))
    assert not mean_and_scale(X)[2]
    assert mean_and_scale(X.astype(np.float32))[2]


@pytest.mark.parametrize("value", [0.0, -0.1, 1e-300, 1e300])
def test_constant_features_become_zero_in_their_corpus_only(value, corpora):
    X, corpus = corpora
    X = X.copy()
    X[corpus == "a", 2] = value
    scaler = CorpusStandardScaler()
    Z = scaler.fit_transform(X, corpus=corpus)
    np.testing.assert_array_equal(Z[corpus == "a", 2], 0)
    np.testing.assert_allclose(Z[corpus == "b", 2].std(), 1)
    assert np.argwhere(scaler.constant_).tolist() == [[0, 2]]
    if abs(value) < 1:
        new_row = scaler.transform(X[:1] * 0 + value + 2, corpus=["a"])
        assert new_row[0, 2] == pytest.approx(2)  # as in StandardScaler


def test_nan_does_not_enter_the_statistics_and_stays_nan(corpora):
    X, corpus = corpora
    X = X.copy()
    X[::7, 1] = np.nan
    Z = CorpusStandardScaler().fit_transform(X, corpus=corpus)
    for name in "abc":
        rows = corpus == name
        np.testing.assert_allclose(Z[rows], StandardScaler().fit_transform(X[rows]), rtol=1e-9)
    np.testing.assert_array_equal(np.isnan(Z), np.isnan(X))


def test_a_feature_with_fewer_than_two_values_is_refused(corpora):
    X, corpus = corpora
    X = X.copy()
    X[np.flatnonzero(corpus == "b")[1:], 3] = np.nan
    with raises_exactly(
        "A variance needs at least 2 values of each feature in each corpus; got fewer in 'b' for "
        "the features in columns [3] (NaN does not count). Fill them in, or leave these features "
        "out."
    ):
        CorpusStandardScaler().fit(X, corpus=corpus)
    with pytest.raises(ValueError, match=r"fewer in all rows for the features in columns \[0\]"):
        CorpusStandardScaler().fit([[np.nan], [np.nan]])


def test_a_corpus_of_one_row_is_refused(corpora):
    X, corpus = corpora
    corpus = corpus.astype(object)
    corpus[5] = "alone"
    with raises_exactly(
        "A variance needs at least 2 rows of each corpus; got only 1 sample in 1 of 4 corpora: "
        "'alone'. Leave these rows out, or normalise them together with others."
    ):
        CorpusStandardScaler().fit(X, corpus=corpus)
    scaler = CorpusStandardScaler(statistics="speaker").fit(X[6:], corpus=corpus[6:])
    with pytest.raises(ValueError, match="1 of 1 corpora: 'alone'"):
        scaler.transform(X[:6], corpus=corpus[:6])
    with pytest.raises(ValueError, match="1 sample in 1 of 1 corpora: all"):
        CorpusStandardScaler().fit(X[:1])
    assert CorpusStandardScaler().fit(X).transform(X[:1]).shape == (1, 4)


# The three kinds of statistics


def test_statistics_of_the_corpus_refuse_rows_that_fit_has_not_had(corpora):
    X, corpus = corpora
    scaler = CorpusStandardScaler(statistics="corpus").fit(X, corpus=corpus)
    whole = scaler.transform(X, corpus=corpus)
    part = [17, 3, 3, 50]
    np.testing.assert_array_equal(scaler.transform(X[part], corpus=corpus[part]), whole[part])
    as_float32 = X.astype(np.float32)
    np.testing.assert_allclose(scaler.transform(as_float32, corpus=corpus), whole, atol=1e-4)
    other = X[:5].copy()
    other[3] += 1
    scaler.statistics = "training"  # changing it after fit has no effect
    with raises_exactly(
        "With statistics='corpus', fit must have had every row of a corpus; got 1 of 5 rows that "
        "were not in fit. Call fit on all rows before the folds are made, or use "
        "statistics='training'."
    ):
        scaler.transform(other, corpus=corpus[:5])


@pytest.mark.parametrize("statistics", ["corpus", "training"])
def test_an_unseen_corpus_is_an_error(statistics, corpora):
    X, corpus = corpora
    rows = corpus != "c"
    scaler = CorpusStandardScaler(statistics=statistics).fit(X[rows], corpus=corpus[rows])
    with raises_exactly(
        f"With statistics={statistics!r} corpus must hold only corpora seen in fit, 'a', 'b'; "
        "got 'c'. Fit on their rows too, or normalise them by their own rows with "
        "statistics='speaker'."
    ):
        scaler.transform(X[rows], corpus=np.where(corpus[rows] == "a", "a", "c"))


def test_speaker_normalises_an_unseen_corpus_by_its_own_rows(corpora):
    X, corpus = corpora
    fitted = (corpus == "b") & (np.arange(60) < 45)
    scaler = CorpusStandardScaler(statistics="speaker").fit(X[fitted], corpus=corpus[fitted])
    state = pickle.dumps(scaler)
    Z = scaler.transform(X, corpus=corpus)
    for name in "ac":
        rows = corpus == name
        np.testing.assert_allclose(Z[rows], StandardScaler().fit_transform(X[rows]), rtol=1e-9)
    seen = corpus == "b"
    np.testing.assert_allclose(Z[seen], StandardScaler().fit(X[fitted]).transform(X[seen]))
    assert pickle.dumps(scaler) == state
    with raises_exactly(
        "corpus must hold only corpora seen in fit, 'b'; got 'a', 'c'. Leave out the others, "
        "whose statistics are not kept."
    ):
        scaler.inverse_transform(Z, corpus=corpus)


def test_fit_and_transform_must_both_have_corpora_or_neither(corpora):
    X, corpus = corpora
    with raises_exactly(
        "corpus must be given as in fit, which had a corpus for each row; got none here. Pass "
        "corpus= to both or to neither."
    ):
        CorpusStandardScaler().fit(X, corpus=corpus).transform(X)
    with raises_exactly(
        "corpus must be given as in fit, which had no corpus for each row; got one here. Pass "
        "corpus= to both or to neither."
    ):
        CorpusStandardScaler().fit(X).transform(X, corpus=corpus)


def test_wrong_input_is_refused(corpora):
    X, corpus = corpora
    with raises_exactly(
        "statistics must be one of 'corpus', 'training', 'speaker'; got 'session'."
    ):
        CorpusStandardScaler(statistics="session").fit(X)
    with pytest.raises(TypeError, match="Sparse data was passed"):
        CorpusStandardScaler().fit(scipy.sparse.csr_array(X))
    with pytest.raises(ValueError, match="infinity"):
        CorpusStandardScaler().fit(np.full((3, 1), np.inf))
    with pytest.raises(ValueError, match=r"must have one label for each row, shape \(60,\)"):
        CorpusStandardScaler().fit(X, corpus=corpus[:-1])
    with pytest.raises(ValueError, match="corpus must have a label for every row"):
        CorpusStandardScaler().fit(X, corpus=[None, *corpus[1:]])


@pytest.mark.parametrize(
    "kind",
    [list, pd.Series, pd.Categorical, lambda c: pd.Series(c, dtype="string"), lambda c: c == "a"],
    ids=["list", "Series", "Categorical", "string", "bool"],
)
def test_labels_of_any_type_are_accepted(kind, corpora):
    X, corpus = corpora
    labels = kind(corpus)
    Z = CorpusStandardScaler(statistics="corpus").fit_transform(X, corpus=labels)
    rows = corpus == "a"
    np.testing.assert_allclose(Z[rows], StandardScaler().fit_transform(X[rows]), rtol=1e-9)


@pytest.mark.parametrize("n_corpora", [3, 30])  # numpy compares few labels in another way
@pytest.mark.parametrize("statistics", STATISTICS)
def test_numbers_and_text_are_not_taken_for_the_same_corpus(statistics, n_corpora, rng):
    corpus = np.repeat(np.arange(n_corpora), 2)
    X = rng.normal(size=(len(corpus), 2))
    scaler = CorpusStandardScaler(statistics=statistics).fit(X, corpus=corpus)
    for scale in (scaler.transform, scaler.inverse_transform):
        with raises_exactly(
            "corpus must hold labels of one kind; got 0 and '0'. Make them all text or all "
            "numbers."
        ):
            scale(X, corpus=corpus.astype(str))


@pytest.mark.parametrize(
    ("labels", "dtype"), [([2**53, 2**53 + 1], "Int64"), ([False, True], "boolean")]
)
def test_labels_in_types_of_pandas_stay_as_they_are(labels, dtype, rng):
    corpus = pd.Series(np.repeat(labels, 5), dtype=dtype)
    scaler = CorpusStandardScaler().fit(rng.normal(size=(10, 2)), corpus=corpus)
    assert scaler.corpora_.tolist() == labels
    assert scaler.corpora_.dtype != float
    with pytest.raises(ValueError, match="corpus must have a label for every row; 1 of 10 are"):
        scaler.fit(rng.normal(size=(10, 2)), corpus=corpus.mask(np.arange(10) == 3))


# As a transformer of scikit-learn


def test_data_frames_names_and_pickling_are_supported(corpora):
    X, corpus = corpora
    X = pd.DataFrame(X, columns=["F0", "F1", "F2", "F3"], index=np.arange(60) + 7)
    scaler = CorpusStandardScaler(statistics="corpus").set_output(transform="pandas")
    Z = scaler.fit_transform(X, corpus=corpus)
    assert list(Z.columns) == list(X.columns) == scaler.get_feature_names_out().tolist()
    pd.testing.assert_index_equal(Z.index, X.index)
    restored = pickle.loads(pickle.dumps(scaler))
    pd.testing.assert_frame_equal(restored.transform(X, corpus=corpus), Z, check_exact=True)
    polars = clone(scaler).set_output(transform="polars").fit_transform(X, corpus=corpus)
    np.testing.assert_array_equal(polars.to_numpy(), Z.to_numpy())


def test_corpora_are_routed_through_a_pipeline(corpora):
    X, corpus = corpora
    y = np.tile([0, 1], 30)
    parts = {"train": np.arange(40), "test": np.arange(40, 60)}
    train, test = parts.values()
    by_hand = CorpusStandardScaler().fit(X[train], corpus=corpus[train])
    Z = {name: by_hand.transform(X[rows], corpus=corpus[rows]) for name, rows in parts.items()}
    expected = LogisticRegression().fit(Z["train"], y[train])
    with config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(CorpusStandardScaler(), LogisticRegression())
        pipeline.fit(X[train], y[train], corpus=corpus[train])
        actual = pipeline.predict_proba(X[test], corpus=corpus[test])
        back = pipeline[:1].inverse_transform(Z["test"], corpus=corpus[test])
    np.testing.assert_array_equal(actual, expected.predict_proba(Z["test"]))
    np.testing.assert_allclose(back, X[test])


def test_corpora_are_routed_through_cross_validation(corpora):
    X, corpus = corpora
    y = np.tile([0, 1], 30)
    with config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(CorpusStandardScaler(), LogisticRegression())
        scores = cross_val_score(pipeline, X, y, cv=3, params={"corpus": corpus})
        result = cross_validate(
            pipeline,
            X,
            y,
            cv=3,
            params={"corpus": corpus},
            return_estimator=True,
            return_indices=True,
        )
        for score, fitted, train, test in zip(
            scores, result["estimator"], *result["indices"].values(), strict=True
        ):
            assert fitted.score(X[test], y[test], corpus=corpus[test]) == score
            alone = CorpusStandardScaler().fit(X[train], corpus=corpus[train])
            np.testing.assert_array_equal(fitted[0].mean_, alone.mean_)
            model = LogisticRegression().fit(
                alone.transform(X[train], corpus=corpus[train]), y[train]
            )
            np.testing.assert_array_equal(
                fitted.predict(X[test], corpus=corpus[test]),
                model.predict(alone.transform(X[test], corpus=corpus[test])),
            )


def test_statistics_of_the_corpus_fail_in_cross_validation_of_a_pipeline(corpora):
    X, corpus = corpora
    y = np.tile([0, 1], 30)
    pipeline = make_pipeline(CorpusStandardScaler(statistics="corpus"), LogisticRegression())
    with (
        config_context(enable_metadata_routing=True),
        pytest.raises(ValueError, match="got 20 of 20 rows that were not in fit"),
    ):
        cross_val_score(pipeline, X, y, cv=3, params={"corpus": corpus}, error_score="raise")


def test_new_speakers_are_scaled_by_their_own_rows_in_every_fold(corpora):
    X, speaker = corpora
    y = np.tile([0, 1], 30)
    with config_context(enable_metadata_routing=True):
        scaler = CorpusStandardScaler(statistics="speaker")
        scaler.set_fit_request(corpus="speaker").set_transform_request(corpus="speaker")
        scores = cross_val_score(
            make_pipeline(scaler, LogisticRegression()),
            X,
            y,
            cv=LeaveOneGroupOut(),
            params={"speaker": speaker, "groups": speaker},
            error_score="raise",
        )
    expected = []
    for new_speaker in np.unique(speaker):  # in the order of the folds
        scaled = np.empty_like(X, dtype=float)
        for name in np.unique(speaker):
            scaled[speaker == name] = StandardScaler().fit_transform(X[speaker == name])
        rows = speaker != new_speaker
        model = LogisticRegression().fit(scaled[rows], y[rows])
        expected.append(model.score(scaled[~rows], y[~rows]))
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("indices", [[0], [1], [2], [0, 2], [2, 1]])
def test_rows_of_some_corpora_are_scaled_by_their_own_statistics(statistics, indices, corpora):
    X, corpus = corpora
    scaler = CorpusStandardScaler(statistics=statistics).fit(X, corpus=corpus)
    for names in (np.unique(corpus)[indices], np.unique(corpus)[indices][::-1]):
        rows = np.concatenate([np.flatnonzero(corpus == name) for name in names])
        expected = np.vstack([StandardScaler().fit_transform(X[corpus == name]) for name in names])
        scaled = scaler.transform(X[rows], corpus=corpus[rows])
        np.testing.assert_allclose(scaled, expected, rtol=1e-9, atol=1e-12)
        back = scaler.inverse_transform(scaled, corpus=corpus[rows])
        np.testing.assert_allclose(back, X[rows], rtol=1e-9)


@pytest.mark.parametrize("statistics", ["corpus", "training"])
def test_statistics_mean_the_same_as_normalisation_in_cross_validate_transfer(statistics, rng):
    """The scaler with these statistics gives the scores of cross_validate_transfer."""
    X = rng.standard_normal((60, 2)) ** 3
    y = (X[:, 0] + 0.5 * rng.standard_normal(60) > 0).astype(int)
    speaker = np.arange(60) // 20
    cv = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0)
    classifier = LogisticRegression(C=0.01)
    scores = cross_validate_transfer(
        X,
        y,
        methods={"LR": classifier},
        groups=speaker,
        cv=cv,
        normalisation=statistics,
        n_jobs=1,
    )
    for row, (train, _, test) in zip(
        scores.itertuples(), cv.split_with_validation(X, y, speaker), strict=True
    ):
        scaler = CorpusStandardScaler(statistics=statistics)
        scaler.fit(X if statistics == "corpus" else X[train])
        assert row.normalisation == scaler.normalisation_
        fitted = clone(classifier).fit(scaler.transform(X[train]), y[train])
        assert row.score == uar_score(y[test], fitted.predict(scaler.transform(X[test])))


@pytest.mark.parametrize("normalisation", ["corpus", "training", "speaker"])
def test_scores_do_not_depend_on_the_output_that_scikit_learn_is_set_to(normalisation, rng):
    X, y = rng.normal(size=(60, 3)), np.tile(["a", "b"], 30)

    def scores():
        return cross_validate_transfer(
            X,
            y,
            methods={"LR": LogisticRegression()},
            groups=np.arange(60) // 20,
            cv=RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0),
            normalisation=normalisation,
            n_jobs=1,
        )["score"].tolist()

    expected = scores()
    with config_context(transform_output="pandas"):
        assert scores() == expected
