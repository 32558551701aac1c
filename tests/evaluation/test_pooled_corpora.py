"""A source of several corpora: each is split and normalised by itself, as in a fit by hand."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.evaluation import SourceCorpus, cross_validate_transfer
from skprognet.metrics import uar_score
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

NETWORK = {"hidden_layer_sizes": (5,), "max_epochs": 2, "lr": 0.02}
CV = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0)


def corpus(seed, emotions):
    rng = np.random.default_rng(seed)
    y = np.repeat(np.array(emotions), 12)
    return rng.normal(3 * seed, 1 + seed, size=(len(y), 4)), y, np.arange(len(y)) % 3


A, B = corpus(1, ["angry", "sad"]), corpus(2, ["angry", "calm", "sad"])


def scaled(X, train, speakers, normalisation):
    """Normalise one corpus by itself."""
    if normalisation == "none":
        return X
    if normalisation == "speaker":
        X = X.copy()
        for speaker in np.unique(speakers):
            rows = speakers == speaker
            X[rows] = StandardScaler().fit_transform(X[rows])
        return X
    return StandardScaler().fit(X if normalisation == "corpus" else X[train]).transform(X)


@pytest.mark.parametrize("normalisation", ["corpus", "training", "speaker", "none"])
def test_a_pooled_source_learns_from_each_corpus_normalised_by_itself(normalisation):
    X, y, speakers = (np.concatenate(arrays) for arrays in zip(A, B, strict=True))
    pooled = SourceCorpus(X, y, speakers, corpora=np.repeat(["a", "b"], [len(A[0]), len(B[0])]))
    target = corpus(0, ["angry", "sad"])
    scores = cross_validate_transfer(
        *target[:2],
        methods={"ProgNet": ProgressiveClassifier(**NETWORK)},
        sources={"all others": pooled},
        source_estimator=DNNClassifier(**NETWORK),
        normalisation=normalisation,
        groups=target[2],
        cv=CV,
        n_jobs=1,
    )
    splits = [list(CV.split_with_validation(*corpus_data)) for corpus_data in (A, B)]
    for number, row in scores.iterrows():
        parts = []
        for (X, y, speakers), corpus_splits in zip((A, B), splits, strict=True):
            X = scaled(X, corpus_splits[number][0], speakers, normalisation)
            parts.append([(X[rows], y[rows]) for rows in corpus_splits[number]])
        (X, y), (X_val, y_val), (X_test, y_test) = [
            [np.concatenate(arrays) for arrays in zip(*subset, strict=True)]
            for subset in zip(*parts, strict=True)
        ]
        network = DNNClassifier(**NETWORK, random_state=int(row["source_seed"]))
        network.fit(X, y, X_val=X_val, y_val=y_val)
        # The features are random, so rounding errors of the scaling do not change a score.
        assert uar_score(y_test, network.predict(X_test)) == pytest.approx(row["source_score"])
        assert network.classes_.tolist() == ["angry", "calm", "sad"]


def test_rows_of_pooled_corpora_may_be_in_any_order():
    order = np.random.default_rng(0).permutation(len(A[0]))
    corpora = np.array(["a", "b"] * (len(order) // 2))[order]
    pooled = SourceCorpus(A[0], A[1], A[2], corpora=corpora)
    assert [corpora[rows].tolist() for rows in pooled.parts] == [
        [name] * (len(order) // 2) for name in dict.fromkeys(corpora.tolist())
    ]
    assert sorted(np.concatenate(pooled.parts).tolist()) == list(range(len(order)))


def test_pooled_corpora_need_one_corpus_label_for_each_row():
    with pytest.raises(ValueError, match=re.escape("corpora must have one label for each row")):
        SourceCorpus(*A, corpora=["a", "b"])


def test_columns_of_a_source_corpus_without_text_as_names_must_be_numbered(rng):
    X, y = pd.DataFrame(rng.normal(size=(12, 2))), ["angry", "sad"] * 6
    SourceCorpus(X, y)
    with pytest.raises(
        ValueError, match=r"^X must have columns with text as names, .*; got \[1, 0\]"
    ):
        SourceCorpus(X[[1, 0]], y)
