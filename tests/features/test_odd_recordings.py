"""Warnings name recordings whose features are probably not what the user wants."""

import warnings

import numpy as np
import pandas as pd
import pytest

from skprognet.features import OpenSmileFeatures

opensmile = pytest.importorskip("opensmile")

SILENT = "are silent (never above -60 dB of full scale, after mixing down)"
OPPOSITE = "have channels of opposite phase, which cancel each other when they are averaged"
CLIPPED = "go far beyond full scale, so that samples were clipped"


def warning_messages(X, **params):
    """Return the warnings of an extraction."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        OpenSmileFeatures(**params).transform(X)
    return [str(warning.message) for warning in caught]


@pytest.fixture
def stereo(voice):
    return lambda factor: np.column_stack([voice(150), factor * voice(150)])


@pytest.fixture
def silences(write):
    return [write(f"{i}.wav", np.full(4_000 + i, 1e-4 * i)) for i in range(7)]


def test_warning_names_silent_recordings(write, voice, voices):
    paths = [*voices, write("zeros.wav", np.zeros(8_000)), write("soft.wav", 5e-4 * voice(150))]
    (message,) = warning_messages(paths)
    assert message == (
        f"2 of 6 utterances {SILENT}: {paths[4]!r}, {paths[5]!r}. Their features do not describe "
        "speech. Check these recordings, or leave them out."
    )


def test_soft_recordings_are_not_called_silent(write, voice):
    assert (
        warning_messages([write("soft.wav", 0.01 * voice(150)), (0.01 * voice(150), 16_000)]) == []
    )


def test_constant_offset_counts_as_silence(write):
    (message,) = warning_messages([write("offset.wav", np.full(8_000, 0.3))])
    assert SILENT in message


def test_warning_names_at_most_five_files_and_each_once(silences):
    table = pd.DataFrame({"file": silences + silences[:1], "start": 0.0, "end": 0.25})
    for _ in range(2):
        (message,) = warning_messages(table)
        names = ", ".join(map(repr, silences[:5]))
        assert f"8 of 8 utterances {SILENT}: {names} and 2 more. " in message


def test_workers_and_cache_give_the_same_warnings(silences, tmp_path):
    alone = warning_messages(silences)
    assert len(alone) == 1
    for _ in range(2):
        assert warning_messages(silences, n_jobs=2, cache=tmp_path / "cache") == alone


@pytest.mark.parametrize("factor", [-1, -0.7])
def test_warning_names_channels_of_opposite_phase(write, stereo, factor):
    path = write("stereo.wav", stereo(factor))
    with_offset = write("offset.wav", stereo(factor) * 0.5 + 0.3)
    (message,) = warning_messages([path, with_offset])
    assert message == (
        f"2 of 2 utterances {OPPOSITE}: {path!r}, {with_offset!r}. Use one of the channels, or "
        "change the sign of one."
    )


def test_other_stereo_recordings_raise_no_warning(write, stereo, rng):
    noise = 0.1 * rng.standard_normal((8_000, 2))
    signals = [stereo(1), stereo(0), stereo(-0.2), noise]
    assert warning_messages([write(f"{i}.wav", signal) for i, signal in enumerate(signals)]) == []


def test_only_strongly_negative_correlation_raises_the_warning(write, rng):
    noise = 0.1 * rng.standard_normal((80_000, 2))
    for correlation, is_odd in ((-0.65, False), (-0.85, True)):
        second_channel = correlation * noise[:, 0] + np.sqrt(1 - correlation**2) * noise[:, 1]
        assert np.corrcoef(noise[:, 0], second_channel)[0, 1] == pytest.approx(
            correlation, abs=0.01
        )
        path = write("noise.wav", np.column_stack([noise[:, 0], second_channel]), subtype="DOUBLE")
        assert len(warning_messages([path])) == is_odd


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_warning_names_values_of_integers_stored_as_floats(write, voice, rate):
    samples = np.round(20_000 * voice(150, rate))
    n_beyond = np.count_nonzero(np.abs(samples) > 1)
    path = write("loud.wav", samples, rate, subtype="FLOAT")
    (of_file,) = warning_messages([path])
    (of_signal,) = warning_messages([(samples, rate)])
    assert of_file == (
        f"1 of 1 utterances {CLIPPED}: {path!r} (the first: {n_beyond} of {len(samples)} samples, "
        f"up to {np.abs(samples).max():.5g}). Floats must be from -1 to 1. Pass "
        "values of 16-bit "
        "integers as int16, or divide them by 32768."
    )
    assert of_signal == of_file.replace(repr(path), "'<signal in row 0>'")
    assert warning_messages([(samples.astype(np.int16), rate)]) == []


def test_samples_just_beyond_full_scale_raise_no_warning(write, voice):
    samples = 1.4 * voice(150) / np.abs(voice(150)).max()
    assert warning_messages([write("loud.wav", samples, subtype="FLOAT")]) == []


def test_warning_names_16_bit_values_stored_as_32_bit_integers(voice):
    samples = (20_000 * voice(150)).astype(np.int32)
    assert warning_messages([(samples, 16_000)]) == [
        "1 of 1 utterances are almost silent on the scale of 32-bit integers: '<signal in row "
        "0>'. If these are values of 16-bit integers, pass them as int16."
    ]
    assert warning_messages([(samples * 65_536, 16_000)]) == []


def test_warnings_turned_into_errors_lose_no_work(monkeypatch, silences, voices, tmp_path):
    smile = OpenSmileFeatures(cache=tmp_path / "cache")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="are silent"):
            smile.transform(silences + voices)
    expected = OpenSmileFeatures().transform(voices)

    def fail(*_):
        raise AssertionError("nothing is left to be extracted")

    monkeypatch.setattr(opensmile.Smile, "__call__", fail)
    pd.testing.assert_frame_equal(smile.transform(voices), expected)
    with pytest.warns(UserWarning, match="are silent"):
        assert smile.transform(silences).shape == (7, 88)


@pytest.mark.parametrize(("decibels", "is_silent"), [(-61, True), (-59, False)])
def test_silence_means_below_60_decibels(voice, decibels, is_silent):
    signal = voice(150) * 10 ** (decibels / 20) / np.abs(voice(150)).max()
    assert len(warning_messages([(signal, 16_000)])) == is_silent
