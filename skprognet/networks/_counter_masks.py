r"""Dropout masks that depend on a network's own seed, step and unit, and on nothing else.

A generator hands out its numbers one after the other, so what a network drops depends on what was
drawn before. Where many networks train at once, that would be their neighbours. Here the random
bits of a unit are a function of three whole numbers:

.. math:: \mathrm{bits} = m(m(\mathrm{seed} + g \, \mathrm{step}) + g \, \mathrm{word})

The words of each layer have numbers of their own, and a row's units are numbered without regard to
how many rows a batch has: a batch of fewer rows drops what the first rows of a full one drop.

Above, m is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, doi
10.1145/2660193.2660195) and g the odd constant of the same generator; all sums are modulo
:math:`2^{64}`. Integers are the same on every device, and so are the masks.

Letters in names: B networks, S steps, W words of 32 bits.
"""

import torch
from torch import Tensor

from skprognet.networks._dropout import bits_of

# As signed numbers of 64 bits, which wrap around as unsigned ones do.
_GAMMA = 0x9E3779B97F4A7C15 - 2**64
# Shift, then factor, of each round of the finaliser; the last round has no factor.
_ROUNDS = ((30, 0xBF58476D1CE4E5B9 - 2**64), (27, 0x94D049BB133111EB - 2**64), (31, 1))


def mix(x: Tensor) -> Tensor:
    """Return SplitMix64's hash of each number, written over it."""
    for shift, factor in _ROUNDS:
        # A right shift copies the sign; the mask makes it a shift of an unsigned number.
        x.bitwise_xor_((x >> shift).bitwise_and_(2 ** (64 - shift) - 1))
        if factor != 1:
            x.mul_(factor)
    return x


class CounterMasks:
    """Masks for B networks: which units are dropped in which step.

    Parameters
    ----------
    seeds : sequence of int
        The seed of each network, from 0 to 2**32 - 1.
    sizes : sequence of int
        Units of each layer of one network in one step: those of all rows of a batch.
    rate : float
        Probability that a unit is dropped, above 0 and below 1; met to 1 / 65536.
    device : str or torch.device
        Where the masks are.
    stream : int, default=0
        Networks that drop two kinds of units take another stream for each.
    first_layer : int, default=0
        The number of the first of these layers.

    Attributes
    ----------
    scale : float
        What the kept units are to be multiplied by: 1 / (1 - rate).

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
        # A unit's bits at the top of a word keep it up to this signed number.
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
            How many steps S.
        """
        steps = torch.arange(n_steps, device=first_step_B.device)
        step_BS = first_step_B[:, None] + steps
        key_BS = mix(self.seeds_B[:, None] + step_BS * _GAMMA)
        return mix(key_BS[:, :, None] + self.words_at).view(torch.int32)

    def dropped(self, words_BW: Tensor) -> list[Tensor]:
        """Return for each layer whether a unit is dropped, of shape (B, size), bool."""
        # The bits of each unit of a word move to the top, one unit after the other.
        dropped = (words_BW[:, :, None] << self.places) > self.highest_kept
        layers = dropped.flatten(1).split_with_sizes(self.full_sizes, dim=1)
        return [layer[:, :size] for layer, size in zip(layers, self.sizes, strict=True)]
