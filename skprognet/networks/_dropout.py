"""Dropout masks, out of as few random bits as the rate takes."""

from functools import cache
from math import prod

import torch
from torch import Tensor

# The type of the weights -> integers of the same size, and their bits.
_INTEGERS = {torch.float32: (torch.int32, 32), torch.float64: (torch.int64, 64)}


@cache
def _plan(rate: float, dtype: torch.dtype, device: torch.device) -> tuple:
    """Return b, where each b bits of a word start, k, and the scale of what is kept, as bits.

    b is the fewest bits that meet the rate exactly (1 for 0.5, 2 for 0.25), at most 16.
    """
    integer, width = _INTEGERS[dtype]
    bits = next((b for b in (1, 2, 4, 8) if rate * 2**b % 1 == 0), 16)
    kept = 2**bits - min(round(rate * 2**bits), 2**bits - 1)
    places = torch.arange(0, width, bits, dtype=integer, device=device)[:, None]
    scale = torch.tensor(2**bits / kept, dtype=dtype, device=device).view(integer)
    return bits, places, kept - 2 ** (bits - 1), scale


def dropout_masks(
    shapes: list[tuple], rate: float, generator: torch.Generator, dtype: torch.dtype
) -> list[Tensor]:
    r"""Return masks that are 0 with probability `rate`, else ``1 / (1 - rate)``.

    Units are independent. With b bits each (the fewest that meet the rate exactly, at most 16)
    unit i takes a random integer :math:`r_i \in [-2^{b-1}, 2^{b-1})` and is kept where

    .. math:: r_i < k, \quad k = 2^{b-1} - \mathrm{round}(2^b \, rate),

    so the rate is met to 1 / 65536, and the survivors are scaled by the rate that is met: the
    expectation is exactly 1. All masks come from one draw, and every operation is one that
    processors do on many integers at once; ``nn.Dropout`` draws a floating-point number for each
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
    bits, places, k, scale = _plan(rate, dtype, generator.device)
    sizes = [prod(shape) for shape in shapes]
    n_draws = -(-sum(sizes) * bits // 64)
    draws = torch.empty(n_draws, dtype=torch.int64, device=generator.device)
    # From the lowest int64 on: plain random_() leaves every sign bit 0, and its unit kept.
    draws.random_(-(2**63), None, generator=generator)
    # Shifted left and then right again, one part of each word after the other is a signed r.
    r = torch.bitwise_left_shift(draws.view(integer), places).bitwise_right_shift_(width - bits)
    if bits > 1:  # one bit is -1 or 0, and k is 0: it has said already what follows
        # The sign of r - k, in all bits of the word: -1 is what is kept.
        r.sub_(k).bitwise_right_shift_(width - 1)
    masks = r.bitwise_and_(scale).view(dtype).view(-1)[: sum(sizes)].split_with_sizes(sizes)
    return [mask.view(shape) for mask, shape in zip(masks, shapes, strict=True)]
