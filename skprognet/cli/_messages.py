"""Warnings of the package, as the command line says them."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def tell_warnings() -> Iterator[None]:
    """Print what is warned of inside on standard error, a paragraph each, as soon as it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = _show  # catch_warnings puts back what was there
        yield


def _show(message, category, filename, lineno, file=None, line=None):
    click.echo(f"Warning: {message}", err=True)
