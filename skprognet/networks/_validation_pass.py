"""The outputs of a column for the same rows again and again, while its weights change.

Letters in names: N rows, H units of one hidden layer, C classes.
"""

import torch
from torch import Tensor

from skprognet.networks._column import ACTIVATIONS, Column


class ValidationPass:
    """The forward pass of a column without dropout, over rows that stay the same.

    It gives what ``column(X_NF)`` gives in evaluation mode, to the same bits. What does not change
    with the weights, it does once: to look up the layers, and to put the rows, and the frozen
    layers beside them, side by side in memory. Hidden layers are written where the last pass wrote
    them. Make a new one when layers are replaced.

    Parameters
    ----------
    column : Column
        The network, with `gradients_written_out`: no adapter changes what it reads.
    X_NF : Tensor of shape (N, F)
        The rows, with the frozen activations beside them where the column reads any.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column, ValidationPass
    >>> column = Column(88, (16,), 4, generator=torch.Generator().manual_seed(0))
    >>> X_NF = torch.rand(3, 88)
    >>> validate = ValidationPass(column, X_NF)
    >>> with torch.inference_mode():
    ...     torch.equal(validate(), column(X_NF))
    True
    """

    def __init__(self, column: Column, X_NF: Tensor):
        x_NF, frozen = column.split(X_NF)
        self.x_HN = x_NF.t().contiguous()
        self.laterals = [
            [h_NH.t().contiguous() for h_NH in column.lateral_inputs(k, read, dropping=False)]
            for k, read in enumerate(frozen)
        ]
        self.activate, _ = ACTIVATIONS[column.activation]
        self.biases = [layer.bias[:, None] for layer in column.layers]
        self.weights = column.weights_by_layer()
        self.outputs = [
            self.x_HN.new_empty(width, X_NF.shape[0]) for width in column.hidden_layer_sizes
        ]

    def __call__(self) -> Tensor:
        """Return the outputs, of shape (N, C), where autograd is off."""
        below_HN, last = self.x_HN, len(self.outputs)
        for k, (bias, (first, *others)) in enumerate(zip(self.biases, self.weights, strict=True)):
            # The outputs of the network are kept for a while, and so are no buffer's.
            out = self.outputs[k] if k < last else None
            z_HN = torch.addmm(bias, first, below_HN, out=out)
            for weight, input_HN in zip(others, self.laterals[k], strict=True):
                z_HN.addmm_(weight, input_HN)
            if k < last:
                below_HN = self.activate(z_HN)
        return z_HN.t()
