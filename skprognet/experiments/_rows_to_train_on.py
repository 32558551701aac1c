"""Check and count the rows that a single model is trained on."""

import pandas as pd

from skprognet._target_kind import CLASSES, NUMBERS

# How the rows that choose the epoch are drawn if speakers are not kept apart.
DRAWN = {CLASSES: "stratified", NUMBERS: "random"}


def check_rows_to_train_on(y, kind):
    """Raise unless there are enough rows to train on and to choose the epoch."""
    _CHECKS[kind](y)


def count_training_rows(labels, target, kind, speaker):
    """Return a summary of the target, the number of speakers, and the rows of each corpus."""
    counts = {kind: _COUNTS[kind](labels[target])}
    if speaker in labels and speaker != target:
        # A name is unique within its corpus only.
        names = list(dict.fromkeys([speaker, *(["corpus"] if "corpus" in labels else [])]))
        counts["speakers"] = len(labels[names].dropna(subset=[speaker]).drop_duplicates())
    if "corpus" in labels:
        counts["corpora"] = _rows_of_each(labels["corpus"])
    return counts


def _moments(numbers):
    """Return mean, standard deviation and range of numbers."""
    return {
        "mean": float(numbers.mean()),
        "standard_deviation": float(numbers.std(ddof=0)),
        "lowest": float(numbers.min()),
        "highest": float(numbers.max()),
    }


def _rows_of_each(values):
    """Return the number of rows with each value, sorted by value."""
    return {str(value): int(n) for value, n in values.value_counts().sort_index().items()}


def _check_classes(y):
    """Raise unless there are two classes, each with a row to train on and one for validation."""
    counts = pd.Series(y).astype(object).value_counts()  # without categories that do not occur
    if len(counts) < 2 or counts.min() < 2:
        raise ValueError(
            f"The column {y.name!r} must have at least two classes of at least two rows each; got "
            f"{counts.to_dict()}. Add rows, or use another column."
        )


def _check_numbers(y):
    """Raise unless there are two rows to train on and two for validation."""
    if len(y) < 4 or y.nunique() < 2:
        raise ValueError(
            f"The column {y.name!r} must have at least four rows and two different numbers; got "
            f"{len(y)} rows and {y.nunique()} different numbers. Add rows, or use another column."
        )


_CHECKS = {CLASSES: _check_classes, NUMBERS: _check_numbers}
_COUNTS = {CLASSES: _rows_of_each, NUMBERS: _moments}
