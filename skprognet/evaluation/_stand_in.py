"""Until networks have it: the masks of an ordinary fit."""

from contextlib import contextmanager


@contextmanager
def counter_masks(on=True):
    """Change nothing."""
    yield
