"""Return a display as the bytes of a file, or of several formats at once."""

import importlib
import io

# Files must not record the time, so that the same figure gives the same bytes.
METADATA = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
BACKENDS = {"png": "agg", "svg": "svg", "pdf": "pdf"}  # of matplotlib


def picture(display, suffix, dpi=150):
    """Return the picture in one format, made by ``plot`` and ``savefig``.

    Parameters
    ----------
    display : Display
        Any display of this package.
    suffix : str
        The format, such as "png", "pdf", "svg" or another one that matplotlib knows.
    dpi : int, default=150
        Dots per inch.

    Returns
    -------
    bytes
        The content of the file.

    Raises
    ------
    ValueError
        If matplotlib does not know the format.
    """
    display.plot()
    try:
        buffer, metadata = io.BytesIO(), METADATA.get(suffix)
        display.figure_.savefig(buffer, format=suffix, dpi=dpi, metadata=metadata)
        return buffer.getvalue()
    finally:
        display.close()


def pictures(display, suffixes, dpi=150):
    """Return the picture in several formats, in about half the time of calling `picture` for each.

    ``savefig`` computes the layout for each format and draws twice, the first time only to measure
    sizes. Here the layout is computed once, and each format is drawn once.

    Parameters
    ----------
    display : Display
        Any display of this package.
    suffixes : iterable of {"png", "svg", "pdf"}
        The formats.
    dpi : int, default=150
        Dots per inch.

    Returns
    -------
    dict of str to bytes
        The content of a file for each suffix. Repeated calls give the same bytes.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Without pyplot, which would look for a screen and keep the figure.
    figure = Figure(figsize=display._figure_size(), dpi=dpi, layout="constrained")
    FigureCanvasAgg(figure)
    display.plot(figure.subplots())
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")
    return {suffix: _drawn_once(figure, suffix, dpi) for suffix in suffixes}


def _drawn_once(figure, suffix, dpi):
    import matplotlib

    buffer = io.BytesIO()
    backend = importlib.import_module(f"matplotlib.backends.backend_{BACKENDS[suffix]}")
    figure.set_dpi(dpi)
    # Without a fixed salt the ids in an SVG are random.
    with matplotlib.rc_context({"svg.hashsalt": "skprognet"}):
        draw = getattr(backend.FigureCanvas(figure), f"print_{suffix}")
        draw(buffer, metadata=METADATA[suffix])
    return buffer.getvalue()
