"""The outputs of an exported graph: the probabilities of classes, or numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skprognet.networks import add_column
from skprognet.sources import as_source


@dataclass(frozen=True)
class GraphOutput:
    """The output of a graph.

    Parameters
    ----------
    name : str
        Name of the output in the graph.
    add : callable
        Adds the output to a graph: ``add(graph, est, network)`` returns its name there.
    predict : callable
        Computes the same with the model: ``predict(est, X)``.
    scale : callable
        The scale that differences are divided by, for each column: ``scale(network)``.
    """

    name: str
    add: Callable
    predict: Callable
    scale: Callable

    def distance(self, network, of_graph, of_model):
        """Return the greatest difference between the outputs of graph and model."""
        difference = of_graph - of_model.reshape(of_graph.shape)
        return float(np.abs(difference / self.scale(network)).max())


def _add_probabilities(graph, est, network):
    probabilities = graph.add("Exp", as_source(est).add_log_posteriors(graph, "features"))
    return graph.cast(probabilities, "float32")


def _add_numbers(graph, est, network):
    source = as_source(est)
    outputs = add_column(graph, source.column(), source.add_column_input(graph, "features"))[-1]
    # In float64 like predict, since float32 would round numbers that are large relative to their
    # spread.
    outputs = graph.cast(outputs, "float64")
    if not hasattr(network, "target_mean_"):  # an MLPRegressor learns the numbers as they are
        return graph.add("Exp", outputs) if network.out_activation_ == "exp" else outputs
    scaled = graph.add("Mul", outputs, graph.constant(_spread(network)))
    return graph.add("Add", scaled, graph.constant(network.target_mean_))


def _spread(network):
    """Return the factor of the outputs of a network; a constant is not scaled."""
    std = np.asarray(getattr(network, "target_std_", 1.0))
    return np.where(std == 0, 1.0, std)


PROBABILITIES = GraphOutput(
    "probabilities", _add_probabilities, lambda est, X: est.predict_proba(X), lambda network: 1.0
)
NUMBERS = GraphOutput("numbers", _add_numbers, lambda est, X: est.predict(X), _spread)
