"""Tests of `explain`: changes without sources and features, against a forward pass by hand."""

import copy
import re

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, recall_score
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import (
    DNNClassifier,
    FineTunedClassifier,
    MultiTaskClassifier,
    PosteriorClassifier,
    ProgressiveClassifier,
    SideBySideClassifier,
)
from skprognet.estimators import explain, source_importances
from skprognet.metrics import Score
from skprognet.sources import LayerSource

TINY = {"hidden_layer_sizes": (6, 5), "max_epochs": 3, "lr": 1e-2, "random_state": 0}
ROW = pd.DataFrame([[0.0] * 4], columns=list("abcd"))
NAMES = [
    "F0semitone_sma3_amean",
    "F0semitone_sma3_std",
    "mfcc1_sma_mean",
    "mfcc1V_sma_mean",
    "dur",
]


@pytest.fixture(scope="module")
def rows():
    """Give a table of features and the labels of three tasks."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(90, 5)), columns=NAMES, index=np.arange(90) + 100)
    y = np.array(["angry", "happy", "sad"])[
        (X.to_numpy() @ rng.normal(size=(5, 3))).argmax(axis=1)
    ]
    return X, y, rng.integers(2, size=90), rng.integers(3, size=90)


@pytest.fixture(scope="module")
def network(rows):
    """Give a network that reads two others."""
    X, y, *tasks = rows
    sources = [(f"s{i}", DNNClassifier(**TINY).fit(X, task)) for i, task in enumerate(tasks)]
    return ProgressiveClassifier(sources, **TINY).fit(X, y)


def log_proba_by_hand(network, x, alter=lambda number, layers: layers):
    """Return the log-probabilities of rows by the equation in the docstring of `explain`."""
    x = torch.tensor(np.asarray(x), dtype=torch.float32)
    frozen = []
    for number, (_, source) in enumerate(network.sources_):
        h, layers = x, []
        for layer in list(source.net_.module_.layers)[:-1]:
            h = torch.sigmoid(layer(h))
            layers.append(h)
        frozen.append(alter(number, layers))
    module, h = network.net_.module_, x
    for k, layer in enumerate(module.layers):
        z = layer(h)
        if k:
            z = z + sum(U(frozen[j][k - 1]) for j, U in enumerate(module.laterals[k - 1]))
        h = torch.sigmoid(z) if k + 1 < len(module.layers) else torch.log_softmax(z, 1)
    return h.detach().numpy()


def log_probability_of_predicted(network, explained, log_probabilities):
    codes = np.searchsorted(network.classes_, explained["predicted"])
    return log_probabilities[np.arange(len(codes)), codes]


@pytest.mark.parametrize("number", [0, 1])
def test_silencing_a_source_sets_its_activations_to_zero(rows, network, number):
    X = rows[0]
    explained = network.explain(X, method="silence", groups={})
    without = log_proba_by_hand(network, X, lambda j, layers: [h * (j != number) for h in layers])
    expected = explained["log_probability"] - log_probability_of_predicted(
        network, explained, without
    )
    np.testing.assert_allclose(explained[f"source_s{number}"], expected, atol=2e-6)
    assert expected.abs().max() > 1e-3


@pytest.mark.parametrize("with_reference", [False, True])
def test_removing_a_source_gives_it_the_activations_of_the_average_row(
    rows, network, with_reference
):
    X = rows[0]
    reference = (
        X.iloc[:20] if with_reference else pd.DataFrame([network.training_mean_], columns=NAMES)
    )
    mean_layers = {}

    def store_means(number, layers):
        mean_layers[number] = [h.mean(dim=0) for h in layers]
        return layers

    log_proba_by_hand(network, reference, store_means)
    explained = network.explain(X, groups={}, reference=reference if with_reference else None)
    for number in (0, 1):
        without = log_proba_by_hand(
            network,
            X,
            lambda j, layers, number=number: [
                r.expand_as(h) if j == number else h
                for h, r in zip(layers, mean_layers[j], strict=True)
            ],
        )
        expected = explained["log_probability"] - log_probability_of_predicted(
            network, explained, without
        )
        np.testing.assert_allclose(explained[f"source_s{number}"], expected, atol=2e-6)


def test_prediction_and_its_probability_are_those_of_predict(rows, network):
    X = rows[0]
    explained = network.explain(X)
    assert explained.index.equals(X.index)
    np.testing.assert_array_equal(explained["predicted"], network.predict(X))
    np.testing.assert_array_equal(
        explained["log_probability"], network.predict_log_proba(X).max(axis=1)
    )


def test_removing_features_sets_them_to_the_mean_of_the_training_rows(rows, network):
    X = rows[0]
    explained = network.explain(X)
    groups = {"F0semitone": NAMES[:2], "mfcc1": NAMES[2:4], "dur": NAMES[4:]}
    assert list(explained)[4:] == [f"features_{name}" for name in groups]
    for name, columns in groups.items():
        means = dict(
            zip(columns, network.training_mean_[X.columns.get_indexer(columns)], strict=True)
        )
        without = network.predict_log_proba(X.assign(**means))
        expected = explained["log_probability"] - log_probability_of_predicted(
            network, explained, without
        )
        np.testing.assert_array_equal(explained[f"features_{name}"], expected)
    reference = X.iloc[:7]
    without = network.predict_log_proba(X.assign(dur=reference["dur"].mean()))
    explained = network.explain(X, groups=["dur"], reference=reference)
    expected = explained["log_probability"] - log_probability_of_predicted(
        network, explained, without
    )
    np.testing.assert_array_equal(explained["features_dur"], expected)


def test_all_changes_of_the_average_row_are_zero(network):
    explained = network.explain(pd.DataFrame([network.training_mean_], columns=NAMES))
    assert (explained.iloc[:, 2:] == 0).all(axis=None)


@pytest.mark.parametrize("method", ["mean", "silence"])
def test_a_source_with_zero_laterals_has_zero_changes(rows, network, method):
    altered = copy.deepcopy(network)
    with torch.no_grad():
        for layer in altered.net_.module_.laterals:
            layer[0].weight.zero_()
    explained = altered.explain(rows[0], method=method)
    assert (explained["source_s0"] == 0).all()
    assert (explained["source_s1"] != 0).any()


def test_groups_may_be_prefixes_positions_or_names(rows, network):
    X = rows[0]
    explained = network.explain(X, groups={"pitch": "F0", "odd": [1, 3], "all": NAMES})
    odd = network.explain(X, groups={"odd": [NAMES[1], NAMES[3]]})
    assert list(explained)[4:] == ["features_pitch", "features_odd", "features_all"]
    pd.testing.assert_series_equal(explained["features_odd"], odd["features_odd"])
    at_mean = network.predict_log_proba(pd.DataFrame([network.training_mean_], columns=NAMES))
    expected = explained["log_probability"] - log_probability_of_predicted(
        network, explained, at_mean.repeat(len(X), axis=0)
    )
    np.testing.assert_allclose(explained["features_all"], expected, atol=1e-6)


def test_explanations_of_rows_do_not_depend_on_each_other(rows, network):
    X = rows[0]
    many = pd.concat([X] * 50)  # more rows than one block
    alone = network.explain(X)
    together = network.explain(many)
    pd.testing.assert_frame_equal(together, pd.concat([alone] * 50))


@pytest.mark.parametrize("dtype", [int, np.float32])
def test_rows_of_other_types_are_explained_alike(network, rows, dtype):
    X = rows[0].mul(3).round().astype(dtype)
    pd.testing.assert_frame_equal(network.explain(X), network.explain(X.astype(float)))


def test_other_classifiers_explain_by_features_and_by_sources_they_read(rows):
    X, y, labels, _ = rows
    source = DNNClassifier(**TINY).fit(X, labels)
    fits = {
        DNNClassifier(**TINY): [],
        FineTunedClassifier(source, **TINY): [],
        SideBySideClassifier([("s", source)], **TINY): ["source_s"],
        PosteriorClassifier([("s", source)], **TINY): ["source_s"],
        MultiTaskClassifier(**TINY): [],
    }
    for clf, sources in fits.items():
        options = {"source_y": labels} if isinstance(clf, MultiTaskClassifier) else {}
        explained = clf.fit(X, y, **options).explain(X)
        assert list(explained)[2:-3] == sources
        np.testing.assert_array_equal(explained["predicted"], clf.predict(X))
        without = clf.predict_log_proba(X.assign(dur=clf.training_mean_[-1]))
        expected = explained["log_probability"] - log_probability_of_predicted(
            clf, explained, without
        )
        np.testing.assert_array_equal(explained["features_dur"], expected)
        if sources:
            altered = copy.deepcopy(clf)
            with torch.no_grad():
                altered.net_.module_.layers[0].weight[:, 5:] = 0
            expected = explained["log_probability"] - log_probability_of_predicted(
                clf, explained, altered.predict_log_proba(X)
            )
            silenced = clf.explain(X, method="silence", groups={})
            np.testing.assert_allclose(silenced["source_s"], expected, atol=1e-6)


def test_columns_of_a_layer_source_belong_to_the_source_not_the_features(rows):
    X, y, *_ = rows
    X = X.join(pd.DataFrame({"ge2e.layer1.0": X["dur"] * 2, "ge2e.layer1.1": 1 - X["dur"]}))
    clf = ProgressiveClassifier([("ge2e", LayerSource("ge2e"))], **TINY).fit(X, y)
    explained = clf.explain(X)
    assert list(explained)[2:] == [
        "source_ge2e",
        *(f"features_{n}" for n in ("F0semitone", "mfcc1", "dur")),
    ]
    grouped = clf.explain(X, groups={"layers": "ge2e"})
    np.testing.assert_allclose(grouped["features_layers"], grouped["source_ge2e"], atol=1e-6)


@pytest.mark.parametrize("with_names", [False, True])
def test_explain_transforms_rows_by_the_steps_of_a_pipeline(rows, with_names):
    X, y, *_ = rows
    X = X * [1, 1000, 1e-3, 5, 1] + 7
    scaler = StandardScaler()
    if with_names:
        scaler.set_output(transform="pandas")
    model = make_pipeline(scaler, DNNClassifier(**TINY)).fit(X, y)
    Z = scaler.transform(X)
    expected = model[-1].explain(Z, groups={"F0semitone": [0, 1], "mfcc1": [2, 3], "dur": [4]})
    for estimator in (model, FrozenEstimator(model)):
        explained = explain(estimator, X)
        assert explained.index.equals(X.index)
        pd.testing.assert_frame_equal(explained, expected.set_axis(X.index))
    explained = explain(model, X, reference=X.iloc[:9])
    expected = model[-1].explain(Z, groups={"dur": [4]}, reference=Z[:9])
    np.testing.assert_array_equal(explained["features_dur"], expected["features_dur"])


def test_explain_uses_the_best_pipeline_of_a_search(rows):
    X, y, *_ = rows
    pipeline = make_pipeline(StandardScaler(), DNNClassifier(**TINY))
    search = GridSearchCV(pipeline, {"dnnclassifier__lr": [5e-3]}, cv=2).fit(X, y)
    expected = explain(search.best_estimator_, X)
    pd.testing.assert_frame_equal(explain(search, X), expected)


def test_feature_names_are_those_that_reach_the_network(rows):
    X, y, *_ = rows
    model = make_pipeline(PCA(2), DNNClassifier(**TINY)).fit(X, y)
    assert list(explain(model, X))[2:] == ["features_pca0", "features_pca1"]


@pytest.mark.parametrize(
    ("error", "message", "options"),
    [
        (ValueError, "groups['a'] must name columns of X or beg", {"groups": {"a": "mfc1"}}),
        (TypeError, "groups must be a dict from the name of each", {"groups": "F0"}),
        (TypeError, "The names of groups must be text", {"groups": {1: "F0"}}),
        (TypeError, "The names of groups must be text; got ['F0'].", {"groups": [["F0"]]}),
        (TypeError, "groups['a'] must be text or a sequence", {"groups": {"a": []}}),
        (ValueError, "The group 'a' must have at least one feature; got no", np.arange(0)),
        (ValueError, "The group 'a' must have positions of features from 0 to 4; got 5.", [5]),
        (ValueError, "method must be one of", {"method": "permute"}),
        (ValueError, "reference must have rows like those of X. ", {"reference": ROW}),
    ],
)
def test_invalid_arguments_are_clear_errors(rows, network, error, message, options):
    options = options if isinstance(options, dict) else {"groups": {"a": options}}
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        network.explain(rows[0], **options)


@pytest.mark.parametrize(
    "spoil", [lambda X: X.iloc[:, :3], lambda X: X.assign(dur=np.nan), lambda X: X.iloc[:0]]
)
def test_explain_checks_rows_like_predict(rows, network, spoil):
    messages = []
    for method in (network.predict, network.explain):
        with pytest.raises(ValueError, match=r"feature|NaN|0 sample") as error:
            method(spoil(rows[0]))
        messages.append(str(error.value))
    assert messages[0] == messages[1]


def test_explain_refuses_models_without_anything_to_remove(rows):
    X, y, *_ = rows
    plain = DNNClassifier(**TINY).fit(X.to_numpy(), y)
    nothing = r"^The network must have a source or a group of features .*; got no source,"
    with pytest.raises(ValueError, match=f"{nothing} and features without names"):
        plain.explain(X.to_numpy())
    with pytest.raises(ValueError, match=f"{nothing} and empty groups"):
        plain.explain(X.to_numpy(), groups={})
    with pytest.raises(ValueError, match=r"^The group 'a' must have positions of features, since"):
        plain.explain(X.to_numpy(), groups={"a": "F0"})
    for model in (LogisticRegression(), MLPClassifier(), make_pipeline(PCA(2))):
        kind = type(model).__name__
        with pytest.raises(TypeError, match=rf"^model must be a fitted .* one; got {kind}\. "):
            explain(model, X)


def test_a_network_of_an_early_version_needs_reference_rows(rows, network):
    early = copy.deepcopy(network)
    del early.training_mean_
    with pytest.raises(ValueError, match=r"^reference must be passed for a network whose"):
        early.explain(rows[0])
    assert early.explain(rows[0], reference=rows[0]).notna().all(axis=None)


# Falls in the recall of each class


@pytest.mark.parametrize("method", ["permute", "silence"])
def test_falls_in_recall_by_class_average_to_the_fall_in_uar(rows, network, method):
    X, y, *_ = rows
    options = {"method": method, "n_repeats": 3, "random_state": 0}
    by_class = source_importances(
        make_pipeline("passthrough", network), X, y, **options, by_class=True
    )
    assert list(by_class) == ["source", "class", "importance_mean", "importance_std"]
    assert by_class["class"].tolist() == ["angry", "happy", "sad"] * 2
    falls_in_uar = network.source_importances(X, y, **options)["importance_mean"]
    mean_falls = by_class.groupby("source")["importance_mean"].mean()
    np.testing.assert_allclose(mean_falls, falls_in_uar, atol=1e-12)
    assert (by_class["importance_std"] == 0).all() == (method == "silence")


def test_falls_in_recall_are_the_differences_to_a_network_without_laterals(rows, network):
    X, y, *_ = rows
    silenced = copy.deepcopy(network)
    with torch.no_grad():
        for layer in silenced.net_.module_.laterals:
            layer[1].weight.zero_()
    recalls = [recall_score(y, clf.predict(X), average=None) for clf in (network, silenced)]
    table = network.source_importances(X, y, method="silence", by_class=True)
    falls = table[table["source"] == "s1"]["importance_mean"]
    np.testing.assert_allclose(falls, recalls[0] - recalls[1], atol=1e-12)


def test_by_class_requires_the_score_uar(rows, network):
    accuracy = Score("accuracy", accuracy_score)
    with pytest.raises(ValueError, match=r"^scoring must be 'uar', the mean of the recalls"):
        network.source_importances(*rows[:2], scoring=accuracy, by_class=True)


def test_an_unknown_class_is_refused(rows, network):
    X, y = rows[0], np.where(rows[1] == "sad", "SAD", rows[1])
    expected = r"y must only have labels .*, \['angry', 'happy', 'sad'\]; got \['SAD'\]\. "
    with pytest.raises(ValueError, match=f"^{expected}Did you mean 'sad'?"):
        network.source_importances(X, y, by_class=True)


def test_numbers_are_not_the_text_that_spells_them(rows):
    # With so many classes, np.isin turns the numbers into text, and each recall was 0.
    X, codes = pd.concat([rows[0]] * 2), np.arange(180) % 45
    source = DNNClassifier(**TINY).fit(X, codes % 2)
    clf = ProgressiveClassifier(source, **TINY).fit(X, codes.astype(str))
    with pytest.raises(ValueError, match=r"^y must have labels .*, \['0', .*; got \[0, "):
        clf.source_importances(X, codes, by_class=True)
