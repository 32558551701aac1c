"""Read labels that are already in a table."""

from pathlib import Path

from skprognet import _tables
from skprognet._wording import first_few
from skprognet.datasets._check_corpus import checked
from skprognet.datasets._frame import TEXTS, TIMES, make_frame, translate
from skprognet.datasets.corpora import find_attrs

_FORM = (
    "columns={'file': 'path'} or, on the command line, --columns file=path, if the table calls "
    "this column 'path'"
)


def read_table(path, *, columns=None, words=None, corpus=None, duplicates="keep"):
    """Read utterances and their labels from a table.

    Parameters
    ----------
    path : path-like
        A CSV, TSV, Parquet or Feather file with at least a column of recordings. Relative paths
        of recordings start at the folder of the table.
    columns : dict of str to str, default=None
        The table's names for the columns of :func:`check_corpus`: ``{"file": "path"}``. Columns
        with the right name need not be listed; one column may stand for several.
    words : dict of str to str or None, default=None
        The package's word for each label of emotion or gender; None makes the label missing.
        Nouns such as 'anger' and initials such as 'f' are known.
    corpus : str, default=None
        Name of the corpus. None means the column ``corpus`` of the table or, without one, the
        name of the file.
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that appears twice; see :func:`check_corpus`.

    Returns
    -------
    DataFrame
        One row per row of the table, with the columns of :func:`check_corpus`, then all others.

    Warns
    -----
    UserWarning
        For the reasons of :func:`check_corpus`.

    Raises
    ------
    FileNotFoundError
        If there is no such table.
    ValueError
        If the file has another format or lacks a column, or :func:`check_corpus` finds a problem.
    ImportError
        If pyarrow is missing for Parquet or Feather.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> from skprognet.datasets import read_table
    >>> labels = pd.DataFrame({
    ...     "path": ["a.wav", "b.wav"], "emotion": ["anger", "joy"], "speaker": "007", "age": 30,
    ... })
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("a.wav", "b.wav"):
    ...         _ = Path(folder, name).write_text(name)
    ...     labels.to_csv(Path(folder, "calls.csv"), index=False)
    ...     calls = read_table(Path(folder, "calls.csv"), columns={"file": "path"})
    >>> calls[["emotion", "speaker", "corpus", "age"]]
      emotion speaker corpus  age
    0   angry     007  calls   30
    1   happy     007  calls   30
    """
    path = Path(path)
    columns = columns or {}
    table = _tables.read_table(path, [columns[name] for name in TEXTS if name in columns])
    _check_columns(columns, table, path)
    table = _rename(columns, table, path)
    name = path.name.partition(".")[0] if corpus is None else corpus
    if corpus is not None:
        table["corpus"] = corpus
    table["file"] = [
        str(path.absolute().parent / file) if isinstance(file, str) and file else None
        for file in table["file"]
    ]
    frame = translate(make_frame(table, name, find_attrs(name)), words)
    return checked(frame, duplicates)


def _check_columns(columns, table, path):
    """Raise unless `columns` maps columns of a corpus to columns of the table."""
    unknown = [name for name in columns if name not in (*TEXTS, *TIMES)]
    if unknown:
        raise ValueError(
            f"columns must give the table's names of some of {', '.join([*TEXTS, *TIMES])}; got "
            f"{first_few(unknown)}. Write {_FORM}."
        )
    absent = [name for name in columns.values() if name not in table]
    if absent or columns.get("file", "file") not in table:
        raise ValueError(
            f"{path} must have the columns {first_few(absent or ['file'])}; got "
            f"{first_few(table.columns)}. Name the columns with {_FORM}."
        )


def _rename(columns, table, path):
    """Return the table with our names for its columns; other columns stay."""
    named = {ours: table[theirs] for ours, theirs in columns.items()}
    # A column that has one of our names keeps it, unless `columns` gives this name to another.
    kept = {*TEXTS, *TIMES}.difference(columns)
    others = table.drop(columns=[name for name in columns.values() if name not in kept])
    twice = [name for name in named if name in others]
    if twice:
        raise ValueError(
            f"columns (--columns) must not give names that {path} already has; got "
            f"{first_few(twice)} for {first_few([columns[name] for name in twice])}. Rename "
            f"{first_few(twice)} in the table."
        )
    return others.assign(**named)
