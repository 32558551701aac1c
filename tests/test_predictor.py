"""From one recording to its label: the same for any form of recording, or one sentence."""

import io
import re
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import soundfile
from click.testing import CliRunner
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.cli import main
from skprognet.datasets import load_emodb
from skprognet.features import FeatureOrigin, OpenSmileFeatures
from skprognet.persistence import Predictor, load_predictor, save_model

RATE = 16_000
SECRET = b"a voice that no log may hold"


def tone(hertz=150, seconds=0.4):
    """Return something like a vowel, as 16-bit integers."""
    at = 2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(k * at) / k for k in range(1, 9)) * (1 + 0.3 * np.sin(at / 40))
    return np.round(0.2 * 32768 * wave).astype(np.int16)


def encoded(signal, kind="WAV", rate=RATE):
    """Return the bytes of an audio file."""
    file = io.BytesIO()
    soundfile.write(file, signal, rate, format=kind)
    return file.getvalue()


@pytest.fixture(scope="module")
def model():
    emodb = load_emodb(as_frame=True)
    options = {"hidden_layer_sizes": (8,), "max_epochs": 2, "random_state": 0}
    source = DNNClassifier(**options).fit(emodb.data, emodb.gender)
    scaler = StandardScaler().set_output(transform="pandas")
    pipeline = make_pipeline(scaler, ProgressiveClassifier(source, **options))
    return pipeline.fit(emodb.data, emodb.target)


@pytest.fixture(scope="module")
def stored(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "emotion.safetensors"
    origin = FeatureOrigin.of_extractor(OpenSmileFeatures())
    save_model(model, path, metadata={"features": origin.to_dict()})
    return path


@pytest.fixture(scope="module")
def predictor(stored):
    return load_predictor(stored, max_duration=2)


def test_what_a_recording_comes_in_does_not_matter(predictor, model, tmp_path):
    content, path = encoded(tone()), tmp_path / "tone.wav"
    path.write_bytes(content)
    features = OpenSmileFeatures().fit_transform([path])
    wanted = model.predict_proba(features)[0]
    with path.open("rb") as file:
        ways = [path, str(path), content, bytearray(content), memoryview(content), file]
        said = [predictor.predict(each) for each in [*ways, (tone(), RATE)]]
    for each in said:
        assert list(each.probabilities.values()) == wanted.tolist()
        assert each.label == model.predict(features)[0]
        assert each.error is each.remark is None
    assert list(said[0].probabilities) == model.classes_.tolist()


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3", "AIFF", "AU"])
def test_bytes_of_any_format_give_the_bits_of_the_file(predictor, tmp_path, kind):
    path = tmp_path / f"tone.{kind.lower()}"
    path.write_bytes(encoded(tone(), kind))
    assert predictor.predict(path.read_bytes()) == predictor.predict(path)
    assert predictor.predict(path).error is None


def test_the_command_line_says_the_same(predictor, stored, tmp_path):
    path, broken = tmp_path / "tone.wav", tmp_path / "broken.wav"
    path.write_bytes(encoded(tone()))
    broken.write_bytes(SECRET)
    command = ["predict", str(stored), str(path), str(broken), "-o", str(tmp_path / "said.csv")]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1
    row = pd.read_csv(tmp_path / "said.csv").iloc[0]
    said = predictor.predict(path)
    assert row["label"] == said.label
    probabilities = [np.float32(row[f"p_{name}"]) for name in said.probabilities]
    assert probabilities == [np.float32(p) for p in said.probabilities.values()]
    assert predictor.predict(broken).error.removeprefix("The recording ")[:-1] in result.output


CUT = encoded(tone())[:2_044]
NOT_FINITE = np.where(np.arange(8_000) == 7, np.nan, 0.1)
UNUSABLE = [
    (b"", "The recording is empty (0 bytes)."),
    (SECRET, "The recording cannot be decoded (Format not recognised)."),
    (CUT, "The recording is cut short (2000 of 12800 bytes are there)."),
    (encoded(tone())[:40], "The recording cannot be decoded ("),
    (io.StringIO("text"), 'The recording was opened as text; open it with mode "rb".'),
    ((NOT_FINITE, RATE), "The recording holds 1 NaN or infinite samples."),
    ((tone(seconds=0.02), RATE), "The recording is too short for openSMILE (0.020 s)."),
    ((tone(seconds=2.1), RATE), "The recording lasts 2 s, longer than max_duration=2 s"),
    ((tone(), 0), "The recording is not a signal. A signal must come as (signal, sampling rate)"),
    ((tone(), 100), "The recording has a sampling rate of 100 Hz"),
    ((np.zeros(0), RATE), "The recording holds no audio (0 frames)."),
    ((["a", "b"], RATE), "The recording is not a signal. A signal must be an array of shape"),
    ("gone.wav", "The recording cannot be opened (No such file or directory)."),
    (b"PK\x03\x04" + SECRET, "The recording is a ZIP archive; unpack it."),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("audio", "error"), UNUSABLE, ids=[text[14:40] for _, text in UNUSABLE])
def test_what_cannot_be_used_is_one_sentence(predictor, stored, audio, error):
    said = predictor.predict(audio)
    assert said.error.startswith(error)
    assert said.error.endswith(".")
    assert (said.label, said.probabilities, said.remark) == (None, None, None)
    assert "voice" not in repr(said)
    if hasattr(audio, "seek"):
        audio.seek(0)
    strict = Predictor(predictor.model, predictor.extractor, on_error="raise")
    with pytest.raises(ValueError, match=f"^{re.escape(said.error)}$"):
        strict.predict(audio)


def test_an_error_while_reading_is_a_sentence(predictor):
    class Broken(io.RawIOBase):
        def read(self, n=-1):
            raise ConnectionResetError(SECRET)

    assert predictor.predict(Broken()).error == (
        "The recording cannot be read (ConnectionResetError)."
    )


@pytest.mark.parametrize("audio", [None, 3, {"a": 1}, np.zeros(9), [1, 2, 3]])
def test_a_mistake_of_the_program_is_raised(predictor, audio):
    with pytest.raises(TypeError, match="A recording must be a path, the bytes of a file"):
        predictor.predict(audio)


def test_no_message_holds_the_recording(predictor):
    extractor = OpenSmileFeatures()
    for X in (SECRET, [SECRET], [(np.zeros(99), SECRET)], bytearray(SECRET)):
        with pytest.raises(TypeError) as caught:
            extractor.fit_transform(X)
        assert "voice" not in str(caught.value)
    assert repr(predictor) == "Predictor(Pipeline, openSMILE)"


def test_silence_is_answered_with_a_remark(predictor):
    said = predictor.predict((np.zeros(8_000, dtype=np.int16), RATE))
    assert said.error is None
    assert said.remark == (
        "The recording is silent (never above -60 dB of full scale, after mixing down)."
    )
    said = predictor.predict((tone()[::2], RATE // 2))
    assert said.remark == (
        "The recording has a sampling rate of 8000 Hz, lower than the 16000 Hz to which it was "
        "resampled."
    )


def test_many_threads_get_the_same_bits(predictor):
    recordings = [encoded(tone(hertz, 0.1)) for hertz in range(100, 140, 10)]
    one_by_one = [predictor.predict(each) for each in recordings]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(predictor.predict, recordings * 3))
    assert together == one_by_one * 3


def test_many_recordings_are_a_table(predictor):
    with warnings.catch_warnings(action="error"):
        table = predictor.predict_many([(tone(), RATE), (NOT_FINITE, RATE)])
    said = predictor.predict((tone(), RATE))
    assert table.columns.tolist() == ["label", *(f"p_{n}" for n in said.probabilities), "error"]
    assert table.loc[0, "label"] == said.label
    assert table.iloc[0, 1:-1].tolist() == list(said.probabilities.values())
    assert table.loc[1, "error"] == "holds 1 NaN or infinite samples"
    assert table.iloc[1, :-1].isna().all()
    assert pd.isna(table.loc[0, "error"])


def test_a_model_without_names_and_with_numbers_as_classes():
    emodb = load_emodb(as_frame=True)
    clf = DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1, random_state=0)
    clf.fit(emodb.data.to_numpy(), emodb.target.eq("happy").astype(int))
    said = Predictor(clf, OpenSmileFeatures()).predict((tone(), RATE))
    assert type(said.label) is int
    assert list(said.probabilities) == [0, 1]
    with pytest.raises(ValueError, match=r"the 88 features of the model, .* got 62 feat"):
        Predictor(clf, OpenSmileFeatures("GeMAPSv01b"))


def test_models_that_cannot_hear(model, tmp_path):
    save_model(model, tmp_path / "m")
    with pytest.raises(ValueError, match="must record how its features were computed"):
        load_predictor(tmp_path / "m")
    with pytest.raises(ValueError, match="got one without"):
        Predictor(model, OpenSmileFeatures("GeMAPSv01b"))
    with pytest.raises(ValueError, match="on_error must be one of"):
        Predictor(model, OpenSmileFeatures(), on_error="skip")
    other = FeatureOrigin("eGeMAPSv02", RATE, "opensmile 1.0.0")
    save_model(model, tmp_path / "m", metadata={"features": other.to_dict()})
    with pytest.warns(UserWarning, match="so the numbers may differ"):
        load_predictor(tmp_path / "m")
