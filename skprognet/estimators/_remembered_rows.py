"""What a fitted network remembers of its rows, to recognise them later."""

import numpy as np

from skprognet._fingerprints import fingerprints
from skprognet.estimators._overlap import overlap
from skprognet.sources import MOMENTS, add_rows


class RememberedRowsMixin:
    """Mixin for an estimator that keeps fingerprints and the scale of its rows."""

    def _remember(self, tables):
        """Add the fingerprints of all tables, and the scale of the first one."""
        seen = [] if not hasattr(self, "row_fingerprints_") else [self.row_fingerprints_]
        self.row_fingerprints_ = np.unique(np.concatenate([*seen, *map(fingerprints, tables)]))
        before = [getattr(self, name) for name in MOMENTS if hasattr(self, name)]
        for name, value in zip(MOMENTS, add_rows(tables[0], *before), strict=True):
            setattr(self, name, value)

    def source_overlap(self, X, *, per_row=False):
        """Return the share of rows of X that the network and each of its sources had in `fit`.

        :func:`~skprognet.estimators.source_overlap` does the same, also for a pipeline around the
        estimator.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows, such as those of a test set, scaled like the rows of `fit`.
        per_row : bool, default=False
            Whether to return an answer for each row instead of shares.

        Returns
        -------
        Series of float, or DataFrame of bool of shape (n_samples, 1 + n_sources)
            The share, between 0 and 1: under "own" for the rows of this `fit`, and under its name
            for each source; NaN for a source that does not remember its rows. With
            ``per_row=True``, a column for each of them, and the index of X; NA if unknown.

        Warns
        -----
        UserWarning
            If X is not on the scale of the training rows.

        Raises
        ------
        ValueError
            For a different number of features, NaN or infinity.
        """
        return overlap(self, X, per_row, stacklevel=3)
