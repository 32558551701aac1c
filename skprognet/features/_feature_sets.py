"""Find a feature set of openSMILE, set openSMILE up for it, and compute its functionals."""

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path

from skprognet._extras import import_extra

_INCLUDE = re.compile(
    rb"\\\{([^\\}\n]+)\}"
)  # but not \{\cm[...]}, which openSMILE fills in itself


def is_built_in(feature_set):
    """Return whether openSMILE has a feature set of this name."""
    return feature_set in import_extra("opensmile").FeatureSet.__members__


def find_config(feature_set):
    """Return the configuration file of a feature set.

    Parameters
    ----------
    feature_set : str or path-like
        A name in ``opensmile.FeatureSet``, or the path of a configuration file (.conf).

    Returns
    -------
    Path
        The path of an existing file.

    Raises
    ------
    ValueError
        If there is no such set.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> find_config("eGeMAPSv02").name
    'eGeMAPSv02.conf'
    """
    opensmile = import_extra("opensmile")
    if feature_set in opensmile.FeatureSet.__members__:
        folder = Path(opensmile.__file__).parent / "core" / "config"
        return folder / f"{opensmile.FeatureSet[feature_set].value}.conf"
    if not str(feature_set).endswith(".conf"):
        known = [member.name for member in opensmile.FeatureSet]
        raise ValueError(
            f"feature_set must be one of {known} or the path of an openSMILE configuration file "
            f"(.conf); got {feature_set!r}."
        )
    path = Path(feature_set).absolute()
    if not path.is_file():
        raise FileNotFoundError(
            f"feature_set must be an existing openSMILE configuration file; got {str(path)!r}. "
            "Check the path."
        )
    if not str(path).isascii():
        raise ValueError(
            f"The path of an openSMILE configuration must be ASCII; got {str(path)!r}. Move the "
            "file and those that it includes."
        )
    return path


def config_digest(path):
    """Return a hash of a configuration file and of all files that it includes.

    Parameters
    ----------
    path : Path
        The configuration file.

    Returns
    -------
    str
        SHA-256 of the contents, in hexadecimal digits.
    """
    digest, seen, waiting = hashlib.sha256(), set(), [Path(path)]
    while waiting:
        path = Path(os.path.normpath(waiting.pop()))
        content = path.read_bytes() if path.is_file() else b""
        digest.update(hashlib.sha256(content).digest())
        seen.add(path)
        included = [path.parent / os.fsdecode(name) for name in _INCLUDE.findall(content)]
        waiting += [file for file in included if Path(os.path.normpath(file)) not in seen]
    return digest.hexdigest()


@lru_cache
def load_extractor(feature_set, digest):
    """Return openSMILE, set up to compute functionals.

    Each process makes its own and keeps it, since it cannot be sent to another process.

    Parameters
    ----------
    feature_set : str
        A name in ``opensmile.FeatureSet``, or the path of a configuration file.
    digest : str
        The hash of the configuration, so that an edited file is read again.

    Returns
    -------
    opensmile.Smile
        The extractor.

    Raises
    ------
    ValueError
        If openSMILE cannot run the configuration.
    """
    opensmile = import_extra("opensmile")
    functionals = opensmile.FeatureLevel.Functionals
    if feature_set in opensmile.FeatureSet.__members__:
        return opensmile.Smile(opensmile.FeatureSet[feature_set], functionals)
    try:
        return opensmile.Smile(feature_set, functionals)
    except Exception as error:  # openSMILE's own type is not public
        raise ValueError(
            f"openSMILE must be able to run the configuration {feature_set!r}, with functionals "
            f"at the level 'func'; it cannot ({error}). See what openSMILE wrote to standard "
            "error."
        ) from error


def compute_functionals(feature_set, digest, signal, sampling_rate):
    """Return the functionals of a signal; each process sets openSMILE up once.

    Parameters
    ----------
    feature_set, digest : str
        See :func:`load_extractor`.
    signal : ndarray of shape (n_samples,), float32
        Samples from -1 to 1.
    sampling_rate : int
        Sampling rate in Hz.

    Returns
    -------
    ndarray of shape (n_features,)
        The features; NaN if openSMILE leaves one undefined.

    Raises
    ------
    ValueError
        If the configuration computes several rows.
    """
    functionals = load_extractor(feature_set, digest)(signal, sampling_rate)
    n_rows = functionals.shape[-1]
    if n_rows != 1:
        raise ValueError(
            f"gives {n_rows} rows; choose a feature_set that computes functionals, in one row"
        )
    return functionals.ravel()


def library_digest():
    """Return a hash of the compiled openSMILE, which may change under the same version."""
    folder = Path(import_extra("opensmile").__file__).parent
    paths = sorted(folder.glob("core/bin/**/*SMILEapi*"))
    return _hash_files(tuple((path, path.stat().st_mtime_ns) for path in paths))


@lru_cache(maxsize=1)
def _hash_files(files):
    """Return a hash of the contents of files, which are (path, time of the last change)."""
    digest = hashlib.sha256()
    for path, _ in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()
