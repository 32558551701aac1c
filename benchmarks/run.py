"""How long a fit takes, next to what one would use instead.

All contenders train the paper's network (88 features, 4 hidden layers of 256 sigmoid units,
dropout 0.5, Adam, cross-entropy) on one thread, on rows as many as 8 of 10 folds of IEMOCAP. They
take turns, round after round, so that a change of the machine's speed hits all alike; the table
gives medians over the rounds. Run it with ``make bench``; the result also goes to
``benchmarks/results/``.
"""

import platform
import statistics
import time
import warnings
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import skorch
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from skprognet import DNNClassifier, ProgressiveClassifier

N_ROWS, N_FEATURES, WIDTHS, N_CLASSES = 4424, 88, (256, 256, 256, 256), 4
EPOCHS, ROUNDS = 3, 5
PACKAGES = ["skprognet", "torch", "skorch", "scikit-learn", "numpy"]


def plain_module():
    """Return the network as one would write it in PyTorch."""
    layers, below = [], N_FEATURES
    for width in WIDTHS:
        layers += [torch.nn.Linear(below, width), torch.nn.Sigmoid(), torch.nn.Dropout(0.5)]
        below = width
    return torch.nn.Sequential(*layers, torch.nn.Linear(below, N_CLASSES))


def ours(X, y, batch_size):
    DNNClassifier(max_epochs=EPOCHS, batch_size=batch_size, early_stopping=False).fit(X, y)


def ours_without_dropout(X, y, batch_size):
    options = {"max_epochs": EPOCHS, "batch_size": batch_size, "early_stopping": False}
    DNNClassifier(dropout=0.0, **options).fit(X, y)


@cache
def problem():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_ROWS, N_FEATURES)).astype(np.float32)
    return X, rng.integers(N_CLASSES, size=N_ROWS)


@cache
def fitted_source():
    """Return one source for all rounds, which the round that warms up fits."""
    return DNNClassifier(max_epochs=1, early_stopping=False).fit(*problem())


def ours_progressive(X, y, batch_size):
    options = {"max_epochs": EPOCHS, "batch_size": batch_size, "early_stopping": False}
    ProgressiveClassifier(fitted_source(), **options).fit(X, y)


def skorch_as_it_comes(X, y, batch_size):
    skorch.NeuralNetClassifier(
        plain_module,
        criterion=torch.nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=5e-4,
        max_epochs=EPOCHS,
        batch_size=batch_size,
        train_split=None,
        iterator_train__shuffle=True,
        verbose=0,
    ).fit(X, y)


def mlp_classifier(X, y, batch_size):
    MLPClassifier(
        WIDTHS,
        activation="logistic",
        alpha=0,
        learning_rate_init=5e-4,
        batch_size=batch_size,
        max_iter=EPOCHS,
    ).fit(X, y)


def pytorch_loop(X, y, batch_size):
    module = plain_module()
    optimizer = torch.optim.Adam(module.parameters(), lr=5e-4, fused=True)
    X, y = torch.tensor(X), torch.tensor(y)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(X)).split(batch_size):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(module(X[rows]), y[rows]).backward()
            optimizer.step()


def matrix_products_alone(X, y, batch_size):
    sizes = [N_FEATURES, *WIDTHS, N_CLASSES]
    weights = [torch.randn(n_out, n_in) for n_in, n_out in pairwise(sizes)]
    inputs = [torch.randn(batch_size, n_in) for n_in in sizes[:-1]]
    grads = [torch.randn(batch_size, n_out) for n_out in sizes[1:]]
    for _ in range(EPOCHS * -(-len(X) // batch_size)):
        for k, weight in enumerate(weights):
            torch.mm(inputs[k], weight.t())
            torch.mm(grads[k].t(), inputs[k])
            if k:
                torch.mm(grads[k], weight)


CONTENDERS = [
    ours,
    ours_without_dropout,
    ours_progressive,
    skorch_as_it_comes,
    mlp_classifier,
    pytorch_loop,
    matrix_products_alone,
]


def measure(batch_size):
    """Return a table of milliseconds of CPU per epoch, and each as a multiple of ours."""
    X, y = problem()
    times = {contender.__name__: [] for contender in CONTENDERS}
    for round_number in range(ROUNDS + 1):
        for contender in CONTENDERS:
            start = time.process_time()
            contender(X, y, batch_size)
            if round_number:  # the first one warms up
                elapsed = (time.process_time() - start) / EPOCHS * 1000
                times[contender.__name__].append(elapsed)
    table = pd.DataFrame(
        [
            {
                "batch": batch_size,
                "contender": name.replace("_", " "),
                "ms per epoch": statistics.median(values),
                "times ours": statistics.median(
                    value / reference
                    for value, reference in zip(values, times["ours"], strict=True)
                ),
            }
            for name, values in times.items()
        ]
    )
    limit = table.loc[table["contender"] == "matrix products alone", "ms per epoch"].item()
    table["share of matrix products"] = limit / table["ms per epoch"]
    return table


def main():
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", ConvergenceWarning)
    table = pd.concat([measure(batch_size) for batch_size in (32, 128)])
    text = table.to_markdown(index=False, floatfmt=".2f")
    machine = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    report = f"{text}\n\n{machine}; {versions}; median of {ROUNDS} rounds, CPU time.\n"
    print(report)
    folder = Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    (folder / "training.md").write_text(report)


if __name__ == "__main__":
    main()
