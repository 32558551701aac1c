"""Labels that differ only in spelling cause a warning before the first fit."""

import numpy as np
import pandas as pd
import pytest

from skprognet.datasets import load_emodb
from skprognet.experiments import (
    TasksDesign,
    plan_study,
    transfer_between_corpora,
    transfer_between_tasks,
)

# So many folds that the run stops before training.
TOO_MANY = {"n_splits": 99, "n_repeats": 1, "n_jobs": 1}


@pytest.fixture
def table(rng):
    labels = pd.DataFrame(
        {
            "emotion": np.tile(["angry", "anger", "sad", "Sad"], 10),
            "speaker": np.repeat(["Ann", "ann"], 20),
            "gender": np.repeat(["female", "male"], 20),
        }
    )
    return pd.DataFrame(rng.normal(size=(40, 3)), columns=list("abc")), labels


def test_study_between_tasks_warns_of_labels_that_are_nearly_the_same(table):
    X, labels = table
    with (
        pytest.warns(
            UserWarning, match="of 'emotion' are nearly the same: 'angry' and 'anger', 's"
        ),
        pytest.raises(ValueError, match="99"),
    ):
        transfer_between_tasks(X, labels, sources="gender", **TOO_MANY)


def test_study_warns_of_labels_that_differ_in_the_encoding_of_an_accent(table):
    X, labels = table
    labels["emotion"] = ["w\u00fctend", "wu\u0308tend", "sad", "happy"] * 10
    message = "of 'emotion' are nearly the same: 'w\u00fctend' and 'wu\u0308tend'. "
    with pytest.warns(UserWarning, match=message), pytest.raises(ValueError, match="99"):
        transfer_between_tasks(X, labels, sources="gender", **TOO_MANY)


def test_study_between_corpora_warns_of_labels_that_are_nearly_the_same(table):
    X, labels = table
    with (
        pytest.warns(
            UserWarning, match="of 'emotion' are nearly the same: 'angry' and 'anger', 's"
        ),
        pytest.raises(ValueError, match="99"),
    ):
        transfer_between_corpora({"a": table, "b": (X + 1, labels)}, **TOO_MANY)


def test_labels_with_rows_missing_or_in_another_order_are_refused():
    emodb = load_emodb(as_frame=True)
    shuffled = emodb.frame.sample(frac=1, random_state=0)
    message = "The rows of X and labels must be in the same order; got the same index in another"
    with pytest.raises(ValueError, match=message):
        plan_study(TasksDesign(), emodb.data, shuffled)
    with pytest.raises(ValueError, match=r"^labels must have a row for each of the 339 rows"):
        plan_study(TasksDesign(), emodb.data, emodb.frame[:-1])


def test_labels_with_two_columns_of_one_name_are_refused(table):
    X, labels = table
    message = r"^The columns of labels must have different names; got 'gender' twice\. "
    with pytest.raises(ValueError, match=message):
        plan_study(TasksDesign(), X, pd.concat([labels, labels[["gender"]]], axis=1))


def test_speakers_in_a_column_of_another_name_may_have_similar_names(table):
    X, labels = table
    labels = labels.rename(columns={"speaker": "agent"})
    labels["emotion"] = np.resize(["angry", "sad"], 40)
    design = TasksDesign(speaker="agent", sources=["gender"], n_splits=3, n_repeats=1)
    assert plan_study(design, X, labels).n_fits == 12
