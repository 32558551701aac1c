"""Studies whose target is numbers: their fits, scores, reports and files."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error

from skprognet import DNNClassifier, DNNRegressor
from skprognet.experiments import (
    CorporaDesign,
    TasksDesign,
    file_names,
    format_study,
    plan_study,
    read_design,
    transfer_between_corpora,
    transfer_between_tasks,
    write_study,
)
from skprognet.metrics import Score, ccc_score

NETWORK = {"hidden_layer_sizes": (8,), "max_epochs": 3, "lr": 0.02, "dropout": 0}
FOLDS = {"n_splits": 3, "n_repeats": 1, "n_jobs": 1}
NOT_OF_NUMBERS = ("UAR", "recall", "recogni", "class")


@pytest.fixture(scope="module")
def corpus():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(48, 4))
    labels = pd.DataFrame({"speaker": [f"s{i % 4}" for i in range(48)]})
    labels["gender"] = np.where(labels["speaker"] < "s2", "female", "male")
    labels["valence"] = np.round(3 + X[:, 0] + rng.normal(0, 0.3, 48), 3)
    labels["arousal"] = np.round(3 + X[:, 1], 3)
    return X, labels


@pytest.fixture(scope="module")
def study(corpus):
    return transfer_between_tasks(
        *corpus,
        target="valence",
        sources=["gender", "arousal"],
        methods=["dnn", "progressive"],
        placebo=["gender"],
        other_methods={"ridge": Ridge()},
        estimator=DNNClassifier(**NETWORK),
        **FOLDS,
    )


@pytest.fixture(scope="module")
def corpora(corpus):
    X, labels = corpus
    # One corpus has whole ratings, the other has fractions on another scale.
    whole = labels.assign(valence=labels["valence"].round().astype(int))
    others = labels.assign(valence=2 * labels["valence"])
    return {"first": (X[:24], whole[:24]), "second": (X[24:], others[24:])}


@pytest.fixture(scope="module")
def between_corpora(corpora):
    return transfer_between_corpora(
        corpora,
        emotion="valence",
        methods=["dnn", "progressive"],
        targets=["first"],
        train_folds=[1],
        estimator=DNNRegressor(**NETWORK, loss="absolute_error"),
        **FOLDS,
    )


def test_study_of_numbers_is_scored_by_ccc(study, corpus):
    assert study.design.kind == "numbers"
    assert study.scores["metric"].unique().tolist() == ["ccc"]
    assert set(study.scores["chance"]) == {0}
    fits = study.predictions.groupby(["method", "source", "fold"], sort=False)
    expected = [ccc_score(rows["truth"], rows["prediction"]) for _, rows in fits]
    np.testing.assert_array_equal(study.scores["score"], expected)
    truth = study.predictions.drop_duplicates("row").set_index("row")["truth"].sort_index()
    np.testing.assert_array_equal(truth, corpus[1]["valence"])
    assert "placebo of gender" in set(study.scores["source"])


def test_target_of_classes_is_scored_by_uar_with_a_source_of_numbers(corpus):
    study = transfer_between_tasks(
        *corpus,
        target="gender",
        sources=["valence"],
        estimator=DNNClassifier(**NETWORK),
        **FOLDS,
    )
    assert study.design.kind == "classes"
    assert study.scores["metric"].unique().tolist() == ["uar"]


@pytest.fixture
def without_drawing(monkeypatch):
    """Leave out the drawing, which would take longer than the rest of the test."""
    for module in ("_figures", "_tested"):
        name = f"skprognet.experiments.{module}.pictures"
        monkeypatch.setattr(name, lambda display, suffixes: dict.fromkeys(suffixes, b"<svg/>"))


@pytest.mark.usefixtures("without_drawing")
def test_report_of_numbers_has_no_word_about_classes(study, between_corpora, tmp_path):
    for result, folder in ((study, "tasks"), (between_corpora, "corpora")):
        write_study(result, tmp_path / folder)
        page = (tmp_path / folder / "report.html").read_text("utf-8")
        words = format_study(result) + page[page.index("<header>") :].replace("class=", "")
        words = re.sub(r"UAR \d\.\d{3}", "", words)  # the score of a source with classes
        for word in NOT_OF_NUMBERS:
            assert word not in words, words[words.index(word) - 200 :][:400]
        assert words.startswith("# Valence prediction with transfer from ")
        assert "CCC" in words
    design = read_design(tmp_path / "corpora" / "design.toml")
    assert design == between_corpora.design
    assert (design.kind, design.scoring, design.scale) == ("numbers", "ccc", "z-scores")
    names = {path.name for path in (tmp_path / "corpora").iterdir()}
    assert "prediction_scatter.png" in names
    assert names - {"manifest.json"} <= set(file_names(design))


def test_numbers_of_corpora_are_z_scores_and_the_report_has_their_scale(corpora, between_corpora):
    valence = corpora["first"][1]["valence"]
    truth = between_corpora.predictions.drop_duplicates("row").set_index("row")["truth"]
    assert truth.mean() == pytest.approx(0, abs=1e-12)
    assert truth.std(ddof=0) == pytest.approx(1)
    scale = between_corpora.scales["first"]
    restored = scale["mean"] + scale["standard_deviation"] * truth.sort_index()
    np.testing.assert_allclose(restored, valence)
    np.testing.assert_array_equal(between_corpora.labels["first"]["valence"], valence)
    assert between_corpora.design.estimator.loss == "absolute_error"
    reported = re.search(
        r"first \(mean (\S+), standard deviation (\S+)\)", format_study(between_corpora)
    )
    restored_from_report = truth.sort_index() * float(reported[2]) + float(reported[1])
    np.testing.assert_allclose(restored_from_report, valence, atol=2e-3 * valence.std())


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ({"first": (0, 10), "second": (0, 20)}, lambda y: y / 10),
        ("none", lambda y: y),
    ],
)
def test_scale_of_a_corpus_can_be_a_range_or_none(corpora, scale, expected):
    design = CorporaDesign(
        emotion="valence", scale=scale, train_folds=(1,), n_splits=3, names=list(corpora)
    )
    plan = plan_study(design, corpora)
    run = {run.corpus: run for run in plan.runs}["first"]
    np.testing.assert_allclose(run.arguments["y"], expected(corpora["first"][1]["valence"]))
    assert CorporaDesign.from_dict(plan.design.to_dict()) == plan.design


@pytest.mark.parametrize(
    ("design", "change", "message"),
    [
        (
            TasksDesign,
            {"methods": ["dnn", "posterior"]},
            "Each method for a target of numbers mus",
        ),
        (TasksDesign, {"methods": ["multi-task"]}, "Each method for a target of numbers must be"),
        (CorporaDesign, {"emotions": ["low", "high"]}, "emotions must be None, since 'emotion'"),
        (CorporaDesign, {"scale": "percent"}, "scale must be one of 'z-scores', 'none'; got 'per"),
        (CorporaDesign, {"scale": {"a": (5, 1)}}, "The scale of 'a' must go from a number to a h"),
        (CorporaDesign, {"scale": {"a": (1, np.nan)}}, "The scale of 'a' must be a number, not N"),
        (TasksDesign, {"estimator": DNNClassifier(class_weight="balanced")}, "The estimator must"),
    ],
)
def test_options_that_do_not_apply_to_numbers_are_refused(design, change, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        design(kind="numbers", **change)


def test_data_that_do_not_fit_the_design_are_refused_before_training(corpus, corpora):
    X, labels = corpus
    with pytest.raises(ValueError, match="got 'female', 'male' in 48 of 48 rows of 'gender'"):
        plan_study(TasksDesign(target="gender", sources="speaker", kind="numbers"), X, labels)
    with pytest.raises(ValueError, match=r"scale must be None, .*; got 'none'\. Leave it out"):
        plan_study(CorporaDesign(emotion="gender", scale="none"), corpora)
    with pytest.raises(ValueError, match="must be from 1 to 3, its scale; got "):
        plan_study(
            CorporaDesign(emotion="valence", scale={"first": (1, 3), "second": (0, 20)}), corpora
        )
    mixed = corpora | {"third": (X[:24], labels[:24].assign(valence="high"))}
    with pytest.raises(ValueError, match="'valence' must hold numbers in all corpora, or cl"):
        plan_study(CorporaDesign(emotion="valence"), mixed)


def test_option_kind_decides_whether_numbers_are_classes(corpus):
    X, labels = corpus
    labels = labels.assign(age=np.arange(48) % 3, half=np.arange(48) % 3 / 2)
    options = {"sources": "gender", "n_splits": 3, "n_repeats": 1}
    plan = plan_study(TasksDesign(target="age", **options), X, labels)
    assert plan.design.kind == "classes"
    plan = plan_study(TasksDesign(target="age", kind="numbers", **options), X, labels)
    assert plan.runs[0].arguments["y"].dtype == float
    assert "standard deviation" in str(plan)
    plan = plan_study(TasksDesign(target="half", kind="classes", **options), X, labels)
    assert set(plan.runs[0].arguments["y"]) == {"0.0", "0.5", "1.0"}


@pytest.mark.parametrize("option", [{"estimator": DNNRegressor()}, {"scoring": "ccc"}])
@pytest.mark.parametrize("column_type", [int, float, str])
def test_whole_ratings_need_kind_numbers_for_a_regressor_or_a_score_of_numbers(
    corpus, option, column_type
):
    X, labels = corpus
    labels = labels.assign(rating=(np.arange(48) % 5).astype(column_type))
    options = {"target": "rating", "sources": "gender", "n_splits": 3, "n_repeats": 1, **option}
    with pytest.raises(ValueError, match=r"^The target must hold numbers, .*'numbers'"):
        plan_study(TasksDesign(**options), X, labels)
    assert plan_study(TasksDesign(kind="numbers", **options), X, labels).design.scoring == "ccc"
    fraction = labels.assign(rating=np.arange(48) % 5 / 2)
    assert plan_study(TasksDesign(**options), X, fraction).design.kind == "numbers"


DECIMAL_COMMAS = (
    "Numbers must have decimal points; got {} and 43 more in 'valence'. Write '{}' for {}, or, "
    "if this is the target, pass --classes or kind='classes'."
)
WORD_AMONG_NUMBERS = (
    "A column of numbers must have only finite numbers; got 'high' in 1 of 48 rows of 'valence'. "
    "Correct these rows or leave them out, or, if this is the target, pass --classes or "
    "kind='classes'."
)


def with_commas(labels):
    return labels.assign(valence=labels["valence"].map(lambda x: f"{x:.3f}".replace(".", ",")))


def with_a_word(labels):
    labels = labels.astype({"valence": object})
    labels.loc[5, "valence"] = "high"
    return labels


@pytest.mark.parametrize("kind", [None, "numbers"])
@pytest.mark.parametrize("study", ["target", "source", "corpora"])
def test_ratings_with_a_typing_error_are_refused(corpus, kind, study):
    X, labels = corpus
    run = {
        "target": lambda y: transfer_between_tasks(
            X, y, target="valence", sources=["gender"], kind=kind, **FOLDS
        ),
        "source": lambda y: transfer_between_tasks(
            X, y, target="arousal", sources=["valence"], kind=kind, **FOLDS
        ),
        "corpora": lambda y: transfer_between_corpora(
            {"a": (X + 9, labels), "b": (X, y)}, emotion="valence", kind=kind, **FOLDS
        ),
    }[study]
    with pytest.raises(ValueError, match=f"^{re.escape(WORD_AMONG_NUMBERS)}$"):
        run(with_a_word(labels))
    commas = with_commas(labels)
    values = [repr(value) for value in commas["valence"].unique()[:5]]
    message = DECIMAL_COMMAS.format(
        ", ".join(values), values[0].strip("'").replace(",", "."), values[0]
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        run(commas)


def test_column_of_words_and_a_few_numbers_is_classes(corpus):
    X, labels = corpus
    y = labels.assign(valence=np.where(labels["valence"] > 3, "high", "2.5"))
    y.loc[::3, "valence"] = "low"
    design = TasksDesign(target="valence", sources=("gender",), n_splits=3, n_repeats=1)
    assert plan_study(design, X, y).design.kind == "classes"


def test_target_with_a_single_class_is_refused(corpus):
    X, labels = corpus
    message = "valence must have at least two classes; got 3 in all 48 rows. Use another column."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        transfer_between_tasks(
            X, labels.assign(valence=3), target="valence", sources=["gender"], **FOLDS
        )


def test_a_score_of_numbers_needs_no_further_word_that_the_target_is_numbers(corpus):
    error = Score("error", mean_absolute_error, kind="numbers", greater_is_better=False)
    plan = plan_study(TasksDesign(target="valence", sources=["gender"], scoring=error), *corpus)
    assert isinstance(plan.design.estimator, DNNRegressor)


def test_a_classifier_becomes_a_regressor_with_its_parameters(corpus):
    network = DNNClassifier(
        hidden_layer_sizes=(7,), lr=0.02, patience=3, dropout=0.1, batch_size=16, monitor="loss"
    )
    shared = {
        name: value for name, value in network.get_params().items() if name != "class_weight"
    }
    options = {
        "target": "valence",
        "sources": ["gender", "arousal"],
        "n_splits": 3,
        "n_repeats": 1,
    }
    plan = plan_study(TasksDesign(estimator=network, **options), *corpus)
    arguments = plan.runs[0].arguments
    for each in (*arguments["methods"].values(), *arguments["source_estimator"].values()):
        assert shared.items() <= each.get_params(deep=False).items()
    plan = plan_study(TasksDesign(estimator=DNNClassifier(), **options), *corpus)
    arguments = plan.runs[0].arguments
    assert arguments["methods"]["DNN"].monitor == "ccc"
    assert arguments["source_estimator"]["classes"].monitor == "uar"


def test_scales_are_those_of_the_rows_that_take_part(corpus):
    X, labels = corpus[0].copy(), corpus[1].copy()
    X[16], labels.loc[16] = X[4], labels.loc[4]
    labels.loc[[4, 16], "valence"] = 40.5
    design = CorporaDesign(
        emotion="valence",
        targets=["a"],
        train_folds=[1],
        n_splits=3,
        n_repeats=1,
        duplicates="drop",
    )
    corpora = {"a": (X, labels), "b": (corpus[0] + 9, corpus[1])}
    plan = plan_study(design, corpora)
    y, kept = plan.runs[0].arguments["y"], labels["valence"].drop(16)
    assert len(y) == 47
    assert (y.mean(), y.std(ddof=0)) == pytest.approx((0, 1), abs=1e-12)
    scale = plan.scales["a"]
    np.testing.assert_allclose(scale["mean"] + scale["standard_deviation"] * y, kept)
