"""The ids inside SVG files, which matplotlib draws at random."""

from contextlib import contextmanager


@contextmanager
def same_svg_ids():
    """Have the same figure give the same SVG file, byte for byte."""
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": "skprognet"}):
        yield
