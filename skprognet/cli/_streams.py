"""Standard streams that are closed, or that nobody reads, do not stop a command."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click


def open_closed_streams() -> None:
    """Connect each standard stream that is closed (``>&-``) to the null device.

    Otherwise the next file to be opened would get its number, and libraries would print into a
    file of results.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
            os.set_inheritable(number, True)
            if getattr(sys, name) is None:
                setattr(sys, name, os.fdopen(number, "w" if number else "r"))


def _silence(stream) -> None:
    """Connect a stream that nobody reads to the null device, so that it does not fail again."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


class _Unread:
    """Write to a stream as long as somebody reads it."""

    def __init__(self, stream) -> None:
        self._stream = stream

    def __getattr__(self, name: str):
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            _silence(self._stream)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            _silence(self._stream)


@contextmanager
def unread_messages() -> Iterator[None]:
    """Ignore that nobody reads the standard error stream, as in ``2>&1 | head``."""
    before = sys.stderr
    if before is sys.__stderr__:
        sys.stderr = _Unread(before)
    try:
        yield
    finally:
        sys.stderr = before


def say(text: str) -> None:
    """Print on standard output; do nothing if nobody reads it, as in ``| head``."""
    try:
        click.echo(text)
    except BrokenPipeError:
        _silence(sys.stdout)
