"""Rows as tensors, and batches of them."""

import math

import torch
from torch.utils.data import Dataset

ROWS_PER_COPY = 256  # about this many rows are copied at once and then split into batches


class TensorRows(Dataset):
    """Rows as tensors on the device of the network; a data set for skorch.

    Parameters
    ----------
    X : Tensor of shape (n_rows, width)
        What the column reads.
    y : Tensor of shape (n_rows,) or (n_rows, n_columns), default=None
        The encoded target; None if only outputs are needed.
    weight : Tensor of shape (n_rows,), default=None
        Weights of the rows in the loss; None means 1.
    """

    def __init__(self, X, y=None, weight=None):
        self.X = X
        self.y = y
        self.weight = weight

    def __len__(self):
        return len(self.X)

    def __getitem__(self, number):
        return self.X[number], torch.zeros(()) if self.y is None else self.y[number]


class Batches:
    """Batches of rows, copied from the tensors several at a time.

    skorch's usual loader collects single rows in Python, which takes two to three times as long as
    the training itself on networks of this size.

    Parameters
    ----------
    dataset : TensorRows
        The rows.
    batch_size : int
        Rows in each batch; the last one may have fewer.
    generator : torch.Generator, default=None
        Draws the order of the rows; None keeps their order.
    """

    def __init__(self, dataset, batch_size, generator=None):
        self.dataset = dataset
        self.batch_size = batch_size
        self.generator = generator

    def __len__(self):
        return math.ceil(len(self.dataset) / self.batch_size)

    def __iter__(self):
        """Yield pairs as skorch takes them; weights, if any, share a dict with X."""
        for X, y, weight in self.parts():
            yield (X if weight is None else {"X": X, "sample_weight": weight}), y

    def parts(self):
        """Yield X, y, and weights or None, of each batch."""
        rows = self.dataset
        y = torch.zeros(len(rows)) if rows.y is None else rows.y
        columns = [rows.X, y] if rows.weight is None else [rows.X, y, rows.weight]
        for block in self._blocks(columns):
            for X, y, *weight in zip(*(c.split(self.batch_size) for c in block), strict=True):
                yield X, y, weight[0] if weight else None

    def _blocks(self, columns):
        """Yield the same rows of each column: all in order, or a few random batches."""
        if self.generator is None:
            yield columns
            return
        order = torch.randperm(len(self.dataset), generator=self.generator)
        n_batches = max(1, ROWS_PER_COPY // self.batch_size)
        for rows in order.split(n_batches * self.batch_size):
            # Several times as fast as column[rows] for wide rows.
            yield [column.index_select(0, rows.to(column.device)) for column in columns]
