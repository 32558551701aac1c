"""Export a model as an ONNX graph, for programs without Python."""

import json
from importlib.metadata import version

import numpy as np
import pandas as pd
from sklearn import config_context
from sklearn.base import is_regressor
from sklearn.utils.validation import check_is_fitted

from skprognet._extras import import_extra
from skprognet._files import write_whole
from skprognet._wording import first_line
from skprognet.persistence._graph_outputs import NUMBERS, PROBABILITIES
from skprognet.persistence._model_file import KEY, check_metadata
from skprognet.persistence._onnx_graph import OnnxGraph
from skprognet.persistence._rows_of_a_model import one_row
from skprognet.sources import as_source, network_of

# Correct graphs are within 1e-6 if the last layers sum numbers near 1; wrong ones are far off.
TOLERANCE = 1e-4


def export_onnx(est, path, *, metadata=None):
    """Write a fitted model as an ONNX file, which needs neither Python nor this package.

    Programs run the file with onnxruntime. It has one graph: the steps of a pipeline, all frozen
    columns, the network that reads them, and softmax or the conversion to the scale of the
    numbers. Its input ``"features"`` is float32 of shape (n, n_features), in the order of
    ``feature_names_in_``, for any n.

    The output of a classifier, ``"probabilities"``, is float32 of shape (n, n_classes), in the
    order of ``classes_``. It equals `predict_proba` within 1e-5. The output of a regressor,
    ``"numbers"``, is float64 of shape (n, n_outputs), even with one output. It equals `predict`
    within 1e-5 times the spread of the target, ``target_std_``, or 1e-6 times the distance from
    its mean, whichever is more. Neither holds if unscaled features make sums so large that float32
    itself is less exact. Before anything is written, ONNX's reference implementation computes a
    few rows, which must agree with the model.

    Parameters
    ----------
    est : estimator
        A fitted classifier or regressor of this package, ``MLPClassifier`` or ``MLPRegressor``,
        alone or at the end of a ``Pipeline``, in a ``FrozenEstimator``, or the best of a search.
        Steps before it, and before its sources, may be ``StandardScaler``, ``MinMaxScaler``,
        ``MaxAbsScaler``, ``RobustScaler``, ``PCA``, feature selectors, and a
        :class:`~skprognet.preprocessing.CorpusStandardScaler` that was fitted without `corpus` and
        takes new rows. A source may be any of these, a :class:`~skprognet.sources.LayerSource`, a
        :class:`~skprognet.sources.TorchSource`, or your own source with a method ``add_hidden``.
    path : str or path
        The file, preferably with the ending ``.onnx``. It is written whole or not at all, and its
        folder is created.
    metadata : dict, default=None
        Other facts about the model, as in :func:`save_model`.

    Raises
    ------
    ImportError
        If the packages of the extra ``onnx`` are not installed.
    TypeError
        If the model, a step or a source has no graph; or if `metadata` is not a dict that JSON can
        hold.
    ValueError
        If the model is not fitted (``NotFittedError``), a step does not take new rows one by one,
        torch cannot export a module, or the graph gives other probabilities or numbers than the
        model.
    OSError
        If the file cannot be written.

    See Also
    --------
    save_model : Writes a file from which this package loads the same model.

    Notes
    -----
    The graph only uses operations of ONNX's opset 18 (onnxruntime 1.14 or later). Steps compute in
    float64 and a network in its own type: a float64 network computes in float64, from features
    that were rounded to float32. The graph checks nothing: NaN gives NaN, while the model raises
    an error.

    The metadata of the file hold all else under the key ``"skprognet"``, as JSON: ``classes``
    (null if it predicts numbers), ``feature_names`` (null if the model knows none), ``versions``
    and ``metadata``. The file runs no code of this package. The same model gives the same bytes.

    Examples
    --------
    >>> import json
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import onnx
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.persistence import export_onnx
    >>> X, y = load_emodb(return_X_y=True)
    >>> clf = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=2, random_state=0).fit(X, y)
    >>> with TemporaryDirectory() as folder:
    ...     export_onnx(clf, Path(folder) / "emotion.onnx")
    ...     model = onnx.load(Path(folder) / "emotion.onnx")
    >>> [node.op_type for node in model.graph.node]
    ['Gemm', 'Sigmoid', 'Gemm', 'LogSoftmax', 'Exp', 'Identity']
    >>> (entry,) = model.metadata_props
    >>> json.loads(entry.value)["classes"]
    ['angry', 'happy', 'neutral', 'sad']
    """
    import_extra("onnx", "onnx")
    network, output = _check_model(est)
    row = one_row(est)
    names = list(row.columns) if hasattr(row, "columns") else None
    document = {
        "classes": None if output is NUMBERS else network.classes_.tolist(),
        "feature_names": names,
        "versions": {"skprognet": version("skprognet")},
        "metadata": check_metadata({} if metadata is None else metadata),
    }
    graph = OnnxGraph(row.shape[1])
    result, n_outputs = output.add(graph, est, network), output.predict(est, row).size
    model = graph.to_model(result, n_outputs, {KEY: json.dumps(document)}, name=output.name)
    _try(est, network, output, model, row)
    write_whole({path: model.SerializeToString(deterministic=True)})


def _check_model(est):
    """Return the network of a model and the output of its graph; raise if it has no graph."""
    network = network_of(est)
    if network is None or not (hasattr(est, "predict_proba") or is_regressor(network)):
        raise TypeError(
            "est must be a classifier or regressor of this package, an MLPClassifier or an "
            "MLPRegressor, alone or at the end of a Pipeline; got "
            f"{type(est).__name__}. Pass one of these."
        )
    check_is_fitted(network)
    if is_regressor(network):
        return network, NUMBERS
    if np.ndim(network.classes_[0]) or not as_source(est).classifies:
        raise TypeError(
            "est must give each row one class; got a "
            f"{type(network).__name__} that gives several. Train one model for each label."
        )
    return network, PROBABILITIES


def _try(est, network, output, model, row):
    """Raise unless graph and model agree, for one row and for several."""
    import onnx.reference

    rows = _typical_rows(est)
    try:
        onnx.checker.check_model(model, full_check=True)
        session = onnx.reference.ReferenceEvaluator(model)
        with np.errstate(all="ignore"):  # its sigmoid overflows far from 0, but is still right
            off = np.max(  # max itself would lose a NaN that comes second
                [
                    output.distance(
                        network,
                        session.run(None, {"features": X})[0],
                        output.predict(est, _as_given(X, row)),
                    )
                    for X in (rows[:1], rows)
                ]
            )
        reason = None if off <= TOLERANCE else f"a difference of {off:.2g}"
    except Exception as error:
        cause = first_line(error)
        reason = f"a graph that does not run ({type(error).__name__}: {cause:.150})"
    if reason:
        raise ValueError(
            f"An ONNX graph must give the {output.name} of its model; got {reason}. Export a "
            "model without your own sources and torch modules; if it has none, report this."
        )


def _typical_rows(est):
    """Return rows like the training rows of the network, before the steps."""
    source = as_source(est)
    network = source.network
    rows = np.random.default_rng(0).normal(size=(5, network.n_features_in_))
    rows = rows * getattr(network, "training_std_", 1) + getattr(network, "training_mean_", 0)
    with config_context(transform_output="default"):
        for step in reversed(source.steps):
            rows = np.asarray(step.inverse_transform(rows))
    return rows.astype(np.float32)


def _as_given(X, row):
    return pd.DataFrame(X, columns=row.columns) if hasattr(row, "columns") else X
