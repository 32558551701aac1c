"""The validation rows of a group of networks, and the best epoch of each.

All of it stays on the device. Letters in names: B networks, N rows of a block, C classes.
"""

from math import ceil, inf

import torch
from torch import Tensor

from skprognet.networks._column_stack import ColumnStack
from skprognet.networks._evaluate import ROWS_PER_BLOCK
from skprognet.networks._stacked_step import StackedStep


class GroupValidation:
    """Scores each network on its own validation rows.

    The rows come in blocks of one size, filled up with rows that weigh nothing, so that the
    numbers of a network do not depend on how many rows its neighbours have.

    Parameters
    ----------
    rows : list
        For each network an object with ``X``, ``y`` and ``weight`` or None.
    n_classes : int
        Width C of the outputs.
    device : str or torch.device
        Where the networks compute.
    """

    def __init__(self, rows: list, n_classes: int, device):
        B, X = len(rows), rows[0].X
        n_blocks = ceil(max(len(each.X) for each in rows) / ROWS_PER_BLOCK)
        n = n_blocks * ROWS_PER_BLOCK
        X_BnF = X.new_zeros(B, n, X.shape[1], device=device)
        y_Bn = torch.zeros(B, n, dtype=torch.int64)
        weight_Bn = torch.zeros(B, n, dtype=torch.float64)
        n_rows = torch.tensor([len(each.X) for each in rows])
        for b, each in enumerate(rows):
            X_BnF[b, : len(each.X)] = each.X
            y_Bn[b, : len(each.X)] = each.y
            weight_Bn[b, : len(each.X)] = 1 if each.weight is None else each.weight
        at_class = torch.nn.functional.one_hot(y_Bn, n_classes) * weight_Bn[:, :, None]
        total_BC = at_class.sum(1)
        self.n_present_B = (total_BC > 0).sum(1).to(device)
        # No row of an absent class is right: its recall is 0, and adds nothing to the mean.
        self.total_BC = torch.where(total_BC > 0, total_BC, 1).to(device)
        share_Bn = (weight_Bn / n_rows[:, None]).to(X.dtype)
        # For each block: X (B, N, F), y (B, N), shares in the loss (B, N), weights (B, N, C).
        parts = [X_BnF, y_Bn, share_Bn, at_class]
        blocks = [part.to(device).split(ROWS_PER_BLOCK, dim=1) for part in parts]
        self.blocks = [
            [part.contiguous() for part in block] for block in zip(*blocks, strict=True)
        ]

    def score(self, step: StackedStep) -> tuple[Tensor, Tensor]:
        """Return the unweighted average recall and the loss of each network, (B,), float64."""
        loss_B = torch.zeros_like(self.total_BC[:, 0])
        right_BC = torch.zeros_like(self.total_BC)
        for X_BNF, y_BN, share_BN, at_class_BNC in self.blocks:
            log_p = torch.log_softmax(step.logits(X_BNF), dim=2)
            of_row = log_p.gather(2, y_BN[:, :, None])[:, :, 0]
            loss_B -= (of_row * share_BN).double().sum(1)
            is_right = (log_p.argmax(2) == y_BN).double()
            right_BC += (at_class_BNC * is_right[:, :, None]).sum(1)
        return (right_BC / self.total_BC).sum(1) / self.n_present_B, loss_B


class BestEpochs:
    """The best epoch of each network and its weights.

    Best is the highest score; of epochs that are equal to six digits, it is the one with the
    lowest loss.

    Parameters
    ----------
    stack : ColumnStack
        The networks; the weights of the best epoch are kept there.
    B : int
        How many they are.
    patience : int or None
        Epochs without a better one after which a network is no longer followed.

    Attributes
    ----------
    epoch_B : Tensor of shape (B,), int64
        The best epoch so far, from 1; 0 before the first.
    stopped_B : Tensor of shape (B,), bool
        Whose patience has run out.
    """

    def __init__(self, stack: ColumnStack, B: int, patience: int | None):
        self.stack = stack
        self.patience = patience
        like = torch.zeros(B, dtype=torch.float64, device=stack.layers[0][0].device)
        self.score_B, self.loss_B = torch.full_like(like, -inf), torch.full_like(like, inf)
        self.epoch_B, self.stopped_B = like.long(), like.bool()

    def note(self, epoch: Tensor, score_B: Tensor, loss_B: Tensor) -> None:
        """Keep the weights of the networks that are better than ever, given the epoch's number."""
        score_B = score_B.round(decimals=6)
        as_good = (score_B == self.score_B) & (loss_B < self.loss_B)
        better_B = ((score_B > self.score_B) | as_good) & ~self.stopped_B
        # Written where the old numbers stand: a recorded epoch finds them at the same address.
        torch.where(better_B, score_B, self.score_B, out=self.score_B)
        torch.where(better_B, loss_B, self.loss_B, out=self.loss_B)
        torch.where(better_B, epoch, self.epoch_B, out=self.epoch_B)
        for block in self.stack.learning:
            torch.where(better_B[:, None], block.values, block.best, out=block.best)
        if self.patience is not None:
            self.stopped_B |= epoch - self.epoch_B >= self.patience
