"""Voices that openSMILE accepts, and files that break programs."""

import os
import stat
import warnings

import numpy as np
import pandas as pd
import pytest

from skprognet.features import OpenSmileFeatures


def make_voice(hertz, rate=16_000, seconds=0.5):
    """Return a buzz that openSMILE takes for a voice."""
    time = np.arange(int(rate * seconds)) / rate
    return sum(0.2 / k * np.sin(2 * np.pi * k * hertz * time) for k in range(1, 15))


@pytest.fixture(scope="session")
def voice():
    """Give the function that makes a voice."""
    return make_voice


@pytest.fixture
def write(tmp_path):
    """Give a function that writes a WAV file and returns its path."""
    soundfile = pytest.importorskip("soundfile")

    def write(name, samples, rate=16_000, **options):
        soundfile.write(tmp_path / name, samples, rate, **options)
        return str(tmp_path / name)

    return write


@pytest.fixture
def voices(write):
    """Give paths of four files, in an order that is not the alphabet's."""
    return [write(f"{hertz}.wav", make_voice(hertz)) for hertz in (200, 110, 300, 150)]


@pytest.fixture
def extracted(monkeypatch):
    """Give a list of the signals that openSMILE really gets."""
    opensmile = pytest.importorskip("opensmile")
    signals, extract = [], opensmile.Smile.__call__

    def count(smile, signal, *args):
        signals.append(signal)
        return extract(smile, signal, *args)

    monkeypatch.setattr(opensmile.Smile, "__call__", count)
    return signals


@pytest.fixture
def listen_to_all(monkeypatch):
    """Give a function that returns each signal as openSMILE gets it, or why it gets none."""
    opensmile = pytest.importorskip("opensmile")
    signals = []

    def keep(smile, signal, *_):
        signals.append(signal)
        return np.zeros((1, len(smile.feature_names), 1))

    def listen_to_all(sources, starts=np.nan, ends=np.nan, **params):
        sources = pd.Series(sources, dtype=object)  # pandas does not take every name as text
        X = pd.DataFrame({"file": sources, "start": starts, "end": ends})
        smile = OpenSmileFeatures(on_error="nan", **params)
        signals.clear()
        with warnings.catch_warnings(action="ignore"):
            smile.transform(X)
        reasons, remaining = smile.errors_["reason"], iter(signals)
        return [reasons[row] if row in reasons else next(remaining) for row in range(len(X))]

    monkeypatch.setattr(opensmile.Smile, "__call__", keep)
    return listen_to_all


@pytest.fixture
def listen(listen_to_all):
    """Give a function that returns one signal as openSMILE gets it, or raises an error."""

    def listen(source, start=np.nan, end=np.nan, **params):
        (result,) = listen_to_all([source], start, end, **params)
        if isinstance(result, str):
            raise ValueError(result)
        return result

    return listen


# Each of these functions writes one kind of file. It takes a path, whose name says nothing about
# the kind, and a generator of random numbers.


def _write_voice(path, rng, rate=16_000, channels=1, seconds=None, **options):
    import soundfile

    seconds = rng.uniform(0.1, 0.4) if seconds is None else seconds
    voice = make_voice(rng.uniform(80, 300), rate, seconds)
    samples = voice[:, None] * rng.uniform(0.2, 1, size=channels)
    format, subtype = options.pop("kind", ("WAV", "PCM_16"))
    soundfile.write(path, samples, rate, format=format, subtype=subtype, **options)


KINDS = [
    *(("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "ULAW"), ("WAV", "IMA_ADPCM")),
    *(("WAVEX", "PCM_24"), ("AIFF", "PCM_16"), ("AU", "PCM_16"), ("W64", "PCM_16")),
    *(("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")),
]


def _any_kind(rng):
    return KINDS[rng.integers(len(KINDS))]


def good(path, rng):
    _write_voice(path, rng, kind=_any_kind(rng))


def empty(path, rng):
    path.touch()


def truncated(path, rng):
    _write_voice(path, rng, kind=_any_kind(rng))
    os.truncate(path, rng.integers(1, path.stat().st_size))


def header_only(path, rng):
    _write_voice(path, rng)
    os.truncate(path, rng.integers(1, 45))


def wrong_header(path, rng):
    _write_voice(path, rng, kind=_any_kind(rng))
    content = bytearray(path.read_bytes())
    for _ in range(rng.integers(1, 9)):
        content[rng.integers(min(64, len(content)))] = rng.integers(256)
    path.write_bytes(content)


def damaged_inside(path, rng):
    _write_voice(path, rng, kind=_any_kind(rng))
    content = bytearray(path.read_bytes())
    for _ in range(rng.integers(1, 50)):
        content[rng.integers(len(content))] = rng.integers(256)
    path.write_bytes(content)


def nan_samples(path, rng):
    import soundfile

    samples = make_voice(150, seconds=0.3)
    samples[rng.integers(len(samples), size=rng.integers(1, 9))] = rng.choice([np.nan, np.inf])
    soundfile.write(path, samples, 16_000, format="WAV", subtype="FLOAT")


def very_short(path, rng):
    _write_voice(path, rng, seconds=0.01)


def silent(path, rng):
    import soundfile

    soundfile.write(path, np.zeros(8_000), 16_000, format="WAV")


def very_loud(path, rng):
    import soundfile

    samples = make_voice(150) * 10.0 ** rng.uniform(0, 30)
    soundfile.write(path, samples, 16_000, format="WAV", subtype="FLOAT")


def eight_channels(path, rng):
    _write_voice(path, rng, channels=8)


def high_rate(path, rng):
    _write_voice(path, rng, rate=96_000)


def odd_rate(path, rng):
    _write_voice(path, rng, rate=int(rng.choice([1, 7, 100, 4_001, 11_025, 192_000])), seconds=0.5)


def not_audio(path, rng):
    path.write_bytes(rng.bytes(int(rng.integers(1, 5_000))))


def text(path, rng):
    path.write_text("version https://git-lfs.github.com/spec/v1\n" * 9)


def folder(path, rng):
    path.mkdir()


def broken_link(path, rng):
    path.symlink_to(path.with_name("nowhere"))


def circular_link(path, rng):
    circle = path.with_name("circle")
    if not circle.is_symlink():
        circle.symlink_to(circle)
    path.symlink_to(circle)


def forbidden(path, rng):
    _write_voice(path, rng)
    path.chmod(0)


def pipe(path, rng):
    os.mkfifo(path)


def missing(path, rng):
    pass


HOSTILE = [
    *(good, empty, truncated, header_only, wrong_header, damaged_inside, nan_samples, very_short),
    *(silent, very_loud, eight_channels, high_rate, odd_rate, not_audio, text, folder),
    *(broken_link, circular_link, forbidden, pipe, missing),
]
NAMES = [
    *(
        "plain{}.wav",
        "with space {}.wav",
        "quote'{}.wav",
        'double"{}.wav',
        "emoji-\U0001f600{}.wav",
    ),
    *("line\nbreak{}.wav", "tab\t{}.wav", "right\u202e{}.wav", "noend{}", "raw{}.raw", "-{}.wav"),
    *("\\{}.wav", "%s{{}}{}.wav", "\udcff{}.wav", "e\u0301{}.mp3", "a" * 200 + "{}.flac"),
]


def write_hostile(directory, n_files, seed=0):
    """Write files of every kind under every kind of name.

    Returns
    -------
    paths : list of str
        Paths of the files.
    kinds : list of str
        Kind of each file: the name of the function that wrote it.
    """
    rng = np.random.default_rng(seed)
    paths, kinds = [], []
    for number in range(n_files):
        make = HOSTILE[number % len(HOSTILE)]
        path = directory / NAMES[rng.integers(len(NAMES))].format(number)
        temporary = directory / "new"  # soundfile does not write under every name
        make(temporary, rng)
        if os.path.lexists(temporary):
            temporary.rename(path)
        paths.append(str(path))
        kinds.append(make.__name__)
    return paths, kinds


@pytest.fixture
def hostile_files(tmp_path):
    """Give a function that writes hostile files, and make all of them readable at the end."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    yield lambda n_files, seed=0: write_hostile(folder, n_files, seed)
    for path in folder.iterdir():
        if stat.S_ISREG(path.lstat().st_mode):
            path.chmod(0o600)
