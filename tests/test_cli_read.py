"""The commands that list a corpus, and extract for its features."""

import inspect
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from skprognet import datasets
from skprognet._tables import read_table, write_table
from skprognet.cli import main
from skprognet.cli._named_tables import load_corpus
from skprognet.datasets import make_speech_corpus
from skprognet.features import OpenSmileFeatures, join_labels

STANDARD = ["file", "start", "end", "emotion", "speaker", "gender", "session", "corpus"]
ORIGIN = ["feature_set", "sampling_rate", "extractor"]
EMODB = ["03a01Fa.wav", "03a01Nc.wav", "03a02Wc.wav", "08a01Fd.wav", "08a01Na.wav", "08a01Wa.wav"]


def run(*arguments, **options):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **options)


@pytest.fixture
def emodb(tmp_path):
    """Return a folder of files with names as in EmoDB. They contain no audio."""
    for name in EMODB:
        (tmp_path / "wav").mkdir(exist_ok=True)
        (tmp_path / "wav" / name).write_text(name)
    return tmp_path / "wav"


def test_read_writes_a_table_and_prints_a_summary(emodb, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("read", "emodb", "wav", "-o", "new/utterances.csv")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(
        "emodb: 6 utterances, 2 speakers (1 female, 1 male).\n"
        "  angry        2\n  happy        2\n  neutral      2\nLicence: CC0-1.0\nCitation: "
    )
    assert result.stdout.endswith("Wrote 6 rows to new/utterances.csv.\n")
    table = pd.read_csv("new/utterances.csv", dtype=str)
    assert list(table)[:8] == STANDARD
    assert table["file"].tolist() == [str(emodb / name) for name in EMODB]
    assert table["speaker"].tolist() == ["03"] * 3 + ["08"] * 3


def test_each_reader_has_its_own_options(emodb, tmp_path):
    out = tmp_path / "u.parquet"
    for emotions, expected in [("sad", 0), ("angry", 2), ("angry happy", 4), ("all", 6)]:
        result = run("read", "emodb", emodb, "--emotions", *emotions.split(), "-o", out)
        if expected:
            assert len(pd.read_parquet(out)) == expected, result.output
        else:
            assert result.exit_code == 1
            assert "A corpus must have at least one row; got none." in result.stderr
    assert run("read", "emodb", emodb, "--recordings", "all", "-o", out).exit_code == 2
    wrong = run("read", "emodb", emodb, "--emotions", "rage", "-o", out)
    assert wrong.exit_code == 1
    assert wrong.stderr.startswith("Error: emotions must be 'all' or a list of some of ['angry',")


def test_duplicate_recordings_are_kept_dropped_or_refused(emodb, tmp_path):
    (emodb / "03a01Fb.wav").write_bytes((emodb / "03a01Fa.wav").read_bytes())
    path = tmp_path / "u.csv"
    kept = run("read", "emodb", emodb, "-o", path)
    assert "Warning: 1 recording appears more than once" in kept.stderr
    assert len(pd.read_csv(path)) == 7
    dropped = run("read", "emodb", emodb, "--duplicates", "drop", "-o", path)
    assert "1 of 7 rows were dropped" in dropped.stderr
    assert len(pd.read_csv(path)) == 6
    refused = run("read", "emodb", emodb, "--duplicates", "error", "-o", tmp_path / "none.csv")
    assert refused.exit_code == 1
    assert "pass duplicates='drop' (--duplicates drop)." in refused.stderr
    assert not (tmp_path / "none.csv").exists()


def test_read_iemocap_selects_emotions_and_recordings(tmp_path):
    labels = tmp_path / "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"
    wavs = tmp_path / "Session1/sentences/wav/Ses01F_impro01"
    for folder in (labels.parent, wavs):
        folder.mkdir(parents=True)
    lines = []
    for i, label in enumerate(["ang", "exc", "fru", "neu", "xxx"]):
        name = f"Ses01F_impro01_F00{i}"
        (wavs / f"{name}.wav").write_text(name)
        lines.append(f"[{i}.0 - {i}.5]\t{name}\t{label}\t[2.5, 2.5, 2.5]\n")
    labels.write_text("".join(lines))
    out = tmp_path / "u.csv"
    by_default = run("read", "iemocap", tmp_path, "-o", out)
    assert pd.read_csv(out)["emotion"].tolist() == ["angry", "happy", "neutral"]
    assert "Warning: IEMOCAP: This is not the selection of the paper:" in by_default.stderr
    assert "\n  angry        1\n" in by_default.stdout
    all_emotions = run("read", "iemocap", tmp_path, "--emotions", "all", "-o", out)
    assert all_emotions.stderr == ""
    assert "\n  (none)          1\n" in all_emotions.stdout
    assert pd.read_csv(out)["emotion"].tolist()[:4] == [
        "angry",
        "excited",
        "frustrated",
        "neutral",
    ]
    scripted = run("read", "iemocap", tmp_path, "--recordings", "scripted", "-o", out)
    assert scripted.exit_code == 1


def test_read_table_renames_columns_and_labels(emodb, tmp_path):
    table = pd.DataFrame({"path": [f"wav/{name}" for name in EMODB], "who": list("aabbab")})
    table["emotion"] = ["rage", "meh", "rage", "rage", "meh", "rage"]
    table.to_csv(tmp_path / "calls.csv", index=False)
    result = run(
        *("read", "table", tmp_path / "calls.csv", "--columns", "file=path", "speaker=who"),
        *("--words", "rage=angry", "meh=", "--corpus", "mine", "-o", tmp_path / "u.feather"),
    )
    assert result.exit_code == 0, result.output
    utterances = pd.read_feather(tmp_path / "u.feather")
    assert utterances["emotion"].isna().tolist() == [False, True, False, False, True, False]
    assert utterances["speaker"].tolist() == list("aabbab")
    assert set(utterances["corpus"]) == {"mine"}
    refused = run(
        "read", "table", tmp_path / "calls.csv", "--words", "rage", "-o", tmp_path / "u.csv"
    )
    assert refused.exit_code == 2
    assert "Each value must be LABEL=WORD; got 'rage'." in refused.stderr


def test_read_audformat_takes_the_name_of_the_emotion_scheme(emodb, tmp_path):
    audformat = pytest.importorskip("audformat")
    database = audformat.Database("calls")
    table = database["labels"] = audformat.Table(audformat.filewise_index(EMODB))
    for name, values in {"mood": ["anger", "joy"] * 3, "sex": ["female"] * 6}.items():
        database.schemes[name] = audformat.Scheme(labels=sorted(set(values)))
        table[name] = audformat.Column(scheme_id=name)
        table[name].set(values)
    database.save(emodb)
    out = tmp_path / "u.csv"
    result = run("read", "audformat", emodb, "--emotion", "mood", "--others", "mood", "-o", out)
    assert result.exit_code == 0, result.output
    utterances = pd.read_csv(out)
    assert utterances["emotion"].tolist() == ["angry", "happy"] * 3
    assert utterances["mood"].tolist() == ["anger", "joy"] * 3
    assert utterances["gender"].tolist() == ["female"] * 6


def test_every_reader_has_a_command_with_the_same_options():
    readers = {name for name in datasets.__all__ if name.startswith("read_")}
    commands = {
        f"read_{name.replace('-', '_')}": command
        for name, command in main.get_command(None, "read").commands.items()
    }
    assert set(commands) == {*readers, "read_invented"}
    for name in readers:
        command, reader = commands[name], getattr(datasets, name)
        options = {param.name for param in command.params} - {"root", "output"}
        assert options == set(inspect.signature(reader).parameters) - {"root", "path", "database"}


def test_invented_speech_is_the_same_for_the_same_seed(tmp_path):
    for folder in "ab":
        result = run(
            *("read", "invented", tmp_path / folder, "--speakers", 2, "--utterances", 1),
            *("--emotions", "sad", "angry", "--seed", 3, "-o", tmp_path / f"{folder}.csv"),
        )
        assert result.exit_code == 0, result.output
    assert "invented: 4 utterances, 2 speakers (1 female, 1 male)." in result.stdout
    tables = [read_table(tmp_path / f"{folder}.csv") for folder in "ab"]
    contents = [[Path(name).read_bytes() for name in table["file"]] for table in tables]
    assert contents[0] == contents[1]
    expected = make_speech_corpus(
        tmp_path / "c", n_speakers=2, n_utterances=1, emotions=["sad", "angry"], random_state=3
    )
    pd.testing.assert_frame_equal(
        tables[0].drop(columns="file"), expected.drop(columns="file"), check_dtype=False
    )


def test_invented_speech_can_have_arousal(tmp_path):
    result = run(
        *("read", "invented", tmp_path / "wav", "--speakers", 1, "--utterances", 1),
        *("--emotions", "sad", "angry", "--arousal", "-o", tmp_path / "u.csv"),
    )
    assert result.exit_code == 0, result.output
    sad, angry = read_table(tmp_path / "u.csv")["arousal"]
    assert 1 < sad < 2.8 < angry <= 5


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["read", "klingon", ".", "-o", "x.csv"], 2, "No such command 'klingon'."),
        (
            ["read", "emodb", ".", "-o", "x.xls"],
            1,
            "Error: A table must be a CSV, TSV, Parquet or",
        ),
        (["read", "emodb", "-o", "x.csv"], 2, "Missing argument 'ROOT'."),
        (["read", "emodb", "gone", "-o", "x.csv"], 1, "Error: root must be the folder that holds"),
        (
            ["extract", "a.csv", "b.wav", "-o", "x.csv"],
            2,
            "FILES must be audio files or one table",
        ),
        (
            ["extract", "gone.csv", "-o", "x.csv"],
            1,
            "Error: A table must be a file that exists; got 'gone.csv'.",
        ),
    ],
)
def test_wrong_usage_gives_an_error_and_writes_nothing(
    arguments, code, message, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == code
    assert message in result.stderr
    assert not list(tmp_path.iterdir())


def test_without_pyarrow_read_writes_no_recordings(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = run("read", "invented", tmp_path / "wav", "-o", tmp_path / "u.parquet")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: Parquet files need pyarrow (pip install 'skprognet[parquet]'), to write "
        f"'{tmp_path / 'u.parquet'}'; CSV files need nothing.\n"
    )
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def speech_folder(tmp_path_factory):
    """Return a folder with invented speech, its table, and the features from extract."""
    pytest.importorskip("opensmile")
    folder = tmp_path_factory.mktemp("spoken")
    listed = run(
        *("read", "invented", folder / "wav", "--speakers", 2, "--utterances", 1),
        *("--emotions", "sad", "angry", "-o", folder / "utterances.csv"),
    )
    assert listed.exit_code == 0, listed.output
    extracted = run(
        *("extract", folder / "utterances.csv", "-o", folder / "features.parquet"),
        *("--n-jobs", 1, "--cache", folder / "cache"),
    )
    assert extracted.exit_code == 0, extracted.output
    return folder


def test_extract_keeps_the_labels_and_records_how_features_were_made(speech_folder):
    utterances = read_table(speech_folder / "utterances.csv")
    table = pd.read_parquet(speech_folder / "features.parquet")
    assert list(table)[: utterances.shape[1] + 3] == [*utterances, *ORIGIN]
    pd.testing.assert_frame_equal(table[list(utterances)], utterances, check_dtype=False)
    expected = OpenSmileFeatures().fit_transform(list(utterances["file"]))
    np.testing.assert_array_equal(table[list(expected)].to_numpy(), expected.to_numpy())
    assert list(table)[utterances.shape[1] + 3 :] == list(expected)
    (origin,) = table[ORIGIN].drop_duplicates().to_dict("records")
    assert origin["feature_set"] == "eGeMAPSv02"
    assert origin["sampling_rate"] == 16_000
    assert re.fullmatch(r"opensmile \d+\.\d+\.\d+", origin["extractor"])
    assert len(list((speech_folder / "cache").iterdir()))


def test_columns_of_the_utterances_do_not_count_as_features(speech_folder):
    X, labels = load_corpus(speech_folder / "features.parquet", None, ["emotion"])
    assert X.shape == (4, 88)
    assert {"f0", "level", "sampling_rate"} <= set(labels)
    chosen, _ = load_corpus(speech_folder / "features.parquet", None, ["emotion"], ["f0"])
    assert list(chosen) == ["f0", "f0_range"]


def test_joined_labels_do_not_count_as_features(speech_folder, tmp_path):
    table = pd.read_parquet(speech_folder / "features.parquet").drop(columns="f0")
    labels = read_table(speech_folder / "utterances.csv")[["file", "f0"]]
    joined, _ = join_labels(table, labels)
    write_table(joined, tmp_path / "joined.parquet")
    X, _ = load_corpus(tmp_path / "joined.parquet", None, [])
    assert X.shape == (4, 88)


def test_segments_are_cut_and_their_paths_are_relative_to_the_table(
    speech_folder, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    names = [f"wav/{name}" for name in ("F01_sad_01.wav", "F01_sad_01.wav")]
    segments = pd.DataFrame({"file": names, "start": [0, 0.5], "end": [0.5, np.nan], "n": [1, 2]})
    segments.to_csv(speech_folder / "segments.csv", index=False)
    out = speech_folder / "segments-8k.csv"
    result = run(
        *("extract", speech_folder / "segments.csv", "--feature-set", "GeMAPSv01b"),
        *("--sampling-rate", 8000, "--n-jobs", 1, "-o", out),
    )
    assert result.exit_code == 0, result.output
    assert f"Wrote 2 rows of 62 features to {out}." in result.stdout
    expected = OpenSmileFeatures("GeMAPSv01b", sampling_rate=8000).fit_transform(
        segments.assign(file=[str(speech_folder / name) for name in names])
    )
    table = pd.read_csv(out)
    np.testing.assert_array_equal(table[list(expected)].to_numpy(np.float32), expected.to_numpy())
    (origin,) = table[ORIGIN].drop_duplicates().to_dict("records")
    assert (origin["feature_set"], origin["sampling_rate"]) == ("GeMAPSv01b", 8000)
    assert origin["extractor"].startswith("opensmile ")


def test_the_extractor_column_has_the_digest_of_the_configuration(speech_folder, tmp_path):
    import opensmile

    from skprognet.features._feature_sets import config_digest, find_config

    config = find_config(opensmile.FeatureSet.eGeMAPSv02.name)
    result = run(
        *("extract", speech_folder / "wav" / "F01_sad_01.wav", "--feature-set", config),
        *("--n-jobs", 1, "-o", tmp_path / "f.csv"),
    )
    assert result.exit_code == 0, result.output
    (origin,) = pd.read_csv(tmp_path / "f.csv")[ORIGIN].to_dict("records")
    assert origin["feature_set"] == str(config)
    assert origin["extractor"].endswith(f", configuration {config_digest(config)}")


@pytest.mark.parametrize(("on_error", "rows"), [("raise", None), ("skip", 1), ("nan", 2)])
def test_a_bad_file_is_named_and_on_error_decides_about_it(
    speech_folder, tmp_path, on_error, rows
):
    good, out = speech_folder / "wav" / "F01_sad_01.wav", tmp_path / "f.csv"
    result = run("extract", "gone.wav", good, "-o", out, "--n-jobs", 1, "--on-error", on_error)
    assert "'gone.wav': cannot be opened (No such file or directory)" in result.stderr
    if rows is None:
        assert result.exit_code == 1
        assert not out.exists()
        return
    assert result.exit_code == 0
    assert result.stderr.startswith("Warning: Every utterance must have complete, readable audio")
    table = pd.read_csv(out)
    assert table["file"].tolist() == ["gone.wav", str(good)][-rows:]
    assert table.iloc[-1, 4:].notna().all()
    assert table.iloc[0, 4:].isna().all() == (rows == 2)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"path": ["a.wav"]},
            "A table of utterances must have rows and a column 'file' (and 'start' and 'end', in "
            "s, for segments); got '{path}' with 1 rows and the columns ['path']. Rename its "
            "columns, or make it with 'skprognet read'.",
        ),
        (
            {"file": ["a.wav", None]},
            "Every row must name its file; in '{path}', 1 of 2 do not. The first is data row 2. "
            "Fill them in, or remove these rows.",
        ),
        (
            {"file": ["a.wav"], "start": ["soon"]},
            "The column 'start' must hold numbers, in s; got 'soon' in '{path}'. Correct these "
            "cells.",
        ),
        (
            {"file": ["a.wav"], "extractor": ["mine"]},
            "A table of utterances must not have features yet; got 'extractor'. Leave them out.",
        ),
    ],
)
def test_a_table_that_does_not_list_utterances_gives_an_error(table, message, tmp_path):
    pytest.importorskip("opensmile")
    path = tmp_path / "t.csv"
    pd.DataFrame(table).to_csv(path, index=False)
    result = run("extract", path, "-o", tmp_path / "f.csv")
    assert result.exit_code == 1
    assert result.stderr == f"Error: {message.format(path=path)}\n"


def test_a_table_with_features_of_two_origins_is_refused(tmp_path, rng, monkeypatch):
    table = pd.DataFrame({"emotion": ["a", "b"] * 10, "feature_set": "a"})
    table = table.assign(sampling_rate=[8000] * 10 + [16000] * 10, extractor="opensmile 2.6.0")
    table[["f1", "f2"]] = rng.normal(size=(20, 2))
    path, options = tmp_path / "t.csv", ("-o", tmp_path / "m", "--max-epochs", 1)
    table.to_csv(path, index=False)
    with monkeypatch.context() as patch:
        patch.setattr("skprognet.cli._train_verb.train_model", None)  # refused before training
        result = run("train", path, *options)
    assert result.exit_code == 1
    assert result.stderr.endswith(
        f"Error: All features of a table must have one origin; got 2 in '{path}': "
        "a at 8000 Hz by opensmile 2.6.0; a at 16000 Hz by opensmile 2.6.0. Extract the features "
        "again.\n"
    )
    table.drop(columns="feature_set").to_csv(path, index=False)
    assert "features of unknown origin" in run("train", path, *options).stdout


def test_the_gender_of_a_speaker_may_be_in_any_of_the_rows(tmp_path):
    for name in ("a.wav", "b.wav"):
        (tmp_path / name).write_text(name)
    pd.DataFrame(
        {"file": ["a.wav", "b.wav"], "emotion": "sad", "speaker": "Kim", "gender": ["", "female"]}
    ).to_csv(tmp_path / "t.csv", index=False)
    result = run("read", "table", tmp_path / "t.csv", "-o", tmp_path / "u.csv")
    assert "2 utterances, 1 speaker (1 female)." in result.stdout
