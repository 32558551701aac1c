"""Tests of the regressors: scale of the target, held-out rows, scores, weights, sources."""

import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import pearsonr
from sklearn import config_context
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    PredefinedSplit,
    cross_val_score,
)
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import Callback, EpochScoring, EpochTimer

from skprognet import (
    DNNClassifier,
    DNNRegressor,
    FineTunedRegressor,
    ProgressiveClassifier,
    ProgressiveRegressor,
)
from skprognet.displays import NetworkDisplay, SourceImportanceDisplay
from skprognet.estimators import (
    check_laterals_alive,
    check_seed_repeats,
    check_source_survives_clone,
    check_source_untouched,
    source_importances,
)
from skprognet.metrics import Score, ccc_score, ccc_scorer, get_score, uar_scorer
from skprognet.persistence import load_model, save_model

KINDS = [DNNRegressor, FineTunedRegressor, ProgressiveRegressor]
LOSSES = ["squared_error", "absolute_error", "ccc"]


@pytest.fixture(scope="module")
def rows():
    """Give X and two targets on different scales."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(160, 6))
    arousal = 3 + X[:, 0] - 0.5 * X[:, 1] + 0.1 * rng.normal(size=160)
    return X, np.column_stack([arousal, 100 * np.tanh(X[:, 2])])


@pytest.fixture(scope="module")
def quick():
    """Give the parameters of a network that learns these rows quickly."""
    return {
        "hidden_layer_sizes": (12,),
        "activation": "tanh",
        "dropout": 0.0,
        "max_epochs": 20,
        "lr": 0.02,
        "random_state": 0,
    }


@pytest.fixture(scope="module")
def emotion(rows, quick):
    X, _ = rows
    return DNNClassifier(**quick | {"max_epochs": 3}).fit(X, X[:, 0] > X[:, 2])


@pytest.mark.parametrize("loss", LOSSES)
def test_regressor_learns_several_numbers_on_different_scales(loss, rows, quick):
    X, Y = rows
    reg = DNNRegressor(loss=loss, **quick).fit(X[:120], Y[:120])
    scores = ccc_score(Y[120:], reg.predict(X[120:]), multioutput="raw_values")
    assert scores.min() > 0.85
    linear = LinearRegression().fit(X[:120], Y[:120]).predict(X[120:])
    assert scores[0] > ccc_score(Y[120:, 0], linear[:, 0]) - 0.1


@pytest.mark.parametrize("cls", KINDS[1:])
def test_regressor_without_a_source_equals_the_plain_network(cls, rows, quick):
    X, Y = rows
    plain = DNNRegressor(**quick).fit(X, Y)
    np.testing.assert_array_equal(cls(**quick).fit(X, Y).predict(X), plain.predict(X))


def test_an_affine_map_of_the_target_maps_the_predictions_alike(rows, quick):
    X, Y = rows
    options = quick | {"dtype": "float64"}
    plain = DNNRegressor(**options).fit(X, Y[:, 0])
    negated = DNNRegressor(**options).fit(X, 7 - 4 * Y[:, 0])
    # A network that learns the negated target starts from other outputs, so only the sign of the
    # slope agrees.
    stretched = DNNRegressor(**options).fit(X, 7 + 4 * Y[:, 0])
    np.testing.assert_allclose(stretched.predict(X), 7 + 4 * plain.predict(X), rtol=1e-9)
    assert pearsonr(negated.predict(X), plain.predict(X)).statistic < -0.9
    np.testing.assert_allclose(
        stretched.history_["valid_score"], plain.history_["valid_score"], rtol=1e-9
    )


@pytest.mark.parametrize("factor", [1e200, 1e-200])
def test_the_unit_of_the_target_does_not_change_the_fit(factor, rows, quick):
    X, Y = rows
    short = quick | {"max_epochs": 2}
    plain = DNNRegressor(**short).fit(X, Y).predict(X)
    scaled = DNNRegressor(**short).fit(X, Y * factor).predict(X)
    np.testing.assert_allclose(scaled / factor, plain, rtol=1e-4, atol=1e-4)


def test_scale_is_the_weighted_mean_and_deviation_of_the_training_rows(rows, quick):
    X, Y = rows
    weight = np.random.default_rng(1).uniform(0, 2, 160)
    weight[:10] = 0
    held_out = PredefinedSplit(np.where(np.arange(160) >= 120, 0, -1))
    reg = DNNRegressor(**quick, validation_fraction=held_out).fit(X, Y, weight)
    mean = np.average(Y[:120], axis=0, weights=weight[:120])
    std = np.sqrt(np.average((Y[:120] - mean) ** 2, axis=0, weights=weight[:120]))
    np.testing.assert_allclose(reg.target_mean_, mean, rtol=1e-12)
    np.testing.assert_allclose(reg.target_std_, std, rtol=1e-12)
    predicted = reg.predict(X[120:])
    best = reg.history_["valid_score"].max()
    expected = ccc_score(Y[120:], predicted, sample_weight=weight[120:])
    assert best == pytest.approx(expected, abs=1e-6)
    assert reg.history_["valid_score"].idxmax() + 1 == reg.best_epoch_
    without_zero_weights = DNNRegressor(**quick, validation_fraction=0.2).fit(
        X[10:], Y[10:], weight[10:]
    )
    with_zero_weights = DNNRegressor(**quick, validation_fraction=0.2).fit(X, Y, weight)
    np.testing.assert_array_equal(without_zero_weights.predict(X), with_zero_weights.predict(X))


def test_the_unit_of_the_target_does_not_change_the_epoch_that_a_scorer_chooses(rows, quick):
    X, Y = rows
    options = quick | {"loss": "absolute_error", "monitor": "neg_mean_squared_error"}
    for unit in (1, 1e-4):
        reg = DNNRegressor(**options).fit(X, Y[:, 0] * unit)
        assert reg.best_epoch_ == reg.history_["valid_score"].idxmax() + 1


@pytest.mark.parametrize("fraction", [0.1, 0.4])
def test_held_out_rows_are_the_requested_share(fraction, rows, quick, seen_rows, split_of):
    X, Y = rows
    options = quick | {"max_epochs": 1, "validation_fraction": fraction}
    reg = DNNRegressor(**options, callbacks=[seen_rows()]).fit(X, Y)
    assert len(split_of(reg, X)[1]) == fraction * 160


def test_groups_are_chosen_to_meet_the_requested_share(rows, quick, seen_rows, split_of):
    X, Y = rows
    groups = np.repeat(np.arange(7), [5, 20, 5, 30, 10, 40, 50])
    reg = DNNRegressor(**quick | {"max_epochs": 1}, callbacks=[seen_rows()])
    fits = (reg.set_params(random_state=seed).fit(X, Y, groups=groups) for seed in range(20))
    shares = np.array([len(split_of(fitted, X)[1]) for fitted in fits]) / 160
    assert abs(shares - 0.1).mean() < 0.06  # 0.03; the first draw alone gives 0.08


def test_scores_of_skorch_read_the_numbers_as_the_network_learns_them(rows, quick):
    X, Y = rows
    scoring = EpochScoring("r2", name="r2", lower_is_better=False)
    reg = DNNRegressor(**quick, callbacks=[scoring]).fit(X, Y)
    standardised = (reg.predict(X) - reg.target_mean_) / reg.target_std_
    read = torch.tensor(X, dtype=torch.float32)
    np.testing.assert_allclose(reg.net_.predict(read), standardised, atol=1e-5)
    assert reg.net_.history[-1, "r2"] > 0.9


@pytest.mark.parametrize("shape", [(160,), (160, 1), (160, 2)])
def test_predictions_have_the_dimensions_of_y(shape, rows, quick):
    X, Y = rows
    y = Y[:, : 2 if len(shape) == 2 and shape[1] == 2 else 1].reshape(shape)
    assert DNNRegressor(**quick | {"max_epochs": 1}).fit(X, y).predict(X).shape == shape


def test_columns_of_a_later_y_are_matched_by_name(rows, quick, emotion, tmp_path):
    X, Y = rows
    table = pd.DataFrame(Y, columns=["arousal", "valence"])
    other_order = table[["valence", "arousal"]]
    options = quick | {"early_stopping": False}
    for kind in (DNNRegressor(**options), DNNRegressor(**options, warm_start=True)):
        method = "fit" if kind.warm_start else "partial_fit"
        expected, got = (clone(kind).fit(X, table) for _ in range(2))
        getattr(expected, method)(X, table)
        getattr(got, method)(X, other_order)
        np.testing.assert_array_equal(got.predict(X), expected.predict(X))
    reg = ProgressiveRegressor(emotion, **quick).fit(X, table)
    save_model(reg, tmp_path / "model")
    for model in (reg, load_model(tmp_path / "model")):
        assert model.score(X, other_order) == model.score(X, table)
        importances = (
            model.source_importances(X, y, random_state=0) for y in (table, other_order)
        )
        pd.testing.assert_frame_equal(*importances)
        with pytest.raises(ValueError, match="y must have the columns of the y of the first fit"):
            model.score(X, table.rename(columns={"valence": "power"}))
    assert not hasattr(reg.fit(X, Y), "target_names_in_")


def test_fit_on_pandas_tables_predicts_the_same_numbers(rows, quick):
    X, Y = rows
    table = pd.DataFrame(X, columns=list("abcdef"))
    numbers = pd.DataFrame(Y, columns=["arousal", "valence"])
    reg = DNNRegressor(**quick).fit(table, numbers)
    np.testing.assert_array_equal(reg.predict(table), DNNRegressor(**quick).fit(X, Y).predict(X))
    assert list(reg.feature_names_in_) == list("abcdef")


def test_callbacks_do_not_change_the_predictions(rows, quick):
    X, Y = rows
    for loss in LOSSES:
        options = quick | {"loss": loss, "dtype": "float64", "max_epochs": 3}
        with_callback = DNNRegressor(**options, callbacks=[EpochTimer()]).fit(X, Y)
        plain = DNNRegressor(**options).fit(X, Y)
        np.testing.assert_allclose(with_callback.predict(X), plain.predict(X), rtol=1e-10)


def test_sample_weights_reach_the_ccc_loss_through_autograd(rows, quick, emotion):
    """Autograd computes the gradients of a column with adapters."""
    X, Y = rows
    options = quick | {"loss": "ccc", "dtype": "float64", "max_epochs": 3, "batch_size": 1000}
    options |= {"early_stopping": False, "adapter": "linear"}
    counts = np.arange(160) % 3
    weighted = ProgressiveRegressor(emotion, **options).fit(X, Y, counts)
    repeated = ProgressiveRegressor(emotion, **options)
    repeated.fit(np.repeat(X, counts, axis=0), np.repeat(Y, counts, axis=0))
    np.testing.assert_allclose(weighted.predict(X), repeated.predict(X), rtol=1e-8)


# Scores that choose the epoch


def test_internal_split_keeps_groups_apart(rows, quick, seen_rows, split_of):
    X, Y = rows
    groups = np.arange(160) % 8
    reg = DNNRegressor(**quick | {"max_epochs": 1}, callbacks=[seen_rows()])
    train, held_out = split_of(reg.fit(X, Y, groups=groups), X)
    assert not set(groups[train]) & set(groups[held_out])
    assert len(train) + len(held_out) == 160
    with pytest.raises(
        ValueError, match=r"^groups must have at least 2 groups for early_stopping"
    ):
        reg.fit(X, Y, groups=np.zeros(160))
    reg.set_params(validation_fraction=0.9)  # of two groups, one still trains
    train, held_out = split_of(reg.fit(X, Y, groups=groups % 2), X)
    assert len(train) == len(held_out) == 80


def test_validation_and_test_rows_do_not_train(rows, quick):
    X, Y = rows
    scored_rows = {"X_val": X[120:], "y_val": Y[120:], "X_test": X[:20], "y_test": Y[:20]}
    reg = DNNRegressor(**quick).fit(X[:120], Y[:120], **scored_rows)
    assert reg.history_["valid_score"].max() == pytest.approx(
        ccc_score(Y[120:], reg.predict(X[120:])), abs=1e-6
    )
    test_score = reg.history_["test_score"][reg.best_epoch_ - 1]
    assert test_score == pytest.approx(ccc_score(Y[:20], reg.predict(X[:20])), abs=1e-6)
    without = DNNRegressor(**quick).fit(X[:120], Y[:120], X_val=X[120:], y_val=Y[120:])
    np.testing.assert_array_equal(without.predict(X), reg.predict(X))


def test_columns_of_validation_and_test_numbers_are_found_by_name(rows, quick):
    X, Y = rows
    numbers, short = pd.DataFrame(Y, columns=["arousal", "valence"]), quick | {"max_epochs": 3}
    columns = ["valid_loss", "valid_score", "test_score"]
    histories = []
    for scored in (numbers[120:], numbers[120:][["valence", "arousal"]]):
        reg = DNNRegressor(**short).fit(
            X[:120], numbers[:120], X_val=X[120:], y_val=scored, X_test=X[120:], y_test=scored
        )
        histories.append(reg.history_[columns])
    pd.testing.assert_frame_equal(*histories)
    message = (
        r"^y_val must have the columns of y, among them 'arousal', 'valence'; got 'a', 'v'\. "
    )
    with pytest.raises(ValueError, match=message):
        reg.fit(X, numbers, X_val=X, y_val=numbers.set_axis(["a", "v"], axis=1))
    for without_names in (Y, pd.DataFrame(Y)):
        reg.fit(X, numbers, X_val=X, y_val=without_names)


def test_all_rows_train_to_the_last_epoch_without_early_stopping(rows, quick):
    X, Y = rows
    reg = DNNRegressor(**quick, early_stopping=False).fit(X, Y)
    np.testing.assert_allclose(reg.target_mean_, Y.mean(axis=0), rtol=1e-12)
    assert reg.best_epoch_ == 20
    assert "valid_score" not in reg.history_


@pytest.mark.parametrize("monitor", ["loss", "r2", "neg_root_mean_squared_error", ccc_scorer])
def test_another_score_can_choose_the_epoch(monitor, rows, quick):
    X, Y = rows
    short = quick | {"max_epochs": 3}
    reg = DNNRegressor(**short, monitor=monitor).fit(X, Y)
    assert reg.best_epoch_ == reg.history_["valid_score"].idxmax() + 1


class NoEpoch(Callback):
    """Fail when an epoch begins."""

    def on_epoch_begin(self, net, **options):
        raise AssertionError("an epoch began")


def test_a_score_of_classes_cannot_choose_the_epoch(rows, quick):
    X, Y = rows
    with pytest.raises(ValueError, match=r"^monitor must be .* 'uar', .* a score of classes\."):
        DNNRegressor(**quick, monitor="uar").fit(X, Y)
    accuracy = Score("share of hits", accuracy_score)
    for monitor in ("accuracy", "roc_auc", get_score("uar"), uar_scorer, accuracy):
        with pytest.raises(ValueError, match=r"^monitor must be .*(numbers|'ccc')"):
            DNNRegressor(**quick, monitor=monitor, callbacks=[NoEpoch()]).fit(X, Y)


def test_a_score_of_numbers_cannot_choose_the_epoch_of_a_classifier(rows, quick):
    X, _ = rows
    for monitor in ("ccc", "r2", get_score("ccc"), ccc_scorer):
        with pytest.raises(ValueError, match=r"^monitor must be .*(classes|a score of numbers)"):
            DNNClassifier(**quick, monitor=monitor, callbacks=[NoEpoch()]).fit(
                X, np.where(X[:, 0] > 0, "sad", "angry")
            )


# Constant targets


@pytest.mark.parametrize("constant", [0.1, 100.1])
def test_a_constant_target_warns_and_the_loss_chooses_the_epoch(constant, rows, quick):
    X, _ = rows
    with pytest.warns(UserWarning, match=r"^y should vary; got a constant over the train") as w:
        reg = DNNRegressor(**quick).fit(X, np.full(160, constant))
    assert w[0].filename == __file__
    np.testing.assert_allclose(reg.predict(X), constant, atol=0.2)
    np.testing.assert_array_equal(reg.history_["valid_score"], -reg.history_["valid_loss"])


def test_one_constant_output_of_several_warns_and_scores_zero(rows, quick):
    X, Y = rows
    both = np.column_stack([Y[:, 0], np.full(160, 5.0)])
    with pytest.warns(UserWarning, match=r"constant in output \[1\] over the training rows"):
        reg = DNNRegressor(**quick).fit(X, both)
    # The score of the constant is 0 in the mean that chooses the epoch.
    assert 0.4 < reg.history_["valid_score"].max() <= 0.5
    assert reg.target_std_[1] == 0


@pytest.mark.parametrize("n_rows", [1, 9])
def test_constant_validation_rows_warn_unless_the_loss_chooses_the_epoch(n_rows, rows, quick):
    X, Y = rows
    validation_rows = {"X_val": X[:n_rows], "y_val": np.full(n_rows, 3.0)}
    with pytest.warns(UserWarning, match=r"^y should vary over the validation rows; got a") as w:
        history = DNNRegressor(**quick).fit(X, Y[:, 0], **validation_rows).history_
    assert w[0].filename == __file__
    assert (history["valid_score"] == 0).all()
    DNNRegressor(**quick, monitor="loss").fit(X, Y[:, 0], **validation_rows)


@pytest.mark.parametrize("columns", [[1], [0, 1]])
def test_ccc_loss_refuses_a_constant_target_before_training(columns, rows, quick):
    X, Y = rows
    constant = np.column_stack([Y[:, 0], np.full(160, 5.0)])[:, columns]
    reg = DNNRegressor(**quick, loss="ccc")
    with pytest.raises(ValueError, match=r"^y must vary with loss='ccc'; got a constant"):
        reg.fit(X, constant)
    assert not hasattr(reg, "net_")


class SingleRowBatches(Callback):
    """Notes for each batch of a single row how far it moves the weights."""

    def __init__(self):
        self.moved = []

    def on_batch_begin(self, net, **kwargs):
        self.before = [values.detach().clone() for values in net.module_.parameters()]

    def on_batch_end(self, net, batch, **kwargs):
        if len(batch[1]) == 1:
            pairs = zip(self.before, net.module_.parameters(), strict=True)
            self.moved.append(
                max(float((now.detach() - before).abs().max()) for before, now in pairs)
            )


def test_ccc_loss_needs_batches_of_two_rows_and_ignores_a_single_row_left(rows, quick):
    X, Y = rows
    with pytest.raises(ValueError, match=r"^batch_size must be at least 2 with loss='ccc'"):
        DNNRegressor(**quick, loss="ccc").set_params(batch_size=1).fit(X, Y)
    options = quick | {"early_stopping": False, "optimizer": "sgd", "batch_size": 20}
    for loss, moves in (("ccc", False), ("squared_error", True)):
        reg = DNNRegressor(
            **options | {"max_epochs": 3}, loss=loss, callbacks=[SingleRowBatches()]
        )
        moved = dict(reg.fit(X[:21], Y[:21]).net_.callbacks_)["SingleRowBatches"].moved
        assert len(moved) == 3
        assert any(moved) == moves


# Continued training


def test_partial_fit_keeps_the_scale_of_its_first_call(rows, quick):
    X, Y = rows
    reg = DNNRegressor(**quick).partial_fit(X[:80], Y[:80])
    first = reg.target_mean_, reg.target_std_
    reg = pickle.loads(pickle.dumps(reg)).partial_fit(X[80:], 10 + Y[80:])
    np.testing.assert_array_equal(reg.target_mean_, first[0])
    np.testing.assert_array_equal(reg.target_std_, first[1])
    for _ in range(40):
        reg.partial_fit(X, 10 + Y)
    assert ccc_score(10 + Y, reg.predict(X)) > 0.9
    with pytest.raises(ValueError, match=r"^y must have 2 numbers for each row, like the y of"):
        reg.partial_fit(X, Y[:, 0])


def test_first_call_of_partial_fit_needs_rows_that_vary(rows, quick):
    X, Y = rows
    reg = DNNRegressor(**quick)
    for y, detail in (
        (Y[:1], " in output [0, 1] over 1 row."),
        (Y[:30] * [0, 1], "t [0] over"),
    ):
        with pytest.raises(
            ValueError, match=r"^y must vary in the first call of partial_fit"
        ) as error:
            reg.partial_fit(X[: len(y)], y)
        assert detail in str(error.value)
        assert not hasattr(reg, "net_")
    with pytest.warns(UserWarning, match=r"^The first call of partial_fit .*; got 9 rows") as w:
        reg.partial_fit(X[:9], Y[:9])
    assert w[0].filename == __file__
    reg.partial_fit(X[:1], Y[:1])
    clone(reg).fit(X, Y).partial_fit(X[:1], Y[:1])


def test_ccc_loss_takes_constant_outputs_in_later_calls_but_not_single_rows(rows, quick):
    X, Y = rows
    reg = DNNRegressor(**quick, loss="ccc").partial_fit(X, Y)
    reg.partial_fit(X[:30], Y[:30] * [0, 1])
    with pytest.raises(ValueError, match=r"got a constant over 1 row\. Pass more"):
        reg.partial_fit(X[:1], Y[:1])


def test_warm_start_keeps_scale_and_number_of_outputs(rows, quick):
    X, Y = rows
    reg = DNNRegressor(**quick, warm_start=True).fit(X, Y)
    first, before = reg.target_mean_, reg.history_["train_loss"].iloc[-1]
    reg.fit(X, Y)
    np.testing.assert_array_equal(reg.target_mean_, first)
    assert reg.history_["train_loss"].iloc[0] < 2 * before
    with pytest.raises(ValueError, match=r"^y must have 2 outputs, as in the last fit, with"):
        reg.fit(X, Y[:, 0])


# Sources


@pytest.fixture(scope="module")
def sources(rows, quick, emotion):
    X, Y = rows
    short = quick | {"max_epochs": 3}
    mlp = MLPRegressor(hidden_layer_sizes=(5,), max_iter=300, tol=1, random_state=0)
    return {
        "classifier": emotion,
        "regressor": DNNRegressor(**short).fit(X, Y[:, 1]),
        "MLPRegressor": mlp.fit(X, Y),
        "pipeline": FrozenEstimator(
            make_pipeline(StandardScaler(), DNNRegressor(**short)).fit(X, Y)
        ),
    }


@pytest.mark.parametrize("kind", ["classifier", "regressor", "MLPRegressor", "pipeline"])
@pytest.mark.parametrize("cls", KINDS[1:])
def test_regressors_read_every_kind_of_source_and_leave_it_unchanged(
    cls, kind, rows, quick, sources
):
    X, Y = rows
    reg = cls(sources[kind], **quick | {"max_epochs": 2})
    check_source_untouched(reg, X, Y)
    check_source_survives_clone(reg, X, Y)
    if kind == "regressor":
        check_seed_repeats(reg, X, Y)
    if cls is ProgressiveRegressor:
        check_laterals_alive(reg, X, Y)


def test_a_classifier_can_read_a_regressor(rows, quick, sources):
    X, _ = rows
    short = quick | {"max_epochs": 2}
    check_source_untouched(ProgressiveClassifier(sources["regressor"], **short), X, X[:, 0] > 0)


@pytest.mark.parametrize("cls", [*KINDS[1:], ProgressiveClassifier])
def test_a_source_trains_without_the_held_out_rows_which_choose_its_epoch(cls, rows, quick):
    X, Y = rows
    short, groups = quick | {"max_epochs": 1}, np.arange(160) % 8
    y = Y[:, 0] > 3 if cls is ProgressiveClassifier else Y[:, 0]
    model = cls(DNNRegressor(**short), **short).fit(X, y, groups=groups, source_y=Y[:, 1])
    (_, source), *_ = model.sources_
    means = [Y[groups != group, 1].mean() for group in range(8)]
    assert np.isclose(means, source.target_mean_, rtol=1e-12).sum() == 1
    assert model.source_overlap(X).tolist() == [1, 1]


@pytest.mark.parametrize("cls", KINDS[1:])
def test_unfitted_sources_may_be_regressors_or_classifiers(cls, rows, quick):
    X, Y = rows
    short = quick | {"max_epochs": 1}
    for source, labels in (
        (DNNRegressor(**short), Y[:, 1]),
        (DNNClassifier(**short), np.where(Y[:, 1] > 0, "high", "low")),
    ):
        reg = cls(clone(source), **short).fit(X[:120], Y[:120, 0], source_y=labels[:120])
        assert reg.source_overlap(X[120:]).tolist() == [0, 0]
        assert list(reg.source_digest_) == ["source"]
    with pytest.raises(ValueError, match=r"^source_y must hold numbers; got 'high'"):
        cls(DNNRegressor(**quick), **quick).fit(X, Y, source_y=np.full(160, "high"))
    with pytest.raises(ValueError, match=r"^Input source_y contains infinity"):
        cls(DNNRegressor(**quick), **quick).fit(X, Y, source_y=np.r_[Y[:159, 1], np.inf])
    with pytest.raises(ValueError, match=r"each row, since it trains a single source; got the"):
        cls(DNNRegressor(**quick), **quick).fit(X, Y, source_y=Y)
    with pytest.raises(ValueError, match=r"or take a regressor as the source, such as DNNRegres"):
        cls(DNNClassifier(**quick), **quick).fit(X, Y, source_y=Y[:, 1])


def test_importances_are_the_fall_in_ccc(rows, quick, emotion):
    X, Y = rows
    noise = DNNClassifier(**quick | {"max_epochs": 1}).fit(X, np.arange(160) % 2)
    sources = [("emotion", emotion), ("noise", noise)]
    reg = ProgressiveRegressor(sources, **quick).fit(X, Y)
    table = source_importances(make_pipeline("passthrough", reg), X, Y, method="silence")
    assert list(table.index) == ["emotion", "noise"]
    silenced = pickle.loads(pickle.dumps(reg))
    module = silenced.net_.module_
    for name, lateral in module.named_parameters():
        if name.startswith("laterals.0.0"):
            lateral.data.zero_()
    fall = ccc_score(Y, reg.predict(X)) - ccc_score(Y, silenced.predict(X))
    assert table.loc["emotion", "importance_mean"] == pytest.approx(fall, abs=1e-6)
    importance_display = SourceImportanceDisplay.from_estimator(reg, X, Y, random_state=0)
    assert importance_display.scoring == "ccc"
    with pytest.raises(ValueError, match=r"^by_class=True must be used with a classifier; got"):
        source_importances(reg, X, Y, by_class=True)
    with pytest.raises(ValueError, match=r"^by_class=True must be used with a classifier; got"):
        source_importances(FrozenEstimator(reg), X, Y, by_class=True)
    with pytest.raises(ValueError, match=r"^y must have 2 numbers for each row"):
        reg.source_importances(X, Y[:, 0])
    with pytest.raises(ValueError, match=r"^The regressor must have a source for .*; got none"):
        ProgressiveRegressor(**quick).fit(X, Y).source_importances(X, Y)
    network_display = NetworkDisplay.from_estimator(reg)
    assert network_display.classes[-1] == ["number 0", "number 1"]


# In scikit-learn


def test_searches_and_cross_validation_route_groups(rows, quick, emotion):
    X, Y = rows
    groups = np.arange(160) % 8
    short = quick | {"max_epochs": 3}
    model = make_pipeline(StandardScaler(), ProgressiveRegressor(emotion, **short))
    grid = {"progressiveregressor__loss": ["squared_error", "ccc"]}
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(model, grid, scoring=ccc_scorer, cv=GroupKFold(2))
        search.fit(X, Y, groups=groups)
    scores = search.cv_results_["mean_test_score"]
    assert np.isfinite(scores).all()
    by_hand = []
    for train, test in GroupKFold(2).split(X, Y, groups):
        fitted = clone(model).fit(X[train], Y[train], progressiveregressor__groups=groups[train])
        by_hand.append(ccc_score(Y[test], fitted.predict(X[test])))
    assert scores[0] == pytest.approx(np.mean(by_hand), abs=1e-9)
    plain = cross_val_score(model, X, Y, cv=2, scoring=ccc_scorer)
    assert plain.shape == (2,)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["high", "low"] * 80, r"^y must hold numbers; got 'high'. Pass numbers"),
        ([None, 1.0] * 80, r"^y must have a number for every .*; got 80 of 160 missing"),
        (np.full(160, np.nan), r"^Input y contains NaN"),
        (np.zeros((160, 2, 2)), r"dim 3"),
        (pd.date_range("2020", periods=160), r"^y must hold numbers; got '2020-01-01"),
    ],
)
def test_targets_that_are_not_numbers_are_refused(y, message, rows, quick):
    X, _ = rows
    with pytest.raises(ValueError, match=message):
        DNNRegressor(**quick).fit(X, y)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"y_val": [1.0] * 9}, r"^y_val must have the shape \(10,\)"),
        ({"y_val": ["a"] * 10}, r"^y_val must hold numbers; got 'a'"),
        ({"y_val": [None] * 10}, r"^y_val must have a number for every row"),
        ({"y_val": [1.0] * 10}, r"^y_val must have 2 numbers for each row"),
    ],
)
def test_wrong_validation_targets_are_refused(options, message, rows, quick):
    X, Y = rows
    with pytest.raises(ValueError, match=message):
        DNNRegressor(**quick).fit(X, Y, X_val=X[:10], **options)


def test_too_few_rows_to_hold_out_and_unknown_losses_are_refused(rows, quick):
    X, Y = rows
    with pytest.raises(ValueError, match=r"^X must have at least 4 rows for early_stopping, 2 to"):
        DNNRegressor(**quick).fit(X[:3], Y[:3])
    DNNRegressor(**quick).fit(X[:4], Y[:4])
    with pytest.raises(ValueError, match=r"^loss must be one of 'squared_error'"):
        DNNRegressor(**quick, loss="mse").fit(X, Y)


def test_a_warm_start_with_constant_numbers_is_noticed(small):
    X = np.random.default_rng(0).normal(size=(40, 3))
    model = DNNRegressor(**small, loss="ccc", warm_start=True, early_stopping=False)
    model.fit(X, X[:, 0])
    with pytest.raises(ValueError, match=r"^y must vary with loss='ccc'; got a constant"):
        model.fit(X, np.ones(40))
    with pytest.warns(UserWarning, match=r"^y should vary; got a constant"):
        model.set_params(loss="squared_error").fit(X, np.ones(40))
