"""Databases in audformat: files and segments, schemes and mappings."""

import sys

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
    database.save(make_files(*files))
    return database


ONE_EMOTION = "ignore:Of . speakers? there is one emotion only"
pytestmark = pytest.mark.filterwarnings(ONE_EMOTION)


@pytest.mark.parametrize("as_path", [False, True])
def test_files(database, tmp_path, as_path):
    corpus = read_audformat(tmp_path if as_path else database, others=["age"])
    assert corpus["file"].tolist() == [str(tmp_path / "wav" / f"{name}.wav") for name in "abcd"]
    assert corpus["emotion"].fillna("-").tolist() == ["angry", "happy", "-", "fearful"]
    assert corpus["speaker"].tolist() == ["1", "1", "2", "2"]
    assert corpus["gender"].tolist() == ["female", "female", "male", "male"]
    assert corpus["age"].tolist() == [30, 30, 40, 40]
    assert corpus[["start", "end", "session"]].isna().all(axis=None)
    assert set(corpus["corpus"]) == {"calls"}
    assert corpus.attrs == {"licence": "CC-BY-4.0"}


def test_segments(make_files):
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


def test_other_names_and_words(make_files):
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


def test_only_some_tables(database):
    files = audformat.filewise_index(["wav/a.wav", "wav/b.wav"])
    database["others"] = audformat.Table(files)
    database["others"]["emotion"] = audformat.Column(scheme_id="emotion")
    database["others"]["emotion"].set(["fear", "fear"])
    assert len(read_audformat(database, tables=["emotions"])) == 4
    assert read_audformat(database, tables="others")["emotion"].tolist() == ["fearful"] * 2
    with pytest.raises(ValueError, match="Found overlapping data"):  # audformat's own words
        read_audformat(database)


def test_no_such_label(database):
    with pytest.raises(ValueError, match="has no labels") as caught:
        read_audformat(database, emotion="mood", tables=["emotions"])
    assert str(caught.value) == (
        "The database 'calls' has no labels for 'mood' in ['emotions']; it has the schemes "
        "['emotion', 'speaker'] and the tables ['emotions']."
    )


def test_no_database(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        read_audformat(tmp_path)
    assert str(caught.value) == (
        f"database must be a folder with a db.yaml, got '{tmp_path}' without one; pass the folder "
        "of the database."
    )


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "audformat", None)
    with pytest.raises(ImportError, match=r"run: pip install 'skprognet\[corpora\]'\.$"):
        read_audformat("calls")
