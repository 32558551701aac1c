"""Audio file -> mono signal at 16 kHz, or one sentence that says why there is none."""

import re
from importlib import import_module

import numpy as np

SAMPLING_RATE = 16_000
"""The rate in Hz to which every file is resampled: features of openSMILE depend on it, so that
corpora at their own rates would differ by that alone."""

_LARGEST_SAMPLE = 32767 / 32768  # of 16 bits; openSMILE wraps 1.0 around to -1.0

# What libsndfile writes about a file that ends before its audio does. It reads such a WAV, AIFF
# or AU file as if it were complete: its frame count is already the shortened one.
_SIZE_TOO_LARGE = re.compile(
    r"(?:data|SSND|Data Size|[Rr]iff(?: size)?) *: (\d+) \(should be (\d+)\)"
)
_OGG_WITHOUT_END = re.compile("Ogg ?: (?:Last page lacks an end|Junk after the last page)")

# Programs that write to a pipe cannot know the size beforehand and promise one of at least this.
_UNKNOWN_BYTES = 0x7FFFF000
_UNKNOWN_FRAMES = 2**63 - 1


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


def read_audio(path):
    """Read an audio file as a mono signal at 16 kHz.

    The channels are averaged, the mean is resampled (soxr, high quality), and samples beyond
    full scale are clipped, in this order: resampling can overshoot full scale.

    Parameters
    ----------
    path : str or path-like
        A file that libsndfile can read: WAV, FLAC, OGG, MP3, AIFF, ...

    Returns
    -------
    ndarray of shape (n_samples,), float64
        Samples at 16 000 Hz, from -1 to 32767/32768.

    Raises
    ------
    OSError
        If the file is missing, is a folder or may not be read.
    ValueError
        If the file is not audio, is empty, is damaged or cut short, or holds NaN or infinite
        samples. The message is what follows the words "this file ...".
    ImportError
        If soundfile or soxr is missing.

    Notes
    -----
    A file that was cut short passes for a complete one where nothing in it says how long it is
    (WAV that was written to a pipe, MP3 without a Xing header), or where libsndfile does not
    compare (NIST Sphere, VOC).

    Examples
    --------
    One second of silence, in stereo at 48 kHz:

    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "silence.wav")
    ...     soundfile.write(path, np.zeros((48_000, 2)), 48_000)
    ...     read_audio(path).shape
    (16000,)
    """
    soxr = import_extra("soxr")
    samples, rate = _decode(path)
    mono = samples.mean(axis=1)
    return np.clip(soxr.resample(mono, rate, SAMPLING_RATE, "HQ"), -1.0, _LARGEST_SAMPLE)


def _decode(path):
    """Return all samples, of shape (n_frames, n_channels), and the sampling rate in Hz."""
    soundfile = import_extra("soundfile")
    with open(path, "rb") as file:  # says better than libsndfile why a file cannot be opened
        if not file.read(1):
            raise ValueError("is empty (0 bytes)")
    try:
        with soundfile.SoundFile(path) as sound:
            n_promised, rate, remarks = sound.frames, sound.samplerate, sound.extra_info
            if n_promised == _UNKNOWN_FRAMES:
                raise ValueError("does not say how long it is; write it anew with its length")
            samples = sound.read(n_promised, always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ValueError(f"cannot be decoded ({error.error_string.rstrip('.')})") from error
    except TypeError as error:  # its name ends in .raw: soundfile asks for rate and channels
        raise ValueError("is raw audio, which does not say its sampling rate") from error

    _check_complete(n_promised, len(samples), remarks)
    if not len(samples):
        raise ValueError("holds no audio (0 frames)")
    n_bad = np.size(samples) - np.count_nonzero(np.isfinite(samples))
    if n_bad:
        raise ValueError(f"holds {n_bad} NaN or infinite samples")
    return samples, rate


def _check_complete(n_promised, n_read, remarks):
    """Raise a ValueError if fewer frames were read, or bytes are there, than the file promises.

    `remarks` is libsndfile's log of opening the file.
    """
    if n_read < n_promised:
        raise ValueError(f"is cut short ({n_read} of {n_promised} frames are there)")
    for promised, there in _SIZE_TOO_LARGE.findall(remarks):
        if int(there) < int(promised) < _UNKNOWN_BYTES:
            raise ValueError(f"is cut short ({there} of {promised} bytes are there)")
    if _OGG_WITHOUT_END.search(remarks):  # half a page looks like junk to libsndfile
        raise ValueError("is cut short, or has junk at its end")
