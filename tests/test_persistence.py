"""A loaded model equals the saved one, or loading fails."""

import copy
import hashlib
import json
import os
import pickle
import re

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.feature_selection import SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import ShuffleSplit
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler
from skorch.callbacks import EpochTimer

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.persistence import describe_model, load_model, read_model_info, save_model

KEY = "skprognet"  # in the metadata of safetensors
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 6))
EMOTION = np.array(["angry", "happy", "sad"])[np.arange(60) % 3]
GENDER = np.array(["female", "male"])[RNG.integers(2, size=60)]
TABLE = pd.DataFrame(X, columns=[f"feature {k}" for k in range(6)])
SMALL = {"hidden_layer_sizes": (5, 4), "max_epochs": 3, "random_state": 0, "lr": 0.01}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def dnn(**options):
    return DNNClassifier(**SMALL | options).fit(X, GENDER)


def mlp(**options):
    options = {"hidden_layer_sizes": (5,), "max_iter": 3, "random_state": 0} | options
    with pytest.warns(ConvergenceWarning):
        return MLPClassifier(**options).fit(X, GENDER)


def fine_tuned(source=None, **options):
    return FineTunedClassifier(source, **SMALL | options).fit(X, EMOTION)


def progressive(source=None, **options):
    return ProgressiveClassifier(source, **SMALL | options).fit(X, EMOTION)


MODELS = {
    "DNN": dnn,
    "DNN in float64": lambda: dnn(dtype="float64", activation="tanh"),
    "DNN of a table": lambda: DNNClassifier(**SMALL).fit(TABLE, EMOTION),
    "fine-tuned": lambda: fine_tuned(dnn(), n_frozen_layers=1),
    "fine-tuned, MLP": lambda: fine_tuned(mlp()),
    "fine-tuned, progressive": lambda: fine_tuned(progressive(dnn())),
    "fine-tuned, adapters": lambda: fine_tuned(progressive(dnn(), adapter="linear")),
    "fine-tuned, frozen": lambda: fine_tuned(FrozenEstimator(dnn())),
    "progressive": lambda: progressive(dnn()),
    "progressive, no source": progressive,
    "progressive, adapters": lambda: progressive(dnn(), adapter="mlp", lateral_dropout=0.2),
    "progressive, two sources": lambda: progressive(
        [("speaker", dnn(hidden_layer_sizes=(3,))), ("gender", mlp(solver="sgd"))]
    ),
    "progressive, chain": lambda: progressive(progressive(fine_tuned(progressive(dnn())))),
    "progressive, pipeline": lambda: progressive(
        make_pipeline(StandardScaler(), "passthrough", PCA(3), DNNClassifier(**SMALL)).fit(
            X, GENDER
        )
    ),
    "progressive, unfitted": lambda: ProgressiveClassifier(DNNClassifier(**SMALL), **SMALL).fit(
        X, EMOTION, source_y=GENDER
    ),
    "pipeline": lambda: make_pipeline(
        *("passthrough", RobustScaler(), MinMaxScaler(), MaxAbsScaler()),
        ProgressiveClassifier(dnn(), **SMALL),
    ).fit(X, EMOTION),
    "pipeline of a table": lambda: make_pipeline(
        StandardScaler().set_output(transform="pandas"), DNNClassifier(**SMALL)
    ).fit(TABLE, EMOTION),
    "frozen pipeline": lambda: FrozenEstimator(
        make_pipeline(PCA(3, whiten=True), DNNClassifier(**SMALL)).fit(X, EMOTION)
    ),
}


def rows_for(model):
    return TABLE if hasattr(model, "feature_names_in_") else X


def classifier_in(model):
    """Return the classifier within frozen estimators and pipelines."""
    while isinstance(model, (FrozenEstimator, Pipeline)):
        model = model.estimator if isinstance(model, FrozenEstimator) else model[-1]
    return model


def digest(source):
    """Return the digest of the source that a network stores when it reads this source."""
    reader = ProgressiveClassifier(source, hidden_layer_sizes=(1,), max_epochs=1, random_state=0)
    return reader.fit(X, EMOTION).source_digest_["source"]


def assert_same_model(a, b):
    """Check predictions, history, fingerprints, parameters and sources of two models."""
    rows = rows_for(a)
    np.testing.assert_array_equal(a.predict_proba(rows), b.predict_proba(rows))
    np.testing.assert_array_equal(a.predict(rows), b.predict(rows))
    assert a.predict(rows).dtype == b.predict(rows).dtype
    a, b = classifier_in(a), classifier_in(b)
    assert type(a) is type(b)
    pd.testing.assert_frame_equal(a.history_, b.history_)
    assert (a.best_epoch_, a.interrupted_) == (b.best_epoch_, b.interrupted_)
    for name in ("row_fingerprints_", "n_samples_seen_", "training_mean_", "training_std_"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    assert_same_parameters(a, b)
    for (name, source), (name_in_b, source_in_b) in zip(
        *(getattr(model, "sources_", []) for model in (a, b)), strict=True
    ):
        assert name == name_in_b
        assert digest(source) == digest(source_in_b) == b.source_digest_[name]


def assert_same_parameters(a, b):
    parameters_of_a, parameters_of_b = (
        {name: value for name, value in model.get_params(deep=False).items() if name != "source"}
        for model in (a, b)
    )
    assert parameters_of_a == parameters_of_b
    assert [type(value) for value in parameters_of_a.values()] == [
        type(value) for value in parameters_of_b.values()
    ]


def saved_and_loaded(model, path):
    save_model(model, path)
    return load_model(path)


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_a_loaded_model_equals_the_saved_one(make, path):
    model = make()
    loaded = saved_and_loaded(model, path)
    assert type(loaded) is type(model)
    assert_same_model(model, loaded)
    clone(loaded)
    again = path.with_name("again")
    save_model(loaded, again)
    assert_same_model(load_model(again), model)


def test_saving_a_model_twice_gives_the_same_bytes(path):
    model = progressive(dnn())
    contents = []
    for _ in range(3):
        save_model(model, path)
        contents.append(path.read_bytes())
    assert len(set(contents)) == 1


def test_an_array_that_a_model_uses_twice_is_stored_once(path):
    source = dnn()
    save_model(progressive(source), path)
    weights = source.net_.module_.layers[0].weight.detach().numpy().tobytes()
    assert path.read_bytes().count(weights) == 1


def test_arrays_under_the_keys_1_and_text_1_are_stored_separately(path):
    model = dnn()
    model.net_.history[-1]["note"] = {1: np.zeros(2), "1": np.ones(2)}
    note = saved_and_loaded(model, path).net_.history[-1]["note"]
    assert {key: array.tolist() for key, array in note.items()} == {1: [0, 0], "1": [1, 1]}


@pytest.mark.parametrize("make", ["fine-tuned", "progressive", "DNN"])
def test_a_loaded_model_continues_training_like_the_original(make, path):
    model = MODELS[make]()
    loaded = saved_and_loaded(model, path)
    y = EMOTION if "source" in model.get_params() else GENDER
    for classifier in (model, loaded):
        classifier.set_params(warm_start=True).fit(X, y)
    assert_same_predictions(model, loaded)
    for classifier in (model, loaded):
        classifier.partial_fit(X, y)
    assert len(loaded.net_.history) == len(model.net_.history)


def assert_same_predictions(a, b):
    np.testing.assert_array_equal(a.predict_proba(X), b.predict_proba(X))


@pytest.mark.parametrize("make", ["fine-tuned", "progressive", "DNN", "progressive, pipeline"])
def test_a_loaded_model_can_be_a_source(make, path):
    source = MODELS[make]()
    loaded = saved_and_loaded(source, path)
    assert_same_predictions(progressive(loaded), progressive(source))
    assert progressive(loaded).source_digest_ == progressive(source).source_digest_


def test_training_the_source_of_a_loaded_model_does_not_change_the_model(path):
    loaded = saved_and_loaded(progressive(mlp()), path)
    before = loaded.predict_proba(X)
    with pytest.warns(ConvergenceWarning):
        loaded.source.set_params(warm_start=True).fit(X, GENDER)
    loaded.source.partial_fit(X, GENDER)
    np.testing.assert_array_equal(loaded.predict_proba(X), before)


@pytest.mark.parametrize(
    "labels",
    [
        EMOTION.astype(object),
        EMOTION.astype("U40"),
        np.array(["Ärger", "喜び", "\udcff🙂"])[np.arange(60) % 3],
        np.arange(60) % 3 - 1,
        (np.arange(60) % 3).astype(np.int8),
        np.arange(60) % 2 == 0,
    ],
    ids=["objects", "wide text", "other scripts", "int64", "int8", "bool"],
)
def test_labels_keep_their_type(labels, path):
    model = DNNClassifier(**SMALL).fit(X, labels)
    loaded = saved_and_loaded(model, path)
    assert loaded.classes_.dtype == model.classes_.dtype
    assert loaded.classes_.tolist() == model.classes_.tolist()
    assert_same_model(model, loaded)


@pytest.mark.parametrize(
    "parameters",
    [
        {"hidden_layer_sizes": [5, 4]},
        {"hidden_layer_sizes": (np.int64(5), 4)},
        {"lr": np.float32(0.01), "dropout": np.float64(0.1), "patience": np.int32(2)},
        {"class_weight": {"female": 2, "male": np.float64(0.1)}, "early_stopping": np.True_},
        {"class_weight": "balanced", "monitor": "accuracy", "optimizer": "sgd"},
        {"class_weight": {np.str_("female"): 2, "male": 1}, "n_threads": None},
        {"callbacks": []},
    ],
    ids=str,
)
def test_parameters_keep_their_type(parameters, path):
    model = dnn(**parameters)
    assert_same_model(model, saved_and_loaded(model, path))


def test_sizes_in_an_array_are_restored_as_an_array(path):
    model = dnn(hidden_layer_sizes=np.array([5, 4]))
    sizes = saved_and_loaded(model, path).hidden_layer_sizes
    assert sizes.dtype == np.int64
    assert sizes.tolist() == [5, 4]


def test_a_random_state_continues_where_it_stopped(path):
    model = dnn(random_state=np.random.RandomState(7))
    model.random_state.normal()  # numpy keeps a second number for the next call
    loaded = saved_and_loaded(model, path)
    assert (
        loaded.random_state.normal(size=5).tolist() == model.random_state.normal(size=5).tolist()
    )


def test_nan_and_infinity_are_stored(path):
    model = dnn()
    model.net_.history[-1]["valid_loss"] = float("nan")
    model.net_.history[0]["valid_loss"] = -float("inf")
    assert_same_model(model, saved_and_loaded(model, path))


def test_a_model_with_a_metadata_request_is_stored_without_it(path):
    X, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
    with sklearn.config_context(enable_metadata_routing=True):
        clf = DNNClassifier(hidden_layer_sizes=(3,), max_epochs=1, random_state=np.int64(7))
        clf.set_fit_request(sample_weight=True).fit(X, y, sample_weight=np.ones(40))
    save_model(clf, path)
    np.testing.assert_array_equal(load_model(path).predict_proba(X), clf.predict_proba(X))
    assert describe_model(path)["model"]["random_state"] == 7


def test_a_pipeline_in_a_pipeline_is_described_with_all_steps(path):
    X, y = np.random.default_rng(0).normal(size=(40, 5)), np.arange(40) % 2
    clf = DNNClassifier(hidden_layer_sizes=(3,), max_epochs=1, random_state=0)
    inner = make_pipeline(PCA(3, random_state=0), clf)
    nested = make_pipeline(StandardScaler(), inner).fit(X, y)
    save_model(nested, path)
    steps = [step["class"] for step in describe_model(path)["normalisation"]]
    assert steps == ["StandardScaler", "PCA"]


def test_parameters_changed_after_fit_do_not_change_what_was_learned(path):
    model = dnn().set_params(hidden_layer_sizes=(99,), activation="relu", dtype="float64")
    assert_same_model(model, saved_and_loaded(model, path))


def test_the_file_records_the_versions_of_packages(path):
    save_model(dnn(), path)
    document, _ = parts(path)
    assert document["versions"].keys() == {
        *("skprognet", "scikit-learn", "torch", "skorch", "numpy")
    }
    assert document["versions"]["numpy"] == np.__version__


# What cannot be stored


def test_metadata_are_stored_with_the_model(path, tmp_path):
    metadata = {
        "rate": 16000,
        "set": "eGeMAPSv02",
        "none": None,
        "list": [1, {"é": 0.5}],
        "": True,
    }
    model = dnn()
    save_model(model, path, metadata=metadata)
    save_model(model, tmp_path / "bare")
    info, bare = read_model_info(path), read_model_info(str(tmp_path / "bare"))
    assert info["metadata"] == metadata
    assert bare["metadata"] == {}
    assert info["versions"] == bare["versions"]
    # Only some distributions add the build (+cpu, +cu124) to the version.
    release = info["versions"]["torch"].partition("+")[0]
    assert release == torch.__version__.partition("+")[0]
    assert info["format_version"] == 1
    assert {*info} == {"format_version", "versions", "metadata", "sha256"}
    document, _ = parts(path)
    assert info["sha256"] == document["sha256"] != bare["sha256"]
    assert_same_model(load_model(path), load_model(tmp_path / "bare"))


@pytest.mark.parametrize(
    "metadata", [[], "text", {1: 2}, {"a": (1,)}, {"a": np.nan}, {"a": np.arange(2)}, {"a": dnn}]
)
def test_metadata_that_json_cannot_store_are_refused(metadata, path):
    message = (
        f"metadata must be a dict that JSON can hold; got {metadata!r}. Use text as keys, and "
        "text, finite numbers, True, False, None, lists and dicts as values."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        save_model(dnn(), path, metadata=metadata)
    assert not path.exists()


@pytest.mark.parametrize("name", ["metadata", "versions"])
def test_metadata_or_versions_of_another_type_are_refused(name, path):
    save_model(dnn(), path)
    document, arrays = parts(path)
    forge(path, document | {name: ["1.0"]}, arrays)
    message = (
        "A model must be a complete, unaltered file of save_model or 'skprognet train'; got "
        f"{str(path)!r}, in which versions or metadata are not JSON objects. Save the model "
        "again, or copy the file again."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_model_info(path)


def test_altered_metadata_are_refused(path):
    save_model(dnn(), path, metadata={"rate": 16000})
    path.write_bytes(path.read_bytes().replace(b"16000", b"18000"))
    for read in (load_model, read_model_info):
        with pytest.raises(ValueError, match="the SHA-256 does not match the content"):
            read(path)
    with pytest.raises(FileNotFoundError, match=r"^A model must be a file of save_model or"):
        read_model_info(path.with_name("gone"))


def fitted_with(**options):
    return lambda: dnn(**options)


NOT_STORABLE = {
    "callbacks": (
        fitted_with(callbacks=[EpochTimer()]),
        "got EpochTimer in 'callbacks.0'. Call set_params(callbacks=None) on that estimator",
    ),
    "optimizer": (
        fitted_with(optimizer=torch.optim.RMSprop),
        "got RMSprop in 'optimizer'. Call set_params(optimizer=\"adam\") on that estimator",
    ),
    "monitor": (
        fitted_with(monitor=lambda est, X, y: 0.0),
        "got <lambda> in 'monitor'. Call set_params(monitor=\"loss\") on that estimator",
    ),
    "splitter": (
        fitted_with(validation_fraction=ShuffleSplit(1, random_state=0)),
        "got ShuffleSplit in 'validation_fraction'. Call set_params(validation_fraction=0.1) on",
    ),
    "device": (
        fitted_with(device=torch.device("cpu")),
        "got device in 'device'. Call set_params(device=\"cpu\") on that estimator",
    ),
    "numbers of another type": (
        lambda: dnn().set_params(class_weight={"female": np.array([1j])}),
        "got an array of complex128 in 'class_weight.female'. Leave it out, or use pickle.",
    ),
    "step": (
        lambda: make_pipeline(SelectKBest(k=3), DNNClassifier(**SMALL)).fit(X, GENDER),
        "got SelectKBest in 'steps.0.1'. Leave it out, or use pickle.",
    ),
    "in a source": (
        lambda: progressive(dnn(callbacks=[EpochTimer()])),
        "got EpochTimer in 'source.callbacks.0'. Call set_params(callbacks=None) on that",
    ),
}


@pytest.mark.parametrize(("make", "message"), NOT_STORABLE.values(), ids=NOT_STORABLE)
def test_parameters_that_cannot_be_stored_are_refused(make, message, path):
    beginning = "A stored model must consist of numbers, text, their arrays, estimators of the cl"
    with pytest.raises(TypeError, match=rf"^{beginning}.*{re.escape(message)}"):
        save_model(make(), path)
    assert not path.exists()


def test_a_model_can_be_stored_after_its_callbacks_are_removed(path):
    model = dnn(callbacks=[EpochTimer()]).set_params(callbacks=None)
    assert_same_model(model, saved_and_loaded(model, path))


@pytest.mark.parametrize("estimator", [mlp, lambda: StandardScaler().fit(X), lambda: None])
def test_objects_that_are_no_models_of_the_package_are_refused(estimator, path):
    with pytest.raises(TypeError, match=r"^est must be a classifier or .* got \w+\. For"):
        save_model(estimator(), path)


@pytest.mark.parametrize(
    "estimator",
    [
        DNNClassifier(),
        make_pipeline(StandardScaler(), DNNClassifier()),
        FrozenEstimator(DNNClassifier()),
    ],
    ids=["bare", "pipeline", "frozen"],
)
def test_a_model_that_is_not_fitted_is_refused(estimator, path):
    with pytest.raises(NotFittedError, match="This DNNClassifier instance is not fitted yet"):
        save_model(estimator, path)


def test_a_parameter_that_fit_would_refuse_is_refused(path):
    with pytest.raises(ValueError, match=r"got a file in which lr must satisfy 0 < lr; got -1"):
        save_model(dnn().set_params(lr=-1), path)


def test_an_attribute_that_fit_does_not_set_is_refused(path):
    model = dnn()
    model.note = "best so far"
    with pytest.raises(
        ValueError, match=r"in which a DNNClassifier has the unknown attributes 'note'"
    ):
        save_model(model, path)


def test_a_model_that_would_predict_differently_after_loading_is_refused(path):
    model = dnn()
    model.net_.module_.activation = "relu"
    model.net_.module_.config = dnn().net_.module_.config
    with pytest.raises(ValueError, match=r"in which the predictions differ\. Change that in DNN"):
        save_model(model, path)


def test_a_pipeline_with_a_memory_is_refused(path, tmp_path):
    model = make_pipeline(StandardScaler(), DNNClassifier(**SMALL)).fit(X, GENDER)
    with pytest.raises(ValueError, match="a Pipeline has a memory, which a fit would read"):
        save_model(model.set_params(memory=str(tmp_path / "cache")), path)
    assert os.listdir(tmp_path) == []


# Where the file is written


def test_a_folder_in_place_of_a_file_is_refused(tmp_path):
    with pytest.raises(OSError, match=r"^'.*' is a folder\. Give the name of a file in it\.$"):
        save_model(dnn(), tmp_path)
    assert os.listdir(tmp_path) == []


def test_missing_folders_are_created(path):
    assert_same_model(saved_and_loaded(model := dnn(), path / "in" / "a folder"), model)


def test_a_refused_model_does_not_replace_the_existing_file(path):
    save_model(dnn(), path)
    before = path.read_bytes()
    with pytest.raises(TypeError):
        save_model(dnn(callbacks=[EpochTimer()]), path)
    assert path.read_bytes() == before


def test_loading_follows_a_link_and_saving_replaces_it(path, tmp_path):
    (tmp_path / "models").mkdir()
    target = tmp_path / "models" / "model.safetensors"
    old, new = dnn(), dnn(random_state=1)
    save_model(old, target)
    path.symlink_to(target)
    assert_same_model(load_model(path), old)
    save_model(new, path)
    assert not path.is_symlink()
    assert_same_model(load_model(path), new)
    assert_same_model(load_model(target), old)


# Files that are not models


def loaded_or_refused(path):
    """Return the model of a file, or None if a one-line error as documented refuses it."""
    try:
        return load_model(path)
    except (ValueError, OSError) as error:
        message = str(error)
    assert message.startswith("A model must be a ")
    assert message.endswith(("Check the path.", "or copy the file again."))
    assert "\n" not in message


def refusal_of(path):
    """Return the message of the error that refuses a file."""
    assert loaded_or_refused(path) is None
    with pytest.raises((ValueError, OSError)) as caught:
        load_model(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the safetensors format is damaged or absent"),
        (b"\x00", "the safetensors format is damaged or absent"),
        (pickle.dumps({"a": np.zeros(9)}), "the safetensors format is damaged or absent"),
        (b"RIFF$\x00\x00\x00WAVEfmt ", "the safetensors format is damaged or absent"),
        (b'{"format_version": 1, "model": {}}', "the safetensors format is damaged or absent"),
        (save({"weight": np.zeros(3)}), "there is no model of skprognet"),
        (save({}, metadata={"format": "pt"}), "there is no model of skprognet"),
        (save({}, metadata={KEY: "no JSON"}), "Expecting value: line 1 column 1"),
        (save({}, metadata={KEY: ""}), "Expecting value: line 1 column 1"),
        (save({}, metadata={KEY: "[1, 2]"}), "the JSON document does not describe a model"),
        (save({}, metadata={KEY: "NaN"}), "the JSON document has a NaN"),
        (save({}, metadata={KEY: "1" * 5000}), "Exceeds the limit"),
        (save({}, metadata={KEY: "[" * 10**4}), "parts do not fit together (RecursionError)"),
        (save({}, metadata={KEY: '{"a":' * 10**4}), "not fit together (RecursionError)"),
    ],
)
def test_a_file_of_another_kind_is_refused(content, reason, path):
    path.write_bytes(content)
    assert reason in refusal_of(path)


def test_a_pickle_is_not_run(path):
    ran = path.with_name("ran")

    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(ran),)

    path.write_bytes(pickle.dumps(Bomb()))
    refusal_of(path)
    assert not ran.exists()


@pytest.mark.parametrize(
    ("place", "kind"), [(".", OSError), ("missing", FileNotFoundError), ("pipe", OSError)]
)
def test_a_path_without_a_regular_file_is_refused(place, kind, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "missing")
    assert "cannot be read" in refusal_of(tmp_path / place)
    with pytest.raises(kind):
        load_model(tmp_path / place)
    with pytest.raises(FileNotFoundError):
        load_model(str(tmp_path / "dangling"))


# Damaged files


@pytest.fixture(scope="module")
def small_file(tmp_path_factory):
    """Return a small model, the bytes of its file, and a path for damaged ones."""
    model = ProgressiveClassifier(
        DNNClassifier(hidden_layer_sizes=(2,), max_epochs=1, random_state=0).fit(X[:, :2], GENDER),
        **{"hidden_layer_sizes": (2,), "max_epochs": 1, "random_state": 0},
    ).fit(X[:, :2], GENDER)
    path = tmp_path_factory.mktemp("damaged") / "model.safetensors"
    save_model(model, path)
    return model, path.read_bytes(), path


def check_refused_or_same(small_file, content):
    """Check that content is refused, or that its model predicts as the original."""
    model, _, path = small_file
    path.write_bytes(content)
    loaded = loaded_or_refused(path)
    if loaded is None:
        return
    np.testing.assert_array_equal(loaded.predict_proba(X[:, :2]), model.predict_proba(X[:, :2]))


def test_an_altered_byte_is_refused_or_harmless(small_file):
    content, rng = small_file[1], np.random.default_rng(0)
    for position in rng.permutation(len(content))[:1000]:
        altered = bytearray(content)
        altered[position] ^= rng.integers(1, 256)
        check_refused_or_same(small_file, altered)


def test_a_file_with_a_wrong_end_is_refused(small_file):
    _, content, path = small_file
    for length in range(0, len(content), 30):
        path.write_bytes(content[:length])
        refusal_of(path)
    path.write_bytes(content + b"\x00")
    refusal_of(path)


@given(st.data())
def test_an_altered_stretch_of_bytes_is_refused_or_harmless(small_file, data):
    content = small_file[1]
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, min(start + 40, len(content))))
    replacement = data.draw(st.binary(max_size=40))
    check_refused_or_same(small_file, content[:start] + replacement + content[stop:])


@pytest.mark.parametrize("size", [0, 1, 7, 2**20, 2**40, 2**63, 2**64 - 1])
def test_a_wrong_size_of_the_header_is_refused(size, small_file):
    _, content, path = small_file
    path.write_bytes(size.to_bytes(8, "little") + content[8:])
    assert "the safetensors format is damaged or absent" in refusal_of(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"shape":[2,2]', b'"shape":[2,9]'),
        (b'"shape":[2,2]', b'"shape":[9,2]'),
        (b'"dtype":"F32"', b'"dtype":"F64"'),
    ],
)
def test_a_wrong_shape_or_type_of_an_array_is_refused(old, new, small_file):
    _, content, path = small_file
    assert old in content
    path.write_bytes(content.replace(old, new, 1))
    assert "the safetensors format is damaged or absent" in refusal_of(path)


def test_another_type_of_an_array_of_the_same_size_is_refused(small_file):
    _, content, path = small_file
    path.write_bytes(content.replace(b'"dtype":"F32"', b'"dtype":"I32"', 1))
    assert "the SHA-256 does not match the content" in refusal_of(path)


# Forged files with a valid digest


def parts(path):
    """Return the JSON document and the arrays of a file."""
    with safe_open(path, "np") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return json.loads(file.metadata()[KEY]), arrays


def forge(path, document, arrays):
    """Write a file with a valid digest."""
    document = {name: value for name, value in document.items() if name != "sha256"}
    names = sorted(arrays)
    described = [[name, arrays[name].dtype.name, arrays[name].shape] for name in names]
    content = [json.dumps([document, described]).encode()]
    content += [arrays[name].tobytes() for name in names]
    document["sha256"] = hashlib.sha256(b"".join(content)).hexdigest()
    path.write_bytes(save(arrays, metadata={KEY: json.dumps(document)}))


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """Return the parts of the files of three models, and a path for forged files."""
    path = tmp_path_factory.mktemp("forged") / "model.safetensors"
    parts_of_models = {}
    for name in ("progressive, two sources", "pipeline of a table", "fine-tuned"):
        save_model(MODELS[name](), path)
        parts_of_models[name] = parts(path)
    return parts_of_models, path


def pairs(encoded):
    """Map the keys of an encoded dict to its pairs."""
    return {pair[0]: pair for pair in encoded["dict"]}


def state(document):
    return document["model"]["estimator"][1]


def config(document):
    return pairs(pairs(state(document)["network_state"])["config"][1])


def put(name, value):
    """Return a change that sets one attribute."""
    return lambda document, arrays: state(document).__setitem__(name, value)


def put_config(name, value):
    return lambda document, arrays: config(document)[name].__setitem__(1, value)


def drop(name):
    return lambda document, arrays: state(document).pop(name)


def change_array(name, change):
    return lambda document, arrays: arrays.__setitem__(name, change(arrays[name]))


def drop_key(name):
    return lambda document, arrays: document.pop(name)


def rename(document, arrays):
    document["model"]["estimator"][0] = "os.system"


def put_scaler(document, arrays):
    state = StandardScaler().get_params() | {"_sklearn_version": sklearn.__version__}
    document["model"] = {"estimator": ["StandardScaler", state]}
    arrays.clear()


def drop_estimator(document, arrays):
    document["model"] = {"estimator": ["FrozenEstimator", {}]}


W = "network_state.weights.layers.0.weight"
FORGERIES = {
    "class": (rename, "the class 'os.system' is not one of DNNClassifier"),
    "version": (
        lambda document, arrays: document.update(format_version=2),
        "the format has version 2, while this release of skprognet reads version 1",
    ),
    "no version": (drop_key("format_version"), "the JSON document does not describe a model"),
    "no model": (drop_key("model"), "the JSON document does not describe a model"),
    "model is text": (lambda d, a: d.update(model="x"), "there is a str instead of a model"),
    "model is a scaler": (put_scaler, "there is a StandardScaler instead of a model"),
    "unknown kind": (put("lr", {"eval": "1"}), "['eval'] is not a kind of value"),
    "two kinds": (
        put("lr", {"tuple": [], "dict": []}),
        "['tuple', 'dict'] is not a kind of value",
    ),
    "no array": (put("classes_", {"array": "../../etc/passwd"}), "no array '../../etc/passwd'"),
    "array left over": (
        lambda document, arrays: arrays.update({"/etc/passwd": np.zeros(2)}),
        "there are arrays that nothing uses",
    ),
    "unknown parameter": (
        put("learning_rate", 0.1),
        "has the unknown attributes 'learning_rate'",
    ),
    "missing parameter": (drop_estimator, "a FrozenEstimator lacks the parameters 'estimator'"),
    "method": (put("predict", "x"), "has the unknown attributes 'predict'"),
    "optimizer": (put("optimizer", "rmsprop"), "optimizer must be one of 'adam', 'sgd'"),
    "parameter of another kind": (put("max_epochs", "3"), "do not fit together (TypeError)"),
    "parameter out of range": (put("dropout", 2), "dropout must satisfy 0 <= dropout < 1; got 2"),
    "device": (put("device", 3), "the device is not text"),
    "threads": (put("n_threads", 0), "n_threads must satisfy 1 <= n_threads; got 0"),
    "no sources": (
        drop("sources_"),
        "sources_ of ProgressiveClassifier is missing or not of type list",
    ),
    "no classes": (
        drop("classes_"),
        "classes_ of ProgressiveClassifier is missing or not of type ndarray",
    ),
    "one class": (
        change_array("classes_", lambda points: points[:1]),
        "the classes have the shape (1,)",
    ),
    "fingerprints": (
        put("row_fingerprints_", {"array": W}),
        "row_fingerprints_ have the type float32, not uint64",
    ),
    "names": (put("feature_names_in_", {"objects": ["a"]}), "there are 1 names for 6 features"),
    "order of sources": (
        lambda d, a: state(d)["sources_"].reverse(),
        "the network does not read the layers of the sources",
    ),
    "history": (
        lambda d, a: pairs(state(d)["network_state"])["history"].__setitem__(1, [1, 2]),
        "the history is not a list of dicts",
    ),
    "not fitted": (drop("network_state"), "This ProgressiveClassifier instance is not fitted"),
    "features": (put("n_features_in_", 10**12), "satisfy 1 <= n_features_in_ <= 1000000; got"),
    "digest of sources": (
        put("source_digest_", {"dict": [["speaker", "0" * 64], ["gender", "0" * 64]]}),
        "source_digest_ does not match the sources",
    ),
    "digest of one source": (
        lambda d, a: pairs(state(d)["source_digest_"])["gender"].__setitem__(1, "0" * 64),
        "source_digest_ does not match the sources",
    ),
    "names that are equal": (
        put("feature_names_in_", {"objects": list("abcdea")}),
        "two features have the same name",
    ),
    "scale of other features": (
        put("training_mean_", {"array": W}),
        "training_mean_ has the shape and type ((5, 6), dtype('float32')), not ((6,), dtype('flo",
    ),
    "number of rows": (put("n_samples_seen_", 0), "n_samples_seen_ must satisfy 1 <= n_samples"),
    "weights of another shape": (
        change_array(W, lambda w: np.ascontiguousarray(w[:, :-1])),
        f"the weights '{W.removeprefix('network_state.weights.')}' are ((5, 5), 'float32'), while",
    ),
    "weights of another type": (
        change_array(W, lambda w: w.astype(np.float64)),
        "are ((5, 6), 'float64'), while the architecture needs ((5, 6), 'float32')",
    ),
    "huge layers": (
        put_config("hidden_layer_sizes", {"tuple": [10**9, 10**9]}),
        "while the architecture needs ((1000000000, 6), 'float32')",
    ),
    "more classes": (put_config("n_classes", 4), "n_classes must satisfy 3 <= n_classes <= 3"),
    "sources of other sizes": (
        put_config("source_sizes", {"tuple": [{"tuple": [5]}, {"tuple": [3]}]}),
        "the weights 'laterals.0.0.weight' are",
    ),
    "type": (put_config("dtype", "load"), "dtype must be one of 'float32', 'float64'"),
    "activation": (put_config("activation", "exec"), "do not fit together (KeyError)"),
    "RandomState": (
        put("random_state", {"RandomState": {"tuple": ["MT19937", [0] * 624, 10**9, 0, 0.0]}}),
        "the position of a RandomState is not between 0 and 624",
    ),
    "no code points": (
        change_array("classes_", lambda points: points + np.uint32(2**31)),
        "the array 'classes_' holds no text",
    ),
    "scalar": (put("lr", {"scalar": ["system", 1]}), "do not fit together (KeyError)"),
}


@pytest.mark.parametrize(("change", "reason"), FORGERIES.values(), ids=FORGERIES)
def test_a_forged_file_is_refused(change, reason, originals):
    parts_of_models, path = originals
    document, arrays = copy.deepcopy(parts_of_models["progressive, two sources"])
    change(document, arrays)
    forge(path, document, arrays)
    assert reason in refusal_of(path)


def test_a_parameter_that_the_file_lacks_gets_its_default(originals):
    parts_of_models, path = originals
    document, arrays = copy.deepcopy(parts_of_models["fine-tuned"])
    drop("lr")(document, arrays)
    forge(path, document, arrays)
    assert load_model(path).lr == DNNClassifier().lr


def test_a_version_of_scikit_learn_with_terminal_codes_is_refused(originals):
    parts_of_models, path = originals
    document, arrays = copy.deepcopy(parts_of_models["pipeline of a table"])
    pairs_of_steps = state(document)["steps"]
    scaler = pairs_of_steps[0]["tuple"][1]["estimator"][1]
    scaler["_sklearn_version"] = "\x1b[31m"
    forge(path, document, arrays)
    assert "the version of scikit-learn is not a version" in refusal_of(path)


def test_a_model_of_a_missing_device_is_loaded_on_the_cpu(originals):
    parts_of_models, path = originals
    document, arrays = copy.deepcopy(parts_of_models["fine-tuned"])
    put("device", "cuda")(document, arrays)
    forge(path, document, arrays)
    model = load_model(path)
    assert model.device == "cuda"
    assert torch.cuda.is_available() == (model.net_.device != "cpu")


def nodes(value):
    """Yield every list or dict in JSON with each key in it."""
    if isinstance(value, (list, dict)):
        for key in range(len(value)) if isinstance(value, list) else list(value):
            yield value, key
            yield from nodes(value[key])


NUMBERS = [None, True, -1, 0, 3, 10**9, 10**400, 0.5, 1e308]
OTHERS = ["", "x", "adam", "cuda:7", [], {}, {"tuple": []}, {"dict": [[[], 1]]}, {"float": "inf"}]
KINDS = {"array": "classes_", "estimator": ["StandardScaler", {}], "scalar": ["int8", 300]}
LEAVES = [*NUMBERS, *OTHERS, *({kind: content} for kind, content in KINDS.items())]


@given(st.data())
def test_a_forged_document_is_refused_or_gives_a_working_model(originals, data):
    parts_of_models, path = originals
    document, arrays = copy.deepcopy(
        parts_of_models[data.draw(st.sampled_from(sorted(parts_of_models)))]
    )
    places = list(nodes(document["model"]))
    holder, key = places[data.draw(st.integers(0, len(places) - 1))]
    if data.draw(st.booleans()):
        holder[key] = data.draw(st.sampled_from(LEAVES))
    else:
        del holder[key]
    forge(path, document, arrays)
    model = loaded_or_refused(path)
    if model is not None:
        model.predict(rows_for(model))


# Other ways to store a model


@pytest.mark.parametrize("make", ["DNN", "progressive, two sources", "fine-tuned", "pipeline"])
def test_pickle_and_joblib_restore_the_same_model(make, path):
    model = MODELS[make]()
    assert_same_model(pickle.loads(pickle.dumps(model)), model)
    joblib.dump(model, path)
    assert_same_model(joblib.load(path), model)


@pytest.mark.parametrize("make", ["DNN", "progressive, two sources", "fine-tuned", "pipeline"])
def test_skops_restores_the_same_model(make):
    skops = pytest.importorskip("skops.io")
    model = MODELS[make]()
    content = skops.dumps(model)
    unknown = skops.get_untrusted_types(data=content)
    assert_same_model(skops.loads(content, trusted=unknown), model)
    assert all(name.startswith(("skprognet.", "sklearn.")) for name in unknown)


def test_the_error_names_the_type_of_an_array_that_cannot_be_stored(tmp_path):
    days = np.array(["2020-01-01", "2021-01-01"], dtype="M8[D]")
    clf = DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1).fit(X, days[np.arange(60) % 2])
    with pytest.raises(TypeError, match=r"got an array of datetime64\[D\] in 'classes_'"):
        save_model(clf, tmp_path / "model")


def test_an_array_keeps_its_order_in_memory(path):
    model, matrix = dnn(), np.asfortranarray(np.arange(6.0).reshape(2, 3))
    model.net_.history[-1]["note"] = {"matrix": matrix}
    stored = saved_and_loaded(model, path).net_.history[-1]["note"]["matrix"]
    np.testing.assert_array_equal(stored, matrix)
    assert stored.flags.f_contiguous
    assert not stored.flags.c_contiguous
