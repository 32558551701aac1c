"""The shared part of the splitters: make splits and triples from the folds of each repeat."""

from abc import abstractmethod

import numpy as np
import pandas as pd
from sklearn.model_selection import BaseCrossValidator

from skprognet._checks import check_row_labels
from skprognet._target_kind import as_numbers, hint_of_text

_NAMED_IN_MESSAGE = 10


def count_rows(X):
    """Return the number of rows of X."""
    return X.shape[0] if hasattr(X, "shape") else len(X)


def check_groups(X, groups, what):
    """Return the number of each row's group, shape (n_samples,), and the names of the groups."""
    if groups is None:
        raise ValueError(
            f"groups must name the {what} of each row; got None. Pass them as groups=... to "
            "split or to cross_val_score."
        )
    return pd.factorize(check_row_labels("groups", groups, count_rows(X)))


def name_some(names):
    """Return the first few of many names, for a message."""
    dots = ["..."] if len(names) > _NAMED_IN_MESSAGE else []
    return ", ".join([*map(str, names[:_NAMED_IN_MESSAGE]), *dots])


def rows_outside(folds, *left_out):
    """Return the sorted rows of all folds except those at the positions `left_out`."""
    return np.sort(np.concatenate([f for i, f in enumerate(folds) if i not in left_out]))


def following(fold, n_folds):
    """Return the fold that validates when `fold` tests: the next one; the first after the last."""
    return (fold + 1) % n_folds


class FoldSplitter(BaseCrossValidator):
    """Base of the splitters; a subclass assigns the rows to folds in `_make_folds`."""

    # With metadata routing, groups are requested by default.
    __metadata_request__split = {"groups": True}

    @abstractmethod
    def _make_folds(self, X, y, groups):
        """Yield, for each repeat, the list of the rows in each fold."""

    def _check_training(self, y, train, repeat, fold):
        """Raise if a model cannot be trained on the rows `train`; by default it always can."""

    def split(self, X, y=None, groups=None):
        """Yield training and test rows: each fold tests once, and all others train.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Data. Only the number of rows is used.
        y : array-like of shape (n_samples,), default=None
            Class or number of each row, for the splitters that balance `y`.
        groups : array-like of shape (n_samples,), default=None
            Speaker (or session) of each row; cannot be None.

        Yields
        ------
        train : ndarray of shape (n_train,)
            Positions of the rows of the other folds, in ascending order.
        test : ndarray of shape (n_test,)
            Positions of the rows of this fold, in ascending order.

        Raises
        ------
        ValueError
            At the first split, if `groups` is None, has missing values or a length that differs
            from that of `X`, or if the folds cannot be made. At any split whose training rows lack
            a class of `y`, unless the splitter ignores `y`.
        """
        for repeat, folds in enumerate(self._make_folds(X, y, groups)):
            for i, test in enumerate(folds):
                train = rows_outside(folds, i)
                self._check_training(y, train, repeat, i)
                yield train, test

    def split_with_validation(self, X, y=None, groups=None):
        """Yield training, validation and test rows.

        Fold i tests, the next fold validates (the first, if i is the last), and the other k - 2
        folds train. For the same integer `random_state`, the test sets are those of `split`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Data. Only the number of rows is used.
        y : array-like of shape (n_samples,), default=None
            Class or number of each row, for the splitters that balance `y`.
        groups : array-like of shape (n_samples,), default=None
            Speaker (or session) of each row; cannot be None.

        Yields
        ------
        train : ndarray of shape (n_train,)
            Positions of the rows of the k - 2 other folds, in ascending order.
        validation : ndarray of shape (n_validation,)
            Positions of the rows of the next fold, in ascending order.
        test : ndarray of shape (n_test,)
            Positions of the rows of this fold, in ascending order.

        Raises
        ------
        ValueError
            As in `split`, and at the first split if there are fewer than 3 folds.
        """
        for repeat, folds in enumerate(self._make_folds(X, y, groups)):
            if len(folds) < 3:
                raise ValueError(
                    "There must be at least 3 folds to train, validate and test; got "
                    f"{len(folds)}. Make more folds, or call split."
                )
            for i, test in enumerate(folds):
                validating = following(i, len(folds))
                train = rows_outside(folds, i, validating)
                self._check_training(y, train, repeat, i)
                yield train, folds[validating], test


def check_classes_remain(y, train, where):
    """Raise if a class of `y` has no row among `train`."""
    lost = np.setdiff1d(y, y[train])
    if lost.size:
        hint = hint_of_text(y)
        if as_numbers(y) is not None:
            hint = (
                " To predict whole numbers such as ratings, pass kind='numbers', or y + 0.5 to "
                "the splitter itself."
            )
        raise ValueError(
            "Every class must be in the training rows of every split; got none of class "
            f"{lost.tolist()[0]!r} ({(y == lost[0]).sum()} rows) in {where}. Drop it, or use "
            f"fewer folds.{hint}"
        )
