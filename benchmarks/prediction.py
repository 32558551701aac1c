"""How long it takes to predict the probabilities of 100,000 rows, and of one row.

The time for many rows is compared with a bare forward pass in PyTorch. The time for one row is
compared with that for its matrix products alone.
"""

import time
import tracemalloc

import numpy as np
import pandas as pd
import torch
from _peers import N_FEATURES, plain_module, problem
from _report import in_turn, median_ratio, publish
from threadpoolctl import threadpool_limits

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.estimators import SideBySideClassifier

N_ROWS, ROUNDS = 100_000, 7
ROUNDS_OF_ONE_ROW = 300


def the_same_module(model):
    """Return the network of a fitted classifier as a user would write it in PyTorch."""
    module = plain_module().eval().requires_grad_(False)
    linear = [layer for layer in module if isinstance(layer, torch.nn.Linear)]
    for layer, learned in zip(linear, model.net_.module_.layers, strict=True):
        layer.load_state_dict(learned.state_dict())
    return module


def forward(module, X, rows_at_once):
    """Return the probabilities from the module, computed `rows_at_once` rows at a time."""
    with torch.inference_mode():
        parts = [module(rows).softmax(dim=1) for rows in torch.from_numpy(X).split(rows_at_once)]
        return torch.cat(parts).numpy()


def extra_memory(run, n_bytes):
    """Return the most memory that numpy allocates during a call, in copies of the rows."""
    tracemalloc.start()
    run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / n_bytes


def models():
    """Return a fitted classifier of each kind; those that read several sources have two."""
    X, y = problem()
    options = {"max_epochs": 1, "early_stopping": False, "random_state": 0}
    first, second = (DNNClassifier(**options).fit(X, labels) for labels in (y, y % 2))
    sources = [("first", first), ("second", second)]
    return {
        "DNN": first,
        "PT/FT": FineTunedClassifier(second, **options).fit(X, y),
        "ProgNet, two sources": ProgressiveClassifier(sources, **options).fit(X, y),
        "side by side, two sources": SideBySideClassifier(sources, **options).fit(X, y),
    }


def matrices(model):
    """Return the matrices by which a classifier and its sources multiply a row."""
    column = model.net_.module_
    own = [w.detach() for k in range(len(column.layers)) for w in column.weights(k)]
    if not isinstance(model, (ProgressiveClassifier, SideBySideClassifier)):
        return own
    return own + [w for _, source in model.sources_ for w in matrices(source)[:-1]]


def multiply(model):
    """Return a function that computes the products of one row, and nothing else."""
    pairs = [(w, torch.ones(w.shape[1])) for w in matrices(model)]

    def run():
        with torch.inference_mode():
            for weight, x in pairs:
                torch.mv(weight, x)

    return run


def _times_of_one_row(model, x):
    """Return how long one classifier takes, in ms, in turn with its products alone.

    No other classifier runs in between. A program that predicts row by row has a single model,
    whose weights stay in the processor's cache.
    """
    contenders = {"all": lambda: model.predict_proba(x), "products": multiply(model)}
    ms = 1000 * in_turn(contenders, ROUNDS_OF_ONE_ROW, time.thread_time)
    beside = ms["all"] - ms["products"]
    return {
        "ms": ms["all"].median(),
        "ms of products": ms["products"].median(),
        "ms beside them": beside.median(),
        "least ms beside them": beside.quantile(0.05),
    }


def one_row():
    """Publish how long the probabilities of one row take."""
    x = problem()[0][:1]
    with threadpool_limits(1):
        torch.set_num_threads(1)
        table = pd.DataFrame(
            {"classifier": name} | _times_of_one_row(model, x) for name, model in models().items()
        )
    notes = (
        "Probabilities of one row, a float32 array, of networks with four hidden layers of 256: "
        f"CPU time of one thread, median of {ROUNDS_OF_ONE_ROW} rounds, each classifier in turn "
        "with its matrix products. These multiply the row by each matrix of the network and its "
        "sources. The least is the 5 % quantile of the differences."
    )
    publish("prediction_of_one_row", table, notes)


def many_rows():
    """Publish how long the probabilities of many rows take."""
    model = DNNClassifier(max_epochs=1, early_stopping=False).fit(*problem())
    X = np.random.default_rng(0).normal(size=(N_ROWS, N_FEATURES)).astype(np.float32)
    module = the_same_module(model)
    np.testing.assert_allclose(model.predict_proba(X), forward(module, X, N_ROWS), atol=1e-5)
    ours, whole = "ours", "PyTorch, all rows at once"
    contenders = {ours: lambda: model.predict_proba(X), whole: lambda: forward(module, X, N_ROWS)}
    for rows in (128, 512, 4096):
        contenders[f"PyTorch, {rows} rows at a time"] = lambda n=rows: forward(module, X, n)
    with threadpool_limits(1):
        torch.set_num_threads(1)
        seconds = in_turn(contenders, ROUNDS, time.thread_time)
    table = pd.DataFrame(
        [
            {
                "contender": name,
                "ms": seconds[name].median() * 1000,
                "times ours": median_ratio(seconds, name, ours),
            }
            for name in contenders
        ]
    )
    of_float32 = extra_memory(lambda: model.predict_proba(X), X.nbytes)
    X64 = X.astype(float)
    of_float64 = extra_memory(lambda: model.predict_proba(X64), X.nbytes)
    notes = (
        f"Probabilities of {N_ROWS} rows, CPU time of one thread, median of {ROUNDS} rounds in "
        f"turn. Memory that numpy allocates meanwhile, relative to a float32 copy of the "
        f"rows: {of_float32:.2f} for float32 rows, {of_float64:.2f} for float64 rows."
    )
    publish("prediction", table, notes)


def main():
    many_rows()
    one_row()


if __name__ == "__main__":
    main()
