"""Measure how much a source helps: how far the score falls without it, and how it is read."""

import numpy as np
import pandas as pd
import torch
from sklearn.base import RegressorMixin

from skprognet._checks import check_choice, check_number
from skprognet._wording import did_you_mean, first_few
from skprognet.estimators._outputs import check_finite
from skprognet.estimators._parameters import draw_seeds
from skprognet.estimators._rows import check_rows
from skprognet.metrics import get_score
from skprognet.networks import evaluate_logits, limit_threads, undisturbed
from skprognet.sources import as_source, network_of


def source_importances(
    model,
    X,
    y,
    *,
    scoring=None,
    method="permute",
    n_repeats=5,
    random_state=None,
    by_class=False,
):
    """Return how much the score falls without each source.

    This calls :meth:`skprognet.ProgressiveClassifier.source_importances` of the network in a
    pipeline, on the rows that the earlier steps make of X.

    Parameters
    ----------
    model : ProgressiveClassifier or ProgressiveRegressor
        A fitted model; or a pipeline or FrozenEstimator that ends in one, or a search that was
        fitted on one.
    X : array-like of shape (n_samples, n_features)
        Rows in the form that `model.predict` takes, preferably not those of `fit`.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Labels of the rows, or for a regressor their numbers.
    scoring : str, Score or None, default=None
        The score that may fall: its name, or a :class:`~skprognet.metrics.Score`. None uses "uar"
        for a classifier and "ccc" for a regressor.
    method : {"permute", "silence"}, default="permute"
        Whether the activations of a source are exchanged among the rows or set to 0.
    n_repeats : int, default=5
        Number of permutations; "silence" needs no repetition.
    random_state : int, RandomState instance or None, default=None
        Fixes the permutations.
    by_class : bool, default=False
        Whether to return the fall in the recall of each class of y; for classifiers only. All
        classes share the permutations, so their mean is the fall in UAR.

    Returns
    -------
    DataFrame
        One row per source, indexed by its name: importance_mean, and importance_std over the
        permutations (ddof 0; 0 for "silence"). With ``by_class=True``, one row per source and
        class, with the columns source, class, importance_mean and importance_std.

    Raises
    ------
    TypeError
        If `model` is something else.
    ValueError
        If there is no source, X and y do not fit, or no two rows differ, so that there is nothing
        to exchange. With ``by_class=True``, also if `model` is a regressor or does not know a
        class of y, or `scoring` is not "uar".

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.estimators import source_importances
    >>> from skprognet.datasets import load_emodb
    >>> emodb = load_emodb()
    >>> options = dict(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
    >>> clf = ProgressiveClassifier([("speaker", DNNClassifier(**options))], **options)
    >>> model = make_pipeline(StandardScaler(), clf)
    >>> model = model.fit(
    ...     emodb.data, emodb.target, progressiveclassifier__source_y=emodb.speaker
    ... )
    >>> importances = source_importances(model, emodb.data, emodb.target, random_state=0)
    >>> list(importances.index)
    ['speaker']
    """
    network = network_of(model)
    if not hasattr(network, "source_importances"):
        raise TypeError(
            "model must be a fitted ProgressiveClassifier or ProgressiveRegressor, or a pipeline, "
            f"FrozenEstimator or fitted search around one; got {type(model).__name__}. Pass one "
            "of these."
        )
    if by_class and isinstance(network, RegressorMixin):
        raise ValueError(
            "by_class=True must be used with a classifier; got a "
            f"{type(network).__name__}, which predicts numbers. Leave by_class out."
        )
    rows = as_source(model).before_network(X)
    options = {"method": method, "n_repeats": n_repeats, "random_state": random_state}
    if scoring is not None:
        options["scoring"] = scoring
    if by_class:  # a regressor has no such argument
        options["by_class"] = True
    return network.source_importances(rows, y, **options)


def measure_importances(network, X, y, scoring, method, n_repeats, random_state):
    """Compute ``source_importances`` of a progressive network."""
    score, (X, y) = get_score(scoring), _check_importances(network, X, y, method, n_repeats)

    def gain(predicted):
        return score.orient(score(y, predicted))

    falls = _measure_falls(network, X, gain, method, n_repeats, random_state)
    rows = {
        name: {"importance_mean": np.mean(changes), "importance_std": np.std(changes)}
        for name, changes in falls.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def measure_by_class(classifier, X, y, scoring, method, n_repeats, random_state):
    """Compute ``source_importances`` for the recall of each class."""
    if get_score(scoring).name != "uar":
        raise ValueError(
            "scoring must be 'uar', the mean of the recalls, with by_class=True; got "
            f"{scoring!r:.200}. Leave scoring out."
        )
    X, y = _check_importances(classifier, X, y, method, n_repeats)
    classes, codes = np.unique(y, return_inverse=True)
    _check_known(classes, classifier.classes_)
    n_rows = np.bincount(codes)

    def recalls(labels):
        return np.bincount(codes, weights=y == labels) / n_rows

    falls = _measure_falls(classifier, X, recalls, method, n_repeats, random_state)
    parts = [
        pd.DataFrame(
            {
                "source": name,
                "class": classes,
                "importance_mean": np.mean(changes, axis=0),
                "importance_std": np.std(changes, axis=0),
            }
        )
        for name, changes in falls.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _check_known(classes, known):
    """Raise unless the classifier knows each class; the recall of others cannot fall."""
    labels = set(known.tolist())  # numpy's set operations may treat 1 and "1" as one label
    unknown = [label for label in classes.tolist() if label not in labels]
    if unknown:
        hint = did_you_mean(unknown[0], known, "Leave the other rows out.")
        raise ValueError(
            f"y must only have labels that the classifier knows, [{first_few(known.tolist())}]; "
            f"got [{first_few(unknown)}]. {hint}"
        )


def _measure_falls(network, X, gain, method, n_repeats, random_state):
    """Return how much ``gain(predictions)`` falls without each source, in each repetition.

    The frozen columns compute once; their activations are then exchanged or silenced.
    """
    rng = np.random.RandomState(draw_seeds(random_state, 1)[0])
    column, falls = network.net_.module_, {}
    predicted = network._target.predicted
    with limit_threads(network.n_threads), undisturbed(network._device()):
        joined = network._column_input(X)
        outputs = evaluate_logits(column, joined)
        check_finite([outputs])
        whole = gain(predicted(outputs))
        for name, where in network._source_slices().items():
            orders = [None]
            if method == "permute":
                orders = [torch.tensor(rng.permutation(len(X))) for _ in range(n_repeats)]
            without = [outputs_without(column, joined, where, order) for order in orders]
            falls[name] = [whole - gain(predicted(outputs)) for outputs in without]
    return falls


def _check_importances(network, X, y, method, n_repeats):
    """Return X and y as arrays; raise unless importances can be measured on them."""
    check_choice("method", method, ["permute", "silence"])
    check_number("n_repeats", n_repeats, "integer", low=1)
    X = check_rows(network, X, network._dtype())
    y = network._target.check_rows("y", network._in_order_of_fit_y(y), len(X))
    if isinstance(network, RegressorMixin):
        y = network._target.decode(network._target.encode(y))
    elif set(y.tolist()).isdisjoint(network.classes_.tolist()):
        raise ValueError(
            "y must have labels that the classifier knows, "
            f"[{first_few(network.classes_.tolist())}]; got [{first_few(np.unique(y).tolist())}]. "
            "Pass the labels of these rows."
        )
    if method == "permute" and (X[0] == X).all():
        got = "one row" if len(X) == 1 else f"{len(X)} equal rows"
        raise ValueError(
            "X must have rows that differ with method='permute', which exchanges them; got "
            f"{got}. Pass more rows, or method='silence'."
        )
    return X, y


def outputs_without(column, joined_NF, where, order_N=None):
    """Return the outputs with a source silenced, or with its activations for other rows.

    Parameters
    ----------
    column : ProgressiveColumn
        The fitted network.
    joined_NF : Tensor of shape (N, F)
        Features and frozen activations.
    where : slice
        The columns of the source.
    order_N : Tensor of shape (N,) or None
        The row whose activations each row gets; None sets zeros, which silences the laterals.

    Returns
    -------
    Tensor of shape (N, C)
        The outputs of the network.
    """
    altered_NF = joined_NF.clone()
    altered_NF[:, where] = 0 if order_N is None else joined_NF[order_N, where]
    return evaluate_logits(column, altered_NF)


def lateral_norms(column, names):
    """Return how strongly each layer of a progressive column reads each frozen column.

    Parameters
    ----------
    column : ProgressiveColumn
        The fitted network.
    names : list of str
        The source of each frozen column.

    Returns
    -------
    DataFrame
        The columns are layer (2 .. L + 1, where L + 1 is the output), source, column (from 0,
        within the source) and norm: the Frobenius norm of U, or with an adapter of U V times the
        scale.
    """
    rows = []
    for k in range(1, len(column.layers)):
        for j, matrix in enumerate(_lateral_maps(column, k)):
            rows.append(
                {
                    "layer": k + 1,
                    "source": names[j],
                    "column": names[:j].count(names[j]),
                    "norm": torch.linalg.matrix_norm(matrix).item(),
                }
            )
    return pd.DataFrame(rows, columns=["layer", "source", "column", "norm"])


@torch.no_grad()
def _lateral_maps(column, k):
    """Return the matrix through which layer k (from 0) reads each frozen column."""
    _, *weights = column.weights(k)
    if not column.adapters:
        return weights
    adapter = column.adapters[k - 1]
    joint = weights[0] @ adapter.projection.weight
    widths = [width for _, width in column.places_by_layer[k]]
    return [
        scale * part for scale, part in zip(adapter.scales, joint.split(widths, 1), strict=True)
    ]
