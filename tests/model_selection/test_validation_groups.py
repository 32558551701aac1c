"""`validation_groups` returns the speakers that training and validation rows must not share."""

import re

import numpy as np
import pandas as pd
import pytest

from skprognet.model_selection import validation_groups


@pytest.fixture
def labels():
    columns = {"y": "ababa", "speaker": "kkllm", "y2": "aaaab", "gap": ["k", "k", "l", "l", None]}
    return pd.DataFrame({name: list(values) * 8 for name, values in columns.items()})


def test_groups_are_the_speakers_if_each_class_has_several_speakers(labels):
    for validation in (None, "speaker-independent"):
        groups = validation_groups(labels, "y", validation=validation)
        pd.testing.assert_series_equal(groups, labels["speaker"])
    assert validation_groups(labels, "y", validation="stratified") is None


def test_categories_without_rows_do_not_count_as_classes(labels):
    labels["y"] = labels["y"].astype(pd.CategoricalDtype(["a", "b", "c"]))
    pd.testing.assert_series_equal(validation_groups(labels, "y"), labels["speaker"])


@pytest.mark.parametrize(
    ("target", "speaker", "reason"),
    [
        ("y", "gap", "8 of 40 rows without a speaker"),
        ("y2", "speaker", "only one for 'b' of 'y2'"),
        ("speaker", "speaker", "only one for 'k' of 'speaker'"),
        ("y", "who", "no such column"),
    ],
)
def test_groups_are_none_or_an_error_if_speakers_cannot_be_kept_apart(
    labels, target, speaker, reason
):
    assert validation_groups(labels, target, speaker=speaker) is None
    message = f"for validation with other speakers; got {reason}. Name another column as speaker"
    with pytest.raises(ValueError, match=re.escape(message)):
        validation_groups(labels, target, speaker=speaker, validation="speaker-independent")


def test_unknown_target_is_refused(labels):
    with pytest.raises(ValueError, match=r"^target must be a column of labels, .*; got 'emotion'"):
        validation_groups(labels, "emotion")


def test_invalid_validation_is_refused(labels):
    with pytest.raises(ValueError, match="validation must be one of 'speaker-independent', 'str"):
        validation_groups(labels, "y", validation="random")


def test_numbers_need_only_two_speakers():
    labels = pd.DataFrame({"y": np.arange(40) + 0.5, "speaker": list("kl") * 20})
    pd.testing.assert_series_equal(validation_groups(labels, "y"), labels["speaker"])
    labels["speaker"] = "k"
    assert validation_groups(labels, "y") is None
    message = r"must have at least two speakers for validation with other speakers; got only one"
    with pytest.raises(ValueError, match=message):
        validation_groups(labels, "y", validation="speaker-independent")
