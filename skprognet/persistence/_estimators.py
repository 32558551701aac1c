"""Which estimators can be stored, and what a file may say about them."""

import inspect
import re
from itertools import pairwise

import numpy as np
import pandas as pd
from joblib import cpu_count
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    LabelBinarizer,
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)

from skprognet._checks import check_choice, check_number
from skprognet._wording import first_few
from skprognet.estimators import (
    DTYPES,
    DNNClassifier,
    FineTunedClassifier,
    MultiTaskClassifier,
    NetworkClassifier,
    PosteriorClassifier,
    ProgressiveClassifier,
    SideBySideClassifier,
    check_estimator_parameters,
)
from skprognet.networks import ROWS_PER_BLOCK, source_layer
from skprognet.sources import MOMENTS, as_source, is_fitted, named_sources

CLASSES = {
    cls.__name__: cls
    for cls in (
        *(DNNClassifier, FineTunedClassifier, ProgressiveClassifier),
        *(SideBySideClassifier, PosteriorClassifier, MultiTaskClassifier),
        *(Pipeline, FrozenEstimator, MLPClassifier, LabelBinarizer),
        *(StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler, PCA),
    )
}
FITTED = {
    "n_features_in_": int,
    "classes_": np.ndarray,
    "best_epoch_": int,
    "interrupted_": bool,
    "row_fingerprints_": np.ndarray,
    "network_state": dict,
}
FITTED_WITH_SOURCE = {"sources_": list, "source_digest_": dict}
FITTED_FURTHER = {
    SideBySideClassifier: {"source_widths_": dict},
    PosteriorClassifier: {"source_widths_": dict},
    MultiTaskClassifier: {"source_classes_": dict},
}
MOST_FEATURES = 10**6  # beyond any use; numpy makes room for as many as a forged file says


def state_of(estimator):
    """Return the state of an estimator, without what :func:`build` or a fit makes of the rest."""
    state = dict(estimator.__getstate__())
    if isinstance(estimator, MLPClassifier):
        state.pop("_optimizer", None)
    if "sources_" in state and state["source"] is state["sources_"]:
        del state["source"]
    return state


def build(name, state, allowance):
    """Return the estimator of the class `name` with that state.

    Parameters
    ----------
    name : str
        One of `CLASSES`.
    state : dict
        Its attributes.
    allowance : Allowance
        The memory that is left for it.

    Raises
    ------
    Exception
        Of any kind, if there is no such class, or the state is not one of its own.
    """
    if name not in CLASSES:
        raise ValueError(f"the class {name!r:.80} is not one of {', '.join(CLASSES)}")
    cls = CLASSES[name]
    if "sources_" in state:
        state = {"source": state["sources_"], **state}
    parameters = _parameters(cls, state)
    if issubclass(cls, NetworkClassifier):
        _check_parameters(cls, parameters)
        state = {**state, "n_threads": _at_most_cores(parameters["n_threads"])}
        if "network_state" in state:
            _check_fitted(cls, state)
            config = state["network_state"]["config"]
            allowance.check(_memory_of_a_block(_widths(config), config["dtype"]))
    if cls is MLPClassifier and "coefs_" in state:
        allowance.check(_memory_of_a_block(_check_mlp(state), "float64"))
    _check_version(state)
    if cls is Pipeline and parameters["memory"] is not None:
        raise ValueError("a Pipeline has a memory, which a fit would read with pickle")
    estimator = cls(**parameters)
    estimator.__setstate__(state)
    if hasattr(estimator, "predict") and is_fitted(estimator):
        # Parts that do not go together show here, not when the model is first used.
        estimator.predict(one_row(estimator))
    return estimator


def one_row(estimator):
    """Return a row as a fitted estimator takes it: numbers evenly spread between -1 and 1."""
    if isinstance(estimator, FrozenEstimator):
        return one_row(estimator.estimator)
    if isinstance(estimator, Pipeline):
        return one_row(next(step for _, step in estimator.steps if hasattr(step, "get_params")))
    check_number("n_features_in_", estimator.n_features_in_, "integer", low=1, high=MOST_FEATURES)
    row = np.linspace(-1, 1, estimator.n_features_in_)[np.newaxis]
    names = getattr(estimator, "feature_names_in_", None)
    return row if names is None else pd.DataFrame(row, columns=names)


def _parameters(cls, state):
    """Return the parameters in `state`; raise unless the rest is what a fit leaves.

    One that is not there was not known to the release that saved, and gets its default.
    """
    known = inspect.signature(cls).parameters
    parameters = {name: state.get(name, each.default) for name, each in known.items()}
    missing = [name for name, value in parameters.items() if value is inspect.Parameter.empty]
    others = [name for name in state if name not in known]
    # An attribute with the name of a method would stand in for it.
    unknown = {name for name in others if hasattr(cls, name)}
    if issubclass(cls, NetworkClassifier):
        unknown |= {name for name in others if not name.endswith("_")} - {"network_state"}
    if missing or unknown:
        raise ValueError(
            f"a {cls.__name__} lacks the parameters [{first_few(missing)}] and has "
            f"[{first_few(sorted(unknown))}], which it does not know"
        )
    return parameters


def _at_most_cores(n_threads):
    """Return the number of threads of a file, or of cores if that is lower: a file may say any."""
    return n_threads if n_threads is None or n_threads <= cpu_count() else cpu_count()


def _check_version(state):
    """Raise unless what scikit-learn would print in a warning is a version."""
    if not re.fullmatch(r"[\w.+-]{1,40}", state.get("_sklearn_version", "0")):
        raise ValueError("the version of scikit-learn is none")


def _check_parameters(cls, parameters):
    """Raise unless the parameters could train, on a machine that has the device."""
    if type(parameters["device"]) is not str:
        raise ValueError("the device is no text")
    check_estimator_parameters(cls(**{**parameters, "device": "cpu"}))
    named_sources(parameters.get("source"))


def _check_fitted(cls, state):
    """Raise unless the attributes are what a fit leaves, and agree with each other."""
    expected = FITTED | ({} if cls is DNNClassifier else FITTED_WITH_SOURCE)
    expected |= FITTED_FURTHER.get(cls, {})
    for name, kind in expected.items():
        if type(state.get(name)) is not kind:
            raise ValueError(f"{name} of {cls.__name__} is missing or no {kind.__name__}")
    classes, fingerprints = state["classes_"], state["row_fingerprints_"]
    if classes.ndim != 1 or len(classes) < 2:
        raise ValueError(f"the classes are of shape {classes.shape}")
    if fingerprints.ndim != 1 or fingerprints.dtype != np.uint64:
        raise ValueError(f"row_fingerprints_ are of type {fingerprints.dtype}, not uint64")
    n_features, names = state["n_features_in_"], state.get("feature_names_in_")
    check_number("n_features_in_", n_features, "integer", low=1, high=MOST_FEATURES)
    if names is not None and np.shape(names) != (n_features,):
        raise ValueError(f"there are {np.size(names)} names for {n_features} features")
    if names is not None and len(set(names.tolist())) < n_features:
        raise ValueError("two features have one name")
    network, sources = state["network_state"], named_sources(state.get("sources_"))
    if not all(type(epoch) is dict for epoch in network["history"]):
        raise ValueError("the history is not a list of dicts")
    digests = {name: as_source(source).digest() for name, source in sources}
    if digests != state.get("source_digest_", {}):
        raise ValueError("source_digest_ is not that of the sources")
    n_outputs = len(classes) + _n_source_classes(state.get("source_classes_", {}))
    check_number(
        "n_classes", network["config"]["n_classes"], "integer", low=n_outputs, high=n_outputs
    )
    _check_weights(network["weights"], network["config"])
    if network["config"].get("source_sizes", ()) != _source_sizes(cls, sources):
        raise ValueError("the network reads other layers than those of the sources")
    _check_scale(state)
    _check_features_read(state.get("features_read_"), n_features)
    _check_n_features(cls, state, network)


def _check_scale(state):
    """Raise unless what is remembered of the training rows fits the features, if anything is."""
    if not any(name in state for name in MOMENTS):
        return  # an older release did not remember it
    check_number(MOMENTS[0], state[MOMENTS[0]], "integer", low=1)
    wanted = (state["n_features_in_"],), np.dtype("float64")
    for name in MOMENTS[1:]:
        found = np.shape(state[name]), getattr(state[name], "dtype", None)
        if found != wanted:
            raise ValueError(f"{name} is of shape and type {found}, not {wanted}")


def _check_features_read(read, n_features):
    """Raise unless these are places of features, each once; None is all of them."""
    if read is None:  # or an older release did not have it
        return
    if type(read) is not np.ndarray or read.dtype.kind != "i" or read.ndim != 1 or not len(read):
        raise ValueError("features_read_ is no array of whole numbers with one axis")
    if read.min() < 0 or read.max() >= n_features or len(np.unique(read)) < len(read):
        raise ValueError(f"features_read_ are not places among {n_features} features, each once")


def _check_n_features(cls, state, network):
    """Raise unless a network with sources reads as many features as it should."""
    read, reads = state.get("features_read_"), network["config"]["n_features"]
    n_own = state["n_features_in_"] if read is None else len(read)
    if cls is ProgressiveClassifier and reads != n_own:
        raise ValueError(f"the network reads {reads} features, features_read_ are {n_own}")
    if "source_widths_" not in FITTED_FURTHER.get(cls, {}):
        return
    widths = state["source_widths_"]
    if list(widths) != [name for name, _ in state["sources_"]]:
        raise ValueError("source_widths_ are not those of the sources")
    for width in widths.values():
        check_number("source_widths_", width, "integer", low=1, high=MOST_FEATURES)
    if reads != n_own + sum(widths.values()):
        raise ValueError(f"the network reads {reads} numbers, not {n_own} and {widths}")


def _n_source_classes(source_classes):
    """Return how many outputs the other tasks have; raise unless each has labels."""
    for name, labels in source_classes.items():
        if type(labels) is not np.ndarray or labels.ndim != 1 or len(labels) < 2:
            raise ValueError(f"the classes of the task {name!r:.80} are no list of labels")
    return sum(map(len, source_classes.values()))


def _source_sizes(cls, sources):
    """Return the widths of the frozen layers that a classifier with these sources reads."""
    if cls is ProgressiveClassifier:
        layers = [as_source(source).layer_sizes() for _, source in sources]
        if None in layers:
            raise ValueError("the columns of a source are not known")
        return tuple(tuple(sizes) for columns in layers for sizes in columns)
    if cls is not FineTunedClassifier or not sources:
        return ()
    # A copy of its source reads what that one reads: all columns but the last, its own.
    return tuple(as_source(sources[0][1]).layer_sizes()[:-1])


def _check_weights(weights, config):
    """Raise unless the weights are those of the architecture, before torch makes room for it."""
    check_choice("dtype", config["dtype"], DTYPES)
    sizes = [config["n_features"], *config["hidden_layer_sizes"], config["n_classes"]]
    found = {name: (array.shape, array.dtype.name) for name, array in weights.items()}
    for name, shape in _shapes(sizes, config.get("source_sizes", ()), config.get("adapter")):
        wanted, there = (shape, config["dtype"]), found.pop(name, None)
        if there != wanted:
            raise ValueError(
                f"the weights {name!r:.80} are {there}, while the architecture asks for {wanted}"
            )
    if found:
        raise ValueError(f"the architecture asks for no weights {first_few(found)}")


def _shapes(sizes, source_sizes, adapter):
    """Yield name and shape of each weight of a column with layers of these widths, input first.

    One by one, since a few numbers can ask for millions of layers.
    """
    depth = len(sizes) - 2
    for k, (n_in, n_out) in enumerate(pairwise(sizes)):
        yield f"layers.{k}.weight", (n_out, n_in)
        yield f"layers.{k}.bias", (n_out,)
        if k == 0:
            continue
        widths = [hidden[source_layer(k, depth, len(hidden)) - 1] for hidden in source_sizes]
        if adapter is not None and widths:
            yield f"adapters.{k - 1}.scales", (len(widths),)
            yield f"adapters.{k - 1}.projection.weight", (n_in, sum(widths))
            widths = [n_in]
        for j, width in enumerate(widths):
            yield f"laterals.{k - 1}.{j}.weight", (n_out, width)


def _widths(config):
    """Return the widths of all that a network computes with: input, layers, frozen layers."""
    frozen = [width for sizes in config.get("source_sizes", ()) for width in sizes]
    return [config["n_features"], *config["hidden_layer_sizes"], config["n_classes"], *frozen]


def _memory_of_a_block(widths, dtype):
    """Return the bytes that a prediction takes: of a block of rows, and of its transpose."""
    return 2 * ROWS_PER_BLOCK * np.dtype(dtype).itemsize * sum(widths)


def _check_mlp(state):
    """Return the widths of an ``MLPClassifier``; raise unless its matrices go together."""
    matrices, biases = state["coefs_"], state["intercepts_"]
    if not type(matrices) is type(biases) is list:
        raise ValueError("the matrices of an MLPClassifier are no list")
    sizes = [state["n_features_in_"], *(len(bias) for bias in biases)]
    if [matrix.shape for matrix in matrices] != list(pairwise(sizes)):
        raise ValueError("the matrices of an MLPClassifier do not follow from each other")
    return sizes
