"""The utterances that a command gets: audio files, or the rows of a table."""

import os
import sys
from pathlib import Path

import click
import pandas as pd

from skprognet._tables import is_table_file, read_table

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"


def read_names(files: tuple[str, ...]) -> tuple[str, ...]:
    """Return the file names; read them from standard input if there are none, or for "-"."""
    if files not in ((), ("-",)):
        return files
    if not files and sys.stdin.isatty():
        raise click.UsageError(
            "Missing argument 'FILES...'. Name them, or write their names to standard input."
        )
    names = split_names(sys.stdin.buffer.read())
    if not names:
        raise click.UsageError("Standard input must hold one file name per line; got none.")
    return names


def split_names(content: bytes) -> tuple[str, ...]:
    r"""Return the names in a list with one name per line; Windows programs may have written it.

    Parameters
    ----------
    content : bytes
        The list. A name may have another encoding than the terminal.

    Returns
    -------
    tuple of str
        The names.

    Examples
    --------
    >>> split_names("\ufeffa.wav\r\nb.wav\r\n".encode("utf-16-le"))
    ('a.wav', 'b.wav')
    """
    if content.startswith(_UTF16_MARKS):
        content = content.decode("utf-16").encode()
    lines = [line for line in content.removeprefix(_UTF8_MARK).split(b"\n") if line]
    if all(line.endswith(b"\r") for line in lines):
        lines = [line[:-1] for line in lines if line != b"\r"]
    return tuple(map(os.fsdecode, lines))


def list_utterances(files: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per utterance: the rows of a single table, or one for each file.

    Raises
    ------
    click.UsageError
        If there are a table and other files, or a folder.
    ValueError
        If the table is not a table of utterances.
    """
    folders = [name for name in files if os.path.isdir(name)]
    if folders:
        raise click.UsageError(
            f"FILES must be audio files or one table; got the folder {folders[0]!r}. Give the "
            'files in it, or a table that "skprognet read" wrote.'
        )
    tables = [name for name in files if is_table_file(name)]
    if not tables:
        # As objects, since pandas cannot store every name as text.
        return pd.DataFrame({"file": pd.Series(files, dtype=object)})
    if len(files) > 1:
        raise click.UsageError(
            f"FILES must be audio files or one table; got {len(files)} files, among them the "
            f"table {tables[0]!r}. Give the table alone."
        )
    return resolve_files(read_table(Path(tables[0])), Path(tables[0]))


def resolve_files(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return a table of utterances with the paths of its files made absolute.

    Relative paths start at the folder of the table.

    Raises
    ------
    ValueError
        If it is not a table of utterances.
    """
    if "file" not in table or table.empty:
        raise ValueError(
            f"A table of utterances must have rows and a column 'file' (and 'start' and 'end', in "
            f"s, for segments); got {str(path)!r} with {len(table)} rows and the columns "
            f"{list(table)[:8]}. Rename its columns, or make it with 'skprognet read'."
        )
    nameless = table.index[~table["file"].map(lambda name: isinstance(name, str))]
    if len(nameless):
        raise ValueError(
            f"Every row must name its file; in {str(path)!r}, {len(nameless)} of {len(table)} do "
            f"not. The first is data row {nameless[0] + 1}. Fill them in, or remove these rows."
        )
    times = [name for name in ("start", "end") if name in table]
    for name in times:
        if not (pd.api.types.is_numeric_dtype(table[name].dtype) or table[name].isna().all()):
            raise ValueError(
                f"The column {name!r} must hold numbers, in s; got "
                f"{table[name].dropna().iloc[0]!r} in {str(path)!r}. Correct these cells."
            )
    folder = path.absolute().parent
    return table.assign(file=[str(folder / name) for name in table["file"]])
