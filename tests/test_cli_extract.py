"""The command extract keeps the features that it has computed when it fails or is stopped."""

import numpy as np
import pytest
from click.testing import CliRunner

from skprognet.cli import main
from skprognet.features import count_cached

opensmile = pytest.importorskip("opensmile")
soundfile = pytest.importorskip("soundfile")


def run(*arguments, **options):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **options)


@pytest.fixture
def recordings(tmp_path):
    """Return a folder with four recordings."""
    (tmp_path / "wav").mkdir()
    time = np.arange(8_000) / 16_000
    for hertz in (110, 150, 200, 300):
        buzz = sum(0.2 / k * np.sin(2 * np.pi * k * hertz * time) for k in range(1, 15))
        soundfile.write(tmp_path / "wav" / f"{hertz}.wav", buzz, 16_000)
    return tmp_path / "wav"


@pytest.fixture
def smile_calls(monkeypatch):
    """Return the list of seconds openSMILE was run on, and a dict of errors by number of call."""
    original_call, seconds, errors = opensmile.Smile.__call__, [], {}

    def count(smile, signal, rate):
        seconds.append(len(signal) / rate)
        if len(seconds) in errors:
            raise errors[len(seconds)]
        return original_call(smile, signal, rate)

    monkeypatch.setattr(opensmile.Smile, "__call__", count)
    return seconds, errors


def test_a_bad_file_does_not_discard_the_features_of_the_others(recordings, smile_calls, tmp_path):
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
    assert len(smile_calls[0]) == len(good) + 1
    assert sorted(tmp_path.iterdir()) == [out, recordings]
    without_failure = run(*arguments[:-4], "-o", tmp_path / "alone.csv", "--n-jobs", 1)
    assert without_failure.exit_code == 0
    assert out.read_bytes() == (tmp_path / "alone.csv").read_bytes()


def test_an_interrupted_run_continues_where_it_stopped(recordings, smile_calls, tmp_path):
    files, out = sorted(recordings.glob("*.wav")), tmp_path / "f.csv"
    seconds, errors = smile_calls
    errors[3] = KeyboardInterrupt()
    result = run("extract", *files, "-o", out, "--n-jobs", 1)
    assert result.exit_code == 130
    assert "Stopped. The features of 2 recordings are kept in " in result.stderr
    assert repr(f"{out}.cache") in result.stderr
    assert run("extract", *files, "-o", out, "--n-jobs", 1).exit_code == 0
    assert len(seconds) == len(files) + 1
    assert sorted(tmp_path.iterdir()) == [out, recordings]


def test_a_cache_folder_named_by_the_user_is_kept(recordings, smile_calls, tmp_path):
    files, cache = sorted(recordings.glob("*.wav")), tmp_path / "mine"
    result = run("extract", *files, "gone.wav", "-o", tmp_path / "f.csv", "--cache", cache)
    assert result.exit_code == 1
    assert f"are kept in {str(cache)!r}" in result.stderr
    for name in ("f.csv", "g.csv"):
        done = run("extract", *files, "-o", tmp_path / name, "--n-jobs", 1, "--cache", cache)
        assert done.exit_code == 0
    assert smile_calls[0] == []  # the first run used other processes, which are not counted
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.csv", "g.csv", "mine", "wav"]


def test_a_run_without_any_usable_file_leaves_nothing_behind(tmp_path):
    result = run("extract", "gone.wav", "-o", tmp_path / "f.csv", "--n-jobs", 1)
    assert result.exit_code == 1
    assert "are kept in" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_recordings_longer_than_max_duration_are_refused(recordings, tmp_path):
    good = recordings / "110.wav"
    arguments = ("extract", good, "-o", tmp_path / "f.csv", "--n-jobs", 1, "--max-duration")
    result = run(*arguments, "0.1")
    assert result.exit_code == 1
    assert "longer than the limit of 0.1 s" in result.stderr
    assert run(*arguments, "inf").exit_code == 0


def test_a_silent_recording_gives_a_warning(tmp_path):
    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros(8_000), 16_000)
    result = run("extract", silent, "-o", tmp_path / "f.csv", "--n-jobs", 2)
    assert result.exit_code == 0
    assert result.stderr.count("Warning: 1 of 1 utterances are silent") == 1
    assert repr(str(silent)) in result.stderr


def test_a_folder_in_place_of_an_audio_file_is_refused(tmp_path):
    result = run("extract", tmp_path, "-o", tmp_path / "f.csv")
    assert result.exit_code == 2
    assert (
        f"got the folder {str(tmp_path)!r}. Give the files in it, or a table that" in result.stderr
    )


def test_features_are_kept_if_the_table_cannot_be_written(recordings, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("skprognet.cli._extract.write_table", full)
    files, out = sorted(recordings.glob("*.wav")), tmp_path / "f.csv"
    assert run("extract", *files, "-o", out, "--n-jobs", 1).exit_code == 1
    assert count_cached(f"{out}.cache") == len(files)
