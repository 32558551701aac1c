"""Decode an audio file block by block, or say in one sentence why that is impossible."""

import errno
import io
import mmap
import os
import re
import stat
from collections import namedtuple
from contextlib import ExitStack, contextmanager

import numpy as np

from skprognet._extras import import_extra
from skprognet.features.reading._containers import (
    UNKNOWN_BYTES,
    check_one_recording,
    describe_kind,
    fill_in_size,
)
from skprognet.features.reading._limits import check_rate
from skprognet.features.reading._mpeg import measure_mpeg

Sound = namedtuple("Sound", ["file", "rate", "n_frames", "n_skipped"])
"""An opened SoundFile, its sampling rate in Hz, how many frames the recording has, and how many
frames before it must be skipped."""

# Samples of all channels to decode at a time, since a file may have 1024 channels.
_BLOCK = 2**18

# libsndfile's remarks about a file that ends before its audio. It reads such a WAV, AIFF or AU
# file as if it were complete, with the shortened frame count.
_SIZE_TOO_LARGE = re.compile(
    r"(?:data|SSND|Data Size|[Rr]iff(?: size)?) *: (\d+) \(should be (\d+)\)"
)
_OGG_WITHOUT_END = re.compile("Ogg ?: (?:Last page lacks an end|Junk after the last page)")

_UNKNOWN_FRAMES = 2**63 - 1


@contextmanager
def open_content(source):
    """Open a file, or its content in memory, as bytes that can be searched.

    Parameters
    ----------
    source : str or bytes
        Path or content of the file.

    Yields
    ------
    bytes-like
        Content of the file.
    """
    if isinstance(source, bytes):
        yield source
        return
    with open(source, "rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content


def check_file(path):
    """Raise unless the file at a path can be opened and is not empty.

    Parameters
    ----------
    path : str
        Path of the file.

    Raises
    ------
    OSError
        If it is missing, is a folder or may not be read.
    ValueError
        If it is empty, or not a regular file, since reading from a pipe might never end.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError as error:
        raise FileNotFoundError(error.errno, error.strerror + _describe_missing(path)) from error
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder; give the files in it", path)
    if not stat.S_ISREG(mode):
        raise ValueError("is not a file but a pipe, a socket or a device")
    with open(path, "rb") as file:  # a better message than libsndfile's if this fails
        if not file.read(1):
            raise ValueError("is empty (0 bytes)")


@contextmanager
def open_sound(source):
    """Open an audio file; errors of libsndfile become a ValueError, also during reading.

    Parameters
    ----------
    source : str or bytes
        Path or content of the file.

    Yields
    ------
    Sound
        The opened file.

    Raises
    ------
    OSError
        If the file is missing, is a folder or may not be read.
    ValueError
        If it is not audio, is cut short, holds several recordings, or cannot be decoded.
    """
    soundfile = import_extra("soundfile")
    opened_as = _what_to_open(source)
    try:
        with ExitStack() as opened:
            sound = _measure(opened.enter_context(soundfile.SoundFile(opened_as)), source, opened)
            if sound.n_frames == _UNKNOWN_FRAMES:
                raise ValueError("does not say how long it is; write it again, with its length")
            if not sound.n_frames:
                _check_size(sound.file)
                raise ValueError("holds no audio (0 frames)")
            yield sound
    except soundfile.LibsndfileError as error:
        with open_content(source) as content:
            known = describe_kind(content)
        raise ValueError(known or f"cannot be decoded ({_in_words(error)})") from error
    except TypeError as error:  # its name ends in .raw: soundfile asks for rate and channels
        raise ValueError("is raw audio without a sampling rate; convert it to WAV") from error


def _what_to_open(source):
    """Return the object for soundfile to open; raise if it is empty."""
    if isinstance(source, bytes):
        if not source:
            raise ValueError("is empty (0 bytes)")
        return io.BytesIO(source)
    check_file(source)
    # As bytes, since a name need not be UTF-8; on Windows all names are text.
    return os.fsencode(source) if os.name == "posix" else source


def _measure(file, source, opened):
    """Return the sound of an opened file.

    If libsndfile counts the frames wrongly, a corrected copy in memory is opened instead.
    """
    soundfile = import_extra("soundfile")
    check_rate(file.samplerate)
    content, n_skipped, n_frames = None, 0, file.frames
    with open_content(source) as all_of_it:
        check_one_recording(all_of_it, file.format)
        if "MPEG" in file.subtype:
            content, n_skipped, n_frames = measure_mpeg(all_of_it, file.frames)
        elif file.format == "WAV" and not file.frames:
            content = fill_in_size(all_of_it)
    if content is None:
        return Sound(file, file.samplerate, n_frames, n_skipped)
    file = opened.enter_context(soundfile.SoundFile(io.BytesIO(content)))
    return Sound(file, file.samplerate, n_frames or file.frames, n_skipped)


def _in_words(error):
    """Return libsndfile's message, corrected for false MP3 files, which it calls missing."""
    words = error.error_string.rstrip(".")
    return "Format not recognised" if words.startswith("File does not exist") else words


def read_blocks(sound, first, last):
    """Yield the samples of a segment, block by block.

    Parameters
    ----------
    sound : Sound
        An opened file, at its start.
    first, last : int
        Frames of the segment, as in a slice.

    Yields
    ------
    ndarray of shape (n_frames, n_channels), float64
        Samples from -1 to 1; files of floats may go beyond.

    Raises
    ------
    ValueError
        After the last block, if the file is cut short, or samples are NaN or infinite.
    """
    n_wrong = 0
    for block in _decode(sound, first, last):
        n_wrong += block.size - np.count_nonzero(np.isfinite(block))
        yield block
    _check_size(sound.file)
    if n_wrong:
        raise ValueError(f"holds {n_wrong} NaN or infinite samples")


def _decode(sound, first, last):
    """Yield blocks of samples from frame `first` up to `last`."""
    file, at = sound.file, -sound.n_skipped
    # Jump to the start of the segment if that is exact. For MP3 it is not: the samples would
    # differ in the last digit. For Ogg Vorbis libsndfile 1.2.2 arrives 128 frames too late in the
    # last page. Some formats cannot be read from the middle at all.
    is_exact = "MPEG" not in file.subtype and file.subtype != "VORBIS"
    if first and file.seekable() and is_exact:
        at = file.seek(first)
    n_together = max(_BLOCK // file.channels, 1)
    while at < last:
        block = file.read(min(n_together, last - at), always_2d=True)
        if not len(block):
            raise ValueError(f"is cut short ({max(at, 0)} of {sound.n_frames} frames are there)")
        skipped = max(first - at, 0)
        at += len(block)
        if skipped < len(block):
            yield block[skipped:]


def _check_size(file):
    """Raise a ValueError if the file has fewer bytes than it promises."""
    remarks = file.extra_info
    for promised, present in _SIZE_TOO_LARGE.findall(remarks):
        if int(present) < int(promised) < UNKNOWN_BYTES:
            raise ValueError(f"is cut short ({present} of {promised} bytes are there)")
    if _OGG_WITHOUT_END.search(remarks):  # libsndfile reports half a page as junk
        raise ValueError("is cut short, or has junk at its end")


def _describe_missing(path):
    """Return a hint to add to the message that a file is missing.

    Parameters
    ----------
    path : str
        The name of the file.

    Returns
    -------
    str
        The hint; empty unless the name is written as on another system.
    """
    if os.sep == "/" and "\\" in os.fspath(path):
        return "; here folders are separated by / and not by \\"
    return ""
