r"""The progressive column: a new network that also reads the layers of frozen ones.

Gideon et al. 2017, section 3 and Figure 1; Rusu et al. 2016 (arXiv 1606.04671), equation 2.
"""

import torch
from torch import Tensor, nn

from skprognet.networks._column import Column, glorot_linear


def source_layer(k: int, depth: int, source_depth: int) -> int:
    """Return which hidden layer of a source (from 1) goes with hidden layer `k` of `depth`.

    It is ``ceil(k * source_depth / depth)``: the same layer where the depths agree, the last layer
    with the last, and in between evenly spread, a layer used twice or left out as need be.
    """
    return -(-k * source_depth // depth)


def join_frozen(x_NF: Tensor, frozen: list[list[Tensor]]) -> Tensor:
    """Put the features and the hidden activations of all frozen columns side by side.

    This one matrix is what a :class:`ProgressiveColumn` reads, so that the frozen activations are
    computed once per fit and are then batched like features.
    """
    return torch.cat([x_NF, *(h_NH for column in frozen for h_NH in column)], dim=1)


class ProgressiveColumn(Column):
    r"""A column with lateral connections from frozen columns.

    With :math:`h_k^{(j)}` hidden layer k of frozen column j (in evaluation mode), layer k + 1 of
    the new column, for k = 1 .. L and the output being layer L + 1, reads

    .. math:: W_{k+1} h_k + b_{k+1} + \sum_j U_{k+1}^{(j)} h_{s(k)}^{(j)}

    where :math:`s(k)` is :func:`source_layer`, k itself where the depths agree. Hidden layers
    apply the activation and dropout to it; dropout is never applied to what is frozen. Layer 1
    reads the features only.

    Shapes: :math:`h_k` is (N, H), :math:`h^{(j)}` is (N, H of that layer),
    :math:`U_{k+1}^{(j)}` is (H of the new layer k + 1, H of the frozen layer).

    Parameters
    ----------
    n_features : int
        Width F of the features.
    hidden_layer_sizes : sequence of int
        Width of each of the L hidden layers of the new column; at least one.
    n_classes : int
        Width C of the output.
    source_sizes : sequence of sequences of int
        For each frozen column the widths of its hidden layers.
    generator : torch.Generator
        Draws the initial weights; each matrix is Glorot uniform by itself.
    dtype : torch.dtype, default=torch.float32
        Type of the weights.
    **options
        As for :class:`Column`.

    Attributes
    ----------
    laterals : nn.ModuleList of nn.ModuleList
        ``laterals[k - 1][j]`` holds :math:`U_{k+1}^{(j)}`.
    """

    def __init__(
        self,
        n_features: int,
        hidden_layer_sizes,
        n_classes: int,
        *,
        source_sizes,
        generator: torch.Generator,
        dtype: torch.dtype = torch.float32,
        **options,
    ):
        super().__init__(
            n_features, hidden_layer_sizes, n_classes, generator=generator, dtype=dtype, **options
        )
        self.source_sizes = tuple(tuple(sizes) for sizes in source_sizes)
        depth = len(self.hidden_layer_sizes)
        self.laterals = nn.ModuleList(
            nn.ModuleList(
                glorot_linear(
                    sizes[source_layer(k, depth, len(sizes)) - 1],
                    self.layers[k].out_features,
                    bias=False,
                    generator=generator,
                    dtype=dtype,
                )
                for sizes in self.source_sizes
            )
            for k in range(1, depth + 1)
        )

    def weights(self, k: int) -> list[nn.Parameter]:
        if k == 0:
            return super().weights(k)
        return [*super().weights(k), *(lateral.weight for lateral in self.laterals[k - 1])]

    def columns(self, X_NF: Tensor) -> tuple[Tensor, list[list[Tensor]]]:
        """Split what :func:`join_frozen` put together."""
        widths = [self.n_features, *(width for sizes in self.source_sizes for width in sizes)]
        x_NF, *activations = X_NF.split(widths, dim=1)
        remaining = iter(activations)
        return x_NF, [[next(remaining) for _ in sizes] for sizes in self.source_sizes]

    def split(self, X_NF: Tensor) -> tuple[Tensor, list[list[Tensor]]]:
        x_NF, columns = self.columns(X_NF)
        depth = len(self.hidden_layer_sizes)
        read_by_layer = [
            [column[source_layer(k, depth, len(column)) - 1] for column in columns]
            for k in range(1, depth + 1)
        ]
        return x_NF, [[], *read_by_layer]

    def replace_output(self, n_classes: int, generator: torch.Generator) -> None:
        super().replace_output(n_classes, generator)
        for j, old in enumerate(self.laterals[-1]):
            self.laterals[-1][j] = glorot_linear(
                old.in_features,
                n_classes,
                bias=False,
                generator=generator,
                dtype=old.weight.dtype,
            )
