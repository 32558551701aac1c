"""Draw the order of training rows for each network of a group, epoch by epoch.

Letters in names: B networks, S steps of an epoch, N rows of a batch.
"""

from math import ceil

import torch


class BatchOrders:
    """The order of the rows of each network, drawn from its own generator.

    Parameters
    ----------
    sizes : list of int
        Number of training rows of each network, in descending order.
    batch_size : int
        Number N of rows in a batch.
    seeds : list of int
        The seed of the row order of each network.
    device : str or torch.device
        The device of the networks.
    starts : list of int
        Start of the rows of each network in the table of all rows.

    Attributes
    ----------
    n_steps : list of int
        Number of batches of each network in an epoch.
    rows_BS : Tensor of shape (B, S), int64
        Number of rows in each batch, on the CPU.
    order_SBN : Tensor of shape (S, B, N), int64
        The positions of the rows of each batch. After the last row of a network, the position of
        its first row fills the batch.
    """

    def __init__(self, sizes: list[int], batch_size: int, seeds: list[int], device, starts):
        self.sizes, self.starts = sizes, starts
        self.n_steps = [ceil(n / batch_size) for n in sizes]
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        S, B = self.n_steps[0], len(sizes)
        self.order_SBN = torch.zeros(S, B, batch_size, dtype=torch.int64, device=device)
        self.flat_order = torch.zeros(B, S * batch_size, dtype=torch.int64, device=device)
        before_S = torch.arange(S) * batch_size
        self.rows_BS = (torch.tensor(sizes)[:, None] - before_S).clamp(0, batch_size)

    def shuffle(self) -> None:
        """Draw the order of the next epoch, as each network would alone."""
        # Pinned memory is copied while the device still computes.
        pinned = self.flat_order.is_cuda
        order = torch.empty(self.flat_order.shape, dtype=torch.int64, pin_memory=pinned)
        for b, (n, start) in enumerate(zip(self.sizes, self.starts, strict=True)):
            order[b, :n] = torch.randperm(n, generator=self.generators[b])
            order[b, n:] = 0
            order[b] += start
        self.flat_order.copy_(order, non_blocking=True)
        S, B, N = self.order_SBN.shape
        self.order_SBN.copy_(self.flat_order.view(B, S, N).transpose(0, 1))
