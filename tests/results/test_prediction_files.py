"""Predictions in Parquet and CSV files are read exactly as they were written."""

import re
import sys

import numpy as np
import pandas as pd
import pytest

from skprognet.results import prediction_files, read_predictions

LABELS = {
    "text": ["angry", "sad"],
    "text that looks like a missing value": ["NA", "nan"],
    "text with digits": ["01", "2"],
    "text with marks": ['so "so", so', "zwölf\nlines"],
    "integers": [-3, 12],
    "bools": [False, True],
    "whole floats": [1.0, 2.0],
}
N_ROWS = 12


def invent_predictions(labels):
    """Give invented predictions of two methods for 12 rows; one has no probabilities."""
    rng = np.random.default_rng(0)
    values, p = np.array(labels), rng.random((2 * N_ROWS, 1), dtype=np.float32)
    frame = pd.DataFrame({
        "method": np.repeat(["1", "SVM"], N_ROWS),
        "source": "none",
        "target": "emotion",
        "corpus": "NA",
        "repeat": 1,
        "fold": np.tile(np.arange(N_ROWS) // 4 + 1, 2),
        "row": np.tile(np.arange(N_ROWS), 2),
        "file": [f"{row:02}" for row in range(N_ROWS)] * 2,
        "truth": np.tile(values, N_ROWS),
        "prediction": values[rng.integers(2, size=2 * N_ROWS)],
    })  # fmt: skip
    classes = [f"p_{label}" for label in labels]
    frame[classes] = np.hstack([p, 1 - p])
    frame.loc[frame["method"] == "SVM", classes] = np.nan
    return frame


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_predicted_labels_are_read_to_the_last_bit(labels, tmp_path):
    table = invent_predictions(labels)
    table.to_parquet(tmp_path / "a.parquet")
    table.to_csv(tmp_path / "a.csv.gz", index=False)
    for name in ("a.parquet", "a.csv.gz"):
        pd.testing.assert_frame_equal(read_predictions(tmp_path / name), table, check_exact=True)


def test_predicted_numbers_are_read_to_the_last_bit(tmp_path):
    table = invent_predictions(["a", "b"]).drop(columns=["p_a", "p_b"])
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=2 * N_ROWS) * 10.0 ** rng.integers(-9, 23, 2 * N_ROWS)
    table = table.assign(truth=np.tile(np.linspace(1, 5, N_ROWS), 2), prediction=numbers)
    for name, content in prediction_files(table).items():
        (tmp_path / name).write_bytes(content)
    table.to_csv(tmp_path / "a.csv.gz", index=False)
    for path in (tmp_path, tmp_path / "a.csv.gz"):
        pd.testing.assert_frame_equal(read_predictions(path), table, check_exact=True)


def test_parquet_keeps_digits_as_text_and_csv_reads_numbers(tmp_path):
    table = invent_predictions(["1", "2"])
    table.to_parquet(tmp_path / "a.parquet")
    table.to_csv(tmp_path / "a.csv", index=False)
    assert read_predictions(tmp_path / "a.parquet")["truth"].tolist() == table["truth"].tolist()
    assert read_predictions(tmp_path / "a.csv")["truth"].tolist() == [1, 2] * N_ROWS


def test_whole_numbers_may_be_written_without_a_fraction(tmp_path):
    table = invent_predictions(["a", "b"]).drop(columns=["p_a", "p_b"])
    numbers = {"truth": [*range(N_ROWS)] * 2, "prediction": np.linspace(0.5, 3, 2 * N_ROWS)}
    table = table.assign(**numbers)
    table.to_csv(tmp_path / "a.csv", index=False)
    expected = table.astype({"truth": float})
    pd.testing.assert_frame_equal(read_predictions(tmp_path / "a.csv"), expected, check_exact=True)


@pytest.mark.parametrize("labels", ["bools", "integers"])
def test_missing_label_in_a_csv_file_stays_missing(labels, tmp_path):
    table = invent_predictions(LABELS[labels]).astype({"truth": object})
    table.loc[3, "truth"] = None
    table.to_csv(tmp_path / "a.csv", index=False)
    truth = read_predictions(tmp_path / "a.csv")["truth"]
    assert np.flatnonzero(truth.isna()).tolist() == [3]


def test_folder_may_hold_either_format(tmp_path):
    table = invent_predictions(LABELS["text"])
    message = (
        f"The folder {str(tmp_path)!r} must hold predictions.parquet or predictions.csv.gz; got "
        "neither. Pass the folder of a study of this version, or run the study again."
    )
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        read_predictions(tmp_path)
    table.to_csv(tmp_path / "predictions.csv.gz", index=False)
    pd.testing.assert_frame_equal(read_predictions(tmp_path), table)


@pytest.mark.parametrize("name", ["a.parquet", "a.csv.gz", "a.csv"])
def test_unusable_file_of_predictions_is_refused(name, tmp_path):
    path = tmp_path / name
    with pytest.raises(FileNotFoundError, match=re.escape(repr(str(path)))):
        read_predictions(path)
    path.write_bytes(b"\x1f\x8b nonsense")
    with pytest.raises(ValueError, match=re.escape(repr(str(path)))):
        read_predictions(path)
    table = invent_predictions(LABELS["text"]).drop(columns="truth")
    table.to_csv(path, index=False) if ".csv" in name else table.to_parquet(path)
    with pytest.raises(ValueError, match=r"^predictions must have .*\['truth'\] are missing"):
        read_predictions(path)


def test_parquet_without_pyarrow_says_how_to_install_it(tmp_path, monkeypatch):
    invent_predictions(LABELS["text"]).to_parquet(tmp_path / "predictions.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ImportError, match=r"^Parquet files need pyarrow \(pip install"):
        read_predictions(tmp_path)
