"""Classes or numbers: the two flags, and the line that says which was taken and why."""

from collections.abc import Iterable
from typing import Any

import click
import numpy as np

from skprognet._target_kind import CLASSES, NUMBERS, as_numbers, kind_of_target
from skprognet._wording import count
from skprognet.cli._messages import on_terminal
from skprognet.cli._options import with_options

FLAGS = {"--numbers": NUMBERS, "--classes": CLASSES}
_MANY = 10  # different whole numbers, more than which may be ages or ratings as well as codes

# Both flags give one value, `kind`, so that a design gives it too, and a flag goes before it.
kind_options = with_options(
    [
        click.option(
            "--numbers",
            "kind",
            flag_value=NUMBERS,
            help="The column that is recognised holds numbers to predict, such as ratings of "
            "arousal.  [default: if not all of its numbers are whole]",
        ),
        click.option(
            "--classes",
            "kind",
            flag_value=CLASSES,
            help="It holds classes, whatever they look like.",
        ),
    ]
)


def flag_of_kind(kind: str | None) -> str:
    """Return the flag of a kind that was given, as it stands before other options."""
    return next((f"{flag} " for flag, meant in FLAGS.items() if meant == kind), "")


def say_kind(target: str, labels: Any, kind: str | None, sources: Iterable = ()) -> None:
    """Print on standard error what a column of numbers was taken for; of text nothing is said.

    Parameters
    ----------
    target : str
        The column that is recognised.
    labels : array-like of shape (n_samples,)
        Its labels.
    kind : {"classes", "numbers"} or None
        What the user says it is.
    sources : iterable of tuple of (str, array-like), default=()
        Columns of other tasks and their labels, whose kind no flag says.
    """
    told = [_of_target(target, labels, kind), *(_of_source(*source) for source in sources)]
    for line in filter(None, told):
        click.echo(on_terminal(line), err=True)


def _of_target(name, labels, kind):
    numbers = as_numbers(labels, text=True)
    if numbers is None or not len(numbers):
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
            f"{name}: {_range(numbers)}, so numbers are predicted (--classes would take each as a "
            "class)."
        )
    if n_different > _MANY:
        return (
            f"{name}: {n_different} different whole numbers are taken as classes; --numbers "
            "predicts them as numbers."
        )
    return None


def _of_source(name, labels):
    if kind_of_target(labels, text=True) == CLASSES:
        return None
    return f"{name}: {_range(as_numbers(labels, text=True))}, so this source predicts numbers."


def _range(numbers):
    return f"{count(numbers, 'number')} from {numbers.min():g} to {numbers.max():g}"
