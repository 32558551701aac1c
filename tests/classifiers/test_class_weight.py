"""Weights of rows and of classes, against products by hand."""

import numpy as np
import pytest

from skprognet.classifiers._class_weight import weigh_recalls, weigh_rows

Y = np.array(["a", "a", "a", "b"])


@pytest.mark.parametrize(
    ("class_weight", "sample_weight", "expected"),
    [
        (None, None, None),
        (None, [1, 2, 3, 4], [1, 2, 3, 4]),
        ({"a": 2, "b": 5}, None, [2, 2, 2, 5]),
        ({"a": 2, "b": 5}, [1, 2, 3, 4], [2, 4, 6, 20]),
        ("balanced", [3, 0, 3, 1], [2, 0, 2, 2]),  # 4 rows / 2 classes / 3 or 1 of the class
    ],
)
def test_a_row_weighs_what_it_and_its_class_weigh(class_weight, sample_weight, expected):
    weight = None if sample_weight is None else np.array(sample_weight, dtype=float)
    weighed = weigh_rows(class_weight, weight, Y)
    assert weighed is None if expected is None else weighed.tolist() == pytest.approx(expected)


def test_recalls_count_by_the_weights_that_were_named():
    classes = np.array(["a", "b"])
    assert weigh_recalls({"a": 2, "b": 5}, classes).tolist() == [2, 5]
    assert weigh_recalls("balanced", classes) is None
    assert weigh_recalls(None, classes) is None
