"""The tables that a command is given: read, and what was found in them is said."""

import re
from itertools import groupby
from pathlib import Path

import click

from skprognet._tables import read_table
from skprognet._wording import first_few
from skprognet.cli._messages import on_terminal, tell_warnings
from skprognet.datasets import load_emodb
from skprognet.features import join_labels, split_features

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


def load_corpus(table, labels, columns, prefixes=(), groups=(), layers=()):
    """Return features and labels of a corpus, and say what was taken for features.

    Parameters
    ----------
    table : path
        Features, with or without labels.
    labels : path or None
        The labels, if they are in a file of their own.
    columns : sequence of str
        Which labels have to be there.
    prefixes : sequence of str, default=()
        What the names of features begin with; without any, they are the numeric columns that are
        no labels.
    groups : sequence of str, default=()
        Columns of speakers or sessions, whose names are no classes.
    layers : sequence of str, default=()
        Pretrained networks: the columns of their layers are taken whatever `prefixes` says.

    Returns
    -------
    X, labels : DataFrame
        The features, and all other columns.

    Raises
    ------
    ValueError
        If a column is missing, there are no features, or one is not finite.
    """
    if prefixes:
        prefixes = (*prefixes, *(f"{name}." for name in layers))
    if labels is None:
        return split_named(read_named(table, columns), table, columns, prefixes, groups=groups)
    frame, others = join_labels(
        read_named(table, columns, key=True),
        read_table(Path(labels), columns, key=True),
        table_name=str(table),
        labels_name=str(labels),
    )
    return split_named(frame, table, columns, prefixes, others, groups)


def split_named(frame, table, columns, prefixes=(), exclude=(), groups=()):
    """Return features and labels of a table that was read, and say which are which."""
    with tell_warnings():
        X, labels = split_features(
            frame, columns, groups=groups, exclude=exclude, prefixes=prefixes, name=str(table)
        )
    left_out = first_few(str(name) for name in frame if name not in X)
    told = f"{table}: {len(X)} rows of {X.shape[1]} features: {name_groups(list(X))}; "
    click.echo(on_terminal(f"{told}no features: {left_out or 'none'}."), err=True)
    return X, labels


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
