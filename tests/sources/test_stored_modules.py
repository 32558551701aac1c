"""Tests of stored models with a torch module: the file has its weights, the user its code."""

import hashlib
import json
import re

import numpy as np
import pandas as pd
import pytest
import torch
from click.testing import CliRunner
from safetensors import safe_open
from safetensors.numpy import save
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.cli import main
from skprognet.displays import NetworkDisplay
from skprognet.networks import limit_threads
from skprognet.persistence import (
    describe_model,
    describe_network,
    load_model,
    read_model_info,
    save_model,
)
from skprognet.sources import TorchSource

SMALL = {"hidden_layer_sizes": (5, 4), "max_epochs": 2, "random_state": 0}
NAMES = [f"f{k}" for k in range(8)]
RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(60, 8)), columns=NAMES)
EMOTION = np.array(["angry", "happy", "sad"])[np.arange(60) % 3]
GENDER = np.array(["female", "male"])[RNG.integers(2, size=60)]


@pytest.fixture(autouse=True)
def _on_one_thread():
    with torch.random.fork_rng(), limit_threads(1):
        torch.manual_seed(0)
        yield


class OverTime(nn.Module):
    """Reads its features as steps of two."""

    def __init__(self, width=3, out=nn.Linear):
        super().__init__()
        self.recurrent = nn.GRU(2, width, batch_first=True)
        self.out = out(width, 2)

    def forward(self, X):
        return self.out(self.recurrent(X.reshape(len(X), -1, 2))[0][:, -1])


def stack():
    return nn.Sequential(nn.Linear(8, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 2))


def plain_stack():
    return nn.Sequential(nn.Linear(8, 6), nn.Tanh(), nn.Linear(6, 2))


def bfloat16_module():
    return OverTime().bfloat16()


def reader(make, layers, source=None, **options):
    source = source or TorchSource(make(), layers, **options)
    return ProgressiveClassifier([("net", source)], **SMALL)


MODELS = {
    "a stack": (stack, lambda: reader(stack, ["0", "2"]).fit(X, EMOTION)),
    "without names": (stack, lambda: reader(stack, ["2"]).fit(X.to_numpy(), EMOTION)),
    "over time": (
        OverTime,
        lambda: reader(OverTime, "recurrent", pooling=["std", "max"]).fit(X, EMOTION),
    ),
    "of its own columns": (
        OverTime,
        lambda: reader(OverTime, "recurrent", columns=["f7", "f2", "f3", "f0"]).fit(X, EMOTION),
    ),
    "in a type that numpy lacks": (
        bfloat16_module,
        lambda: reader(bfloat16_module, "recurrent").fit(X, EMOTION),
    ),
    "fine-tuned": (
        plain_stack,
        lambda: FineTunedClassifier([("net", TorchSource(plain_stack(), "1"))], **SMALL).fit(
            X, EMOTION
        ),
    ),
    "a chain": (
        stack,
        lambda: ProgressiveClassifier(
            [("old", reader(stack, "2").fit(X, GENDER)), ("plain", DNNClassifier(**SMALL))],
            **SMALL,
        ).fit(X, EMOTION, source_y={"plain": GENDER}),
    ),
    "a pipeline": (
        stack,
        lambda: make_pipeline(StandardScaler(), reader(stack, "2")).fit(X, EMOTION),
    ),
}


@pytest.mark.parametrize(("make", "fit"), MODELS.values(), ids=MODELS)
def test_a_stored_model_loads_unchanged(make, fit, tmp_path):
    model, path = fit(), tmp_path / "model"
    rows = X if hasattr(model, "feature_names_in_") else X.to_numpy()
    save_model(model, path)
    fresh = make()
    before = [values.clone() for values in fresh.state_dict().values()]
    loaded = load_model(path, modules={"net": fresh})
    np.testing.assert_array_equal(loaded.predict_proba(rows), model.predict_proba(rows))
    loaded_network, original_network = (
        estimator[-1] if hasattr(estimator, "steps") else estimator
        for estimator in (loaded, model)
    )
    assert loaded_network.source_digest_ == original_network.source_digest_
    description = describe_model(path, modules={"net": fresh})["model"]
    assert json.loads(json.dumps(description)) == json.loads(json.dumps(describe_network(model)))
    save_model(loaded, tmp_path / "again")
    assert read_model_info(path) == read_model_info(tmp_path / "again")
    after = fresh.state_dict().values()
    assert all(torch.equal(old, new) for old, new in zip(before, after, strict=True))
    assert fresh.training
    rows = X if hasattr(loaded_network, "feature_names_in_") else X.to_numpy()
    loaded_network.set_params(warm_start=True, max_epochs=1).fit(
        rows, EMOTION, source_y={"plain": GENDER}
    )


class WithEmptyBuffers(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(8, 6), nn.Tanh())
        self.register_buffer("cache", torch.empty(0))
        self.register_buffer("table", torch.empty(0, 3))


def test_a_module_with_empty_buffers_can_be_stored(tmp_path):
    model = ProgressiveClassifier(TorchSource(WithEmptyBuffers(), "1"), **SMALL).fit(X, EMOTION)
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model", modules={"source": WithEmptyBuffers()})
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))


def test_a_single_source_is_called_source(tmp_path):
    model = ProgressiveClassifier(TorchSource(stack(), "2"), **SMALL).fit(X, EMOTION)
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model", modules={"source": stack()})
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))


def test_two_modules_of_one_name_must_have_one_architecture(tmp_path):
    def fit(width, *older):
        net = ("net", TorchSource(nn.Sequential(nn.Linear(8, width)), "0"))
        return ProgressiveClassifier([*older, net], **SMALL).fit(X, EMOTION)

    save_model(fit(3, ("old", fit(3))), tmp_path / "model")
    message = r"^A stored model must load .* in which the model reads the torch module 'net', whi"
    with pytest.raises(ValueError, match=message):
        save_model(fit(3, ("old", fit(4))), tmp_path / "model")


def test_the_file_holds_the_weights_of_the_module(tmp_path):
    model = reader(stack, ["0", "2"]).fit(X, EMOTION)
    save_model(model, tmp_path / "model")
    with safe_open(tmp_path / "model", "np") as file:
        name = next(key for key in file.keys() if key.endswith("weights.0.weight"))  # noqa: SIM118
        np.testing.assert_array_equal(
            file.get_tensor(name), model.sources_[0][1].module[0].weight.detach()
        )


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        (
            None,
            "reads the torch module 'net' of the class OverTime, for which the file has the "
            "weights but not the code. Load it in Python with load_model(path, modules={'net': "
            "module}), where module is a new instance of this class.",
        ),
        ({"nte": OverTime()}, "reads the torch module 'net' of the class OverTime, for which"),
        (
            {"net": OverTime(), "gender": OverTime()},
            "reads no torch module 'gender'. Pass only the modules that it reads: 'net'.",
        ),
        (
            {"net": OverTime(4)},
            "reads the torch module 'net', which modules['net'] cannot replace. module must "
            "have the same parts and tensor shapes as the stored OverTime; got differences in "
            "recurrent (then GRU(",
        ),
        (
            {"net": OverTime().double()},
            "got differences in recurrent.weight_ih_l0 (then ['float32', ",
        ),
        ({"net": OverTime(4)}, "(then ['float32', 9, 2], now ['float32', 12, 2])"),
        ({"net": OverTime(out=nn.LazyLinear)}, "['net'] cannot replace. module must be fi"),
        (
            {"net": stack()},
            "differences in class (then OverTime, now Sequential); recurrent (then ",
        ),
        (
            {"net": OverTime},
            "which modules['net'] cannot replace. module must be a torch.nn.Module; ",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
def test_a_missing_or_different_module_is_an_error_that_says_what_to_do(
    tmp_path, modules, message
):
    path = tmp_path / "model"
    save_model(reader(OverTime, "recurrent").fit(X, EMOTION), path)
    with pytest.raises(ValueError, match=r"^The model in '.*' reads ") as caught:
        load_model(path, modules=modules)
    assert message in str(caught.value)
    with pytest.raises(TypeError, match=r"^modules must be a dict with the torch module of each"):
        load_model(path, modules=[OverTime()])
    assert read_model_info(path)["format_version"] == 1


@pytest.mark.parametrize(
    ("stored", "passed"),
    [
        (nn.LeakyReLU(0.01), nn.LeakyReLU(0.9)),
        (nn.Hardtanh(-1, 1), nn.Hardtanh(-2, 2)),
        (nn.LayerNorm(4, eps=1e-5), nn.LayerNorm(4, eps=1.0)),
        (nn.BatchNorm1d(4, eps=1e-5), nn.BatchNorm1d(4, eps=1.0)),
    ],
    ids=lambda part: type(part).__name__,
)
def test_a_module_with_equal_weights_but_other_settings_is_refused(stored, passed, tmp_path):
    """Weights and shapes agree, but the two modules compute different results."""

    def network(part):
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(X.shape[1], 4), part)

    sources = [TorchSource(network(part), ["1"]) for part in (stored, passed)]
    assert sources[0].digest() != sources[1].digest()
    model = ProgressiveClassifier(sources[0], hidden_layer_sizes=(4,), max_epochs=1)
    save_model(model.fit(X, EMOTION), tmp_path / "model")
    with pytest.raises(ValueError, match=rf"differences in 1 \(then {type(stored).__name__}\("):
        load_model(tmp_path / "model", modules={"source": network(passed)})


def net_state(document):
    """Return the stored state of the source."""
    return document["model"]["estimator"][1]["sources_"][0]["tuple"][1]["source"][1]


def first_weight(arrays):
    return next(array for name, array in arrays.items() if name.endswith("weights.0.weight"))


FORGERIES = {
    "layers": (
        lambda d, a: net_state(d).update(layers=["9"]),
        "layers must name submodules of the",
    ),
    "other layers": (
        lambda d, a: net_state(d).update(layers=["1"]),
        "source_digest_ does not match",
    ),
    "no text": (lambda d, a: net_state(d).update(layers=3), "the parts do not fit together"),
    "columns": (lambda d, a: net_state(d).update(columns=["f1"]), "source_digest_ does not match"),
    "more state": (lambda d, a: net_state(d).update(hidden=1), "are not those of its module"),
    "a long row": (lambda d, a: net_state(d).update(n_features=10**9), "n_features <= 1000000"),
    "a row": (lambda d, a: net_state(d).update(n_features=9), "are not those of its module"),
    "less state": (lambda d, a: net_state(d).pop("pooling"), "the parts do not fit together"),
    "no class": (
        lambda d, a: net_state(d).update(module=7),
        "of a TorchSource has no description",
    ),
    "other weights": (
        lambda d, a: first_weight(a).fill(0),
        "source_digest_ does not match the sources",
    ),
    "no numbers": (
        lambda d, a: first_weight(a).fill(np.nan),
        "source_digest_ does not match the sour",
    ),
}


@pytest.mark.parametrize(("change", "reason"), FORGERIES.values(), ids=FORGERIES)
def test_a_forged_file_is_refused(change, reason, tmp_path):
    path = tmp_path / "model"
    save_model(reader(stack, "2").fit(X, EMOTION), path)
    with safe_open(path, "np") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        document = json.loads(file.metadata()["skprognet"])
    change(document, arrays)
    del document["sha256"]
    names = sorted(arrays)
    described = [[name, arrays[name].dtype.name, arrays[name].shape] for name in names]
    content = [json.dumps([document, described]).encode()]
    content += [arrays[name].tobytes() for name in names]
    document["sha256"] = hashlib.sha256(b"".join(content)).hexdigest()
    path.write_bytes(save(arrays, metadata={"skprognet": json.dumps(document)}))
    with pytest.raises(ValueError, match=re.escape(reason)):
        load_model(path, modules={"net": stack()})


def test_commands_say_how_to_load_a_model_with_a_module(tmp_path):
    path = tmp_path / "model"
    save_model(reader(OverTime, "recurrent").fit(X, EMOTION), path)
    X.to_csv(tmp_path / "table.csv", index=False)
    for arguments in (["inspect", str(path)], ["predict", str(path), str(tmp_path / "table.csv")]):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code != 0
        assert "Load it in Python with load_model(path, modules={'net': module})" in result.output


def test_description_and_display_show_the_module():
    model = reader(OverTime, ["recurrent", "out"]).fit(X, EMOTION)
    description = describe_network(model)["sources"]["net"]
    assert description["class"] == "TorchSource(OverTime)"
    assert list(description["layer_names"]) == ["recurrent", "out"]
    assert description["layers"] == [(3, 2)]
    display = NetworkDisplay.from_estimator(model)
    frame = display.frame()
    net_rows = frame[(frame["name"] == "net")]
    assert net_rows["layer_name"].tolist() == ["recurrent", "out"]
    assert net_rows["units"].tolist() == [3, 2]
    assert display.classes[0] == ["TorchSource(OverTime)"]
