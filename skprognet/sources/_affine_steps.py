"""Add steps of a pipeline that are linear in the features to an ONNX graph."""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectorMixin
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from skprognet.preprocessing import CorpusStandardScaler


def add_step(graph, step, rows):
    """Add the operations of a fitted step of a pipeline to an ONNX graph.

    They compute in float64, to keep the differences between large features.

    Parameters
    ----------
    graph : OnnxGraph
        The graph, which is extended.
    step : transformer
        Fitted.
    rows : str
        Name of the rows that the step transforms.

    Returns
    -------
    str
        Name of the result.

    Raises
    ------
    TypeError
        If this package has no graph for the type of the step.
    ValueError
        If the step does not transform new rows one by one.
    """
    if isinstance(step, SelectorMixin):
        return graph.columns(rows, step.get_support(indices=True))
    for kind, add in _STEPS.items():
        if type(step) is kind:
            return add(graph, step, graph.cast(rows, "float64"))
    names = ", ".join(kind.__name__ for kind in _STEPS)
    raise TypeError(
        f"Each step of an exported pipeline must be one of {names} or select features; got "
        f"{type(step).__name__}. Export the network alone, and compute this step before it."
    )


def _add_standard(graph, step, rows):
    mean = step.mean_ if step.with_mean else None  # the attribute exists even if unused
    return _divided(graph, _shifted(graph, rows, mean), step.scale_ if step.with_std else None)


def _add_robust(graph, step, rows):
    center = step.center_ if step.with_centering else None
    return _divided(
        graph, _shifted(graph, rows, center), step.scale_ if step.with_scaling else None
    )


def _add_max_abs(graph, step, rows):
    return _clipped(graph, _divided(graph, rows, step.scale_), getattr(step, "clip", False), -1, 1)


def _add_min_max(graph, step, rows):
    scaled = graph.add("Mul", rows, _float64(graph, step.scale_))
    return _clipped(
        graph, graph.add("Add", scaled, _float64(graph, step.min_)), step.clip, *step.feature_range
    )


def _add_pca(graph, step, rows):
    weight = step.components_
    if step.whiten:
        spread = np.sqrt(step.explained_variance_)
        weight = weight / np.maximum(spread, np.finfo(spread.dtype).eps)[:, np.newaxis]
    return graph.linear(_shifted(graph, rows, step.mean_), weight.astype(np.float64))


def _add_corpus(graph, step, rows):
    if step.normalisation_ == "corpus" or step.corpora_ is not None:
        raise ValueError(
            "An exported CorpusStandardScaler must be fitted without corpus= and transform new "
            "rows; got one that needs the corpus of each row or rejects new rows. Normalise "
            "before the graph, and export the network alone."
        )
    return _divided(graph, _shifted(graph, rows, step.mean_[0]), step.scale_[0])


def _shifted(graph, rows, mean):
    return rows if mean is None else graph.add("Sub", rows, _float64(graph, mean))


def _divided(graph, rows, scale):
    return rows if scale is None else graph.add("Div", rows, _float64(graph, scale))


def _clipped(graph, rows, clip, low, high):
    limits = (graph.constant(np.float64(limit)) for limit in (low, high))
    return graph.add("Clip", rows, *limits) if clip else rows


def _float64(graph, values):
    return graph.constant(np.asarray(values, dtype=np.float64))


_STEPS = {
    StandardScaler: _add_standard,
    MinMaxScaler: _add_min_max,
    MaxAbsScaler: _add_max_abs,
    RobustScaler: _add_robust,
    PCA: _add_pca,
    CorpusStandardScaler: _add_corpus,
}
