"""The benchmark of placebos on a small scale, and its summary."""

from pathlib import Path

import pandas as pd
import pytest


@pytest.fixture
def placebo(monkeypatch):
    """Return the benchmark with three folds of one repeat."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
    import placebo

    monkeypatch.setattr(placebo, "N_FOLDS", 3)
    monkeypatch.setattr(placebo, "N_REPEATS", 1)
    return placebo


def test_only_a_helpful_source_gains_over_its_placebo(placebo):
    helpful, useless = placebo.trial("helpful", 0), placebo.trial("useless", 0)
    assert helpful["gain"] > 0.08 > abs(useless["gain"])
    assert useless["p_placebo"] > 0.05


def test_the_summary_counts_the_results_of_the_trials(placebo, tmp_path, monkeypatch):
    trials = []

    def invented_trial(case, seed):
        trials.append((case, seed))
        number = seed - placebo.FIRST_SEED
        better = case == "helpful" and number < 3
        results = (0.2, 0.01, 0.1, 0.2 if number else 0.01) if better else (-0.2, 0.01, 0.0, 0.9)
        return dict(zip(placebo.COLUMNS, [case, seed, *results], strict=True))

    monkeypatch.setattr(placebo, "trial", invented_trial)
    path = tmp_path / "trials.csv"
    placebo.run(path, 2)
    placebo.run(path, 4)  # continues with the trials that are missing
    seeds = range(placebo.FIRST_SEED, placebo.FIRST_SEED + 4)
    assert sorted(trials) == sorted((case, seed) for case in placebo.TRANSFER for seed in seeds)
    table = placebo.summary(pd.read_csv(path)).set_index("source")
    assert table["trials"].tolist() == [4, 4]
    assert table["better than the placebo (%)"].to_dict() == {"useless": 0, "helpful": 75}
    assert table["better than the DNN, too (%)"].to_dict() == {"useless": 0, "helpful": 25}
    # Clopper and Pearson's interval of 3 in 4.
    assert table.loc["helpful", "95 % interval"] == "19.4 to 99.4"
