"""Tests that fit refuses wrong arguments in one sentence, before any training."""

import re

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GroupKFold, PredefinedSplit, StratifiedKFold

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.metrics import uar_score


class Splits:
    """A splitter that yields the splits given to it."""

    def __init__(self, *splits):
        self.splits = splits

    def split(self, X, y=None, groups=None):
        return iter(self.splits)


ROWS = np.arange(150)
WAYS_OUT = " Pass X_val and y_val, or set early_stopping=False."
MONITOR = "monitor must be 'uar', 'loss', a Score, or a scorer of scikit-learn or its name; got "
SEED = "random_state must be None, an integer or a numpy RandomState; got "
PARAMETERS = [
    (
        {"random_state": np.random.default_rng(0)},
        TypeError,
        SEED + "Generator. Let it draw an integer: int(generator.integers(2**32)).",
    ),
    ({"random_state": "0"}, TypeError, SEED + "'0'."),
    (
        {"random_state": -1},
        ValueError,
        "random_state must satisfy 0 <= random_state <= 4294967295; got -1.",
    ),
    ({"early_stopping": "no"}, TypeError, "early_stopping must be True or False; got 'no'."),
    ({"warm_start": "no"}, TypeError, "warm_start must be True or False; got 'no'."),
    ({"verbose": "no"}, TypeError, "verbose must be an integer; got 'no'."),
    (
        {"validation_fraction": "0.1"},
        TypeError,
        "validation_fraction must be a number or a splitter; got '0.1'. Pass a share of the rows, "
        "such as 0.1.",
    ),
    (
        {"validation_fraction": StratifiedKFold},
        TypeError,
        "validation_fraction must be a number or a splitter; got the class StratifiedKFold. Pass "
        "an instance of it, StratifiedKFold().",
    ),
    (
        {"validation_fraction": PredefinedSplit([-1] * 150)},
        ValueError,
        "validation_fraction must split rows into training and validation rows; got no split of "
        "150 rows from PredefinedSplit." + WAYS_OUT,
    ),
    (
        {"validation_fraction": Splits((ROWS, ROWS[:0]))},
        ValueError,
        "validation_fraction must give training and validation rows, with none in both; got 150 "
        "and 0 "
        "from Splits, with 0 in both." + WAYS_OUT,
    ),
    (
        {"validation_fraction": Splits((ROWS, ROWS[:9]))},
        ValueError,
        "validation_fraction must give training and validation rows, with none in both; got 150 "
        "and 9 "
        "from Splits, with 9 in both." + WAYS_OUT,
    ),
    (
        {"validation_fraction": Splits((ROWS[:50], ROWS[50:90], ROWS[90:]))},
        ValueError,
        "validation_fraction must give pairs of training and validation rows; got no pair from "
        "Splits." + WAYS_OUT,
    ),
    (
        {"validation_fraction": Splits((ROWS[:99], ROWS[99:] + 1))},
        ValueError,
        "validation_fraction must give row numbers below 150 or a mask of that length; got from "
        "Splits: index 150 is out of bounds for axis 0 with size 150. Check the splitter.",
    ),
    ({"monitor": "Accuracy"}, ValueError, MONITOR + "'Accuracy'. Did you mean 'accuracy'?"),
    ({"monitor": None}, TypeError, MONITOR + "None. Pass one of these."),
    ({"monitor": ["score"]}, TypeError, MONITOR + "['score']. Pass one of these."),
    *[
        (
            {"monitor": metric},
            TypeError,
            "monitor must be callable as scorer(estimator, X, y); got the function "
            f"{metric.__name__}. Turn a metric into a scorer: make_scorer({metric.__name__}).",
        )
        for metric in (accuracy_score, uar_score)
    ],
    (
        {"class_weight": "Balanced"},
        ValueError,
        "class_weight must be None, 'balanced' or a dict with the weight of each class; got "
        "'Balanced'. Pass one of these.",
    ),
    ({"class_weight": {"sad": "2"}}, TypeError, "class_weight['sad'] must be a number; got '2'."),
    (
        {"optimizer": torch.optim.Optimizer},
        ValueError,
        f"optimizer must be one of 'adam', 'sgd'; got {torch.optim.Optimizer!r}.",
    ),
]


@pytest.mark.parametrize(
    ("params", "error", "message"),
    PARAMETERS,
    # An id must not contain an address: parallel processes have to agree on the ids.
    ids=lambda value: str(value).partition(" at 0x")[0][:40],
)
@pytest.mark.parametrize("cls", [DNNClassifier, FineTunedClassifier, ProgressiveClassifier])
def test_fit_refuses_a_wrong_parameter_before_training(cls, params, error, message, problem):
    X, y, _ = problem
    clf = cls(**params)
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        clf.fit(X, y)
    assert not hasattr(clf, "net_")


def test_fit_refuses_the_meta_device(problem):
    X, y, _ = problem
    with pytest.raises(ValueError, match=r"^device must be one on which torch can compute on"):
        DNNClassifier(device="meta").fit(X, y)


def test_splitters_may_give_masks_and_may_need_groups(problem, small):
    X, y, _ = problem
    held_out = ROWS % 5 == 0
    by_mask = DNNClassifier(**small, validation_fraction=Splits((~held_out, held_out))).fit(X, y)
    row_numbers = Splits((np.flatnonzero(~held_out), np.flatnonzero(held_out)))
    by_number = DNNClassifier(**small, validation_fraction=row_numbers).fit(X, y)
    np.testing.assert_array_equal(by_mask.predict_proba(X), by_number.predict_proba(X))
    by_group = DNNClassifier(**small, validation_fraction=GroupKFold(5))
    by_group.fit(X, y, groups=ROWS % 7)
    with pytest.raises(ValueError, match="groups"):
        by_group.fit(X, y)


def test_one_group_trains_however_large_the_fraction(problem, small, seen_rows, split_of):
    X, y, _ = problem
    clf = DNNClassifier(**small, validation_fraction=0.9, callbacks=[seen_rows()])
    train, held_out = split_of(clf.fit(X, y, groups=ROWS % 2), X)
    assert len(train) == len(held_out) == 75


# Weights and groups


@pytest.mark.parametrize(
    ("weight", "got"), [("balanced", "'balanced'"), (["1"] * 150, "'1'"), (2.0, "2.0")]
)
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_sample_weight_must_have_one_number_for_each_row(problem, small, weight, got, method):
    X, y, _ = problem
    sentence = f"sample_weight must have one number for each row, shape (150,); got {got}."
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        getattr(DNNClassifier(**small), method)(X, y, sample_weight=weight)


def test_groups_must_have_one_label_for_each_row(problem, small):
    X, y, _ = problem
    sentence = "groups must have one label for each row, shape (150,); got 'speaker'."
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        DNNClassifier(**small).fit(X, y, groups="speaker")


@pytest.mark.parametrize("rows", ["val", "test"])
def test_error_names_the_validation_or_test_rows_with_other_features(problem, small, rows):
    X, y, _ = problem
    scored_rows = {f"X_{rows}": X[:, :4], f"y_{rows}": y}
    sentence = f"^X_{rows} must have rows like those of X. X has 4 features, but"
    with pytest.raises(ValueError, match=sentence):
        DNNClassifier(**small).fit(X, y, **scored_rows)


@pytest.mark.parametrize("source_y", [{}, pd.DataFrame(index=ROWS)])
def test_source_labels_may_have_no_columns_if_all_sources_are_fitted(
    problem, source, small, source_y
):
    X, y, _ = problem
    with_labels = ProgressiveClassifier(source, **small).fit(X, y, source_y=source_y)
    without = ProgressiveClassifier(source, **small).fit(X, y)
    np.testing.assert_array_equal(with_labels.predict_proba(X), without.predict_proba(X))


# Labels


def with_a_number(labels, as_list):
    """Return the labels with a number in place of the last text."""
    labels = [*labels[:-1], 7]
    return labels if as_list else np.array(labels, dtype=object)


@pytest.mark.parametrize("as_list", [True, False])
@pytest.mark.parametrize("name", ["y", "y_val", "y_test", "groups", "source_y"])
def test_labels_of_two_kinds_are_refused(problem, small, name, as_list):
    X, y, source_y = problem
    arguments = {
        "y": y,
        "X_val": X,
        "y_val": y,
        "X_test": X,
        "y_test": y,
        "groups": y,
        "source_y": source_y,
    }
    arguments[name] = with_a_number(arguments[name].tolist(), as_list)
    clf = ProgressiveClassifier(DNNClassifier(**small), **small)
    with pytest.raises(ValueError, match=f"^{name} must hold labels of one kind; got ") as raised:
        clf.fit(X, **arguments)
    assert str(raised.value).endswith(". Make them all text or all numbers.")
    assert "7" in str(raised.value)


@pytest.mark.parametrize("classes", [["a", 1], np.array(["a", 1], dtype=object)])
def test_classes_of_two_kinds_are_refused(problem, small, classes):
    X, y, _ = problem
    with pytest.raises(ValueError, match=r"^classes must hold labels of one kind; got 'a' and 1"):
        DNNClassifier(**small).partial_fit(X, y, classes=classes)


@pytest.mark.parametrize("classes", ["angry", 3, {"angry": 1}, []])
def test_classes_must_be_a_list(problem, small, classes):
    X, y, _ = problem
    sentence = f"classes must be a list of labels; got {classes!r}. Pass all labels "
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        DNNClassifier(**small).partial_fit(X, y, classes=classes)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
@pytest.mark.parametrize("container", [list, pd.Series, lambda y: np.array(y, dtype=object)])
def test_missing_labels_are_refused(problem, small, missing, container):
    X, y, _ = problem
    y = [*y[:-2], missing, y[-1]]
    sentence = (
        "y must have a label for every row; 1 of 150 are missing, the first in row 148 (from 0). "
        "Drop those rows or fill in their labels."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        DNNClassifier(**small).fit(X, container(y))


def test_text_is_not_confused_with_the_number_that_it_spells(problem, small):
    X, y, _ = problem
    codes = np.unique(y, return_inverse=True)[1]
    for training_labels, validation_labels in [
        (codes, codes.astype(str)),
        (codes.astype(str).astype(object), codes),
    ]:
        with pytest.raises(ValueError, match=r"^y_val must only have labels seen in training"):
            DNNClassifier(**small).fit(X, training_labels, X_val=X, y_val=validation_labels)


def test_text_that_is_not_utf8_is_an_ordinary_label(problem, small):
    X, _, y = problem
    y = [label.replace("f", "\udcff") for label in y]
    assert set(DNNClassifier(**small).fit(X, y).predict(X)) <= {"\udcff", "m"}


def test_a_table_of_labels_without_rows_is_refused(problem, small):
    X, _, _ = problem
    with pytest.raises(ValueError, match="0 sample"):
        DNNClassifier(**small).fit(X[:0], np.empty((0, 2), dtype=int))


def test_message_names_only_a_few_of_many_unknown_labels(problem, small):
    X, y, _ = problem
    with pytest.raises(ValueError, match=r"got \['0', '1', '10', '100', '101' and 145 more\]\."):
        DNNClassifier(**small).fit(X, y, X_test=X, y_test=ROWS.astype(str))


@pytest.mark.parametrize(
    ("y_true", "y_pred"), [(["a", 1], ["a", "a"]), (["a", "b"], np.array(["a", 1], dtype=object))]
)
def test_metrics_refuse_labels_of_two_kinds(y_true, y_pred):
    with pytest.raises(ValueError, match=r"^y_(true|pred) must hold labels of one kind; got 'a'"):
        uar_score(y_true, y_pred)


@pytest.mark.parametrize("value", [None, [(ROWS[:100], ROWS[100:])]])
def test_validation_fraction_must_be_a_number_or_a_splitter(value):
    with pytest.raises(TypeError, match="a number or a splitter; got ") as caught:
        DNNClassifier(validation_fraction=value).fit(ROWS[:, None], ROWS % 2)
    assert len(str(caught.value)) < 200
