"""Messages and warnings of the command line, as text that cannot control a terminal."""

import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import click

from skprognet._wording import printable_lines as on_terminal


class Stopped(click.ClickException):
    """Ctrl-C or SIGTERM, with the exit code that shells give it: 128 and the signal's number."""

    def __init__(self, message: str, number: int = signal.SIGINT) -> None:
        super().__init__(message)
        # click declares it a class variable, but reads it from the exception that was raised.
        self.exit_code = 128 + number  # type: ignore[misc]

    def show(self, file=None) -> None:
        """Print the sentence below the progress bar."""
        click.echo(f"\n{on_terminal(self.message)}", err=True)


@contextmanager
def print_warnings() -> Iterator[None]:
    """Print each warning inside this context on standard error, at once and in full."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = _show  # catch_warnings restores the original function
        yield


def _show(message, category, filename, lineno, file=None, line=None):
    click.echo(on_terminal(f"Warning: {message}"), err=True)
