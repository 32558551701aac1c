"""Call the methods of a source and check what they return.

Users can write their own sources. Each fit checks their results once, so that a mistake gives a
clear error and never a wrong number.
"""

import numpy as np
import torch

from skprognet.sources._column_source import ColumnSource
from skprognet.sources._source import Source


def check_layer_sizes(sizes):
    """Raise unless these are valid widths of the layers of a source's columns."""
    columns = [tuple(column) for column in sizes] if _is_nested(sizes) else []
    widths = [width for column in columns for width in column]
    whole = all(isinstance(width, (int, np.integer)) and width >= 1 for width in widths)
    if not columns or not all(columns) or not whole:
        raise ValueError(
            "layer_sizes() must return a list with one tuple of positive integers for each "
            f"column; got {sizes!r:.200}. Return for example [(256, 256)]."
        )


def ask_match(source, feature_names, n_features):
    """Return a source matched with features of these names and number; check it.

    Parameters
    ----------
    source : Source
        The source to read.
    feature_names : ndarray of str or None
        The names of the features of X, if they are known.
    n_features : int
        Their number.

    Raises
    ------
    TypeError
        If `match` does not return a source.
    ValueError
        If features are missing, or `layer_sizes` of the result does not return valid widths.
    """
    matched = source.match(feature_names)
    if not isinstance(matched, Source):
        raise TypeError(
            f"match() must return a Source; got {matched!r:.200}. Return the source itself, or a "
            "matched copy."
        )
    if matched.network is None and matched.layer_sizes() is None:
        matched = matched.with_n_features(n_features)
    if matched.network is None:  # the widths of a network are always valid
        check_layer_sizes(matched.layer_sizes())
    return matched


def _is_nested(sizes):
    return isinstance(sizes, (list, tuple)) and all(isinstance(c, (list, tuple)) for c in sizes)


def read_layers(source, X):
    """Return the checked hidden activations of a source for the rows X.

    Parameters
    ----------
    source : Source
        The source to read.
    X : ndarray or DataFrame of shape (n_samples, n_features)
        Rows in the form that its `select` returns.

    Returns
    -------
    list of list of Tensor
        The result of `Source.hidden`.

    Raises
    ------
    ValueError
        If their shapes contradict `layer_sizes`, or a number is not finite.
    """
    if isinstance(source, ColumnSource):  # always valid, and a check would slow single rows down
        return source.hidden(X)
    layers, sizes = source.hidden(X), source.layer_sizes()
    wanted = [[(len(X), width) for width in column] for column in sizes]
    if _shapes(layers) != wanted:
        raise ValueError(
            "hidden() must return, for each column of layer_sizes(), a list of torch tensors of "
            f"the shapes {wanted}; got {_describe(layers)}. Make the two methods agree."
        )
    if source.network is None:  # the outputs of a network are checked elsewhere
        for h_NH in (h_NH for column in layers for h_NH in column):
            if h_NH.is_complex() or not torch.isfinite(h_NH).all():
                raise ValueError(
                    "hidden() must return finite real numbers; got complex or non-finite ones. "
                    "Check the model and its input."
                )
    # A fit runs with autograd on; no gradient may flow into a source.
    return [[h_NH.detach() for h_NH in column] for column in layers]


def add_layers(source, graph, rows):
    """Add the hidden layers of a source to an ONNX graph, and return their checked names.

    Parameters
    ----------
    source : Source
        The source to read.
    graph : OnnxGraph
        The graph, which is extended.
    rows : str
        Name of the rows in the graph.

    Returns
    -------
    list of list of str
        The result of `Source.add_hidden`.

    Raises
    ------
    ValueError
        If their number contradicts `layer_sizes`.
    """
    names = source.add_hidden(graph, rows)
    n_names, wanted = list(map(len, names)), list(map(len, source.layer_sizes()))
    if n_names != wanted:
        raise ValueError(
            "add_hidden() must return one name for each layer of layer_sizes(), "
            f"{wanted} by column; got {n_names}. Make the two methods agree."
        )
    return names


def no_posteriors(source):
    """Return the error of a source that has no log-probabilities, since it does not classify."""
    return TypeError(
        f"The source of a PosteriorClassifier must be a classifier; got {source.kind}, which does "
        "not classify. Read its layers with ProgressiveClassifier or SideBySideClassifier."
    )


def read_log_posteriors(source, X):
    """Return the checked log-probabilities of the classes of a source for the rows X.

    Parameters
    ----------
    source : Source
        The source to read.
    X : ndarray or DataFrame of shape (n_samples, n_features)
        Rows in the form that its `select` returns.

    Returns
    -------
    Tensor of shape (n_samples, n_classes)
        The result of `Source.log_posteriors`.

    Raises
    ------
    TypeError
        If the source does not classify.
    ValueError
        If the result is invalid.
    """
    log_p_NC = source.log_posteriors(X)
    if log_p_NC is None:
        raise no_posteriors(source)
    is_tensor = torch.is_tensor(log_p_NC)
    is_table = is_tensor and log_p_NC.ndim == 2 and len(log_p_NC) == len(X)
    if not is_table or log_p_NC.is_complex():
        got = type(log_p_NC).__name__
        if is_tensor:
            got = f"{log_p_NC.dtype} of shape {tuple(log_p_NC.shape)}"
        raise ValueError(
            f"log_posteriors() must return a torch tensor with {len(X)} rows and a real number "
            f"for each class; got {got}. Return such a tensor."
        )
    if not torch.isfinite(log_p_NC).all():
        raise ValueError(
            "log_posteriors() must return finite numbers; got NaN or infinity. Compute "
            "logarithms from the outputs of the model, or give probabilities of 0 a small value "
            "first."
        )
    return log_p_NC.detach()


def _shapes(layers):
    if not isinstance(layers, (list, tuple)) or not all(
        isinstance(column, (list, tuple)) and all(torch.is_tensor(h) for h in column)
        for column in layers
    ):
        return None
    return [[tuple(h.shape) for h in column] for column in layers]


def _describe(layers):
    """Describe the result of a source in words, without its numbers."""
    shapes = _shapes(layers)
    if shapes is not None:
        return f"the shapes {shapes}"
    parts = layers if isinstance(layers, (list, tuple)) else [layers]
    inner = [p for part in parts for p in (part if isinstance(part, (list, tuple)) else [part])]
    kinds = dict.fromkeys(type(part).__name__ for part in inner)
    return f"{type(layers).__name__} of {', '.join(kinds)}"


def ask_rows_seen(source, X):
    """Return which of the rows X a source was trained on, or None if unknown; check it."""
    seen = source.rows_seen(X)
    if seen is None:
        return None
    if not isinstance(seen, np.ndarray) or seen.dtype != bool or seen.shape != (len(X),):
        got = f"{seen.dtype} of shape {seen.shape}" if hasattr(seen, "dtype") else repr(seen)
        raise ValueError(
            f"rows_seen() must return None or an array of bool of shape ({len(X)},); got "
            f"{got:.200}. Return a mask, or None if the source does not know."
        )
    return seen


def ask_digest(source):
    """Return the checked digest of a source."""
    digest = source.digest()
    if not isinstance(digest, str):
        raise TypeError(
            f"digest() must return text; got {digest!r:.200}. Return for example a SHA-256 of the "
            "weights."
        )
    return digest
