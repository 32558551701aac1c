r"""Several tasks with shared hidden layers: the last layer of a column has all their outputs.

The first outputs belong to the target. With the cross-entropy :math:`\ell_0` of the target and
:math:`\ell_t` of the other T tasks, training minimises

.. math:: \ell = \ell_0 + \frac{\lambda}{T} \sum_{t=1}^{T} \ell_t
"""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from skprognet.networks._column import Column, glorot_linear
from skprognet.networks._losses import CrossEntropy


def add_outputs(column: Column, widths: list[int], generator: torch.Generator) -> None:
    """Append output layers, each newly initialised, to the output of a column.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column, add_outputs
    >>> generator = torch.Generator().manual_seed(0)
    >>> column = Column(88, (16,), 4, generator=generator)
    >>> add_outputs(column, [2, 10], generator)
    >>> column(torch.zeros(3, 88)).shape
    torch.Size([3, 16])
    """
    first = column.layers[-1]
    options = {"bias": True, "generator": generator, "dtype": first.weight.dtype}
    layers = [first, *(glorot_linear(first.in_features, width, **options) for width in widths)]
    joined = nn.Linear(
        first.in_features, sum(layer.out_features for layer in layers), device="meta"
    )
    joined.weight = nn.Parameter(torch.cat([layer.weight.detach() for layer in layers]))
    joined.bias = nn.Parameter(torch.cat([layer.bias.detach() for layer in layers]))
    column.layers[-1] = joined


class MultiTaskLoss:
    """The joint loss of several tasks, built for batches of one size.

    Parameters
    ----------
    widths : list of int
        Number of classes of each task, the target first.
    source_weight : float
        The factor lambda of the mean over the other tasks.
    """

    needs_all_rows = False

    def __init__(self, widths: list[int], source_weight: float):
        self.widths = widths
        self.factors = [1.0] + [source_weight / (len(widths) - 1)] * (len(widths) - 1)

    def __call__(self, n_rows: int, like: Tensor) -> "MultiTaskCrossEntropy":
        """Return the loss for batches of `n_rows` rows."""
        return MultiTaskCrossEntropy(n_rows, like, self.widths, self.factors)

    @property
    def criterion(self):
        """The loss of each row for autograd."""
        return partial(MultiTaskCriterion, self.widths, self.factors)


class MultiTaskCrossEntropy:
    """Weighted sum of the cross-entropies of several tasks, and its gradient.

    Parameters
    ----------
    n_rows : int
        Number of rows N of the batches.
    like : Tensor
        A tensor of the type and on the device of the logits.
    widths : list of int
        Number of classes of each task.
    factors : list of float
        The weight of each task.
    """

    def __init__(self, n_rows: int, like: Tensor, widths: list[int], factors: list[float]):
        self.widths = widths
        self.factors = factors
        self.one = CrossEntropy(n_rows, like)

    def __call__(
        self, logits_NC: Tensor, y: Tensor, weight_N: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return the loss and its gradient.

        y has a column of class positions for each task, or only the class positions of the target.
        """
        grad_NC = torch.zeros_like(logits_NC)
        parts = zip(
            *(logits_NC.split(self.widths, 1), grad_NC.split(self.widths, 1)),
            *(_by_task(y), self.factors),
            strict=False,  # the target alone has one column of labels
        )
        total = 0
        for z_NC, of_task_NC, y_N, factor in parts:
            loss, grad = self.one(z_NC, y_N, weight_N)
            total = total + factor * loss
            of_task_NC.copy_(grad.mul_(factor))
        return total, grad_NC


class MultiTaskCriterion(nn.Module):
    """The loss of each row, for autograd and for validation rows, which only have the target.

    Parameters
    ----------
    widths, factors : list
        As for :class:`MultiTaskCrossEntropy`.
    """

    def __init__(self, widths: list[int], factors: list[float]):
        super().__init__()
        self.widths = widths
        self.factors = factors

    def forward(self, logits_NC: Tensor, y: Tensor) -> Tensor:
        """Return the loss of each row, of shape (N,)."""
        columns = _by_task(y)
        widths = self.widths[: len(columns)]
        parts = logits_NC[:, : sum(widths)].split(widths, 1)
        return sum(
            factor * cross_entropy(z_NC, y_N, reduction="none")
            for z_NC, y_N, factor in zip(parts, columns, self.factors, strict=False)
        )


def _by_task(y: Tensor) -> list[Tensor]:
    """Return the class positions of each task."""
    return [y] if y.dim() == 1 else list(y.unbind(1))
