"""Tests of `explain` for regressors: changes without sources and features, in target units."""

import copy

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, DNNRegressor, ProgressiveRegressor, SideBySideRegressor
from skprognet.estimators import explain
from skprognet.persistence import load_model, save_model

TINY = {"hidden_layer_sizes": (6, 5), "max_epochs": 3, "lr": 1e-2, "random_state": 0}
NAMES = ["F0.a", "F0.b", "mfcc1", "dur"]


@pytest.fixture(scope="module")
def rows():
    """Give a table of features, two targets in different units, and classes."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(50, 4)), columns=NAMES, index=np.arange(50) + 100)
    y = np.column_stack([1000 + 50 * X["dur"], 0.01 * X["mfcc1"]])
    return X, y, np.where(X["dur"] > 0, "loud", "soft")


@pytest.fixture(scope="module")
def source(rows):
    """Give a network fitted on the classes."""
    return DNNClassifier(**TINY).fit(rows[0], rows[2])


@pytest.mark.parametrize("cls", [ProgressiveRegressor, SideBySideRegressor])
def test_changes_are_the_differences_to_predictions_without_each_part(cls, rows, source):
    X, y, _ = rows
    model = cls([("emotion", source)], **TINY).fit(X, y)
    explained = model.explain(X, groups=["F0", "dur"], method="silence")
    parts = ["predicted", "source_emotion", "features_F0", "features_dur"]
    assert list(explained) == [f"{part}_{k}" for part in parts for k in (0, 1)]
    assert explained.index.equals(X.index)
    predicted = model.predict(X)
    np.testing.assert_array_equal(explained[["predicted_0", "predicted_1"]], predicted)
    means = dict(zip(NAMES[:2], model.training_mean_[:2], strict=True))
    without = model.predict(X.assign(**means))
    changes = explained[["features_F0_0", "features_F0_1"]]
    np.testing.assert_array_equal(changes, predicted - without)
    silenced = copy.deepcopy(model)
    with torch.no_grad():
        for name, weight in silenced.net_.module_.named_parameters():
            if name.startswith("laterals"):
                weight.zero_()
        if cls is SideBySideRegressor:
            silenced.net_.module_.layers[0].weight[:, len(NAMES) :] = 0
    changes = explained[["source_emotion_0", "source_emotion_1"]] / model.target_std_
    expected = (predicted - silenced.predict(X)) / model.target_std_
    np.testing.assert_allclose(changes, expected, atol=1e-6)
    assert np.abs(expected).max() > 1e-3


def test_average_row_has_zero_changes_and_a_single_output_no_number_in_names(rows, source):
    X, y, _ = rows
    model = ProgressiveRegressor(source, **TINY).fit(X, y[:, 0])
    explained = model.explain(pd.DataFrame([model.training_mean_], columns=NAMES))
    groups = ["features_F0", "features_mfcc1", "features_dur"]
    assert list(explained) == ["predicted", "source_source", *groups]
    np.testing.assert_allclose(explained.iloc[0, 1:].to_numpy(float), 0, atol=1e-4)


def test_explain_takes_pipelines_and_stored_models_and_refuses_other_models(rows, tmp_path):
    X, y, _ = rows
    model = make_pipeline(StandardScaler(), DNNRegressor(**TINY)).fit(X, y)
    explained = explain(model, X)
    Z = StandardScaler().fit_transform(X)
    groups = {"F0": [0, 1], "mfcc1": [2], "dur": [3]}
    pd.testing.assert_frame_equal(
        explained.reset_index(drop=True), model[-1].explain(Z, groups=groups)
    )
    save_model(model, tmp_path / "model")
    pd.testing.assert_frame_equal(explain(load_model(tmp_path / "model"), X), explained)
    with pytest.raises(TypeError, match=r"^model must be a fitted classifier or regressor of sk"):
        explain(LinearRegression().fit(X, y), X)
