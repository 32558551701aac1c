"""Train the output layer of a column alone, on hidden layers that do not change."""

import torch
from torch import Tensor

from skprognet.networks._column import Column
from skprognet.networks._evaluate import evaluate_hidden


class OutputAlone:
    """The output of a column as a column without hidden layers that shares its weights.

    A :class:`TrainingStep` trains it on the inputs of the output, which are computed once instead
    of in each step. No layer has dropout.

    Parameters
    ----------
    column : Column
        The column whose output is trained; it shares the weights.

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
        """Return the weight matrices of the output, one for each input that it reads."""
        return self.column.weights(len(self.column.hidden_layer_sizes))

    def inputs(self, X_NF: Tensor) -> Tensor:
        """Return the joined inputs of the output: the last hidden layer, then frozen layers."""
        _, frozen = self.column.split(X_NF)
        return torch.cat([evaluate_hidden(self.column, X_NF)[-1], *frozen[-1]], dim=1)

    def split(self, X_NF: Tensor) -> tuple[Tensor, list[list[Tensor]]]:
        """Return views of the last hidden layer and of the frozen layers of the output."""
        first, *frozen = X_NF.split([weight.shape[1] for weight in self.weights(0)], dim=1)
        return first, [frozen]

    def masks(self, n_rows: int) -> None:
        """Return None, since no layer has dropout."""

    def lateral_inputs(self, k: int, frozen: list[Tensor], *, dropping: bool) -> list[Tensor]:
        """Return the frozen layers as they are."""
        return frozen
