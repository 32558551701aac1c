"""List the columns of a fitted network, their layers, and what each layer reads."""

from dataclasses import dataclass, replace

import pandas as pd
from sklearn.base import is_regressor
from sklearn.utils.validation import check_is_fitted

from skprognet.estimators import lateral_norms
from skprognet.networks import source_layer
from skprognet.sources import POSTERIORS, Source, as_source, network_of


@dataclass
class DrawnColumn:
    """One column of the picture of a network.

    Attributes
    ----------
    name : str
        Name of the column.
    source : Source
        The source that it belongs to.
    reads : list of int
        Positions of the columns that it reads.
    sizes : tuple of int or None
        Widths of its layers, if no network computes them; None for a network.
    """

    name: str
    source: Source
    reads: list
    sizes: tuple | None = None

    def classes(self):
        """Return the names of the outputs: classes, numbers, or the kind of another source."""
        if self.sizes is not None:
            return [self.source.kind]
        if is_regressor(self.source.network):
            n_outputs = self.source.column().layers[-1].out_features
            return ["number"] if n_outputs == 1 else [f"number {k}" for k in range(n_outputs)]
        return [str(label) for label in self.source.network.classes_]


def check_network(estimator):
    """Raise unless `estimator` is a fitted network, or a wrapper around one."""
    network = network_of(estimator)
    if network is None:
        raise TypeError(
            "estimator must be a fitted network of this package, an MLPClassifier or "
            "MLPRegressor, or a pipeline, FrozenEstimator or search around one; got "
            f"{estimator!r:.200}. Pass one of these."
        )
    check_is_fitted(network)


def columns_of(estimator, name):
    """Return the columns of a network and of all its sources, the oldest first.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    name : str
        Name of its own column, which is the last one.

    Returns
    -------
    list of DrawnColumn
        The columns. A source of a source has both names, such as "gender / speaker".
    """
    last = as_source(estimator)
    columns, read = _older(last, "")
    return [*columns, DrawnColumn(name, last, read)]


def _older(reader, prefix):
    """Return the frozen columns below a network, and the positions of those that it reads."""
    if reader.copied:
        # A copy reads what the original reads.
        return _older(reader.sources[0][1], prefix)
    columns, read = [], []
    for name, source in reader.sources:
        start = len(columns)
        if source.network is None:
            columns += [DrawnColumn(prefix + name, source, [], s) for s in source.layer_sizes()]
            read += range(start, len(columns))
            continue
        older, of_source = _older(source, f"{prefix}{name} / ")
        for each in older:
            columns.append(replace(each, reads=[start + position for position in each.reads]))
        of_source = [start + position for position in of_source]
        columns.append(DrawnColumn(prefix + name, source, of_source))
        # A reader of the layers of a progressive network also reads the layers of its sources.
        passed_on = _has_laterals(source.column()) and not _reads_posteriors(reader)
        read += [*of_source, len(columns) - 1] if passed_on else [len(columns) - 1]
    return columns, read


def _has_laterals(module):
    """Return whether a network reads frozen columns layer by layer."""
    return hasattr(module, "source_sizes")


def _reads_posteriors(reader):
    """Return whether a network reads only the outputs of its sources, and no hidden layers."""
    while reader.copied:
        reader = reader.sources[0][1]
    return getattr(reader.network, "needs_from_source", None) == POSTERIORS


def _state(source, layer, depth, frozen):
    """Return whether a layer (from 1, the output being depth + 1) is frozen, copied or new."""
    copied = source.copied and layer <= depth
    n_frozen = source.network.n_frozen_layers if copied else 0
    if frozen or (copied and (n_frozen == "all" or layer <= n_frozen)):
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
        One row per arrow of the picture: column (position, from 0), name, layer (from 1; the
        output is the last), layer_name (if it has one), units, state ("frozen", "copied" or
        "trained"), reads_column, reads_layer (0 for the features), reads_units, adapter
        ("linear", "mlp" or ""), norm (Frobenius norm of a lateral matrix; NaN within a column).
        A layer that no network here computes reads nothing: -1, -1 and 0.
    """
    rows = []
    for position, column in enumerate(columns):
        if column.sizes is None:
            own = _layers(position, column, is_frozen=position < len(columns) - 1)
            rows += own + _arrows_from(columns, column, own)
        else:
            rows += _given_layers(position, column)
    return pd.DataFrame(rows)


def _layers(position, column, is_frozen):
    """Return the rows of a network."""
    module = column.source.column()
    widths = [layer.in_features for layer in module.layers]
    units = [*widths[1:], module.layers[-1].out_features]
    depth = len(module.hidden_layer_sizes)
    return [
        {
            "column": position,
            "name": column.name,
            "layer": layer,
            "layer_name": "",
            "units": units[layer - 1],
            "state": _state(column.source, layer, depth, is_frozen),
            "reads_column": position,
            "reads_layer": layer - 1,
            "reads_units": widths[layer - 1],
            "adapter": "",
            "norm": float("nan"),
        }
        for layer in range(1, depth + 2)
    ]


def _arrows_from(columns, column, own):
    """Return the rows of the arrows from other columns, given the rows of its own layers."""
    module = column.source.column()
    if not column.reads:
        return []
    if _has_laterals(module):
        return _laterals(module, column.reads, len(own) - 1, own)
    parts = [
        (position, layer, width)
        for position in column.reads
        for layer, width in _read_beside(columns[position], _reads_posteriors(column.source))
    ]
    return _inputs(module, parts, own[0])


def _read_beside(column, posteriors):
    """Return number and width of the layers of a column that are read as further features."""
    source = column.source
    if posteriors and column.sizes is not None:
        raise TypeError(
            "estimator must read sources whose outputs are known; got the source "
            f"{column.name!r}, a {type(source).__name__}. Draw a network that reads other sources."
        )
    if posteriors:
        depth = len(source.column().hidden_layer_sizes)
        return [(depth + 1, len(source.network.classes_))]
    return enumerate(column.sizes or source.column().hidden_layer_sizes, start=1)


def _given_layers(position, column):
    """Return the rows of layers that were computed elsewhere, to which no arrows lead."""
    names = column.source.layer_names or [""] * len(column.sizes)
    return [
        {
            "column": position,
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
    """Return the rows of the laterals of one column, given the rows of its own arrows."""
    norms = lateral_norms(module, [str(position) for position in read])
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


def _inputs(module, parts, first):
    """Return the rows of what the first layer reads besides the features.

    `parts` hold position, layer and width in the order in which the layer reads them, after the
    features.
    """
    start = module.n_features - sum(width for *_, width in parts)
    first["reads_units"] = start
    weights = module.layers[0].weight.detach()[:, start:].split([w for *_, w in parts], 1)
    return [
        {
            **first,
            "reads_column": position,
            "reads_layer": layer,
            "reads_units": width,
            "norm": weight.norm().item(),
        }
        for (position, layer, width), weight in zip(parts, weights, strict=True)
    ]
