"""Dropout masks, out of as few random bits as the rate takes."""

from math import prod

import torch
from torch import Tensor

# The type of the weights -> integers of the same size, and their bits.
_INTEGERS = {torch.float32: (torch.int32, 32), torch.float64: (torch.int64, 64)}


def _bits_per_unit(rate: float) -> int:
    """Return the fewest bits that meet `rate` exactly (1 for 0.5, 2 for 0.25), at most 16."""
    return next((bits for bits in (1, 2, 4, 8) if rate * 2**bits % 1 == 0), 16)


def dropout_masks(
    shapes: list[tuple], rate: float, generator: torch.Generator, dtype: torch.dtype
) -> list[Tensor]:
    r"""Return masks that are 0 with probability `rate`, else ``1 / (1 - rate)``.

    Units are independent. With b bits each (the fewest that meet the rate exactly, at most 16)
    unit i takes a random integer :math:`r_i \in [-2^{b-1}, 2^{b-1})` and is kept where

    .. math:: r_i \geq d - 2^{b-1}, \quad d = \mathrm{round}(2^b \, rate),

    so the rate is met to 1 / 65536, and the survivors are scaled by the rate that is met: the
    expectation is exactly 1. All masks come from one draw, and every operation is one that
    processors do on many integers at once. ``nn.Dropout`` draws a floating-point number for each
    unit.

    Parameters
    ----------
    shapes : list of tuple of int
        The shape of each mask.
    rate : float
        Probability that a unit is dropped, above 0 and below 1.
    generator : torch.Generator
        Draws the bits; the masks are where it is.
    dtype : torch.dtype
        Type of the masks, float32 or float64.

    Returns
    -------
    list of Tensor
        One mask for each shape.
    """
    integer, width = _INTEGERS[dtype]
    bits = _bits_per_unit(rate)
    dropped = min(round(rate * 2**bits), 2**bits - 1)
    sizes = [prod(shape) for shape in shapes]
    n_draws = -(-sum(sizes) * bits // 64)
    draws = torch.empty(n_draws, dtype=torch.int64, device=generator.device)
    # From the lowest int64 on: plain random_() leaves every sign bit 0, and its unit kept.
    draws.random_(-(2**63), None, generator=generator)
    # Shifted left and then right again, one part of each word after the other is a signed r.
    places = torch.arange(0, width, bits, dtype=integer, device=draws.device)
    r = torch.bitwise_left_shift(draws.view(integer), places[:, None])
    r.bitwise_right_shift_(width - bits)
    # ~r is -r - 1: what is kept becomes negative, and by the last shift all ones.
    kept = r.bitwise_not_().add_(dropped - 2 ** (bits - 1)).bitwise_right_shift_(width - 1)
    scale = torch.tensor(2**bits / (2**bits - dropped), dtype=dtype, device=draws.device)
    masks = kept.bitwise_and_(scale.view(integer)).view(dtype).view(-1)[: sum(sizes)]
    return [mask.view(shape) for mask, shape in zip(masks.split(sizes), shapes, strict=True)]
