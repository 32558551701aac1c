"""The layers of a column that do not learn in the first epochs of fine-tuning."""

from torch import nn

from skprognet.networks._column import Column
from skprognet.networks._column_stack import parameters_of


class ProbedLayers:
    """All layers except the output. During a probe they do not learn and have no dropout.

    Parameters
    ----------
    column : Column
        The network.
    """

    def __init__(self, column: Column):
        self.column = column
        self.dropout = column.dropout
        layers = range(len(column.hidden_layer_sizes))
        parameters = [p for k in layers for p in parameters_of(column, k)]
        self.learning: list[nn.Parameter] = [p for p in parameters if p.requires_grad]

    def set_probing(self, probing: bool) -> None:
        """Freeze the layers during a probe; let them learn otherwise."""
        for parameter in self.learning:
            parameter.requires_grad = not probing
            if probing:
                parameter.grad = None  # the optimizer skips it
        self.column.dropout = 0.0 if probing else self.dropout
