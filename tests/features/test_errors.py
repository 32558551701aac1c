"""Utterances that cannot be used: raise, skip or NaN, and a table that lists them."""

import numpy as np
import pandas as pd
import pytest

from skprognet.features import OpenSmileFeatures

opensmile = pytest.importorskip("opensmile")
soundfile = pytest.importorskip("soundfile")
soxr = pytest.importorskip("soxr")


@pytest.fixture
def mixed(voices, tmp_path):
    """Give two good files, a missing one and a name that could pass for another line."""
    return [voices[0], str(tmp_path / "missing.wav"), voices[1], str(tmp_path / "a\n  b.wav")]


MISSING = "cannot be opened (No such file or directory)"


def message(mixed, action):
    return (
        "Every utterance must have complete, readable audio; 2 of 4 cannot be used "
        f"({action}):\n  {mixed[1]!r}: {MISSING}\n  {mixed[3]!r}: {MISSING}"
    )


def test_on_error_raise_names_all_unusable_files(mixed):
    smile = OpenSmileFeatures()
    with pytest.raises(ValueError, match="complete, readable audio") as caught:
        smile.transform(mixed)
    advice = (
        'repair them, or leave them out with on_error="skip"; cache=FOLDER would keep the '
        "features of the others for the next call"
    )
    assert str(caught.value) == message(mixed, advice)
    expected = pd.DataFrame(
        {"file": [mixed[1], mixed[3]], "start": np.nan, "end": np.nan, "reason": MISSING},
        index=pd.Index([1, 3], name="row"),
    )
    pd.testing.assert_frame_equal(smile.errors_, expected, check_dtype=False)


@pytest.mark.parametrize(
    ("on_error", "action"),
    [("skip", "their rows are left out"), ("nan", "their rows are NaN")],
)
def test_on_error_skip_and_nan_warn_of_all_unusable_files(mixed, on_error, action):
    alone = OpenSmileFeatures().transform([mixed[0], mixed[2]])
    smile = OpenSmileFeatures(on_error=on_error)
    with pytest.warns(UserWarning, match="complete, readable audio") as caught:
        features = smile.transform(mixed)
    assert [str(warning.message) for warning in caught] == [message(mixed, action)]
    assert caught[0].filename == __file__
    expected = alone if on_error == "skip" else alone.reindex(mixed)
    pd.testing.assert_frame_equal(features, expected, check_exact=True, check_names=False)
    assert smile.errors_.index.tolist() == [1, 3]


def test_skipping_every_file_gives_a_table_without_rows(mixed):
    with pytest.warns(UserWarning, match="1 of 1 cannot be used"):
        features = OpenSmileFeatures(on_error="skip").transform(mixed[1:2])
    assert features.shape == (0, 88)


def test_table_of_errors_is_empty_without_errors(mixed):
    smile = OpenSmileFeatures(on_error="nan")
    smile.transform(mixed[:1])
    assert smile.errors_.empty
    assert list(smile.errors_.columns) == ["file", "start", "end", "reason"]


def test_message_names_the_segment(voices):
    table = pd.DataFrame({"file": voices[:2], "start": [0.1, 0.2], "end": [0.4, 7]})
    smile = OpenSmileFeatures(on_error="nan")
    with pytest.warns(UserWarning, match="1 of 2 cannot") as caught:
        smile.transform(table)
    reason = "ends at 0.500 s, before the end of its segment (7 s)"
    assert str(caught[0].message).endswith(f"\n  {voices[1]!r} from 0.2 s to 7 s: {reason}")
    assert smile.errors_.to_dict("list") == {
        **{"file": [voices[1]], "start": [0.2], "end": [7.0], "reason": [reason]},
    }


def test_message_names_a_signal_by_its_row(voice):
    smile = OpenSmileFeatures(on_error="nan")
    with pytest.warns(UserWarning, match="'<signal in row 1>': holds 500 NaN or infinite samples"):
        smile.transform([(voice(150), 16_000), (np.full(500, np.nan), 16_000)])


def test_short_signal_is_an_error_or_nan(voice):
    signals = [(voice(150, seconds=seconds), 16_000) for seconds in (0.0599, 0.06)]
    with pytest.raises(ValueError, match=r"is too short for openSMILE \(0\.060 s\)$"):
        OpenSmileFeatures().transform(signals)
    smile = OpenSmileFeatures(on_short="nan")
    features = smile.transform(signals)
    assert features.isna().sum(axis=1).tolist() == [88, 0]
    assert smile.errors_.empty


def test_undefined_features_are_an_error_or_nan(monkeypatch, voice):
    values = np.zeros((1, 88, 1))
    values[0, :3] = np.nan
    monkeypatch.setattr(opensmile.Smile, "__call__", lambda *_: values)
    with pytest.raises(ValueError, match=r": leaves 3 of 88 features undefined$"):
        OpenSmileFeatures().transform([(voice(150), 16_000)])
    features = OpenSmileFeatures(on_short="nan").transform([(voice(150), 16_000)])
    assert features.isna().sum().sum() == 3


def test_error_names_the_file_on_which_opensmile_fails(monkeypatch, voice):
    def fail(*_):
        raise RuntimeError("Code: 6")

    monkeypatch.setattr(opensmile.Smile, "__call__", fail)
    with pytest.raises(ValueError, match=r"'<signal in row 0>': stops openSMILE \(Code: 6\)$"):
        OpenSmileFeatures().transform([(voice(150), 16_000)])


def test_error_names_the_file_that_needs_too_much_memory(monkeypatch, voices):
    def fail(*_, **__):
        raise MemoryError("Unable to allocate 3 TiB")

    monkeypatch.setattr(soundfile.SoundFile, "read", fail)
    with pytest.raises(ValueError, match=r"needs more memory than there is \(Unable to allocate"):
        OpenSmileFeatures().transform(voices[:1])


def test_path_with_a_null_character_is_refused():
    with pytest.raises(ValueError, match=r"'a\\x00b': cannot be opened \(embedded null byte\)$"):
        OpenSmileFeatures().transform(["a\0b"])


def test_upsampled_recordings_are_counted_once(write, voice):
    low = [write(f"{rate}.wav", voice(150, rate), rate) for rate in (8_000, 11_025)]
    high = write("high.wav", voice(150))
    with pytest.warns(UserWarning, match="lower sampling rate") as caught:
        OpenSmileFeatures().transform([*low, high])
    assert [str(warning.message) for warning in caught] == [
        "2 of 3 utterances have a lower sampling rate than 16000 Hz (the lowest: 8000 Hz). "
        "Resampling adds no high frequencies, so features differ from those of other recordings "
        "for this reason alone. Use a sampling_rate (--sampling-rate) of 8000 for all of them."
    ]
    assert caught[0].filename == __file__
    OpenSmileFeatures(sampling_rate=8_000).transform([*low, high])


def test_low_sampling_rate_makes_recordings_comparable(write, voice, rng):
    wide = voice(150, 16_000, 1) + 0.01 * rng.standard_normal(16_000)
    narrow = np.trunc(32768 * soxr.resample(wide, 16_000, 8_000, "HQ")) / 32768
    wide = write("wide.wav", wide, subtype="DOUBLE")
    narrow = write("narrow.wav", narrow, 8_000, subtype="DOUBLE")
    features = OpenSmileFeatures(sampling_rate=8_000).transform([wide, narrow])
    np.testing.assert_array_equal(features.iloc[0], features.iloc[1])
    with pytest.warns(UserWarning, match="lower sampling rate"):
        upsampled = OpenSmileFeatures().transform([wide, narrow])
    high_band = "mfcc4_sma3_amean"  # sees the band from 4 to 8 kHz, which `narrow` lacks
    assert abs(upsampled[high_band].diff().iloc[1]) > 1


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (
            {"on_error": "ignore"},
            "on_error must be one of ('raise', 'skip', 'nan'); got 'ignore'.",
        ),
        (
            {"on_short": "pad"},
            "on_short must be one of ('error', 'nan'); got 'pad'.",
        ),
        *(
            (
                {"sampling_rate": rate},
                f"sampling_rate must be a whole number of Hz from 8000 to 384000; got {rate!r}. "
                "Use 16000 for speech, 8000 for telephone speech.",
            )
            for rate in (True, 7_999, 384_001, 16_000.0, "16000")
        ),
    ],
)
def test_wrong_parameters_are_refused(voices, params, expected):
    with pytest.raises(ValueError, match="must be") as caught:
        OpenSmileFeatures(**params).transform(voices)
    assert str(caught.value) == expected
