"""Splitters for new speakers: no shared groups, balanced classes, and errors."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, cross_val_score

from skprognet.datasets import load_emodb
from skprognet.model_selection import LeaveOneSessionOut, RepeatedStratifiedGroupKFold


def exactly(sentence):
    return f"^{re.escape(sentence)}$"


@pytest.fixture(scope="module")
def emodb():
    return load_emodb()


@settings(max_examples=60)  # each example makes and checks six to ten splits
@given(n_groups=st.integers(3, 9), n_splits=st.integers(3, 5), seed=st.integers(0, 2**31))
def test_sets_share_no_group_and_each_row_is_tested_once_per_repeat(n_groups, n_splits, seed):
    n_groups = max(n_groups, n_splits)
    groups = np.random.default_rng(seed).permutation(np.repeat(np.arange(n_groups), 6))
    y = np.empty(len(groups), dtype=int)
    for group in range(n_groups):  # every group has every class
        y[groups == group] = [0, 1, 2, 0, 1, 2]
    cv = RepeatedStratifiedGroupKFold(n_splits, n_repeats=2, random_state=seed)
    with_validation = list(cv.split_with_validation(y, y, groups))
    assert len(with_validation) == cv.get_n_splits() == 2 * n_splits
    for parts in with_validation:
        np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(len(y)))
        for part, other_part in itertools.combinations(parts, 2):
            assert not set(groups[part]) & set(groups[other_part])
    for repeat in range(2):
        tests = [
            test for _, _, test in with_validation[repeat * n_splits : (repeat + 1) * n_splits]
        ]
        np.testing.assert_array_equal(np.sort(np.concatenate(tests)), np.arange(len(y)))
        groups_in_fold = [len(set(groups[test])) for test in tests]
        assert max(groups_in_fold) - min(groups_in_fold) <= 1
    without_validation = list(cv.split(y, y, groups))
    for (train, test), (inner, validation, tested) in zip(
        without_validation, with_validation, strict=True
    ):
        np.testing.assert_array_equal(test, tested)
        np.testing.assert_array_equal(train, np.sort(np.r_[inner, validation]))


def test_numbers_are_balanced_as_their_quintiles():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(20), 10)
    y = np.repeat(rng.normal(size=20), 10) + rng.normal(size=200)
    cv = RepeatedStratifiedGroupKFold(4, n_repeats=3, random_state=0)
    quintiles = np.digitize(y, np.quantile(y, [0.2, 0.4, 0.6, 0.8]))
    assert np.bincount(quintiles).tolist() == [40] * 5
    of_numbers, of_quintiles = (list(cv.split(y, target, groups)) for target in (y, quintiles))
    for split_of_numbers, split_of_quintiles in zip(of_numbers, of_quintiles, strict=True):
        np.testing.assert_array_equal(split_of_numbers[1], split_of_quintiles[1])


@pytest.mark.parametrize(
    "cv", [RepeatedStratifiedGroupKFold(3, random_state=0), LeaveOneSessionOut()]
)
def test_range_of_numbers_may_occur_in_a_single_group(cv):
    groups = np.repeat(["Anna", "Ben", "Cleo"], 4)
    y = np.linspace(1, 5.5, 12)  # as classes, these values would be refused
    assert len(list(cv.split_with_validation(y, y, groups))) == cv.get_n_splits(y, y, groups)


def test_almost_constant_numbers_can_be_split():
    groups = np.repeat(np.arange(6), 2)
    y = np.r_[np.full(11, 2.5), 3.5]
    cv = RepeatedStratifiedGroupKFold(3, n_repeats=1, random_state=0)
    assert len(list(cv.split(y, y, groups))) == 3


def test_repeats_have_different_folds_and_a_seed_reproduces_them(emodb):
    def partitions(seed):
        cv = RepeatedStratifiedGroupKFold(5, n_repeats=4, random_state=seed)
        tests = [
            frozenset(emodb.speaker[t])
            for _, t in cv.split(emodb.data, emodb.target, emodb.speaker)
        ]
        return [frozenset(tests[i : i + 5]) for i in range(0, 20, 5)]

    assert len(set(partitions(0))) == 4
    assert partitions(0) == partitions(0)
    assert partitions(0) != partitions(1)


def test_classes_are_balanced_better_than_in_random_folds(emodb):
    def unevenness(tests):
        _, codes = np.unique(emodb.target, return_inverse=True)
        counts = np.array([np.bincount(codes[test], minlength=4) for test in tests])
        share = np.bincount(codes) / 5
        return ((counts - share) ** 2 / share).sum()

    cv = RepeatedStratifiedGroupKFold(5, n_repeats=10, random_state=0)
    tests = [test for _, test in cv.split(emodb.data, emodb.target, emodb.speaker)]
    unevenness_of_splitter = [unevenness(tests[i : i + 5]) for i in range(0, 50, 5)]
    rng = np.random.default_rng(0)
    speakers = np.unique(emodb.speaker)
    unevenness_at_random = []
    for _ in range(200):
        pairs = rng.permutation(speakers).reshape(5, 2)
        unevenness_at_random.append(unevenness([np.isin(emodb.speaker, pair) for pair in pairs]))
    assert max(unevenness_of_splitter) < np.quantile(unevenness_at_random, 0.1)


def test_folds_that_leave_every_class_to_train_on_are_preferred():
    # Only groups 0 and 1 have class 1, so all orders of the folds are equally uneven. A fold
    # tests while the next one validates, so these two groups must not follow each other.
    groups = np.repeat([0, 1, 2, 3], 6)
    y = np.where(groups < 2, np.arange(24) % 2, 0)
    cv = RepeatedStratifiedGroupKFold(4, n_repeats=20, random_state=0)
    test_groups = np.reshape([groups[test[0]] for _, test in cv.split(y, y, groups)], (20, 4))
    for order in test_groups.tolist():
        assert abs(order.index(0) - order.index(1)) == 2


def test_two_folds_both_have_every_class_if_an_assignment_allows_it():
    # The most even assignment, Anna and Ben against Cleo and Dora, has "rare" in one fold only.
    groups = np.repeat(["Anna", "Ben", "Cleo", "Dora"], [100, 50, 80, 70])
    y = np.full(300, "common")
    y[[0, 100]] = "rare"
    cv = RepeatedStratifiedGroupKFold(2, n_repeats=3, random_state=0)
    for train, _ in cv.split(y, y, groups):
        assert set(y[train]) == {"common", "rare"}


def test_sessions_are_tested_in_sorted_order_and_the_next_one_validates():
    session = np.array(["s2", "s10", "s1", "s2", "s1", "s10"])
    y = np.array(["a", "a", "a", "b", "b", "b"])
    with_validation = list(LeaveOneSessionOut().split_with_validation(y, y, session))
    assert [[list(session[rows][:1]) for rows in parts] for parts in with_validation] == [
        [["s2"], ["s10"], ["s1"]],
        [["s1"], ["s2"], ["s10"]],
        [["s10"], ["s1"], ["s2"]],
    ]
    expected = list(LeaveOneGroupOut().split(y, y, session))
    splits = list(LeaveOneSessionOut().split(y, y, session))
    assert LeaveOneSessionOut().get_n_splits(groups=session) == len(splits) == 3
    for (train, test), (expected_train, expected_test) in zip(splits, expected, strict=True):
        np.testing.assert_array_equal(train, expected_train)
        np.testing.assert_array_equal(test, expected_test)


@pytest.mark.parametrize(
    "cv",
    [RepeatedStratifiedGroupKFold(3, n_repeats=2, random_state=0), LeaveOneSessionOut()],
    ids=["groups", "sessions"],
)
def test_splitters_work_in_scikit_learn(cv, emodb):
    X, y, groups = emodb.data, emodb.target, emodb.speaker
    scores = cross_val_score(DummyClassifier(), X, y, groups=groups, cv=cv)
    assert len(scores) == cv.get_n_splits(X, y, groups)
    search = GridSearchCV(DummyClassifier(), {"strategy": ["prior", "stratified"]}, cv=cv)
    assert search.fit(X, y, groups=groups).n_splits_ == len(scores)
    with config_context(enable_metadata_routing=True):
        routed = cross_val_score(DummyClassifier(), X, y, params={"groups": groups}, cv=cv)
    np.testing.assert_array_equal(routed, scores)


GROUPS = np.repeat(["Anna", "Ben", "Cleo"], 4)
LABELS = np.array(["sad", "happy"] * 6)


@pytest.mark.parametrize(
    ("cv", "y", "groups", "sentence"),
    [
        (
            RepeatedStratifiedGroupKFold(4),
            LABELS,
            GROUPS,
            "There must be at least n_splits=4 speakers, one for each fold; got 3: Anna, Ben, "
            "Cleo. Lower n_splits.",
        ),
        (
            RepeatedStratifiedGroupKFold(3),
            np.where(GROUPS == "Anna", "sad", "happy"),
            GROUPS,
            "Every class must be in the training rows of every split; got none of class 'sad' (4 "
            "rows) in repeat 1, fold {fold}. Drop it, or use fewer folds.",
        ),
        (
            RepeatedStratifiedGroupKFold(3),
            None,
            GROUPS,
            "y must hold the class or the number of each row, which the folds balance; got None. "
            "Pass it to split or to cross_val_score.",
        ),
        (
            LeaveOneSessionOut(),
            np.where(GROUPS == "Anna", "sad", "happy"),
            GROUPS,
            "Every class must be in the training rows of every split; got none of class 'sad' (4 "
            "rows) in fold 1. Drop it, or use fewer folds.",
        ),
        (
            LeaveOneSessionOut(),
            LABELS,
            np.repeat("one", 12),
            "There must be at least 2 sessions, one to test on; got only one. Pass another column "
            "as groups.",
        ),
        (
            LeaveOneSessionOut(),
            LABELS,
            None,
            "groups must name the session of each row; got None. Pass them as groups=... to split "
            "or to cross_val_score.",
        ),
    ],
)
def test_impossible_splits_are_refused(cv, y, groups, sentence):
    with pytest.raises(ValueError, match="must") as raised:
        list(cv.split(np.zeros((12, 1)), y, groups))
    fold = re.search(r"fold (\d)", str(raised.value))
    assert str(raised.value) == sentence.format(fold=fold and fold[1])


def test_split_with_validation_refuses_two_sessions():
    sentence = (
        "There must be at least 3 folds to train, validate and test; got 2. Make more folds, or "
        "call split."
    )
    with pytest.raises(ValueError, match=exactly(sentence)):
        list(LeaveOneSessionOut().split_with_validation(LABELS, LABELS, np.repeat([1, 2], 6)))
