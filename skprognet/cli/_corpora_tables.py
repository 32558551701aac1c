"""The tables of several corpora, with labels in separate files or in one file for all."""

from itertools import combinations
from pathlib import Path

import pandas as pd

from skprognet._tables import read_table
from skprognet.cli._named_tables import load_corpus, read_named, read_origin, split_named
from skprognet.features import join_labels


def load_corpora(tables, labels, columns, prefixes=(), groups=()):
    """Return features and labels of each corpus, and print which columns are features.

    Parameters
    ----------
    tables : sequence of path
        Features, with or without labels.
    labels : sequence of path
        No file, one file for each table, or one file with the labels of all.
    columns, prefixes, groups
        See :func:`load_corpus`.

    Returns
    -------
    list of tuple of (X, labels)
        In the order of the tables.

    Raises
    ------
    ValueError
        If a column is missing, there are no features, rows and labels do not match, or the
        features of two tables were made in different ways.
    """
    if len(labels) == 1:
        corpora = _load_with_shared(tables, labels[0], columns, prefixes, groups)
    else:
        corpora = [
            load_corpus(table, labels_file, columns, prefixes, groups)
            for table, labels_file in zip(tables, labels or [None] * len(tables), strict=True)
        ]
    _check_origins(tables, [labels_of_table for _, labels_of_table in corpora])
    return corpora


def _check_origins(tables, labels):
    """Raise if the features of two tables were made in different ways."""
    origins = [read_origin(*pair) for pair in zip(tables, labels, strict=True)]
    known = [(table, each) for table, each in zip(tables, origins, strict=True) if each]
    for (one, of_one), (other, of_other) in combinations(known, 2):
        # One table may have further columns, which --features leaves out.
        if not (of_one.includes(of_other) or of_other.includes(of_one)):
            raise ValueError(
                f"The features of all tables must be made in the same way; got {of_one} in "
                f"{str(one)!r} and {of_other} in {str(other)!r}. Extract them again."
            )


def _load_with_shared(tables, labels, columns, prefixes, groups):
    """Join one file of labels to all tables at once; each label must match a row of one table."""
    frames = [read_named(table, columns, key=True) for table in tables]
    whole = pd.concat(frames, ignore_index=True)
    names = ", ".join(map(str, tables))
    label_table = read_table(Path(labels), columns, key=True)
    joined, others = join_labels(whole, label_table, table_name=names, labels_name=str(labels))
    corpora, start = [], 0
    for table, frame in zip(tables, frames, strict=True):
        absent = [name for name in whole if name not in frame]
        part = joined.iloc[start : start + len(frame)].drop(columns=absent)
        part = part.reset_index(drop=True)
        corpora.append(split_named(part, table, columns, prefixes, others, groups))
        start += len(frame)
    return corpora
