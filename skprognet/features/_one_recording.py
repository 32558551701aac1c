"""Compute the features of one recording at a time, in the calling thread."""

import os
from collections import namedtuple

import numpy as np

from skprognet.features.engine._extraction import extract
from skprognet.features.engine._report import describe_remark
from skprognet.features.engine._utterances import Utterance, check_signal

RecordingFeatures = namedtuple("RecordingFeatures", ["values", "reason", "remark"])
"""The row of features, or None; what is wrong with the recording, or None; and what is odd about
it, or None. The last two are text that continues "the recording ..."."""

_ACCEPTED = "a path, the bytes of a file, a file opened in binary mode, or a pair (signal, rate)"


class OneRecording:
    """Compute the features of an extractor, to the same bits, without a table.

    Several threads may call it at the same time.

    Parameters
    ----------
    extractor : FeatureExtractor
        The extractor; its parameters of cache, processes and errors are ignored.

    Attributes
    ----------
    names : tuple of str
        The names of the features.
    """

    def __init__(self, extractor):
        self._extraction, function = extractor._make_extraction()
        self.names = tuple(function.names)

    def __call__(self, audio):
        """Return the features of one recording, or the reason why it has none.

        Parameters
        ----------
        audio : str, path-like, bytes-like, binary file or (ndarray, int)
            The recording.

        Returns
        -------
        RecordingFeatures
            The features. A fault of the recording is recorded here and never raised.

        Raises
        ------
        TypeError
            If `audio` is another object, which is an error of the program, not of the recording.
        """
        try:
            source = _as_source(audio)
        except _Unusable as error:
            return RecordingFeatures(None, str(error), None)
        result = extract(Utterance(source), self._extraction)
        if result.reason is not None:
            return RecordingFeatures(None, result.reason, None)
        return RecordingFeatures(result.values, None, self._describe(result))

    def _describe(self, result):
        """Return in words what is odd about a recording that has features, or None."""
        remarks = [describe_remark(result.remark)] if result.remark else []
        if result.own_rate < self._extraction.sampling_rate:
            remarks.append(
                f"has a sampling rate of {result.own_rate} Hz, lower than the "
                f"{self._extraction.sampling_rate} Hz to which it was resampled"
            )
        return ", and ".join(remarks) or None


class _Unusable(ValueError):
    """The object has the right type but does not hold a recording."""


def _as_source(audio):
    """Return a path, the content of a file, or samples with their rate."""
    if isinstance(audio, (str, os.PathLike)):
        return os.fsdecode(audio)
    if isinstance(audio, (bytes, bytearray, memoryview)):
        return bytes(audio)
    if hasattr(audio, "read"):
        return _read(audio)
    if isinstance(audio, (tuple, list)) and len(audio) == 2:
        try:
            return check_signal(*audio)
        except (TypeError, ValueError) as error:
            raise _Unusable(f"is not a signal. {str(error).rstrip('.')}") from error
    shape = f" of shape {audio.shape}" if isinstance(audio, np.ndarray) else ""
    raise TypeError(f"A recording must be {_ACCEPTED}; got {type(audio).__name__}{shape}.")


def _read(file):
    """Return the rest of an opened file."""
    try:
        content = file.read()
    except (OSError, ValueError) as error:
        why = "its file is closed" if getattr(file, "closed", False) else type(error).__name__
        raise _Unusable(f"cannot be read ({why})") from error
    if not isinstance(content, (bytes, bytearray, memoryview)):
        raise _Unusable('was opened as text; open it with mode "rb"')
    return bytes(content)
