"""The shipped EmoDB table against its file names, its audio and scikit-learn's loaders."""

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet.datasets import load_emodb

ROOT = Path(__file__).parents[2]
COUNTS = {"angry": 127, "happy": 71, "neutral": 79, "sad": 62}
# The corpus's own words about its file names and actors.
GERMAN_INITIALS = {"W": "angry", "F": "happy", "N": "neutral", "T": "sad"}
FEMALE = {"08", "09", "13", "14", "16"}


@pytest.fixture
def emodb():
    return load_emodb()


def test_labels_agree_with_file_names(emodb):
    assert len(set(emodb.file)) == 339
    assert emodb.file.tolist() == sorted(emodb.file)
    assert emodb.speaker.tolist() == [file[:2] for file in emodb.file]
    assert emodb.target.tolist() == [GERMAN_INITIALS[file[5]] for file in emodb.file]
    assert set(emodb.speaker[emodb.gender == "female"]) == FEMALE
    assert set(emodb.speaker[emodb.gender == "male"]) == {"03", "10", "11", "12", "15"}


def test_numbers_of_rows_classes_and_features(emodb):
    assert pd.Series(emodb.target).value_counts().to_dict() == COUNTS
    assert emodb.target_names.tolist() == list(COUNTS)
    assert emodb.data.shape == (339, 88)
    assert emodb.data.dtype == np.float32
    assert np.isfinite(emodb.data).all()


def test_pitch_and_loudness_are_plausible_for_speech(emodb):
    pitch = emodb.data[:, emodb.feature_names.index("F0semitoneFrom27.5Hz_sma3nz_percentile50.0")]
    hertz = 27.5 * 2 ** (pitch / 12)
    neutral = emodb.target == "neutral"
    assert 90 < np.median(hertz[neutral & (emodb.gender == "male")]) < 150
    assert 160 < np.median(hertz[neutral & (emodb.gender == "female")]) < 250
    loudness = emodb.data[:, emodb.feature_names.index("loudness_sma3_amean")]
    assert loudness[emodb.target == "angry"].mean() > 1.2 * loudness[emodb.target == "sad"].mean()


def test_frame_holds_the_same_data_as_the_arrays(emodb):
    tables = load_emodb(as_frame=True)
    assert list(tables.frame.columns) == [
        "file",
        "speaker",
        "gender",
        "emotion",
        *emodb.feature_names,
    ]
    assert isinstance(tables.data, pd.DataFrame)
    assert set(tables.data.dtypes) == {np.dtype(np.float32)}
    np.testing.assert_array_equal(tables.data.to_numpy(), emodb.data)
    for name in ("target", "speaker", "gender", "file"):
        assert isinstance(tables[name], pd.Series)
        assert tables[name].tolist() == emodb[name].tolist()
    assert emodb.frame is None
    assert tables.target_names.tolist() == emodb.target_names.tolist()


@pytest.mark.parametrize("as_frame", [False, True])
def test_return_X_y_gives_data_and_target(as_frame):
    X, y = load_emodb(return_X_y=True, as_frame=as_frame)
    bunch = load_emodb(as_frame=as_frame)
    assert type(X) is type(bunch.data)
    np.testing.assert_array_equal(X, bunch.data)
    assert list(y) == list(bunch.target)


def test_classifier_of_scikit_learn_learns_the_emotions():
    X, y = load_emodb(return_X_y=True)
    model = make_pipeline(StandardScaler(), GaussianNB())
    assert cross_val_score(model, X, y, scoring="balanced_accuracy").mean() > 0.5


def test_description_gives_the_facts_and_the_file_is_small(emodb):
    for fact in (*map(str, COUNTS.values()), "CC0-1.0", "research only", "Interspeech 2005"):
        assert fact in emodb.DESCR
    assert Path(emodb.filename).stat().st_size < 250 * 1024


def test_each_load_returns_a_new_copy(emodb):
    emodb.data[:] = 0
    assert load_emodb().data.any()


@pytest.fixture
def tool():
    pytest.importorskip("opensmile")
    return runpy.run_path(str(ROOT / "tools" / "make_emodb.py"))


def test_tool_restores_float32_and_repeats_its_bytes(tool, tmp_path, rng):
    values = rng.standard_normal((200, 3)).astype(np.float32) * 10.0 ** rng.integers(-9, 9, 3)
    values = values.astype(np.float32)
    table = pd.DataFrame(values, columns=list("abc"))
    tool["write_table"](table, tmp_path / "one.csv.gz")
    tool["write_table"](table, tmp_path / "other.csv.gz")
    assert (tmp_path / "one.csv.gz").read_bytes() == (tmp_path / "other.csv.gz").read_bytes()
    restored = pd.read_csv(tmp_path / "one.csv.gz").astype(np.float32)
    np.testing.assert_array_equal(restored.to_numpy(), values)


def test_table_can_be_made_again_from_the_audio(tool, tmp_path, corpora):
    """Make eight rows of eight speakers and all emotions again, with the shipped tool."""
    labels = pd.read_csv(corpora / "emodb" / "labels.csv", dtype=str)
    one_per_speaker = labels.drop_duplicates("speaker").iloc[:8]
    one_per_speaker.to_csv(tmp_path / "labels.csv", index=False)
    (tmp_path / "wav").symlink_to(corpora / "emodb" / "wav")
    remade = tool["make_table"](tool["read_labels"](tmp_path))

    shipped = load_emodb(as_frame=True).frame
    shipped = shipped[shipped["file"].isin(remade["file"])].reset_index(drop=True)
    assert len(shipped) == 8
    pd.testing.assert_frame_equal(remade, shipped, rtol=1e-4, atol=1e-6, check_dtype=False)


def test_layers_are_added_as_further_columns(emodb):
    with_layers = load_emodb(layers="ge2e")
    assert with_layers.data.shape == (339, 88 + 3 * 256)
    assert with_layers.data.dtype == np.float32
    np.testing.assert_array_equal(with_layers.data[:, :88], emodb.data)
    assert with_layers.feature_names[:88] == emodb.feature_names
    assert with_layers.feature_names[88] == "ge2e.layer1.mean.000"
    layers = with_layers.data[:, 88:]
    assert np.isfinite(layers).all()
    # An LSTM's output is a product of a sigmoid and a hyperbolic tangent.
    assert np.abs(layers).max() < 1
    frame = load_emodb(layers="ge2e", as_frame=True).frame
    np.testing.assert_array_equal(frame[with_layers.feature_names].to_numpy(), with_layers.data)


def test_layers_recognise_speakers_better_than_the_features_do():
    """A network that was trained to tell speakers apart must at least do so."""
    emodb = load_emodb(layers="ge2e")
    model = make_pipeline(StandardScaler(), NearestCentroid())
    by_layers = cross_val_score(model, emodb.data[:, 88:], emodb.speaker).mean()
    by_features = cross_val_score(model, emodb.data[:, :88], emodb.speaker).mean()
    assert by_layers > by_features + 0.1


def test_unknown_layers_are_refused():
    with pytest.raises(ValueError, match=r"layers must be one of .*'ge2e'.*; got 'wavlm'"):
        load_emodb(layers="wavlm")


def test_layers_can_be_made_again_from_the_audio(tool, tmp_path, corpora):
    """Extract three recordings again, with the shipped tool."""
    labels = pd.read_csv(corpora / "emodb" / "labels.csv", dtype=str).iloc[[0, 150, 300]]
    labels.to_csv(tmp_path / "labels.csv", index=False)
    (tmp_path / "wav").symlink_to(corpora / "emodb" / "wav")
    labels = tool["read_labels"](tmp_path)
    layers = tool["make_layers"](labels)
    shipped = load_emodb(layers="ge2e", as_frame=True).frame
    shipped = shipped[shipped["file"].isin(labels["file"])].filter(regex=r"^ge2e\.")
    np.testing.assert_allclose(layers, shipped.to_numpy(), rtol=2e-3, atol=1e-4)
