"""Displays of predictions, checked against counts by hand."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from sklearn.metrics import accuracy_score, confusion_matrix

from skprognet.displays import (
    CalibrationDisplay,
    ClassRecallDisplay,
    ConfusionDisplay,
    DisagreementDisplay,
    GroupScoresDisplay,
    PredictionScatterDisplay,
)
from skprognet.metrics import Score
from skprognet.results import (
    calibration_by_method,
    expected_calibration_error,
    most_disputed,
    scores_by_group,
)

TRUTH = ["angry"] * 4 + ["sad"] * 6
LABELS = {
    ("DNN", "none"): ["angry", "angry", "sad", "sad"] + ["sad"] * 6,
    ("ProgNet", "speaker"): ["angry"] * 4 + ["angry"] * 3 + ["sad"] * 3,
}


@pytest.fixture
def predictions():
    """Give the predictions of two methods for ten rows of two classes, in two folds."""
    rows = pd.DataFrame({"row": range(10), "truth": TRUTH, "repeat": 1, "fold": [1, 2] * 5})
    parts = [
        rows.assign(method=method, source=source, prediction=labels)
        for (method, source), labels in LABELS.items()
    ]
    return pd.concat(parts, ignore_index=True)


def draw(display):
    """Draw a display without pyplot, and return its axes."""
    return display.plot(Figure(layout="constrained").subplots()).ax_


def texts(ax):
    return [text.get_text() for text in ax.findobj(Text) if text.get_text()]


def test_confusion_counts_agree_with_scikit_learn(predictions):
    display = ConfusionDisplay.from_predictions(predictions)
    for (method, _), labels in LABELS.items():
        of_method = display.frame()
        of_method = of_method[of_method["method"] == method]
        expected = confusion_matrix(TRUTH, labels)
        assert of_method["count"].tolist() == expected.ravel().tolist()
        assert of_method["recall"].tolist() == (expected / [[4], [6]]).ravel().tolist()


def test_confusion_draws_a_matrix_for_each_method_with_percent_and_counts(predictions):
    display = ConfusionDisplay.from_predictions(predictions)
    shown = [text.replace("\n", " ") for text in texts(draw(display))]
    dnn, progressive = (mesh.get_array().ravel().tolist() for mesh in display.meshes_)
    assert dnn == [0.5, 0.5, 0.0, 1.0]
    assert progressive == [1.0, 0.0, 0.5, 0.5]
    assert {"DNN", "ProgNet from speaker", "angry", "sad", "100", "50", "6"} <= set(shown)
    assert "0" not in shown  # an empty cell stays empty


def test_confusion_of_bools_has_both_classes(predictions):
    is_sad = {name: predictions[name] == "sad" for name in ("truth", "prediction")}
    display = ConfusionDisplay.from_predictions(predictions.assign(**is_sad))
    assert {"False", "True"} <= set(texts(draw(display)))
    assert display.meshes_[0].get_array().ravel().tolist() == [0.5, 0.5, 0.0, 1.0]


def test_confusion_of_many_classes_and_methods_fits_the_width_of_a_page():
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


def test_recalls_show_mean_and_spread_over_folds(predictions):
    display = ClassRecallDisplay.from_predictions(predictions)
    draw(display)
    dnn = display.bars_[0]
    # Fold 1 has the angry rows 0 and 2, fold 2 has 1 and 3. In each, one of two is right.
    assert dnn.lines[0].get_xdata().tolist() == [0.5, 1.0]
    progressive = display.frame().query("method == 'ProgNet' and label == 'sad'").iloc[0]
    assert progressive["recall_mean"] == pytest.approx((1 / 3 + 2 / 3) / 2)
    assert progressive["recall_std"] == pytest.approx(np.std([1 / 3, 2 / 3], ddof=1))


def test_groups_are_drawn_with_their_scores_and_range(predictions):
    labels = pd.DataFrame({"speaker": list("ababababab"), "half": [0, 0, 1, 1, 1] * 2})
    display = GroupScoresDisplay.from_predictions(predictions, labels, ["speaker", "half"])
    shown = texts(draw(display))
    frame = display.frame().query("method == 'DNN' and column == 'half'").set_index("group")
    # Group 0: rows 0, 1, 5, 6 are right. Group 1: rows 2, 3 are wrong, and 4, 7, 8, 9 right.
    assert frame["score"].to_dict() == {0: 1.0, 1: 0.5}
    assert {"speaker: 2 groups", "half: 2 groups", "range", "0.500"} <= set(shown)
    assert len(display.dots_) == 4


def test_empty_list_of_columns_is_refused(predictions):
    with pytest.raises(ValueError, match="column must name at least one column of the labels"):
        GroupScoresDisplay.from_predictions(predictions, pd.DataFrame({"a": range(10)}), [])


def test_legend_of_calibration_gives_the_error(predictions):
    p_angry = np.where(predictions["prediction"] == "angry", 0.9, 0.1)
    display = CalibrationDisplay.from_predictions(
        predictions.assign(p_angry=p_angry, p_sad=1 - p_angry)
    )
    legend = [text.get_text() for text in draw(display).get_legend().get_texts()]
    # Both methods predict with probability 0.9. They are right in 8 and in 7 of 10 rows.
    assert [text.split("ECE")[1].strip("\N{NO-BREAK SPACE})") for text in legend] == [
        "0.100",
        "0.200",
    ]
    assert display.lines_[0].get_xydata() == pytest.approx(np.array([[0.9, 0.8]]))


def test_calibration_curve_leaves_out_bins_of_few_rows(predictions):
    # Each method predicts three rows with probability 0.65, and seven with 0.95.
    confidence = np.where(predictions["row"] < 3, 0.65, 0.95)
    p_angry = np.where(predictions["prediction"] == "angry", confidence, 1 - confidence)
    predictions = predictions.assign(p_angry=p_angry, p_sad=1 - p_angry)
    display = CalibrationDisplay.from_predictions(predictions, min_count=7)
    ax = draw(display)
    assert display.lines_[0].get_xdata() == pytest.approx([0.95])
    np.testing.assert_allclose(ax.collections[0].get_offsets()[:, 0], [0.65, 0.95])
    fills = ax.collections[0].get_facecolor()
    assert [tuple(fill) == (1, 1, 1, 1) for fill in fills] == [True, False]
    assert ax.get_legend().get_title().get_text().endswith("\nopen marks: fewer than 7 rows")
    without_minimum = CalibrationDisplay.from_predictions(predictions, min_count=1)
    assert "open" not in draw(without_minimum).get_legend().get_title().get_text()
    assert without_minimum.lines_[0].get_xdata() == pytest.approx([0.65, 0.95])
    # The error counts all rows, even those that the curve leaves out.
    texts, texts_without_minimum = (
        axes.get_legend().get_texts() for axes in (ax, without_minimum.ax_)
    )
    assert [text.get_text() for text in texts] == [
        text.get_text() for text in texts_without_minimum
    ]
    with pytest.raises(ValueError, match=r"^min_count must satisfy 1 <= min_count; got 0\.$"):
        CalibrationDisplay.from_predictions(predictions, min_count=0)


def test_calibration_leaves_out_a_method_without_probabilities(predictions):
    p_angry = np.where(predictions["prediction"] == "angry", 0.9, 0.1)
    predictions = predictions.assign(p_angry=p_angry, p_sad=1 - p_angry)
    predictions.loc[predictions["method"] == "DNN", ["p_angry", "p_sad"]] = np.nan
    with pytest.warns(
        UserWarning, match="calibration of DNN is NaN, because there are no prob"
    ) as warned:
        display = CalibrationDisplay.from_predictions(predictions)
    assert len(warned) == 1
    draw(display)
    assert len(display.lines_) == 1


def test_long_file_name_is_cut_at_its_start_with_an_ellipsis(predictions):
    predictions["file"] = [f"folder/a-speaker-{row:04d}-angry.wav" for row in predictions["row"]]
    display = DisagreementDisplay.from_predictions(predictions).plot()
    names = [label.get_text() for label in display.ax_.get_yticklabels()]
    display.close()
    assert all(re.fullmatch(r"….*-\d{4}-angry\.wav", name) for name in names), names


def test_long_label_is_cut_before_it_is_escaped(predictions):
    predictions = predictions.replace({"angry": "abcdefghi$jkl"})
    shown = texts(draw(DisagreementDisplay.from_predictions(predictions)))
    assert r"abcd…i\$jkl" in shown


def test_disputes_show_file_names_and_mark_wrong_predictions(predictions):
    predictions["file"] = [f"folder/{row}.wav" for row in predictions["row"]]
    display = DisagreementDisplay.from_predictions(predictions, n=5)
    ax = draw(display)
    is_wrong = display.mesh_.get_array().reshape(5, 3)
    frame = display.frame()
    assert frame["row"].tolist() == [2, 3, 4, 5, 6]
    assert is_wrong.tolist() == [[0, 1, 0]] * 2 + [[0, 0, 1]] * 3
    assert [text.get_text() for text in ax.get_yticklabels()] == [f"{i}.wav" for i in range(2, 7)]
    bold = [text.get_text() for text in ax.texts if text.get_weight() == "bold"]
    assert bold == ["sad", "sad", "angry", "angry", "angry"]


def test_disputes_are_refused_if_transfer_corrects_no_row(predictions):
    all_right = predictions.assign(prediction=predictions["truth"])
    with pytest.raises(
        ValueError, match="must have rows that fit only='wrong to right'; got none"
    ):
        DisagreementDisplay.from_predictions(all_right, only="wrong to right")


@pytest.fixture
def numbers(predictions):
    """Give predictions of ten numbers by two methods whose errors are known."""
    truth = np.tile(np.linspace(1, 5, 10), 2)
    predicted = np.where(predictions["method"] == "DNN", 3 + 0.5 * (truth - 3), truth + 0.25)
    return predictions.assign(truth=truth, prediction=predicted)


def test_scatter_shows_the_points_and_agreement_of_each_method(numbers):
    numbers = pd.concat([numbers, numbers.assign(repeat=2)])
    display = PredictionScatterDisplay.from_predictions(numbers)
    draw(display)
    assert list(display.panels_) == list(LABELS)
    for method, panel in display.panels_.items():
        of_method = numbers[numbers["method"] == method[0]]
        (points,) = panel.collections
        assert (
            points.get_offsets().data.tolist()
            == of_method[["truth", "prediction"]].values.tolist()
        )
        (identity,) = panel.lines
        assert tuple(identity.get_xdata()) == tuple(identity.get_ydata())
        assert panel.get_xlim() == panel.get_ylim() == tuple(identity.get_xdata())
    dnn_title, prognet_title = (panel.get_title(loc="left") for panel in display.panels_.values())
    # DNN has half the spread of the truth and r = 1, so its CCC is 2 / (1/2 + 2) = 0.8.
    # ProgNet is 1/4 too high everywhere, so r = 1 and RMSE = 1/4.
    assert dnn_title.startswith("DNN\nCCC 0.800, r 1.000, RMSE ")
    assert prognet_title.endswith(", r 1.000, RMSE 0.25")


def test_scatter_of_many_points_shows_their_density(numbers):
    many_repeats = pd.concat([numbers.assign(repeat=repeat) for repeat in range(1, 202)])
    display = PredictionScatterDisplay.from_predictions(many_repeats)
    draw(display)
    for panel in display.panels_.values():
        (cells,) = panel.collections
        assert cells.get_array().sum() == 2010
        assert cells.get_rasterized()


def test_scatter_refuses_classes_and_several_corpora(predictions, numbers):
    with pytest.raises(ValueError, match="predictions must be of numbers; got classes"):
        PredictionScatterDisplay.from_predictions(predictions)
    two_corpora = pd.concat([numbers.assign(corpus="a"), numbers.assign(corpus="b")])
    with pytest.raises(ValueError, match="predictions must be of one corpus"):
        PredictionScatterDisplay.from_predictions(two_corpora)


def test_disputes_about_numbers_are_coloured_by_distance_from_the_truth(numbers):
    display = DisagreementDisplay.from_predictions(numbers, n=10)
    shown = texts(draw(display))
    distances = np.asarray(display.mesh_.get_array()).reshape(10, 3)
    truth = display.frame()["truth"].to_numpy()
    expected = np.column_stack([0 * truth, np.abs(truth - 3) / 2, 0 * truth + 0.25])
    assert distances == pytest.approx(expected)
    assert {"1", "2", "1.25", "truth", "DNN"} <= set(shown)


def test_groups_of_numbers_are_drawn_by_their_ccc(numbers):
    labels = pd.DataFrame({"half": [0, 1] * 5})
    ax = draw(GroupScoresDisplay.from_predictions(numbers, labels, "half"))
    assert ax.get_xlabel().startswith("CCC within each group")


@pytest.mark.parametrize("kind", [ConfusionDisplay, ClassRecallDisplay, DisagreementDisplay])
def test_several_corpora_are_refused(kind, predictions):
    two_corpora = pd.concat([predictions.assign(corpus="a"), predictions.assign(corpus="b")])
    with pytest.raises(ValueError, match="predictions must be of one corpus"):
        kind.from_predictions(two_corpora)


def test_options_of_displays_reach_the_numbers(predictions):
    confidence = 0.55 + 0.04 * predictions["row"]
    p_angry = np.where(predictions["prediction"] == "angry", confidence, 1 - confidence)
    sure = predictions.assign(p_angry=p_angry, p_sad=1 - p_angry)
    calibration = CalibrationDisplay.from_predictions(sure, n_bins=4)
    pd.testing.assert_frame_equal(calibration.curves, calibration_by_method(sure, n_bins=4))
    pd.testing.assert_frame_equal(calibration.errors, expected_calibration_error(sure, n_bins=4))

    labels = pd.DataFrame({"half": [0, 0, 1, 1, 1] * 2})
    accuracy = Score("accuracy", accuracy_score)
    groups = GroupScoresDisplay.from_predictions(predictions, labels, "half", scoring=accuracy)
    expected = scores_by_group(predictions, labels, "half", scoring=accuracy)
    assert groups.groups["score"].tolist() == expected["score"].tolist()
    assert groups.groups["metric"].tolist() == expected["metric"].tolist()

    svm = predictions[predictions["method"] == "DNN"].assign(method="SVM")
    three = pd.concat([predictions, svm.assign(prediction=svm["truth"])])
    three["baseline"] = np.where(three["source"] == "none", "none", "DNN")
    by_svm = DisagreementDisplay.from_predictions(three, against="SVM").disputed
    pd.testing.assert_frame_equal(by_svm, most_disputed(three, 20, against="SVM"))
    assert not by_svm.equals(most_disputed(three, 20))


def test_large_counts_and_similar_long_labels_stay_legible():
    names = ["emotion_number_1", "emotion_number_2"]
    n_rows = 20_000
    rows = pd.DataFrame({"row": range(n_rows), "truth": np.repeat(names, n_rows // 2)})
    rows = rows.assign(repeat=1, fold=1, source="none")
    right = rows.assign(method="DNN", prediction=rows["truth"])
    shown = texts(draw(ConfusionDisplay.from_predictions(right)))
    assert "10000" in shown
    wrong = rows["truth"].where(rows["row"] % 2 == 0, names[0])
    parts = [right, rows.assign(method="SVM", prediction=wrong)]
    display = DisagreementDisplay.from_predictions(pd.concat(parts), n=2, against="DNN")
    cells = {text for text in texts(draw(display)) if "…" in text}
    assert cells == {"emot…ber_1", "emot…ber_2"}
