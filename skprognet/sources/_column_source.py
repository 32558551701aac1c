"""The base of sources whose layers come from a column."""

import hashlib

import numpy as np
import torch
from sklearn.base import is_classifier

from skprognet.networks import add_column, add_older_columns, evaluate_hidden, evaluate_logits
from skprognet.sources._rows_read import as_tensor, check_rows_read
from skprognet.sources._source import Source


class ColumnSource(Source):
    """Base of the sources that have a :class:`~skprognet.networks.Column`.

    A subclass defines the column and the arrays of its digest.

    Parameters
    ----------
    network : estimator
        The network, which must be fitted before the source is used.
    """

    def __init__(self, network):
        self.network = network

    @property
    def kind(self):
        """The kind of source: the name of the class of the network."""
        return type(self.network).__name__

    @property
    def n_features_in_(self):
        """Number of features that the network takes."""
        return getattr(self.network, "n_features_in_", None)

    @property
    def feature_names_in_(self):
        """Names of the features; None if the network does not know them."""
        return getattr(self.network, "feature_names_in_", None)

    def layer_sizes(self):
        """Return the widths of the hidden layers, starting with older columns."""
        column = self.column()
        return [*getattr(column, "source_sizes", ()), column.hidden_layer_sizes]

    def column_input(self, X, dtype=None):
        """Return the input of the column for the rows X."""
        own = self._dtype()
        narrower = min(own, dtype or own)  # "float32" comes before "float64"
        X = check_rows_read(X, self.n_features_in_, narrower)
        return self._read(X, own)

    def _dtype(self):
        """Return the name of the type in which the network computes."""
        return self.column().dtype_name

    def _read(self, X, dtype):
        """Return the tensor for checked rows."""
        return as_tensor(X, dtype, "cpu")

    def hidden(self, X):
        """Return the hidden activations, starting with older columns."""
        column, inputs = self.column(), self.column_input(X)
        _, older = column.columns(inputs)
        return [*older, evaluate_hidden(column, inputs)]

    def add_hidden(self, graph, rows):
        """Add the hidden layers to an ONNX graph, starting with older columns."""
        column, inputs = self.column(), self.add_column_input(graph, rows)
        own = add_column(graph, column, inputs)[:-1]
        return [*add_older_columns(graph, column, inputs), own]

    def add_column_input(self, graph, rows):
        """Add the input of the column to an ONNX graph."""
        return graph.cast(rows, self._dtype())

    def add_log_posteriors(self, graph, rows):
        """Add the log-probabilities of the classes to an ONNX graph."""
        column, n_classes = self.column(), len(self.network.classes_)
        logits = add_column(graph, column, self.add_column_input(graph, rows))[-1]
        if column.config()["n_classes"] > n_classes:  # outputs of other tasks follow
            logits = graph.columns(logits, range(n_classes))
        return graph.add("LogSoftmax", logits, axis=1)

    @property
    def classifies(self):
        """Whether the network is a classifier."""
        return is_classifier(self.network)

    def log_posteriors(self, X):
        """Return the log-probabilities of the classes, in the type of the network."""
        if not self.classifies:
            return None
        logits_NC = evaluate_logits(self.column(), self.column_input(X))
        # Outputs of other tasks, which were learned along with these classes, follow them.
        return logits_NC[:, : len(self.network.classes_)].log_softmax(1)

    def digest(self):
        """Return a SHA-256 of all weights and buffers, including those of older columns.

        The steps of a pipeline before the network are not part of it.
        """
        sha256 = hashlib.sha256()
        for part in self.digested():
            sha256.update(part)
        return sha256.hexdigest()

    def digested(self):
        """Yield name, type, shape and bytes of each array of the network."""
        for name, values in self._tensors():
            array = np.ascontiguousarray(values.cpu() if torch.is_tensor(values) else values)
            yield f"{name} {array.dtype.str} {array.shape}".encode()
            yield array.tobytes()
