"""Losses with hand-written gradients, for batches of one size."""

import torch
from torch import Tensor, nn
from torch.nn.functional import nll_loss


class CrossEntropy:
    r"""Mean weighted cross-entropy of logits, and its gradient with respect to them.

    .. math::

        \ell = \frac{1}{N} \sum_n w_n \left( -\log \mathrm{softmax}(z)_{n, y_n} \right), \quad
        \frac{\partial \ell}{\partial z} = \frac{w}{N} (\mathrm{softmax}(z) - y)

    where y has a row of zeros and a single 1 for each label. Labels may be soft: then a row of y
    has the probability of each class, and :math:`-\log \mathrm{softmax}(z)_{n, y_n}` becomes
    :math:`-\sum_c y_{nc} \log \mathrm{softmax}(z)_{nc}`. The gradient stays the same.

    Parameters
    ----------
    n_rows : int
        Number of rows N of the batches.
    like : Tensor
        A tensor of the type and on the device of the logits.
    """

    # Whether the loss needs all rows at once, since it is not a mean over rows.
    needs_all_rows = False

    def __init__(self, n_rows: int, like: Tensor):
        # Created once, since creating a tensor costs as much as a small matrix product.
        self.minus_one_N1 = like.new_full((n_rows, 1), -1)
        self.n_rows = like.new_tensor(n_rows)

    @staticmethod
    def criterion() -> nn.Module:
        """Return the loss of each row, for autograd and for validation."""
        return nn.CrossEntropyLoss(reduction="none")

    def __call__(
        self, logits_NC: Tensor, y: Tensor, weight_N: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return the loss and its gradient; without weights, each row has weight 1.

        y has shape (N,) with class positions, int64, or shape (N, C) with probabilities in the
        type of the logits.
        """
        log_p_NC = torch.log_softmax(logits_NC, dim=1)
        soft = y.dim() == 2
        if soft:
            loss = _mean(-(y * log_p_NC).sum(dim=1), weight_N)
        elif weight_N is None:
            loss = nll_loss(log_p_NC, y)
        else:
            loss = _mean(nll_loss(log_p_NC, y, reduction="none"), weight_N)
        grad_NC = log_p_NC.exp_()
        if soft:
            grad_NC.sub_(y).div_(self.n_rows)
        else:
            grad_NC.scatter_add_(1, y.unsqueeze(1), self.minus_one_N1).div_(self.n_rows)
        if weight_N is not None:
            grad_NC.mul_(weight_N.unsqueeze(1))
        return loss, grad_NC


def _mean(loss_N: Tensor, weight_N: Tensor | None) -> Tensor:
    return (loss_N if weight_N is None else loss_N * weight_N).mean()
