"""One column of the paper: a feed-forward network that can be read layer by layer.

Letters in names: N rows, F features, H units of one hidden layer, C classes.
"""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from skprognet.networks._dropout import DropoutMasks
from skprognet.networks._mask_scheme import CountedMasks, masks_from

_aten = torch.ops.aten
# name -> (activation, function that turns the gradient of its output, and the output itself, into
# the gradient of its input); both write their result into their first argument
ACTIVATIONS = {
    "sigmoid": (
        torch.sigmoid_,
        lambda grad, h: _aten.sigmoid_backward.grad_input(grad, h, grad_input=grad),
    ),
    "tanh": (
        torch.tanh_,
        lambda grad, h: _aten.tanh_backward.grad_input(grad, h, grad_input=grad),
    ),
    "relu": (
        torch.relu_,
        lambda grad, h: _aten.threshold_backward.grad_input(grad, h, 0, grad_input=grad),
    ),
    "identity": (lambda z: z, lambda grad, h: grad),
}


def glorot_linear(
    n_in: int, n_out: int, *, bias: bool, generator: torch.Generator, dtype: torch.dtype
) -> nn.Linear:
    """Return a linear layer with Glorot-uniform weights and zero bias.

    It draws from `generator` only; ``nn.Linear`` would draw from torch's global state.
    """
    # Built without values, which are set here: nn.utils.skip_init imports sympy, which takes a
    # second.
    layer = nn.Linear(n_in, n_out, bias=bias, device="meta", dtype=dtype)
    layer.weight = nn.Parameter(torch.empty(n_out, n_in, dtype=dtype))
    nn.init.xavier_uniform_(layer.weight, generator=generator)
    if bias:
        layer.bias = nn.Parameter(torch.zeros(n_out, dtype=dtype))
    return layer


class Column(nn.Module):
    r"""Feed-forward network with dropout after each hidden layer: the DNN of Gideon et al. 2017.

    With :math:`h_0 = x`, hidden layer k of L computes

    .. math:: h_k = D_k \, f(W_k h_{k-1} + b_k), \quad k = 1 \dots L,

    and the output is :math:`W_{L+1} h_L + b_{L+1}`: logits, not probabilities. :math:`D_k` is the
    dropout mask: 0 with probability `dropout`, else ``1 / (1 - dropout)``, and 1 in evaluation
    mode.

    Parameters
    ----------
    n_features : int
        Width F of the input.
    hidden_layer_sizes : sequence of int
        Width of each of the L hidden layers.
    n_classes : int
        Width C of the output.
    generator : torch.Generator
        Draws the initial weights (Glorot uniform; biases are 0).
    activation : {"sigmoid", "tanh", "relu", "identity"}, default="sigmoid"
        The function f.
    dropout : float, default=0.0
        Probability that a training step drops a hidden unit.
    dtype : torch.dtype, default=torch.float32
        Type of the weights.

    Attributes
    ----------
    layers : nn.ModuleList
        The L + 1 linear layers.
    dropout_generator : torch.Generator, StepCounter or None
        Draws the dropout masks; the code that trains the column sets it. It is not pickled or
        copied.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column
    >>> generator = torch.Generator().manual_seed(0)
    >>> column = Column(88, (16, 8), 4, generator=generator)
    >>> column(torch.zeros(3, 88)).shape
    torch.Size([3, 4])
    >>> [h_NH.shape for h_NH in column.hidden(torch.zeros(3, 88))]
    [torch.Size([3, 16]), torch.Size([3, 8])]
    """

    def __init__(
        self,
        n_features: int,
        hidden_layer_sizes,
        n_classes: int,
        *,
        generator: torch.Generator,
        activation: str = "sigmoid",
        dropout: float = 0.0,
        dtype: torch.dtype = torch.float32,
    ):
        super().__init__()
        self.n_features = n_features
        self.hidden_layer_sizes = tuple(hidden_layer_sizes)
        self.activation = activation
        self.dropout = dropout
        self.dropout_generator: Any = None
        sizes = [n_features, *hidden_layer_sizes, n_classes]
        self.layers = nn.ModuleList(
            glorot_linear(n_in, n_out, bias=True, generator=generator, dtype=dtype)
            for n_in, n_out in pairwise(sizes)
        )

    def config(self) -> dict:
        """Return the plain values from which `build_column` rebuilds the column."""
        return {
            "n_features": self.n_features,
            "hidden_layer_sizes": self.hidden_layer_sizes,
            "n_classes": self.layers[-1].out_features,
            "activation": self.activation,
            "dropout": self.dropout,
            "dtype": self.dtype_name,
        }

    @property
    def dtype_name(self) -> str:
        """The type of the weights, such as "float32"."""
        first = next(iter(self.layers))  # indexing a ModuleList takes ten times as long
        return str(first.weight.dtype).removeprefix("torch.")

    def __getstate__(self):
        return {**self.__dict__, "dropout_generator": None}

    @property
    def gradients_written_out(self) -> bool:
        """Whether :func:`loss_and_gradients` can compute the gradients; else autograd does."""
        return True

    def weights(self, k: int) -> list[nn.Parameter]:
        """Return the weight matrices of layer k (from 0), one for each input that it reads."""
        return self.weights_by_layer()[k]

    def weights_by_layer(self) -> list[list[nn.Parameter]]:
        """Return the matrices of all layers, faster than one call of `weights` per layer."""
        return [[layer.weight] for layer in self.layers]

    def columns(self, X_NF: Tensor) -> tuple[Tensor, list[list[Tensor]]]:
        """Return views of the features and of the layers of each frozen column, here none."""
        return X_NF, []

    def split(self, X_NF: Tensor) -> tuple[Tensor, list[list[Tensor]]]:
        """Return views of the input of layer 0 and of the frozen layers that each layer reads."""
        return X_NF, [[] for _ in self.layers]

    def masks(self, n_rows: int) -> DropoutMasks | CountedMasks | None:
        """Return the source of dropout masks (N, H) of the hidden layers; None without dropout."""
        if not self.dropout:
            return None
        shapes = [(n_rows, width) for width in self.hidden_layer_sizes]
        return masks_from(self.dropout_generator, shapes, self.dropout, self.layers[0].weight)

    def lateral_inputs(self, k: int, frozen: list[Tensor], *, dropping: bool) -> list[Tensor]:
        """Return the lateral inputs of layer k, given the frozen layers; here none."""
        return frozen

    def hidden(self, X_NF: Tensor) -> list[Tensor]:
        """Return the activations of the hidden layers, each of shape (N, H)."""
        return [h_HN.t() for h_HN in self._units_first(X_NF, dropping=self.training)[:-1]]

    def forward(self, X_NF: Tensor) -> Tensor:
        """Return the logits, of shape (N, C)."""
        return self._units_first(X_NF, dropping=self.training)[-1].t()

    def _units_first(self, X_NF: Tensor, *, dropping: bool) -> list[Tensor]:
        """Return hidden activations and logits, each with units as rows: shape (H, N).

        With rows as columns in memory, each row goes through the same vectorised sums (in float32,
        with the libraries of torch). The other way round, the order of summation would depend on
        the position of the row.
        """
        activate, _ = ACTIVATIONS[self.activation]
        x_NF, frozen = self.split(X_NF)
        masks = self.masks(len(X_NF)) if dropping else None
        masks = None if masks is None else masks.draw(self.dropout_generator)
        below_HN, outputs = x_NF.t().contiguous(), []
        layers = zip(self.layers, self.weights_by_layer(), strict=True)
        for k, (layer, (first, *others)) in enumerate(layers):
            laterals = self.lateral_inputs(k, frozen[k], dropping=dropping)
            z_HN = torch.addmm(layer.bias[:, None], first, below_HN)
            for weight, input_NH in zip(others, laterals, strict=True):
                z_HN = torch.addmm(z_HN, weight, input_NH.t().contiguous())
            if k < len(self.hidden_layer_sizes):
                below_HN = activate(z_HN)
                if masks is not None:
                    below_HN = below_HN * masks[k].t()
                outputs.append(below_HN)
        return [*outputs, z_HN]

    def replace_output(self, n_classes: int, generator: torch.Generator) -> None:
        """Replace the output layer by a newly initialised one for `n_classes` classes."""
        old = self.layers[-1]
        self.layers[-1] = glorot_linear(
            old.in_features, n_classes, bias=True, generator=generator, dtype=old.weight.dtype
        )
