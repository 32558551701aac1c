"""Adam for the weights of many networks with possibly different numbers of steps."""

import torch

from skprognet.networks._column_stack import ColumnStack


class StackedAdam:
    """torch's fused Adam, like :class:`~skprognet.networks.FusedAdam`, for a stack of columns.

    Networks with the same number of steps in an epoch are adjacent. They are updated as one
    tensor, with one step counter.

    Parameters
    ----------
    stack : ColumnStack
        The weights, with their learning rates.
    n_steps : list of int
        Number of steps of each network in an epoch, in descending order.
    """

    def __init__(self, stack: ColumnStack, n_steps: list[int]):
        self.stack = stack
        starts = [b for b in range(len(n_steps)) if b == 0 or n_steps[b] != n_steps[b - 1]]
        self.runs = [
            slice(start, stop)
            for start, stop in zip(starts, [*starts[1:], len(n_steps)], strict=True)
        ]
        device = stack.layers[0][0].device
        self.counts = [[torch.zeros((), device=device) for _ in self.runs] for _ in stack.learning]

    def update(self, B: int, *, output_alone: bool = False) -> None:
        """Update all layers, or the output alone, of the first B networks (whole runs)."""
        runs = [run for run in self.runs if run.start < B]
        for block, of_block in zip(self.stack.learning, self.counts, strict=True):
            if output_alone and block.copied:
                continue
            counts = of_block[: len(runs)]
            torch._foreach_add_(counts, 1)
            parts = [block.values, block.grads, block.means, block.squares]
            torch._fused_adam_(
                *[[part[run] for run in runs] for part in parts],
                [],
                counts,
                lr=block.lr,
                beta1=0.9,
                beta2=0.999,
                weight_decay=0,
                eps=1e-8,
                amsgrad=False,
                maximize=False,
            )
