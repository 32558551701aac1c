"""Placebos show whether a source helps by what it has learned or by more weights alone."""

import numpy as np
import pandas as pd
import pytest

from skprognet.metrics import Score
from skprognet.results import compare_methods, format_table, summary_table
from skprognet.significance import corrected_cv_ttest

NOISE = np.random.default_rng(0).normal(0, 0.01, (6, 2, 5))
PLAIN = np.random.default_rng(1).normal(0.6, 0.03, (2, 5))


def scores_of_method(method, source, gain, noise=0):
    """Return scores that exceed those of the plain network by about `gain`."""
    repeats, folds = np.indices(PLAIN.shape) + 1
    score = PLAIN + gain + (NOISE[noise] if noise else 0)
    return pd.DataFrame(
        {
            "method": method,
            "source": source,
            "repeat": repeats.ravel(),
            "fold": folds.ravel(),
            "score": score.ravel(),
        }
    )


def scores_of_study(source=0.15, placebo=0.0, side_by_side=None):
    """Return scores of the network alone, with a source, and with a placebo of the source."""
    parts = [scores_of_method("DNN", "none", 0), scores_of_method("ProgNet", "ge2e", source, 1)]
    if side_by_side is not None:
        parts.insert(1, scores_of_method("side by side", "ge2e", side_by_side, 2))
    if placebo is not None:
        parts.append(scores_of_method("ProgNet", "placebo of ge2e", placebo, 3))
    return pd.concat(parts, ignore_index=True)


def of_kind(comparisons, kind):
    return comparisons[comparisons["kind"] == kind]


def verdict_of_transfer(table):
    """Return the verdict on ProgNet against the network without a source."""
    transfers = of_kind(compare_methods(table), "transfer")
    return transfers.loc[transfers["method"] == "ProgNet", "verdict"].item()


def pairs(comparisons):
    columns = ["method", "source", "against", "against_source", "kind"]
    return list(comparisons[columns].itertuples(index=False, name=None))


def test_a_placebo_is_compared_with_its_source_and_with_no_source():
    table = pd.concat(
        [scores_of_study(side_by_side=0.1), scores_of_method("SVM", "none", 0.02, 4)]
    )
    all_pairs = pairs(compare_methods(table))
    assert [pair for pair in all_pairs if pair[-1] in ("placebo", "control")] == [
        ("ProgNet", "ge2e", "ProgNet", "placebo of ge2e", "placebo"),
        ("ProgNet", "placebo of ge2e", "DNN", "none", "control"),
    ]
    # The placebo does not change the other comparisons.
    others = [pair for pair in all_pairs if pair[-1] not in ("placebo", "control")]
    without = table[table["source"] != "placebo of ge2e"]
    assert others == pairs(compare_methods(without))


def test_placebo_comparisons_use_the_corrected_test_and_holm():
    comparisons = compare_methods(scores_of_study())
    source_and_placebo = PLAIN + 0.15 + NOISE[1], PLAIN + NOISE[3]
    for kind, first, second in (
        ("placebo", *source_and_placebo),
        ("control", source_and_placebo[1], PLAIN),
    ):
        row = of_kind(comparisons, kind).iloc[0]
        expected = corrected_cv_ttest(first, second)
        assert row["pvalue"] == pytest.approx(expected.pvalue)
        assert row["difference"] == pytest.approx((first - second).mean())
    # Holm: the smallest of all p-values times their number.
    smallest = comparisons["pvalue"].idxmin()
    assert comparisons.loc[smallest, "pvalue_holm"] == pytest.approx(
        3 * comparisons.loc[smallest, "pvalue"]
    )


def test_verdict_credits_learning_when_the_source_beats_its_placebo():
    verdict = verdict_of_transfer(scores_of_study(0.15, 0.0))
    assert verdict.startswith("ProgNet from ge2e is better than DNN: UAR 0.7")
    gain = (0.15 + NOISE[1] - NOISE[3]).mean()
    p = corrected_cv_ttest(PLAIN + 0.15 + NOISE[1], PLAIN + NOISE[3]).pvalue
    assert (
        "What the source has learned helps: the same network with a placebo as its source "
        f"has UAR {(PLAIN + NOISE[3]).mean():.3f} (worse by {gain:.3f}, p = {p:.3g})." in verdict
    )


@pytest.mark.parametrize(
    ("side_by_side", "reading"),
    [
        (
            0.018,
            "the layers of the source help, but reading them progressively is not shown to add",
        ),
        (-0.05, "reading the layers of the source progressively helps further: "),
    ],
)
def test_verdict_says_uncorrected_when_holm_leaves_no_evidence(side_by_side, reading):
    transfers = of_kind(compare_methods(scores_of_study(0.018, 0.0, side_by_side)), "transfer")
    row = transfers[transfers["method"] == "ProgNet"].iloc[0]
    assert row["pvalue"] < 0.05 < row["pvalue_holm"]
    assert "this is not evidence" in row["verdict"]
    assert "By the uncorrected p-values, what the source has learned helps: " in row["verdict"]
    assert f"By the uncorrected p-values, {reading}" in row["verdict"]
    assert "What the source" not in row["verdict"]
    assert reading.capitalize() not in row["verdict"]


def test_verdict_says_uncorrected_for_a_gain_over_the_placebo_that_holm_rejects():
    comparisons = compare_methods(scores_of_study(0.04, 0.022, 0.0))
    placebo = of_kind(comparisons, "placebo").iloc[0]
    assert placebo["pvalue"] < 0.05 < placebo["pvalue_holm"]
    transfers = of_kind(comparisons, "transfer")
    row = transfers[transfers["method"] == "ProgNet"].iloc[0]
    assert row["pvalue_holm"] < 0.05
    assert "By the uncorrected p-values, what the source has learned helps: " in row["verdict"]
    assert "Reading the layers of the source progressively helps further: " in row["verdict"]


def test_verdict_credits_more_weights_when_the_placebo_is_as_good():
    table = scores_of_study(0.15, 0.15)
    verdict = verdict_of_transfer(table)
    assert "The gain may come from more weights alone: the same network with a placebo" in verdict
    assert "what the source has learned" not in verdict
    control = of_kind(compare_methods(table), "control")["verdict"].item()
    assert control.startswith("ProgNet from placebo of ge2e is better than DNN: UAR ")
    assert "a placebo has nothing to teach, so more weights alone help here." in control


@pytest.mark.parametrize("source", [0.0, -0.1])
def test_verdict_omits_the_placebo_when_transfer_does_not_help(source):
    verdict = verdict_of_transfer(scores_of_study(source, -0.2, side_by_side=0.1))
    assert "placebo" not in verdict
    assert "side by side" not in verdict


@pytest.mark.parametrize("placebo", [0.1, -0.1])
def test_placebo_is_not_judged_as_transfer(placebo):
    comparisons = compare_methods(scores_of_study(0.0, placebo))
    control = of_kind(comparisons, "control").iloc[0]
    assert control["pvalue"] < control["alpha"]
    assert not comparisons["hurts"].any()
    assert "transfer" not in control["verdict"].lower()
    assert ("so more weights alone help" in control["verdict"]) == (placebo > 0)
    # A mark would suggest that a placebo is transfer.
    table = summary_table(scores_of_study(0.0, placebo), comparisons)
    assert table.loc[table["source"] == "placebo of ge2e", "marks"].item() == ""


@pytest.mark.parametrize(
    ("side_by_side", "placebo", "sentence"),
    [
        (0.05, 0.0, "Reading the layers of the source progressively helps further: a DNN that "),
        (
            0.15,
            0.0,
            "The layers of the source help, but reading them progressively is not shown to add "
            "anything: a DNN that reads them side by side with the features has UAR 0.7",
        ),
        (
            0.25,
            0.0,
            "The layers of the source help, but reading them progressively makes the score worse",
        ),
        # Without a placebo, nothing shows that the layers help.
        (
            0.25,
            None,
            "Reading the layers of the source progressively makes the score worse: a DNN that "
            "reads",
        ),
        # If the placebo is as good, the verdict does not say that the layers help.
        (0.15, 0.15, "alone: the same network with a placebo as its source has UAR 0.7"),
        (
            0.15,
            0.15,
            "Reading the layers of the source progressively is not shown to add anything: a DNN "
            "that",
        ),
    ],
)
def test_verdict_compares_progressive_with_side_by_side_reading(side_by_side, placebo, sentence):
    assert sentence in verdict_of_transfer(scores_of_study(0.15, placebo, side_by_side))


def test_finding_is_the_same_whichever_method_is_named_first():
    table = scores_of_study(0.15, 0.0, 0.05)
    both_orders = [
        compare_methods(table, against=against)
        for against in (("ProgNet", "placebo of ge2e"), ("ProgNet", "ge2e"))
    ]
    first, second = (of_kind(comparisons, "placebo").iloc[0] for comparisons in both_orders)
    assert (first["method"], first["source"]) == ("ProgNet", "ge2e")
    assert (second["method"], second["source"]) == ("ProgNet", "placebo of ge2e")
    assert first["difference"] == pytest.approx(-second["difference"])
    backwards = of_kind(compare_methods(table, against=("ProgNet", "ge2e")), "transfer").iloc[0]
    assert (backwards["method"], backwards["against_source"]) == ("DNN", "ge2e")
    assert "What the source has learned helps: " in backwards["verdict"]
    all_pairs = compare_methods(table, pairs="all")
    placebo = of_kind(all_pairs, "placebo")
    assert pairs(placebo) == [("ProgNet", "ge2e", "ProgNet", "placebo of ge2e", "placebo")]
    assert len(of_kind(all_pairs, "control")) == 1


def test_each_condition_has_its_own_placebo():
    by_learning = scores_of_study(0.15, 0.0).assign(corpus="A")
    by_weights = scores_of_study(0.15, 0.15).assign(corpus="B")
    transfers = of_kind(
        compare_methods(pd.concat([by_learning, by_weights])), "transfer"
    ).set_index("corpus")
    assert "What the source has learned helps" in transfers.loc["A", "verdict"]
    assert "from more weights alone" in transfers.loc["B", "verdict"]


def test_lower_error_than_the_placebo_is_a_gain():
    error = Score("error", lambda y, p: 0.0, range=(0, 1), greater_is_better=False)
    columns = {"metric": error.name, "greater_is_better": False}
    verdict = verdict_of_transfer(scores_of_study(-0.15, 0.0).assign(**columns))
    assert "What the source has learned helps: " in verdict
    assert "(worse by 0.1" in verdict


def test_table_lists_each_placebo_below_its_source():
    table = pd.concat(
        [
            scores_of_study(0.15, 0.0),
            scores_of_method("PT/FT", "speaker", 0.0, 4),
            scores_of_method("ProgNet", "speaker", 0.1, 5),
        ]
    )
    table = pd.concat([table, scores_of_method("ProgNet", "placebo of speaker", 0.1, 2)])
    # A study lists all placebos last.
    is_placebo = table["source"].str.startswith("placebo")
    table = pd.concat([table[~is_placebo], table[is_placebo]])
    comparisons = compare_methods(table)
    summary = summary_table(table, comparisons)
    assert summary["source"].tolist() == [
        *("none", "ge2e", "placebo of ge2e", "speaker", "speaker", "placebo of speaker")
    ]
    assert summary["marks"].tolist() == ["", "*‡", "", "", "†", ""]
    p = of_kind(comparisons, "placebo")["pvalue"].tolist()
    np.testing.assert_array_equal(
        summary["p (placebo)"], [np.nan, p[0], np.nan, np.nan, p[1], np.nan]
    )
    text = format_table(summary)
    assert "‡ better than the same method with a placebo of the source, at p < 0.05" in text
    assert "A placebo is the same network with the same number of weights, but the" in text
    assert "| p (placebo)   |" in text


def test_table_without_placebos_does_not_mention_them():
    table = scores_of_study(0.15, None, 0.1)
    summary = summary_table(table, compare_methods(table))
    assert "p (placebo)" not in summary
    assert "lacebo" not in format_table(summary)


def test_placebo_is_compared_even_without_the_plain_network():
    table = scores_of_study()
    table = table[table["method"] != "DNN"]
    comparisons = compare_methods(table)
    assert comparisons["kind"].tolist() == ["placebo"]
    summary = summary_table(table, comparisons)
    assert summary["marks"].tolist() == ["‡", ""]
    assert "‡ better than the same method with a placebo" in format_table(summary)
