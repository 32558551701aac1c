"""Score each network of a group on validation or test rows after an epoch.

Everything stays on the device. Letters in names: B networks, N rows of a block, n rows in total,
C outputs.
"""

from math import ceil

import torch
from torch import Tensor

from skprognet.networks._evaluate import ROWS_PER_BLOCK
from skprognet.networks._group_rows import fill_up
from skprognet.networks._stacked_losses import StackedLoss, concordance, sum_rows
from skprognet.networks._stacked_step import StackedStep


class StackedScores:
    """Scores each network on its own rows.

    The rows come in blocks of one size, padded with rows of weight 0. So the numbers of a network
    do not depend on how many rows its neighbours have.

    Parameters
    ----------
    rows : list
        For each network an object with ``X``, ``y`` and ``weight`` (or None).
    networks : list of NetworkToTrain
        The networks, which define the score of an epoch.
    step : StackedStep
        Computes the outputs of all networks.
    loss : StackedLoss
        The loss.
    device : str or torch.device
        The device of the networks.
    """

    def __init__(self, rows: list, networks: list, step: StackedStep, loss: StackedLoss, device):
        self.step, self.loss, self.monitor = step, loss, networks[0].monitor
        B, X, n_outputs = len(rows), rows[0].X, step.n_outputs
        n = ceil(max(len(r.X) for r in rows) / ROWS_PER_BLOCK) * ROWS_PER_BLOCK
        X_BnF = X.new_zeros(B, n, X.shape[1], device=device)
        filled = [fill_up(r.y, n_outputs) for r in rows]
        self.y = filled[0].new_zeros(B, n, *filled[0].shape[1:], device=device)
        weight_Bn = torch.zeros(B, n, dtype=torch.float64)
        for b, (r, y) in enumerate(zip(rows, filled, strict=True)):
            X_BnF[b, : len(r.X)] = r.X
            self.y[b, : len(r.X)] = y
            weight_Bn[b, : len(r.X)] = 1 if r.weight is None else r.weight
        self.blocks = [part.contiguous() for part in X_BnF.split(ROWS_PER_BLOCK, dim=1)]
        n_rows_B1 = torch.tensor([[len(r.X)] for r in rows])
        self.share_Bn = (weight_Bn / n_rows_B1).to(X.dtype).to(device)
        self.weight_Bn = weight_Bn.to(device)
        self.class_weights = None
        if self.monitor == "uar":
            self._count_classes(networks, n_outputs)

    def _count_classes(self, networks: list, n_outputs: int) -> None:
        """Prepare the recalls: the weight of each row at its class, and the class weights."""
        y_Bn = self.y if self.y.dim() == 2 else self.y.argmax(2)
        is_class = torch.nn.functional.one_hot(y_Bn, n_outputs)
        self.at_class = is_class * self.weight_Bn[:, :, None]
        total_BC = sum_rows(self.at_class)
        self.present_BC = (total_BC > 0).double()
        # An absent class has no correct rows, so its recall is 0 and adds nothing to the mean.
        self.total_BC = torch.where(total_BC > 0, total_BC, 1)
        if networks[0].class_weights is not None:  # then all networks of the group have them
            class_weights = torch.ones_like(total_BC, device="cpu")
            for b, network in enumerate(networks):
                weights = torch.as_tensor(network.class_weights)
                class_weights[b, : len(weights)] = weights
            self.class_weights = class_weights.to(total_BC.device)

    def __call__(self) -> list[Tensor]:
        """Return the loss, the score and, if it differs, the monitor: each of shape (B,)."""
        z_BnC = torch.cat([self.step.logits(X_BNF) for X_BNF in self.blocks], dim=1)
        loss_B = self.loss.of_validation(z_BnC, self.y, self.share_Bn, self.step.part_B1)
        if self.monitor == "loss":
            return [loss_B, -loss_B]
        if self.monitor == "ccc":
            score_B = concordance(z_BnC, self.y, self.weight_Bn, self.step.part_B1)
            return [loss_B, score_B]
        y_Bn = self.y if self.y.dim() == 2 else self.y.argmax(2)
        is_right = (z_BnC.argmax(2) == y_Bn).double()
        recall_BC = sum_rows(self.at_class * is_right[:, :, None]) / self.total_BC
        weights = [self.present_BC]
        if self.class_weights is not None:
            weights.append(self.present_BC * self.class_weights)
        return [loss_B, *[(recall_BC * w).sum(1) / w.sum(1) for w in weights]]
