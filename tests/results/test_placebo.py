"""Is it knowledge, or only more weights: comparisons, marks and sentences on hand-made scores."""

import numpy as np
import pandas as pd
import pytest

from skprognet.metrics import Score
from skprognet.results import compare_methods, format_table, summary_table
from skprognet.significance import corrected_cv_ttest

NOISE = np.random.default_rng(0).normal(0, 0.01, (6, 2, 5))
PLAIN = np.random.default_rng(1).normal(0.6, 0.03, (2, 5))


def rows(method, source, gain, noise=0):
    """Return scores that are better than those of the plain network by about that much."""
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


def scores(source=0.15, placebo=0.0, side_by_side=None):
    """Return a table with the network, the same with a source, and with its placebo."""
    parts = [rows("DNN", "none", 0), rows("ProgNet", "ge2e", source, 1)]
    if side_by_side is not None:
        parts.insert(1, rows("side by side", "ge2e", side_by_side, 2))
    if placebo is not None:
        parts.append(rows("ProgNet", "placebo of ge2e", placebo, 3))
    return pd.concat(parts, ignore_index=True)


def of_kind(comparisons, kind):
    return comparisons[comparisons["kind"] == kind]


def verdict_of_transfer(table):
    """Return what is said of ProgNet against the network without a source."""
    found = of_kind(compare_methods(table), "transfer")
    return found.loc[found["method"] == "ProgNet", "verdict"].item()


def pairs(comparisons):
    columns = ["method", "source", "against", "against_source", "kind"]
    return list(comparisons[columns].itertuples(index=False, name=None))


def test_a_placebo_is_compared_with_its_source_and_with_no_source():
    table = pd.concat([scores(side_by_side=0.1), rows("SVM", "none", 0.02, 4)])
    made = pairs(compare_methods(table))
    assert [pair for pair in made if pair[-1] in ("placebo", "control")] == [
        ("ProgNet", "ge2e", "ProgNet", "placebo of ge2e", "placebo"),
        ("ProgNet", "placebo of ge2e", "DNN", "none", "control"),
    ]
    # What else is compared does not depend on it.
    others = [pair for pair in made if pair[-1] not in ("placebo", "control")]
    without = table[table["source"] != "placebo of ge2e"]
    assert others == pairs(compare_methods(without))


def test_the_numbers_of_both_are_those_of_the_test_and_all_are_corrected_for():
    made = compare_methods(scores())
    noisy = PLAIN + 0.15 + NOISE[1], PLAIN + NOISE[3]
    for kind, one, other in (("placebo", *noisy), ("control", noisy[1], PLAIN)):
        row = of_kind(made, kind).iloc[0]
        expected = corrected_cv_ttest(one, other)
        assert row["pvalue"] == pytest.approx(expected.pvalue)
        assert row["difference"] == pytest.approx((one - other).mean())
    # Holm: the smallest of all p-values times their number.
    smallest = made["pvalue"].idxmin()
    assert made.loc[smallest, "pvalue_holm"] == pytest.approx(3 * made.loc[smallest, "pvalue"])


def test_a_source_that_beats_its_placebo_helps_because_of_what_it_knows():
    said = verdict_of_transfer(scores(0.15, 0.0))
    assert said.startswith("ProgNet from ge2e is better than DNN: UAR 0.7")
    gain = (0.15 + NOISE[1] - NOISE[3]).mean()
    p = corrected_cv_ttest(PLAIN + 0.15 + NOISE[1], PLAIN + NOISE[3]).pvalue
    assert (
        "What the source has learned helps: the same network with a placebo as its source "
        f"has UAR {(PLAIN + NOISE[3]).mean():.3f} (difference {gain:+.3f}, p = {p:.3g})." in said
    )


@pytest.mark.parametrize(
    ("side_by_side", "reading"),
    [
        (0.018, "the layers of the source help, but reading them progressively adds nothing"),
        (-0.05, "reading the layers of the source progressively helps further: "),
    ],
)
def test_what_holm_leaves_no_evidence_of_helps_by_the_plain_p_values_only(side_by_side, reading):
    transfers = of_kind(compare_methods(scores(0.018, 0.0, side_by_side)), "transfer")
    row = transfers[transfers["method"] == "ProgNet"].iloc[0]
    assert row["pvalue"] < 0.05 < row["pvalue_holm"]
    assert "this is not evidence" in row["verdict"]
    assert "By the uncorrected p-values, what the source has learned helps: " in row["verdict"]
    assert f"By the uncorrected p-values, {reading}" in row["verdict"]
    assert "What the source" not in row["verdict"]
    assert reading.capitalize() not in row["verdict"]


def test_a_source_that_is_as_good_as_its_placebo_may_help_by_more_weights_alone():
    table = scores(0.15, 0.15)
    said = verdict_of_transfer(table)
    assert "The gain may come from more weights alone: the same network with a placebo" in said
    assert "what the source has learned" not in said
    control = of_kind(compare_methods(table), "control")["verdict"].item()
    assert control.startswith("ProgNet from placebo of ge2e is better than DNN: UAR ")
    assert "a placebo has nothing to teach, so more weights alone help here." in control


@pytest.mark.parametrize("source", [0.0, -0.1])
def test_nothing_is_explained_where_transfer_does_not_help(source):
    said = verdict_of_transfer(scores(source, -0.2, side_by_side=0.1))
    assert "placebo" not in said
    assert "side by side" not in said


@pytest.mark.parametrize("placebo", [0.1, -0.1])
def test_a_placebo_is_no_transfer(placebo):
    made = compare_methods(scores(0.0, placebo))
    control = of_kind(made, "control").iloc[0]
    assert control["pvalue"] < control["alpha"]
    assert not made["hurts"].any()
    assert "transfer" not in control["verdict"].lower()
    assert ("so more weights alone help" in control["verdict"]) == (placebo > 0)
    # As a mark it would be read as one.
    table = summary_table(scores(0.0, placebo), made)
    assert table.loc[table["source"] == "placebo of ge2e", "marks"].item() == ""


@pytest.mark.parametrize(
    ("side_by_side", "placebo", "sentence"),
    [
        (0.05, 0.0, "Reading the layers of the source progressively helps further: a DNN that "),
        (
            0.15,
            0.0,
            "The layers of the source help, but reading them progressively adds nothing "
            "measurable: a DNN that reads them side by side with the features has UAR 0.7",
        ),
        (
            0.25,
            None,
            "The layers of the source help, but reading them progressively makes the score worse",
        ),
        # Where shuffled layers are as good, it is not said that these help.
        (0.15, 0.15, "alone: the same network with a placebo as its source has UAR 0.7"),
        (0.15, 0.15, "Reading its layers progressively adds nothing measurable: a DNN that reads"),
    ],
)
def test_whether_layers_are_better_read_progressively(side_by_side, placebo, sentence):
    assert sentence in verdict_of_transfer(scores(0.15, placebo, side_by_side))


def test_the_order_of_the_two_in_a_comparison_changes_no_finding():
    table = scores(0.15, 0.0, 0.05)
    said = [
        compare_methods(table, against=against)
        for against in (("ProgNet", "placebo of ge2e"), ("ProgNet", "ge2e"))
    ]
    first, second = (of_kind(made, "placebo").iloc[0] for made in said)
    assert (first["method"], first["source"]) == ("ProgNet", "ge2e")
    assert (second["method"], second["source"]) == ("ProgNet", "placebo of ge2e")
    assert first["difference"] == pytest.approx(-second["difference"])
    backwards = of_kind(compare_methods(table, against=("ProgNet", "ge2e")), "transfer").iloc[0]
    assert (backwards["method"], backwards["against_source"]) == ("DNN", "ge2e")
    assert "What the source has learned helps: " in backwards["verdict"]
    every = compare_methods(table, pairs="all")
    placebo = of_kind(every, "placebo")
    assert pairs(placebo) == [("ProgNet", "ge2e", "ProgNet", "placebo of ge2e", "placebo")]
    assert len(of_kind(every, "control")) == 1


def test_each_condition_has_its_own_placebo():
    known = scores(0.15, 0.0).assign(corpus="A")
    alone = scores(0.15, 0.15).assign(corpus="B")
    said = of_kind(compare_methods(pd.concat([known, alone])), "transfer").set_index("corpus")
    assert "What the source has learned helps" in said.loc["A", "verdict"]
    assert "from more weights alone" in said.loc["B", "verdict"]


def test_where_lower_is_better_a_gain_is_still_one():
    error = Score("error", lambda y, p: 0.0, range=(0, 1), greater_is_better=False)
    columns = {"metric": error.name, "greater_is_better": False}
    said = verdict_of_transfer(scores(-0.15, 0.0).assign(**columns))
    assert "What the source has learned helps: " in said
    assert "(gain (lower is better) +0.1" in said


def test_the_table_has_each_placebo_below_its_source_and_its_p_value():
    table = pd.concat(
        [scores(0.15, 0.0), rows("PT/FT", "speaker", 0.0, 4), rows("ProgNet", "speaker", 0.1, 5)]
    )
    table = pd.concat([table, rows("ProgNet", "placebo of speaker", 0.1, 2)])
    # As a run gives them: all placebos last.
    last = table["source"].str.startswith("placebo")
    table = pd.concat([table[~last], table[last]])
    made = compare_methods(table)
    summary = summary_table(table, made)
    assert summary["source"].tolist() == [
        *("none", "ge2e", "placebo of ge2e", "speaker", "speaker", "placebo of speaker")
    ]
    assert summary["marks"].tolist() == ["", "*‡", "", "", "†", ""]
    p = of_kind(made, "placebo")["pvalue"].tolist()
    np.testing.assert_array_equal(
        summary["p (placebo)"], [np.nan, p[0], np.nan, np.nan, p[1], np.nan]
    )
    text = format_table(summary)
    assert "‡ better than the same method with a placebo of the source, at p < 0.05" in text
    assert "A placebo is the same network with the same number of weights, but the" in text
    assert "| p (placebo)   |" in text


def test_a_table_without_placebos_says_nothing_of_them():
    table = scores(0.15, None, 0.1)
    summary = summary_table(table, compare_methods(table))
    assert "p (placebo)" not in summary
    assert "lacebo" not in format_table(summary)


def test_without_the_plain_network_the_placebo_is_still_compared():
    table = scores()
    table = table[table["method"] != "DNN"]
    made = compare_methods(table)
    assert made["kind"].tolist() == ["placebo"]
    summary = summary_table(table, made)
    assert summary["marks"].tolist() == ["‡", ""]
    assert "‡ better than the same method with a placebo" in format_table(summary)
