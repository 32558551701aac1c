"""What comes with the rows of a fit."""

import copy

import numpy as np
import pandas as pd

from skprognet._validation import check_row_labels, check_sample_weight


def fingerprints(X):
    """Return a 64-bit hash of each row of X, taken in float32 whatever its type.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features)
        Numbers.

    Returns
    -------
    ndarray of shape (n_rows,), uint64
        Equal rows have equal hashes; different ones have, but for a chance of n² / 2**65.
    """
    return pd.util.hash_pandas_object(pd.DataFrame(X.astype(np.float32)), index=False).to_numpy()


class RowLabels:
    """What comes with the rows: weights, groups and the labels of the source tasks.

    Parameters
    ----------
    sample_weight : array-like of shape (n_rows,) or None
        Weights.
    groups : array-like of shape (n_rows,) or None
        Groups to keep apart, such as speakers.
    source_y : array-like or DataFrame of shape (n_rows,) or (n_rows, n_sources), or None
        Labels of the source tasks.
    n_rows : int
        Number of rows that each must have.
    """

    def __init__(self, sample_weight, groups, source_y, *, n_rows):
        self.weight = check_sample_weight(sample_weight, n_rows)
        self.groups = None if groups is None else check_row_labels("groups", groups, n_rows)
        self.source_y = None
        if source_y is not None:
            table = pd.DataFrame(source_y).reset_index(drop=True)
            self.source_y = pd.DataFrame(
                {
                    name: check_row_labels("source_y", labels, n_rows)
                    for name, labels in table.items()
                }
            )
        self.present = slice(None) if self.weight is None else self.weight > 0

    def select(self, rows):
        """Return the same for some of the rows."""
        part = copy.copy(self)
        part.weight = None if self.weight is None else self.weight[rows]
        part.groups = None if self.groups is None else self.groups[rows]
        part.source_y = None if self.source_y is None else self.source_y[rows]
        return part
