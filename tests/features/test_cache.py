"""The cache returns the result of a new extraction, or nothing."""

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skprognet.features import OpenSmileFeatures, clear_cache, count_cached, remove_cache

N_MANY = 24
opensmile = pytest.importorskip("opensmile")
soundfile = pytest.importorskip("soundfile")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept features"


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


def test_entry_is_found_by_content_and_not_by_name_or_date(folder, voices, extracted, tmp_path):
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


def test_raw_suffix_is_refused_even_if_the_content_is_cached(folder, voices, tmp_path):
    raw = shutil.copy(voices[0], tmp_path / "same.RAW")
    smile(folder).transform(voices)
    with pytest.raises(ValueError, match="is raw audio without a sampling rate"):
        smile(folder).transform([raw])


def pretend_to_have(patch, folder, package):
    """Pretend that version 99.9 of a package is installed."""
    info = folder / package / f"{package}-99.9.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 99.9\n")
    patch.syspath_prepend(info.parent)


def test_key_has_everything_that_features_depend_on(
    folder, voices, voice, extracted, tmp_path, monkeypatch
):
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
    for number, name in enumerate(("opensmile", "soxr", "soundfile"), 1):
        with monkeypatch.context() as patch:
            pretend_to_have(patch, tmp_path, name)
            for _ in range(2):
                smile(folder).transform(voices[:1])
        assert len(extracted) == len(inputs) + number
    monkeypatch.setattr("soundfile.__libsndfile_version__", "99.9")
    smile(folder).transform(voices[:1])
    assert len(extracted) == len(inputs) + 4
    smile(folder).transform(voices[:1])
    assert len(extracted) == len(inputs) + 4


def test_entries_of_an_earlier_version_of_this_package_are_not_used(
    folder, voices, extracted, monkeypatch
):
    smile(folder).transform(voices[:1])
    # Only another version of this package changes this number.
    monkeypatch.setattr("skprognet.features.engine._keys._RECIPE", -1)
    smile(folder).transform(voices[:1])
    assert len(extracted) == 2


def test_same_file_twice_is_extracted_once(voices, extracted):
    features = OpenSmileFeatures().transform([voices[0], voices[1], voices[0]])
    assert len(extracted) == 2
    np.testing.assert_array_equal(features.iloc[0], features.iloc[2])


@pytest.mark.parametrize("change", ["value", "swapped", "cut", "empty", "text"])
def test_altered_entry_is_never_used(folder, voices, extracted, change):
    expected = smile(folder).transform(voices[:2])
    (first, value), (second, second_value) = entries(folder).items()
    altered = {
        "value": value[:-1] + bytes([value[-1] ^ 1]),
        "swapped": second_value,
        "cut": value[:-4],
        "empty": b"",
        "text": "1.0",
    }
    with sqlite3.connect(folder / "features.sqlite3") as database:
        database.execute("UPDATE entries SET value = ? WHERE key = ?", (altered[change], first))
    database.close()
    for _ in range(2):
        features = smile(folder).transform(voices[:2])
        pd.testing.assert_frame_equal(features, expected, check_exact=True)
    assert len(extracted) == 3  # the altered entry was mended
    assert entries(folder) == {first: value, second: second_value}


@pytest.mark.parametrize("damage", ["garbage", "zeros inside", "cut", "other table"])
def test_damaged_cache_raises_a_warning_and_can_be_cleared(folder, voices, damage):
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
        features = smile(folder).transform(voices)
    pd.testing.assert_frame_equal(features, expected, check_exact=True)
    clear_cache(folder)
    smile(folder).transform(voices)
    assert len(entries(folder)) == 4


def test_clear_cache_removes_all_entries_and_no_other_file(folder, voices):
    clear_cache(folder)
    assert not folder.exists()
    smile(folder).transform(voices)
    (folder / "mine.txt").touch()
    clear_cache(folder)
    assert (folder / "features.sqlite3").stat().st_size <= 4096
    assert (folder / "mine.txt").exists()
    smile(folder).transform(voices)
    assert len(entries(folder)) == 4


@pytest.fixture
def invented_signals(monkeypatch):
    """Let openSMILE return invented features, and give a list of the signals that it gets."""
    signals = []

    def invent(smile, signal, *_):
        signals.append(signal)
        return np.full((1, len(smile.feature_names), 1), signal[0])

    monkeypatch.setattr(opensmile.Smile, "__call__", invent)
    return signals


def pulses(number):
    """Return a signal that differs from that of any other number."""
    return np.tile(np.array([number, -number], dtype=np.int16), 100), 16_000


def test_size_limit_keeps_the_entries_that_were_used_last(folder, invented_signals):
    def transform(*numbers, **params):
        smile(folder, feature_set="ComParE_2016", **params).transform(list(map(pulses, numbers)))
        n_extracted = len(invented_signals)
        invented_signals.clear()
        return n_extracted

    file = folder / "features.sqlite3"
    for number in range(101, 113):
        transform(number)
    full = file.stat().st_size
    assert transform(103) == 0
    assert transform(999, cache_size_limit=full // 2) == 1
    assert file.stat().st_size <= full // 2
    assert 3 < len(entries(folder)) < 8
    assert transform(103, 999, 112) == 0
    assert transform(101, 102) == 2


@pytest.mark.parametrize(("limit", "error"), [("1 GB", TypeError), (-1, ValueError)])
def test_size_limit_must_be_a_number_of_bytes(folder, limit, error):
    with pytest.raises(error, match=r"^cache_size_limit must "):
        smile(folder, cache_size_limit=limit).transform([pulses(101)])


def test_cached_values_are_equal_to_the_last_bit(folder, rng, monkeypatch):
    values = rng.normal(size=6373).astype(np.float32)
    values[:3] = [np.float32(1e-45), -0.0, np.finfo(np.float32).max]
    monkeypatch.setattr(opensmile.Smile, "__call__", lambda *_: values.reshape(1, -1, 1))
    for _ in range(2):
        features = smile(folder, feature_set="ComParE_2016").transform([pulses(200)])
        assert features.to_numpy().tobytes() == values.tobytes()
        monkeypatch.setattr(opensmile.Smile, "__call__", lambda *_: 1 / 0)


def test_cached_features_keep_their_warnings_and_lengths(folder, extracted):
    loud = np.tile([0.5, -900.0, 0.5, 0.5], 6_000), 11_025  # 24,000 frames: 2.177 s
    messages = []
    for _ in range(2):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            smile(folder).transform([loud])
        messages.append([str(warning.message) for warning in caught])
    assert len(extracted) == 1
    assert messages[0] == messages[1]
    assert "6000 of 24000 samples" in messages[0][0]
    assert "the lowest: 11025 Hz" in messages[0][1]
    with pytest.raises(ValueError, match="lasts 2 s, longer than the limit of 2 s"):
        smile(folder, max_duration=2).transform([loud])


def test_unusable_files_are_not_cached(folder, tmp_path, write, voice):
    path = tmp_path / "late.wav"
    for _ in range(2):
        with pytest.raises(ValueError, match="No such file"):
            smile(folder).transform([path])
    write("late.wav", voice(150))
    smile(folder).transform([path])
    assert len(entries(folder)) == 1


def test_file_that_changes_while_it_is_read_is_refused(folder, voices, monkeypatch):
    open_sound = soundfile.SoundFile.__init__

    def slow(sound, name):
        shutil.copy(voices[1], voices[0])
        open_sound(sound, name)

    monkeypatch.setattr(soundfile.SoundFile, "__init__", slow)
    with pytest.raises(ValueError, match=r"was written to while it was read$"):
        smile(folder).transform(voices[:1])
    assert entries(folder) == {}


def test_cache_folder_that_cannot_be_made_is_an_error(tmp_path, voices):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        smile(tmp_path / "file" / "cache").transform(voices)


# A program that fills a cache with voices. Its arguments are the folders of voices and cache. It
# opens each file slowly, so that it is still at work when a test stops it.
FILL = """
import sys, time
from pathlib import Path
import soundfile
from skprognet.features import OpenSmileFeatures
open_sound = soundfile.SoundFile.__init__
def open_slowly(sound, *arguments, **options):
    time.sleep(0.1)
    open_sound(sound, *arguments, **options)
soundfile.SoundFile.__init__ = open_slowly
voices, cache = Path(sys.argv[1]), sys.argv[2]
OpenSmileFeatures(cache=cache, verbose=False).transform(sorted(voices.glob("*.wav")))
"""


@pytest.fixture(scope="module")
def many_voices(voice, tmp_path_factory):
    """Give the paths of many voices, and their features, which were extracted without a cache."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(N_MANY):
        soundfile.write(folder / f"{number}.wav", voice(80 + number, seconds=2), 16_000)
    paths = sorted(map(str, folder.glob("*.wav")))
    return paths, OpenSmileFeatures().transform(paths)


def start_filling(many_voices, folder):
    voices = Path(many_voices[0][0]).parent
    return subprocess.Popen(
        [sys.executable, "-c", FILL, str(voices), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for_entries(folder, process):
    """Return when the cache has an entry, while the process still fills it."""
    while process.poll() is None:
        try:
            if entries(folder):
                return
        except sqlite3.OperationalError:  # no file or no table yet
            pass
        time.sleep(0.02)


def test_killed_process_does_not_disturb_another_on_the_same_cache(folder, many_voices, extracted):
    voices, expected = many_voices
    processes = [start_filling(many_voices, folder), start_filling(many_voices, folder)]
    wait_for_entries(folder, processes[0])
    processes[0].kill()
    outputs = [process.communicate() for process in processes]
    assert processes[0].returncode == -signal.SIGKILL
    assert processes[1].returncode == 0, outputs[1]
    from_cache = smile(folder).transform(voices)
    assert extracted == []
    pd.testing.assert_frame_equal(from_cache, expected)


def test_interrupted_run_leaves_a_usable_cache(folder, many_voices, extracted):
    voices, expected = many_voices
    process = start_filling(many_voices, folder)
    wait_for_entries(folder, process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert b"KeyboardInterrupt" in errors
    n_kept = len(entries(folder))
    assert 0 < n_kept < N_MANY
    features = smile(folder).transform(voices)
    assert len(extracted) == N_MANY - n_kept
    pd.testing.assert_frame_equal(features, expected)


def test_threads_may_write_to_one_cache_at_once(folder, invented_signals):
    def fill(first):
        for number in range(first, first + 50, 10):
            smile(folder).transform([pulses(100 + i) for i in range(number, number + 10)])

    with ThreadPoolExecutor() as threads:
        list(threads.map(fill, (0, 25, 50)))
    assert len(entries(folder)) == 100


def test_entry_of_another_length_is_extracted_again(folder, voices):
    expected = smile(folder).transform(voices)
    for n_bytes in (4, 5, 40):  # one feature fewer, a feature cut in two, ten fewer
        with sqlite3.connect(folder / "features.sqlite3") as database:
            for key, value in entries(folder).items():
                content = value[32:-n_bytes]
                forged = hashlib.sha256(key + content).digest() + content
                database.execute("UPDATE entries SET value = ? WHERE key = ?", (forged, key))
        database.close()
        pd.testing.assert_frame_equal(smile(folder).transform(voices), expected)


def test_remove_cache_keeps_other_files(tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    OpenSmileFeatures(cache=tmp_path).fit_transform([(0.5 * np.sin(np.arange(8_000)), 16_000)])
    assert count_cached(tmp_path) == 1
    remove_cache(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
