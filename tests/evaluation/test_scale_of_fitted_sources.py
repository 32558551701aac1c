"""The audit recognises the training rows of a fitted source, or says that they are unknown."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.evaluation import audit, cross_validate_transfer
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
from skprognet.sources import LayerSource

OPTIONS = {"hidden_layer_sizes": (3,), "max_epochs": 1}
SPEAKER = np.array([f"s{i % 4}" for i in range(48)])
EMOTION = np.random.default_rng(0).choice(["angry", "sad"], 48)
RAW = pd.DataFrame(
    (np.random.default_rng(1).normal(size=(48, 4)) * 100 + 500).astype("float32"),
    columns=["a", "b", "v.1", "v.2"],
)
FEATURES = RAW[["a", "b"]]
SCALED = StandardScaler().set_output(transform="pandas").fit_transform(FEATURES)
CV = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0)


def network():
    return DNNClassifier(**OPTIONS, random_state=0)


def run(source, X=FEATURES, method=None, **options):
    method = ProgressiveClassifier(**OPTIONS) if method is None else method
    return cross_validate_transfer(
        X,
        EMOTION,
        methods={"ProgNet": method},
        sources={"speaker": source},
        groups=SPEAKER,
        cv=CV,
        n_jobs=1,
        **options,
    )


def warning_of(normalisation):
    return re.escape(
        "The source 'speaker' must be on the scale of the rows that it reads "
        f"(normalisation={normalisation!r}); got 2 of 2 features far from its training rows. Fit "
        "the source on rows normalised in this way, or pass normalisation='none' and, as the "
        "source, a fitted pipeline that scales X."
    )


@pytest.mark.parametrize("normalisation", ["corpus", "training", "none"])
@pytest.mark.parametrize("placebo", [False, True])
def test_audit_finds_a_source_trained_on_the_rows_scaled_in_float32(normalisation, placebo):
    source = network().fit(SCALED, SPEAKER)
    if normalisation == "none":
        source = make_pipeline(StandardScaler(), network()).fit(FEATURES, SPEAKER)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = run(source, normalisation=normalisation, placebo=placebo)
    assert (scores["source_overlap"] == 1).all()
    with pytest.raises(ValueError, match=r"the source of ProgNet from speaker .* had seen rows"):
        audit(scores)


@pytest.mark.parametrize("normalisation", ["corpus", "training"])
def test_overlap_is_known_for_a_source_trained_on_unscaled_rows_with_a_warning(normalisation):
    source = make_pipeline(StandardScaler(), network()).fit(FEATURES, SPEAKER)
    with pytest.warns(UserWarning, match=f"^{warning_of(normalisation)}$") as caught:
        scores = run(source, normalisation=normalisation)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert (scores["source_overlap"] == 1).all()


@pytest.mark.parametrize("placebo", [False, True])
def test_overlap_is_unknown_for_a_source_on_another_scale(placebo):
    source = network().fit(FEATURES * 3 + 1, SPEAKER)
    with pytest.warns(UserWarning, match=f"^{warning_of('corpus')}$"):
        scores = run(source, placebo=placebo)
    assert scores["source_overlap"].isna().all()
    assert audit(scores)["n_seen_by_source"].isna().all()


def test_overlap_is_zero_for_a_source_trained_on_other_rows_of_the_same_scale():
    scores = run(network().fit(-SCALED, SPEAKER))
    assert audit(scores)["n_seen_by_source"].tolist() == [0, 0, 0]


def check_refused(source, sentence):
    """Check the message with all features of X, and with those named in `features`."""
    for options in ({}, {"X": RAW, "features": ["a", "b"]}):
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            run(source, **options)


def test_fitted_source_with_the_features_of_x_in_another_order_is_refused():
    source = network().fit(SCALED[["b", "a"]], SPEAKER)
    sentence = (
        "X must have its columns in the order in which the source 'speaker' was fitted, ['b', "
        "'a']; got ['a', 'b']. Reorder the columns of X."
    )
    check_refused(source, sentence)
    assert len(run(source, FEATURES[["b", "a"]])) == 3


def test_names_behind_a_passthrough_count_for_the_order_of_features():
    source = make_pipeline("passthrough", network()).fit(SCALED[["b", "a"]], SPEAKER)
    with pytest.raises(ValueError, match=r"^X must have its columns in the order in which the s"):
        run(source)
    assert len(run(source, FEATURES[["b", "a"]])) == 3


def test_fitted_source_of_a_feature_that_x_lacks_is_refused():
    source = network().fit(SCALED.rename(columns={"b": "c"}), SPEAKER)
    sentence = (
        "The source 'speaker' cannot read X. X must have all features of the source; got X "
        "without 1 of them: 'c'. Add these columns, or train the source on the features of X."
    )
    check_refused(source, sentence)
    assert len(run(source, FEATURES.to_numpy())) == 3


def test_features_of_a_method_must_not_include_columns_of_a_source_with_placebo():
    method = ProgressiveClassifier(**OPTIONS, features=["a", "v"])
    sentence = (
        "features of the method 'ProgNet' must not include columns of a source, which its placebo "
        "must not see; got 'v.1', 'v.2' of the source 'speaker'. Leave them out of features."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        run(LayerSource("v"), RAW, method, placebo=True)
    method = ProgressiveClassifier(**OPTIONS, features=["a"])
    assert len(run(LayerSource("v"), RAW, method)) == 3


def test_columns_with_the_same_name_are_refused():
    sentence = (
        "Each column of X must have its own name; got 'a' twice. Rename one of them, or drop it."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        run(EMOTION, RAW.set_axis(["a", "a", "v.1", "v.2"], axis=1))


def test_empty_name_of_a_source_is_refused():
    with pytest.raises(ValueError, match=r"^The name of a source must have at least one letter"):
        cross_validate_transfer(RAW, EMOTION, methods={"DNN": network()}, sources={"": EMOTION})
