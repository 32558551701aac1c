"""The name or the configuration of a feature set -> openSMILE, and its functionals of a signal."""

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
    """Return whether openSMILE has a feature set of that name."""
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
        The file, which is there.

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
            f"(.conf), got {feature_set!r}."
        )
    path = Path(feature_set).absolute()
    if not path.is_file():
        raise FileNotFoundError(
            f"feature_set must be an openSMILE configuration file that is there; there is none "
            f"at {str(path)!r}."
        )
    if not str(path).isascii():
        raise ValueError(
            f"openSMILE reads configurations from ASCII paths only, got {str(path)!r}; move the "
            "file, and those that it includes."
        )
    return path


def config_digest(path):
    """Return a hash of a configuration file and of all that it includes.

    Parameters
    ----------
    path : Path
        The configuration file.

    Returns
    -------
    str
        SHA-256 of their contents, in hexadecimal digits.
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
    """Return openSMILE set up for functionals.

    Each process makes one and keeps it, since it cannot be sent to another process.

    Parameters
    ----------
    feature_set : str
        A name in ``opensmile.FeatureSet``, or the path of a configuration file.
    digest : str
        The hash of the configuration, so that one that was edited is read again.

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
    except Exception as error:  # its own type is not public
        raise ValueError(
            f"openSMILE must be able to run the configuration {feature_set!r}, with its "
            f"functionals at the level 'func'; it cannot ({error}). What it wrote to standard "
            "error says more."
        ) from error


def compute_functionals(feature_set, digest, signal, sampling_rate):
    """Return the functionals of a signal; each process sets openSMILE up once.

    Parameters
    ----------
    feature_set, digest : str
        As in :func:`load_extractor`.
    signal : ndarray of shape (n_samples,), float32
        From -1 to 1.
    sampling_rate : int
        In Hz.

    Returns
    -------
    ndarray of shape (n_features,)
        NaN where openSMILE leaves a feature undefined.

    Raises
    ------
    ValueError
        If the configuration computes several rows.
    """
    functionals = load_extractor(feature_set, digest)(signal, sampling_rate)
    n_rows = functionals.shape[-1]
    if n_rows != 1:
        raise ValueError(f"has {n_rows} rows; feature_set must compute functionals, one row")
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
