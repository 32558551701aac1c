"""The concordance correlation coefficient (CCC): values, properties and errors."""

import warnings

import audmetric
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import cross_val_score

from skprognet.metrics import ccc_score, ccc_scorer, get_score

RATINGS = st.floats(-5, 5).map(lambda number: round(number, 3))
PAIRS = arrays(float, st.tuples(st.just(2), st.integers(2, 30)), elements=RATINGS)


def test_ccc_agrees_with_a_value_computed_by_hand():
    # means 2 and 3, variances 2/3 and 8/3, covariance 4/3: 2 * 4/3 / (2/3 + 8/3 + 1) = 8/13
    assert ccc_score([1, 2, 3], [1, 3, 5]) == pytest.approx(8 / 13, rel=1e-15)


@pytest.mark.parametrize("seed", range(5))
def test_ccc_equals_audmetric(seed):
    rng = np.random.default_rng(seed)
    truth = rng.normal(3, 1, 200)
    predicted = rng.uniform(-1, 1) * truth + rng.normal(1, 0.5, 200)
    expected = audmetric.concordance_cc(truth, predicted)
    assert ccc_score(truth, predicted) == pytest.approx(expected, rel=0, abs=1e-12)


@settings(max_examples=30)
@given(PAIRS)
def test_ccc_is_symmetric_bounded_and_independent_of_the_unit(pair):
    truth, predicted = pair
    assume(np.ptp(truth) > 0.01 and np.ptp(predicted) > 0.01)
    score = ccc_score(truth, predicted)
    assert -1 - 1e-12 <= score <= 1 + 1e-12
    assert score == pytest.approx(ccc_score(predicted, truth), abs=1e-12)
    assert score == pytest.approx(ccc_score(7 - 3 * truth, 7 - 3 * predicted), abs=1e-9)
    assert score == pytest.approx(audmetric.concordance_cc(truth, predicted), abs=1e-12)
    correlation = np.corrcoef(truth, predicted)[0, 1]
    assert abs(score) <= abs(correlation) + 1e-9


@settings(max_examples=30)
@given(PAIRS, st.data())
def test_an_integer_weight_counts_as_repeated_rows(pair, data):
    counts = data.draw(arrays(int, pair.shape[1], elements=st.integers(0, 3)))
    truth, predicted = np.repeat(pair, counts, axis=1)
    assume(len(truth) > 1 and np.ptp(truth) > 0.01)
    weighted = ccc_score(*pair, sample_weight=counts)
    assert weighted == pytest.approx(ccc_score(truth, predicted), abs=1e-9)


def test_columns_of_tables_are_matched_by_name():
    truth = pd.DataFrame({"arousal": [1.0, 2.0, 4.0], "valence": [3.0, 1.0, 2.0]})
    assert ccc_score(truth, truth[["valence", "arousal"]]) == 1
    with pytest.raises(ValueError, match="y_pred must have the columns of y_true, "):
        ccc_score(truth, truth.rename(columns={"valence": "power"}))


def test_several_outputs_are_averaged():
    rng = np.random.default_rng(0)
    truth, predicted = rng.normal(size=(2, 30, 3))
    expected = [audmetric.concordance_cc(truth[:, k], predicted[:, k]) for k in range(3)]
    np.testing.assert_allclose(
        ccc_score(truth, predicted, multioutput="raw_values"), expected, rtol=0, atol=1e-12
    )
    assert ccc_score(truth, predicted) == pytest.approx(np.mean(expected), abs=1e-12)


@pytest.mark.parametrize("constant", [0.1, 1e9, -3])
def test_a_constant_scores_0(constant):
    assert ccc_score([1, 2, 4], [constant] * 3) == 0
    assert ccc_score([constant] * 3, [1, 2, 4]) == 0
    assert ccc_score([constant] * 3, [constant + 1] * 3) == 0


@pytest.mark.parametrize("power", [-1000, -700, 500, 1015])
def test_tiny_and_huge_units_do_not_change_the_score(power):
    rng = np.random.default_rng(0)
    truth, predicted = rng.normal(size=(2, 30, 2))
    unit = 2.0 ** np.array([power, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ccc_score(truth * unit, predicted * unit) == ccc_score(truth, predicted)


def test_equal_constants_score_nan_with_a_warning():
    with pytest.warns(UserWarning, match=r"same constant: it is NaN"):
        assert np.isnan(ccc_score([0.1] * 3, [0.1] * 3))
    with pytest.warns(UserWarning, match=r"same constant"):
        # Rows of weight 0 do not count.
        assert np.isnan(ccc_score([1, 1, 2], [1, 1, 5], sample_weight=[1, 1, 0]))


@pytest.mark.parametrize(
    ("truth", "predicted", "options", "message"),
    [
        ([1, 2], [1, 2, 3], {}, r"the same number of rows and outputs; got \(2, 1\) and \(3, 1\)"),
        ([[1, 2]], [1, 2], {}, r"got \(1, 2\) and \(2, 1\)"),
        ([1, np.nan], [1, 2], {}, r"^y_true must hold finite numbers"),
        (["a", "b"], [1, 2], {}, r"^y_true must hold finite numbers"),
        ([], [], {}, r"^y_true must hold finite numbers"),
        ([1, 2], [1, 2], {"sample_weight": [1, -1]}, r"^sample_weight must not be negative"),
        (
            [1, 2],
            [1, 2],
            {"sample_weight": [0, 0]},
            r"must not be all zero; give at least one row a weight",
        ),
        ([1, 2], [1, 2], {"multioutput": "mean"}, r"^multioutput must be one of"),
    ],
)
def test_wrong_input_gives_an_error(truth, predicted, options, message):
    with pytest.raises(ValueError, match=message):
        ccc_score(truth, predicted, **options)


def test_scorer_and_score_agree():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), rng.normal(size=40)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = cross_val_score(LinearRegression(), X, y, cv=2, scoring=ccc_scorer)
    model = LinearRegression().fit(X[20:], y[20:])
    assert scores[0] == ccc_score(y[:20], model.predict(X[:20]))
    assert get_score("ccc")(y[:20], model.predict(X[:20])) == scores[0]
