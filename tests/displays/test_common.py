"""Tests of all displays: they draw into given axes, leave nothing behind, clip nothing."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from skprognet import displays
from skprognet.displays import (
    CalibrationDisplay,
    ClassRecallDisplay,
    ConfusionDisplay,
    CorporaMatrixDisplay,
    DisagreementDisplay,
    ExplanationDisplay,
    GroupScoresDisplay,
    NetworkDisplay,
    PredictionScatterDisplay,
    ScoresDisplay,
    SignificanceDisplay,
    SourceImportanceDisplay,
    TrainingCurveDisplay,
    TrainingSizeDisplay,
)
from skprognet.results import compare_methods

LONG_NAMES = [("a first method with a $long$ name_of_its own", "none")] + [
    (f"method {i} with a $long$ name_of_its own", f"the $corpus_{j}$ of someone $else")
    for j in range(2)
    for i in range(4)
]


def overhang(figure):
    """Return by how many inches the drawing extends beyond the edges of a figure."""
    figure.draw_without_rendering()  # places all texts, as a drawing does
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    return max(-drawn.x0, -drawn.y0, drawn.x1 - width, drawn.y1 - height)


def curves_of(scores):
    epochs = [scores.assign(epoch=epoch, valid_score=scores["score"]) for epoch in (1, 2, 3)]
    return TrainingCurveDisplay.from_curves(pd.concat(epochs))


def sizes_of(scores):
    scores = pd.concat([scores.assign(n_train_folds=n, n_train=54 * n) for n in (1, 2, 4, 8)])
    comparisons = compare_methods(scores).assign(pvalue=0.01, difference=0.1)
    return TrainingSizeDisplay.from_scores(scores, comparisons)


def comparisons_of(scores):
    comparisons = compare_methods(scores).iloc[:12]
    extra = {"p_worse": 0.1, "p_equal": 0.2, "p_better": 0.7, "pvalue": 0.001}
    sizes = range(len(comparisons))
    return SignificanceDisplay.from_comparisons(comparisons.assign(n_train_folds=sizes, **extra))


def importances_of(scores):
    names = [
        f"{method} {source}"
        for method, source in scores[["method", "source"]].drop_duplicates().to_numpy()
    ]
    values = {"importance_mean": 0.1, "importance_std": 0.02}
    return SourceImportanceDisplay(pd.DataFrame(values, index=names))


def explanation_of(scores):
    names = [name for pair in LONG_NAMES for name in pair]
    columns = [f"source_{name}" for name in names[:3]] + [f"features_{n}" for n in set(names)]
    explanation = pd.DataFrame(0.5, index=scores["method"].unique(), columns=columns)
    return ExplanationDisplay(explanation.assign(predicted=names[0], log_probability=-0.1))


def network_of(scores):
    names = scores["method"].unique()
    column = {
        "units": 8,
        "state": "trained",
        "reads_units": 8,
        "adapter": "",
        "norm": float("nan"),
    }
    rows = [
        {"column": i, "name": name, "layer": k, "reads_column": i, "reads_layer": k - 1, **column}
        for i, name in enumerate(names)
        for k in (1, 2)
    ]
    return NetworkDisplay(
        pd.DataFrame(rows), classes=[[f"class {i}" for i in range(12)] for _ in names]
    )


def predictions_of(scores):
    """Return predictions of the same methods for eight rows of four classes."""
    rows = pd.DataFrame({"row": range(8), "truth": list("abcdabcd"), "repeat": 1, "fold": 1})
    rows["file"] = "a $long$ name of a folder/recording.wav"
    probabilities = {f"p_{label}": 0.7 if label == "a" else 0.1 for label in "abcd"}
    parts = [
        rows.assign(method=method, source=source, prediction=np.roll(rows["truth"], place))
        for place, (method, source) in enumerate(scores.groupby(["method", "source"]).groups)
    ]
    return pd.concat(parts, ignore_index=True).assign(**probabilities)


def scatter_of(scores):
    predictions = predictions_of(scores).drop(columns=[f"p_{label}" for label in "abcd"])
    numbers = {name: predictions[name].map(ord) / 10 for name in ("truth", "prediction")}
    return PredictionScatterDisplay.from_predictions(predictions.assign(**numbers))


def from_predictions(kind):
    return lambda scores: kind.from_predictions(predictions_of(scores))


def groups_of(scores):
    labels = pd.DataFrame({"speaker $": list("stuvwxyz"), "gender": ["female", "male"] * 4})
    columns = list(labels)
    return GroupScoresDisplay.from_predictions(predictions_of(scores), labels, columns)


def matrix_of(scores):
    plain = scores.loc[scores["source"] == "none", "method"].iloc[0]
    scores = scores.assign(corpus="a $corpus$ of_somebody", baseline=plain)
    return CorporaMatrixDisplay.from_scores(scores)


MAKERS = {
    "CalibrationDisplay": from_predictions(CalibrationDisplay),
    "ClassRecallDisplay": from_predictions(ClassRecallDisplay),
    "ConfusionDisplay": from_predictions(ConfusionDisplay),
    "DisagreementDisplay": from_predictions(DisagreementDisplay),
    "ExplanationDisplay": explanation_of,
    "GroupScoresDisplay": groups_of,
    "CorporaMatrixDisplay": matrix_of,
    "TrainingCurveDisplay": curves_of,
    "TrainingSizeDisplay": sizes_of,
    "PredictionScatterDisplay": scatter_of,
    "ScoresDisplay": ScoresDisplay.from_scores,
    "SignificanceDisplay": comparisons_of,
    "NetworkDisplay": network_of,
    "SourceImportanceDisplay": importances_of,
}


def test_every_public_display_is_tested():
    assert sorted(MAKERS) == displays.__all__


@pytest.fixture(params=list(MAKERS), scope="module")
def make_display(request):
    return MAKERS[request.param]


def test_plot_draws_into_given_axes_without_pyplot(make_display, make_scores):
    ax = Figure().subplots()
    display = make_display(make_scores())
    before = display.frame()
    display.frame().insert(0, "mine", 1)
    assert display.plot(ax) is display
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert len(ax.figure.axes) == 1
    assert plt.get_fignums() == []
    # frame() gives a copy, so the column inserted above did not change the display.
    pd.testing.assert_frame_equal(display.frame(), before)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_the_same_display_gives_the_same_bytes(make_scores, suffix):
    display = displays.ScoresDisplay.from_scores(make_scores())
    first, second = (displays.picture(display, suffix) for _ in range(2))
    assert first == second


def test_close_leaves_a_figure_that_the_user_made(make_display, make_scores):
    figure, ax = plt.subplots()
    display = make_display(make_scores())
    display.close()
    display.plot(ax).close()
    assert plt.get_fignums() == [figure.number]
    plt.close(figure)


def assert_nothing_is_clipped(display, scores):
    """Check that all text is inside the figure, and that names appear unchanged."""
    assert overhang(display.figure_) < 0.01
    texts = display.figure_.findobj(lambda artist: hasattr(artist, "_preprocess_math"))
    text_shown = " ".join(text._preprocess_math(text.get_text())[0] for text in texts)
    text_on_one_line = text_shown.replace("\n", " ")
    for method in scores["method"].unique():
        assert method in text_on_one_line


def test_figure_of_pyplot_is_closed_unclipped_and_legible(make_display, make_scores):
    """close() closes the figure. Its text is whole, and at least 5 points high at 8.5 cm width."""
    scores = make_scores()
    display = make_display(scores).plot()
    assert plt.get_fignums() == [display.figure_.number]
    display.close()
    assert plt.get_fignums() == []
    assert_nothing_is_clipped(display, scores)
    width_cm = display.figure_.get_size_inches()[0] * 2.54
    scale = min(1, 8.5 / width_cm)
    texts = display.figure_.findobj(lambda artist: hasattr(artist, "get_fontsize"))
    sizes = [text.get_fontsize() for text in texts if getattr(text, "get_text", str)().strip()]
    # A network of more than two columns needs the width of the page.
    if not isinstance(display, NetworkDisplay):
        assert min(sizes) * scale >= 5


def test_long_names_are_neither_clipped_nor_taken_for_formulas(make_display, make_scores):
    scores = make_scores(LONG_NAMES)
    display = make_display(scores).plot()
    assert_nothing_is_clipped(display, scores)
    display.close()
