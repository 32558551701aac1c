"""Columns and laterals of fitted networks: their arrows, counted by hand, and the drawing."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.displays import NetworkDisplay
from skprognet.sources import LayerSource


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    labels = {
        "speaker": rng.choice([f"s{i}" for i in range(5)], 60),
        "gender": rng.choice(["f", "m"], 60),
    }
    return rng.normal(size=(60, 4)), {
        **labels,
        "emotion": rng.choice(["angry", "happy", "sad"], 60),
    }


def options(*sizes):
    return {"hidden_layer_sizes": sizes, "max_epochs": 2, "random_state": 0}


@pytest.fixture(scope="module")
def speaker(data):
    X, labels = data
    return DNNClassifier(**options(8, 7, 6)).fit(X, labels["speaker"])


@pytest.fixture(scope="module")
def gender(data, speaker):
    X, labels = data
    network = ProgressiveClassifier([("speaker", speaker)], adapter="mlp", **options(5, 4))
    return network.fit(X, labels["gender"])


@pytest.fixture(scope="module")
def emotion(data, speaker, gender):
    X, labels = data
    network = ProgressiveClassifier([("speaker", speaker), ("gender", gender)], **options(3, 2))
    return network.fit(X, labels["emotion"])


def arrows(display, **conditions):
    """Return (column, layer, units, reads_column, reads_layer, reads_units) of chosen arrows."""
    frame = display.frame()
    for name, value in conditions.items():
        frame = frame[frame[name] == value]
    names = ["column", "layer", "units", "reads_column", "reads_layer", "reads_units"]
    return set(frame[names].itertuples(index=False, name=None))


def draw(estimator, **names):
    return NetworkDisplay.from_estimator(estimator, **names).plot(Figure().subplots())


def test_a_plain_network_is_one_column(speaker):
    display = draw(speaker)
    assert arrows(display) == {
        (0, 1, 8, 0, 0, 4),
        (0, 2, 7, 0, 1, 8),
        (0, 3, 6, 0, 2, 7),
        (0, 4, 5, 0, 3, 6),
    }
    frame = display.frame()
    assert set(frame["state"]) == {"trained"}
    assert set(frame["name"]) == {"network"}
    assert frame["norm"].isna().all()
    assert display.laterals_ == []
    assert len(display.boxes_) == 5


def test_display_has_every_column_and_lateral_of_a_chain(emotion, gender):
    display = NetworkDisplay.from_estimator(emotion, name="emotion")
    frame = display.frame()
    names = frame.groupby("column")["name"].first()
    assert names.tolist() == ["speaker", "gender / speaker", "gender", "emotion"]
    states = frame.groupby("column")["state"].agg(set)
    assert states.tolist() == [{"frozen"}] * 3 + [{"trained"}]
    laterals = frame[frame["norm"].notna()]
    # Hidden layer k of two is matched with hidden layer ceil(3 k / 2) of a source with three.
    read = laterals[["column", "layer", "reads_column", "reads_layer", "reads_units"]]
    assert set(read.itertuples(index=False, name=None)) == {
        (2, 2, 1, 2, 7),
        (2, 3, 1, 3, 6),
        (3, 2, 0, 2, 7),
        (3, 2, 1, 2, 7),
        (3, 2, 2, 1, 5),
        (3, 3, 0, 3, 6),
        (3, 3, 1, 3, 6),
        (3, 3, 2, 2, 4),
    }
    assert laterals["adapter"].tolist() == ["mlp"] * 2 + [""] * 6
    of_emotion = laterals.query("column == 3").sort_values(["layer", "reads_column"])
    np.testing.assert_array_equal(of_emotion["norm"], emotion.lateral_norms()["norm"])
    of_gender = laterals.query("column == 2").sort_values("layer")
    np.testing.assert_array_equal(of_gender["norm"], gender.lateral_norms()["norm"])
    assert display.classes[-1] == ["angry", "happy", "sad"]


def test_columns_of_nested_networks_have_different_names(data, speaker, emotion):
    X, labels = data
    sources = [("first", speaker), ("emotion", emotion)]
    network = ProgressiveClassifier(sources, **options(3)).fit(X, labels["gender"])
    frame = NetworkDisplay.from_estimator(network).frame()
    assert frame.groupby("column")["name"].first().tolist() == [
        "first",
        "emotion / speaker",
        "emotion / gender / speaker",
        "emotion / gender",
        "emotion",
        "new column",
    ]
    laterals = frame.dropna(subset="norm")
    read = laterals.groupby("column")["reads_column"].agg(set).to_dict()
    assert read == {3: {2}, 4: {1, 2, 3}, 5: {0, 1, 2, 3, 4}}


def test_arrows_start_and_end_at_their_layers_and_lead_upwards(emotion):
    display = draw(emotion)
    laterals = display.frame().dropna(subset="norm")
    for row, arrow in zip(laterals.itertuples(), display.laterals_, strict=True):
        (x0, y0), (x1, y1) = arrow._posA_posB
        read = display.boxes_[row.reads_column, row.reads_layer]
        reader = display.boxes_[row.column, row.layer]
        assert x0 == pytest.approx(read.get_x() + read.get_width())
        assert read.get_y() < y0 < read.get_y() + read.get_height()
        assert x1 <= reader.get_x()
        assert reader.get_y() < y1 < reader.get_y() + reader.get_height()
        assert y0 < y1
    widths = [arrow.get_linewidth() for arrow in display.laterals_]
    np.testing.assert_array_equal(np.argsort(widths), np.argsort(laterals["norm"]))
    np.testing.assert_allclose(
        np.array(widths) - 0.6, 2.4 * laterals["norm"] / laterals["norm"].max()
    )


@pytest.mark.parametrize("sizes", [(3,), (3, 3), (3, 3, 3, 3), (3, 3, 3, 3, 3, 3, 3)])
def test_laterals_lead_upwards_for_any_number_of_layers(data, speaker, sizes):
    X, labels = data
    display = draw(ProgressiveClassifier(speaker, **options(*sizes)).fit(X, labels["gender"]))
    assert len(display.laterals_) == len(sizes)
    for arrow in display.laterals_:
        (_, y0), (_, y1) = arrow._posA_posB
        assert y0 < y1
    for column in (0, 1):
        heights = [box.get_y() for (c, _), box in display.boxes_.items() if c == column]
        assert heights == sorted(heights)


def test_fine_tuned_network_shows_copied_and_frozen_layers(data, speaker):
    X, labels = data
    network = FineTunedClassifier([("speaker", speaker)], n_frozen_layers=1).set_params(
        max_epochs=2
    )
    display = draw(network.fit(X, labels["gender"]))
    frame = display.frame()
    assert set(frame["name"]) == {"copy of speaker"}
    assert frame["units"].tolist() == [8, 7, 6, 2]
    assert frame["state"].tolist() == ["frozen", "copied", "copied", "trained"]
    hatches = [display.boxes_[0, layer].get_hatch() for layer in (1, 2, 3, 4)]
    assert hatches == ["////", "..", "..", None]


def test_a_copy_of_a_progressive_network_keeps_its_columns(data, gender):
    X, labels = data
    network = FineTunedClassifier(gender, max_epochs=2).fit(X, labels["emotion"])
    frame = draw(network).frame()
    assert frame.groupby("column")["name"].first().tolist() == ["speaker", "copy of source"]
    laterals = frame.dropna(subset="norm")
    assert laterals["layer"].tolist() == [2, 3]
    assert laterals["state"].tolist() == ["copied", "trained"]
    assert laterals["adapter"].tolist() == ["mlp", "mlp"]


def test_networks_in_pipelines_and_frozen_estimators_are_drawn(data):
    X, labels = data
    mlp = MLPClassifier((9, 8), max_iter=500, tol=1).fit(X, labels["emotion"])
    assert arrows(draw(mlp)) == {(0, 1, 9, 0, 0, 4), (0, 2, 8, 0, 1, 9), (0, 3, 3, 0, 2, 8)}
    pipeline = make_pipeline(StandardScaler(), FrozenEstimator(mlp)).fit(X, labels["emotion"])
    network = ProgressiveClassifier([("mlp", pipeline)], **options(3, 3)).fit(X, labels["gender"])
    wrapped = make_pipeline(StandardScaler(), FrozenEstimator(network)).fit(X)
    display = draw(wrapped)
    assert arrows(display, name="mlp") == arrows(NetworkDisplay.from_estimator(mlp))
    assert {(1, 2, 3, 0, 1, 9), (1, 3, 2, 0, 2, 8)} <= arrows(display, name="new column")


def test_layer_source_is_drawn_as_a_frozen_column(data):
    X, labels = data
    names = ["pitch", "ge2e.layer1.mean.0", "ge2e.layer1.mean.1", "ge2e.block.attention"]
    X = pd.DataFrame(X, columns=names)
    layers, plain = LayerSource("ge2e"), DNNClassifier(**options(6))
    network = ProgressiveClassifier([("ge2e", layers), ("gender", plain)], **options(5, 4))
    network.fit(X, labels["emotion"], source_y=labels["gender"])
    chain = ProgressiveClassifier([("old", network)], **options(3)).fit(X, labels["gender"])
    display = draw(network)
    frame = display.frame()
    of_layers = frame[frame["name"] == "ge2e"]
    assert of_layers["layer_name"].tolist() == ["layer1", "block"]
    assert arrows(display, name="ge2e") == {(0, 1, 2, -1, -1, 0), (0, 2, 1, -1, -1, 0)}
    assert set(of_layers["state"]) == {"frozen"}
    assert set(frame.loc[frame["name"] != "ge2e", "layer_name"]) == {""}
    assert {(2, 2, 4, 0, 1, 2), (2, 3, 3, 0, 2, 1)} <= arrows(display, name="new column")
    assert arrows(display, name="gender") == {(1, 1, 6, 1, 0, 1), (1, 2, 2, 1, 1, 6)}
    norms = frame.dropna(subset="norm").sort_values(["layer", "reads_column"])["norm"]
    np.testing.assert_array_equal(norms, network.lateral_norms()["norm"])
    assert {box for box in display.boxes_ if box[0] == 0} == {(0, 1), (0, 2)}
    texts = {text.get_text() for text in display.ax_.texts}
    assert {"LayerSource", "layer1\n2", "block\n1", "1 features"} <= texts
    for arrow in display.laterals_:
        assert arrow._posA_posB[0][1] < arrow._posA_posB[1][1]
    assert draw(chain).frame().groupby("column")["name"].first().tolist() == [
        *("old / ge2e", "old / gender", "old", "new column")
    ]


def test_classes_and_names_stand_above_their_columns(emotion):
    display = draw(emotion, name="$emotion$_a")
    texts = {(text.xy[0], text.get_text()) for text in display.ax_.texts if hasattr(text, "xy")}
    assert (3, r"\$emotion\$_a") in texts
    assert (3, "angry, happy, sad") in texts
    assert (2, "f, m") in texts


def test_long_list_of_classes_ends_with_a_count(data):
    X, _ = data
    network = DNNClassifier(**options(3)).fit(
        np.tile(X, (2, 1)), [f"c{i:02}" for i in range(12)] * 10
    )
    texts = [text.get_text().replace("\n", " ") for text in draw(network).ax_.texts]
    assert "c00, c01, c02, c03, c04, c05, c06, and 5 more" in texts


def test_legend_names_only_what_is_drawn(speaker, gender):
    def legend(estimator):
        return [text.get_text() for text in draw(estimator).ax_.get_legend().get_texts()]

    assert legend(speaker) == ["trained from random weights"]
    frozen, trained, lateral, adapter = legend(gender)
    assert (frozen, trained, adapter) == ("frozen", "trained from random weights", "adapter (mlp)")
    assert re.fullmatch(r"lateral, width by norm \(\S+ to \S+\)", lateral)


def test_estimator_that_is_not_a_fitted_network_is_refused(data):
    message = (
        "estimator must be a fitted network of this package, an MLPClassifier or MLPRegressor, or "
        "a pipeline, FrozenEstimator or search around one; got LogisticRegression(). Pass one of "
        "these."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        NetworkDisplay.from_estimator(LogisticRegression())
    with pytest.raises(NotFittedError):
        NetworkDisplay.from_estimator(DNNClassifier())
