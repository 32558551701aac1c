"""Messages and warnings of the command line, as text that cannot control a terminal."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import click

from skprognet._wording import printable


def on_terminal(text: object) -> str:
    """Return text of any number of lines without codes that control a terminal."""
    return "\n".join(map(printable, str(text).split("\n")))


@contextmanager
def print_warnings() -> Iterator[None]:
    """Print each warning inside this context on standard error, at once and in full."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = _show  # catch_warnings restores the original function
        yield


def _show(message, category, filename, lineno, file=None, line=None):
    click.echo(on_terminal(f"Warning: {message}"), err=True)
