"""A source that returns the layers of other rows, and so carries no knowledge."""

import hashlib

import numpy as np
import pandas as pd

from skprognet._fingerprints import fingerprints
from skprognet.sources._ask import ask_rows_seen
from skprognet.sources._source import Source


class PlaceboSource(Source):
    """A source whose layers are permuted among the rows of a table.

    For row i of the table, it returns the layers of the source for row ``order[i]``. So the layers
    keep their distribution and widths, but say nothing about the row. It is a control for studies,
    not a model to deploy: it only knows the rows of its table.

    Parameters
    ----------
    source : Source
        The source to imitate, matched with the features.
    rows : ndarray of shape (n_samples, n_features)
        The table of all training and test rows of a study.
    order : ndarray of int of shape (n_samples,)
        For each row, the row whose layers it gets.
    feature_names : ndarray of str, default=None
        Names of the columns of `rows`, if they are known.
    """

    def __init__(self, source, rows, order, feature_names=None):
        self._source, self._rows, self._order = source, rows, order
        self._known = pd.Index(fingerprints(rows))
        self.n_features_in_ = rows.shape[1]
        self.feature_names_in_ = feature_names

    @property
    def has_own_features(self):
        """Whether the source has features that only it reads."""
        return self._source.has_own_features

    @property
    def own_features(self):
        """Names of the features that only the source reads."""
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
        return self._source.hidden(self._selected(self._order[self._positions(X)]))

    def rows_seen(self, X):
        """Return which of the rows themselves the source was trained on."""
        rows = self._selected(self._positions(X))
        return ask_rows_seen(self._source, rows)

    def digest(self):
        """Return a SHA-256 of the source, the table and the order."""
        sha256 = hashlib.sha256(f"placebo of {self._source.digest()}".encode())
        sha256.update(np.ascontiguousarray(self._known.to_numpy()).tobytes())
        sha256.update(np.ascontiguousarray(self._order, dtype=np.int64).tobytes())
        return sha256.hexdigest()

    def _selected(self, positions):
        return self._source.select(self._rows[positions], self.feature_names_in_)

    def _positions(self, X):
        """Return the positions of the rows X in the table, the first among equal rows."""
        wanted = fingerprints(X)
        unknown = ~np.isin(wanted, self._known)
        if unknown.any():
            raise ValueError(
                "A placebo source must get rows from the table of its study; got "
                f"{unknown.sum()} of {len(X)} rows that are not in it. Do not deploy this control "
                "of a study."
            )
        first = ~self._known.duplicated()
        return np.flatnonzero(first)[self._known[first].get_indexer(wanted)]
