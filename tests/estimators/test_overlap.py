"""Tests of source_overlap, its warnings about scale, and importances of pipelines and chains."""

import copy
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, ShuffleSplit
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.datasets import load_emodb
from skprognet.estimators import source_importances, source_overlap
from skprognet.metrics import uar_score
from skprognet.persistence import load_model, save_model

TINY = {"hidden_layer_sizes": (6, 5), "max_epochs": 3, "lr": 5e-3, "random_state": 0}


@pytest.fixture(scope="module")
def raw():
    """Give rows on different scales, and the labels of two tasks."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 5)) * [1, 1000, 1e-6, 50, 3] + [5, 4000, 1e-5, 0, 100]
    return X, np.array(["a", "b", "c", "d"])[np.arange(100) % 4], np.arange(100) % 2


@pytest.fixture(scope="module")
def speaker(raw):
    """Give a source with its own scaler, fitted on the rows 40 to 79."""
    X, _, source_y = raw
    return make_pipeline(StandardScaler(), DNNClassifier(**TINY)).fit(X[40:80], source_y[40:80])


@pytest.fixture(scope="module")
def model(raw, speaker):
    """Give a pipeline as ``skprognet train`` makes it, fitted on the rows 0 to 59."""
    X, y, _ = raw
    clf = ProgressiveClassifier([("speaker", speaker[-1])], **TINY)
    return make_pipeline(StandardScaler(), clf).fit(X[:60], y[:60])


def fitted_search(model, X, y):
    """Return a search whose best pipeline was fitted on the rows 0 to 59."""
    search = GridSearchCV(model, {"progressiveclassifier__lr": [1e-3]}, cv=2)
    return search.fit(X[:60], y[:60])


HOLDERS = {
    "pipeline": lambda model, X, y: model,
    "frozen pipeline": lambda model, X, y: FrozenEstimator(model),
    "pipeline of a frozen one": lambda model, X, y: make_pipeline(
        "passthrough", FrozenEstimator(model)
    ),
    "pipeline in a pipeline": lambda model, X, y: make_pipeline(
        model[0], make_pipeline("passthrough", model[1])
    ),
    "search": fitted_search,
    "frozen search": lambda model, X, y: FrozenEstimator(fitted_search(model, X, y)),
    "search in a pipeline": lambda model, X, y: make_pipeline(
        "passthrough", fitted_search(model, X, y)
    ),
}


@pytest.mark.parametrize("hold", HOLDERS.values(), ids=HOLDERS)
def test_overlap_applies_the_steps_of_any_estimator_around_the_network(raw, model, hold):
    X, y, _ = raw
    overlap = source_overlap(hold(model, X, y), X[50:70])
    # The speaker network was trained on the output of its own scaler, which is none of these.
    assert overlap.to_dict() == {"own": 0.5, "speaker": 0.0}
    assert overlap.name == "source_overlap"
    rows = source_overlap(hold(model, X, y), X[50:70], per_row=True)
    assert rows["own"].tolist() == [True] * 10 + [False] * 10
    assert not rows["speaker"].any()


@pytest.mark.parametrize("cls", [FineTunedClassifier, ProgressiveClassifier])
def test_overlap_applies_the_steps_of_sources_and_includes_their_sources(
    raw, speaker, cls, tmp_path
):
    X, y, _ = raw
    first = cls(speaker, **TINY).fit(X[:10], y[:10])
    clf = cls(first, **TINY).fit(X[90:], y[90:])
    assert clf.source_overlap(X).to_dict() == {"own": 0.1, "source": 0.5}
    assert source_overlap(clf, X).equals(clf.source_overlap(X))
    save_model(clf, tmp_path / "model")
    assert source_overlap(load_model(tmp_path / "model"), X).equals(clf.source_overlap(X))


def test_own_rows_of_a_network_include_those_held_out(raw):
    X, y, _ = raw
    Z = StandardScaler().fit_transform(X)
    clf = DNNClassifier(**TINY).fit(Z[:40], y[:40], X_val=Z[40:60], y_val=y[40:60])
    assert clf.source_overlap(Z[:80]).to_dict() == {"own": 0.75}
    assert clf.source_overlap(Z, per_row=True)["own"].tolist() == [True] * 60 + [False] * 40


def test_answers_for_the_rows_of_a_table_have_its_index(raw):
    # With another index, pandas would select other rows of the table without an error.
    X, y, _ = raw
    Z = pd.DataFrame(StandardScaler().fit_transform(X)).add_prefix("f")[::-1]
    clf = DNNClassifier(**TINY).fit(Z[:60], y[:60])
    known = source_overlap(clf, Z, per_row=True)["own"]
    assert known.index.equals(Z.index)
    assert Z[known].equals(Z[:60])


def rows_known(network, X):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # so few rows may seem to be off scale
        return network.source_overlap(X, per_row=True)["own"].tolist()


@pytest.mark.parametrize("method", ["partial_fit", "warm_start"])
def test_a_network_remembers_the_rows_of_every_call(raw, method):
    # If only the last rows counted, an audit would call the first ones new.
    X, y, _ = raw
    network = DNNClassifier(**TINY, early_stopping=False, warm_start=method == "warm_start")
    fit = network.fit if method == "warm_start" else network.partial_fit
    fit(X[:20], y[:20])
    fit(X[20:40], y[20:40])
    assert rows_known(network, X[:60]) == [True] * 40 + [False] * 20


@pytest.mark.parametrize("trained_on", ["float32", "float64"])
def test_rows_are_recognised_in_float32_and_in_float64(raw, trained_on):
    """Parquet keeps float32, and CSV gives float64 with the same digits."""
    X, y, _ = raw
    single = pd.DataFrame(X.astype(np.float32), columns=list("abcde"))
    _, *lines = single.to_csv(index=False).split()
    double = pd.DataFrame(
        [[float(cell) for cell in line.split(",")] for line in lines], columns=single.columns
    )
    assert (double != single.astype(float)).any(axis=None)
    tables = {"float32": single, "float64": double}
    model = make_pipeline(StandardScaler(), DNNClassifier(**TINY)).fit(tables[trained_on], y)
    for table in tables.values():
        assert source_overlap(model, table)["own"] == 1
        assert source_overlap(model, table * 1.001)["own"] == 0


def test_overlap_with_a_source_without_fingerprints_is_unknown_and_silent(raw):
    X, y, source_y = raw
    Z = StandardScaler().fit_transform(X)
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=20, random_state=0)
    with warnings.catch_warnings(action="ignore"):
        mlp.fit(Z, source_y)
    clf = ProgressiveClassifier(mlp, **TINY).fit(1000 * Z, y)
    overlap = clf.source_overlap(1000 * Z)
    assert overlap["own"] == 1
    assert np.isnan(overlap["source"])
    rows = clf.source_overlap(1000 * Z, per_row=True)
    assert rows["own"].all()
    assert rows["source"].isna().all()


@pytest.mark.parametrize("function", [source_overlap, source_importances])
def test_a_model_without_a_network_is_refused(raw, function):
    X, y, _ = raw
    model = make_pipeline(StandardScaler(), LogisticRegression())
    arguments = (X, y)[: 1 if function is source_overlap else 2]
    with pytest.raises(TypeError, match=r"^model must be a fitted .*; got Pipeline\. "):
        function(model, *arguments)


def test_a_source_must_not_have_the_name_own(raw, speaker):
    X, y, _ = raw
    with pytest.raises(ValueError, match=r"^The name of a source must not be 'own', which"):
        ProgressiveClassifier([("own", speaker)], **TINY).fit(X, y)


# Rows on another scale


@pytest.fixture(scope="module")
def emodb():
    """Give the features as they are, labels and speakers, and a network trained on z-scores."""
    data = load_emodb()
    X = np.asarray(data.data, dtype=float)
    model = make_pipeline(StandardScaler(), DNNClassifier(**TINY)).fit(X, data.target)
    return X, data, model


def by_speaker(X, speaker):
    groups = pd.DataFrame(X).groupby(np.asarray(speaker))
    return ((X - groups.transform("mean")) / groups.transform("std", ddof=0)).to_numpy()


SCALED = {
    "z-scored": lambda X, speaker: StandardScaler().fit_transform(X),
    "z-scored, one row": lambda X, speaker: StandardScaler().fit_transform(X)[:1],
    "z-scored, equal rows": lambda X, speaker: StandardScaler().fit_transform(X)[[3] * 20],
    "speaker-normalised": by_speaker,
    "one speaker": lambda X, speaker: by_speaker(X, speaker)[np.asarray(speaker) == "03"],
    "shifted by one deviation": lambda X, speaker: StandardScaler().fit_transform(X) + 1,
}


@pytest.mark.parametrize("scale", SCALED.values(), ids=SCALED)
def test_rows_on_the_training_scale_give_no_warning(emodb, scale):
    X, data, model = emodb
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source_overlap(model[-1], scale(X, data.speaker))
        source_overlap(model, X)


@pytest.mark.parametrize("rows", [slice(None), slice(0, 40)])
@pytest.mark.parametrize("as_method", [False, True])
def test_unscaled_features_give_a_warning(emodb, rows, as_method):
    X, _, model = emodb
    with pytest.warns(
        UserWarning,
        match=r"^X should be on the scale of the rows that the model was trained on; got \d\d of "
        r"88 columns with a median over 10 training standard deviations from the training mean, "
        r"or a spread over 10 times larger or smaller, so a share of 0 means nothing\. Pass the "
        r"pipeline that scales, or rows scaled as in fit\.$",
    ) as caught:
        overlap = (
            model[-1].source_overlap(X[rows]) if as_method else source_overlap(model[-1], X[rows])
        )
    assert overlap["own"] == 0
    assert caught[0].filename == __file__


@pytest.mark.parametrize(("n_off", "warns"), [(2, False), (3, True)])
def test_warning_needs_over_half_of_the_varying_columns_off_scale(n_off, warns):
    """Four columns have mean 0 and deviation 1. Three are constant and have no scale."""
    X = np.zeros((40, 7))
    X[:, :4] = np.where(np.arange(40) % 2, 1.0, -1.0)[:, np.newaxis]
    X[:, 4:] = 0.1
    clf = DNNClassifier(**TINY).fit(X, np.arange(40) % 2)
    off_scale = X.copy()
    off_scale[:, :n_off] += 12
    off_scale[:, 4:] = 10**6
    just_below = copy.deepcopy(off_scale)
    just_below[:, :n_off] -= 3  # 9 deviations, of median -1 + 12 - 3 to 1 + 12 - 3
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        clf.source_overlap(off_scale)
        assert [f"got {n_off} of 4 columns" in str(warning.message) for warning in caught] == [
            True
        ] * warns
        caught.clear()
        clf.source_overlap(just_below)
        assert not caught


def test_warning_names_a_source_on_another_scale(emodb):
    X, data, model = emodb
    clf = ProgressiveClassifier([("old", model[-1])], **TINY).fit(X, data.target)
    with pytest.warns(UserWarning, match=r"^X should be on .* the source 'old' was trained on;"):
        clf.source_overlap(X)


def test_few_training_rows_give_no_warning_about_scale():
    X = np.array([[0.0, 0.0], [1e-3, 1e-3]] * 2)
    clf = DNNClassifier(**TINY, early_stopping=False).fit(X, [0, 1, 0, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert clf.source_overlap([[5.0, 5.0]])["own"] == 0


# Stored mean and deviation of the training rows


def assert_mean_and_deviation_of(clf, X):
    assert clf.n_samples_seen_ == len(X)
    np.testing.assert_allclose(clf.training_mean_, X.mean(axis=0), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(clf.training_std_, X.std(axis=0), rtol=1e-9)


def test_mean_and_deviation_cover_the_training_rows_of_all_calls(raw, tmp_path):
    X, y, _ = raw
    clf = DNNClassifier(**TINY).fit(X[:30], y[:30], X_val=X[60:], y_val=y[60:])
    assert_mean_and_deviation_of(clf, X[:30])
    clf.partial_fit(X[30:35], y[30:35])
    assert_mean_and_deviation_of(clf, X[:35])
    clf = pickle.loads(pickle.dumps(clf))
    save_model(clf, tmp_path / "model")
    clf = load_model(tmp_path / "model")
    clf.set_params(warm_start=True).fit(X[35:90], y[35:90])
    assert_mean_and_deviation_of(clf, X[:90])
    clf.set_params(warm_start=False).fit(X[:20], y[:20])
    assert_mean_and_deviation_of(clf, X[:20])
    assert clf.source_overlap(X[:40])["own"] == 0.5


def test_rows_of_weight_zero_do_not_count_in_mean_and_deviation(raw):
    X, y, _ = raw
    clf = DNNClassifier(**TINY).fit(X, y, sample_weight=np.arange(100) < 60)
    assert_mean_and_deviation_of(clf, X[:60])


# Importance of sources in pipelines and chains


@pytest.fixture(scope="module")
def chain(raw):
    """Give a network that reads a chain of two networks and the first of them, and its data."""
    X, y, source_y = raw
    Z = StandardScaler().fit_transform(X)
    options = {**TINY, "max_epochs": 60, "dropout": 0.0, "activation": "tanh"}
    first = DNNClassifier(**options).fit(Z, source_y)
    middle = ProgressiveClassifier(first, **options).fit(Z, source_y)
    clf = ProgressiveClassifier([("chain", middle), ("plain", first)], **options)
    return clf.fit(Z, y), Z, y


def test_importances_of_a_pipeline_are_those_of_its_network(raw, chain):
    X, y, _ = raw
    clf, Z, _ = chain
    model = make_pipeline(StandardScaler().fit(X), clf)
    for options in ({"method": "silence"}, {"n_repeats": 3, "random_state": 1}):
        expected = clf.source_importances(Z, y, **options)
        pd.testing.assert_frame_equal(source_importances(model, X, y, **options), expected)
        frozen = FrozenEstimator(model)
        pd.testing.assert_frame_equal(source_importances(frozen, X, y, **options), expected)


def test_silencing_a_source_silences_all_its_columns(chain):
    clf, Z, y = chain
    for name, columns in {"chain": (0, 1), "plain": (2,)}.items():
        silenced = copy.deepcopy(clf)
        with torch.no_grad():
            for layer in silenced.net_.module_.laterals:
                for column in columns:
                    layer[column].weight.zero_()
        fall = uar_score(y, clf.predict(Z)) - uar_score(y, silenced.predict(Z))
        table = clf.source_importances(Z, y, method="silence")
        assert table.loc[name, "importance_mean"] == pytest.approx(fall)


def test_the_spread_of_importances_is_the_standard_deviation(chain):
    clf, Z, y = chain
    one_repeat = clf.source_importances(Z, y, n_repeats=1, random_state=0).iloc[0]
    two_repeats = clf.source_importances(Z, y, n_repeats=2, random_state=0).iloc[0]
    first = one_repeat["importance_mean"]
    second = 2 * two_repeats["importance_mean"] - first
    assert first != second
    assert two_repeats["importance_std"] == pytest.approx(abs(first - second) / 2)


def test_lateral_norms_name_the_source_and_the_column(chain):
    clf, _, _ = chain
    table = clf.lateral_norms()
    columns = [("chain", 0), ("chain", 1), ("plain", 0)]
    names = table[["layer", "source", "column"]].values.tolist()
    assert names == [[layer, *column] for layer in (2, 3) for column in columns]
    weights = [lateral.weight.detach() for layer in clf.net_.module_.laterals for lateral in layer]
    np.testing.assert_allclose(table["norm"], [np.linalg.norm(w) for w in weights], rtol=1e-6)


@pytest.mark.parametrize(("rows", "got"), [([0], "one row"), ([0, 0, 0], "3 equal rows")])
def test_permuting_a_single_row_or_equal_rows_is_refused(chain, rows, got):
    clf, Z, y = chain
    with pytest.raises(
        ValueError,
        match=r"^X must have rows that differ with method='permute', which exchanges them; got "
        rf"{got}\. Pass more rows, or method='silence'\.$",
    ):
        clf.source_importances(Z[rows], y[rows])
    assert clf.source_importances(Z[rows], y[rows], method="silence").shape == (2, 2)


def test_rows_that_a_splitter_leaves_out_do_not_count_as_seen(problem):
    X, y, _ = problem
    splitter = ShuffleSplit(1, train_size=40, test_size=20, random_state=0)
    network = DNNClassifier(**TINY, validation_fraction=splitter).fit(X, y)
    assert source_overlap(network, X, per_row=True)["own"].sum() == 60


@pytest.mark.parametrize(("factor", "warns"), [(1 / 11, 1), (1 / 9, 0), (9, 0), (11, 1)])
def test_a_spread_over_ten_times_larger_or_smaller_gives_a_warning(factor, warns):
    X = np.random.default_rng(0).normal(size=(40, 4))
    clf = DNNClassifier(**TINY).fit(X, np.arange(40) % 2)
    z = np.linspace(-1, 1, 40)[:, np.newaxis]
    rows = clf.training_mean_ + factor * clf.training_std_ * z / z.std()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        source_overlap(clf, rows)
    assert len(caught) == warns
