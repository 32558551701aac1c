"""scikit-learn's multi-layer perceptron as a source."""

import torch
from sklearn.base import is_classifier
from torch.nn.functional import logsigmoid

from skprognet.networks import Column, add_column, evaluate_logits
from skprognet.sources._column_source import ColumnSource


class MLPSource(ColumnSource):
    """scikit-learn's ``MLPClassifier`` or ``MLPRegressor``; it does not remember its rows."""

    @property
    def classifies(self):
        """Whether each row has one class; an ``MLPClassifier`` can also learn several."""
        if not is_classifier(self.network):
            return False
        return self.network.out_activation_ == "softmax" or self.network.n_outputs_ == 1

    def layer_sizes(self):
        """Return the widths of the hidden layers."""
        return [tuple(len(bias) for bias in self.network.intercepts_[:-1])]

    def column(self):
        """Return a column with the same weights."""
        mlp = self.network
        sizes = [len(bias) for bias in mlp.intercepts_]
        column = Column(
            mlp.n_features_in_,
            sizes[:-1],
            sizes[-1],
            activation={"logistic": "sigmoid"}.get(mlp.activation, mlp.activation),
            generator=torch.Generator(),
            dtype=torch.tensor(mlp.coefs_[0][:0]).dtype,
        )
        with torch.no_grad():
            for layer, weight, bias in zip(
                column.layers, mlp.coefs_, mlp.intercepts_, strict=True
            ):
                layer.weight.copy_(torch.as_tensor(weight.T.copy()))
                layer.bias.copy_(torch.as_tensor(bias.copy()))
        return column

    def log_posteriors(self, X):
        r"""Return the log-probabilities of the classes; None if rows have several labels.

        For two classes, an ``MLPClassifier`` has one output z, and the probabilities are
        :math:`\sigma(-z)` and :math:`\sigma(z)`.
        """
        if not self.classifies:
            return None
        if self.network.out_activation_ == "softmax":
            return super().log_posteriors(X)
        z_NC = evaluate_logits(self.column(), self.column_input(X))
        return logsigmoid(torch.cat([-z_NC, z_NC], dim=1))

    def add_log_posteriors(self, graph, rows):
        """Add the log-probabilities to an ONNX graph; the first of two classes has logit 0."""
        if self.network.out_activation_ == "softmax":
            return super().add_log_posteriors(graph, rows)
        z = add_column(graph, self.column(), self.add_column_input(graph, rows))[-1]
        zero = graph.add("Sub", z, z)
        return graph.add("LogSoftmax", graph.join([zero, z]), axis=1)

    def _dtype(self):
        return self.network.coefs_[0].dtype.name

    def _tensors(self):
        return enumerate([*self.network.coefs_, *self.network.intercepts_])
