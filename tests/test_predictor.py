"""A predictor gives the same label for any form of a recording, or one sentence of error."""

import io
import re
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import soundfile
from click.testing import CliRunner
from sklearn import config_context
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, DNNRegressor, ProgressiveClassifier
from skprognet.cli import main
from skprognet.datasets import load_emodb
from skprognet.features import (
    FeatureExtractor,
    FeatureFunction,
    FeatureOrigin,
    OpenSmileFeatures,
)
from skprognet.persistence import Predictor, load_predictor, save_model

RATE = 16_000
SECRET = b"a voice that no log may hold"


def tone(hertz=150, seconds=0.4):
    """Return something like a vowel, as 16-bit integers."""
    phase = 2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(k * phase) / k for k in range(1, 9)) * (1 + 0.3 * np.sin(phase / 40))
    return np.round(0.2 * 32768 * wave).astype(np.int16)


def audio_bytes(signal, kind="WAV", rate=RATE):
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
def model_path(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "emotion.safetensors"
    origin = FeatureOrigin.of_extractor(OpenSmileFeatures())
    save_model(model, path, metadata={"features": origin.to_dict()})
    return path


@pytest.fixture(scope="module")
def predictor(model_path):
    return load_predictor(model_path, max_duration=2)


def test_every_form_of_a_recording_gives_the_same_prediction(predictor, model, tmp_path):
    content, path = audio_bytes(tone()), tmp_path / "tone.wav"
    path.write_bytes(content)
    features = OpenSmileFeatures().fit_transform([path])
    expected = model.predict_proba(features)[0]
    with path.open("rb") as file:
        forms = [path, str(path), content, bytearray(content), memoryview(content), file]
        predictions = [predictor.predict(form) for form in [*forms, (tone(), RATE)]]
    for prediction in predictions:
        assert list(prediction.probabilities.values()) == expected.tolist()
        assert prediction.label == model.predict(features)[0]
        assert prediction.error is prediction.remark is None
    assert list(predictions[0].probabilities) == model.classes_.tolist()


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3", "AIFF", "AU"])
def test_bytes_of_any_audio_format_give_the_prediction_of_the_file(predictor, tmp_path, kind):
    path = tmp_path / f"tone.{kind.lower()}"
    path.write_bytes(audio_bytes(tone(), kind))
    assert predictor.predict(path.read_bytes()) == predictor.predict(path)
    assert predictor.predict(path).error is None


def test_the_command_line_gives_the_same_prediction(predictor, model_path, tmp_path):
    path, broken = tmp_path / "tone.wav", tmp_path / "broken.wav"
    path.write_bytes(audio_bytes(tone()))
    broken.write_bytes(SECRET)
    command = [
        "predict",
        str(model_path),
        str(path),
        str(broken),
        "-o",
        str(tmp_path / "predictions.csv"),
    ]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1
    row = pd.read_csv(tmp_path / "predictions.csv").iloc[0]
    prediction = predictor.predict(path)
    assert row["label"] == prediction.label
    probabilities = [np.float32(row[f"p_{name}"]) for name in prediction.probabilities]
    assert probabilities == [np.float32(p) for p in prediction.probabilities.values()]
    assert predictor.predict(broken).error.removeprefix("The recording ")[:-1] in result.output


CUT = audio_bytes(tone())[:2_044]
NOT_FINITE = np.where(np.arange(8_000) == 7, np.nan, 0.1)
UNUSABLE = [
    (b"", "The recording is empty (0 bytes)."),
    (SECRET, "The recording cannot be decoded (Format not recognised)."),
    (CUT, "The recording is cut short (2000 of 12800 bytes are there)."),
    (audio_bytes(tone())[:40], "The recording cannot be decoded ("),
    (io.StringIO("text"), 'The recording was opened as text; open it with mode "rb".'),
    ((NOT_FINITE, RATE), "The recording holds 1 NaN or infinite samples."),
    ((tone(seconds=0.02), RATE), "The recording is too short for openSMILE (0.020 s)."),
    ((tone(seconds=2.1), RATE), "The recording lasts 2 s, longer than the limit of 2 s"),
    ((tone(), 0), "The recording is not a signal. A signal must come as (signal, sampling rate)"),
    ((tone(), 100), "The recording has a sampling rate of 100 Hz"),
    ((np.zeros(0), RATE), "The recording holds no audio (0 frames)."),
    ((["a", "b"], RATE), "The recording is not a signal. A signal must be an array of shape"),
    ("gone.wav", "The recording cannot be opened (No such file or directory)."),
    (b"PK\x03\x04" + SECRET, "The recording is a ZIP archive; unpack it."),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("audio", "error"), UNUSABLE, ids=[text[14:40] for _, text in UNUSABLE])
def test_unusable_audio_gives_an_error_of_one_sentence(predictor, model_path, audio, error):
    prediction = predictor.predict(audio)
    assert prediction.error.startswith(error)
    assert prediction.error.endswith(".")
    assert (prediction.label, prediction.probabilities, prediction.remark) == (None, None, None)
    assert "voice" not in repr(prediction)
    if hasattr(audio, "seek"):
        audio.seek(0)
    strict = Predictor(predictor.model, predictor.extractor, on_error="raise")
    with pytest.raises(ValueError, match=f"^{re.escape(prediction.error)}$"):
        strict.predict(audio)


def test_an_error_while_reading_does_not_repeat_the_text_of_the_exception(predictor):
    class Broken(io.RawIOBase):
        def read(self, n=-1):
            raise ConnectionResetError(SECRET)

    assert predictor.predict(Broken()).error == (
        "The recording cannot be read (ConnectionResetError)."
    )


@pytest.mark.parametrize("audio", [None, 3, {"a": 1}, np.zeros(9), [1, 2, 3]])
def test_an_argument_that_is_no_recording_raises_an_error(predictor, audio):
    with pytest.raises(TypeError, match="A recording must be a path, the bytes of a file"):
        predictor.predict(audio)


def test_no_message_contains_the_recording(predictor):
    extractor = OpenSmileFeatures()
    for X in (SECRET, [SECRET], [(np.zeros(99), SECRET)], bytearray(SECRET)):
        with pytest.raises(TypeError) as caught:
            extractor.fit_transform(X)
        assert "voice" not in str(caught.value)
    assert repr(predictor) == "Predictor(Pipeline, openSMILE)"


def test_silence_and_a_low_sampling_rate_give_a_remark(predictor):
    prediction = predictor.predict((np.zeros(8_000, dtype=np.int16), RATE))
    assert prediction.error is None
    assert prediction.remark == (
        "The recording is silent (never above -60 dB of full scale, after mixing down)."
    )
    prediction = predictor.predict((tone()[::2], RATE // 2))
    assert prediction.remark == (
        "The recording has a sampling rate of 8000 Hz, lower than the 16000 Hz to which it was "
        "resampled."
    )


def test_threads_get_the_same_predictions(predictor):
    recordings = [audio_bytes(tone(hertz, 0.1)) for hertz in range(100, 140, 10)]
    one_by_one = [predictor.predict(recording) for recording in recordings]
    with ThreadPoolExecutor(4) as pool:
        in_threads = list(pool.map(predictor.predict, recordings * 3))
    assert in_threads == one_by_one * 3


def test_predict_many_returns_a_table(predictor):
    with warnings.catch_warnings(action="error"):
        table = predictor.predict_many([(tone(), RATE), (NOT_FINITE, RATE)])
    prediction = predictor.predict((tone(), RATE))
    assert table.columns.tolist() == [
        "label",
        *(f"p_{n}" for n in prediction.probabilities),
        "error",
    ]
    assert table.loc[0, "label"] == prediction.label
    assert table.iloc[0, 1:-1].tolist() == list(prediction.probabilities.values())
    assert table.loc[1, "error"] == "holds 1 NaN or infinite samples"
    assert table.iloc[1, :-1].isna().all()
    assert pd.isna(table.loc[0, "error"])


class PeakFeatures(FeatureExtractor):
    """The highest sample; it keeps the filters of warnings that it sees."""

    seen = []

    def feature_function(self):
        return FeatureFunction(compute=self.compute, names=("peak",))

    def compute(self, signal, sampling_rate):
        self.seen.append(list(warnings.filters))
        return np.array([np.abs(signal).max()])


def test_predict_many_leaves_the_filters_of_warnings_to_other_threads():
    X = pd.DataFrame({"peak": [0.1, 0.2, 0.8, 0.9]})
    clf = DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1, batch_size=4, random_state=0)
    predictor = Predictor(clf.fit(X, [0, 0, 1, 1]), PeakFeatures())
    filters = list(warnings.filters)
    with ThreadPoolExecutor(1) as pool:
        table = pool.submit(predictor.predict_many, [(tone(), RATE), (NOT_FINITE, RATE)]).result()
    assert table["error"].notna().tolist() == [False, True]
    assert PeakFeatures.seen == [filters]


def test_predict_many_does_not_depend_on_the_output_of_transformers(predictor):
    signals = [(tone(), RATE), (tone(200), RATE)]
    expected = predictor.predict_many(signals)
    with config_context(transform_output="polars"):
        pd.testing.assert_frame_equal(predictor.predict_many(signals), expected)


def test_undefined_features_give_a_reason_whatever_the_extractor_does(predictor):
    lenient = Predictor(predictor.model, OpenSmileFeatures(on_short="nan"))
    table = lenient.predict_many([(tone(), RATE), (tone(seconds=0.02), RATE)])
    assert table.loc[1, "error"] == "is too short for openSMILE (0.020 s)"
    assert table.iloc[1, :-1].isna().all()
    assert table.loc[0, "label"] == predictor.predict((tone(), RATE)).label


def test_a_model_may_have_unnamed_features_and_integer_classes():
    emodb = load_emodb(as_frame=True)
    clf = DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1, random_state=0)
    clf.fit(emodb.data.to_numpy(), emodb.target.eq("happy").astype(int))
    prediction = Predictor(clf, OpenSmileFeatures()).predict((tone(), RATE))
    assert type(prediction.label) is int
    assert list(prediction.probabilities) == [0, 1]
    with pytest.raises(ValueError, match=r"the 88 features of the model, .* got 62 feat"):
        Predictor(clf, OpenSmileFeatures("GeMAPSv01b"))


def test_a_passthrough_in_front_does_not_hide_the_names_of_the_features(tmp_path):
    emodb = load_emodb(as_frame=True)
    names = list(emodb.data.columns[::-1])
    clf = DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1, random_state=0)
    piped = make_pipeline("passthrough", clf).fit(emodb.data[names], emodb.target)
    prediction = Predictor(piped, OpenSmileFeatures()).predict((tone(), RATE))
    features = OpenSmileFeatures().fit_transform([(tone(), RATE)])
    expected = piped.predict_proba(features[names])[0]
    assert list(prediction.probabilities.values()) == expected.tolist()
    save_model(piped, tmp_path / "m")
    emodb.data.head(3).to_csv(tmp_path / "t.csv", index=False)
    result = CliRunner().invoke(main, ["predict", str(tmp_path / "m"), str(tmp_path / "t.csv")])
    assert result.exit_code == 0
    labels = pd.read_csv(io.StringIO(result.stdout))["label"].tolist()
    assert labels == piped.predict(emodb.data[names].head(3)).tolist()


def test_models_without_matching_features_are_refused(model, tmp_path):
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


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_a_regressor_answers_with_numbers(n_outputs):
    data = load_emodb(as_frame=True).data
    y = data.to_numpy(float)[:, 0] if n_outputs == 1 else data.to_numpy(float)[:, :2]
    network = DNNRegressor(hidden_layer_sizes=(4,), max_epochs=1, random_state=0)
    scaler = StandardScaler().set_output(transform="pandas")
    model = make_pipeline(scaler, network).fit(data, y)
    predictor = Predictor(model, OpenSmileFeatures())
    prediction = predictor.predict((tone(), RATE))
    features = OpenSmileFeatures().transform([(tone(), RATE)])
    assert prediction.numbers == pytest.approx(tuple(model.predict(features).ravel().tolist()))
    assert prediction.label is prediction.probabilities is prediction.error is None
    assert predictor.classes_ is None
    table = predictor.predict_many([(tone(), RATE), (NOT_FINITE, RATE)])
    names = ["predicted"] if n_outputs == 1 else ["predicted_0", "predicted_1"]
    assert list(table) == [*names, "error"]
    assert tuple(table[names].iloc[0]) == pytest.approx(prediction.numbers)


def test_rows_of_unusable_recordings_do_not_shift_the_others(predictor):
    good = [(tone(), RATE), (tone(260), RATE)]
    recordings = [(np.array([np.nan] * 8_000), RATE), good[0], (np.zeros(0), RATE), good[1]]
    table = predictor.predict_many(recordings, explaining=True)
    alone = predictor.predict_many(good, explaining=True)
    assert table["error"].notna().tolist() == [True, False, True, False]
    of_good = table.iloc[[1, 3]].reset_index(drop=True)
    pd.testing.assert_frame_equal(of_good.drop(columns="error"), alone.drop(columns="error"))
    for row, recording in zip((1, 3), good, strict=True):
        probabilities = predictor.predict(recording).probabilities
        assert [table.loc[row, f"p_{k}"] for k in probabilities] == list(probabilities.values())
    changes = table.loc[[1, 3], [name for name in table if name.startswith("features_")]]
    assert changes.shape[1] > 0
    assert changes.notna().all(axis=None)
