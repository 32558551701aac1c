"""The verb that computes features of recordings: no finished work is lost."""

import numpy as np
import pytest
from click.testing import CliRunner

from skprognet.cli import main

opensmile = pytest.importorskip("opensmile")
soundfile = pytest.importorskip("soundfile")


def run(*arguments, **options):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **options)


@pytest.fixture
def recordings(tmp_path):
    """Give a folder with four recordings."""
    (tmp_path / "wav").mkdir()
    time = np.arange(8_000) / 16_000
    for hertz in (110, 150, 200, 300):
        buzz = sum(0.2 / k * np.sin(2 * np.pi * k * hertz * time) for k in range(1, 15))
        soundfile.write(tmp_path / "wav" / f"{hertz}.wav", buzz, 16_000)
    return tmp_path / "wav"


@pytest.fixture
def counted(monkeypatch):
    """Give a list of what openSMILE was run on, and what it is to raise at which number."""
    real, seconds, raises = opensmile.Smile.__call__, [], {}

    def count(smile, signal, rate):
        seconds.append(len(signal) / rate)
        if len(seconds) in raises:
            raise raises[len(seconds)]
        return real(smile, signal, rate)

    monkeypatch.setattr(opensmile.Smile, "__call__", count)
    return seconds, raises


def test_a_bad_file_does_not_discard_the_others(recordings, counted, tmp_path):
    *good, last = sorted(recordings.glob("*.wav"))
    content = last.read_bytes()
    last.write_bytes(content[:-99])
    out = tmp_path / "f.csv"
    arguments = ("extract", *good, last, "-o", out, "--n-jobs", 1)
    result = run(*arguments)
    assert result.exit_code == 1
    assert f"{str(last)!r}: is cut short" in result.stderr
    assert (
        "leave them out with --on-error skip; the features of the other 3 are kept"
        in result.stderr
    )
    assert repr(f"{out}.cache") in result.stderr
    assert not out.exists()
    last.write_bytes(content)
    again = run(*arguments)
    assert again.exit_code == 0, again.output
    assert len(counted[0]) == len(good) + 1
    assert sorted(tmp_path.iterdir()) == [out, recordings]
    alone = run(*arguments[:-4], "-o", tmp_path / "alone.csv", "--n-jobs", 1)
    assert alone.exit_code == 0
    assert out.read_bytes() == (tmp_path / "alone.csv").read_bytes()


def test_a_run_that_is_stopped_goes_on(recordings, counted, tmp_path):
    files, out = sorted(recordings.glob("*.wav")), tmp_path / "f.csv"
    seconds, raises = counted
    raises[3] = KeyboardInterrupt()
    result = run("extract", *files, "-o", out, "--n-jobs", 1)
    assert result.exit_code == 130
    assert "Stopped. The features of 2 recordings are kept in " in result.stderr
    assert repr(f"{out}.cache") in result.stderr
    assert run("extract", *files, "-o", out, "--n-jobs", 1).exit_code == 0
    assert len(seconds) == len(files) + 1
    assert sorted(tmp_path.iterdir()) == [out, recordings]


def test_a_cache_that_was_asked_for_stays(recordings, counted, tmp_path):
    files, cache = sorted(recordings.glob("*.wav")), tmp_path / "mine"
    result = run("extract", *files, "gone.wav", "-o", tmp_path / "f.csv", "--cache", cache)
    assert result.exit_code == 1
    assert f"are kept in {str(cache)!r}" in result.stderr
    for name in ("f.csv", "g.csv"):
        done = run("extract", *files, "-o", tmp_path / name, "--n-jobs", 1, "--cache", cache)
        assert done.exit_code == 0
    assert counted[0] == []  # the first one ran in other processes
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.csv", "g.csv", "mine", "wav"]


def test_nothing_is_left_behind_where_no_file_can_be_used(tmp_path):
    result = run("extract", "gone.wav", "-o", tmp_path / "f.csv", "--n-jobs", 1)
    assert result.exit_code == 1
    assert "are kept in" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_longest_recording(recordings, tmp_path):
    good = recordings / "110.wav"
    arguments = ("extract", good, "-o", tmp_path / "f.csv", "--n-jobs", 1, "--max-duration")
    result = run(*arguments, "0.1")
    assert result.exit_code == 1
    assert "longer than max_duration=0.1 s" in result.stderr
    assert run(*arguments, "inf").exit_code == 0


def test_odd_recordings_are_warned_of(tmp_path):
    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros(8_000), 16_000)
    result = run("extract", silent, "-o", tmp_path / "f.csv", "--n-jobs", 2)
    assert result.exit_code == 0
    assert result.stderr.count("Warning: 1 of 1 utterances are silent") == 1
    assert repr(str(silent)) in result.stderr


def test_a_folder_is_no_audio_file(tmp_path):
    result = run("extract", tmp_path, "-o", tmp_path / "f.csv")
    assert result.exit_code == 2
    assert (
        f"got the folder {str(tmp_path)!r}. Give the files in it, or a table that" in result.stderr
    )
