"""How long the probabilities of 100,000 rows take, next to a bare forward pass."""

import time
import tracemalloc

import numpy as np
import pandas as pd
import torch
from _peers import N_FEATURES, plain_module, problem
from _report import in_turn, median_ratio, publish
from threadpoolctl import threadpool_limits

from skprognet import DNNClassifier

N_ROWS, ROUNDS = 100_000, 7


def the_same_module(model):
    """Return the network of a fitted classifier as one would write it in PyTorch."""
    module = plain_module().eval().requires_grad_(False)
    linear = [layer for layer in module if isinstance(layer, torch.nn.Linear)]
    for layer, learned in zip(linear, model.net_.module_.layers, strict=True):
        layer.load_state_dict(learned.state_dict())
    return module


def forward(module, X, rows_at_once):
    """Return the probabilities that the module gives, so many rows at a time."""
    with torch.inference_mode():
        parts = [module(rows).softmax(dim=1) for rows in torch.from_numpy(X).split(rows_at_once)]
        return torch.cat(parts).numpy()


def extra_memory(run, n_bytes):
    """Return what numpy allocates at most while something runs, in copies of the rows."""
    tracemalloc.start()
    run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / n_bytes


def main():
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
        f"turn. Arrays that numpy allocates meanwhile, in float32 copies of the rows: "
        f"{of_float32:.2f} for rows in float32, {of_float64:.2f} for rows in float64."
    )
    publish("prediction", table, notes)


if __name__ == "__main__":
    main()
