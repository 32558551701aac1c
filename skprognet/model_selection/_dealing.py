"""Groups dealt into folds, at random and evenly."""

import numpy as np

from skprognet.model_selection._folds import following

N_DEALS = 100  # random deals of which the best is taken


def _unevenness(counts, n_folds):
    """Return how far the class counts of folds, shape (n_folds, n_classes), are from equal.

    It is chi-square against equal shares: the sum of (count - share)^2 / share.
    """
    share = counts.sum(axis=0) / n_folds
    return ((counts - share) ** 2 / share).sum()


def _loses_class(counts):
    """Return whether some class is only in two folds that follow each other, or in one."""
    present = counts > 0
    n_folds = len(counts)
    return any(
        (present.sum(axis=0) == present[[i, following(i, n_folds)]].sum(axis=0)).any()
        for i in range(n_folds)
    )


def deal_groups(counts, n_folds, rng):
    """Deal groups into folds, at random but so that classes are spread evenly.

    Parameters
    ----------
    counts : ndarray of shape (n_groups, n_classes)
        Rows of each class in each group.
    n_folds : int
        Number of folds, at most n_groups.
    rng : RandomState
        Draws `N_DEALS` random deals in which the folds' numbers of groups differ by one at most.

    Returns
    -------
    ndarray of shape (n_groups,)
        The fold of each group: of the deals that leave every class to train on beside a test and
        a validation fold, if there are any, the one whose class counts are the most even.
    """
    n_groups = len(counts)
    best, chosen = (True, np.inf), None
    for _ in range(N_DEALS):
        fold_of_group = np.arange(n_groups)[rng.permutation(n_groups)] % n_folds
        totals = np.zeros((n_folds, counts.shape[1]))
        np.add.at(totals, fold_of_group, counts)
        rank = (_loses_class(totals), _unevenness(totals, n_folds))
        if chosen is None or rank < best:
            best, chosen = rank, fold_of_group
    return chosen
