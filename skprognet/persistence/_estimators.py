"""Convert estimators to a state for a file, and build them from such a state."""

import inspect
import re

from joblib import cpu_count
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    LabelBinarizer,
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)

from skprognet._wording import first_few
from skprognet.estimators import (
    DNNClassifier,
    DNNRegressor,
    FineTunedClassifier,
    FineTunedRegressor,
    MultiTaskClassifier,
    NetworkEstimator,
    PosteriorClassifier,
    ProgressiveClassifier,
    ProgressiveRegressor,
    SideBySideClassifier,
    SideBySideRegressor,
    check_estimator_parameters,
)
from skprognet.persistence._fitted_state import check_fitted
from skprognet.persistence._rows_of_a_model import one_row
from skprognet.persistence._stored_weights import check_mlp, memory_of_a_block, widths_of
from skprognet.sources import is_fitted, named_sources

CLASSES = {
    cls.__name__: cls
    for cls in (
        *(DNNClassifier, FineTunedClassifier, ProgressiveClassifier),
        *(SideBySideClassifier, PosteriorClassifier, MultiTaskClassifier),
        *(DNNRegressor, FineTunedRegressor, ProgressiveRegressor, SideBySideRegressor),
        *(Pipeline, FrozenEstimator, MLPClassifier, MLPRegressor, LabelBinarizer),
        *(StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler, PCA),
    )
}
MLPS = (MLPClassifier, MLPRegressor)


def state_of(estimator):
    """Return the state of an estimator, without what :func:`build` or a fit can recompute."""
    state = dict(estimator.__getstate__())
    state.pop("_metadata_request", None)  # how a fit gets its arguments, not what it learned
    if isinstance(estimator, MLPS):
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
        The attributes of the estimator.
    allowance : Allowance
        The memory that is left for the estimator.

    Raises
    ------
    Exception
        Of any kind, if there is no such class, or the state does not fit it.
    """
    if name not in CLASSES:
        raise ValueError(f"the class {name!r:.80} is not one of {', '.join(CLASSES)}")
    cls = CLASSES[name]
    if "sources_" in state:
        state = {"source": state["sources_"], **state}
    parameters = _parameters(cls, state)
    if issubclass(cls, NetworkEstimator):
        _check_parameters(cls, parameters)
        state = {**state, "n_threads": _at_most_cores(parameters["n_threads"])}
        if "network_state" in state:
            check_fitted(cls, state)
            config = state["network_state"]["config"]
            allowance.check(memory_of_a_block(widths_of(config), config["dtype"]))
    if cls in MLPS and "coefs_" in state:
        allowance.check(memory_of_a_block(check_mlp(state), "float64"))
    _check_version(state)
    if cls is Pipeline and parameters["memory"] is not None:
        raise ValueError("a Pipeline has a memory, which a fit would read with pickle")
    estimator = cls(**parameters)
    estimator.__setstate__(state)
    if hasattr(estimator, "predict") and is_fitted(estimator):
        # Parts that do not fit together fail here, not when the model is first used.
        estimator.predict(one_row(estimator))
    return estimator


def _parameters(cls, state):
    """Return the parameters in `state`; raise unless the rest are fitted attributes.

    A missing parameter did not exist in the release that saved the file; it gets its default.
    """
    known = inspect.signature(cls).parameters
    parameters = {name: state.get(name, known[name].default) for name in known}
    missing = [name for name, value in parameters.items() if value is inspect.Parameter.empty]
    others = [name for name in state if name not in known]
    # An attribute with the name of a method would replace the method.
    unknown = {name for name in others if hasattr(cls, name)}
    if issubclass(cls, NetworkEstimator):
        unknown |= {name for name in others if not name.endswith("_")} - {"network_state"}
    if missing:
        raise ValueError(f"a {cls.__name__} lacks the parameters {first_few(missing)}")
    if unknown:
        raise ValueError(
            f"a {cls.__name__} has the unknown attributes {first_few(sorted(unknown))}"
        )
    return parameters


def _at_most_cores(n_threads):
    """Return the number of threads of a file, but not more than there are cores."""
    return n_threads if n_threads is None or n_threads <= cpu_count() else cpu_count()


def _check_version(state):
    """Raise unless the version is a valid one, since scikit-learn prints it in a warning."""
    if not re.fullmatch(r"[\w.+-]{1,40}", state.get("_sklearn_version", "0")):
        raise ValueError("the version of scikit-learn is not a version")


def _check_parameters(cls, parameters):
    """Raise unless the parameters are valid, on a machine that has the device."""
    if type(parameters["device"]) is not str:
        raise ValueError("the device is not text")
    check_estimator_parameters(cls(**{**parameters, "device": "cpu"}))
    named_sources(parameters.get("source"))
