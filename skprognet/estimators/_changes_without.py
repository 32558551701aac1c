"""How the log-probability of the predicted class changes without a source or some features.

Letters in names: N rows, F features of X, J numbers that the network reads of a row (its features
and what its sources say, side by side), C classes.
"""

import numpy as np
import pandas as pd
import torch

from skprognet._checks import check_choice
from skprognet.estimators._feature_groups import find_groups, group_by_name
from skprognet.estimators._outputs import check_finite
from skprognet.estimators._rows import check_rows
from skprognet.networks import evaluate_logits, limit_threads, undisturbed

ROWS_AT_ONCE = 4096  # bounds the memory that frozen activations take
METHODS = ["mean", "silence"]
PREDICTED, LOG_PROBABILITY = "predicted", "log_probability"
SOURCE, FEATURES = "source_", "features_"  # what the columns of changes begin with


def explain_rows(classifier, X, groups, method, reference):
    """Do what :meth:`skprognet.ProgressiveClassifier.explain` says.

    Frozen columns compute once for all sources, and again for each group of features, since they
    read these features too.
    """
    check_choice("method", method, METHODS)
    slices = classifier._source_slices()
    places = _find_places(classifier, groups, slices)
    if not slices and not places:
        raise ValueError(
            "There is nothing to take away: the network reads no source, and its features have no "
            "names to group them by. Pass groups={name: places of features}."
        )
    index = X.index if isinstance(X, pd.DataFrame) else None
    X = _check(classifier, X)
    reference = _check_reference(classifier, reference)
    with limit_threads(classifier.n_threads), undisturbed(classifier._device()):
        x_F, said_J = reference.mean(axis=0, dtype=np.float64), _mean_input(classifier, reference)
        if method == "silence":
            said_J = torch.zeros_like(said_J)
        parts = [
            _explain_part(classifier, part_NF, slices, said_J, places, x_F)
            for part_NF in _in_parts(X)
        ]
    explained = pd.concat(parts, ignore_index=True)
    return explained if index is None else explained.set_axis(index)


def _find_places(classifier, groups, slices):
    """Return the places in X of each group of features."""
    names = getattr(classifier, "feature_names_in_", None)
    if groups is None:
        if names is None:
            return {}
        # What a source alone reads is taken away with this source.
        alone = {
            feature
            for name, source in classifier._read_by_name()
            for feature in source.own_features
            if name in slices
        }
        groups = group_by_name([name for name in names if name not in alone])
    return find_groups(groups, names, classifier.n_features_in_)


def _check(classifier, X):
    """Return rows as an array of floats, in which a mean can stand."""
    X = check_rows(classifier, X, classifier._dtype())
    return X if X.dtype.kind == "f" else X.astype(np.float64)


def _check_reference(classifier, reference):
    """Return the rows whose mean stands for what is taken away."""
    if reference is not None:
        try:
            return _check(classifier, reference)
        except (TypeError, ValueError) as error:  # it knows the rows as X only
            raise type(error)(f"reference must be rows as X has them. {error}") from error
    if not hasattr(classifier, "training_mean_"):
        raise ValueError(
            "The network does not remember the mean of its training rows, since an early version "
            "wrote its file. Pass reference=, some of these rows."
        )
    return classifier.training_mean_[None, :]


def _in_parts(X):
    return np.array_split(X, range(ROWS_AT_ONCE, len(X), ROWS_AT_ONCE))


def _mean_input(classifier, X):
    """Return the mean over the rows X of all that the network reads, shape (J,)."""
    sums = []
    for part_NF in _in_parts(X):
        joined_NJ = classifier._column_input(part_NF)
        sums.append(joined_NJ.cpu().double().sum(dim=0))  # not every device has float64
    return (sum(sums) / len(X)).to(joined_NJ)


def _explain_part(classifier, X_NF, slices, said_J, places, x_F):
    """Return the explanations of some rows.

    Parameters
    ----------
    classifier : NetworkClassifier
        Fitted.
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
    joined_NJ = classifier._column_input(X_NF)
    logits_NC = _logits(classifier, joined_NJ)
    # As predict does: of probabilities that are rounded to the same number the first one counts.
    codes_N = torch.softmax(logits_NC, 1).argmax(dim=1)

    def log_probability(logits_NC):
        of_class_N1 = torch.log_softmax(logits_NC, 1).gather(1, codes_N[:, None])
        return of_class_N1[:, 0].cpu().numpy()

    whole_N = log_probability(logits_NC)
    columns = {
        PREDICTED: classifier._target.decode(codes_N.cpu().numpy()),
        LOG_PROBABILITY: whole_N,
    }
    for name, where in slices.items():
        altered_NJ = joined_NJ.clone()
        altered_NJ[:, where] = said_J[where]
        columns[SOURCE + name] = whole_N - log_probability(_logits(classifier, altered_NJ))
    for name, where in places.items():
        altered_NF = X_NF.copy()
        altered_NF[:, where] = x_F[where]
        altered_NJ = classifier._column_input(altered_NF)
        columns[FEATURES + name] = whole_N - log_probability(_logits(classifier, altered_NJ))
    return pd.DataFrame(columns)


def _logits(classifier, joined_NJ):
    """Return the outputs for the classes that are predicted; those of other tasks stand behind."""
    logits_NC = evaluate_logits(classifier.net_.module_, joined_NJ)
    logits_NC = logits_NC[:, : classifier._target.n_outputs]
    check_finite([logits_NC])
    return logits_NC
