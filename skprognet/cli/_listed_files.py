"""Which utterances a command is about: audio files, or the rows of a table."""

import os
import sys
from pathlib import Path

import click
import pandas as pd

from skprognet._tables import is_table, read_table

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"


def read_names(files: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of files, those on standard input if there are none or "-" is given."""
    if files not in ((), ("-",)):
        return files
    if not files and sys.stdin.isatty():
        raise click.UsageError("Missing argument 'FILES...', or their names on standard input.")
    found = split_names(sys.stdin.buffer.read())
    if not found:
        raise click.UsageError("Standard input must have a name of a file in each line; got none.")
    return found


def split_names(content: bytes) -> tuple[str, ...]:
    r"""Return the names in a list of one in each line, as a Windows program may write it too.

    Parameters
    ----------
    content : bytes
        The list. A name need not be text in the encoding of the terminal.

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
    """Return a row per utterance: those of a single table, or one for each file.

    Raises
    ------
    click.UsageError
        If there are a table and other files, or a folder.
    ValueError
        If a table is none of utterances.
    """
    folders = [name for name in files if os.path.isdir(name)]
    if folders:
        raise click.UsageError(
            f"FILES are audio files or one table; {folders[0]!r} is a folder. Give the files in "
            'it, or a table that "skprognet read" writes.'
        )
    tables = [name for name in files if is_table(name)]
    if not tables:
        # As objects: a name need not be text that pandas can store.
        return pd.DataFrame({"file": pd.Series(files, dtype=object)})
    if len(files) > 1:
        raise click.UsageError(
            f"FILES are audio files or one table; got {len(files)}, among them {tables[0]!r}."
        )
    return resolve_files(read_table(Path(tables[0])), Path(tables[0]))


def resolve_files(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return a table of utterances whose files count from the folder of the table.

    Raises
    ------
    ValueError
        If it is no table of utterances.
    """
    if "file" not in table or table.empty:
        raise ValueError(
            f"A table of utterances must have rows and a column 'file' (and 'start' and 'end', in "
            f"s, for segments); {str(path)!r} has {len(table)} rows and the columns "
            f"{list(table)[:8]}."
        )
    nameless = table.index[~table["file"].map(lambda name: isinstance(name, str))]
    if len(nameless):
        raise ValueError(
            f"Every row must name its file; in {str(path)!r} {len(nameless)} of {len(table)} do "
            f"not, the first is data row {nameless[0] + 1}."
        )
    times = [name for name in ("start", "end") if name in table]
    for name in times:
        if not (pd.api.types.is_numeric_dtype(table[name].dtype) or table[name].isna().all()):
            raise ValueError(
                f"The column {name!r} must be in s, as numbers; in {str(path)!r} it has "
                f"{table[name].dropna().iloc[0]!r}."
            )
    folder = path.absolute().parent
    return table.assign(file=[str(folder / name) for name in table["file"]])
