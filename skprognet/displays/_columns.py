"""What a fitted network consists of: its columns, layer by layer, and what each layer reads."""

import pandas as pd
from sklearn.utils.validation import check_is_fitted

from skprognet.estimators import lateral_norms
from skprognet.networks import source_layer
from skprognet.sources import as_source, network_of


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
    """Return name, source and places of the columns read, of each column, oldest first.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    name : str
        What to call its own column, the last one.

    Returns
    -------
    list of (str, Source, list of int)
        A source's own sources are called by both names, as "gender / speaker".
    """
    last = as_source(estimator)
    columns = _older(last, "")
    return [*columns, (name, last, list(range(len(columns))))]


def _older(reader, prefix):
    """Return the frozen columns that a network reads, as in :func:`columns_of`."""
    if reader.copied:
        # A copy reads what the original reads.
        return _older(reader.sources[0][1], prefix)
    columns = []
    for name, source in reader.sources:
        if source.network is None:
            raise TypeError(
                f"A network is drawn with the layers of all its sources; the source {name!r} is "
                f"a {type(source).__name__} and no network. Draw SourceImportanceDisplay instead."
            )
        start = len(columns)
        columns += [
            (older, each, [start + place for place in reads])
            for older, each, reads in _older(source, f"{prefix}{name} / ")
        ]
        columns.append((prefix + name, source, list(range(start, len(columns)))))
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
    columns : list of (str, Source, list of int)
        As :func:`columns_of` returns.

    Returns
    -------
    DataFrame
        A row per arrow of the picture: column (place, from 0), name, layer (from 1, the output
        being the last), units, state ("frozen", "copied" or "trained"), reads_column, reads_layer
        (0 for the features), reads_units, adapter ("linear", "mlp" or ""), norm (Frobenius norm
        of a lateral matrix; NaN within a column).
    """
    rows = []
    for place, (name, source, read) in enumerate(columns):
        module = source.column()
        widths = [layer.in_features for layer in module.layers]
        units = [*widths[1:], module.layers[-1].out_features]
        depth = len(module.hidden_layer_sizes)
        for layer in range(1, depth + 2):
            rows.append(
                {
                    "column": place,
                    "name": name,
                    "layer": layer,
                    "units": units[layer - 1],
                    "state": _state(source, layer, depth, place < len(columns) - 1),
                    "reads_column": place,
                    "reads_layer": layer - 1,
                    "reads_units": widths[layer - 1],
                    "adapter": "",
                    "norm": float("nan"),
                }
            )
        if read:
            rows += _laterals(module, read, depth, rows[-depth - 1 :])
    return pd.DataFrame(rows)


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
