"""Add a column to an ONNX graph."""

from skprognet.networks._column import Column

# activation of a column -> operation of ONNX; None computes nothing
_OPERATIONS = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu", "identity": None}


def add_column(graph, column: Column, inputs: str) -> list[str]:
    """Add the operations of a column in evaluation mode to an ONNX graph.

    Parameters
    ----------
    graph : OnnxGraph
        The graph, which is extended.
    column : Column
        The network.
    inputs : str
        Name of the input: the features of a row and, for a progressive column, frozen layers,
        joined as in :func:`join_frozen`.

    Returns
    -------
    list of str
        Names of the hidden layers and, last, of the logits.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import Column, add_column
    >>> from skprognet.persistence import OnnxGraph
    >>> graph = OnnxGraph()
    >>> column = Column(88, (16,), 4, generator=torch.Generator().manual_seed(0))
    >>> add_column(graph, column, "features")
    ['Sigmoid_1', 'Gemm_2']
    """
    places = getattr(column, "places_by_layer", [[] for _ in column.layers])
    below = graph.columns(inputs, range(column.n_features)) if any(places) else inputs
    outputs = []
    for k, layer in enumerate(column.layers):
        first, *others = column.weights(k)
        z = graph.linear(below, _array(first), _array(layer.bias))
        frozen = [graph.columns(inputs, range(start, start + n)) for start, n in places[k]]
        for weight, lateral in zip(others, _adapted(graph, column, k, frozen), strict=True):
            z = graph.add("Add", z, graph.linear(lateral, _array(weight)))
        if k < len(column.hidden_layer_sizes):
            below = _activated(graph, z, column.activation)
            outputs.append(below)
    return [*outputs, z]


def add_older_columns(graph, column: Column, inputs: str) -> list[list[str]]:
    """Return the names of the layers of each frozen column that a column reads.

    Parameters and names as for :func:`add_column`.
    """
    if not hasattr(column, "source_sizes"):
        return []
    return [
        [graph.columns(inputs, range(start, start + n)) for start, n in places]
        for places in column._places_of_columns()
    ]


def _adapted(graph, column, k, frozen):
    """Return the frozen layers that layer k reads, after an adapter if there is one."""
    if not frozen or not column.adapters:
        return frozen
    adapter = column.adapters[k - 1]
    scales = _array(adapter.scales)
    scaled = [graph.add("Mul", h, graph.constant(a)) for h, a in zip(frozen, scales, strict=True)]
    projected = graph.linear(graph.join(scaled), _array(adapter.projection.weight))
    return [_activated(graph, projected, adapter.activation)]


def _activated(graph, z, activation):
    operation = _OPERATIONS[activation]
    return graph.add(operation, z) if operation else z


def _array(values):
    return values.detach().cpu().numpy()
