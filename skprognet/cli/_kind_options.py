"""Classes or numbers: the two flags, and the line that says which one is predicted and why."""

from collections.abc import Iterable
from typing import Any

import click
import numpy as np
import pandas as pd

from skprognet._target_kind import CLASSES, NUMBERS, as_numbers, kind_of_target
from skprognet._wording import count
from skprognet.cli._messages import on_terminal
from skprognet.cli._options import with_options

FLAGS = {"--numbers": NUMBERS, "--classes": CLASSES}

# Both flags set one parameter, `kind`. A design can set it too; a flag overrides the design.
kind_options = with_options(
    [
        click.option(
            "--numbers",
            "kind",
            flag_value=NUMBERS,
            help="Predict numbers, such as ratings of arousal.  [default: if the target column "
            "holds numbers that are not all whole]",
        ),
        click.option(
            "--classes",
            "kind",
            flag_value=CLASSES,
            help="Predict classes, even if the target column holds numbers.",
        ),
    ]
)


def flag_of_kind(kind: str | None) -> str:
    """Return the flag that asks for a kind, with a space behind it; "" if None was asked for."""
    return next((f"{flag} " for flag, flag_kind in FLAGS.items() if flag_kind == kind), "")


def say_kind(target: str, labels: Any, kind: str | None, sources: Iterable = ()) -> None:
    """Say on standard error how a column of numbers is used; say nothing of columns of text.

    Parameters
    ----------
    target : str
        The target column.
    labels : array-like of shape (n_samples,)
        Its labels.
    kind : {"classes", "numbers"} or None
        The kind that the user asked for.
    sources : iterable of tuple of (str, array-like), default=()
        Columns of other tasks and their labels. No flag sets their kind.
    """
    lines = [_of_target(target, labels, kind), *(_of_source(*source) for source in sources)]
    for line in filter(None, lines):
        click.echo(on_terminal(line), err=True)


def _of_target(name, labels, kind):
    numbers = as_numbers(labels, text=True)
    # Another check refuses labels that are all the same.
    if numbers is None or len(np.unique(numbers)) < 2:
        return None
    predicted = kind_of_target(labels, kind, text=True) == NUMBERS
    n_different = len(np.unique(numbers))
    if kind is not None:
        return (
            f"{name}: {_range(numbers)} are predicted, as asked."
            if predicted
            else f"{name}: {count(range(n_different), 'different number')} are taken as classes, "
            "as asked."
        )
    if predicted:
        return (
            f"{name}: {_range(numbers)}, so numbers are predicted. To take each number as a "
            "class, add --classes."
        )
    if pd.api.types.is_bool_dtype(labels):
        return None
    # Whole numbers may be codes of classes or ratings; neither name nor count tells which.
    return (
        f"{name}: {count(range(n_different), 'different whole number')} are taken as classes. To "
        "predict numbers, add --numbers."
    )


def _of_source(name, labels):
    if kind_of_target(labels, text=True) == CLASSES:
        return None
    return f"{name}: {_range(as_numbers(labels, text=True))}, so this source predicts numbers."


def _range(numbers):
    return f"{count(numbers, 'number')} from {numbers.min():g} to {numbers.max():g}"
