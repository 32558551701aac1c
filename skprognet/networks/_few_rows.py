"""A few rows as fast as they come, with the bits that they have in a long block.

A matrix library chooses its order of summation by the shape of the product, and another order
gives other last digits. So rows are computed in blocks of one length, which makes the prediction
for a row the same bits whatever else is predicted with it. But a single row in a block of 128
waits for 127 rows of zeros. There are shorter ways to the same bits:

- a block of 4 rows with the rows first, ``x_NF @ weight_FH``, where a vector register holds units
  of the layer and not rows. It fails for layers of a few units, as an output is;
- a block of 16 to 64 rows with units first, ``weight_HF @ x_FN``, as the long block has it.

Whether the order is the same depends on the library and the processor, and nothing documents it.
So it is tried, once in a process for each shape, on random numbers: another order shows in
thousands of last digits at once. Where no shorter way gives the same bits, the block stays long.

Activations need care as well. torch computes a sigmoid of many numbers in vector registers, and of
a few that are left over, or that do not lie side by side, one by one: with another last digit. So
a block is only as short as its activations fill whole registers, and they lie side by side.

Letters in names: N rows, F numbers that a layer reads, H units that it has.
"""

from collections.abc import Iterator
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.functional import pad

from skprognet.networks._ambient import undisturbed
from skprognet.networks._column import ACTIVATIONS, Column

ROWS_PER_BLOCK = 128  # a multiple of the numbers in any vector register
FEW = 4
_SHORTER = (16, 32, 64)
_NUMBERS_AT_ONCE = 64  # a multiple of what torch takes in one go on any processor

_known: dict[tuple, tuple[int, ...]] = {}


def block_lengths(column: Column) -> tuple[int, ...]:
    """Return the lengths of blocks in which a row has the same bits, the shortest first.

    Parameters
    ----------
    column : Column
        The network, on the CPU.

    Returns
    -------
    tuple of int
        `FEW`, if it is among them, is for :func:`few_rows`; others are for units first.
    """
    key = (type(column), *column.config().values(), torch.get_num_threads())
    if key not in _known:
        with undisturbed("cpu"):
            _known[key] = _find_lengths(column)
    return _known[key]


def few_rows(column: Column, X_NF: Tensor) -> Iterator[Tensor]:
    """Yield hidden activations and logits of `FEW` rows without dropout, each of shape (N, H).

    It computes the same as the column itself, with the rows first; columns with adapters, which
    have products of their own, are left out of it.
    """
    activate, _ = ACTIVATIONS[column.activation]
    below_NF, frozen = column.split(X_NF)
    layers = zip(column.layers, column.weights_by_layer(), strict=True)
    for k, (layer, weights) in enumerate(layers):
        z_NH = _add_products(layer.bias, weights, [below_NF, *frozen[k]])
        below_NF = activate(z_NH.contiguous()) if k < len(column.hidden_layer_sizes) else z_NH
        yield below_NF


def _add_products(bias_H: Tensor, weights: list, inputs: list[Tensor]) -> Tensor:
    """Return what one layer makes of `FEW` rows of all that it reads, of shape (N, H)."""
    n_threads, pairs = torch.get_num_threads(), zip(weights, inputs, strict=True)
    if all(_rows_first(weight_HF.shape, weight_HF.dtype, n_threads) for weight_HF in weights):
        z_NH = bias_H
        for weight_HF, x_NF in pairs:
            z_NH = torch.addmm(z_NH, x_NF, weight_HF.t())
        return z_NH
    z_HN = bias_H[:, None]
    for weight_HF, x_NF in pairs:
        z_HN = torch.addmm(z_HN, weight_HF, pad(x_NF.t(), (0, _SHORTER[0] - FEW)))
    return z_HN[:, :FEW].t()


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
            or all(_units_first(w.shape, w.dtype, n_threads, _SHORTER[0]) for w in weights)
            for weights in column.weights_by_layer()
        )
    )
    return (*([FEW] if few else []), *lengths, ROWS_PER_BLOCK)


def _fills_registers(column: Column, length: int) -> bool:
    """Return whether no activation of a block of this length is computed one by one."""
    return all(length * width % _NUMBERS_AT_ONCE == 0 for width in column.hidden_layer_sizes)


@lru_cache(maxsize=1024)
def _rows_first(shape: torch.Size, dtype: torch.dtype, n_threads: int) -> bool:
    """Return whether `FEW` rows, with the rows first, have the bits of a long block."""
    bias_H1, weight_HF, x_FN = _random_product(shape, dtype)
    parts = [
        torch.addmm(bias_H1[:, 0], part_FN.t().contiguous(), weight_HF.t()).t()
        for part_FN in x_FN.split(FEW, dim=1)
    ]
    return torch.equal(torch.cat(parts, dim=1), torch.addmm(bias_H1, weight_HF, x_FN))


@lru_cache(maxsize=1024)
def _units_first(shape: torch.Size, dtype: torch.dtype, n_threads: int, length: int) -> bool:
    """Return whether a block of this length, with the units first, has the bits of a long one."""
    bias_H1, weight_HF, x_FN = _random_product(shape, dtype)
    parts = [
        torch.addmm(bias_H1, weight_HF, part_FN.contiguous())
        for part_FN in x_FN.split(length, dim=1)
    ]
    return torch.equal(torch.cat(parts, dim=1), torch.addmm(bias_H1, weight_HF, x_FN))


def _random_product(shape: torch.Size, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
    """Return biases, a matrix of this shape and a long block of what it is multiplied by."""
    options = {"generator": torch.Generator().manual_seed(0), "dtype": dtype}
    (n_units, n_inputs), n_rows = shape, ROWS_PER_BLOCK
    return (
        torch.randn(n_units, 1, **options),
        torch.randn(n_units, n_inputs, **options),
        torch.randn(n_inputs, n_rows, **options),
    )
