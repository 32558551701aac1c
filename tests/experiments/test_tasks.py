"""The paper's first study on a small invented corpus: rows, design, report, files."""

import os
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib import image

from skprognet import DNNClassifier
from skprognet.evaluation import format_table
from skprognet.experiments import format_study, transfer_between_tasks, write_study


@pytest.fixture(scope="module")
def corpus():
    rng = np.random.default_rng(0)
    labels = pd.DataFrame(
        {
            "speaker": [f"s{i % 4}" for i in range(80)],
            "emotion": rng.choice(["angry", "sad"], 80),
        }
    )
    labels["gender"] = np.where(labels["speaker"] < "s2", "female", "male")
    X = rng.normal(size=(80, 5)) + (labels["emotion"] == "sad").to_numpy()[:, None]
    return X, labels


@pytest.fixture(scope="module")
def study(corpus):
    estimator = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=4, lr=0.01, dropout=0.1)
    return transfer_between_tasks(*corpus, estimator=estimator, n_splits=4, n_repeats=2, n_jobs=1)


def test_the_five_rows_of_table_2(study):
    rows = list(zip(study.table["method"], study.table["source"], strict=True))
    assert rows == [
        ("DNN", "none"),
        ("PT/FT", "speaker"),
        ("ProgNet", "speaker"),
        ("PT/FT", "gender"),
        ("ProgNet", "gender"),
    ]
    assert len(study.scores) == 5 * 4 * 2
    assert len(study.curves) == 5 * 4 * 2 * 4
    assert len(study.comparisons) == 4 + 2


def test_the_estimators_parameters_are_used_by_all(corpus):
    estimator = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=50, lr=0.1, patience=1)
    study = transfer_between_tasks(*corpus, estimator=estimator, n_splits=3, n_repeats=1, n_jobs=1)
    assert (study.scores["n_epochs"] < 50).all()
    assert (study.scores["n_epochs"] - study.scores["best_epoch"] <= 1).all()


def test_the_report_says_design_test_and_verdicts(study):
    text = format_study(study)
    assert text.startswith("# Emotion recognition with transfer from speaker and gender\n")
    assert "2 x 4 folds stratified by speaker (about 40 rows train, 20 choose" in text
    assert "up to 4 epochs, normalised over: corpus, seed 0." in text
    assert "is defined for 10 repeats of 10 folds only, not for 2 x 4; used instead:" in text
    assert "7 degrees of freedom, ratio of test rows to the others" in text
    assert "(validation rows count as training) 0.333" in text
    for verdict in study.comparisons["verdict"]:
        assert f"- {verdict}" in text
    assert text.count("\n| ") == 6


def test_the_table_shows_the_numbers_of_the_frame(study):
    lines = [line for line in format_table(study.table).splitlines() if line.startswith("|")]
    for line, row in zip(lines[2:], study.table.itertuples(), strict=True):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[:2] == [row.method, row.source]
        assert cells[2].startswith(f"{row.uar_mean:.3f} ± {row.uar_std:.3f}")


def test_files_hold_the_study(study, tmp_path):
    paths = write_study(study, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["results.csv", "table.md", "learning_curves.png"]
    stored = pd.read_csv(paths[0])
    np.testing.assert_allclose(stored["uar"], study.scores["uar"], rtol=1e-15)
    assert list(stored["source"]) == list(study.scores["source"])
    assert paths[1].read_text(encoding="utf-8") == format_study(study) + "\n"
    assert image.imread(paths[2]).shape[0] > 400
    assert sorted(os.listdir(paths[0].parent)) == sorted(path.name for path in paths)


def test_missing_columns_are_named(corpus):
    X, labels = corpus
    message = (
        "labels must have the columns ['emotion', 'gender', 'speaker']; ['gender'] are missing "
        "among ['speaker', 'emotion']. Rename columns, or pass target=, sources= and speaker=."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        transfer_between_tasks(X, labels[["speaker", "emotion"]])
