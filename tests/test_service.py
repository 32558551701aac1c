"""The small service of the guide: audio in the body of a request, JSON in the answer."""

import io
import json

import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier
from skprognet.datasets import load_emodb, make_speech_corpus
from skprognet.features import OpenSmileFeatures
from skprognet.persistence import Predictor

# === the service of the guide

MOST_BYTES = 2_000_000  # a minute of 16-bit mono at 16 kHz


def make_service(predictor):
    """Return a WSGI application that predicts the label of the audio in a POST request."""

    def service(environ, start_response):
        status, response = answer(environ)
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(response).encode()]

    def answer(environ):
        if environ["REQUEST_METHOD"] != "POST":
            return "405 Method Not Allowed", {"error": "POST the bytes of an audio file."}
        try:
            n_bytes = int(environ.get("CONTENT_LENGTH") or 0)
        except ValueError:
            n_bytes = -1
        if not 0 < n_bytes <= MOST_BYTES:
            error = f"The body must have from 1 to {MOST_BYTES} bytes, and say how many."
            return "413 Content Too Large", {"error": error}
        prediction = predictor.predict(environ["wsgi.input"].read(n_bytes))
        if prediction.error:
            return "422 Unprocessable Content", {"error": prediction.error}
        response = {
            "label": prediction.label,
            "probabilities": prediction.probabilities,
            "remark": prediction.remark,
        }
        return "200 OK", response

    return service


# === its test


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("speech")
    return make_speech_corpus(folder, n_speakers=2, n_utterances=1, random_state=0)


@pytest.fixture(scope="module")
def post(corpus):
    emodb = load_emodb(as_frame=True)
    clf = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=2, random_state=0)
    model = make_pipeline(StandardScaler(), clf).fit(emodb.data, emodb.target)
    service = make_service(Predictor(model, OpenSmileFeatures()))

    def post(body, **environ):
        status = []
        request = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(body)), **environ}
        (response,) = service(
            {**request, "wsgi.input": io.BytesIO(body)}, lambda line, headers: status.append(line)
        )
        return status[0], json.loads(response)

    return post


def test_the_service_answers_a_recording_with_its_label(post, corpus):
    with open(corpus.file[0], "rb") as file:
        status, response = post(file.read())
    assert status == "200 OK"
    assert response["label"] == max(response["probabilities"], key=response["probabilities"].get)
    assert sum(response["probabilities"].values()) == pytest.approx(1)


def test_wrong_requests_get_an_error_status(post, corpus):
    assert post(b"no audio") == (
        "422 Unprocessable Content",
        {"error": "The recording cannot be decoded (Format not recognised)."},
    )
    with open(corpus.file[0], "rb") as file:
        status, response = post(file.read()[:5_000])
    assert status.startswith("422")
    assert "is cut short" in response["error"]
    assert post(b"", REQUEST_METHOD="GET")[0] == "405 Method Not Allowed"
    assert post(b"12", CONTENT_LENGTH="99999999")[0] == "413 Content Too Large"
    assert post(b"12", CONTENT_LENGTH="many")[0] == "413 Content Too Large"
