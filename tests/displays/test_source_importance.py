"""Bars that show how much worse a network is without each source."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.metrics import zero_one_loss

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.displays import SourceImportanceDisplay
from skprognet.metrics import Score

OPTIONS = {"hidden_layer_sizes": (6,), "max_epochs": 3, "random_state": 0}


@pytest.fixture
def importances():
    return pd.DataFrame(
        {"importance_mean": [0.1, -0.03, 0.0], "importance_std": [0.02, 0.01, 0.0]},
        index=["speaker", "gender", "a $very$ odd_name"],
    )


def draw(importances):
    return SourceImportanceDisplay(importances).plot(Figure().subplots())


def test_bars_and_their_spread_agree_with_the_frame(importances):
    display = draw(importances)
    frame = display.frame()
    assert frame["source"].tolist() == list(importances.index)
    np.testing.assert_array_equal(
        [bar.get_width() for bar in display.bars_], frame["importance_mean"]
    )
    ends = [segment[:, 0] for segment in display.bars_.errorbar[2][0].get_segments()]
    np.testing.assert_allclose(ends, [[0.08, 0.12], [-0.04, -0.02], [0, 0]])
    assert [bool(bar.get_hatch()) for bar in display.bars_] == [False, True, False]
    assert [0, 0] in [list(line.get_xdata()) for line in display.ax_.lines]


def test_importances_without_repetitions_have_no_spread(importances):
    display = draw(importances.assign(importance_std=0.0))
    assert display.bars_.errorbar is None
    assert display.ax_.get_xlabel() == "fall in UAR without the source"


def test_from_estimator_draws_source_importances(rng):
    X, y = rng.normal(size=(40, 4)), rng.choice(["a", "b"], 40)
    sources = [
        (name, DNNClassifier(**OPTIONS).fit(X, rng.choice(3, 40))) for name in ("one", "two")
    ]
    network = ProgressiveClassifier(sources, **OPTIONS).fit(X, y)
    options = {"method": "permute", "n_repeats": 3, "random_state": 1}
    frame = SourceImportanceDisplay.from_estimator(network, X, y, **options).frame()
    expected = network.source_importances(X, y, **options)
    pd.testing.assert_frame_equal(frame.set_index("source"), expected, check_names=False)


def test_every_option_reaches_the_estimator(importances):
    class Network(ProgressiveClassifier):
        def source_importances(self, X, y, **options):
            self.seen = (X, y, options)
            return importances

    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
    network = Network(**OPTIONS).fit(X, y)
    options = {"method": "silence", "n_repeats": 7, "random_state": 3}
    SourceImportanceDisplay.from_estimator(network, X, y, **options)
    error = Score("error", zero_one_loss, label="error rate", greater_is_better=False)
    options |= {"scoring": error, "by_class": True}
    display = SourceImportanceDisplay.from_estimator(network, X, y, **options)
    assert network.seen == (X, y, options)
    label = display.plot(Figure().subplots()).ax_.get_xlabel()
    assert label.startswith("rise in error rate without the source")


def test_classifier_without_sources_is_refused():
    message = (
        "model must be a fitted ProgressiveClassifier or ProgressiveRegressor, or a pipeline, "
        "FrozenEstimator or fitted search around one; got DNNClassifier. Pass one of "
        "these."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        SourceImportanceDisplay.from_estimator(DNNClassifier(), [[0]], [0])
