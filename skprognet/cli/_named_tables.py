"""Tables of features and labels: which rows and columns belong together."""

import re
import warnings
from itertools import groupby
from pathlib import Path
from unicodedata import normalize

import click
import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from skprognet._labels import strip_blanks, tidy_labels
from skprognet._tables import TEXTS, read_table
from skprognet._wording import first_few, nearest_name
from skprognet.cli._joined_labels import join_labels
from skprognet.cli._messages import on_terminal, tell_warnings
from skprognet.datasets import load_emodb
from skprognet.features import choose_features

SHIPPED = "emodb"


def is_shipped(table):
    """Return whether a name on the command line is that of the data in the package."""
    return str(table) == SHIPPED and not Path(table).exists()


def find_file(table):
    """Return the file that a name on the command line stands for."""
    if is_shipped(table):
        return Path(load_emodb().filename)
    return Path(table)


def read_named(table, text=(), *, key=False):
    """Read the table that a name on the command line stands for, as :func:`read_table` does."""
    if is_shipped(table):
        return load_emodb(as_frame=True).frame
    return read_table(Path(table), text, key=key)


def load_corpus(table, labels, label_columns, prefixes=(), groups=()):
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
    groups : sequence of str, default=()
        Columns of speakers or sessions, whose names are no classes.

    Returns
    -------
    X, labels : DataFrame
        The features, and all other columns.

    Raises
    ------
    ValueError
        If a column is missing, there are no features, or one is not finite.
    """
    if labels is None:
        frame = read_named(table, label_columns)
        return split_features(frame, table, label_columns, prefixes, groups=groups)
    frame, no_features = join_labels(
        read_named(table, label_columns, key=True),
        read_table(Path(labels), label_columns, key=True),
        table,
        labels,
    )
    return split_features(frame, table, label_columns, prefixes, no_features, groups)


def split_features(frame, table, label_columns, prefixes=(), also=(), groups=()):
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
    groups : sequence of str, default=()
        Columns of speakers or sessions, whose names are no classes.

    Returns
    -------
    X, labels : DataFrame
        The features, and all other columns.

    Raises
    ------
    ValueError
        If a column is missing, there are no features, or one is not finite.
    """
    with tell_warnings():
        frame = _tidy(frame, label_columns, {*TEXTS, *groups} - {"emotion", "gender"})
        for name in label_columns:
            _check_label(frame, name, table)
        features = choose_features(frame, labels=label_columns, exclude=also, prefixes=prefixes)
    if not features:
        raise ValueError(
            f"{str(table)!r} must have features: numeric columns that are no labels; there are "
            f"none among {first_few(map(str, frame))}."
        )
    X = frame[features]
    bad = X.columns[~np.isfinite(X.to_numpy(dtype=float, na_value=np.nan)).all(axis=0)]
    if len(bad):
        raise ValueError(
            f"Features must be finite numbers; in {str(table)!r} {first_few(bad)} have missing or "
            "infinite values. Leave these rows or columns out."
        )
    left_out = first_few(str(name) for name in frame if name not in X)
    told = f"{table}: {len(X)} rows of {len(features)} features: {name_groups(features)}; "
    click.echo(on_terminal(f"{told}no features: {left_out or 'none'}."), err=True)
    return X, frame.drop(columns=features)


def _tidy(frame, label_columns, groups):
    """Return the table with one spelling for each class, and say which labels that changes.

    The names of speakers, sessions and corpora keep their case: only blanks around them go, and
    letters with accents are composed.
    """
    tidy = {}
    for name in dict.fromkeys([*label_columns, *groups]):
        if name not in frame or is_numeric_dtype(frame[name].dtype):
            continue
        if name in groups:
            tidy[name] = strip_blanks(frame[name])
            continue
        tidy[name] = tidy_labels(frame[name])
        pairs = zip(frame[name], tidy[name], strict=True)
        # Letters that are composed look as before: that is nothing to tell.
        changed = dict.fromkeys(
            (a, b) for a, b in pairs if isinstance(a, str) and normalize("NFC", a) != b
        )
        if changed:
            told = first_few(f"{a} -> {b or 'missing'}" for a, b in changed)
            warnings.warn(f"In the column {name!r} labels are read as: {told}.", stacklevel=2)
    # As they were typed: text that pandas inferred anew could be of another type.
    return frame.assign(**{n: pd.Series(v, frame.index, object) for n, v in tidy.items()})


def check_there(frame, name, table):
    """Raise unless a table has a column of that name."""
    if name not in frame:
        others = [str(other) for other in frame if not is_numeric_dtype(frame[other].dtype)]
        near = nearest_name(name, frame)
        near = f" The nearest is {near!r}." if near else ""
        raise ValueError(
            f"{str(table)!r} must have the column {name!r}; it has {len(frame.columns)} others, "
            f"of which no numbers: {first_few(others)}.{near}"
        )


def _check_label(frame, name, table):
    """Raise unless each row has a label of that name."""
    check_there(frame, name, table)
    lacking = frame.index[frame[name].isna()]
    if len(lacking):
        raise ValueError(
            f"Every row must have a value in the column {name!r}; in {str(table)!r} "
            f"{len(lacking)} of {len(frame)} have none (NA is none), the first is data row "
            f"{lacking[0] + 1}. Fill them in, or leave these rows out."
        )


def name_groups(features):
    """Return in words how features are called, with those together that begin alike.

    The smallest groups come first: what is no feature stands alone.

    Parameters
    ----------
    features : list of str
        Their names.

    Returns
    -------
    str
        Such as "'id' and 10 of 'f...'".
    """

    def stem(name):
        return re.match(r"[^\W\d_]*", str(name))[0] or str(name)

    groups = [
        [str(name) for name in group] for _, group in groupby(sorted(features, key=stem), stem)
    ]
    groups.sort(key=len)
    told = [
        repr(group[0]) if len(group) == 1 else f"{len(group)} of '{stem(group[0])}...'"
        for group in groups[:5]
    ]
    more = f" and {len(groups) - 5} more groups" if len(groups) > 5 else ""
    return ", ".join(told) + more
