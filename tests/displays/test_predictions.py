"""Displays of predictions, compared with counts by hand."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from sklearn.metrics import confusion_matrix

from skprognet.displays import (
    CalibrationDisplay,
    ClassRecallDisplay,
    ConfusionDisplay,
    DisagreementDisplay,
    GroupScoresDisplay,
    PredictionScatterDisplay,
)

TRUTH = ["angry"] * 4 + ["sad"] * 6
LABELS = {
    ("DNN", "none"): ["angry", "angry", "sad", "sad"] + ["sad"] * 6,
    ("ProgNet", "speaker"): ["angry"] * 4 + ["angry"] * 3 + ["sad"] * 3,
}


@pytest.fixture
def predictions():
    """Give ten rows of two classes, in two folds, and what two methods say of them."""
    rows = pd.DataFrame({"row": range(10), "truth": TRUTH, "repeat": 1, "fold": [1, 2] * 5})
    parts = [
        rows.assign(method=method, source=source, prediction=labels)
        for (method, source), labels in LABELS.items()
    ]
    return pd.concat(parts, ignore_index=True)


def drawn(display):
    """Return the axes that a display is drawn into, without pyplot."""
    return display.plot(Figure(layout="constrained").subplots()).ax_


def texts(ax):
    return [each.get_text() for each in ax.findobj(Text) if each.get_text()]


def test_confusion_has_the_counts_of_scikit_learn(predictions):
    display = ConfusionDisplay.from_predictions(predictions)
    for (method, _), labels in LABELS.items():
        own = display.frame()
        own = own[own["method"] == method]
        expected = confusion_matrix(TRUTH, labels)
        assert own["count"].tolist() == expected.ravel().tolist()
        assert own["recall"].tolist() == (expected / [[4], [6]]).ravel().tolist()


def test_confusion_draws_a_matrix_for_each_method_with_percent_and_counts(predictions):
    display = ConfusionDisplay.from_predictions(predictions)
    shown = [text.replace("\n", " ") for text in texts(drawn(display))]
    dnn, progressive = (mesh.get_array().ravel().tolist() for mesh in display.meshes_)
    assert dnn == [0.5, 0.5, 0.0, 1.0]
    assert progressive == [1.0, 0.0, 0.5, 0.5]
    assert {"DNN", "ProgNet from speaker", "angry", "sad", "100", "50", "6"} <= set(shown)
    assert "0" not in shown  # an empty cell stays empty


def test_confusion_of_many_classes_and_methods_is_one_figure_of_a_page_width():
    rng = np.random.default_rng(0)
    names = [f"emotion {i}" for i in range(8)]
    rows = pd.DataFrame({"row": range(80), "truth": names * 10, "repeat": 1, "fold": 1})
    parts = [
        rows.assign(method=f"method {i}", source="none", prediction=rng.choice(names, 80))
        for i in range(4)
    ]
    display = ConfusionDisplay.from_predictions(pd.concat(parts)).plot()
    assert len(display.meshes_) == 4
    assert display.figure_.get_size_inches()[0] < 10
    display.close()


def test_recalls_have_mean_and_bar_of_the_folds(predictions):
    display = ClassRecallDisplay.from_predictions(predictions)
    drawn(display)
    dnn = display.bars_[0]
    # Of the angry rows, fold 1 has 0 and 2, fold 2 has 1 and 3: one of two is right in each.
    assert dnn.lines[0].get_xdata().tolist() == [0.5, 1.0]
    progressive = display.frame().query("method == 'ProgNet' and label == 'sad'").iloc[0]
    assert progressive["recall_mean"] == pytest.approx((1 / 3 + 2 / 3) / 2)
    assert progressive["recall_std"] == pytest.approx(np.std([1 / 3, 2 / 3], ddof=1))


def test_groups_stand_from_lowest_to_highest_with_their_range(predictions):
    labels = pd.DataFrame({"speaker": list("ababababab"), "half": [0, 0, 1, 1, 1] * 2})
    display = GroupScoresDisplay.from_predictions(predictions, labels, ["speaker", "half"])
    shown = texts(drawn(display))
    frame = display.frame().query("method == 'DNN' and column == 'half'").set_index("group")
    # Group 0: rows 0, 1, 5, 6, all right. Group 1: rows 2, 3 wrong, 4, 7, 8, 9 right.
    assert frame["score"].to_dict() == {0: 1.0, 1: 0.5}
    assert {"speaker: 2 groups", "half: 2 groups", "range", "0.500"} <= set(shown)
    assert len(display.dots_) == 4


def test_no_column_is_refused(predictions):
    with pytest.raises(ValueError, match="column must name at least one column of the labels"):
        GroupScoresDisplay.from_predictions(predictions, pd.DataFrame({"a": range(10)}), [])


def test_calibration_has_the_error_in_the_legend(predictions):
    sure = np.where(predictions["prediction"] == "angry", 0.9, 0.1)
    display = CalibrationDisplay.from_predictions(predictions.assign(p_angry=sure, p_sad=1 - sure))
    legend = [each.get_text() for each in drawn(display).get_legend().get_texts()]
    # All are 0.9 sure, 8 and 7 of 10 are right.
    assert [each.split("ECE")[1].strip("\N{NO-BREAK SPACE})") for each in legend] == [
        "0.100",
        "0.200",
    ]
    assert display.lines_[0].get_xydata() == pytest.approx(np.array([[0.9, 0.8]]))


def test_a_calibration_curve_does_not_follow_bins_of_few_rows(predictions):
    # Of ten rows of each method, three are 0.65 sure and seven 0.95.
    sure = np.where(predictions["row"] < 3, 0.65, 0.95)
    angry = np.where(predictions["prediction"] == "angry", sure, 1 - sure)
    predictions = predictions.assign(p_angry=angry, p_sad=1 - angry)
    display = CalibrationDisplay.from_predictions(predictions, min_count=7)
    ax = drawn(display)
    assert display.lines_[0].get_xdata() == pytest.approx([0.95])
    np.testing.assert_allclose(ax.collections[0].get_offsets()[:, 0], [0.65, 0.95])
    fills = ax.collections[0].get_facecolor()
    assert [tuple(fill) == (1, 1, 1, 1) for fill in fills] == [True, False]
    assert ax.get_legend().get_title().get_text().endswith("\nopen marks: fewer than 7 rows")
    every = CalibrationDisplay.from_predictions(predictions, min_count=1)
    assert "open" not in drawn(every).get_legend().get_title().get_text()
    assert every.lines_[0].get_xdata() == pytest.approx([0.65, 0.95])
    # All rows count in the error, whatever the curve follows.
    few, many = (one.get_legend().get_texts() for one in (ax, every.ax_))
    assert [each.get_text() for each in few] == [each.get_text() for each in many]
    with pytest.raises(ValueError, match=r"^min_count must satisfy 1 <= min_count; got 0\.$"):
        CalibrationDisplay.from_predictions(predictions, min_count=0)


def test_calibration_leaves_out_a_method_without_probabilities(predictions):
    sure = np.where(predictions["prediction"] == "angry", 0.9, 0.1)
    predictions = predictions.assign(p_angry=sure, p_sad=1 - sure)
    predictions.loc[predictions["method"] == "DNN", ["p_angry", "p_sad"]] = np.nan
    with pytest.warns(
        UserWarning, match="calibration of DNN is NaN, because there are no prob"
    ) as warned:
        display = CalibrationDisplay.from_predictions(predictions)
    assert len(warned) == 1
    drawn(display)
    assert len(display.lines_) == 1


def test_a_long_name_of_a_file_is_cut_where_one_sees_it(predictions):
    predictions["file"] = [f"folder/a-speaker-{row:04d}-angry.wav" for row in predictions["row"]]
    display = DisagreementDisplay.from_predictions(predictions).plot()
    names = [each.get_text() for each in display.ax_.get_yticklabels()]
    display.close()
    assert all(re.fullmatch(r"….*-\d{4}-angry\.wav", name) for name in names), names


def test_disputes_show_files_and_mark_what_is_wrong(predictions):
    predictions["file"] = [f"folder/{row}.wav" for row in predictions["row"]]
    display = DisagreementDisplay.from_predictions(predictions, n=5)
    ax = drawn(display)
    wrong = display.mesh_.get_array().reshape(5, 3)
    frame = display.frame()
    assert frame["row"].tolist() == [2, 3, 4, 5, 6]
    assert wrong.tolist() == [[0, 1, 0]] * 2 + [[0, 0, 1]] * 3
    assert [each.get_text() for each in ax.get_yticklabels()] == [f"{i}.wav" for i in range(2, 7)]
    bold = [each.get_text() for each in ax.texts if each.get_weight() == "bold"]
    assert bold == ["sad", "sad", "angry", "angry", "angry"]


def test_disputes_that_no_transfer_mends_are_refused(predictions):
    same = predictions.assign(prediction=predictions["truth"])
    with pytest.raises(ValueError, match="no row that transfer changes from wrong to right"):
        DisagreementDisplay.from_predictions(same, only="wrong to right")


@pytest.fixture
def numbers(predictions):
    """Give what two methods predict of ten numbers, which both get wrong in a known way."""
    truth = np.tile(np.linspace(1, 5, 10), 2)
    predicted = np.where(predictions["method"] == "DNN", 3 + 0.5 * (truth - 3), truth + 0.25)
    return predictions.assign(truth=truth, prediction=predicted)


def test_scatter_has_a_panel_for_each_method_with_all_points_and_their_agreement(numbers):
    numbers = pd.concat([numbers, numbers.assign(repeat=2)])
    display = PredictionScatterDisplay.from_predictions(numbers)
    drawn(display)
    assert list(display.panels_) == list(LABELS)
    for method, panel in display.panels_.items():
        own = numbers[numbers["method"] == method[0]]
        (points,) = panel.collections
        assert points.get_offsets().data.tolist() == own[["truth", "prediction"]].values.tolist()
        (identity,) = panel.lines
        assert tuple(identity.get_xdata()) == tuple(identity.get_ydata())
        assert panel.get_xlim() == panel.get_ylim() == tuple(identity.get_xdata())
    plain, other = (panel.get_title(loc="left") for panel in display.panels_.values())
    # Half the spread of the truth, r = 1: 2 / (1/2 + 2) = 0.8; moved by 1/4: r = 1, RMSE 1/4.
    assert plain.startswith("DNN\nCCC 0.800, r 1.000, RMSE ")
    assert other.endswith(", r 1.000, RMSE 0.25")


def test_scatter_of_many_points_shows_how_dense_they_are(numbers):
    many = pd.concat([numbers.assign(repeat=repeat) for repeat in range(1, 202)])
    display = PredictionScatterDisplay.from_predictions(many)
    drawn(display)
    for panel in display.panels_.values():
        (cells,) = panel.collections
        assert cells.get_array().sum() == 2010
        assert cells.get_rasterized()


def test_scatter_refuses_classes_and_several_corpora(predictions, numbers):
    with pytest.raises(ValueError, match="predictions must be of numbers; got classes"):
        PredictionScatterDisplay.from_predictions(predictions)
    two = pd.concat([numbers.assign(corpus="a"), numbers.assign(corpus="b")])
    with pytest.raises(ValueError, match="predictions must be of one corpus"):
        PredictionScatterDisplay.from_predictions(two)


def test_disputes_about_numbers_are_coloured_by_distance_from_the_truth(numbers):
    display = DisagreementDisplay.from_predictions(numbers, n=10)
    shown = texts(drawn(display))
    distances = np.asarray(display.mesh_.get_array()).reshape(10, 3)
    truth = display.frame()["truth"].to_numpy()
    expected = np.column_stack([0 * truth, np.abs(truth - 3) / 2, 0 * truth + 0.25])
    assert distances == pytest.approx(expected)
    assert {"1", "2", "1.25", "truth", "DNN"} <= set(shown)


def test_groups_of_numbers_are_drawn_by_their_ccc(numbers):
    labels = pd.DataFrame({"half": [0, 1] * 5})
    ax = drawn(GroupScoresDisplay.from_predictions(numbers, labels, "half"))
    assert ax.get_xlabel().startswith("CCC within each group")


@pytest.mark.parametrize("kind", [ConfusionDisplay, ClassRecallDisplay, DisagreementDisplay])
def test_several_corpora_are_refused(kind, predictions):
    two = pd.concat([predictions.assign(corpus="a"), predictions.assign(corpus="b")])
    with pytest.raises(ValueError, match="predictions must be of one corpus"):
        kind.from_predictions(two)
