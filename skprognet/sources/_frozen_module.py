"""A frozen copy of a torch module, its weights as arrays, and its description."""

import copy
import threading

import numpy as np
import torch
from torch import nn

from skprognet._wording import differences, first_line
from skprognet.sources._torch_layers import tensors_of

# Types that numpy and torch share; tensors of other types are stored as bytes.
SHARED_TYPES = {
    getattr(torch, name)
    for name in ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8")
} | {torch.bool}
# Settings that do not change the results of a module in evaluation mode.
_WITHOUT_EFFECT = ("training", "inplace")


class FrozenModule:
    """A frozen copy of a module, with a lock for running it.

    Copies of a source share it, since nothing changes it. The layers are read with hooks, which
    belong to the module while it runs, so only one thread may run it at a time.

    Parameters
    ----------
    module : nn.Module
        The module to copy: to the CPU, in evaluation mode, without gradients.
    """

    def __init__(self, module):
        self.module = _copied(module).eval().requires_grad_(False)
        self.lock = threading.Lock()

    def __deepcopy__(self, memo):
        return self

    def __getstate__(self):
        return {"module": self.module}

    def __setstate__(self, state):
        self.module = state["module"]
        self.lock = threading.Lock()


def check_module(module):
    """Raise unless the layers of the module can be read."""
    if not isinstance(module, nn.Module):
        is_class = isinstance(module, type)
        kind = f"the class {module.__name__}" if is_class else type(module).__name__
        raise TypeError(
            f"module must be a torch.nn.Module; got {kind}. For a skorch net, pass its module_; "
            "an estimator of this package is itself a source."
        )
    for part in module.modules():
        if isinstance(part, torch.jit.ScriptModule) or hasattr(part, "_orig_mod"):
            raise TypeError(
                "module must not be scripted or compiled, which hides its layers; got "
                f"{type(part).__name__}. Pass the original module."
            )
    if any(isinstance(p, nn.parameter.UninitializedTensorMixin) for p in module.parameters()):
        raise ValueError(
            f"module must be fitted; got {type(module).__name__} with lazy layers that have not "
            "run yet. Run it on a row first."
        )


def describe_module(module):
    """Describe the parts of a module in plain values.

    Returns
    -------
    dict
        ``"class"`` is the name of its class; ``"settings"``, if it has any, is the class with its
        settings. The name of each submodule has a text such as
        ``"LeakyReLU(negative_slope=0.01)"``, and the name of each parameter and buffer has its
        type and shape, such as ``["float32", 16, 88]``.
    """
    parts = {name: _with_settings(part) for name, part in module.named_modules() if name}
    settings = _with_settings(module)
    parts |= {} if settings == f"{type(module).__name__}()" else {"settings": settings}
    tensors = {
        name: [str(values.dtype).removeprefix("torch."), *values.shape]
        for name, values in tensors_of(module).items()
    }
    return {"class": type(module).__name__, **parts, **tensors}


def _with_settings(part):
    """Return the class of a module and its attributes that are plain values.

    Its results depend on them: for example, the slope of a LeakyReLU.
    """
    settings = [
        f"{name}={value!r}"
        for name, value in sorted(vars(part).items())
        if _is_plain(value) and not name.startswith("_") and name not in _WITHOUT_EFFECT
    ]
    return f"{type(part).__name__}({', '.join(settings)})"


def _is_plain(value):
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str))


def check_described(module, described):
    """Raise unless a module matches the result of :func:`describe_module`."""
    description = describe_module(module)
    if description != described:
        raise ValueError(
            "module must have the same parts and tensor shapes as the stored "
            f"{described['class']}; got differences in {differences(described, description)}. "
            "Build it like the stored one."
        )


def arrays_of(module):
    """Return the parameters and buffers of a frozen module as arrays, by name."""
    return {name: _as_array(values) for name, values in tensors_of(module).items()}


def with_arrays(module, arrays):
    """Return a copy of a module with weights in the form of :func:`arrays_of`."""
    copied = _copied(module)
    with torch.no_grad():
        for name, values in tensors_of(copied).items():
            stored = torch.from_numpy(np.array(arrays[name]))
            if not stored.numel() and not values.numel():  # stored as bytes, which have no shape
                continue
            if values.dtype not in SHARED_TYPES:
                stored = stored.view(values.dtype).reshape(values.shape)
            if (stored.dtype, stored.shape) != (values.dtype, values.shape):
                raise ValueError(f"the weights {name!r:.80} are of another type or shape")
            values.copy_(stored)
    return copied


def _as_array(values):
    values = values.detach().contiguous()
    if values.dtype in SHARED_TYPES and values.numel():
        return values.numpy()
    return values.flatten().view(torch.uint8).numpy()


def _copied(module):
    """Return a copy of a module on the CPU."""
    try:
        return copy.deepcopy(module).cpu()
    except Exception as error:
        reason = first_line(error)
        raise ValueError(
            f"copy.deepcopy must be able to copy module; got a {type(module).__name__} that it "
            f"cannot copy ({type(error).__name__}: {reason:.150}). Keep what it cannot copy out "
            "of the module."
        ) from error
