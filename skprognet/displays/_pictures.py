"""Return a display as the bytes of a file, or of several formats at once."""

import importlib
import io

# Files must record neither the time nor random ids, so that the same figure gives the same bytes.
METADATA = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
NO_RANDOM_IDS = {"svg.hashsalt": "skprognet"}
BACKENDS = {"png": "agg", "svg": "svg", "pdf": "pdf"}  # of matplotlib
DPI = 150


def picture(display, suffix, dpi=DPI):
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
    import matplotlib  # after plot, which says what to install if it is missing

    try:
        buffer, metadata = io.BytesIO(), METADATA.get(suffix)
        with matplotlib.rc_context(NO_RANDOM_IDS):
            display.figure_.savefig(buffer, format=suffix, dpi=dpi, metadata=metadata)
        return buffer.getvalue()
    finally:
        display.close()


def pictures(display, suffixes):
    """Return the picture in several formats, in about half the time of calling `picture` for each.

    ``savefig`` computes the layout for each format and draws twice, the first time only to measure
    sizes. Here the layout is computed once, and each format is drawn once.

    Parameters
    ----------
    display : Display
        Any display of this package.
    suffixes : iterable of {"png", "svg", "pdf"}
        The formats.

    Returns
    -------
    dict of str to bytes
        The content of a file for each suffix. Repeated calls give the same bytes.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Without pyplot, which would look for a screen and keep the figure.
    figure = Figure(figsize=display._figure_size(), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    display.plot(figure.subplots())
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")
    return {suffix: _drawn_once(figure, suffix) for suffix in suffixes}


def _drawn_once(figure, suffix):
    import matplotlib

    buffer = io.BytesIO()
    backend = importlib.import_module(f"matplotlib.backends.backend_{BACKENDS[suffix]}")
    figure.set_dpi(DPI)
    with matplotlib.rc_context(NO_RANDOM_IDS):
        draw = getattr(backend.FigureCanvas(figure), f"print_{suffix}")
        draw(buffer, metadata=METADATA[suffix])
    return buffer.getvalue()
