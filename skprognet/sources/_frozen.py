"""The sources that a fitted network keeps: frozen copies, or sources trained by its `fit`."""

import copy

import numpy as np
import pandas as pd
from sklearn import get_config
from sklearn.base import clone, is_regressor
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.validation import has_fit_parameter

from skprognet.sources._as_source import is_fitted, network_of


def is_trainable(model):
    """Return whether `model` is an unfitted estimator, rather than None, a list or a class."""
    is_estimator = hasattr(model, "get_params") and not isinstance(model, type)
    return is_estimator and not is_fitted(model)


def check_can_be_trained(model):
    """Raise for an unfitted FrozenEstimator, which no `fit` would change."""
    if isinstance(model, FrozenEstimator):
        raise ValueError(f"A frozen source must be fitted; got {model!r:.200}. Fit it first.")


def clone_sources(source):
    """Clone the unfitted parts of a `source` parameter; keep everything else."""
    if isinstance(source, (list, tuple)):
        return [
            (pair[0], clone_sources(pair[1]))
            if isinstance(pair, tuple) and len(pair) == 2
            else pair
            for pair in source
        ]
    return clone(source) if is_trainable(source) else source


def frozen_copy(model):
    """Return a copy of a fitted source that is independent of the original.

    The copy keeps its own sources once, as frozen sources. If it kept them as the parameter
    `source` too, a chain of networks would double in size with each link.
    """
    kept = copy.deepcopy(model)
    network = network_of(kept)
    if getattr(network, "sources_", None):
        network.source = network.sources_
    return kept


def train_source(model, X, labels, rows, train, held_out, seed, as_table):
    """Train a clone of an unfitted source on the training rows of the network that reads it.

    Parameters
    ----------
    model : estimator
        The unfitted source, which is not changed.
    X : ndarray of shape (n_rows, n_features)
        All rows.
    labels : ndarray of shape (n_rows,)
        Labels of the task of the source.
    rows : Rows
        The rows with their `weight` and `groups`.
    train, held_out : ndarray of int
        Numbers of the rows that train and of those that choose the epoch. The latter must not
        train the source, or the network would know them through the source. They choose the epoch
        of the source as well, if it accepts them.
    seed : int
        Seed of all random states of the source that are None.
    as_table : callable
        Adds the names of the columns to an array of rows, if they are known.

    Returns
    -------
    estimator
        The fitted clone.
    """
    options = _weights_and_groups(model, labels, rows, train)
    if not isinstance(model, Pipeline):
        known = held_out
        if not is_regressor(model):  # a class without training rows cannot be scored
            known = held_out[np.isin(labels[held_out], labels[train])]
        takes = has_fit_parameter(model, "X_val") and model.get_params().get("early_stopping")
        if takes and len(known):
            options |= {"X_val": as_table(X[known]), "y_val": labels[known]}
    return _seeded_clone(model, seed).fit(as_table(X[train]), labels[train], **options)


def _weights_and_groups(model, labels, rows, train):
    """Return weights and groups of the training rows as keyword arguments of `fit`.

    Groups are passed unless a class is in a single group, as when the task is to recognise the
    speakers. Numbers have no classes and only need two groups.
    """
    options = {}
    kinds = np.zeros(len(labels)) if is_regressor(model) else labels
    if rows.groups is not None and _can_keep_apart(kinds[train], rows.groups[train]):
        options["groups"] = rows.groups[train]
    if rows.weight is not None:
        options["sample_weight"] = rows.weight[train]
    if isinstance(model, Pipeline) and get_config()["enable_metadata_routing"]:
        if "groups" not in get_routing_for_object(model).consumes("fit", options):
            options.pop("groups", None)
        return options
    prefix, last = _last_step(model)
    return {f"{prefix}{name}": v for name, v in options.items() if has_fit_parameter(last, name)}


def _last_step(model):
    """Return the last step of nested pipelines, and the prefix of its parameters' names."""
    if not isinstance(model, Pipeline):
        return "", model.estimator if isinstance(model, FrozenEstimator) else model
    name, step = model.steps[-1]
    prefix, last = _last_step(step)
    return f"{name}__{prefix}", last


def _can_keep_apart(labels, groups):
    """Return whether each class is in several groups; a speaker, for example, is in one."""
    pairs = pd.DataFrame({"label": labels, "group": groups}).drop_duplicates()
    return pairs["label"].value_counts().min() > 1


def _seeded_clone(model, seed):
    """Return an unfitted clone; random states that are None, also of its steps, get seeds."""
    copied = clone(model)
    rng = np.random.RandomState(seed % 2**32)
    for name, value in sorted(copied.get_params(deep=True).items()):
        if value is None and name.split("__")[-1] == "random_state":
            copied.set_params(**{name: int(rng.randint(np.iinfo(np.int32).max))})
    return copied
