"""The display of comparisons: its intervals, markers and p-values, checked by hand."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skprognet.displays import SignificanceDisplay
from skprognet.results import compare_methods


@pytest.fixture
def comparisons():
    return pd.DataFrame(
        {
            "method": ["ProgNet", "PT/FT", "ProgNet", "PT/FT"],
            "source": ["speaker", "speaker", "gender", "gender"],
            "against": ["DNN", "DNN", "DNN", "DNN"],
            "against_source": "none",
            "difference": [0.05, 0.03, 0.01, -0.02],
            "low": [0.04, 0.01, -0.01, -0.04],
            "high": [0.06, 0.05, 0.03, 0.0],
            "pvalue": [0.0001, 0.03, 0.3, np.nan],
            "pvalue_holm": [0.0004, 0.09, 0.6, np.nan],
            "alpha": 0.05,
        },
        index=[7, 7, 3, 1],
    )


def draw(comparisons, **options):
    return SignificanceDisplay.from_comparisons(comparisons, **options).plot(Figure().subplots())


def texts(display):
    return [text.get_text() for text in display.ax_.texts]


def test_intervals_and_markers_agree_with_the_frame(comparisons):
    display = draw(comparisons)
    frame = display.frame()
    pd.testing.assert_frame_equal(
        frame.drop(columns="evidence"),
        comparisons.reset_index(drop=True),
        check_column_type=False,
        check_like=True,
    )
    for row, line, marker in zip(
        frame.itertuples(), display.lines_, display.markers_, strict=True
    ):
        assert list(line.get_xdata()) == [row.low, row.high]
        assert list(marker.get_xdata()) == [row.difference]
        assert list(line.get_ydata()) == [row.Index, row.Index]
        assert list(marker.get_ydata()) == [row.Index]
    low, high = display.ax_.get_ylim()
    assert low > high  # the first is at the top


def test_fill_of_a_marker_shows_the_evidence(comparisons):
    display = draw(comparisons)
    assert display.frame()["evidence"].tolist() == ["yes", "not after Holm", "no", "no"]
    assert [marker.get_fillstyle() for marker in display.markers_] == [
        "full",
        "left",
        "full",
        "full",
    ]
    white = [same_color(marker.get_markerfacecolor(), "white") for marker in display.markers_]
    assert white == [False, False, True, True]
    assert same_color(display.markers_[1].get_markerfacecoloralt(), "white")
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == [
        "evidence (p < 0.05)",
        "not after Holm",
        "no evidence",
    ]


def test_the_legend_shows_the_shapes_that_are_drawn(comparisons):
    display = draw(comparisons)
    drawn = {(marker.get_marker(), marker.get_fillstyle()) for marker in display.markers_}
    handles = display.ax_.get_legend().findobj(Line2D)
    assert {(handle.get_marker(), handle.get_fillstyle()) for handle in handles} == drawn
    assert "o" not in {marker for marker, _ in drawn}


def test_evidence_follows_alpha_with_and_without_holm(comparisons):
    display = draw(comparisons.drop(columns="pvalue_holm").assign(alpha=0.2))
    assert display.frame()["evidence"].tolist() == ["yes", "yes", "no", "no"]
    assert texts(display) == ["p", "<0.001", "0.030", "0.300", "-"]
    strict = draw(comparisons.assign(alpha=0.03))
    assert strict.frame()["evidence"].tolist() == ["yes", "no", "no", "no"]
    assert strict.ax_.get_legend().get_texts()[0].get_text() == "evidence (p < 0.03)"


def test_p_values_are_printed_in_the_rows_of_their_comparisons(comparisons):
    display = draw(comparisons)
    assert texts(display) == [
        "p",
        "<0.001",
        "0.030",
        "0.300",
        "-",
        "Holm",
        "<0.001",
        "0.090",
        "0.600",
        "-",
    ]
    heights = [text.xy[1] for text in display.ax_.texts]
    assert heights == [1, 0, 1, 2, 3, 1, 0, 1, 2, 3]


def test_bayesian_probabilities_are_printed(comparisons):
    display = draw(comparisons.assign(p_worse=0.014, p_equal=0.2, p_better=0.786))
    assert texts(display)[10:] == ["worse/equal/\nbetter, in %"] + ["1/20/79"] * 4
    assert len(texts(draw(comparisons.assign(p_worse=0.01)))) == 10


def test_zero_line_and_region_of_practical_equivalence_are_drawn(comparisons):
    (band,) = draw(comparisons.assign(rope=0.02)).ax_.patches
    assert (band.get_x(), band.get_x() + band.get_width()) == (-0.02, 0.02)
    display = draw(comparisons)
    assert not display.ax_.patches
    assert [0, 0] in [list(line.get_xdata()) for line in display.ax_.lines]
    assert display.ax_.get_xlabel() == "difference in UAR, 95 % interval"


def test_row_labels_name_the_methods_and_the_training_size(comparisons):
    comparisons["n_train_folds"] = [1, 2, 4, 8]
    comparisons["corpus"] = "one"
    names = [tick.get_text() for tick in draw(comparisons).ax_.get_yticklabels()]
    assert names[0] == "ProgNet from speaker\nagainst DNN\ntraining folds: 1"
    assert names[3] == "PT/FT from gender\nagainst DNN\ntraining folds: 8"


def test_result_of_compare_methods_can_be_drawn(make_scores):
    comparisons = compare_methods(make_scores())
    frame = draw(comparisons).frame()
    assert len(frame) == 6
    np.testing.assert_array_equal(frame["difference"], comparisons["difference"])
    single = draw(comparisons[:1])
    assert len(single.lines_) == 1


def test_alpha_and_rope_are_taken_from_the_comparisons(make_scores):
    comparisons = compare_methods(make_scores(), alpha=0.3, rope=0.04)
    display = draw(comparisons)
    (band,) = display.ax_.patches
    assert (band.get_x(), band.get_x() + band.get_width()) == (-0.04, 0.04)
    has_evidence = (display.frame()["evidence"] != "no").tolist()
    assert has_evidence == (comparisons["pvalue"] < 0.3).tolist()
    mixed = pd.concat([comparisons, compare_methods(make_scores(), alpha=0.2)])
    with pytest.raises(ValueError, match=r"^comparisons must be of one alpha; got \[0\.3, 0\.2\]"):
        SignificanceDisplay.from_comparisons(mixed)


def test_a_missing_column_is_named(comparisons):
    with pytest.raises(
        ValueError, match=r"^comparisons must have .*; \['low'\] are missing among"
    ):
        SignificanceDisplay.from_comparisons(comparisons.drop(columns="low"))
