"""A small file cannot grow without limit, whatever its header says."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skprognet.features import OpenSmileFeatures

soundfile = pytest.importorskip("soundfile")
pytest.importorskip("opensmile")


def reasons(X, **params):
    """Return the reason for each utterance that cannot be used."""
    smile = OpenSmileFeatures(on_error="nan", **params)
    with pytest.warns(UserWarning, match="cannot be used"):
        smile.transform(X)
    return smile.errors_["reason"].tolist()


@pytest.fixture
def long_silence(tmp_path):
    """Give the path of a small FLAC file of more than an hour."""
    path = tmp_path / "long.flac"
    silence = np.zeros(4_000 * 60, np.int16)
    with soundfile.SoundFile(path, "w", 4_000, 1) as file:
        for _ in range(60):
            file.write(silence)
        file.write(silence[:4_001])
    assert path.stat().st_size < 200_000
    return path


@pytest.mark.parametrize("rate", [1, 100, 3_999, 384_001, 2**31 - 1])
def test_sampling_rates_outside_the_range_of_audio_are_refused(write, voice, rate):
    path = write("odd.wav", voice(150))
    content = bytearray(Path(path).read_bytes())
    content[24:28] = struct.pack("<I", rate)
    Path(path).write_bytes(content)
    reason = f"has a sampling rate of {rate} Hz; audio has 4000 to 384000 Hz"
    assert reasons([path]) == [reason]
    assert reasons([(voice(150), rate)]) == [reason]


@pytest.mark.filterwarnings("ignore:.*lower sampling rate")
def test_lowest_and_highest_sampling_rate_are_accepted(write, voice):
    for rate in (4_000, 384_000):
        samples = voice(150, rate)
        features = OpenSmileFeatures().transform(
            [write(f"{rate}.wav", samples, rate, subtype="DOUBLE")]
        )
        from_signal = OpenSmileFeatures().transform([(samples, rate)])
        np.testing.assert_array_equal(features, from_signal)


def test_recordings_above_the_default_limit_of_an_hour_are_not_decoded(
    long_silence, voice, monkeypatch
):
    def decode(*_, **__):
        raise AssertionError("a recording above the limit was decoded")

    monkeypatch.setattr(soundfile.SoundFile, "read", decode)
    reason = (
        "lasts 3601 s, longer than the limit of 3600 s; give segments of it, or raise "
        "max_duration (--max-duration)"
    )
    assert reasons([long_silence]) == [reason]
    assert reasons([(np.zeros(4_000 * 3_601, np.int16), 4_000)]) == [reason]


@pytest.mark.parametrize("kind", ["file", "signal"])
def test_limit_applies_to_the_segment_and_not_to_the_file(write, voice, kind):
    samples = voice(150, seconds=2)
    whole = [write("a.wav", samples)] if kind == "file" else [(samples, 16_000)]
    smile = OpenSmileFeatures(max_duration=1)
    assert reasons(whole, max_duration=1) == [
        "lasts 2 s, longer than the limit of 1 s; give segments of it, or raise "
        "max_duration (--max-duration)"
    ]
    for limit in (2, 2.5, None, np.inf):
        OpenSmileFeatures(max_duration=limit).transform(whole)
    if kind == "file":
        table = pd.DataFrame({"file": whole, "start": [0.5], "end": [1.5]})
        assert np.isfinite(smile.transform(table)).all(axis=None)
        assert len(reasons(table, max_duration=0.9)) == 1


def test_limit_applies_to_cached_recordings_too(write, voice, tmp_path):
    paths = [write("a.wav", voice(150))]
    OpenSmileFeatures(cache=tmp_path / "cache").transform(paths)
    assert len(reasons(paths, cache=tmp_path / "cache", max_duration=0.4)) == 1


@pytest.mark.parametrize("limit", [0, -1, True, float("nan"), "3600"])
def test_limit_must_be_a_positive_number_of_seconds(limit, voices):
    with pytest.raises(ValueError, match="number of seconds") as caught:
        OpenSmileFeatures(max_duration=limit).transform(voices)
    assert str(caught.value) == (
        f"max_duration must be a number of seconds above 0, or None for no limit; got {limit!r}."
    )


# A program that reads files, and prints how much memory and how many threads that took.
READ = """
import sys, threading, time
def status(name):
    with open("/proc/self/status") as file:
        return int(next(line for line in file if line.startswith(name)).split()[1])
empty = status("VmHWM")
from skprognet.features import OpenSmileFeatures
smile = OpenSmileFeatures(on_error="nan", verbose=False)
smile.get_feature_names_out()
before, most, done = status("Threads"), 0, threading.Event()
def watch():
    global most
    while not done.wait(0.01):
        most = max(most, status("Threads"))
watching = threading.Thread(target=watch)
watching.start()
smile.transform(sys.argv[1:])
done.set()
watching.join()
print(status("VmHWM") - empty, most - before - 1, "/".join(smile.errors_["reason"]), sep=";")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc, which only Linux has")
def test_reading_takes_limited_memory_and_threads(tmp_path, long_silence):
    # Cut before its end, so that an hour is decoded and resampled, and openSMILE is not run.
    content = bytearray(long_silence.read_bytes())
    content[21:26] = struct.pack(">BI", content[21], 4_000 * 3_600)
    cut = tmp_path / "cut.flac"
    cut.write_bytes(content[:-1_500])
    wide = tmp_path / "wide.wav"
    soundfile.write(wide, np.zeros((450, 1024), np.int16), 8_000)
    wide.write_bytes(wide.read_bytes()[:-10])
    process = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ, str(cut), str(wide)],
        capture_output=True,
        text=True,
        check=True,
    )
    memory, threads, reason = process.stdout.strip().split(";")
    decoded_to_the_end, is_cut = reason.split("/")
    assert decoded_to_the_end.startswith(("cannot be decoded", "is cut short"))
    assert is_cut.startswith("is cut short")
    assert int(memory) < 500_000  # kB
    assert int(threads) <= os.cpu_count()
