"""Extract the features of one utterance, or say in one sentence why it has none."""

import threading
import warnings
from collections import namedtuple
from contextlib import nullcontext

import numpy as np

from skprognet.features.reading import convert_signal, read_audio

_FULL_SCALE = np.float32(32768)  # 16 bits -> floats from -1 to 1, as extractors expect them
_FIELDS = ["values", "reason", "seconds", "own_rate", "remark"]
Result = namedtuple("Result", _FIELDS, defaults=[None])
"""Features (None if there are none; NaN where undefined), what is wrong (None if nothing), length
in s, the sampling rate of the recording in Hz, and what is odd about it (a kind and a detail, or
None)."""

Extraction = namedtuple(
    "Extraction", ["compute", "n_features", "software", "sampling_rate", "max_duration"]
)
"""The task of a worker: the function that computes the row, the length of the row, the name of the
software for messages, the sampling rate of the signal in Hz, and the longest accepted recording in
s. It goes to a worker process with each utterance, so it is small (without the names of 6373
features) and can be pickled."""


def extract(utterance, extraction):
    """Return the features of an utterance.

    Parameters
    ----------
    utterance : Utterance
        A file or samples, and the segment in it.
    extraction : Extraction
        The task.

    Returns
    -------
    Result
        The features. A fault of the file is recorded here and never raised.

    Raises
    ------
    ImportError
        If a package is missing.
    ValueError
        If the function returns a row with another length than the names of the features.
    """
    try:
        signal, own_rate, remark = _load(utterance, extraction)
    except ImportError:
        raise
    except Exception as error:
        return Result(None, _reason(error), 0.0, 0)
    seconds = len(signal) / extraction.sampling_rate
    try:
        with _without_warnings():
            row = extraction.compute(signal / _FULL_SCALE, extraction.sampling_rate)
    except ImportError:
        raise
    except ValueError as error:
        return Result(None, str(error), seconds, own_rate)
    except Exception as error:
        return Result(None, f"stops {extraction.software} ({error})", seconds, own_rate)
    values = _check_row(row, extraction)
    return Result(values, _find_undefined(values, seconds, extraction), seconds, own_rate, remark)


def _load(utterance, extraction):
    source, start, end = utterance
    options = start, end, extraction.sampling_rate, extraction.max_duration
    if isinstance(source, (str, bytes)):
        return read_audio(source, *options)
    return convert_signal(*source, *options)


def _reason(error):
    """Say why a file could not be read."""
    if isinstance(error, MemoryError):
        return f"needs more memory than there is ({error})"
    if isinstance(error, OSError):
        return f"cannot be opened ({error.strerror or error})"
    if isinstance(error, UnicodeError) or "embedded null" in str(error):
        return f"cannot be opened ({error})"
    if isinstance(error, ValueError):
        return str(error)
    return f"cannot be decoded ({type(error).__name__}: {error})"


def _check_row(row, extraction):
    """Return a row of features in float32; raise if it does not have one number per name."""
    with np.errstate(over="ignore"):  # numbers that are too large become infinite, see below
        values = np.asarray(row, dtype=np.float32)
    if values.shape != (extraction.n_features,):
        raise ValueError(
            f"{extraction.software} must return one row of {extraction.n_features} features, one "
            f"for each name; got an array of shape {values.shape}."
        )
    return values


def _find_undefined(values, seconds, extraction):
    """Say which features are not finite numbers; None if all are finite."""
    n_infinite = np.count_nonzero(np.isinf(values))
    if n_infinite:
        return f"gives {n_infinite} of {len(values)} features that are infinite in float32"
    n_undefined = np.count_nonzero(np.isnan(values))
    if n_undefined and (too_short := _find_too_short(seconds, extraction)):
        return too_short
    if n_undefined == len(values):
        return f"is too short for {extraction.software} ({seconds:.3f} s)"
    if n_undefined:
        return f"leaves {n_undefined} of {len(values)} features undefined"
    return None


def _find_too_short(seconds, extraction):
    """Say which part of the function needs a longer signal, if it declares so, or None."""
    least, name = max(
        ((least, name) for name, least in getattr(extraction.compute, "shortest", {}).items()),
        default=(0, ""),
    )
    if seconds >= least:
        return None
    return f"is too short for {name} ({1000 * seconds:.4g} ms), which needs {1000 * least:g} ms"


def _without_warnings():
    """Return a context that hides warnings of the function, since the result has the reason.

    Warning filters belong to the whole process. Several threads would set and restore them in the
    wrong order, so only the main thread does.
    """
    if threading.current_thread() is not threading.main_thread():
        return nullcontext()
    return warnings.catch_warnings(action="ignore")
