"""Describe all that the results of a run depend on, as text by name, and as one digest."""

import functools
import hashlib
import json
import platform
import sys
import types
from importlib.metadata import version

import joblib
import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from skprognet._wording import differences
from skprognet.evaluation._source_corpus import SourceCorpus
from skprognet.sources import Source, ask_digest, is_fitted

_LIBRARIES = ("skprognet", "torch", "skorch", "scikit-learn", "numpy", "scipy", "pandas")
# These are identified by their versions, all other classes and functions by their code.
_KNOWN = {"builtins", "skprognet", "torch", "skorch", "sklearn", "numpy", "scipy", "pandas"}
_PLAIN = (type(None), bool, int, float, complex, str, bytes, slice, range, type(...))
# These are described only if they have other values.
_LEFT_OUT = {"columns": "None", "placebo": "()", "return_predictions": "False"}
_MASKS = "dropout masks"
_LONGEST = 120  # characters of a text; a longer text is shortened and has a digest


def sha256(data):
    """Return the first 16 hexadecimal digits of the SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()[:16]


def describe_run(run, splits):
    """Describe all that the results of a run depend on, as text by name.

    Parameters
    ----------
    run : Run
        What all fits share.
    splits : list of Split
        The rows of every fit.

    Returns
    -------
    dict of str to str
        Data and rows as digests, parameters as they print, versions of the libraries.

    Raises
    ------
    ValueError
        If something cannot be recognised in another process, such as a lambda.
    """
    names = ["X", "y", "speakers", "methods", "sources", "source_estimator", "combined_sources"]
    names += ["scoring", "normalisation", "random_state", "target", "corpus", "train_folds"]
    names += ["return_curves", "kind"]
    names += [name for name in _LEFT_OUT if getattr(run, name)]
    texts = {}
    for name in names:
        try:
            texts |= _describe(name, getattr(run, name))
        except RecursionError as error:
            raise _unknowable(name, "an object that contains itself") from error
    if run.counter_masks:
        texts[_MASKS] = "of networks trained together, n_together of 2 or more"
    rows = _digest([_describe("", vars(split)) for split in splits])
    texts["splits"] = f"{len(splits)}, sha256 {rows}"
    texts["version of python"] = ".".join(platform.python_version_tuple()[:2])
    return texts | {f"version of {name}": version(name) for name in _LIBRARIES}


def differences_of_runs(then, now):
    """Say in words what differs between two runs, as :func:`describe_run` describes them."""
    usual = _LEFT_OUT | {_MASKS: "of networks trained one by one, n_together=1"}
    return differences(usual | then, usual | now)


def run_digest(run):
    """Return a digest of a run, as :func:`describe_run` describes it."""
    return hashlib.sha256(json.dumps(run).encode()).hexdigest()[:32]


def _unknowable(name, what):
    return ValueError(
        f"A checkpoint must recognise all that its run depends on; got {name}, which is {what}. "
        "Use a function or class defined at the top of a module, or leave checkpoint out."
    )


def _digest(value):
    return sha256(json.dumps(value).encode())


def _describe(name, value):
    """Return a value as flat {name: text}; texts are equal only if the values are."""
    if _is_plain(value):
        return {name: _shortened(_text(value))}
    if isinstance(value, np.ndarray):
        return {name: _array(name, value)}
    if isinstance(value, SourceCorpus):
        parts = {"X": value.X, "y": value.y, "groups": value.groups, "kind": value.kind}
        pooled = {} if value.corpora is None else {"corpora": value.corpora}
        speakers = {} if value.speakers is value.groups else {"speakers": value.speakers}
        return _describe(name, parts | pooled | speakers)
    if isinstance(value, dict):
        keys = ", ".join(key if isinstance(key, str) else _text(key) for key in value)
        return _with_parts(name, keys, value)
    if isinstance(value, (list, tuple)):
        return _with_parts(name, _kind(name, type(value)), dict(enumerate(value)))
    if isinstance(value, (set, frozenset)):
        parts = sorted(str(_describe("", part)) for part in value)
        return {name: f"{type(value).__name__} of {len(value)}, {_digest(parts)}"}
    if isinstance(value, type):
        return {name: _kind(name, value)}
    if isinstance(value, functools.partial) or hasattr(value, "__name__"):
        return _describe_function(name, value)
    if hasattr(value, "get_params"):
        texts = _with_parts(name, _kind(name, type(value)), value.get_params(deep=False))
        learned = f", fitted, {_learned(name, value)}" if is_fitted(value) else ""
        return texts | {name: texts[name] + learned}
    return _describe_object(name, value)


def _with_parts(name, text, parts):
    texts = {name: text}
    for key, part in parts.items():
        plain = isinstance(key, str) and key.isidentifier()
        texts |= _describe(f"{name}.{key}" if plain else f"{name}[{_text(key)}]", part)
    return texts


def _is_plain(value):
    if type(value) in (list, tuple):
        return all(map(_is_plain, value))
    return type(value) in _PLAIN or isinstance(value, np.generic)


def _text(value):
    """Return a plain value as text; equal values of numpy and Python have equal texts."""
    if type(value) in (list, tuple):
        left, right = "[]" if type(value) is list else "()"
        comma = "," if len(value) == 1 and left == "(" else ""
        return left + ", ".join(map(_text, value)) + comma + right
    return repr(value.item() if isinstance(value, np.generic) else value)


def _shortened(text):
    return text if len(text) <= _LONGEST else f"{text[:40]}..., sha256 {sha256(text.encode())}"


def _array(name, value):
    if value.dtype.hasobject:  # its bytes are addresses
        data = json.dumps([_describe(name, part) for part in value.ravel().tolist()]).encode()
    else:
        data = np.ascontiguousarray(value).tobytes()
    mask = np.ma.getmask(value)
    data += b"" if mask is np.ma.nomask else mask.tobytes()
    return f"{value.shape} of {value.dtype}, sha256 {sha256(data)}"


def _learned(name, fitted):
    """Return a digest of what a fitted estimator has learned, without durations."""
    if isinstance(fitted, (Pipeline, FrozenEstimator)):
        return "as its parts"
    if hasattr(fitted, "net_"):
        weights = {k: v.cpu().numpy() for k, v in fitted.net_.module_.state_dict().items()}
        digest = getattr(fitted, "source_digest_", None)
        return _hash(name, (weights, _target_learned(fitted), digest))
    return _hash(name, fitted)


def _target_learned(network):
    """Return the classes of a classifier, and the scale of the numbers of a regressor."""
    if hasattr(network, "classes_"):
        return network.classes_
    return network.target_mean_, network.target_std_, network.target_ndim_


def _hash(name, value):
    try:
        return joblib.hash(value)[:16]
    except Exception as error:  # its own __reduce__ may raise anything
        what = f"an object of {type(value).__name__} that cannot be pickled"
        raise _unknowable(name, what) from error


def _describe_object(name, value):
    """Describe an object of any other class by its attributes, its digest, or its pickle."""
    kind = type(value)
    if hasattr(value, "state_dict"):  # a module of torch
        weights = {k: v.detach().cpu().numpy() for k, v in value.state_dict().items()}
        return _with_parts(name, f"{_kind(name, kind)} {_shortened(repr(value))}", weights)
    pickle = (getattr(kind, n, None) for n in ("__reduce__", "__reduce_ex__", "__getstate__"))
    ordinary = (object.__reduce__, object.__reduce_ex__, object.__getstate__)
    if tuple(pickle) == ordinary and hasattr(value, "__dict__") and not hasattr(kind, "__slots__"):
        return _with_parts(name, _kind(name, kind), vars(value))
    if isinstance(value, Source):
        return {name: f"{_kind(name, kind)}, {sha256(ask_digest(value).encode())}"}
    return {name: f"{_kind(name, kind)}, {_hash(name, value)}"}


def _describe_function(name, value):
    if isinstance(value, functools.partial):
        parts = {"func": value.func, "args": value.args, "keywords": value.keywords}
        return _with_parts(name, "partial", parts)
    bound = getattr(value, "__self__", None)
    if bound is not None and not isinstance(bound, types.ModuleType):
        return _with_parts(name, f"method {value.__name__}", {"__self__": bound})
    qualified = getattr(value, "__qualname__", value.__name__)
    if "<lambda>" in qualified:
        raise _unknowable(name, "a lambda, which has no name")
    if "<locals>" in qualified and getattr(value, "__closure__", None):
        what = f"the function {qualified!r}, which depends on the function around it"
        raise _unknowable(name, what)
    if not hasattr(value, "__code__"):
        value = getattr(value, "__wrapped__", value)  # behind functools.cache
    module = getattr(value, "__module__", None) or "numpy"  # its ufuncs say nothing
    return {name: f"{module}.{qualified}{_own_code(name, module, lambda: _code(name, value))}"}


def _kind(name, cls):
    """Return the full name of a class, and a digest of its code unless its library is known."""

    def code():
        own = [c for c in cls.__mro__ if c.__module__.partition(".")[0] not in _KNOWN]
        parts = [pair for c in own for pair in sorted(vars(c).items())]
        # Python adds __slotnames__ and the like, some of them only when it needs them.
        parts = [(n, p) for n, p in parts if callable(p) or not n.startswith("__")]
        return [[attribute, _code(name, part)] for attribute, part in parts]

    return f"{cls.__module__}.{cls.__qualname__}{_own_code(name, cls.__module__, code)}"


def _own_code(name, module, code):
    top = module.partition(".")[0]
    if top in _KNOWN:
        return ""
    number = getattr(sys.modules.get(top), "__version__", None)
    return (f" {number}" if number else "") + f", code {_digest(code())}"


def _code(name, part):
    """Return the code of a function, or a constant of a class, as values that JSON can hold."""
    if isinstance(part, types.CodeType):
        constants = [_code(name, constant) for constant in part.co_consts]
        return [part.co_code.hex(), constants, part.co_names, part.co_varnames]
    if isinstance(part, property):
        return [_code(name, each) for each in (part.fget, part.fset, part.fdel)]
    part = getattr(part, "__func__", part)  # of a static or a class method
    if isinstance(part, types.FunctionType):
        cells = [cell.cell_contents for cell in part.__closure__ or ()]
        defaults = [part.__defaults__, part.__kwdefaults__, *cells]
        values = [part.__code__, *(d for d in defaults if not isinstance(d, type))]
        return [_code(name, value) for value in values]
    if isinstance(part, frozenset):
        return sorted(map(repr, part))
    if isinstance(part, np.ndarray):
        return _array(name, part)
    if isinstance(part, dict):
        return [[str(key), _code(name, each)] for key, each in part.items()]
    return _text(part) if _is_plain(part) else type(part).__name__
