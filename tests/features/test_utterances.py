"""Every form of input becomes the same list of utterances."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skprognet.features import OpenSmileFeatures

pytest.importorskip("opensmile")

TABLE = pd.DataFrame(
    {"emotion": ["sad", "sad"], "file": ["a.wav", Path("b.wav")], "start": [0.5, np.nan]},
    index=["x", "y"],
).assign(end=[1.25, np.nan])
SECONDS = TABLE.assign(start=pd.to_timedelta(TABLE["start"], "s"))
SECONDS["end"] = pd.to_timedelta(SECONDS["end"], "s")
INDEX = pd.MultiIndex.from_frame(SECONDS[["file", "start", "end"]].astype({"file": str}))


def extract_nothing(X):
    """Return rows of NaN for files that do not exist, and the table of errors."""
    smile = OpenSmileFeatures(on_error="nan")
    with pytest.warns(UserWarning, match="2 of 2 cannot be used"):
        features = smile.transform(X)
    return features, smile.errors_


@pytest.mark.parametrize(
    "X",
    [
        TABLE,
        SECONDS,
        TABLE.astype({"start": "Float64", "end": "object"}).astype({"end": "Float64"}),
        TABLE.set_index(["file", "start", "end"]),
        TABLE.set_index("file"),
        TABLE.set_index(["file", "start"]),
        TABLE.set_index(["start", "end"]),
        INDEX,
        pd.DataFrame({"emotion": ["sad", "sad"]}, index=INDEX),
    ],
    ids=[
        "table",
        "timedelta",
        "nullable",
        "index",
        "file in index",
        "end in column",
        "file in column",
        "audformat",
        "audformat table",
    ],
)
def test_every_form_of_table_gives_the_same_segments(X):
    features, errors = extract_nothing(X)
    assert errors["file"].tolist() == ["a.wav", "b.wav"]
    np.testing.assert_array_equal(errors[["start", "end"]], [[0.5, 1.25], [np.nan, np.nan]])
    assert features.index.equals(X if isinstance(X, pd.Index) else X.index)


def test_table_without_times_means_whole_files():
    _, errors = extract_nothing(TABLE[["file", "emotion"]])
    assert errors["file"].tolist() == ["a.wav", "b.wav"]
    assert errors[["start", "end"]].isna().all(axis=None)


@pytest.mark.parametrize("values", [["0:01", "0:02"], [True, False]])
def test_values_that_are_not_times_are_refused(values):
    with pytest.raises(TypeError) as caught:
        OpenSmileFeatures().transform(TABLE.assign(start=values))
    assert str(caught.value) == (
        "The column 'start' must hold times in s, as numbers or timedeltas; got "
        f"{pd.Series(values).iloc[0]!r}. Convert it."
    )


def test_segments_are_cut_where_they_say(write, voice):
    two_voices = write("both.wav", np.concatenate([voice(120), voice(240)]))
    table = pd.DataFrame(
        {"file": [two_voices, two_voices], "start": [np.nan, 0.5], "end": [0.5, np.nan]}
    )
    pitch = OpenSmileFeatures().transform(table)["F0semitoneFrom27.5Hz_sma3nz_amean"]
    np.testing.assert_allclose(pitch, 12 * np.log2(np.array([120, 240]) / 27.5), atol=0.2)


def test_signals_and_files_may_be_mixed(voices, voice, write):
    samples = (32767 * voice(170)).astype(np.int16)
    path = write("same.wav", samples)
    features = OpenSmileFeatures().transform([path, (samples, 16_000), [samples, 16_000]])
    assert features.index.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(features.iloc[1], features.iloc[0])
    np.testing.assert_array_equal(features.iloc[2], features.iloc[0])


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (
            (16_000, np.zeros(9)),
            "A signal must come as (signal, sampling rate); got (sampling rate, signal) in row "
            "1, as scipy.io.wavfile.read returns it. Swap them.",
        ),
        (
            (np.zeros(9), np.zeros(9)),
            "A signal must come as (signal, sampling rate), with a whole rate in Hz; got the "
            "rate a ndarray of shape (9,) in row 1.",
        ),
        (
            (np.zeros(9), 0),
            "A signal must come as (signal, sampling rate), with a whole rate in Hz; got the "
            "rate 0 in row 1.",
        ),
        (
            (np.zeros((1, 2, 3)), 16_000),
            "A signal must be an array of shape (n_frames,) or (n_frames, n_channels), of floats "
            "from -1 to 1 or integers of 16 or 32 bits, as soundfile reads it; got shape "
            "(1, 2, 3) of float64 in row 1.",
        ),
        (
            (np.zeros(3, dtype=np.uint8), 16_000),
            "A signal must be an array of shape (n_frames,) or (n_frames, n_channels), of floats "
            "from -1 to 1 or integers of 16 or 32 bits, as soundfile reads it; got shape "
            "(3,) of uint8 in row 1.",
        ),
        (
            (np.zeros((3, 0)), 16_000),
            "A signal must have at least one channel; got none in row 1.",
        ),
    ],
)
def test_malformed_signals_are_refused(pair, message):
    with pytest.raises(TypeError) as caught:
        OpenSmileFeatures().transform(["a.wav", pair])
    assert str(caught.value) == message


def test_table_of_polars_gives_segments():
    polars = pytest.importorskip("polars")
    table = polars.DataFrame(
        {"file": ["a.wav", "b.wav"], "start": [0.5, None], "end": [1.25, None]}
    )
    with pytest.raises(ValueError, match=r"'a.wav' from 0.5 s to 1.25 s: (.|\n)*'b.wav': "):
        OpenSmileFeatures().fit_transform(table)  # no file exists, so both are named


@pytest.mark.parametrize(
    ("signal", "message"),
    [
        (np.zeros((2, 16000)), "Pass its transpose"),
        (np.ma.masked_less(np.linspace(-1, 1, 16000), 0), "masked"),
    ],
    ids=["channels first", "masked"],
)
def test_signals_that_would_be_misread_are_refused(signal, message):
    with pytest.raises(TypeError, match=message):
        OpenSmileFeatures().fit_transform([(signal, 16000)])
