"""Fingerprints of rows equal those of pandas, since saved models recognise their rows by them."""

import numpy as np
import pandas as pd
import pytest

from skprognet._fingerprints import fingerprints


@pytest.mark.parametrize(
    "shape", [(0, 3), (1, 1), (7, 1), (1023, 3), (1024, 2), (2500, 5), (9, 900)]
)
@pytest.mark.parametrize("order", ["C", "F"])
def test_fingerprints_equal_hashes_of_pandas(shape, order):
    X = np.asarray(np.random.default_rng(0).normal(size=shape), order=order)
    X[:: max(1, shape[0] // 3), 0] = 0.0 if shape[0] else X[:, 0]
    expected = pd.util.hash_pandas_object(pd.DataFrame(X.astype(np.float32)), index=False)
    actual = fingerprints(X)
    assert actual.dtype == np.uint64
    np.testing.assert_array_equal(actual, expected.to_numpy())


def test_fingerprints_of_special_values_lists_and_integers_equal_pandas():
    X = np.array([[np.inf, -0.0], [1e300, 0.0], [np.nan, 1.0], [3.0, 2.0]])
    with np.errstate(over="ignore"):
        expected = pd.DataFrame(X.astype(np.float32) + 0)  # pandas 2 tells 0 and -0 apart
    expected = pd.util.hash_pandas_object(expected, index=False).to_numpy()
    np.testing.assert_array_equal(fingerprints(X), expected)
    np.testing.assert_array_equal(fingerprints(X.tolist()), expected)
    integers = np.array([[3, 2], [0, 1]])
    np.testing.assert_array_equal(fingerprints(integers)[0], expected[3])


def test_zero_and_negative_zero_have_the_same_fingerprint():
    zeros = np.array([[0.0, 1.0], [-0.0, 1.0]])
    assert len(set(fingerprints(zeros).tolist())) == 1
