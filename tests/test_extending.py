"""The package extended from outside, with public names only; the guide shows these examples."""

# --- imports of a new kind of source ---
# --- imports of a new score ---
# --- imports of a new significance test ---
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from skprognet.results import compare_methods, summary_table
from skprognet.significance import SignificanceTest

# --- imports of a new corpus ---
# --- imports of a new feature extractor ---


# === a new kind of source ===


# === a new score ===


# === a new significance test ===


def test_a_new_significance_test():
    def wilcoxon(a, b, alternative="two-sided"):
        return stats.wilcoxon(a, b, axis=None, alternative=alternative)

    test = SignificanceTest(
        "wilcoxon",
        "Wilcoxon signed-rank test over folds",
        wilcoxon,
        fits=lambda n_repeats, n_folds, has_row_counts: n_repeats == 1 and n_folds > 5,
        one_sided=True,
    )
    folds = pd.DataFrame({"repeat": 1, "fold": np.arange(1, 9), "chance": 1 / 2})
    plain = 0.6 + 0.01 * np.array([1, -2, 4, 0, -3, 2, 5, -1])
    gain = 0.001 * np.arange(1, 9)
    dnn = folds.assign(method="DNN", source="none", score=plain)
    scores = pd.concat([dnn, folds.assign(method="ProgNet", source="gender", score=plain + gain)])

    comparisons = compare_methods(scores, test=test)
    assert comparisons.loc[0, "test"] == "Wilcoxon signed-rank test over folds"
    assert comparisons.loc[0, "pvalue"] == 2 / 2**8  # ahead in all of eight folds
    assert comparisons.loc[0, "p_chance"] == 1 / 2**8
    assert "ProgNet from gender is better than DNN" in comparisons.loc[0, "verdict"]
    assert summary_table(scores, comparisons)["marks"].tolist() == ["", "*"]
    with pytest.raises(ValueError, match="'wilcoxon' is not made for 1 x 5 folds"):
        compare_methods(scores[scores["fold"] <= 5], test=test)


# === a new corpus ===


# === a new feature extractor ===
