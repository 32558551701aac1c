"""Comparisons of methods and their verdicts, checked against other tools and by hand."""

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
def three_methods():
    """Give the three 10 x 10 tables of the reference, as scores of a DNN and of two transfers."""
    a, b, c = (np.array(scores) for scores in REFERENCE["inputs"]["m3"]["scores"])
    scores = [tidy(c, "DNN", "none"), tidy(b, "PT/FT", "gender"), tidy(a, "ProgNet", "gender")]
    return pd.concat(scores), (a, b, c)


def holm(pvalues):
    """Adjust p-values as Holm (1979) does: each by the largest product up to its own rank."""
    return [
        min(
            1,
            max(
                smaller * sum(smaller <= p for p in pvalues)
                for smaller in pvalues
                if smaller <= pvalue
            ),
        )
        for pvalue in pvalues
    ]


def test_holm_by_hand_agrees_with_r():
    rows = [row for row in REFERENCE["expected"] if row["test"].startswith("adjusted[holm]")]
    for row in rows:
        raw = row.get("raw_p") or [
            stored["p_two"]
            for pair in row["pair"].split()
            for stored in REFERENCE["expected"]
            if (stored["case"], stored["pair"], stored["test"])
            == (row["case"], pair, "calibrated_10x10_df10")
        ]
        np.testing.assert_allclose(holm(raw), row["adjusted_p"], rtol=1e-8)
    assert len(rows) == 2
    # In order: 0.2 * 3. Then 0.6 * 2, cut to 1. Then 0.9 * 1, raised to the 1 before it.
    np.testing.assert_allclose(holm([0.6, 0.2, 0.9]), [1, 0.6, 1])


def test_holm_adjusts_for_all_comparisons_of_the_table(rng):
    capped = raised_to_order = 0
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
        raised_to_order += 0 < len(adjusted[adjusted < 1]) > len(set(adjusted[adjusted < 1]))
    assert capped
    assert raised_to_order


def test_ten_by_ten_folds_use_the_calibrated_test_and_holm(three_methods):
    scores, (a, b, c) = three_methods
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


def test_other_designs_get_the_corrected_test(three_methods):
    _, (a, _, c) = three_methods
    scores = pd.concat([tidy(c[:2, :5], "DNN", "none"), tidy(a[:2, :5], "ProgNet", "speaker")])
    row = compare_methods(scores).iloc[0]
    expected = corrected_cv_ttest(a[:2, :5], c[:2, :5])
    assert (row["statistic"], row["df"], row["ratio"]) == (expected.statistic, 9, 1 / 4)
    assert row["test"].startswith("corrected")


def test_scores_are_paired_by_fold_and_not_by_order_of_rows(three_methods):
    scores, _ = three_methods
    shuffled = pd.concat(
        part.sample(frac=1, random_state=0) for _, part in scores.groupby("method", sort=False)
    )
    pd.testing.assert_frame_equal(compare_methods(shuffled), compare_methods(scores))
    fold = np.where(scores["method"] == "DNN", 11 - scores["fold"], scores["fold"])
    swapped = scores.assign(fold=fold)
    assert (compare_methods(swapped)["pvalue"] != compare_methods(scores)["pvalue"]).any()


def verdict_on(transferred, plain):
    scores = pd.concat([tidy([transferred], "ProgNet", "gender"), tidy([plain], "DNN", "none")])
    return compare_methods(scores).loc[0, "verdict"]


def test_the_verdict_says_better_worse_or_no_evidence():
    base = np.array([0.50, 0.52, 0.48, 0.51, 0.49])
    gain = np.array([0.09, 0.11, 0.10, 0.12, 0.08])
    noise = np.array([0.05, -0.06, 0.04, -0.03, 0.01])
    assert verdict_on(base + gain, base) == (
        "ProgNet from gender is better than DNN: UAR 0.600 against 0.500, difference +0.100 "
        "(95 % interval +0.071 to +0.129), p = 0.000706."
    )
    assert verdict_on(base - gain, base).startswith(
        "ProgNet from gender is worse than DNN, so transfer hurts here: UAR 0.400 against 0.500"
    )
    assert verdict_on(base + noise, base).startswith(
        "No evidence of a difference between ProgNet from gender and DNN: UAR 0.502 against 0.500"
    )


def test_verdict_says_when_holms_correction_removes_the_evidence():
    base = np.array([0.50, 0.52, 0.48, 0.51, 0.49])
    gain = np.array([0.01, 0.05, 0.03, 0.06, 0.04])
    scores = [tidy([base], "DNN", "none")]
    scores += [tidy([base + gain], "ProgNet", f"task {i}") for i in range(6)]
    comparisons = compare_methods(pd.concat(scores))
    assert (comparisons["pvalue"] < 0.05).all()
    assert (comparisons["pvalue_holm"] > 0.05).all()
    for verdict in comparisons["verdict"]:
        assert "After Holm's correction for 6 comparisons this is not evidence (p = " in verdict


def test_missing_and_repeated_folds_are_errors(three_methods):
    scores, _ = three_methods
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


def test_scores_without_two_methods_to_compare_are_an_error(three_methods):
    scores, _ = three_methods
    one = scores[scores["method"] == "DNN"]
    message = (
        r"^scores must hold at least two methods to compare on the same data; got DNN\. Add the "
        r"scores of another method\.$"
    )
    with pytest.raises(ValueError, match=message):
        compare_methods(one)
    with pytest.raises(ValueError, match=r"to compare on the same data; got DNN, ProgNet\. Add"):
        compare_methods(
            pd.concat([one.assign(corpus="A"), one.assign(corpus="B", method="ProgNet")])
        )


def test_one_method_with_two_sources_is_compared_only_on_request(three_methods):
    scores, _ = three_methods
    both = pd.concat(
        [scores[scores["method"] == "ProgNet"].assign(source=name) for name in ("a", "b")]
    )
    message = (
        r"^scores must hold two methods that the paper would compare; got ProgNet from a, ProgNet "
        r"from b\. Add the scores of a method without a source, or compare all pairs\.$"
    )
    with pytest.raises(ValueError, match=message):
        compare_methods(both)
    assert len(compare_methods(both, pairs="all")) == 1


def test_effect_size_and_probabilities_agree_with_the_tests(three_methods):
    scores, (a, _, c) = three_methods
    comparisons = compare_methods(scores).set_index(["method", "against"])
    row = comparisons.loc[("ProgNet", "DNN")]
    probabilities = row[["p_worse", "p_equal", "p_better"]].astype(float)
    # Equal up to rounding, since in numpy before 2.1 the order of a sum depends on the layout.
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
def five_methods(rng):
    """Give scores of a plain method, and of two methods with two sources each, in 2 x 5 folds."""
    base = rng.normal(0.6, 0.02, (2, 5))
    names = [("DNN", "none")]
    names += [(method, source) for source in ("sex", "age") for method in ("PT/FT", "ProgNet")]
    return pd.concat(
        tidy(base + rng.normal(0, 0.02, (2, 5)), method, source) for method, source in names
    )


def test_default_pairs_are_those_of_the_paper(five_methods):
    assert pairs_of(compare_methods(five_methods)) == [
        ("PT/FT", "sex", "DNN", "none"),
        ("ProgNet", "sex", "DNN", "none"),
        ("PT/FT", "age", "DNN", "none"),
        ("ProgNet", "age", "DNN", "none"),
        ("ProgNet", "sex", "PT/FT", "sex"),
        ("ProgNet", "age", "PT/FT", "age"),
    ]


def test_all_pairs_appear_once_with_the_transfer_method_first(five_methods):
    comparisons = compare_methods(five_methods.iloc[::-1], pairs="all")
    pairs = pairs_of(comparisons)
    assert len({frozenset([pair[:2], pair[2:]]) for pair in pairs}) == len(pairs) == 10
    assert [pair[:2] for pair in pairs if pair[3] == "none"] == [
        ("ProgNet", "age"),
        ("PT/FT", "age"),
        ("ProgNet", "sex"),
        ("PT/FT", "sex"),
    ]
    assert all(source != "none" for _, source, _, _ in pairs)
    # Of two transfer methods, the one that is listed later is named first.
    assert ("PT/FT", "age", "ProgNet", "age") in pairs


@pytest.mark.parametrize("against", ["DNN", ("DNN", "none")])
def test_against_compares_all_methods_with_the_named_one(five_methods, against):
    pairs = pairs_of(compare_methods(five_methods, against=against))
    assert len(pairs) == 4
    assert {pair[2:] for pair in pairs} == {("DNN", "none")}


def test_against_may_name_a_transfer_method(five_methods):
    comparisons = compare_methods(five_methods, against=("ProgNet", "sex"))
    pairs = pairs_of(comparisons)
    assert len(pairs) == 4
    assert {pair[2:] for pair in pairs} == {("ProgNet", "sex")}
    paper = compare_methods(five_methods).loc[1]
    mirrored = comparisons.loc[0]
    assert (mirrored["method"], mirrored["difference"]) == ("DNN", -paper["difference"])


def test_methods_are_compared_within_each_corpus_and_training_size(rng):
    parts = []
    for corpus in ("emodb", "other"):
        for n in (1, 8):
            for method, source in (("DNN", "none"), ("ProgNet", "sex")):
                part = tidy(rng.normal(0.6, 0.02, (2, 5)), method, source)
                parts.append(part.assign(corpus=corpus, target="emotion", n_train_folds=n))
    scores = pd.concat(parts).sample(frac=1, random_state=0)
    comparisons = compare_methods(scores)
    assert list(comparisons.columns[:3]) == ["corpus", "n_train_folds", "method"]
    conditions = comparisons[["corpus", "n_train_folds"]].itertuples(index=False, name=None)
    assert sorted(conditions) == [("emodb", 1), ("emodb", 8), ("other", 1), ("other", 8)]
    for _, row in comparisons.iterrows():
        same_condition = (scores["corpus"] == row["corpus"]) & (
            scores["n_train_folds"] == row["n_train_folds"]
        )
        alone = compare_methods(scores[same_condition]).loc[0]
        assert (row["score"], row["pvalue"]) == (alone["score"], alone["pvalue"])
        assert row["verdict"] == (
            f"corpus {row['corpus']}, n_train_folds {row['n_train_folds']}: {alone['verdict']}"
        )
    np.testing.assert_allclose(comparisons["pvalue_holm"], holm(comparisons["pvalue"]))


def test_rows_without_a_training_size_are_a_separate_condition(five_methods):
    scores = pd.concat(
        [five_methods.assign(n_train_folds=1.0), five_methods.assign(n_train_folds=np.nan)]
    )
    comparisons = compare_methods(scores)
    assert comparisons["n_train_folds"].isna().sum() == len(comparisons) / 2 == 6
    table = summary_table(scores, comparisons)
    assert table["p (DNN)"].notna().tolist() == 2 * [False, True, True, True, True]


def test_ratio_is_computed_from_the_row_counts(five_methods):
    sized = five_methods.assign(n_train=3, n_validation=1, n_test=2)
    row = compare_methods(sized).loc[0]
    assert row["ratio"] == 0.5
    assert row["pvalue"] > compare_methods(five_methods).loc[0, "pvalue"]


def test_hold_out_needs_row_counts(five_methods):
    first_fold = five_methods[five_methods["fold"] == 1]
    two_repeats = pd.concat(
        [
            first_fold,
            first_fold.assign(repeat=first_fold["repeat"] + 2, score=first_fold["score"] - 0.01),
        ]
    )
    sentence = (
        "scores must have at least 2 folds in each repeat, or the columns n_train and n_test; got "
        "1 fold without them. Add these columns, or run more folds."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        compare_methods(two_repeats)
    assert compare_methods(two_repeats.assign(n_train=90, n_test=30)).loc[0, "ratio"] == 1 / 3


def test_methods_with_different_normalisation_are_not_compared(five_methods):
    normalisation = np.where(five_methods["method"] == "DNN", "training", "corpus")
    sentence = (
        "PT/FT from sex and DNN must come from the same design; got normalisation corpus and "
        "training in repeat 1, fold 1. Score both methods on the same folds."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        compare_methods(five_methods.assign(normalisation=normalisation))


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
def test_wrong_options_raise_helpful_errors(five_methods, options, error, sentence):
    with pytest.raises(error, match=f"^{re.escape(sentence)}$"):
        compare_methods(five_methods, **options)


def test_missing_columns_are_named(five_methods):
    sentence = (
        "scores must have the columns ['method', 'source', 'repeat', 'fold', 'score']; ['source'] "
        "are missing among ['method', 'repeat', 'fold', 'score']. Rename columns, or use the "
        "result of cross_validate_transfer."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        compare_methods(five_methods.drop(columns="source"))


# Verdicts

BASE = np.array([0.50, 0.52, 0.48, 0.51, 0.49])


def compare_with_base(difference, **options):
    """Compare a method whose scores differ from BASE by `difference` with a plain one."""
    scores = [tidy([BASE + difference], "ProgNet", "sex"), tidy([BASE], "DNN", "none")]
    return compare_methods(pd.concat(scores), **options).loc[0]


def test_verdict_gives_the_probability_of_equivalence():
    wiggle = np.array([1, -1, 2, -2, 1]) * 1e-3
    row = compare_with_base(wiggle)
    assert row["p_equal"] > 0.99
    assert row["verdict"].startswith(
        "ProgNet from sex and DNN are practically equivalent (within ±0.01 with probability over "
        "0.99): UAR 0.500 against 0.500, difference 0.000 "
    )
    assert not row["hurts"]
    assert compare_with_base(wiggle, rope=0)["verdict"].startswith("No evidence of a difference")
    narrow = compare_with_base(wiggle, rope=0.004)
    assert f"within ±0.004 with probability {narrow['p_equal']:.2f})" in narrow["verdict"]
    assert 0.95 < narrow["p_equal"] < 0.995
    strict = compare_with_base(wiggle, rope=0.004, alpha=0.001)
    assert strict["verdict"].startswith("No evidence of a difference")


def test_verdict_says_when_a_significant_difference_is_too_small():
    row = compare_with_base(np.array([3, 4, 3, 4, 3]) * 1e-3)
    assert row["pvalue"] < 0.05
    assert row["verdict"].startswith("ProgNet from sex is better than DNN: UAR")
    assert row["verdict"].endswith(
        " The difference is too small to matter (within ±0.01 with probability over 0.99)."
    )


HARM = -np.array([0.09, 0.11, 0.10, 0.12, 0.08])
POSSIBLE_HARM = -np.array([0.05, -0.02, 0.06, -0.01, 0.05])


def test_verdict_and_column_say_that_transfer_hurts():
    row = compare_with_base(HARM)
    assert row["hurts"]
    assert row["verdict"] == (
        "ProgNet from sex is worse than DNN, so transfer hurts here: UAR 0.400 against 0.500, "
        "difference -0.100 (95 % interval -0.129 to -0.071), p = 0.000706."
    )
    assert not compare_with_base(-HARM)["hurts"]
    assert not compare_with_base(HARM, alpha=1e-4)["hurts"]


def test_harm_is_found_whichever_method_is_named_first():
    scores = pd.concat([tidy([BASE + HARM], "ProgNet", "sex"), tidy([BASE], "DNN", "none")])
    row = compare_methods(scores, against=("ProgNet", "sex")).loc[0]
    assert row["hurts"]
    assert row["verdict"].startswith(
        "DNN is better than ProgNet from sex, so transfer hurts here: UAR 0.500 against 0.400"
    )


@pytest.mark.parametrize("sources", [("none", "none"), ("sex", "age"), ("sex", "sex")])
def test_only_transfer_compared_with_no_transfer_can_hurt(sources):
    scores = pd.concat([tidy([BASE + HARM], "A", sources[0]), tidy([BASE], "B", sources[1])])
    for rows in (scores, scores.iloc[::-1]):
        comparisons = compare_methods(rows, pairs="all")
        assert not comparisons["hurts"].any()
        assert "hurts" not in comparisons.loc[0, "verdict"]
    maybe_harmful = pd.concat(
        [tidy([BASE + POSSIBLE_HARM], "A", sources[0]), tidy([BASE], "B", sources[1])]
    )
    assert "hurt" not in compare_methods(maybe_harmful, pairs="all").loc[0, "verdict"]


def test_verdict_says_that_transfer_may_hurt():
    row = compare_with_base(POSSIBLE_HARM)
    assert row["pvalue"] > 0.05
    assert not row["hurts"]
    assert row["verdict"].startswith(
        "No evidence of a difference between ProgNet from sex and DNN"
    )
    assert row["verdict"].endswith(
        " However, transfer may hurt: ProgNet from sex is worse by more than 0.01 with "
        f"probability {row['p_worse']:.2f}."
    )
    scores = pd.concat(
        [tidy([BASE + POSSIBLE_HARM], "ProgNet", "sex"), tidy([BASE], "DNN", "none")]
    )
    mirrored = compare_methods(scores, against=("ProgNet", "sex")).loc[0]
    assert mirrored["verdict"].endswith(row["verdict"][-60:])
    # The mean is lower by 0.026, which is no harm by a wider rope.
    assert "may hurt" not in compare_with_base(POSSIBLE_HARM, rope=0.03)["verdict"]
    assert "may hurt" not in compare_with_base(-POSSIBLE_HARM)["verdict"]


@pytest.mark.parametrize("score", [55.0, -0.1])
def test_scores_outside_0_to_1_are_refused(score):
    scores = pd.concat([tidy(np.full((2, 5), score), name, "none") for name in ("DNN", "SVM")])
    with pytest.raises(ValueError, match="UAR values from 0 to 1"):
        compare_methods(scores)


@pytest.mark.parametrize("pvalue", [-0.1, 2.0, float("nan")])
def test_p_values_outside_0_to_1_are_refused(pvalue):
    class Result:
        statistic, df = 1.0, 3

    Result.pvalue = pvalue
    test = SignificanceTest("odd", "an odd test", lambda a, b: Result)
    folds = pd.DataFrame({"repeat": 1, "fold": [1, 2, 3, 4], "source": "none"})
    a, b = [0.5, 0.6, 0.7, 0.5], [0.4, 0.5, 0.5, 0.6]
    scores = pd.concat([folds.assign(method="A", score=a), folds.assign(method="B", score=b)])
    with pytest.raises(ValueError, match=r"^The p-value of 'odd' must be from 0 to 1; got"):
        compare_methods(scores, test=test)


@pytest.mark.parametrize("column", ["corpus", "target"])
def test_methods_without_a_corpus_or_target_beside_others_are_refused(column, three_methods):
    scores, _ = three_methods
    own = scores[scores["method"] == "DNN"].assign(method="SVM")
    joined = pd.concat([scores.assign(**{column: "x"}), own])
    message = rf"^scores must have a {column} in every row or in none; 100 of 400 .* of 'SVM'\. "
    with pytest.raises(ValueError, match=message):
        compare_methods(joined)
    assert len(compare_methods(joined.assign(**{column: None}))) > 3


@pytest.mark.parametrize("column", ["repeat", "fold"])
def test_a_row_without_its_fold_is_refused(column, three_methods):
    scores, _ = three_methods
    scores = scores.reset_index(drop=True)
    scores.loc[7, column] = np.nan
    with pytest.raises(ValueError, match=r"repeat and fold in every row; 1 of 300 rows lack one"):
        compare_methods(scores)


def test_a_method_whose_baseline_is_unknown_is_not_said_to_be_hurt_by_transfer(three_methods):
    scores, (a, _, _) = three_methods
    own = tidy(a - 0.2, "SVM", "gender")
    joined = pd.concat([scores.assign(baseline="DNN"), own])
    row = compare_methods(joined, against="DNN").set_index("method").loc["SVM"]
    assert row["kind"] == "other"
    assert not row["hurts"]
    assert row["verdict"].startswith("SVM from gender is worse than DNN: UAR")
