"""A display as files: each format is drawn once, and the layout is computed once for all."""

import importlib
import io

# Nothing in a file says when it was made.
METADATA = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
BACKENDS = {"png": "agg", "svg": "svg", "pdf": "pdf"}  # of matplotlib


def pictures(display, suffixes, dpi=150):
    """Draw once, and return the picture in several formats.

    Parameters
    ----------
    display : Display
        Any of this package.
    suffixes : iterable of str
        The formats, such as "png", "pdf" or "svg".
    dpi : int, default=150
        Dots in an inch.

    Returns
    -------
    dict of str to bytes
        A whole file for each suffix.

    Raises
    ------
    ValueError
        If matplotlib does not know a format.
    """
    display.plot()
    try:
        figure = display.figure_
        figure.set_dpi(dpi)
        # The layout is computed once: to compute it for each format takes longer than to draw.
        figure.get_layout_engine().execute(figure)
        figure.set_layout_engine("none")
        return {suffix: _saved(figure, suffix, dpi) for suffix in suffixes}
    finally:
        display.close()


def picture(display, suffix, dpi=150):
    """Return the picture in one format, as bytes; see :func:`pictures`."""
    return pictures(display, [suffix], dpi)[suffix]


def _saved(figure, suffix, dpi):
    import matplotlib

    buffer = io.BytesIO()
    if suffix not in BACKENDS:
        figure.savefig(buffer, format=suffix, dpi=dpi)
        return buffer.getvalue()
    # savefig draws twice: once only to learn how large everything is.
    backend = importlib.import_module(f"matplotlib.backends.backend_{BACKENDS[suffix]}")
    figure.set_dpi(dpi)
    # Without a salt of ours the ids in an SVG are random.
    with matplotlib.rc_context({"svg.hashsalt": "skprognet"}):
        getattr(backend.FigureCanvas(figure), f"print_{suffix}")(buffer, metadata=METADATA[suffix])
    return buffer.getvalue()
