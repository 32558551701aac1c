"""The parameters that all three classifiers have: what they may be and what they stand for."""

import numpy as np
import torch
from sklearn.metrics import get_scorer_names
from skorch.callbacks import Callback

from skprognet._validation import check_choice, check_number
from skprognet.networks import FusedAdam
from skprognet.networks._column import ACTIVATIONS

MONITORS = ("uar", "loss")
DTYPES = {"float32": torch.float32, "float64": torch.float64}
OPTIMIZERS = {"adam": (FusedAdam, {}), "sgd": (torch.optim.SGD, {})}


def check_parameters(estimator):
    """Raise unless the parameters that all three classifiers have are of the right kind."""
    sizes = estimator.hidden_layer_sizes
    if not isinstance(sizes, (tuple, list, np.ndarray)) or len(sizes) == 0:
        raise ValueError(
            "hidden_layer_sizes must be a sequence of at least one width, such as (256, 256); "
            f"got {sizes!r}."
        )
    for size in sizes:
        check_number("hidden_layer_sizes", size, "integer", low=1)
    check_choice("activation", estimator.activation, list(ACTIVATIONS))
    check_number("dropout", estimator.dropout, "number", low=0, high=1, high_open=True)
    check_number("lr", estimator.lr, "number", low=0, low_open=True)
    check_number("max_epochs", estimator.max_epochs, "integer", low=1)
    check_number("batch_size", estimator.batch_size, "integer", low=1)
    optimizer = estimator.optimizer
    if not (isinstance(optimizer, type) and issubclass(optimizer, torch.optim.Optimizer)):
        check_choice("optimizer", optimizer, list(OPTIMIZERS))
    check_device(estimator.device)
    check_callbacks(estimator.callbacks)
    if estimator.patience is not None:
        check_number("patience", estimator.patience, "integer", low=1)
    if not (callable(estimator.monitor) or estimator.monitor in MONITORS):
        check_choice("monitor", estimator.monitor, [*MONITORS, *get_scorer_names()])
    if not hasattr(estimator.validation_fraction, "split"):
        check_number(
            "validation_fraction",
            estimator.validation_fraction,
            "number",
            low=0,
            high=1,
            low_open=True,
            high_open=True,
        )
    if estimator.n_threads is not None:
        check_number("n_threads", estimator.n_threads, "integer", low=1)
    check_choice("dtype", estimator.dtype, list(DTYPES))


def device_or_cpu(device):
    """Return the device where torch can compute there, else "cpu"."""
    try:
        check_device(device)
    except ValueError:
        return "cpu"
    return device


def check_device(device):
    """Raise unless torch can compute there."""
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, TypeError) as error:
        raise ValueError(
            f"device must be a place where torch can compute on this machine, such as 'cpu'; got "
            f"{device!r}, of which torch says: {str(error).splitlines()[0]}"
        ) from error


def check_callbacks(callbacks):
    """Raise unless `callbacks` is None or a list of skorch callbacks, named or not."""
    for each in [] if callbacks is None else callbacks if isinstance(callbacks, list) else [None]:
        callback = each[1] if isinstance(each, tuple) and len(each) == 2 else each
        if not isinstance(callback, Callback):
            raise TypeError(
                "callbacks must be a list of instances of skorch's Callback, or of (name, "
                f"callback); got {callbacks!r}."
            )


def draw_seeds(random_state, count):
    """Return `count` seeds from an int, a RandomState, or (None) from fresh entropy.

    None does not draw from numpy's global state, which a fit leaves as it was.
    """
    if not isinstance(random_state, np.random.RandomState):
        random_state = np.random.RandomState(random_state)
    return [int(seed) for seed in random_state.randint(np.iinfo(np.int32).max, size=count)]
