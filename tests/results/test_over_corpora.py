"""Comparisons over corpora, checked against scipy, scikit-posthocs, Demsar and by hand."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from skprognet.results import compare_over_corpora

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference/several_corpora.json").read_text(encoding="utf-8")
)
DEMSAR = REFERENCE["demsar_2006"]
METHODS = [("DNN", "none"), ("PT/FT", "sex"), ("ProgNet", "sex"), ("ProgNet", "age")]


def exactly(sentence):
    return f"^{re.escape(sentence)}$"


def scores_frame(uar, n_folds=1, names=METHODS):
    """Return scores whose means over the folds are `uar`, of shape (n_corpora, n_methods)."""
    rows = []
    for corpus, scores in enumerate(np.asarray(uar, dtype=float)):
        for (method, source), mean in zip(names, scores, strict=False):
            for fold in range(n_folds):
                rows.append(
                    {
                        "corpus": f"corpus {corpus}",
                        "method": method,
                        "source": source,
                        "repeat": 1,
                        "fold": fold + 1,
                        "score": mean + 0.01 * (fold - (n_folds - 1) / 2),
                    }
                )
    return pd.DataFrame(rows)


def comparison_of(result, first, second):
    """Return the comparison of two of METHODS, which are given by position."""
    rows = result.comparisons
    for method, against in ((METHODS[first], METHODS[second]), (METHODS[second], METHODS[first])):
        comparison = rows[
            (rows["method"] == method[0])
            & (rows["source"] == method[1])
            & (rows["against"] == against[0])
            & (rows["against_source"] == against[1])
        ]
        if len(comparison):
            return comparison.iloc[0]
    raise AssertionError(f"no comparison of {first} and {second}")


@pytest.mark.parametrize("n_folds", [1, 4])
def test_friedman_and_nemenyi_agree_with_scipy_and_scikit_posthocs(n_folds):
    result = compare_over_corpora(scores_frame(REFERENCE["scores"], n_folds))
    stored = REFERENCE["friedman"]
    np.testing.assert_allclose(
        (result.statistic, result.pvalue), (stored["statistic"], stored["pvalue"]), rtol=1e-8
    )
    assert (result.df, result.n_corpora, result.post_hoc) == (2, 12, "nemenyi")
    for first, second in ((0, 1), (0, 2), (1, 2)):
        row = comparison_of(result, first, second)
        expected = REFERENCE["nemenyi"]["pvalue"][first][second]
        assert row["pvalue"] == pytest.approx(expected, rel=1e-8)
    assert "pvalue_holm" not in result.comparisons


def test_wilcoxon_agrees_with_scikit_posthocs():
    result = compare_over_corpora(scores_frame(REFERENCE["scores"]), post_hoc="wilcoxon")
    uar = np.array(REFERENCE["scores"])
    for first, second in ((0, 1), (0, 2), (1, 2)):
        row = comparison_of(result, first, second)
        expected = REFERENCE["wilcoxon_holm"]["pvalue"][first][second]
        assert row["pvalue_holm"] == pytest.approx(expected, rel=1e-8)
        raw = stats.wilcoxon(uar[:, first], uar[:, second]).pvalue
        assert row["pvalue"] == pytest.approx(raw)


def test_results_agree_with_demsars_example():
    example = DEMSAR["example"]
    # Rank 1 must have the highest score.
    result = compare_over_corpora(scores_frame((5 - np.array(example["ranks"])) / 10))
    assert result.ranks["mean_rank"].round(3).tolist() == example["mean_ranks"]
    assert round(result.critical_difference, 2) == example["critical_difference_0.05"]
    wide = compare_over_corpora(scores_frame((5 - np.array(example["ranks"])) / 10), alpha=0.1)
    assert round(wide.critical_difference, 2) == example["critical_difference_0.10"]
    # scipy corrects for the ties, the paper does not.
    assert example["chi2"] < result.statistic < 1.15 * example["chi2"]

    def iman_davenport(chi2):
        return 13 * chi2 / (14 * 3 - chi2)

    assert round(iman_davenport(example["chi2"]), 2) == example["f"]
    assert result.f_df == (3, 39)
    assert result.f_statistic == pytest.approx(iman_davenport(result.statistic))
    assert result.f_pvalue == pytest.approx(stats.f.sf(result.f_statistic, 3, 39))


@pytest.mark.parametrize("alpha", DEMSAR["q"])
def test_critical_values_agree_with_demsars_table(alpha):
    table = {int(n_methods): q for n_methods, q in DEMSAR["q"][alpha].items()}
    for k in (3, 6, 10):
        q = table[k]
        scores = scores_frame(
            np.random.default_rng(k).random((20, k)), names=[(f"{i}", "") for i in range(k)]
        )
        # Wilcoxon's test is quicker, and the critical difference is the same.
        result = compare_over_corpora(scores, alpha=float(alpha), post_hoc="wilcoxon")
        error = math.sqrt(k * (k + 1) / (6 * 20))
        assert result.critical_difference / error == pytest.approx(q, abs=1.1e-3)


def test_critical_difference_and_p_value_agree():
    result = compare_over_corpora(scores_frame(REFERENCE["scores"]))
    for row in result.comparisons.itertuples():
        apart = abs(row.mean_rank - row.against_mean_rank) > result.critical_difference
        assert apart == (row.pvalue < 0.05)
    assert result.comparisons["pvalue"].lt(0.05).sum() == 2


def test_ranks_and_mean_scores_agree_with_scipy_in_any_order_of_rows():
    uar = np.array(REFERENCE["scores"])
    result = compare_over_corpora(scores_frame(uar))
    assert list(zip(result.ranks["method"], result.ranks["source"], strict=True)) == METHODS[:3]
    np.testing.assert_allclose(result.ranks["score"], uar.mean(axis=0))
    np.testing.assert_allclose(
        result.ranks["mean_rank"], stats.rankdata(-uar, axis=1).mean(axis=0)
    )
    row = result.comparisons.iloc[1]
    assert tuple(row[["method", "source", "against", "against_source"]]) == (
        "ProgNet",
        "sex",
        "DNN",
        "none",
    )
    assert row["difference"] == pytest.approx((uar[:, 2] - uar[:, 0]).mean())
    assert (row["score"], row["against_score"]) == pytest.approx(
        (uar[:, 2].mean(), uar[:, 0].mean())
    )
    shuffled = scores_frame(uar).sample(frac=1, random_state=0)
    assert compare_over_corpora(shuffled).pvalue == pytest.approx(result.pvalue)


def test_rounding_errors_do_not_change_ranks():
    uar = np.full((6, 3), 0.6)
    uar[:, 1] = (0.6 + 7) - 7
    assert (uar[:, 1] != uar[:, 0]).all()
    result = compare_over_corpora(scores_frame(uar))
    assert (result.statistic, result.pvalue) == (0, 1)
    assert (result.f_statistic, result.f_pvalue) == (0, 1)
    assert result.comparisons["pvalue"].tolist() == pytest.approx([1, 1, 1])
    assert result.verdict.startswith("No evidence that the 3 methods differ over 6 corpora")


def test_wilcoxon_p_value_is_1_if_all_scores_are_equal():
    result = compare_over_corpora(scores_frame(np.full((8, 3), 0.6)), post_hoc="wilcoxon")
    assert result.comparisons["pvalue"].tolist() == [1, 1, 1]


def wilcoxon_pvalue(hundredths, differences):
    """Return the p-value of two methods, given the first one's UARs and the differences."""
    first = np.array(hundredths)
    uar = np.column_stack([first, first + differences, np.full(len(first), 10)]) / 100
    return comparison_of(compare_over_corpora(scores_frame(uar), post_hoc="wilcoxon"), 0, 1)[
        "pvalue"
    ]


def test_wilcoxon_splits_zeros_between_the_signs():
    difference = np.array([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, -9])
    expected = stats.wilcoxon(difference, zero_method="zsplit").pvalue
    assert wilcoxon_pvalue(np.full(11, 60), difference) == pytest.approx(expected)
    assert expected != pytest.approx(stats.wilcoxon(difference).pvalue)


def test_wilcoxon_ignores_rounding_errors():
    # In floating point 0.7 - 0.6 is less than 0.1, and 0.4 - 0.3 is more, so ties would break.
    first = [60, 30, 20, 80, 40, 45, 55, 70, 33, 13]
    difference = np.array([10, 10, -10, -10, 10, 20, -20, 20, 0, 0])
    as_floats = (first + difference) / 100 - np.array(first) / 100
    expected = stats.wilcoxon(difference, zero_method="zsplit").pvalue
    assert wilcoxon_pvalue(first, difference) == pytest.approx(expected)
    assert stats.wilcoxon(as_floats, zero_method="zsplit").pvalue != pytest.approx(expected)


@pytest.mark.parametrize("n_corpora", [4, 8])
def test_statistics_are_extreme_if_all_corpora_agree(n_corpora):
    uar = np.linspace(0.5, 0.6, n_corpora)[:, None] + [0, 0.01, 0.02]
    result = compare_over_corpora(scores_frame(uar))
    assert result.statistic == pytest.approx(2 * n_corpora)
    assert (result.f_statistic, result.f_pvalue) == (math.inf, 0)
    assert result.ranks["mean_rank"].tolist() == [3, 2, 1]
    best = comparison_of(result, 0, 2)
    q = math.sqrt(2) * 2 / math.sqrt(3 * 4 / (6 * n_corpora))  # mean ranks 1 and 3
    assert best["pvalue"] == pytest.approx(stats.studentized_range.sf(q, 3, np.inf))
    if n_corpora == 8:
        by_wilcoxon = compare_over_corpora(scores_frame(uar), post_hoc="wilcoxon")
        assert by_wilcoxon.comparisons["pvalue_holm"].min() == 3 * 2 / 2**8


def test_verdicts_give_ranks_scores_and_p_values():
    result = compare_over_corpora(scores_frame(REFERENCE["scores"]))
    assert result.verdict == (
        "The 3 methods differ over 12 corpora (Friedman: chi-squared = 19.50, 2 degrees of "
        "freedom, p = 5.83e-05)."
    )
    assert comparison_of(result, 0, 2)["verdict"] == (
        "ProgNet from sex is better than DNN over 12 corpora: mean rank 1.00 against 2.75, UAR "
        "0.611 against 0.582, p = 5.39e-05."
    )
    assert comparison_of(result, 0, 1)["verdict"].startswith(
        "No evidence of a difference between PT/FT from sex and DNN over 12 corpora: mean rank "
        "2.25 against 2.75, UAR 0.590 against 0.582, p = 0.438."
    )
    flipped = compare_over_corpora(scores_frame(1 - np.array(REFERENCE["scores"])))
    assert comparison_of(flipped, 0, 2)["verdict"].startswith(
        "ProgNet from sex is worse than DNN over"
    )
    holm = compare_over_corpora(scores_frame(REFERENCE["scores"]), post_hoc="wilcoxon")
    assert comparison_of(holm, 0, 1)["verdict"].endswith("p = 0.064.")
    # Holm's p-value is three times the plain one, which is 2 / 2 ** 12.
    assert comparison_of(holm, 0, 2)["verdict"].endswith("p = 0.00146.")


def test_wilcoxon_verdict_follows_the_differences_and_not_the_mean_ranks():
    # Method 1 is far better than method 0 on ten corpora, and on four a little worse, where the
    # other two methods are between them.
    gains, losses = 0.05 + 0.01 * np.arange(10), 0.01 * np.arange(1, 5)
    wins = [[0.5, 0.5 + gain, 0.4, 0.3] for gain in gains]
    defeats = [[0.5, 0.5 - loss, 0.5 - loss / 3, 0.5 - loss / 2] for loss in losses]
    for sign, word in ((1, "better"), (-1, "worse")):
        uar = 0.5 + sign * (np.array(wins + defeats) - 0.5)
        row = comparison_of(compare_over_corpora(scores_frame(uar), post_hoc="wilcoxon"), 0, 1)
        assert sign * (row["mean_rank"] - row["against_mean_rank"]) > 0
        assert row["pvalue_holm"] < 0.05
        assert row["verdict"].startswith(f"PT/FT from sex is {word} than DNN over 14 corpora: ")


def test_verdict_says_when_friedman_finds_no_difference():
    rng = np.random.default_rng(1)
    base = rng.normal(0.6, 0.02, 14)
    # Method 1 is a little better than method 0, by fewer ranks than Friedman's test needs.
    uar = np.column_stack(
        [base, base + 0.001 * np.arange(-2, 12), *rng.normal(0.6, 0.05, (2, 14))]
    )
    result = compare_over_corpora(scores_frame(uar), post_hoc="wilcoxon")
    assert result.pvalue > 0.05
    row = comparison_of(result, 0, 1)
    assert row["pvalue_holm"] < 0.05
    assert row["verdict"].endswith(
        " However, Friedman's test finds no difference among all methods."
    )


@pytest.mark.parametrize(
    ("n_corpora", "n_methods", "post_hoc", "needed", "p"),
    [
        (2, 3, "nemenyi", 3, "0.112"),
        (6, 3, "wilcoxon", 7, "0.0938"),
        (7, 4, "wilcoxon", 8, "0.0938"),
    ],
)
def test_too_few_corpora_are_refused(n_corpora, n_methods, post_hoc, needed, p):
    rng = np.random.default_rng(0)
    sentence = (
        f"scores must be of at least {needed} corpora for {n_methods} methods; got {n_corpora}, "
        f"with which even a method that is best everywhere has p = {p}. Add corpora, or use "
        "compare_methods on each."
    )
    with pytest.raises(ValueError, match=exactly(sentence)):
        compare_over_corpora(scores_frame(rng.random((n_corpora, n_methods))), post_hoc=post_hoc)
    compare_over_corpora(scores_frame(rng.random((needed, n_methods))), post_hoc=post_hoc)


def test_error_for_two_methods_recommends_wilcoxon_test():
    sentence = (
        "scores must have at least 3 methods for Friedman's test; got ['DNN', 'PT/FT from sex']. "
        "Compare two methods with skprognet.significance.wilcoxon_test, by their mean scores on "
        "each corpus."
    )
    with pytest.raises(ValueError, match=exactly(sentence)):
        compare_over_corpora(scores_frame(np.random.default_rng(0).random((9, 2))))


def test_unusable_scores_raise_helpful_errors():
    scores = scores_frame(REFERENCE["scores"])
    sentence = (
        "scores must have every method and source on every corpus; got no ['ProgNet from sex'] on "
        "'corpus 4'. Drop methods that were not run on every corpus, or give matching sources one "
        "name."
    )
    missing_rows = (scores["corpus"] == "corpus 4") & (scores["method"] == "ProgNet")
    with pytest.raises(ValueError, match=exactly(sentence)):
        compare_over_corpora(scores[~missing_rows])
    sentence = (
        "scores must hold the scores of one target; got 'emotion', 'gender'. Select one, as in "
        "scores[scores['target'] == 'emotion'], since corpora must be independent."
    )
    two_targets = pd.concat([scores.assign(target="emotion"), scores.assign(target="gender")])
    with pytest.raises(ValueError, match=exactly(sentence)):
        compare_over_corpora(two_targets)
    with_nan = scores.assign(score=scores["score"].where(scores.index != 5))
    sentence = (
        "scores must be finite; got a missing one on 'corpus 1'. Find out why that fold has no "
        "score, and run it again."
    )
    with pytest.raises(ValueError, match=exactly(sentence)):
        compare_over_corpora(with_nan)
    sentence = (
        "scores must have the columns ['corpus', 'method', 'source']; ['corpus'] are missing "
        "among ['method', 'source', 'repeat', 'fold', 'score']. Add the name of the corpus to "
        "each row."
    )
    with pytest.raises(ValueError, match=exactly(sentence)):
        compare_over_corpora(scores.drop(columns="corpus"))
    sentence = "post_hoc must be one of 'nemenyi', 'wilcoxon'; got 1."
    with pytest.raises(ValueError, match=exactly(sentence)):
        compare_over_corpora(scores, post_hoc=1)


def test_error_counts_missing_folds():
    scores = scores_frame(REFERENCE["scores"], n_folds=2)
    with pytest.raises(ValueError, match="1 x 2 folds of 'DNN' from 'none'; got 1 rows"):
        compare_over_corpora(scores.drop(index=0))


def test_alpha_decides_the_verdicts_and_how_many_corpora_are_needed():
    scores = scores_frame(REFERENCE["scores"])
    strict = compare_over_corpora(scores, alpha=1e-5)
    assert strict.verdict.startswith("No evidence that the 3 methods differ over 12 corpora")
    assert "No evidence of a difference" in strict.comparisons["verdict"].iloc[0]
    usual = compare_over_corpora(scores)
    loose = compare_over_corpora(scores, alpha=0.5)
    n_usual, n_loose = (
        each.comparisons["verdict"].str.contains("is better than").sum() for each in (usual, loose)
    )
    assert n_usual < n_loose
    four = scores_frame(REFERENCE["scores"][:4])
    compare_over_corpora(four)
    with pytest.raises(ValueError, match="at least 5 corpora for 3 methods; got 4"):
        compare_over_corpora(four, alpha=0.01)
