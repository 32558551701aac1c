"""Tests of the classifiers inside meta-estimators of scikit-learn, and on tables of others."""

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    cross_val_predict,
    cross_validate,
    learning_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils import estimator_html_repr

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.metrics import uar_scorer


@pytest.fixture(params=["dnn", "fine-tuned", "progressive", "unfitted source"])
def classifier(request, source, small):
    return {
        "dnn": DNNClassifier(**small),
        "fine-tuned": FineTunedClassifier(source, **small),
        "progressive": ProgressiveClassifier(source, **small),
        "unfitted source": ProgressiveClassifier(DNNClassifier(**small), **small),
    }[request.param]


@pytest.fixture
def fit_params(request, problem):
    _, _, source_y = problem
    name = request.node.callspec.params["classifier"]
    return {"source_y": source_y} if name == "unfitted source" else {}


def test_meta_estimators_fit_and_predict(classifier, fit_params, problem):
    X, y, _ = problem
    with config_context(enable_metadata_routing=True):
        for meta in (
            CalibratedClassifierCV(classifier, cv=2),
            VotingClassifier([("a", classifier), ("b", LogisticRegression())], voting="soft"),
            OneVsRestClassifier(classifier),
            make_pipeline(StandardScaler(), classifier),
        ):
            fitted = meta.fit(X, y, **fit_params)
            assert set(fitted.predict(X)) <= set(y)
            assert fitted.predict_proba(X).shape == (150, 4)


@pytest.mark.parametrize("search", [GridSearchCV, HalvingGridSearchCV])
def test_searches_find_the_better_learning_rate(classifier, fit_params, problem, search):
    X, y, _ = problem
    options = {"random_state": 0, "min_resources": 60} if search is HalvingGridSearchCV else {}
    classifier.set_params(max_epochs=25)
    with config_context(enable_metadata_routing=True):
        fitted_search = search(
            classifier, {"lr": [1e-300, 0.02]}, cv=3, scoring=uar_scorer, **options
        ).fit(X, y, **fit_params)
    assert fitted_search.best_params_ == {"lr": 0.02}


def test_the_parameters_of_an_unfitted_source_can_be_searched(problem, small):
    X, y, source_y = problem
    pipeline = make_pipeline(
        StandardScaler(), ProgressiveClassifier(DNNClassifier(**small), **small)
    )
    grid = {"progressiveclassifier__source__lr": [1e-3, 1e-2]}
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(pipeline, grid, cv=2).fit(X, y, source_y=source_y)
    assert len(search.cv_results_["params"]) == 2
    assert search.best_estimator_[-1].source_digest_


def test_groups_reach_the_internal_split_through_a_pipeline(problem, small, seen_rows, split_of):
    X, y, _ = problem
    groups = np.arange(150) % 15
    with config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(StandardScaler(), DNNClassifier(**small, callbacks=[seen_rows()]))
        result = cross_validate(
            pipeline,
            X,
            y,
            cv=GroupKFold(3),
            params={"groups": groups},
            return_estimator=True,
            return_indices=True,
        )
    for fitted, rows in zip(result["estimator"], result["indices"]["train"], strict=True):
        train, held_out = split_of(fitted[-1], fitted[0].transform(X[rows]))
        assert len(train) + len(held_out) == len(rows) == 100
        assert set(groups[rows[train]]).isdisjoint(groups[rows[held_out]])


def test_sample_weight_is_routed_on_request(problem, small):
    X, y, _ = problem
    weight = (y != "sad").astype(float)
    with config_context(enable_metadata_routing=True):
        clf = DNNClassifier(**small).set_fit_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        pipeline = make_pipeline(scaler, clf).fit(X, y, sample_weight=weight)
    assert list(pipeline.classes_) == ["angry", "happy", "neutral"]


def test_functions_of_model_selection_and_inspection_work(classifier, fit_params, problem):
    X, y, _ = problem
    with config_context(enable_metadata_routing=True):
        predicted = cross_val_predict(classifier, X, y, cv=3, params=fit_params)
        assert set(predicted) <= set(y)
        _, train, test = learning_curve(
            classifier, X, y, cv=2, train_sizes=[0.5, 1.0], params=fit_params
        )
    assert train.shape == test.shape == (2, 2)
    fitted = classifier.fit(X, y, **fit_params)
    result = permutation_importance(fitted, X, y, scoring=uar_scorer, n_repeats=2)
    assert result.importances.shape == (9, 2)


def test_a_column_transformer_can_precede_the_network(problem, small):
    X, y, source_y = problem
    table = pd.DataFrame(X, columns=[f"f{i}" for i in range(9)]).assign(room=source_y)
    transformer = make_column_transformer(
        (StandardScaler(), [f"f{i}" for i in range(9)]), (OneHotEncoder(), ["room"])
    )
    pipeline = make_pipeline(transformer, DNNClassifier(**small)).fit(table, y)
    assert pipeline[-1].n_features_in_ == 11
    assert pipeline.predict(table).shape == (150,)


@pytest.mark.parametrize("table_type", [np.float32, np.float64, "pandas", "polars"])
def test_tables_of_other_libraries_give_the_same_predictions(
    classifier, fit_params, problem, table_type
):
    X, y, _ = problem
    names = [f"f{i}" for i in range(9)]
    expected = classifier.fit(X, y, **fit_params).predict(X)
    if table_type == "polars":
        polars = pytest.importorskip("polars")
        table = polars.DataFrame({name: X[:, i] for i, name in enumerate(names)})
    elif table_type == "pandas":
        table = pd.DataFrame(X, columns=names)
        y = pd.Series(y, dtype="category")
    else:
        table = X.astype(table_type)
    fitted = classifier.fit(table, y, **fit_params)
    np.testing.assert_array_equal(fitted.predict(table), expected)
    if isinstance(table_type, str):
        assert list(fitted.feature_names_in_) == names


def test_html_shows_the_source(source, small):
    html = estimator_html_repr(ProgressiveClassifier(source, **small))
    assert "ProgressiveClassifier" in html
    assert "DNNClassifier" in html
