r"""One training step of a column, with the gradients written out.

The equations, for layer k with inputs :math:`a_{ki}` (the layer below, then the frozen layers that
it reads) and weights :math:`W_{ki}`:

.. math::

    z_k = b_k + \sum_i a_{ki} W_{ki}^T, \quad h_k = f(z_k), \quad a_{k+1,0} = D_k h_k

    \ell = \frac{1}{N} \sum_n w_n \left( -\log \mathrm{softmax}(z_{L+1})_{n, y_n} \right)

    \frac{\partial \ell}{\partial z_{L+1}} = \frac{w}{N} (\mathrm{softmax}(z_{L+1}) - y), \quad
    \frac{\partial \ell}{\partial z_k}
        = \left( \frac{\partial \ell}{\partial z_{k+1}} W_{k+1,0} \right) D_k f'(z_k)

    \frac{\partial \ell}{\partial W_{ki}} = \frac{\partial \ell}{\partial z_k}^T a_{ki}, \quad
    \frac{\partial \ell}{\partial b_k} = \sum_n \frac{\partial \ell}{\partial z_{k,n}}

Networks of this size spend more time in autograd's bookkeeping than in their matrix products.
"""

import torch
from torch import Tensor

from skprognet.networks._column import ACTIVATIONS, Column, dropout_mask


def _gradient_of(parameter: torch.nn.Parameter) -> Tensor:
    """Return the tensor in which the gradient of `parameter` is kept, made on first use."""
    if parameter.grad is None:
        parameter.grad = torch.empty_like(parameter)
    return parameter.grad


def _preactivation(column: Column, k: int, inputs: list[Tensor]) -> Tensor:
    """Return z of layer k (from 0), of shape (N, H)."""
    first, *others = column.weights(k)
    z_NH = torch.addmm(column.layers[k].bias, inputs[0], first.t())
    for weight, input_NH in zip(others, inputs[1:], strict=True):
        z_NH.addmm_(input_NH, weight.t())
    return z_NH


def _forward(column: Column, X_NF: Tensor) -> tuple[Tensor, list[list[Tensor]], list, list]:
    """Return logits, the inputs of each layer, and outputs and masks of the hidden layers."""
    activate, _ = ACTIVATIONS[column.activation]
    below_NH, frozen = column.split(X_NF)
    inputs, outputs, masks = [], [], []
    for k in range(len(column.layers) - 1):
        inputs.append([below_NH, *column.lateral_inputs(k, frozen[k], dropping=True)])
        h_NH = activate(_preactivation(column, k, inputs[-1]))
        mask_NH = None
        if column.dropout:
            mask_NH = dropout_mask(h_NH, column.dropout, column.dropout_generator)
        outputs.append(h_NH)
        masks.append(mask_NH)
        below_NH = h_NH if mask_NH is None else h_NH * mask_NH
    last = len(column.layers) - 1
    inputs.append([below_NH, *column.lateral_inputs(last, frozen[last], dropping=True)])
    return _preactivation(column, last, inputs[-1]), inputs, outputs, masks


def _cross_entropy(logits_NC: Tensor, y_N: Tensor, weight_N: Tensor | None):
    """Return the mean weighted cross-entropy and its gradient with respect to the logits."""
    log_p_NC = torch.log_softmax(logits_NC, dim=1)
    y_N1 = y_N[:, None]
    loss_N = -log_p_NC.gather(1, y_N1)[:, 0]
    grad_NC = log_p_NC.exp_()
    grad_NC.scatter_add_(1, y_N1, grad_NC.new_full(y_N1.shape, -1.0))
    grad_NC.div_(len(y_N))
    if weight_N is not None:
        loss_N = loss_N * weight_N
        grad_NC.mul_(weight_N[:, None])
    return loss_N.mean(), grad_NC


@torch.no_grad()
def loss_and_gradients(
    column: Column, X_NF: Tensor, y_N: Tensor, weight_N: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Compute the loss of a batch and write its gradient into ``parameter.grad``.

    Dropout is on. Parameters with ``requires_grad=False`` are left alone, and nothing is computed
    below the lowest layer that has one to learn.

    Parameters
    ----------
    column : Column
        The network to train, with `gradients_written_out`; its `dropout_generator` draws the
        masks.
    X_NF : Tensor of shape (N, F)
        The rows, with the frozen activations beside them where the column reads any.
    y_N : Tensor of shape (N,), int64
        Class positions.
    weight_N : Tensor of shape (N,), default=None
        Weights of the rows; None stands for 1.

    Returns
    -------
    loss : Tensor of shape ()
        Mean over the batch of weight times cross-entropy.
    logits_NC : Tensor of shape (N, C)
        The outputs that the loss was computed from.
    """
    logits_NC, inputs, outputs, masks = _forward(column, X_NF)
    loss, grad_NH = _cross_entropy(logits_NC, y_N, weight_N)
    _, differentiate = ACTIVATIONS[column.activation]
    learns = [
        any(p.requires_grad for p in (layer.bias, *column.weights(k)))
        for k, layer in enumerate(column.layers)
    ]
    for k in range(len(column.layers) - 1, -1, -1):
        weights, bias = column.weights(k), column.layers[k].bias
        for weight, input_NH in zip(weights, inputs[k], strict=True):
            if weight.requires_grad:
                torch.mm(grad_NH.t(), input_NH, out=_gradient_of(weight))
        if bias.requires_grad:
            torch.sum(grad_NH, 0, out=_gradient_of(bias))
        if not any(learns[:k]):
            break
        grad_NH = torch.mm(grad_NH, weights[0])
        if masks[k - 1] is not None:
            grad_NH.mul_(masks[k - 1])
        grad_NH = differentiate(grad_NH, outputs[k - 1])
    return loss, logits_NC
