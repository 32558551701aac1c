"""Check the container of an audio file: joined files, a missing size, or no audio at all."""

import struct

# To find a second file that was appended to the first: the first bytes of the format, and how many
# bytes are equal at the start of both. libsndfile reads only the first file, or reads the start
# of the second as samples. (It reports RIFF and AIFF itself.)
_MARKS = {
    "FLAC": (b"fLaC", 8),
    "OGG": (b"OggS", 14),
    "AU": (b".snd", 8),
    "CAF": (b"caff", 8),
    "W64": (b"riff", 16),
}

_CONVERT = (
    "is {}, which libsndfile cannot read; convert it, for example with: ffmpeg -i FILE out.flac"
)
# Files that libsndfile cannot read: position and bytes that identify them, and the message.
_KINDS = (
    (0, b"version https://git-lfs", "is a pointer of git-lfs, not the audio; run: git lfs pull"),
    (0, b"\x93NUMPY", "is a NumPy array; load it, and give a pair (signal, sampling rate)"),
    (4, b"ftyp", _CONVERT.format("MPEG-4 (M4A, AAC)")),
    (0, b"\xff\xf1", _CONVERT.format("AAC")),
    (0, b"\xff\xf9", _CONVERT.format("AAC")),
    (0, b"0&\xb2u\x8ef\xcf\x11", _CONVERT.format("Windows Media (WMA)")),
    (0, b"\x1aE\xdf\xa3", _CONVERT.format("Matroska or WebM")),
    (0, b"#!AMR", _CONVERT.format("AMR")),
    (0, b"PK\x03\x04", "is a ZIP archive; unpack it"),
    (0, b"\x1f\x8b", "is compressed by gzip; unpack it"),
)
_N_HEAD = 32
_MOST_CHUNKS = 64  # before the samples of a WAV file

UNKNOWN_BYTES = 0x7FFFF000  # a WAV header that was written to a pipe promises at least this


def describe_kind(content):
    """Say what a file is that libsndfile cannot read, and what to do; None if unknown.

    Parameters
    ----------
    content : bytes-like
        Content of the file.

    Returns
    -------
    str or None
        Text that continues the words "this file ...".
    """
    head = content[:_N_HEAD]
    return next((text for at, mark, text in _KINDS if head[at:].startswith(mark)), None)


def check_one_recording(content, container):
    """Raise a ValueError if the file is several files, one after the other.

    Parameters
    ----------
    content : bytes-like
        Content of the file.
    container : str
        libsndfile's name of the format, such as "FLAC".

    Examples
    --------
    >>> import io, numpy as np, soundfile
    >>> file = io.BytesIO()
    >>> soundfile.write(file, np.zeros(99), 8_000, format="FLAC")
    >>> check_one_recording(2 * file.getvalue(), "FLAC")
    Traceback (most recent call last):
    ...
    ValueError: holds several recordings, joined into one file, of which only the first would be
    read; split it, or convert it to one recording
    """
    magic, n_bytes = _MARKS.get(container, (b"", 0))
    start = content.find(magic)
    mark = content[start : start + n_bytes]
    if mark and content.find(mark, start + n_bytes) >= 0:
        raise ValueError(
            "holds several recordings, joined into one file, of which only the first would be "
            "read; split it, or convert it to one recording"
        )


def fill_in_size(content):
    """Return a WAV file with its length, if its header was never completed.

    Programs that write to a pipe, or that are stopped while they record, leave the size 0.

    Parameters
    ----------
    content : bytes-like
        Content of the file.

    Returns
    -------
    bytes or None
        The file with its size; None if there is no audio after the header.
    """
    if content[:4] != b"RIFF" or len(content) < _N_HEAD:
        return None
    at = 12
    for _ in range(_MOST_CHUNKS):
        name, size = content[at : at + 4], content[at + 4 : at + 8]
        if name == b"data" or len(size) < 4:
            break
        at += 8 + struct.unpack("<I", size)[0]
    (n_riff,) = struct.unpack("<I", content[4:8])
    n_bytes = len(content) - (at + 8)
    is_open = n_riff <= at or n_riff >= UNKNOWN_BYTES
    if content[at : at + 8] != b"data\0\0\0\0" or n_bytes <= 0 or not is_open:
        return None
    n_bytes = min(n_bytes, 0xFFFFFFFF)
    return content[: at + 4] + struct.pack("<I", n_bytes) + content[at + 8 :]
