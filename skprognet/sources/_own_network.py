"""A source of this package's own kind: a classifier that owns a column."""

import copy

from skprognet.sources._as_source import is_fitted
from skprognet.sources._ask import ask_rows_seen
from skprognet.sources._column_source import ColumnSource
from skprognet.sources._training_rows import count_off_scale, is_known


class NetworkSource(ColumnSource):
    """A classifier of this package as a source.

    It asks the classifier for its public fitted attributes only, and for what its column reads.

    Parameters
    ----------
    network : DNNClassifier, FineTunedClassifier or ProgressiveClassifier
        The classifier; it may become fitted later.
    read : callable
        Turns an array of rows into the tensor that the column reads.
    sources : list of (str, Source)
        What the classifier has learned from itself.
    write : callable
        Adds the same to an ONNX graph.
    copied : bool, default=False
        Whether the hidden layers began as copies of the single source's.
    """

    def __init__(self, network, *, read, sources, write, copied=False):
        super().__init__(network)
        self.sources = sources
        self.copied = copied
        self._read_rows = read
        self._write_rows = write

    @property
    def own_features(self):
        """Names of the features that are for the sources of this network alone."""
        return tuple(dict.fromkeys(name for _, s in self.sources for name in s.own_features))

    @property
    def has_own_features(self):
        """Whether a source of this network has features for itself alone."""
        return any(source.has_own_features for _, source in self.sources)

    def match(self, feature_names):
        """Return this source; of a network that is still to be fitted, with its sources matched.

        A fitted network has found the features of its sources in its own `fit`.
        """
        if not self.sources or is_fitted(self.network):
            return self
        matched = copy.copy(self)
        matched.sources = [(name, source.match(feature_names)) for name, source in self.sources]
        return matched

    def column(self):
        """Return the column of the fitted classifier, not a copy."""
        return self.network.net_.module_

    def _read(self, X, dtype):
        return self._read_rows(X)

    def add_column_input(self, graph, rows):
        """Add to an ONNX graph what the column reads: features, and what the sources say."""
        return self._write_rows(graph, rows)

    def has_steps(self):
        """Return whether there are steps before a network that this one learned from."""
        return any(source.has_steps() for _, source in self.sources)

    def _tensors(self):
        return self.column().state_dict().items()

    def digested(self):
        """Yield the bytes of the sources, oldest first, and then of the network itself."""
        for name, source in self.sources:
            yield name.encode()
            yield from source.digested()
        yield from super().digested()

    def rows_seen(self, X):
        """Return which rows the network, or one that it learned from, had in `fit`."""
        seen = is_known(self.network, X)
        for _, source in self.sources:
            of_source = ask_rows_seen(source, self.network._select(source, X))
            if of_source is None:
                return None
            seen |= of_source
        return seen

    def off_scale(self, X):
        """Return how many features are on another scale; of the first network where most are."""
        answers = [count_off_scale(X, self.network)]
        for _, source in self.sources:
            answers.append(source.off_scale(self.network._select(source, X)))
        return next((pair for pair in answers if 2 * pair[0] > pair[1]), answers[0])
