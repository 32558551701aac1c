"""Which columns of a table are features, and the warnings about suspicious ones."""

import warnings

import numpy as np
import pandas as pd
import pytest

from skprognet.datasets import load_emodb
from skprognet.features import (
    choose_features,
    join_labels,
    read_features,
    select_features,
    split_features,
)

LABELS = ["emotion", "speaker", "gender"]
CODES = {"angry": 3 / 7, "happy": 1 / 7, "neutral": 2 / 7, "sad": 9 / 7}
ALONE = "The values of 'n' alone predict "
WHOLE = "Features of whole numbers only may be codes: 'n'."


@pytest.fixture(scope="module")
def emodb():
    return load_emodb(as_frame=True).frame.sort_values("emotion").reset_index(drop=True)


def remarks(table, **options):
    """Return the chosen features and the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        features = choose_features(table, **options)
    return features, [str(warning.message) for warning in caught]


@pytest.mark.parametrize(
    "name",
    ["id", "Label", "actor", "speaker_id", "SpeakerID", "emotion code", "naturalness", "file.no"],
)
def test_numeric_columns_named_like_labels_are_not_features(emodb, name):
    table = emodb.assign(**{name: np.arange(len(emodb))})
    assert remarks(table, labels=LABELS) == (list(emodb.columns[4:]), [])
    assert name in remarks(table, labels=LABELS, prefixes=[name])[0]


@pytest.mark.parametrize("name", ["text_0", "mean_activation", "0", "F0final_sma", "pageRank"])
def test_other_numeric_columns_are_features(emodb, name):
    table = emodb.assign(**{name: np.linspace(0, 1, len(emodb)) ** 0.3 % 0.1})
    assert choose_features(table, labels=LABELS) == [*emodb.columns[4:], name]


def zscored(x):
    return (x - x.mean()) / x.std()


@pytest.mark.parametrize(
    "change",
    [
        lambda frame, names: frame,
        lambda frame, names: frame.assign(**zscored(frame[names])),
        lambda frame, names: frame.assign(**frame.groupby("speaker")[names].transform(zscored)),
        lambda frame, names: frame[::17],
        lambda frame, names: frame.iloc[[0, 1, -1, -2]],
        lambda frame, names: pd.concat([frame, frame], ignore_index=True),  # copies of rows
        lambda frame, names: frame.round(0).astype(dict.fromkeys(names, int)),
    ],
    ids=["raw", "z", "speaker z", "20 rows", "4 rows", "copied", "whole"],
)
def test_real_features_raise_no_warning(emodb, change):
    names = list(emodb.columns[4:])
    assert remarks(change(emodb, names), labels=LABELS) == (names, [])


@pytest.mark.parametrize(
    ("values", "label"),
    [
        (lambda frame: np.arange(len(frame)), "emotion"),  # the table is sorted by it
        (lambda frame: np.arange(len(frame))[::-1] / 7 + 0.1, "emotion"),
        (lambda frame: frame["emotion"].astype("category").cat.codes, "emotion"),
        (lambda frame: frame["emotion"].map(CODES), "emotion"),
        (lambda frame: frame["gender"].eq("female").astype(float), "gender"),
        (lambda frame: frame["speaker"].astype(int), "speaker"),
    ],
)  # fmt: skip
def test_warning_names_a_feature_that_is_a_label(emodb, values, label):
    _, messages = remarks(emodb.assign(n=values(emodb)), labels=LABELS)
    assert any(
        text.startswith(f"{ALONE}{label!r} without error in all 339 rows") for text in messages
    )
    assert not any(text.startswith(WHOLE) for text in messages)


def test_warning_says_that_a_speaker_code_also_predicts_the_gender(emodb):
    _, messages = remarks(emodb.assign(n=emodb["speaker"].astype(int)), labels=LABELS)
    assert [text[: len(ALONE) + 9] for text in messages] == [
        f"{ALONE}'speaker'",
        f"{ALONE}'gender' ",
    ]


def test_warning_names_a_feature_of_whole_numbers(emodb):
    _, messages = remarks(emodb.assign(n=np.arange(339) % 12), labels=LABELS)
    assert [text[: len(WHOLE)] for text in messages] == [WHOLE]


@pytest.mark.parametrize("parameter", ["labels", "exclude", "prefixes"])
def test_one_text_in_place_of_a_list_of_names_is_refused(parameter):
    table = pd.DataFrame({"rank": [1.5, 2.5], "pitch": [100.5, 95.1]})
    message = rf"^{parameter} must be a list of names; got 'rank'\. Write \['rank'\]\.$"
    with pytest.raises(TypeError, match=message):
        choose_features(table, **{parameter: "rank"})
    with pytest.raises(TypeError, match=r"^labels must be a list of names; got 'rank'"):
        split_features(table, "rank")


def test_labels_that_a_table_lacks_are_named(emodb):
    with pytest.raises(ValueError, match=r"^labels must be columns of the table; got 'mood'"):
        choose_features(emodb, labels=["emotion", "mood"])


def test_features_come_after_the_extractor_or_are_not_excluded(emodb):
    table = emodb.assign(n=range(339), extractor="opensmile", x=0.5)
    assert remarks(table, labels=LABELS)[0] == ["x"]  # the column after the extractor
    without_extractor = table.drop(columns="extractor")
    assert remarks(without_extractor, labels=LABELS, exclude=["n", "x"])[0] == list(
        emodb.columns[4:]
    )


def test_warning_names_a_label_after_the_features_of_an_extracted_table(emodb):
    pitch, rating = emodb.columns[4:6]
    table = emodb[["emotion"]].assign(extractor="opensmile", x=emodb[pitch])
    assert remarks(table, labels=["emotion"]) == (["x"], [])
    features, messages = remarks(table.assign(valence=emodb[rating]), labels=["emotion"])
    assert features == ["x", "valence"]
    assert [text[:71] for text in messages] == [
        "All numeric columns after 'extractor' count as features, also 'valence'"
    ]


def test_text_in_place_of_a_feature_of_a_model_is_named():
    table = pd.DataFrame({"pitch": ["high", "100.5"], "loudness": [0.5, 0.2]})
    with pytest.raises(ValueError, match=r"finite numbers; 'pitch' have other values \(.*high"):
        select_features(table, ["loudness", "pitch"])


def test_read_features_refuses_labels_that_are_not_excluded(emodb, tmp_path):
    path = tmp_path / "t.csv"
    emodb.assign(actor=emodb["speaker"].astype(int)).to_csv(path, index=False)
    with pytest.raises(
        ValueError,
        match=r"Features must not have the names of labels or keys; "
        r"got 'actor'",
    ):
        read_features(path, exclude=LABELS)
    assert read_features(path, exclude=[*LABELS, "actor"]).shape == (339, 88)
    with pytest.warns(UserWarning, match="The values of 'actor' alone predict 'speaker'"):
        read_features(path, columns=["actor", emodb.columns[4]], exclude=["speaker"])


@pytest.mark.parametrize(
    "call",
    [
        lambda table: choose_features(table, labels=["emotion"]),
        lambda table: split_features(table, ["emotion"]),
        lambda table: join_labels(table, pd.DataFrame({"file": ["a"], "gender": ["male"]})),
    ],
    ids=["choose", "split", "join"],
)
def test_two_columns_with_one_name_are_refused(call):
    table = pd.DataFrame([["a", "sad", 1.5, 2.5]], columns=["file", "emotion", "pitch", "pitch"])
    with pytest.raises(
        ValueError,
        match=r"^table must have columns with different names; got "
        r"'pitch' twice",
    ):
        call(table)
    with pytest.raises(TypeError, match=r"^table must be a DataFrame; got list\.$"):
        call([1, 2])


def test_a_missing_label_is_named_by_its_position_whatever_the_index():
    table = pd.DataFrame({"emotion": ["sad", None], "pitch": [100.5, 95.1]}, index=["b", "a"])
    with pytest.raises(ValueError, match=r"1 of 2 have none .* The first is data row 2\."):
        split_features(table, ["emotion"])


def test_a_column_of_numbers_with_a_cell_of_text_is_not_left_out_silently():
    table = pd.DataFrame({"F0_mean": [1.5, 2.5, 3.5], "F0_file": ["a", "b", "c"]})
    assert choose_features(table, prefixes=["F0"]) == ["F0_mean"]
    table["F0_std"] = ["0.5", "--undefined--", "0.7"]
    message = r"^Columns that begin with a prefix .*; got '--undefined--' in 'F0_std'\. "
    with pytest.raises(ValueError, match=message):
        choose_features(table, prefixes=["F0"])
    assert choose_features(table, prefixes=["F0"], exclude=["F0_std"]) == ["F0_mean"]


def test_names_of_files_stay_as_they_are():
    names = ["Jo\u0308rg.wav", " a.wav"]
    table = pd.DataFrame({"file": names, "speaker": names, "f": [0.5, 1.5]})
    with pytest.warns(UserWarning, match=r"column 'speaker' were changed: ' a\.wav -> a\.wav'\."):
        _, labels = split_features(table, ["speaker"])
    assert labels["file"].tolist() == names
    assert labels["speaker"].tolist() == ["J\u00f6rg.wav", "a.wav"]


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["100.5", "--undefined--", "95.1"], "'--undefined--'"),
        (["1,5", "2,5", "3,5"], "'1,5'"),
        (["1.5", " ", "3.5"], "' '"),
    ],
)
def test_a_column_of_numbers_with_odd_cells_causes_a_warning(cells, shown):
    table = pd.DataFrame(
        {"emotion": ["sad", "angry", "sad"], "pitch": cells, "f": [0.2, 0.9, 0.3]}
    )
    with pytest.warns(UserWarning, match=f"some cells are text .*; got 'pitch' .{shown}.\\. "):
        assert choose_features(table, labels=["emotion"]) == ["f"]


@pytest.mark.parametrize(
    "cells",
    [
        ["01", "02", "03"],
        ["a", "b", "1"],
        [True, False, None],
        pd.Categorical(["tel"] * 3),
        pd.Categorical(["a", "b,c", "a"]),
    ],
)
def test_columns_of_codes_and_words_cause_no_warning(cells):
    table = pd.DataFrame({"emotion": ["sad", "angry", "sad"], "g": cells, "f": [0.2, 0.9, 0.3]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert choose_features(table, labels=["emotion"]) == ["f"]
