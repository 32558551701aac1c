"""How long a fit takes, compared with the tools that a user would choose instead.

All contenders train the paper's network (88 features, 4 hidden layers of 256 sigmoid units,
dropout 0.5, Adam, cross-entropy or the squared error of numbers) on one thread, in whole calls of
`fit`.
"""

import argparse
import os
import time
import warnings
from functools import cache, partial

import pandas as pd
import torch
from _peers import (
    N_ROWS,
    keras_on_torch,
    matrix_products_alone,
    mlp_classifier,
    problem,
    progressive_on_skorch,
    pytorch_loop,
    skorch_as_it_comes,
)
from _report import in_turn, median_ratio, publish
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from skprognet import DNNClassifier, DNNRegressor, ProgressiveClassifier

EPOCHS, ROUNDS = 20, 7
# For each contender, the network of this package that it is compared with.
RIVALS = {
    "ours": "ours",
    "skorch as it comes": "ours",
    "PyTorch loop, fused Adam": "ours",
    "Keras on PyTorch": "ours",
    "ours without dropout": "ours without dropout",
    "MLPClassifier (no dropout)": "ours without dropout",
    "ours, three numbers instead of classes": "ours",
    "ours, progressive": "ours, progressive",
    "the same on skorch, source in every step": "ours, progressive",
    "matrix products alone": "ours",
}


def ours(X, y, batch_size, epochs, device="cpu", **options):
    DNNClassifier(
        max_epochs=epochs, batch_size=batch_size, early_stopping=False, device=device, **options
    ).fit(X, y)


def ours_of_numbers(X, y, batch_size, epochs, device="cpu"):
    """Fit a regressor of three outputs, such as valence, arousal and dominance."""
    DNNRegressor(
        max_epochs=epochs, batch_size=batch_size, early_stopping=False, device=device
    ).fit(X, X[:, :3])


@cache
def fitted_source(device):
    """Return one source for all rounds; it is fitted in the warm-up round."""
    return DNNClassifier(max_epochs=1, early_stopping=False, device=device).fit(*problem())


def ours_progressive(X, y, batch_size, epochs, device="cpu"):
    ProgressiveClassifier(
        fitted_source(device),
        max_epochs=epochs,
        batch_size=batch_size,
        early_stopping=False,
        device=device,
    ).fit(X, y)


def contenders(batch_size, device):
    """Return the functions to time by name; on a GPU only those that can use it."""
    X, y = problem()
    options = {"batch_size": batch_size, "epochs": EPOCHS, "device": device}
    on_any_device = {
        "ours": partial(ours, X, y, **options),
        "ours without dropout": partial(ours, X, y, **options, dropout=0.0),
        "ours, three numbers instead of classes": partial(ours_of_numbers, X, y, **options),
        "ours, progressive": partial(ours_progressive, X, y, **options),
        "the same on skorch, source in every step": partial(
            progressive_on_skorch, X, y, **options
        ),
        "skorch as it comes": partial(skorch_as_it_comes, X, y, **options),
        "PyTorch loop, fused Adam": partial(pytorch_loop, X, y, **options),
        "matrix products alone": partial(matrix_products_alone, X, **options),
    }
    if device != "cpu":
        return on_any_device
    del options["device"]
    return on_any_device | {
        "Keras on PyTorch": partial(keras_on_torch, X, y, **options),
        "MLPClassifier (no dropout)": partial(mlp_classifier, X, y, **options),
    }


def measure(batch_size, device):
    """Return a table of milliseconds per epoch, and of each contender's time over ours."""
    # The time of the processor does not include that of a GPU.
    clock = time.process_time if device == "cpu" else time.perf_counter
    seconds = in_turn(contenders(batch_size, device), ROUNDS, clock)
    return pd.DataFrame(
        [
            {
                "batch": batch_size,
                "contender": name,
                "ms per epoch": seconds[name].median() / EPOCHS * 1000,
                "times ours": median_ratio(seconds, name, rival),
                "share of matrix products": median_ratio(seconds, "matrix products alone", name),
                "over our DNN": median_ratio(seconds, name, "ours"),
            }
            for name, rival in RIVALS.items()
            if name in seconds
        ]
    )


def main(device="cpu"):
    os.environ.setdefault("KERAS_BACKEND", "torch")
    warnings.simplefilter("ignore", ConvergenceWarning)
    with threadpool_limits(1):
        torch.set_num_threads(1)
        table = pd.concat([measure(batch_size, device) for batch_size in (32, 128)])
    time_of = "CPU time of one thread" if device == "cpu" else "wall time"
    notes = (
        f"Whole fits of {EPOCHS} epochs over {N_ROWS} rows, {time_of}, median of {ROUNDS} rounds "
        "in turn."
    )
    publish("training" if device == "cpu" else f"training_{device}", table, notes, ["keras"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu", help="device of torch, such as cuda")
    main(parser.parse_args().device)
