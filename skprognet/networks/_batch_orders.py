"""In which order the rows of each network of a group train, epoch by epoch.

Letters in names: B networks, S steps of an epoch, N rows of a batch.
"""

from math import ceil

import torch


class BatchOrders:
    """The order of the rows of each network, drawn from a generator of its own.

    Parameters
    ----------
    sizes : list of int
        How many rows train each network, in falling order.
    batch_size : int
        Rows N of a batch.
    seeds : list of int
        The seed of the order of each network's rows.
    device : str or torch.device
        Where the networks compute.
    starts : list of int
        Where the rows of each network begin in the table of all.

    Attributes
    ----------
    n_steps : list of int
        Batches of each network in an epoch.
    rows_BS : Tensor of shape (B, S), int64
        How many rows each batch has; it is on the CPU.
    order_SBN : Tensor of shape (S, B, N), int64
        The places of the rows of each batch. Where a network has no further row, it is that of its
        first one.
    """

    def __init__(self, sizes: list[int], batch_size: int, seeds: list[int], device, starts):
        self.sizes, self.starts = sizes, starts
        self.n_steps = [ceil(n / batch_size) for n in sizes]
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        S, B = self.n_steps[0], len(sizes)
        self.order_SBN = torch.zeros(S, B, batch_size, dtype=torch.int64, device=device)
        self.arriving = torch.zeros(B, S * batch_size, dtype=torch.int64, device=device)
        before_S = torch.arange(S) * batch_size
        self.rows_BS = (torch.tensor(sizes)[:, None] - before_S).clamp(0, batch_size)

    def shuffle(self) -> None:
        """Draw the order of the next epoch, as one network after the other would."""
        pinned = self.arriving.is_cuda  # then it is sent while the device still computes
        order = torch.empty(self.arriving.shape, dtype=torch.int64, pin_memory=pinned)
        for b, (n, start) in enumerate(zip(self.sizes, self.starts, strict=True)):
            order[b, :n] = torch.randperm(n, generator=self.generators[b])
            order[b, n:] = 0
            order[b] += start
        self.arriving.copy_(order, non_blocking=True)
        S, B, N = self.order_SBN.shape
        self.order_SBN.copy_(self.arriving.view(B, S, N).transpose(0, 1))
