"""What predictions of numbers tell: checked by scipy, scikit-learn and finite differences."""

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
        own = rng.normal(0, 0.3, N_SPEAKERS)[SPEAKER]
        for repeat in range(1, N_REPEATS + 1):
            predicted = 1 + own + (0.5 + 0.1 * place) * truth + rng.normal(0, 0.4, N_ROWS)
            frame = pd.DataFrame({"row": range(N_ROWS), "truth": truth, "prediction": predicted})
            names = {"method": method, "source": source, "repeat": repeat, "fold": 1}
            parts.append(frame.assign(**names))
    return pd.concat(parts, ignore_index=True)


def of(predictions, method, repeat=1):
    rows = predictions[(predictions["method"] == method) & (predictions["repeat"] == repeat)]
    return rows["truth"].to_numpy(), rows["prediction"].to_numpy()


def refuses(message, function, *arguments, **options):
    with pytest.raises(ValueError, match=r"must be|must have") as caught:
        function(*arguments, **options)
    assert message in str(caught.value)


def test_agreement_is_that_of_scipy_and_scikit_learn(predictions):
    row = agreement_by_method(predictions).iloc[2]
    repeats = [of(predictions, "ProgNet", repeat) for repeat in (1, 2)]
    assert row["rmse"] == pytest.approx(np.mean([root_mean_squared_error(*r) for r in repeats]))
    assert row["pearson_r"] == pytest.approx(np.mean([stats.pearsonr(*r)[0] for r in repeats]))
    assert row["ccc_std"] == pytest.approx(np.std([ccc_score(*r) for r in repeats], ddof=1))
    assert row["n_rows"] == N_ROWS


def test_the_ccc_is_r_bias_and_spread_as_the_equation_says(predictions):
    predictions = predictions[predictions["repeat"] == 1]
    for _, row in agreement_by_method(predictions).iterrows():
        v, (truth, predicted) = row["spread"], of(predictions, row["method"])
        u = row["bias"] / np.sqrt(truth.std() * predicted.std())
        assert row["ccc"] == pytest.approx(2 * row["pearson_r"] / (v + 1 / v + u**2))
        assert np.isnan(row["ccc_std"])


def test_a_constant_prediction_has_no_correlation(predictions):
    row = agreement_by_method(predictions.assign(prediction=2.5)).iloc[0]
    assert (row["ccc"], row["spread"]) == (0, 0)
    assert np.isnan(row["pearson_r"])


def test_groups_are_scored_by_the_ccc_of_their_rows(predictions):
    groups = scores_by_group(predictions, LABELS, "gender")
    own = predictions[predictions["row"].map(LABELS["gender"]) == "m"]
    scores = [ccc_score(*of(own, "DNN", repeat)) for repeat in (1, 2)]
    (row,) = groups.query("method == 'DNN' and group == 'm'").to_dict("records")
    assert row["score"] == pytest.approx(np.mean(scores))
    assert (row["metric"], row["n_rows"]) == ("ccc", 30)
    assert row["truth_std"] == pytest.approx(np.std(of(own, "DNN")[0]))
    assert "n_classes" not in row


def test_a_group_whose_truth_does_not_vary_has_no_ccc_and_no_gap(predictions):
    predictions.loc[predictions["row"] < 10, "truth"] = 2.5
    predictions.loc[predictions["row"] < 10, "prediction"] = 2.5
    groups = scores_by_group(predictions, LABELS, "speaker").set_index(["method", "group"])
    assert groups["score"].isna().groupby("group").all().tolist() == [True] + [False] * 5
    gaps = gaps_between_groups(predictions, LABELS, "speaker")
    assert 0 not in {*gaps["best"], *gaps["worst"], *gaps["higher"], *gaps["lower"]}
    labels = LABELS.assign(first=SPEAKER == 0)
    refuses(
        "two groups in which the truth varies", gaps_between_groups, predictions, labels, "first"
    )


def test_any_score_of_numbers_scores_groups_and_those_of_classes_are_refused(predictions):
    rmse = Score("rmse", root_mean_squared_error, greater_is_better=False)
    groups = scores_by_group(predictions, LABELS, "gender", scoring=rmse)
    assert set(groups["metric"]) == {"rmse"}
    refuses("a score of numbers", scores_by_group, predictions, LABELS, "gender", scoring="uar")


def test_speakers_are_compared_by_what_they_add_to_the_ccc(predictions):
    """The influence of a speaker is the slope of the weighted CCC in the speaker's weight."""
    predictions = predictions[predictions["source"].isin(["none", "gender"])]
    predictions = predictions[predictions["method"] != "PT/FT"]
    found = gaps_between_groups(predictions, LABELS, "gender").iloc[1]
    pseudo_values = {}
    for group in "fm":
        members = (LABELS["gender"] == group).to_numpy()
        speakers, change = np.unique(SPEAKER[members]), np.zeros(2)
        slopes = np.zeros((len(speakers), 2))
        for place, method in enumerate(("DNN", "ProgNet")):
            for repeat in (1, 2):
                truth, predicted = (each[members] for each in of(predictions, method, repeat))
                change[place] += ccc_score(truth, predicted) / 2
                for s, speaker in enumerate(speakers):
                    step = 1e-6 * (SPEAKER[members] == speaker)
                    up, down = (
                        ccc_score(truth, predicted, sample_weight=1 + sign * step)
                        for sign in (1, -1)
                    )
                    slopes[s, place] += (up - down) / 2e-6 / 2
        gains = np.diff(slopes)[:, 0]
        pseudo_values[group] = np.diff(change) + len(speakers) * gains
    expected = stats.ttest_ind(
        pseudo_values[found["higher"]], pseudo_values[found["lower"]], equal_var=False
    )
    interval = expected.confidence_interval()
    assert found["change"] == pytest.approx(-np.diff(
        [pseudo_values[found[side]].mean() for side in ("higher", "lower")])[0])  # fmt: skip
    assert found["pvalue"] == pytest.approx(expected.pvalue, rel=1e-6)
    assert (found["low"], found["high"]) == pytest.approx((interval.low, interval.high), rel=1e-6)
    assert (found["metric"], found["unit"], found["n_units"]) == ("ccc", "speaker", 6)
    assert found["verdict"].startswith("Between groups of gender, the CCC of ProgNet from gender")


def test_the_gap_is_that_of_the_group_scores(predictions):
    gaps = gaps_between_groups(predictions, LABELS, "speaker").set_index("method")
    scores = scores_by_group(predictions, LABELS, "speaker").groupby("method")["score"]
    pd.testing.assert_series_equal(gaps["gap"], scores.agg(np.ptp), check_names=False)
    assert set(gaps["unit"]) == {"row"}


def test_disagreement_is_the_standard_deviation_of_the_means_over_the_repeats(predictions):
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


def test_rows_are_chosen_by_what_transfer_changes_about_numbers(predictions):
    closer = most_disputed(predictions, n=None, only="closer")
    assert (closer["closer"] != "").all()
    assert 0 < len(closer) < N_ROWS
    refuses("'closer', 'farther'", most_disputed, predictions, only="wrong to right")


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
def test_what_is_about_classes_refuses_numbers(function, predictions):
    refuses("must be of classes; got numbers, such as the true 3.1", function, predictions)


def test_what_is_about_numbers_refuses_classes(predictions):
    words = predictions.assign(truth="sad", prediction="sad")
    refuses("must be of numbers; got classes, such as the true sad", agreement_by_method, words)
    # Labels may be floats, and a classifier may have no probabilities.
    whole = predictions.assign(truth=1.0, prediction=2.0)
    refuses("must be of numbers", agreement_by_method, whole)
    assert confusion_by_method(whole)["recall"].tolist()[:2] == [0.0, 1.0]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_missing_or_endless_are_refused(value, predictions):
    predictions.loc[3, "prediction"] = value
    message = f"as 'prediction' in every row; got 1 of 360 rows without, first {value}."
    refuses(message, agreement_by_method, predictions)
