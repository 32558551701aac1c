"""What the command line says: in text that cannot steer a terminal, warnings among it."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import click

from skprognet._wording import printable


def on_terminal(text: object) -> str:
    """Return text, of any number of lines, in which nothing can steer a terminal."""
    return "\n".join(map(printable, str(text).split("\n")))


@contextmanager
def tell_warnings() -> Iterator[None]:
    """Print what is warned of inside on standard error, a paragraph each, as soon as it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = _show  # catch_warnings puts back what was there
        yield


def _show(message, category, filename, lineno, file=None, line=None):
    click.echo(on_terminal(f"Warning: {message}"), err=True)
