"""Feature tables of other programs are read to the last digit, or refused with a reason."""

import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skprognet.features import OpenSmileFeatures, read_features

FRAME = pd.DataFrame({"file": ["b.wav", "a.wav"], "pitch": [100.5, 0.1 + 0.2], "level": [60, 72]})
WRITERS = {
    "csv": lambda frame, path: frame.to_csv(path, index=False),
    "csv.gz": lambda frame, path: frame.to_csv(path, index=False),
    "tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    "parquet": lambda frame, path: frame.to_parquet(path),
    "feather": lambda frame, path: frame.to_feather(path),
}


@pytest.fixture
def table(tmp_path):
    """Give a function that writes a table, by default as CSV, and returns its path."""

    def write(frame, kind="csv"):
        path = tmp_path / f"table.{kind}"
        if kind in ("parquet", "feather"):
            pytest.importorskip("pyarrow")
        WRITERS[kind](frame, path)
        return path

    return write


def error(path, **params):
    with pytest.raises((ValueError, OSError, ImportError)) as caught:
        read_features(path, **params)
    return str(caught.value)


@pytest.mark.parametrize("kind", WRITERS)
def test_every_format_gives_the_same_features(table, kind):
    features = read_features(table(FRAME, kind))
    expected = FRAME.set_index("file").astype(float)
    pd.testing.assert_frame_equal(features, expected, check_exact=True, check_index_type=False)


@pytest.mark.filterwarnings("ignore:.*have the same value in every row")
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_table_of_opensmile_features_is_read_unchanged(table, tmp_path, voice, kind):
    pytest.importorskip("opensmile")
    signals = [(voice(hertz), 16_000) for hertz in (110, 200)]
    features = OpenSmileFeatures().transform(signals).set_axis(pd.Index(["x", "y"], name="file"))
    path = table(features.reset_index(), kind)
    read = read_features(path, columns=OpenSmileFeatures().get_feature_names_out())
    np.testing.assert_array_equal(read.to_numpy(np.float32), features.to_numpy())


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, unique=True))
def test_numbers_are_read_to_the_last_bit(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "numbers.csv"
    pd.DataFrame({"pitch": values}).to_csv(path, index=False)
    np.testing.assert_array_equal(read_features(path)["pitch"], values)


def test_columns_and_exclude_choose_features_in_order(table):
    path = table(FRAME.assign(emotion="sad", age=30))
    assert list(read_features(path, columns=["level", "pitch"])) == ["level", "pitch"]
    assert list(read_features(path, exclude=["emotion", "age"])) == ["pitch", "level"]


def test_file_start_and_end_become_the_index(table):
    frame = FRAME.assign(file="a.wav", start=[0.0, 1.5], end=[1.5, np.nan])
    features = read_features(table(frame))
    assert features.index.names == ["file", "start", "end"]
    assert features.index[0] == ("a.wav", 0.0, 1.5)
    assert list(features) == ["pitch", "level"]


def test_table_without_files_is_indexed_by_row_number(table):
    assert read_features(table(FRAME[["pitch"]])).index.tolist() == [0, 1]


@pytest.mark.parametrize("named", [True, False])
def test_index_that_pandas_wrote_is_not_a_feature(tmp_path, named):
    path = tmp_path / "table.csv"
    (FRAME.set_index("file") if named else FRAME).to_csv(path)
    assert read_features(path).shape == (2, 2)


def test_file_names_stay_text(table):
    assert read_features(table(FRAME.assign(file=["03", "3"]))).index.tolist() == ["03", "3"]


def test_errors_name_missing_and_repeated_columns(table):
    path = table(FRAME)
    assert error(path, columns=["ptich", "level"]) == (
        f"{str(path)!r} must have the columns 'ptich'; it has 3 "
        "others. The nearest to the first is 'pitch'."
    )
    assert "must have the columns 'emotion'" in error(path, exclude=["emotion"])
    assert error(path, columns=["pitch", "pitch"]) == (
        "columns and exclude must name each column once; got 'pitch' twice. Leave one out."
    )
    assert error(path, exclude=["pitch", "level"]) == (
        f"{str(path)!r} must have columns of features; got none. Add some."
    )


def test_two_columns_with_one_name_are_refused(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("file,pitch,pitch\na.wav,1,2\n")
    assert error(path) == (
        f"{str(path)!r} cannot be read as csv: columns must have different names; got 'pitch' "
        "twice."
    )


@pytest.mark.parametrize("values", [["1,5", "2"], [True, False]])
def test_columns_that_are_not_numeric_are_refused(table, values):
    path = table(FRAME.assign(pitch=values))
    first = pd.read_csv(path)["pitch"].iloc[0]
    assert error(path) == (
        f"Features must be numbers; got {first!r} in 'pitch' of {str(path)!r}. Name such columns "
        "in exclude, or name the features in columns."
    )


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(table, bad):
    path = table(FRAME.assign(pitch=[bad, 1.0]))
    assert error(path) == (
        f"Features must be finite numbers; in {str(path)!r}, 1 values of 'pitch' are missing or "
        "infinite, in 1 of 2 rows. Leave these rows or columns out."
    )


def test_repeated_and_nameless_utterances_are_refused(table):
    path = table(FRAME.assign(file="a.wav"))
    assert error(path) == (
        f"Every utterance must have one row; got several for 'a.wav' in {str(path)!r}. Drop the "
        "others, or add the columns 'start' and 'end'."
    )
    path = table(FRAME.assign(file=["a.wav", None]))
    sentence = f"Every row of {str(path)!r} must name its file; 1 of 2 do not. "
    assert error(path) == f"{sentence}Fill them in, or drop these rows."


def test_table_without_rows_is_refused(table):
    path = table(FRAME[:0].astype({"pitch": float}), "parquet")
    assert error(path) == f"{str(path)!r} must have one row per utterance; got no rows."


def test_constant_columns_are_reported(table):
    path = table(FRAME.assign(level=60))
    with pytest.warns(UserWarning, match="the same value") as caught:
        read_features(path)
    assert str(caught[0].message) == (
        f"In {str(path)!r}, 'level' have the same value in every row, so they carry no "
        "information."
    )
    assert caught[0].filename == __file__


def test_rows_with_equal_features_are_reported(table):
    frame = pd.concat([FRAME, FRAME[:1].assign(file="c.wav")])
    path = table(frame)
    with pytest.warns(UserWarning, match="the same features") as caught:
        read_features(path)
    assert str(caught[0].message) == (
        f"In {str(path)!r}, 2 utterances have the same features as another one: 'b.wav', "
        "'c.wav'. Copies of a recording on both sides of a split make the test too easy."
    )
    assert caught[0].filename == __file__


@pytest.mark.parametrize("kind", ["csv", "parquet", "feather"])
@pytest.mark.parametrize("content", [b"", b"\x93\x00garbage" * 9], ids=["empty", "garbage"])
def test_files_that_are_not_tables_are_refused(tmp_path, kind, content):
    path = tmp_path / f"table.{kind}"
    path.write_bytes(content)
    if kind != "csv":
        pytest.importorskip("pyarrow")
    assert error(path).startswith(f"{str(path)!r} cannot be read as {kind}: ")


def test_unknown_format_and_missing_file_are_refused(tmp_path):
    assert error(tmp_path / "a.xlsx") == (
        "A table must be a CSV, TSV, Parquet or Feather file (.csv, .tsv, .csv.gz, .parquet, "
        f".feather); got {str(tmp_path / 'a.xlsx')!r}. Convert it."
    )
    path = tmp_path / "a.csv"
    assert error(path) == (
        f"A table must be a file that exists; got {str(path)!r}. Check the path."
    )


def test_error_without_pyarrow_says_how_to_install_it(table, monkeypatch):
    path = table(FRAME, "parquet")
    monkeypatch.setattr(pd, "read_parquet", lambda path: import_nothing())
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert error(path) == (
        "Parquet files need pyarrow (pip install 'skprognet[parquet]'), to read "
        f"{str(path)!r}; CSV files need nothing."
    )


def import_nothing():
    raise ImportError("Missing optional dependency 'pyarrow'.")
