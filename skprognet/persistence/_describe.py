"""Describe a model in plain values: its layers, sources, features and training."""

from importlib.metadata import PackageNotFoundError, version
from numbers import Integral
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import is_regressor
from sklearn.utils.validation import check_is_fitted

from skprognet._table_metric import metric_name
from skprognet._tables import read_table
from skprognet.estimators import source_overlap
from skprognet.features import FeatureOrigin, select_features
from skprognet.persistence._model_file import load_model, read_model_info
from skprognet.persistence._rows_of_a_model import reader_of
from skprognet.sources import as_source


def _describe_step(step):
    rows = np.max(getattr(step, "n_samples_seen_", 0))
    return {"class": type(step).__name__, "rows": int(rows) or None}


def _installed(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _validation_score(network):
    """Return the score of the kept epoch; None if it had no validation rows.

    Epochs that `partial_fit` adds have no validation rows.
    """
    score = network.history_.iloc[network.best_epoch_ - 1].get("valid_score")
    return None if pd.isna(score) else float(score)


def _scale(network):
    """Return mean and standard deviation of each output over the training rows."""
    pairs = zip(network.target_mean_.tolist(), network.target_std_.tolist(), strict=True)
    return [{"mean": mean, "standard_deviation": std} for mean, std in pairs]


def describe_network(model):
    """Describe a network and the networks that it reads.

    Parameters
    ----------
    model : estimator
        A fitted model; a pipeline stands for the network at its end.

    Returns
    -------
    dict
        ``class``, ``classes`` (None for a regressor), ``layers`` (widths, from the features that
        the network itself reads to the output), ``activation``, ``sha256`` of the weights and
        ``random_state``. If this package trained it, also ``best_epoch``, ``epochs``, ``metric``
        and ``validation_score``, and for a regressor ``loss`` and ``scale`` (``mean`` and
        ``standard_deviation`` of each output over the training rows). For multi-task learning,
        ``source_classes`` by the name of the task. ``sources`` has the same for each source, by
        its name. A source that is not a network, such as a
        :class:`~skprognet.sources.LayerSource`, has ``class``, ``layers`` (the widths of each
        column), ``layer_names`` if the layers have names, and ``sha256`` (its digest).

    Raises
    ------
    TypeError
        If the model contains no network that can be read.
    NotFittedError
        If the network is not fitted.

    Examples
    --------
    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.persistence import describe_network
    >>> emodb = load_emodb()
    >>> options = {"hidden_layer_sizes": (16,), "max_epochs": 1, "random_state": 0}
    >>> gender = DNNClassifier(**options).fit(emodb.data, emodb.gender)
    >>> model = ProgressiveClassifier([("gender", gender)], **options)
    >>> description = describe_network(model.fit(emodb.data, emodb.target))
    >>> description["class"], description["layers"]
    ('ProgressiveClassifier', [88, 16, 4])
    >>> description["sources"]["gender"]["layers"]
    [88, 16, 2]
    """
    source = as_source(model)
    network = source.network
    if network is None:
        return _describe_source(source)
    check_is_fitted(network)
    widths = source.layer_sizes()[-1]
    params = network.get_params(deep=False)
    column = source.column()
    classes = None if is_regressor(network) else network.classes_.tolist()
    n_outputs = column.layers[-1].out_features if classes is None else len(classes)
    description = {
        "class": type(network).__name__,
        "classes": classes,
        "layers": [column.n_features, *widths, n_outputs],
        "activation": params["activation"],
        "sha256": source.digest(),
        "random_state": _seed(params["random_state"]),
    }
    if getattr(network, "source_classes_", None):
        tasks = network.source_classes_.items()
        description["source_classes"] = {name: classes.tolist() for name, classes in tasks}
    if hasattr(network, "history_"):
        description |= {
            "best_epoch": network.best_epoch_,
            "epochs": len(network.history_),
            "metric": metric_name(network.monitor),
            "validation_score": _validation_score(network),
        }
    if hasattr(network, "target_mean_"):
        description |= {"loss": network.loss, "scale": _scale(network)}
    sources = getattr(network, "sources_", [])
    return description | {"sources": {name: describe_network(source) for name, source in sources}}


def _describe_source(source):
    """Describe a source that is not a network."""
    description = {"class": source.kind, "layers": source.layer_sizes()}
    if source.layer_names:
        description["layer_names"] = list(source.layer_names)
    return description | {"sha256": source.digest(), "sources": {}}


def _seed(value):
    """Return a seed as an int, which JSON can hold; None for a generator or without a seed."""
    return int(value) if isinstance(value, Integral) else None


def describe_model(path, rows=None, *, modules=None):
    """Describe the file of a model, in plain values that JSON can hold.

    Parameters
    ----------
    path : path
        A file that :func:`save_model` wrote.
    rows : path, default=None
        A table of features. The result then also has the share of its rows on which the model and
        each of its sources were trained. A score on such rows is too good.
    modules : dict of str to torch.nn.Module, default=None
        As in :func:`load_model`.

    Returns
    -------
    dict
        ``file`` (its path), ``bytes`` (its size), ``sha256`` (the digest in the file, of the model
        and its metadata; the file itself has another), ``format_version``, ``model`` (from
        :func:`describe_network`), ``features`` (their ``number``, ``names``, and ``origin``: the
        values of their :class:`~skprognet.features.FeatureOrigin`; names and origin are None if
        unknown), ``normalisation`` (the steps before the network), ``metadata`` and ``versions``
        (of each package when the file was ``written``, and ``here``). With a table also ``rows``:
        its ``file``, the ``number`` of its rows, and in ``known`` the share of them on which the
        model itself ("own") and each source were trained; None if unknown.

    Raises
    ------
    ValueError
        If it is not the file of a model. With `rows`, also if the table lacks features of the
        model or has features of another origin, or if the model does not know the names of its
        features.
    OSError
        If a file cannot be read.

    See Also
    --------
    read_model_info : Reads the header alone, without the model.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.persistence import describe_model, save_model
    >>> X, y = load_emodb(return_X_y=True)
    >>> model = DNNClassifier(hidden_layer_sizes=(16,), max_epochs=1).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(model, Path(folder, "model"))
    ...     description = describe_model(Path(folder, "model"))
    >>> description["model"]["layers"], description["features"]["number"]
    ([88, 16, 4], 88)
    >>> description["normalisation"]
    []
    """
    path = Path(path)
    model, info = load_model(path, modules=modules), read_model_info(path)
    description = describe_content(model, info, path, path.stat().st_size)
    if rows is None:
        return description
    origin = FeatureOrigin.from_metadata(info["metadata"])
    return description | {"rows": _describe_rows(model, origin, rows)}


def describe_content(model, info, path, n_bytes):
    """Describe a model and the other contents of its file.

    Parameters
    ----------
    model : estimator
        Fitted.
    info : dict
        The result of :func:`read_model_info`.
    path : path
        The file, which need not exist yet.
    n_bytes : int
        Size of the file.

    Returns
    -------
    dict
        The result of :func:`describe_model`.
    """
    origin = FeatureOrigin.from_metadata(info["metadata"])
    reader = reader_of(model)
    names = getattr(reader, "feature_names_in_", None)
    return {
        "file": str(path),
        "bytes": n_bytes,
        "sha256": info["sha256"],
        "format_version": info["format_version"],
        "model": describe_network(model),
        "features": {
            "number": int(reader.n_features_in_),
            "names": None if names is None else list(names),
            "origin": origin and origin.to_dict(),
        },
        "normalisation": [_describe_step(step) for step in as_source(model).steps],
        "metadata": info["metadata"],
        "versions": {
            name: {"written": written, "here": _installed(name)}
            for name, written in info["versions"].items()
        },
    }


def _describe_rows(model, origin, path):
    """Return the number of rows of a table, and the share on which a model was trained."""
    names = getattr(reader_of(model), "feature_names_in_", None)
    if names is None:
        raise ValueError(
            "The model must know the names of its features to find them in a table; got a model "
            "that was trained on an array. Call skprognet.estimators.source_overlap in Python."
        )
    table = read_table(path)
    if origin is not None:
        origin.check_table(table, str(path))
    shares = source_overlap(model, select_features(table, names))
    known = {name: None if np.isnan(share) else share for name, share in shares.items()}
    return {"file": str(path), "number": len(table), "known": known}
