"""Estimate the memory of networks that are trained at once.

Letters in names: N rows of a batch.
"""

from math import ceil

from skprognet.networks._column_stack import shape_of
from skprognet.networks._dropout import bits_of
from skprognet.networks._network_to_train import NetworkToTrain
from skprognet.networks._stacked_losses import ROWS_PER_SUM

_COPIES = 5  # of weights that learn: values, gradients, two moments, values of the best epoch


def memory_of(network: NetworkToTrain, batch_size: int = 32) -> int:
    """Estimate the bytes that one network takes when networks are trained at once.

    The estimate counts weights, Adam's state and rows; the random bits of an epoch; and the
    results of one step, twice, since a recorded epoch has its own memory. Several networks take at
    most the sum of their estimates.

    Parameters
    ----------
    network : NetworkToTrain
        The network.
    batch_size : int, default=32
        Number of rows in a batch.

    Returns
    -------
    int
        Number of bytes.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import torch
    >>> from skprognet.networks import Column, NetworkToTrain, memory_of
    >>> column = Column(88, (256,) * 4, 4, generator=torch.Generator().manual_seed(0))
    >>> rows = SimpleNamespace(X=torch.zeros(500, 88), y=torch.zeros(500).long(), weight=None)
    >>> round(memory_of(NetworkToTrain(column, rows, rows, 0, 0)) / 2**20, 1)  # in MiB
    6.1
    """
    return (
        _weights(network)
        + _rows(network, batch_size)
        + _random_bits(network, batch_size)
        + 2 * _step(network, batch_size)
    )


def _number_bytes(network: NetworkToTrain) -> int:
    return network.training.X.element_size()


def _weights(network: NetworkToTrain) -> int:
    column, copies = network.column, _COPIES + (network.pull is not None)
    outputs = shape_of(column)["n_classes"] / column.layers[-1].out_features  # padded
    last = sum(w.numel() for w in column.weights(len(column.layers) - 1))
    numbers = sum(p.numel() * (copies if p.requires_grad else 1) for p in column.parameters())
    return ceil(numbers + last * copies * (outputs - 1)) * _number_bytes(network)


def _rows(network: NetworkToTrain, batch_size: int) -> int:
    """Return the bytes of the rows; scored rows are padded to blocks and have outputs."""
    n_outputs = shape_of(network.column)["n_classes"]
    n, width = network.training.X.shape
    size = (
        n * (width + n_outputs) * _number_bytes(network) + ceil(n / batch_size) * batch_size * 20
    )
    for rows in (network.validation, network.test):
        if rows is not None:
            n = ceil(len(rows.X) / ROWS_PER_SUM) * ROWS_PER_SUM
            size += n * (width * _number_bytes(network) + n_outputs * 8 * 6)
    return size


def _random_bits(network: NetworkToTrain, batch_size: int) -> int:
    """Return the bytes of the random bits of an epoch; drawing them takes three copies."""
    column, n_steps = network.column, ceil(len(network.training.X) / batch_size)
    read = getattr(column, "places_by_layer", [])
    laterals = sum(width for layer in read for _, width in layer)
    lateral_rate = getattr(column, "lateral_dropout", 0.0)
    units = [(column.dropout, sum(column.hidden_layer_sizes)), (lateral_rate, laterals)]
    bits = sum(bits_of(rate)[0] * n_units for rate, n_units in units if rate)
    return 3 * n_steps * batch_size * bits // 8


def _step(network: NetworkToTrain, batch_size: int) -> int:
    """Return the bytes of one pass, over scored rows or over a training batch.

    A batch has two kinds of inputs and, for each layer, outputs, gradients and masks.
    """
    column, inputs = network.column, network.training.X.shape[1]
    units = sum(column.hidden_layer_sizes) + shape_of(column)["n_classes"]
    scored, trained = ROWS_PER_SUM * (inputs + units), batch_size * (2 * inputs + 4 * units)
    return max(scored, trained) * _number_bytes(network)
