r"""Dropout masks that depend on a network's own seed, step and unit, and on nothing else.

A generator hands out its numbers one after the other, so what a network drops depends on what was
drawn before. Where many networks train at once, that would be their neighbours. Here the random
bits of a unit are a function of three whole numbers:

.. math:: \mathrm{bits} = m(m(\mathrm{seed} + g \, \mathrm{step}) + g \, \mathrm{word})

with the finaliser m of SplitMix64 (Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195), the
odd constant g of the same generator, and all sums modulo :math:`2^{64}`. Integers are the same on
every device, and so are the masks.

Letters in names: B networks, S steps, W words of 32 bits, N rows of a batch, H units of a layer.
"""

from math import prod
from typing import NamedTuple

import torch
from torch import Tensor

from skprognet.networks._column import Column
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
    n_units : int
        Units of one network in one step: those of all rows of a batch.
    rate : float
        Probability that a unit is dropped, above 0 and below 1; met to 1 / 65536.
    device : str or torch.device
        Where the masks are.
    stream : int, default=0
        Networks that drop two kinds of units take another stream for each.

    Attributes
    ----------
    scale : float
        What the kept units are to be multiplied by: 1 / (1 - rate).

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import CounterMasks
    >>> masks = CounterMasks([1, 2], 640, 0.5, "cpu")
    >>> words_BSW = masks.words(torch.zeros(2, dtype=torch.int64), 3)
    >>> masks.dropped(words_BSW[:, 0]).shape
    torch.Size([2, 640])
    """

    def __init__(self, seeds, n_units: int, rate: float, device, stream: int = 0):
        self.n_units = n_units
        self.bits, kept = bits_of(rate)
        self.scale = 2**self.bits / kept
        # A unit's bits at the top of a word keep it up to this signed number.
        self.highest_kept = kept * 2 ** (32 - self.bits) - 2**31 - 1
        self.seeds_B = torch.tensor(
            [(seed % 2**32) + (stream << 32) for seed in seeds], dtype=torch.int64, device=device
        )
        self.places = torch.arange(0, 32, self.bits, dtype=torch.int32, device=device)
        n_hashes = -(-n_units * self.bits // 64)
        self.words_at = torch.arange(n_hashes, device=device) * _GAMMA

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

    def dropped(self, words_BW: Tensor) -> Tensor:
        """Return whether each unit is dropped, of shape (B, n_units), bool."""
        # The bits of each unit of a word move to the top, one unit after the other.
        dropped = (words_BW[:, :, None] << self.places) > self.highest_kept
        return dropped.flatten(1)[:, : self.n_units]


class Dropped(NamedTuple):
    """What one step drops.

    Attributes
    ----------
    hidden : list of Tensor
        For each hidden layer (B, N, H), True where a unit is dropped; empty without dropout.
    hidden_scale : float
        What kept units are multiplied by.
    laterals : list of list of Tensor
        For each layer and each frozen layer that it reads, the same; empty without dropout.
    lateral_scale : float
        What kept frozen units are multiplied by.
    """

    hidden: list[Tensor]
    hidden_scale: float
    laterals: list[list[Tensor]]
    lateral_scale: float


NOTHING_DROPPED = Dropped([], 1.0, [], 1.0)


class GroupDropout:
    """What the networks of a group drop, step by step.

    Parameters
    ----------
    column : Column
        Any of the networks: it says which layers drop how much.
    seeds : sequence of int
        The seed of each network.
    n_rows : int
        Rows N of a batch.
    device : str or torch.device
        Where the masks are.
    """

    def __init__(self, column: Column, seeds, n_rows: int, device):
        read = getattr(column, "places_by_layer", [[] for _ in column.layers])
        self.hidden_shapes = [(n_rows, width) for width in column.hidden_layer_sizes]
        self.lateral_shapes = [[(n_rows, width) for _, width in layer] for layer in read]
        lateral_rate = getattr(column, "lateral_dropout", 0.0)
        laterals = [shape for layer in self.lateral_shapes for shape in layer]
        self.hidden = _masks(seeds, self.hidden_shapes, column.dropout, device, 0)
        self.lateral = _masks(seeds, laterals, lateral_rate, device, 1)

    def draw(self, first_step_B: Tensor, n_steps: int) -> None:
        """Draw the random bits of the next steps, from the number of the first of them on."""
        if self.hidden is not None:
            self.hidden_words = self.hidden.words(first_step_B, n_steps)
        if self.lateral is not None:
            self.lateral_words = self.lateral.words(first_step_B, n_steps)

    def of_step(self, s: int, B: int) -> Dropped:
        """Return what the first B networks drop in step s of those drawn."""
        dropped = NOTHING_DROPPED
        if self.hidden is not None:
            masks = _cut(self.hidden.dropped(self.hidden_words[:B, s]), self.hidden_shapes)
            dropped = dropped._replace(hidden=masks, hidden_scale=self.hidden.scale)
        if self.lateral is not None:
            flat = [shape for layer in self.lateral_shapes for shape in layer]
            masks_left = iter(_cut(self.lateral.dropped(self.lateral_words[:B, s]), flat))
            by_layer = [[next(masks_left) for _ in layer] for layer in self.lateral_shapes]
            dropped = dropped._replace(laterals=by_layer, lateral_scale=self.lateral.scale)
        return dropped


def _masks(seeds, shapes: list[tuple], rate: float, device, stream: int) -> CounterMasks | None:
    n_units = sum(prod(shape) for shape in shapes)
    return CounterMasks(seeds, n_units, rate, device, stream) if rate and n_units else None


def _cut(dropped: Tensor, shapes: list[tuple]) -> list[Tensor]:
    """Return the masks of each layer, (B, N, H), out of those of all units, (B, n_units)."""
    parts = dropped.split([prod(shape) for shape in shapes], dim=1)
    return [part.unflatten(1, shape) for part, shape in zip(parts, shapes, strict=True)]
