"""A model as one file, which is loaded only if every part of it is as expected."""

import hashlib
import json
import os
import stat
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load, save
from sklearn.utils.validation import check_is_fitted

from skprognet.estimators import NetworkEstimator
from skprognet.persistence._allowance import ARRAY_IN_FILE, Allowance
from skprognet.persistence._rows_of_a_model import one_row
from skprognet.persistence._stored_sources import Modules, WrongModuleError, modules_of
from skprognet.persistence._values import Reader, Writer
from skprognet.sources import as_source, network_of

FORMAT_VERSION = 1
KEY = "skprognet"
PACKAGES = ("skprognet", "scikit-learn", "torch", "skorch", "numpy")


def encode_model(est, metadata=None):
    """Return the content of the file of a model; parameters and errors as in :func:`save_model`.

    Returns
    -------
    content : bytes
        The file.
    document : dict
        The JSON document in it.
    """
    last = network_of(est)
    if hasattr(est, "best_estimator_") or not isinstance(last, NetworkEstimator):
        raise TypeError(
            "est must be a classifier or regressor of this package, or a Pipeline or "
            f"FrozenEstimator that ends in one; got {type(est).__name__}. For a search, pass its "
            "best_estimator_."
        )
    check_is_fitted(last)
    writer = Writer()
    document = {
        "format_version": FORMAT_VERSION,
        "versions": {name: version(name) for name in PACKAGES},
        "model": writer.encode(est),
    }
    if metadata is not None:
        document["metadata"] = check_metadata(metadata)
    document["sha256"] = _digest(document, writer.arrays)
    return _tried(est, document, writer.arrays), document


def load_model(path, *, modules=None):
    """Load a model that `save_model` wrote.

    Loading runs no code from the file: it holds numbers and names, which are looked up in a table.

    Parameters
    ----------
    path : str or path
        The file, or a symbolic link to it.
    modules : dict of str to torch.nn.Module, default=None
        For each source that is a :class:`~skprognet.sources.TorchSource`, a new instance of the
        class of its module, built like the original, under the name of the source. It is copied,
        and the copy gets the stored weights.

    Returns
    -------
    estimator
        The model as it was saved, with its sources. Its predictions are the same, bit for bit on
        the same machine. It can be cloned, fitted further with ``warm_start``, and used as a
        source. If the device of the model is missing, the model is loaded on the CPU. If
        `n_threads` is more than the number of cores, it is set to this number.

    Raises
    ------
    ValueError
        If it is another kind of file or another version of the format; if anything in it has been
        cut or altered; if its parts do not fit together; or if it would take far more memory than
        its size explains. Also if a module is missing, belongs to no source of the model, or has
        another architecture.
    TypeError
        If `modules` is not a dict.
    OSError
        If the file does not exist or cannot be read.

    See Also
    --------
    save_model : Writes the file, with an example.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.persistence import load_model, save_model
    >>> X, y = load_emodb(return_X_y=True)
    >>> clf = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=2, random_state=0).fit(X, y)
    >>> with TemporaryDirectory() as folder:
    ...     save_model(clf, Path(folder) / "emotion.model")
    ...     same = load_model(Path(folder) / "emotion.model")
    >>> bool((same.predict_proba(X) == clf.predict_proba(X)).all())
    True
    """
    modules = Modules(modules)
    with _errors_name(path):
        document, arrays, allowance = _read(Path(path))
        return _model(document["model"], arrays, allowance, modules)


def read_model_info(path):
    """Read the versions, digest and metadata in the file of a model.

    Parameters
    ----------
    path : str or path
        A file that `save_model` wrote.

    Returns
    -------
    dict
        ``format_version`` (int); ``versions`` of the packages that wrote it (dict of str);
        ``sha256``, the digest of the model and its metadata (the file itself has another);
        and ``metadata`` from `save_model`, empty without any.

    Raises
    ------
    ValueError
        If it is another kind of file or another version of the format, or if anything in it was
        cut or altered.
    OSError
        If the file does not exist or cannot be read.

    See Also
    --------
    save_model : Writes the file.
    load_model : Reads the model.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.persistence import read_model_info, save_model
    >>> X, emotion = load_emodb(return_X_y=True)
    >>> clf = DNNClassifier(hidden_layer_sizes=(4,), max_epochs=2, random_state=0)
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "emotion.safetensors"
    ...     save_model(clf.fit(X, emotion), path, metadata={"feature_set": "eGeMAPSv02"})
    ...     read_model_info(path)["metadata"]
    {'feature_set': 'eGeMAPSv02'}
    """
    with _errors_name(path):
        document, *_ = _read(Path(path))
        info = info_of(document)
        if type(info["metadata"]) is not dict or type(info.get("versions")) is not dict:
            raise ValueError("versions or metadata are not JSON objects")
        return info


def info_of(document):
    """Return the contents of a document besides the model."""
    return {"metadata": {}, **{name: document[name] for name in document if name != "model"}}


@contextmanager
def _errors_name(path):
    """Turn any error of reading a file into one message about the file."""
    try:
        yield
    except OSError as error:
        raise type(error)(
            f"A model must be a file of save_model or 'skprognet train'; got {str(path)!r}, which "
            f"cannot be read ({error.strerror or error}). Check the path."
        ) from error
    except WrongModuleError as error:
        raise ValueError(f"The model in {str(path)!r} {error}") from error
    # A forged file can provoke any error in the libraries below.
    except Exception as error:
        raise ValueError(
            "A model must be a complete, unaltered file of save_model or 'skprognet train'; got "
            f"{str(path)!r}, in which {_reason(error)}. Save the model again, or copy the file "
            "again."
        ) from error


def check_metadata(metadata):
    """Return metadata; raise unless JSON restores them unchanged."""
    try:
        same = json.loads(json.dumps(metadata, allow_nan=False))
    except (TypeError, ValueError):
        same = None
    if type(metadata) is not dict or same != metadata:
        raise TypeError(
            "metadata must be a dict that JSON can hold; got "
            f"{metadata!r:.200}. Use text as keys, and text, finite numbers, True, False, None, "
            "lists and dicts as values."
        )
    return metadata


def _read(path):
    """Return document and arrays of a file, after checking its digest, and the allowance left."""
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        raise OSError("not a regular file")
    allowance = Allowance(status.st_size)
    with safe_open(path, "np") as file:
        text = (file.metadata() or {}).get(KEY)
        if text is None:
            raise ValueError("there is no model of skprognet")
        allowance.spend_on_text(text)
        names = file.keys()
        allowance.spend(ARRAY_IN_FILE * len(names))
        arrays = {name: file.get_tensor(name) for name in names}
    # Such an array has no bytes and any length, so a loop over its rows might never end.
    if any(array.ndim > 1 and array.size == 0 for array in arrays.values()):
        raise ValueError("there is an array of several axes and no elements")
    document = json.loads(text, parse_constant=_refuse_constant)
    if type(document) is not dict or not document.keys() >= {"format_version", "sha256", "model"}:
        raise ValueError("the JSON document does not describe a model")
    number = document["format_version"]
    if number != FORMAT_VERSION:
        newer = isinstance(number, int) and number > FORMAT_VERSION
        raise ValueError(
            f"the format has version {number!r:.40}, while this release of skprognet reads "
            f"version {FORMAT_VERSION}{' (update skprognet to read it)' if newer else ''}"
        )
    rest = {name: value for name, value in document.items() if name != "sha256"}
    if document["sha256"] != _digest(rest, arrays):
        raise ValueError("the SHA-256 does not match the content")
    return document, arrays, allowance


def _model(encoded, arrays, allowance, modules):
    """Return the estimator that JSON and arrays describe; raise if it takes too much memory."""
    reader = Reader(arrays, allowance, modules)
    model = reader.decode(encoded)
    if not isinstance(network_of(model), NetworkEstimator):
        raise ValueError(f"there is a {type(model).__name__} instead of a model")
    check_is_fitted(network_of(model))
    if reader.used != set(arrays):
        raise ValueError("there are arrays that nothing uses")
    modules.check_all_used()
    return model


def _tried(est, document, arrays):
    """Return the content of the file, after a model loaded from it predicts the same as `est`."""
    row = one_row(est)
    wanted = _answer(est, row)
    try:
        text = json.dumps(document)
        content = save(arrays, metadata={KEY: text})
        allowance = Allowance(len(content))
        allowance.spend_on_text(text)
        allowance.spend(ARRAY_IN_FILE * len(arrays))
        modules = Modules(modules_of(as_source(est)))
        loaded = _answer(_model(document["model"], load(content), allowance, modules), row)
        same = np.array_equal(loaded, wanted, equal_nan=True)
        reason = None if same else "the predictions differ"
    except Exception as error:
        reason = _reason(error)
    if reason is not None:
        raise ValueError(
            "A stored model must load again and predict the same; got a file in which "
            f"{reason}. Change that in {type(est).__name__}, or fit it again."
        )
    return content


def _answer(est, row):
    """Return the probabilities of a model, or the numbers that it predicts."""
    return (est.predict_proba if hasattr(est, "predict_proba") else est.predict)(row)


def _digest(document, arrays):
    """Return the SHA-256 of all arrays and of a document, without its own digest."""
    names = sorted(arrays)
    described = [[name, arrays[name].dtype.name, arrays[name].shape] for name in names]
    sha256 = hashlib.sha256(json.dumps([document, described]).encode())
    for name in names:
        sha256.update(arrays[name].tobytes())
    return sha256.hexdigest()


def _refuse_constant(name):
    raise ValueError(f"the JSON document has a {name}")


def _reason(error):
    """Return a clause that says what was wrong."""
    if isinstance(error, SafetensorError):
        return f"the safetensors format is damaged or absent ({error})"
    if isinstance(error, WrongModuleError):
        return f"the model {error}".rstrip(".")
    if isinstance(error, ValueError):
        return (str(error).splitlines() or ["a value is wrong"])[0].rstrip(".")
    return f"the parts do not fit together ({type(error).__name__})"
