r"""One training step of a column, with hand-written gradients.

These are the equations for layer k with inputs :math:`a_{ki}` (the layer below, then the frozen
layers that it reads) and weights :math:`W_{ki}`:

.. math::

    z_k = b_k + \sum_i a_{ki} W_{ki}^T, \quad h_k = f(z_k), \quad a_{k+1,0} = D_k h_k

    \frac{\partial \ell}{\partial z_k}
        = \left( \frac{\partial \ell}{\partial z_{k+1}} W_{k+1,0} \right) D_k f'(z_k)

    \frac{\partial \ell}{\partial W_{ki}} = \frac{\partial \ell}{\partial z_k}^T a_{ki}, \quad
    \frac{\partial \ell}{\partial b_k} = \sum_n \frac{\partial \ell}{\partial z_{k,n}}

The loss :math:`\ell` and its gradient with respect to :math:`z_{L+1}` come from an
object such as :class:`~skprognet.networks._losses.CrossEntropy`, the default.

Networks of this size spend more time in the bookkeeping of autograd than in matrix products.
"""

import torch
from torch import Tensor

from skprognet.networks._column import ACTIVATIONS, Column
from skprognet.networks._losses import CrossEntropy


def _gradient_of(parameter: torch.nn.Parameter) -> Tensor:
    """Return the tensor that holds the gradient of `parameter`, created on first use."""
    if parameter.grad is None:
        with torch.inference_mode(False), torch.no_grad():  # it outlives the caller's block
            parameter.grad = torch.empty_like(parameter)
    return parameter.grad


class _Buffers:
    """The working memory of a step for one batch size.

    Memory that is allocated in every step often returns to the operating system in between, which
    then costs more than the computation.
    """

    def __init__(self, column: Column, n_rows: int, loss: type):
        weight = column.layers[0].weight.detach()
        sizes = column.hidden_layer_sizes
        self.outputs, self.dropped = [
            [weight.new_empty(n_rows, width) for width in sizes] for _ in range(2)
        ]
        # Two buffers take turns, so that they stay in the cache.
        turns = [weight.new_empty(n_rows * max(sizes, default=0)) for _ in range(2)]
        self.grads = [
            turns[k % 2][: n_rows * width].view(n_rows, width) for k, width in enumerate(sizes)
        ]
        self.masks = column.masks(n_rows)
        self.loss = loss(n_rows, weight)


class TrainingStep:
    """The forward and backward pass of a column for many batches.

    It looks up the layers of the column once, since each look-up in an ``nn.Module`` costs as much
    as a small matrix operation. Create a new step if layers are replaced. The step
    notices if layers start or stop learning, or load weights.

    Autograd must be off. :func:`torch.inference_mode` is best, since every operation does less
    bookkeeping there. Once called in inference mode, a step must always be called in it.

    Parameters
    ----------
    column : Column
        The network to train, with `gradients_written_out`; its `dropout_generator` draws the
        masks.
    loss : type, default=CrossEntropy
        The loss, built for the number of rows of a batch.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column, TrainingStep
    >>> generator = torch.Generator().manual_seed(0)
    >>> step = TrainingStep(Column(88, (16,), 4, generator=generator))
    >>> with torch.inference_mode():
    ...     loss, logits_NC = step(torch.zeros(3, 88), torch.tensor([0, 1, 2]))
    >>> loss.shape, logits_NC.shape
    (torch.Size([]), torch.Size([3, 4]))
    """

    def __init__(self, column: Column, loss: type = CrossEntropy):
        self.column = column
        self.loss = loss
        self.activate, self.differentiate = ACTIVATIONS[column.activation]
        self.biases = [layer.bias for layer in column.layers]
        self.weights = [column.weights(k) for k in range(len(column.layers))]
        self.transposed = [[w.detach().t() for w in weights] for weights in self.weights]
        self.buffers = {}  # by number of rows, for most batches and for the last one

    def _forward(self, X_NF: Tensor, buffers: _Buffers) -> tuple[Tensor, list, list | None]:
        """Return the logits, the inputs of each layer, and the masks of the hidden layers."""
        below_NH, frozen = self.column.split(X_NF)
        masks = (
            None if buffers.masks is None else buffers.masks.draw(self.column.dropout_generator)
        )
        inputs, last = [], len(buffers.outputs)
        for k, (first, *others) in enumerate(self.transposed):
            laterals = self.column.lateral_inputs(k, frozen[k], dropping=True)
            inputs.append([below_NH, *laterals])
            # Logits outlive the step, so they do not use a buffer.
            out = buffers.outputs[k] if k < last else None
            z_NH = torch.addmm(self.biases[k], below_NH, first, out=out)
            for input_NH, weight in zip(laterals, others, strict=True):
                z_NH.addmm_(input_NH, weight)
            if k < last:
                below_NH = self.activate(z_NH)
                if masks is not None:
                    below_NH = torch.mul(z_NH, masks[k], out=buffers.dropped[k])
        return z_NH, inputs, masks

    def __call__(
        self, X_NF: Tensor, y_N: Tensor, weight_N: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Compute loss, logits and gradients: see :func:`loss_and_gradients`.

        Raises
        ------
        RuntimeError
            If autograd is on, which would record every operation.
        """
        if torch.is_grad_enabled():
            raise RuntimeError(
                "Autograd must be off in a TrainingStep, which writes the gradients itself; got "
                "autograd on. Call the step under torch.no_grad() or torch.inference_mode()."
            )
        n_rows = X_NF.shape[0]
        if n_rows not in self.buffers:
            self.buffers[n_rows] = _Buffers(self.column, n_rows, self.loss)
        buffers = self.buffers[n_rows]
        logits_NC, inputs, masks = self._forward(X_NF, buffers)
        loss, grad_NH = buffers.loss(logits_NC, y_N, weight_N)
        learning = [
            k
            for k, (bias, weights) in enumerate(zip(self.biases, self.weights, strict=True))
            if bias.requires_grad or any(weight.requires_grad for weight in weights)
        ]
        lowest = min(learning, default=len(self.biases))
        for k in range(len(self.biases) - 1, lowest - 1, -1):
            bias, weights = self.biases[k], self.weights[k]
            grad_HN = grad_NH.t()
            for weight, input_NH in zip(weights, inputs[k], strict=True):
                if weight.requires_grad:
                    torch.mm(grad_HN, input_NH, out=_gradient_of(weight))
            if bias.requires_grad:
                torch.sum(grad_NH, 0, out=_gradient_of(bias))
            if k > lowest:
                grad_NH = torch.mm(grad_NH, weights[0], out=buffers.grads[k - 1])
                if masks is not None:
                    grad_NH.mul_(masks[k - 1])
                self.differentiate(grad_NH, buffers.outputs[k - 1])
        return loss, logits_NC


def loss_and_gradients(
    column: Column, X_NF: Tensor, y_N: Tensor, weight_N: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Compute the loss of a batch and write its gradients into ``parameter.grad``.

    Dropout is on. Parameters with ``requires_grad=False`` get no gradient, and nothing is computed
    below the lowest layer that learns.

    Parameters
    ----------
    column : Column
        The network to train, with `gradients_written_out`; its `dropout_generator` draws the
        masks.
    X_NF : Tensor of shape (N, F)
        The rows, joined with the frozen activations if the column reads any.
    y_N : Tensor of shape (N,), int64
        Class positions.
    weight_N : Tensor of shape (N,), default=None
        Weights of the rows; None means 1.

    Returns
    -------
    loss : Tensor of shape ()
        Mean over the batch of weight times cross-entropy.
    logits_NC : Tensor of shape (N, C)
        The outputs from which the loss was computed.

    Raises
    ------
    ValueError
        If the column has adapters, whose weights would get no gradient.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column, loss_and_gradients
    >>> generator = torch.Generator().manual_seed(0)
    >>> column = Column(88, (16,), 4, generator=generator)
    >>> X_NF = torch.rand(3, 88, generator=generator)
    >>> loss, _ = loss_and_gradients(column, X_NF, torch.tensor([0, 1, 2]))
    >>> column.layers[0].weight.grad.shape
    torch.Size([16, 88])
    """
    if not column.gradients_written_out:
        raise ValueError(
            "The column must have no adapters in loss_and_gradients; got one with adapters, "
            "whose weights would get no gradient. Call backward() on a loss of column(X_NF)."
        )
    with torch.no_grad():
        return TrainingStep(column)(X_NF, y_N, weight_N)
