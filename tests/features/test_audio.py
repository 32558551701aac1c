"""Decoding: every file becomes the same kind of signal, or an error says why not."""

import os
import re
import struct
import sys
from itertools import product

import numpy as np
import pytest

from skprognet.features import OpenSmileFeatures

soundfile = pytest.importorskip("soundfile")
soxr = pytest.importorskip("soxr")

LARGEST = 32767 / 32768


@pytest.fixture
def noise(rng):
    return rng.uniform(-0.5, 0.5, size=16_000)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "speech"


@pytest.fixture
def read(listen):
    """Give a function that returns what openSMILE gets from a file, or from samples and a rate."""
    return listen


def sine(rate, hertz=440, seconds=1.0):
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


def patch_wav(path, riff=None, data=None):
    """Overwrite the sizes in the 44-byte header of a plain WAV file."""
    content = bytearray(path.read_bytes())
    for at, size in ((4, riff), (40, data)):
        if size is not None:
            content[at : at + 4] = struct.pack("<I", size)
    path.write_bytes(content)


def test_16_bit_mono_at_16_khz_is_read_unchanged(path, rng, read):
    samples = rng.integers(-32768, 32768, size=1600, dtype=np.int16)
    soundfile.write(path, samples, 16_000, format="WAV")
    np.testing.assert_array_equal(read(path) * 32768, samples)


def test_flac_and_wav_give_the_same_signal(path, noise, read):
    samples = (32768 * noise).astype(np.int16)
    soundfile.write(path, samples, 22_050, format="WAV")
    from_wav = read(path)
    soundfile.write(path, samples, 22_050, format="FLAC")
    np.testing.assert_array_equal(read(path), from_wav)


@pytest.mark.parametrize("n_channels", [2, 3])
def test_channels_are_averaged(path, rng, n_channels, read):
    samples = rng.integers(-32768, 32768, size=(1600, n_channels), dtype=np.int16)
    soundfile.write(path, samples, 16_000, format="WAV")
    np.testing.assert_array_equal(read(path) * 32768, np.trunc(samples.mean(axis=1)))


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_resampling_keeps_a_tone(path, rate, read):
    soundfile.write(path, sine(rate), rate, format="WAV", subtype="FLOAT")
    resampled = read(path)
    assert len(resampled) == 16_000
    inner = slice(1600, -1600)  # the ends ring
    np.testing.assert_allclose(resampled[inner], sine(16_000)[inner], atol=1e-4)


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_full_scale_is_clipped_and_does_not_wrap_around(path, rate, read):
    square = np.sign(sine(rate, hertz=300) + 1e-9)
    soundfile.write(path, 1.5 * square, rate, format="WAV", subtype="FLOAT")
    samples = read(path)
    assert samples.max() == LARGEST
    assert samples.min() == -1
    plateau = np.abs(samples) > 0.9
    as_openSMILE_sees_it = (samples * 32768).astype(np.int16)
    np.testing.assert_array_equal(
        np.sign(as_openSMILE_sees_it[plateau]), np.sign(samples[plateau])
    )


def test_path_may_be_a_str_with_any_letters(tmp_path, noise, read):
    path = tmp_path / "Grüße 你好.wav"
    soundfile.write(path, noise, 16_000)
    assert len(read(str(path))) == 16_000


def test_format_without_seeking_is_read(path, noise, read):
    soundfile.write(path, noise, 16_000, format="WAV", subtype="GSM610")
    assert len(read(path)) == 16_000


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param({"riff": 0xFFFFFFFF, "data": 0xFFFFFFFF}, id="written to a pipe by ffmpeg"),
        pytest.param({"riff": 0x7FFFF024, "data": 0x7FFFF000}, id="written to a pipe by sox"),
        pytest.param({"riff": 32_044}, id="whole file counted as RIFF"),
    ],
)
def test_harmless_sizes_in_a_header_are_accepted(path, noise, sizes, read):
    soundfile.write(path, noise, 16_000, format="WAV")
    patch_wav(path, **sizes)
    assert len(read(path)) == 16_000


def test_bytes_after_the_audio_are_accepted(path, noise, read):
    soundfile.write(path, noise, 16_000, format="WAV")
    path.write_bytes(path.read_bytes() + bytes(1000))
    assert len(read(path)) == 16_000


@pytest.mark.parametrize(
    ("format", "subtype"),
    [
        ("WAV", "PCM_16"),
        ("WAV", "FLOAT"),
        ("WAVEX", "PCM_24"),
        ("AIFF", "PCM_16"),
        ("AU", "PCM_16"),
        ("W64", "PCM_16"),
        ("RF64", "PCM_16"),
        ("FLAC", "PCM_16"),
        ("MP3", "MPEG_LAYER_III"),
        ("OGG", "VORBIS"),
        ("OGG", "OPUS"),
    ],
)
def test_every_file_that_was_cut_is_refused(path, format, subtype, rng, read, listen_to_all):
    samples = rng.uniform(-0.5, 0.5, size=16_000)
    soundfile.write(path, samples, 16_000, format=format, subtype=subtype)
    assert len(read(path)) == 16_000
    content = path.read_bytes()
    sizes = [0, 1, 44, len(content) - 2, len(content) - 1, *rng.integers(len(content), size=25)]
    cut = [path.with_name(f"cut {size}") for size in dict.fromkeys(sizes)]
    for name in cut:
        name.write_bytes(content[: int(name.name[4:])])
    reasons = re.compile("is empty|is cut short|cannot be decoded|holds no")
    for name, result in zip(cut, listen_to_all(cut), strict=True):
        assert isinstance(result, str), name
        assert reasons.match(result), name


def test_error_for_a_cut_wav_says_how_much_is_left(path, noise, read):
    soundfile.write(path, noise, 16_000, format="WAV")
    path.write_bytes(path.read_bytes()[:20_044])
    with pytest.raises(ValueError, match=r"^is cut short \(20000 of 32000 bytes are there\)$"):
        read(path)


def test_raw_audio_is_refused(tmp_path, read):
    path = tmp_path / "speech.raw"
    path.write_bytes(bytes(1000))
    with pytest.raises(
        ValueError, match=r"^is raw audio without a sampling rate; convert it to WAV$"
    ):
        read(path)


def test_flac_of_unknown_length_is_refused(path, noise, read):
    soundfile.write(path, noise, 16_000, format="FLAC")
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0  # the upper 4 of 36 bits in STREAMINFO that count the samples
    content[22:26] = bytes(4)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"^does not say how long it is; write it again"):
        read(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_finite_are_refused(path, noise, bad, read):
    stereo = np.column_stack([noise, noise])
    stereo[[10, 20], 1] = bad
    soundfile.write(path, stereo, 48_000, format="WAV", subtype="FLOAT")
    with pytest.raises(ValueError, match=r"^holds 2 NaN or infinite samples$"):
        read(path)


def test_missing_file_and_folder_are_refused(tmp_path, read):
    with pytest.raises(ValueError, match=r"^cannot be opened \(No such file or directory\)$"):
        read(tmp_path / "missing.wav")
    with pytest.raises(ValueError, match=r"^cannot be opened \(it is a folder; give the files"):
        read(tmp_path)


KINDS = [
    *(("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "ULAW"), ("WAV", "IMA_ADPCM")),
    *(("WAV", "GSM610"), ("WAVEX", "PCM_24"), ("AIFF", "PCM_16"), ("AU", "PCM_16")),
    *(("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")),
]


@pytest.mark.parametrize("kind", KINDS)
def test_segment_equals_the_slice_of_the_whole_recording(
    path, noise, rng, kind, read, listen_to_all
):
    soundfile.write(path, np.tile(noise, 3), 16_000, format=kind[0], subtype=kind[1])
    whole = read(path)
    first = np.r_[0, 47_000, rng.integers(47_000, size=13)]
    last = first + np.r_[1, 900, rng.integers(1, 900, size=13)]
    parts = listen_to_all([path] * len(first), first / 16_000, last / 16_000)
    for part, i, j in zip(parts, first, last, strict=True):
        np.testing.assert_array_equal(part, whole[i:j])


def test_segment_equals_the_same_samples_in_a_separate_file(tmp_path, rng, read):
    samples = rng.uniform(-0.5, 0.5, size=(44_100, 2))
    soundfile.write(tmp_path / "long.wav", samples, 44_100, subtype="DOUBLE")
    soundfile.write(tmp_path / "cut.wav", samples[11_025:22_050], 44_100, subtype="DOUBLE")
    np.testing.assert_array_equal(
        read(tmp_path / "long.wav", 0.25, 0.5), read(tmp_path / "cut.wav")
    )


def test_segment_may_lack_a_start_or_an_end(path, noise, read):
    soundfile.write(path, noise, 16_000, format="WAV", subtype="DOUBLE")
    np.testing.assert_array_equal(read(path, 0.75), read(path)[12_000:])
    np.testing.assert_array_equal(read(path, np.nan, 0.25), read(path)[:4_000])


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (0.5, 1.1, "ends at 1.000 s, before the end of its segment (1.1 s)"),
        (1.2, np.nan, "ends at 1.000 s, before the start of its segment (1.2 s)"),
        (-0.1, 0.5, "cannot have a segment that starts before it, at -0.1 s"),
        (0.5, 0.5, "has no samples in the segment from 0.5 to 0.5 s"),
        (0.5, 0.2, "has no samples in the segment from 0.5 to 0.2 s"),
        (0.5, np.inf, "ends at 1.000 s, before the end of its segment (inf s)"),
        (-np.inf, 0.5, "cannot have a segment that starts before it, at -inf s"),
        (0.5, -np.inf, "has no samples in the segment from 0.5 to -inf s"),
    ],
)
def test_segment_that_is_not_in_the_file_is_refused(path, noise, start, end, message, read):
    soundfile.write(path, noise, 16_000, format="WAV")
    for read_segment in (
        lambda: read(path, start, end),
        lambda: read((noise, 16_000), start, end),
    ):
        with pytest.raises(ValueError, match="segment") as caught:
            read_segment()
        assert str(caught.value) == message


def test_end_that_was_rounded_up_in_a_label_file_is_accepted(path, noise, read):
    soundfile.write(path, noise[:-7], 16_000, format="WAV")  # 0.99956 s
    assert len(read(path, 0.5, 1.0)) == 8_000 - 7
    with pytest.raises(ValueError, match="before the end of its segment"):
        read(path, 0.5, 1.001)


@pytest.mark.parametrize("n_channels", [1, 3, 40])
def test_long_recording_equals_one_that_is_read_at_once(path, rng, n_channels, read):
    # Millions of samples are decoded in several parts. Their number is not a multiple of any
    # block.
    samples = rng.integers(-9_000, 9_000, size=(2_400_001 // n_channels, n_channels))
    soundfile.write(path, samples.astype(np.int16), 48_000, format="WAV")
    mono = soundfile.read(path, always_2d=True)[0].mean(axis=1)
    at_once = soxr.resample(mono, 48_000, 16_000, "HQ")
    np.testing.assert_array_equal(read(path), np.trunc(32768 * at_once) / 32768)
    from_memory = read((samples.astype(np.int16), 48_000))
    np.testing.assert_array_equal(from_memory, read(path))


def test_long_flac_that_was_cut_is_refused(path, rng, read):
    samples = rng.integers(-9_000, 9_000, size=1_500_000).astype(np.int16)
    soundfile.write(path, samples, 16_000, format="FLAC")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"^(is cut short|cannot be decoded)"):
        read(path)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_resampling_to_the_telephone_rate_keeps_a_tone(path, rate, read):
    soundfile.write(path, sine(rate), rate, format="WAV", subtype="FLOAT")
    signal = read(path, sampling_rate=8_000)
    np.testing.assert_allclose(signal[800:-800], sine(8_000)[800:-800], atol=1e-4)


def test_warning_names_the_lowest_rate_of_the_recordings(tmp_path, read):
    for rate in (22_050, 8_000, 44_100):
        soundfile.write(tmp_path / f"{rate}.wav", sine(rate), rate, subtype="FLOAT")
    cases = [((22_050, 44_100), 1, 22_050), ((44_100, 8_000, 22_050), 2, 8_000)]
    for rates, n_low, lowest in cases:
        paths = [tmp_path / f"{rate}.wav" for rate in rates]
        low = rf"^{n_low} of {len(rates)} .* \(the lowest: {lowest} Hz\)"
        for X in (paths, list(map(soundfile.read, paths))):
            with pytest.warns(UserWarning, match=low):
                OpenSmileFeatures(sampling_rate=44_100).transform(X)


@pytest.mark.parametrize(
    ("dtype", "subtype"),
    [("int16", "PCM_16"), ("int32", "PCM_32"), ("float32", "FLOAT"), ("float64", "DOUBLE")],
)
def test_array_and_file_give_the_same_signal(tmp_path, dtype, subtype, rng, listen_to_all):
    arrays, files, cuts = [], [], rng.uniform(0, 0.05, size=24)
    for rate, n_channels in product([8_000, 11_025, 16_000, 44_100], [1, 2, 3, 3, 2, 1]):
        samples = rng.uniform(-1, 1, size=(rate // 10, n_channels))
        if dtype.startswith("int"):
            samples = samples * np.iinfo(dtype).max
        arrays.append((samples.astype(dtype), rate))
        files.append(tmp_path / f"{len(files)}.wav")
        soundfile.write(files[-1], *arrays[-1], subtype=subtype)
    results = listen_to_all(arrays, cuts), listen_to_all(files, cuts)
    for from_array, from_file in zip(*results, strict=True):
        np.testing.assert_array_equal(from_array, from_file)
        assert from_array.dtype == np.float32


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_unusable_array_is_refused(noise, bad, read):
    noise[:3] = bad
    with pytest.raises(ValueError, match=r"^holds 3 NaN or infinite samples$"):
        read((noise, 16_000))
    with pytest.raises(ValueError, match=r"^holds no audio \(0 frames\)$"):
        read((noise[:0], 16_000))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_pipe_is_refused_without_waiting(path, read):
    os.mkfifo(path)
    with pytest.raises(ValueError, match=r"^is not a file but a pipe, a socket or a device$"):
        read(path)


def test_text_with_the_suffix_mp3_is_refused(tmp_path, read):
    path = tmp_path / "text.mp3"
    path.write_text("no audio at all\n" * 99)
    with pytest.raises(ValueError, match=r"^cannot be decoded \(Format not recognised\)$"):
        read(path)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_file_whose_name_is_not_utf8_is_read(tmp_path, noise, read):
    path = tmp_path / "speech.wav"
    soundfile.write(path, noise, 16_000)
    renamed = path.rename(tmp_path / "\udcff.wav")
    assert len(read(str(renamed))) == 16_000
