"""Open corpora, fetched from a real audb repository on this disk."""

import os
import pickle
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import skprognet.datasets
from skprognet.datasets.corpora import CORPORA

audb = pytest.importorskip("audb")
audbackend = pytest.importorskip("audbackend")
audformat = pytest.importorskip("audformat")
soundfile = pytest.importorskip("soundfile")

# Names of EmoDB with their labels, as its audformat database has them.
FILES = {
    "wav/03a01Fa.wav": ("happiness", 3),
    "wav/03a01Nc.wav": ("neutral", 3),
    "wav/08a02La.wav": ("boredom", 8),
    "wav/08a02Wc.wav": ("anger", 8),
}
CITATION = (
    "F. Burkhardt et al., A database of German emotional speech, Interspeech 2005, 1517-1520. "
    "https://doi.org/10.21437/Interspeech.2005-446"
)
SPEAKERS = {3: {"gender": "male"}, 8: {"gender": "female"}}


def publish(folder, repository, version="1.4.1"):
    """Publish four tones as emodb, with two tables of emotions, as in audb's repository."""
    for number, file in enumerate(FILES):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        tone = 0.1 * np.sin(np.arange(1600) * (0.05 + 0.01 * number))
        soundfile.write(path, tone, 16_000, subtype="PCM_16")
    database = audformat.Database("emodb", license="CC0-1.0", source="made up by this test")
    database.schemes["emotion"] = audformat.Scheme(labels=sorted({e for e, _ in FILES.values()}))
    database.schemes["speaker"] = audformat.Scheme(labels=SPEAKERS)
    tables = {
        "emotion": ("emotion", [emotion for emotion, _ in FILES.values()]),
        "emotion.guessed": ("emotion", ["neutral"] * 4),
        "files": ("speaker", [speaker for _, speaker in FILES.values()]),
    }
    for table, (scheme, values) in tables.items():
        database[table] = audformat.Table(audformat.filewise_index(list(FILES)))
        database[table][scheme] = audformat.Column(scheme_id=scheme)
        database[table][scheme].set(values)
    database.save(folder)
    audb.publish(
        str(folder), version, repository, previous_version=None, verbose=False, cache_root=None
    )


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Make a repository the only one that audb knows, and an empty cache beside it."""
    host = tmp_path / "host"
    host.mkdir()
    audbackend.backend.FileSystem.create(str(host), "corpora")
    repository = audb.Repository("corpora", str(host), "file-system")
    monkeypatch.setattr(audb.config, "REPOSITORIES", [repository])
    monkeypatch.setattr(audb.config, "SHARED_CACHE_ROOT", str(tmp_path / "shared"))
    monkeypatch.setattr(audb.config, "CACHE_ROOT", str(tmp_path / "home"))
    monkeypatch.delenv("AUDB_CACHE_ROOT", raising=False)
    monkeypatch.delenv("AUDB_SHARED_CACHE_ROOT", raising=False)
    publish(tmp_path / "emodb", repository)
    return repository


@pytest.fixture
def new_process(monkeypatch):
    """Make the next import of the package like the first one in a new process."""
    for name in list(sys.modules):
        if name.partition(".")[0] == "skprognet":
            monkeypatch.delitem(sys.modules, name)


def fetch_corpus(*args, **options):
    return import_module("skprognet.datasets").fetch_corpus(*args, **options)


def test_fetched_corpus_has_labels_and_audio(repository, tmp_path, capsys):
    corpus = fetch_corpus("emodb", cache=tmp_path / "cache").set_index("file")
    names = [path.rpartition("wav/")[2] for path in corpus.index]
    assert dict(zip(names, corpus["emotion"], strict=True)) == {
        "03a01Fa.wav": "happy",
        "03a01Nc.wav": "neutral",
        "08a02La.wav": "bored",
        "08a02Wc.wav": "angry",
    }
    assert corpus["speaker"].tolist() == ["03", "03", "08", "08"]  # as read_emodb has them
    assert corpus["gender"].tolist() == ["male", "male", "female", "female"]
    assert set(corpus["corpus"]) == {"emodb"}
    assert all(path.startswith(str(tmp_path / "cache")) for path in corpus.index)
    signal, rate = soundfile.read(corpus.index[1])
    assert rate == 16_000
    np.testing.assert_allclose(signal, 0.1 * np.sin(np.arange(1600) * 0.06), atol=1e-4)


def test_licence_and_citation_are_shown_once(new_process, repository, tmp_path, capsys):
    corpus = fetch_corpus("emodb")
    assert corpus.attrs == {"licence": "CC0-1.0", "citation": CITATION, "version": "1.4.1"}
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith(f"EmoDB 1.4.1, licence CC0-1.0. Please cite: {CITATION}\n")
    fetch_corpus("emodb")
    assert "cite" not in capsys.readouterr().err


def test_verbose_false_shows_nothing(new_process, repository, capsys):
    fetch_corpus("emodb", verbose=False)
    assert capsys.readouterr() == ("", "")
    fetch_corpus("emodb")  # shows now what it has not shown before
    assert "Please cite" in capsys.readouterr().err


def test_second_fetch_reads_the_cache(repository, tmp_path, monkeypatch):
    first = fetch_corpus("emodb", verbose=False)
    (tmp_path / "host").rename(tmp_path / "gone")
    second = fetch_corpus("emodb", verbose=False)
    assert second.equals(first)
    assert (tmp_path / "home").is_dir()


def test_another_version_can_be_fetched(repository, tmp_path):
    publish(tmp_path / "newer", repository, version="1.5.0")
    assert fetch_corpus("emodb", verbose=False).attrs["version"] == "1.4.1"
    assert fetch_corpus("emodb", version="1.5.0", verbose=False).attrs["version"] == "1.5.0"
    with pytest.raises(RuntimeError, match="could not be fetched") as caught:
        fetch_corpus("emodb", version="3.0.0", verbose=False)
    assert str(caught.value).startswith("emodb 3.0.0 could not be fetched with audb (")
    assert str(caught.value).endswith(
        "). Check the version, the network, and the repositories in audb.config."
    )


def test_damaged_download_is_refused(repository, tmp_path):
    for archive in (tmp_path / "host").rglob("*.zip"):
        content = bytearray(archive.read_bytes())
        content[len(content) // 2] ^= 0xFF
        archive.write_bytes(content)
    with pytest.raises(RuntimeError, match=r"^emodb 1\.4\.1 could not be fetched with audb "):
        fetch_corpus("emodb", verbose=False)


def run(*arguments):
    main = import_module("skprognet.cli").main
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_fetch_command_writes_the_same_table_as_read(new_process, repository, tmp_path):
    fetched, listed = tmp_path / "fetched.csv", tmp_path / "listed.csv"
    result = run("fetch", "emodb", "--cache", tmp_path / "cache", "-o", fetched)
    assert result.exit_code == 0, result.output
    assert result.stdout == (
        "emodb: 4 utterances, 2 speakers (1 female, 1 male).\n  angry        1\n  bored        1\n"
        f"  happy        1\n  neutral      1\nWrote 4 rows to {fetched}.\n"
    )
    notice = f"EmoDB 1.4.1, licence CC0-1.0. Please cite: {CITATION}\n"
    assert result.stderr.endswith(notice)
    table = pd.read_csv(fetched, dtype=str)
    (folder,) = {Path(name).parent for name in table["file"]}
    result = run("read", "emodb", folder, "-o", listed)
    assert result.exit_code == 0, result.output
    pd.testing.assert_frame_equal(table, pd.read_csv(listed, dtype=str)[[*table]])
    assert table.shape == (4, 8)


def test_fetch_command_takes_another_version(new_process, repository, tmp_path):
    publish(tmp_path / "newer", repository, version="1.5.0")
    result = run("fetch", "emodb", "--version", "1.5.0", "-o", tmp_path / "u.parquet")
    assert result.exit_code == 0, result.output
    assert result.stderr.count("EmoDB 1.5.0, licence CC0-1.0. Please cite: ") == 1
    assert len(pd.read_parquet(tmp_path / "u.parquet")) == 4


def test_fetch_command_fails_with_a_clear_error(repository, tmp_path):
    result = run("fetch", "emodb", "--version", "3.0.0", "-o", tmp_path / "u.csv")
    assert result.exit_code == 1
    assert "Error: emodb 3.0.0 could not be fetched with audb (" in result.stderr
    result = run("fetch", "iemocap", "-o", tmp_path / "u.csv")
    assert result.exit_code == 2
    assert "'iemocap' is not one of 'crema-d', 'emodb'," in result.stderr
    result = run("fetch", "crema-d", "-o", tmp_path / "u.csv")
    assert "Error: crema-d 1.3.0 could not be fetched" in result.stderr
    assert not (tmp_path / "u.csv").exists()


@pytest.mark.parametrize("name", ["iemocap", "EmoDB"])
def test_corpus_that_is_not_open_is_refused(name):
    with pytest.raises(ValueError, match="name must be one of") as caught:
        fetch_corpus(name)
    assert str(caught.value) == (
        "name must be one of ['crema_d', 'emodb', 'emouerj', 'nemo', 'ravdess', 'subesco']; got "
        f"{name!r}. Read licensed corpora from your copy, for instance with read_iemocap."
    )


def test_docstring_lists_the_open_corpora_with_title_and_licence():
    doc = skprognet.datasets.fetch_corpus.__doc__
    for name, facts in CORPORA.items():
        documented = f"'{name}'" in doc
        assert documented == bool(facts.audb)
        if documented:
            (row,) = [row for row in doc.splitlines() if f"'{name}' " in row]
            assert facts.title in row
            assert facts.licence in row


def test_error_without_audb_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "audb", None)
    with pytest.raises(ImportError, match=r"needs 'audb', .*'skprognet\[corpora\]'\.$"):
        fetch_corpus("emodb")


class Harm:
    """An object that makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_pickles_in_the_cache_are_left_alone(repository, tmp_path):
    first = fetch_corpus("emodb", verbose=False, cache=tmp_path / "cache")
    folder = Path(first["file"][0]).parent.parent
    assert not list(folder.rglob("*.pkl"))  # fetching makes none
    pickles = [folder / name for name in ("db.pkl", "db.emotion.pkl", "db.files.pkl")]
    for path in pickles:
        path.write_bytes(pickle.dumps(Harm(tmp_path / "harm")))
        os.utime(path, (2e9, 2e9))  # newer than the tables
    before = [path.read_bytes() for path in pickles]
    assert fetch_corpus("emodb", verbose=False, cache=tmp_path / "cache").equals(first)
    assert [path.read_bytes() for path in pickles] == before
    assert not (tmp_path / "harm").exists()


def test_a_header_that_makes_objects_is_refused(repository, tmp_path):
    (header,) = (tmp_path / "host").rglob("db.yaml")
    code = f"!!python/object/apply:builtins.open ['{tmp_path / 'harm'}', 'w']"
    header.write_text(header.read_text() + f"extra: {code}\n")
    with pytest.raises(RuntimeError, match="must be plain YAML, without objects of Python"):
        fetch_corpus("emodb", verbose=False)
    assert not (tmp_path / "harm").exists()


def test_recordings_outside_of_the_cache_are_refused(repository, tmp_path):
    (files,) = (tmp_path / "host").rglob("db.parquet")
    table = pd.read_parquet(files)
    table["file"] = table["file"].str.replace("wav/03a01Fa", "../../../../outside/03a01Fa")
    table.to_parquet(files)
    with pytest.raises(RuntimeError, match="The files of a database must be in its folder; got"):
        fetch_corpus("emodb", verbose=False, cache=tmp_path / "cache")
    assert not (tmp_path / "outside").exists()
