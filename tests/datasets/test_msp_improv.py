"""MSP-IMPROV: small trees in the form of the corpus, and one of full size."""

import warnings

import numpy as np
import pandas as pd
import pytest

from skprognet.datasets import read_msp_improv

# Table 4 of the publication: angry, sad, happy, neutral by type of recording.
TABLE_4 = {
    "T": (115, 106, 136, 283),
    "R": (169, 80, 88, 241),
    "S": (470, 633, 1048, 1789),
    "P": (38, 66, 1372, 1164),
}
RATERS = "ZB-p-01; Neutral; A:3.0; V:3.0; D:3.0; N:4.0;\nZB-p-02; Happy,Neutral; A:2.0; V:4.0;\n"
# Recording -> label and ratings (activation, valence, dominance, naturalness).
UTTERANCES = {
    "S01A-F01-P-FM01": "N; A:3.000000; V:3.500000; D:3.000000 ; N:4.000000;",
    "S01A-F01-P-MF02": "H; A:2.000000; V:4.500000; D:NaN ; N:4.000000;",
    "S01A-M01-R-FM01": "A; A:4.500000; V:1.500000; D:4.000000 ;",
    "S02H-M01-S-MM03": "X; A:3.000000; V:3.500000; D:3.000000 ; N:4.000000;",
    "S02H-M01-S-MM14": "S;A : 2.0;V:1.5; D: 2.0;N:nan;",
    "S05N-F06-T-FF101": "O; A:3.000000; V:3.500000; D:3.000000 ; N:4.000000;",
    "S05N-F06-T-FF02": "S; A:1.000000; V:1.500000; D:2.000000 ; N:4.000000;",
    "S05N-F06-S-FF02": "A; A:4.000000; V:1.500000; D:2.000000 ; N:4.000000;",
}
PARTLY = "ignore:MSP-IMPROV. This is not the selection of the paper"


def write_tree(root, utterances=UTTERANCES, name="Evalution.txt", audio="", newline="\n"):
    blocks = (f"UTD-IMPROV-{key}.avi; {label}\n{RATERS}\n" for key, label in utterances.items())
    (root / name).write_text("".join(blocks), encoding="utf-8", newline=newline)
    (root / f"._{name}").write_bytes(b"\x00\x05\x16\x07")
    for key in utterances:
        sentence, speaker, kind, _ = key.split("-")
        folder = root / audio / f"session{speaker[2]}" / sentence / kind
        if not folder.is_dir():
            folder.mkdir(parents=True)
            (folder / f"._MSP-IMPROV-{key}.wav").write_text("macOS")
        (folder / f"MSP-IMPROV-{key}.wav").write_text(key)
    return root


@pytest.fixture
def root(tmp_path):
    return write_tree(tmp_path)


@pytest.mark.filterwarnings(PARTLY)
def test_default_selection_has_the_labels_and_columns_of_the_corpus(root):
    corpus = read_msp_improv(root).set_index("id")
    assert corpus["emotion"].to_dict() == {
        "MSP-IMPROV-S01A-F01-P-FM01": "neutral",
        "MSP-IMPROV-S01A-F01-P-MF02": "happy",
        "MSP-IMPROV-S01A-M01-R-FM01": "angry",
        "MSP-IMPROV-S02H-M01-S-MM14": "sad",
        "MSP-IMPROV-S05N-F06-T-FF02": "sad",
        "MSP-IMPROV-S05N-F06-S-FF02": "angry",
    }
    man = corpus.loc["MSP-IMPROV-S01A-M01-R-FM01"]  # S01A is not a session, FM not a gender
    assert man[["speaker", "gender", "session"]].tolist() == ["M01", "male", "1"]
    assert man[["sentence", "recording", "label"]].tolist() == ["S01A", "target-read", "A"]
    assert man[["activation", "valence", "dominance"]].tolist() == [4.5, 1.5, 4.0]
    assert np.isnan(man[["naturalness", "start", "end"]].astype(float)).all()
    assert man["file"] == str(root / "session1" / "S01A" / "R" / "MSP-IMPROV-S01A-M01-R-FM01.wav")
    assert corpus.loc["MSP-IMPROV-S02H-M01-S-MM14", ["activation", "dominance"]].tolist() == [2, 2]
    woman = corpus.loc["MSP-IMPROV-S01A-F01-P-MF02"]
    assert woman[["speaker", "gender", "recording"]].tolist() == ["F01", "female", "natural"]
    assert np.isnan(woman["dominance"])
    assert woman["naturalness"] == 4
    assert corpus["recording"].tolist()[-2:] == ["target-improvised", "other-improvised"]
    assert corpus["session"].tolist()[-1] == "6"


def test_warning_lists_differences_from_the_paper(root):
    with pytest.warns(UserWarning, match="of the paper") as caught:
        read_msp_improv(root)
    assert [str(warning.message) for warning in caught] == [
        "MSP-IMPROV: This is not the selection of the paper: 2 angry instead of 792 (790 "
        "fewer), 1 happy instead of 2644 (2643 fewer), 1 neutral instead of 3477 (3476 fewer), 2 "
        "sad instead of 885 (883 fewer). Nothing was read from session 2, 3, 4, 5."
    ]


def test_warning_lists_missing_sessions(tmp_path):
    without_session_6 = {key: label for key, label in UTTERANCES.items() if "-F06-" not in key}
    with pytest.warns(UserWarning, match=r"Nothing was read from session 2, 3, 4, 5, 6\.$"):
        read_msp_improv(write_tree(tmp_path, without_session_6))


@pytest.mark.filterwarnings(PARTLY)
def test_byte_order_mark_is_ignored(root):
    expected = read_msp_improv(root)
    path = root / "Evalution.txt"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    pd.testing.assert_frame_equal(read_msp_improv(root), expected)


def test_emotions_all_keeps_every_label(root):
    corpus = read_msp_improv(root, emotions="all")
    assert len(corpus) == 8
    emotions = corpus.set_index("label")["emotion"]
    assert emotions["O"] == "other"
    assert pd.isna(emotions["X"])
    assert corpus.attrs["licence"].endswith("University of Texas at Dallas")


@pytest.mark.filterwarnings("ignore:\\d speakers? (has|have) only one emotion")
def test_recordings_selects_rows(root):
    corpus = read_msp_improv(root, recordings=["natural", "target-improvised"])
    assert [name[-6] for name in corpus["id"]] == ["P", "P", "T"]


@pytest.mark.filterwarnings(PARTLY)
@pytest.mark.parametrize(
    "layout",
    [{"name": "Evaluation.txt"}, {"audio": "Audio"}, {"newline": "\r\n"}],
    ids=["the other spelling", "Audio", "Windows"],
)
def test_other_layouts_of_the_corpus_are_read(root, tmp_path_factory, layout):
    corpus = read_msp_improv(write_tree(tmp_path_factory.mktemp("other"), **layout))
    expected = read_msp_improv(root)
    pd.testing.assert_frame_equal(corpus.drop(columns="file"), expected.drop(columns="file"))
    if "audio" in layout:
        assert "Audio/session1/S01A/P" in corpus["file"][0]


def test_recordings_without_label_and_labels_without_recording_are_left_out(root):
    folder = root / "session1" / "S01A" / "P"
    wav = folder / "MSP-IMPROV-S01A-F01-P-FM99.wav"
    (folder / "MSP-IMPROV-S01A-F01-P-FM01.wav").rename(wav)
    (folder / "MSP-IMPROV-S01A-F01-P-FM98.wav").write_text("98")
    (root / "session6" / "S05N" / "T" / "MSP-IMPROV-S05N-F06-T-FF02.wav").unlink()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        corpus = read_msp_improv(root)
    assert [str(warning.message) for warning in caught][:2] == [
        f"MSP-IMPROV: 2 recordings, such as {folder / 'MSP-IMPROV-S01A-F01-P-FM98.wav'}, have no "
        "label and are left out.",
        "MSP-IMPROV: 2 utterances, such as MSP-IMPROV-S01A-F01-P-FM01, have no recording and are "
        "left out.",
    ]
    assert len(corpus) == 4


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "S01A-M01-R-FM01.avi",
            "S01A-M07-R-FM01.avi",
            "an id such as UTD-IMPROV-S01A-F01-P-FM01.avi",
        ),
        (
            "UTD-IMPROV-S01A-M01-R-FM01.avi",
            "IMPROV-S01A-M01-R-FM01.avi",
            "an id such as UTD-IMPROV-S01A-F01-P-FM01.avi",
        ),
        (
            "S01A-M01-R-FM01.avi",
            "S01A-M01-R-FM01.mp4",
            "an id such as UTD-IMPROV-S01A-F01-P-FM01.avi",
        ),
        ("A; A:4.5", "Q; A:4.5", "a label of ['A', 'H', 'N', 'O', 'S', 'X']"),
        ("A; A:4.500000;", "A; A:high;", "ratings such as A:3.5; V:2.0;"),
        ("A; A:4.500000;", "A; 4.500000;", "ratings such as A:3.5; V:2.0;"),
    ],
)
def test_error_names_the_bad_line(root, old, new, expected):
    path = root / "Evalution.txt"
    text = path.read_text().replace(old, new)
    path.write_text(text)
    number, bad = next(item for item in enumerate(text.splitlines(), 1) if new in item[1])
    with pytest.raises(ValueError, match="must have") as caught:
        read_msp_improv(root)
    assert str(caught.value) == (
        f"{path}, line {number} must have {expected}; got {bad!r}. Repair the line, or read a "
        "fresh copy of the corpus."
    )


def test_unknown_selection_is_refused(root):
    with pytest.raises(ValueError, match="recordings must be") as caught:
        read_msp_improv(root, recordings=["improvised"])
    assert str(caught.value) == (
        "recordings must be 'all' or a list of some of ['natural', 'other-improvised', "
        "'target-improvised', 'target-read']; got ['improvised']. Choose from that list."
    )


def test_folder_without_the_corpus_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        read_msp_improv(tmp_path)
    assert str(caught.value) == (
        f"root must hold Evalution.txt or Evaluation.txt; got '{tmp_path}' with neither. Pass "
        "the folder that holds this file."
    )


def test_full_corpus_has_the_counts_of_the_paper_without_a_warning(tmp_path):
    labels = [
        (kind, label)
        for kind, counts in TABLE_4.items()
        for label, n in zip("ASHN", counts, strict=True)
        for _ in range(n)
    ]
    labels = np.random.default_rng(0).permutation([*labels, *[("P", "X")] * 134])
    utterances = {}
    for number, (kind, label) in enumerate(labels):
        speaker = f"{'FM'[number % 2]}0{number // 2 % 6 + 1}"
        utterances[f"S{number // 1000 + 1:02}A-{speaker}-{kind}-FM{number % 1000:02}"] = label
    corpus = read_msp_improv(write_tree(tmp_path, utterances))
    assert corpus["emotion"].value_counts().to_dict() == {
        "neutral": 3477,
        "happy": 2644,
        "sad": 885,
        "angry": 792,
    }
    assert len(corpus) == 7798
    assert corpus["recording"].value_counts().to_dict() == {
        "other-improvised": 3940,
        "natural": 2640,
        "target-improvised": 640,
        "target-read": 578,
    }


def test_error_names_recordings_in_other_folders(root):
    (root / "wav").mkdir()
    for folder in root.glob("session*"):
        folder.rename(root / "wav" / folder.name)
    with pytest.raises(FileNotFoundError) as caught:
        read_msp_improv(root)
    first = root / "wav" / "session1" / "S01A" / "P" / "MSP-IMPROV-S01A-F01-P-FM01.wav"
    assert str(caught.value) == (
        "Recordings must be in session*/*/*/ or Audio/session*/*/*/, such as session1/S01A/P/; "
        f"'{root}' has none there, and 8 recordings elsewhere, the first of them '{first}'. Pass "
        "the folder that holds these places, or move the recordings there."
    )


@pytest.mark.filterwarnings(PARTLY)
def test_session_folders_may_have_a_capital_letter(root, tmp_path_factory):
    expected = read_msp_improv(root)["id"].tolist()
    for folder in root.glob("session*"):
        folder.rename(root / folder.name.capitalize())
    assert read_msp_improv(root)["id"].tolist() == expected
