"""Read text tables of any program: commas, semicolons or tabs, UTF-8 or UTF-16."""

import bz2
import codecs
import gzip
import io
import lzma
import zipfile

import pandas as pd
from pandas.api.types import is_numeric_dtype

from skprognet._wording import first_few

# Read floats to the last digit. pandas 3.1 always does, and deprecates the option.
PANDAS = tuple(map(int, pd.__version__.split(".")[:2]))
EXACT = {} if PANDAS >= (3, 1) else {"float_precision": "round_trip"}

TIMES = ("start", "end")
_OPEN = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# How pandas, R and other programs write a missing number. Fewer of these words stand for missing
# text, since a speaker may be called NA.
_NO_TEXT = ["", "nan", "NaN"]
_NO_NUMBER = [
    *_NO_TEXT,
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "<NA>",
    "-nan",
    "-NaN",
    "null",
    "NULL",
    "None",
]


def read_delimited(path, separator, text, *, key=False, codes=False, no_text=_NO_TEXT):
    """Return the table in a CSV or TSV file.

    Parameters
    ----------
    path : Path
        The file; its suffix tells the compression.
    separator : str
        The expected separator; if the header lacks it, another is looked for.
    text : set of str
        Columns that stay text, even if they look like numbers.
    key : bool, default=False
        Whether the first column stays text too, if there is no column ``file``.
    codes : bool, default=False
        Whether a column of whole numbers stays text if one of them begins with a zero, as in 007.
        The times `start` and `end` are always numbers.
    no_text : list of str, default=("", "nan", "NaN")
        Values that mean "missing" in a column of text.

    Returns
    -------
    DataFrame
        The table.

    Raises
    ------
    ValueError
        If the file is not text, two columns have the same name, or rows are longer than the
        header.
    """
    encoding, header = _read_header(path)
    if separator not in header:
        others = [other for other in (",", ";", "\t") if other in header]
        separator = max(others, key=header.count, default=separator)
    options = {"sep": separator, "encoding": encoding}
    first = pd.read_csv(path, header=None, nrows=1, dtype=str, **options).iloc[0]
    names = list(first.dropna())
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:  # pandas would rename the second to "pitch.1"
        raise ValueError(f"columns must have different names; got {first_few(twice)} twice")
    if key and "file" not in names:
        text = {*text, *names[:1]}
    table = pd.read_csv(
        path,
        dtype={name: str for name in names if name in text},
        keep_default_na=False,
        na_values={name: no_text if name in text else _NO_NUMBER for name in names},
        low_memory=False,  # otherwise each part of a large file gets types of its own
        **options,
        **EXACT,
    )
    if not isinstance(table.index, pd.RangeIndex):  # pandas has moved all columns by one
        n_fields = table.shape[1] + table.index.nlevels
        raise ValueError(
            f"rows must have as many fields as the header has names, {table.shape[1]}; got "
            f"{n_fields}. Name each column, or remove the separator from the end of the rows"
        )
    whole = [n for n in table if codes and n not in TIMES and _is_whole(table[n])]
    if whole:
        written = pd.read_csv(path, usecols=whole, dtype=str, **options)
        kept = [name for name in whole if written[name].str.match(r"\s*[+-]?0\d", na=False).any()]
        table = table.assign(**{name: written[name] for name in kept})
        text = {*text, *kept}
    return table if separator != ";" else _read_decimal_commas(table, text)


def _is_whole(column):
    """Return whether a column has numbers, which are all whole."""
    return is_numeric_dtype(column.dtype) and bool((column.dropna() % 1 == 0).all())


def _read_header(path):
    """Return the encoding of a CSV or TSV file, and its first line."""
    with _open(path) as file:
        start = file.readline(1 << 20)
    encoding = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "utf-8")
    if encoding != "utf-16" and b"\0" in start:
        raise ValueError("it must be text in UTF-8; got null bytes. Save it as UTF-8")
    return encoding, start.decode(encoding, "ignore")


def _open(path):
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            if len(archive.namelist()) != 1:
                raise ValueError(f"it must hold one file; got {len(archive.namelist())}")
            return io.BytesIO(archive.open(archive.namelist()[0]).read(1 << 20))
    return _OPEN.get(path.suffix.lower(), open)(path, "rb")


def _read_decimal_commas(table, text):
    """Return the table with text such as 1,5 read as numbers, for files separated by ;."""
    for name in table.columns.difference(text, sort=False):
        column = table[name]
        if is_numeric_dtype(column.dtype):
            continue
        values = column.dropna().astype(str)
        if len(values) and values.str.fullmatch(r"[+-]?\d+(,\d+)?([eE][+-]?\d+)?").all():
            table[name] = values.str.replace(",", ".").astype(float).reindex(table.index)
    return table
