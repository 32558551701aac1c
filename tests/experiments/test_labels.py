"""Labels that differ only in spelling cause a warning before the first fit."""

import numpy as np
import pandas as pd
import pytest

from skprognet.datasets import load_emodb
from skprognet.experiments import (
    CorporaDesign,
    TasksDesign,
    plan_study,
    train_model,
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
            "speaker": np.repeat(["Ann", "Anne"], 20),
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
    X, labels = emodb.data.drop(index=5), emodb.frame.drop(index=9)
    with pytest.raises(ValueError, match=r"^X and labels must have the same rows; got only 337"):
        plan_study(TasksDesign(), X, labels)
    with pytest.raises(ValueError, match=r"^X and labels must have the same rows; got only 337"):
        train_model(X, labels)
    # A table with a fresh index, 0, 1, 2 and so on, matches by position.
    plan_study(TasksDesign(), X, emodb.frame.drop(index=5).reset_index(drop=True))


@pytest.mark.parametrize("name", ["emotion", "gender", "speaker"])
def test_features_with_the_name_of_a_label_are_refused(name):
    emodb = load_emodb(as_frame=True)
    X = emodb.data.assign(**{name: pd.factorize(emodb.frame[name])[0]})
    message = rf"^X must not have columns of labels that are in use; got '{name}'\. "
    with pytest.raises(ValueError, match=message):
        plan_study(TasksDesign(sources=["gender"]), X, emodb.frame)
    with pytest.raises(ValueError, match=message):
        train_model(X, emodb.frame, method="progressive", sources=["gender"])
    if name != "gender":
        with pytest.raises(ValueError, match=message):
            plan_study(CorporaDesign(), {"a": (X, emodb.frame), "b": (X, emodb.frame)})


@pytest.fixture
def speakers():
    """Give 40 rows of four speakers, with clean labels."""
    frame = load_emodb(as_frame=True)
    rows = frame.frame["speaker"].isin(["03", "08", "09", "10"])
    return frame.data[rows].reset_index(drop=True), frame.frame[rows].reset_index(drop=True)


FEW_FOLDS = {"n_splits": 3, "n_repeats": 1}


def test_a_name_of_a_speaker_in_two_corpora_causes_a_warning_if_it_names_a_class(speakers):
    X, labels = speakers
    labels = labels.assign(corpus=np.where(np.arange(len(labels)) % 2, "a", "b"))
    message = r"same name in several corpora, and each name counts as one person: '03', '08'"
    for options in ({"sources": ["speaker"]}, {"sources": ["gender"], "normalisation": "speaker"}):
        design = TasksDesign(**FEW_FOLDS, **options)
        with pytest.warns(UserWarning, match=message):
            plan_study(design, X, labels)
        plan_study(design, X, labels.assign(speaker=labels["corpus"] + labels["speaker"]))
    plan_study(TasksDesign(sources=["gender"], **FEW_FOLDS), X, labels)


@pytest.mark.parametrize(
    ("one", "other"), [("Ann", "Ann "), ("J\u00f6rg", "Jo\u0308rg"), ("Ann", "ANN")]
)
def test_speakers_that_differ_only_in_how_they_are_written_cause_a_warning(one, other, speakers):
    X, labels = speakers
    labels = labels.assign(speaker=labels["speaker"].replace({"03": one, "08": other}))
    message = (
        f"Some names in 'speaker' differ only in case, in blanks or in the form of a .*{one!r}"
    )
    with pytest.warns(UserWarning, match=message):
        plan_study(TasksDesign(sources=["gender"], **FEW_FOLDS), X, labels)


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
