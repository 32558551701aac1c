"""The training rows of a group of networks, in batches of one shape.

Letters in names: B networks, S steps of an epoch, N rows of a batch, F features, C outputs.
"""

from itertools import accumulate

import torch
from torch import Tensor
from torch.nn.functional import pad

from skprognet.networks._batch_orders import BatchOrders


class GroupRows:
    """The training rows of each network, each in its own order.

    The last batch of an epoch may have fewer rows; rows of weight 0 fill it.

    Parameters
    ----------
    rows : list
        For each network an object with ``X``, ``y`` and ``weight`` (or None); networks with more
        rows come first.
    n_outputs : int
        Width C of the outputs.
    batch_size : int
        Number N of rows in a batch.
    order_seeds : list of int
        The seed of the row order of each network.
    device : str or torch.device
        The device of the networks.
    """

    def __init__(
        self, rows: list, n_outputs: int, batch_size: int, order_seeds: list[int], device
    ):
        sizes = [len(r.X) for r in rows]
        starts = list(accumulate(sizes, initial=0))[:-1]
        self.orders = BatchOrders(sizes, batch_size, order_seeds, device, starts)
        self.X = torch.cat([r.X.to(device) for r in rows])
        self.y = torch.cat([fill_up(r.y, n_outputs).to(device) for r in rows])
        self.weight = None
        if any(r.weight is not None for r in rows):
            weights = [torch.ones_like(r.X[:, 0]) if r.weight is None else r.weight for r in rows]
            self.weight = torch.cat([weight.to(device) for weight in weights]).to(self.X.dtype)
        rows_BS = self.orders.rows_BS
        is_row_BSN = torch.arange(batch_size) < rows_BS[:, :, None]
        share_BSN = is_row_BSN.to(self.X.dtype) / rows_BS.clamp(min=1)[:, :, None]
        self.share_SBN = share_BSN.transpose(0, 1).contiguous().to(device)

    def batch(self, s: int, B: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return batch s of the first B networks.

        Returns
        -------
        X_BNF : Tensor of shape (B, N, F)
            The rows.
        y : Tensor of shape (B, N) or (B, N, C)
            Class positions, or a number for each output.
        share_BN : Tensor of shape (B, N)
            The weight of each row divided by the number of rows.
        """
        order_BN = self.orders.order_SBN[s, :B]
        places, share_BN = order_BN.view(-1), self.share_SBN[s, :B]
        if self.weight is not None:
            share_BN = share_BN * self.weight.index_select(0, places).view_as(order_BN)
        X_BNF = self.X.index_select(0, places).unflatten(0, order_BN.shape)
        return X_BNF, self.y.index_select(0, places).unflatten(0, order_BN.shape), share_BN


def fill_up(y: Tensor, n_outputs: int) -> Tensor:
    """Return class positions as they are; pad columns of outputs with zeros."""
    return y if y.dim() == 1 else pad(y, (0, n_outputs - y.shape[1]))
