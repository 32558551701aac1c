"""Tables in CSV, Parquet and Feather files: what is one, read, written."""

import io
from importlib import import_module
from pathlib import Path

import pandas as pd

from skprognet._files import check_folder, write_whole

# Text even where all of them are digits: a speaker "03" is not 3.
TEXT = ("file", "corpus", "session", "speaker", "gender", "emotion")
# Floats to the last digit: from pandas 3.1 on always, and the option is deprecated.
PANDAS = tuple(map(int, pd.__version__.split(".")[:2]))
EXACT = {} if PANDAS >= (3, 1) else {"float_precision": "round_trip"}
_WITH_PYARROW = (".parquet", ".feather")
_COMPRESSED = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zip": "zip"}


def is_table(name):
    """Return whether a name on the command line is that of a table, by its suffix."""
    return _suffix(Path(name)) in (".csv", *_WITH_PYARROW)


def _suffix(path):
    """Return what kind of table a file is, under its compression."""
    return next((s for s in path.suffixes[::-1] if s not in _COMPRESSED), "")


def _check_suffix(path):
    """Return the suffix of a table; raise unless it is one."""
    if _suffix(path) not in (".csv", *_WITH_PYARROW):
        raise ValueError(
            f"A table must be a CSV, Parquet or Feather file (.csv, .csv.gz, .parquet, .feather); "
            f"got {str(path)!r}."
        )
    return _suffix(path)


def _without_pyarrow(path, error):
    return ImportError(
        f"{_suffix(path)[1:].capitalize()} files need pyarrow (pip install 'skprognet[parquet]'), "
        f"{error} {str(path)!r}; CSV files need nothing."
    )


def read_table(path, text=()):
    """Read a CSV, Parquet or Feather file, floats to the last digit.

    Parameters
    ----------
    path : path
        Its suffix says what it is.
    text : sequence of str, default=()
        Columns of a CSV file that are labels and stay text, such as a speaker "03".

    Returns
    -------
    DataFrame
        Named levels of the index are columns, one without a name is dropped.

    Raises
    ------
    ValueError
        If the suffix is unknown, or the file is not what it says.
    ImportError
        If pyarrow is missing.
    OSError
        If it cannot be read.
    """
    suffix = _check_suffix(path)
    if not path.is_file():
        raise FileNotFoundError(f"There must be a table at {str(path)!r}; there is no such file.")
    try:
        if suffix == ".csv":
            kept = dict.fromkeys([*TEXT, *text], str)
            table = pd.read_csv(path, dtype=kept, **EXACT)
        else:
            readers = {".parquet": pd.read_parquet, ".feather": pd.read_feather}
            table = readers[suffix](path)
    except ImportError as error:
        raise _without_pyarrow(path, "to read") from error
    except (ValueError, UnicodeError) as error:
        raise ValueError(f"{str(path)!r} cannot be read as {suffix[1:]}: {error}") from error
    levels = [name for name in table.index.names if name is not None]
    table = table.reset_index(levels, drop=False) if levels else table
    # What pandas calls the index that somebody wrote without its name.
    return table.reset_index(drop=True).drop(columns="Unnamed: 0", errors="ignore")


def check_table_path(path):
    """Return the path of a table to be written, if it can be: before the work begins.

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
    """Write a table as what its suffix says, whole or not at all; floats to the last digit."""
    content, suffix = io.BytesIO(), _suffix(path)
    if suffix == ".csv":
        # A name that is no text cannot be read back, but hours of work are not lost to it.
        options = {"errors": "backslashreplace", "compression": _COMPRESSED.get(path.suffix)}
        table.to_csv(content, index=False, **options)
    elif suffix == ".parquet":
        table.to_parquet(content, index=False)
    else:
        table.reset_index(drop=True).to_feather(content)
    write_whole({path: content.getvalue()})
