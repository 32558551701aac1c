"""One utterance -> its features, or one sentence that says why it has none."""

import threading
import warnings
from collections import namedtuple
from contextlib import nullcontext

import numpy as np

from skprognet.features._audio import convert_signal, read_audio
from skprognet.features._feature_sets import load_extractor

_FULL_SCALE = np.float32(32768)  # openSMILE takes floats, of which it makes 16 bits again
_FIELDS = ["values", "reason", "seconds", "own_rate", "remark"]
Result = namedtuple("Result", _FIELDS, defaults=[None])
"""Features (None if there are none; NaN where undefined), what is wrong (None if nothing), length
in s, the sampling rate of the recording in Hz, and what is odd about it (a kind and a detail, or
None)."""

Settings = namedtuple("Settings", ["feature_set", "digest", "sampling_rate", "max_duration"])
"""All that the features depend on beside the audio: the set, its configuration, the rate in Hz;
and the longest recording that is taken, in s."""


def extract(utterance, settings):
    """Return the features of an utterance, whatever it is.

    Parameters
    ----------
    utterance : Utterance
        A file or samples, and the segment in it.
    settings : Settings
        What to extract.

    Returns
    -------
    Result
        Whatever the file does to those who read it, no exception comes out.

    Raises
    ------
    ImportError
        If opensmile, soundfile or soxr is missing.
    ValueError
        If openSMILE cannot run the configuration.
    """
    extractor = load_extractor(settings.feature_set, settings.digest)
    try:
        signal, own_rate, remark = _load(utterance, settings)
    except ImportError:
        raise
    except Exception as error:
        return Result(None, _reason(error), 0.0, 0)
    seconds = len(signal) / settings.sampling_rate
    try:
        with _without_warnings():
            features = extractor(signal / _FULL_SCALE, settings.sampling_rate)
    except Exception as error:
        return Result(None, f"stops openSMILE ({error})", seconds, own_rate)
    values, reason = _check_features(features, seconds)
    return Result(values, reason, seconds, own_rate, remark)


def _load(utterance, settings):
    source, start, end = utterance
    how = start, end, settings.sampling_rate, settings.max_duration
    if isinstance(source, str):
        return read_audio(source, *how)
    return convert_signal(*source, *how)


def _reason(error):
    """Return in words why a file could not be read."""
    if isinstance(error, MemoryError):
        return f"needs more memory than there is ({error})"
    if isinstance(error, OSError):
        return f"cannot be opened ({error.strerror or error})"
    if isinstance(error, UnicodeError) or "embedded null" in str(error):
        return f"cannot be opened ({error})"
    if isinstance(error, ValueError):
        return str(error)
    return f"cannot be decoded ({type(error).__name__}: {error})"


def _check_features(features, seconds):
    """Return the row of features, and what is wrong with it."""
    if features.shape[-1] != 1:
        return (
            None,
            f"has {features.shape[-1]} rows; feature_set must compute functionals, one row",
        )
    values = features.ravel().astype(np.float32)
    n_undefined = np.count_nonzero(~np.isfinite(values))
    if n_undefined == len(values):
        return values, f"is too short for openSMILE ({seconds:.3f} s)"
    if n_undefined:
        return values, f"leaves {n_undefined} of {len(values)} features undefined"
    return values, None


def _without_warnings():
    """Return a context without openSMILE's word on short signals, which `reason` has.

    Filters belong to the process: threads would restore them in the wrong order.
    """
    if threading.current_thread() is not threading.main_thread():
        return nullcontext()
    return warnings.catch_warnings(action="ignore")
