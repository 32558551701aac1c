"""Reading tables on the command line: which columns are features, and which files are refused."""

import json
import re
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from skprognet.cli import main
from skprognet.cli._corpora_tables import load_corpora
from skprognet.cli._named_tables import load_corpus, name_groups
from skprognet.datasets import load_emodb
from skprognet.features import join_labels
from skprognet.persistence import load_model


@pytest.fixture
def frame(rng):
    return pd.DataFrame(
        {
            "file": [f"{i}.wav" for i in range(6)],
            "speaker": ["03", "03", "08", "08", "10", "10"],
            "emotion": list("abcabc"),
            "valence": np.arange(6) / 5,
            "seen": [True, False] * 3,
            "F0_mean": rng.normal(size=6),
            "F0_std": rng.normal(size=6) * 1e-300,
            "loudness": np.arange(6, dtype=np.int64),
        }
    )


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet", "t.feather", "a.b.t.csv"])
def test_all_kinds_of_files_give_the_same_table(frame, tmp_path, name, capsys):
    path = tmp_path / name
    writers = {"parquet": frame.to_parquet, "feather": frame.to_feather}
    writers.get(path.suffix[1:], lambda p: frame.to_csv(p, index=False))(path)
    X, labels = load_corpus(path, None, ["emotion", "speaker"])
    pd.testing.assert_frame_equal(X, frame[["F0_mean", "F0_std", "loudness"]], check_exact=True)
    assert labels["speaker"].tolist() == frame["speaker"].tolist()
    assert capsys.readouterr().err == (
        "Warning: Features of whole numbers only may be codes: 'loudness'. If one of them is a "
        "label or a key, leave it out.\n"
        f"{path}: 6 rows of 3 features: 'loudness', 2 of 'F...'; not features: 'file', 'speaker', "
        "'emotion', 'valence', 'seen'.\n"
    )


def test_a_named_index_is_kept_and_a_nameless_one_dropped(frame, tmp_path):
    indexed = frame.set_index(["file", "speaker"])
    indexed.to_parquet(tmp_path / "t.parquet")
    X, labels = load_corpus(tmp_path / "t.parquet", None, ["speaker"])
    assert labels["file"].tolist() == frame["file"].tolist()
    frame.to_csv(tmp_path / "t.csv")
    X_of_csv, _ = load_corpus(tmp_path / "t.csv", None, ["speaker"])
    pd.testing.assert_frame_equal(X, X_of_csv)


def test_the_name_emodb_loads_the_shipped_table(capsys):
    emodb = load_emodb(as_frame=True)
    X, labels = load_corpus("emodb", None, ["emotion"])
    pd.testing.assert_frame_equal(X, emodb.data)
    assert list(labels) == ["file", "speaker", "gender", "emotion"]


def test_the_shipped_table_is_found_beside_a_folder_of_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("emodb").mkdir()  # such as the results of an earlier study
    X, _ = load_corpus("emodb", None, ["emotion"])
    assert len(X) == len(load_emodb().data)


def test_a_file_named_emodb_takes_precedence(frame, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame.to_csv("emodb", index=False)
    with pytest.raises(ValueError, match="A table must be a CSV"):
        load_corpus("emodb", None, ["emotion"])


def test_features_can_be_chosen_by_prefix(frame, tmp_path):
    frame.to_csv(tmp_path / "t.csv", index=False)
    X, _ = load_corpus(tmp_path / "t.csv", None, ["emotion"], ["F0", "valence"])
    assert list(X) == ["valence", "F0_mean", "F0_std"]
    message = (
        "Each prefix of features must match a numeric column; got 'loudnes2', which matches "
        "none. The nearest is 'loudness'."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_corpus(tmp_path / "t.csv", None, ["emotion"], ["F0", "loudnes2"])


def test_a_numeric_label_is_not_a_feature(frame, tmp_path):
    frame.to_csv(tmp_path / "t.csv", index=False)
    X, labels = load_corpus(tmp_path / "t.csv", None, ["loudness"])
    assert list(X) == ["F0_mean", "F0_std"]
    assert labels["loudness"].tolist() == list("012345")


@pytest.mark.parametrize("key", ["file", "name"])
def test_labels_are_joined_by_file_or_first_column(frame, tmp_path, key):
    frame = frame.rename(columns={"file": key})
    features, labels = frame[[key, "F0_mean", "loudness"]], frame[[key, "speaker", "emotion"]]
    if key == "file":
        labels = labels[["speaker", "file", "emotion"]]
    features.to_csv(tmp_path / "f.csv", index=False)
    labels[::-1].to_csv(tmp_path / "l.csv", index=False)
    X, joined = load_corpus(tmp_path / "f.csv", tmp_path / "l.csv", ["speaker", "emotion"])
    assert X["loudness"].tolist() == list(range(6))
    assert joined["speaker"].tolist() == frame["speaker"].tolist()
    assert joined["emotion"].tolist() == frame["emotion"].tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda table, labels: (table[:5], labels[2:]),
            "Features and labels must have the same "
            "rows, by the columns 'file' and 'file'; 2 of "
            "'f' have no counterpart: '0.wav', '1.wav'; 1 of 'l' have no counterpart: '5.wav'. "
            "Remove these rows, or add the missing ones.",
        ),
        (
            lambda table, labels: (table[:4], labels),
            "Features and labels must have the same "
            "rows, by the columns 'file' and 'file'; 2 of "
            "'l' have no counterpart: '4.wav', '5.wav'. Remove these rows, or add the missing "
            "ones.",
        ),
        (
            lambda table, labels: (table, pd.concat([labels, labels[1:2]])),
            "Each row must have a different name, by which its labels are found; got '1.wav' "
            "twice in the column 'file' of 'l'. Rename or remove one of them.",
        ),
        (
            lambda table, labels: (table, labels.assign(loudness=1)),
            "A column must be in the features or in the labels, not in both; got 'loudness' in "
            "'f' and in 'l'. Drop or rename them in one table.",
        ),
    ],
)
def test_labels_that_do_not_match_the_features_are_refused(frame, change, message):
    tables = change(frame[["file", "F0_mean", "loudness"]], frame[["file", "speaker"]])
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        join_labels(*tables, table_name="f", labels_name="l")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda f: f.rename(columns={"emotion": "emotions"}),
            "{path!r} must have the column 'emotion'; it has 8 others. Those without numbers are "
            "'file', 'speaker', 'emotions'. The nearest is 'emotions'.",
        ),
        (
            lambda f: f.assign(emotion=["a", None, "b", None, "c", "c"]),
            "Every row must have a value in the column 'emotion'; in {path!r}, 2 of 6 have none "
            "(NA counts as none). The first is data row "
            "2. Fill them in, or leave these rows out.",
        ),
        (
            lambda f: f[["file", "emotion", "valence"]],
            "{path!r} must have features, which are numeric columns that are not labels; got "
            "only 'file', 'emotion', 'valence'. Check the prefixes and what is left out.",
        ),
        (
            lambda f: f.assign(F0_mean=[1, 2, np.nan, 4, 5, 6], loudness=np.inf),
            "Features must be finite numbers; in {path!r} 'F0_mean', 'loudness' have missing or "
            "infinite values in 6 of 6 rows. The first is data row 1. Leave these rows or "
            "columns out.",
        ),
    ],
)
def test_a_table_without_usable_labels_or_features_is_refused(frame, tmp_path, change, message):
    path = tmp_path / "t.csv"
    change(frame).to_csv(path, index=False)
    with pytest.raises(ValueError, match=f"^{re.escape(message.format(path=str(path)))}$"):
        load_corpus(path, None, ["emotion"])


def test_an_unknown_or_missing_file_is_refused(tmp_path):
    message = "A table must be a CSV, TSV, Parquet or Feather file"
    with pytest.raises(ValueError, match=f"^{message} .*; got 'features.xlsx'. Convert"):
        load_corpus("features.xlsx", None, [])
    path = tmp_path / "gone.csv"
    message = f"A table must be a file that exists; got {str(path)!r}. Check the path."
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        load_corpus(path, None, [])


def test_features_are_summarised_in_groups_with_odd_ones_first():
    assert name_groups([*(f"f{i}" for i in range(10)), "id", "0"]) == "'0', 'id', 10 of 'f...'"
    assert name_groups("abcdefg") == "'a', 'b', 'c', 'd', 'e' and 2 more groups"


def run(*args):
    """Return the result of a command, with both streams."""
    return CliRunner().invoke(main, list(map(str, args)))


def train(table, *options):
    """Train a tiny network on a table. Return its features and standard error."""
    model = Path(table).parent / "model"
    fast = ("--max-epochs", 1, "--hidden-layers", 2, "--validation", "stratified")
    result = run("train", table, "-o", model, *options, *fast)
    assert result.exit_code == 0, result.stderr
    features = json.loads(run("inspect", model, "--json").stdout)["features"]["names"]
    return features, result.stderr


@pytest.fixture
def sorted_table(rng):
    """Return 40 rows of random features, sorted by their label."""
    return pd.DataFrame(rng.normal(size=(40, 3)), columns=["f1", "f2", "f3"]).assign(
        emotion=np.repeat(["angry", "sad"], 20), speaker=np.tile(["03", "08"], 20)
    )


def test_a_column_that_predicts_the_label_without_error_gives_a_warning(sorted_table, tmp_path):
    sorted_table.assign(number=range(40)).to_csv(tmp_path / "t.csv", index=False)
    features, stderr = train(tmp_path / "t.csv")
    assert features == ["f1", "f2", "f3", "number"]
    assert stderr.startswith(
        "Warning: The values of 'number' alone predict 'emotion' without error in all 40 rows"
    )
    assert "40 rows of 4 features: 'number', 3 of 'f...'; not features: 'emotion'" in stderr


@pytest.mark.parametrize(("features", "labels"), [("csv", "csv"), ("csv", "parquet")])
def test_columns_of_a_labels_file_are_not_features(
    sorted_table, tmp_path, features, labels, no_figures
):
    keys = [f"{i:03}" for i in range(1, 41)]  # text that consists of digits
    table = sorted_table[["f1", "f2", "f3"]]
    write = {"csv": "to_csv", "parquet": "to_parquet"}
    files = tmp_path / f"f.{features}", tmp_path / f"l.{labels}"
    table = table.assign(copy=keys)[["f1", "f2", "f3", "copy"]]
    table.insert(0, "utterance_no", keys)
    label_table = sorted_table[["emotion", "speaker"]].assign(naturalness=1.5, height=range(40))
    label_table.insert(0, "number", keys)
    getattr(table, write[features])(files[0], index=False)
    getattr(label_table[::-1], write[labels])(files[1], index=False)
    out = tmp_path / "out"
    result = run(
        *("tasks", files[0], "--labels", files[1], "--target", "emotion", "--sources", "speaker"),
        *("--repeats", 1, "--folds", 3, "--max-epochs", 1, "--hidden-layers", 2, "-o", out),
        *("--n-jobs", 1),
    )
    assert result.exit_code == 0, result.stderr
    assert (
        "40 rows of 3 features: 3 of 'f...'; not features: 'emotion', 'speaker'" in result.stderr
    )


def test_the_error_points_out_leading_zeros_of_keys(sorted_table, tmp_path):
    numbers = sorted_table.assign(number=range(1, 41))
    numbers[["number", "f1", "f2"]].to_parquet(tmp_path / "f.parquet")
    texts = numbers.assign(number=[f"{i:03}" for i in range(1, 41)])
    texts[["number", "emotion", "speaker"]].to_csv(tmp_path / "l.csv", index=False)
    result = run(
        *("tasks", tmp_path / "f.parquet", "--labels", tmp_path / "l.csv", "--target", "emotion"),
        *("--sources", "speaker", "-o", tmp_path / "out"),
    )
    assert result.exit_code == 1
    assert "40 of" in result.stderr
    assert "'1', '10', '11', '12', '13' and 35 more" in result.stderr
    assert "Leading zeros count: '001' is not '1'." in result.stderr


def test_a_row_without_a_key_is_refused(sorted_table, tmp_path):
    numbers = sorted_table.assign(number=[np.nan, *range(1, 40)])
    numbers[["number", "f1", "f2"]].to_parquet(tmp_path / "f.parquet")
    numbers[["number", "emotion", "speaker"]].to_csv(tmp_path / "l.csv", index=False)
    result = run(
        *("tasks", tmp_path / "f.parquet", "--labels", tmp_path / "l.csv", "--target", "emotion"),
        *("--sources", "speaker", "-o", tmp_path / "out"),
    )
    assert result.exit_code == 1
    assert "in the column 'number' of" in result.stderr
    assert "1 of 40 rows without one" in result.stderr


def test_spellings_of_a_label_are_merged_with_a_warning(sorted_table, tmp_path):
    emotion = sorted_table["emotion"].tolist()
    emotion[:3], emotion[20:23] = ["Angry", "angry ", "ANGRY"], ["sadness"] * 3
    speaker = ["NA", "kim "] * 10 + ["kim", "NA"] * 10
    sorted_table.assign(emotion=emotion, speaker=speaker).to_csv(tmp_path / "t.csv", index=False)
    _, stderr = train(tmp_path / "t.csv")
    assert (
        "Warning: Labels in the column 'emotion' were changed: 'Angry -> angry', "
        "'angry  -> angry', 'ANGRY -> angry'.\n"
    ) in stderr
    assert "Some labels of 'emotion' are nearly the same: 'sad' and 'sadness'." in (
        stderr.replace("'sadness' and 'sad'", "'sad' and 'sadness'")
    )
    assert load_model(tmp_path / "model").classes_.tolist() == ["angry", "sad", "sadness"]


def test_labels_in_composed_and_decomposed_unicode_are_equal(sorted_table, tmp_path):
    composed = "fr\u00f6hlich"
    decomposed = normalize("NFD", composed)
    emotion = [composed, decomposed] * 10 + ["sad"] * 20
    speaker = ["J\u00f6rg", "Jo\u0308rg", "kim", "kim"] * 10
    table = sorted_table.assign(emotion=emotion, speaker=speaker)
    table.to_csv(tmp_path / "t.csv", index=False)
    _, stderr = train(tmp_path / "t.csv", "--validation", "stratified")
    assert "Warning: " not in stderr
    assert load_model(tmp_path / "model").classes_.tolist() == [composed, "sad"]
    train(tmp_path / "t.csv", "--target", "speaker")
    assert load_model(tmp_path / "model").classes_.tolist() == ["J\u00f6rg", "kim"]


def test_na_is_a_missing_emotion_but_may_be_a_speaker(sorted_table, tmp_path):
    path = tmp_path / "t.csv"
    sorted_table.assign(speaker="NA").to_csv(path, index=False)
    assert train(path)[0] == ["f1", "f2", "f3"]
    sorted_table.assign(emotion=["NA", *sorted_table["emotion"][1:]]).to_csv(path, index=False)
    result = run("train", path, "-o", tmp_path / "model")
    assert result.exit_code == 1
    assert "Every row must have a value in the column 'emotion'" in result.stderr
    assert "1 of 40 have none (NA counts as none). The first is data row 1." in result.stderr


def test_corpora_whose_features_were_made_in_different_ways_are_refused(frame, tmp_path):
    features = ["F0_mean", "F0_std", "loudness"]
    labels = frame.drop(columns=features)
    paths = []
    for rate in (16_000, 8_000):
        origin = {"feature_set": "a", "sampling_rate": rate, "extractor": "opensmile 2.6.0"}
        paths.append(tmp_path / f"{rate}.parquet")
        labels.assign(**origin).join(frame[features]).to_parquet(paths[-1])
    load_corpora(paths[:1] * 2, (), ["emotion", "speaker"])
    message = r"must be made in the same way; got a at 16000 Hz .* and a at 8000 Hz .* Extract"
    with pytest.raises(ValueError, match=message):
        load_corpora(paths, (), ["emotion", "speaker"])


def test_a_table_with_features_of_two_origins_is_refused(frame, tmp_path):
    origin = {"feature_set": "a", "sampling_rate": [16_000, 8_000] * 3, "extractor": "opensmile"}
    frame.assign(**origin).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(ValueError, match=r"must have one origin; got 2 in"):
        load_corpus(tmp_path / "t.parquet", None, ["emotion", "speaker"])
