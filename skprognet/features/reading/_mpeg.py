"""Measure the length of MPEG audio (MP3, MP2) by counting its frames.

libsndfile decodes as many samples as the Xing header of an MP3 promises. Without this header it
guesses the number from the sizes of the file and the first frame, and stops there. The guess is
too low if later frames are smaller than the first. So this module puts the smallest possible
frame, which is silent, in front. Then the guess is large enough, and the silence is skipped.
"""

import re
import struct
from collections import namedtuple
from functools import lru_cache

_LAYER_2 = (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_LAYER_3 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_LOW_1 = (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256)
_LOW = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
# kbit/s by layer, for MPEG 1 and for MPEG 2 with its lower rates.
_BITRATES = {
    True: {1: tuple(range(32, 449, 32)), 2: _LAYER_2, 3: _LAYER_3},
    False: {1: _LOW_1, 2: _LOW, 3: _LOW},
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_MPEG_1, _MONO = 3, 3
_LOWEST_BITRATE = 1 << 4

_INFO = re.compile(rb"Xing|Info|VBRI")
_INFO_WITHIN = 44  # bytes from the start of a frame
_LONGEST_TRIM = 2 * 4095  # samples that the header of LAME may have cut off at both ends

Mpeg = namedtuple("Mpeg", ["stream", "n_skipped", "n_samples"])
"""What to decode (bytes, or None for the file itself), how many samples to skip at its start, and
how many samples come after them."""

_Kind = namedtuple("_Kind", ["version", "layer", "rate", "is_mono"])
_Frame = namedtuple("_Frame", ["kind", "n_bytes", "n_samples"])


def measure_mpeg(content, n_counted):
    """Count the samples of MPEG audio, and make a stream that libsndfile decodes to its end.

    Parameters
    ----------
    content : bytes-like
        Content of a file. There may be tags around the audio, or the header of a WAV file.
    n_counted : int
        Number of samples that libsndfile would decode.

    Returns
    -------
    Mpeg
        The stream to decode; the file itself if it needs no correction.

    Raises
    ------
    ValueError
        If the file is cut short, is damaged between its frames, changes its format in the middle,
        has more audio than its header says, or has no frames of known size.
    """
    starts = _find_frames(content)
    first = _parse(content[starts[0] : starts[0] + 4])
    has_info, n_promised = _read_info(content[starts[0] : starts[0] + first.n_bytes])
    audio = starts[1:] if has_info else starts
    if not audio:
        raise ValueError("holds no audio (0 frames)")
    if n_promised and n_promised < len(audio):
        raise ValueError(
            f"holds {len(audio)} frames of MPEG audio, but its header says {n_promised} (it may "
            "be several joined files); split it, or convert it to FLAC"
        )
    trimmed = n_promised * first.n_samples - n_counted
    if n_promised and 0 <= trimmed <= _LONGEST_TRIM:
        return Mpeg(None, 0, n_counted)
    n_samples = first.n_samples * len(audio)
    if not has_info and n_counted >= n_samples:
        return Mpeg(None, 0, n_samples)
    return _put_small_first(content, audio)


def _put_small_first(content, starts):
    """Return these frames with the smallest possible frame, which is silent, in front."""
    header = content[starts[0] : starts[0] + 4]
    frame = _parse(header)
    # No checksum, the lowest bitrate, no padding.
    small = bytes([header[0], header[1] | 1, _LOWEST_BITRATE | header[2] & 0x0D, header[3]])
    frames = [small.ljust(_parse(small).n_bytes, b"\0")]
    for start in starts:
        n_bytes = _parse(content[start : start + 4]).n_bytes
        frames.append(content[start : start + n_bytes])
    return Mpeg(b"".join(frames), frame.n_samples, frame.n_samples * len(starts))


def _read_info(frame):
    """Return whether a frame is a header without audio, and how many frames it promises (or 0)."""
    found = _INFO.search(frame[:_INFO_WITHIN])
    if not found:
        return False, 0
    counted = found[0] != b"VBRI" and len(frame) >= found.end() + 8
    flags, n_frames = struct.unpack_from(">II", frame, found.end()) if counted else (0, 0)
    return True, n_frames if flags & 1 else 0


def _find_frames(content):
    """Return the position of each frame."""
    at = _find_start(content, _skip_tags(content, 0))
    kind = _parse(content[at : at + 4]).kind
    starts = []
    while frame := _parse(content[at : at + 4]):
        if frame.kind != kind:
            raise ValueError("changes its sampling rate or its channels in the middle")
        missing = at + frame.n_bytes - len(content)
        if missing > 0:
            raise ValueError(f"is cut short (its last frame lacks {missing} bytes)")
        starts.append(at)
        at += frame.n_bytes
        if not _parse(content[at : at + 4]):
            at = _skip_tags(content, at)
    _check_rest(content, at)
    return starts


def _check_rest(content, at):
    """Raise a ValueError if more audio follows the last frame."""
    n_rest = len(content) - at
    if 0 < n_rest < 4 and content[at] == 0xFF:
        raise ValueError("is cut short (it has only the start of its last frame)")
    try:
        further = _find_start(content, at)
    except ValueError:
        return
    raise ValueError(f"is damaged: {further - at} bytes between its frames are not audio")


def _find_start(content, at):
    """Return the position of the next frame that is followed by others."""
    while (at := content.find(b"\xff", at)) >= 0:
        if _is_followed(content, at):
            return at
        at += 1
    raise ValueError("does not say how long it is (no MPEG frames of known size); convert it")


def _is_followed(content, at, n_frames=3):
    """Return whether frames of one kind follow each other here, or end with the file."""
    frame = kind = _parse(content[at : at + 4])
    kind = frame and frame.kind
    for _ in range(n_frames):
        if not frame or frame.kind != kind:
            return False
        at += frame.n_bytes
        if at >= len(content):
            return True
        frame = _parse(content[at : at + 4])
    return True


def _skip_tags(content, at):
    """Return the end of tags: ID3v2 with texts and pictures, ID3v1, and the zeros around them."""
    while True:
        if content[at : at + 3] == b"ID3" and len(content) >= at + 10:
            n_bytes = 0
            for byte in content[at + 6 : at + 10]:
                n_bytes = n_bytes << 7 | byte & 0x7F
            at += 10 + n_bytes + (10 if content[at + 5] & 0x10 else 0)
        elif content[at : at + 3] == b"TAG":
            at += 128
        else:
            zeros = re.compile(rb"\0*").match(content, at).end()
            if zeros == at:
                return at
            at = zeros


@lru_cache(maxsize=4096)
def _parse(header):
    """Parse the four bytes at the start of a frame; return None if no frame starts here."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    bitrate, rate, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version not in _RATES or layer == 4 or bitrate in (0, 15) or rate == 3:
        return None
    kind = _Kind(version, layer, _RATES[version][rate], header[3] >> 6 == _MONO)
    bits_per_s = 1000 * _BITRATES[version == _MPEG_1][layer][bitrate - 1]
    if layer == 1:
        return _Frame(kind, (12 * bits_per_s // kind.rate + padding) * 4, 384)
    n_samples = 576 if layer == 3 and version != _MPEG_1 else 1152
    return _Frame(kind, n_samples // 8 * bits_per_s // kind.rate + padding, n_samples)
