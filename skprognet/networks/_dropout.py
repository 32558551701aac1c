r"""Dropout masks, out of as few random bits as the rate takes.

A mask says of each unit whether it is kept. To decide that with probability 0.5 takes one random
bit, while ``nn.Dropout`` draws a floating-point number of 32 bits for each unit and compares it
with the rate. Here 64 random bits serve 64 units at the rate 0.5, and 32 units at 0.25 or 0.75: a
rate that is a multiple of :math:`2^{-b}` takes b bits for each unit, with b = 1, 2, 4 or 8. Any
other rate takes 16.

The bits become a mask in three steps, on whole tensors. For weights in float32:

1. *Cut.* A random word of 32 bits holds the numbers of ``32 / b`` units. For each of them the word
   is shifted left until the unit's b bits stand at the top, and then right again until only they
   are left. The right shift copies the sign, so that what remains is a signed number r of b bits:
   every value from :math:`-2^{b-1}` to :math:`2^{b-1} - 1` is equally likely.
2. *Compare.* The unit is kept if r lies below a threshold k. The sign of ``r - k`` says so;
   shifted right over the whole word it becomes -1, which is 32 ones, or 0, which is 32 zeros.
   With b = 1 the number r is -1 or 0 already, and there is nothing to do.
3. *Scale.* A bitwise *and* with the bits of the floating-point number ``1 / (1 - rate)`` leaves
   this number where there are ones and 0.0 where there are zeros. Read as floating-point
   numbers, the same memory is the mask.
"""

from math import prod

import torch
from torch import Tensor

# The type of the weights -> integers of the same size, and their bits.
_INTEGERS = {torch.float32: (torch.int32, 32), torch.float64: (torch.int64, 64)}


def bits_of(rate: float) -> tuple[int, int]:
    """Return how many random bits a unit takes, and how many of their values keep the unit.

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
    r"""Masks that are 0 with probability `rate`, else ``1 / (1 - rate)``, drawn again and again.

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
    dtype : torch.dtype
        Type of the masks, float32 or float64.
    device : torch.device
        Where the masks are.
    """

    def __init__(self, shapes: list[tuple], rate: float, dtype: torch.dtype, device: torch.device):
        integer, self.width = _INTEGERS[dtype]
        self.bits, kept = bits_of(rate)
        self.k = kept - 2 ** (self.bits - 1)
        # What is kept becomes this number, put there as bits.
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
        """Return the masks, drawn from `generator`; the next draw writes over them."""
        # From the lowest int64 on: plain random_() leaves every sign bit 0, and its unit kept.
        self.draws.random_(-(2**63), None, generator=generator)
        # Shifted left and then right again, one part of each word after the other is a signed r.
        r = torch.bitwise_left_shift(self.words, self.places, out=self.r)
        r.bitwise_right_shift_(self.width - self.bits)
        if self.bits > 1:  # one bit is -1 or 0, and k is 0: it has said already what follows
            # The sign of r - k, in all bits of the word: -1 is what is kept.
            r.sub_(self.k).bitwise_right_shift_(self.width - 1)
        r.bitwise_and_(self.scale)
        return self.masks
