"""Which epoch each network of a group keeps.

Letters in names: B networks.
"""

from math import inf

import torch
from torch import Tensor


class BestEpochs:
    """The best epoch of each network, without any value read by the host.

    Best is the highest score; of epochs that are equal to six digits, it is the one with the
    lowest loss.

    Parameters
    ----------
    B : int
        How many networks there are.
    patience : int or None
        Epochs without a better one after which a network is no longer followed.
    device : str or torch.device
        Where the scores are.

    Attributes
    ----------
    epoch_B : Tensor of shape (B,), int64
        The best epoch so far, from 1; 0 before the first.
    stopped_B : Tensor of shape (B,), bool
        Whose patience has run out.
    """

    def __init__(self, B: int, patience: int | None, device):
        self.patience = patience
        like = torch.zeros(B, dtype=torch.float64, device=device)
        self.score_B, self.loss_B = torch.full_like(like, -inf), torch.full_like(like, inf)
        self.epoch_B, self.stopped_B = like.long(), like.bool()

    def note(self, epoch: Tensor, score_B: Tensor, loss_B: Tensor) -> Tensor:
        """Return whose epoch of this number is better than any before."""
        score_B = score_B.round(decimals=6)
        as_good = (score_B == self.score_B) & (loss_B < self.loss_B)
        better_B = ((score_B > self.score_B) | as_good) & ~self.stopped_B
        # Written where the old numbers stand: a recorded epoch finds them at the same address.
        torch.where(better_B, score_B, self.score_B, out=self.score_B)
        torch.where(better_B, loss_B, self.loss_B, out=self.loss_B)
        torch.where(better_B, epoch, self.epoch_B, out=self.epoch_B)
        if self.patience is not None:
            self.stopped_B |= epoch - self.epoch_B >= self.patience
        return better_B
