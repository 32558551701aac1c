"""Predict a few rows quickly, with the same bits as in a long block of rows.

A matrix library chooses its order of summation by the shape of the product, and another order
changes the last digits. So rows are computed in blocks of one length, and a prediction has the
same bits whatever other rows are predicted with it. But then a single row waits for 127 rows of
zeros, in a block of 128. Shorter blocks can give the same bits:

- a block of 4 rows with the rows first, ``x_NF @ weight_FH``, where a vector register holds units
  of the layer instead of rows. It does not work for layers of a few units, such as the output;
- a block of 16 to 64 rows with the units first, ``weight_HF @ x_FN``, like the long block.

So 4 rows go through the hidden layers with the rows first. For the output, they are padded to 16
rows and go through it with the units first.

Whether a shorter block has the same order depends on the library and the processor, and is not
documented. So each shape is tried once per process, on random numbers: another order would change
thousands of last digits at once. If no shorter block gives the same bits, the long one is used.

Activations need care as well. torch computes the sigmoid of many numbers in vector registers. If
numbers are left over, or are not adjacent in memory, it computes them one by one, with another
last digit. So the activations of a block must fill whole registers, and be adjacent in memory.

Letters in names: N rows, F numbers that a layer reads, H units of a layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from skprognet.networks._ambient import undisturbed
from skprognet.networks._column import ACTIVATIONS, Column

ROWS_PER_BLOCK = 128  # a multiple of the numbers in any vector register
FEW = 4
_SHORTER = (16, 32, 64)
_FILLED_UP = 16  # a layer of a few units pads its rows to this number
_NUMBERS_AT_ONCE = 64  # a multiple of what torch computes at once on any processor

_known_lengths: dict[tuple, tuple[int, ...]] = {}
_prepared: WeakKeyDictionary[Column, PreparedColumn] = WeakKeyDictionary()


@dataclass(frozen=True)
class PreparedLayer:
    """The weights of one layer, in the form that :func:`few_rows` needs.

    Attributes
    ----------
    rows_first : bool
        Whether the product is ``x_NF @ weight_FH``; else it is ``weight_HF @ x_FN``.
    bias : Tensor of shape (H,) or (H, 1)
        The second shape if units come first.
    weights : list of Tensor
        One matrix for each input, (F, H) if the rows come first, else (H, F).
    """

    rows_first: bool
    bias: Tensor
    weights: list[Tensor]


@dataclass(frozen=True)
class PreparedColumn:
    """What :func:`few_rows` needs from a column, looked up once for all predictions.

    The product of one row and a matrix takes ten microseconds. Finding the matrix in its module,
    transposing it and checking which order of the product is safe take as long again.

    Attributes
    ----------
    modules : list of Module
        All parts of the column.
    children : list of dict
        For each part that can have submodules, the module's own dict of submodules by name.
    parameters : list of dict
        For each part that has weights, the module's own dict of weights by name.
    addresses : list of int
        The addresses of the weights in memory. `layers` has views of this memory, so it sees each
        training step.
    n_threads : int
        How many threads torch uses; the order of summation may depend on it.
    lengths : tuple of int
        The lengths of blocks in which a row has the same bits, shortest first. A block of `FEW`
        rows goes through :func:`few_rows`; longer ones are computed with the units first.
    layers : list of PreparedLayer
        The layers; empty if `FEW` is not among the lengths.
    """

    modules: list[nn.Module]
    children: list[dict]
    parameters: list[dict]
    addresses: list[int]
    n_threads: int
    lengths: tuple[int, ...]
    layers: list[PreparedLayer]

    @property
    def is_valid(self) -> bool:
        """Whether threads, parts and addresses of weights are still the same."""
        return (
            self.n_threads == torch.get_num_threads()
            and self.modules == [part for parts in self.children for part in parts.values()]
            and self.addresses == _addresses(self.parameters)
        )


def prepared(column: Column) -> tuple[tuple[int, ...], list[PreparedLayer]]:
    """Return the lengths of blocks for a column on the CPU, and its layers for a few rows."""
    known = _prepared.get(column)
    if known is None or not known.is_valid:
        known = _prepared[column] = _prepare(column)
    return known.lengths, known.layers


def _prepare(column: Column) -> PreparedColumn:
    """Look up everything that a column needs."""
    n_threads = torch.get_num_threads()
    lengths = _block_lengths(column, n_threads)
    # Each prediction looks through these, so empty ones are left out.
    children = [part._modules for part in column.modules() if not isinstance(part, nn.Linear)]
    parameters = [part._parameters for part in column.modules() if part._parameters]
    return PreparedColumn(
        modules=[part for parts in children for part in parts.values()],
        children=children,
        parameters=parameters,
        addresses=_addresses(parameters),
        n_threads=n_threads,
        lengths=lengths,
        layers=_prepare_layers(column, n_threads) if FEW in lengths else [],
    )


def _addresses(parameters: list[dict]) -> list[int]:
    """Return the addresses of weights in memory."""
    return [
        values.data_ptr()
        for weights in parameters
        for values in weights.values()
        if values is not None
    ]


def few_rows(column: Column, layers: list[PreparedLayer], X_NF: Tensor) -> list[Tensor]:
    """Return the outputs of these layers for `FEW` rows without dropout, each of shape (N, H).

    The results are those of the column itself. Columns with adapters are not supported, since
    adapters have their own products.
    """
    activate, _ = ACTIVATIONS[column.activation]
    below_NF, frozen = column.split(X_NF)
    n_hidden = len(column.hidden_layer_sizes)
    outputs = []
    for k, layer in enumerate(layers):
        z_NH = _add_products(layer, [below_NF, *frozen[k]])
        below_NF = activate(z_NH.contiguous()) if k < n_hidden else z_NH
        outputs.append(below_NF)
    return outputs


def _add_products(layer: PreparedLayer, inputs: list[Tensor]) -> Tensor:
    """Return the sum of bias and products of one layer for `FEW` rows, of shape (N, H)."""
    z = layer.bias
    if layer.rows_first:
        for weight_FH, x_NF in zip(layer.weights, inputs, strict=True):
            z = torch.addmm(z, x_NF, weight_FH)
        return z
    for weight_HF, x_NF in zip(layer.weights, inputs, strict=True):
        z = torch.addmm(z, weight_HF, torch.constant_pad_nd(x_NF.t(), (0, _FILLED_UP - FEW)))
    return z[:, :FEW].t()


def _prepare_layers(column: Column, n_threads: int) -> list[PreparedLayer]:
    """Return the weights of each layer, arranged for the order of its products."""
    layers = []
    for layer, weights in zip(column.layers, column.weights_by_layer(), strict=True):
        bias_H, matrices = layer.bias.detach(), [weight.detach() for weight in weights]
        if all(_rows_first(w.shape, w.dtype, n_threads) for w in matrices):
            ready = PreparedLayer(True, bias_H, [weight_HF.t() for weight_HF in matrices])
        else:
            ready = PreparedLayer(False, bias_H[:, None], matrices)
        layers.append(ready)
    return layers


def _block_lengths(column: Column, n_threads: int) -> tuple[int, ...]:
    """Return the lengths of blocks in which a row has the same bits, the shortest first."""
    key = (type(column), *column.config().values(), n_threads)
    if key not in _known_lengths:
        with undisturbed("cpu"):
            _known_lengths[key] = _find_lengths(column)
    return _known_lengths[key]


def _find_lengths(column: Column) -> tuple[int, ...]:
    """Return the lengths that give the same bits in each product of a column."""
    n_threads = torch.get_num_threads()
    matrices = [values for values in column.parameters() if values.ndim == 2]
    shapes = {(values.shape, values.dtype, n_threads) for values in matrices}
    full = [n for n in (FEW, *_SHORTER) if _fills_registers(column, n)]
    lengths = [n for n in full if n != FEW and all(_units_first(*shape, n) for shape in shapes)]
    has_adapters = len(getattr(column, "adapters", ())) > 0
    few = (
        FEW in full
        and not has_adapters
        and all(
            all(_rows_first(w.shape, w.dtype, n_threads) for w in weights)
            or all(_units_first(w.shape, w.dtype, n_threads, _FILLED_UP) for w in weights)
            for weights in column.weights_by_layer()
        )
    )
    return (*([FEW] if few else []), *lengths, ROWS_PER_BLOCK)


def _fills_registers(column: Column, length: int) -> bool:
    """Return whether no activation of a block of this length is computed one by one."""
    return all(length * width % _NUMBERS_AT_ONCE == 0 for width in column.hidden_layer_sizes)


@lru_cache(maxsize=1024)
def _rows_first(shape: torch.Size, dtype: torch.dtype, n_threads: int) -> bool:
    """Return whether `FEW` rows, with the rows first, have the same bits as in a long block."""
    bias_H1, weight_HF, x_FN = _random_product(shape, dtype)
    parts = [
        torch.addmm(bias_H1[:, 0], part_FN.t().contiguous(), weight_HF.t()).t()
        for part_FN in x_FN.split(FEW, dim=1)
    ]
    return torch.equal(torch.cat(parts, dim=1), torch.addmm(bias_H1, weight_HF, x_FN))


@lru_cache(maxsize=1024)
def _units_first(shape: torch.Size, dtype: torch.dtype, n_threads: int, length: int) -> bool:
    """Return whether rows have the same bits in blocks of this length, with units first."""
    bias_H1, weight_HF, x_FN = _random_product(shape, dtype)
    parts = [
        torch.addmm(bias_H1, weight_HF, part_FN.contiguous())
        for part_FN in x_FN.split(length, dim=1)
    ]
    return torch.equal(torch.cat(parts, dim=1), torch.addmm(bias_H1, weight_HF, x_FN))


def _random_product(shape: torch.Size, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
    """Return random biases, a matrix of this shape, and a long block to multiply it by."""
    options = {"generator": torch.Generator().manual_seed(0), "dtype": dtype}
    (n_units, n_inputs), n_rows = shape, ROWS_PER_BLOCK
    return (
        torch.randn(n_units, 1, **options),
        torch.randn(n_units, n_inputs, **options),
        torch.randn(n_inputs, n_rows, **options),
    )
