"""Invented speech has the parameters that it was made with, as openSMILE measures them."""

import ast
import hashlib
import inspect
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet.datasets import check_corpus, make_speech_corpus
from skprognet.datasets._delivery import AROUSAL, EXPRESSIONS, draw_speaker, express
from skprognet.datasets._speaking import (
    EDGE,
    pitch_contour,
    record,
    speak,
    time_syllables,
    voicing,
)
from skprognet.datasets._voice import rms
from skprognet.features import OpenSmileFeatures
from skprognet.metrics import uar_score

RATE = 16_000
PITCH = "F0semitoneFrom27.5Hz_sma3nz_amean"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return make_speech_corpus(
        tmp_path_factory.mktemp("corpus"), n_speakers=6, n_utterances=4, random_state=0
    )


@pytest.fixture(scope="module")
def features(corpus):
    pytest.importorskip("opensmile")
    return OpenSmileFeatures(verbose=False).transform(corpus["file"])


@pytest.fixture
def delivery(rng):
    """Give the neutral speech of one man."""
    return draw_speaker("male", rng)


@pytest.fixture
def measure(tmp_path):
    """Give a function that returns mean features of 4 utterances, always from the same seeds."""
    pytest.importorskip("opensmile")

    def measure(delivery):
        paths = []
        for seed in range(4):
            rng = np.random.default_rng(seed)
            speech, _ = speak(delivery, RATE, rng)
            signal, _ = record(speech, delivery.level, rng)
            paths.append(str(tmp_path / f"{len(list(tmp_path.iterdir()))}.wav"))
            wavfile.write(paths[-1], RATE, np.round(32767 * signal).astype(np.int16))
        return OpenSmileFeatures(verbose=False).transform(paths).mean()

    return measure


def digests(frame):
    return {
        Path(path).name: hashlib.sha256(Path(path).read_bytes()).hexdigest()
        for path in frame["file"]
    }


# The corpus


def test_corpus_has_the_requested_speakers_and_emotions(corpus):
    assert len(corpus) == 6 * 4 * 4
    assert corpus.columns.tolist()[:8] == [
        "file",
        "start",
        "end",
        "emotion",
        "speaker",
        "gender",
        "session",
        "corpus",
    ]
    assert corpus["start"].isna().all()
    assert corpus["end"].isna().all()
    counts = corpus.groupby(["speaker", "gender", "session", "emotion"]).size()
    assert len(counts) == 24
    assert set(counts) == {4}
    speakers = corpus[["speaker", "gender", "session"]].drop_duplicates().to_numpy().tolist()
    assert speakers[:3] == [["F01", "female", "1"], ["M01", "male", "1"], ["F02", "female", "2"]]
    assert set(corpus["corpus"]) == {"invented"}


def test_vocal_tract_varies_by_speaker_and_syllables_by_utterance(corpus):
    lengths = corpus.groupby("speaker")["vocal_tract"]
    assert set(lengths.nunique()) == {1}
    assert corpus["vocal_tract"].nunique() == 6
    assert lengths.first()[["F01", "F02", "F03"]].max() < 16
    spoken = corpus["duration"] - 2 * EDGE - corpus["pause"]
    n_syllables = (spoken * corpus["rate"]).round(2)
    assert set(n_syllables) == {5, 6, 7}
    first = corpus["file"].str.endswith("_01.wav")
    assert (n_syllables[first].groupby(corpus["speaker"]).nunique() > 1).any()


def test_corpus_passes_the_check_of_all_corpora(corpus):
    check_corpus(corpus)


def test_files_are_16_bit_mono_of_their_duration_and_do_not_clip(corpus):
    for row in corpus.itertuples():
        rate, samples = wavfile.read(row.file)
        assert rate == RATE
        assert samples.dtype == np.int16
        assert samples.ndim == 1
        assert len(samples) == pytest.approx(row.duration * RATE)
        assert np.abs(samples.astype(int)).max() < 32000
    assert corpus["duration"].between(1, 3).all()


def test_recording_that_would_clip_is_softer_and_its_level_says_so(tmp_path, monkeypatch):
    options = {"n_speakers": 1, "n_utterances": 1, "random_state": 0}
    unlimited = make_speech_corpus(tmp_path / "free", **options)
    # Patched through the function: pytest may have imported its module again for doctests.
    monkeypatch.setitem(make_speech_corpus.__globals__["record"].__globals__, "HIGHEST_PEAK", 0.05)
    limited = make_speech_corpus(tmp_path / "limited", **options)
    for loud, soft in zip(unlimited.itertuples(), limited.itertuples(), strict=True):
        peaks = [np.abs(wavfile.read(row.file)[1]).max() / 32767 for row in (loud, soft)]
        assert peaks[1] == pytest.approx(0.05, abs=0.001)
        assert loud.level - soft.level == pytest.approx(20 * np.log10(peaks[0] / 0.05), abs=0.2)


def test_same_seed_gives_the_same_bytes(tmp_path, corpus):
    small = {"n_speakers": 2, "emotions": ["sad", "angry"], "n_utterances": 1}
    smaller = make_speech_corpus(tmp_path / "again", **small, random_state=0)
    of_all, of_some = digests(corpus), digests(smaller)
    assert set(of_some.items()) < set(of_all.items())
    assert len(set(of_all.values())) == len(corpus)
    of_other_seed = digests(make_speech_corpus(tmp_path / "other", **small, random_state=1))
    assert set(of_some.values()).isdisjoint(of_other_seed.values())


@pytest.fixture(scope="module")
def calm_and_roused(tmp_path_factory):
    """Give the same utterances, first without and then with varying arousal."""
    options = {"n_speakers": 2, "n_utterances": 2, "random_state": 0}
    return [
        make_speech_corpus(tmp_path_factory.mktemp("corpus"), **options, arousal=arousal)
        for arousal in (False, True)
    ]


def level_duration_and_pitch(path):
    """Return level in dB, seconds, and pitch in semitones: the median of the loudest 0.3 s."""
    signal = wavfile.read(path)[1] / 32767
    frames = np.lib.stride_tricks.sliding_window_view(signal, 800)[::160]
    loud = frames[np.square(frames).mean(axis=1).argsort()[-30:]] * np.hanning(800)
    spectra = np.abs(np.fft.rfft(loud, 2048)) ** 0.5  # compressed, so that no formant stands out
    match = np.fft.irfft(spectra)[:, RATE // 450 : RATE // 80]
    periods = RATE // 450 + match.argmax(axis=1)
    pitch = 12 * np.log2(RATE / np.median(periods))
    return [10 * np.log10(np.mean(signal**2)), len(signal) / RATE, pitch]


def test_arousal_is_near_the_arousal_of_the_emotion(calm_and_roused):
    calm, roused = calm_and_roused
    assert set(roused.columns) - set(calm.columns) == {"arousal"}
    assert roused["arousal"].between(1, 5).all()
    excess = roused["arousal"] - roused["emotion"].map(
        {"angry": 4.2, "happy": 3.9, "neutral": 3.0, "sad": 1.9}
    )
    assert excess.abs().max() < 0.8
    assert excess.nunique() == len(roused)
    check_corpus(roused)


def test_arousal_drives_pitch_range_rate_and_level(calm_and_roused):
    calm, roused = calm_and_roused
    excess = roused["arousal"] - roused["emotion"].map(AROUSAL)
    np.testing.assert_allclose(12 * np.log2(roused["f0"] / calm["f0"]), 2.5 * excess, atol=1e-9)
    for name, factor in (("f0_range", 1.3), ("rate", 1.1)):
        np.testing.assert_allclose(roused[name] / calm[name], factor**excess)
    np.testing.assert_allclose(roused["level"] - calm["level"], 4 * excess, atol=1e-9)
    for name in ("pause", "jitter", "shimmer", "breathiness", "tilt", "vocal_tract"):
        np.testing.assert_array_equal(roused[name], calm[name])


def test_arousal_changes_level_duration_and_pitch_of_the_audio(calm_and_roused):
    calm, roused = (
        np.array([level_duration_and_pitch(f) for f in corpus["file"]])
        for corpus in calm_and_roused
    )
    excess = calm_and_roused[1]["arousal"] - calm_and_roused[1]["emotion"].map(AROUSAL)
    louder, longer, _ = (roused - calm).T
    np.testing.assert_allclose(louder, 4 * excess, atol=0.5)
    assert np.corrcoef(longer, excess)[0, 1] < -0.9
    # The measured pitch is not exact, but it follows the pitch in the frame.
    assert np.corrcoef(np.log2(calm_and_roused[1]["f0"]), roused[:, 2])[0, 1] > 0.9


def test_arousal_must_be_true_or_false(tmp_path):
    with pytest.raises(TypeError, match=r"^arousal must be True or False; got 'low'\.$"):
        make_speech_corpus(tmp_path, arousal="low")


@pytest.mark.parametrize("sampling_rate", [8000, 22_050, 48_000])
def test_audio_has_the_requested_sampling_rate(tmp_path, sampling_rate):
    corpus = make_speech_corpus(
        tmp_path, n_speakers=1, n_utterances=1, sampling_rate=sampling_rate, random_state=0
    )
    for row in corpus.itertuples():
        rate, samples = wavfile.read(row.file)
        assert rate == sampling_rate
        assert len(samples) == pytest.approx(row.duration * rate, abs=1e-6 * rate)
        assert np.isfinite(samples).all()


@pytest.mark.parametrize("emotions", [[], ["angry", "angry"], ["angry", "proud"], "sad"])
def test_unusable_emotions_are_refused(tmp_path, emotions):
    with pytest.raises(ValueError, match=r"^emotions must be different items of \["):
        make_speech_corpus(tmp_path, emotions=emotions)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"n_speakers": 0}, "n_speakers must satisfy 1 <= n_speakers; got 0."),
        ({"n_utterances": 0}, "n_utterances must satisfy 1 <= n_utterances; got 0."),
        ({"sampling_rate": 4000}, "sampling_rate must satisfy 8000 <= sampling_rate; got 4000."),
    ],
)
def test_numbers_that_are_too_small_are_refused(tmp_path, option, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make_speech_corpus(tmp_path, **option)


def test_documented_expressions_agree_with_the_code():
    lines = inspect.getdoc(make_speech_corpus).splitlines()
    rows = [line.replace(" st", "").replace(" dB", "").split() for line in lines]
    table = {row[0]: row[1:] for row in rows if len(row) == 9 and row[0] in EXPRESSIONS}
    assert list(table) == list(EXPRESSIONS)
    for emotion, numbers in table.items():
        expected = list(vars(EXPRESSIONS[emotion]).values())
        assert [ast.literal_eval(number) for number in numbers] == expected


# One utterance


def test_pitch_contour_has_the_requested_mean_and_range(delivery, rng):
    starts, ends = time_syllables(6, delivery, rng)
    time = np.arange(0, ends[-1] + EDGE, 1 / RATE)
    amplitude, _ = voicing(time, starts, ends, rng)
    voiced = amplitude > 0.5
    semitones = 12 * np.log2(pitch_contour(time, starts, ends, voiced, delivery, rng))
    assert semitones[voiced].mean() == pytest.approx(12 * np.log2(delivery.f0))
    assert semitones[voiced].std() == pytest.approx(delivery.f0_range)


def test_durations_of_syllables_follow_from_their_rate(delivery, rng):
    delivery = replace(delivery, rate=4.0, pause=0.2)
    starts, ends = time_syllables(7, delivery, rng)
    assert (ends - starts).sum() == pytest.approx(7 / 4)
    np.testing.assert_allclose(starts[1:] - ends[:-1], [0, 0, 0, 0.2, 0, 0], atol=1e-12)
    assert starts[0] == pytest.approx(EDGE)


def test_level_is_the_level_of_the_voiced_samples(delivery, rng):
    speech, voiced = speak(delivery, RATE, rng)
    for requested in (-40, -25):
        signal, level = record(speech, requested, rng)
        assert level == requested
        assert 20 * np.log10(rms(signal[voiced])) == pytest.approx(requested, abs=0.01)
    signal, level = record(speech, 3, rng)
    assert level < 0
    assert 20 * np.log10(rms(signal[voiced])) == pytest.approx(level, abs=0.01)
    assert np.abs(signal).max() == pytest.approx(0.95, abs=0.01)


def test_emotions_change_the_voice_of_a_speaker(delivery):
    def mean(emotion, name):
        drawn = [express(delivery, emotion, np.random.default_rng(seed)) for seed in range(100)]
        return np.mean([getattr(expressed, name) for expressed in drawn])

    assert mean("neutral", "f0") == pytest.approx(delivery.f0, rel=0.02)
    semitones = 12 * np.log2(mean("angry", "f0") / mean("neutral", "f0"))
    assert semitones == pytest.approx(EXPRESSIONS["angry"].f0, abs=0.4)
    assert mean("sad", "level") == pytest.approx(delivery.level - 5, abs=0.4)
    assert mean("sad", "rate") < mean("neutral", "rate") < mean("angry", "rate")
    assert mean("sad", "pause") > mean("neutral", "pause")
    assert mean("angry", "vocal_tract") == pytest.approx(delivery.vocal_tract)


# What openSMILE measures


def test_egemaps_recovers_the_pitch_of_each_speaker(corpus, features):
    """On average within 0.2 semitones, each utterance within 0.7."""
    error = features[PITCH].to_numpy() - 12 * np.log2(corpus["f0"] / 27.5)
    assert error.groupby(corpus["speaker"]).mean().abs().max() < 0.2
    assert error.abs().max() < 0.7


def test_egemaps_recovers_the_order_of_levels_rates_and_ranges(corpus, features):
    pairs = {
        "level": ("loudness_sma3_amean", 0.9),
        "rate": ("VoicedSegmentsPerSec", 0.6),
        "f0_range": ("F0semitoneFrom27.5Hz_sma3nz_stddevNorm", 0.85),
    }
    features = features.reset_index(drop=True)
    for parameter, (feature, least) in pairs.items():
        assert corpus[parameter].corr(features[feature], method="spearman") > least


def test_opensmile_measures_a_level_difference_of_6_dB(delivery, measure):
    name = "equivalentSoundLevel_dBp"
    softer, louder = (measure(replace(delivery, level=level)) for level in (-36, -30))
    assert louder[name] - softer[name] == pytest.approx(6, abs=0.2)
    assert louder["loudness_sma3_amean"] > 1.15 * softer["loudness_sma3_amean"]


@pytest.mark.parametrize(
    ("parameter", "values", "feature", "sign"),
    [
        ("jitter", (0.003, 0.03), "jitterLocal_sma3nz_amean", 1),
        ("shimmer", (0.1, 1.5), "shimmerLocaldB_sma3nz_amean", 1),
        ("breathiness", (-40, -10), "HNRdBACF_sma3nz_amean", -1),
        ("rate", (3.5, 5.5), "VoicedSegmentsPerSec", 1),
        ("rate", (3.5, 5.5), "loudnessPeaksPerSec", 1),
        ("tilt", (500, 4000), "alphaRatioV_sma3nz_amean", 1),
        ("f0_range", (1, 4), "F0semitoneFrom27.5Hz_sma3nz_stddevNorm", 1),
    ],
)
def test_opensmile_measures_the_change_of_a_parameter(
    delivery, measure, parameter, values, feature, sign
):
    less, more = (measure(replace(delivery, **{parameter: value})) for value in values)
    assert sign * (more[feature] - less[feature]) > 0.1 * abs(less[feature])


def unseen_speaker_uar(features, labels, speakers):
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
    predicted = cross_val_predict(model, features, labels, groups=speakers, cv=LeaveOneGroupOut())
    return uar_score(labels, predicted)


def test_emotion_and_gender_of_unseen_speakers_can_be_recognised(corpus, features):
    assert unseen_speaker_uar(features, corpus["emotion"], corpus["speaker"]) > 0.6  # chance .25
    assert unseen_speaker_uar(features, corpus["gender"], corpus["speaker"]) > 0.9
