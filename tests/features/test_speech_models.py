"""Layers of speech models as columns: pooling, own modules, cache, processes, errors."""

import pickle
import re
import time
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone

from skprognet.features import (
    JoinedFeatures,
    OpenSmileFeatures,
    SpeechModelFeatures,
    SpeechModule,
    count_cached,
)
from skprognet.features.speech_models import SpeechModel

SAMPLES = np.random.default_rng(0).integers(-9000, 9000, 16_000).astype(np.int16)
SIGNAL = (SAMPLES, 16_000)


def cut_frames(signal):
    """Return frames of 400 samples, as a module for frames takes them."""
    return signal[: len(signal) // 400 * 400].reshape(1, -1, 400)


def make_module(seed=0):
    """Return a network that takes frames of 400 samples."""
    torch.manual_seed(seed)
    recurrent = torch.nn.LSTM(6, 4, batch_first=True)
    return torch.nn.Sequential(torch.nn.Linear(400, 6), torch.nn.Tanh(), recurrent)


def make_model(module=None, layers=("1", "2"), name="mine", **params):
    module = make_module() if module is None else module
    return SpeechModule(module, layers, name, prepare=cut_frames, **params)


class Windows(SpeechModel):
    """A model that yields three windows of different length, whose mean is large."""

    name, layer_widths, sha256 = "windows", {"a": 3, "b": 1001}, "0" * 64
    frames = {
        "a": np.random.default_rng(1).normal(1e4, 1, (70, 3)).astype(np.float32),
        "b": np.random.default_rng(2).normal(0, 1, (70, 1001)).astype(np.float32),
    }

    def windows(self, signal, layers):
        for rows in (slice(40), slice(40, 41), slice(41, None)):
            yield {layer: self.frames[layer][rows] for layer in layers}


def test_pooling_over_windows_equals_pooling_over_all_frames():
    X = SpeechModelFeatures(Windows()).fit_transform([SIGNAL])
    for layer, frames in Windows.frames.items():
        for pooling, reduce in {"mean": np.mean, "std": np.std}.items():
            values = X.filter(regex=f"^windows.{layer}.{pooling}").to_numpy()[0]
            np.testing.assert_allclose(values, reduce(frames.astype(float), axis=0), rtol=1e-6)
    assert list(X)[:2] == ["windows.a.mean.000", "windows.a.mean.001"]
    assert list(X)[-1] == "windows.b.std.1000"
    assert "windows.b.std.0017" in X  # so that names sort as numbers do


def test_layers_equal_the_outputs_of_the_module_itself():
    module = make_module()
    X = SpeechModelFeatures(make_model(module)).fit_transform([SIGNAL]).iloc[0]
    with torch.inference_mode():
        tanh = module[:2](torch.from_numpy(cut_frames(SAMPLES / np.float32(32768))))
        frames = {"1": tanh[0].numpy(), "2": module[2](tanh)[0][0].numpy()}
    for layer, values in frames.items():
        means, stds = (X.filter(regex=rf"^mine\.{layer}\.{p}\.") for p in ("mean", "std"))
        np.testing.assert_allclose(means, values.mean(axis=0), atol=1e-6)
        np.testing.assert_allclose(stds, values.std(axis=0), atol=1e-6)


def test_time_may_be_the_last_axis():
    torch.manual_seed(0)
    conv = torch.nn.Sequential(torch.nn.Conv1d(1, 5, 400, 160), torch.nn.ReLU(inplace=True))
    model = SpeechModule(
        conv, {"first": "0"}, "conv", prepare=lambda s: s.reshape(1, 1, -1), time_axis=2
    )
    X = SpeechModelFeatures(model, pooling="mean").fit_transform([SIGNAL])
    with torch.inference_mode():  # before the ReLU that works in place
        signal = torch.from_numpy(SAMPLES / np.float32(32768))
        expected = conv[0](signal[None, None])[0].mean(dim=1)
    np.testing.assert_allclose(X.to_numpy()[0], expected, atol=1e-6)
    assert X.columns[0] == "conv.first.mean.000"


def test_users_module_is_unchanged_and_clones_share_its_copy():
    module = make_module().train()
    before = pickle.dumps(module.state_dict())
    model = make_model(module)
    features = SpeechModelFeatures(model)
    expected = features.fit_transform([SIGNAL])
    assert module.training
    assert all(parameter.requires_grad for parameter in module.parameters())
    assert not any(part._forward_hooks for part in module.modules())
    assert pickle.dumps(module.state_dict()) == before
    with torch.no_grad():
        module[0].weight.zero_()
    pd.testing.assert_frame_equal(features.fit_transform([SIGNAL]), expected)
    assert clone(features).model is model


def test_processes_give_the_same_bits_and_leave_no_file(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    model = SpeechModule(make_module(), ["0"], "mine", prepare=lambda s: cut_frames(s))
    signals = [SIGNAL, (SAMPLES[:8000], 16_000)]
    alone, together = (
        SpeechModelFeatures(model, n_jobs=n_jobs).fit_transform(signals) for n_jobs in (1, 2)
    )
    pd.testing.assert_frame_equal(alone, together, check_exact=True)
    assert not list(tmp_path.rglob("skprognet-model-*"))


class SlowToPickle:
    def __call__(self, signal):
        return cut_frames(signal)

    def __reduce__(self):
        time.sleep(0.1)
        return SlowToPickle, ()


def test_threads_write_a_model_to_disk_only_once(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    model = SpeechModule(make_module(), ["0"], "mine", prepare=SlowToPickle())
    compute = SpeechModelFeatures(model).feature_function().compute
    copies = joblib.Parallel(4, "threading")(
        joblib.delayed(pickle.dumps)(compute) for _ in range(8)
    )
    assert len(list(tmp_path.iterdir())) == 1
    assert len({len(copy) for copy in copies}) == 1  # a path, and no network
    del compute
    assert not list(tmp_path.iterdir())


def test_model_that_cannot_be_pickled_leaves_no_file(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    model = SpeechModule(
        make_module(), ["0"], "mine", prepare=lambda s, g=generator: cut_frames(s)
    )
    compute = SpeechModelFeatures(model).feature_function().compute
    with pytest.raises(TypeError, match="generator"):
        pickle.dumps(compute)
    assert not list(tmp_path.iterdir())


def test_threads_do_not_mix_their_signals():
    features = SpeechModelFeatures(make_model())
    signals = [(SAMPLES[800 * k :], 16_000) for k in range(8)]
    alone = features.fit_transform(signals)
    with joblib.parallel_config("threading", n_jobs=4):
        pd.testing.assert_frame_equal(features.fit_transform(signals), alone, check_exact=True)


def test_cache_key_has_weights_version_pooling_and_architecture(tmp_path):
    def extract(model, **params):
        features = SpeechModelFeatures(model, cache=tmp_path, **params)
        return features.fit_transform([SIGNAL]), count_cached(tmp_path)

    first, n_rows = extract(make_model())
    assert n_rows == 1
    repeated, n_rows = extract(make_model())
    assert n_rows == 1
    pd.testing.assert_frame_equal(first, repeated, check_exact=True)
    of_other_weights, n_rows = extract(make_model(make_module(seed=1)))
    assert n_rows == 2
    assert (first.to_numpy() != of_other_weights.to_numpy()).all()
    assert extract(make_model(version=2))[1] == 3
    assert extract(make_model(), pooling="mean")[1] == 4
    linear = torch.nn.Sequential(*make_module()[:1], torch.nn.Sigmoid(), *make_module()[2:])
    assert extract(make_model(linear))[1] == 5  # the same weights with another activation


def test_features_of_several_extractors_are_joined_side_by_side(voices):
    extractors = [OpenSmileFeatures(), SpeechModelFeatures(make_model())]
    features = JoinedFeatures(extractors).fit_transform(voices)
    expected = pd.concat([extractor.fit_transform(voices) for extractor in extractors], axis=1)
    pd.testing.assert_frame_equal(features, expected, check_exact=True)
    joined = JoinedFeatures(extractors, on_error="skip")
    with pytest.warns(UserWarning, match="2 of 3 cannot be used"):
        rows = joined.fit_transform([voices[0], "gone.wav", Path(__file__)])
    assert list(rows.index) == [voices[0]]
    assert len(joined.errors_) == 2


class OddModule(torch.nn.Module):
    """A module that gives what `function` returns, instead of numbers for each frame."""

    def __init__(self, function):
        super().__init__()
        self.layer, self.function = torch.nn.Identity(), function

    def forward(self, x):
        return self.layer(self.function(x))


generator = (x for x in range(3))  # nothing can copy it


def nan_if_loud(x):
    return torch.full((2, 3), torch.nan if x.abs().max() > 0.9 else 0.5)


def test_recordings_that_a_module_cannot_process_are_reported():
    loud = SAMPLES.copy()
    loud[0] = 32767
    features = SpeechModelFeatures(
        SpeechModule(OddModule(nan_if_loud), ["layer"], "odd"), on_error="nan"
    )
    with pytest.warns(UserWarning, match="cannot be used"):
        features.fit_transform([(loud, 16_000)])
    sentence = "gives layer 'layer' of 'odd' values that are not finite"
    assert features.errors_["reason"].tolist() == [sentence]
    features = SpeechModelFeatures(make_model(), on_error="nan")
    with pytest.warns(UserWarning, match="cannot be used"):
        features.fit_transform([(SAMPLES[:300], 16_000)])
    (reason,) = features.errors_["reason"]
    assert re.match(r"stops the module 'mine' \(\w+: .+\)$", reason)


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (lambda x: torch.rand(2, 3), r"layer 'layer' gave others the second time"),
        (
            lambda x: x.reshape(2, 2, -1),
            r"it gives layer 'layer' of 'odd' the shape \(2, 2, 4000\)",
        ),
        (lambda x: x[:, :5] @ x, r"it stops the module 'odd' \(RuntimeError: .*\)\.$"),
        (lambda x: [x], r"it gives layer 'layer' of 'odd' 1 outputs, or no tensor"),
    ],
)
def test_unusable_modules_are_refused(function, sentence):
    with pytest.raises(ValueError, match=sentence):
        SpeechModule(OddModule(function), ["layer"], "odd")


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"layers": ["linear"]}, r"^layers must be submodules of Sequential, such as '0', '1', "
         r"'2'; got 'linear'\.$"),
        ({"layers": ["1", "1"]}, r"^layers must name each submodule once; got '1' twice\. Lea"),
        ({"layers": {"a": "1", "b": "1"}}, r"^layers must name each submodule once; got '1' tw"),
        ({"layers": []}, r"^layers must name at least one submodule; got none\. Add"),
        ({"layers": {"a.b": "1"}}, r"^Names of layers must be letters, .*; got 'a\.b'\. Ren"),
        ({"name": "my model"}, r"^name must be letters, digits, .*; got 'my model'\.$"),
        ({"sampling_rate": 16e3}, r"^sampling_rate must be a whole number of Hz; got 16000\.0\.$"),
        ({"time_axis": 0}, r"^time_axis must be 1 or 2; got 0\.$"),
    ],
)  # fmt: skip
def test_wrong_parameters_of_a_module_are_refused(params, sentence):
    with pytest.raises(ValueError, match=sentence):
        make_model(**params)


def test_wrong_types_of_parameters_of_a_module_are_refused():
    with pytest.raises(TypeError, match=r"^module must be a torch\.nn\.Module; got function\."):
        make_model(cut_frames)
    with pytest.raises(TypeError, match=r"^layers must be names of submodules; got 2\. Pass"):
        make_model(layers=2)
    with pytest.raises(
        TypeError, match=r"^prepare must be a function of a signal, or None; got 3"
    ):
        SpeechModule(make_module(), ["0"], "mine", prepare=3)
    with pytest.raises(ValueError, match=r"^module must be one that copy\.deepcopy can copy"):
        SpeechModule(OddModule(generator), ["layer"], "odd")


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"layers": "layr1"}, r"^layers \(--speech-layers\) must be among 'layer1', 'layer2', "
         r"'layer3', 'embedding' of 'ge2e-random'; got 'layr1'\. The nearest is 'layer1'\.$"),
        ({"layers": []}, r"^layers \(--speech-layers\) must be among .*; got none\.$"),
        ({"layers": ["layer1", "layer1"]}, r"^layers .* must have each name once; "),
        ({"pooling": "median"}, r"^pooling \(--speech-pooling\) must be among 'mean', 'std'; "
         r"got 'median'\. The "),
        ({"sampling_rate": 8000}, r"^sampling_rate must be 16000 Hz for the speech model "
        r"'ge2e-random'; got 8000\.$"),
        ({"device": "cudda"}, r"^device must be one on which torch can compute here, .* 'cudda' "),
        ({"batch_size": 0}, r"^batch_size must satisfy 1 <= batch_size; got 0\.$"),
        ({"model": "ge3e"}, r"^model must be 'ge2e', .*; got 'ge3e'"),
        ({"model": make_model()}, r"^weights must be None for a SpeechModule, .*'random'\.$"),
    ],
)  # fmt: skip
def test_wrong_parameters_of_the_extractor_are_refused(params, sentence):
    with pytest.raises(ValueError, match=sentence):
        SpeechModelFeatures(**{"model": "ge2e", "weights": "random", **params}).transform([SIGNAL])


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"model": 3}, r"^model must be 'ge2e', .*; got 3\.$"),
        ({"batch_size": 1.5}, r"^batch_size must be an integer; got 1\.5\.$"),
        ({"download": "yes"}, r"^download must be True or False"),
    ],
)
def test_wrong_types_of_parameters_of_the_extractor_are_refused(params, sentence):
    with pytest.raises(TypeError, match=sentence):
        SpeechModelFeatures(**{"model": "ge2e", **params}).transform([SIGNAL])


def test_extractors_that_cannot_be_joined_are_refused():
    control = SpeechModelFeatures(make_model())
    with pytest.raises(
        ValueError, match=r"different names; got 'mine\.1\.mean\.000', .* and 15 more"
    ):
        JoinedFeatures([control, control]).transform([SIGNAL])
    with pytest.raises(
        ValueError, match=r"have sampling_rate=16000; got 8000 of OpenSmileFeatures\."
    ):
        JoinedFeatures([control, OpenSmileFeatures(sampling_rate=8000)]).transform([SIGNAL])
    with pytest.raises(
        TypeError, match=r"must be a list of FeatureExtractor; got 'ge2e' in it\.$"
    ):
        JoinedFeatures([control, "ge2e"]).transform([SIGNAL])
    with pytest.raises(ValueError, match=r"must hold at least one extractor; got none\.$"):
        JoinedFeatures([]).transform([SIGNAL])


def test_a_dot_in_the_name_of_a_submodule_becomes_an_underscore():
    nested = torch.nn.Sequential(torch.nn.Sequential(torch.nn.Linear(400, 6)))
    assert make_model(nested, ["0.0"]).layer_widths == {"0_0": 6}


def test_the_cache_of_joined_features_notices_other_weights(tmp_path):
    rows, counts = [], []
    for seed in (0, 0, 1):
        part = SpeechModelFeatures(make_model(make_module(seed)))
        rows.append(JoinedFeatures([part], cache=tmp_path).fit_transform([SIGNAL]).to_numpy())
        counts.append(count_cached(tmp_path))
    assert counts == [1, 1, 2]
    assert (rows[0] == rows[1]).all()
    assert (rows[0] != rows[2]).any()
