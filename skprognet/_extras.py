"""Import packages that only extras install."""

from importlib import import_module

_NEEDED = {
    "audio": ("Reading audio", " (openSMILE is free for research only)"),
    "corpora": ("This corpus", ""),
    "onnx": ("Writing ONNX files", ""),
    "report": ("A report, figure, model card or LaTeX table", ""),
    "speech": ("A speech model of transformers", ""),
}


def import_extra(name, extra="audio"):
    """Import a package that only an extra installs.

    Parameters
    ----------
    name : str
        Name of the package.
    extra : {"audio", "corpora", "onnx", "report", "speech"}, default="audio"
        The extra.

    Returns
    -------
    module
        The imported package.

    Raises
    ------
    ImportError
        If the package, or a library that it needs, is missing.

    Examples
    --------
    >>> import_extra("opensmile_of_mars")
    Traceback (most recent call last):
    ...
    ImportError: Reading audio needs 'opensmile_of_mars', which cannot be imported (No module
    named 'opensmile_of_mars'); run: pip install 'skprognet[audio]' (openSMILE is free for
    research only).
    """
    try:
        return import_module(name)
    except (ImportError, OSError) as error:  # OSError: soundfile without libsndfile
        task, note = _NEEDED[extra]
        raise ImportError(
            f"{task} needs {name!r}, which cannot be imported ({error}); run: pip install "
            f"'skprognet[{extra}]'{note}."
        ) from error
