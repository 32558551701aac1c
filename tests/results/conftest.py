"""Invented predictions with known properties, for the tests of all that is computed from them."""

import numpy as np
import pandas as pd
import pytest

CLASSES = ["angry", "happy", "sad"]
METHODS = [("DNN", "none"), ("PT/FT", "gender"), ("ProgNet", "gender")]


@pytest.fixture
def invent_predictions():
    """Give a function that invents predictions of several methods on the same folds."""
    return invent


def invent(seed=0, *, methods=METHODS, n_rows=60, n_repeats=3, n_folds=3, accuracy=0.6, **more):
    """Return predictions that are right with the given probability, with probabilities.

    Each repeat assigns the rows to folds in another way. Each fold has every class.
    """
    rng = np.random.default_rng(seed)
    rows = np.arange(n_rows)
    truth = np.array(CLASSES)[rows % len(CLASSES)]
    folds = []
    for _ in range(n_repeats):
        fold = np.empty(n_rows, dtype=int)
        for label in CLASSES:
            rows_of_class = rng.permutation(np.flatnonzero(truth == label))
            fold[rows_of_class] = np.arange(len(rows_of_class)) % n_folds + 1
        folds.append(fold)
    frames = []
    for method, source in methods:
        for repeat, fold in enumerate(folds, 1):
            p = rng.dirichlet(np.ones(len(CLASSES)), n_rows).astype(np.float32)
            prediction = np.where(
                rng.random(n_rows) < accuracy, truth, np.array(CLASSES)[p.argmax(axis=1)]
            )
            frame = pd.DataFrame({"fold": fold, "row": rows, "file": [f"{r}.wav" for r in rows]})
            frame = frame.assign(truth=truth, prediction=prediction, **more)
            frame[[f"p_{label}" for label in CLASSES]] = p
            frame.insert(0, "repeat", repeat)
            frame.insert(0, "source", source)
            frame.insert(0, "method", method)
            frames.append(frame.sort_values(["fold", "row"]))
    return pd.concat(frames, ignore_index=True)
