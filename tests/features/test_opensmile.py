"""OpenSmileFeatures: openSMILE's own numbers, in order, and one error for all bad files."""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.signal
from joblib import parallel_config
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from skprognet.datasets import load_emodb
from skprognet.features import OpenSmileFeatures

opensmile = pytest.importorskip("opensmile")
soundfile = pytest.importorskip("soundfile")
pytest.importorskip("soxr")


@pytest.fixture
def smile():
    return opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02)


def extract(X, **params):
    return OpenSmileFeatures(**params).transform(X)


def test_features_equal_those_of_opensmile_itself(write, smile, rng, voice):
    samples = (32768 * voice(150) * rng.uniform(0.5, 1, size=8000)).astype(np.int16)
    path = write("a.wav", samples)
    expected = smile.process_signal(samples / 32768, 16_000)
    actual = extract([path])
    assert list(actual.columns) == list(expected.columns)
    np.testing.assert_array_equal(actual.to_numpy(), expected.to_numpy())
    assert set(actual.dtypes) == {np.dtype(np.float32)}
    np.testing.assert_array_equal(actual.to_numpy(), smile.process_file(path).to_numpy())


def test_stereo_is_the_mean_of_its_channels(write, smile, voice):
    left, right = voice(150), 0.5 * voice(220)
    features = extract([write("stereo.wav", np.column_stack([left, right]), subtype="DOUBLE")])
    expected = smile.process_signal((left + right) / 2, 16_000)
    np.testing.assert_array_equal(features.to_numpy(), expected.to_numpy())
    assert not np.allclose(features, smile.process_signal(left, 16_000), rtol=0.1)


def test_sampling_rate_of_the_file_makes_little_difference(write, smile, rng, voice):
    # scipy resamples in another way. Without noise the upper bands would hold only rounding.
    low = voice(150) + 0.01 * rng.standard_normal(8000)
    high = scipy.signal.resample(low, 24_000)
    features = extract([write("low.wav", low), write("high.wav", high, 48_000)]).to_numpy()
    at_its_own_rate = smile.process_signal(high, 48_000).to_numpy()[0]

    spread = load_emodb().data.std(axis=0)  # between utterances
    assert np.mean(np.abs(features[1] - features[0]) / spread < 0.05) > 0.95
    assert np.max(np.abs(at_its_own_rate - features[0]) / spread) > 5


def test_full_scale_is_clipped_and_does_not_wrap_around(write, smile, voice):
    square = np.sign(voice(150, 48_000))
    features = extract([write("loud.wav", square, 48_000, subtype="FLOAT")])
    softer = extract([write("soft.wav", 0.5 * square, 48_000, subtype="FLOAT")])
    # Half the amplitude is 6 dB less; a signal that wraps around is noise.
    level = features["equivalentSoundLevel_dBp"].item() - softer["equivalentSoundLevel_dBp"].item()
    assert level == pytest.approx(6.02, abs=0.5)
    pitch = "F0semitoneFrom27.5Hz_sma3nz_amean"
    assert features[pitch].item() == pytest.approx(12 * np.log2(150 / 27.5), abs=0.2)


def test_rows_keep_the_order_of_the_input(voices):
    pitch = extract(voices)["F0semitoneFrom27.5Hz_sma3nz_amean"]
    expected = 12 * np.log2(np.array([200, 110, 300, 150]) / 27.5)
    np.testing.assert_allclose(pitch, expected, atol=0.2)


def test_parallel_extraction_gives_the_same_bits(voices):
    alone = extract(voices)
    in_parallel = extract(voices * 5, n_jobs=4)
    pd.testing.assert_frame_equal(in_parallel, pd.concat([alone] * 5), check_exact=True)
    with parallel_config("loky", n_jobs=2):
        pd.testing.assert_frame_equal(extract(voices), alone, check_exact=True)


@pytest.mark.parametrize(
    "kind",
    [
        list,
        tuple,
        lambda p: np.array(p),
        lambda p: [Path(i) for i in p],
        lambda p: [[i] for i in p],
        lambda p: np.array(p)[:, None],
    ],
    ids=["list", "tuple", "array", "Path", "one column", "array of one column"],
)
def test_index_is_the_path_for_plain_input(voices, kind):
    features = extract(kind(voices))
    assert features.index.name == "file"
    assert features.index.tolist() == voices


@pytest.mark.parametrize("kind", [pd.Series, lambda p, index: pd.DataFrame({"file": p}, index)])
def test_index_of_a_pandas_input_is_kept(voices, kind):
    index = pd.Index(["d", "b", "a", "a"], name="utterance")
    features = extract(kind(voices, index=index))
    pd.testing.assert_index_equal(features.index, index)
    np.testing.assert_array_equal(features.to_numpy(), extract(voices).to_numpy())


def test_feature_names_are_those_of_opensmile(smile, voices):
    names = OpenSmileFeatures().get_feature_names_out()
    assert list(names) == smile.feature_names
    assert len(set(names)) == 88
    assert list(extract(voices[:1]).columns) == list(names)


def test_pipeline_supports_clone_and_set_output(voices):
    pipeline = make_pipeline(OpenSmileFeatures(verbose=False), StandardScaler())
    pipeline = clone(pipeline).set_output(transform="pandas")
    scaled = pipeline.fit_transform(voices)
    assert list(scaled.columns) == list(pipeline.get_feature_names_out())
    assert scaled.index.tolist() == voices
    np.testing.assert_allclose(scaled.mean(), 0, atol=1e-3)


def test_column_transformer_extracts_a_column_of_paths(voices):
    table = pd.DataFrame({"age": [1, 2, 3, 4], "file": voices}, index=list("wxyz"))
    columns = ColumnTransformer([("audio", OpenSmileFeatures(), "file")], remainder="passthrough")
    features = columns.set_output(transform="pandas").fit_transform(table)
    assert features.shape == (4, 89)
    assert features.index.tolist() == list("wxyz")


def test_extractor_needs_no_fit(voices):
    check_is_fitted(OpenSmileFeatures())
    tags = OpenSmileFeatures().__sklearn_tags__()
    assert tags.input_tags.string
    assert tags.input_tags.one_d_array
    assert not tags.requires_fit


@pytest.fixture
def bad_files(tmp_path, write, voice):
    """Give the reason for each bad file by its path, one of every kind."""
    cut = Path(write("cut.wav", voice(150)))
    cut.write_bytes(cut.read_bytes()[:8044])
    flac = Path(write("cut.flac", voice(150)))
    flac.write_bytes(flac.read_bytes()[:-100])
    text = tmp_path / "text.wav"
    text.write_text("no audio" * 100)
    empty = tmp_path / "empty.wav"
    empty.touch()
    return {
        str(tmp_path / "missing.wav"): "cannot be opened (No such file or directory)",
        str(tmp_path): "cannot be opened (it is a folder; give the files in it)",
        str(text): "cannot be decoded (Format not recognised)",
        str(empty): "is empty (0 bytes)",
        write("none.wav", np.zeros(0)): "holds no audio (0 frames)",
        str(cut): "is cut short (8000 of 16000 bytes are there)",
        str(flac): "cannot be decoded (Error : flac decoder lost sync)",
        write("nan.wav", np.full(16_000, np.nan), subtype="FLOAT"): (
            "holds 16000 NaN or infinite samples"
        ),
        write("short.wav", voice(150, seconds=0.025)): "is too short for openSMILE (0.025 s)",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="the system words its errors otherwise")
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_one_error_names_every_bad_file(voices, bad_files, n_jobs):
    paths = [voices[0], *bad_files, voices[1], next(iter(bad_files))]
    with pytest.raises(ValueError, match="complete, readable audio") as caught:
        extract(paths, n_jobs=n_jobs)
    first, *lines = str(caught.value).splitlines()
    assert first == (
        "Every utterance must have complete, readable audio; 10 of 12 cannot be used "
        '(repair them, or leave them out with on_error="skip"; cache=FOLDER would keep the '
        "features of the others for the next call):"
    )
    assert lines == [f"  {path!r}: {reason}" for path, reason in bad_files.items()]


def test_error_names_every_bad_file_of_a_long_list():
    with pytest.raises(ValueError, match="500 of 500 cannot be used") as caught:
        extract([f"{i}.wav" for i in range(500)])
    assert all(f"  '{i}.wav': " in str(caught.value) for i in range(500))


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (
            "a.wav",
            TypeError,
            "X must be a list of file paths; got the single path 'a.wav'. Write ['a.wav'].",
        ),
        (
            [],
            ValueError,
            "X must hold at least one file path; got none. Check how you list them.",
        ),
        (
            ["a.wav", None],
            TypeError,
            "X must hold file paths as str or Path, or pairs (signal, sampling rate); got None "
            "in row 1. Replace it or drop the row.",
        ),
        (
            pd.DataFrame({"path": ["a.wav"], "emotion": ["angry"]}),
            ValueError,
            "X must have a column 'file' (and 'start' and 'end', in s, for segments); got a "
            "table with the columns 'path', 'emotion'. Rename yours.",
        ),
        (
            {"a.wav"},
            ValueError,
            "X must be a list or one column of file paths, or a table with the column 'file'; "
            "got a set of shape (). Pass the paths alone.",
        ),
    ],
    ids=["single path", "nothing", "no path", "two columns", "set"],
)
def test_input_that_is_not_a_list_of_paths_is_refused(X, error, message):
    with pytest.raises(error) as caught:
        extract(X)
    assert str(caught.value) == message


def test_single_path_object_is_refused():
    with pytest.raises(TypeError, match="got the single path "):
        extract(Path("a.wav"))


@pytest.mark.parametrize("name", ["opensmile", "soundfile", "soxr"])
def test_error_for_a_missing_package_names_the_extra(monkeypatch, voices, name):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError) as caught:
        extract(voices)
    assert str(caught.value) == (
        f"Reading audio needs '{name}', which cannot be imported (import of {name} halted; None "
        "in sys.modules); run: pip install 'skprognet[audio]' (openSMILE is free for research "
        "only)."
    )


def test_progress_bar_appears_only_for_long_work(monkeypatch, capsys, voices):
    extract(voices)
    assert capsys.readouterr().err == ""
    # On this clock, hours pass.
    monkeypatch.setattr("tqdm.std.time", lambda: 1e5 * time.monotonic())
    extract(voices, verbose=False)
    assert capsys.readouterr().err == ""
    extract(voices)
    out, err = capsys.readouterr()
    assert out == ""
    assert "openSMILE: 100%" in err
    assert "4/4" in err
