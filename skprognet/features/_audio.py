"""Audio of any kind -> mono signal at one sampling rate, within the range of 16 bits."""

import numpy as np

from skprognet.features._decoding import find_frames, open_sound, read_blocks
from skprognet.features._extras import import_extra

SAMPLING_RATE = 16_000
"""The rate in Hz to which everything is resampled: features of openSMILE depend on it, so that
corpora at their own rates would differ by that alone."""

_LARGEST_SAMPLE = 32767 / 32768  # of 16 bits; openSMILE wraps 1.0 around to -1.0


def read_audio(path, start=np.nan, end=np.nan, sampling_rate=SAMPLING_RATE):
    """Read an audio file, or a segment of it, as a mono signal.

    The channels are averaged, the mean is resampled (soxr, high quality), and samples beyond
    full scale are clipped, in this order: resampling can overshoot full scale. A segment comes
    out as if it had been cut to a file of its own.

    Parameters
    ----------
    path : str or path-like
        A file that libsndfile can read: WAV, FLAC, OGG, MP3, AIFF, ...
    start, end : float, default=nan
        The segment, in s from the start of the file; NaN is its start or end. Times are rounded
        to the nearest sample of the file.
    sampling_rate : int, default=16000
        Of the signal, in Hz.

    Returns
    -------
    signal : ndarray of shape (n_samples,), float64
        From -1 to 32767/32768.
    own_rate : int
        Sampling rate of the file in Hz.

    Raises
    ------
    OSError
        If the file is missing, is a folder or may not be read.
    ValueError
        If the file is not audio, is empty, is damaged or cut short, holds NaN or infinite
        samples, or does not hold the segment. The message is what follows the words "this
        file ...".
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
    ...     signal, own_rate = read_audio(path)
    >>> len(signal), own_rate
    (16000, 48000)
    """
    with open_sound(path) as sound:
        segment = find_frames(start, end, sound.samplerate, sound.frames)
        signal = _condition(read_blocks(sound, *segment), sound.samplerate, sampling_rate)
        return signal, sound.samplerate


def convert_signal(samples, own_rate, start=np.nan, end=np.nan, sampling_rate=SAMPLING_RATE):
    """Do to samples in memory what is done to those of a file.

    Parameters
    ----------
    samples : ndarray of shape (n_frames,) or (n_frames, n_channels)
        Floats from -1 to 1, or integers of 16 or 32 bits over their full range, as soundfile
        reads them.
    own_rate : int
        Their sampling rate in Hz.
    start, end : float, default=nan
        A segment, in s.
    sampling_rate : int, default=16000
        Of the signal that comes out, in Hz.

    Returns
    -------
    signal : ndarray of shape (n_samples,), float64
        From -1 to 32767/32768.
    own_rate : int
        The rate as given.

    Raises
    ------
    ValueError
        If there are no samples, some are NaN or infinite, or the segment is not within them.

    Examples
    --------
    >>> signal, own_rate = convert_signal(np.zeros(8_000, dtype=np.int16), 8_000)
    >>> len(signal), own_rate
    (16000, 8000)
    """
    if not len(samples):
        raise ValueError("holds no audio (0 frames)")
    first, last = find_frames(start, end, own_rate, len(samples))
    samples = samples[first:last].reshape(last - first, -1)
    if samples.dtype.kind == "i":
        samples = samples / -float(np.iinfo(samples.dtype).min)
    n_wrong = samples.size - np.count_nonzero(np.isfinite(samples))
    if n_wrong:
        raise ValueError(f"holds {n_wrong} NaN or infinite samples")
    return _condition([samples.astype(np.float64)], own_rate, sampling_rate), own_rate


def _condition(blocks, own_rate, sampling_rate):
    """Mix down, resample and clip; `blocks` have the shape (n_frames, n_channels)."""
    mono = (block.mean(axis=1) for block in blocks)
    if own_rate != sampling_rate:
        mono = _resample(mono, own_rate, sampling_rate)
    return np.clip(np.concatenate(list(mono)), -1.0, _LARGEST_SAMPLE)


def _resample(mono, own_rate, sampling_rate):
    """Yield the signal at another rate; the same to the last bit as all of it at once."""
    stream = import_extra("soxr").ResampleStream(
        own_rate, sampling_rate, 1, dtype="float64", quality="HQ"
    )
    for block in mono:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.zeros(0), last=True)
