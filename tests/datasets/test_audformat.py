"""Databases in audformat: files and segments, schemes and mappings."""

import os
import pickle
import sys
from itertools import pairwise

import pandas as pd
import pytest

from skprognet.datasets import read_audformat

audformat = pytest.importorskip("audformat")

SPEAKERS = {
    1: {"gender": "female", "age": 30},
    2: {"gender": "male", "age": 40},
}


def make_database(table, emotions, speakers, name="calls"):
    """Return a database with one table of labels, on the index `table`."""
    database = audformat.Database(name, license="CC-BY-4.0")
    database.schemes["emotion"] = audformat.Scheme(labels=sorted(set(emotions)))
    database.schemes["speaker"] = audformat.Scheme(labels=SPEAKERS)
    database["emotions"] = audformat.Table(table)
    for scheme, values in {"emotion": emotions, "speaker": speakers}.items():
        database["emotions"][scheme] = audformat.Column(scheme_id=scheme)
        database["emotions"][scheme].set(values)
    return database


@pytest.fixture
def database(make_files):
    files = audformat.filewise_index(["wav/a.wav", "wav/b.wav", "wav/c.wav", "wav/d.wav"])
    database = make_database(files, ["anger", "joy", "no_agreement", "fear"], [1, 1, 2, 2])
    database.save(make_files(*files), storage_format="csv")
    return database


ONE_EMOTION = "ignore:\\d speakers? (has|have) only one emotion"
pytestmark = pytest.mark.filterwarnings(ONE_EMOTION)


@pytest.mark.parametrize("as_path", [False, True])
def test_database_of_whole_files_is_read(database, tmp_path, as_path):
    corpus = read_audformat(tmp_path if as_path else database, others=["age"])
    assert corpus["file"].tolist() == [str(tmp_path / "wav" / f"{name}.wav") for name in "abcd"]
    assert corpus["emotion"].fillna("-").tolist() == ["angry", "happy", "-", "fearful"]
    assert corpus["speaker"].tolist() == ["1", "1", "2", "2"]
    assert corpus["gender"].tolist() == ["female", "female", "male", "male"]
    assert corpus["age"].tolist() == [30, 30, 40, 40]
    assert corpus[["start", "end", "session"]].isna().all(axis=None)
    assert set(corpus["corpus"]) == {"calls"}
    assert corpus.attrs == {"licence": "CC-BY-4.0"}


def test_database_of_segments_is_read(make_files):
    index = audformat.segmented_index(
        ["a.wav", "a.wav", "b.wav", "c.wav"],
        ["0s", "1.5s", "2s", "0s"],
        ["1.5s", "3.25s", None, None],
    )
    database = make_database(index, ["anger", "joy", "anger", "joy"], [1, 1, 2, 2])
    database.save(make_files("a.wav", "b.wav", "c.wav"))
    corpus = read_audformat(database, corpus="hotline")
    assert corpus["start"].fillna(-1).tolist() == [0, 1.5, 2, -1]  # the last is a whole file
    assert corpus["end"].fillna(-1).tolist() == [1.5, 3.25, -1, -1]
    assert set(corpus["corpus"]) == {"hotline"}


def test_names_and_words_of_a_database_can_be_translated(make_files):
    files = audformat.filewise_index(["a.wav", "b.wav"])
    database = audformat.Database("calls")
    columns = {"feeling": ["cross", "fine"], "who": ["Kim", "Lee"], "sex": ["f", "other"]}
    columns |= {"day": ["Monday", "Tuesday"]}
    database["labels"] = audformat.Table(files)
    for name, values in columns.items():
        database["labels"][name] = audformat.Column()
        database["labels"][name].set(values)
    database.save(make_files(*files))
    with pytest.warns(UserWarning, match="gender is missing in 1 of 2 rows"):
        corpus = read_audformat(
            database,
            emotion="feeling",
            speaker="who",
            session="day",
            words={"cross": "angry", "other": None},
        )
    assert corpus["emotion"].tolist() == ["angry", "fine"]
    assert corpus["speaker"].tolist() == ["Kim", "Lee"]
    assert corpus["gender"][0] == "female"
    assert pd.isna(corpus["gender"][1])
    assert corpus["session"].tolist() == ["Monday", "Tuesday"]
    assert corpus.attrs == {}


def test_only_the_chosen_tables_are_read(database):
    files = audformat.filewise_index(["wav/a.wav", "wav/b.wav"])
    database["others"] = audformat.Table(files)
    database["others"]["emotion"] = audformat.Column(scheme_id="emotion")
    database["others"]["emotion"].set(["fear", "fear"])
    assert len(read_audformat(database, tables=["emotions"])) == 4
    assert read_audformat(database, tables="others")["emotion"].tolist() == ["fearful"] * 2
    with pytest.raises(ValueError, match="Found overlapping data"):  # audformat's own words
        read_audformat(database)


def test_unknown_label_is_refused(database):
    with pytest.raises(ValueError, match="has no labels") as caught:
        read_audformat(database, emotion="mood", tables=["emotions"])
    assert str(caught.value) == (
        "The database 'calls' has no labels for 'mood' in ['emotions']; it has the schemes "
        "'emotion', 'speaker' and the tables 'emotions'. Pass one of the schemes as emotion "
        "(--emotion)."
    )


def test_unknown_further_column_is_refused(database):
    with pytest.raises(ValueError, match=r"^others must be .*; got 'agee' without any value"):
        read_audformat(database, others=["age", "agee"])
    assert read_audformat(database, others="age")["age"].tolist() == [30, 30, 40, 40]


def test_further_column_does_not_replace_a_label(database):
    files = database["emotions"].index
    database["tasks"] = audformat.Table(files)
    database["tasks"]["intended"] = audformat.Column()
    database["tasks"]["intended"].set(["joy"] * 4)
    with pytest.raises(ValueError, match=r"^others must not replace .*; got 'emotion', which"):
        read_audformat(database, emotion="intended", others=["emotion"])
    assert read_audformat(database, emotion="intended")["emotion"].tolist() == ["happy"] * 4
    corpus = read_audformat(database, others=["speaker", "age"])
    assert corpus["speaker"].tolist() == ["1", "1", "2", "2"]
    assert corpus["age"].tolist() == [30, 30, 40, 40]


def test_a_scheme_does_not_replace_the_name_of_the_corpus(database):
    database["tasks"] = audformat.Table(database["emotions"].index)
    database["tasks"]["corpus"] = audformat.Column()
    database["tasks"]["corpus"].set(["a", "a", "b", "b"])
    assert read_audformat(database, others="corpus")["corpus"].tolist() == ["a", "a", "b", "b"]
    with pytest.raises(ValueError, match=r"^others must not replace .*; got 'corpus'"):
        read_audformat(database, corpus="calls", others="corpus")


def test_folder_without_a_database_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        read_audformat(tmp_path)
    assert str(caught.value) == (
        f"database must be a folder with a db.yaml; got '{tmp_path}' without one. Pass the "
        "folder "
        "of the database."
    )


def test_error_without_audformat_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "audformat", None)
    with pytest.raises(ImportError, match=r"run: pip install 'skprognet\[corpora\]'\.$"):
        read_audformat("calls")


class Harm:
    """An object that makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.fixture
def harm(database, tmp_path):
    """Give a path beside the folder of the database, where no file may appear."""
    path = tmp_path.parent / f"{tmp_path.name}-harm"
    yield path
    assert not path.exists()


def pickle_table(folder, content, newer):
    path = folder / "db.emotions.pkl"
    path.write_bytes(pickle.dumps(content))
    time = (folder / "db.emotions.csv").stat().st_mtime + (9 if newer else -9)
    os.utime(path, (time, time))
    return path


@pytest.mark.parametrize("newer", [True, False])
def test_a_pickle_beside_the_table_is_left_alone(database, tmp_path, harm, newer):
    expected = read_audformat(tmp_path)
    path = pickle_table(tmp_path, Harm(harm), newer)
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert read_audformat(tmp_path).equals(expected)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    lazy = audformat.Database.load(str(tmp_path))  # loads its tables when it needs them
    assert read_audformat(lazy).equals(expected)


def test_a_table_that_is_a_pickle_only_is_refused(database, tmp_path, harm):
    path = pickle_table(tmp_path, Harm(harm), True)
    (tmp_path / "db.emotions.csv").unlink()
    with pytest.raises(ValueError, match=r"^A table must be CSV or Parquet, .*; got only .*pkl"):
        read_audformat(tmp_path)
    assert path.exists()


def test_reader_leaves_audformat_itself_unchanged(database, tmp_path):
    plain = audformat.Table.load, audformat.Database.load
    read_audformat(tmp_path)
    assert (audformat.Table.load, audformat.Database.load) == plain
    pickle_table(tmp_path, database["emotions"].df.iloc[:2], True)
    assert (
        len(audformat.Database.load(str(tmp_path))["emotions"].df) == 2
    )  # audformat itself still takes the pickle


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("!!python/object/apply:builtins.open ['{harm}', 'w']", "must be plain YAML"),
        ("!!python/object/new:pathlib.Path ['{harm}']", "must be plain YAML"),
        ("!!python/name:os.system", "must be plain YAML"),
        ("!mine {{a: 1}}", "must be plain YAML"),
        ("[" * 200_000, "must have at most 50 levels"),  # would crash the process
        ("&a [*a]", "must have at most 50 levels, and aliases"),
        (
            "{{a: &a [x,x,x,x,x,x,x,x,x]"
            + "".join(f", {n}: &{n} [{','.join([f'*{p}'] * 9)}]" for p, n in pairwise("abcdefghi"))
            + "}}",
            "expand to at most 1000000 values",
        ),
    ],
)
def test_a_hostile_header_is_refused(database, tmp_path, harm, text, message):
    header = tmp_path / "db.yaml"
    header.write_text(header.read_text() + f"extra: {text.format(harm=harm)}\n")
    with pytest.raises(ValueError, match=message):
        read_audformat(tmp_path)


def test_header_with_a_few_aliases_is_read(database, tmp_path):
    expected = read_audformat(tmp_path)
    header = tmp_path / "db.yaml"
    header.write_text(header.read_text() + "first: &a [x, {y: z}]\nsecond: *a\n")
    assert read_audformat(tmp_path).equals(expected)


@pytest.mark.parametrize("name", ["../stolen", "/etc/passwd", "a/b", "..\\stolen", "C:\\stolen"])
def test_table_outside_the_folder_is_refused(database, tmp_path, name):
    header = tmp_path / "db.yaml"
    header.write_text(header.read_text().replace("  emotions:", f"  {name!r}:"))
    with pytest.raises(ValueError, match="The tables of a database must be in its folder; got"):
        read_audformat(tmp_path)


@pytest.mark.parametrize("name", ["db.yaml", "db.emotions.csv"])
def test_link_to_a_file_outside_the_folder_is_refused(database, tmp_path, name):
    outside = tmp_path.parent / f"{tmp_path.name}-{name}"
    (tmp_path / name).rename(outside)
    (tmp_path / name).symlink_to(outside)
    with pytest.raises(ValueError, match="A database must hold its own tables; got"):
        read_audformat(tmp_path)


@pytest.mark.parametrize("path", ["../../elsewhere.wav", "/elsewhere.wav"])
def test_recordings_outside_the_folder_are_refused(database, tmp_path, path):
    table = tmp_path / "db.emotions.csv"
    table.write_text(table.read_text().replace("wav/a.wav", path))
    message = f"The tables must name recordings in the folder of the database, .* got '{path}'"
    with pytest.raises(ValueError, match=message):
        read_audformat(tmp_path)


def test_recordings_with_absolute_paths_are_found(database, tmp_path):
    table = tmp_path / "db.emotions.csv"
    table.write_text(table.read_text().replace("wav/", f"{tmp_path}/wav/"))
    assert read_audformat(tmp_path)["file"].tolist() == [
        str(tmp_path / "wav" / f"{name}.wav") for name in "abcd"
    ]


@pytest.mark.parametrize("header", ["", "a: [", "a: b", "[a]", "tables: {emotions: 3}\nname: x"])
def test_damaged_header_is_refused(tmp_path, header):
    (tmp_path / "db.yaml").write_text(header)
    with pytest.raises(ValueError, match=r"db.yaml' cannot be read as|must be a mapping of YAML"):
        read_audformat(tmp_path)


@pytest.mark.parametrize("value", ["9" * 5000, "2020-13-45"], ids=["number", "date"])
def test_impossible_number_or_date_in_the_header_is_refused(database, make_files, value):
    folder = make_files()
    with (folder / "db.yaml").open("a") as header:
        header.write(f"\nmeasured: {value}\n")
    with pytest.raises(ValueError, match="Each number and date in the header"):
        read_audformat(folder)
