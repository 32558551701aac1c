"""Adapters between frozen layers and the layer that reads them (Rusu et al. 2016)."""

import torch
from torch import Tensor, nn

from skprognet.networks._column import ACTIVATIONS, glorot_linear

ADAPTERS = ("linear", "mlp")


class Adapter(nn.Module):
    r"""Scales the layers of all frozen columns, joins them, and projects them to `n_units` units.

    With the frozen layers :math:`h^{(j)}` of J columns it computes

    .. math:: a = g(V \, [\alpha_1 h^{(1)}; \dots; \alpha_J h^{(J)}])

    where g is the identity ("linear") or the activation of the new column ("mlp"). The new layer
    then reads :math:`U a`. This is equation 2 of Rusu et al. 2016 (arXiv 1606.04671). Its
    :math:`\alpha` are learned scalars with small, different initial values.

    Shapes: :math:`h^{(j)}` is (N, H of that layer), V is (n_units, sum of these H), a is
    (N, n_units).

    Parameters
    ----------
    widths : sequence of int
        Width of each frozen layer.
    n_units : int
        Width of the result. In a ProgressiveColumn it is the width of the new layer of the same
        number k, as in Rusu et al.
    kind : {"linear", "mlp"}
        The function g.
    activation : {"sigmoid", "tanh", "relu", "identity"}
        The activation of the new column.
    generator : torch.Generator
        Draws the initial weights: V Glorot uniform, the scales uniform between 0.05 and 0.15.
    dtype : torch.dtype
        Type of the weights.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Adapter
    >>> adapter = Adapter(
    ...     [16, 8],
    ...     5,
    ...     "linear",
    ...     activation="sigmoid",
    ...     generator=torch.Generator().manual_seed(0),
    ...     dtype=torch.float32,
    ... )
    >>> adapter([torch.zeros(3, 16), torch.zeros(3, 8)]).shape
    torch.Size([3, 5])
    """

    def __init__(
        self,
        widths,
        n_units: int,
        kind: str,
        *,
        activation: str,
        generator: torch.Generator,
        dtype: torch.dtype,
    ):
        super().__init__()
        self.activation = activation if kind == "mlp" else "identity"
        self.scales = nn.Parameter(
            torch.empty(len(widths), dtype=dtype).uniform_(0.05, 0.15, generator=generator)
        )
        self.projection = glorot_linear(
            sum(widths), n_units, bias=False, generator=generator, dtype=dtype
        )

    def forward(self, frozen: list[Tensor]) -> Tensor:
        """Return a, of shape (N, n_units)."""
        activate, _ = ACTIVATIONS[self.activation]
        scaled = [scale * h_NH for scale, h_NH in zip(self.scales, frozen, strict=True)]
        # Units first, as in Column, so that the bits of a row do not depend on its position.
        joined_HN = torch.cat(scaled, dim=1).t().contiguous()
        return activate(torch.mm(self.projection.weight, joined_HN)).t()
