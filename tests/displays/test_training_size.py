"""The paper's Figure 4: means and bands, checked by hand, and circles from the comparisons."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from skprognet.displays import TrainingSizeDisplay
from skprognet.results import compare_methods

COMPARED = [
    # method, source, against, against_source, size, difference, p, circle?
    ("ProgNet", "MSP", "DNN", "none", 1, 0.05, 0.01, True),
    ("ProgNet", "MSP", "DNN", "none", 2, 0.05, 0.05, False),
    ("ProgNet", "MSP", "DNN", "none", 4, -0.05, 0.01, False),
    ("ProgNet", "MSP", "PT/FT", "MSP", 8, 0.05, 0.01, False),
    ("PT/FT", "MSP", "DNN", "none", 8, 0.02, 0.049, True),
    ("PT/FT", "MSP", "DNN", "none", 4, 0.02, np.nan, False),
]


@pytest.fixture
def scores(make_scores):
    methods = [("DNN", "none"), ("PT/FT", "MSP"), ("ProgNet", "MSP")]
    return pd.concat(
        [make_scores(methods, n_train_folds=n, n_train=50 * n + 1) for n in (8, 1, 2, 4)]
    )


@pytest.fixture
def comparisons():
    names = ["method", "source", "against", "against_source", "n_train_folds", "difference"]
    frame = pd.DataFrame(COMPARED, columns=[*names, "pvalue", "circle"]).drop(columns="circle")
    kind = np.where(frame["against"] == "DNN", "transfer", "same source")
    return frame.assign(kind=kind, alpha=0.05)


def draw(scores, comparisons=None, **options):
    return TrainingSizeDisplay.from_scores(scores, comparisons, **options).plot(
        Figure().subplots()
    )


def test_mean_and_spread_follow_the_papers_figures(scores):
    frame = TrainingSizeDisplay.from_scores(scores).frame()
    assert len(frame) == 3 * 4
    row = frame.query("method == 'PT/FT' and n_train_folds == 2").iloc[0]
    of_condition = scores.query("method == 'PT/FT' and n_train_folds == 2")
    repeats = [of_condition.loc[of_condition["repeat"] == r, "score"].to_numpy() for r in (1, 2)]
    assert row["mean"] == pytest.approx((repeats[0].mean() + repeats[1].mean()) / 2)
    # Each of two numbers differs from their mean by half of their difference.
    assert row["std"] == pytest.approx(abs(repeats[0].mean() - repeats[1].mean()) / np.sqrt(2))
    assert (row["n_train"], row["n_fits"], row["n_repeats"]) == (101, 10, 2)
    assert "better" not in frame


def test_lines_and_bands_agree_with_the_frame(scores):
    display = draw(scores)
    parts = display.frame().groupby(["method", "source"], sort=False)
    bands = display.ax_.collections
    for line, band, (_, part) in zip(display.lines_, bands, parts, strict=True):
        np.testing.assert_allclose(line.get_xdata(), [1, 2, 4, 8])
        np.testing.assert_allclose(line.get_ydata(), part["mean"])
        corners = band.get_paths()[0].vertices
        for size, mean, std in part[["n_train_folds", "mean", "std"]].to_numpy():
            heights = corners[corners[:, 0] == size, 1]
            assert heights.min() == pytest.approx(mean - std)
            assert heights.max() == pytest.approx(mean + std)
    assert [line.get_label() for line in display.lines_] == [
        "DNN",
        "PT/FT from MSP",
        "ProgNet from MSP",
    ]


def legend_title(display):
    return display.ax_.get_legend().get_title().get_text()


def test_a_single_repeat_has_a_band_over_its_folds_and_says_so(scores):
    assert legend_title(draw(scores)) == "mean, band: standard deviation over repeats"
    single_repeat = scores[scores["repeat"] == 1]
    display = draw(single_repeat)
    row = display.frame().query("method == 'PT/FT' and n_train_folds == 2").iloc[0]
    score = single_repeat.query("method == 'PT/FT' and n_train_folds == 2")["score"].to_numpy()
    assert row["std"] == pytest.approx(np.sqrt(((score - score.mean()) ** 2).sum() / 4))
    assert legend_title(display) == "mean, band: standard deviation over folds"


def test_circles_mark_where_transfer_is_significantly_better(scores, comparisons):
    display = draw(scores, comparisons)
    frame = display.frame()
    expected = {(row[0], row[1], row[4]) for row in COMPARED if row[-1]}
    keys = frame.loc[frame["better"], ["method", "source", "n_train_folds"]]
    assert set(keys.itertuples(index=False, name=None)) == expected
    for circle, line, size in zip(display.circles_, display.lines_[1:], (8, 1), strict=True):
        assert list(circle.get_xdata()) == [size]
        assert circle.get_ydata()[0] == line.get_ydata()[[1, 2, 4, 8].index(size)]
        assert (circle.get_marker(), circle.get_color()) == ("o", line.get_color())
        assert circle.get_markersize() > line.get_markersize()


def test_circles_ignore_comparisons_with_other_classifiers(scores, comparisons):
    svm = comparisons.assign(against="SVM", kind="other", pvalue=0.001, difference=0.3)
    display = draw(scores, pd.concat([comparisons, svm], ignore_index=True))
    assert display.frame()["better"].sum() == 2
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts[-1] == "better than DNN, p<0.05"


def test_circles_and_legend_use_the_alpha_of_the_comparisons(scores, comparisons):
    display = draw(scores, comparisons.assign(alpha=0.02))
    assert display.frame()["better"].sum() == 1
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts[-1] == "better than DNN, p<0.02"


def test_legend_leaves_out_circles_if_there_are_none(scores, comparisons):
    display = draw(scores, comparisons.assign(pvalue=0.5))
    assert display.circles_ == []
    assert len(display.ax_.get_legend().get_texts()) == 3


def test_comparisons_of_another_corpus_add_no_circles(scores, comparisons):
    two_corpora = pd.concat(
        [comparisons.assign(corpus="A", pvalue=0.5), comparisons.assign(corpus="B")]
    )
    assert not draw(scores.assign(corpus="A"), two_corpora).frame()["better"].any()
    assert draw(scores.assign(corpus="B"), two_corpora).frame()["better"].sum() == 2
    with pytest.raises(
        ValueError, match=r"^comparisons must be of one corpus; got \['A', 'B'\]\."
    ):
        draw(scores, two_corpora)


@pytest.mark.parametrize("sizes", [[8], [1, 2, 4, 8]])
def test_result_of_compare_methods_can_be_drawn(scores, sizes):
    scores = scores[scores["n_train_folds"].isin(sizes)]
    better = scores["method"] == "ProgNet"
    scores = scores.assign(score=scores["score"].where(~better, 0.9 + 0.01 * scores["score"]))
    frame = draw(scores, compare_methods(scores)).frame()
    assert set(frame["method"]) == {"DNN", "PT/FT", "ProgNet"}
    assert frame.query("method == 'ProgNet'")["better"].all()
    assert not frame.query("method == 'DNN'")["better"].any()


def test_circles_do_not_depend_on_which_method_is_named_first(scores):
    better = scores["method"] == "ProgNet"
    scores = scores.assign(score=scores["score"].where(~better, 0.9 + 0.01 * scores["score"]))
    comparisons = compare_methods(scores, against=("ProgNet", "MSP"))
    display = draw(scores, comparisons)
    frame = display.frame()
    assert frame["better"].tolist() == frame["method"].eq("ProgNet").tolist()
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts[-1] == "better than DNN, p<0.05"
    with pytest.raises(ValueError, match=r"\['against_source'\] are missing among"):
        draw(scores, comparisons.drop(columns="against_source"))


def test_ticks_show_folds_and_rows(scores):
    ax = draw(scores).ax_
    assert [tick.get_text() for tick in ax.get_xticklabels()] == [
        "1\n51",
        "2\n101",
        "4\n201",
        "8\n401",
    ]
    ax = draw(scores.drop(columns="n_train")).ax_
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "2", "4", "8"]
    assert ax.get_xlabel() == "training folds of the target corpus"
    steps = np.diff(ax.transData.transform([(x, 0) for x in (1, 2, 4, 8)])[:, 0])
    np.testing.assert_allclose(steps, steps[0])


def test_one_fold_has_no_band_and_one_size_is_drawn(make_scores):
    display = draw(make_scores([("DNN", "none")], n_repeats=1, n_folds=1, n_train_folds=8))
    assert display.frame()["std"].isna().all()
    assert len(display.lines_[0].get_xdata()) == 1
    assert display.ax_.get_legend().get_title().get_text() == "single scores"


def test_a_fold_without_score_leaves_a_gap(scores):
    scores = scores.reset_index(drop=True)
    lost = scores.query("method == 'DNN' and n_train_folds == 2").index[0]
    scores.loc[lost, "score"] = np.nan
    display = draw(scores)
    assert np.isnan(display.lines_[0].get_ydata()).tolist() == [False, True, False, False]
    assert not np.isnan(display.lines_[1].get_ydata()).any()


def test_a_method_may_lack_a_size(scores):
    display = draw(scores.query("not (method == 'ProgNet' and n_train_folds == 1)"))
    assert [len(line.get_xdata()) for line in display.lines_] == [4, 4, 3]


def test_a_missing_fold_is_refused(scores):
    short = scores.query("not (method == 'DNN' and repeat == 2 and fold == 5)")
    with pytest.raises(ValueError, match=r"^scores must have one row for each of 2 x 5 folds"):
        TrainingSizeDisplay.from_scores(short)


def test_scores_of_two_corpora_are_refused(scores):
    two_corpora = pd.concat([scores.assign(corpus="A"), scores.assign(corpus="B")])
    message = (
        "scores must be of one corpus; got ['A', 'B']. Draw each in its own axes, "
        "beginning with scores[scores['corpus'] == 'A']."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        TrainingSizeDisplay.from_scores(two_corpora)


def test_missing_columns_are_named(scores, comparisons):
    with pytest.raises(
        ValueError, match=r"^scores must have .*; \['n_train_folds'\] are missing among"
    ):
        TrainingSizeDisplay.from_scores(scores.drop(columns="n_train_folds"))
    with pytest.raises(ValueError, match=r"^comparisons must have .*; \['pvalue'\] are missing"):
        TrainingSizeDisplay.from_scores(scores, comparisons.drop(columns="pvalue"))


def test_empty_and_nameless_tables_are_refused(scores):
    with pytest.raises(
        ValueError, match=r"^scores must have at least one row; got none\. Pass a table"
    ):
        TrainingSizeDisplay.from_scores(scores[:0])
    message = (
        "scores must name method and source in every row; 40 of 120 rows "
        "lack one. Without a source, write 'none'."
    )
    nameless = scores.assign(source=scores["source"].replace("none", None))
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        TrainingSizeDisplay.from_scores(nameless)


def test_rows_without_a_number_of_training_folds_are_refused(scores):
    scores = scores.assign(
        n_train_folds=scores["n_train_folds"].where(scores["n_train_folds"] > 1)
    )
    n_missing = scores["n_train_folds"].isna().sum()
    message = rf"^scores must have n_train_folds in every row; {n_missing} of {len(scores)} rows"
    with pytest.raises(ValueError, match=message):
        TrainingSizeDisplay.from_scores(scores)
