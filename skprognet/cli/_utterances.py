"""Which utterances a command is about: audio files, or the rows of a table."""

from pathlib import Path

import click
import pandas as pd

from skprognet._table_files import is_table, read_table


def list_utterances(files: tuple[str, ...]) -> pd.DataFrame:
    """Return a row per utterance: those of a single table, or one for each file.

    Raises
    ------
    click.UsageError
        If there are a table and other files.
    ValueError
        If a table is none of utterances.
    """
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
