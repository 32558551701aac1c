"""Find the best epoch of each network of a group.

Letters in names: B networks.
"""

from math import inf

import torch
from torch import Tensor


class BestEpochs:
    """The best epoch of each network, found without the host reading any value.

    The best epoch has the highest score; if scores are equal after rounding to six decimals, the
    lowest loss decides.

    Parameters
    ----------
    B : int
        Number of networks.
    patience : int or None
        A network is no longer followed after this many epochs in a row without a better one.
    device : str or torch.device
        The device of the scores.

    Attributes
    ----------
    epoch_B : Tensor of shape (B,), int64
        The best epoch so far, from 1; 0 before the first.
    stopped_B : Tensor of shape (B,), bool
        The networks whose patience has run out.
    """

    def __init__(self, B: int, patience: int | None, device):
        self.patience = patience
        like = torch.zeros(B, dtype=torch.float64, device=device)
        self.score_B, self.loss_B = torch.full_like(like, -inf), torch.full_like(like, inf)
        self.epoch_B, self.stopped_B = like.long(), like.bool()

    def note(self, epoch: Tensor, score_B: Tensor, loss_B: Tensor) -> Tensor:
        """Record the scores of an epoch; return for which networks it is the best so far."""
        score_B = score_B.round(decimals=6)
        tie_won = (score_B == self.score_B) & (loss_B < self.loss_B)
        better_B = ((score_B > self.score_B) | tie_won) & ~self.stopped_B
        # Written in place, since a recorded epoch finds the numbers at the same address.
        torch.where(better_B, score_B, self.score_B, out=self.score_B)
        torch.where(better_B, loss_B, self.loss_B, out=self.loss_B)
        torch.where(better_B, epoch, self.epoch_B, out=self.epoch_B)
        if self.patience is not None:
            self.stopped_B |= epoch - self.epoch_B >= self.patience
        return better_B
