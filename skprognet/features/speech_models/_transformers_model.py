"""A speech model of the library transformers, such as wav2vec2, HuBERT or WavLM.

Such a model reads samples. Strided convolutions turn them into frames (one per 20 ms in the usual
models), and a stack of transformer layers turns frames into frames. ``layer0`` is the input of the
first transformer layer, and ``layerN`` the output of the last one. The library calls them
``hidden_states``.

A frame attends to all frames, so time and memory grow with the square of the length. Therefore a
recording of more than 20 s is cut into windows of equal length. No frame sees beyond its window.
"""

import hashlib
import json
import pickle
from contextlib import contextmanager

import numpy as np
import torch

from skprognet._extras import import_extra
from skprognet._files import sha256
from skprognet._wording import first_few, first_line
from skprognet.features.speech_models._device import find_device
from skprognet.features.speech_models._model_folder import (
    CONFIG,
    PREPROCESSING,
    find_folder,
    find_weights,
)
from skprognet.features.speech_models._speech_model import SpeechModel, are_random, short_name
from skprognet.features.speech_models._weights_digest import weights_digest

LONGEST_WINDOW = 20  # s
MODEL_TYPES = ("hubert", "unispeech", "unispeech-sat", "wav2vec2", "wav2vec2-conformer", "wavlm")
_FOR_TRAINING = {"masked_spec_embed"}  # some files lack it, but only training needs it
_OFFLINE = {"local_files_only": True, "trust_remote_code": False}
_RECIPE = 1  # raise it whenever this file changes its numbers


class TransformersModel(SpeechModel):
    """A model in a folder, or on the hub.

    Parameters
    ----------
    model : str or path-like
        The folder or the name on the hub.
    weights : {None, "random"}
        None uses the weights of the folder; "random" draws new ones for the same architecture.
    device : str
        Device on which torch computes.
    batch_size : int
        Number of windows of one recording to compute at once.
    download : bool
        Whether the model may be downloaded from the hub.

    Raises
    ------
    ValueError
        If there is no such model, it is of another kind, or its files do not fit together.
    ConnectionError
        If the download fails.
    ImportError
        If transformers is missing.
    """

    def __init__(self, model, weights, device, batch_size, download):
        self._arguments = model, weights, device, batch_size
        transformers = import_extra("transformers", "speech")
        _check_weights(weights)
        is_random = are_random(weights)
        folder = find_folder(model, needs_weights=not is_random, download=download)
        config = _read_config(transformers, folder)
        self.name = short_name(model, is_random)
        self.layer_widths = {
            f"layer{k}": config.hidden_size for k in range(config.num_hidden_layers + 1)
        }
        self.sampling_rate, self.normalises = _read_preprocessing(folder)
        self.n_samples_min = _receptive_field(config.conv_kernel, config.conv_stride)
        if is_random:
            network = _draw_network(transformers, config)
            self.sha256 = weights_digest(network)
        else:
            network = _read_network(transformers, folder)
            self.sha256 = _digest_of_files(find_weights(folder))
        self.device, self.batch_size = find_device(device), batch_size
        self.network = network.requires_grad_(False).eval().to(self.device)
        self.depends_on = {
            "recipe": _RECIPE,
            "config": sha256(folder / CONFIG),
            "normalises": self.normalises,
            "transformers": transformers.__version__,
            "torch": torch.__version__,
            "device": self.device.type,
            "batch_size": batch_size,
        }

    def __reduce__(self):
        # Other processes read the files themselves. A pickled network of the library no longer
        # returns its hidden states, and one with parametrized weights cannot be pickled.
        return TransformersModel, (*self._arguments, False)

    def windows(self, signal, layers):
        """Yield the layers of one window after the other."""
        if self.normalises:
            signal = (signal - signal.mean()) / np.sqrt(signal.var() + 1e-7)  # as in the library
        for batch in batches(signal, LONGEST_WINDOW * self.sampling_rate, self.batch_size):
            outputs = self._run(batch, layers)
            yield from (dict(zip(layers, one, strict=True)) for one in zip(*outputs, strict=True))

    @torch.inference_mode()
    def _run(self, batch, layers):
        """Return each layer of windows of one length, in shape (n_windows, n_frames, n_units)."""
        x = torch.from_numpy(batch).to(self.device)
        states = self.network(x, output_hidden_states=True).hidden_states
        names = list(self.layer_widths)
        return [states[names.index(layer)].cpu().numpy() for layer in layers]


def batches(signal, longest, batch_size):
    """Yield windows of a signal in batches; all windows of a batch have the same length.

    Shorter windows would need padding with zeros, which models without a mask would read as
    speech. So the lengths of the windows of a signal differ by at most one sample.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        The samples.
    longest : int
        Largest number of samples of a window.
    batch_size : int
        Largest number of windows in a batch.

    Yields
    ------
    ndarray of shape (n_windows, n_samples_of_a_window), float32
        The windows, in the order of the signal.

    Examples
    --------
    >>> [batch.shape for batch in batches(np.zeros(11), 4, 8)]
    [(2, 4), (1, 3)]
    """
    windows = np.array_split(signal.astype(np.float32, copy=False), -(-len(signal) // longest))
    n_longer = len(signal) % len(windows) or len(windows)  # these come first
    for part in (windows[:n_longer], windows[n_longer:]):
        for first in range(0, len(part), batch_size):
            yield np.stack(part[first : first + batch_size])


def _check_weights(weights):
    if weights is not None and not are_random(weights):
        raise ValueError(
            "weights of a transformers model must be None, for those in its folder, or 'random'; "
            f"got {weights!r:.200}. Give the folder of other weights as the model."
        )


def _receptive_field(kernels, strides):
    """Return the number of samples of one frame, which is the least length of a signal.

    Going back from the frame: n outputs of a convolution need (n - 1) stride + kernel inputs.
    """
    n_samples = 1
    for kernel, stride in zip(reversed(kernels), reversed(strides), strict=True):
        n_samples = (n_samples - 1) * stride + kernel
    return n_samples


def _read_config(transformers, folder):
    """Return the configuration; raise unless its model reads samples."""
    model_type = _read_json(folder / CONFIG).get("model_type")
    if model_type not in MODEL_TYPES:
        raise ValueError(
            f"A transformers model must be one of {', '.join(MODEL_TYPES)}; {str(folder)!r} holds "
            f"{model_type!r:.80}. Wrap another network in a SpeechModule."
        )
    with _quiet(transformers), _readable(folder):
        return transformers.AutoConfig.from_pretrained(folder, **_OFFLINE)


def _read_preprocessing(folder):
    """Return the sampling rate, and whether a signal is normalised to mean 0 and variance 1.

    Without a file that sets them, they are the defaults of the library: 16 kHz and True.
    """
    values = {}
    for name in PREPROCESSING:
        if (folder / name).is_file():
            values = _read_json(folder / name)
            values = values.get("feature_extractor", values)
            break
    return int(values.get("sampling_rate", 16_000)), bool(values.get("do_normalize", True))


def _read_json(path):
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(
            f"{str(path)!r} must be a JSON file; it cannot be read: {error}"
        ) from error
    return content if isinstance(content, dict) else {}


def _draw_network(transformers, config):
    """Return the architecture with initial weights of the library, which are always the same."""
    with _quiet(transformers):
        torch.default_generator.manual_seed(0)  # torch.manual_seed would also set those of GPUs
        return transformers.AutoModel.from_config(config, trust_remote_code=False)


def _read_network(transformers, folder):
    """Return the network with its weights, read as numbers, without code or pickled objects."""
    safe = find_weights(folder)[0].suffix == ".safetensors"
    with _quiet(transformers), _readable(folder):
        network, report = transformers.AutoModel.from_pretrained(
            folder,
            dtype=torch.float32,
            use_safetensors=safe,
            weights_only=True,
            output_loading_info=True,
            **_OFFLINE,
        )
    missing = sorted(name for name in report["missing_keys"] if name not in _FOR_TRAINING)
    if missing:  # the library would draw them at random
        raise ValueError(
            f"The weights of a model must be complete; those in {str(folder)!r} lack "
            f"{first_few(missing)}. Save or download the model again."
        )
    return network


def _digest_of_files(paths):
    """Return the SHA-256 of a file; for several, that of the output of sha256sum."""
    if len(paths) == 1:
        return sha256(paths[0])
    lines = "".join(f"{sha256(path)}  {path.name}\n" for path in paths)
    return hashlib.sha256(lines.encode()).hexdigest()


@contextmanager
def _readable(folder):
    """Turn any error of the library into one sentence on what it could not read."""
    try:
        yield
    except pickle.UnpicklingError as error:
        raise ValueError(
            f"The weights in {str(folder)!r} must hold numbers only; they hold other objects, "
            "which could run code and are not loaded. Take a model with safetensors."
        ) from error
    except Exception as error:
        reason = first_line(error)
        raise ValueError(
            f"The model in {str(folder)!r} cannot be read: {reason:.300}. Save or download it "
            "again."
        ) from error


@contextmanager
def _quiet(transformers):
    """Hide the library's bars and reports, and keep its draws from torch's own generator."""
    logging = transformers.utils.logging
    level, shows_bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        logging.set_verbosity(level)
        if shows_bars:
            logging.enable_progress_bar()
