"""MPEG audio that does not say how long it is: all of it is read, or an error says why not.

Expected values come from the number of frames, and from an MP3 with a header, which soundfile
reads completely.
"""

import io
import struct

import numpy as np
import pandas as pd
import pytest

from skprognet.features import OpenSmileFeatures

soundfile = pytest.importorskip("soundfile")
pytest.importorskip("opensmile")

RATE, FRAME = 16_000, 576  # Hz, and the samples in a frame at that rate
BITRATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
DECODER_DELAY = 529  # samples that a decoder cuts off besides those that the header names
ID3V2 = b"ID3\3\0\0\0\0\2\0" + b"\xff\xf3\x88\xc4 no frame ".ljust(256, b"\0")
ID3V1 = b"TAG".ljust(128, b" ")


def split(content):
    """Return the frames of an MP3."""
    frames, at = [], 0
    while at < len(content):
        size = 72_000 * BITRATES[content[at + 2] >> 4] // RATE + (content[at + 2] >> 1 & 1)
        frames.append(content[at : at + size])
        at += size
    return frames


@pytest.fixture(params=["VARIABLE", "CONSTANT"])
def mp3(request, voice):
    """Give an MP3, its header and its frames. It becomes soft, so its later frames are smaller."""
    samples = 0.5 * voice(150, seconds=2)
    samples[RATE:] *= 1e-2
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="MP3", bitrate_mode=request.param)
    header, *frames = split(file.getvalue())
    return file.getvalue(), header, frames


@pytest.fixture
def read(tmp_path):
    """Give a function that returns the features of a file, or of a segment counted in samples."""

    def read(content, first=None, last=None, name="a.mp3"):
        (tmp_path / name).write_bytes(content)
        table = pd.DataFrame({"file": [tmp_path / name]})
        if first is not None:
            table = table.assign(start=first / RATE, end=last / RATE)
        return OpenSmileFeatures().transform(table).to_numpy()

    return read


@pytest.fixture
def count(read):
    """Give a function that returns how many seconds the reader finds in a file."""

    def count(content, **options):
        with pytest.raises(ValueError, match=r": ends at [\d.]+ s, before the end") as caught:
            read(content, 0, 1_000 * RATE, **options)
        return float(str(caught.value).split(": ends at ")[1].split(" s, ")[0])

    return count


def forget_count(header):
    """Return a header without the number of frames, as encoders write it at first."""
    return header.replace(b"Xing\0\0\0\x0f", b"Xing\0\0\0\0").replace(
        b"Info\0\0\0\x0f", b"Info\0\0\0\0"
    )


def in_wav(stream):
    fmt = struct.pack("<HHIIHHHHIHHH", 0x55, 1, RATE, 0, FRAME, 0, 12, 1, 0, 1152, 1, 0)
    chunks = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt
    chunks += b"data" + struct.pack("<I", len(stream)) + stream
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


WRAPPED = {
    "bare": lambda header, stream: stream,
    "tags": lambda header, stream: ID3V2 + bytes(9) + stream + ID3V1,
    "junk behind": lambda header, stream: stream + b"APETAGEX and what else there is",
    "header from a pipe": lambda header, stream: forget_count(header) + stream,
    "header of another encoder": lambda header, stream: (
        header[:4] + bytes(32) + b"VBRI".ljust(len(header) - 36, b"\0") + stream
    ),
    "within WAV": lambda header, stream: in_wav(stream),
}


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_whole_stream_is_read_without_a_header(mp3, read, count, wrapped):
    content, header, frames = mp3
    decoded, _ = soundfile.read(io.BytesIO(content))
    tag = max(header.find(b"Xing"), header.find(b"Info"))
    delay = DECODER_DELAY + (int.from_bytes(header[tag + 141 : tag + 144]) >> 12)
    rewrapped = WRAPPED[wrapped](header, b"".join(frames))
    assert count(rewrapped) == pytest.approx(FRAME * len(frames) / RATE, abs=0.0006)
    assert len(decoded) == 2 * RATE
    expected = OpenSmileFeatures().transform([(decoded, RATE)])
    np.testing.assert_array_equal(read(rewrapped, delay, delay + 2 * RATE), expected)


def test_stream_with_its_header_has_its_ends_cut_off(mp3, read):
    decoded, _ = soundfile.read(io.BytesIO(mp3[0]))
    for content in (mp3[0], ID3V2 + mp3[0] + ID3V1):
        np.testing.assert_array_equal(
            read(content), OpenSmileFeatures().transform([(decoded, RATE)]).to_numpy()
        )


def test_two_joined_streams_without_headers_are_both_read(mp3, count):
    stream = b"".join(mp3[2])
    assert count(stream + ID3V1 + ID3V2 + stream) == pytest.approx(
        2 * FRAME * len(mp3[2]) / RATE, abs=0.0006
    )


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda whole, s: whole + whole, "holds .* frames of MPEG audio, but its header says"),
        (lambda whole, s: whole + s, "holds .* frames of MPEG audio, but its header says"),
        (lambda whole, s: whole[:-40], "is cut short"),
        (lambda whole, s: s[:-1], "is cut short"),
        (lambda whole, s: s + s[:3], "is cut short"),
        (lambda whole, s: s + b"no audio at all " * 9 + s, "is damaged: 144 bytes between its fr"),
        (lambda whole, s: s + bytes([255, 0xFB, 0x90, 0xC4]).ljust(417) * 3, "changes its sampl"),
    ],
)
def test_stream_that_cannot_be_read_whole_is_refused(mp3, read, spoil, reason):
    with pytest.raises(ValueError, match=f"': {reason}"):
        read(spoil(mp3[0], b"".join(mp3[2])))


def test_whole_stream_of_layer_2_is_read(count):
    # Frames of 64 kbit/s that allocate no bits: silence. At 44.1 kHz sizes alternate.
    frames = [
        bytes([0xFF, 0xFD, 0x40 | (2 if odd else 0), 0xC4]).ljust(208 + odd, b"\0")
        for odd in [i * 144 * 64_000 % 44_100 > 4_899 for i in range(100)]
    ]
    for content in (b"".join(frames), ID3V2 + b"".join(frames) + ID3V1):
        assert count(content, name="a.mp2") == pytest.approx(1152 * 100 / 44_100, abs=0.0006)


@pytest.mark.parametrize(
    ("format", "subtype"),
    [("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("AU", "PCM_16"), ("CAF", "PCM_16")],
)
def test_several_recordings_joined_into_one_file_are_refused(read, voice, format, subtype):
    file = io.BytesIO()
    soundfile.write(file, 0.5 * voice(150), RATE, format=format, subtype=subtype)
    assert np.isfinite(read(file.getvalue())).all()
    with pytest.raises(ValueError, match="': holds several recordings, joined into one file"):
        read(2 * file.getvalue())
