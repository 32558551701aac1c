"""Explanations of predictions, drawn as bars or as a map."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.pipeline import make_pipeline

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.displays import ExplanationDisplay, SourceImportanceDisplay
from skprognet.estimators import explain

OPTIONS = {"hidden_layer_sizes": (6,), "max_epochs": 3, "random_state": 0}


@pytest.fixture
def explanation():
    return pd.DataFrame(
        {
            "predicted": [3, 1],
            "log_probability": np.log([0.5, 0.25]),
            "source_a_b": [0.1, -0.2],
            "features_small": [0.01, 0.02],
            "features_pitch": [-1.5, 0.3],
            "features_loudness": [0.4, 0.6],
        },
        index=["first", "second"],
    )


def draw(explanation, **options):
    return ExplanationDisplay(explanation, **options).plot(Figure().subplots())


def test_bars_of_one_row_agree_with_the_frame(explanation):
    display = draw(explanation[:1], max_groups=2)
    frame = display.frame()
    assert frame.values.tolist() == [
        ["first", 3, "source", "a_b", 0.1],
        ["first", 3, "features", "pitch", -1.5],
        ["first", 3, "features", "loudness", 0.4],
    ]
    assert [bar.get_width() for bar in display.bars_] == frame["change"].tolist()
    assert [bool(bar.get_hatch()) for bar in display.bars_] == [False, True, False]
    assert display.ax_.get_title() == "3, probability 0.50"
    assert display.image_ is None


def test_map_of_several_rows_shows_their_changes(explanation):
    display = draw(explanation)
    names = ["source_a_b", "features_pitch", "features_loudness", "features_small"]
    np.testing.assert_array_equal(display.image_.get_array(), explanation[names])
    assert display.image_.get_clim() == (-1.5, 1.5)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == ["first: 3", "second: 1"]
    numbers = [text.get_text() for text in display.ax_.texts]
    assert numbers == ["0.1", "-1.5", "0.4", "-0.2", "0.3", "0.6"]  # nothing for 0.01 and 0.02
    np.testing.assert_array_equal(display.frame()["change"], explanation[names].to_numpy().ravel())


def test_map_of_many_rows_fits_on_a_page(explanation):
    display = ExplanationDisplay(pd.concat([explanation] * 300)).plot()
    assert display.figure_.get_size_inches()[1] < 15
    assert display.image_.get_array().shape == (600, 4)
    assert display.ax_.get_ylabel() == "600 rows, in their order"
    assert [*display.ax_.get_yticklabels(), *display.ax_.texts] == []
    display.close()


def test_from_estimator_draws_what_explain_returns(rng):
    X, y = rng.normal(size=(40, 4)), rng.choice(["a", "b"], 40)
    sources = [("one", DNNClassifier(**OPTIONS).fit(X, rng.choice(3, 40)))]
    model = make_pipeline("passthrough", ProgressiveClassifier(sources, **OPTIONS).fit(X, y))
    options = {"groups": {"low": [0, 1]}, "method": "silence", "reference": X[:5]}
    display = ExplanationDisplay.from_estimator(model, X[:3], **options, max_groups=3)
    pd.testing.assert_frame_equal(display.explanation, explain(model, X[:3], **options))
    assert display.max_groups == 3


def test_chosen_output_of_a_regressor_is_drawn_with_suitable_digits(explanation):
    numbers = explanation.drop(columns="log_probability").assign(predicted=[3.14159, 1.0])
    two_outputs = numbers.add_suffix("_0").join((1000 * numbers).add_suffix("_1"))
    display = draw(two_outputs, output=1)
    assert display.ax_.get_title(loc="right").endswith("without it; darkest: ±1500.0")
    assert [text.get_text() for text in display.ax_.texts][:2] == ["100", "-1500"]
    rows = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert rows == ["first: 3.14e+03", "second: 1e+03"]
    frame = draw(two_outputs[:1], output=0).frame()
    pd.testing.assert_frame_equal(frame, draw(numbers[:1]).frame())
    assert frame["name"].tolist() == ["a_b", "pitch", "loudness", "small"]
    assert draw(numbers[:1]).ax_.get_title() == "predicted 3.14"
    small = draw((numbers / 1000).drop(columns="source_a_b"))
    assert small.ax_.texts[0].get_text() == "-0.0015"


@pytest.mark.parametrize("output", [None, 2, "x"])
def test_output_must_be_one_of_the_outputs_in_the_table(explanation, output):
    numbers = explanation.drop(columns="log_probability").astype(float)
    two_outputs = numbers.add_suffix("_0").join(numbers.add_suffix("_1"))
    message = "output must be one of 0, 1; got "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}{output!r}"):
        ExplanationDisplay(two_outputs, output=output)
    with pytest.raises(ValueError, match="output must be None for a single output; got 0"):
        ExplanationDisplay(numbers, output=0)


@pytest.mark.parametrize(
    "spoil", [lambda e: e[:0], lambda e: e.drop(columns="predicted"), lambda e: e.iloc[:, :2]]
)
def test_table_that_explain_did_not_return_is_refused(explanation, spoil):
    message = "explanation must be the table that explain returns, with at least one row"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        ExplanationDisplay(spoil(explanation))


def test_importances_by_class_have_a_bar_for_each_source_and_class(rng):
    X, y = rng.normal(size=(40, 4)), rng.choice(["a", "b"], 40)
    source = DNNClassifier(**OPTIONS).fit(X, rng.choice(3, 40))
    network = ProgressiveClassifier([("one", source), ("two", source)], **OPTIONS).fit(X, y)
    display = SourceImportanceDisplay.from_estimator(
        network, X, y, random_state=0, by_class=True
    ).plot(Figure().subplots())
    expected = network.source_importances(X, y, random_state=0, by_class=True)
    pd.testing.assert_frame_equal(display.frame(), expected)
    widths = [bar.get_width() for bar in display.bars_]
    np.testing.assert_array_equal(widths, expected["importance_mean"])
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == ["one: a", "one: b", "two: a", "two: b"]
    assert display.ax_.get_xlabel().startswith("fall in the recall of the class without")


def test_map_of_more_than_12_columns_has_no_numbers(explanation):
    wide = explanation.assign(**{f"features_g{i:02}": 0.5 for i in range(9)})
    assert len(draw(wide, max_groups=11).ax_.texts) > 0  # with the source, 12 columns
    assert len(draw(wide, max_groups=12).ax_.texts) == 0


@pytest.mark.parametrize(("n", "error"), [(0, ValueError), (2.5, TypeError)])
def test_number_of_groups_is_checked(explanation, n, error):
    with pytest.raises(error, match=r"^max_groups must"):
        ExplanationDisplay(explanation, max_groups=n)
