"""Jensen-Shannon divergence of predicted probabilities from soft labels."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon

from skprognet.metrics import jensen_shannon_divergence


@pytest.fixture
def probabilities():
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet([1, 1, 1], (2, 20))
    p[:3], q[2:5] = [1, 0, 0], [0, 0.5, 0.5]
    return p, q


def test_divergence_is_the_square_of_scipys_distance(probabilities):
    p, q = probabilities
    expected = jensenshannon(p, q, base=2, axis=1) ** 2
    assert jensen_shannon_divergence(p, q) == pytest.approx(expected.mean(), abs=1e-12)
    weight = np.arange(20)
    weighted = np.average(expected, weights=weight)
    actual = jensen_shannon_divergence(p, q, sample_weight=weight)
    assert actual == pytest.approx(weighted, abs=1e-12)
    assert jensen_shannon_divergence(q, p) == pytest.approx(expected.mean(), abs=1e-12)
    assert jensen_shannon_divergence(p, p) == 0
    assert jensen_shannon_divergence(np.eye(2), 1 - np.eye(2)) == 1


def test_divergence_matches_columns_by_name(probabilities):
    p, q = probabilities
    sorted_p = pd.DataFrame(p, columns=list("abc"))
    expected = jensen_shannon_divergence(p, q)
    for y_proba in (q, pd.DataFrame(q, columns=list("abc"))[["b", "c", "a"]]):
        assert jensen_shannon_divergence(sorted_p[["c", "a", "b"]], y_proba) == expected
    with pytest.raises(ValueError, match=r"got columns \['a', 'b', 'c'\] and \['a', 'b', 'z'\]\."):
        jensen_shannon_divergence(sorted_p, pd.DataFrame(q, columns=list("abz")))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda q: q * 2, r"^Each row of y_proba must hold probabilities that sum to 1, .* row 0"),
        (lambda q: q + np.eye(3)[0] - np.eye(3)[1], r"none of them negative; row 0 has \["),
        (lambda q: q[:5], r"same rows and classes; got shapes \(20, 3\) and \(5, 3\)\.$"),
        (lambda q: q * np.nan, "NaN"),
    ],
)
def test_divergence_refuses_arrays_that_are_no_probabilities(change, message, probabilities):
    p, q = probabilities
    with pytest.raises(ValueError, match=message):
        jensen_shannon_divergence(p, change(q))


def test_sums_may_be_off_by_1e_4_and_weights_must_be_positive(probabilities):
    p, q = probabilities
    jensen_shannon_divergence(p, q * (1 + 5e-5))
    with pytest.raises(ValueError, match="sum to 1"):
        jensen_shannon_divergence(p, q * (1 + 2e-4))
    for weight in (np.zeros(20), -np.ones(20)):
        with pytest.raises(ValueError, match="sample_weight"):
            jensen_shannon_divergence(p, q, sample_weight=weight)


def test_columns_may_have_names_of_any_one_type():
    truth = pd.DataFrame([[1.0, 0.0], [1.0, 0.0]], columns=[True, False])
    predicted = pd.DataFrame([[0.0, 1.0], [1.0, 0.0]], columns=[True, False])
    assert jensen_shannon_divergence(truth, predicted) == 0.5
    mixed = pd.DataFrame([[1.0, 0.0]], columns=["angry", 1])
    with pytest.raises(ValueError, match=r"^The columns of y_true must hold labels of one kind"):
        jensen_shannon_divergence(mixed, mixed)


def test_tables_of_polars_are_read_by_name():
    polars = pytest.importorskip("polars")
    truth = polars.DataFrame({"b": [1.0, 0.0], "a": [0.0, 1.0]})
    assert jensen_shannon_divergence(truth, pd.DataFrame({"a": [0.0, 1.0], "b": [1.0, 0.0]})) == 0
