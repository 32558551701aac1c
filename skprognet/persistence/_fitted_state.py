"""Check that the fitted attributes in a file are complete and consistent."""

import numpy as np

from skprognet._checks import check_number
from skprognet.estimators import (
    DNNClassifier,
    DNNRegressor,
    FineTunedClassifier,
    FineTunedRegressor,
    MultiTaskClassifier,
    NetworkRegressor,
    PosteriorClassifier,
    ProgressiveClassifier,
    ProgressiveRegressor,
    SideBySideClassifier,
    SideBySideRegressor,
)
from skprognet.persistence._stored_weights import check_weights
from skprognet.sources import MOMENTS, as_source, named_sources

FITTED = {
    "n_features_in_": int,
    "best_epoch_": int,
    "interrupted_": bool,
    "row_fingerprints_": np.ndarray,
    "network_state": dict,
}
FITTED_CLASSES = {"classes_": np.ndarray}
FITTED_NUMBERS = {"target_mean_": np.ndarray, "target_std_": np.ndarray, "target_ndim_": int}
FITTED_WITH_SOURCE = {"sources_": list, "source_digest_": dict}
FITTED_FURTHER = {
    SideBySideClassifier: {"source_widths_": dict},
    SideBySideRegressor: {"source_widths_": dict},
    PosteriorClassifier: {"source_widths_": dict},
    MultiTaskClassifier: {"source_classes_": dict},
}
PLAIN = (DNNClassifier, DNNRegressor)
PROGRESSIVE = (ProgressiveClassifier, ProgressiveRegressor)
FINE_TUNED = (FineTunedClassifier, FineTunedRegressor)
MOST_FEATURES = 10**6  # more than anyone needs; limits the memory that a forged file can ask for


def check_fitted(cls, state):
    """Raise unless the fitted attributes are complete and consistent."""
    learned = FITTED_NUMBERS if issubclass(cls, NetworkRegressor) else FITTED_CLASSES
    expected = FITTED | learned | ({} if cls in PLAIN else FITTED_WITH_SOURCE)
    expected |= FITTED_FURTHER.get(cls, {})
    for name, kind in expected.items():
        if type(state.get(name)) is not kind:
            raise ValueError(f"{name} of {cls.__name__} is missing or not of type {kind.__name__}")
    n_outputs = _n_outputs_of_numbers(state) if learned is FITTED_NUMBERS else _n_classes(state)
    fingerprints = state["row_fingerprints_"]
    if fingerprints.ndim != 1 or fingerprints.dtype != np.uint64:
        raise ValueError(f"row_fingerprints_ have the type {fingerprints.dtype}, not uint64")
    n_features, names = state["n_features_in_"], state.get("feature_names_in_")
    check_number("n_features_in_", n_features, "integer", low=1, high=MOST_FEATURES)
    if names is not None and np.shape(names) != (n_features,):
        raise ValueError(f"there are {np.size(names)} names for {n_features} features")
    if names is not None and len(set(names.tolist())) < n_features:
        raise ValueError("two features have the same name")
    network, sources = state["network_state"], named_sources(state.get("sources_"))
    if not all(type(epoch) is dict for epoch in network["history"]):
        raise ValueError("the history is not a list of dicts")
    digests = {name: as_source(source).digest() for name, source in sources}
    if digests != state.get("source_digest_", {}):
        raise ValueError("source_digest_ does not match the sources")
    check_number(
        "n_classes", network["config"]["n_classes"], "integer", low=n_outputs, high=n_outputs
    )
    check_weights(network["weights"], network["config"])
    if network["config"].get("source_sizes", ()) != _source_sizes(cls, sources):
        raise ValueError("the network does not read the layers of the sources")
    _check_scale(state)
    _check_features_read(state.get("features_read_"), n_features)
    _check_n_features(cls, state, network)


def _n_classes(state):
    """Return the number of outputs for the classes, including those of other tasks."""
    classes = state["classes_"]
    if classes.ndim != 1 or len(classes) < 2:
        raise ValueError(f"the classes have the shape {classes.shape}")
    return len(classes) + _n_source_classes(state.get("source_classes_", {}))


def _n_outputs_of_numbers(state):
    """Return the number of predicted numbers; raise unless their scale is valid."""
    mean, std, ndim = (state[name] for name in FITTED_NUMBERS)
    for name, values in (("target_mean_", mean), ("target_std_", std)):
        if values.dtype != np.float64 or values.ndim != 1 or not np.isfinite(values).all():
            raise ValueError(f"{name} are not finite numbers of type float64")
    if mean.shape != std.shape or not len(mean) or (std < 0).any():
        raise ValueError("target_mean_ and target_std_ are not a scale of the same outputs")
    check_number("target_ndim_", ndim, "integer", low=1 if len(mean) == 1 else 2, high=2)
    names = state.get("target_names_in_")
    if names is not None and np.shape(names) != mean.shape:
        raise ValueError(f"there are {np.size(names)} names for {len(mean)} outputs")
    return len(mean)


def _check_scale(state):
    """Raise unless the remembered scale of the training rows, if any, fits the features."""
    if not any(name in state for name in MOMENTS):
        return  # older releases did not remember it
    check_number(MOMENTS[0], state[MOMENTS[0]], "integer", low=1)
    wanted = (state["n_features_in_"],), np.dtype("float64")
    for name in MOMENTS[1:]:
        stored = np.shape(state[name]), getattr(state[name], "dtype", None)
        if stored != wanted:
            raise ValueError(f"{name} has the shape and type {stored}, not {wanted}")


def _check_features_read(read, n_features):
    """Raise unless these are different positions of features; None means all of them."""
    if read is None:  # older releases did not have it either
        return
    if type(read) is not np.ndarray or read.dtype.kind != "i" or read.ndim != 1 or not len(read):
        raise ValueError("features_read_ is not an array of integers with one axis")
    if read.min() < 0 or read.max() >= n_features or len(np.unique(read)) < len(read):
        raise ValueError(f"features_read_ are not different positions of {n_features} features")


def _check_n_features(cls, state, network):
    """Raise unless a network with sources reads the right number of features."""
    positions, n_inputs = state.get("features_read_"), network["config"]["n_features"]
    n_own = state["n_features_in_"] if positions is None else len(positions)
    if cls in PROGRESSIVE and n_inputs != n_own:
        raise ValueError(f"the network reads {n_inputs} features instead of {n_own}")
    if "source_widths_" not in FITTED_FURTHER.get(cls, {}):
        return
    widths = state["source_widths_"]
    if list(widths) != [name for name, _ in state["sources_"]]:
        raise ValueError("source_widths_ does not match the sources")
    for width in widths.values():
        check_number("source_widths_", width, "integer", low=1, high=MOST_FEATURES)
    if n_inputs != n_own + sum(widths.values()):
        raise ValueError(f"the network reads {n_inputs} numbers, not {n_own} plus {widths}")


def _n_source_classes(source_classes):
    """Return the number of outputs of the other tasks; raise unless each has labels."""
    for name, labels in source_classes.items():
        if type(labels) is not np.ndarray or labels.ndim != 1 or len(labels) < 2:
            raise ValueError(f"the classes of the task {name!r:.80} are not a list of labels")
    return sum(map(len, source_classes.values()))


def _source_sizes(cls, sources):
    """Return the widths of the frozen layers that an estimator with these sources reads."""
    if cls in PROGRESSIVE:
        layers = [as_source(source).layer_sizes() for _, source in sources]
        if None in layers:
            raise ValueError("the columns of a source are not known")
        return tuple(tuple(sizes) for columns in layers for sizes in columns)
    if cls not in FINE_TUNED or not sources:
        return ()
    # A copy of its source reads what the source reads: all columns except the last, its own.
    return tuple(as_source(sources[0][1]).layer_sizes()[:-1])
