"""Files that are not audio or have an incomplete header, and their messages."""

import struct
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skprognet.features import OpenSmileFeatures

soundfile = pytest.importorskip("soundfile")
pytest.importorskip("opensmile")

CONVERT = "which libsndfile cannot read; convert it, for example with: ffmpeg -i FILE out.flac"


def reason(path):
    with pytest.raises(ValueError, match="cannot be used") as caught:
        OpenSmileFeatures().transform([path])
    return str(caught.value).split(f"  {str(path)!r}: ")[1]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a", "run: git lfs pull"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", f"is MPEG-4 (M4A, AAC), {CONVERT}"),
        (b"\xff\xf1\x50\x80\x2a\x7f\xfc", f"is AAC, {CONVERT}"),
        (b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel", f"is Windows Media (WMA), {CONVERT}"),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1f", f"is Matroska or WebM, {CONVERT}"),
        (b"#!AMR\n", f"is AMR, {CONVERT}"),
        (b"PK\x03\x04\x14\0\0\0", "is a ZIP archive; unpack it"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "is compressed by gzip; unpack it"),
        (b"MZ\x90", "cannot be decoded (Format not recognised)"),
    ],
)
def test_error_names_formats_that_libsndfile_cannot_read(tmp_path, start, expected):
    path = tmp_path / "speech.wav"
    path.write_bytes(start.ljust(500, b"\x55"))
    assert reason(path).endswith(expected)


def test_error_for_a_file_of_numpy_says_what_to_pass(tmp_path):
    np.save(tmp_path / "speech.npy", np.zeros(900))
    assert reason(tmp_path / "speech.npy") == (
        "is a NumPy array; load it, and give a pair (signal, sampling rate)"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="backslashes are right there")
def test_error_explains_backslashes_in_a_path():
    assert reason("corpus\\wav\\a.wav") == (
        "cannot be opened (No such file or directory; here folders are separated by / and not by "
        "\\)"
    )


@pytest.mark.parametrize("riff", [0, 36, 0xFFFFFFFF, 0x7FFFF024])
@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
def test_wav_whose_size_was_never_filled_in_is_read(write, voice, riff, subtype):
    path = Path(write("a.wav", voice(150), subtype=subtype))
    expected = OpenSmileFeatures().transform([path])
    content = bytearray(path.read_bytes())
    content[4:8] = struct.pack("<I", riff)
    at = content.find(b"data")
    content[at + 4 : at + 8] = bytes(4)
    path.write_bytes(content)
    np.testing.assert_array_equal(OpenSmileFeatures().transform([path]), expected)


def test_wav_without_frames_is_refused(write):
    path = Path(write("a.wav", np.zeros(0)))
    assert reason(path) == "holds no audio (0 frames)"
    content = bytearray(path.read_bytes()) + b"LIST\x04\0\0\0INFO"
    content[4:8] = struct.pack("<I", len(content) - 8)
    path.write_bytes(content)
    assert reason(path) == "holds no audio (0 frames)"


@pytest.mark.parametrize(
    "X",
    [
        lambda signal: (signal, 16_000),
        lambda signal: [signal],
        lambda signal: [(signal, signal)],
        lambda signal: [(16_000, signal)],
        lambda signal: [signal.tolist()],
        lambda signal: ["a.wav", {"signal": signal.tolist()}],
        lambda signal: pd.DataFrame([signal]),
        lambda signal: pd.DataFrame({"file": ["a.wav"], "start": [signal]}),
    ],
)
def test_no_message_prints_a_recording(rng, X):
    with pytest.raises((TypeError, ValueError), match="must") as caught:
        OpenSmileFeatures().transform(X(rng.standard_normal(8_000)))
    assert len(str(caught.value)) < 300
