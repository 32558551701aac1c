"""The gap between groups, and a test of its change that counts speakers as independent."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from skprognet.results import gaps_between_groups, scores_by_group


@pytest.fixture
def gaps(monkeypatch):
    """Give the benchmark that invents predictions."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    import gaps

    return gaps


def balance_speakers(predictions, labels):
    """Return predictions in which each speaker has equally many rows of each class."""
    truth = np.arange(24) % 4
    assert (labels["speaker"].to_numpy().reshape(-1, 24) == np.arange(10)[:, None]).all()
    right = predictions["truth"] == predictions["prediction"]
    truth = truth[predictions["row"] % 24]
    return predictions.assign(truth=truth, prediction=np.where(right, truth, (truth + 1) % 4))


def test_gap_is_the_range_of_the_group_scores(gaps):
    predictions, labels = gaps.invented(0.3, np.random.default_rng(1))
    table = gaps_between_groups(predictions, labels, "gender")
    scores = scores_by_group(predictions, labels, "gender").set_index(["method", "group"])["score"]
    for place, method in enumerate(("DNN", "ProgNet")):
        row = table.iloc[place]
        assert row["best_score"] == pytest.approx(scores[method, row["best"]])
        assert row["gap"] == pytest.approx(np.ptp(scores[method]))
    plain_gap, transfer_gap = table["gap"]
    assert table["against_difference"][1] == pytest.approx(plain_gap)
    assert table["difference"][1] == pytest.approx(transfer_gap)
    assert table["change"][1] == pytest.approx(transfer_gap - plain_gap)
    assert (table["unit"][1], table["n_units"][1]) == ("speaker", 10)


def test_balanced_speakers_are_compared_by_welchs_test_of_their_gains(gaps):
    predictions, labels = gaps.invented(0.3, np.random.default_rng(1))
    predictions = balance_speakers(predictions, labels)
    row = gaps_between_groups(predictions, labels, "gender").iloc[1]
    scores = scores_by_group(predictions, labels, "speaker").pivot(
        index="group", columns="method", values="score"
    )
    gains = (scores["ProgNet"] - scores["DNN"]).to_numpy()
    expected = stats.ttest_ind(gains[1::2], gains[::2], equal_var=False)  # odd speakers are ahead
    interval = expected.confidence_interval()
    assert row["change"] == pytest.approx(gains[1::2].mean() - gains[::2].mean())
    assert row["pvalue"] == pytest.approx(expected.pvalue)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))


def test_speakers_in_both_groups_are_compared_by_a_paired_test(gaps):
    predictions, labels = gaps.invented(0.1, np.random.default_rng(2))
    predictions = balance_speakers(predictions, labels)
    labels["session"] = np.arange(240) % 24 < 12
    row = gaps_between_groups(predictions, labels, "session").iloc[1]
    assert (row["unit"], row["n_units"]) == ("speaker", 10)
    by_speaker = []
    for speaker in range(10):
        of_speaker = predictions[
            predictions["row"].isin(labels.index[labels["speaker"] == speaker])
        ]
        scores = scores_by_group(of_speaker, labels, "session").pivot(
            index="group", columns="method", values="score"
        )
        gain = scores["ProgNet"] - scores["DNN"]
        by_speaker.append(gain[row["best"]] - gain[row["worst"]])
    assert row["pvalue"] == pytest.approx(stats.ttest_1samp(by_speaker, 0).pvalue)


def test_rows_are_the_units_if_the_groups_are_speakers(gaps):
    predictions, labels = gaps.invented(0.0, np.random.default_rng(2))
    by_default = gaps_between_groups(predictions, labels, "speaker").iloc[1]
    assert (by_default["unit"], by_default["n_units"]) == ("row", 48)
    by_speaker = gaps_between_groups(predictions, labels, "speaker", unit="speaker").iloc[1]
    pd.testing.assert_series_equal(by_speaker, by_default)


def test_group_of_a_single_speaker_is_not_tested(gaps):
    predictions, labels = gaps.invented(0.0, np.random.default_rng(2))
    table = gaps_between_groups(predictions, labels.assign(third=labels["speaker"] == 3), "third")
    assert table["pvalue"].isna().all()
    assert table["verdict"][1].endswith(
        "This change cannot be tested: a group has a single speaker, or all speakers change by "
        "the same amount."
    )


def test_equal_methods_have_no_change(gaps):
    predictions, labels = gaps.invented(0.0, np.random.default_rng(2))
    plain = predictions[predictions["source"] == "none"]
    equal_methods = pd.concat([plain, plain.assign(method="ProgNet", source="speaker")])
    row = gaps_between_groups(equal_methods, labels, "gender").iloc[1]
    assert (row["change"], row["pvalue"]) == (0, 1)
    assert row["verdict"].endswith(
        "a change of 0.000. This change cannot be tested: the methods do not differ."
    )


@pytest.mark.parametrize(
    ("speakers", "plain", "change"),
    [
        # Each speaker gains the same, in groups of different or of the same speakers.
        ([0, 0, 1, 1, 2, 2, 3, 3], ["angry"] * 8, 0),
        ([0, 0, 1, 1, 0, 0, 1, 1], ["angry"] * 8, 0),
        # The speakers gain differently, but the second group falls behind alike for both.
        ([0, 0, 1, 1, 0, 0, 1, 1], ["sad", *["angry"] * 6, "sad"], -0.5),
        # The first group has a single speaker, who is in the second group, too.
        ([0, 0, 0, 0, 0, 0, 1, 1], ["sad", *["angry"] * 6, "sad"], -0.5),
    ],
)
def test_change_without_spread_between_speakers_is_not_tested(speakers, plain, change):
    labels = pd.DataFrame({"speaker": speakers, "gender": ["f"] * 4 + ["m"] * 4})
    truth = ["angry", "sad"] * 4
    rows = pd.DataFrame({"row": range(8), "truth": truth, "repeat": 1, "fold": 1})
    predictions = pd.concat([
        rows.assign(method="DNN", source="none", prediction=plain),
        rows.assign(method="ProgNet", source="speaker", prediction=truth),
    ])  # fmt: skip
    row = gaps_between_groups(predictions, labels, "gender").iloc[1]
    assert row["change"] == change
    assert row[["low", "high", "pvalue"]].isna().all()
    assert row["verdict"].endswith("or all speakers change by the same amount.")


def test_rows_as_units_give_smaller_p_values_than_speakers(gaps):
    # The benchmark counts how often each is below 0.05 when nothing differs.
    pvalues = [[gaps.trial("nothing differs", unit, seed)["pvalue"] for unit in ("speaker", "row")]
               for seed in range(5)]  # fmt: skip
    by_speaker, by_row = np.mean(pvalues, axis=0)
    assert by_row < by_speaker / 1.5


def test_verdict_says_which_group_gains_more(gaps, monkeypatch):
    monkeypatch.setattr(gaps, "GAP", 0.6)
    predictions, labels = gaps.invented(-0.6, np.random.default_rng(0))
    table = gaps_between_groups(predictions, labels.replace({-0.5: "f", 0.5: "m"}), "gender")
    assert table["against"].isna().tolist() == [True, False]
    assert table["verdict"][0].startswith("Between groups of gender, the UAR of DNN differs by 0.")
    assert table["verdict"][0].endswith(").")
    assert table["verdict"][1].endswith(". With the source, f gains more, or loses less, than m.")


def test_p_values_are_adjusted_for_all_comparisons_of_the_table(gaps):
    predictions, labels = gaps.invented(0.12, np.random.default_rng(2))
    alone = gaps_between_groups(predictions, labels, "gender").iloc[1]
    assert 0.02 < alone["pvalue"] < 0.05
    assert alone["pvalue_holm"] == alone["pvalue"]
    assert alone["verdict"].endswith("With the source, 0.5 gains more, or loses less, than -0.5.")
    more_sources = [
        predictions[predictions["source"] != "none"].assign(source=name) for name in "ab"
    ]
    table = gaps_between_groups(pd.concat([predictions, *more_sources]), labels, "gender")
    assert table["pvalue_holm"][1:].tolist() == pytest.approx([3 * alone["pvalue"]] * 3)
    assert (
        "After Holm's correction for 3 comparisons this is not evidence (p = 0."
        in (table["verdict"][1])
    )


def test_speakers_are_units_within_each_corpus(gaps):
    first, labels = gaps.invented(0, np.random.default_rng(0))
    second, _ = gaps.invented(0, np.random.default_rng(1))
    two_corpora = pd.concat([first.assign(corpus="A"), second.assign(corpus="B")])
    table = gaps_between_groups(two_corpora, {"A": labels, "B": labels}, "gender")
    alone = gaps_between_groups(second, labels, "gender")
    assert table["pvalue"].tolist()[2:] == pytest.approx(alone["pvalue"].tolist(), nan_ok=True)
    assert table["verdict"][2].startswith("corpus B: Between")


def test_alpha_sets_the_level_of_the_interval_and_the_verdict(gaps):
    predictions, labels = gaps.invented(0.12, np.random.default_rng(2))
    usual = gaps_between_groups(predictions, labels, "gender").iloc[1]
    assert 0.02 < usual["pvalue"] < 0.05
    strict = gaps_between_groups(predictions, labels, "gender", alpha=0.02).iloc[1]
    assert strict["pvalue"] == usual["pvalue"]
    assert strict["alpha"] == 0.02
    assert strict["low"] < 0 < strict["high"]
    assert not usual["low"] < 0 < usual["high"]
    assert "(98 % interval " in strict["verdict"]
    assert strict["verdict"].endswith("No evidence that the source changes this difference.")


def test_labels_of_corpora_without_predictions_do_not_change_the_unit(gaps):
    predictions, labels = gaps.invented(0.3, np.random.default_rng(1))
    predictions = predictions.assign(corpus="A")
    without = labels.drop(columns="speaker")
    table = gaps_between_groups(predictions, {"A": labels, "B": without}, "gender")
    assert set(table["unit"]) == {"speaker"}


def test_speakers_of_only_some_corpora_are_an_error(gaps):
    predictions, labels = gaps.invented(0.3, np.random.default_rng(1))
    both = pd.concat([predictions.assign(corpus=name) for name in "AB"])
    message = (
        r"^labels must have the column 'speaker' for every corpus or for none; got none for 'B'"
    )
    with pytest.raises(ValueError, match=message):
        gaps_between_groups(both, {"A": labels, "B": labels.drop(columns="speaker")}, "gender")
