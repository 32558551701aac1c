"""The tables that a command is given: read, and what was found in them is said."""

import re
from itertools import groupby
from pathlib import Path

import click

from skprognet._tables import read_table
from skprognet._wording import count, first_few, nearest_name
from skprognet.cli._messages import on_terminal, tell_warnings
from skprognet.datasets import load_emodb
from skprognet.features import join_labels, name_speech_models, split_features

SHIPPED, SHIPPED_LAYERS = "emodb", "ge2e"


def is_shipped(table):
    """Return whether a name on the command line is that of the data in the package."""
    return str(table) == SHIPPED and not Path(table).exists()


def find_file(table):
    """Return the file that a name on the command line stands for."""
    if is_shipped(table):
        return Path(load_emodb().filename)
    return Path(table)


def load_shipped(layers=()):
    """Return the data in the package, with the layers of a speech model if they are asked for."""
    return load_emodb(layers=SHIPPED_LAYERS if layers else None, as_frame=True)


def read_named(table, text=(), *, key=False, layers=()):
    """Read the table that a name on the command line stands for, as :func:`read_table` does."""
    if is_shipped(table):
        return load_shipped(layers).frame
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
    if labels is None:
        frame = read_named(table, columns, layers=layers)
        return split_named(frame, table, columns, prefixes, groups=groups, layers=layers)
    frame, others = join_labels(
        read_named(table, columns, key=True, layers=layers),
        read_table(Path(labels), columns, key=True),
        table_name=str(table),
        labels_name=str(labels),
    )
    return split_named(frame, table, columns, prefixes, others, groups, layers)


def split_named(frame, table, columns, prefixes=(), exclude=(), groups=(), layers=()):
    """Return features and labels of a table that was read, and say which are which."""
    _check_layers(frame, table, layers)
    if prefixes:
        prefixes = (*prefixes, *(f"{name}." for name in layers))
    with tell_warnings():
        X, labels = split_features(
            frame, columns, groups=groups, exclude=exclude, prefixes=prefixes, name=str(table)
        )
    left_out = first_few(str(name) for name in frame if name not in X)
    of_layers = {layer: [name for name in X if _is_of(name, layer)] for layer in layers}
    read = {name for names in of_layers.values() for name in names}
    features = [name for name in X if name not in read]
    told = f"{table}: {count(X.index, 'row')} of {count(features, 'feature')}"
    told += f": {name_groups(features)}" if features else ""
    for layer, names in of_layers.items():
        told += f"; {count(names, 'column')} of {layer}"
    click.echo(on_terminal(f"{told}; no features: {left_out or 'none'}."), err=True)
    return X, labels


def _is_of(column, layer):
    return str(column).startswith(f"{layer}.")


def _check_layers(frame, table, layers):
    """Raise if the table has no columns with the layers of one of the speech models."""
    missing = [layer for layer in layers if not any(_is_of(name, layer) for name in frame)]
    if not missing:
        return
    known = name_speech_models(frame)
    near = nearest_name(missing[0], known)
    near = f" The nearest is {near!r}." if near else ""
    there = f"it has those of {first_few(known)}"
    if not known:
        there = "it has no layers, which 'skprognet extract --speech-model' would write"
    raise ValueError(
        f"--layers {' '.join(layers)}: the table {str(table)!r} has no layers of "
        f"{first_few(missing)}; {there}.{near}"
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
