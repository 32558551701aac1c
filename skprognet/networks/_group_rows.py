"""The training rows of a group of networks, cut into batches that all have the same shape.

Letters in names: B networks, S steps of an epoch, N rows of a batch, F features.
"""

from itertools import accumulate
from math import ceil

import torch
from torch import Tensor


class GroupRows:
    """The rows that train each network, in an order of its own.

    A network's last batch of an epoch may have fewer rows: it is filled up with rows that weigh
    nothing.

    Parameters
    ----------
    rows : list
        For each network an object with ``X``, ``y`` and ``weight`` or None; networks with more
        batches come first.
    batch_size : int
        Rows N of a batch.
    order_seeds : list of int
        The seed of the order of each network's rows.
    device : str or torch.device
        Where the networks compute.

    Attributes
    ----------
    n_steps : list of int
        Batches of each network in an epoch.
    batch_part_BS : Tensor of shape (B, S)
        The part of its network's rows that each batch has.
    """

    def __init__(self, rows: list, batch_size: int, order_seeds: list[int], device):
        self.sizes = [len(each.X) for each in rows]
        self.n_steps = [ceil(n / batch_size) for n in self.sizes]
        self.X, self.y = [
            torch.cat([getattr(each, name).to(device) for each in rows]) for name in ("X", "y")
        ]
        self.weight = None
        if any(each.weight is not None for each in rows):
            weights = [torch.ones_like(r.X[:, 0]) if r.weight is None else r.weight for r in rows]
            self.weight = torch.cat([weight.to(device) for weight in weights]).to(self.X.dtype)
        self.starts = list(accumulate(self.sizes, initial=0))[:-1]
        self.generators = [torch.Generator().manual_seed(seed) for seed in order_seeds]
        S, B = self.n_steps[0], len(rows)
        self.order_SBN = torch.zeros(S, B, batch_size, dtype=torch.int64, device=device)
        self.arriving = torch.zeros(B, S * batch_size, dtype=torch.int64, device=device)
        first_row_S = torch.arange(S) * batch_size
        in_batch_BS = (torch.tensor(self.sizes)[:, None] - first_row_S).clamp(0, batch_size)
        is_row_BSN = torch.arange(batch_size) < in_batch_BS[:, :, None]
        share_BSN = is_row_BSN.to(self.X.dtype) / in_batch_BS.clamp(min=1)[:, :, None]
        self.share_SBN = share_BSN.transpose(0, 1).contiguous().to(device)
        self.batch_part_BS = in_batch_BS.double() / torch.tensor(self.sizes)[:, None]
        self.batch_part_BS = self.batch_part_BS.to(device)

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

    def batch(self, s: int, B: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return X (B, N, F), y and shares (B, N) of batch s of the first B networks."""
        order_BN = self.order_SBN[s, :B]
        places, share_BN = order_BN.view(-1), self.share_SBN[s, :B]
        if self.weight is not None:
            share_BN = share_BN * self.weight.index_select(0, places).view_as(order_BN)
        X_BNF = self.X.index_select(0, places).unflatten(0, order_BN.shape)
        return X_BNF, self.y.index_select(0, places).view_as(order_BN), share_BN
