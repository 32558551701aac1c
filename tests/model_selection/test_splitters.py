"""Folds stratified by speaker: sizes, seeds, inputs, scikit-learn and errors."""

import copy
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet.model_selection import (
    LeaveOneSessionOut,
    RepeatedSpeakerStratifiedKFold,
    RepeatedStratifiedGroupKFold,
)

SPEAKER = np.repeat(["Anna", "Ben", "Cleo"], [23, 10, 14])
X = np.zeros((47, 2))


def exactly(sentence):
    return f"^{re.escape(sentence)}$"


def same_splits(splits, other_splits):
    splits, other_splits = list(splits), list(other_splits)
    return len(splits) == len(other_splits) and all(
        np.array_equal(rows, other_rows)
        for parts, other_parts in zip(splits, other_splits, strict=True)
        for rows, other_rows in zip(parts, other_parts, strict=True)
    )


@given(
    counts=st.lists(st.integers(5, 30), min_size=1, max_size=6),
    n_splits=st.integers(2, 5),
    n_repeats=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_speaker_is_in_every_fold_in_proportion(counts, n_splits, n_repeats, seed):
    speaker = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    cv = RepeatedSpeakerStratifiedKFold(n_splits, n_repeats=n_repeats, random_state=seed)
    splits = list(cv.split(speaker, groups=speaker))
    assert len(splits) == cv.get_n_splits() == n_splits * n_repeats
    for start in range(0, len(splits), n_splits):
        tests = [test for _, test in splits[start : start + n_splits]]
        np.testing.assert_array_equal(np.sort(np.concatenate(tests)), np.arange(len(speaker)))
        sizes = [len(test) for test in tests]
        assert max(sizes) - min(sizes) <= 1
        shares = np.array([np.bincount(speaker[test], minlength=len(counts)) for test in tests])
        assert (abs(shares - np.array(counts) / n_splits) < 1).all()
        assert (shares >= 1).all()
    for train, test in splits:
        np.testing.assert_array_equal(train, np.setdiff1d(np.arange(len(speaker)), test))


def test_default_splits_are_80_10_10_percent_in_ten_repeats():
    speaker = np.repeat(np.arange(10), 100)
    cv = RepeatedSpeakerStratifiedKFold(random_state=0)
    splits = list(cv.split_with_validation(speaker, groups=speaker))
    assert len(splits) == 100
    assert {tuple(map(len, parts)) for parts in splits} == {(800, 100, 100)}


def test_validation_set_is_the_next_test_fold_of_split():
    cv = RepeatedSpeakerStratifiedKFold(4, n_repeats=3, random_state=1)
    tests = [test for _, test in cv.split(X, groups=SPEAKER)]
    for i, (train, validation, test) in enumerate(cv.split_with_validation(X, None, SPEAKER)):
        repeat, fold = divmod(i, 4)
        np.testing.assert_array_equal(test, tests[i])
        np.testing.assert_array_equal(validation, tests[4 * repeat + (fold + 1) % 4])
        np.testing.assert_array_equal(
            train, np.setdiff1d(np.arange(47), np.concatenate([validation, test]))
        )


def test_each_repeat_has_different_folds():
    cv = RepeatedSpeakerStratifiedKFold(5, n_repeats=3, random_state=0)
    tests = [test.tolist() for _, test in cv.split(X, groups=SPEAKER)]
    assert len({tuple(test) for test in tests}) == 15


def test_random_state_works_as_in_scikit_learn():
    def splits(random_state):
        cv = RepeatedSpeakerStratifiedKFold(5, n_repeats=2, random_state=random_state)
        return list(cv.split(X, groups=SPEAKER))

    rng = np.random.RandomState(7)
    first, second = splits(rng), splits(rng)
    assert same_splits(splits(7), splits(7))
    assert same_splits(splits(7), first)
    assert not same_splits(first, second)
    assert not same_splits(splits(7), splits(8))
    assert not same_splits(splits(None), splits(None))


def test_split_does_not_change_the_global_random_state():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    list(RepeatedSpeakerStratifiedKFold(random_state=0).split(X, groups=SPEAKER))
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize(
    "groups",
    [
        SPEAKER.tolist(),
        SPEAKER.astype(object),
        pd.Series(SPEAKER, index=np.arange(47)[::-1]),
        pd.Series(SPEAKER, dtype="category"),
        np.unique(SPEAKER, return_inverse=True)[1],
        np.unique(SPEAKER, return_inverse=True)[1] + 0.5,
    ],
    ids=["list", "objects", "Series", "categories", "integers", "floats"],
)
def test_splits_do_not_depend_on_the_type_of_the_speakers(groups):
    cv = RepeatedSpeakerStratifiedKFold(5, n_repeats=2, random_state=0)
    assert same_splits(cv.split(X, groups=groups), cv.split(X, groups=SPEAKER))


def test_speakers_of_two_kinds_are_refused():
    # If a table is read in parts, a speaker may be 3 in one part and "3" in another.
    groups = np.array(["Anna"] * 23 + [2] * 24, dtype=object)
    with pytest.raises(ValueError, match="groups must hold labels of one kind; got 'Anna' and 2"):
        next(RepeatedSpeakerStratifiedKFold(5).split(X, groups=groups))


@pytest.mark.parametrize("rows", [X.tolist(), pd.DataFrame(X), csr_array(X)])
def test_splits_do_not_depend_on_the_type_of_x(rows):
    cv = RepeatedSpeakerStratifiedKFold(5, n_repeats=2, random_state=0)
    assert same_splits(cv.split(rows, groups=SPEAKER), cv.split(X, groups=SPEAKER))


class RememberRows(DummyClassifier):
    def fit(self, X, y):
        self.rows_ = X[:, 0]
        return super().fit(X, y)

    def score(self, X, y):
        return X[:, 0].sum()


def test_cross_val_score_has_the_folds_repeat_by_repeat():
    rows = np.arange(47.0)[:, None]
    y = np.arange(47) % 2
    cv = RepeatedSpeakerStratifiedKFold(5, n_repeats=3, random_state=0)
    scores = cross_val_score(RememberRows(), rows, y, groups=SPEAKER, cv=cv)
    assert scores.reshape(3, 5).sum(axis=1).tolist() == [rows.sum()] * 3
    expected = [test.sum() for _, test in cv.split(rows, y, SPEAKER)]
    assert scores.tolist() == expected


def test_groups_are_routed_without_a_request():
    y = np.arange(47) % 2
    cv = RepeatedSpeakerStratifiedKFold(5, n_repeats=2, random_state=0)
    model = make_pipeline(StandardScaler(), DummyClassifier())
    unrouted = cross_val_score(model, X, y, groups=SPEAKER, cv=cv)
    with config_context(enable_metadata_routing=True):
        assert cv.get_metadata_routing().split.requests == {"groups": True}
        routed = cross_val_score(model, X, y, params={"groups": SPEAKER}, cv=cv)
        search = GridSearchCV(model, {"dummyclassifier__constant": [0, 1]}, cv=cv)
        search.fit(X, y, groups=SPEAKER)
        assert search.n_splits_ == 10
        cv.set_split_request(groups="speaker")
        aliased = cross_val_score(model, X, y, params={"speaker": SPEAKER}, cv=cv)
    assert unrouted.tolist() == routed.tolist() == aliased.tolist()


def test_splitter_has_a_repr_and_can_be_copied():
    cv = RepeatedSpeakerStratifiedKFold(5, n_repeats=2, random_state=0)
    assert repr(cv) == "RepeatedSpeakerStratifiedKFold(n_repeats=2, n_splits=5, random_state=0)"
    assert same_splits(copy.deepcopy(cv).split(X, groups=SPEAKER), cv.split(X, groups=SPEAKER))


@pytest.mark.parametrize("method", ["split", "split_with_validation"])
@pytest.mark.parametrize(
    ("groups", "sentence"),
    [
        (
            None,
            "groups must name the speaker of each row; got None. Pass them as groups=... to split "
            "or to cross_val_score.",
        ),
        (
            SPEAKER[:-1],
            "groups must have one label for each row, shape (47,); got shape (46,).",
        ),
        (
            pd.DataFrame({"speaker": SPEAKER}),
            "groups must have one label for each row, shape (47,); got shape (47, 1).",
        ),
        (
            np.where(np.arange(47) < 45, 1.0, np.nan),
            "groups must have a label for every row; 2 of 47 are missing, the first in row 45 "
            "(from 0). Drop those rows or fill in their labels.",
        ),
        (
            np.repeat(["Anna", "Ben", "Cleo"], [40, 3, 4]),
            "Each speaker must have at least n_splits=5 rows, one for each fold; got 2 with "
            "fewer: Ben (3), Cleo (4). Drop these speakers or lower n_splits.",
        ),
        (
            np.arange(47),
            "Each speaker must have at least n_splits=5 rows, one for each fold; got 47 with "
            "fewer: 0 (1), 1 (1), 2 (1), 3 (1), 4 (1), 5 (1), 6 (1), 7 (1), 8 (1), 9 (1), .... "
            "Drop these speakers or lower n_splits.",
        ),
    ],
    ids=["None", "length", "frame", "NaN", "few rows", "row numbers"],
)
def test_invalid_groups_are_refused(method, groups, sentence):
    splits = getattr(RepeatedSpeakerStratifiedKFold(5), method)(X, None, groups)
    with pytest.raises(ValueError, match=exactly(sentence)):
        next(splits)


def test_split_with_validation_refuses_two_folds():
    cv = RepeatedSpeakerStratifiedKFold(2)
    sentence = (
        "There must be at least 3 folds to train, validate and test; got 2. Make more folds, or "
        "call split."
    )
    with pytest.raises(ValueError, match=exactly(sentence)):
        next(cv.split_with_validation(X, groups=SPEAKER))
    assert len(list(cv.split(X, groups=SPEAKER))) == 20


@pytest.mark.parametrize(
    "splitter", [RepeatedSpeakerStratifiedKFold, RepeatedStratifiedGroupKFold]
)
@pytest.mark.parametrize(
    ("params", "error", "sentence"),
    [
        ({"n_splits": 1}, ValueError, "n_splits must satisfy 2 <= n_splits; got 1."),
        ({"n_splits": 2.5}, TypeError, "n_splits must be an integer; got 2.5."),
        ({"n_repeats": 0}, ValueError, "n_repeats must satisfy 1 <= n_repeats; got 0."),
    ],
)
def test_invalid_parameters_are_refused(splitter, params, error, sentence):
    with pytest.raises(error, match=exactly(sentence)):
        splitter(**params)


def test_sessions_need_no_labels_but_groups():
    cv, X, session = LeaveOneSessionOut(), np.zeros((6, 1)), np.repeat([1, 2, 3], 2)
    splits = list(cv.split(X, groups=session))
    assert len(splits) == len(list(cv.split_with_validation(X, groups=session))) == 3
    with pytest.raises(ValueError, match=r"^groups must name the session of each row; got None"):
        cv.get_n_splits()
    with pytest.raises(ValueError, match=r"^groups must have a label for every row"):
        cv.get_n_splits(groups=["a", None])
