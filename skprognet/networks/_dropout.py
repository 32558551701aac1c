r"""Dropout masks from as few random bits as possible.

A mask says which units are kept. A decision with probability 0.5 needs one random bit, but
``nn.Dropout`` draws a 32-bit floating-point number for each unit and compares it with the rate.
Here 64 random bits serve 64 units at the rate 0.5, and 32 units at 0.25 or 0.75: a rate that is a
multiple of :math:`2^{-b}` takes b bits per unit, with b = 1, 2, 4 or 8. Any other rate takes 16.

The bits become a mask in three steps, on whole tensors. For weights in float32:

1. *Cut.* A random 32-bit word holds the numbers of ``32 / b`` units. For each unit, the word is
   shifted left until the unit's b bits are at the top, then right until only these bits are left.
   The right shift copies the sign, so the result is a signed number r of b bits: every value from
   :math:`-2^{b-1}` to :math:`2^{b-1} - 1` is equally likely.
2. *Compare.* The unit is kept if r is below a threshold k, which shows in the sign of ``r - k``.
   Shifted right over the whole word, the sign becomes -1, which is 32 ones, or 0, which is 32
   zeros. With b = 1, r is already -1 or 0, so this step is skipped.
3. *Scale.* A bitwise *and* with the bits of the floating-point number ``1 / (1 - rate)`` turns
   ones into this number and zeros into 0.0. The same memory, read as floating-point numbers, is
   the mask.
"""

from math import prod

import torch
from torch import Tensor

# Type of the weights -> integer type of the same size, and its number of bits.
_INTEGERS = {torch.float32: (torch.int32, 32), torch.float64: (torch.int64, 64)}


def bits_of(rate: float) -> tuple[int, int]:
    """Return the number of random bits per unit, and how many of their values keep the unit.

    Examples
    --------
    >>> from skprognet.networks._dropout import bits_of
    >>> bits_of(0.5)
    (1, 1)
    >>> bits_of(0.25)
    (2, 3)
    """
    bits = next((b for b in (1, 2, 4, 8) if rate * 2**b % 1 == 0), 16)
    return bits, 2**bits - min(round(rate * 2**bits), 2**bits - 1)


class DropoutMasks:
    r"""Masks that are 0 with probability `rate` and else ``1 / (1 - rate)``.

    Units are independent. With b bits each (the smallest of 1, 2, 4 and 8 that meets the rate
    exactly, else 16) unit i takes a random integer :math:`r_i \in [-2^{b-1}, 2^{b-1})` and is
    kept where

    .. math:: r_i < k, \quad k = 2^{b-1} - \mathrm{round}(2^b \, rate),

    so the rate is met within 1 / 65536. Kept units are scaled by the rate that is met, so the
    expectation is exactly 1. All masks come from one draw, and processors apply each operation to
    many integers at once; ``nn.Dropout`` draws a floating-point number for each unit.

    Parameters
    ----------
    shapes : list of tuple of int
        The shape of each mask.
    rate : float
        Probability that a unit is dropped, above 0 and below 1.
    dtype : torch.dtype
        Type of the masks, float32 or float64.
    device : torch.device
        The device of the masks.
    """

    def __init__(self, shapes: list[tuple], rate: float, dtype: torch.dtype, device: torch.device):
        integer, self.width = _INTEGERS[dtype]
        self.bits, kept = bits_of(rate)
        self.k = kept - 2 ** (self.bits - 1)
        # The bits of the number that kept units become.
        self.scale = torch.tensor(2**self.bits / kept, dtype=dtype, device=device).view(integer)
        self.places = torch.arange(0, self.width, self.bits, dtype=integer, device=device)[:, None]
        sizes = [prod(shape) for shape in shapes]
        n_draws = -(-sum(sizes) * self.bits // 64)
        self.draws = torch.empty(n_draws, dtype=torch.int64, device=device)
        self.words = self.draws.view(integer)
        self.r = torch.empty(len(self.places), len(self.words), dtype=integer, device=device)
        masks = self.r.view(dtype).view(-1)[: sum(sizes)].split_with_sizes(sizes)
        self.masks = [mask.view(shape) for mask, shape in zip(masks, shapes, strict=True)]

    def draw(self, generator: torch.Generator) -> list[Tensor]:
        """Return masks drawn from `generator`; the next draw overwrites them."""
        # Draw from the lowest int64: plain random_() leaves every sign bit 0, which at the rate
        # 0.5 would always drop its unit.
        self.draws.random_(-(2**63), None, generator=generator)
        # Shifting left and then right turns each part of a word into a signed r.
        r = torch.bitwise_left_shift(self.words, self.places, out=self.r)
        r.bitwise_right_shift_(self.width - self.bits)
        if self.bits > 1:  # a single bit is already -1 or 0, and k is 0
            # Spread the sign of r - k over all bits of the word: -1 means kept.
            r.sub_(self.k).bitwise_right_shift_(self.width - 1)
        r.bitwise_and_(self.scale)
        return self.masks
