"""Three corpora with different labels: single sources, all others together, and warnings."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

from skprognet import DNNClassifier
from skprognet.evaluation import SourceCorpus, cross_validate_transfer
from skprognet.experiments import (
    CorporaDesign,
    format_study,
    plan_study,
    transfer_between_corpora,
)
from skprognet.results import corpora_matrix

SMALL = {"n_splits": 3, "n_repeats": 1}
OPTIONS = SMALL | {
    "estimator": DNNClassifier(hidden_layer_sizes=(4,), max_epochs=2, lr=0.02),
    "methods": ["dnn", "progressive"],
    "train_folds": [1],
}


def corpus(seed, emotions):
    rng = np.random.default_rng(seed)
    labels = pd.DataFrame({"emotion": np.repeat(np.array(emotions), 12)})
    labels["speaker"] = [f"s{i % 3}" for i in range(len(labels))]
    X = rng.normal(seed, size=(len(labels), 4)) + (labels["emotion"] == "sad").to_numpy()[:, None]
    return pd.DataFrame(X, columns=list("abcd")), labels


CORPORA = {
    "emodb": corpus(0, ["angry", "bored", "sad"]),
    "iemocap": corpus(1, ["angry", "happy", "sad"]),
    "ravdess": corpus(2, ["angry", "sad"]),
}


@pytest.fixture(scope="module")
def study():
    with pytest.warns(UserWarning, match="different labels"):
        return transfer_between_corpora(CORPORA, leave_one_corpus_out=True, n_jobs=1, **OPTIONS)


def rows_of_pair(scores, source, target):
    rows = scores[(scores["corpus"] == target) & scores["source"].isin(["none", source])]
    return rows.drop(columns="seconds").reset_index(drop=True)


def test_each_corpus_is_the_target_of_each_other_one_and_of_all_others(study):
    pairs = study.scores.groupby(["corpus", "method", "source"], sort=False).size()
    assert (pairs == 3).all()
    assert [(corpus, source) for corpus, _, source in pairs.index] == [
        (corpus, source)
        for corpus, others in {
            "iemocap": ("emodb", "ravdess"),
            "ravdess": ("emodb", "iemocap"),
            "emodb": ("iemocap", "ravdess"),
        }.items()
        for source in ("none", *others, "all others")
    ]
    assert study.audit is not None
    assert study.design.names == tuple(CORPORA)
    title = "# Emotion recognition with transfer between emodb, iemocap and ravdess"
    assert format_study(study).startswith(title)


def test_scores_of_a_pair_do_not_depend_on_other_corpora(study):
    options = {"sources": ["ravdess"], "targets": ["emodb"]}
    with pytest.warns(UserWarning, match="different labels"):
        scores = transfer_between_corpora(CORPORA, **options, n_jobs=1, **OPTIONS).scores
    expected = rows_of_pair(study.scores, "ravdess", "emodb")
    pd.testing.assert_frame_equal(scores.drop(columns="seconds"), expected, check_exact=True)


def test_source_all_others_equals_a_pooled_source_corpus(study):
    others = [CORPORA["emodb"], CORPORA["iemocap"]]
    labels = pd.concat([labels for _, labels in others])
    pooled = SourceCorpus(
        pd.concat([features for features, _ in others]),
        labels["emotion"],
        labels["speaker"],
        corpora=np.repeat(["emodb", "iemocap"], 36),
    )
    design = CorporaDesign(names=["emodb", "ravdess"], targets=["ravdess"], **OPTIONS)
    with pytest.warns(UserWarning, match="different labels"):
        plan = plan_study(design, {name: CORPORA[name] for name in design.names})
    arguments = plan.runs[0].arguments | {"sources": {"all others": pooled}}
    by_hand, *_ = cross_validate_transfer(**arguments, n_jobs=1)
    expected = rows_of_pair(study.scores, "all others", "ravdess")
    pd.testing.assert_frame_equal(by_hand.drop(columns="seconds"), expected, check_exact=True)


def test_matrix_equals_the_comparisons_and_report_has_mean_ranks(study):
    matrix = corpora_matrix(study.scores, study.comparisons)
    rows = study.comparisons[study.comparisons["kind"] == "transfer"]
    assert matrix["gain"].tolist() == rows["difference"].tolist()
    assert matrix["pvalue_holm"].tolist() == rows["pvalue_holm"].tolist()
    assert "- Mean ranks, 1 is best: " in format_study(study)
    subset = study.scores[study.scores["corpus"] != "emodb"]
    subset = subset[subset["method"].eq("DNN") | subset["source"].isin(["iemocap", "ravdess"])]
    two_methods = [
        subset,
        subset[subset["method"] != "DNN"].assign(method="PT/FT"),
    ]
    study = type(study)(pd.concat(two_methods), pd.DataFrame(), study.design)
    assert (
        "This study says nothing about corpora in general: ranks of 3 methods need at least 3 "
        "target corpora; there are 2."
    ) in format_study(study)


def test_answer_names_the_tests_within_and_over_corpora(study):
    def answer(shifts):
        # With such differences between folds, there is no evidence within a corpus.
        noise = (study.scores["fold"] - 2) * (study.scores["method"] == "DNN") * 0.4
        shift = study.scores["source"].map(shifts).fillna(0)
        scores = study.scores.assign(score=0.5 + shift + noise)
        text = format_study(type(study)(scores, pd.DataFrame(), study.design))
        return text.split("\n\n")[1].replace("\\", "")

    within = (
        "No evidence that transfer helps or hurts in any of 9 comparisons with DNN on single "
        "corpora. "
    )
    others = dict.fromkeys(CORPORA, -0.05)
    paragraph = answer(others | {"all others": -0.1})
    assert (
        f"{within}ProgNet from all others is worse than DNN over 3 corpora: mean rank 3"
        in paragraph
    )
    assert paragraph.count("over 3 corpora") == 1
    paragraph = answer(others | {"all others": 0})
    assert paragraph.endswith(f"{within}No evidence over 3 corpora that transfer helps or hurts.")


def test_warning_names_kept_and_dropped_labels_before_training():
    sentence = (
        "The study keeps the labels 'angry', 'sad', 'happy' of 'emotion'. 'emodb': 24 of 36 rows, "
        "without 'bored'; it has no 'happy'. 'iemocap': 36 of 36 rows. 'ravdess': 24 of 24 rows; "
        "it has no 'happy'."
    )
    design = CorporaDesign(emotions=["angry", "sad", "happy"], **OPTIONS)
    with pytest.warns(UserWarning, match=f"^{re.escape(sentence)}$"):
        plan = plan_study(design, CORPORA)
    assert plan.design.names == tuple(CORPORA)
    assert [run.corpus for run in plan.runs] == ["iemocap", "ravdess", "emodb"]
    assert plan.n_fits == 3 * 3 * (1 + 2 * 2)
    assert [len(run.arguments["y"]) for run in plan.runs] == [36, 24, 24]


def test_rows_of_other_emotions_are_not_used_and_row_numbers_do_not_change():
    options = {"emotions": ["angry", "sad"], "targets": "emodb", "sources": "ravdess"}
    with pytest.warns(UserWarning, match="24 of 36 rows, without 'bored'"):
        study = transfer_between_corpora(CORPORA, n_jobs=1, **options, **OPTIONS)
    assert study.scores["n_test"].sum() == 2 * 24
    assert study.scores["rows_tested"].str.startswith("36:").all()
    assert study.dropped_rows == {}
    labels = CORPORA["emodb"][1]
    is_chosen = labels["emotion"] != "bored"
    corpora = {"emodb": (CORPORA["emodb"][0][is_chosen], labels[is_chosen])}
    corpora["ravdess"] = CORPORA["ravdess"]
    expected = transfer_between_corpora(corpora, targets="emodb", n_jobs=1, **OPTIONS).scores
    np.testing.assert_array_equal(study.scores["score"], expected["score"])


def test_emotions_that_every_corpus_has_cause_no_warning():
    # Any warning would be an error.
    design = CorporaDesign(emotions=["angry", "sad"], **OPTIONS)
    plan_study(design, {"a": corpus(0, ["angry", "sad"]), "b": corpus(1, ["angry", "sad"])})


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"emotions": ["angry", "hapy"]},
            ValueError,
            "emotions must be labels that some corpus has, among 'angry', 'bored', 'happy', "
            "'sad'; got 'hapy'. Did you mean 'happy'?",
        ),
        (
            {"emotions": ["angry", "bored"]},
            ValueError,
            "Each corpus must have at least two of the emotions 'angry', 'bored'; got 'angry' in "
            "'iemocap', among 'angry', 'happy', 'sad'. Add labels to emotions, or leave the "
            "corpus out.",
        ),
        (
            {"targets": ["ravdes"]},
            ValueError,
            "targets must hold names of corpora, among 'emodb', 'iemocap', 'ravdess'; got "
            "'ravdes'. Did you mean 'ravdess'?",
        ),
        (
            {"placebo": ["mood"], "emotions": ["angry", "sad"]},
            ValueError,
            "placebo must hold names of sources, among 'emodb', 'ravdess'; got 'mood'. Correct "
            "these names.",
        ),
    ],
)
def test_invalid_emotions_targets_and_placebos_are_refused(options, error, message):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The study keeps the labels")
        with pytest.raises(error, match=f"^{re.escape(message)}"):
            plan_study(CorporaDesign(**OPTIONS | options), CORPORA)


def test_corpora_without_a_common_label_are_refused_only_as_source_and_target():
    corpora = {
        "a": corpus(0, ["angry", "sad"]),
        "b": corpus(1, ["calm", "happy"]),
        "c": corpus(2, ["angry", "calm", "happy", "sad"]),
    }
    with pytest.warns(
        UserWarning, match="no label is in all corpora; 'a' has 'angry', 'sad'; 'b' has"
    ):
        plan = plan_study(CorporaDesign(targets="c", **OPTIONS), corpora)
    assert list(plan.runs[0].arguments["sources"]) == ["a", "b"]
    with pytest.raises(
        ValueError, match=r"got 'calm', 'happy' in 'b' and 'angry', 'sad' in 'a'\. "
    ):
        plan_study(CorporaDesign(targets="a", **OPTIONS), corpora)


def test_scores_of_a_pair_do_not_depend_on_the_order_of_columns_of_a_third_corpus():
    corpora = {name: corpus(seed, ["angry", "sad"]) for seed, name in enumerate("abc")}
    corpora = {name: (pd.DataFrame(X).add_prefix("f"), y) for name, (X, y) in corpora.items()}
    X, labels = corpora["c"]
    corpora["c"] = X[X.columns[::-1]], labels
    alone, among = (
        transfer_between_corpora(corpora, targets=targets, sources=["a"], **OPTIONS, n_jobs=1)
        for targets in (["b"], ["c", "b"])
    )
    scores = among.scores[among.scores["corpus"] == "b"]
    assert scores["score"].tolist() == alone.scores["score"].tolist()


def test_labels_nearly_the_same_in_two_corpora_cause_a_warning():
    corpora = {"a": corpus(0, ["anger", "sad"]), "b": corpus(1, ["angry", "sad"])}
    with (
        pytest.warns(UserWarning, match="different labels"),
        pytest.warns(UserWarning, match="nearly the same: 'anger' and 'angry'"),
    ):
        plan_study(CorporaDesign(**OPTIONS), corpora)


def test_placebo_of_a_corpus_is_run_for_all_other_targets():
    design = CorporaDesign(placebo=["emodb"], **OPTIONS)
    with pytest.warns(UserWarning, match="different labels"):
        plan = plan_study(design, CORPORA)
    placebos = {run.corpus: run.arguments["placebo"] for run in plan.runs}
    assert placebos == {"iemocap": ("emodb",), "ravdess": ("emodb",), "emodb": ()}


def test_arrays_beside_tables_with_other_orders_of_columns_are_refused():
    corpora = {name: corpus(seed, ["angry", "sad"]) for seed, name in enumerate("abc")}
    X, labels = corpora["b"]
    corpora["b"] = X[X.columns[::-1]], labels
    corpora["c"] = corpora["c"][0].to_numpy(), corpora["c"][1]
    with pytest.raises(ValueError, match=r"must have named features, .* got arrays for 'c'\."):
        plan_study(CorporaDesign(**OPTIONS), corpora)


def test_integer_classes_with_a_missing_label_are_the_same_as_in_another_corpus():
    (X, first), (_, second) = corpus(0, ["angry", "sad"]), corpus(1, ["angry", "sad"])
    first["emotion"] = np.repeat([1, 2, 3], 8)
    second["emotion"] = [np.nan, *np.repeat([1.0, 2.0], 12)[1:]]
    labels = {"a": (X, first), "b": (X + 1, second)}
    with pytest.warns(UserWarning, match="The study keeps the labels"):
        plan = plan_study(CorporaDesign(emotions=["1", "2"], **OPTIONS), labels)
    assert {str(label) for label in plan.runs[0].arguments["y"]} == {"1", "2"}


def test_layers_of_a_speech_model_that_count_as_features_are_named():
    names = [f"ge2e.layer1.mean.{number:03d}" for number in range(4)]
    corpora = {
        name: (X.set_axis(names, axis=1), labels)
        for name, (X, labels) in ((n, corpus(i, ["angry", "sad"])) for i, n in enumerate("ab"))
    }
    with pytest.warns(UserWarning, match=r"count as features here\. To leave them out"):
        plan_study(CorporaDesign(**OPTIONS), corpora)


def test_predictions_and_labels_keep_the_numbers_of_rows_if_others_are_left_out():
    X, labels = (frame.copy() for frame in CORPORA["emodb"])
    X.iloc[2], labels.iloc[2] = X.iloc[1], labels.iloc[1]
    kept = [row for row in range(36) if row != 2 and labels["emotion"][row] != "bored"]
    options = {"targets": "emodb", "emotions": ["angry", "sad"], "duplicates": "drop"}
    corpora = {"emodb": (X, labels), "ravdess": CORPORA["ravdess"]}
    with pytest.warns(UserWarning, match="without 'bored'"):
        study = transfer_between_corpora(corpora, n_jobs=1, **options, **OPTIONS)
    predictions = study.predictions[study.predictions["source"] == "none"]
    assert sorted(predictions["row"]) == kept
    assert study.dropped_rows == {"emodb": [2]}
    assert predictions["truth"].tolist() == labels["emotion"][predictions["row"]].tolist()
    assert study.labels["emodb"]["emotion"].to_dict() == labels["emotion"][kept].to_dict()
