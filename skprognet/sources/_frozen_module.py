"""A torch module that nothing changes any more: its copy, its weights as arrays, what it is."""

import copy
import threading

import numpy as np
import torch
from torch import nn

from skprognet._wording import differences
from skprognet.sources._torch_layers import tensors_of

# Types of numpy and torch alike; a tensor of another one is kept as its bytes.
SHARED_TYPES = {
    getattr(torch, name)
    for name in ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8")
} | {torch.bool}
# Settings of a module that change no number of one in evaluation mode.
_WITHOUT_EFFECT = ("training", "inplace")


class FrozenModule:
    """A frozen copy of a module, and a lock for whoever runs it.

    Copies of a source share it, since nothing changes it. The layers are read with hooks, which
    are a part of the module while it runs: so one thread at a time runs it.

    Parameters
    ----------
    module : nn.Module
        What is copied: to the CPU, in evaluation mode, without gradients.
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
    """Raise unless this is a module whose layers can be read."""
    if not isinstance(module, nn.Module):
        is_class = isinstance(module, type)
        kind = f"the class {module.__name__}" if is_class else type(module).__name__
        raise TypeError(
            f"module must be a torch.nn.Module; got {kind}. Of a skorch net pass its module_; an "
            "estimator of this package is a source itself."
        )
    for part in module.modules():
        if isinstance(part, torch.jit.ScriptModule) or hasattr(part, "_orig_mod"):
            raise TypeError(
                "module must show its layers, which a scripted or compiled one does not; got "
                f"{type(part).__name__}. Pass the module that it was made of."
            )
    if any(isinstance(p, nn.parameter.UninitializedTensorMixin) for p in module.parameters()):
        raise ValueError(
            f"module must be fitted; {type(module).__name__} has lazy layers that have not run "
            "yet. Run it on a row first."
        )


def describe_module(module):
    """Return what a module consists of, in plain values.

    Returns
    -------
    dict
        ``"class"``: the name of its class; ``"settings"``, if it has any, the same with these; by
        its name each submodule, such as ``"LeakyReLU(negative_slope=0.01)"``; and by its name type
        and shape of each parameter and buffer, such as ``["float32", 16, 88]``.
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

    What a module computes depends on them, as that of a LeakyReLU on its slope.
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
    """Raise unless a module is what :func:`describe_module` returned."""
    here = describe_module(module)
    if here != described:
        raise ValueError(
            f"A new instance of {described['class']}, made as the one that was stored, must have "
            f"the same submodules and weights; they differ in {differences(described, here)}."
        )


def arrays_of(module):
    """Return the parameters and buffers of a frozen module as arrays, by name."""
    return {name: _as_array(values) for name, values in tensors_of(module).items()}


def with_arrays(module, arrays):
    """Return a copy of a module with these weights, as :func:`arrays_of` returns them."""
    copied = _copied(module)
    with torch.no_grad():
        for name, values in tensors_of(copied).items():
            stored = torch.from_numpy(np.array(arrays[name]))
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
        said = (str(error).splitlines() or [""])[0]
        raise ValueError(
            f"module must be one that copy.deepcopy can copy; of this {type(module).__name__} it "
            f"cannot ({type(error).__name__}: {said:.150}). Keep what it cannot copy outside of "
            "the module."
        ) from error
