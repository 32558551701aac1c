"""Transfer between invented corpora: options that reach the fits, and errors before training."""

import re

import numpy as np
import pandas as pd
import pytest

from skprognet import DNNClassifier
from skprognet.experiments import transfer_between_corpora

NETWORK = DNNClassifier(hidden_layer_sizes=(6,), max_epochs=3, lr=0.02, dropout=0.1)


def corpus(seed, n_rows=48, emotions=("angry", "sad")):
    rng = np.random.default_rng(seed)
    labels = pd.DataFrame({"speaker": [f"s{i % 4}" for i in range(n_rows)]})
    labels["emotion"] = np.resize(np.repeat(emotions, 4), n_rows)
    X = rng.normal(size=(n_rows, 5)) + labels["speaker"].str[1:].astype(int).to_numpy()[:, None]
    X += 1.5 * (labels["emotion"] == "sad").to_numpy()[:, None] * [1, 0, -1, 0, 2]
    return pd.DataFrame(X, columns=list("abcde")), labels


def run_between(source, target, **options):
    return run_among({"source": source, "target": target}, **{"targets": ["target"]} | options)


def run_among(corpora, **options):
    options = {"train_folds": (1,), "estimator": NETWORK} | options
    options = {"n_splits": 3, "n_repeats": 1, "n_jobs": 1} | options
    return transfer_between_corpora(corpora, **options)


@pytest.fixture(scope="module")
def plain():
    return run_between(corpus(0), corpus(1))


def test_features_are_matched_by_name(plain):
    (A, a), (B, b) = corpus(0), corpus(1)
    reordered = run_between((A[list("ecbda")], a), (B, b)).scores
    pd.testing.assert_frame_equal(
        reordered.drop(columns="seconds"), plain.scores.drop(columns="seconds"), check_exact=True
    )
    with pytest.raises(
        ValueError, match=re.escape("got 1 that only one of 'source' and 'target' has: 'e'. ")
    ):
        run_between((A.drop(columns="e"), a), (B, b))


def test_random_state_and_normalisation_reach_folds_and_fits(plain):
    study = run_between(corpus(0), corpus(1), random_state=5, normalisation="training")
    assert set(plain.scores["normalisation"]) == {"corpus"}
    assert set(study.scores["normalisation"]) == {"training"} == {study.design.normalisation}
    for name in ("rows_tested", "seed", "source_seed"):
        values, others = (set(result.scores[name].dropna()) for result in (plain, study))
        assert values
        assert not values & others


def test_audit_checks_speakers_only_in_speaker_independent_folds(plain):
    assert "test speaker" not in plain.audit_verdict
    options = {"folds": "speaker-independent", "targets": None, "n_splits": 4}
    study = run_between(corpus(0), corpus(1), **options)
    assert "no fit and no source had seen a row or speaker that it was" in study.audit_verdict
    for name, (_, labels) in {"source": corpus(0), "target": corpus(1)}.items():
        np.testing.assert_array_equal(study.groups[name], labels["speaker"])


def test_warning_names_labels_that_only_one_corpus_has():
    data = corpus(0, emotions=("angry", "sad", "calm")), corpus(1, emotions=("angry", "sad", "5"))
    sentence = (
        "The corpora have different labels of 'emotion': all have 'angry', 'sad'; 'source' also "
        "has 'calm'; 'target' also has '5'. All rows are used. Each network learns all labels of "
        "its own corpus, and the output layer of a source is not transferred. To keep the same "
        "labels in all corpora, pass emotions= (on the command line --emotions)."
    )
    with pytest.warns(UserWarning, match=f"^{re.escape(sentence)}$"):
        study = run_between(*data, targets=None)
    assert study.scores["n_test"].sum() == 2 * 3 * 48
    # A class that a corpus lacks has no probability there.
    by_corpus = dict(list(study.predictions.groupby("corpus")))
    assert list(study.predictions.filter(like="p_")) == ["p_5", "p_angry", "p_calm", "p_sad"]
    for corpus_name, lacking in {"source": "p_5", "target": "p_calm"}.items():
        rows = by_corpus[corpus_name]
        assert rows[lacking].isna().all()
        np.testing.assert_allclose(rows.filter(like="p_").sum(axis=1), 1, atol=1e-6)
    assert set(study.labels) == {"source", "target"}


def test_corpora_without_a_label_in_common_are_refused():
    sentence = (
        "A source and its target must share labels of 'emotion'; got 'T', 'W' in 'emodb' and "
        "'angry', 'sad' in 'ravdess'. Give equal classes equal names, name another column, or "
        "leave one of them out."
    )
    data = {"emodb": corpus(0, emotions=("W", "T")), "ravdess": corpus(1)}
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        run_among(data)


def test_numbers_in_one_corpus_and_classes_in_another_are_refused():
    (A, a), (B, b) = corpus(0), corpus(1)
    message = (
        "'emotion' must hold numbers in all corpora, or classes in all; got numbers with a "
        "fraction in 'source', and other labels in 'target'. Name a column that means the same in "
        "all, or leave corpora out."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        run_between((A, a.assign(emotion=np.linspace(1, 5, 48))), (B, b))


def test_integers_in_one_corpus_and_whole_floats_in_another_are_the_same_classes():
    (A, a), (B, b) = corpus(0), corpus(1)
    a = a.assign(emotion=(a["emotion"] == "sad").astype("int64"))
    b = b.assign(emotion=(b["emotion"] == "sad").astype("float64"))
    predictions = run_between((A, a), (B, b), targets=None).predictions
    assert list(predictions.filter(like="p_")) == ["p_0", "p_1"]
    assert predictions[["p_0", "p_1"]].notna().all(axis=None)


def test_corpus_with_the_name_of_a_task_is_refused():
    message = "The name of a corpus must not be that of a task.*; got 'speaker'"
    with pytest.raises(ValueError, match=message):
        run_among({"speaker": corpus(0), "target": corpus(1)}, tasks=["speaker"])


def test_rows_that_are_left_out_may_lack_a_speaker():
    B, b = corpus(1, emotions=("angry", "sad", "calm"))
    b = b.assign(speaker=b["speaker"].where(b["emotion"] != "calm", None))
    options = {"emotions": ["angry", "sad"], "folds": "speaker-independent", "n_splits": 4}
    with pytest.warns(UserWarning, match="^The study keeps the labels"):
        study = run_between(corpus(0), (B, b), **options)
    assert study.audit is not None
    assert "no fit and no source had seen a row or speaker that it was" in study.audit_verdict


def test_a_missing_label_is_reported_with_its_corpus_and_its_original_row():
    (A, a), target = corpus(0), corpus(1)
    A.iloc[2], a.iloc[2] = A.iloc[1], a.iloc[1]
    a["speaker"] = ["s1" if row == 2 else None if row == 5 else f"s{row % 4}" for row in range(48)]
    message = (
        "'speaker' of 'source' must have a label for every row; 1 of 48 are missing, the first in "
        "row 5 (from 0). "
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        run_between((A, a), target, duplicates="drop")


def test_missing_features_are_reported_with_their_corpus():
    (A, a), target = corpus(0), corpus(1)
    A.iloc[3, 0] = np.nan
    with pytest.raises(ValueError, match=r"^Input X of 'source' contains NaN"):
        run_between((A, a), target)
