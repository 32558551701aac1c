"""The rows that a single model is trained on: whether there are enough, and how many of what."""

import pandas as pd

from skprognet._target_kind import CLASSES, NUMBERS

# How the rows that choose the epoch are drawn where speakers are not kept apart.
DRAWN = {CLASSES: "stratified", NUMBERS: "random"}


def check_rows_to_train_on(y, kind):
    """Raise unless there are rows of a target of this kind to train on and to choose the epoch."""
    _CHECKS[kind](y)


def count_training_rows(labels, target, kind, speaker):
    """Return what there is of the target, how many rows of each corpus, how many speakers."""
    counts = {kind: _COUNTS[kind](labels[target])}
    if speaker in labels and speaker != target:
        counts["speakers"] = int(labels[speaker].nunique())
    if "corpus" in labels:
        counts["corpora"] = _rows_of_each(labels["corpus"])
    return counts


def _moments(numbers):
    """Return what a set of numbers is like."""
    return {
        "mean": float(numbers.mean()),
        "standard_deviation": float(numbers.std(ddof=0)),
        "lowest": float(numbers.min()),
        "highest": float(numbers.max()),
    }


def _rows_of_each(values):
    """Return how many rows have each value, in the order of the values."""
    return {str(value): int(n) for value, n in values.value_counts().sort_index().items()}


def _check_classes(y):
    """Raise unless there are classes, and rows of each to train on and to choose the epoch by."""
    counts = pd.Series(y).value_counts()
    if len(counts) < 2 or counts.min() < 2:
        raise ValueError(
            "There must be two classes or more, each with two rows or more; in the column "
            f"{y.name!r} there are {counts.to_dict()}."
        )


def _check_numbers(y):
    """Raise unless there are rows to train on and rows to choose the epoch by, two of each."""
    if len(y) < 4 or y.nunique() < 2:
        raise ValueError(
            "There must be four rows or more, and different numbers; in the column "
            f"{y.name!r} there are {len(y)} rows and {y.nunique()} different numbers."
        )


_CHECKS = {CLASSES: _check_classes, NUMBERS: _check_numbers}
_COUNTS = {CLASSES: _rows_of_each, NUMBERS: _moments}
