"""A torch module of the user's own as a speech model."""

import copy
import re
from collections import Counter
from numbers import Integral

import numpy as np
import torch

from skprognet._wording import first_few, nearest_name
from skprognet.features.speech_models._device import find_device
from skprognet.features.speech_models._speech_model import SpeechModel
from skprognet.features.speech_models._weights_digest import weights_digest
from skprognet.networks import record_outputs

_NAME = re.compile(r"[\w-]+")


class SpeechModule(SpeechModel):
    """A torch module that hears a signal, for :class:`SpeechModelFeatures`.

    The module is copied once, to the CPU and in evaluation mode. Yours is never touched, and what
    happens to it later does not change the copy.

    Parameters
    ----------
    module : torch.nn.Module
        Any fitted network.
    layers : sequence of str, or dict of str to str
        Its layers, the first one first: names of submodules, as ``module.named_modules()`` calls
        them. A dict gives them names of your own: ``{"layer1": "encoder.0"}``. Otherwise a dot in
        the name of a submodule is an underscore in the name of its layer. Each has to run once
        when the module runs. Its output, of several the first (as of an ``nn.LSTM``), has the
        shape (1, n_frames, n_units) or (n_frames, n_units).
    name : str
        What the names of columns begin with: letters, digits, ``_`` and ``-``.
    prepare : callable, default=None
        Called with a signal, float32 of shape (n_samples,) from -1 to 1; returns the tensor or
        array that the module is given. None gives it the signal in shape (1, n_samples).
    sampling_rate : int, default=16000
        The rate in Hz of the signals that the module takes.
    time_axis : int, default=1
        Which axis of a layer with three is time. 2 is for convolutions, whose outputs have the
        shape (1, n_units, n_frames).
    version : int, default=1
        Raise it when you change `prepare` or the code of the module, which the cache of features
        cannot see. It sees the weights, the name of `prepare`, and what the module prints.

    Attributes
    ----------
    sha256 : str
        The SHA-256 of names, types, shapes and values in the state of the module.
    layer_widths : dict of str to int
        The number of units of each layer, as found with one second of noise.

    Raises
    ------
    TypeError
        If `module` is no ``nn.Module``, `prepare` no function, or `layers` no names.
    ValueError
        If there is no such layer, or it gives something else than described; or if the module
        cannot hear a second of noise, or hears it differently the second time.

    See Also
    --------
    SpeechModelFeatures : Runs it on recordings.

    Notes
    -----
    A signal is given to the module as a whole, so that memory grows with its length.

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
        return self  # nothing changes it, so that clones share it

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
            If the module cannot hear the signal, or a layer is of another form.
        """
        try:
            given = signal[None] if self.prepare is None else self.prepare(signal)
            given = torch.as_tensor(given).to(_device_of(self.module))
            found = record_outputs(self.module, [self.submodules[name] for name in layers], given)
        except Exception as error:
            said = (str(error).splitlines() or [""])[0]
            raise ValueError(
                f"stops the module {self.name!r} ({type(error).__name__}: {said:.150})"
            ) from error
        yield {
            name: self._frames_first(outputs, name)
            for name, outputs in zip(layers, found, strict=True)
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
            what = f"the shape {shape}" if shape else f"{len(outputs)} outputs, or no tensor"
            raise ValueError(
                f"gives layer {name!r} of {self.name!r} {what}; expected one tensor of shape (1, "
                "n_frames, n_units) or (n_frames, n_units)"
            )
        return frames.float().cpu().numpy()

    def _try_noise(self):
        """Return the width of each layer; raise unless the same signal gives the same numbers."""
        noise = np.random.default_rng(0).normal(0, 0.1, self.sampling_rate).astype(np.float32)
        try:
            once, again = (next(self.windows(noise, list(self.submodules))) for _ in range(2))
        except ValueError as error:
            raise ValueError(
                f"The module must hear one second of noise at {self.sampling_rate} Hz; it {error}."
            ) from error
        for name in self.submodules:
            if not np.allclose(once[name], again[name], rtol=1e-3, atol=1e-5, equal_nan=True):
                raise ValueError(
                    f"The module must give the same numbers for the same signal; layer {name!r} "
                    "gave others the second time. In evaluation mode nothing may be drawn or kept."
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
            "name must be letters, digits, '_' and '-', since columns are called "
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
        said = (str(error).splitlines() or [""])[0]
        raise ValueError(
            f"module must be one that copy.deepcopy can copy to the CPU; {type(module).__name__} "
            f"cannot be ({type(error).__name__}: {said:.150})."
        ) from error


def _device_of(module):
    return next((p.device for p in module.parameters()), torch.device("cpu"))


def _check_layers(layers, module):
    """Return the submodule of each layer by its name; raise unless all are there."""
    if isinstance(layers, str):
        layers = [layers]
    if not hasattr(layers, "__iter__"):
        raise TypeError(f"layers must be names of submodules; got {layers!r:.200}.")
    if not isinstance(layers, dict):
        names = list(layers)
        twice = [name for name, n in Counter(names).items() if n > 1]
        if twice:
            raise ValueError(
                f"layers must name each submodule once; got {first_few(twice)} twice."
            )
        layers = {str(name).replace(".", "_"): name for name in names}
        if len(layers) < len(names):
            raise ValueError(f"layers must have different names; got {first_few(names)}.")
    if not layers:
        raise ValueError("layers must name at least one submodule; got none.")
    known = [name for name, _ in module.named_modules() if name]
    for layer, submodule in layers.items():
        if not isinstance(layer, str) or not _NAME.fullmatch(layer):
            raise ValueError(
                f"Layers must be called by letters, digits, '_' and '-'; got {layer!r:.200}."
            )
        if submodule not in known:
            near = nearest_name(submodule, known)
            near = f" The nearest is {near!r}." if near else ""
            raise ValueError(
                f"layers must be submodules of {type(module).__name__}, such as "
                f"{first_few(known)}; got {submodule!r:.200}.{near}"
            )
    return dict(layers)
