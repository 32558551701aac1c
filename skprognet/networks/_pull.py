r"""A pull of weights back to their initial values: L2-SP (Li, Grandvalet and Davoine 2018).

The penalty on weights w that started as :math:`w_0` and its gradient are

.. math::

    \Omega(w) = \frac{\alpha}{2} \lVert w - w_0 \rVert^2, \quad
    \frac{\partial \Omega}{\partial w} = \alpha (w - w_0)
"""

import torch
from torch import Tensor, nn


class PullToStart:
    """Adds the gradient of the penalty to the gradients of the loss, in place.

    Parameters
    ----------
    parameters : list of nn.Parameter
        The weights w.
    start : list of Tensor
        Their initial values, each of the same shape.
    strength : float
        The factor alpha.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import PullToStart
    >>> weight = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    >>> weight.grad = torch.zeros(2)
    >>> PullToStart([weight], [torch.tensor([1.0, 1.0])], strength=0.5)()
    >>> weight.grad
    tensor([0.0000, 0.5000])
    """

    def __init__(self, parameters: list[nn.Parameter], start: list[Tensor], strength: float):
        self.pairs = list(zip(parameters, start, strict=True))
        self.strength = strength

    @torch.no_grad()
    def __call__(self):
        """Add the gradient for the weights that currently learn."""
        learning = [(w, start) for w, start in self.pairs if w.requires_grad]
        if learning:
            weights, start = zip(*learning, strict=True)
            away = torch._foreach_sub([w.detach() for w in weights], start)
            torch._foreach_add_([w.grad for w in weights], away, alpha=self.strength)
