"""What progressive networks share, whatever they learn: they read the layers of frozen columns."""

from itertools import chain

from sklearn.utils.validation import check_is_fitted

from skprognet._checks import check_choice, check_number
from skprognet.estimators._importances import lateral_norms
from skprognet.estimators._parameters import DTYPES
from skprognet.estimators._with_source import TransferMixin, consecutive_slices
from skprognet.networks import ADAPTERS, ProgressiveColumn, join_frozen, undisturbed
from skprognet.sources import add_layers, read_layers


class ProgressiveMixin(TransferMixin):
    """Mixin for an estimator whose column reads the layers of its sources."""

    # cross_validate_transfer reads this: several sources at a time are possible.
    reads_several_sources = True
    # The source stays frozen beside the new column, so a placebo source can separate knowledge
    # from mere extra weights.
    keeps_its_source = True

    def _check_parameters(self):
        super()._check_parameters()
        if self.adapter is not None:
            check_choice("adapter", self.adapter, ADAPTERS)
        check_number(
            "lateral_dropout", self.lateral_dropout, "number", low=0, high=1, high_open=True
        )

    def _column_input(self, X):
        """Return the features and all frozen activations side by side.

        This is the one place where frozen columns compute: once in a fit, before the first epoch.
        Side by side in one matrix, features and activations are batched together, and the column
        reads each layer's part of a batch in place.
        """
        x = super()._column_input(self._own_features(X))
        columns = chain.from_iterable(self._ask_sources(read_layers, X))
        return join_frozen(x, [[h.to(x) for h in column] for column in columns])

    def _add_column_input(self, graph, rows):
        x = super()._add_column_input(graph, self._add_own_features(graph, rows))
        columns = chain.from_iterable(self._add_sources(add_layers, graph, rows))
        frozen = [graph.cast(h, graph.types[x]) for column in columns for h in column]
        return graph.join([x, *frozen])

    def _source_sizes(self):
        """Return for each source the widths of the layers of its columns."""
        return {name: source.layer_sizes() for name, source in self._read_by_name()}

    def _source_slices(self):
        widths = {
            name: sum(sum(sizes) for sizes in columns)
            for name, columns in self._source_sizes().items()
        }
        return consecutive_slices(self._n_own_features(), widths)

    def _make_column(self, generator):
        return ProgressiveColumn(
            self._n_own_features(),
            self.hidden_layer_sizes,
            self._target.n_outputs,
            source_sizes=[sizes for columns in self._source_sizes().values() for sizes in columns],
            activation=self.activation,
            dropout=self.dropout,
            generator=generator,
            dtype=DTYPES[self.dtype],
            adapter=self.adapter,
            lateral_dropout=self.lateral_dropout,
        )

    def lateral_norms(self):
        """Return how strongly each layer reads each frozen column.

        Returns
        -------
        DataFrame
            The columns are layer (2 .. L + 1, where L + 1 is the output), source, column (the
            number of the frozen column within its source, from 0, oldest first) and norm: the
            Frobenius norm of the lateral matrix, or with an adapter of the product of its two
            matrices and its scale.
        """
        check_is_fitted(self)
        names = [name for name, columns in self._source_sizes().items() for _ in columns]
        with undisturbed(self._device()):
            return lateral_norms(self.net_.module_, names)
