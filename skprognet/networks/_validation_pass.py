"""Compute the outputs of a column for the same rows after every epoch.

Letters in names: N rows, H units of one hidden layer, C classes.
"""

import torch
from torch import Tensor

from skprognet.networks._column import ACTIVATIONS, Column


class ValidationPass:
    """The forward pass of a column without dropout, for rows that do not change.

    It gives the same bits as ``column(X_NF)`` in evaluation mode. Work that does not depend on the
    weights is done once: the layers are looked up, and the rows and frozen layers are laid out in
    memory. Each pass reuses the buffers of the previous pass. Create a new object if layers are
    replaced.

    Parameters
    ----------
    column : Column
        The network, with `gradients_written_out`, so that no adapter changes its inputs.
    X_NF : Tensor of shape (N, F)
        The rows, joined with the frozen activations if the column reads any.

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
        """Return the outputs, of shape (N, C). Autograd must be off."""
        below_HN, last = self.x_HN, len(self.outputs)
        for k, (bias, (first, *others)) in enumerate(zip(self.biases, self.weights, strict=True)):
            # The caller keeps the outputs, so they do not use a buffer.
            out = self.outputs[k] if k < last else None
            z_HN = torch.addmm(bias, first, below_HN, out=out)
            for weight, input_HN in zip(others, self.laterals[k], strict=True):
                z_HN.addmm_(weight, input_HN)
            if k < last:
                below_HN = self.activate(z_HN)
        return z_HN.t()
