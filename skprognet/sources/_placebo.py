"""A source that gives the layers of other rows: as many numbers as before, and no knowledge."""

import hashlib

import numpy as np
import pandas as pd

from skprognet._fingerprints import fingerprints
from skprognet.sources._ask import ask_rows_seen
from skprognet.sources._source import Source


class PlaceboSource(Source):
    """A source whose layers are permuted among the rows of a table.

    For row i of the table it gives the layers that the source has for row ``order[i]``. So the
    layers keep their distribution and their widths, and say nothing about the row. It is a control
    of studies and no model to deploy: it knows the rows of its table only.

    Parameters
    ----------
    source : Source
        What it is the placebo of, matched with the features.
    rows : ndarray of shape (n_samples, n_features)
        The table: all rows that a study trains on and tests.
    order : ndarray of int of shape (n_samples,)
        For each row whose layers it gets.
    feature_names : ndarray of str, default=None
        Names of the columns of `rows`, where they are known.
    """

    def __init__(self, source, rows, order, feature_names=None):
        self._source, self._rows, self._order = source, rows, order
        self._known = pd.Index(fingerprints(rows))
        self.n_features_in_ = rows.shape[1]
        self.feature_names_in_ = feature_names

    @property
    def has_own_features(self):
        """Whether the source has features for itself alone."""
        return self._source.has_own_features

    @property
    def own_features(self):
        """Names of the features that are for the source alone."""
        return self._source.own_features

    def layer_sizes(self):
        """Return the widths of the layers of the source."""
        return self._source.layer_sizes()

    def hidden(self, X):
        """Return the layers of other rows.

        Raises
        ------
        ValueError
            If a row is not in the table.
        """
        return self._source.hidden(self._selected(self._order[self._places(X)]))

    def rows_seen(self, X):
        """Return which of the rows themselves the source was trained on."""
        rows = self._selected(self._places(X))
        return ask_rows_seen(self._source, rows)

    def digest(self):
        """Return a SHA-256 of the source, the table and the order."""
        sha256 = hashlib.sha256(f"placebo of {self._source.digest()}".encode())
        sha256.update(np.ascontiguousarray(self._known.to_numpy()).tobytes())
        sha256.update(np.ascontiguousarray(self._order, dtype=np.int64).tobytes())
        return sha256.hexdigest()

    def _selected(self, places):
        return self._source.select(self._rows[places], self.feature_names_in_)

    def _places(self, X):
        """Return the numbers of the rows X in the table; of equal rows the first."""
        wanted = fingerprints(X)
        unknown = ~np.isin(wanted, self._known)
        if unknown.any():
            raise ValueError(
                "A placebo source is a control of studies and no model to deploy: it takes rows "
                f"of the table of its study only; {unknown.sum()} of {len(X)} rows are not in it."
            )
        first = ~self._known.duplicated()
        return np.flatnonzero(first)[self._known[first].get_indexer(wanted)]
