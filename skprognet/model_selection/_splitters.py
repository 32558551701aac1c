"""Cross-validation splitters for speakers and sessions."""

import numpy as np
from sklearn.model_selection import StratifiedKFold
from sklearn.utils import check_random_state

from skprognet._checks import check_number
from skprognet.model_selection._assignment import assign_groups
from skprognet.model_selection._folds import (
    FoldSplitter,
    check_groups,
    name_some,
)
from skprognet.model_selection._strata import check_trainable, strata_of


class _RepeatedKFold(FoldSplitter):
    """Base of the splitters that divide the rows into folds several times."""

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


class RepeatedSpeakerStratifiedKFold(_RepeatedKFold):
    """Repeated k-fold in which every speaker is in every fold, in proportion.

    This is our reading of Gideon et al. [1]_, section 3: ten folds stratified by speaker, of which
    eight train, one decides when to stop and one tests, repeated ten times with new folds. The
    scores show how well a model does on new utterances of speakers that it knows.

    Parameters
    ----------
    n_splits : int, default=10
        Number of folds k, at least 2, and at least 3 for `split_with_validation`.
    n_repeats : int, default=10
        How often the rows are divided into new folds, at least 1.
    random_state : int, RandomState instance or None, default=None
        An int gives the same folds at every call. None, or an instance that is used again,
        gives new folds.

    Raises
    ------
    TypeError
        If `n_splits` or `n_repeats` is not an integer.
    ValueError
        If `n_splits` or `n_repeats` is too small.

    See Also
    --------
    RepeatedStratifiedGroupKFold : Keeps each speaker within one fold, to test on new speakers.
    sklearn.model_selection.RepeatedStratifiedKFold : Stratifies by `y` instead.

    Notes
    -----
    `groups` is the speaker of each row. Each fold has n / k of a speaker's n rows, rounded down or
    up and drawn at random. The sizes of the folds differ by at most one row. `y` is ignored.

    The folds are in the order of the repeats. So ``scores.reshape(n_repeats, n_splits)`` turns the
    scores of `cross_val_score` into the table for `calibrated_cv_ttest` and `corrected_cv_ttest`.

    With scikit-learn's metadata routing, the splitter requests `groups` by default.

    References
    ----------
    .. [1] J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost (2017).
           "Progressive Neural Networks for Transfer Learning in Emotion Recognition",
           Interspeech. arXiv:1706.03256.

    Examples
    --------
    Each test fold has a third of Anna's six utterances and a third of Ben's three.

    >>> import numpy as np
    >>> from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
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

    A third set of rows decides when training stops.

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

    def _make_folds(self, X, y, groups):
        codes, speakers = check_groups(X, groups, "speaker")
        counts = np.bincount(codes)
        short = np.flatnonzero(counts < self.n_splits)
        if short.size:
            raise ValueError(
                f"Each speaker must have at least n_splits={self.n_splits} rows, one for each "
                f"fold; got {short.size} with fewer: "
                f"{name_some([f'{speakers[i]} ({counts[i]})' for i in short])}. Drop these "
                "speakers or lower n_splits."
            )
        rng = check_random_state(self.random_state)
        for _ in range(self.n_repeats):
            by_speaker = StratifiedKFold(self.n_splits, shuffle=True, random_state=rng)
            yield [fold for _, fold in by_speaker.split(codes, codes)]


class RepeatedStratifiedGroupKFold(_RepeatedKFold):
    """Repeated k-fold in which no speaker is in two folds.

    The scores show how well a model does on new speakers. Each repeat assigns whole groups to
    folds at random, but so that the classes (or numbers) in `y` are spread evenly. The three sets
    of `split_with_validation` share no group.

    Parameters
    ----------
    n_splits : int, default=10
        Number of folds k, at least 2, and at least 3 for `split_with_validation`; at most the
        number of groups.
    n_repeats : int, default=10
        How often the groups are assigned to new folds, at least 1.
    random_state : int, RandomState instance or None, default=None
        An int gives the same folds at every call. None, or an instance that is used again,
        gives new folds.

    Raises
    ------
    TypeError
        If `n_splits` or `n_repeats` is not an integer.
    ValueError
        If `n_splits` or `n_repeats` is too small.

    See Also
    --------
    RepeatedSpeakerStratifiedKFold : Puts every speaker in every fold, as in the paper.
    LeaveOneSessionOut : Makes a fold for each group.
    sklearn.model_selection.StratifiedGroupKFold : Has neither repeats nor validation rows.

    Notes
    -----
    For each repeat, 100 random assignments are drawn, in which the numbers of groups of two folds
    differ by at most one. Assignments that leave each class in the training rows are preferred.
    Among these, the one with the smallest chi-square of the folds' class counts against equal
    counts is used.

    If `y` holds numbers that are not all whole, such as ratings, they are divided into five bins
    with about the same number of rows (the edges are the quintiles), or into fewer bins if many
    numbers are equal. Unlike a class, a bin need not be in every training set.

    scikit-learn's ``StratifiedGroupKFold(shuffle=True)`` is not suitable for repeats. It places
    groups in the order of their class imbalance. So if no two groups have the same imbalance,
    every seed gives the same folds (on the ten speakers of EmoDB, 20 seeds gave a single
    partition).

    With as many groups as folds, each group is a fold, whatever the seed. A repeat then changes
    only which group validates when another one tests. With scikit-learn's metadata routing, the
    splitter requests `groups` by default.

    Examples
    --------
    >>> import numpy as np
    >>> from skprognet.model_selection import RepeatedStratifiedGroupKFold
    >>> speaker = np.repeat(["Anna", "Ben", "Cleo", "Dora"], 4)
    >>> y = ["sad", "happy"] * 8
    >>> cv = RepeatedStratifiedGroupKFold(n_splits=4, n_repeats=1, random_state=0)
    >>> for train, validation, test in cv.split_with_validation(y, y, groups=speaker):
    ...     print(np.unique(speaker[train]), np.unique(speaker[validation]), speaker[test][0])
    ['Anna' 'Ben'] ['Cleo'] Dora
    ['Ben' 'Dora'] ['Anna'] Cleo
    ['Cleo' 'Dora'] ['Ben'] Anna
    ['Anna' 'Cleo'] ['Dora'] Ben
    """

    def _make_folds(self, X, y, groups):
        codes, names = check_groups(X, groups, "speaker")
        strata = strata_of(X, y)
        if len(names) < self.n_splits:
            raise ValueError(
                f"There must be at least n_splits={self.n_splits} speakers, one for each fold; "
                f"got {len(names)}: {name_some(names)}. Lower n_splits."
            )
        counts = np.zeros((len(names), strata.max() + 1))
        np.add.at(counts, (codes, strata), 1)
        rng = check_random_state(self.random_state)
        for _ in range(self.n_repeats):
            fold_of_row = assign_groups(counts, self.n_splits, rng)[codes]
            yield [np.flatnonzero(fold_of_row == fold) for fold in range(self.n_splits)]

    def _check_training(self, y, train, repeat, fold):
        check_trainable(y, train, f"repeat {repeat + 1}, fold {fold + 1}")


class LeaveOneSessionOut(FoldSplitter):
    """Leave-one-session-out: each session, or each value of any other column, tests once.

    If each session of a corpus has different speakers, as in IEMOCAP, the scores show how well a
    model does on new speakers in a new session.

    See Also
    --------
    RepeatedStratifiedGroupKFold : Puts several groups in a fold, and has repeats.
    sklearn.model_selection.LeaveOneGroupOut : The same without validation rows.

    Notes
    -----
    `groups` is the session of each row. The sessions test in sorted order. In
    `split_with_validation`, the next session validates (the first, after the last), and the others
    train. This is one repeat with as many folds as sessions. Compare such scores with
    `corrected_cv_ttest`, not with `calibrated_cv_ttest`.

    With scikit-learn's metadata routing, the splitter requests `groups` by default.

    Examples
    --------
    >>> import numpy as np
    >>> from skprognet.model_selection import LeaveOneSessionOut
    >>> session = np.repeat([1, 2, 3, 4, 5], 2)
    >>> y = ["sad", "happy"] * 5
    >>> for train, validation, test in LeaveOneSessionOut().split_with_validation(y, y, session):
    ...     print(np.unique(session[train]), session[validation][0], session[test][0])
    [3 4 5] 2 1
    [1 4 5] 3 2
    [1 2 5] 4 3
    [1 2 3] 5 4
    [2 3 4] 1 5
    """

    def get_n_splits(self, X=None, y=None, groups=None):
        """Return the number of splits, which is the number of sessions.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), default=None
            Ignored.
        y : array-like of shape (n_samples,), default=None
            Ignored.
        groups : array-like of shape (n_samples,), default=None
            Session of each row; cannot be None.

        Returns
        -------
        n_splits : int
            The number of different groups.

        Raises
        ------
        ValueError
            If `groups` is None or has missing values.
        """
        _, sessions = check_groups([] if groups is None else groups, groups, "session")
        return len(sessions)

    def _make_folds(self, X, y, groups):
        codes, sessions = check_groups(X, groups, "session")
        if len(sessions) < 2:
            raise ValueError(
                f"There must be at least 2 sessions, one to test on; got only "
                f"{name_some(sessions)}. Pass another column as groups."
            )
        yield [np.flatnonzero(codes == session) for session in np.argsort(sessions)]

    def _check_training(self, y, train, repeat, fold):
        if y is not None:
            check_trainable(y, train, f"fold {fold + 1}")
