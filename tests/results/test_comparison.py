"""Comparisons and their sentences, against the stored numbers of other tools and by hand."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skprognet.results import compare_methods, summary_table
from skprognet.significance import (
    SignificanceTest,
    bayesian_cv_test,
    calibrated_cv_ttest,
    corrected_cv_ttest,
)

REFERENCE = json.loads((Path(__file__).parents[1] / "reference/significance.json").read_text())


def tidy(table, method, source):
    repeats, folds = np.indices(np.shape(table)) + 1
    return pd.DataFrame(
        {
            "method": method,
            "source": source,
            "repeat": repeats.ravel(),
            "fold": folds.ravel(),
            "score": np.ravel(table),
        }
    )


@pytest.fixture
def three():
    """Give the three 10 x 10 score tables that the reference has, as a DNN and two transfers."""
    a, b, c = (np.array(scores) for scores in REFERENCE["inputs"]["m3"]["scores"])
    scores = [tidy(c, "DNN", "none"), tidy(b, "PT/FT", "gender"), tidy(a, "ProgNet", "gender")]
    return pd.concat(scores), (a, b, c)


def holm(pvalues):
    """Adjust p-values as Holm (1979) defines it: the largest over those that are not larger."""
    return [
        min(1, max(other * sum(other <= p for p in pvalues) for other in pvalues if other <= own))
        for own in pvalues
    ]


def test_holm_is_that_of_r():
    rows = [row for row in REFERENCE["expected"] if row["test"].startswith("adjusted[holm]")]
    for row in rows:
        raw = row.get("raw_p") or [
            other["p_two"]
            for pair in row["pair"].split()
            for other in REFERENCE["expected"]
            if (other["case"], other["pair"], other["test"])
            == (row["case"], pair, "calibrated_10x10_df10")
        ]
        np.testing.assert_allclose(holm(raw), row["adjusted_p"], rtol=1e-8)
    assert len(rows) == 2
    # Sorted: .2 * 3, then .6 * 2 and .9 * 1, of which neither can be above 1.
    np.testing.assert_allclose(holm([0.6, 0.2, 0.9]), [1, 0.6, 1])


def test_p_values_are_adjusted_for_all_of_the_table(rng):
    capped = kept_in_order = 0
    for gain in np.linspace(0, 0.03, 8):
        base = rng.normal(0.6, 0.02, (2, 5))
        scores = [tidy(base, "DNN", "none")]
        scores += [
            tidy(base + gain + rng.normal(0, 0.02, (2, 5)), "ProgNet", f"task {i}")
            for i in range(4)
        ]
        comparisons = compare_methods(pd.concat(scores))
        p, adjusted = comparisons["pvalue"].to_numpy(), comparisons["pvalue_holm"].to_numpy()
        np.testing.assert_allclose(adjusted, holm(p), rtol=1e-12)
        capped += (adjusted == 1).any()
        kept_in_order += 0 < len(adjusted[adjusted < 1]) > len(set(adjusted[adjusted < 1]))
    assert capped
    assert kept_in_order


def test_ten_by_ten_gets_the_papers_test_and_its_adjusted_p(three):
    scores, (a, b, c) = three
    comparisons = compare_methods(scores)
    pairs = list(zip(comparisons["method"], comparisons["against"], strict=True))
    assert pairs == [("PT/FT", "DNN"), ("ProgNet", "DNN"), ("ProgNet", "PT/FT")]
    for row, (first, second) in zip(
        comparisons.itertuples(), [(b, c), (a, c), (a, b)], strict=True
    ):
        expected = calibrated_cv_ttest(first, second)
        assert (row.statistic, row.pvalue, row.df) == (expected.statistic, expected.pvalue, 10)
        assert row.difference == pytest.approx((first - second).mean())
        assert (row.low, row.high) == tuple(expected.confidence_interval(0.95))
        assert np.isnan(row.ratio)
    stored = next(
        row["adjusted_p"]
        for row in REFERENCE["expected"]
        if row["test"] == "adjusted[holm] of calibrated_10x10_df10"
    )
    # The reference has the pairs A-B, A-C, B-C.
    np.testing.assert_allclose(comparisons["pvalue_holm"].to_numpy()[[2, 1, 0]], stored, rtol=1e-8)


def test_other_designs_get_the_corrected_test(three):
    _, (a, _, c) = three
    scores = pd.concat([tidy(c[:2, :5], "DNN", "none"), tidy(a[:2, :5], "ProgNet", "speaker")])
    row = compare_methods(scores).iloc[0]
    expected = corrected_cv_ttest(a[:2, :5], c[:2, :5])
    assert (row["statistic"], row["df"], row["ratio"]) == (expected.statistic, 9, 1 / 4)
    assert row["test"].startswith("corrected")


def test_order_of_rows_does_not_matter_but_their_place_does(three):
    scores, _ = three
    shuffled = pd.concat(
        part.sample(frac=1, random_state=0) for _, part in scores.groupby("method", sort=False)
    )
    pd.testing.assert_frame_equal(compare_methods(shuffled), compare_methods(scores))
    fold = np.where(scores["method"] == "DNN", 11 - scores["fold"], scores["fold"])
    swapped = scores.assign(fold=fold)
    assert (compare_methods(swapped)["pvalue"] != compare_methods(scores)["pvalue"]).any()


def sentence(first, second):
    folds = pd.concat([tidy([first], "ProgNet", "gender"), tidy([second], "DNN", "none")])
    return compare_methods(folds).loc[0, "verdict"]


def test_the_verdict_says_better_worse_or_no_evidence():
    base = np.array([0.50, 0.52, 0.48, 0.51, 0.49])
    gain = np.array([0.09, 0.11, 0.10, 0.12, 0.08])
    noise = np.array([0.05, -0.06, 0.04, -0.03, 0.01])
    assert sentence(base + gain, base) == (
        "ProgNet from gender is better than DNN: UAR 0.600 against 0.500, difference +0.100 "
        "(95 % interval +0.071 to +0.129), p = 0.000706."
    )
    assert sentence(base - gain, base).startswith(
        "ProgNet from gender is worse than DNN, transfer hurts here: UAR 0.400 against 0.500"
    )
    assert sentence(base + noise, base).startswith(
        "No evidence of a difference between ProgNet from gender and DNN: UAR 0.502 against 0.500"
    )


def test_a_p_that_does_not_survive_the_correction_is_said():
    base = np.array([0.50, 0.52, 0.48, 0.51, 0.49])
    gain = np.array([0.01, 0.05, 0.03, 0.06, 0.04])
    scores = [tidy([base], "DNN", "none")]
    scores += [tidy([base + gain], "ProgNet", f"task {i}") for i in range(6)]
    comparisons = compare_methods(pd.concat(scores))
    assert (comparisons["pvalue"] < 0.05).all()
    assert (comparisons["pvalue_holm"] > 0.05).all()
    for verdict in comparisons["verdict"]:
        assert "After Holm's correction for 6 comparisons this is not evidence (p = " in verdict


def test_missing_and_double_folds_are_errors(three):
    scores, _ = three
    message = (
        r"^scores must have one row for each of 10 x 10 folds of 'PT/FT' from 'gender'; got "
        r"{} rows, {} of them twice\. Run the missing folds, or drop repeated rows\.$"
    )
    rows = scores.reset_index(drop=True)
    lost = rows[rows["method"] == "PT/FT"].index[3]
    with pytest.raises(ValueError, match=message.format(99, 0)):
        compare_methods(rows.drop(index=lost))
    with pytest.raises(ValueError, match=message.format(101, 1)):
        compare_methods(pd.concat([rows, rows.loc[[lost]]]))


def test_one_method_is_an_error(three):
    scores, _ = three
    with pytest.raises(ValueError, match=r"^scores must hold at least two methods to compare"):
        compare_methods(scores[scores["method"] == "DNN"])


def test_effect_size_and_probabilities_are_those_of_the_tests(three):
    scores, (a, _, c) = three
    comparisons = compare_methods(scores).set_index(["method", "against"])
    row = comparisons.loc[("ProgNet", "DNN")]
    probabilities = row[["p_worse", "p_equal", "p_better"]].astype(float)
    # To rounding: numpy before 2.1 sums in another order what lies otherwise in memory.
    assert row["effect_size"] == pytest.approx(calibrated_cv_ttest(a, c).effect_size, rel=1e-12)
    np.testing.assert_allclose(probabilities, tuple(bayesian_cv_test(a, c)), rtol=1e-12)
    stored = next(
        row["values"]
        for row in REFERENCE["expected"]
        if (row["case"], row["pair"], row["test"])
        == ("m3", "A-C", "bayes_correlated_t[rope=0.01]")
    )
    np.testing.assert_allclose(probabilities, stored)
    wider = compare_methods(scores, rope=0.03).set_index(["method", "against"])
    expected = bayesian_cv_test(a, c, rope=0.03)
    assert tuple(wider.loc[("ProgNet", "DNN"), ["p_worse", "p_equal", "p_better"]]) == tuple(
        expected
    )


def pairs_of(comparisons):
    columns = ["method", "source", "against", "against_source"]
    return list(comparisons[columns].itertuples(index=False, name=None))


@pytest.fixture
def five(rng):
    """Give a plain method and two with two sources each, in 2 x 5 folds."""
    base = rng.normal(0.6, 0.02, (2, 5))
    entries = [("DNN", "none")]
    entries += [(method, source) for source in ("sex", "age") for method in ("PT/FT", "ProgNet")]
    return pd.concat(
        tidy(base + rng.normal(0, 0.02, (2, 5)), method, source) for method, source in entries
    )


def test_the_papers_pairs(five):
    assert pairs_of(compare_methods(five)) == [
        ("PT/FT", "sex", "DNN", "none"),
        ("ProgNet", "sex", "DNN", "none"),
        ("PT/FT", "age", "DNN", "none"),
        ("ProgNet", "age", "DNN", "none"),
        ("ProgNet", "sex", "PT/FT", "sex"),
        ("ProgNet", "age", "PT/FT", "age"),
    ]


def test_all_pairs_once_with_the_transferred_first(five):
    comparisons = compare_methods(five.iloc[::-1], pairs="all")
    found = pairs_of(comparisons)
    assert len({frozenset([pair[:2], pair[2:]]) for pair in found}) == len(found) == 10
    assert [pair[:2] for pair in found if pair[3] == "none"] == [
        ("ProgNet", "age"),
        ("PT/FT", "age"),
        ("ProgNet", "sex"),
        ("PT/FT", "sex"),
    ]
    assert all(source != "none" for _, source, _, _ in found)
    # Listed later, named first.
    assert ("PT/FT", "age", "ProgNet", "age") in found


@pytest.mark.parametrize("against", ["DNN", ("DNN", "none")])
def test_all_against_one(five, against):
    found = pairs_of(compare_methods(five, against=against))
    assert len(found) == 4
    assert {pair[2:] for pair in found} == {("DNN", "none")}


def test_all_against_one_of_the_transferred(five):
    comparisons = compare_methods(five, against=("ProgNet", "sex"))
    found = pairs_of(comparisons)
    assert len(found) == 4
    assert {pair[2:] for pair in found} == {("ProgNet", "sex")}
    paper = compare_methods(five).loc[1]
    mirrored = comparisons.loc[0]
    assert (mirrored["method"], mirrored["difference"]) == ("DNN", -paper["difference"])


def test_comparisons_stay_within_corpus_target_and_size(rng):
    parts = []
    for corpus in ("emodb", "other"):
        for n in (1, 8):
            for method, source in (("DNN", "none"), ("ProgNet", "sex")):
                part = tidy(rng.normal(0.6, 0.02, (2, 5)), method, source)
                parts.append(part.assign(corpus=corpus, target="emotion", n_train_folds=n))
    scores = pd.concat(parts).sample(frac=1, random_state=0)
    comparisons = compare_methods(scores)
    assert list(comparisons.columns[:3]) == ["corpus", "n_train_folds", "method"]
    settings = comparisons[["corpus", "n_train_folds"]].itertuples(index=False, name=None)
    assert sorted(settings) == [("emodb", 1), ("emodb", 8), ("other", 1), ("other", 8)]
    for _, row in comparisons.iterrows():
        own = (scores["corpus"] == row["corpus"]) & (
            scores["n_train_folds"] == row["n_train_folds"]
        )
        alone = compare_methods(scores[own]).loc[0]
        assert (row["score"], row["pvalue"]) == (alone["score"], alone["pvalue"])
        assert row["verdict"] == (
            f"corpus {row['corpus']}, n_train_folds {row['n_train_folds']}: {alone['verdict']}"
        )
    np.testing.assert_allclose(comparisons["pvalue_holm"], holm(comparisons["pvalue"]))


def test_rows_without_a_training_size_are_a_setting_of_their_own(five):
    scores = pd.concat([five.assign(n_train_folds=1.0), five.assign(n_train_folds=np.nan)])
    comparisons = compare_methods(scores)
    assert comparisons["n_train_folds"].isna().sum() == len(comparisons) / 2 == 6
    table = summary_table(scores, comparisons)
    assert table["p (DNN)"].notna().tolist() == 2 * [False, True, True, True, True]


def test_sizes_in_the_frame_make_the_ratio(five):
    sized = five.assign(n_train=3, n_validation=1, n_test=2)
    row = compare_methods(sized).loc[0]
    assert row["ratio"] == 0.5
    assert row["pvalue"] > compare_methods(five).loc[0, "pvalue"]


def test_hold_out_needs_row_counts(five):
    first = five[five["fold"] == 1]
    again = pd.concat(
        [first, first.assign(repeat=first["repeat"] + 2, score=first["score"] - 0.01)]
    )
    sentence = (
        "scores must have at least 2 folds in each repeat, or the columns n_train and n_test; got "
        "1 fold without them. Add these columns, or run more folds."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        compare_methods(again)
    assert compare_methods(again.assign(n_train=90, n_test=30)).loc[0, "ratio"] == 1 / 3


def test_methods_of_other_designs_are_not_compared(five):
    other = np.where(five["method"] == "DNN", "training", "corpus")
    sentence = (
        "PT/FT from sex and DNN must come from the same design; normalisation is corpus and "
        "training in repeat 1, fold 1. Score both methods on the same folds."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        compare_methods(five.assign(normalisation=other))


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        (
            {"pairs": "some"},
            ValueError,
            "pairs must be one of 'paper', 'all'; got 'some'.",
        ),
        (
            {"pairs": "all", "against": "DNN"},
            ValueError,
            "Either pairs or against must be given, not both; got 'all' and 'DNN'. Pass one of "
            "them.",
        ),
        (
            {"against": "SVM"},
            ValueError,
            "against must name a method that was scored in every condition, or a pair (method, "
            "source); got 'SVM'. Choose one of ('DNN', 'none'), ('PT/FT', 'sex'), ('ProgNet', "
            "'sex'), ('PT/FT', 'age'), ('ProgNet', 'age').",
        ),
        (
            {"against": "ProgNet"},
            ValueError,
            "against must name one method and source; got 'ProgNet', which has several sources. "
            "Choose one of [('ProgNet', 'sex'), ('ProgNet', 'age')].",
        ),
        (
            {"against": 1},
            TypeError,
            "against must be the name of a method, or a pair (method, source); got 1. Pass one "
            "of these.",
        ),
        ({"rope": -1}, ValueError, "rope must satisfy 0 <= rope < inf; got -1."),
        ({"alpha": 5}, ValueError, "alpha must satisfy 0 < alpha < 1; got 5."),
    ],
)
def test_error_sentences(five, options, error, sentence):
    with pytest.raises(error, match=f"^{re.escape(sentence)}$"):
        compare_methods(five, **options)


def test_missing_columns_are_named(five):
    sentence = (
        "scores must have the columns ['method', 'source', 'repeat', 'fold', 'score']; ['source'] "
        "are missing among ['method', 'repeat', 'fold', 'score']. Rename columns, or use the "
        "result of cross_validate_transfer."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        compare_methods(five.drop(columns="source"))


# Sentences

BASE = np.array([0.50, 0.52, 0.48, 0.51, 0.49])


def verdicts(difference, **options):
    """Return the verdict on a transferred method that differs so from a plain one."""
    scores = [tidy([BASE + difference], "ProgNet", "sex"), tidy([BASE], "DNN", "none")]
    return compare_methods(pd.concat(scores), **options).loc[0]


def test_equivalence_is_said_with_its_probability():
    wiggle = np.array([1, -1, 2, -2, 1]) * 1e-3
    row = verdicts(wiggle)
    assert row["p_equal"] > 0.99
    assert row["verdict"].startswith(
        "ProgNet from sex and DNN are practically equivalent (within ±0.01 with probability over "
        "0.99): UAR 0.500 against 0.500, difference 0.000 "
    )
    assert not row["hurts"]
    assert verdicts(wiggle, rope=0)["verdict"].startswith("No evidence of a difference")
    narrow = verdicts(wiggle, rope=0.004)
    assert f"within ±0.004 with probability {narrow['p_equal']:.2f})" in narrow["verdict"]
    assert 0.95 < narrow["p_equal"] < 0.995
    strict = verdicts(wiggle, rope=0.004, alpha=0.001)
    assert strict["verdict"].startswith("No evidence of a difference")


def test_a_sure_difference_may_be_too_small_to_matter():
    row = verdicts(np.array([3, 4, 3, 4, 3]) * 1e-3)
    assert row["pvalue"] < 0.05
    assert row["verdict"].startswith("ProgNet from sex is better than DNN: UAR")
    assert row["verdict"].endswith(
        " The difference is too small to matter (within ±0.01 with probability over 0.99)."
    )


HARM = -np.array([0.09, 0.11, 0.10, 0.12, 0.08])
PERHAPS = -np.array([0.05, -0.02, 0.06, -0.01, 0.05])


def test_transfer_that_hurts_is_said_and_marked():
    row = verdicts(HARM)
    assert row["hurts"]
    assert row["verdict"] == (
        "ProgNet from sex is worse than DNN, transfer hurts here: UAR 0.400 against 0.500, "
        "difference -0.100 (95 % interval -0.129 to -0.071), p = 0.000706."
    )
    assert not verdicts(-HARM)["hurts"]
    assert not verdicts(HARM, alpha=1e-4)["hurts"]


def test_it_hurts_whichever_is_named_first():
    scores = pd.concat([tidy([BASE + HARM], "ProgNet", "sex"), tidy([BASE], "DNN", "none")])
    row = compare_methods(scores, against=("ProgNet", "sex")).loc[0]
    assert row["hurts"]
    assert row["verdict"].startswith(
        "DNN is better than ProgNet from sex, transfer hurts here: UAR 0.500 against 0.400"
    )


@pytest.mark.parametrize("sources", [("none", "none"), ("sex", "age"), ("sex", "sex")])
def test_only_transfer_against_none_can_hurt(sources):
    scores = pd.concat([tidy([BASE + HARM], "A", sources[0]), tidy([BASE], "B", sources[1])])
    for rows in (scores, scores.iloc[::-1]):
        comparisons = compare_methods(rows, pairs="all")
        assert not comparisons["hurts"].any()
        assert "hurts" not in comparisons.loc[0, "verdict"]
    perhaps = pd.concat([tidy([BASE + PERHAPS], "A", sources[0]), tidy([BASE], "B", sources[1])])
    assert "hurt" not in compare_methods(perhaps, pairs="all").loc[0, "verdict"]


def test_transfer_that_may_hurt_is_worded_with_care():
    row = verdicts(PERHAPS)
    assert row["pvalue"] > 0.05
    assert not row["hurts"]
    assert row["verdict"].startswith(
        "No evidence of a difference between ProgNet from sex and DNN"
    )
    assert row["verdict"].endswith(
        " However, transfer may hurt: ProgNet from sex is worse by more than 0.01 with "
        f"probability {row['p_worse']:.2f}."
    )
    scores = pd.concat([tidy([BASE + PERHAPS], "ProgNet", "sex"), tidy([BASE], "DNN", "none")])
    mirrored = compare_methods(scores, against=("ProgNet", "sex")).loc[0]
    assert mirrored["verdict"].endswith(row["verdict"][-60:])
    # The mean is lower by 0.026: with a wider rope that is no harm.
    assert "may hurt" not in verdicts(PERHAPS, rope=0.03)["verdict"]
    assert "may hurt" not in verdicts(-PERHAPS)["verdict"]


@pytest.mark.parametrize("score", [55.0, -0.1])
def test_scores_that_are_no_uar_are_refused(score):
    scores = pd.concat([tidy(np.full((2, 5), score), name, "none") for name in ("DNN", "SVM")])
    with pytest.raises(ValueError, match="UAR values from 0 to 1"):
        compare_methods(scores)


@pytest.mark.parametrize("pvalue", [-0.1, 2.0, float("nan")])
def test_a_p_value_that_is_none_is_refused(pvalue):
    class Result:
        statistic, df = 1.0, 3

    Result.pvalue = pvalue
    test = SignificanceTest("odd", "an odd test", lambda a, b: Result)
    folds = pd.DataFrame({"repeat": 1, "fold": [1, 2, 3, 4], "source": "none"})
    a, b = [0.5, 0.6, 0.7, 0.5], [0.4, 0.5, 0.5, 0.6]
    scores = pd.concat([folds.assign(method="A", score=a), folds.assign(method="B", score=b)])
    with pytest.raises(ValueError, match=r"^The p-value of 'odd' must be from 0 to 1; got"):
        compare_methods(scores, test=test)
