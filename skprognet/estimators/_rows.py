"""What comes with the rows of a fit."""

import copy

import numpy as np
import pandas as pd

from skprognet._checks import check_row_labels, check_sample_weight


def _source_labels(source_y, n_rows):
    """Return the labels of the source tasks as a DataFrame with a column for each."""
    if hasattr(source_y, "columns"):  # of pandas or polars
        columns = {name: source_y[name] for name in source_y.columns}
    elif isinstance(source_y, dict):
        columns = source_y
    else:
        given = np.asarray(source_y, dtype=object)  # an array of text would hide a number
        if given.ndim == 2:
            columns = dict(enumerate(given.T.tolist()))
        else:
            columns = {getattr(source_y, "name", None): source_y}
    return pd.DataFrame(
        {name: check_row_labels("source_y", values, n_rows) for name, values in columns.items()}
    )


class RowLabels:
    """What comes with the rows of a fit: weights, groups and the labels of the source tasks.

    Parameters
    ----------
    sample_weight : array-like of shape (n_rows,) or None
        Weights.
    groups : array-like of shape (n_rows,) or None
        Groups to keep apart, such as speakers.
    source_y : array-like, DataFrame or dict of array-like, or None
        Labels of the source tasks, of shape (n_rows,) or (n_rows, n_sources).
    n_rows : int
        Number of rows that each must have.
    """

    def __init__(self, sample_weight, groups, source_y, *, n_rows):
        self.weight = check_sample_weight(sample_weight, n_rows)
        self.groups = None if groups is None else check_row_labels("groups", groups, n_rows)
        self.source_y = None if source_y is None else _source_labels(source_y, n_rows)
        self.present = slice(None) if self.weight is None else self.weight > 0

    def select(self, rows):
        """Return the same for some of the rows."""
        part = copy.copy(self)
        part.weight = None if self.weight is None else self.weight[rows]
        part.groups = None if self.groups is None else self.groups[rows]
        part.source_y = None if self.source_y is None else self.source_y.iloc[rows]
        return part
