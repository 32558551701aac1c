"""IEMOCAP: small trees in the form of the corpus, and one of full size."""

import os
import re
import shutil
import warnings

import numpy as np
import pandas as pd
import pytest

from skprognet.datasets import read_iemocap

PAPER = {"angry": 1103, "happy": 1636, "neutral": 1708, "sad": 1084}
HEADER = "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n"
RATERS = (
    "C-E2:\tNeutral;\t()\nC-E3:\tAnger; Frustration;\t(r\xe9signed)\nC-F1:\tNeutral;\t()\n"
    "A-E3:\tval 3; act 2; dom  2;\t()\nA-F1:\tval 3; act 2; dom  1;\t()\n\n"
)
# Dialogue -> utterances with their labels.
DIALOGS = {
    "Ses01F_impro01": {"F000": "neu", "M000": "ang", "F001": "exc", "M001": "xxx"},
    "Ses01M_script01_1b": {"F000": "hap", "M013": "sad", "M014": "fru", "FXX0": "sad"},
    "Ses03M_impro08b": {"M000": "neu", "F000": "oth", "M001": "dis", "F001": "hap"},
    "Ses03F_script02_2": {"F002": "fea", "M003": "sur", "M004": "exc", "F003": "sad"},
}


def line(name, label, number):
    start = 6.2901 + 3 * number
    return f"[{start:.4f} - {start + 1.9456:.4f}]\t{name}\t{label}\t[2.5000, 3.0000, 4.5000]\n"


def write_tree(root, dialogs=DIALOGS, decoys=True, newline="\n"):
    for dialog, utterances in dialogs.items():
        session = root / f"Session{dialog[4]}"
        labels = session / "dialog" / "EmoEvaluation"
        wavs = session / "sentences" / "wav" / dialog
        for folder in (labels / "Categorical", wavs, session / "dialog" / "wav"):
            folder.mkdir(parents=True, exist_ok=True)
        names = {f"{dialog}_{turn}": label for turn, label in utterances.items()}
        lines = (line(*item, number) + RATERS for number, item in enumerate(names.items()))
        text = (HEADER + "".join(lines)).replace("\n", newline)
        (labels / f"{dialog}.txt").write_bytes(text.encode("latin-1"))
        (session / "dialog" / "wav" / f"{dialog}.wav").write_text(dialog)
        for name in names:
            (wavs / f"{name}.wav").write_text(name)
        if decoys:  # what macOS leaves behind, and one rater's own file
            (labels / f"._{dialog}.txt").write_bytes(b"\x00\x05\x16\x07\n[not a label]")
            (labels / "Categorical" / f"{dialog}_e2.txt").write_text("[1 - 2] what is this")
            for name in names:
                (wavs / f"._{name}.wav").write_text("macOS")
    return root


@pytest.fixture
def root(tmp_path):
    return write_tree(tmp_path)


PARTLY = "ignore:IEMOCAP. This is not the selection of the paper"


@pytest.mark.filterwarnings(PARTLY)
def test_default_selection_has_the_labels_and_columns_of_the_corpus(root):
    corpus = read_iemocap(root).set_index("id")
    kept = {"ang": "angry", "neu": "neutral", "sad": "sad", "hap": "happy", "exc": "happy"}
    expected = {
        f"{dialog}_{turn}": kept[label]
        for dialog, utterances in sorted(DIALOGS.items())
        for turn, label in utterances.items()
        if label in kept
    }
    assert corpus["emotion"].to_dict() == expected

    man = corpus.loc["Ses01F_impro01_M000"]  # F in Ses01F is who wore the markers
    assert man[["speaker", "gender", "session"]].tolist() == ["1M", "male", "1"]
    assert man["recording"] == "improvised"
    assert man["dialog"] == "Ses01F_impro01"
    assert man["label"] == "ang"
    assert man[["valence", "activation", "dominance"]].tolist() == [2.5, 3.0, 4.5]
    assert np.isnan([man["start"], man["end"]]).all()
    assert man["file"] == str(
        root / "Session1" / "sentences" / "wav" / "Ses01F_impro01" / "Ses01F_impro01_M000.wav"
    )
    woman = corpus.loc["Ses01M_script01_1b_FXX0"]
    assert woman[["speaker", "gender", "recording"]].tolist() == ["1F", "female", "scripted"]
    assert corpus.loc["Ses03M_impro08b_M000", ["speaker", "dialog"]].tolist() == [
        "3M",
        "Ses03M_impro08b",
    ]


def test_corpus_carries_licence_and_citation(root):
    attrs = read_iemocap(root, emotions="all").attrs
    assert (
        attrs["licence"] == "for research, by agreement with the University of Southern California"
    )
    assert "https://doi.org/10.1007/s10579-008-9076-6" in attrs["citation"]


def test_warning_lists_differences_from_the_paper(root):
    with pytest.warns(UserWarning, match="of the paper") as caught:
        read_iemocap(root)
    assert [str(warning.message) for warning in caught] == [
        "IEMOCAP: This is not the selection of the paper: 1 angry instead of 1103 (1102 "
        "fewer), 4 happy instead of 1636 (1632 fewer), 2 neutral instead of 1708 (1706 fewer), 3 "
        "sad instead of 1084 (1081 fewer). Nothing was read from session 2, 4, 5."
    ]
    assert caught[0].filename == __file__


def test_emotions_all_keeps_every_label(root):
    corpus = read_iemocap(root, emotions="all")
    assert len(corpus) == 16
    words = corpus.set_index("label")["emotion"]
    assert words.drop("xxx").to_dict() == {
        "neu": "neutral",
        "ang": "angry",
        "exc": "excited",
        "hap": "happy",
        "sad": "sad",
        "fru": "frustrated",
        "oth": "other",
        "dis": "disgusted",
        "fea": "fearful",
        "sur": "surprised",
    }
    assert pd.isna(words["xxx"])  # the raters did not agree


@pytest.mark.filterwarnings("ignore:\\d speakers? (has|have) only one emotion")
def test_emotions_and_recordings_select_rows(root):
    assert set(read_iemocap(root, emotions=["excited", "sad"])["label"]) == {"exc", "sad"}
    assert set(read_iemocap(root, emotions="happy")["label"]) == {"hap"}
    scripted = read_iemocap(root, recordings="scripted")
    assert set(scripted["recording"]) == {"scripted"}
    assert len(scripted) == 5
    assert len(read_iemocap(root, emotions="all", recordings=["improvised"])) == 8


@pytest.mark.filterwarnings(PARTLY)
def test_segments_have_the_times_of_the_label_files(root):
    corpus = read_iemocap(root, segments=True).set_index("id")
    row = corpus.loc["Ses03F_script02_2_M004"]
    assert row["file"] == str(root / "Session3" / "dialog" / "wav" / "Ses03F_script02_2.wav")
    assert row["start"] == pytest.approx(6.2901 + 6)
    assert row["end"] == pytest.approx(6.2901 + 6 + 1.9456)
    assert row["emotion"] == "happy"
    assert corpus.index.tolist() == read_iemocap(root)["id"].tolist()


@pytest.mark.filterwarnings(PARTLY)
@pytest.mark.parametrize("segments", [False, True])
def test_recordings_may_have_another_audio_format(root, segments):
    wavs = read_iemocap(root, segments=segments)
    for path in [path for path in root.rglob("*.wav") if not path.name.startswith("._")]:
        path.rename(path.with_suffix(".flac"))
    flacs = read_iemocap(root, segments=segments)
    assert set(flacs["file"].str[-5:]) == {".flac"}
    flacs["file"] = flacs["file"].str.removesuffix("flac") + "wav"
    pd.testing.assert_frame_equal(flacs, wavs)
    mp3 = root / "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.mp3"
    mp3.write_text("compressed")
    if not segments:
        with pytest.warns(UserWarning, match="Each utterance must exist in one format; 1 of"):
            with_mp3 = read_iemocap(root)
        assert set(with_mp3["file"].str[-5:]) == {".flac"}


@pytest.mark.filterwarnings(PARTLY)
def test_windows_line_ends_and_loose_spaces_are_accepted(root, tmp_path_factory):
    windows = write_tree(tmp_path_factory.mktemp("windows"), newline="\r\n")
    path = windows / "Session1" / "dialog" / "EmoEvaluation" / "Ses01F_impro01.txt"
    path.write_bytes(path.read_bytes().replace(b"\t", b"   ").replace(b", ", b",  "))
    expected = read_iemocap(root).drop(columns="file")
    pd.testing.assert_frame_equal(read_iemocap(windows).drop(columns="file"), expected)


def test_recordings_without_label_and_labels_without_recording_are_left_out(root):
    wavs = root / "Session1" / "sentences" / "wav" / "Ses01F_impro01"
    (wavs / "Ses01F_impro01_F000.wav").rename(wavs / "Ses01F_impro01_F099.wav")
    (wavs / "Ses01F_impro01_M001.wav").unlink()  # its label is not selected below
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        corpus = read_iemocap(root, emotions=["neutral", "angry"])
    assert [str(warning.message) for warning in caught][:2] == [
        f"IEMOCAP: 1 recording, {wavs / 'Ses01F_impro01_F099.wav'}, has no label and is left out.",
        "IEMOCAP: 1 utterance, Ses01F_impro01_F000, has no recording and is left out.",
    ]
    assert corpus["id"].tolist() == ["Ses01F_impro01_M000", "Ses03M_impro08b_M000"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Ses01F_impro01_M000", "Ses01F_impro01_X000", "an id such as Ses01F_impro01_F000"),
        ("Ses01F_impro01_M000", "Ses07F_impro01_M000", "an id such as Ses01F_impro01_F000"),
        (
            "M000\tang",
            "M000\tbad",
            "a label of ['ang', 'dis', 'exc', 'fea', 'fru', 'hap', 'neu', 'oth', 'sad', 'sur', "
            "'xxx']",
        ),
        (
            "M000\tang\t[2.5000,",
            "M000\tang\t[",
            "'[start - end] id label [valence, activation, dominance]'",
        ),
        ("M000\tang\t[2.5000,", "M000\tang\t[high,", "numbers"),
    ],
)
def test_error_names_the_bad_line(root, old, new, expected):
    path = root / "Session1" / "dialog" / "EmoEvaluation" / "Ses01F_impro01.txt"
    text = path.read_text("latin-1").replace(old, new)
    path.write_text(text, "latin-1")
    number, bad = next(item for item in enumerate(text.splitlines(), 1) if new in item[1])
    with pytest.raises(ValueError, match="must have") as caught:
        read_iemocap(root)
    assert str(caught.value) == (
        f"{path}, line {number} must have {expected}; got {bad!r}. Repair the line, or read a "
        "fresh copy of the corpus."
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"emotions": ["joy", "sad"]},
            "emotions must be 'paper', 'all' or a list of some of ['angry', 'disgusted', "
            "'excited', 'fearful', 'frustrated', 'happy', 'neutral', 'other', 'sad', "
            "'surprised']; got ['joy']. Choose from that list.",
        ),
        (
            {"recordings": "improvisation"},
            "recordings must be 'all' or a list of some of ['improvised', 'scripted']; got "
            "['improvisation']. Choose from that list.",
        ),
        (
            {"recordings": []},
            "recordings must be 'all' or a list of some of ['improvised', 'scripted']; got []. "
            "Choose from that list.",
        ),
    ],
)
def test_unknown_selection_is_refused(root, options, message):
    with pytest.raises(ValueError, match="must be") as caught:
        read_iemocap(root, **options)
    assert str(caught.value) == message


def test_folder_without_the_corpus_is_refused(tmp_path):
    with pytest.raises(NotADirectoryError) as caught:
        read_iemocap(tmp_path / "nowhere")
    assert str(caught.value) == (
        f"root must be the folder that holds the corpus; got '{tmp_path}/nowhere', which is not "
        "a folder. Check the path."
    )
    with pytest.raises(FileNotFoundError) as caught:
        read_iemocap(tmp_path)
    assert str(caught.value) == (
        f"root must hold Session1/dialog/EmoEvaluation/*.txt and so on; got '{tmp_path}' without "
        "any. Pass the folder that holds Session1."
    )


def test_label_files_without_labels_are_refused(root):
    for path in root.rglob("EmoEvaluation/Ses*.txt"):
        path.write_text(HEADER)
    with pytest.raises(ValueError, match="name utterances") as caught:
        read_iemocap(root)
    assert str(caught.value) == (
        "IEMOCAP: the label files must name utterances; got none. Read a fresh copy of the corpus."
    )


@pytest.fixture
def full_corpus(tmp_path):
    """Write a corpus with the counts of the paper, and others that it leaves out."""
    labels = ["ang"] * 1103 + ["hap"] * 595 + ["exc"] * 1041 + ["neu"] * 1708 + ["sad"] * 1084
    labels = np.random.default_rng(0).permutation([*labels, *["fru"] * 30, *["xxx"] * 30])
    dialogs = {
        f"Ses0{session}{gender}_{kind}01{part}": {}
        for session in range(1, 6)
        for gender in "FM"
        for kind in ("impro", "script")
        for part in ("", "a", "b")
    }
    for number, label in enumerate(labels):
        dialog = list(dialogs.values())[number % len(dialogs)]
        dialog[f"{'FM'[number // 60 % 2]}{len(dialog):03}"] = label
    return write_tree(tmp_path, dialogs, decoys=False)


def test_full_corpus_has_the_counts_of_the_paper_without_a_warning(full_corpus):
    corpus = read_iemocap(full_corpus)
    assert len(corpus) == 5531
    assert corpus["emotion"].value_counts().to_dict() == PAPER
    assert corpus["speaker"].nunique() == 10
    # The warning distinguishes one utterance more of a class from one fewer.
    path = full_corpus / "Session2" / "dialog" / "EmoEvaluation" / "Ses02F_impro01.txt"
    path.write_bytes(re.sub(rb"\tang\t", b"\tsad\t", path.read_bytes(), count=1))
    with pytest.warns(UserWarning, match="of the paper") as caught:
        read_iemocap(full_corpus)
    assert [str(warning.message) for warning in caught] == [
        "IEMOCAP: This is not the selection of the paper: 1102 angry instead of 1103 (1 "
        "fewer), 1085 sad instead of 1084 (1 more)."
    ]
    shutil.rmtree(full_corpus / "Session5")
    with pytest.warns(UserWarning, match=r"fewer\)\. Nothing was read from session 5\.$"):
        read_iemocap(full_corpus)


def test_error_names_recordings_in_other_folders(root):
    for folder in root.glob("Session*/sentences"):
        folder.rename(folder.with_name("utterances"))
    with pytest.raises(FileNotFoundError, match="Recordings must be in") as caught:
        read_iemocap(root)
    message = str(caught.value)
    assert message.startswith(
        f"Recordings must be in Session*/sentences/wav/*/; '{root}' has none there, and "
    )
    assert f"recordings elsewhere, the first of them '{root}{os.sep}Session" in message


def test_two_files_of_one_name_cause_a_warning_and_the_first_is_read(root):
    first = min(root.glob("Session1/sentences/wav/*/Ses*.wav"))
    other = first.parent.with_name("zz_denoised") / first.name
    other.parent.mkdir()
    other.write_text("other samples")
    message = "Each recording must have its own name; 1 of .* names belong to several files"
    with pytest.warns(UserWarning, match=message):
        corpus = read_iemocap(root, emotions="all", recordings="all")
    assert str(other) not in set(corpus["file"])
    with pytest.raises(ValueError, match=message):
        read_iemocap(root, emotions="all", recordings="all", duplicates="error")
