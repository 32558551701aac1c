r"""The progressive column: a new network that also reads the layers of frozen networks.

Gideon et al. 2017, section 3 and Figure 2; Rusu et al. 2016 (arXiv 1606.04671), equation 2.
"""

from itertools import accumulate

import torch
from torch import Tensor, nn

from skprognet.networks._adapters import Adapter
from skprognet.networks._column import Column, glorot_linear
from skprognet.networks._mask_scheme import LATERAL, masks_from


def source_layer(k: int, depth: int, source_depth: int) -> int:
    """Return the hidden layer of a source (from 1) that corresponds to layer `k` of `depth`.

    It is ``ceil(k * source_depth / depth)``. For equal depths this is the same layer. Otherwise
    the last layers correspond, and the others are spread evenly: layers are used several
    times or left out.

    Examples
    --------
    With four new layers, each layer of a source with two layers is read twice:

    >>> from skprognet.networks import source_layer
    >>> [source_layer(k, depth=4, source_depth=2) for k in (1, 2, 3, 4)]
    [1, 1, 2, 2]
    """
    return -(-k * source_depth // depth)


def join_frozen(x_NF: Tensor, frozen: list[list[Tensor]]) -> Tensor:
    """Join the features and the hidden activations of all frozen columns.

    A :class:`ProgressiveColumn` reads this one matrix. So the frozen activations are computed once
    per fit and then batched like features.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import join_frozen
    >>> x_NF, frozen = torch.zeros(3, 88), [[torch.zeros(3, 16), torch.zeros(3, 8)]]
    >>> join_frozen(x_NF, frozen).shape
    torch.Size([3, 112])
    """
    return torch.cat([x_NF, *(h_NH for column in frozen for h_NH in column)], dim=1)


class ProgressiveColumn(Column):
    r"""A column with lateral connections from frozen columns.

    Let :math:`h_k^{(j)}` be hidden layer k of frozen column j, in evaluation mode. For
    k = 1 .. L, layer k + 1 of the new column (layer L + 1 is the output) computes

    .. math:: W_{k+1} h_k + b_{k+1} + \sum_j U_{k+1}^{(j)} h_{s(k)}^{(j)}

    where :math:`s(k)` is :func:`source_layer`, which is k for equal depths. Hidden layers apply
    the activation and dropout to this sum; frozen columns never have their own dropout. Layer 1
    reads the features only.

    With an adapter the sum is :math:`U_{k+1} a_k`, where :class:`Adapter` computes :math:`a_k`
    from the frozen layers of all columns.

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
        Draws the initial weights; each matrix is Glorot uniform on its own.
    dtype : torch.dtype, default=torch.float32
        Type of the weights.
    adapter : {None, "linear", "mlp"}, default=None
        What connects the frozen layers to the new layer; None is a matrix for each frozen layer.
    lateral_dropout : float, default=0.0
        Dropout rate of the frozen activations, drawn separately for each layer that reads them;
        the frozen column itself computes with all its units.
    **options
        As for :class:`Column`.

    Attributes
    ----------
    laterals : nn.ModuleList of nn.ModuleList
        ``laterals[k - 1][j]`` holds :math:`U_{k+1}^{(j)}`; with an adapter only j = 0 exists.
    adapters : nn.ModuleList of Adapter
        ``adapters[k - 1]`` computes :math:`a_k`; empty without an adapter.
    places_by_layer : list of list of (int, int)
        For each layer, from 0, the positions in the joined input of the frozen layers that it
        reads: first column and width.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column, ProgressiveColumn, evaluate_hidden, join_frozen
    >>> generator = torch.Generator().manual_seed(0)
    >>> source = Column(88, (16, 8), 2, generator=generator)
    >>> column = ProgressiveColumn(88, (32, 32), 4, source_sizes=[(16, 8)], generator=generator)
    >>> x_NF = torch.zeros(3, 88)
    >>> column(join_frozen(x_NF, [evaluate_hidden(source, x_NF)])).shape
    torch.Size([3, 4])
    >>> [lateral.weight.shape for layer in column.laterals for lateral in layer]
    [torch.Size([32, 16]), torch.Size([4, 8])]
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
        adapter: str | None = None,
        lateral_dropout: float = 0.0,
        **options,
    ):
        super().__init__(
            n_features, hidden_layer_sizes, n_classes, generator=generator, dtype=dtype, **options
        )
        self.source_sizes = tuple(tuple(sizes) for sizes in source_sizes)
        self.adapter = adapter
        self.lateral_dropout = lateral_dropout
        columns = self._places_of_columns()
        self._widths = [n_features, *(width for places in columns for _, width in places)]
        self.places_by_layer: list[list[tuple[int, int]]] = [[]]
        new = {"generator": generator, "dtype": dtype}
        self.laterals, self.adapters = nn.ModuleList(), nn.ModuleList()
        for k, layer in enumerate(list(self.layers)[1:], start=1):
            read = [places[self._source_layer(k, len(places))] for places in columns]
            self.places_by_layer.append(read)
            widths = [width for _, width in read]
            if adapter is not None and widths:
                kind = {"kind": adapter, "activation": self.activation}
                self.adapters.append(Adapter(widths, layer.in_features, **kind, **new))
                widths = [layer.in_features]
            self.laterals.append(
                nn.ModuleList(
                    glorot_linear(width, layer.out_features, bias=False, **new) for width in widths
                )
            )
        number = {start: n for n, start in enumerate(accumulate(self._widths, initial=0))}
        self._parts_by_layer = [
            [number[start] for start, _ in places] for places in self.places_by_layer
        ]

    def config(self) -> dict:
        """Return the plain values from which `build_column` rebuilds the column."""
        return {
            **super().config(),
            "source_sizes": self.source_sizes,
            "adapter": self.adapter,
            "lateral_dropout": self.lateral_dropout,
        }

    @property
    def gradients_written_out(self) -> bool:
        """Whether there are no adapters."""
        return not self.adapters

    def _source_layer(self, k: int, source_depth: int) -> int:
        """Return the hidden layer of a source (from 0) that layer k + 1 reads."""
        return source_layer(k, len(self.hidden_layer_sizes), source_depth) - 1

    def weights_by_layer(self) -> list[list[nn.Parameter]]:
        laterals = [[], *self.laterals]
        return [
            [layer.weight, *(lateral.weight for lateral in others)]
            for layer, others in zip(self.layers, laterals, strict=True)
        ]

    def lateral_inputs(self, k: int, frozen: list[Tensor], *, dropping: bool) -> list[Tensor]:
        """Return the lateral inputs of layer k (from 0), after dropout and adapter."""
        if frozen and dropping and self.lateral_dropout:
            shapes = [h_NH.shape for h_NH in frozen]
            n_before = sum(len(layer) for layer in self.places_by_layer[:k])
            source, rate = self.dropout_generator, self.lateral_dropout
            masks = masks_from(source, shapes, rate, self.layers[k].weight, LATERAL, n_before)
            masks = masks.draw(source)
            frozen = [h_NH * mask_NH for h_NH, mask_NH in zip(frozen, masks, strict=True)]
        return [self.adapters[k - 1](frozen)] if frozen and self.adapters else frozen

    def _places_of_columns(self) -> list[list[tuple[int, int]]]:
        """Return start and width of each layer of each frozen column in the input."""
        widths = [width for sizes in self.source_sizes for width in sizes]
        starts = iter(accumulate(widths, initial=self.n_features))
        return [[(next(starts), width) for width in sizes] for sizes in self.source_sizes]

    def columns(self, X_NF: Tensor) -> tuple[Tensor, list[list[Tensor]]]:
        return X_NF.narrow(1, 0, self.n_features), [
            [X_NF.narrow(1, *place) for place in places] for places in self._places_of_columns()
        ]

    def split(self, X_NF: Tensor) -> tuple[Tensor, list[list[Tensor]]]:
        # Views, so that each layer reads its part of the joined matrix without a copy.
        parts = torch.split_with_sizes(X_NF, self._widths, dim=1)
        return parts[0], [[parts[number] for number in read] for read in self._parts_by_layer]

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


def build_column(config: dict) -> Column:
    """Build a column from its ``config()``, before its weights are loaded.

    Parameters
    ----------
    config : dict
        Plain values; with `source_sizes` they describe a :class:`ProgressiveColumn`.

    Returns
    -------
    Column
        A column of the same shape, with meaningless weights.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column, build_column
    >>> column = Column(88, (16,), 4, generator=torch.Generator().manual_seed(0))
    >>> same = build_column(column.config())
    >>> _ = same.load_state_dict(column.state_dict())
    >>> torch.equal(same(torch.ones(3, 88)), column(torch.ones(3, 88)))
    True
    """
    kind = ProgressiveColumn if "source_sizes" in config else Column
    options = {**config, "dtype": getattr(torch, config["dtype"])}
    return kind(**options, generator=torch.Generator().manual_seed(0))
