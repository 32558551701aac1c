"""What comes out of the cache is what a fresh extraction gives, or it does not come out."""

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skprognet.features import OpenSmileFeatures, _batch, _cache, clear_cache
from skprognet.features._cache import FeatureCache
from skprognet.features._extraction import Result, extract

pytest.importorskip("opensmile")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept features"


@pytest.fixture
def extracted(monkeypatch):
    """Give a list of what was really extracted."""
    calls = []

    def count(utterance, settings):
        calls.append(utterance)
        return extract(utterance, settings)

    monkeypatch.setattr(_batch, "extract", count)
    return calls


def smile(folder, **params):
    return OpenSmileFeatures(cache=folder, **params)


def entries(folder):
    with sqlite3.connect(folder / "features.sqlite3") as database:
        rows = database.execute("SELECT key, value FROM entries").fetchall()
    database.close()
    return dict(rows)


def test_second_run_extracts_nothing(folder, voices, extracted):
    expected = OpenSmileFeatures().transform(voices)
    extracted.clear()
    first = smile(folder).transform(voices)
    second = smile(folder).transform(voices[::-1])
    assert len(extracted) == 4
    pd.testing.assert_frame_equal(first, expected, check_exact=True)
    pd.testing.assert_frame_equal(second, expected[::-1], check_exact=True)


def test_found_by_content_and_not_by_name_or_date(folder, voices, extracted, tmp_path):
    smile(folder).transform(voices[:1])
    copy = shutil.copy(voices[0], tmp_path / "copy.wav")
    os.utime(copy, (1, 1))
    smile(folder).transform([copy])
    assert len(extracted) == 1
    before = os.stat(voices[0])
    shutil.copy(voices[1], voices[0])  # another voice under the same name, of the same date
    os.utime(voices[0], ns=(before.st_atime_ns, before.st_mtime_ns))
    assert len(Path(voices[0]).read_bytes()) == before.st_size
    features = smile(folder).transform(voices[:1])
    assert len(extracted) == 2
    np.testing.assert_array_equal(features, OpenSmileFeatures().transform(voices[1:2]))


def test_audio_that_is_none_under_another_suffix_is_not_found(folder, voices, tmp_path):
    raw = shutil.copy(voices[0], tmp_path / "same.RAW")
    smile(folder).transform(voices)
    with pytest.raises(ValueError, match="is raw audio, which does not say its sampling rate"):
        smile(folder).transform([raw])


def test_key_is_all_that_features_depend_on(folder, voices, voice, extracted, monkeypatch):
    signal = (voice(150, 16_000), 16_000)
    inputs = [
        voices[:1],
        pd.DataFrame({"file": voices[:1], "start": 0.1}),
        pd.DataFrame({"file": voices[:1], "end": 0.1}),
        [signal],
        [(signal[0].astype("float32"), 16_000)],
        [(signal[0], 22_050)],
        [(signal[0].reshape(-1, 2), 16_000)],
    ]
    for X in [*inputs, *inputs]:
        smile(folder).transform(X)
    assert len(extracted) == len(inputs)
    for params in ({"sampling_rate": 8_000}, {"feature_set": "GeMAPSv01b"}):
        for _ in range(2):
            smile(folder, **params).transform(voices[:1])
        assert len(extracted) == len(inputs) + 1
        del extracted[-1]
    real = _cache.version
    for name in ("opensmile", "soxr", "soundfile"):
        with monkeypatch.context() as patch:
            patch.setattr(_cache, "version", lambda n, new=name: "9.9" if n == new else real(n))
            smile(folder).transform(voices[:1])
    monkeypatch.setattr(_cache, "_RECIPE", -1)
    smile(folder).transform(voices[:1])
    assert len(extracted) == len(inputs) + 4


def test_same_file_twice_is_extracted_once(voices, extracted):
    features = OpenSmileFeatures().transform([voices[0], voices[1], voices[0]])
    assert len(extracted) == 2
    np.testing.assert_array_equal(features.iloc[0], features.iloc[2])


@pytest.mark.parametrize("change", ["value", "swapped", "cut", "empty", "text"])
def test_altered_entry_is_never_used(folder, voices, extracted, change):
    expected = smile(folder).transform(voices[:2])
    (first, value), (second, other) = entries(folder).items()
    wrong = {
        "value": value[:-1] + bytes([value[-1] ^ 1]),
        "swapped": other,
        "cut": value[:-4],
        "empty": b"",
        "text": "1.0",
    }
    with sqlite3.connect(folder / "features.sqlite3") as database:
        database.execute("UPDATE entries SET value = ? WHERE key = ?", (wrong[change], first))
    database.close()
    for _ in range(2):
        again = smile(folder).transform(voices[:2])
        pd.testing.assert_frame_equal(again, expected, check_exact=True)
    assert len(extracted) == 3  # and the entry was put right
    assert entries(folder) == {first: value, second: other}


@pytest.mark.parametrize("damage", ["garbage", "zeros inside", "cut", "other table"])
def test_damaged_file_is_said_and_cleared(folder, voices, damage):
    expected = smile(folder).transform(voices)
    path = folder / "features.sqlite3"
    content = bytearray(path.read_bytes())
    if damage == "garbage":
        content = b"no database at all " * 500
    elif damage == "zeros inside":
        content[100:] = bytes(len(content) - 100)
    elif damage == "cut":
        content = content[:5000]
    path.write_bytes(content)
    if damage == "other table":
        with sqlite3.connect(path) as database:
            database.execute("DROP TABLE entries")
            database.execute("CREATE TABLE entries (wrong)")
        database.close()
    with pytest.warns(UserWarning, match=r"The cache in .* cannot be used \(.*clear_cache"):
        again = smile(folder).transform(voices)
    pd.testing.assert_frame_equal(again, expected, check_exact=True)
    clear_cache(folder)
    smile(folder).transform(voices)
    assert len(entries(folder)) == 4


def test_clear(folder, voices):
    clear_cache(folder)
    assert not folder.exists()
    smile(folder).transform(voices)
    (folder / "mine.txt").touch()
    clear_cache(folder)
    assert (folder / "features.sqlite3").stat().st_size <= 4096
    assert (folder / "mine.txt").exists()
    smile(folder).transform(voices)
    assert len(entries(folder)) == 4


def row(number, n_values=500):
    return bytes([number]) * 32, Result(np.full(n_values, number, np.float32), None, 1.5, 8_000)


def test_size_limit_keeps_what_was_used_last(folder, monkeypatch):
    times = iter(range(1, 100))
    monkeypatch.setattr(_cache.time, "time", lambda: next(times))
    with FeatureCache(folder, None) as cache:
        for number in range(40):
            cache.add(*row(number))
    with FeatureCache(folder, None) as cache:
        assert set(cache.find([row(3)[0]])) == {row(3)[0]}
    full = (folder / "features.sqlite3").stat().st_size
    with FeatureCache(folder, full // 2) as cache:
        cache.add(*row(99))
    assert (folder / "features.sqlite3").stat().st_size <= full // 2
    left = entries(folder)
    assert row(3)[0] in left
    assert row(99)[0] in left
    assert 10 < len(left) < 30


def test_values_come_back_to_the_last_bit(folder, rng):
    values = rng.normal(size=6373).astype(np.float32)
    values[:3] = [np.float32(1e-45), -0.0, np.finfo(np.float32).max]
    with FeatureCache(folder, None) as cache:
        cache.add(b"k" * 32, Result(values, None, 2.25, 44_100, ("clipped", "3 of 4")))
    with FeatureCache(folder, None) as cache:
        found = cache.find([b"k" * 32, b"other"])
    assert list(found) == [b"k" * 32]
    assert found[b"k" * 32].values.tobytes() == values.tobytes()
    assert found[b"k" * 32][1:] == (None, 2.25, 44_100, ("clipped", "3 of 4"))


def test_warning_of_low_rates_comes_also_from_the_cache(folder, write, voice):
    path = write("low.wav", voice(150, 8_000), 8_000)
    for _ in range(2):
        with pytest.warns(UserWarning, match="1 of 1 utterances have a lower sampling rate"):
            smile(folder).transform([path])


def test_bad_files_are_not_kept(folder, tmp_path, write, voice):
    path = tmp_path / "late.wav"
    for _ in range(2):
        with pytest.raises(ValueError, match="No such file"):
            smile(folder).transform([path])
    write("late.wav", voice(150))
    smile(folder).transform([path])
    assert len(entries(folder)) == 1


def test_file_that_changes_while_it_is_read(folder, voices, monkeypatch):
    def slow(utterance, settings):
        shutil.copy(voices[1], voices[0])
        return extract(utterance, settings)

    monkeypatch.setattr(_batch, "extract", slow)
    with pytest.raises(ValueError, match=r"was written to while it was read$"):
        smile(folder).transform(voices[:1])
    assert entries(folder) == {}


def test_folder_that_cannot_be_made(tmp_path, voices):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        smile(tmp_path / "file" / "cache").transform(voices)


# Programs that fill a cache with many voices; the first argument is the folder of both.
FILL = """
import sys
from pathlib import Path
from skprognet.features import OpenSmileFeatures
folder = Path(sys.argv[1])
print("started", flush=True)
OpenSmileFeatures(cache=folder / "cache", verbose=False).transform(sorted(folder.glob("*.wav")))
"""


@pytest.fixture
def many(write, voice, tmp_path):
    return sorted(write(f"{i}.wav", voice(80 + i, seconds=2)) for i in range(60))


def start(tmp_path):
    return subprocess.Popen(
        [sys.executable, "-c", FILL, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def wait_for_entries(folder, process):
    """Return when something is in the cache; its owner is at work then."""
    while process.poll() is None:
        try:
            if entries(folder):
                return
        except sqlite3.OperationalError:  # no file or no table yet
            pass
        time.sleep(0.02)


def test_two_processes_one_of_them_killed(tmp_path, many, extracted):
    processes = [start(tmp_path), start(tmp_path)]
    wait_for_entries(tmp_path / "cache", processes[0])
    processes[0].kill()
    outputs = [process.communicate() for process in processes]
    assert processes[0].returncode == -signal.SIGKILL
    assert processes[1].returncode == 0, outputs[1]
    from_cache = smile(tmp_path / "cache").transform(many)
    assert extracted == []
    pd.testing.assert_frame_equal(from_cache, OpenSmileFeatures().transform(many))


def test_interrupted_run_leaves_a_usable_cache(tmp_path, many, extracted):
    process = start(tmp_path)
    wait_for_entries(tmp_path / "cache", process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert b"KeyboardInterrupt" in errors
    kept = len(entries(tmp_path / "cache"))
    assert 0 < kept < 60
    features = smile(tmp_path / "cache").transform(many)
    assert len(extracted) == 60 - kept
    pd.testing.assert_frame_equal(features, OpenSmileFeatures().transform(many))


def test_threads_that_write_at_once(folder):
    def fill(first):
        with FeatureCache(folder, None) as cache:
            for number in range(first, first + 50):
                cache.add(*row(number % 256, 10))

    threads = [threading.Thread(target=fill, args=(first,)) for first in (0, 25, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entries(folder)) == 100


def test_entry_of_another_length_is_extracted_again(folder, voices):
    expected = smile(folder).transform(voices)
    for left in (4, 5, 40):  # a feature less, a feature that is torn, ten less
        with sqlite3.connect(folder / "features.sqlite3") as database:
            for key, value in entries(folder).items():
                content = value[32:-left]
                forged = hashlib.sha256(key + content).digest() + content
                database.execute("UPDATE entries SET value = ? WHERE key = ?", (forged, key))
        database.close()
        pd.testing.assert_frame_equal(smile(folder).transform(voices), expected)
