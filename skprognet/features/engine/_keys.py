"""All that the features of an utterance depend on -> the key under which the cache has them.

Features are found again by content: of the audio, of the configuration, and by the versions of
everything that computes. Names and dates do not count, so that a file may be moved or copied, and
so that one that was overwritten is never taken for what it was.
"""

import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path

import numpy as np

from skprognet._extras import import_extra
from skprognet.features.reading import check_file

# A new number whenever this package changes what it does to the audio, or what it keeps.
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
        SHA-256 in hexadecimal digits, and the suffix; None if the file cannot be read.

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
        with open(source, "rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        # The suffix decides how the same bytes are read: a name in .raw is refused.
        return content + Path(source).suffix.lower()
    except (OSError, ValueError):
        return None


def describe_extraction(function, extraction):
    """Return all that features depend on beside the audio, as a text.

    Parameters
    ----------
    function : FeatureFunction
        What is computed.
    extraction : Extraction
        How.

    Returns
    -------
    str
        JSON with the names of the features, what the extractor says that they depend on, the
        sampling rate, and the versions of what decodes and resamples.

    Raises
    ------
    TypeError
        If what the extractor says is no plain data.
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
            "depends_on must be a dict of text, numbers, lists and dicts, from which the cache "
            f"makes its keys; got {function.depends_on!r} ({error})."
        ) from error


def make_key(described, digest, start, end):
    """Return the key of an utterance.

    Parameters
    ----------
    described : str
        Of :func:`describe_extraction`.
    digest : str
        Of :func:`source_digest`.
    start, end : float
        The segment in s.

    Returns
    -------
    bytes
        SHA-256 of all of these.
    """
    return hashlib.sha256(json.dumps([described, digest, start, end]).encode()).digest()


def file_state(source):
    """Return what changes when a file is written to, to notice that it was while it was read.

    Parameters
    ----------
    source : str or (ndarray, int)
        A path, or samples with their rate.

    Returns
    -------
    tuple or None
        Size in bytes and time of the last change in ns; None if it is no file.
    """
    try:
        status = os.stat(source) if isinstance(source, str) else None
    except (OSError, ValueError):
        status = None
    return status and (status.st_size, status.st_mtime_ns)
