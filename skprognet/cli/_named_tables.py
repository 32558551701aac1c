"""Read the tables that a command line names, and print which columns are features."""

import re
from itertools import groupby
from pathlib import Path

import click

from skprognet._tables import read_table
from skprognet._wording import count, first_few, nearest_name
from skprognet.cli._messages import on_terminal, print_warnings
from skprognet.datasets import load_emodb
from skprognet.features import FeatureOrigin, join_labels, name_speech_models, split_features

SHIPPED, SHIPPED_LAYERS = "emodb", "ge2e"


def is_shipped(table):
    """Return whether a name on the command line means the data in the package.

    A file of that name comes first. A folder does not, since a table is never a folder.
    """
    return str(table) == SHIPPED and not Path(table).is_file()


def find_file(table):
    """Return the file of a table that the command line names."""
    if is_shipped(table):
        return Path(load_emodb().filename)
    return Path(table)


def load_shipped(layers=()):
    """Return the data in the package, with the layers of a speech model if `layers` asks."""
    return load_emodb(layers=SHIPPED_LAYERS if layers else None, as_frame=True)


def read_named(table, text=(), *, key=False, layers=()):
    """Read a table that the command line names, as :func:`read_table` does."""
    if is_shipped(table):
        return load_shipped(layers).frame
    return read_table(Path(table), text, key=key)


def load_corpus(table, labels, columns, prefixes=(), groups=(), layers=()):
    """Return features and labels of a corpus, and print which columns are features.

    Parameters
    ----------
    table : path
        Features, with or without labels.
    labels : path or None
        The labels, if they are in another file.
    columns : sequence of str
        The labels that must be there.
    prefixes : sequence of str, default=()
        The beginnings of the names of features. If empty, all numeric columns that are not labels
        are features.
    groups : sequence of str, default=()
        Columns of speakers or sessions, whose values are not classes.
    layers : sequence of str, default=()
        Names of pretrained networks. The columns of their layers are features, whatever
        `prefixes` says.

    Returns
    -------
    X, labels : DataFrame
        The features, and all other columns.

    Raises
    ------
    ValueError
        If a column is missing, there are no features, or a feature is not finite.
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


def read_origin(table, frame, layers=()):
    """Return the recorded origin of the features of a table, or None if there is no record."""
    if is_shipped(table):
        return FeatureOrigin(**load_shipped(layers).origin)
    return FeatureOrigin.of_table(frame, str(table))


def split_named(frame, table, columns, prefixes=(), exclude=(), groups=(), layers=()):
    """Return features and labels of a table, and print which columns are which."""
    _check_layers(frame, table, layers)
    FeatureOrigin.of_table(frame, str(table))  # raises if the rows have different origins
    if prefixes:
        prefixes = (*prefixes, *(f"{name}." for name in layers))
    with print_warnings():
        X, labels = split_features(
            frame, columns, groups=groups, exclude=exclude, prefixes=prefixes, name=str(table)
        )
    left_out = first_few(str(name) for name in frame if name not in X)
    by_model = {model: [name for name in X if _is_of(name, model)] for model in layers}
    layer_columns = {name for names in by_model.values() for name in names}
    features = [name for name in X if name not in layer_columns]
    line = f"{table}: {count(X.index, 'row')} of {count(features, 'feature')}"
    line += f": {name_groups(features)}" if features else ""
    for model, names in by_model.items():
        line += f"; {count(names, 'column')} of {model}"
    click.echo(on_terminal(f"{line}; not features: {left_out or 'none'}."), err=True)
    return X, labels


def _is_of(column, model):
    return str(column).startswith(f"{model}.")


def _check_layers(frame, table, layers):
    """Raise if the table lacks the layers of one of the speech models."""
    missing = [model for model in layers if not any(_is_of(name, model) for name in frame)]
    if not missing:
        return
    known = name_speech_models(frame)
    near = nearest_name(missing[0], known)
    near = f" The nearest is {near!r}." if near else ""
    present = f"It has those of {first_few(known)}"
    if not known:
        present = "Add them with 'skprognet extract --speech-model'"
    raise ValueError(
        f"--layers must name speech models whose layers are in {str(table)!r}; it has none of "
        f"{first_few(missing)}. {present}.{near}"
    )


def name_groups(features):
    """Summarise the names of features in groups that begin alike.

    The smallest groups come first: a label that was taken as a feature usually has a name unlike
    the others, and would be overlooked among many features.

    Parameters
    ----------
    features : list of str
        Names of the features.

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
    summaries = [
        repr(group[0]) if len(group) == 1 else f"{len(group)} of '{stem(group[0])}...'"
        for group in groups[:5]
    ]
    more = f" and {len(groups) - 5} more groups" if len(groups) > 5 else ""
    return ", ".join(summaries) + more
