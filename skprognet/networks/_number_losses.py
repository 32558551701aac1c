r"""Losses of networks that learn numbers, with hand-written gradients.

Outputs z and targets y have shape (N, K): N rows of K numbers each, such as valence, arousal and
dominance.
"""

import torch
from torch import Tensor, nn


class _NumberLoss:
    """Base of the losses.

    Parameters
    ----------
    n_rows : int
        Number of rows N of the batches.
    like : Tensor
        A tensor of the type and on the device of the outputs.
    """

    # Whether the loss needs all rows at once, since it is not a mean over rows.
    needs_all_rows = False

    def __init__(self, n_rows: int, like: Tensor):
        self.n_rows = n_rows


class SquaredError(_NumberLoss):
    r"""Weighted mean of the squared errors, and its gradient with respect to the outputs.

    .. math::

        \ell = \frac{1}{N K} \sum_{n, k} w_n (z_{nk} - y_{nk})^2, \quad
        \frac{\partial \ell}{\partial z_{nk}} = \frac{2 w_n}{N K} (z_{nk} - y_{nk})
    """

    def __call__(
        self, z_NK: Tensor, y_NK: Tensor, weight_N: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return the loss and its gradient. Without weights, each row has weight 1."""
        error_NK = z_NK - y_NK
        grad_NK = error_NK * (2 / error_NK.numel())
        if weight_N is not None:
            grad_NK.mul_(weight_N.unsqueeze(1))
        return error_NK.mul_(grad_NK).sum().div_(2), grad_NK

    @staticmethod
    def criterion() -> nn.Module:
        """Return the loss of each row for autograd."""
        return _MeanOverOutputs(nn.MSELoss(reduction="none"))


class AbsoluteError(_NumberLoss):
    r"""Weighted mean of the absolute errors, and its gradient with respect to the outputs.

    .. math::

        \ell = \frac{1}{N K} \sum_{n, k} w_n |z_{nk} - y_{nk}|, \quad
        \frac{\partial \ell}{\partial z_{nk}} = \frac{w_n}{N K} \mathrm{sign}(z_{nk} - y_{nk})
    """

    def __call__(
        self, z_NK: Tensor, y_NK: Tensor, weight_N: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return the loss and its gradient. Without weights, each row has weight 1."""
        error_NK = z_NK - y_NK
        grad_NK = error_NK.sign().div_(error_NK.numel())
        if weight_N is not None:
            grad_NK.mul_(weight_N.unsqueeze(1))
        return error_NK.mul_(grad_NK).sum(), grad_NK

    @staticmethod
    def criterion() -> nn.Module:
        """Return the loss of each row for autograd."""
        return _MeanOverOutputs(nn.L1Loss(reduction="none"))


class ConcordanceLoss(_NumberLoss):
    r"""One minus the concordance correlation of a batch, and its gradient.

    For one output, with weights :math:`w_n` that sum to 1 over the batch, means :math:`\mu`,
    variances :math:`s^2` and the covariance :math:`s_{zy}` under these weights,

    .. math::

        \mathrm{CCC} = \frac{A}{D}, \quad A = 2 s_{zy}, \quad
        D = s_z^2 + s_y^2 + (\mu_z - \mu_y)^2,

        \frac{\partial A}{\partial z_n} = 2 w_n (y_n - \mu_y), \quad
        \frac{\partial D}{\partial z_n} = 2 w_n (z_n - \mu_y), \quad
        \frac{\partial \ell}{\partial z_n}
            = - \frac{1}{K D} \left( \frac{\partial A}{\partial z_n}
              - \mathrm{CCC} \frac{\partial D}{\partial z_n} \right).

    The loss is the mean over the K outputs. In a batch of one row, or of rows with the same truth,
    A is 0 whatever the outputs are. Then the CCC and the gradient are defined as 0, so the batch
    teaches nothing. The same holds if D is 0.
    """

    needs_all_rows = True

    def __call__(
        self, z_NK: Tensor, y_NK: Tensor, weight_N: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return the loss and its gradient. Without weights, each row has weight 1 / N."""
        weight_N1 = _weights_of_sum_one(z_NK, weight_N)
        z_mean, y_mean = (weight_N1 * z_NK).sum(0), (weight_N1 * y_NK).sum(0)
        from_mean_NK, truth_NK = z_NK - z_mean, y_NK - y_mean
        varies = (y_NK != y_NK[0]).any(0)
        covariance = (weight_N1 * from_mean_NK * truth_NK).sum(0)
        spread = (weight_N1 * (from_mean_NK**2 + truth_NK**2)).sum(0) + (z_mean - y_mean) ** 2
        varies &= spread > 0
        spread = torch.where(varies, spread, torch.ones_like(spread))
        ccc = torch.where(varies, 2 * covariance / spread, torch.zeros_like(spread))
        grad_NK = (truth_NK - ccc * (z_NK - y_mean)) * weight_N1 * (-2 / spread / len(ccc))
        return 1 - ccc.mean(), torch.where(varies, grad_NK, torch.zeros_like(grad_NK))

    @staticmethod
    def criterion() -> nn.Module:
        """Return the loss of a batch for autograd."""
        return _Concordance()


class _MeanOverOutputs(nn.Module):
    """The error of each row: the mean over its outputs."""

    def __init__(self, error: nn.Module):
        super().__init__()
        self.error = error

    def forward(self, z_NK: Tensor, y_NK: Tensor) -> Tensor:
        return self.error(z_NK, y_NK).mean(1)


class _Concordance(nn.Module):
    """One minus the concordance correlation of all rows, which autograd can differentiate."""

    def forward(self, z_NK: Tensor, y_NK: Tensor, weight_N: Tensor | None = None) -> Tensor:
        weight_N1 = _weights_of_sum_one(z_NK, weight_N)
        z_mean, y_mean = (weight_N1 * z_NK).sum(0), (weight_N1 * y_NK).sum(0)
        covariance = (weight_N1 * (z_NK - z_mean) * (y_NK - y_mean)).sum(0)
        spread = (weight_N1 * ((z_NK - z_mean) ** 2 + (y_NK - y_mean) ** 2)).sum(0)
        spread = spread + (z_mean - y_mean) ** 2
        varies = (y_NK != y_NK[0]).any(0) & (spread > 0)
        ones, zeros = torch.ones_like(spread), torch.zeros_like(spread)
        ccc = 2 * covariance / torch.where(varies, spread, ones)
        return 1 - torch.where(varies, ccc, zeros).mean()


def _weights_of_sum_one(z_NK: Tensor, weight_N: Tensor | None) -> Tensor:
    if weight_N is None:
        return z_NK.new_full((len(z_NK), 1), 1 / len(z_NK))
    return (weight_N / weight_N.sum()).unsqueeze(1)


NUMBER_LOSSES = {
    "squared_error": SquaredError,
    "absolute_error": AbsoluteError,
    "ccc": ConcordanceLoss,
}
