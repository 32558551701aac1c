r"""The losses of many networks at once, with hand-written gradients.

The equations are the same as in :class:`CrossEntropy` and the losses of numbers. Padding rows have
the share 0, and padding outputs do not enter any sum.

Letters in names: B networks, N rows of a batch, C outputs.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from skprognet.networks._losses import CrossEntropy
from skprognet.networks._number_losses import AbsoluteError, ConcordanceLoss, SquaredError

ROWS_PER_SUM = 128


def sum_rows(values: Tensor) -> Tensor:
    """Return the sum over the rows, dimension 1, in float64.

    The rows are added in blocks of one size, one block after the other. So the sum of a network
    does not depend on how many rows its neighbours have.
    """
    total = torch.zeros_like(values[:, 0], dtype=torch.float64)
    for block in values.double().split(ROWS_PER_SUM, dim=1):
        if block.shape[1] < ROWS_PER_SUM:
            full = block.new_zeros(len(block), ROWS_PER_SUM, *block.shape[2:])
            full[:, : block.shape[1]] = block
            block = full
        total += block.sum(1)
    return total


def concordance(z_BNC: Tensor, y_BNC: Tensor, weight_BN: Tensor, part_B1: Tensor) -> Tensor:
    """Return the mean concordance correlation of each network, of shape (B,), float64.

    Parameters
    ----------
    z_BNC, y_BNC : Tensor of shape (B, N, C)
        Outputs and truth.
    weight_BN : Tensor of shape (B, N)
        Weights of the rows, with any sum; 0 for padding rows.
    part_B1 : Tensor of shape (B, 1)
        1 divided by the number of outputs of each network.
    """
    z_BNC, y_BNC, weight_BN1 = z_BNC.double(), y_BNC.double(), weight_BN.double()[:, :, None]
    weight_BN1 = weight_BN1 / sum_rows(weight_BN1)[:, None]
    z_mean, y_mean = [sum_rows(weight_BN1 * values) for values in (z_BNC, y_BNC)]
    from_mean, truth = z_BNC - z_mean[:, None], y_BNC - y_mean[:, None]
    spread = sum_rows(weight_BN1 * (from_mean**2 + truth**2)) + (z_mean - y_mean) ** 2
    covariance = sum_rows(weight_BN1 * from_mean * truth)
    varies = ((y_BNC != y_BNC[:, :1]) & (weight_BN1 > 0)).any(1) & (spread != 0)
    ccc = torch.where(varies, 2 * covariance / torch.where(varies, spread, 1), 0)
    return (ccc * part_B1).sum(1)


def _hard_labels(logits, y_BN, share_BN, part_B1):
    log_p = torch.log_softmax(logits, dim=2)
    y_BN1 = y_BN[:, :, None]
    loss = (log_p.gather(2, y_BN1)[:, :, 0] * share_BN).sum(1).neg_()
    minus_y = _minus_one(log_p.dtype, log_p.device).expand_as(y_BN1)
    return loss, log_p.exp_().scatter_add_(2, y_BN1, minus_y).mul_(share_BN[:, :, None])


@lru_cache
def _minus_one(dtype, device):
    """Return -1, created once, since creating a tensor in every step takes time."""
    with torch.inference_mode(False):
        return torch.tensor(-1, dtype=dtype, device=device)


def _soft_labels(logits, y_BNC, share_BN, part_B1):
    log_p = torch.log_softmax(logits, dim=2)
    loss = (_of_soft_rows(log_p, y_BNC) * share_BN).sum(1)
    return loss, log_p.exp_().sub_(y_BNC).mul_(share_BN[:, :, None])


def _of_soft_rows(log_p, y_BNC):
    # A padding class has an infinite logarithm, and its probability in y is 0.
    return torch.where(y_BNC > 0, y_BNC * log_p, 0).sum(2).neg_()


def _squared_error(z_BNC, y_BNC, share_BN, part_B1):
    error = z_BNC - y_BNC
    grad = error * (2 * share_BN * part_B1)[:, :, None]
    return error.mul_(grad).sum((1, 2)).div_(2), grad


def _absolute_error(z_BNC, y_BNC, share_BN, part_B1):
    error = z_BNC - y_BNC
    grad = error.sign().mul_((share_BN * part_B1)[:, :, None])
    return error.mul_(grad).sum((1, 2)), grad


def _concordance_loss(z_BNC, y_BNC, share_BN, part_B1):
    weight_BN1 = (share_BN / share_BN.sum(1, keepdim=True))[:, :, None]
    z_mean, y_mean = [(weight_BN1 * values).sum(1, keepdim=True) for values in (z_BNC, y_BNC)]
    from_mean, truth = z_BNC - z_mean, y_BNC - y_mean
    covariance = (weight_BN1 * from_mean * truth).sum(1, keepdim=True)
    spread = (weight_BN1 * (from_mean**2 + truth**2)).sum(1, keepdim=True)
    spread += (z_mean - y_mean) ** 2
    varies = ((y_BNC != y_BNC[:, :1]) & (weight_BN1 > 0)).any(1, keepdim=True) & (spread > 0)
    spread = torch.where(varies, spread, 1)
    ccc = torch.where(varies, 2 * covariance / spread, 0)
    part_B11 = part_B1[:, None]
    grad = (truth - ccc * (z_BNC - y_mean)) * weight_BN1 * (-2 * part_B11 / spread)
    return 1 - (ccc * part_B11).sum((1, 2)), torch.where(varies, grad, 0)


def _mean_of(of_rows: Callable) -> Callable:
    """Return the float64 loss of validation rows, given a function for the loss of each row."""

    def loss(z_BNC, y, share_BN, part_B1):
        return sum_rows(of_rows(z_BNC, y, part_B1) * share_BN)

    return loss


def _hard_rows(logits, y_BN, part_B1):
    return torch.log_softmax(logits, dim=2).gather(2, y_BN[:, :, None])[:, :, 0].neg()


def _soft_rows(logits, y_BNC, part_B1):
    return _of_soft_rows(torch.log_softmax(logits, dim=2), y_BNC)


class StackedLoss(NamedTuple):
    """One loss for many networks at once.

    Attributes
    ----------
    of_batch : callable
        Takes outputs (B, N, C), targets, the share of each row (B, N), and 1 divided by the number
        of outputs of each network (B, 1). Returns the loss of each network (B,) and the gradient
        (B, N, C).
    of_validation : callable
        Takes the same arguments and returns only the loss, in float64.
    """

    of_batch: Callable
    of_validation: Callable


CROSS_ENTROPY = StackedLoss(_hard_labels, _mean_of(_hard_rows))

# The key is the loss of a network, and whether its y has a column for each output.
STACKED_LOSSES: dict[tuple[Any, bool], StackedLoss] = {
    (CrossEntropy, False): CROSS_ENTROPY,
    (CrossEntropy, True): StackedLoss(_soft_labels, _mean_of(_soft_rows)),
    (SquaredError, True): StackedLoss(
        _squared_error, _mean_of(lambda z, y, part: ((z - y) ** 2).sum(2) * part)
    ),
    (AbsoluteError, True): StackedLoss(
        _absolute_error, _mean_of(lambda z, y, part: (z - y).abs().sum(2) * part)
    ),
    (ConcordanceLoss, True): StackedLoss(_concordance_loss, lambda *args: 1 - concordance(*args)),
}
