"""Malicious files that ask for much memory or many threads get neither."""

import hashlib
import json
import os
import subprocess
import sys

import joblib
import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save

from skprognet import DNNClassifier
from skprognet.persistence import load_model, save_model

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 6)), np.arange(40) % 3
TINY = {"hidden_layer_sizes": (2,), "max_epochs": 2, "random_state": 0, "early_stopping": False}
SIZE = 5_000_000


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """Return document and arrays of the file of a small network, and a path for forged files."""
    path = tmp_path_factory.mktemp("models") / "model.safetensors"
    save_model(DNNClassifier(**TINY).fit(X, Y), path)
    return *parts(path), path


def parts(path):
    with safe_open(path, "np") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return json.loads(file.metadata()["skprognet"]), arrays


def forge(path, document, arrays):
    """Write a file of 5 MB with a valid digest. Text in the metadata fills it up."""
    document.pop("sha256")
    document["metadata"] = {"text": ""}
    missing = SIZE - len(save(arrays, metadata={"skprognet": json.dumps(document)})) - 200
    document["metadata"]["text"] = "x" * missing
    names = sorted(arrays)
    described = [[name, arrays[name].dtype.name, arrays[name].shape] for name in names]
    sha256 = hashlib.sha256(json.dumps([document, described]).encode())
    for name in names:
        sha256.update(arrays[name].tobytes())
    document["sha256"] = sha256.hexdigest()
    path.write_bytes(save(arrays, metadata={"skprognet": json.dumps(document)}))
    assert SIZE - 500 < path.stat().st_size <= SIZE


def state(document):
    return document["model"]["estimator"][1]


def part(document, name):
    """Return a part of the state of the network: weights, config or history."""
    return dict(state(document)["network_state"]["dict"])[name]


def put(encoded, name, value):
    """Set an entry of an encoded dict."""
    next(pair for pair in encoded["dict"] if pair[0] == name)[1] = value


def in_history(value, times, *, arrays=True):
    """Return a change that adds a value many times to the history, which nothing else checks."""
    extra_arrays = {"zeros": np.zeros(25_000, np.float32), "key": np.zeros(624, np.uint32)}

    def change(document, arrays_of_file):
        arrays_of_file.update(extra_arrays if arrays else {})
        part(document, "history")[0]["dict"].append(["more", [value] * times])

    return change


def many_features(document, arrays):
    """Make a network of a million features, of which 128 rows are predicted at a time."""
    n_features = 10**6
    state(document)["n_features_in_"] = n_features
    for name in ("n_samples_seen_", "training_mean_", "training_std_"):
        encoded = state(document).pop(name)
        arrays.pop(encoded["array"] if isinstance(encoded, dict) else None, None)
    put(part(document, "config"), "n_features", n_features)
    put(part(document, "config"), "hidden_layer_sizes", {"tuple": [1]})
    weights = part(document, "weights")
    for _, encoded in weights["dict"]:
        arrays.pop(encoded.get("array", encoded.get("fortran")))
    shapes = {"layers.0.weight": (1, n_features), "layers.0.bias": (1,)}
    shapes |= {"layers.1.weight": (3, 1), "layers.1.bias": (3,)}
    for name, shape in shapes.items():
        arrays[name] = np.zeros(shape, np.float32)
        put(weights, name, {"array": name})


def many_layers(document, arrays):
    put(part(document, "config"), "hidden_layer_sizes", {"tuple": [2] * 300_000})


def many_laterals(document, arrays):
    """Ask for a thousand layers that read a thousand sources each."""
    put(part(document, "config"), "hidden_layer_sizes", {"tuple": [2] * 1000})
    sources = {"tuple": [{"tuple": [2] * 20}] * 1000}
    part(document, "config")["dict"].append(["source_sizes", sources])


def array_without_bytes(document, arrays):
    """Name an array of many rows and no bytes."""
    arrays["nothing"] = np.zeros((10**9, 0), np.float32)
    part(document, "history")[0]["dict"].append(["more", {"array": "nothing"}])


TOO_MUCH = "the model would take far more memory than its file explains"
STATE = {"RandomState": {"tuple": ["MT19937", {"array": "key"}, 0, 0, 0.0]}}
NESTED = json.loads("[" * 300 + "]" * 300)
FORGERIES = {
    "an array 20,000 times": (in_history({"array": "zeros"}, 20_000), TOO_MUCH),
    "random states": (in_history(STATE, 40_000), TOO_MUCH),
    "estimators": (in_history({"estimator": ["MLPClassifier", {}]}, 90_000), TOO_MUCH),
    "lists": (in_history([], 1_000_000), TOO_MUCH),
    "lists in lists": (in_history(NESTED, 7_000), TOO_MUCH),
    "features": (many_features, TOO_MUCH),
    "layers": (many_layers, "while the architecture needs"),
    "laterals": (many_laterals, "while the architecture needs"),
    "an array of no bytes": (array_without_bytes, "an array of several axes and no elements"),
    "lists, just allowed": (in_history(NESTED, 1_000, arrays=False), "loaded"),
}

# The peak of memory never falls, so each measurement needs a process of its own.
CHILD = """
import sys
from skprognet.persistence import load_model

def peak():
    with open("/proc/self/status") as file:
        return int(next(line for line in file if line.startswith("VmHWM")).split()[1]) / 1000

before = peak()
for path in sys.argv[1:]:
    try:
        load_model(path)
        print("loaded")
    except ValueError as error:
        print(error)
print(peak() - before)
"""


def read_in_a_process(*paths):
    """Return the output of reading each file, and the memory that reading took, in MB."""
    command = [sys.executable, "-c", CHILD, *map(str, paths)]
    process = subprocess.run(command, capture_output=True, text=True, check=True)
    *messages, peak = process.stdout.splitlines()
    return messages, float(peak)


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs Linux")
def test_small_files_cannot_fill_the_memory(original, tmp_path):
    paths = []
    for number, (change, _) in enumerate(FORGERIES.values()):
        document, arrays, _ = original
        document, arrays = json.loads(json.dumps(document)), dict(arrays)
        change(document, arrays)
        paths.append(tmp_path / f"{number}.safetensors")
        forge(paths[-1], document, arrays)
    messages, peak = read_in_a_process(*paths)
    for message, (name, (_, reason)) in zip(messages, FORGERIES.items(), strict=True):
        assert reason in message, name
    assert peak < 250


def test_a_model_file_without_the_scale_of_its_rows_can_be_loaded(original):
    document, arrays, path = original
    document, arrays = json.loads(json.dumps(document)), dict(arrays)
    for name in ("n_samples_seen_", "training_mean_", "training_std_"):
        state(document).pop(name)
        arrays.pop(name, None)
    forge(path, document, arrays)
    model = load_model(path)
    assert model.source_overlap(1000 * X)["own"] == 0
    assert model.source_overlap(X)["own"] == 1


@pytest.mark.parametrize("n_threads", [1024, 10**9])
def test_a_file_cannot_ask_for_more_threads_than_there_are_cores(original, n_threads):
    document, arrays, path = original
    document = json.loads(json.dumps(document))
    state(document)["n_threads"] = n_threads
    forge(path, document, dict(arrays))
    before = len(os.listdir("/proc/self/task")) if os.path.exists("/proc/self/task") else None
    model = load_model(path)
    assert model.n_threads == joblib.cpu_count()
    model.predict(X)
    if before is not None:
        assert len(os.listdir("/proc/self/task")) <= before + joblib.cpu_count()


@pytest.mark.parametrize("n_threads", [None, 1, joblib.cpu_count()])
def test_numbers_of_threads_up_to_the_cores_are_kept(n_threads, tmp_path):
    save_model(DNNClassifier(**TINY, n_threads=n_threads).fit(X, Y), tmp_path / "model")
    assert load_model(tmp_path / "model").n_threads == n_threads
