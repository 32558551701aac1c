"""The output layer of a column by itself, trained on hidden layers that stay as they are."""

import torch
from torch import Tensor

from skprognet.networks._column import Column
from skprognet.networks._evaluate import evaluate_hidden


class OutputAlone:
    """The output of a column as a column without hidden layers, with the same weights.

    A :class:`TrainingStep` trains it on what the output reads, which is computed once instead of
    in each step. Nothing has dropout.

    Parameters
    ----------
    column : Column
        Whose output is trained; it sees the changes.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column, OutputAlone, TrainingStep
    >>> column = Column(88, (16, 8), 4, generator=torch.Generator().manual_seed(0))
    >>> output = OutputAlone(column)
    >>> read = output.inputs(torch.zeros(3, 88))
    >>> read.shape
    torch.Size([3, 8])
    >>> with torch.no_grad():
    ...     loss, logits_NC = TrainingStep(output)(read, torch.tensor([0, 1, 2]))
    >>> logits_NC.shape, column.layers[0].weight.grad
    (torch.Size([3, 4]), None)
    """

    hidden_layer_sizes = ()

    def __init__(self, column: Column):
        self.column = column
        self.activation = column.activation
        self.layers = column.layers[-1:]

    def weights(self, k: int) -> list:
        """Return the matrices of the output, one for each input that it reads."""
        return self.column.weights(len(self.column.hidden_layer_sizes))

    def inputs(self, X_NF: Tensor) -> Tensor:
        """Return what the output reads, side by side: the last hidden layer, then frozen ones."""
        _, frozen = self.column.split(X_NF)
        return torch.cat([evaluate_hidden(self.column, X_NF)[-1], *frozen[-1]], dim=1)

    def split(self, X_NF: Tensor) -> tuple[Tensor, list[list[Tensor]]]:
        """Return the last hidden layer, and the frozen layers that the output reads, as views."""
        first, *frozen = X_NF.split([weight.shape[1] for weight in self.weights(0)], dim=1)
        return first, [frozen]

    def masks(self, n_rows: int) -> None:
        """Return None: no layer has dropout."""

    def lateral_inputs(self, k: int, frozen: list[Tensor], *, dropping: bool) -> list[Tensor]:
        """Return the frozen layers as they are."""
        return frozen
