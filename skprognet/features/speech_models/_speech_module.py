"""Use a user's own torch module as a speech model."""

import copy
import re
from collections import Counter
from numbers import Integral

import numpy as np
import torch

from skprognet._wording import first_few, first_line, nearest_name
from skprognet.features.speech_models._device import find_device
from skprognet.features.speech_models._speech_model import SpeechModel
from skprognet.features.speech_models._weights_digest import weights_digest
from skprognet.networks import record_outputs

_NAME = re.compile(r"[\w-]+")


class SpeechModule(SpeechModel):
    """Wrap a torch module that reads a signal, for :class:`SpeechModelFeatures`.

    The module is copied to the CPU, in evaluation mode. Your module is never changed, and later
    changes to it do not affect the copy.

    Parameters
    ----------
    module : torch.nn.Module
        Any fitted network.
    layers : sequence of str, or dict of str to str
        Names of submodules from ``module.named_modules()``, the first layer first. A dict gives
        them your own names: ``{"layer1": "encoder.0"}``. Otherwise a dot in the name of a
        submodule becomes an underscore in the name of its layer. Each submodule must run once when
        the module runs. Its output, or the first of several (as of an ``nn.LSTM``), must have the
        shape (1, n_frames, n_units) or (n_frames, n_units).
    name : str
        The prefix of the names of columns: letters, digits, ``_`` and ``-``.
    prepare : callable, default=None
        Called with a signal, float32 of shape (n_samples,) from -1 to 1; returns the input of the
        module, a tensor or an array. With None, the input is the signal in shape (1, n_samples).
    sampling_rate : int, default=16000
        The sampling rate in Hz that the module expects.
    time_axis : int, default=1
        The time axis of a layer with three axes. Use 2 for convolutions, whose outputs have the
        shape (1, n_units, n_frames).
    version : int, default=1
        Raise it when you change `prepare` or the code of the module, which the cache of features
        cannot see. The cache sees the weights, the name of `prepare`, and the printed module.

    Attributes
    ----------
    sha256 : str
        The SHA-256 of names, types, shapes and values in the state of the module.
    layer_widths : dict of str to int
        The number of units of each layer, measured with one second of noise.

    Raises
    ------
    TypeError
        If `module` is not an ``nn.Module``, `prepare` is not a function, or `layers` are not
        names.
    ValueError
        If there is no such layer, or its output has another form; or if the module fails on one
        second of noise, or gives other numbers the second time.

    See Also
    --------
    SpeechModelFeatures : Runs the module on recordings.

    Notes
    -----
    The module gets the whole signal at once, so memory grows with its length.

    Examples
    --------
    >>> import numpy as np, torch
    >>> from skprognet.features import SpeechModelFeatures, SpeechModule
    >>> _ = torch.manual_seed(0)
    >>> network = torch.nn.Sequential(torch.nn.Linear(400, 8), torch.nn.GRU(8, 4))
    >>> def cut_frames(signal):
    ...     return signal[: len(signal) // 400 * 400].reshape(-1, 400)
    >>> model = SpeechModule(network, ["1"], name="mine", prepare=cut_frames)
    >>> features = SpeechModelFeatures(model, pooling="mean")
    >>> tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(16_000) / 16_000)
    >>> list(features.fit_transform([(tone, 16_000)]))
    ['mine.1.mean.000', 'mine.1.mean.001', 'mine.1.mean.002', 'mine.1.mean.003']
    """

    def __init__(
        self,
        module,
        layers,
        name,
        *,
        prepare=None,
        sampling_rate=16_000,
        time_axis=1,
        version=1,
    ):
        _check_parameters(module, name, prepare, sampling_rate, time_axis)
        self.name, self.prepare, self.time_axis = name, prepare, time_axis
        self.sampling_rate = sampling_rate
        self.submodules = _check_layers(layers, module)
        self.module = _frozen_copy(module)
        self.sha256 = weights_digest(self.module)
        self.depends_on = {
            "module": repr(self.module),
            "layers": self.submodules,
            "prepare": getattr(prepare, "__qualname__", type(prepare).__name__),
            "time_axis": time_axis,
            "version": version,
            "torch": torch.__version__,
            "device": "cpu",
        }
        self.layer_widths = self._try_noise()

    def __deepcopy__(self, memo):
        return self  # it never changes, so clones can share it

    def __repr__(self):
        return f"SpeechModule({type(self.module).__name__}, {self.submodules}, {self.name!r})"

    def to(self, device):
        """Return the same model on a device of torch, such as "cuda"."""
        device = find_device(device)
        if device.type == "cpu":
            return self
        moved = copy.copy(self)
        moved.module = copy.deepcopy(self.module).to(device)
        moved.depends_on = {**self.depends_on, "device": device.type}
        return moved

    def windows(self, signal, layers):
        """Yield the layers of the whole signal, once.

        Raises
        ------
        ValueError
            If the module fails on the signal, or a layer has another form.
        """
        try:
            x = signal[None] if self.prepare is None else self.prepare(signal)
            x = torch.as_tensor(x).to(_device_of(self.module))
            recorded = record_outputs(self.module, [self.submodules[name] for name in layers], x)
        except Exception as error:
            reason = first_line(error)
            raise ValueError(
                f"stops the module {self.name!r} ({type(error).__name__}: {reason:.150})"
            ) from error
        yield {
            name: self._frames_first(outputs, name)
            for name, outputs in zip(layers, recorded, strict=True)
        }

    def _frames_first(self, outputs, name):
        """Return the output of a layer as an array (n_frames, n_units)."""
        is_one = len(outputs) == 1 and torch.is_tensor(outputs[0])
        shape = tuple(outputs[0].shape) if is_one else ()
        if len(shape) == 3 and shape[0] == 1:
            frames = outputs[0][0] if self.time_axis == 1 else outputs[0][0].T
        elif len(shape) == 2:
            frames = outputs[0]
        else:
            form = f"the shape {shape}" if shape else f"{len(outputs)} outputs, or no tensor"
            raise ValueError(
                f"gives layer {name!r} of {self.name!r} {form}; it must be one tensor of shape "
                "(1, n_frames, n_units) or (n_frames, n_units)"
            )
        return frames.float().cpu().numpy()

    def _try_noise(self):
        """Return the width of each layer; raise unless the same signal gives the same numbers."""
        noise = np.random.default_rng(0).normal(0, 0.1, self.sampling_rate).astype(np.float32)
        try:
            once, again = (next(self.windows(noise, list(self.submodules))) for _ in range(2))
        except ValueError as error:
            raise ValueError(
                f"The module must accept one second of noise at {self.sampling_rate} Hz; it "
                f"{error}."
            ) from error
        for name in self.submodules:
            if not np.allclose(once[name], again[name], rtol=1e-3, atol=1e-5, equal_nan=True):
                raise ValueError(
                    f"The module must give the same numbers for the same signal; layer {name!r} "
                    "gave others the second time. In evaluation mode it must not draw random "
                    "numbers or keep a state."
                )
        return {name: frames.shape[1] for name, frames in once.items()}


def _check_parameters(module, name, prepare, sampling_rate, time_axis):
    if not isinstance(module, torch.nn.Module):
        raise TypeError(
            f"module must be a torch.nn.Module; got {type(module).__name__}. Wrap a function "
            "in a module whose forward calls it."
        )
    if prepare is not None and not callable(prepare):
        raise TypeError(f"prepare must be a function of a signal, or None; got {prepare!r:.200}.")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            "name must be letters, digits, '_' and '-', since columns are named "
            f"'name.layer.mean.000'; got {name!r:.200}."
        )
    if not isinstance(sampling_rate, Integral) or sampling_rate < 1:
        raise ValueError(
            f"sampling_rate must be a whole number of Hz; got {sampling_rate!r:.200}."
        )
    if time_axis not in (1, 2):
        raise ValueError(f"time_axis must be 1 or 2; got {time_axis!r:.200}.")


def _frozen_copy(module):
    """Return a copy on the CPU, in evaluation mode and without gradients."""
    try:
        return copy.deepcopy(module).to("cpu").requires_grad_(False).eval()
    except Exception as error:
        reason = first_line(error)
        raise ValueError(
            f"module must be one that copy.deepcopy can copy to the CPU; "
            f"{type(module).__name__} cannot be copied ({type(error).__name__}: {reason:.150})."
        ) from error


def _device_of(module):
    return next((p.device for p in module.parameters()), torch.device("cpu"))


def _check_layers(layers, module):
    """Return the submodule of each layer by name; raise unless all exist."""
    if isinstance(layers, str):
        layers = [layers]
    if not hasattr(layers, "__iter__"):
        raise TypeError(f"layers must be names of submodules; got {layers!r:.200}. Pass a list.")
    names = list(layers.values() if isinstance(layers, dict) else layers)
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise ValueError(
            f"layers must name each submodule once; got {first_few(twice)} twice. Leave one out."
        )
    if not isinstance(layers, dict):
        layers = {str(name).replace(".", "_"): name for name in names}
        if len(layers) < len(names):
            raise ValueError(
                f"layers must have different names; got {first_few(names)}. Pass a dict."
            )
    if not layers:
        raise ValueError("layers must name at least one submodule; got none. Add one.")
    known = [name for name, _ in module.named_modules() if name]
    for layer, submodule in layers.items():
        if not isinstance(layer, str) or not _NAME.fullmatch(layer):
            raise ValueError(
                f"Names of layers must be letters, digits, '_' and '-'; got {layer!r:.200}. "
                "Rename it."
            )
        if submodule not in known:
            near = nearest_name(submodule, known)
            near = f" The nearest is {near!r}." if near else ""
            raise ValueError(
                f"layers must be submodules of {type(module).__name__}, such as "
                f"{first_few(known)}; got {submodule!r:.200}.{near}"
            )
    return dict(layers)
