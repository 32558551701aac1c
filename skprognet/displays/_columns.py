"""What a fitted network consists of: its columns, layer by layer, and what each layer reads."""

import pandas as pd
from sklearn.neural_network import MLPClassifier
from sklearn.utils.validation import check_is_fitted

from skprognet.estimators import FineTunedClassifier
from skprognet.estimators._importances import lateral_norms
from skprognet.networks import source_layer
from skprognet.sources._source import column_of, final_estimator


def check_network(estimator):
    """Raise unless `estimator` is fitted and its layers can be read."""
    last = final_estimator(estimator)
    if not (isinstance(last, MLPClassifier) or hasattr(last, "_network_input")):
        raise TypeError(
            "estimator must be a fitted DNNClassifier, FineTunedClassifier, "
            "ProgressiveClassifier or MLPClassifier, or a pipeline or FrozenEstimator that ends "
            f"in one; got {estimator!r}."
        )
    check_is_fitted(last)


def columns_of(estimator, name):
    """Return name, network and places of the columns read, of each column, oldest first.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    name : str
        What to call its own column, the last one.

    Returns
    -------
    list of (str, estimator, list of int)
        A source's own sources are called by both names, as "gender / speaker".
    """
    last = final_estimator(estimator)
    columns = _older(last, "")
    return [*columns, (name, last, list(range(len(columns))))]


def _older(last, prefix):
    """Return the frozen columns that a network reads, as in :func:`columns_of`."""
    sources = getattr(last, "sources_", [])
    if sources and isinstance(last, FineTunedClassifier):
        # It is a copy of its source, and reads what that one reads.
        return _older(final_estimator(sources[0][1]), prefix)
    columns = []
    for name, source in sources:
        network, start = final_estimator(source), len(columns)
        columns += [
            (older, each, [start + place for place in reads])
            for older, each, reads in _older(network, f"{prefix}{name} / ")
        ]
        columns.append((prefix + name, network, list(range(start, len(columns)))))
    return columns


def _state(last, layer, depth, frozen):
    """Return whether a layer (from 1, the output being depth + 1) is frozen, copied or new."""
    copied = isinstance(last, FineTunedClassifier) and last.sources_ and layer <= depth
    if frozen or (copied and layer <= last.n_frozen_layers):
        return "frozen"
    return "copied" if copied else "trained"


def connections_of(columns):
    """Return what each layer of each column reads.

    Parameters
    ----------
    columns : list of (str, estimator, list of int)
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
    for place, (name, last, read) in enumerate(columns):
        module = column_of(last)
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
                    "state": _state(last, layer, depth, place < len(columns) - 1),
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
