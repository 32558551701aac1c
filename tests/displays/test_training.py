"""The display of training curves: its numbers, checked by hand, and the drawing."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from skprognet.displays import TrainingCurveDisplay


@pytest.fixture
def curves(rng):
    parts = []
    for method, source in [("DNN", "none"), ("PT/FT", "speaker"), ("ProgNet", "speaker")]:
        for fold in (1, 2, 3):
            part = pd.DataFrame({"epoch": np.arange(1, 11), "valid_score": rng.uniform(size=10)})
            parts.append(part.assign(method=method, source=source, fold=fold))
    return pd.concat(parts)


def test_frame_is_mean_and_standard_deviation_over_fits(curves):
    frame = TrainingCurveDisplay.from_curves(curves).frame()
    assert len(frame) == 3 * 10
    row = frame.query("method == 'ProgNet' and epoch == 4").iloc[0]
    values = curves.query("method == 'ProgNet' and epoch == 4")["valid_score"]
    assert row["mean"] == pytest.approx(values.mean())
    assert row["std"] == pytest.approx(values.std(ddof=1))
    assert row["n_fits"] == 3


@pytest.fixture
def repeated(curves, rng):
    """Give the same methods in two repeats of three folds."""
    second_repeat = curves.assign(valid_score=rng.uniform(size=len(curves)))
    return pd.concat([curves.assign(repeat=1), second_repeat.assign(repeat=2)])


def test_band_of_several_repeats_is_over_the_means_of_their_folds(repeated):
    row = TrainingCurveDisplay.from_curves(repeated).frame()
    row = row.query("method == 'ProgNet' and epoch == 4").iloc[0]
    values = repeated.query("method == 'ProgNet' and epoch == 4")["valid_score"].to_numpy()
    first, second = values[:3].mean(), values[3:].mean()
    assert row["mean"] == pytest.approx((first + second) / 2)
    # Each of two numbers differs from their mean by half of their difference.
    assert row["std"] == pytest.approx(abs(first - second) / np.sqrt(2))
    assert (row["n_fits"], row["n_repeats"]) == (6, 2)


def test_band_is_as_wide_as_the_frame_says(curves, repeated):
    for frame, over in ((curves, "folds"), (repeated, "repeats")):
        display = TrainingCurveDisplay.from_curves(frame).plot(Figure().subplots())
        parts = display.frame().groupby(["method", "source"], sort=False)
        bands = display.ax_.collections
        for band, (_, part) in zip(bands, parts, strict=True):
            corners = band.get_paths()[0].vertices
            for epoch, mean, std in part[["epoch", "mean", "std"]].to_numpy():
                heights = corners[corners[:, 0] == epoch, 1]
                assert heights.min() == pytest.approx(mean - std)
                assert heights.max() == pytest.approx(mean + std)
        title = display.ax_.get_legend().get_title().get_text()
        assert title.endswith(f", band: standard deviation over {over}")


def test_curve_ends_with_the_shortest_fit(curves):
    short = curves[~((curves["method"] == "DNN") & (curves["fold"] == 2) & (curves["epoch"] > 6))]
    frame = TrainingCurveDisplay.from_curves(short).frame()
    assert frame.query("method == 'DNN'")["epoch"].max() == 6
    assert frame.query("method == 'PT/FT'")["epoch"].max() == 10


def test_plot_draws_the_frame_and_returns_the_display(curves):
    display = TrainingCurveDisplay.from_curves(curves)
    assert display.plot(Figure().subplots()) is display
    labels = [line.get_label() for line in display.lines_]
    assert labels == ["DNN", "PT/FT from speaker", "ProgNet from speaker"]
    for line, (_, part) in zip(
        display.lines_, display.frame().groupby(["method", "source"], sort=False), strict=True
    ):
        np.testing.assert_allclose(line.get_ydata(), part["mean"])
    styles = {(line.get_color(), line.get_marker()) for line in display.lines_}
    assert len(styles) == 3
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == labels
    assert display.ax_.get_legend().get_title().get_text() == (
        "mean over 3 fits, band: standard deviation over folds"
    )


def frame_of_curve(values, **options):
    """Return the frame of one curve whose scores are `values`."""
    epochs = np.arange(1, len(values) + 1)
    curve = pd.DataFrame({"epoch": epochs, "valid_score": values, "method": "DNN"})
    return TrainingCurveDisplay.from_curves(curve.assign(source="none"), **options).frame()


def test_the_moving_average_narrows_towards_both_ends():
    frame = frame_of_curve([0, 3, 6, 3, 8, 9, 1], smoothing=5)
    # The windows: epoch 1, epochs 1 to 3, 1 to 5, 2 to 6, 3 to 7, 5 to 7, and epoch 7.
    np.testing.assert_allclose(frame["smooth_mean"], [0, 3, 4, 29 / 5, 27 / 5, 6, 1])
    assert set(frame["window"]) == {5}


def test_smoothing_leaves_a_straight_line_as_it_is():
    frame = frame_of_curve(np.linspace(0.2, 0.9, 30), smoothing=11)
    np.testing.assert_allclose(frame["smooth_mean"], frame["mean"])


@pytest.mark.parametrize(("n_epochs", "window"), [(39, 1), (40, 3), (300, 15), (600, 31)])
def test_the_window_is_about_a_twentieth_of_the_epochs(rng, n_epochs, window):
    frame = frame_of_curve(rng.uniform(size=n_epochs))
    assert set(frame["window"]) == {window}
    if window == 1:
        np.testing.assert_array_equal(frame["smooth_mean"], frame["mean"])


def test_means_and_band_are_smoothed_and_the_legend_says_how(curves):
    display = TrainingCurveDisplay.from_curves(curves, smoothing=3).plot(Figure().subplots())
    frame = display.frame().query("method == 'DNN'")
    for name in ("mean", "std"):
        inner = frame[name].rolling(3, center=True).mean().to_numpy()[1:-1]
        np.testing.assert_allclose(frame[f"smooth_{name}"].to_numpy()[1:-1], inner)
    np.testing.assert_array_equal(display.lines_[0].get_ydata(), frame["smooth_mean"])
    assert display.ax_.get_legend().get_title().get_text() == (
        "mean over 3 fits, moving average of 3 epochs,\nband: standard deviation over folds"
    )


def test_many_curves_have_panels_that_also_show_the_plain_network(curves):
    gender = curves[curves["source"] != "none"].assign(source="gender")
    display = TrainingCurveDisplay.from_curves(pd.concat([curves, gender]))
    display.plot(Figure().subplots())
    names = [[line.get_label() for line in panel.get_lines()] for panel in display.axes_]
    transfers = [
        "PT/FT from speaker",
        "ProgNet from speaker",
        "PT/FT from gender",
        "ProgNet from gender",
    ]
    assert names == [["DNN", name] for name in transfers]
    assert [panel.get_title(loc="left") for panel in display.axes_] == transfers
    assert len({(panel.get_xlim(), panel.get_ylim()) for panel in display.axes_}) == 1
    assert [line.get_label() for line in display.lines_] == ["DNN", *transfers]
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["DNN, in each panel"]


@pytest.mark.parametrize(("panels", "n_axes"), [("auto", 1), (False, 1), (True, 2)])
def test_three_curves_share_the_axes_unless_panels_are_asked_for(curves, panels, n_axes):
    display = TrainingCurveDisplay.from_curves(curves, panels=panels).plot(Figure().subplots())
    assert len(display.axes_) == n_axes
    assert len(display.lines_) == 3


def test_panels_have_one_curve_if_every_method_has_a_source(curves):
    with_source = curves[curves["source"] != "none"]
    display = TrainingCurveDisplay.from_curves(with_source, panels=True).plot(Figure().subplots())
    assert [len(panel.get_lines()) for panel in display.axes_] == [1, 1]
    assert display.ax_.get_legend().get_texts() == []


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"smoothing": 10},
            ValueError,
            "smoothing must be an odd number of epochs, so that the window has a middle; got 10. "
            "Take 9 or 11.",
        ),
        ({"smoothing": 0}, ValueError, "smoothing must satisfy 1 <= smoothing; got 0."),
        ({"smoothing": 2.5}, TypeError, "smoothing must be an integer; got 2.5."),
        ({"panels": "no"}, TypeError, "panels must be True or False; got 'no'."),
    ],
)
def test_wrong_options_are_refused(curves, options, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        TrainingCurveDisplay.from_curves(curves, **options)


def test_markers_are_few_and_not_at_the_same_epochs(curves):
    long_curves = pd.concat([curves.assign(epoch=curves["epoch"] + 10 * i) for i in range(60)])
    display = TrainingCurveDisplay.from_curves(long_curves).plot(Figure().subplots())
    starts = [line.get_markevery()[0] for line in display.lines_]
    assert starts == [0, 33, 66]
    assert {line.get_markevery()[1] for line in display.lines_} == {100}


def test_plot_takes_axes_or_makes_them_with_pyplot(curves):
    ax = Figure().subplots()
    display = TrainingCurveDisplay.from_curves(curves).plot(ax)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert plt.get_fignums() == []
    display = TrainingCurveDisplay.from_curves(curves).plot()
    assert plt.get_fignums() == [display.figure_.number]
    display.close()


def test_from_curves_of_a_subclass_returns_the_subclass(curves):
    class Mine(TrainingCurveDisplay):
        pass

    assert type(Mine.from_curves(curves)) is Mine


def test_a_missing_column_is_named(curves):
    message = (
        "curves must have the columns ['method', 'source', 'epoch', 'test_score']; ['test_score'] "
        "are missing among ['epoch', 'valid_score', 'method', 'source', 'fold']. Add the missing "
        "columns."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        TrainingCurveDisplay.from_curves(curves, score="test_score")


@pytest.mark.parametrize(
    ("score", "name"),
    [
        ("valid_score", "validation UAR"),
        ("test_score", "test UAR"),
        ("train_loss", "training loss"),
        ("valid_loss", "validation loss"),
        ("my_$x$_$y$", "my_$x$_$y$"),
    ],
)
def test_axis_label_names_the_score_that_is_drawn(curves, score, name):
    renamed = curves.rename(columns={"valid_score": score})
    display = TrainingCurveDisplay.from_curves(renamed, score=score).plot(Figure().subplots())
    text = display.ax_.yaxis.label
    assert text._preprocess_math(text.get_text()) == (name, False)
    with_name = TrainingCurveDisplay.from_curves(renamed, score=score, score_name="mine")
    assert with_name.score_name == "mine"


def test_table_may_have_both_validation_and_test_scores(curves):
    with_test_scores = curves.assign(
        test_score=1 - curves["valid_score"], corpus="A", target="emotion"
    )
    test = TrainingCurveDisplay.from_curves(with_test_scores, score="test_score").frame()
    valid = TrainingCurveDisplay.from_curves(with_test_scores).frame()
    np.testing.assert_allclose(test["mean"], 1 - valid["mean"])


@pytest.mark.parametrize("column", ["corpus", "target", "n_train_folds"])
def test_curves_of_several_studies_are_refused(curves, column):
    two_studies = pd.concat([curves.assign(**{column: 1}), curves.assign(**{column: 2})])
    message = (
        f"curves must be of one {column}; got [1, 2]. Draw each in its own axes, "
        f"beginning with curves[curves['{column}'] == 1]."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        TrainingCurveDisplay.from_curves(two_studies)


def test_single_fit_has_no_band_in_drawing_and_legend(curves):
    display = TrainingCurveDisplay.from_curves(curves[curves["fold"] == 1])
    display.plot(Figure().subplots())
    assert display.frame()["std"].isna().all()
    assert display.ax_.get_legend().get_title().get_text() == "one fit"


def test_the_direction_of_a_score_comes_from_the_table(curves):
    display = TrainingCurveDisplay.from_curves(
        curves.assign(metric="an error of another process", greater_is_better=False)
    ).plot()
    assert "an error of another process (lower is better)" in display.ax_.get_ylabel()
    display.close()
