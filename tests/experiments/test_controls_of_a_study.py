"""Studies with pretrained layers, rivals and placebos: what runs, what is said, what is drawn."""

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
    """Give the corpus as a DataFrame, with two layers of a network that knows the emotion."""
    X, labels = corpus
    rng = np.random.default_rng(1)
    knows = 1.5 * (labels["emotion"] == "sad").to_numpy()[:, None]
    names = [f"deep.layer{k}.mean.00{i}" for k in (1, 2) for i in range(2)]
    layers = pd.DataFrame(rng.normal(size=(len(X), 4)) + knows, columns=names)
    return pd.concat([pd.DataFrame(X, columns=list("abcde")), layers], axis=1), labels


@pytest.fixture(scope="module")
def controlled(with_layers):
    """Give a study with a pretrained network and a task, side by side and with placebos."""
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


def test_a_study_reads_layers_and_runs_placebos(controlled):
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
    # On each split seven methods, the network of the gender, and that of its placebo.
    assert plan.n_fits == 4 * 9
    assert sum(count_recorded_fits(study.scores)) == plan.n_fits
    assert study.design == TasksDesign.from_dict(study.design.to_dict())


def test_the_features_of_a_study_are_all_columns_but_the_layers(with_layers, controlled):
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
        own, others = (
            table[(table["method"] == method) & (table["source"] == source)]["score"].tolist()
            for table in (study.scores, without.scores)
        )
        assert own == others


def test_pretrained_layers_need_no_other_source(with_layers):
    study = transfer_between_tasks(
        *with_layers, sources=(), layers="deep", methods=["dnn", "progressive"], n_jobs=1, **SMALL
    )
    assert pairs(study) == [("DNN", "none"), ("ProgNet", "deep")]
    assert study.design.title == "Emotion recognition with transfer from deep"


def test_all_sources_are_tasks_and_layers_together(with_layers):
    design = TasksDesign(
        sources="gender", layers="deep", methods=["dnn", "progressive"], all_sources=True, **SMALL
    )
    assert plan_study(design, *with_layers).runs[0].arguments["combined_sources"] == [
        ("gender", "deep")
    ]


def test_a_method_that_can_take_no_source_is_told_before_any_training(with_layers):
    methods = ["dnn", "progressive", "l2-sp"]
    design = TasksDesign(sources=(), layers="deep", methods=methods, **SMALL)
    with pytest.raises(ValueError, match=r"The method 'L2-SP' must have a source with layers of"):
        plan_study(design, *with_layers)
    design = TasksDesign(sources="gender", layers="wav", methods=["dnn", "progressive"], **SMALL)
    X, labels = with_layers
    with pytest.raises(ValueError, match=r"or beginnings of their names, .*; got 'wav\.'"):
        plan_study(design, X[list("abcde")], labels)


def test_each_method_has_the_network_of_the_study_and_what_makes_it_a_rival(corpus):
    keys = ["dnn", "fine-tuned", "progressive", "side-by-side", "linear-probe", "l2-sp", "lp-ft"]
    keys += ["posterior", "multi-task"]
    network = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=10)
    design = TasksDesign(methods=keys, estimator=network, n_splits=4, n_repeats=1)
    methods = plan_study(design, *corpus).runs[0].arguments["methods"]
    assert list(methods) == [
        *("DNN", "PT/FT", "ProgNet", "side by side", "linear probe", "L2-SP", "LP-FT"),
        *("posterior", "multi-task"),
    ]
    own = network.get_params(deep=False)
    for method in methods.values():
        assert own.items() <= method.get_params(deep=False).items()
    assert methods["linear probe"].n_frozen_layers == "all"
    assert methods["L2-SP"].l2_sp == 0.01
    assert methods["LP-FT"].probe_epochs == 3  # a quarter of ten, and rather more than less
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
def test_placebos_of_a_corpus(corpus, placebo):
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
    # On each split three methods, the network of the other corpus, and that of its placebo.
    assert plan.n_fits == 4 * 5
    study = plan.run(n_jobs=1)
    assert pairs(study)[-1] == ("ProgNet", "placebo of women")
    assert CorporaDesign.from_dict(study.design.to_dict()) == design.of_kind("classes")


def test_a_placebo_of_something_else_is_told_before_any_training(corpus):
    with pytest.raises(ValueError, match=r"placebo must hold names of sources, among 'speaker'"):
        plan_study(TasksDesign(placebo=["mood"], **SMALL), *corpus)


def as_if(study, shifts):
    """Return the study as if each method and source were better by so much."""
    pairs = pd.MultiIndex.from_frame(study.scores[["method", "source"]])
    shift = np.array([shifts.get(pair, 0.0) for pair in pairs])
    luck = np.random.default_rng(0).normal(0, 0.004, len(shift))
    scores = study.scores.assign(score=0.6 + shift + luck)
    return Study(scores, study.curves, study.design)


def answer(study):
    return format_study(study).split("\n\n")[1]


def test_the_headline_says_what_helps_and_why(controlled):
    _, study = controlled
    found = as_if(
        study,
        {
            ("ProgNet", "deep"): 0.2,
            ("side by side", "deep"): 0.1,
            ("ProgNet", "gender"): 0.1,
            ("side by side", "gender"): 0.1,
            ("ProgNet", "placebo of gender"): 0.1,
        },
    )
    said = answer(found)
    assert said.startswith("Transfer helps in 4 of 4 comparisons with DNN, all of them also after")
    assert said.endswith(
        "What the source has learned helps (also better than the placebo): ProgNet from deep. The "
        "gain may come from more weights alone (not better than the placebo): ProgNet from "
        "gender. Reading the layers progressively helps further (better than side by side): "
        "ProgNet from deep. Reading the layers progressively adds nothing measurable (not better "
        "than side by side): ProgNet from gender."
    )


def test_what_holm_leaves_no_evidence_of_is_said_to_help_by_the_plain_p_values(controlled):
    _, study = controlled
    found = as_if(study, {("ProgNet", "deep"): 0.2, ("side by side", "deep"): 0.1})
    transfer = found.comparisons["kind"] == "transfer"
    found.comparisons.loc[transfer, "pvalue_holm"] = 0.5
    said = answer(found)
    assert said.startswith(
        "Transfer helps in 2 of 4 comparisons with DNN, none of them also after Holm's correction"
    )
    assert "By the uncorrected p-values, what the source has learned helps (also better" in said
    assert "By the uncorrected p-values, reading the layers progressively helps further" in said
    assert "What the source has learned helps" not in said
    assert "Reading the layers" not in said


def test_one_comparison_is_not_counted(controlled):
    _, study = controlled
    rows = study.scores["source"].isin(["none", "gender"]) & (
        study.scores["method"] != "side by side"
    )
    one = Study(study.scores[rows], study.curves, study.design)
    assert "helps or hurts in the only comparison with DNN." in answer(as_if(one, {}))
    said = answer(as_if(one, {("ProgNet", "gender"): 0.2}))
    assert said.startswith("Transfer helps in the only comparison with DNN, also after Holm's ")


def test_why_a_method_has_no_row_from_layers_is_said_once(controlled, tmp_path, no_figures):
    _, study = controlled
    sentence = "PT/FT has no row from deep, because it has no network to copy."
    assert "no row from" not in format_study(study)
    methods = ["dnn", "fine-tuned", "progressive"]
    design = TasksDesign(sources="gender", layers="deep", methods=methods, **SMALL)
    asked = Study(study.scores, study.curves, design)
    assert format_study(asked).count(sentence) == 1
    page = next(path for path in write_study(asked, tmp_path) if path.name == "report.html")
    assert page.read_text("utf-8").count(sentence) == 1


def test_a_title_names_sources_as_one_reads_them():
    design = TasksDesign(sources=["speaker", "gender"], layers="ge2e")
    assert design.title == "Emotion recognition with transfer from speaker, gender and ge2e"


def test_the_headline_counts_no_placebo(controlled):
    _, study = controlled
    lone = as_if(
        study, {("ProgNet", "placebo of deep"): 0.2, ("ProgNet", "placebo of gender"): -0.2}
    )
    assert answer(lone) == (
        "No evidence that transfer helps or hurts in any of 4 comparisons with DNN."
    )
    assert not lone.comparisons["hurts"].any()


def test_without_the_plain_network_nobody_can_say_whether_transfer_helps(with_layers):
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


def test_the_page_explains_placebos_and_says_what_is_unknown(
    controlled, study, tmp_path, no_figures
):
    _, with_controls = controlled
    page = write_study(with_controls, tmp_path / "a")[-1].read_text("utf-8")
    assert "Audit passed, except for a pretrained source whose training rows are unknown" in page
    assert "could not check the pretrained source deep, because its training rows are" in page
    assert "A placebo is the same network with the same number of weights" in page
    assert re.search(r"<th scope=\"row\">placebo</th><td>yes</td>", page)
    assert "<td>placebo of deep</td>" in page
    plain = write_study(study, tmp_path / "b")[-1].read_text("utf-8")
    assert "<strong>✓ Audit passed</strong>" in plain
    assert "lacebo" not in plain.replace('<th scope="row">placebo</th><td>no</td>', "")


def test_a_layer_source_by_hand_is_what_a_study_takes(with_layers, controlled):
    X, _ = with_layers
    plan, _ = controlled
    given = plan.runs[0].arguments["sources"]["deep"]
    assert given.match(X.columns).columns == LayerSource("deep").match(X.columns).columns
