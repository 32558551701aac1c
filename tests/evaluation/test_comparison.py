"""Comparisons and tables against the stored numbers of other tools, and by hand."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skprognet.evaluation import (
    calibrated_cv_ttest,
    compare_methods,
    corrected_cv_ttest,
    summary_table,
)
from skprognet.evaluation._comparison import holm

REFERENCE = json.loads((Path(__file__).parents[1] / "reference/significance.json").read_text())


def tidy(table, method, source):
    repeats, folds = np.indices(np.shape(table)) + 1
    return pd.DataFrame(
        {
            "method": method,
            "source": source,
            "repeat": repeats.ravel(),
            "fold": folds.ravel(),
            "uar": np.ravel(table),
        }
    )


@pytest.fixture
def three():
    """Give the three 10 x 10 score tables that the reference has, as a DNN and two transfers."""
    a, b, c = (np.array(scores) for scores in REFERENCE["inputs"]["m3"]["scores"])
    scores = [tidy(c, "DNN", "none"), tidy(b, "PT/FT", "gender"), tidy(a, "ProgNet", "gender")]
    return pd.concat(scores), (a, b, c)


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
        assert "Corrected for the 6 comparisons made, it is no evidence (Holm, p = " in verdict


def test_missing_and_double_folds_are_errors(three):
    scores, _ = three
    message = (
        r"^scores must have one row for each of 10 x 10 folds of 'PT/FT' from 'gender'; got "
        r"{} rows, {} of them twice\.$"
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


def test_spread_is_by_the_papers_rule(three):
    scores, (a, _, _) = three
    row = summary_table(scores).query("method == 'ProgNet'").iloc[0]
    by_repeat = [(np.mean(folds), np.std(folds, ddof=1)) for folds in a]
    assert row["uar_mean"] == pytest.approx(np.mean([mean for mean, _ in by_repeat]))
    assert row["uar_std"] == pytest.approx(np.mean([std for _, std in by_repeat]))
    # It is not the spread over all 100 folds.
    assert row["uar_std"] != pytest.approx(a.std(ddof=1), rel=1e-6)


def test_marks_are_the_papers_two(three):
    # The reference: A is better than C (p = .0016) and than B (.029), B no better than C (.110).
    scores, _ = three
    table = summary_table(scores, compare_methods(scores)).set_index("method")
    assert table["marks"].to_dict() == {"DNN": "", "PT/FT": "", "ProgNet": "*†"}
    assert table["p_plain"].round(4).tolist()[1:] == [0.11, 0.0016]
    assert table["p_other"].round(4).tolist()[2] == 0.0286


def test_a_method_that_is_worse_earns_no_mark():
    base = np.array([[0.50, 0.52, 0.48, 0.51, 0.49]])
    scores = pd.concat([tidy(base, "DNN", "none"), tidy(base - 0.1 * base, "ProgNet", "gender")])
    comparisons = compare_methods(scores)
    assert comparisons.loc[0, "pvalue"] < 0.05
    assert summary_table(scores, comparisons).loc[1, "marks"] == ""


@pytest.mark.parametrize(
    ("p_plain", "p_other", "marks"),
    [(0.01, 0.2, "*"), (0.2, 0.01, "†"), (0.01, 0.01, "*†"), (0.2, 0.2, "")],
)
def test_each_mark_is_that_of_its_own_comparison(p_plain, p_other, marks):
    folds = pd.DataFrame({"repeat": 1, "fold": [1, 2]})
    entries = [("DNN", "none", 0.5), ("PT/FT", "gender", 0.5), ("ProgNet", "gender", 0.6)]
    scores = pd.concat([folds.assign(method=m, source=s, uar=u) for m, s, u in entries])
    comparisons = pd.DataFrame(
        {
            "method": "ProgNet",
            "source": "gender",
            "against": ["DNN", "PT/FT"],
            "against_source": ["none", "gender"],
            "difference": 0.1,
            "pvalue": [p_plain, p_other],
        }
    )
    row = summary_table(scores, comparisons).set_index("method").loc["ProgNet"]
    assert row["marks"] == marks
    assert (row["p_plain"], row["p_other"]) == (p_plain, p_other)
