"""The base of networks that read numbers from their sources as additional features."""

from itertools import chain

from skprognet.estimators._with_source import TransferMixin, consecutive_slices
from skprognet.networks import join_frozen
from skprognet.sources import add_layers, read_layers


class BesideMixin(TransferMixin):
    """Mixin for an estimator whose first layer reads the features and the sources.

    It reads all hidden layers of the sources, unless a subclass overrides `_read_source` and
    `_add_source`. The sources compute once per fit.
    """

    # cross_validate_transfer reads this: several sources at a time are possible.
    reads_several_sources = True

    @staticmethod
    def _read_source(source, X):
        """Return the numbers of a source for the rows X: a list of tensors, a row for each."""
        return [layer for column in read_layers(source, X) for layer in column]

    def _read_sources(self, rows, train, held_out, seed):
        super()._read_sources(rows, train, held_out, seed)
        answers = self._ask_sources(self._read_source, rows.X[:1])
        widths = [sum(part.shape[1] for part in parts) for parts in answers]
        self.source_widths_ = dict(zip(dict(self.sources_), widths, strict=True))

    def _column_input(self, X):
        x = super()._column_input(self._own_features(X))
        answers = self._ask_sources(self._read_source, X)
        return join_frozen(x, [[part.to(x) for part in parts] for parts in answers])

    def _source_slices(self):
        return consecutive_slices(self._n_own_features(), self.source_widths_)

    @staticmethod
    def _add_source(source, graph, rows):
        """Add the results of `_read_source` to an ONNX graph; return their names."""
        return [layer for column in add_layers(source, graph, rows) for layer in column]

    def _add_column_input(self, graph, rows):
        x = super()._add_column_input(graph, self._add_own_features(graph, rows))
        parts = chain.from_iterable(self._add_sources(self._add_source, graph, rows))
        return graph.join([x, *(graph.cast(part, graph.types[x]) for part in parts)])

    def _n_inputs(self):
        return self._n_own_features() + sum(self.source_widths_.values())
