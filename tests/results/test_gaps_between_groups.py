"""The gap between groups: what it is, and a test of its change that holds its level."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skprognet.results import gaps_between_groups, scores_by_group


@pytest.fixture
def gaps(monkeypatch):
    """Give the benchmark that invents predictions."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    import gaps

    return gaps


def gap_of(predictions, labels):
    scores = scores_by_group(predictions, labels, "gender").set_index(["method", "group"])["score"]
    return {method: np.ptp(scores[method]) for method in ("DNN", "ProgNet")}


def test_a_p_value_is_the_share_of_all_ways_to_swap_speakers(gaps, monkeypatch):
    monkeypatch.setattr(gaps, "N_SPEAKERS", 4)
    monkeypatch.setattr(gaps, "N_REPEATS", 1)
    predictions, labels = gaps.invented(0.3, np.random.default_rng(1))
    found = gaps_between_groups(predictions, labels, "gender").iloc[1]
    before = gap_of(predictions, labels)
    assert found["gap"] == pytest.approx(before["ProgNet"])
    assert found["against_gap"] == pytest.approx(before["DNN"])
    assert found["widening"] == pytest.approx(before["ProgNet"] - before["DNN"])
    assert (found["unit"], found["n_units"]) == ("speaker", 4)
    wider = []
    for swapped in product([False, True], repeat=4):
        swap = labels["speaker"].map(dict(enumerate(swapped)))[predictions["row"]].to_numpy()
        other = predictions["source"].map({"none": "speaker", "speaker": "none"})
        method = other.map(gaps.METHODS).where(swap, predictions["method"])
        source = other.where(swap, predictions["source"])
        gap = gap_of(predictions.assign(method=method, source=source), labels)
        wider.append(gap["ProgNet"] - gap["DNN"])
    assert found["pvalue"] == np.mean(np.abs(wider) >= abs(found["widening"]) - 1e-9)
    reach = np.sort(np.abs(wider))[int(np.ceil(0.95 * 15))]
    assert found["high"] - found["widening"] == pytest.approx(reach)
    assert found["widening"] - found["low"] == pytest.approx(reach)


def test_random_swaps_come_near_all_of_them(gaps):
    predictions, labels = gaps.invented(0.3, np.random.default_rng(3))
    every, some = (
        gaps_between_groups(predictions, labels, "gender", n_permutations=n).iloc[1]
        for n in (1023, 600)
    )
    assert every["pvalue"] == pytest.approx(some["pvalue"], abs=0.03)
    again = gaps_between_groups(predictions, labels, "gender", n_permutations=600).iloc[1]
    pd.testing.assert_series_equal(some, again)


def test_rows_as_units_make_more_of_the_same_difference(gaps):
    # How often each is below 0.05 where nothing differs is counted by the benchmark.
    pvalues = [[gaps.trial("nothing differs", unit, seed)["pvalue"] for unit in ("speaker", "row")]
               for seed in range(5)]  # fmt: skip
    by_speaker, by_row = np.mean(pvalues, axis=0)
    assert by_row < by_speaker / 1.5
    assert np.min(pvalues, axis=0)[0] > 0.05


def test_a_gap_that_transfer_closes_is_told(gaps, monkeypatch):
    monkeypatch.setattr(gaps, "GAP", 0.6)
    predictions, labels = gaps.invented(-0.6, np.random.default_rng(0))
    table = gaps_between_groups(predictions, labels.replace({-0.5: "f", 0.5: "m"}), "gender")
    assert table["against"].isna().tolist() == [True, False]
    assert table["verdict"][0].startswith("Between groups of gender, the UAR of DNN differs by 0.")
    assert table["verdict"][0].endswith(").")
    assert table["verdict"][1].endswith(". Transfer narrows the gap.")
    few = labels.assign(speaker=labels["speaker"] % 2)
    told = gaps_between_groups(predictions, few, "gender")["verdict"][1]
    assert told.endswith("2 speakers are too few for evidence of any change.")


def test_speakers_are_units_within_each_corpus(gaps):
    first, labels = gaps.invented(0, np.random.default_rng(0))
    second, _ = gaps.invented(0, np.random.default_rng(1))
    both = pd.concat([first.assign(corpus="A"), second.assign(corpus="B")])
    table = gaps_between_groups(both, {"A": labels, "B": labels}, "gender")
    alone = gaps_between_groups(second, labels, "gender")
    assert table["pvalue"].tolist()[2:] == pytest.approx(alone["pvalue"].tolist(), nan_ok=True)
    assert table["verdict"][2].startswith("corpus B: Between")
