"""Tables are read as they were written: numbers to the last digit, names with leading zeros."""

import re
import sys

import numpy as np
import pandas as pd
import pytest

from skprognet._tables import is_table_file, read_table, write_table


@pytest.mark.parametrize(
    "name",
    ["t.csv", "t.csv.gz", "t.csv.zip", "T.CSV", "t.tsv", "t.tsv.xz", "t.parquet", "t.feather"],
)
def test_a_written_table_is_read_back_exactly(name, tmp_path, rng):
    table = pd.DataFrame(
        {
            "file": ["a b.wav", 'quote"s.wav', "line\nbreak,\U0001f600.wav"],
            "speaker": ["03", "10", "08"],
            "start": [np.nan, 0.1 + 0.2, 1e-17],
            "x": rng.normal(size=3).astype(np.float32),
        },
        index=[5, 3, 4],
    )
    write_table(table, tmp_path / name)
    restored = read_table(tmp_path / name).astype({"x": np.float32})
    pd.testing.assert_frame_equal(restored, table.reset_index(drop=True), check_exact=True)


def test_a_file_name_that_is_not_unicode_is_written_as_an_escape(tmp_path):
    table = pd.DataFrame({"file": pd.Series(["\udcff.wav"], dtype=object), "x": 1.5})
    write_table(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes().splitlines() == [b"file,x", b"\\udcff.wav,1.5"]


def test_is_table_depends_on_the_suffix():
    tables = ["a.csv", "a.b.csv.gz", "A.TSV", "a.tsv.bz2", "a.parquet", "a.feather", "a.csv.zip"]
    assert all(map(is_table_file, tables))
    assert not any(map(is_table_file, ["a.wav", "csv", "a.csv.wav", "a.gz", "a.xlsx", ".csv/a"]))


@pytest.mark.parametrize("missing", ["", "nan", "NaN"])
def test_labels_are_read_as_text_even_if_they_look_like_numbers(tmp_path, missing):
    path = tmp_path / "t.csv"
    path.write_text(f"file,speaker,session,id,x\n007,NA,1,03,NA\n3,None,{missing},04,1.5\n")
    table = read_table(path, text=["id"])
    assert table["file"].tolist() == ["007", "3"]
    assert table["speaker"].tolist() == ["NA", "None"]
    assert table["session"].tolist()[0] == "1"
    assert table["session"].isna().tolist() == [False, True]
    assert table["id"].tolist() == ["03", "04"]
    assert table["x"].dtype == float
    assert table["x"].isna().tolist() == [True, False]


@pytest.mark.parametrize("word", ["", "NA", "N/A", "nan", "NaN", "-nan", "null", "NULL", "None"])
def test_words_for_missing_numbers_are_read_as_nan(tmp_path, word):
    path = tmp_path / "t.tsv"
    path.write_text(f"x\ty\n1.5\t1\n{word}\t2\n")
    assert read_table(path)["x"].isna().tolist() == [False, True]


def test_a_column_of_a_large_file_has_one_type(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("room,x\n" + "101,1.5\n" * 300_000 + "A1,2.5\n")
    assert read_table(path)["room"].nunique() == 2


def test_duplicate_column_names_are_refused_but_unnamed_columns_are_not(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(",x,\n0,1.5,a\n")
    assert list(read_table(path)) == ["x", "Unnamed: 2"]
    path.write_text("x,y,x,y\n0,1.5,1,2\n")
    with pytest.raises(ValueError, match="must have different names") as caught:
        read_table(path)
    assert str(caught.value) == (
        f"{str(path)!r} cannot be read as csv: columns must have different names; got "
        "'x', 'y' twice."
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", b""),
        ("t.parquet", b"no"),
        ("t.csv", b'a\n"\n'),
        ("t.csv", b"a\n\xff"),
        ("t.csv.gz", b"no"),
    ],
)
def test_a_damaged_file_gives_an_error_with_its_path(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    message = f"{str(path)!r} cannot be read as {name.split('.')[1]}: "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        read_table(path)


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zip"])
def test_damage_inside_compressed_files_gives_an_error(tmp_path, kind):
    path = tmp_path / f"t.csv.{kind}"
    pd.DataFrame({"x": np.arange(9999)}).to_csv(path, index=False)
    content = bytearray(path.read_bytes())
    content[50:60] = b"x" * 10
    path.write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read as csv: "):
        read_table(path)


def test_without_pyarrow_reading_parquet_says_what_to_install(tmp_path, monkeypatch):
    pd.DataFrame({"x": [1]}).to_parquet(tmp_path / "t.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    message = "Parquet files need pyarrow (pip install 'skprognet[parquet]'), to read "
    with pytest.raises(ImportError, match=f"^{re.escape(message)}.*; CSV files need nothing[.]$"):
        read_table(tmp_path / "t.parquet")


@pytest.mark.parametrize("rows", ["1.5,2.5,sad,\n3.5,4.5,angry,\n", "1.5,2.5,sad,x\n"])
def test_rows_longer_than_the_header_are_refused(rows, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("F0,jitter,emotion\n" + rows)
    with pytest.raises(ValueError, match="as many fields as the header has names, 3; got 4"):
        read_table(path)


@pytest.mark.parametrize("separator", [",", ";"])
def test_codes_with_a_leading_zero_stay_text(separator, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("file,start,take,age,f0\na,00,01,30,0.5\nb,05,12,,0\n".replace(",", separator))
    table = read_table(path)
    assert table["take"].tolist() == ["01", "12"]
    assert table["start"].tolist() == [0, 5]
    assert table["age"].tolist()[0] == 30
    assert table["f0"].tolist() == [0.5, 0]


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
def test_a_name_that_is_not_utf8_does_not_lose_a_table(suffix, tmp_path):
    pytest.importorskip("pyarrow")
    names = pd.Series(["a\udcff.wav", "b.wav"], dtype=object)
    numbers = np.array([0.5, 1.5], dtype=np.float32)
    write_table(pd.DataFrame({"file": names, "f": numbers}), tmp_path / f"t{suffix}")
    table = read_table(tmp_path / f"t{suffix}")
    assert table["f"].dtype == np.float32
    assert table["file"].tolist() == ["a\\udcff.wav", "b.wav"]
    assert table["f"].tolist() == [0.5, 1.5]
