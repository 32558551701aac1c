"""Cross-validation folds that know about speakers."""

import numpy as np
import pandas as pd
from sklearn.model_selection import BaseCrossValidator, StratifiedKFold
from sklearn.utils import check_random_state

from skprognet._validation import check_number, check_row_labels

_NAMED_IN_MESSAGE = 10


def _check_speakers(X, groups, n_splits):
    """Return the number of each row's speaker, shape (n_samples,), in order of appearance."""
    if groups is None:
        raise ValueError(
            "groups must name the speaker of each row; got None. Pass them as groups=... to "
            "split or to cross_val_score."
        )
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    codes, speakers = pd.factorize(check_row_labels("groups", groups, n_rows))
    counts = np.bincount(codes)
    short = np.flatnonzero(counts < n_splits)
    if short.size:
        named = [f"{speakers[i]} ({counts[i]})" for i in short[:_NAMED_IN_MESSAGE]]
        named += ["..."] if short.size > _NAMED_IN_MESSAGE else []
        raise ValueError(
            f"Each speaker must have at least n_splits={n_splits} rows, one for each fold; got "
            f"{short.size} with fewer: {', '.join(named)}. Drop these speakers or lower n_splits."
        )
    return codes


def _rows_outside(folds, *left_out):
    """Return the sorted rows of all folds but those at the positions `left_out`."""
    return np.sort(np.concatenate([f for i, f in enumerate(folds) if i not in left_out]))


class RepeatedSpeakerStratifiedKFold(BaseCrossValidator):
    """Repeated k-fold in which every speaker is in every fold, in proportion.

    These are the folds of Gideon et al. [1]_, section 3: ten folds stratified by speaker, of
    which eight train, one decides when to stop and one tests, all of it repeated ten times with
    new folds. They ask how well a model does on new utterances of speakers that it knows.

    Parameters
    ----------
    n_splits : int, default=10
        Number of folds k, at least 2, and at least 3 for `split_with_validation`.
    n_repeats : int, default=10
        How often the rows are dealt out anew, at least 1.
    random_state : int, RandomState instance or None, default=None
        An int gives the same folds at every call. None, or an instance that is used again,
        gives new ones.

    Raises
    ------
    TypeError
        If `n_splits` or `n_repeats` is not an integer.
    ValueError
        If `n_splits` or `n_repeats` is too small.

    See Also
    --------
    sklearn.model_selection.RepeatedStratifiedKFold : Stratifies by `y` instead.
    sklearn.model_selection.StratifiedGroupKFold : Keeps a speaker within one fold, which asks
        about new speakers.

    Notes
    -----
    `groups` is the speaker of each row. Of a speaker's n rows each fold holds n / k, rounded
    down or up, drawn at random; the folds' sizes differ by at most one row. `y` is ignored.

    Folds come repeat by repeat, so that the scores of `cross_val_score` become the table that
    `calibrated_cv_ttest` and `corrected_cv_ttest` take by
    ``scores.reshape(n_repeats, n_splits)``.

    With scikit-learn's metadata routing the splitter asks for `groups` by itself.

    References
    ----------
    .. [1] J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost (2017).
           "Progressive Neural Networks for Transfer Learning in Emotion Recognition",
           Interspeech. arXiv:1706.03256.

    Examples
    --------
    Each test fold has a third of Anna's six utterances and a third of Ben's three.

    >>> import numpy as np
    >>> from skprognet.evaluation import RepeatedSpeakerStratifiedKFold
    >>> speaker = np.array(["Anna"] * 6 + ["Ben"] * 3)
    >>> X = np.zeros((9, 2))
    >>> cv = RepeatedSpeakerStratifiedKFold(n_splits=3, n_repeats=2, random_state=0)
    >>> for train, test in cv.split(X, groups=speaker):
    ...     print(len(train), speaker[test])
    6 ['Anna' 'Anna' 'Ben']
    6 ['Anna' 'Anna' 'Ben']
    6 ['Anna' 'Anna' 'Ben']
    6 ['Anna' 'Anna' 'Ben']
    6 ['Anna' 'Anna' 'Ben']
    6 ['Anna' 'Anna' 'Ben']

    A third set decides when training stops.

    >>> train, validation, test = next(cv.split_with_validation(X, groups=speaker))
    >>> len(train), len(validation), len(test)
    (3, 3, 3)

    In cross-validation, the speakers are the groups.

    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.model_selection import cross_val_score
    >>> y = ["sad", "happy", "sad"] * 3
    >>> scores = cross_val_score(DummyClassifier(), X, y, groups=speaker, cv=cv)
    >>> scores.reshape(2, 3).shape
    (2, 3)
    """

    # Metadata routing reads this: ask for groups unless told otherwise.
    __metadata_request__split = {"groups": True}

    def __init__(self, n_splits=10, *, n_repeats=10, random_state=None):
        check_number("n_splits", n_splits, "integer", low=2)
        check_number("n_repeats", n_repeats, "integer", low=1)
        self.n_splits = n_splits
        self.n_repeats = n_repeats
        self.random_state = random_state

    def get_n_splits(self, X=None, y=None, groups=None):
        """Return the number of splits, n_splits * n_repeats.

        Parameters
        ----------
        X, y, groups : object, default=None
            Ignored.

        Returns
        -------
        n_splits : int
            Over all repeats.
        """
        return self.n_splits * self.n_repeats

    def split(self, X, y=None, groups=None):
        """Yield the rows to train and to test on, one fold testing and all others training.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Only its number of rows counts.
        y : object, default=None
            Ignored.
        groups : array-like of shape (n_samples,), default=None
            Speaker of each row; cannot be None.

        Yields
        ------
        train : ndarray of shape (n_train,)
            Positions of the rows of the other folds, in ascending order.
        test : ndarray of shape (n_test,)
            Positions of the rows of this fold, in ascending order.

        Raises
        ------
        ValueError
            At the first split, if `groups` is None, has missing values or another length than
            `X`, or if a speaker has fewer rows than there are folds.
        """
        for folds in self._deal(X, groups):
            for i, test in enumerate(folds):
                yield _rows_outside(folds, i), test

    def split_with_validation(self, X, y=None, groups=None):
        """Yield the rows to train, to validate and to test on.

        Fold i tests, the next one validates (after the last comes the first), and the other
        k - 2 train. The test sets are those of `split` for the same integer `random_state`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Only its number of rows counts.
        y : object, default=None
            Ignored.
        groups : array-like of shape (n_samples,), default=None
            Speaker of each row; cannot be None.

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
            At the first split, as in `split`, and if `n_splits` is less than 3.
        """
        if self.n_splits < 3:
            raise ValueError(
                "split_with_validation needs n_splits of at least 3, to train, validate and "
                f"test; got n_splits={self.n_splits}. Raise it, or call split."
            )
        for folds in self._deal(X, groups):
            for i, test in enumerate(folds):
                following = (i + 1) % self.n_splits
                yield _rows_outside(folds, i, following), folds[following], test

    def _deal(self, X, groups):
        """Yield, for each repeat, the list of the rows in each fold."""
        speakers = _check_speakers(X, groups, self.n_splits)
        rng = check_random_state(self.random_state)
        for _ in range(self.n_repeats):
            deal = StratifiedKFold(self.n_splits, shuffle=True, random_state=rng)
            yield [fold for _, fold in deal.split(speakers, speakers)]
