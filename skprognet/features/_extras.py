"""Packages that only the extra ``audio`` installs."""

from importlib import import_module


def import_extra(name):
    """Import a package that only the extra ``audio`` installs.

    Parameters
    ----------
    name : str
        Name of the package.

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
        raise ImportError(
            f"Reading audio needs {name!r}, which cannot be imported ({error}); "
            "run: pip install 'skprognet[audio]' (openSMILE is free for research only)."
        ) from error
