"""Labels that are read from a table, in any of its formats."""

import pandas as pd
import pytest

from skprognet.datasets import read_iemocap, read_table


@pytest.fixture
def labels():
    return pd.DataFrame(
        {
            "file": ["a.wav", "sub/b c.wav", "a.wav"],
            "start": [0.5, None, 2.0],
            "end": [1.5, None, 3.0],
            "emotion": ["anger", "neutral", "happy"],
            "speaker": ["007", "NA", "007"],
            "gender": ["f", "Male", "f"],
            "agent": ["x", None, "z"],
            "minutes": [1, 2, 3],
        }
    )


WRITERS = {
    "labels.csv": lambda table, path: table.to_csv(path, index=False),
    "labels.csv.gz": lambda table, path: table.to_csv(path, index=False),
    "labels.tsv": lambda table, path: table.to_csv(path, index=False, sep="\t"),
    "labels.parquet": lambda table, path: table.to_parquet(path),
    "labels.feather": lambda table, path: table.to_feather(path),
}
ONE_EMOTION = "ignore:\\d speakers? (has|have) only one emotion"


@pytest.mark.filterwarnings(ONE_EMOTION)
@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_corpus(make_files, labels, name):
    root = make_files("a.wav", "sub/b c.wav")
    WRITERS[name](labels, root / name)
    corpus = read_table(root / name)
    assert corpus["file"].tolist() == [
        str(root / "a.wav"),
        str(root / "sub" / "b c.wav"),
        str(root / "a.wav"),
    ]
    assert corpus[["start", "end"]].dtypes.unique().tolist() == [float]
    assert corpus["start"].fillna(-1).tolist() == [0.5, -1, 2.0]
    assert corpus["end"].fillna(-1).tolist() == [1.5, -1, 3.0]
    assert corpus["emotion"].tolist() == ["angry", "neutral", "happy"]
    assert corpus["speaker"].tolist() == ["007", "NA", "007"]
    assert corpus["gender"].tolist() == ["female", "male", "female"]
    assert corpus["session"].isna().all()
    assert corpus["corpus"].tolist() == ["labels"] * 3
    assert corpus["agent"].fillna("-").tolist() == ["x", "-", "z"]
    assert corpus["minutes"].tolist() == [1, 2, 3]
    assert list(corpus)[-2:] == ["agent", "minutes"]


def test_table_may_contain_only_paths(make_files, monkeypatch):
    root = make_files("a.wav", "b.wav")
    (root / "files.csv").write_text(f"file\na.wav\n{root}/b.wav\n")
    monkeypatch.chdir(root)
    corpus = read_table("files.csv")
    assert corpus["file"].tolist() == [str(root / "a.wav"), str(root / "b.wav")]
    assert corpus[["start", "end", "emotion", "speaker", "gender"]].isna().all(axis=None)


@pytest.mark.filterwarnings(ONE_EMOTION)
def test_names_of_columns_and_words_can_be_translated(make_files):
    root = make_files("a.wav", "b.wav", "c.wav")
    (root / "calls.csv").write_text(
        "path,Gefühl,who\na.wav,Wut,007\nb.wav,joy,007\nc.wav,unklar,07\n",
        encoding="utf-8",
    )
    corpus = read_table(
        root / "calls.csv",
        columns={"file": "path", "emotion": "Gefühl", "speaker": "who"},
        words={"Wut": "angry", "joy": "excited", "unklar": None},
        corpus="hotline",
    )
    assert corpus["emotion"].tolist()[:2] == ["angry", "excited"]
    assert pd.isna(corpus["emotion"][2])
    assert corpus["speaker"].tolist() == ["007", "007", "07"]
    assert set(corpus["corpus"]) == {"hotline"}


def test_column_corpus_is_kept(make_files):
    root = make_files("a.wav", "b.wav")
    (root / "two.csv").write_text("file,corpus\na.wav,one\nb.wav,other\n")
    assert read_table(root / "two.csv")["corpus"].tolist() == ["one", "other"]


@pytest.mark.filterwarnings("ignore:IEMOCAP. This is not the selection of the paper")
@pytest.mark.parametrize("name", WRITERS)
def test_corpus_is_the_same_after_writing_and_reading(tmp_path, name):
    labels = tmp_path / "Session1" / "dialog" / "EmoEvaluation"
    wavs = tmp_path / "Session1" / "sentences" / "wav" / "Ses01F_impro01"
    labels.mkdir(parents=True)
    wavs.mkdir(parents=True)
    text = ""
    for turn, label in {"F000": "neu", "M000": "ang", "F001": "sad", "M001": "hap"}.items():
        text += f"[1.0 - 2.0]\tSes01F_impro01_{turn}\t{label}\t[2.5, 2.5, 2.5]\n"
        (wavs / f"Ses01F_impro01_{turn}.wav").write_text(turn)
    (labels / "Ses01F_impro01.txt").write_text(text)
    corpus = read_iemocap(tmp_path)
    WRITERS[name](corpus, tmp_path / name)
    pd.testing.assert_frame_equal(
        read_table(tmp_path / name), corpus, check_dtype=False, check_column_type=False
    )


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (
            "path,emotion\na.wav,sad\n",
            {},
            "{} must have the columns 'file'; got 'path', 'emotion'. Name the columns with "
            "columns={{'file': 'path'}} or, on the command line, --columns file=path, if the "
            "table calls this column 'path'.",
        ),
        (
            "file,emotion\na.wav,sad\n",
            {"columns": {"speaker": "who"}},
            "{} must have the columns 'who'; got 'file', 'emotion'. Name the columns with "
            "columns={{'file': 'path'}} or, on the command line, --columns file=path, if the "
            "table calls this column 'path'.",
        ),
        (
            "file,emotion\na.wav,sad\n",
            {"columns": {"feeling": "emotion"}},
            "columns must give the table's names of some of file, emotion, speaker, gender, "
            "session, corpus, start, end; got 'feeling'. Write columns={{'file': 'path'}} or, "
            "on the command line, --columns file=path, if the table calls this "
            "column 'path'.",
        ),
        (
            "file,start,end\na.wav,1.0,2.0\na.wav,2.0,3.0\na.wav,0:03,\n",
            {},
            "The corpus has 1 problem; repair the rows, or drop them:\n  start must be a number "
            "of seconds; got '0:03' in 1 row.",
        ),
        (
            "file,emotion\na.wav,sad\n,sad\n",
            {},
            "The corpus has 1 problem; repair the rows, or drop them:\n  file must not be empty; "
            "it is empty in 1 row: 1.",
        ),
    ],
)
def test_tables_with_problems_are_refused(make_files, text, options, message):
    path = make_files("a.wav") / "labels.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match="must") as caught:
        read_table(path, **options)
    assert str(caught.value) == message.format(path)


def test_unknown_format_and_missing_file_are_refused(tmp_path):
    with pytest.raises(ValueError, match="A table must be a CSV, TSV, Parquet or Feather file"):
        read_table("labels.xlsx")
    with pytest.raises(FileNotFoundError) as caught:
        read_table(tmp_path / "labels.csv")
    assert str(caught.value) == (
        f"A table must be a file that exists; got '{tmp_path}/labels.csv'. Check the path."
    )


@pytest.mark.filterwarnings(ONE_EMOTION)
@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_spellings_of_a_class_are_unified(make_files, name):
    files = [f"{letter}.wav" for letter in "abcdefgh"]
    root = make_files(*files)
    table = pd.DataFrame(
        {
            "file": files,
            "emotion": ["angry", "Angry", "anger ", " ANGER", "Wut", "wut", "NA", "Joy"],
            "speaker": ["NA", "NA ", "Kim", "kim", "NA", "NA", "None", "03"],
            "gender": ["F", " female", "NA", "N/A", "Female", "f ", None, "M"],
        }
    )
    WRITERS[f"labels{name[1:]}"](table, root / name)
    with pytest.warns(UserWarning, match="gender is missing in 3 of 8 rows"):
        corpus = read_table(root / name, words={"Wut": "angry"})
    assert corpus["emotion"].fillna("-").tolist() == ["angry"] * 6 + ["-", "happy"]
    assert corpus["speaker"].tolist() == ["NA", "NA", "Kim", "kim", "NA", "NA", "None", "03"]
    assert corpus["gender"].fillna("-").tolist() == [
        *("female", "female", "-", "-", "female", "female", "-", "male")
    ]


@pytest.mark.filterwarnings(ONE_EMOTION)
def test_unknown_words_take_their_most_frequent_spelling(make_files):
    files = [f"{letter}.wav" for letter in "abc"]
    table = pd.DataFrame({"file": files, "emotion": ["Wut", "wut", "Wut "], "speaker": "x"})
    root = make_files(*files)
    table.to_csv(root / "t.csv", index=False)
    assert read_table(root / "t.csv")["emotion"].tolist() == ["Wut"] * 3


def test_error_for_an_unknown_gender_says_what_to_write(make_files):
    root = make_files("a.wav")
    (root / "t.csv").write_text("file,gender\na.wav,w\n")
    with pytest.raises(ValueError, match=r"got 'w' in 1 row.*--words w=female"):
        read_table(root / "t.csv")
    assert read_table(root / "t.csv", words={"w": "female"})["gender"].tolist() == ["female"]


@pytest.mark.filterwarnings(ONE_EMOTION)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-mark"])
def test_separators_and_encodings_of_other_programs_are_read(make_files, separator, encoding):
    root = make_files("a.wav", "b.wav")
    number = "1,5" if separator == ";" else "1.5"
    text = f"file,emotion,speaker,minutes\na.wav,Ärger,03,{number}\nb.wav,sad,007,2\n"
    if separator != ",":
        text = "file,emotion,speaker,minutes\na.wav,Ärger,03,X\nb.wav,sad,007,2\n"
        text = text.replace(",", separator).replace("X", number)
    mark = "\ufeff" if encoding.endswith("mark") else ""
    (root / "t.csv").write_text(mark + text, encoding=encoding.removesuffix("-mark"))
    corpus = read_table(root / "t.csv")
    assert corpus["emotion"].tolist() == ["Ärger", "sad"]
    assert corpus["speaker"].tolist() == ["03", "007"]
    assert corpus["minutes"].tolist() == [1.5, 2]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16-le"])
def test_error_for_other_encodings_recommends_utf_8(make_files, encoding):
    root = make_files("a.wav")
    (root / "t.csv").write_bytes("file,emotion\na.wav,Ärger\n".encode(encoding))
    with pytest.raises(ValueError, match=r"t.csv' cannot be read as csv: .*[Ss]ave it as UTF-8"):
        read_table(root / "t.csv")


@pytest.mark.filterwarnings(ONE_EMOTION)
def test_one_column_of_a_table_may_serve_as_two(make_files):
    root = make_files("a.wav")
    (root / "t.csv").write_text("file,emotion,call\na.wav,sad,x7\n")
    corpus = read_table(root / "t.csv", columns={"speaker": "call", "session": "call"})
    assert corpus.loc[0, ["speaker", "session"]].tolist() == ["x7", "x7"]
    (root / "t.csv").write_text("file,emotion,session\na.wav,sad,x8\n")
    corpus = read_table(root / "t.csv", columns={"speaker": "session"})
    assert corpus.loc[0, ["speaker", "session"]].tolist() == ["x8", "x8"]


@pytest.mark.parametrize("name", ["t.parquet", "t.feather"])
def test_durations_are_read_as_seconds(make_files, name):
    root = make_files("a.wav")
    table = pd.DataFrame({"file": ["a.wav", "a.wav"], "emotion": "sad"})
    table["start"] = pd.to_timedelta([0.0, 1.5], unit="s")
    table["end"] = pd.to_timedelta([1.5, float("nan")], unit="s")
    WRITERS[f"labels{name[1:]}"](table, root / name)
    corpus = read_table(root / name)
    assert corpus["start"].tolist() == [0, 1.5]
    assert corpus["end"].fillna(-1).tolist() == [1.5, -1]


def test_columns_does_not_replace_an_existing_column(make_files):
    root = make_files("a.wav")
    (root / "t.csv").write_text("file,emotion,mood\na.wav,4,sad\n")
    with pytest.raises(
        ValueError, match=r"must not give names that .* already has; got 'emotion' for 'mood'\. "
    ):
        read_table(root / "t.csv", columns={"emotion": "mood"})


@pytest.mark.filterwarnings(ONE_EMOTION)
def test_both_unicode_forms_of_an_accented_letter_are_equal(make_files, labels):
    root = make_files("a.wav", "sub/b c.wav")
    labels["emotion"] = ["w\u00fctend", "wu\u0308tend", "neutral"]
    labels["speaker"] = ["J\u00f6rg", "Jo\u0308rg", "kim"]
    labels["gender"] = "f"
    labels.to_csv(root / "labels.csv", index=False)
    corpus = read_table(root / "labels.csv", words={"wu\u0308tend": "angry"})
    assert corpus["emotion"].tolist() == ["angry", "angry", "neutral"]
    assert corpus["speaker"].tolist() == ["J\u00f6rg", "J\u00f6rg", "kim"]
