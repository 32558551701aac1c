"""The display of the scores of each method: its numbers, checked by hand, and the drawing."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from skprognet.displays import ScoresDisplay


def draw(scores, **options):
    return ScoresDisplay.from_scores(scores, **options).plot(Figure().subplots())


def bars(display):
    """Return low and high end of each bar, from top to bottom."""
    return [container[2][0].get_segments()[0][:, 0] for container in display.ax_.containers]


def test_dots_are_the_means_of_the_repeats(make_scores):
    scores = make_scores(n_repeats=3, n_folds=4)
    frame = ScoresDisplay.from_scores(scores).frame()
    assert list(frame) == [
        *("method", "source", "repeat", "metric", "greater_is_better", "score", "mean", "std")
    ]
    assert len(frame) == 5 * 3
    of_prognet = scores.query("method == 'ProgNet' and source == 'gender'")
    repeats = [of_prognet.loc[of_prognet["repeat"] == r, "score"].to_numpy() for r in (1, 2, 3)]
    rows = frame.query("method == 'ProgNet' and source == 'gender'")
    np.testing.assert_allclose(rows["score"], [folds.mean() for folds in repeats])
    np.testing.assert_allclose(rows["mean"], np.mean([folds.mean() for folds in repeats]))
    spreads = [np.sqrt(((folds - folds.mean()) ** 2).sum() / 3) for folds in repeats]
    np.testing.assert_allclose(rows["std"], np.mean(spreads))


def test_dots_of_a_single_repeat_are_its_folds(make_scores):
    scores = make_scores([("DNN", "none")], n_repeats=1, n_folds=5)
    display = draw(scores.sample(frac=1, random_state=0))
    frame = display.frame()
    assert frame["fold"].tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(frame["score"], scores["score"])
    np.testing.assert_allclose(display.dots_[0].get_xdata(), scores["score"])
    assert "(small dots: folds)" in display.ax_.get_xlabel()


def test_dots_bars_and_names_agree_with_the_frame(make_scores):
    display = draw(make_scores())
    parts = list(display.frame().groupby(["method", "source"], sort=False))
    for dots, bar, (_, part) in zip(display.dots_, bars(display), parts, strict=True):
        np.testing.assert_allclose(dots.get_xdata(), part["score"])
        mean, std = part[["mean", "std"]].iloc[0]
        np.testing.assert_allclose(bar, [mean - std, mean + std])
    names = [tick.get_text() for tick in display.ax_.get_yticklabels()]
    assert names == [
        "DNN",
        "PT/FT from speaker",
        "ProgNet from speaker",
        "PT/FT from gender",
        "ProgNet from gender",
    ]
    low, high = display.ax_.get_ylim()
    assert low > high  # the first is at the top
    assert "(small dots: means of the repeats)" in display.ax_.get_xlabel()


def test_one_fold_has_no_bar(make_scores):
    display = draw(make_scores(n_repeats=1, n_folds=1))
    assert display.frame()["std"].isna().all()
    assert all(len(container[2]) == 0 for container in display.ax_.containers)
    assert display.ax_.get_xlabel() == "UAR: mean\n(small dots: folds)"


def test_missing_score_leaves_out_its_repeat_and_the_mean(make_scores):
    scores = make_scores([("DNN", "none"), ("ProgNet", "speaker")])
    scores.loc[7, "score"] = np.nan
    frame = draw(scores).frame()
    assert frame["score"].isna().tolist() == [False, True, False, False]
    assert frame["mean"].isna().tolist() == [True, True, False, False]


def test_chance_level_is_drawn_as_a_dotted_line(make_scores):
    display = draw(make_scores(), chance=1 / 4)
    (line,) = [line for line in display.ax_.lines if line.get_linestyle() == ":"]
    assert list(line.get_xdata()) == [0.25, 0.25]
    assert [text.get_text() for text in display.ax_.texts] == ["chance (0.25)"]
    assert not draw(make_scores()).ax_.texts


@pytest.mark.parametrize("chance", [25, -0.1])
def test_chance_level_outside_the_range_of_the_metric_is_refused(make_scores, chance):
    with pytest.raises(
        ValueError, match=f"^chance must satisfy 0.0 <= chance <= 1.0; got {chance}"
    ):
        ScoresDisplay.from_scores(make_scores(), chance=chance)


@pytest.mark.parametrize("column", ["corpus", "target", "n_train_folds"])
def test_scores_of_several_studies_are_refused(make_scores, column):
    scores = pd.concat([make_scores(**{column: 1}), make_scores(**{column: 2})])
    message = (
        f"scores must be of one {column}; got [1, 2]. Draw each in its own axes, "
        f"beginning with scores[scores['{column}'] == 1]."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ScoresDisplay.from_scores(scores)


def test_a_missing_column_is_named(make_scores):
    message = (
        "scores must have the columns ['method', 'source', 'repeat', 'fold', 'score']; ['score'] "
        "are missing among ['repeat', 'fold', 'method', 'source']. Add the missing columns."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ScoresDisplay.from_scores(make_scores().drop(columns="score"))
