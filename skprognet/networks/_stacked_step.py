r"""One training step of many columns at once: the equations of ``_step.py`` as batched products.

Dropout needs no floating-point masks here. A dropped output is set to 0, and the product of the
layer above scales its inputs:

.. math::

    z_k = b_k + s \, \tilde h_{k-1} W_k^T, \quad
    \tilde h_k = f(z_k) \text{ where kept, else } 0, \quad s = 1 / (1 - \mathrm{rate})

.. math::

    \frac{\partial \ell}{\partial W_k}
        = s \, \frac{\partial \ell}{\partial z_k}^T \tilde h_{k-1}, \quad
    \frac{\partial \ell}{\partial z_{k-1}}
        = s \left( \frac{\partial \ell}{\partial z_k} W_k \right) f'(z_{k-1})
        \text{ where kept, else } 0

The slope of sigmoid and relu is 0 if the output is 0, so the last line needs no mask for them.
That saves a sixth of the memory traffic of the activations, and thus time on a GPU.

Letters in names: B networks, N rows of a batch, F features, H units, C outputs.
"""

import torch
from torch import Tensor

from skprognet.networks._column import ACTIVATIONS
from skprognet.networks._column_stack import ColumnStack
from skprognet.networks._group_dropout import NOTHING_DROPPED, Dropped
from skprognet.networks._stacked_losses import CROSS_ENTROPY, StackedLoss

# Activations whose slope, computed from the output, is 0 for the output 0.
_FLAT_AT_ZERO = ("sigmoid", "relu")


class StackedStep:
    """The forward and backward pass of the first B networks of a stack.

    Parameters
    ----------
    stack : ColumnStack
        The networks.
    B : int
        Number of networks that compute.
    loss : StackedLoss, default=CROSS_ENTROPY
        The loss.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column
    >>> from skprognet.networks._column_stack import ColumnStack
    >>> from skprognet.networks._stacked_step import StackedStep
    >>> generator = torch.Generator().manual_seed(0)
    >>> columns = [Column(88, (16,), 4, generator=generator) for _ in range(3)]
    >>> step = StackedStep(ColumnStack(columns, lr=0.1), B=3)
    >>> with torch.inference_mode():
    ...     logits_BNC = step.logits(torch.zeros(3, 5, 88))
    >>> logits_BNC.shape  # the classes are padded
    torch.Size([3, 5, 16])
    """

    def __init__(self, stack: ColumnStack, B: int, loss: StackedLoss = CROSS_ENTROPY):
        self.loss = loss
        self.column = stack.columns[0]
        self.activate, self.differentiate = ACTIVATIONS[self.column.activation]
        self.flat_at_zero = self.column.activation in _FLAT_AT_ZERO
        self.layers = [[part[:B] for part in layer] for layer in stack.layers]
        self.grads = [[part[:B] for part in layer] for layer in stack.grads]
        self.lowest = next(k for k, layer in enumerate(stack.grads) if layer)
        self.n_outputs = stack.n_classes
        widths = [[column.layers[-1].out_features] for column in stack.columns[:B]]
        self.part_B1 = 1 / stack.layers[0][0].new_tensor(widths)

    def _read(self, X_BNF: Tensor, dropped: Dropped) -> tuple[Tensor, list[list[Tensor]]]:
        """Return the features, and the frozen layers of each layer after dropout."""
        features, frozen = self.column.split(X_BNF.flatten(0, 1))
        rows = X_BNF.shape[:2]
        laterals = [[h.unflatten(0, rows) for h in layer] for layer in frozen]
        if dropped.laterals:
            laterals = [
                [h.masked_fill(mask, 0) for h, mask in zip(*pair, strict=True)]
                for pair in zip(laterals, dropped.laterals, strict=True)
            ]
        return features.unflatten(0, rows), laterals

    def logits(self, X_BNF: Tensor, dropped: Dropped = NOTHING_DROPPED) -> Tensor:
        """Return the logits (B, N, C); X_BNF holds rows in the form that the columns read."""
        return self._forward(X_BNF, dropped)[0]

    def _forward(self, X_BNF: Tensor, dropped: Dropped) -> tuple[Tensor, list[list[tuple]]]:
        """Return the logits, and the inputs of each layer as pairs of tensor and scale."""
        below, laterals = self._read(X_BNF, dropped)
        inputs, scale = [], 1.0
        for k, (*weights, bias) in enumerate(self.layers):
            read = [(below, scale), *((h, dropped.lateral_scale) for h in laterals[k])]
            inputs.append(read)
            z = torch.baddbmm(bias[:, None], below, weights[0].mT, alpha=scale)
            for (h, factor), weight in zip(read[1:], weights[1:], strict=True):
                z.baddbmm_(h, weight.mT, alpha=factor)
            if k < len(self.layers) - 1:
                below, scale = self.activate(z), dropped.hidden_scale
                if dropped.hidden:
                    below.masked_fill_(dropped.hidden[k], 0)
        return z, inputs

    def __call__(
        self,
        X_BNF: Tensor,
        y: Tensor,
        share_BN: Tensor,
        dropped: Dropped = NOTHING_DROPPED,
        *,
        output_alone: bool = False,
    ) -> Tensor:
        """Write the gradients into the stack and return the loss of each network, shape (B,).

        Parameters
        ----------
        X_BNF : Tensor of shape (B, N, F)
            The rows, joined with the frozen activations if the columns read any.
        y : Tensor of shape (B, N), int64, or of shape (B, N, C)
            Class positions, or a number for each output.
        share_BN : Tensor of shape (B, N)
            The weight of each row in the loss: 1 / N if rows count equally, and 0 for padding
            rows.
        dropped : Dropped, default=NOTHING_DROPPED
            The units that this step drops.
        output_alone : bool, default=False
            Whether only the output learns in this step.
        """
        outputs, inputs = self._forward(X_BNF, dropped)
        loss, grad = self.loss.of_batch(outputs, y, share_BN, self.part_B1)
        last = len(self.layers) - 1
        lowest = last if output_alone else self.lowest
        for k in range(last, lowest - 1, -1):
            if self.grads[k]:
                *of_weights, of_bias = self.grads[k]
                for of_weight, (h, scale) in zip(of_weights, inputs[k], strict=True):
                    of_weight.baddbmm_(grad.mT, h, beta=0, alpha=scale)
                torch.sum(grad, 1, out=of_bias)
            if k > lowest:
                grad = self._grad_below(k, grad, inputs[k][0], dropped)
        return loss

    def _grad_below(self, k: int, grad: Tensor, read: tuple, dropped: Dropped) -> Tensor:
        """Return the gradient with respect to z of layer k - 1; `grad` is that of layer k."""
        h, scale = read
        below = torch.empty_like(h).baddbmm_(grad, self.layers[k][0], beta=0, alpha=scale)
        if dropped.hidden and not self.flat_at_zero:
            below.masked_fill_(dropped.hidden[k - 1], 0)
        self.differentiate(below, h)
        return below
