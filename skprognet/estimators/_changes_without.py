"""How a prediction changes without a source or some features.

Letters in names: N rows, F features of X, J numbers that the network reads of a row (its features
and what its sources say, side by side).
"""

import numpy as np
import pandas as pd
import torch

from skprognet._checks import check_choice
from skprognet.estimators._explained_values import changes
from skprognet.estimators._feature_groups import find_groups, group_by_name
from skprognet.estimators._outputs import check_finite
from skprognet.estimators._rows import check_rows
from skprognet.networks import evaluate_logits, limit_threads, undisturbed

ROWS_AT_ONCE = 4096  # bounds the memory that frozen activations take
METHODS = ["mean", "silence"]
SOURCE, FEATURES = "source_", "features_"  # what the columns of changes begin with


def explain_rows(network, explained_of, X, groups, method, reference):
    """Do what `explain` of the network says; `explained_of` says what of a prediction changes.

    Frozen columns compute once for all sources, and again for each group of features, since they
    read these features too.
    """
    check_choice("method", method, METHODS)
    slices = network._source_slices()
    places = _find_places(network, groups, slices)
    if not slices and not places:
        raise ValueError(
            "There is nothing to take away: the network reads no source, and its features have no "
            "names to group them by. Pass groups={name: places of features}."
        )
    index = X.index if isinstance(X, pd.DataFrame) else None
    X = _check(network, X)
    reference = _check_reference(network, reference)
    with limit_threads(network.n_threads), undisturbed(network._device()):
        x_F, said_J = reference.mean(axis=0, dtype=np.float64), _mean_input(network, reference)
        if method == "silence":
            said_J = torch.zeros_like(said_J)
        parts = [
            _explain_part(network, explained_of, part_NF, slices, said_J, places, x_F)
            for part_NF in _in_parts(X)
        ]
    explained = pd.concat(parts, ignore_index=True)
    return explained if index is None else explained.set_axis(index)


def _find_places(network, groups, slices):
    """Return the places in X of each group of features."""
    names = getattr(network, "feature_names_in_", None)
    if groups is None:
        if names is None:
            return {}
        # What a source alone reads is taken away with this source.
        alone = {
            feature
            for name, source in network._read_by_name()
            for feature in source.own_features
            if name in slices
        }
        groups = group_by_name([name for name in names if name not in alone])
    return find_groups(groups, names, network.n_features_in_)


def _check(network, X):
    """Return rows as an array of floats, in which a mean can stand."""
    X = check_rows(network, X, network._dtype())
    return X if X.dtype.kind == "f" else X.astype(np.float64)


def _check_reference(network, reference):
    """Return the rows whose mean stands for what is taken away."""
    if reference is not None:
        try:
            return _check(network, reference)
        except (TypeError, ValueError) as error:  # it knows the rows as X only
            raise type(error)(f"reference must be rows as X has them. {error}") from error
    if not hasattr(network, "training_mean_"):
        raise ValueError(
            "The network does not remember the mean of its training rows, since an early version "
            "wrote its file. Pass reference=, some of these rows."
        )
    return network.training_mean_[None, :]


def _in_parts(X):
    return np.array_split(X, range(ROWS_AT_ONCE, len(X), ROWS_AT_ONCE))


def _mean_input(network, X):
    """Return the mean over the rows X of all that the network reads, shape (J,)."""
    sums = []
    for part_NF in _in_parts(X):
        joined_NJ = network._column_input(part_NF)
        sums.append(joined_NJ.cpu().double().sum(dim=0))  # not every device has float64
    return (sum(sums) / len(X)).to(joined_NJ)


def _explain_part(network, explained_of, X_NF, slices, said_J, places, x_F):
    """Return the explanations of some rows.

    Parameters
    ----------
    network : NetworkEstimator
        Fitted.
    explained_of : callable
        What of the prediction is explained: ``explained_of(network, outputs)``.
    X_NF : ndarray of shape (N, F)
        Rows of floats.
    slices : dict of str to slice
        Where what each source says stands among the J.
    said_J : Tensor of shape (J,)
        What stands in for it.
    places : dict of str to ndarray of int
        Where the features of each group stand among the F.
    x_F : ndarray of shape (F,)
        What stands in for them.
    """
    joined_NJ = network._column_input(X_NF)
    outputs = _outputs(network, joined_NJ)
    explained = explained_of(network, outputs)
    columns, whole = explained.columns, explained.measure(outputs)

    def add(name, altered_NJ):
        without = explained.measure(_outputs(network, altered_NJ))
        columns.update(changes(name, whole, without, explained.endings))

    for name, where in slices.items():
        altered_NJ = joined_NJ.clone()
        altered_NJ[:, where] = said_J[where]
        add(SOURCE + name, altered_NJ)
    for name, where in places.items():
        altered_NF = X_NF.copy()
        altered_NF[:, where] = x_F[where]
        add(FEATURES + name, network._column_input(altered_NF))
    return pd.DataFrame(columns)


def _outputs(network, joined_NJ):
    """Return the outputs that say what is predicted; those of other tasks stand behind."""
    outputs = evaluate_logits(network.net_.module_, joined_NJ)
    outputs = outputs[:, : network._target.n_outputs]
    check_finite([outputs])
    return outputs
