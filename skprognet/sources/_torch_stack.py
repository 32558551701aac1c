"""A torch module that is a plain stack of linear layers, as a column."""

from itertools import pairwise

import torch
from torch import nn

from skprognet.networks import Column

# What stands between two linear layers -> the activation of a column.
NAMES = {
    (nn.Sigmoid,): "sigmoid",
    (nn.Tanh,): "tanh",
    (nn.ReLU,): "relu",
    (nn.Identity,): "identity",
    (): "identity",
}
NORMALISES = (nn.Softmax, nn.LogSoftmax)  # probabilities of logits; a column ends with the logits


def column_of(module):
    """Return a column with the weights of a module, or None if it is no plain stack.

    A plain stack is an ``nn.Sequential``, of Sequentials perhaps, of linear layers with one and
    the same activation after each but the last; ``nn.Dropout`` may stand anywhere, and softmax at
    the end.

    Parameters
    ----------
    module : nn.Module
        Frozen, in evaluation mode.

    Returns
    -------
    Column or None
        Its biases are 0 where the module has none.
    """
    parts = [part for part in _parts(module) if type(part) is not nn.Dropout]
    if parts and type(parts[-1]) in NORMALISES:
        parts.pop()
    linear = [part for part in parts if type(part) is nn.Linear]
    activation = _activation(parts)
    types = {layer.weight.dtype for layer in linear}
    if activation is None or len(linear) < 2 or types not in ({torch.float32}, {torch.float64}):
        return None
    if any(one.out_features != other.in_features for one, other in pairwise(linear)):
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
        for ours, theirs in zip(column.layers, linear, strict=True):
            ours.weight.copy_(theirs.weight)
            if theirs.bias is not None:
                ours.bias.copy_(theirs.bias)
    return column


def _parts(module):
    """Return what a Sequential consists of, in order; a hook may change what a part computes."""
    if module._forward_hooks or module._forward_pre_hooks:
        return []
    if type(module) is not nn.Sequential:
        return [module]
    return [part for each in module for part in _parts(each) or [None]]


def _activation(parts):
    """Return the name of the activation after each hidden layer; None if there is no such one."""
    kinds = [type(part) for part in parts]
    places = [place for place, kind in enumerate(kinds) if kind is nn.Linear]
    if not places or places[0] != 0 or places[-1] != len(kinds) - 1:
        return None
    between = {tuple(kinds[one + 1 : other]) for one, other in pairwise(places)}
    return NAMES.get(between.pop()) if len(between) == 1 else None
