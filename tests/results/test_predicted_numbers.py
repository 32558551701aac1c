"""Results from predicted numbers, checked by scipy, scikit-learn and finite differences."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import root_mean_squared_error

from skprognet.metrics import Score, ccc_score
from skprognet.results import (
    agreement_by_method,
    calibration_by_method,
    confusion_by_method,
    expected_calibration_error,
    gaps_between_groups,
    most_disputed,
    recall_by_class,
    recall_scores,
    scores_by_group,
)

N_SPEAKERS, N_ROWS, N_REPEATS = 6, 60, 2
SPEAKER = np.repeat(range(N_SPEAKERS), N_ROWS // N_SPEAKERS)
LABELS = pd.DataFrame({"speaker": SPEAKER, "gender": np.where(SPEAKER % 2, "f", "m")})
METHODS = [("DNN", "none"), ("PT/FT", "gender"), ("ProgNet", "gender")]


@pytest.fixture
def predictions():
    """Give predictions of three methods for 60 rows of six speakers, in two repeats."""
    rng = np.random.default_rng(0)
    truth = rng.normal(3, 1, N_ROWS) + 0.1 * SPEAKER
    parts = []
    for place, (method, source) in enumerate(METHODS):
        speaker_bias = rng.normal(0, 0.3, N_SPEAKERS)[SPEAKER]
        for repeat in range(1, N_REPEATS + 1):
            predicted = 1 + speaker_bias + (0.5 + 0.1 * place) * truth + rng.normal(0, 0.4, N_ROWS)
            frame = pd.DataFrame({"row": range(N_ROWS), "truth": truth, "prediction": predicted})
            names = {"method": method, "source": source, "repeat": repeat, "fold": 1}
            parts.append(frame.assign(**names))
    return pd.concat(parts, ignore_index=True)


def truth_and_prediction(predictions, method, repeat=1):
    rows = predictions[(predictions["method"] == method) & (predictions["repeat"] == repeat)]
    return rows["truth"].to_numpy(), rows["prediction"].to_numpy()


def check_error(message, function, *arguments, **options):
    with pytest.raises(ValueError, match=r"must be|must have") as caught:
        function(*arguments, **options)
    assert message in str(caught.value)


def test_agreement_by_method_equals_that_of_scipy_and_scikit_learn(predictions):
    row = agreement_by_method(predictions).iloc[2]
    repeats = [truth_and_prediction(predictions, "ProgNet", repeat) for repeat in (1, 2)]
    assert row["rmse"] == pytest.approx(np.mean([root_mean_squared_error(*r) for r in repeats]))
    assert row["pearson_r"] == pytest.approx(np.mean([stats.pearsonr(*r)[0] for r in repeats]))
    assert row["ccc_std"] == pytest.approx(np.std([ccc_score(*r) for r in repeats], ddof=1))
    assert row["n_rows"] == N_ROWS


def test_ccc_follows_from_pearson_r_bias_and_spread(predictions):
    predictions = predictions[predictions["repeat"] == 1]
    for _, row in agreement_by_method(predictions).iterrows():
        v, (truth, predicted) = row["spread"], truth_and_prediction(predictions, row["method"])
        u = row["bias"] / np.sqrt(truth.std() * predicted.std())
        assert row["ccc"] == pytest.approx(2 * row["pearson_r"] / (v + 1 / v + u**2))
        assert np.isnan(row["ccc_std"])


def test_a_constant_prediction_has_no_correlation(predictions):
    row = agreement_by_method(predictions.assign(prediction=2.5)).iloc[0]
    assert (row["ccc"], row["spread"]) == (0, 0)
    assert np.isnan(row["pearson_r"])


def test_a_correlation_that_some_repeats_lack_is_unknown(predictions):
    is_first = predictions["repeat"] == predictions["repeat"].min()
    collapsed = predictions["prediction"].where(is_first, 2.5)
    table = agreement_by_method(predictions.assign(prediction=collapsed))
    assert table["pearson_r"].isna().all()
    assert table["ccc"].notna().all()


def test_score_of_a_group_is_the_ccc_of_its_rows(predictions):
    groups = scores_by_group(predictions, LABELS, "gender")
    of_group = predictions[predictions["row"].map(LABELS["gender"]) == "m"]
    scores = [ccc_score(*truth_and_prediction(of_group, "DNN", repeat)) for repeat in (1, 2)]
    (row,) = groups.query("method == 'DNN' and group == 'm'").to_dict("records")
    assert row["score"] == pytest.approx(np.mean(scores))
    assert (row["metric"], row["n_rows"]) == ("ccc", 30)
    assert row["truth_std"] == pytest.approx(np.std(truth_and_prediction(of_group, "DNN")[0]))
    assert "n_classes" not in row


def test_group_with_constant_truth_has_no_ccc_and_no_gap(predictions):
    predictions.loc[predictions["row"] < 10, "truth"] = 2.5
    predictions.loc[predictions["row"] < 10, "prediction"] = 2.5
    groups = scores_by_group(predictions, LABELS, "speaker").set_index(["method", "group"])
    assert groups["score"].isna().groupby("group").all().tolist() == [True] + [False] * 5
    gaps = gaps_between_groups(predictions, LABELS, "speaker")
    assert 0 not in {*gaps["best"], *gaps["worst"], *gaps["higher"], *gaps["lower"]}
    labels = LABELS.assign(first=SPEAKER == 0)
    check_error(
        "two groups in which the truth varies", gaps_between_groups, predictions, labels, "first"
    )


def test_groups_accept_any_score_of_numbers_but_none_of_classes(predictions):
    rmse = Score("rmse", root_mean_squared_error, greater_is_better=False)
    groups = scores_by_group(predictions, LABELS, "gender", scoring=rmse)
    assert set(groups["metric"]) == {"rmse"}
    check_error(
        "a score of numbers", scores_by_group, predictions, LABELS, "gender", scoring="uar"
    )


def test_speakers_are_compared_by_their_influence_on_the_ccc(predictions):
    """The influence of a speaker is the slope of the weighted CCC in the speaker's weight."""
    predictions = predictions[predictions["source"].isin(["none", "gender"])]
    predictions = predictions[predictions["method"] != "PT/FT"]
    row = gaps_between_groups(predictions, LABELS, "gender").iloc[1]
    pseudo_values = {}
    for group in "fm":
        members = (LABELS["gender"] == group).to_numpy()
        speakers, mean_ccc = np.unique(SPEAKER[members]), np.zeros(2)
        slopes = np.zeros((len(speakers), 2))
        for place, method in enumerate(("DNN", "ProgNet")):
            for repeat in (1, 2):
                truth, predicted = (
                    values[members] for values in truth_and_prediction(predictions, method, repeat)
                )
                mean_ccc[place] += ccc_score(truth, predicted) / 2
                for s, speaker in enumerate(speakers):
                    step = 1e-6 * (SPEAKER[members] == speaker)
                    up, down = (
                        ccc_score(truth, predicted, sample_weight=1 + sign * step)
                        for sign in (1, -1)
                    )
                    slopes[s, place] += (up - down) / 2e-6 / 2
        gains = np.diff(slopes)[:, 0]
        pseudo_values[group] = np.diff(mean_ccc) + len(speakers) * gains
    expected = stats.ttest_ind(
        pseudo_values[row["higher"]], pseudo_values[row["lower"]], equal_var=False
    )
    interval = expected.confidence_interval()
    assert row["change"] == pytest.approx(-np.diff(
        [pseudo_values[row[side]].mean() for side in ("higher", "lower")])[0])  # fmt: skip
    assert row["pvalue"] == pytest.approx(expected.pvalue, rel=1e-6)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high), rel=1e-6)
    assert (row["metric"], row["unit"], row["n_units"]) == ("ccc", "speaker", 6)
    assert row["verdict"].startswith("Between groups of gender, the CCC of ProgNet from gender")


def test_gap_is_the_range_of_the_group_scores(predictions):
    gaps = gaps_between_groups(predictions, LABELS, "speaker").set_index("method")
    scores = scores_by_group(predictions, LABELS, "speaker").groupby("method")["score"]
    pd.testing.assert_series_equal(gaps["gap"], scores.agg(np.ptp), check_names=False)
    assert set(gaps["unit"]) == {"row"}


def test_disagreement_is_the_standard_deviation_of_mean_predictions(predictions):
    disputed = most_disputed(predictions, n=None).set_index("row").sort_index()
    means = predictions.groupby(["row", "method"])["prediction"].mean().unstack()
    truth = predictions.groupby("row")["truth"].first()
    assert disputed["disagreement"].to_numpy() == pytest.approx(means.std(axis=1, ddof=0))
    distances = means.sub(truth, axis=0).abs()
    assert disputed["error"].to_numpy() == pytest.approx(distances.mean(axis=1))
    assert disputed["ProgNet from gender"].to_numpy() == pytest.approx(means["ProgNet"])
    is_closer = distances["ProgNet"] < distances["DNN"]
    assert disputed["closer"].str.contains("ProgNet").tolist() == is_closer.tolist()
    assert disputed["farther"].str.contains("ProgNet").tolist() == (~is_closer).tolist()


def test_only_selects_the_rows_that_transfer_brings_closer(predictions):
    closer = most_disputed(predictions, n=None, only="closer")
    assert (closer["closer"] != "").all()
    assert 0 < len(closer) < N_ROWS
    check_error("'closer', 'farther'", most_disputed, predictions, only="wrong to right")


def test_true_ratings_may_be_integers(predictions):
    floats = predictions.assign(truth=predictions["truth"].round())
    integers = floats.astype({"truth": int})
    for function in (agreement_by_method, most_disputed):
        pd.testing.assert_frame_equal(function(integers), function(floats), check_dtype=False)


@pytest.mark.parametrize(
    "function",
    [
        confusion_by_method,
        recall_by_class,
        calibration_by_method,
        expected_calibration_error,
        lambda predictions: recall_scores(predictions, "angry"),
    ],
)
def test_results_for_classes_refuse_numbers(function, predictions):
    check_error("must be of classes; got numbers, such as 3.1", function, predictions)


def test_results_for_numbers_refuse_classes(predictions):
    words = predictions.assign(truth="sad", prediction="sad")
    check_error("must be of numbers; got classes, such as sad", agreement_by_method, words)
    # Whole floats may be class labels, even without probabilities.
    whole_floats = predictions.assign(truth=1.0, prediction=2.0)
    check_error("must be of numbers", agreement_by_method, whole_floats)
    assert confusion_by_method(whole_floats)["recall"].tolist()[:2] == [0.0, 1.0]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_missing_and_infinite_predictions_are_refused(value, predictions):
    predictions.loc[3, "prediction"] = value
    message = f"as 'prediction' in every row; got 1 of 360 rows without one, such as {value}."
    check_error(message, agreement_by_method, predictions)


def test_ccc_of_a_group_with_one_row_in_each_repeat_is_unknown():
    rows = [(1, 0, 1.5), (1, 1, 2.5), (2, 2, 3.5), (2, 3, 4.0)]
    predictions = pd.DataFrame(rows, columns=["repeat", "row", "truth"]).assign(
        method="DNN", source="none", fold=1, prediction=[1.4, 2.6, 3.3, 4.1]
    )
    labels = pd.DataFrame({"gender": ["female", "male"] * 2})
    assert scores_by_group(predictions, labels, "gender")["score"].isna().all()
    with pytest.raises(ValueError, match="at least two groups in which the truth varies"):
        gaps_between_groups(predictions, labels, "gender")
