"""The units that many networks drop in one step, each by its own seed.

Letters in names: B networks, S steps, N rows of a batch, H units of a layer.
"""

from typing import NamedTuple

from torch import Tensor

from skprognet.networks._column import Column
from skprognet.networks._counter_masks import CounterMasks
from skprognet.networks._mask_scheme import HIDDEN, LATERAL


class Dropped(NamedTuple):
    """The units that one step drops.

    Attributes
    ----------
    hidden : list of Tensor
        For each hidden layer a mask (B, N, H), True for dropped units; empty without dropout.
    hidden_scale : float
        The factor of kept units.
    laterals : list of list of Tensor
        Such a mask for each layer and each frozen layer that it reads; empty without dropout.
    lateral_scale : float
        The factor of kept frozen units.
    """

    hidden: list[Tensor]
    hidden_scale: float
    laterals: list[list[Tensor]]
    lateral_scale: float


NOTHING_DROPPED = Dropped([], 1.0, [], 1.0)


class GroupDropout:
    """The units that the networks of a group drop, step by step.

    Parameters
    ----------
    column : Column
        Any of the networks, which share layers and rates.
    seeds : sequence of int
        The seed of each network.
    n_rows : int
        Number N of rows in a batch.
    device : str or torch.device
        The device of the masks.
    """

    def __init__(self, column: Column, seeds, n_rows: int, device):
        read = getattr(column, "places_by_layer", [[] for _ in column.layers])
        self.widths = list(column.hidden_layer_sizes)
        self.lateral_widths = [[width for _, width in layer] for layer in read]
        self.n_rows = n_rows
        laterals = [width for layer in self.lateral_widths for width in layer]
        lateral_rate = getattr(column, "lateral_dropout", 0.0)
        self.hidden = self._masks(seeds, self.widths, column.dropout, device, HIDDEN)
        self.lateral = self._masks(seeds, laterals, lateral_rate, device, LATERAL)

    def _masks(self, seeds, widths, rate: float, device, stream: int) -> CounterMasks | None:
        if not rate or not widths:
            return None
        return CounterMasks(seeds, [self.n_rows * w for w in widths], rate, device, stream)

    def draw(self, first_step_B: Tensor, n_steps: int) -> None:
        """Draw the random bits of the next steps, given the number of the first step."""
        if self.hidden is not None:
            self.hidden_words = self.hidden.words(first_step_B, n_steps)
        if self.lateral is not None:
            self.lateral_words = self.lateral.words(first_step_B, n_steps)

    def of_step(self, s: int, B: int) -> Dropped:
        """Return what the first B networks drop in step s of the drawn steps."""
        dropped = NOTHING_DROPPED
        if self.hidden is not None:
            masks = self.hidden.dropped(self.hidden_words[:B, s])
            rows = self._by_row(masks, self.widths)
            dropped = dropped._replace(hidden=rows, hidden_scale=self.hidden.scale)
        if self.lateral is not None:
            masks_left = iter(self.lateral.dropped(self.lateral_words[:B, s]))
            by_layer = [self._by_row(masks_left, widths) for widths in self.lateral_widths]
            dropped = dropped._replace(laterals=by_layer, lateral_scale=self.lateral.scale)
        return dropped

    def _by_row(self, masks, widths: list[int]) -> list[Tensor]:
        """Return the next masks, (B, N * width), as (B, N, width)."""
        return [
            mask.unflatten(1, (self.n_rows, width))
            for width, mask in zip(widths, masks, strict=False)
        ]
