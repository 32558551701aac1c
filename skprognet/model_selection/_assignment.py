"""Assign groups to folds, at random and evenly."""

import numpy as np

from skprognet.model_selection._folds import following

N_DRAWS = 100  # how many random assignments are tried; the best is used


def _unevenness(counts, n_folds):
    """Return how far the class counts of folds, shape (n_folds, n_classes), are from equal.

    It is chi-square against equal shares: the sum of (count - share)^2 / share.
    """
    share = counts.sum(axis=0) / n_folds
    return ((counts - share) ** 2 / share).sum()


def _loses_class(counts, n_left_out):
    """Return whether a class has no rows outside `n_left_out` consecutive folds, 1 or 2.

    Such a class is missing in the training rows if one fold tests, and the next one validates.
    """
    present = counts > 0
    total, n_folds = present.sum(axis=0), len(counts)
    left_out = ([i, following(i, n_folds)][:n_left_out] for i in range(n_folds))
    return any((present[folds].sum(axis=0) == total).any() for folds in left_out)


def assign_groups(counts, n_folds, rng):
    """Assign groups to folds at random, but so that classes are spread evenly.

    Parameters
    ----------
    counts : ndarray of shape (n_groups, n_classes)
        Rows of each class in each group.
    n_folds : int
        Number of folds, at most n_groups.
    rng : RandomState
        Draws `N_DRAWS` random assignments, in which the numbers of groups of two folds differ by
        at most one.

    Returns
    -------
    ndarray of shape (n_groups,)
        The fold of each group. Assignments that leave every class in the training rows, beside a
        test and a validation fold, are preferred; next, those that do so beside a test fold
        alone. Among these, the one with the most even class counts is used.
    """
    n_groups = len(counts)
    best, chosen = None, None
    for _ in range(N_DRAWS):
        fold_of_group = np.arange(n_groups)[rng.permutation(n_groups)] % n_folds
        totals = np.zeros((n_folds, counts.shape[1]))
        np.add.at(totals, fold_of_group, counts)
        loses = [_loses_class(totals, n_left_out) for n_left_out in (2, 1)]
        rank = (*loses, _unevenness(totals, n_folds))
        if chosen is None or rank < best:
            best, chosen = rank, fold_of_group
    return chosen
