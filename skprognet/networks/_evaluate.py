"""Compute a column without dropout, with the same bits for a row at any position.

Letters in names: N rows, F features, H units of one hidden layer, C classes.
"""

import torch
from torch import Tensor

from skprognet.networks._column import Column
from skprognet.networks._few_rows import FEW, ROWS_PER_BLOCK, few_rows, prepared

HIDDEN, LOGITS = slice(-1), slice(-1, None)  # slices of the outputs of all layers


def _in_blocks(column: Column, X_NF: Tensor, wanted: slice) -> list[Tensor]:
    """Return the wanted layers without dropout, computed in blocks of rows.

    The mode of the column is neither read nor changed, since another thread may use the column.
    """
    with torch.inference_mode():
        if X_NF.shape[0] <= ROWS_PER_BLOCK:
            return _in_one_block(column, X_NF, wanted)
        blocks = [_in_one_block(column, rows, wanted) for rows in X_NF.split(ROWS_PER_BLOCK)]
        return [torch.cat(values) for values in zip(*blocks, strict=True)]


def _in_one_block(column: Column, X_NF: Tensor, wanted: slice) -> list[Tensor]:
    """Return the wanted layers for a single block of rows, padded with rows of zeros."""
    n_rows = X_NF.shape[0]
    lengths, layers = prepared(column) if X_NF.is_cpu else ((ROWS_PER_BLOCK,), [])
    length = next(length for length in lengths if n_rows <= length)
    if n_rows < length:
        X_NF = torch.constant_pad_nd(X_NF, (0, 0, 0, length - n_rows))
    if length == FEW and wanted == HIDDEN:
        outputs = few_rows(column, layers[HIDDEN], X_NF)
    elif length == FEW:
        outputs = few_rows(column, layers, X_NF)[wanted]
    else:
        outputs = column._units_first(X_NF, dropping=False)[wanted]
        outputs = [values_HN.t() for values_HN in outputs]
    return [values_NH[:n_rows] for values_NH in outputs]


def evaluate_hidden(column: Column, X_NF: Tensor) -> list[Tensor]:
    """Return the hidden activations of `column` without dropout, as in evaluation mode.

    The rows are computed in blocks of 128, or of fewer rows where this gives the same bits, and
    zeros pad the last block. So in float32, no other row changes a bit of the result for a row; in
    float64, the order of summation can still change the last digits.

    Parameters
    ----------
    column : Column
        The network. Nothing in it changes, including its mode, so several threads may use one
        column.
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
    return _in_blocks(column, X_NF, HIDDEN)


def evaluate_logits(column: Column, X_NF: Tensor) -> Tensor:
    """Return the logits of `column` without dropout, of shape (N, C).

    The parameters, and the blocks of rows, are those of :func:`evaluate_hidden`.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column, evaluate_logits
    >>> generator = torch.Generator().manual_seed(0)
    >>> column = Column(88, (16, 8), 4, generator=generator, dropout=0.5)
    >>> evaluate_logits(column, torch.zeros(3, 88)).shape
    torch.Size([3, 4])
    """
    return _in_blocks(column, X_NF, LOGITS)[0]
