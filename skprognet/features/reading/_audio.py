"""Convert any audio to a mono signal at one sampling rate, within the range of 16 bits."""

from collections import namedtuple

import numpy as np

from skprognet._extras import import_extra
from skprognet.features.reading._decoding import open_sound, read_blocks
from skprognet.features.reading._levels import SILENT, SMALL, Mixer
from skprognet.features.reading._limits import LONGEST, check_duration, check_rate, find_frames

Audio = namedtuple("Audio", ["signal", "own_rate", "remark"])
"""Samples of one channel as 16-bit integers, as openSMILE reads them; the original rate in Hz; and
what is odd about them (a kind and a detail, or None)."""

SAMPLING_RATE = 16_000
"""The rate in Hz to which all audio is resampled. Features of openSMILE depend on it, so corpora
at different rates would differ for this reason alone."""

_SCALE = 32768  # full scale in steps of 16 bits
_BLOCK = 2**18  # samples to convert at a time


def read_audio(
    source, start=np.nan, end=np.nan, sampling_rate=SAMPLING_RATE, max_duration=LONGEST
):
    """Read an audio file, or a segment of it, as a mono signal.

    First the channels are averaged, then the mean is resampled (soxr, high quality), samples
    beyond full scale are clipped, and all are truncated to 16 bits. The order matters, since
    resampling can go beyond full scale. openSMILE would truncate in the same way, so its features
    are the same to the last digit, and an hour takes a quarter of the memory. A segment gives the
    same signal as a file that holds only this segment.

    Parameters
    ----------
    source : str, path-like or bytes
        Path or content of a file that libsndfile can read: WAV, FLAC, OGG, MP3, AIFF, ...
    start, end : float, default=nan
        The segment, in s from the start of the file; NaN means the start or end of the file.
        Times are rounded to the nearest sample of the file.
    sampling_rate : int, default=16000
        The rate of the signal, in Hz.
    max_duration : float, default=3600
        The longest recording or segment to read, in s.

    Returns
    -------
    Audio
        The signal, its own rate and what is odd about it.

    Raises
    ------
    OSError
        If the file is missing, is a folder or may not be read.
    ValueError
        If the file is not audio, is empty, damaged, cut short or too long, holds several
        recordings, NaN or infinite samples, does not hold the segment, or has a sampling rate
        that no audio has. The message continues the words "this file ...".
    ImportError
        If soundfile or soxr is missing.

    Notes
    -----
    Some files that were cut short are not noticed. A file may lack its length (WAV that was
    written to a pipe, MP3 without a Xing header that ends with a whole frame), and libsndfile does
    not compare the lengths in all formats (NIST Sphere, VOC).

    Examples
    --------
    One second of silence, in stereo at 48 kHz:

    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "silence.wav")
    ...     soundfile.write(path, np.zeros((48_000, 2)), 48_000)
    ...     audio = read_audio(path)
    >>> len(audio.signal), audio.own_rate, audio.remark
    (16000, 48000, ('silent', ''))
    """
    with open_sound(source) as sound:
        first, last = find_frames(start, end, sound.rate, sound.n_frames)
        check_duration(last - first, sound.rate, max_duration)
        return _condition(read_blocks(sound, first, last), sound.rate, sampling_rate)


def convert_signal(
    samples,
    own_rate,
    start=np.nan,
    end=np.nan,
    sampling_rate=SAMPLING_RATE,
    max_duration=LONGEST,
):
    """Convert samples in memory in the same way as those of a file.

    Parameters
    ----------
    samples : ndarray of shape (n_frames,) or (n_frames, n_channels)
        Floats from -1 to 1, or integers of 16 or 32 bits that use their full range, as soundfile
        reads them.
    own_rate : int
        Sampling rate of the samples in Hz.
    start, end : float, default=nan
        A segment, in s.
    sampling_rate : int, default=16000
        Sampling rate of the returned signal in Hz.
    max_duration : float, default=3600
        The longest accepted signal or segment, in s.

    Returns
    -------
    Audio
        The same as for a file.

    Raises
    ------
    ValueError
        If there are no samples, some are NaN or infinite, the segment is not within them, there
        are too many, or no audio has their rate.

    Examples
    --------
    >>> audio = convert_signal(np.zeros(8_000, dtype=np.int16), 8_000)
    >>> len(audio.signal), audio.own_rate
    (16000, 8000)
    """
    if not len(samples):
        raise ValueError("holds no audio (0 frames)")
    check_rate(own_rate)
    first, last = find_frames(start, end, own_rate, len(samples))
    check_duration(last - first, own_rate, max_duration)
    samples = samples[first:last].reshape(last - first, -1)
    if samples.dtype.kind == "f":
        n_wrong = samples.size - np.count_nonzero(np.isfinite(samples))
        if n_wrong:
            raise ValueError(f"holds {n_wrong} NaN or infinite samples")
    audio = _condition(_split(samples), own_rate, sampling_rate)
    if audio.remark == (SILENT, "") and samples.dtype == np.int32 and samples.any():
        return audio._replace(remark=(SMALL, ""))
    return audio


def _split(samples):
    """Yield samples in memory block by block, as floats from -1 to 1."""
    full_scale = -float(np.iinfo(samples.dtype).min) if samples.dtype.kind == "i" else 1.0
    n_together = max(_BLOCK // samples.shape[1], 1)
    for first in range(0, len(samples), n_together):
        yield samples[first : first + n_together].astype(np.float64) / full_scale


def _condition(blocks, own_rate, sampling_rate):
    """Mix down, resample, clip and truncate to 16 bits; a block is (n_frames, n_channels)."""
    mixer = Mixer()
    mono = (mixer.mix(block) for block in blocks)
    if own_rate != sampling_rate:
        mono = _resample(mono, own_rate, sampling_rate)
    with np.errstate(over="ignore", invalid="ignore"):  # NaN and infinity are reported later
        cut = [np.clip(_SCALE * block, -_SCALE, _SCALE - 1).astype(np.int16) for block in mono]
    return Audio(np.concatenate(cut), own_rate, mixer.remark())


def _resample(mono, own_rate, sampling_rate):
    """Yield the signal at another rate, with the same bits as from the whole signal at once."""
    stream = import_extra("soxr").ResampleStream(
        own_rate, sampling_rate, 1, dtype="float64", quality="HQ"
    )
    for block in mono:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.zeros(0), last=True)
