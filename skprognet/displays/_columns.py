"""What a fitted network consists of: its columns, layer by layer, and what each layer reads."""

from dataclasses import dataclass, replace

import pandas as pd
from sklearn.utils.validation import check_is_fitted

from skprognet.estimators import lateral_norms
from skprognet.networks import source_layer
from skprognet.sources import Source, as_source, network_of


@dataclass
class DrawnColumn:
    """One column of a picture.

    Attributes
    ----------
    name : str
        What it is called.
    source : Source
        What it belongs to.
    reads : list of int
        Places of the columns that it reads.
    sizes : tuple of int or None
        Widths of its layers, where these are not computed by a network; None for a network.
    """

    name: str
    source: Source
    reads: list
    sizes: tuple | None = None

    def classes(self):
        """Return the names of the classes, or what is read if there is no network."""
        if self.sizes is not None:
            return [self.source.kind]
        return [str(label) for label in self.source.network.classes_]


def check_network(estimator):
    """Raise unless `estimator` is a fitted network, or something around one."""
    network = network_of(estimator)
    if network is None:
        raise TypeError(
            "estimator must be a fitted DNNClassifier, FineTunedClassifier, "
            "ProgressiveClassifier or MLPClassifier, or a pipeline or FrozenEstimator that ends "
            f"in one; got {estimator!r}."
        )
    check_is_fitted(network)


def columns_of(estimator, name):
    """Return the columns of a network and of all that it reads, the oldest first.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    name : str
        What to call its own column, the last one.

    Returns
    -------
    list of DrawnColumn
        A source's own sources are called by both names, as "gender / speaker".
    """
    last = as_source(estimator)
    columns = _older(last, "")
    return [*columns, DrawnColumn(name, last, list(range(len(columns))))]


def _older(reader, prefix):
    """Return the frozen columns that a network reads, as in :func:`columns_of`."""
    if reader.copied:
        # A copy reads what the original reads.
        return _older(reader.sources[0][1], prefix)
    columns = []
    for name, source in reader.sources:
        if source.network is None:
            columns += [DrawnColumn(prefix + name, source, [], s) for s in source.layer_sizes()]
            continue
        start = len(columns)
        for older in _older(source, f"{prefix}{name} / "):
            columns.append(replace(older, reads=[start + place for place in older.reads]))
        columns.append(DrawnColumn(prefix + name, source, list(range(start, len(columns)))))
    return columns


def _state(source, layer, depth, frozen):
    """Return whether a layer (from 1, the output being depth + 1) is frozen, copied or new."""
    copied = source.copied and layer <= depth
    if frozen or (copied and layer <= source.network.n_frozen_layers):
        return "frozen"
    return "copied" if copied else "trained"


def connections_of(columns):
    """Return what each layer of each column reads.

    Parameters
    ----------
    columns : list of DrawnColumn
        As :func:`columns_of` returns.

    Returns
    -------
    DataFrame
        A row per arrow of the picture: column (place, from 0), name, layer (from 1, the output
        being the last), layer_name (where it has one), units, state ("frozen", "copied" or
        "trained"), reads_column, reads_layer (0 for the features), reads_units, adapter
        ("linear", "mlp" or ""), norm (Frobenius norm of a lateral matrix; NaN within a column).
        A layer that no network here computes reads nothing: -1, -1 and 0.
    """
    rows = []
    for place, column in enumerate(columns):
        if column.sizes is None:
            rows += _layers(place, column, is_frozen=place < len(columns) - 1)
        else:
            rows += _given_layers(place, column)
    return pd.DataFrame(rows)


def _layers(place, column, is_frozen):
    """Return the rows of a network."""
    module = column.source.column()
    widths = [layer.in_features for layer in module.layers]
    units = [*widths[1:], module.layers[-1].out_features]
    depth = len(module.hidden_layer_sizes)
    rows = [
        {
            "column": place,
            "name": column.name,
            "layer": layer,
            "layer_name": "",
            "units": units[layer - 1],
            "state": _state(column.source, layer, depth, is_frozen),
            "reads_column": place,
            "reads_layer": layer - 1,
            "reads_units": widths[layer - 1],
            "adapter": "",
            "norm": float("nan"),
        }
        for layer in range(1, depth + 2)
    ]
    return rows + (_laterals(module, column.reads, depth, rows) if column.reads else [])


def _given_layers(place, column):
    """Return the rows of layers that were computed elsewhere: there are no arrows to them."""
    names = column.source.layer_names or [""] * len(column.sizes)
    return [
        {
            "column": place,
            "name": column.name,
            "layer": layer,
            "layer_name": name,
            "units": units,
            "state": "frozen",
            "reads_column": -1,
            "reads_layer": -1,
            "reads_units": 0,
            "adapter": "",
            "norm": float("nan"),
        }
        for layer, (name, units) in enumerate(zip(names, column.sizes, strict=True), start=1)
    ]


def _laterals(module, read, depth, forward):
    """Return the rows of the laterals of one column, given those of its own arrows."""
    norms = lateral_norms(module, [str(place) for place in read])
    rows = []
    for layer, source, norm in norms[["layer", "source", "norm"]].itertuples(index=False):
        sizes = module.source_sizes[read.index(int(source))]
        reads_layer = source_layer(layer - 1, depth, len(sizes))
        rows.append(
            {
                **forward[layer - 1],
                "reads_column": int(source),
                "reads_layer": reads_layer,
                "reads_units": sizes[reads_layer - 1],
                "adapter": module.adapter or "",
                "norm": norm,
            }
        )
    return rows
