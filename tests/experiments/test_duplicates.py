"""Duplicate recordings are refused, dropped or kept before training."""

import base64
import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skprognet import DNNClassifier
from skprognet.evaluation import audit
from skprognet.experiments import (
    format_study,
    transfer_between_corpora,
    transfer_between_tasks,
    write_study,
)

OPTIONS = {
    "estimator": DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1),
    "n_splits": 3,
    "n_repeats": 1,
    "n_jobs": 1,
}


def corpus(seed=0, n_rows=48):
    rng = np.random.default_rng(seed)
    labels = pd.DataFrame({"speaker": [f"s{i % 4}" for i in range(n_rows)]})
    labels["emotion"] = np.where(np.arange(n_rows) // 4 % 2, "angry", "sad")
    labels["gender"] = np.where(labels["speaker"] < "s2", "female", "male")
    return pd.DataFrame(rng.normal(size=(n_rows, 5)), columns=list("abcde")), labels


def with_copies(pairs, seed=0):
    """Give a corpus in which the second row of each pair is a copy of the first."""
    X, labels = corpus(seed)
    for first, second in pairs:
        X.iloc[second] = X.iloc[first]
        labels.iloc[second] = labels.iloc[first]
    return X, labels


def run_tasks(X, labels, **options):
    return transfer_between_tasks(X, labels, **OPTIONS | {"sources": ["gender"]} | options)


def run_corpora(source, target, **options):
    options = {"train_folds": (1,), "targets": ["target"]} | options
    return transfer_between_corpora({"source": source, "target": target}, **OPTIONS | options)


def rows_of(text):
    """Decode a recorded set of rows: their number, and a bit for each row in base 64."""
    n_rows, bits = text.split(":")
    packed = np.frombuffer(base64.b64decode(bits), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(packed, count=int(n_rows)))


def test_copies_are_refused_before_training(tmp_path):
    sentence = (
        "Each recording must be present once; got 2 recordings with copies, which have equal "
        "features: row 3 (from 0) = row 17 (from 0), row 8 (from 0) = row 40 (from 0). To keep "
        "the first of each, pass duplicates='drop' (on the command line --duplicates drop); to "
        "keep all, 'keep'."
    )
    X, labels = with_copies([(3, 17), (8, 40)])
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        run_tasks(X, labels, checkpoint=tmp_path / "checkpoint")
    assert not (tmp_path / "checkpoint").exists()
    files = labels.assign(file=[f"{i}.wav" for i in range(48)])
    with pytest.raises(ValueError, match=r"features: '3.wav' = '17.wav', '8.wav' = '40.wav'\. To"):
        run_tasks(X.to_numpy(), files)
    with pytest.raises(ValueError, match="one of 'keep', 'drop', 'error'; got 'first'"):
        run_tasks(X, labels, duplicates="first")


def test_error_lists_three_recordings_and_counts_the_others():
    X, labels = corpus()
    X.iloc[:] = np.arange(48)[:, None] // 8
    labels = labels.assign(speaker="s0", gender="male", emotion="sad")
    with pytest.raises(ValueError, match=r"^Each .* 6 recordings .* and 3 more\. To keep"):
        run_tasks(X, labels, sources=["speaker"])


def test_positive_and_negative_zero_are_equal_features():
    X, labels = with_copies([(3, 17)])
    X.iloc[3], X.iloc[17] = 0.0, -0.0
    with pytest.raises(ValueError, match="got 1 recording with copies"):
        run_tasks(X, labels)


def test_dropped_copies_are_not_used_and_are_reported(tmp_path, no_figures):
    X, labels = with_copies([(3, 17), (8, 40), (3, 41)])
    labels["file"] = pd.Series([Path(f"{row}.wav") for row in range(48)], dtype=object)
    labels.loc[5, "file"] = "f\udcfcnf.wav"  # as Python decodes a file name that is not UTF-8
    study = run_tasks(X, labels, duplicates="drop")
    kept = np.setdiff1d(np.arange(48), [17, 40, 41])
    by_hand = run_tasks(X.iloc[kept], labels.iloc[kept])
    columns = ["method", "source", "fold", "n_train", "n_test", "seed", "score", "source_score"]
    pd.testing.assert_frame_equal(study.scores[columns], by_hand.scores[columns], check_exact=True)
    assert study.audit_verdict.startswith("The audit passed")

    # Row numbers refer to the table before copies were dropped.
    for _, rows in study.scores.groupby(["method", "source"]):
        np.testing.assert_array_equal(
            np.sort(np.concatenate([*map(rows_of, rows["rows_tested"])])), kept
        )
    for rows_by_hand, rows_of_study in zip(
        by_hand.scores["rows_seen"], study.scores["rows_seen"], strict=True
    ):
        np.testing.assert_array_equal(rows_of(rows_of_study), kept[rows_of(rows_by_hand)])
    with pytest.raises(ValueError, match="had seen groups"):
        audit(study.scores, groups=labels["speaker"])
    predictions = study.predictions
    for _, rows in predictions.groupby(["method", "source"])["row"]:
        np.testing.assert_array_equal(np.sort(rows), kept)
    tested = labels.iloc[predictions["row"]]
    assert predictions["truth"].tolist() == tested["emotion"].tolist()
    files = predictions.set_index("row")["file"]
    assert files[5].unique().tolist() == [r"f\udcfcnf.wav"]
    assert files[4].unique().tolist() == ["4.wav"]
    pd.testing.assert_frame_equal(
        study.labels["corpus"], labels.iloc[kept].rename_axis(index="row")
    )

    assert study.design.duplicates == "drop"
    assert study.dropped_rows == {"corpus": [17, 40, 41]}
    assert "Left out as copies of others: 3 rows." in format_study(study)
    write_study(study, tmp_path)
    assert tomllib.loads((tmp_path / "design.toml").read_text())["dropped_rows"] == [17, 40, 41]
    assert "3 rows" in (tmp_path / "report.html").read_text("utf-8")
    assert "Left out" not in format_study(by_hand)
    assert by_hand.dropped_rows == {}


def test_kept_copies_cause_a_warning_and_fail_the_audit():
    X, labels = with_copies([(row, row + 4) for row in range(0, 48, 8)])
    with pytest.warns(UserWarning, match="with copies|The audit failed") as caught:
        study = run_tasks(X, labels, duplicates="keep")
    assert study.audit is None
    assert re.match("The study keeps 6 recordings with copies, which", str(caught[0].message))
    # In speaker-independent folds, copies of one speaker are never in training and test rows.
    options = {"folds": "speaker-independent", "n_splits": 4, "sources": ["speaker"]}
    with pytest.warns(UserWarning, match="keeps 6 recordings with copies"):
        speaker_independent = run_tasks(X, labels, duplicates="keep", **options)
    assert speaker_independent.audit_verdict.startswith("The audit passed")


@pytest.mark.parametrize("duplicates", ["keep", "drop", "error"])
@pytest.mark.parametrize("column", ["emotion", "gender", "speaker"])
def test_copies_with_different_labels_are_an_error(column, duplicates):
    X, labels = with_copies([(3, 17)])
    kinds = {"emotion": ["angry", "sad"], "gender": ["female", "male"], "speaker": ["s0", "s1"]}
    labels.loc[17, column] = next(kind for kind in kinds[column] if kind != labels[column][3])
    for run in (run_tasks, lambda *data, **o: run_corpora(corpus(1), data, tasks=["gender"], **o)):
        with pytest.raises(ValueError, match="must have equal labels and speakers") as caught:
            run(X, labels, duplicates=duplicates)
        assert f"in {column!r}. Find out" in str(caught.value)


def test_copy_in_another_corpus_is_refused_or_dropped():
    (X, labels), (other_X, other_labels) = corpus(0), corpus(1)
    other_X.iloc[5] = X.iloc[7]
    other_labels.loc[5, "emotion"] = labels.loc[7, "emotion"]  # the name of the speaker may differ
    data = (X, labels), (other_X[list("edcba")], other_labels)
    with pytest.raises(
        ValueError, match=re.escape("row 7 (from 0) of 'source' = row 5 (from 0) of 'target'. To")
    ):
        run_corpora(*data)
    study = run_corpora(
        *data, duplicates="drop", targets=None, folds="speaker-independent", n_splits=4
    )
    assert study.dropped_rows == {"target": [5]}
    assert "Left out as copies of others: 1 row of target." in format_study(study)
    assert "row or speaker that it was tested on" in study.audit_verdict
    rows_of_dnn = study.scores[study.scores["method"] == "DNN"].groupby("corpus")["rows_tested"]
    tested = {name: len(np.concatenate([*map(rows_of, rows)])) for name, rows in rows_of_dnn}
    assert tested == {"source": 48, "target": 47}
    other_labels.loc[5, "emotion"] = {"sad": "angry", "angry": "sad"}[labels["emotion"][7]]
    with pytest.raises(ValueError, match=r"differences: .*of 'target' in 'emotion'\. Find"):
        run_corpora(*data, duplicates="drop")
