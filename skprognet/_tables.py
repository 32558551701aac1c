"""Recognise, read and write tables in CSV, TSV, Parquet and Feather files."""

import io
import lzma
import zipfile
import zlib
from importlib import import_module
from pathlib import Path

import pandas as pd

from skprognet._delimited import read_delimited
from skprognet._files import check_folder, write_whole

# Columns that stay text even if they hold only digits: speaker "03" is not 3.
TEXTS = ("file", "emotion", "speaker", "gender", "session", "corpus")

_SEPARATORS = {".csv": ",", ".tsv": "\t"}
_WITH_PYARROW = (".parquet", ".feather")
_COMPRESSED = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zip": "zip"}
_DAMAGE = (ValueError, OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


def is_table_file(name):
    """Return whether a file is a table, by the suffix of its name."""
    return _suffix(Path(name)) in (*_SEPARATORS, *_WITH_PYARROW)


def _suffix(path):
    """Return the suffix of a table without the suffix of its compression."""
    suffixes = (suffix.lower() for suffix in path.suffixes[::-1])
    return next((suffix for suffix in suffixes if suffix not in _COMPRESSED), "")


def _check_suffix(path):
    """Return the suffix of a table; raise if the file is not a table."""
    if not is_table_file(path):
        raise ValueError(
            "A table must be a CSV, TSV, Parquet or Feather file (.csv, .tsv, .csv.gz, .parquet, "
            f".feather); got {str(path)!r}. Convert it."
        )
    return _suffix(path)


def _without_pyarrow(path, error):
    return ImportError(
        f"{_suffix(path)[1:].capitalize()} files need pyarrow (pip install 'skprognet[parquet]'), "
        f"{error} {str(path)!r}; CSV files need nothing."
    )


def read_table(path, text=(), *, key=False):
    r"""Read a CSV, TSV, Parquet or Feather file, with floats to the last digit.

    Parameters
    ----------
    path : path
        The file; its suffix says its kind. CSV and TSV files may be compressed (.gz, .bz2, .xz,
        .zip). If the header has no comma (in TSV no tab) but semicolons or tabs, these separate
        the columns, and numbers between semicolons may have a decimal comma. Text is UTF-8, or
        UTF-16 with a byte order mark.
    text : sequence of str, default=()
        Columns that stay text, such as a speaker "3", besides those of a table of utterances.
        Columns of whole numbers with a leading zero, such as "03", always do.
    key : bool, default=False
        Whether the first column stays text too, if there is no ``file``, since it names the rows.

    Returns
    -------
    DataFrame
        Named levels of the index become columns; an index without a name is dropped.

    Raises
    ------
    ValueError
        If the suffix is unknown, the content does not match it, or two columns have the same
        name.
    ImportError
        If pyarrow is missing for Parquet or Feather.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "table.csv")
    ...     written = path.write_text("speaker,age\n03,30\nNA,NA\n")
    ...     read_table(path)
      speaker   age
    0      03  30.0
    1      NA   NaN
    """
    path = Path(path)
    suffix = _check_suffix(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"A table must be a file that exists; got {str(path)!r}. Check the path."
        )
    if not path.stat().st_size:
        raise ValueError(
            f"{str(path)!r} cannot be read as {suffix[1:]}: it is empty. Save the table again."
        )
    try:
        if suffix in _SEPARATORS:
            table = read_delimited(path, _SEPARATORS[suffix], {*TEXTS, *text}, key=key, codes=True)
        else:
            table = {".parquet": pd.read_parquet, ".feather": pd.read_feather}[suffix](path)
        levels = [name for name in table.index.names if name is not None]
        table = table.reset_index(levels) if levels else table
    except ImportError as error:
        raise _without_pyarrow(path, "to read") from error
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{str(path)!r} cannot be read as {suffix[1:]}: text must be in UTF-8, and {error}. "
            "Save it as UTF-8: Excel calls it 'CSV UTF-8'."
        ) from error
    except _DAMAGE as error:
        reason = str(error).rstrip(".")
        raise ValueError(f"{str(path)!r} cannot be read as {suffix[1:]}: {reason}.") from error
    # pandas calls a nameless index in a file "Unnamed: 0".
    return table.reset_index(drop=True).drop(columns="Unnamed: 0", errors="ignore")


def check_table_path(path):
    """Check before the work begins that a table can be written to a path, and return the path.

    Raises
    ------
    ValueError
        If the suffix is unknown.
    ImportError
        If pyarrow is missing.
    OSError
        If its folder cannot be written to.
    """
    check_folder(path.parent)
    if _check_suffix(path) in _WITH_PYARROW:
        try:
            import_module("pyarrow")
        except ImportError as error:
            raise _without_pyarrow(path, "to write") from error
    return path


def write_table(table, path):
    """Write a table in the format of its suffix, completely or not at all, floats in full."""
    content, suffix = io.BytesIO(), _suffix(path)
    if suffix in _SEPARATORS:
        # A name that is not valid text cannot be read back, but it must not cost hours of work.
        compression = _COMPRESSED.get(path.suffix.lower())
        options = {"errors": "backslashreplace", "compression": compression}
        table.to_csv(content, sep=_SEPARATORS[suffix], index=False, **options)
    else:
        write = "to_parquet" if suffix == ".parquet" else "to_feather"
        table = table.reset_index(drop=True)
        try:
            getattr(table, write)(content)
        except UnicodeEncodeError:
            content = io.BytesIO()
            getattr(with_escapes(table), write)(content)
    write_whole({path: content.getvalue()})


def with_escapes(table):
    """Return a table with escapes for names that are not valid text, as in a CSV file."""
    text = {name: table[name].map(_escaped) for name in table.select_dtypes("object")}
    return table.assign(**text)


def _escaped(value):
    is_text = isinstance(value, str)
    return value.encode("utf-8", "backslashreplace").decode() if is_text else value
