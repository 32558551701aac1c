"""The weights of many columns of one shape, stacked in a few tensors.

Letters in names: B networks, P weights of one network, F features, H units, C classes.
"""

from itertools import accumulate
from math import prod

import torch
from torch import Tensor

from skprognet.networks._column import Column

# Each matrix starts at a multiple of this number, which matrix libraries read fastest. Classes are
# padded to a multiple of it, so that the sums of a network do not depend on the number of classes
# of its neighbours.
_MULTIPLE = 16


def _padded(n: int) -> int:
    return -(-n // _MULTIPLE) * _MULTIPLE


def parameters_of(column: Column, k: int) -> list[Tensor]:
    """Return the parameters of layer k: each weight matrix, then the bias."""
    return [*column.weights(k), column.layers[k].bias]


def shape_of(column: Column) -> dict:
    """Return the plain values that columns must share to be trained together.

    The number of classes is rounded up to a multiple of 16, so columns may differ within it.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column, shape_of
    >>> generator = torch.Generator().manual_seed(0)
    >>> emotions, speakers = [Column(88, (16,), n, generator=generator) for n in (4, 10)]
    >>> shape_of(emotions) == shape_of(speakers)
    True
    """
    learns = [
        any(p.requires_grad for p in parameters_of(column, k)) for k in range(len(column.layers))
    ]
    n_classes = _padded(column.layers[-1].out_features)
    return {**column.config(), "n_classes": n_classes, "learns": learns}


class Block:
    """Weights that learn in the same way, as one row of P numbers per network.

    Parameters
    ----------
    lr : float or None
        The learning rate; None for weights that do not learn.
    shapes : list of tuple
        The shapes of the parameters of one network in this block.
    B : int
        Number of networks.
    like : Tensor
        A tensor of the type and on the device of the weights.
    copied : bool, default=False
        Whether the block has all layers except the output, which learns in another way.

    Attributes
    ----------
    values, grads, means, squares, best : Tensor of shape (B, P)
        The weights, their gradients, Adam's two moments, and the weights of the best epoch.
        Without a learning rate there are only the values.
    """

    def __init__(
        self, lr: float | None, shapes: list[tuple], B: int, like: Tensor, copied: bool = False
    ):
        self.lr = lr
        self.copied = copied
        self.shapes = shapes
        self.values = like.new_zeros(B, sum(_padded(prod(shape)) for shape in shapes))
        self.starts = self.values  # initial values of copied weights, if they are pulled back
        if lr is not None:
            self.grads, self.means, self.squares, self.best = [
                torch.zeros_like(self.values) for _ in range(4)
            ]

    def views(self, of: Tensor) -> list[Tensor]:
        """Return the parts of a tensor of shape (B, P), each of shape (B, *shape)."""
        starts = accumulate((_padded(prod(shape)) for shape in self.shapes), initial=0)
        return [
            of[:, start : start + prod(shape)].view(len(of), *shape)
            for start, shape in zip(starts, self.shapes, strict=False)
        ]


class ColumnStack:
    """B columns of one shape, according to :func:`shape_of`.

    The output layers are padded to one width. Padding classes have the bias minus infinity, so
    their probability and all their gradients are 0. Padding numbers are 0, and so are their
    targets.

    Parameters
    ----------
    columns : list of Column
        The networks, all with the same :func:`shape_of`.
    lr : float
        Learning rate.
    copied_lr : float or None, default=None
        Learning rate of all layers except the output; None means `lr`.
    device : str or torch.device, default="cpu"
        The device of the weights.
    padding : float, default=-inf
        The bias of padding outputs.
    output_apart : bool, default=False
        Whether the output is a separate block even if it has the same learning rate.

    Attributes
    ----------
    n_classes : int
        Width of the padded output.
    layers : list of list of Tensor
        For each layer its weight matrices, each of shape (B, H, inputs), then its bias (B, H).
    grads : list of list of Tensor
        The gradients of `layers`; an empty list for a layer that does not learn.
    learning : list of Block
        The blocks that learn, one for each way of learning.
    """

    def __init__(
        self,
        columns: list[Column],
        lr: float,
        copied_lr: float | None = None,
        device: str | torch.device = "cpu",
        padding: float = -torch.inf,
        output_apart: bool = False,
    ):
        self.columns = columns
        self.padding = padding
        first, depth = columns[0], len(columns[0].layers)
        like = torch.empty(0, dtype=first.layers[0].weight.dtype, device=device)
        self.n_classes = _padded(first.layers[-1].out_features)
        rates = [lr if copied_lr is None else copied_lr] * (depth - 1) + [lr]
        learns = shape_of(first)["learns"]
        # Layers with the same key form one block. The key is the learning rate and whether the
        # layer is copied.
        self.keys = [
            (rate if learns[k] else None, output_apart and k < depth - 1)
            for k, rate in enumerate(rates)
        ]
        self.blocks = []
        for key in dict.fromkeys(self.keys):
            shapes = [shape for k in self._layers_of(key) for shape in self._shapes(k)]
            self.blocks.append(Block(key[0], shapes, len(columns), like, copied=key[1]))
        self.learning = [block for block in self.blocks if block.lr is not None]
        self._load()
        self.layers = self._by_layer([block.values for block in self.blocks])
        self.grads = self._by_layer([getattr(block, "grads", None) for block in self.blocks])

    def _layers_of(self, key: tuple) -> list[int]:
        return [k for k, of_layer in enumerate(self.keys) if of_layer == key]

    def _shapes(self, k: int) -> list[tuple]:
        """Return the shapes of the parameters of layer k: each weight matrix, then the bias."""
        width = (self.n_classes,) if k == len(self.keys) - 1 else ()
        return [(*width, *p.shape[len(width) :]) for p in parameters_of(self.columns[0], k)]

    def _by_layer(self, tensors: list) -> list[list[Tensor]]:
        """Return the views of each layer, given a tensor (B, P) or None for each block."""
        layers: list[list[Tensor]] = [[] for _ in self.keys]
        for block, tensor in zip(self.blocks, tensors, strict=True):
            views = iter([] if tensor is None else block.views(tensor))
            for k in self._layers_of((block.lr, block.copied)):
                layers[k] = [view for _, view in zip(self._shapes(k), views, strict=False)]
        return layers

    def _load(self) -> None:
        of_columns = [
            [parameters_of(column, k) for k in range(len(self.keys))] for column in self.columns
        ]
        for block, values in zip(self.blocks, self.gather(of_columns), strict=True):
            block.values.copy_(values)

    @torch.no_grad()
    def gather(self, of_columns: list[list[list[Tensor]]]) -> list[Tensor]:
        """Return a tensor (B, P) for each block, from the parameters of each network's layers."""
        gathered = [torch.zeros_like(block.values, device="cpu") for block in self.blocks]
        layers = self._by_layer(gathered)
        layers[-1][-1].fill_(self.padding)
        for b, of_column in enumerate(of_columns):
            for views, parts in zip(layers, of_column, strict=True):
                for view, part in zip(views, parts, strict=True):
                    view[b, : len(part)].copy_(part)
        return [values.to(self.blocks[0].values.device) for values in gathered]

    @torch.no_grad()
    def unload(self, *, best: bool) -> None:
        """Copy the weights of the best or of the current epoch into the columns."""
        for block in self.learning if best else []:
            block.values.copy_(block.best)
        layers = self._by_layer([block.values.cpu() for block in self.blocks])
        for b, column in enumerate(self.columns):
            for k, views in enumerate(layers):
                for view, p in zip(views, parameters_of(column, k), strict=True):
                    p.copy_(view[b, : len(p)])
