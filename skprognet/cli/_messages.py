"""Warnings of the package, as the command line says them."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def tell_warnings() -> Iterator[None]:
    """Print what is warned of inside, a paragraph each, on standard error, also where it fails."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            yield
        finally:
            for warning in caught:
                click.echo(f"Warning: {warning.message}", err=True)
