"""Check the parameters that all estimators have, and say what they stand for."""

import textwrap

import numpy as np
import torch
from skorch.callbacks import Callback

from skprognet._checks import check_bool, check_choice, check_number, check_random_state
from skprognet.estimators._hold_out import check_validation_fraction
from skprognet.estimators._monitor import check_monitor
from skprognet.networks import ACTIVATIONS, SGD, FusedAdam

DTYPES = {"float32": torch.float32, "float64": torch.float64}
OPTIMIZERS = {"adam": FusedAdam, "sgd": SGD}


def check_parameters(estimator):
    """Raise unless the parameters that all estimators have are valid."""
    sizes = estimator.hidden_layer_sizes
    if not isinstance(sizes, (tuple, list, np.ndarray)) or len(sizes) == 0:
        raise ValueError(
            f"hidden_layer_sizes must be a sequence of at least one width; got {sizes!r:.200}. "
            "Pass for example (256, 256)."
        )
    for size in sizes:
        check_number("hidden_layer_sizes", size, "integer", low=1)
    check_choice("activation", estimator.activation, list(ACTIVATIONS))
    check_number("dropout", estimator.dropout, "number", low=0, high=1, high_open=True)
    check_number("lr", estimator.lr, "number", low=0, low_open=True)
    check_number("max_epochs", estimator.max_epochs, "integer", low=1)
    check_number("batch_size", estimator.batch_size, "integer", low=1)
    if not _is_optimizer(estimator.optimizer):
        check_choice("optimizer", estimator.optimizer, list(OPTIMIZERS))
    check_device(estimator.device)
    check_callbacks(estimator.callbacks)
    if estimator.patience is not None:
        check_number("patience", estimator.patience, "integer", low=1)
    check_bool("early_stopping", estimator.early_stopping)
    check_monitor(estimator.monitor, estimator._target_kind.default_score)
    check_validation_fraction(estimator.validation_fraction)
    check_random_state(estimator.random_state)
    if estimator.n_threads is not None:
        check_number("n_threads", estimator.n_threads, "integer", low=1)
    check_choice("dtype", estimator.dtype, list(DTYPES))
    check_bool("warm_start", estimator.warm_start)
    if not isinstance(estimator.verbose, (bool, np.bool_)):
        check_number("verbose", estimator.verbose, "integer", low=0)


def check_estimator_parameters(estimator):
    """Raise unless all parameters of an estimator of this package are valid."""
    estimator._check_parameters()


def _is_optimizer(optimizer):
    """Return whether it is a class of optimizers other than their abstract base."""
    base = torch.optim.Optimizer
    return isinstance(optimizer, type) and issubclass(optimizer, base) and optimizer is not base


def device_or_cpu(device):
    """Return the device if torch can compute on it, else "cpu"."""
    try:
        check_device(device)
    except ValueError:
        return "cpu"
    return device


def check_device(device):
    """Raise unless torch can compute on the device, also in float64, as losses and scores are."""
    try:
        torch.zeros(1, dtype=torch.float64, device=device).item()
    except (RuntimeError, AssertionError, TypeError) as error:
        reason = textwrap.shorten(str(error).splitlines()[0], 100, placeholder=" ...")
        raise ValueError(
            "device must be one on which torch can compute on this machine; got "
            f"{device!r} (torch: {reason}). Pass for example 'cpu'."
        ) from error


def check_callbacks(callbacks):
    """Raise unless `callbacks` is None or a list of skorch callbacks, named or not."""
    for each in [] if callbacks is None else callbacks if isinstance(callbacks, list) else [None]:
        callback = each[1] if isinstance(each, tuple) and len(each) == 2 else each
        if not isinstance(callback, Callback):
            raise TypeError(
                "callbacks must be a list of instances of skorch's Callback, or of (name, "
                f"callback); got {callbacks!r:.200}. Pass such a list."
            )


def draw_seeds(random_state, count):
    """Return `count` seeds from an int, a RandomState, or (None) from fresh entropy.

    None does not draw from numpy's global state, which a fit does not change.
    """
    check_random_state(random_state)
    if not isinstance(random_state, np.random.RandomState):
        random_state = np.random.RandomState(random_state)
    return [int(seed) for seed in random_state.randint(np.iinfo(np.int32).max, size=count)]
