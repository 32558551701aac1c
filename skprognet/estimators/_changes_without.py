"""Compute how a prediction changes without a source or a group of features.

Letters in names: N rows, F features of X, J numbers that the network reads for a row (its features
and the activations of its sources, side by side).
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
SOURCE, FEATURES = "source_", "features_"  # beginnings of the names of columns


def explain_rows(network, explained_of, X, groups, method, reference):
    """Compute `explain` of the network; `explained_of` chooses the explained numbers.

    Frozen columns compute once for all sources, and once more for each group of features, since
    they read these features too.
    """
    check_choice("method", method, METHODS)
    slices = network._source_slices()
    places = _find_places(network, groups, slices)
    if not slices and not places:
        no_groups = "features without names" if groups is None else "empty groups"
        raise ValueError(
            "The network must have a source or a group of features for explain to take away; got "
            f"no source, and {no_groups}. Pass groups={{name: positions of features}}."
        )
    index = X.index if isinstance(X, pd.DataFrame) else None
    X = _check(network, X)
    reference = _check_reference(network, reference)
    with limit_threads(network.n_threads), undisturbed(network._device()):
        x_F, mean_J = reference.mean(axis=0, dtype=np.float64), _mean_input(network, reference)
        if method == "silence":
            mean_J = torch.zeros_like(mean_J)
        parts = [
            _explain_part(network, explained_of, part_NF, slices, mean_J, places, x_F)
            for part_NF in _in_parts(X)
        ]
    explained = pd.concat(parts, ignore_index=True)
    return explained if index is None else explained.set_axis(index)


def _find_places(network, groups, slices):
    """Return the positions in X of each group of features."""
    names = getattr(network, "feature_names_in_", None)
    if groups is None:
        if names is None:
            return {}
        # Features that only a source reads are taken away with this source.
        alone = {
            feature
            for name, source in network._read_by_name()
            for feature in source.own_features
            if name in slices
        }
        groups = group_by_name([name for name in names if name not in alone])
    return find_groups(groups, names, network.n_features_in_)


def _check(network, X):
    """Return rows as an array of floats, which can hold means."""
    X = check_rows(network, X, network._dtype())
    return X if X.dtype.kind == "f" else X.astype(np.float64)


def _check_reference(network, reference):
    """Return the rows whose mean replaces what is taken away."""
    if reference is not None:
        try:
            return _check(network, reference)
        except (TypeError, ValueError) as error:  # its message calls the rows X
            raise type(error)(f"reference must have rows like those of X. {error}") from error
    if not hasattr(network, "training_mean_"):
        raise ValueError(
            "reference must be passed for a network whose file lacks the mean of its training "
            "rows; got None. Pass reference= with some of these rows."
        )
    return network.training_mean_[None, :]


def _in_parts(X):
    return np.array_split(X, range(ROWS_AT_ONCE, len(X), ROWS_AT_ONCE))


def _mean_input(network, X):
    """Return the mean over the rows X of the numbers that the network reads, shape (J,)."""
    sums = []
    for part_NF in _in_parts(X):
        joined_NJ = network._column_input(part_NF)
        sums.append(joined_NJ.cpu().double().sum(dim=0))  # not every device has float64
    return (sum(sums) / len(X)).to(joined_NJ)


def _explain_part(network, explained_of, X_NF, slices, mean_J, places, x_F):
    """Return the explanations of some rows.

    Parameters
    ----------
    network : NetworkEstimator
        Fitted.
    explained_of : callable
        Returns the explained numbers: ``explained_of(network, outputs)``.
    X_NF : ndarray of shape (N, F)
        Rows of floats.
    slices : dict of str to slice
        The slice of the J numbers that each source fills.
    mean_J : Tensor of shape (J,)
        The numbers that replace those of a source.
    places : dict of str to ndarray of int
        The positions of the features of each group among the F.
    x_F : ndarray of shape (F,)
        The values that replace those of a group.
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
        altered_NJ[:, where] = mean_J[where]
        add(SOURCE + name, altered_NJ)
    for name, where in places.items():
        altered_NF = X_NF.copy()
        altered_NF[:, where] = x_F[where]
        add(FEATURES + name, network._column_input(altered_NF))
    return pd.DataFrame(columns)


def _outputs(network, joined_NJ):
    """Return the outputs of the target, without the outputs of auxiliary tasks after them."""
    outputs = evaluate_logits(network.net_.module_, joined_NJ)
    outputs = outputs[:, : network._target.n_outputs]
    check_finite([outputs])
    return outputs
