"""Speech models of transformers: tiny random ones, checked against the library."""

import json
import pickle
import socket
import time
from hashlib import sha256

import numpy as np
import pytest
import torch

from skprognet.features import SpeechModelFeatures

transformers = pytest.importorskip("transformers", reason="needs: pip install skprognet[speech]")

RATE = 16_000
TINY = {
    **{"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2},
    **{"intermediate_size": 32, "conv_dim": (8, 8), "conv_stride": (16, 20)},
    **{"conv_kernel": (20, 20), "num_feat_extract_layers": 2, "vocab_size": 32},
    **{"num_conv_pos_embeddings": 4, "num_conv_pos_embedding_groups": 2},
}
KINDS = ("wav2vec2", "hubert", "wavlm")


def noise(n_samples):
    """Return a signal of 16 bits, as every signal is before it reaches a model."""
    samples = 3000 * np.random.default_rng(0).standard_normal(n_samples)
    return (samples.round() / 32768).astype(np.float32)


def make_network(kind, seed=1, **changes):
    torch.manual_seed(seed)
    config = transformers.AutoConfig.for_model(kind, **TINY, **changes)
    return transformers.AutoModel.from_config(config).eval()


def save(network, folder, **preprocessing):
    transformers.utils.logging.disable_progress_bar()
    network.save_pretrained(folder)
    if preprocessing:
        (folder / "preprocessor_config.json").write_text(json.dumps(preprocessing))
    return folder


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """Give three tiny networks, each with the folder to which the library saved it."""
    folder = tmp_path_factory.mktemp("models")
    by_kind = {kind: make_network(kind) for kind in KINDS}
    return {kind: (network, save(network, folder / kind)) for kind, network in by_kind.items()}


@pytest.fixture
def folder(networks):
    return networks["wav2vec2"][1]


@pytest.fixture(scope="module")
def signal():
    return noise(4000)


@pytest.fixture
def no_network(monkeypatch):
    """Make every connection an error."""

    def refuse(*args, **kwargs):
        raise AssertionError(f"a connection was opened: {args!r:.80}")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def hidden_states(network, signal):
    """Return what the library computes, each of shape (n_frames, n_units)."""
    with torch.inference_mode():
        states = network(torch.from_numpy(signal)[None], output_hidden_states=True).hidden_states
    return [state[0].numpy().astype(float) for state in states]


def normalised(signal):
    return (signal - signal.mean()) / np.sqrt(signal.var() + 1e-7)


def row(model, signal, **options):
    return SpeechModelFeatures(model, **options).fit_transform([(signal, RATE)]).iloc[0]


@pytest.mark.parametrize("kind", KINDS)
def test_layers_are_the_hidden_states_of_the_library(networks, signal, kind, no_network):
    network, folder = networks[kind]
    features = row(folder, signal)
    states = hidden_states(network, normalised(signal))
    assert len(states) == 3
    expected = np.concatenate(
        [part for state in states for part in (state.mean(axis=0), state.std(axis=0))]
    )
    np.testing.assert_allclose(features, expected, rtol=1e-5, atol=1e-6)
    assert features.index[0] == f"{kind}.layer0.mean.000"
    assert features.index[-1] == f"{kind}.layer2.std.015"


def test_layers_can_be_chosen_by_name(folder, signal):
    features = row(folder, signal, layers=["layer2", "layer0"], pooling="mean")
    assert [name.split(".")[1] for name in features.index] == ["layer2"] * 16 + ["layer0"] * 16
    all_layers = row(folder, signal)
    np.testing.assert_array_equal(features, all_layers[features.index])
    message = r"layers \(--speech-layers\) must be among 'layer0', .* got 'layer3'"
    with pytest.raises(ValueError, match=message):
        row(folder, signal, layers="layer3")


def test_a_long_recording_is_cut_into_equal_windows(networks):
    network, folder = networks["hubert"]
    signal = noise(50 * RATE + 1)
    windows = np.array_split(normalised(signal), 3)
    assert [len(window) for window in windows] == [266_667, 266_667, 266_667]
    frames = np.concatenate([hidden_states(network, window)[1] for window in windows])
    options = {"layers": "layer1", "pooling": ["mean", "std"]}
    features = row(folder, signal, batch_size=2, **options)
    expected = np.concatenate([frames.mean(axis=0), frames.std(axis=0)])
    np.testing.assert_allclose(features, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(features, row(folder, signal, batch_size=1, **options), rtol=1e-5)


def test_a_row_does_not_depend_on_its_neighbours_or_on_the_process(folder, signal):
    signals = [(signal, RATE), (signal[:2000], RATE), (signal[:3000], RATE)]
    extractor = SpeechModelFeatures(folder)
    together = extractor.fit_transform(signals)
    compute = extractor.feature_function().compute
    elsewhere = pickle.loads(pickle.dumps(compute))
    for k, (part, rate) in enumerate(signals):
        np.testing.assert_array_equal(together.iloc[k], row(folder, part))
        np.testing.assert_array_equal(together.iloc[k], elsewhere(part, rate).astype("f4"))


@pytest.mark.parametrize(
    "preprocessing",
    [
        {"do_normalize": False, "sampling_rate": RATE},
        {"feature_extractor": {"do_normalize": False}},
    ],
)
def test_the_signal_is_normalised_as_the_model_says(networks, signal, tmp_path, preprocessing):
    network = networks["wavlm"][0]
    model = save(network, tmp_path / "as it is", **preprocessing)
    features = row(model, signal, layers="layer2", pooling="mean")
    expected = hidden_states(network, signal)[2].mean(axis=0)
    np.testing.assert_allclose(features, expected, rtol=1e-5, atol=1e-6)


def test_error_names_the_sampling_rate_of_the_model(networks, signal, tmp_path):
    model = save(networks["hubert"][0], tmp_path / "phone", sampling_rate=8_000)
    with pytest.raises(ValueError, match=r"sampling_rate must be 8000 Hz"):
        row(model, signal)
    assert len(row(model, signal, sampling_rate=8_000)) == 96


def test_random_weights_are_always_the_same(folder, signal, tmp_path):
    (tmp_path / "only.config").mkdir()
    (tmp_path / "only.config" / "config.json").write_bytes((folder / "config.json").read_bytes())
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    features = row(tmp_path / "only.config", signal, weights="random")
    row(folder, signal)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert features.index[0] == "only-config-random.layer0.mean.000"
    np.testing.assert_array_equal(features, row(folder, signal, weights="random"))
    assert not np.allclose(features, row(folder, signal))


def test_sha256_is_that_of_the_file_of_weights(folder):
    model = SpeechModelFeatures(folder).load()
    assert model.sha256 == sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def test_model_that_is_not_on_this_machine_is_refused_at_once(signal, no_network):
    start = time.perf_counter()
    with pytest.raises(ValueError, match=r"^model must be 'ge2e', a folder, or .*download=True"):
        row("nobody/no-such-model", signal)
    with pytest.raises(ValueError, match=r"got '/no/such/folder', which is not a folder"):
        row("/no/such/folder", signal)
    assert time.perf_counter() - start < 1


def test_error_for_a_failed_download_names_the_model(signal, no_network):
    message = r"^The model 'nobody/no-such-model' could not be downloaded from the hub: .*copy\.$"
    with pytest.raises(ConnectionError, match=message):
        row("nobody/no-such-model", signal, download=True)


def test_a_model_that_was_downloaded_is_found_by_its_name(
    folder, signal, tmp_path, monkeypatch, no_network
):
    stored = tmp_path / "models--lab--tiny-1.0"
    (stored / "refs").mkdir(parents=True)
    (stored / "refs" / "main").write_text("abc")
    (stored / "snapshots").mkdir()
    (stored / "snapshots" / "abc").symlink_to(folder)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    features = row("lab/tiny-1.0", signal, download=True)
    assert features.index[0] == "tiny-1-0.layer0.mean.000"
    np.testing.assert_array_equal(features, row(folder, signal))


def test_pickled_weights_are_read_as_numbers_only(networks, signal, tmp_path):
    network, folder = networks["wav2vec2"]
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "config.json").write_bytes((folder / "config.json").read_bytes())
    torch.save(network.state_dict(), pickled / "pytorch_model.bin")
    np.testing.assert_array_equal(row(pickled, signal), row(folder, signal))

    class Code:
        def __reduce__(self):
            return (tmp_path / "run").touch, ()

    torch.save({"weights": Code()}, pickled / "pytorch_model.bin")
    with pytest.raises(ValueError, match=r"must hold numbers only; .* are not loaded"):
        row(pickled, signal)
    (pickled / "pytorch_model.bin").write_bytes(pickle.dumps(Code()))
    with pytest.raises(ValueError, match=r"must hold numbers only|cannot be read"):
        row(pickled, signal)
    assert not (tmp_path / "run").exists()


def test_code_beside_a_model_is_not_run(networks, signal, tmp_path):
    model = save(networks["hubert"][0], tmp_path / "model")
    config = json.loads((model / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "code.Config", "AutoModel": "code.Model"}
    (model / "config.json").write_text(json.dumps(config))
    (model / "code.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')")
    np.testing.assert_array_equal(row(model, signal), row(networks["hubert"][1], signal))
    assert not (tmp_path / "run").exists()


def test_unusable_folders_of_models_are_refused(networks, signal, tmp_path):
    network, folder = networks["wav2vec2"]
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ValueError, match=r"has no config\.json\. Name the folder that"):
        row(empty, signal)
    (empty / "config.json").write_bytes((folder / "config.json").read_bytes())
    with pytest.raises(ValueError, match=r"has no model\.safetensors or pytorch_model\.bin"):
        row(empty, signal)
    (empty / "config.json").write_text("{")
    with pytest.raises(ValueError, match=r"must be a JSON file"):
        row(empty, signal, weights="random")
    (empty / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ValueError, match=r"must be one of hubert, .*; .* holds 'bert'"):
        row(empty, signal, weights="random")
    with pytest.raises(ValueError, match=r"must be None, .* or 'random'; got 'file\.pt'"):
        row(folder, signal, weights="file.pt")
    broken = save(network, tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ValueError, match=r"^The model in .* cannot be read: "):
        row(broken, signal)


def test_weights_that_lack_a_part_are_refused(networks, signal, tmp_path):
    from safetensors.torch import load_file, save_file

    model = save(networks["wavlm"][0], tmp_path / "model")
    weights = load_file(model / "model.safetensors")
    del weights["encoder.layers.1.attention.q_proj.weight"]
    save_file(weights, model / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match=r"must be complete; .*q_proj\.weight'"):
        row(model, signal)


def test_weights_that_are_not_finite_are_refused(signal, tmp_path):
    network = make_network("hubert")
    network.encoder.layers[0].final_layer_norm.bias.data[0] = np.nan
    model = save(network, tmp_path / "model")
    with pytest.raises(ValueError, match=r"values that are not finite"):
        row(model, signal)


def test_signal_shorter_than_one_frame_is_refused(folder, signal):
    one_frame = 20 + 19 * 16
    assert SpeechModelFeatures(folder).load().n_samples_min == one_frame
    with pytest.raises(ValueError, match=r"cannot be used"):
        row(folder, signal[: one_frame - 1])
    assert np.isfinite(row(folder, signal[:one_frame])).all()


@pytest.mark.parametrize(
    ("files", "weights"),
    [
        (["model.safetensors", "pytorch_model.bin"], "model*.safetensors*"),
        (["pytorch_model.bin"], "pytorch_model*.bin*"),
    ],
)
def test_a_download_takes_weights_of_one_form_and_no_code(
    folder, signal, monkeypatch, files, weights
):
    import huggingface_hub

    asked = []

    def snapshot(name, *, local_files_only=False, allow_patterns=None):
        # As the hub does if only some files of the repository were downloaded.
        if local_files_only and not (asked and set(allow_patterns or ["*"]) <= set(asked[0])):
            raise huggingface_hub.errors.LocalEntryNotFoundError("not here")
        if not local_files_only:
            asked.append(allow_patterns)
        return str(folder)

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot)
    present = [*files, "config.json", "modeling.py"]
    monkeypatch.setattr("huggingface_hub.HfApi.list_repo_files", lambda api, name: present)
    row("lab/tiny", signal, download=True)
    configs = ["config.json", "preprocessor_config.json", "processor_config.json"]
    assert asked == [[*configs, weights]]
    row("lab/tiny", signal)  # now it is here


def test_weights_in_several_parts_are_read(networks, signal, tmp_path):
    network, whole = networks["hubert"]
    model = tmp_path / "parts"
    network.save_pretrained(model, max_shard_size="5KB")
    parts = sorted(model.glob("model-*.safetensors"))
    assert len(parts) > 1
    np.testing.assert_array_equal(row(model, signal), row(whole, signal))
    lines = "".join(f"{sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in parts)
    digest = sha256(lines.encode()).hexdigest()
    assert SpeechModelFeatures(model).load().sha256 == digest
    parts[-1].unlink()
    with pytest.raises(ValueError, match=r"must hold all parts of its weights; .* has no 'model-"):
        row(model, signal)
