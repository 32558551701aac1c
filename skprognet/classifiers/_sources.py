"""What a source is: how it is frozen, read layer by layer, and shown to be unchanged."""

import hashlib

import numpy as np
import pandas as pd
import torch
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skprognet.networks import Column, evaluate_hidden


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
        dtype=torch.as_tensor(mlp.coefs_[0]).dtype,
    )
    with torch.no_grad():
        for layer, weight, bias in zip(column.layers, mlp.coefs_, mlp.intercepts_, strict=True):
            layer.weight.copy_(torch.as_tensor(weight.T.copy()))
            layer.bias.copy_(torch.as_tensor(bias.copy()))
    return column


def before_network(source, X):
    """Return X as it arrives at the last estimator of `source`, and that estimator."""
    if isinstance(source, FrozenEstimator):
        return before_network(source.estimator, X)
    if hasattr(source, "best_estimator_"):
        return before_network(source.best_estimator_, X)
    if isinstance(source, Pipeline):
        if len(source.steps) > 1:
            X = source[:-1].transform(X)
        return before_network(source.steps[-1][1], X)
    return X, source


def column_of(source):
    """Return the column of a fitted source: not a copy, except of an ``MLPClassifier``."""
    last = final_estimator(source)
    return _column_of_mlp(last) if isinstance(last, MLPClassifier) else last.net_.module_


def column_sizes(source):
    """Return the widths of the hidden layers of all columns of a fitted source, oldest first."""
    column = column_of(source)
    return [*getattr(column, "source_sizes", ()), column.hidden_layer_sizes]


def column_input(source, X):
    """Return the tensor that the column of a fitted source reads for X.

    Parameters
    ----------
    source : estimator
        A fitted source.
    X : array or DataFrame of shape (n_samples, n_features)
        Rows as the source's own ``predict`` takes them.

    Returns
    -------
    Tensor of shape (n_samples, width)
        In the type and on the device of the column.
    """
    X, last = before_network(source, X)
    if isinstance(last, MLPClassifier):
        return torch.tensor(np.asarray(X), dtype=torch.as_tensor(last.coefs_[0]).dtype)
    return last._network_input(X)


def frozen_columns(source, X):
    """Return the hidden activations for X of all columns of a fitted source, oldest first.

    Parameters
    ----------
    source : estimator
        A fitted source; one that reads frozen columns brings those as well.
    X : array or DataFrame of shape (n_samples, n_features)
        Rows as the source's own ``predict`` takes them.

    Returns
    -------
    list of lists of Tensor
        For each column its hidden layers, each of shape (n_samples, width).
    """
    column, tensor = column_of(source), column_input(source, X)
    _, older = column.columns(tensor)
    return [*older, evaluate_hidden(column, tensor)]


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
    wanted = getattr(source, "feature_names_in_", None)
    if wanted is not None and feature_names is not None:
        missing = [name for name in wanted if name not in set(feature_names)]
        if missing:
            raise ValueError(
                f"The source needs {len(missing)} features that X lacks: {missing}. Add these "
                "columns, or train the source on the features of X."
            )
        return pd.DataFrame(X, columns=feature_names)[list(wanted)]
    n_wanted = getattr(source, "n_features_in_", X.shape[1])
    if X.shape[1] != n_wanted:
        raise ValueError(
            f"The source was trained on {n_wanted} features; got X with {X.shape[1]}. Use the "
            "same features in the same order, or DataFrames on both sides to match them by name."
        )
    return X if wanted is None else pd.DataFrame(X, columns=wanted)


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
