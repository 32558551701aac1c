"""Tests of LayerSource: columns of X as the layers of a frozen network."""

import copy
import pickle
import re

import numpy as np
import pandas as pd
import pytest
import sklearn
import torch
from scipy.special import expit, softmax
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.estimators import (
    check_labels_round_trip,
    check_laterals_alive,
    check_seed_repeats,
    check_source_survives_clone,
    check_source_untouched,
    source_importances,
    source_overlap,
)
from skprognet.metrics import uar_score
from skprognet.sources import LayerSource, Source, as_source

# The columns of two layers stand between the features, in no particular order.
NAMES = ["pitch", "w.l1.b", "w.l1.a", "loudness", "w.l2.a", "jitter", "w.l2.b", "w.l2.c"]
OWN = ["pitch", "loudness", "jitter"]
FIRST, SECOND = ["w.l1.b", "w.l1.a"], ["w.l2.a", "w.l2.b", "w.l2.c"]
RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(60, 8)), columns=NAMES)
Y = np.array(["angry", "happy", "sad"])[np.arange(60) % 3]
GENDER = np.array(["female", "male"])[RNG.integers(2, size=60)]
SMALL = {"hidden_layer_sizes": (5, 4), "max_epochs": 2, "random_state": 0}


def reader(source="w", **options):
    source = LayerSource(source) if isinstance(source, str) else source
    return ProgressiveClassifier(source, **SMALL | options)


def weights(clf):
    return {name: w.double().numpy() for name, w in clf.net_.module_.state_dict().items()}


def sigmoid_network(w, x, first, second):
    """Return the probabilities by the equation of the classifier."""
    h1 = expit(x @ w["layers.0.weight"].T + w["layers.0.bias"])
    h1_and_first = h1 @ w["layers.1.weight"].T + first @ w["laterals.0.0.weight"].T
    h2 = expit(h1_and_first + w["layers.1.bias"])
    h2_and_second = h2 @ w["layers.2.weight"].T + second @ w["laterals.1.0.weight"].T
    return softmax(h2_and_second + w["layers.2.bias"], axis=1)


# What is read


def test_the_network_reads_the_columns_as_layers_and_the_others_as_features():
    clf = reader(dtype="float64", max_epochs=5).fit(X, Y)
    by_hand = sigmoid_network(
        weights(clf), *(X[names].to_numpy() for names in (OWN, FIRST, SECOND))
    )
    np.testing.assert_allclose(clf.predict_proba(X), by_hand, rtol=1e-9)
    assert clf.features_read_.tolist() == [0, 3, 5]
    ((_, source),) = clf.sources_
    assert source.columns == {"l1": tuple(FIRST), "l2": tuple(SECOND)}


def test_network_equals_one_that_reads_a_source_with_these_activations():
    class GivenActivations(Source):
        def layer_sizes(self):
            return [(2, 3)]

        def hidden(self, rows):
            return [[torch.tensor(X[names].to_numpy()) for names in (FIRST, SECOND)]]

        def digest(self):
            return "same"

    reads_activations = reader(GivenActivations(), early_stopping=False, batch_size=60)
    reads_columns = reader(early_stopping=False, batch_size=60).fit(X, Y)
    np.testing.assert_array_equal(
        reads_activations.fit(X[OWN], Y).predict_proba(X[OWN]), reads_columns.predict_proba(X)
    )


@pytest.mark.parametrize("layers", ["w", "w.", ["w.l1.", "w.l2"], {"l1": FIRST, "l2": "w.l2."}])
def test_layers_are_named_in_several_ways(layers):
    source = LayerSource(layers).match(NAMES)
    assert [*source.columns.values()] == [tuple(FIRST), tuple(SECOND)]
    assert source.layer_sizes() == [(2, 3)]
    assert source.own_features == (*FIRST, *SECOND)
    assert LayerSource(layers).layer_sizes() is None
    assert LayerSource(layers).own_features == LayerSource(layers).layer_names == ()
    assert source.digest() == LayerSource("w").match(NAMES).digest()


def test_digest_changes_only_with_the_columns_of_the_layers():
    def digest(layers, names=NAMES):
        return LayerSource(layers).match(names).digest()

    assert digest("w") == digest("w", [*NAMES, "more", "other.l1.a"])
    assert digest({"one": FIRST, "two": SECOND}) == digest("w")
    others = [{"two": SECOND, "one": FIRST}, {"one": FIRST}, {"one": FIRST[::-1], "two": SECOND}]
    others += [{"one": FIRST + SECOND}, {"one": FIRST, "two": SECOND[:2]}]
    assert len({digest(layers) for layers in ["w", *others]}) == 6


def test_the_name_layer1_does_not_match_layer10():
    names = [f"w.layer{k}.mean.{unit}" for k in (1, 2, 10, 11) for unit in range(2)]
    source = LayerSource(["w.layer1", "w.layer2"]).match(names)
    assert source.own_features == (*names[:2], *names[2:4])
    assert source.layer_names == ("w.layer1", "w.layer2")
    assert LayerSource("w").match(names).layer_sizes() == [(2, 2, 2, 2)]


def test_other_sources_do_not_read_the_columns_of_the_layers():
    altered = X.copy()
    altered[FIRST + SECOND] = RNG.normal(size=(60, 5))

    def fit(rows):
        pairs = [("w", LayerSource("w")), ("gender", DNNClassifier(**SMALL))]
        clf = ProgressiveClassifier(pairs, **SMALL).fit(rows, Y, source_y={"gender": GENDER})
        return dict(clf.sources_), clf.source_digest_, clf.predict_proba(rows)

    (first, first_digest, first_proba), (second, second_digest, second_proba) = (
        fit(X),
        fit(altered),
    )
    assert first["gender"].feature_names_in_.tolist() == OWN
    assert first_digest == second_digest
    np.testing.assert_array_equal(
        first["gender"].predict_proba(X[OWN]), second["gender"].predict_proba(X[OWN])
    )
    assert (first_proba != second_proba).any()


def test_a_pipeline_with_a_source_without_names_beside_columns_can_be_a_source():
    gender = DNNClassifier(**SMALL).fit(X[OWN].to_numpy(), GENDER)
    network = ProgressiveClassifier([("gender", gender), ("w", LayerSource("w"))], **SMALL)
    scaler = StandardScaler().set_output(transform="pandas")
    source = as_source(make_pipeline(scaler, network).fit(X, Y))
    assert source.off_scale(source.select(X)) == (0, 8)
    assert source.rows_seen(source.select(X)) is None


def test_features_says_what_the_new_column_reads():
    clf = reader(features=["jitter", "loud"]).fit(X, Y)
    assert clf.features_read_.tolist() == [5, 3]
    assert clf.net_.module_.layers[0].in_features == 2
    message = "The network reads 2 features that the source 'source' reads too: 'w.l1.b', 'w.l1.a'"
    with pytest.warns(UserWarning, match=f"^{re.escape(message)}") as caught:
        both = reader(features=["pitch", "w.l1"]).fit(X, Y)
    assert len(caught) == 1
    assert both.features_read_.tolist() == [0, 1, 2]
    plain = ProgressiveClassifier(features="pitch", **SMALL).fit(X, Y)
    np.testing.assert_array_equal(
        plain.predict_proba(X),
        ProgressiveClassifier(**SMALL).fit(X[["pitch"]], Y).predict_proba(X[["pitch"]]),
    )


def test_a_source_that_fit_trains_reads_what_the_new_column_reads():
    clf = ProgressiveClassifier(DNNClassifier(**SMALL), features=["jitter", "pitch"], **SMALL)
    clf.fit(X, Y, source_y=GENDER)
    assert clf.sources_[0][1].feature_names_in_.tolist() == ["jitter", "pitch"]


def test_a_source_that_fit_trains_may_read_layers_of_its_own():
    inner = ProgressiveClassifier([("w", LayerSource("w"))], **SMALL)
    for source in (inner, make_pipeline("passthrough", inner)):
        clf = ProgressiveClassifier([("gender", source)], **SMALL).fit(
            X, Y, source_y={"gender": GENDER}
        )
        assert clf.features_read_.tolist() == [0, 3, 5]
        chain = as_source(clf.sources_[0][1]).network
        assert chain.net_.module_.layers[0].in_features == 3
        assert chain.sources_[0][1].own_features == (*FIRST, *SECOND)
        assert clf.net_.module_.source_sizes == ((2, 3), (5, 4))


# Everything that a source can do


def test_layer_sources_work_beside_sources_of_all_kinds():
    with pytest.warns(ConvergenceWarning):
        mlp = MLPClassifier((3,), max_iter=2, random_state=0).fit(X[OWN], GENDER)
    sources = [
        ("first", LayerSource(["w.l1"])),
        ("fitted", DNNClassifier(**SMALL).fit(X[["pitch"]], GENDER)),
        ("second", LayerSource({"b": SECOND[1:], "a": SECOND[:1]})),
        ("mlp", mlp),
        ("unfitted", DNNClassifier(**SMALL)),
        ("chain", reader().fit(X, GENDER)),
    ]
    clf = ProgressiveClassifier(sources, **SMALL).fit(X, Y, source_y={"unfitted": GENDER})
    sizes = ((2,), (5, 4), (2, 1), (3,), (5, 4), (2, 3), (5, 4))
    assert clf.net_.module_.source_sizes == sizes
    assert clf.features_read_.tolist() == [0, 3, 5]
    assert (
        [name for name, _ in clf.sources_]
        == [*clf.source_digest_]
        == [name for name, _ in sources]
    )
    importances = clf.source_importances(X, Y, random_state=0)
    assert importances.index.tolist() == [name for name, _ in sources]
    assert len(clf.lateral_norms()) == 2 * len(sizes)
    overlap = clf.source_overlap(X)
    assert overlap[["own", "fitted", "unfitted"]].tolist() == [1, 1, 1]
    assert overlap[["first", "second", "mlp", "chain"]].isna().all()
    per_row = source_overlap(clf, X, per_row=True)
    assert per_row["first"].isna().all()


def test_a_chain_keeps_its_layers_frozen_and_out_of_the_features():
    gender = reader(dropout=0.0).fit(X, GENDER)
    progressive = ProgressiveClassifier(gender, **SMALL).fit(X, Y)
    assert progressive.features_read_.tolist() == [0, 3, 5]
    assert progressive.net_.module_.source_sizes == ((2, 3), (5, 4))
    tuned = FineTunedClassifier(gender, **SMALL | {"dropout": 0.0, "lr": 1e-300}).fit(X, Y)
    assert tuned.net_.module_.source_sizes == ((2, 3),)
    gender_weights = weights(gender)
    for name, values in weights(tuned).items():
        if not name.startswith(("layers.2", "laterals.1")):
            np.testing.assert_array_equal(values, gender_weights[name])
    digest_before = as_source(gender).digest()
    tuned = FineTunedClassifier(gender, **SMALL).fit(X, Y)
    assert as_source(gender).digest() == digest_before == tuned.source_digest_["source"]
    reads_tuned = ProgressiveClassifier([("tuned", tuned)], **SMALL).fit(X, GENDER)
    assert reads_tuned.features_read_.tolist() == [0, 3, 5]
    for clf in (progressive, tuned, reads_tuned):
        altered = X.assign(**{"w.l2.a": 0.0})
        assert (clf.predict_proba(altered) != clf.predict_proba(X)).any()


@pytest.mark.parametrize("depth", [1, 3, 7])
@pytest.mark.parametrize("adapter", [None, "linear", "mlp"])
def test_a_network_of_four_layers_reads_any_number_of_layers(depth, adapter):
    layers = {f"l{k}": [f"f{k}.{unit}" for unit in range(k)] for k in range(1, depth + 1)}
    names = [name for columns in layers.values() for name in columns]
    rows = pd.DataFrame(RNG.normal(size=(30, len(names))), columns=names).assign(pitch=X["pitch"])
    clf = reader(LayerSource(layers), hidden_layer_sizes=(6, 5, 4, 3), adapter=adapter)
    clf.fit(rows, Y[:30])
    widths = [
        -(-k * depth // 4) for k in (1, 2, 3, 4)
    ]  # hidden layer ceil(k D / L), which has as many units
    w = weights(clf)
    for k, units in enumerate(widths):
        name = f"laterals.{k}.0.weight" if adapter is None else f"adapters.{k}.projection.weight"
        assert w[name].shape[1] == units
    assert clf.lateral_norms()["layer"].tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize(
    "check",
    [
        check_source_untouched,
        check_source_survives_clone,
        check_labels_round_trip,
        check_seed_repeats,
        check_laterals_alive,
    ],
)
def test_checks_of_estimators_pass_with_a_layer_source(check):
    check(reader(lateral_dropout=0.2), X, Y)


def test_the_prediction_for_a_row_does_not_depend_on_the_others():
    clf = reader().fit(X, Y)
    np.testing.assert_array_equal(clf.predict_proba(X[::3]), clf.predict_proba(X)[::3])


def test_importance_is_the_fall_in_score_without_the_columns():
    rows = X.copy()
    rows["w.l2.a"] = np.where(Y == "sad", 3.0, -3.0)
    clf = reader(max_epochs=150, lr=0.02, dropout=0.0, early_stopping=False).fit(rows, Y == "sad")
    importances = source_importances(clf, rows, Y == "sad", random_state=0)
    assert importances.loc["source", "importance_mean"] > 0.2
    without_layers = rows.assign(**dict.fromkeys(FIRST + SECOND, 0.0))
    scores = [uar_score(Y == "sad", clf.predict(table)) for table in (rows, without_layers)]
    silenced = source_importances(clf, rows, Y == "sad", method="silence")
    assert silenced.loc["source", "importance_mean"] == pytest.approx(scores[0] - scores[1])
    norms = clf.lateral_norms()
    by_hand = [np.linalg.norm(weights(clf)[f"laterals.{k}.0.weight"]) for k in (0, 1)]
    np.testing.assert_allclose(norms["norm"], by_hand, rtol=1e-5)


def test_copies_and_pickles_predict_the_same():
    clf = reader().fit(X, Y)
    for copied in (copy.deepcopy(clf), pickle.loads(pickle.dumps(clf))):
        np.testing.assert_array_equal(copied.predict_proba(X), clf.predict_proba(X))
        assert copied.source_digest_ == clf.source_digest_
    cloned = clone(clf)
    assert cloned.source is clf.source
    np.testing.assert_array_equal(cloned.fit(X, Y).predict_proba(X), clf.predict_proba(X))
    assert clf.source.columns is None  # fit matches a copy of it


def test_a_search_can_choose_sources_and_features():
    grid = {
        "source": [LayerSource("w"), LayerSource(["w.l2"])],
        "features": [None, "pitch", ["jitter", "loudness"]],
    }
    search = GridSearchCV(reader(), grid, cv=2).fit(X, Y)
    best = search.best_estimator_
    assert len(search.cv_results_["params"]) == 6
    assert best.source.layers in ("w", {"w.l2": ["w.l2"]})
    np.testing.assert_array_equal(
        search.predict_proba(X),
        reader().set_params(**search.best_params_).fit(X, Y).predict_proba(X),
    )


def test_pipelines_work_if_their_steps_keep_the_names():
    pipeline = make_pipeline(StandardScaler().set_output(transform="pandas"), reader())
    assert np.isfinite(cross_val_score(pipeline, X * 7 + 3, Y, cv=2)).all()
    pipeline.fit(X * 7 + 3, Y)
    scaled = pipeline[0].transform(X * 7 + 3)
    np.testing.assert_array_equal(
        pipeline.predict_proba(X * 7 + 3), reader().fit(scaled, Y).predict_proba(scaled)
    )
    # The scaler treats layers like features, and scales all columns.
    np.testing.assert_allclose(scaled.std(ddof=0), 1)
    outer = ProgressiveClassifier([("pipeline", pipeline)], **SMALL).fit(X, Y)
    assert outer.features_read_.tolist() == [0, 3, 5]
    bare = make_pipeline(StandardScaler(), reader())
    with pytest.raises(ValueError, match=r'call set_output\(transform="pandas"\) on each step'):
        bare.fit(X, Y)


def test_training_continues_with_warm_start_and_partial_fit():
    model = reader(max_epochs=1, warm_start=True, early_stopping=False).fit(X, Y)
    before = weights(model)
    model.fit(X, Y)
    assert any((before[name] != w).any() for name, w in weights(model).items())
    for changed in ({"source": LayerSource(["w.l1", "w.l2.a"])}, {"features": "pitch"}):
        message = "(source must be the source|features must be those) of the last fit"
        with pytest.raises(ValueError, match=f"^{message}"):
            clone(model).fit(X, Y).set_params(**changed).fit(X, Y)
    order = RNG.permutation(NAMES)
    in_order, shuffled = (
        reader().partial_fit(X[:30], Y[:30]).partial_fit(rows, Y[30:])
        for rows in (X[30:], X.loc[30:, order])
    )
    assert in_order.features_read_.tolist() == [0, 3, 5]
    np.testing.assert_array_equal(in_order.predict_proba(X), shuffled.predict_proba(X[order]))


def test_sample_weights_also_weigh_the_layers():
    doubled = np.r_[np.arange(60), np.arange(30)]
    options = {"early_stopping": False, "dropout": 0.0, "batch_size": 100, "dtype": "float64"}
    repeated = reader(**options).fit(X.iloc[doubled], Y[doubled])
    weighted = reader(**options).fit(X, Y, sample_weight=np.r_[np.full(30, 2), np.ones(30)])
    np.testing.assert_allclose(repeated.predict_proba(X), weighted.predict_proba(X), rtol=1e-6)


def test_metadata_routing_works_through_a_pipeline():
    groups = np.arange(60) // 6
    pairs = [("w", LayerSource("w")), ("gender", DNNClassifier(**SMALL))]
    with sklearn.config_context(enable_metadata_routing=True):
        clf = ProgressiveClassifier(pairs, **SMALL)
        pipeline = make_pipeline(StandardScaler().set_output(transform="pandas"), clf)
        params = {"groups": groups, "source_y": pd.DataFrame({"gender": GENDER})}
        routed = pipeline.fit(X, Y, **params)
        scaled = pipeline[0].transform(X)
        plain = clone(clf).fit(scaled, Y, **params)
        np.testing.assert_array_equal(routed.predict_proba(X), plain.predict_proba(scaled))


def test_layers_of_validation_and_test_rows_come_from_their_columns():
    options = {"X_val": X[40:50], "y_val": Y[40:50], "X_test": X[50:], "y_test": Y[50:]}
    clf = reader().fit(X[:40], Y[:40], **options)
    scores = clf.history_.iloc[clf.best_epoch_ - 1]
    for name, part in (("valid_score", slice(40, 50)), ("test_score", slice(50, None))):
        rows = X[part].to_numpy()
        by_hand = sigmoid_network(
            weights(clf), rows[:, [0, 3, 5]], rows[:, [1, 2]], rows[:, [4, 6, 7]]
        )
        score = uar_score(Y[part], clf.classes_[by_hand.argmax(axis=1)])
        assert scores[name] == pytest.approx(score)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_layers_keep_their_precision(dtype):
    clf = reader(dtype=dtype).fit(X, Y)
    ((layers,),) = [clf.sources_[0][1].hidden(X[FIRST + SECOND])]
    assert layers[0].dtype == torch.float64
    np.testing.assert_array_equal(layers[1], X[SECOND])
    assert clf.predict_proba(X).dtype == dtype


# Bad input


def test_columns_in_another_order_give_the_same_predictions():
    clf = reader().fit(X, Y)
    order = RNG.permutation(NAMES)
    np.testing.assert_array_equal(clf.predict_proba(X[order]), clf.predict_proba(X))
    assert clf.source_overlap(X[order])["own"] == 1
    pd.testing.assert_frame_equal(
        clf.source_importances(X[order], Y, random_state=0),
        clf.source_importances(X, Y, random_state=0),
    )


def test_missing_columns_are_named():
    clf = reader().fit(X, Y)
    message = (
        "X must have the 8 features of fit; got a table without 2 of them: 'w.l2.b', 'w.l2.c'. "
        "Add these columns."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        clf.predict(X.drop(columns=SECOND[1:]))
    message = (
        "The source 'source' cannot read these rows. layers['l2'] must name columns of X or "
        "beginnings of their names, ['pitch', 'w.l1.b', 'w.l1.a', 'loudness', 'w.l2.a' and 1 "
        "more]; got 'w.l2.b', 'w.l2.c'. Did you mean 'w.l2.a'?"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        reader(LayerSource({"l2": SECOND})).fit(X.drop(columns=SECOND[1:]), Y)
    outer = ProgressiveClassifier([("chain", clf)], **SMALL)
    with pytest.raises(ValueError, match=r"^X must have .*got X without 1 of them: 'w\.l2\.b"):
        outer.fit(X.drop(columns="w.l2.b"), Y)


SENTENCES = {
    "no names": (
        lambda: reader().fit(X.to_numpy(), Y),
        "The source 'source' cannot read these rows. X must be a DataFrame with text as names of "
        "its columns, since a LayerSource finds them by name; got X without such names. Pass a "
        'DataFrame; in a pipeline, call set_output(transform="pandas") on each step before the '
        "classifier.",
    ),
    "no names for features": (
        lambda: ProgressiveClassifier(features="pitch", **SMALL).fit(X.to_numpy(), Y),
        "X must be a DataFrame with text as names of its columns, to find features='pitch'; got "
        "X without names. Pass a DataFrame.",
    ),
    "prefix": (
        lambda: reader("v").fit(X.rename(columns=lambda name: name.replace("w.", "www.")), Y),
        "The source 'source' cannot read these rows. layers must name columns of X or beginnings "
        "of their names, ['pitch', 'www.l1.b', 'www.l1.a', 'loudness', 'www.l2.a' and 3 more]; "
        "got 'v.'. Check the names.",
    ),
    "nearest prefix": (
        lambda: reader("ge2f").fit(X.rename(columns=lambda name: name.replace("w.", "ge2e.")), Y),
        "['pitch', 'ge2e.l1.b', 'ge2e.l1.a', 'loudness', 'ge2e.l2.a' and 3 more]; got 'ge2f.'. "
        "Did you mean 'ge2e.'?",
    ),
    "a column in two layers": (
        lambda: reader(LayerSource(["w.l1", "w."])).fit(X, Y),
        "The source 'source' cannot read these rows. Each column must be in one layer of a "
        "LayerSource; got 'w.l1.b', 'w.l1.a' in the layers 'w.l1', 'w.'. Name each layer by a "
        "longer beginning, such as 'ge2e.layer1.'.",
    ),
    "a column twice in a layer": (
        lambda: reader(LayerSource({"one": ["w.l1", "w.l1.a"]})).fit(X, Y),
        "layers['one'] must name each column once; got 'w.l1.a' twice. Leave one out.",
    ),
    "no features left": (
        lambda: reader().fit(X[FIRST + SECOND], Y),
        "X must have features for the network itself; got 5 features, all for its sources "
        "'source'. Add features, or name in features= those that the network reads too.",
    ),
    "fine-tuning": (
        lambda: FineTunedClassifier(LayerSource("w"), **SMALL).fit(X, Y),
        "The source of FineTunedClassifier must have layers to copy; got 'source', which has "
        "none to copy. Read it with ProgressiveClassifier.",
    ),
    "features that X lacks": (
        lambda: reader(features=["pitch", "jitters"]).fit(X, Y),
        "features must name columns of X or beginnings of their names, ['pitch', 'w.l1.b', "
        "'w.l1.a', 'loudness', 'w.l2.a' and 3 more]; got 'jitters'. Did you mean 'jitter'?",
    ),
    "no layer": (
        lambda: LayerSource({}),
        "layers must hold at least one layer; got none. Name the columns.",
    ),
    "no text": (
        lambda: LayerSource("."),
        "layers must name columns; got '.'. Pass a beginning of their names.",
    ),
    "not matched": (
        lambda: LayerSource("w").hidden(X),
        "A LayerSource must know the names of X before it reads rows; got no names yet. Call "
        "match(X.columns), and read rows with the source that it returns.",
    ),
    "too few columns": (
        lambda: LayerSource("w").match(NAMES).hidden(X[FIRST].to_numpy()),
        "X must have the 5 features of the source; got 2. Use the same features in the same "
        "order, or DataFrames on both sides to match them by name.",
    ),
}


@pytest.mark.parametrize(("call", "message"), SENTENCES.values(), ids=SENTENCES)
def test_wrong_layers_and_features_are_clear_errors(call, message):
    with pytest.raises(ValueError, match=f"{re.escape(message)}$"):
        call()


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (3, "layers must be text or a sequence of text; got 3."),
        (None, "layers must be text or a sequence of text; got None."),
        ([], "layers must be text or a sequence of text; got []."),
        ({"w"}, "layers must be text or a sequence of text; got {'w'}."),
        ({1: "w"}, "The names of layers must be text; got 1."),
        ({"l": []}, "layers['l'] must be text or a sequence of text; got []."),
        ({"l": [1]}, "layers['l'] must hold names as text; got 1."),
        (["w", ""], "layers must hold names as text; got ''."),
    ],
)
def test_layers_of_a_wrong_type_are_refused(layers, message):
    with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
        LayerSource(layers)


def test_features_of_a_wrong_type_are_refused():
    with pytest.raises(TypeError, match=r"^features must be text or a sequence of text; got 3\."):
        ProgressiveClassifier(features=3).fit(X, Y)


def test_layers_must_have_finite_numbers():
    clf = reader().fit(X, Y)
    for value, word in ((np.nan, "NaN"), (np.inf, "infinity")):
        rows = X.copy()
        rows.loc[3, "w.l2.a"] = value
        for method in (clf.predict, lambda rows: reader().fit(rows, Y)):
            with pytest.raises(ValueError, match=f"Input X contains {word}"):
                method(rows)


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (None, TypeError, "match() must return a Source; got None."),
        ("unmatched", ValueError, "layer_sizes() must return a list with one tuple"),
    ],
)
def test_wrong_results_of_match_are_refused(answer, error, message):
    class WrongMatch(LayerSource):
        def match(self, feature_names):
            return self if answer == "unmatched" else answer

    with pytest.raises(error, match=re.escape(message)):
        reader(WrongMatch("w")).fit(X, Y)


def test_layers_are_ordered_by_their_numbers_even_if_columns_are_not():
    names = [f"v.layer{k}.mean.0" for k in (1, 10, 2)]
    source = LayerSource("v").match(names)
    assert list(source.columns) == ["layer1", "layer2", "layer10"]
    others = LayerSource("v").match(["v.late.0", "v.early.0", "v.layer1.0"])
    assert list(others.columns) == ["late", "early", "layer1"]


def test_a_layer_must_be_named_only_once():
    with pytest.raises(ValueError, match=r"^layers must name each layer once; got 'v\.a\.' twice"):
        LayerSource(["v.a.", "v.a."])


def test_columns_are_read_by_name_whatever_their_order():
    table = pd.DataFrame({"v.b.0": [2.0, 3.0], "pitch": [9.0, 9.0], "v.a.0": [0.0, 1.0]})
    source = LayerSource(["v.a.", "v.b."]).match(table.columns)
    for rows in (table, table[table.columns[::-1]], table[["v.a.0", "v.b.0", "pitch"]]):
        assert [h.ravel().tolist() for h in source.hidden(rows)[0]] == [[0.0, 1.0], [2.0, 3.0]]
        assert source.select(rows).tolist() == [[0.0, 2.0], [1.0, 3.0]]


def test_two_columns_of_one_name_are_refused():
    rows = np.random.default_rng(0).normal(size=(40, 3))
    table = pd.DataFrame(rows, columns=["pitch", "v.a.0", "v.a.0"])
    model = ProgressiveClassifier(LayerSource("v"), hidden_layer_sizes=(4,), max_epochs=1)
    sentence = r"^The columns of X must have different names; got 'v\.a\.0' twice\. "
    with pytest.raises(ValueError, match=sentence):
        model.fit(table, np.arange(40) % 2)
