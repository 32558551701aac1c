"""One recording at a time, in the thread that asks: from whatever holds it to its features."""

import os
from collections import namedtuple

import numpy as np

from skprognet.features.engine._extraction import extract
from skprognet.features.engine._report import describe_remark
from skprognet.features.engine._utterances import Utterance, check_signal

Heard = namedtuple("Heard", ["values", "reason", "remark"])
"""The row of features (None without them); what is wrong and what is odd about the recording, each
in words that continue "the recording ...", or None."""

_TAKEN = "a path, the bytes of a file, a file opened in binary mode, or a pair (signal, rate)"


class OneRecording:
    """Computes what an extractor computes, to the same bits, without the work of a table.

    Several threads may call it at the same time.

    Parameters
    ----------
    extractor : FeatureExtractor
        Whose features; what it says about the cache, processes and errors does not count.

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
        Heard
            What is wrong with a recording is told in it and never raised.

        Raises
        ------
        TypeError
            If `audio` is nothing of this kind: the program is wrong then, not the recording.
        """
        try:
            source = _as_source(audio)
        except _Unusable as error:
            return Heard(None, str(error), None)
        result = extract(Utterance(source), self._extraction)
        if result.reason is not None:
            return Heard(None, result.reason, None)
        return Heard(result.values, None, self._describe(result))

    def _describe(self, result):
        """Return in words what is odd about a recording that has features, or None."""
        said = [describe_remark(result.remark)] if result.remark else []
        if result.own_rate < self._extraction.sampling_rate:
            said.append(
                f"has a sampling rate of {result.own_rate} Hz, lower than the "
                f"{self._extraction.sampling_rate} Hz to which it was resampled"
            )
        return ", and ".join(said) or None


class _Unusable(ValueError):
    """What was given is of the right kind, and holds no recording."""


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
            raise _Unusable(f"is no signal. {str(error).rstrip('.')}") from error
    shape = f" of shape {audio.shape}" if isinstance(audio, np.ndarray) else ""
    raise TypeError(f"A recording must be {_TAKEN}; got {type(audio).__name__}{shape}.")


def _read(file):
    """Return what is left in an opened file."""
    try:
        content = file.read()
    except (OSError, ValueError) as error:
        why = "its file is closed" if getattr(file, "closed", False) else type(error).__name__
        raise _Unusable(f"cannot be read ({why})") from error
    if not isinstance(content, (bytes, bytearray, memoryview)):
        raise _Unusable('was opened as text; open it with mode "rb"')
    return bytes(content)
