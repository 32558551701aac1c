"""Convert a torch module that is a plain stack of linear layers to a column."""

from itertools import pairwise

import torch
from torch import nn

from skprognet.networks import Column

# Modules between two linear layers -> activation of a column.
NAMES = {
    (nn.Sigmoid,): "sigmoid",
    (nn.Tanh,): "tanh",
    (nn.ReLU,): "relu",
    (nn.Identity,): "identity",
    (): "identity",
}
NORMALISES = (nn.Softmax, nn.LogSoftmax)  # removed, since a column ends with the logits


def column_of(module):
    """Return a column with the weights of a module, or None if it is not a plain stack.

    A plain stack is an ``nn.Sequential``, possibly nested, of linear layers with the same
    activation after each layer except the last. ``nn.Dropout`` may appear anywhere, and softmax at
    the end.

    Parameters
    ----------
    module : nn.Module
        The frozen module, in evaluation mode.

    Returns
    -------
    Column or None
        The column, with biases of 0 if the module has none.
    """
    parts = [part for part in _parts(module) if type(part) is not nn.Dropout]
    if parts and type(parts[-1]) in NORMALISES:
        parts.pop()
    linear = [part for part in parts if type(part) is nn.Linear]
    activation = _activation(parts)
    types = {layer.weight.dtype for layer in linear}
    if activation is None or len(linear) < 2 or types not in ({torch.float32}, {torch.float64}):
        return None
    if any(below.out_features != above.in_features for below, above in pairwise(linear)):
        return None
    column = Column(
        linear[0].in_features,
        [layer.out_features for layer in linear[:-1]],
        linear[-1].out_features,
        activation=activation,
        generator=torch.Generator(),
        dtype=linear[0].weight.dtype,
    )
    with torch.no_grad():
        for copied, layer in zip(column.layers, linear, strict=True):
            copied.weight.copy_(layer.weight)
            if layer.bias is not None:
                copied.bias.copy_(layer.bias)
    return column


def _parts(module):
    """Return the parts of a module, also of nested Sequentials.

    The list is empty if the module has hooks, since they may change its results.
    """
    if module._forward_hooks or module._forward_pre_hooks:
        return []
    if type(module) is not nn.Sequential:
        return [module]
    return [part for inner in module for part in _parts(inner) or [None]]


def _activation(parts):
    """Return the name of the activation that follows each hidden layer, or None."""
    kinds = [type(part) for part in parts]
    positions = [position for position, kind in enumerate(kinds) if kind is nn.Linear]
    if not positions or positions[0] != 0 or positions[-1] != len(kinds) - 1:
        return None
    between = {tuple(kinds[start + 1 : stop]) for start, stop in pairwise(positions)}
    return NAMES.get(between.pop()) if len(between) == 1 else None
