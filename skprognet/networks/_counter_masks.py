r"""Dropout masks that depend only on the seed of the network, the step and the unit.

A generator yields its numbers in sequence, so the units that a network drops depend on all
earlier draws. If many networks shared a generator, these would include the draws of the other
networks. Here every word of 64 random bits is a function of three integers:

.. math:: \mathrm{bits} = m(m(\mathrm{seed} + g \, \mathrm{step}) + g \, \mathrm{word})

The 64-bit words of each layer have their own numbers. The numbers of a row's units do not depend
on the number of rows: a smaller batch drops the same units as the first rows of a full batch.

Above, m is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, doi
10.1145/2660193.2660195) and g the odd constant of the same generator; all sums are modulo
:math:`2^{64}`. Integers are the same on every device, and so are the masks.

Letters in names: B networks, S steps, W halves of these words, with 32 bits each.
"""

import torch
from torch import Tensor

from skprognet.networks._dropout import bits_of

# As signed 64-bit numbers, which wrap around like unsigned ones.
_GAMMA = 0x9E3779B97F4A7C15 - 2**64
# Shift and factor of each round of the finaliser; the last round has no factor.
_ROUNDS = ((30, 0xBF58476D1CE4E5B9 - 2**64), (27, 0x94D049BB133111EB - 2**64), (31, 1))


def mix(x: Tensor) -> Tensor:
    """Return SplitMix64's hash of each number, computed in place."""
    for shift, factor in _ROUNDS:
        # A right shift copies the sign bit; the mask turns it into an unsigned shift.
        x.bitwise_xor_((x >> shift).bitwise_and_(2 ** (64 - shift) - 1))
        if factor != 1:
            x.mul_(factor)
    return x


class CounterMasks:
    """The units that each of B networks drops in each step.

    Parameters
    ----------
    seeds : sequence of int
        The seed of each network, from 0 to 2**32 - 1.
    sizes : sequence of int
        Number of units of each layer of one network in one step, over all rows of a batch.
    rate : float
        Probability that a unit is dropped, above 0 and below 1, met within 1 / 65536.
    device : str or torch.device
        The device of the masks.
    stream : int, default=0
        Number of the stream; networks that drop two kinds of units use one stream for each.
    first_layer : int, default=0
        The number of the first of these layers.

    Attributes
    ----------
    scale : float
        Factor of the kept units: 1 / (1 - rate).

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import CounterMasks
    >>> masks = CounterMasks([1, 2], [640, 320], 0.5, "cpu")
    >>> words_BSW = masks.words(torch.zeros(2, dtype=torch.int64), 3)
    >>> [dropped.shape for dropped in masks.dropped(words_BSW[:, 0])]
    [torch.Size([2, 640]), torch.Size([2, 320])]
    """

    def __init__(self, seeds, sizes, rate: float, device, stream: int = 0, first_layer: int = 0):
        self.sizes = list(sizes)
        self.bits, kept = bits_of(rate)
        self.scale = 2**self.bits / kept
        # A unit is kept if its bits, at the top of a word, form at most this signed number.
        self.highest_kept = kept * 2 ** (32 - self.bits) - 2**31 - 1
        self.seeds_B = torch.tensor(
            [(seed % 2**32) + (stream << 32) for seed in seeds], dtype=torch.int64, device=device
        )
        self.places = torch.arange(0, 32, self.bits, dtype=torch.int32, device=device)
        n_hashes = [-(-size * self.bits // 64) for size in self.sizes]
        self.full_sizes = [n * 64 // self.bits for n in n_hashes]
        words = [torch.arange(n) + ((first_layer + k) << 32) for k, n in enumerate(n_hashes)]
        self.words_at = (torch.cat(words) * _GAMMA).to(device)

    def words(self, first_step_B: Tensor, n_steps: int) -> Tensor:
        """Return the random bits of `n_steps` steps, of shape (B, S, W), int32.

        Parameters
        ----------
        first_step_B : Tensor of shape (B,), int64
            The number of the first of these steps, for each network.
        n_steps : int
            Number S of steps.
        """
        steps = torch.arange(n_steps, device=first_step_B.device)
        step_BS = first_step_B[:, None] + steps
        key_BS = mix(self.seeds_B[:, None] + step_BS * _GAMMA)
        return mix(key_BS[:, :, None] + self.words_at).view(torch.int32)

    def dropped(self, words_BW: Tensor) -> list[Tensor]:
        """Return for each layer which units are dropped, of shape (B, size), bool."""
        # The bits of each unit of a word move to the top, one unit after the other.
        dropped = (words_BW[:, :, None] << self.places) > self.highest_kept
        layers = dropped.flatten(1).split_with_sizes(self.full_sizes, dim=1)
        return [layer[:, :size] for layer, size in zip(layers, self.sizes, strict=True)]
