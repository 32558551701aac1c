"""Tables of features and labels: which rows and columns belong together."""

from difflib import get_close_matches
from pathlib import Path

import click
import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from skprognet._table_files import read_table
from skprognet.cli._extractors import EXTRACTOR
from skprognet.cli._messages import on_terminal
from skprognet.datasets import load_emodb

# What speech corpora call things that are no features, though they may be numbers.
NO_FEATURES = {
    *("activation", "age", "arousal", "channel", "corpus", "dominance", "duration", "emotion"),
    *("end", "file", "fold", "gender", "language", "sentence", "session", "speaker", "split"),
    *("start", "text", "valence"),
}
SHIPPED = "emodb"
_NAMED = 5


def names(values, limit=_NAMED):
    """Return some of the values in words, and how many more there are."""
    values = list(values)
    told = ", ".join(map(repr, values[:limit]))
    more = len(values) - limit
    return told + (f" and {more} more" if more > 0 else "")


def is_shipped(table):
    """Return whether a name on the command line is that of the data in the package."""
    return str(table) == SHIPPED and not Path(table).exists()


def find_file(table):
    """Return the file that a name on the command line stands for."""
    if is_shipped(table):
        return Path(load_emodb().filename)
    return Path(table)


def read_named(table, text=()):
    """Read the table that a name on the command line stands for, as :func:`read_table` does."""
    if is_shipped(table):
        return load_emodb(as_frame=True).frame
    return read_table(Path(table), text)


def _key(table):
    return "file" if "file" in table else table.columns[0]


def join_labels(table, labels, table_path, labels_path):
    """Return the table with the labels of each row, which need not be in the same order.

    Raises
    ------
    ValueError
        If a row of either has no counterpart, or several; or both have a column of one name.
    """
    keys = _key(table), _key(labels)
    rows = [frame[key].astype(str) for frame, key in zip((table, labels), keys, strict=True)]
    for path, key, values in zip((table_path, labels_path), keys, rows, strict=True):
        twice = values[values.duplicated()].unique()
        if len(twice):
            raise ValueError(
                f"Each row must have a name of its own, to find its labels by; in the column "
                f"{key!r} of {str(path)!r} {names(twice)} come more than once."
            )
    lonely = [sorted(set(rows[0]) - set(rows[1])), sorted(set(rows[1]) - set(rows[0]))]
    if any(lonely):
        told = [
            f"{len(found)} of {str(path)!r} have no counterpart: {names(found)}"
            for found, path in zip(lonely, (table_path, labels_path), strict=True)
            if found
        ]
        raise ValueError(
            f"Features and labels must be of the same rows, by the columns {keys[0]!r} and "
            f"{keys[1]!r}; {'; '.join(told)}."
        )
    labels = labels.set_axis(rows[1]).drop(columns=keys[1])
    both = [name for name in labels if name in table]
    if both:
        raise ValueError(
            f"A column must be in the features or in the labels, not in both; {names(both)} are "
            f"in {str(table_path)!r} and in {str(labels_path)!r}."
        )
    # Before the features, which stand at the end of what "extract" writes.
    return pd.concat([labels.loc[rows[0]].set_axis(table.index), table], axis=1)


def _select(table, labels, prefixes):
    """Return the names of the columns that are features."""
    numeric = [
        name
        for name in table
        if name not in labels
        and is_numeric_dtype(table[name].dtype)
        and not is_bool_dtype(table[name].dtype)
    ]
    if not prefixes and EXTRACTOR in table:
        behind = set(table.columns[table.columns.get_loc(EXTRACTOR) + 1 :])
        return [name for name in numeric if name in behind]
    if not prefixes:
        return [name for name in numeric if str(name).lower() not in NO_FEATURES]
    for prefix in prefixes:
        if not any(str(name).startswith(prefix) for name in numeric):
            near = get_close_matches(prefix, map(str, numeric), n=1, cutoff=0.4)
            near = f" The nearest is {near[0]!r}." if near else ""
            raise ValueError(
                f"Features must be numeric columns that begin with one of {list(prefixes)}; none "
                f"begins with {prefix!r}.{near}"
            )
    return [name for name in numeric if str(name).startswith(tuple(prefixes))]


def load_corpus(table, labels, label_columns, prefixes=()):
    """Return features and labels of a corpus, and say what was taken for features.

    Parameters
    ----------
    table : path
        Features, with or without labels.
    labels : path or None
        The labels, if they are in a file of their own.
    label_columns : sequence of str
        Which columns have to be there.
    prefixes : sequence of str, default=()
        What the names of features begin with; without any, they are the numeric columns that are
        no labels.

    Returns
    -------
    X, labels : DataFrame
        The features, and all other columns.

    Raises
    ------
    ValueError
        If a column is missing, there are no features, or one is not finite.
    """
    frame = read_named(table, label_columns)
    if labels is not None:
        frame = join_labels(frame, read_table(Path(labels), label_columns), table, labels)
    return split_features(frame, table, label_columns, prefixes)


def split_features(frame, table, label_columns, prefixes=(), also=()):
    """Return features and labels of a table that was read, as :func:`load_corpus` does.

    Parameters
    ----------
    frame : DataFrame
        The table.
    table : path
        Where it is from, for messages.
    label_columns : sequence of str
        Which columns have to be there.
    prefixes : sequence of str, default=()
        What the names of features begin with.
    also : sequence of str, default=()
        Columns that are no features either, if they are there.

    Returns
    -------
    X, labels : DataFrame
        The features, and all other columns.

    Raises
    ------
    ValueError
        If a column is missing, there are no features, or one is not finite.
    """
    others = [str(name) for name in frame if not is_numeric_dtype(frame[name].dtype)]
    for name in label_columns:
        if name not in frame:
            near = get_close_matches(name, map(str, frame), n=1)
            near = f" The nearest is {near[0]!r}." if near else ""
            raise ValueError(
                f"{str(table)!r} must have the column {name!r}; it has {len(frame.columns)} "
                f"others, of which no numbers: {names(others)}.{near}"
            )
        lacking = frame.index[frame[name].isna()]
        if len(lacking):
            raise ValueError(
                f"Every row must have a {name}; in {str(table)!r} {len(lacking)} of {len(frame)} "
                f"have none, the first is data row {lacking[0] + 1}."
            )
    features = _select(frame, {*label_columns, *also}, prefixes)
    if not features:
        raise ValueError(
            f"{str(table)!r} must have features: numeric columns that are no labels; there are "
            f"none among {names(map(str, frame))}."
        )
    X = frame[features]
    bad = X.columns[~np.isfinite(X.to_numpy(dtype=float, na_value=np.nan)).all(axis=0)]
    if len(bad):
        raise ValueError(
            f"Features must be finite numbers; in {str(table)!r} {names(bad)} have missing or "
            "infinite values. Leave these rows or columns out."
        )
    left_out = [str(name) for name in frame if name not in features]
    told = f"{table}: {len(X)} rows of {len(features)} features; no features: "
    click.echo(on_terminal(f"{told}{', '.join(left_out)}."), err=True)
    return X, frame.drop(columns=features)
