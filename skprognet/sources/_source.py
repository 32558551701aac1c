"""What a source is: how it is frozen, read layer by layer, and shown to be unchanged."""

import hashlib
from itertools import pairwise

import numpy as np
import pandas as pd
import torch
from scipy.sparse import issparse
from sklearn import config_context, get_config
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skprognet._wording import first_few
from skprognet.networks import Column, evaluate_hidden


def as_tensor(X, dtype, device):
    """Return X as a tensor; shared with the array only where that array may be written to."""
    X = np.ascontiguousarray(X, dtype=dtype)
    return (torch.from_numpy(X) if X.flags.writeable else torch.tensor(X)).to(device)


def is_fitted(estimator):
    """Return whether `estimator` has been fitted."""
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        return False
    return True


def named_sources(source):
    """Return `source` (None, an estimator, or a list of (name, estimator)) as such a list.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If two sources have one name.
    """
    if source is None:
        return []
    pairs = source if isinstance(source, (list, tuple)) else [("source", source)]
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
            raise TypeError(
                f"source must be an estimator or a list of (name, estimator); got {pair!r} in it."
            )
        check_readable(pair[1])
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"The names of sources must differ; got {names}.")
    if "own" in names:
        raise ValueError(
            "No source can have the name 'own', under which source_overlap has the rows of the "
            "network itself. Choose another name."
        )
    return list(pairs)


def final_estimator(source):
    """Return the estimator within FrozenEstimators, pipelines (at the end) and fitted searches."""
    if isinstance(source, FrozenEstimator):
        return final_estimator(source.estimator)
    if hasattr(source, "best_estimator_"):
        return final_estimator(source.best_estimator_)
    if isinstance(source, Pipeline):
        return final_estimator(source.steps[-1][1])
    return source


def check_readable(source):
    """Raise a TypeError unless the layers of `source` can be read."""
    last = final_estimator(source)
    if isinstance(last, type) or not (
        isinstance(last, MLPClassifier) or hasattr(last, "_network_input")
    ):
        raise TypeError(
            "source must be a DNNClassifier, FineTunedClassifier, ProgressiveClassifier or "
            "MLPClassifier, or a pipeline or FrozenEstimator that ends in one; got "
            f"{source!r}."
        )
    if isinstance(last, MLPClassifier) and is_fitted(last) and len(last.coefs_) < 2:
        raise ValueError(
            f"A source must have a hidden layer to be read; got {last!r}. Give it some."
        )


def _column_of_mlp(mlp):
    """Return scikit-learn's fitted network as a column with the same weights."""
    activation = {"logistic": "sigmoid"}.get(mlp.activation, mlp.activation)
    sizes = [len(bias) for bias in mlp.intercepts_]
    column = Column(
        mlp.n_features_in_,
        sizes[:-1],
        sizes[-1],
        activation=activation,
        generator=torch.Generator(),
        dtype=torch.tensor(mlp.coefs_[0][:0]).dtype,
    )
    with torch.no_grad():
        for layer, weight, bias in zip(column.layers, mlp.coefs_, mlp.intercepts_, strict=True):
            layer.weight.copy_(torch.as_tensor(weight.T.copy()))
            layer.bias.copy_(torch.as_tensor(bias.copy()))
    return column


def _parts(source):
    """Return what a row goes through in a source, one after the other, the network last."""
    if isinstance(source, FrozenEstimator):
        return _parts(source.estimator)
    if hasattr(source, "best_estimator_"):
        return _parts(source.best_estimator_)
    if isinstance(source, Pipeline):
        steps = [step for _, step in source.steps if step is not None and step != "passthrough"]
        return [part for step in steps for part in _parts(step)]
    return [source]


def _transform(step, X, reader):
    """Return what a step makes of X, with or without names as its `reader` had it in `fit`.

    What ``sklearn.set_config(transform_output=...)`` says now may be another than it was then.
    """
    output = get_config()["transform_output"]
    if hasattr(reader, "feature_names_in_"):
        output = "pandas" if output == "default" else output
    elif hasattr(reader, "n_features_in_"):
        output = "default"
    with config_context(transform_output=output):
        return step.transform(X)


def before_network(source, X):
    """Return X as it arrives at the last estimator of `source`, and that estimator."""
    parts = _parts(source)
    # Step by step: scikit-learn takes a part of a pipeline for unfitted if its last step has
    # learned nothing.
    for step, reader in pairwise(parts):
        X = _transform(step, X, reader)
    return X, parts[-1]


def _as_array(X):
    """Return what steps made, a table or a sparse matrix too, as an array of numbers."""
    X = X.toarray() if issparse(X) else np.asarray(X)
    return X if X.dtype.kind in "biuf" else X.astype(np.float64)


def column_of(source):
    """Return the column of a fitted source: not a copy, except of an ``MLPClassifier``."""
    last = final_estimator(source)
    return _column_of_mlp(last) if isinstance(last, MLPClassifier) else last.net_.module_


def column_sizes(source):
    """Return the widths of the hidden layers of all columns of a fitted source, oldest first."""
    column = column_of(source)
    return [*getattr(column, "source_sizes", ()), column.hidden_layer_sizes]


def column_input(name, source, X, dtype=None):
    """Return the tensor that the column of a fitted source reads for X.

    Parameters
    ----------
    name : str
        Name of the source, for messages.
    source : estimator
        A fitted source.
    X : array or DataFrame of shape (n_samples, n_features)
        Rows as the source's own ``predict`` takes them.
    dtype : str, default=None
        A type that what the column reads must fit into beside the column's own.

    Returns
    -------
    Tensor of shape (n_samples, width)
        In the type and on the device of the column.

    Raises
    ------
    ValueError
        If the steps before the network make another number of features, NaN, infinity, or what is
        too large for the network.
    """
    X, last = before_network(source, X)
    X = _as_array(X)
    if X.ndim != 2 or X.shape[1] != last.n_features_in_:
        raise ValueError(
            f"The network of source {name!r} was trained on {last.n_features_in_} features; its "
            f"own steps made an array of shape {X.shape} of these rows. Use the features that the "
            "source was trained on."
        )
    is_mlp = isinstance(last, MLPClassifier)
    own = last.coefs_[0].dtype.name if is_mlp else last._dtype()
    _check_made(name, source, X, min(own, dtype or own))  # of the names, "float32" comes first
    return as_tensor(X, own, "cpu") if is_mlp else last._network_input(X)


def _check_made(name, source, X, dtype):
    """Raise unless what the steps of a source made is finite and fits into `dtype`."""
    limit = np.float64(np.finfo(dtype).max)
    if X.max(initial=0) <= limit and X.min(initial=0) >= -limit:  # not so where there is NaN
        return
    bad = ~((limit >= X) & (-limit <= X))
    steps = [type(step).__name__ for step in _parts(source)[:-1]]
    made = f"its own steps ({first_few(steps)}) made {{}}" if steps else "it got {}"
    raise ValueError(
        f"The network of source {name!r} takes finite numbers within {dtype}; "
        + made.format(f"{X[bad][0]}")
        + f" in {bad.any(axis=1).sum()} of {len(X)} rows. Leave such rows out, or bring them into "
        "the range of the rows that the source was trained on."
    )


def frozen_columns(name, source, X):
    """Return the hidden activations for X of all columns of a fitted source, oldest first.

    Parameters
    ----------
    name : str
        Name of the source, for messages.
    source : estimator
        A fitted source; one that reads frozen columns brings those as well.
    X : array or DataFrame of shape (n_samples, n_features)
        Rows as the source's own ``predict`` takes them.

    Returns
    -------
    list of lists of Tensor
        For each column its hidden layers, each of shape (n_samples, width).
    """
    column, tensor = column_of(source), column_input(name, source, X)
    _, older = column.columns(tensor)
    return [*older, evaluate_hidden(column, tensor)]


def _known_names(source):
    """Return the names of the columns of the first part of a source that knows any, and its place.

    A part that knows none ("passthrough", a hand-written step) is taken to keep the columns.
    """
    for place, part in enumerate(_parts(source)):
        names = getattr(part, "feature_names_in_", None)
        if names is not None:
            return list(names), place
    return None, 0


def select_columns(source, X, feature_names):
    """Return X as the source takes it: its own columns, by name where both know the names.

    Parameters
    ----------
    source : estimator
        A fitted source.
    X : ndarray of shape (n_samples, n_features)
        The rows.
    feature_names : ndarray of str or None
        Names of the columns of X, if known.

    Raises
    ------
    ValueError
        If features that the source needs are missing, or the number of features differs.
    """
    wanted, place = _known_names(source)
    if wanted is not None and feature_names is not None:
        present = set(feature_names)
        missing = [name for name in wanted if name not in present]
        # Names that X has none of, behind a step that knows no names, are names that it gave.
        if missing and (place == 0 or len(missing) < len(wanted)):
            raise ValueError(
                f"The source needs {len(missing)} features that X lacks: {first_few(missing)}. "
                "Add these columns, or train the source on the features of X."
            )
        if not missing:
            return pd.DataFrame(X, columns=feature_names)[wanted]
    n_wanted = getattr(_parts(source)[0], "n_features_in_", X.shape[1])
    if X.shape[1] != n_wanted:
        raise ValueError(
            f"The source was trained on {n_wanted} features; got X with {X.shape[1]}. Use the "
            "same features in the same order, or DataFrames on both sides to match them by name."
        )
    return X if wanted is None or place else pd.DataFrame(X, columns=wanted)


def digest(source):
    """Return a SHA-256 of all weights and buffers of a fitted source, its older columns included.

    Two sources with the same digest compute the same numbers. Steps of a pipeline before the
    network are not part of it.
    """
    sha256 = hashlib.sha256()
    for part in _tensor_bytes(source):
        sha256.update(part)
    return sha256.hexdigest()


def _tensor_bytes(source):
    last = final_estimator(source)
    if isinstance(last, MLPClassifier):
        tensors = dict(enumerate([*last.coefs_, *last.intercepts_]))
    else:
        tensors = last.net_.module_.state_dict()
        for name, older in getattr(last, "sources_", []):
            yield name.encode()
            yield from _tensor_bytes(older)
    for name, values in tensors.items():
        array = np.ascontiguousarray(values.cpu() if torch.is_tensor(values) else values)
        yield f"{name} {array.dtype.str} {array.shape}".encode()
        yield array.tobytes()
