"""The GE2E encoder: its input, checked against librosa, and its layers, against plain torch."""

import os
import pickle
import sys
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from skprognet.features import (
    FeatureOrigin,
    JoinedFeatures,
    OpenSmileFeatures,
    SpeechModelFeatures,
)
from skprognet.features.speech_models._ge2e import cut_windows
from skprognet.features.speech_models._mel_energies import mel_energies
from skprognet.networks import limit_threads

HERE = Path(__file__).parent
LAYERS = ["layer1", "layer2", "layer3", "embedding"]


@pytest.fixture(scope="module")
def weights():
    """Give the path of the weights in the wheel of resemblyzer."""
    try:
        return next(file.locate() for file in files("resemblyzer") if file.suffix == ".pt")
    except (PackageNotFoundError, StopIteration):
        pytest.skip("needs the weights: pip install --no-deps resemblyzer==0.1.4")


def sweep(seconds=2.0):
    """Return the sum of a rising tone and a steady tone."""
    time = np.arange(int(seconds * 16_000)) / 16_000
    rising = 0.3 * np.sin(2 * np.pi * (100 * time + 950 * time**2))
    return rising + 0.05 * np.sin(2 * np.pi * 440 * time)


def rounded(signal):
    """Return the values that a file of 16 bits has."""
    return (np.round(signal * 32768) / 32768).astype(np.float32)


def extract(signal, **params):
    """Return one row of features of a signal."""
    return SpeechModelFeatures("ge2e", **params).fit_transform([(signal, 16_000)]).iloc[0]


def run_plainly(windows, path):
    """Return the layers of windows of mel energies, from torch's own LSTM of several layers."""
    state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
    x, layers = torch.from_numpy(np.stack(windows)), {}
    with limit_threads(1), torch.inference_mode():
        for n_layers in (1, 2, 3):
            lstm = torch.nn.LSTM(40, 256, n_layers, batch_first=True)
            lstm.load_state_dict({k: state[f"lstm.{k}"] for k in lstm.state_dict()})
            frames, (last, _) = lstm(x)
            layers[f"layer{n_layers}"] = frames.reshape(-1, 256).numpy()
        raw = torch.relu(last[-1] @ state["linear.weight"].T + state["linear.bias"]).numpy()
    return {**layers, "embedding": raw / np.linalg.norm(raw, axis=1, keepdims=True)}


def test_mel_energies_agree_with_librosa():
    stored = np.loadtxt(HERE / "mel_energies.csv", delimiter=",")
    energies = mel_energies(np.pad(sweep(), 200))  # librosa centres its first frame at 0
    assert energies.shape == (201, 40)
    expected = stored[:, 1:]
    # librosa computes in float32, so that small energies beside large ones lose digits.
    np.testing.assert_allclose(
        energies[stored[:, 0].astype(int)], expected, rtol=2e-4, atol=1e-6 * expected.max()
    )


@pytest.mark.parametrize(
    ("seconds", "starts"),
    [
        (0.5, [0]),  # filled up with zeros
        (1.6, [0]),  # the second one would be half empty
        (2.5, [0, 77]),  # and the third one here
        (2.9, [0, 77, 154]),
    ],
)
def test_layers_agree_with_plain_torch(seconds, starts, weights):
    signal = rounded(sweep(seconds))
    energies = mel_energies(np.pad(signal, (200, 16_000 * 2)))
    windows = [energies[start : start + 160] for start in starts]
    expected = run_plainly(windows, weights)
    row = extract(signal, layers=LAYERS)
    assert len(row) == 2 * 4 * 256
    for layer in LAYERS:
        for pooling, reduce in {"mean": np.mean, "std": np.std}.items():
            values = row.filter(like=f"ge2e.{layer}.{pooling}.")
            assert list(values.index[[0, -1]]) == [
                f"ge2e.{layer}.{pooling}.000",
                f"ge2e.{layer}.{pooling}.255",
            ]
            np.testing.assert_allclose(values, reduce(expected[layer], axis=0), atol=1e-6)


def test_quiet_signals_are_raised_and_loud_ones_are_not():
    """Below -30 dB of full scale the level does not count."""
    quiet, params = rounded(sweep(1.6) / 40), {"layers": "layer1", "weights": "random"}
    assert np.sqrt(np.mean((2 * quiet) ** 2)) < 10 ** (-30 / 20)
    once, twice, louder = (extract(n * quiet, **params) for n in (1, 2, 20))
    np.testing.assert_allclose(once, twice, atol=1e-6)
    assert not np.allclose(once, louder, atol=1e-2)


def test_batch_size_changes_only_the_last_digits(weights):
    signal = sweep(5.0)
    rows = [extract(signal, batch_size=n) for n in (1, 2, 8)]
    np.testing.assert_allclose(rows[0], rows[1], atol=2e-6)
    np.testing.assert_allclose(rows[0], rows[2], atol=2e-6)


def test_hidden_layers_are_the_default(weights):
    assert set(extract(sweep()).index.str.split(".").str[1]) == {"layer1", "layer2", "layer3"}
    layer2 = extract(sweep(), layers="layer2", pooling="std")
    assert len(layer2) == 256
    # If fewer layers are computed, their numbers stay the same.
    pd.testing.assert_series_equal(layer2, extract(sweep())[layer2.index])


def test_random_weights_repeat_and_differ_from_trained_ones(weights):
    random = extract(sweep(), weights="random")
    pd.testing.assert_series_equal(random, extract(sweep(), weights="random"))
    assert random.index[0] == "ge2e-random.layer1.mean.000"
    assert (random.to_numpy() != extract(sweep()).to_numpy()).all()
    assert random.filter(like="layer3.mean").std() > 1e-3  # its units differ


def test_global_settings_of_torch_change_nothing():
    """Autocast, a default device and the state of torch's generator do not matter."""
    expected = extract(sweep(), weights="random")
    before = torch.get_rng_state()
    with torch.autocast("cpu"), torch.device("meta"), torch.no_grad():
        features = extract(sweep(), weights="random")
    pd.testing.assert_series_equal(features, expected, check_exact=True)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_origin_finds_the_weights_in_a_file_or_its_folder(weights, tmp_path):
    copy = tmp_path / "pretrained.pt"
    copy.write_bytes(Path(weights).read_bytes())
    origin = FeatureOrigin.of_extractor(SpeechModelFeatures("ge2e", weights=copy))
    for place in (copy, tmp_path):
        extractor = origin.make_extractor(speech_models={"ge2e": place})
        assert extractor.load().sha256 in origin.extractor
    with pytest.raises(ValueError, match="speech model 'ge2e', which cannot be loaded here"):
        origin.make_extractor(speech_models={"ge2e": tmp_path / "other.pt"})


def test_path_of_the_weights_may_be_passed(weights, tmp_path):
    copy = tmp_path / "copy.pt"
    copy.write_bytes(Path(weights).read_bytes())
    pd.testing.assert_series_equal(extract(sweep(), weights=copy), extract(sweep()))


class Evil:
    def __reduce__(self):
        return os.mkdir, (str(HERE / "a pickle was run"),)


def test_other_weights_are_refused_before_they_are_read(tmp_path):
    path = tmp_path / "pretrained.pt"
    path.write_bytes(pickle.dumps(Evil()))
    sentence = (
        r"^The weights of 'ge2e' must be the file of SHA-256 39373b\w+; '.*' has \w{64}\. Take"
    )
    with pytest.raises(ValueError, match=sentence):
        extract(sweep(), weights=path)
    assert not (HERE / "a pickle was run").exists()


def test_missing_file_and_wrong_type_of_weights_are_refused(tmp_path):
    sentence = r"^weights must be None for .*, or the path of a file with them; there is no file '"
    with pytest.raises(FileNotFoundError, match=sentence):
        extract(sweep(), weights=tmp_path)
    with pytest.raises(TypeError, match=r"^weights must be None, 'random' or a path; got 3\.$"):
        extract(sweep(), weights=3)


def test_error_without_installed_weights_says_how_to_install_them(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("skprognet.features.speech_models._ge2e.files", missing)
    sentence = r"not installed; run: pip install --no-deps resemblyzer==0\.1\.4 \(or pass weights="
    with pytest.raises(ImportError, match=sentence):
        extract(sweep())


def test_signals_that_are_too_short_or_zero_are_reported():
    ge2e = SpeechModelFeatures("ge2e", weights="random", on_error="nan")
    with pytest.warns(UserWarning, match="cannot be used"):
        ge2e.fit_transform([(sweep()[:399], 16_000), (np.zeros(16_000), 16_000)])
    assert ge2e.errors_["reason"].tolist() == [
        "is too short for ge2e-random (24.94 ms), which needs 25 ms",
        "holds only zeros, so a speech model has nothing to read",
    ]
    joined = JoinedFeatures([OpenSmileFeatures(), ge2e], on_error="nan")
    assert joined.software == "openSMILE and ge2e-random"
    with pytest.warns(
        UserWarning, match=r"too short for ge2e-random \(24\.94 ms\), which needs 25 ms"
    ):
        joined.fit_transform([(sweep()[:399], 16_000)])
    assert extract(sweep()[:399], weights="random", on_short="nan").isna().all()
    assert extract(sweep()[:400], weights="random").notna().all()


def test_neither_resemblyzer_nor_librosa_is_imported(weights):
    extract(sweep())
    assert not {"resemblyzer", "librosa"} & set(sys.modules)


def test_recordings_of_emodb_give_the_stored_numbers(weights, corpora):
    """This class computed these numbers once. They agreed with Resemblyzer's own to 2e-7."""
    stored = pd.read_csv(HERE / "ge2e_emodb.csv", index_col="file", comment="#")
    paths = [corpora / "emodb" / "wav" / name for name in stored.index]
    X = SpeechModelFeatures("ge2e", layers=LAYERS).fit_transform(paths)
    np.testing.assert_allclose(X[list(stored)], stored, atol=1e-4)


@pytest.mark.parametrize(("n_samples", "n_windows"), [(43_839, 2), (43_840, 3)])
def test_last_window_is_kept_from_three_quarters_on(n_samples, n_windows):
    assert len(cut_windows(np.ones(n_samples))[0]) == n_windows
