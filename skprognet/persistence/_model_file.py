"""A model as one file: written whole, and believed only when every part of it is as expected."""

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
from skprognet.persistence._estimators import one_row
from skprognet.persistence._stored_sources import Modules, WrongModuleError, modules_of
from skprognet.persistence._values import Reader, Writer
from skprognet.sources import as_source, network_of

FORMAT_VERSION = 1
KEY = "skprognet"
PACKAGES = ("skprognet", "scikit-learn", "torch", "skorch", "numpy")


def encode_model(est, metadata=None):
    """Return what the file of a model holds; parameters and errors as for :func:`save_model`.

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
            "save_model stores a classifier or regressor of this package, or a Pipeline or "
            "FrozenEstimator that ends in one, of a search its best_estimator_; "
            f"got {type(est).__name__}."
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
    """Read a model that `save_model` wrote.

    Nothing in the file is run: it holds numbers and names, and the names are looked up in a table.

    Parameters
    ----------
    path : str or path
        The file, or a symbolic link to it.
    modules : dict of str to torch.nn.Module, default=None
        For each source that is a :class:`~skprognet.sources.TorchSource`, by its name, a new
        instance of the class of its module, made as it was then. It is copied and gets the stored
        weights; the instance itself stays as it is.

    Returns
    -------
    estimator
        As it was saved, with its sources: it predicts the same, bit for bit on the same machine,
        and can be cloned, fitted further with ``warm_start``, and used as a source. A model of a
        device that is not there is on the CPU; where `n_threads` is more than there are cores, it
        is their number.

    Raises
    ------
    ValueError
        If it is another kind of file or another version of the format, if anything in it has been
        cut or altered, if its parts do not go together, or if it would take far more memory than
        its size explains; or if a module is missing, is no source of the model, or has another
        architecture.
    TypeError
        If `modules` is no dict.
    OSError
        If there is no such file, or it cannot be read.

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
    with _one_sentence("load_model", path):
        document, arrays, allowance = _read(Path(path))
        return _model(document["model"], arrays, allowance, modules)


def read_model_info(path):
    """Read what the file of a model says beside the model itself.

    Parameters
    ----------
    path : str or path
        A file that `save_model` wrote.

    Returns
    -------
    dict
        ``format_version`` (int); ``versions`` of the packages that wrote it (dict of str);
        ``sha256`` of the whole content; and ``metadata``, as `save_model` was given it, empty
        without any.

    Raises
    ------
    ValueError
        If it is another kind of file or another version of the format, or if anything in it has
        been cut or altered.
    OSError
        If there is no such file, or it cannot be read.

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
    with _one_sentence("read_model_info", path):
        document, *_ = _read(Path(path))
        info = info_of(document)
        if type(info["metadata"]) is not dict or type(info.get("versions")) is not dict:
            raise ValueError("versions or metadata are no JSON object")
        return info


def info_of(document):
    """Return what a document says beside the model."""
    return {"metadata": {}, **{name: document[name] for name in document if name != "model"}}


@contextmanager
def _one_sentence(function, path):
    """Turn whatever reading a file raises inside into one sentence about the file."""
    try:
        yield
    except OSError as error:
        raise type(error)(
            f"{function} reads a file that save_model wrote; {str(path)!r} cannot be read "
            f"({error.strerror or error}). Check the path."
        ) from error
    except WrongModuleError as error:
        raise ValueError(f"The model in {str(path)!r} {error}") from error
    # Whatever a forged file provokes in the libraries below, it is the file that is wrong.
    except Exception as error:
        raise ValueError(
            f"{function} reads a file that save_model wrote, whole and unaltered; in "
            f"{str(path)!r} {_reason(error)}. Save the model again, or fetch the file anew."
        ) from error


def check_metadata(metadata):
    """Return metadata, if JSON gives back what it was given."""
    try:
        same = json.loads(json.dumps(metadata, allow_nan=False))
    except (TypeError, ValueError):
        same = None
    if type(metadata) is not dict or same != metadata:
        raise TypeError(
            "metadata must be a dict that JSON can hold: text as keys, and text, finite numbers, "
            f"True, False, None, lists and dicts as values; got {metadata!r:.200}."
        )
    return metadata


def _read(path):
    """Return document and arrays of a file whose digest agrees, and the memory left for them."""
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise OSError("it is no ordinary file")
    allowance = Allowance(found.st_size)
    with safe_open(path, "np") as file:
        text = (file.metadata() or {}).get(KEY)
        if text is None:
            raise ValueError("there is no model of skprognet")
        allowance.spend_on_text(text)
        names = file.keys()
        allowance.spend(ARRAY_IN_FILE * len(names))
        arrays = {name: file.get_tensor(name) for name in names}
    # Of no bytes and any length: whatever goes over its rows would not end.
    if any(array.ndim > 1 and array.size == 0 for array in arrays.values()):
        raise ValueError("there is an array of several axes and no elements")
    document = json.loads(text, parse_constant=_refuse_constant)
    if type(document) is not dict or not document.keys() >= {"format_version", "sha256", "model"}:
        raise ValueError("the JSON document is not that of a model")
    number = document["format_version"]
    if number != FORMAT_VERSION:
        newer = isinstance(number, int) and number > FORMAT_VERSION
        raise ValueError(
            f"the format is version {number!r:.40}, while this release of skprognet reads version "
            f"{FORMAT_VERSION}{'; update skprognet to read it' if newer else ''}"
        )
    rest = {name: value for name, value in document.items() if name != "sha256"}
    if document["sha256"] != _digest(rest, arrays):
        raise ValueError("the SHA-256 is not that of the content")
    return document, arrays, allowance


def _model(encoded, arrays, allowance, modules):
    """Return the estimator that is described by JSON and arrays, unless it asks for too much."""
    reader = Reader(arrays, allowance, modules)
    model = reader.decode(encoded)
    if not isinstance(network_of(model), NetworkEstimator):
        raise ValueError(f"there is a {type(model).__name__} in place of a model")
    check_is_fitted(network_of(model))
    if reader.used != set(arrays):
        raise ValueError("there are arrays that belong to nothing")
    modules.check_all_used()
    return model


def _tried(est, document, arrays):
    """Return the content of the file, after a model made of it has predicted what `est` does."""
    row = one_row(est)
    wanted = _answer(est, row)
    try:
        text = json.dumps(document)
        content = save(arrays, metadata={KEY: text})
        allowance = Allowance(len(content))
        allowance.spend_on_text(text)
        allowance.spend(ARRAY_IN_FILE * len(arrays))
        modules = Modules(modules_of(as_source(est)))
        found = _answer(_model(document["model"], load(content), allowance, modules), row)
        reason = None if np.array_equal(found, wanted, equal_nan=True) else "it predicts otherwise"
    except Exception as error:
        reason = _reason(error)
    if reason is not None:
        raise ValueError(
            "What save_model is about to store must load again and predict the same; here "
            f"{reason}. Change that in {type(est).__name__}, or fit it again."
        )
    return content


def _answer(est, row):
    """Return the numbers that a model gives: probabilities, or those that it predicts."""
    return (est.predict_proba if hasattr(est, "predict_proba") else est.predict)(row)


def _digest(document, arrays):
    """Return the SHA-256 of a document without its own and of all arrays."""
    names = sorted(arrays)
    described = [[name, arrays[name].dtype.name, arrays[name].shape] for name in names]
    sha256 = hashlib.sha256(json.dumps([document, described]).encode())
    for name in names:
        sha256.update(arrays[name].tobytes())
    return sha256.hexdigest()


def _refuse_constant(name):
    raise ValueError(f"the JSON document has a {name}")


def _reason(error):
    """Return in a clause what was wrong."""
    if isinstance(error, SafetensorError):
        return f"the safetensors format is not kept ({error})"
    if isinstance(error, WrongModuleError):
        return f"it {error}".rstrip(".")
    if isinstance(error, ValueError):
        return (str(error).splitlines() or ["a value is wrong"])[0].rstrip(".")
    return f"the parts do not go together ({type(error).__name__})"
