"""An estimator of this package as a source."""

import copy

from skprognet.sources._as_source import is_fitted
from skprognet.sources._ask import ask_rows_seen
from skprognet.sources._column_source import ColumnSource
from skprognet.sources._rows_read import as_array
from skprognet.sources._training_rows import count_off_scale, is_known


class NetworkSource(ColumnSource):
    """An estimator of this package as a source.

    It uses the fitted attributes of the estimator, the inputs of its column, and the features that
    it selects for its own sources.

    Parameters
    ----------
    network : estimator of this package
        The estimator, which may be fitted later.
    read : callable
        Turns an array of rows into the tensor that the column reads.
    sources : list of (str, Source)
        The sources of the estimator itself.
    write : callable
        Adds the same computation to an ONNX graph.
    copied : bool, default=False
        Whether the hidden layers started as copies of those of the single source.
    """

    def __init__(self, network, *, read, sources, write, copied=False):
        super().__init__(network)
        self.sources = sources
        self.copied = copied
        self._read_rows = read
        self._write_rows = write

    @property
    def own_features(self):
        """Names of the features that only the sources of this network read."""
        return tuple(dict.fromkeys(name for _, s in self.sources for name in s.own_features))

    @property
    def has_own_features(self):
        """Whether a source of this network has features that only it reads."""
        return any(source.has_own_features for _, source in self.sources)

    def match(self, feature_names):
        """Return this source, or for an unfitted network a copy with matched sources.

        A fitted network has matched its sources in its own `fit`.
        """
        if not self.sources or is_fitted(self.network):
            return self
        matched = copy.copy(self)
        matched.sources = [(name, source.match(feature_names)) for name, source in self.sources]
        return matched

    def column(self):
        """Return the column of the fitted estimator itself, not a copy."""
        return self.network.net_.module_

    def _read(self, X, dtype):
        return self._read_rows(X)

    def add_column_input(self, graph, rows):
        """Add the inputs of the column to an ONNX graph: features, and what sources compute."""
        return self._write_rows(graph, rows)

    def has_steps(self):
        """Return whether there are steps before a source of this network."""
        return any(source.has_steps() for _, source in self.sources)

    def _tensors(self):
        return self.column().state_dict().items()

    def digested(self):
        """Yield the bytes of the sources, oldest first, then of the network itself."""
        for name, source in self.sources:
            yield name.encode()
            yield from source.digested()
        yield from super().digested()

    def rows_seen(self, X):
        """Return which rows the network or a source had in `fit`; None if a source is unsure."""
        X = as_array(X)  # a table may come from the steps before the network
        seen = is_known(self.network, X)
        for _, source in self.sources:
            of_source = ask_rows_seen(source, self.network._select(source, X))
            if of_source is None:
                return None
            seen |= of_source
        return seen

    def off_scale(self, X):
        """Return the counts of the first network with over half of its features off scale.

        This network comes first, then its sources. If there is no such network, the counts are
        those of this network.
        """
        X = as_array(X)
        answers = [count_off_scale(X, self.network)]
        for _, source in self.sources:
            answers.append(source.off_scale(self.network._select(source, X)))
        return next((pair for pair in answers if 2 * pair[0] > pair[1]), answers[0])
