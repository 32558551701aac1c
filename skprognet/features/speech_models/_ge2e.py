"""GE2E: three LSTM layers that were trained to distinguish thousands of speakers.

L. Wan, Q. Wang, A. Papir, I. Lopez Moreno, "Generalized End-to-End Loss for Speaker Verification",
ICASSP 2018, https://arxiv.org/abs/1710.10467. The weights are those of Resemblyzer (Apache-2.0).
The input of the network is prepared as in the training of the weights:

1. A signal below -30 dB of full scale (root mean square) is raised to this level; a louder one
   stays as it is.
2. Windows of 160 frames (1.6 s) begin 77 frames (0.77 s) apart, about 1.3 per second. The last one
   is dropped if the signal fills less than 75 % of it, unless it is the only one. Its empty part
   is filled with zeros.
3. Each window becomes the energies of 40 mel bands in each frame, without a logarithm.

Resemblyzer also removes pauses from the signal. This module does not.
"""

import hashlib
import io
import os
from importlib.metadata import PackageNotFoundError, files, version
from pathlib import Path

import numpy as np
import torch

from skprognet.features.speech_models._device import find_device
from skprognet.features.speech_models._mel_energies import (
    HOP,
    LENGTH,
    N_BANDS,
    RATE,
    mel_energies,
)
from skprognet.features.speech_models._speech_model import SpeechModel, are_random
from skprognet.features.speech_models._weights_digest import weights_digest

N_UNITS = 256
N_FRAMES, STEP = 160, 77  # of a window; from one window to the next
_COVERAGE = 0.75
_LEVEL = 10 ** (-30 / 20)
_SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
_INSTALL = "pip install --no-deps resemblyzer==0.1.4"
_LSTMS = ("layer1", "layer2", "layer3")
_RECIPE = 1  # raise it whenever this file changes its numbers


class GE2E(SpeechModel):
    """The speaker encoder, with its pretrained weights or with random ones.

    Parameters
    ----------
    weights : str or path-like
        None for the file in the wheel of resemblyzer, "random", or the path of that file.
    device : str
        Device on which torch computes.
    batch_size : int
        Number of windows to compute at once.

    Raises
    ------
    ImportError
        If the weights are not installed.
    FileNotFoundError
        If the file does not exist.
    ValueError
        If the file holds other weights.
    """

    layer_widths = dict.fromkeys([*_LSTMS, "embedding"], N_UNITS)
    hidden_layers = _LSTMS
    sampling_rate = RATE
    n_samples_min = LENGTH

    def __init__(self, weights, device, batch_size):
        self.name, self.batch_size, self.device = "ge2e", batch_size, find_device(device)
        self.network = _build()
        is_random = are_random(weights)
        if is_random:
            self.name = "ge2e-random"
        state = _draw_weights(self.network) if is_random else _read_weights(weights)
        self.network.load_state_dict(state, assign=True)
        self.sha256 = weights_digest(self.network) if is_random else _SHA256
        self.network.requires_grad_(False).eval().to(self.device)
        self.depends_on = {
            "recipe": _RECIPE,
            "torch": torch.__version__,
            "scipy": version("scipy"),
            "device": self.device.type,
            "batch_size": batch_size,
        }

    def windows(self, signal, layers):
        """Yield the layers of one window after the other; windows are computed in batches."""
        starts, padded = cut_windows(_raise_level(signal))
        for first in range(0, len(starts), self.batch_size):
            batch = [
                mel_energies(padded[start : start + (N_FRAMES - 1) * HOP + LENGTH])
                for start in starts[first : first + self.batch_size]
            ]
            outputs = self._run(np.stack(batch), layers)
            yield from ({name: outputs[name][i] for name in layers} for i in range(len(batch)))

    @torch.inference_mode()
    def _run(self, mels, layers):
        """Return the layers of several windows, each of shape (n_windows, n_frames, n_units)."""
        x, outputs = torch.from_numpy(mels).to(self.device), {}
        deepest = max(layers, key=list(self.layer_widths).index)
        for name, lstm in zip(_LSTMS, self.network["lstms"], strict=True):
            x, (last, _) = lstm(x)
            outputs[name] = x
            if name == deepest:
                break
        if "embedding" in layers:
            embedding = torch.relu(self.network["linear"](last[0]))
            outputs["embedding"] = torch.nn.functional.normalize(embedding, dim=1)[:, None]
        return {name: outputs[name].cpu().numpy() for name in layers}


def cut_windows(signal):
    """Return the start of each window, in samples, and the signal padded with zeros.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        The samples at 16 kHz.

    Returns
    -------
    starts : list of int
        The sample at which the first frame of each window begins.
    padded : ndarray
        The signal with half a frame of zeros before it, and as many zeros after it as needed.
    """
    n_frames = len(signal) // HOP + 1
    starts = list(range(0, max(1, n_frames - N_FRAMES + STEP + 1), STEP))
    filled = (len(signal) - starts[-1] * HOP) / (N_FRAMES * HOP)
    if len(starts) > 1 and filled < _COVERAGE:
        starts.pop()
    n_after = max(0, (starts[-1] + N_FRAMES) * HOP - len(signal)) + LENGTH // 2
    return [start * HOP for start in starts], np.pad(signal, (LENGTH // 2, n_after))


def _raise_level(signal):
    """Return the signal, raised to -30 dB of full scale if it is quieter."""
    level = np.sqrt(np.mean(np.square(signal, dtype=np.float64)))
    return signal if level >= _LEVEL else signal * np.float32(_LEVEL / level)


def _build():
    """Return the network without weights, since drawing them would use torch's generator."""
    with torch.device("meta"):
        lstms = [torch.nn.LSTM(n, N_UNITS, batch_first=True) for n in (N_BANDS, N_UNITS, N_UNITS)]
        linear = torch.nn.Linear(N_UNITS, N_UNITS)
    return torch.nn.ModuleDict({"lstms": torch.nn.ModuleList(lstms), "linear": linear})


def _draw_weights(network):
    """Draw weights like torch for a new LSTM of this size, but always the same ones."""
    rng, bound = np.random.default_rng(0), N_UNITS**-0.5
    drawn = {
        name: rng.uniform(-bound, bound, tuple(values.shape)).astype(np.float32)
        for name, values in network.named_parameters()
    }
    return {name: torch.from_numpy(values) for name, values in drawn.items()}


def _read_weights(path):
    """Return the pretrained weights, with the names of this network."""
    path = _check_path(path) or find_weights()
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != _SHA256:
        raise ValueError(
            f"The weights of 'ge2e' must be the file of SHA-256 {_SHA256}; {str(path)!r} has "
            f"{digest}. Take pretrained.pt of resemblyzer 0.1.4: {_INSTALL}."
        )
    state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)["model_state"]
    parts = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    lstms = {f"lstms.{k}.{p}_l0": state[f"lstm.{p}_l{k}"] for k in range(3) for p in parts}
    return lstms | {f"linear.{part}": state[f"linear.{part}"] for part in ("weight", "bias")}


def _check_path(path):
    """Return a path, or None for None; raise unless there is a file."""
    if path is None:
        return None
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"weights must be None, 'random' or a path; got {path!r:.200}.")
    if not os.path.isfile(path):
        raise FileNotFoundError(
            "weights must be None for the pretrained weights, 'random', or the path of a file "
            f"with them; there is no file {os.fspath(path)!r}."
        )
    return Path(path)


def find_weights():
    """Return the path of the weights in the installed wheel, without importing its package.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        installed = files("resemblyzer") or []
    except PackageNotFoundError:
        installed = []
    for file in installed:
        if file.name == "pretrained.pt":
            return Path(file.locate())
    raise ImportError(
        f"The speech model 'ge2e' needs the weights of resemblyzer, which are not installed; run: "
        f"{_INSTALL} (or pass weights=PATH of its file pretrained.pt)."
    )
