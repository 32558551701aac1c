"""Corpora whose labels are in the names of their files."""

import sys

import numpy as np
import pandas as pd
import pytest

from skprognet.datasets import (
    NamedFiles,
    load_emodb,
    read_crema_d,
    read_emodb,
    read_nemo,
    read_ravdess,
    read_table,
)
from skprognet.features import OpenSmileFeatures


def rows(corpus, *columns):
    """Return the chosen columns by the name of the file, a missing value as None."""
    names = corpus["file"].str.rpartition("/")[2]
    values = corpus[list(columns)].astype(object)
    return dict(
        zip(names, values.where(values.notna(), None).itertuples(index=False), strict=True)
    )


def test_emodb_labels_are_read_from_file_names(make_files):
    # The key of the corpus: A Angst, E Ekel, F Freude, L Langeweile, N, T Trauer, W Wut.
    names = ["03a01Fa.wav", "03b10Wc.wav", "08a02La.wav", "08a04Ed.wav", "16b09Nb.wav"]
    names += ["16a05Aa.wav", "16a07Tb.wav"]
    root = make_files(*(f"wav/{name}" for name in names), "wav/._03a01Fa.wav", "erklaerung.txt")
    corpus = read_emodb(root)
    assert rows(corpus, "emotion", "speaker", "gender", "text", "version") == {
        "03a01Fa.wav": ("happy", "03", "male", "a01", "a"),
        "03b10Wc.wav": ("angry", "03", "male", "b10", "c"),
        "08a02La.wav": ("bored", "08", "female", "a02", "a"),
        "08a04Ed.wav": ("disgusted", "08", "female", "a04", "d"),
        "16a05Aa.wav": ("fearful", "16", "female", "a05", "a"),
        "16a07Tb.wav": ("sad", "16", "female", "a07", "b"),
        "16b09Nb.wav": ("neutral", "16", "female", "b09", "b"),
    }
    assert set(corpus["corpus"]) == {"emodb"}
    assert corpus.attrs["licence"] == "CC0-1.0"


def test_read_emodb_agrees_with_the_shipped_table(make_files):
    shipped = load_emodb(as_frame=True).frame
    corpus = read_emodb(make_files(*shipped["file"]))
    expected = shipped[["emotion", "speaker", "gender"]]
    pd.testing.assert_frame_equal(corpus[list(expected)], expected, check_dtype=False)


def test_read_emodb_agrees_with_the_labels_of_the_real_corpus(corpora):
    folder = corpora / "emodb"
    labels = pd.read_csv(folder / "labels.csv", dtype=str)
    words = {"anger": "angry", "happiness": "happy", "sadness": "sad", "neutral": "neutral"}
    corpus = read_emodb(folder)
    assert rows(corpus, "emotion", "speaker", "gender") == {
        row.file.removeprefix("wav/"): (words[row.emotion], row.speaker, row.gender)
        for row in labels.itertuples()
    }


def test_ravdess_labels_are_read_from_file_names(make_files):
    speech = ["03-01-06-01-02-01-12.wav", "03-01-08-02-01-02-12.wav", "03-01-02-01-01-01-01.wav"]
    speech += ["03-01-01-01-01-01-01.wav"]
    song = ["03-02-05-02-02-01-01.wav", "03-02-04-01-01-01-24.wav"]
    root = make_files(*(f"Actor_{name[18:20]}/{name}" for name in speech + song))
    columns = ("emotion", "speaker", "gender", "intensity", "text", "repetition", "channel")
    assert rows(read_ravdess(root), *columns) == {
        speech[0]: ("fearful", "12", "female", "normal", "02", "01", "speech"),
        speech[1]: ("surprised", "12", "female", "strong", "01", "02", "speech"),
        speech[2]: ("calm", "01", "male", "normal", "01", "01", "speech"),
        speech[3]: ("neutral", "01", "male", "normal", "01", "01", "speech"),
    }
    with pytest.warns(UserWarning, match="2 speakers have only one emotion"):
        sung = read_ravdess(root, channel="song")
    assert sung["emotion"].tolist() == ["angry", "sad"]
    with pytest.warns(UserWarning, match=r"1 speaker has only one emotion: '24' \(sad\)"):
        assert len(read_ravdess(root, channel="all")) == 6
    with pytest.raises(ValueError, match="channel must be") as caught:
        read_ravdess(root, channel="singing")
    assert str(caught.value) == (
        "channel must be 'all' or one of ['song', 'speech']; got 'singing'."
    )


@pytest.fixture
def crema_d(make_files):
    names = ["1001_DFA_ANG_XX.wav", "1001_IEO_HAP_LO.wav", "1040_ITH_SAD_X.wav"]
    names += ["1040_IEO_FEA_HI.wav", "1040_IEO_DIS_MD.wav", "1001_TAI_NEU_XX.wav"]
    return make_files(*(f"AudioWAV/{name}" for name in names))


@pytest.mark.parametrize("subfolder", ["", "AudioWAV"])
def test_crema_d_labels_are_read_from_names_and_demographics(crema_d, subfolder):
    (crema_d / "VideoDemographics.csv").write_text(
        "ActorID,Age,Sex,Race,Ethnicity\n1001,51,Male,Caucasian,Not Hispanic\n"
        "1040,42,Female,Caucasian,Not Hispanic\n"
    )
    columns = ("emotion", "speaker", "gender", "text", "intensity")
    assert rows(read_crema_d(crema_d / subfolder), *columns) == {
        "1001_DFA_ANG_XX.wav": ("angry", "1001", "male", "DFA", None),
        "1001_IEO_HAP_LO.wav": ("happy", "1001", "male", "IEO", "low"),
        "1001_TAI_NEU_XX.wav": ("neutral", "1001", "male", "TAI", None),
        "1040_IEO_DIS_MD.wav": ("disgusted", "1040", "female", "IEO", "medium"),
        "1040_IEO_FEA_HI.wav": ("fearful", "1040", "female", "IEO", "high"),
        "1040_ITH_SAD_X.wav": ("sad", "1040", "female", "ITH", None),
    }


def test_crema_d_without_demographics_has_no_genders(crema_d):
    with pytest.warns(UserWarning, match="genders need") as caught:
        corpus = read_crema_d(crema_d)
    assert [str(warning.message) for warning in caught] == [
        "CREMA-D: The genders need VideoDemographics.csv of the corpus. Put it into "
        f"'{crema_d}' and read again."
    ]
    assert corpus["gender"].isna().all()
    assert corpus.attrs["licence"] == "ODbL-1.0"


def test_crema_d_with_demographics_of_another_form_is_refused(crema_d):
    (crema_d / "VideoDemographics.csv").write_text("ActorID;Age;Sex\n1001;51;Male\n")
    with pytest.raises(ValueError, match=r"Demographics\.csv' must have the columns ActorID and"):
        read_crema_d(crema_d)
    twice = "ActorID,Sex\n1001,Male\n1001,Female\n"
    (crema_d / "VideoDemographics.csv").write_text(twice)
    with pytest.raises(ValueError, match=r"must have one Sex for each ActorID; got .* '1001'\. "):
        read_crema_d(crema_d)


def test_nemo_labels_are_read_from_file_names(make_files):
    names = ["EB0_anger_1.wav", "EB0_neutral_13.wav", "WR0_surprised_64.wav"]
    names += ["WR0_fear_90.wav", "WR0_happiness_2.wav", "WR0_sadness_3.wav", "EB0_sadness_3.wav"]
    corpus = read_nemo(make_files("data.tsv", *(f"samples/{name}" for name in names)))
    assert rows(corpus, "emotion", "speaker", "gender", "text") == {
        "EB0_anger_1.wav": ("angry", "EB0", "female", "1"),
        "EB0_neutral_13.wav": ("neutral", "EB0", "female", "13"),
        "EB0_sadness_3.wav": ("sad", "EB0", "female", "3"),
        "WR0_fear_90.wav": ("fearful", "WR0", "male", "90"),
        "WR0_happiness_2.wav": ("happy", "WR0", "male", "2"),
        "WR0_sadness_3.wav": ("sad", "WR0", "male", "3"),
        "WR0_surprised_64.wav": ("surprised", "WR0", "male", "64"),
    }


def test_nemo_knows_the_gender_of_every_speaker(make_files):
    women, men = ("EB0", "IC0", "KD0", "MK0"), ("KS0", "MP0", "SM0", "TP0", "WR0")
    names = [
        f"{speaker}_{label}_1.wav" for speaker in (*women, *men) for label in ("anger", "fear")
    ]
    corpus = read_nemo(make_files(*names))
    assert set(corpus[corpus["gender"] == "female"]["speaker"]) == set(women)
    assert set(corpus[corpus["gender"] == "male"]["speaker"]) == set(men)


EXAMPLES = {
    read_emodb: ("03a01Fa.wav", ["03a01Xa.wav", "3a01Fa.wav", "03a01Faa.wav", "notes.WAV"]),
    read_ravdess: (
        "03-01-06-01-02-01-12.wav",
        ["03-01-09-01-02-01-12.wav", "03-01-06-01-02-01-25.wav", "01-06-01-02-01-12.wav"],
    ),
    read_crema_d: ("1001_DFA_ANG_XX.wav", ["1001_DFA_JOY_XX.wav", "1001_DFA_ANG.wav"]),
    read_nemo: ("EB0_anger_1.wav", ["EB0_calm_1.wav", "EB0_anger_x.wav"]),
}


@pytest.mark.parametrize(
    ("read", "name"), [(read, name) for read, (_, names) in EXAMPLES.items() for name in names]
)
def test_error_names_a_file_whose_name_has_another_form(make_files, read, name):
    example = EXAMPLES[read][0]
    root = make_files(example, f"{name}")
    with pytest.raises(ValueError, match="names like") as caught:
        read(root)
    assert str(caught.value) == (
        f"Recordings must have names like {example}; got 1 file with other names, the first "
        f"'{root}/{name}'. Move files that are not part of the corpus away."
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("read", EXAMPLES)
def test_folder_whose_name_is_not_utf8_is_refused(tmp_path, read):
    root = tmp_path / "\udcff"
    root.mkdir()
    (root / EXAMPLES[read][0]).touch()
    with pytest.raises(ValueError, match=r"name in UTF-8, .*; got '.*\\udcff'\. Rename"):
        read(root)


def test_emotions_selects_rows_and_refuses_unknown_words(make_files):
    root = make_files("03a01Fa.wav", "03b10Wc.wav", "08a02La.wav", "08a04Wd.wav")
    with pytest.warns(UserWarning, match="'08' \\(angry\\)"):
        assert read_emodb(root, emotions=["happy", "angry"])["file"].str[-11:-4].tolist() == [
            "03a01Fa",
            "03b10Wc",
            "08a04Wd",
        ]
    with pytest.raises(ValueError, match="emotions must be") as caught:
        read_emodb(root, emotions=["anger"])
    assert str(caught.value) == (
        "emotions must be 'all' or a list of some of ['angry', 'bored', 'disgusted', 'fearful', "
        "'happy', 'neutral', 'sad']; got ['anger']. Choose from that list."
    )


def test_same_recording_in_two_folders_raises_a_warning(make_files):
    root = make_files("a/03a01Fa.wav", "a/03b10Wc.wav")
    make_files("03a01Fa.wav", root=root / "b").joinpath("03a01Fa.wav").write_text("a/03a01Fa.wav")
    with pytest.warns(UserWarning, match="1 recording appears more than once"):
        assert len(read_emodb(root)) == 3


@pytest.mark.parametrize("suffix", [".flac", ".WAV", ".ogg", ".mp3", ".aiff"])
def test_recordings_of_any_audio_format_are_read(make_files, suffix):
    root = make_files(f"03a01Fa{suffix}", f"03b10Wc{suffix}", "list.txt", "03a01Fa.lab")
    assert read_emodb(root)["emotion"].tolist() == ["happy", "angry"]


def test_features_can_be_extracted_from_every_format(tmp_path):
    soundfile = pytest.importorskip("soundfile")
    pytest.importorskip("opensmile")
    formats = {"wav": "WAV", "flac": "FLAC", "aiff": "AIFF", "aif": "AIFF", "au": "AU"}
    formats |= {"snd": "AU", "caf": "CAF", "w64": "W64", "rf64": "RF64", "sph": "NIST"}
    formats |= {"ogg": "OGG", "oga": "OGG", "opus": "OGG", "mp3": "MP3", "wave": "WAV"}
    time = np.arange(8_000) / 16_000
    for number, (suffix, name) in enumerate(formats.items()):
        emotion, sentence = "FN"[number % 2], f"a{number:02}"
        path = tmp_path / f"03{sentence}{emotion}a.{suffix}"
        options = {"subtype": "OPUS"} if suffix == "opus" else {}
        tone = 0.1 * np.sin(2 * np.pi * (200 + 10 * number) * time)
        soundfile.write(path, tone, 16_000, format=name, **options)
    corpus = read_emodb(tmp_path)
    assert len(corpus) == len(formats)
    features = OpenSmileFeatures(n_jobs=1).fit_transform(corpus)
    assert features.shape == (len(formats), 88)


def test_an_utterance_in_two_formats_is_one_row(make_files):
    root = make_files("mp3/03a01Fa.mp3", "wav/03a01Fa.wav", "mp3/03b10Wc.mp3")
    problem = (
        "Each utterance must exist in one format; 1 of 2 exist in several, the first as "
        f"'{root}/mp3/03a01Fa.mp3' and '{root}/wav/03a01Fa.wav'."
    )
    with pytest.warns(UserWarning, match="in one format") as caught:
        corpus = read_emodb(root)
    assert [path.removeprefix(f"{root}/") for path in corpus["file"]] == [
        "mp3/03b10Wc.mp3",
        "wav/03a01Fa.wav",
    ]
    message = f"{problem} Lossless formats are preferred, here .wav."
    assert str(caught[0].message).startswith(message)
    with pytest.raises(ValueError, match="in one format") as error:
        read_emodb(root, duplicates="error")
    assert str(error.value) == f"{problem} Pass the folder of one format, or move the other away."


def test_real_ravdess_has_one_pair_of_equal_recordings(corpora):
    # Two recordings of the corpus are equal, byte for byte.
    pair = [f"03-01-03-01-02-{repetition}-07.flac" for repetition in ("01", "02")]
    with pytest.warns(UserWarning, match="more than once: .* = ") as caught:
        whole = read_ravdess(corpora / "ravdess")
    assert len(whole) == 1440
    assert len(caught) == 1
    assert all(name in str(caught[0].message) for name in pair)
    with pytest.warns(UserWarning, match="1 of 1440 rows"):
        assert len(read_ravdess(corpora / "ravdess", duplicates="drop")) == 1439
    with pytest.raises(ValueError, match="duplicates='drop'"):
        read_ravdess(corpora / "ravdess", duplicates="error")


@pytest.mark.parametrize(
    ("pattern", "words", "message"),
    [
        (r"(?P<emotion>[a-z]+)_\d", None, "pattern must have a group for the speaker; got "),
        (r"(?P<speaker>[a-z]+)_\d", {"mood": {"a": "angry"}}, "got words for 'mood'"),
    ],
)
def test_pattern_without_the_needed_groups_is_refused(pattern, words, message):
    with pytest.raises(ValueError, match=message):
        NamedFiles("calls", "kim_1.wav", pattern, words)


def test_folder_without_recordings_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        read_nemo(tmp_path)
    assert str(caught.value) == (
        f"root must hold recordings such as EB0_anger_1.wav; got '{tmp_path}' without any audio "
        "file (WAV, FLAC, ...). Pass the folder of the recordings, or one above it."
    )


def test_a_word_may_stand_for_no_emotion(tmp_path):
    for name in ("kim_a.wav", "kim_x.wav", "lee_a.wav"):
        (tmp_path / name).touch()
    names = NamedFiles(
        "calls",
        "kim_a.wav",
        r"(?P<speaker>[a-z]+)_(?P<emotion>[a-z])",
        {"emotion": {"a": "angry", "x": None}},
    )
    assert names.read(tmp_path, emotions=["angry"])["speaker"].tolist() == ["kim", "lee"]
    assert len(names.read(tmp_path)) == 3


@pytest.mark.parametrize(
    ("read", "names"),
    [
        (read_ravdess, ["03-01-03-01-01-01-07.wav", "03-01-03-01-01-02-07.wav"]),
        (read_crema_d, ["1001_DFA_ANG_XX.wav", "1001_IEO_ANG_LO.wav"]),
        (read_nemo, ["EB0_anger_1.wav", "EB0_anger_2.wav"]),
        (lambda root, **options: read_table(root / "t.csv", **options), ["a.wav", "b.wav"]),
    ],
    ids=["ravdess", "crema-d", "nemo", "table"],
)
@pytest.mark.filterwarnings("ignore:1 speaker has only one emotion")
def test_readers_drop_or_refuse_copies(tmp_path, read, names):
    for name in names:
        (tmp_path / name).write_bytes(b"the same")
    (tmp_path / "VideoDemographics.csv").write_text("ActorID,Sex\n1001,Male\n")
    (tmp_path / "t.csv").write_text("file,emotion\na.wav,sad\nb.wav,sad\n")
    with pytest.warns(UserWarning, match="1 of 2 rows were dropped"):
        assert len(read(tmp_path, duplicates="drop")) == 1
    with pytest.raises(ValueError, match="1 recording appears more than once"):
        read(tmp_path, duplicates="error")


def test_two_versions_of_a_corpus_in_one_folder_cause_a_warning(make_files):
    root = make_files("wav/03a01Fa.wav", "wav/03b10Wc.wav")
    make_files("03a01Fa.wav", root=root / "wav_16k")
    message = r"Each recording must have its own name; 1 of 2 names belong to several files, .*"
    with pytest.warns(UserWarning, match=message + r"pass the folder of one version\."):
        assert len(read_emodb(root)) == 3
    with pytest.raises(ValueError, match=message):
        read_emodb(root, duplicates="error")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a permission there")
def test_recordings_in_a_linked_folder_are_read(make_files, tmp_path):
    root = make_files("here/03a01Fa.wav", root=tmp_path / "corpus")
    elsewhere = make_files("03b10Wc.wav", root=tmp_path / "other disk")
    (root / "elsewhere").symlink_to(elsewhere)
    for name, target in {"a": root / "here", "back": root, "above": tmp_path}.items():
        (root / name).symlink_to(target)
    files = read_emodb(root)["file"].tolist()
    assert files == [str(root / "elsewhere" / "03b10Wc.wav"), str(root / "here" / "03a01Fa.wav")]
