"""The training curves: the numbers by hand, and the drawing."""

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
            part = pd.DataFrame({"epoch": np.arange(1, 11), "valid_uar": rng.uniform(size=10)})
            parts.append(part.assign(method=method, source=source, fold=fold))
    return pd.concat(parts)


def test_frame_is_mean_and_standard_deviation_over_fits(curves):
    frame = TrainingCurveDisplay.from_curves(curves).frame()
    assert len(frame) == 3 * 10
    row = frame.query("method == 'ProgNet' and epoch == 4").iloc[0]
    values = curves.query("method == 'ProgNet' and epoch == 4")["valid_uar"]
    assert row["mean"] == pytest.approx(values.mean())
    assert row["std"] == pytest.approx(values.std(ddof=1))
    assert row["n_fits"] == 3


def test_a_curve_ends_with_the_first_fit_that_ended(curves):
    short = curves[~((curves["method"] == "DNN") & (curves["fold"] == 2) & (curves["epoch"] > 6))]
    frame = TrainingCurveDisplay.from_curves(short).frame()
    assert frame.query("method == 'DNN'")["epoch"].max() == 6
    assert frame.query("method == 'PT/FT'")["epoch"].max() == 10


def test_plot_draws_what_frame_says_and_returns_itself(curves):
    display = TrainingCurveDisplay.from_curves(curves)
    assert display.plot(Figure().subplots()) is display
    labels = [line.get_label() for line in display.lines_]
    assert labels == ["DNN", "PT/FT from speaker", "ProgNet from speaker"]
    for line, (_, part) in zip(
        display.lines_, display.frame().groupby(["method", "source"], sort=False), strict=True
    ):
        np.testing.assert_allclose(line.get_ydata(), part["mean"])
    styles = {(line.get_color(), line.get_linestyle()) for line in display.lines_}
    assert len(styles) == 3


def test_plot_takes_axes_or_makes_them_with_pyplot(curves):
    ax = Figure().subplots()
    display = TrainingCurveDisplay.from_curves(curves).plot(ax)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert plt.get_fignums() == []
    assert plt.figure(TrainingCurveDisplay.from_curves(curves).plot().figure_.number)
    plt.close("all")


def test_a_subclass_makes_itself(curves):
    class Mine(TrainingCurveDisplay):
        pass

    assert type(Mine.from_curves(curves)) is Mine


def test_a_missing_column_is_named(curves):
    message = (
        "curves must have the columns method, source, epoch and test_uar; ['test_uar'] are "
        "missing among ['epoch', 'valid_uar', 'method', 'source', 'fold']."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        TrainingCurveDisplay.from_curves(curves, score="test_uar")
