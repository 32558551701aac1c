"""Studies with pretrained layers, rival methods and placebos: their fits and their reports."""

import re

import numpy as np
import pandas as pd
import pytest

from skprognet import DNNClassifier
from skprognet.evaluation import count_recorded_fits
from skprognet.experiments import (
    CorporaDesign,
    Study,
    TasksDesign,
    format_study,
    plan_study,
    transfer_between_tasks,
    write_study,
)
from skprognet.sources import LayerSource

NETWORK = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=6, lr=0.02, dropout=0.1)
SMALL = {"estimator": NETWORK, "n_splits": 4, "n_repeats": 1}


@pytest.fixture(scope="module")
def with_layers(corpus):
    """Give the corpus as a DataFrame, with two layers from which the emotion can be predicted."""
    X, labels = corpus
    rng = np.random.default_rng(1)
    shift = 1.5 * (labels["emotion"] == "sad").to_numpy()[:, None]
    names = [f"deep.layer{k}.mean.00{i}" for k in (1, 2) for i in range(2)]
    layers = pd.DataFrame(rng.normal(size=(len(X), 4)) + shift, columns=names)
    return pd.concat([pd.DataFrame(X, columns=list("abcde")), layers], axis=1), labels


@pytest.fixture(scope="module")
def controlled(with_layers):
    """Give the plan and the result of a study with layers, a task, a rival and placebos."""
    design = TasksDesign(
        sources="gender",
        layers="deep",
        methods=["dnn", "progressive", "side-by-side"],
        placebo=True,
        **SMALL,
    )
    plan = plan_study(design, *with_layers)
    return plan, plan.run(n_jobs=1)


def pairs(study):
    return list(study.table[["method", "source"]].itertuples(index=False, name=None))


def test_study_with_layers_runs_a_placebo_of_each_source(controlled):
    plan, study = controlled
    assert pairs(study) == [
        ("DNN", "none"),
        ("ProgNet", "gender"),
        ("side by side", "gender"),
        ("ProgNet", "placebo of gender"),
        ("ProgNet", "deep"),
        ("side by side", "deep"),
        ("ProgNet", "placebo of deep"),
    ]
    # Each split has seven methods, the network of the gender, and that of its placebo.
    assert plan.n_fits == 4 * 9
    assert sum(count_recorded_fits(study.scores)) == plan.n_fits
    assert study.design == TasksDesign.from_dict(study.design.to_dict())


def test_layers_are_not_features_of_the_other_methods(with_layers, controlled):
    X, labels = with_layers
    _, study = controlled
    without = transfer_between_tasks(
        X[list("abcde")],
        labels,
        sources="gender",
        methods=["dnn", "progressive"],
        n_jobs=1,
        **SMALL,
    )
    for method, source in (("DNN", "none"), ("ProgNet", "gender")):
        scores, expected = (
            table[(table["method"] == method) & (table["source"] == source)]["score"].tolist()
            for table in (study.scores, without.scores)
        )
        assert scores == expected


def test_pretrained_layers_can_be_the_only_source(with_layers):
    study = transfer_between_tasks(
        *with_layers, sources=(), layers="deep", methods=["dnn", "progressive"], n_jobs=1, **SMALL
    )
    assert pairs(study) == [("DNN", "none"), ("ProgNet", "deep")]
    assert study.design.title == "Emotion recognition with transfer from deep"


def test_all_sources_combines_tasks_and_layers(with_layers):
    design = TasksDesign(
        sources="gender", layers="deep", methods=["dnn", "progressive"], all_sources=True, **SMALL
    )
    assert plan_study(design, *with_layers).runs[0].arguments["combined_sources"] == [
        ("gender", "deep")
    ]


def test_method_without_a_usable_source_is_refused_before_training(with_layers):
    methods = ["dnn", "progressive", "l2-sp"]
    design = TasksDesign(sources=(), layers="deep", methods=methods, **SMALL)
    with pytest.raises(ValueError, match=r"The method 'L2-SP' must have a source with layers of"):
        plan_study(design, *with_layers)
    design = TasksDesign(sources="gender", layers="wav", methods=["dnn", "progressive"], **SMALL)
    X, labels = with_layers
    with pytest.raises(ValueError, match=r"or beginnings of their names, .*; got 'wav\.'"):
        plan_study(design, X[list("abcde")], labels)


def test_rival_methods_have_the_network_of_the_study_and_their_own_parameters(corpus):
    keys = ["dnn", "fine-tuned", "progressive", "side-by-side", "linear-probe", "l2-sp", "lp-ft"]
    keys += ["posterior", "multi-task"]
    network = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=10)
    design = TasksDesign(methods=keys, estimator=network, n_splits=4, n_repeats=1)
    methods = plan_study(design, *corpus).runs[0].arguments["methods"]
    assert list(methods) == [
        *("DNN", "PT/FT", "ProgNet", "side by side", "linear probe", "L2-SP", "LP-FT"),
        *("posterior", "multi-task"),
    ]
    parameters = network.get_params(deep=False)
    for method in methods.values():
        assert parameters.items() <= method.get_params(deep=False).items()
    assert methods["linear probe"].n_frozen_layers == "all"
    assert methods["L2-SP"].l2_sp == 0.01
    assert methods["LP-FT"].probe_epochs == 3  # a quarter of ten, rounded up
    assert (methods["PT/FT"].l2_sp, methods["PT/FT"].probe_epochs) == (0, 0)


def test_every_method_runs_with_a_task_as_its_source(corpus):
    keys = ["dnn", "side-by-side", "linear-probe", "l2-sp", "lp-ft", "posterior", "multi-task"]
    network = DNNClassifier(hidden_layer_sizes=(4,), max_epochs=2)
    study = transfer_between_tasks(
        *corpus,
        sources="gender",
        methods=keys,
        estimator=network,
        n_splits=3,
        n_repeats=1,
        n_jobs=1,
    )
    assert len(study.table) == len(keys)
    assert study.scores["baseline"].unique().tolist() == ["none", "DNN"]


@pytest.mark.parametrize("placebo", [True, ["women"]])
def test_study_between_corpora_runs_the_placebo_of_a_corpus(corpus, placebo):
    X, labels = corpus
    design = CorporaDesign(
        names=("women", "men"),
        methods=["dnn", "progressive"],
        placebo=placebo,
        targets=["men"],
        train_folds=[2],
        **SMALL,
    )
    plan = plan_study(design, {"women": (X[:40], labels[:40]), "men": (X[40:], labels[40:])})
    # Each split has three methods, the network of the other corpus, and that of its placebo.
    assert plan.n_fits == 4 * 5
    study = plan.run(n_jobs=1)
    assert pairs(study)[-1] == ("ProgNet", "placebo of women")
    assert CorporaDesign.from_dict(study.design.to_dict()) == design.of_kind("classes")


def test_placebo_of_an_unknown_source_is_refused_before_training(corpus):
    with pytest.raises(ValueError, match=r"placebo must hold names of sources, among 'speaker'"):
        plan_study(TasksDesign(placebo=["mood"], **SMALL), *corpus)


def with_shifts(study, shifts):
    """Return the study with shifted scores for some pairs of method and source."""
    keys = pd.MultiIndex.from_frame(study.scores[["method", "source"]])
    shift = np.array([shifts.get(pair, 0.0) for pair in keys])
    noise = np.random.default_rng(0).normal(0, 0.004, len(shift))
    scores = study.scores.assign(score=0.6 + shift + noise)
    return Study(scores, study.curves, study.design)


def answer(study):
    return format_study(study).split("\n\n")[1]


def test_answer_says_what_helps_and_why(controlled):
    _, study = controlled
    shifted = with_shifts(
        study,
        {
            ("ProgNet", "deep"): 0.2,
            ("side by side", "deep"): 0.1,
            ("ProgNet", "gender"): 0.1,
            ("side by side", "gender"): 0.1,
            ("ProgNet", "placebo of gender"): 0.1,
        },
    )
    text = answer(shifted)
    assert text.startswith(
        "Transfer helps in 4 of 4 comparisons with DNN (after Holm's correction: all)"
    )
    assert text.endswith(
        "What the source has learned helps (also better than the placebo): ProgNet from deep. The "
        "gain may come from more weights alone (not better than the placebo): ProgNet from "
        "gender. Reading the layers progressively helps further (better than side by side): "
        "ProgNet from deep. It is not shown that reading the layers progressively adds anything "
        "(not better than side by side): ProgNet from gender."
    )


def test_answer_says_uncorrected_when_holm_leaves_no_evidence(controlled):
    _, study = controlled
    shifted = with_shifts(study, {("ProgNet", "deep"): 0.2, ("side by side", "deep"): 0.1})
    transfer = shifted.comparisons["kind"] == "transfer"
    shifted.comparisons.loc[transfer, "pvalue_holm"] = 0.5
    text = answer(shifted)
    assert text.startswith(
        "Transfer helps in 2 of 4 comparisons with DNN (after Holm's correction: none)"
    )
    assert "By the uncorrected p-values, what the source has learned helps (also better" in text
    assert "By the uncorrected p-values, reading the layers progressively helps further" in text
    assert "What the source has learned helps" not in text
    assert "Reading the layers" not in text


def test_answer_does_not_count_a_single_comparison(controlled):
    _, study = controlled
    rows = study.scores["source"].isin(["none", "gender"]) & (
        study.scores["method"] != "side by side"
    )
    with_one_comparison = Study(study.scores[rows], study.curves, study.design)
    assert "helps or hurts in the only comparison with DNN." in answer(
        with_shifts(with_one_comparison, {})
    )
    text = answer(with_shifts(with_one_comparison, {("ProgNet", "gender"): 0.2}))
    assert text.startswith("Transfer helps in the only comparison with DNN, also after Holm's ")


def test_report_says_once_why_a_method_has_no_row_from_layers(controlled, tmp_path, no_figures):
    _, study = controlled
    sentence = "PT/FT has no row from deep: the data hold its layers, but no network to copy."
    assert "no row from" not in format_study(study)
    methods = ["dnn", "fine-tuned", "progressive"]
    design = TasksDesign(sources="gender", layers="deep", methods=methods, **SMALL)
    with_fine_tuned = Study(study.scores, study.curves, design)
    assert format_study(with_fine_tuned).count(sentence) == 1
    page = next(
        path for path in write_study(with_fine_tuned, tmp_path) if path.name == "report.html"
    )
    assert page.read_text("utf-8").count(sentence) == 1


def test_title_lists_tasks_and_layers():
    design = TasksDesign(sources=["speaker", "gender"], layers="ge2e")
    assert design.title == "Emotion recognition with transfer from speaker, gender and ge2e"


def test_answer_does_not_count_placebos(controlled):
    _, study = controlled
    shifted = with_shifts(
        study, {("ProgNet", "placebo of deep"): 0.2, ("ProgNet", "placebo of gender"): -0.2}
    )
    assert answer(shifted) == (
        "No evidence that transfer helps or hurts in any of 4 comparisons with DNN."
    )
    assert not shifted.comparisons["hurts"].any()


def test_answer_is_unknown_without_a_network_that_uses_no_source(with_layers):
    study = transfer_between_tasks(
        *with_layers,
        sources=(),
        layers="deep",
        methods=["progressive", "side-by-side"],
        n_jobs=1,
        **SMALL,
    )
    assert "This study cannot tell whether transfer helps: no network was run both" in answer(
        study
    )


def test_report_explains_placebos_and_names_what_the_audit_could_not_check(
    controlled, study, tmp_path, no_figures
):
    _, with_controls = controlled
    page = write_study(with_controls, tmp_path / "a")[-1].read_text("utf-8")
    assert "Audit passed, except for a pretrained source whose training rows are unknown" in page
    assert "could not check the pretrained source deep, because its training rows are" in page
    assert "A placebo is the same network with the same number of weights" in page
    assert re.search(r"<th scope=\"row\">placebo</th><td>yes</td>", page)
    assert "<td>placebo of deep</td>" in page
    page_without_controls = write_study(study, tmp_path / "b")[-1].read_text("utf-8")
    assert "<strong>✓ Audit passed</strong>" in page_without_controls
    assert "lacebo" not in page_without_controls.replace(
        '<th scope="row">placebo</th><td>no</td>', ""
    )


def test_option_layers_gives_the_same_columns_as_a_layer_source(with_layers, controlled):
    X, _ = with_layers
    plan, _ = controlled
    source = plan.runs[0].arguments["sources"]["deep"]
    assert source.match(X.columns).columns == LayerSource("deep").match(X.columns).columns
