"""Make the key of an utterance in the cache from everything that its features depend on.

A key covers the content of the audio, the configuration, and the versions of all software that
computes. Names (except their suffix) and dates do not count, so a file may be moved or copied, and
an overwritten file is never confused with its former content.
"""

import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path

import numpy as np

from skprognet._extras import import_extra
from skprognet._files import sha256
from skprognet.features.reading import check_file

# Raise this number whenever this package changes how it processes audio, or what it keeps.
_RECIPE = 4


def source_digest(source):
    """Return a hash of the content of a file with its suffix, or of samples and their rate.

    Parameters
    ----------
    source : str or (ndarray, int)
        A path, or samples with their rate in Hz.

    Returns
    -------
    str or None
        SHA-256 in hexadecimal digits, with the suffix; None if the file cannot be read.

    Examples
    --------
    >>> source_digest((np.zeros(3), 16_000))[:8]
    'a8b9631e'
    """
    if not isinstance(source, str):
        samples, rate = source
        digest = hashlib.sha256(f"{samples.dtype.str} {samples.shape} {rate}".encode())
        digest.update(np.ascontiguousarray(samples))
        return digest.hexdigest()
    try:
        check_file(source)
        # The suffix decides how the bytes are read: a name that ends in .raw is refused.
        return sha256(source) + Path(source).suffix.lower()
    except (OSError, ValueError):
        return None


def describe_extraction(function, extraction):
    """Return everything that features depend on, apart from the audio, as text.

    Parameters
    ----------
    function : FeatureFunction
        The feature function.
    extraction : Extraction
        The task of the workers.

    Returns
    -------
    str
        JSON with the names of the features, `depends_on` of the function, the sampling rate, and
        the versions of the libraries that decode and resample.

    Raises
    ------
    TypeError
        If `depends_on` is not plain data.
    """
    facts = {
        "recipe": _RECIPE,
        "software": extraction.software,
        "names": list(function.names),
        "depends on": function.depends_on,
        "sampling_rate": extraction.sampling_rate,
        "soxr": version("soxr"),
        "soundfile": version("soundfile"),
        "libsndfile": import_extra("soundfile").__libsndfile_version__,
    }
    try:
        return json.dumps(facts, sort_keys=True)
    except (TypeError, ValueError) as error:
        raise TypeError(
            "depends_on must be a dict of text, numbers, lists and dicts; got "
            f"{function.depends_on!r} ({error}). The cache builds its keys from it. Convert other "
            "objects to text."
        ) from error


def make_key(described, digest, start, end):
    """Return the key of an utterance.

    Parameters
    ----------
    described : str
        The result of :func:`describe_extraction`.
    digest : str
        The result of :func:`source_digest`.
    start, end : float
        Start and end of the segment in s.

    Returns
    -------
    bytes
        SHA-256 of all of these.
    """
    return hashlib.sha256(json.dumps([described, digest, start, end]).encode()).digest()


def file_state(source):
    """Return the state of a file, to notice that it was written to while it was read.

    Parameters
    ----------
    source : str or (ndarray, int)
        A path, or samples with their rate.

    Returns
    -------
    tuple or None
        Size in bytes and time of the last change in ns; None if it is not a file.
    """
    try:
        status = os.stat(source) if isinstance(source, str) else None
    except (OSError, ValueError):
        status = None
    return status and (status.st_size, status.st_mtime_ns)
