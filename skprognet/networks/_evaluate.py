"""What a column gives for rows, without dropout and the same bits for a row wherever it stands.

Letters in names: N rows, F features, H units of one hidden layer, C classes.
"""

import torch
from torch import Tensor

from skprognet.networks._column import Column

# Matrix libraries choose their order of summation by the number of rows. Blocks of one size (a
# multiple of every vector register's) make the prediction for a row the same bits, whatever else
# is predicted with it.
ROWS_PER_BLOCK = 128


def _in_blocks(column: Column, X_NF: Tensor, wanted: slice) -> list[Tensor]:
    """Return those wanted of hidden activations and logits, without dropout, in blocks of rows.

    The mode of the column is neither asked nor changed: another thread may be computing with it.
    """
    blocks = []
    with torch.inference_mode():
        for rows in X_NF.split(ROWS_PER_BLOCK):
            missing = ROWS_PER_BLOCK - len(rows)
            full = torch.cat([rows, rows.new_zeros(missing, rows.shape[1])]) if missing else rows
            outputs = column._units_first(full, dropping=False)[wanted]
            blocks.append([values_HN.t()[: len(rows)] for values_HN in outputs])
    return [torch.cat(values) for values in zip(*blocks, strict=True)]


def evaluate_hidden(column: Column, X_NF: Tensor) -> list[Tensor]:
    """Return the hidden activations of `column` without dropout, as in evaluation mode.

    The rows are computed in blocks of one size, the last one filled up with zeros, so that in
    float32 the result for a row depends on that row only, bit for bit; in float64 the order of
    summation still moves the last digits.

    Parameters
    ----------
    column : Column
        The network. Nothing in it changes, its mode included, so that several threads may compute
        with one column.
    X_NF : Tensor of shape (N, F)
        The rows, in the type and on the device of the column.

    Returns
    -------
    list of L Tensors of shape (N, H)
        One for each hidden layer.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column, evaluate_hidden
    >>> generator = torch.Generator().manual_seed(0)
    >>> column = Column(88, (16, 8), 4, generator=generator, dropout=0.5)
    >>> [h_NH.shape for h_NH in evaluate_hidden(column, torch.zeros(3, 88))]
    [torch.Size([3, 16]), torch.Size([3, 8])]
    """
    return _in_blocks(column, X_NF, slice(-1))


def evaluate_logits(column: Column, X_NF: Tensor) -> Tensor:
    """Return the logits of `column` without dropout, of shape (N, C).

    Parameters and blocks as in :func:`evaluate_hidden`.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column, evaluate_logits
    >>> generator = torch.Generator().manual_seed(0)
    >>> column = Column(88, (16, 8), 4, generator=generator, dropout=0.5)
    >>> evaluate_logits(column, torch.zeros(3, 88)).shape
    torch.Size([3, 4])
    """
    return _in_blocks(column, X_NF, slice(-1, None))[0]
