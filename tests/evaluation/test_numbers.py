"""Runs whose target or sources are numbers: equal to fits by hand, with clear errors."""

import re
from functools import cache

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import BaggingClassifier, BaggingRegressor, VotingRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, root_mean_squared_error
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import (
    DNNClassifier,
    DNNRegressor,
    FineTunedRegressor,
    MultiTaskClassifier,
    PosteriorClassifier,
    ProgressiveClassifier,
    ProgressiveRegressor,
)
from skprognet.evaluation import SourceCorpus, audit, count_fits, cross_validate_transfer
from skprognet.metrics import Score, ccc_score, uar_score
from skprognet.model_selection import (
    LeaveOneSessionOut,
    RepeatedSpeakerStratifiedKFold,
    RepeatedStratifiedGroupKFold,
)
from skprognet.sources import LayerSource

OPTIONS = {"hidden_layer_sizes": (6,), "max_epochs": 2, "lr": 0.01}
METHODS = {"DNN": DNNRegressor(**OPTIONS), "ProgNet": ProgressiveRegressor(**OPTIONS)}
FIT = ["method", "source", "repeat", "fold"]
N = 90

rng = np.random.default_rng(0)
X = rng.normal(size=(N, 4))
Y = pd.Series(3 + X @ [1, 0.5, 0, 0] + 0.3 * rng.normal(size=N), name="valence")
AROUSAL = 2.5 + X[:, 0] + 0.3 * rng.normal(size=N)
GENDER = np.where(X[:, 0] > 0, "f", "m")
EMOTION = np.array(["angry", "happy", "sad"])[rng.integers(3, size=N)]
SPEAKER = np.array([f"s{i % 6}" for i in range(N)])
CV = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0)
SCALED = StandardScaler().fit_transform(X)


def run(y=Y, data=X, **options):
    defaults = {"methods": {"Ridge": Ridge()}, "groups": SPEAKER, "cv": CV, "n_jobs": 1}
    return cross_validate_transfer(data, y, **defaults | options)


@cache
def all_kinds_of_sources():
    sources = {
        "gender": GENDER,
        "arousal": AROUSAL,
        "corpus of numbers": SourceCorpus(X[::-1] + 1, AROUSAL, SPEAKER),
        "fitted classifier": DNNClassifier(**OPTIONS).fit(SCALED, GENDER),
        "fitted regressor": DNNRegressor(**OPTIONS).fit(SCALED, AROUSAL),
    }
    return run(
        methods=METHODS | {"PT/FT": FineTunedRegressor(**OPTIONS), "Ridge": Ridge()},
        sources=sources,
        source_estimator=DNNClassifier(**OPTIONS),
        return_curves=True,
        return_predictions=True,
    )


def recomputed(predictions, score):
    fits = predictions.groupby(FIT, sort=False)[["truth", "prediction"]]
    return [score(fit["truth"], fit["prediction"]) for _, fit in fits]


def test_scores_are_the_ccc_of_the_predictions_to_the_last_bit():
    scores, _, predictions = all_kinds_of_sources()
    assert recomputed(predictions, ccc_score) == scores["score"].tolist()
    assert set(scores["metric"]) == {"ccc"}
    assert set(scores["chance"]) == {0.0}
    assert scores.groupby("method")["baseline"].first().to_dict() == {
        **{"DNN": "none", "Ridge": "none"},
        **{"PT/FT": "DNN", "ProgNet": "DNN"},
    }


def test_predictions_have_the_numbers_of_y_and_no_probabilities():
    predictions = all_kinds_of_sources()[2]
    assert predictions.columns.tolist()[-3:] == ["row", "truth", "prediction"]
    assert predictions["truth"].dtype == predictions["prediction"].dtype == np.float64
    assert (predictions["truth"] == Y.to_numpy()[predictions["row"]]).all()


def test_audit_finds_no_test_row_in_any_fit_on_numbers():
    scores, curves, _ = all_kinds_of_sources()
    trained = scores[~scores["source"].str.startswith(("fitted", "corpus"))]
    assert audit(trained)[["n_seen", "n_seen_by_source"]].to_numpy().max() == 0
    assert set(curves["metric"]) == {"ccc"}


def test_networks_fitted_by_hand_predict_the_same():
    scores, _, predictions = all_kinds_of_sources()
    for fold, (train, validation, test) in enumerate(CV.split_with_validation(X, Y, SPEAKER), 1):
        rows = scores[(scores["source"] == "arousal") & (scores["fold"] == fold)]
        row = rows[rows["method"] == "ProgNet"].iloc[0]
        source = DNNRegressor(**OPTIONS, random_state=row["source_seed"])
        validation_set = {"X_val": SCALED[validation], "y_val": AROUSAL[validation]}
        source.fit(SCALED[train], AROUSAL[train], **validation_set)
        method = ProgressiveRegressor(source, **OPTIONS, random_state=row["seed"])
        y_val = Y.to_numpy()[validation]
        method.fit(SCALED[train], Y.to_numpy()[train], X_val=SCALED[validation], y_val=y_val)
        stored = predictions.merge(row[FIT].to_frame().T, on=FIT)
        assert stored["prediction"].tolist() == method.predict(SCALED[stored["row"]]).tolist()
        source_score = ccc_score(AROUSAL[np.sort(test)], source.predict(SCALED[np.sort(test)]))
        assert row["source_score"] == pytest.approx(source_score, abs=1e-12)


def test_source_of_classes_is_scored_by_uar():
    scores = all_kinds_of_sources()[0]
    row = scores[(scores["source"] == "gender") & (scores["fold"] == 1)].iloc[0]
    train, validation, test = next(CV.split_with_validation(X, Y, SPEAKER))
    source = DNNClassifier(**OPTIONS, random_state=row["source_seed"])
    validation_set = {"X_val": SCALED[validation], "y_val": GENDER[validation]}
    source.fit(SCALED[train], GENDER[train], **validation_set)
    assert row["source_score"] == uar_score(GENDER[test], source.predict(SCALED[test]))


def test_source_of_numbers_can_serve_a_target_of_classes():
    scores = run(
        EMOTION,
        methods={"ProgNet": ProgressiveClassifier(**OPTIONS)},
        sources={"arousal": AROUSAL, "corpus": SourceCorpus(X + 1, AROUSAL, SPEAKER)},
        source_estimator={"numbers": DNNRegressor(**OPTIONS)},
    )
    assert set(scores["metric"]) == {"uar"}
    row = scores[(scores["source"] == "arousal") & (scores["fold"] == 1)].iloc[0]
    train, validation, test = next(CV.split_with_validation(X, EMOTION, SPEAKER))
    source = DNNRegressor(**OPTIONS, random_state=row["source_seed"])
    validation_set = {"X_val": SCALED[validation], "y_val": AROUSAL[validation]}
    source.fit(SCALED[train], AROUSAL[train], **validation_set)
    test = np.sort(test)
    expected = ccc_score(AROUSAL[test], source.predict(SCALED[test]))
    assert row["source_score"] == pytest.approx(expected, abs=1e-12)


def test_classifier_as_source_estimator_becomes_an_equal_regressor():
    options = {"methods": {"ProgNet": METHODS["ProgNet"]}, "sources": {"arousal": AROUSAL}}
    classifier = DNNClassifier(**OPTIONS, activation="tanh", class_weight="balanced")
    from_classifier = run(source_estimator=classifier, **options)
    from_regressor = run(
        source_estimator={"numbers": DNNRegressor(**OPTIONS, activation="tanh")}, **options
    )
    assert from_classifier["score"].tolist() == from_regressor["score"].tolist()


@pytest.mark.parametrize(
    ("estimator", "sentence"),
    [
        (
            LogisticRegression(),
            "source_estimator must be a regressor, since the source task 'arousal' holds numbers; "
            "got LogisticRegression. Pass a dict with one for each kind: {'classes': ..., "
            "'numbers': ...}.",
        ),
        (
            DNNClassifier(monitor="accuracy"),
            "source_estimator must be a regressor, since the source task 'arousal' holds numbers; "
            "got DNNClassifier. Pass a dict with one for each kind: {'classes': ..., "
            "'numbers': ...}.",
        ),
        (
            {"classes": DNNClassifier()},
            "source_estimator must have a regressor for 'numbers', since the source task "
            "'arousal' holds numbers; got none. Add one.",
        ),
        (
            {"numbers": DNNClassifier()},
            "source_estimator must have a regressor for 'numbers', since the source task "
            "'arousal' holds numbers; got DNNClassifier. Add one.",
        ),
        (
            {"ratings": DNNClassifier()},
            "source_estimator must be an estimator, or a dict with one for 'classes', for "
            "'numbers', or for both; got the keys ['ratings']. Correct them.",
        ),
        (
            None,
            "source_estimator must be the regressor to train on the source tasks ['arousal']; got "
            "None. Pass a regressor.",
        ),
    ],
)
def test_unsuitable_estimator_for_a_source_of_numbers_is_refused(estimator, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        run(methods=METHODS, sources={"arousal": AROUSAL}, source_estimator=estimator)


@pytest.mark.parametrize(
    ("method", "needs"),
    [
        (PosteriorClassifier(**OPTIONS), "probabilities of the classes of a source"),
        (MultiTaskClassifier(**OPTIONS), "classes of a source task for the rows of X"),
    ],
)
def test_methods_that_need_classes_refuse_a_source_of_numbers(method, needs):
    sentence = f"The method 'it' must have a source with {needs}; got 'arousal'. Add"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        run(
            EMOTION,
            methods={"it": method},
            sources={"arousal": AROUSAL},
            source_estimator=DNNRegressor(**OPTIONS),
        )


@pytest.mark.parametrize(
    ("y", "options", "error", "sentence"),
    [
        (
            Y,
            {"methods": {"LR": LogisticRegression()}},
            TypeError,
            "Methods must be regressors, since 'valence' holds numbers; got LogisticRegression as "
            "'LR'. Use a regressor, or make classes of them first, such as low and high with "
            "pandas.cut.",
        ),
        (
            EMOTION,
            {},
            TypeError,
            "Methods must be classifiers, since 'target' holds classes; got Ridge as 'Ridge'. Use "
            "a classifier, or pass kind='numbers' if it holds numbers.",
        ),
        (
            EMOTION,
            {"kind": "numbers"},
            ValueError,
            "target must hold finite numbers; got 'angry'. Use another column, or learn it as "
            "classes: kind='classes'.",
        ),
        (
            (Y.round(2) + 0.001).astype(str),
            {"kind": "numbers"},
            ValueError,
            f"valence must hold finite numbers; got the text '{Y[0]:.2f}1'. Convert the column "
            "first: astype(float).",
        ),
        (
            pd.Series(pd.date_range("2026-01-01", periods=N)),
            {"kind": "numbers"},
            ValueError,
            "target must hold finite numbers; got Timestamp('2026-01-01 00:00:00'). Use another "
            "column, or learn it as classes: kind='classes'.",
        ),
        (
            Y,
            {"sources": {"same": Y}, "methods": METHODS, "source_estimator": DNNRegressor()},
            ValueError,
            "Sources must be other tasks than the target; got the labels of y as 'same'. Leave it "
            "out.",
        ),
        (
            Y,
            {"kind": "number"},
            ValueError,
            "kind must be one of 'classes', 'numbers'; got 'number'.",
        ),
        (
            Y,
            {"scoring": "uar"},
            ValueError,
            "scoring must be a score of numbers, since 'valence' holds numbers; got 'uar', which "
            "is one of classes. Use 'ccc' or another score of numbers, or pass kind='classes' "
            "(--classes) if 'valence' holds classes.",
        ),
        (
            EMOTION,
            {"scoring": "ccc", "methods": {"LR": LogisticRegression()}},
            ValueError,
            "scoring must be a score of classes, since 'target' holds classes; got 'ccc', which "
            "is one of numbers. Use 'uar' or another score of classes, or pass kind='numbers' "
            "(--numbers) if 'target' holds numbers.",
        ),
        (
            Y.where(Y.index != 3),
            {},
            ValueError,
            "y must have a label for every row; 1 of 90 are missing, the first in row 3 (from "
            "0). Drop those rows or fill in their labels.",
        ),
        (
            Y.where(Y.index != 3, np.inf),
            {},
            ValueError,
            "valence must hold finite numbers; got 1 of 90 infinite. Drop these rows, or correct "
            "them.",
        ),
        (
            np.full(N, 2.5),
            {},
            ValueError,
            "target must hold numbers that vary; got 2.5 in all 90 rows. Use another column.",
        ),
        (
            np.c_[Y, AROUSAL],
            {},
            ValueError,
            "y must have one label or one number for each row, since a run has one target; got "
            "shape (90, 2). Run each column by itself.",
        ),
    ],
)
def test_invalid_targets_methods_and_scores_are_refused(y, options, error, sentence):
    with pytest.raises(error, match=f"^{re.escape(sentence)}$"):
        run(y, **options)


@pytest.mark.parametrize(
    ("y", "hint"),
    [
        (np.arange(N), "To predict whole numbers such as ratings, pass kind='numbers'"),
        (np.arange(0.5, N).astype(str), "If '0.5' is meant as a number, convert the labels"),
    ],
)
def test_error_of_rare_classes_hints_at_numbers_if_labels_look_like_numbers(y, hint):
    with pytest.raises(ValueError, match=f"^Every class must be .*use fewer folds. {hint}"):
        run(y, methods={"LR": LogisticRegression()})


def test_advice_on_a_placebo_without_sources_names_the_progressive_estimator():
    message = r"^placebo=True needs sources; got none\..* and a Progressive{}, or leave"
    with pytest.raises(ValueError, match=message.format("Regressor")):
        run(placebo=True)
    with pytest.raises(ValueError, match=message.format("Classifier")):
        run(np.arange(N) % 2, methods={"LR": LogisticRegression()}, placebo=True)


def test_source_of_numbers_as_text_is_refused_before_training():
    sources = {"arousal": AROUSAL.astype(str)}
    options = {"methods": {"P": METHODS["ProgNet"]}, "sources": sources}
    with pytest.raises(
        ValueError, match=r"^The source task 'arousal' must have 2 .*astype\(float"
    ):
        count_fits(
            *(X, Y),
            **{"groups": SPEAKER, "cv": CV, "source_estimator": DNNClassifier(), **options},
        )


@pytest.mark.parametrize(
    "wrapper",
    [
        TransformedTargetRegressor(DNNRegressor(), transformer=StandardScaler()),
        BaggingRegressor(DNNRegressor()),
        GridSearchCV(DNNRegressor(), {"lr": [0.1]}),
        VotingRegressor([("ridge", Ridge()), ("network", DNNRegressor())]),
        make_pipeline(StandardScaler(), DNNRegressor()),
    ],
)
def test_wrapped_network_with_early_stopping_is_refused(wrapper):
    name = type(wrapper).__name__
    with pytest.raises(ValueError, match=f"'it' must be the network itself.*; got a {name} "):
        run(methods={"it": wrapper})
    with pytest.raises(ValueError, match="the network itself"):
        run(EMOTION, methods={"it": BaggingClassifier(DNNClassifier())})


def test_wrapped_network_without_early_stopping_is_accepted():
    network = DNNRegressor(**OPTIONS, early_stopping=False, random_state=0)
    assert len(run(methods={"it": TransformedTargetRegressor(network)})) == 3
    fitted = FrozenEstimator(DNNRegressor(**OPTIONS).fit(SCALED, AROUSAL))
    assert len(run(methods={"it": VotingRegressor([("a", Ridge()), ("b", fitted)])})) == 3


def test_whole_numbers_are_numbers_with_kind_numbers():
    ratings = np.round(Y).astype(int)
    scores, predictions = run(ratings, kind="numbers", return_predictions=True)
    assert set(scores["metric"]) == {"ccc"}
    assert predictions["truth"].dtype == np.float64
    assert scores["score"].tolist() == run(ratings.astype(float), kind="numbers")["score"].tolist()


def test_folds_need_not_contain_every_whole_number():
    ratings = np.round(10 * Y).astype(int)  # no two speakers have the same numbers
    for cv in (RepeatedStratifiedGroupKFold(3, n_repeats=1, random_state=0), LeaveOneSessionOut()):
        assert len(run(ratings, kind="numbers", cv=cv)) == (3 if hasattr(cv, "n_splits") else 6)


def test_numbers_must_vary_in_the_training_rows():
    y = np.where(SPEAKER == "s0", Y, 2.5)
    sentence = (
        "The numbers to learn must vary in the training rows of every split; got 2.5 in all 60 "
        "rows of repeat 1, fold 1. Use fewer folds."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        run(y, cv=LeaveOneSessionOut())


def test_largest_training_size_gives_the_scores_of_the_whole_training_set():
    cv = RepeatedSpeakerStratifiedKFold(5, n_repeats=1, random_state=0)
    scores = run(cv=cv, train_folds=(1, 3))
    assert set(scores["n_train_folds"]) == {1, 3}
    whole = run(cv=cv)
    largest = scores[scores["n_train_folds"] == 3]
    assert largest["score"].tolist() == whole["score"].tolist()


def test_a_placebo_of_numbers_learns_the_same_numbers_in_another_order():
    class Recorder(DNNRegressor):
        learned = []

        def fit(self, X, y, **options):
            self.learned.append(np.asarray(y))
            return super().fit(X, y, **options)

    run(
        methods={"ProgNet": METHODS["ProgNet"]},
        sources={"arousal": AROUSAL},
        source_estimator=Recorder(**OPTIONS),
        placebo=True,
    )
    learned = Recorder.learned
    train, _, _ = next(CV.split_with_validation(X, Y, SPEAKER))
    true, shuffled = learned[0], learned[1]
    assert true.tolist() == AROUSAL[train].tolist()
    assert sorted(shuffled) == sorted(true)
    assert shuffled.tolist() != true.tolist()


def test_layer_source_can_serve_a_target_of_numbers():
    table = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    scores = run(data=table, methods=METHODS, sources={"layers": LayerSource(["c", "d"])})
    assert set(scores["source"]) == {"none", "layers"}


def test_custom_score_is_accepted_for_numbers():
    rmse = Score("rmse", root_mean_squared_error, greater_is_better=False)
    scores, predictions = run(scoring=rmse, return_predictions=True)
    assert recomputed(predictions, root_mean_squared_error) == scores["score"].tolist()


class PredictsConstant(RegressorMixin, BaseEstimator):
    def __init__(self, value=None):
        self.value = value

    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.zeros((len(X), 2)) if self.value is None else np.full(len(X), self.value)


@pytest.mark.parametrize(
    ("value", "got"), [(None, "shape (30, 2)"), (np.nan, "nan"), (np.inf, "inf"), ("a", "'a'")]
)
def test_predictions_that_are_not_finite_numbers_are_refused(value, got):
    sentence = (
        f"Methods must predict one finite number for each row, shape (30,); got {got} from "
        "'wrong'. Correct this method, or leave it out."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        run(methods={"wrong": PredictsConstant(value)})


def test_predictions_of_zero_in_float32_are_accepted():
    _, predictions = run(
        methods={"zero": PredictsConstant(np.float32(0)), "mean": DummyRegressor()},
        return_predictions=True,
    )
    assert (predictions.loc[predictions["method"] == "zero", "prediction"] == 0).all()


def test_continued_run_gives_the_result_of_a_whole_run(tmp_path):
    options = {"return_predictions": True, "checkpoint": tmp_path}
    run(only="fold=2", **options)
    for resumed, whole in zip(run(**options), run(return_predictions=True), strict=True):
        drop = ["seconds"] if "seconds" in whole else []
        pd.testing.assert_frame_equal(resumed.drop(columns=drop), whole.drop(columns=drop))


class PredictsFirstLabel(BaseEstimator):
    """Learns classes or numbers: it predicts the first label of its training rows."""

    def fit(self, X, y):
        self.first_ = y[0]
        return self

    def predict(self, X):
        return np.full(len(X), self.first_)


def test_checkpoint_of_numbers_is_refused_for_a_run_on_classes(tmp_path):
    ratings = np.round(Y).clip(2, 4)
    options = {"methods": {"first": PredictsFirstLabel()}, "checkpoint": tmp_path}
    options["scoring"] = Score("accuracy", accuracy_score)
    run(ratings, kind="numbers", **options)
    with pytest.raises(ValueError, match=r"differs in kind \(then 'numbers', now 'classes'\)\."):
        run(ratings, **options)


def test_checkpoint_recognises_a_fitted_regressor_by_its_weights(tmp_path):
    options = {"methods": {"ProgNet": METHODS["ProgNet"]}, "checkpoint": tmp_path}
    fitted = DNNRegressor(**OPTIONS, random_state=0).fit(SCALED, AROUSAL)
    scores = run(sources={"arousal": fitted}, only="fold=1", **options)
    repeated = run(
        sources={"arousal": clone(fitted).fit(SCALED, AROUSAL)}, only="fold=1", **options
    )
    assert repeated["seconds"].tolist() == scores["seconds"].tolist()
    other = clone(fitted).fit(SCALED, Y)
    with pytest.raises(ValueError, match=r"differs in sources\.arousal \(then [^;]*\)\. Use"):
        run(sources={"arousal": other}, only="fold=1", **options)


def test_two_threads_give_the_scores_of_one_process():
    with joblib.parallel_config(backend="threading"):
        threaded = run(methods={"DNN": METHODS["DNN"]}, n_jobs=2)
    assert threaded["score"].tolist() == run(methods={"DNN": METHODS["DNN"]})["score"].tolist()


def test_count_fits_counts_targets_and_sources_of_numbers():
    n_fits = count_fits(
        X,
        Y,
        methods=METHODS,
        sources={"arousal": AROUSAL, "gender": GENDER},
        source_estimator=DNNRegressor(**OPTIONS),
        groups=SPEAKER,
        cv=CV,
    )
    assert n_fits == 3 * (1 + 2 * 2)


def test_source_corpus_says_whether_it_holds_numbers_or_classes():
    assert repr(SourceCorpus(X, AROUSAL.round(1))).startswith(
        "SourceCorpus of 90 rows with numbers"
    )
    codes = np.arange(N) % 5
    assert SourceCorpus(X, codes).kind == "classes"
    assert SourceCorpus(X, codes, kind="numbers").kind == "numbers"
