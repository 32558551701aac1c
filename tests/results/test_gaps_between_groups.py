"""The gap between groups: what it is, and a test of its change that knows who is independent."""

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


def alike(predictions, labels):
    """Return predictions of which each speaker has as many rows of each class."""
    truth = np.arange(24) % 4
    assert (labels["speaker"].to_numpy().reshape(-1, 24) == np.arange(10)[:, None]).all()
    right = predictions["truth"] == predictions["prediction"]
    truth = truth[predictions["row"] % 24]
    return predictions.assign(truth=truth, prediction=np.where(right, truth, (truth + 1) % 4))


def test_the_gap_is_that_of_the_group_scores(gaps):
    predictions, labels = gaps.invented(0.3, np.random.default_rng(1))
    found = gaps_between_groups(predictions, labels, "gender")
    scores = scores_by_group(predictions, labels, "gender").set_index(["method", "group"])["score"]
    for place, method in enumerate(("DNN", "ProgNet")):
        row = found.iloc[place]
        assert row["best_score"] == pytest.approx(scores[method, row["best"]])
        assert row["gap"] == pytest.approx(np.ptp(scores[method]))
    plain, own = found["gap"]
    assert found["against_difference"][1] == pytest.approx(plain)
    assert found["difference"][1] == pytest.approx(own)
    assert found["change"][1] == pytest.approx(own - plain)
    assert (found["unit"][1], found["n_units"][1]) == ("speaker", 10)


def test_speakers_with_the_same_rows_are_compared_as_welch_compares_their_gains(gaps):
    predictions, labels = gaps.invented(0.3, np.random.default_rng(1))
    predictions = alike(predictions, labels)
    found = gaps_between_groups(predictions, labels, "gender").iloc[1]
    scores = scores_by_group(predictions, labels, "speaker").pivot(
        index="group", columns="method", values="score"
    )
    gains = (scores["ProgNet"] - scores["DNN"]).to_numpy()
    expected = stats.ttest_ind(gains[1::2], gains[::2], equal_var=False)  # odd speakers are ahead
    interval = expected.confidence_interval()
    assert found["change"] == pytest.approx(gains[1::2].mean() - gains[::2].mean())
    assert found["pvalue"] == pytest.approx(expected.pvalue)
    assert (found["low"], found["high"]) == pytest.approx((interval.low, interval.high))


def test_speakers_who_are_in_both_groups_are_compared_with_themselves(gaps):
    predictions, labels = gaps.invented(0.1, np.random.default_rng(2))
    predictions = alike(predictions, labels)
    labels["session"] = np.arange(240) % 24 < 12
    found = gaps_between_groups(predictions, labels, "session").iloc[1]
    assert (found["unit"], found["n_units"]) == ("speaker", 10)
    by_speaker = []
    for speaker in range(10):
        own = predictions[predictions["row"].isin(labels.index[labels["speaker"] == speaker])]
        scores = scores_by_group(own, labels, "session").pivot(
            index="group", columns="method", values="score"
        )
        gain = scores["ProgNet"] - scores["DNN"]
        by_speaker.append(gain[found["best"]] - gain[found["worst"]])
    assert found["pvalue"] == pytest.approx(stats.ttest_1samp(by_speaker, 0).pvalue)


def test_groups_of_speakers_have_rows_as_units(gaps):
    predictions, labels = gaps.invented(0.0, np.random.default_rng(2))
    found = gaps_between_groups(predictions, labels, "speaker").iloc[1]
    assert (found["unit"], found["n_units"]) == ("row", 48)
    named = gaps_between_groups(predictions, labels, "speaker", unit="speaker").iloc[1]
    pd.testing.assert_series_equal(named, found)


def test_a_group_of_one_speaker_is_not_tested(gaps):
    predictions, labels = gaps.invented(0.0, np.random.default_rng(2))
    found = gaps_between_groups(predictions, labels.assign(own=labels["speaker"] == 3), "own")
    assert found["pvalue"].isna().all()
    assert found["verdict"][1].endswith(
        "This change cannot be tested: a group has a single speaker, or all speakers change by "
        "the same amount."
    )


def test_equal_methods_have_no_change(gaps):
    predictions, labels = gaps.invented(0.0, np.random.default_rng(2))
    plain = predictions[predictions["source"] == "none"]
    same = pd.concat([plain, plain.assign(method="ProgNet", source="speaker")])
    found = gaps_between_groups(same, labels, "gender").iloc[1]
    assert (found["change"], found["pvalue"]) == (0, 1)
    assert found["verdict"].endswith(
        "a change of 0.000. This change cannot be tested: the methods do not differ."
    )


def test_rows_as_units_make_more_of_the_same_difference(gaps):
    # How often each is below 0.05 where nothing differs is counted by the benchmark.
    pvalues = [[gaps.trial("nothing differs", unit, seed)["pvalue"] for unit in ("speaker", "row")]
               for seed in range(5)]  # fmt: skip
    by_speaker, by_row = np.mean(pvalues, axis=0)
    assert by_row < by_speaker / 1.5


def test_a_gap_that_transfer_closes_is_told(gaps, monkeypatch):
    monkeypatch.setattr(gaps, "GAP", 0.6)
    predictions, labels = gaps.invented(-0.6, np.random.default_rng(0))
    table = gaps_between_groups(predictions, labels.replace({-0.5: "f", 0.5: "m"}), "gender")
    assert table["against"].isna().tolist() == [True, False]
    assert table["verdict"][0].startswith("Between groups of gender, the UAR of DNN differs by 0.")
    assert table["verdict"][0].endswith(").")
    assert table["verdict"][1].endswith(". The source helps f more than m.")


def test_p_values_are_adjusted_for_the_comparisons_of_the_table(gaps):
    predictions, labels = gaps.invented(0.12, np.random.default_rng(2))
    alone = gaps_between_groups(predictions, labels, "gender").iloc[1]
    assert 0.02 < alone["pvalue"] < 0.05
    assert alone["pvalue_holm"] == alone["pvalue"]
    assert alone["verdict"].endswith("The source helps 0.5 more than -0.5.")
    more = [predictions[predictions["source"] != "none"].assign(source=name) for name in "ab"]
    table = gaps_between_groups(pd.concat([predictions, *more]), labels, "gender")
    assert table["pvalue_holm"][1:].tolist() == pytest.approx([3 * alone["pvalue"]] * 3)
    assert (
        "After Holm's correction for 3 comparisons this is not evidence (p = 0."
        in (table["verdict"][1])
    )


def test_speakers_are_units_within_each_corpus(gaps):
    first, labels = gaps.invented(0, np.random.default_rng(0))
    second, _ = gaps.invented(0, np.random.default_rng(1))
    both = pd.concat([first.assign(corpus="A"), second.assign(corpus="B")])
    table = gaps_between_groups(both, {"A": labels, "B": labels}, "gender")
    alone = gaps_between_groups(second, labels, "gender")
    assert table["pvalue"].tolist()[2:] == pytest.approx(alone["pvalue"].tolist(), nan_ok=True)
    assert table["verdict"][2].startswith("corpus B: Between")
