"""The design of a study: defaults and ranges, checked before there are data."""

import inspect
import re
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pandas as pd
import pytest
import tomli_w
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, zero_one_loss

from skprognet import DNNClassifier
from skprognet.cli._studies import corpora as corpora_verb
from skprognet.cli._studies import tasks as tasks_verb
from skprognet.evaluation import count_recorded_fits
from skprognet.experiments import (
    CorporaDesign,
    TasksDesign,
    options_of,
    plan_study,
    read_design,
    transfer_between_corpora,
    transfer_between_tasks,
)
from skprognet.metrics import Score

STUDIES = [(TasksDesign, transfer_between_tasks), (CorporaDesign, transfer_between_corpora)]
# Arguments that say where the data are or how the work is done are not part of a design.
NOT_IN_DESIGN = {
    "X",
    "labels",
    "source",
    "target_corpus",
    "checkpoint",
    "n_jobs",
    "n_together",
    "verbose",
}


@pytest.mark.parametrize(("design", "function"), STUDIES)
def test_function_and_design_have_the_same_arguments_and_defaults(design, function):
    parameters = inspect.signature(function).parameters.values()
    defaults = {p.name: p.default for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}
    defaults = {name: default for name, default in defaults.items() if name not in NOT_IN_DESIGN}
    # The function takes the names of corpora as the keys of a dict.
    in_dict = {"names"} if design is CorporaDesign else set()
    assert defaults == {f.name: f.default for f in fields(design) if f.name not in in_dict}


@pytest.mark.parametrize(
    ("design", "verb"), [(TasksDesign, tasks_verb), (CorporaDesign, corpora_verb)]
)
def test_each_field_has_an_option_or_says_why_not(design, verb):
    options = options_of(design)
    assert set(options) <= {param.name for param in verb.params}
    for field in fields(design):
        if field.name not in options:
            assert field.metadata.get("no_option")
    for param in verb.params:
        if param.name in options and param.name != "kind":  # kind is two flags with their own help
            assert param.help.startswith(options[param.name].metadata["option"].help)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"folds": "random"}, ValueError, "folds must be one of 'speaker-stratified', 'speaker-i"),
        ({"normalisation": "speakers"}, ValueError, "normalisation must be one of 'corpus', "),
        ({"duplicates": "no"}, ValueError, "duplicates must be one of 'keep', 'drop', 'error'"),
        ({"n_splits": 2}, ValueError, "n_splits must satisfy 3 <= n_splits; got 2."),
        ({"n_repeats": 0}, ValueError, "n_repeats must satisfy 1 <= n_repeats; got 0."),
        ({"n_repeats": 2.5}, TypeError, "n_repeats must be an integer; got 2.5."),
        ({"random_state": -1}, ValueError, "random_state must satisfy 0 <= random_state <= "),
        ({"speaker": None}, TypeError, "speaker must be text; got None."),
        ({"speaker": " "}, ValueError, "speaker must not be empty; got ' '."),
        ({"estimator": DNNClassifier(lr=-1)}, ValueError, "lr must satisfy 0 < lr; got -1."),
        ({"estimator": DNNClassifier}, TypeError, "estimator must be a DNNClassifier or a "),
    ],
)
@pytest.mark.parametrize("design", [TasksDesign, CorporaDesign])
def test_invalid_value_is_refused_without_data(design, change, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        design(**change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"names": ("a", "a")}, "names must have each value once; got 'a' twice."),
        ({"names": ("a",)}, "names must hold at least two corpora; got ('a',)."),
        ({"sources": []}, "sources must have at least one value, or be None; got none."),
        ({"emotions": "sad"}, "emotions must be at least two labels; got ('sad',)."),
        ({"train_folds": (1, 0)}, "train_folds must satisfy 1 <= train_folds; got 0."),
        ({"tasks": ["b"]}, "The name of a corpus must not be that of a task, nor 'all others' "),
        ({"targets": ["B"]}, "targets must hold names of corpora, among 'a', 'b'; got 'B'. Did y"),
        ({"sources": "a"}, "Each target must have another corpus as its source; got none for 'a'"),
        (
            {"leave_one_corpus_out": True},
            "leave_one_corpus_out needs at least two sources for each target; got only 'a' for "
            "'b'. Switch it off, or add corpora.",
        ),
    ],
)
def test_invalid_value_of_a_design_of_corpora_is_refused(change, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        CorporaDesign(**{"names": ("a", "b")} | change)


def test_designs_are_immutable_and_compare_by_value():
    design = TasksDesign(sources="gender", n_repeats=np.int64(2))
    assert design.sources == ("gender",)
    assert type(design.n_repeats) is int
    assert design == TasksDesign(sources=["gender"], n_repeats=2)
    assert design != replace(design, n_repeats=3)
    assert design != replace(design, estimator=DNNClassifier(lr=0.1))
    with pytest.raises(FrozenInstanceError):
        design.n_repeats = 3
    assert TasksDesign(**design.to_arguments()) == design


@pytest.mark.parametrize(
    ("folds", "normalisation", "columns"),
    [
        ("speaker-stratified", "corpus", ["emotion", "gender", "speaker"]),
        ("leave-one-session-out", "corpus", ["emotion", "gender", "session"]),
        ("leave-one-session-out", "speaker", ["emotion", "gender", "session", "speaker"]),
    ],
)
def test_design_names_the_columns_that_it_needs(folds, normalisation, columns):
    design = TasksDesign(sources=["gender"], folds=folds, normalisation=normalisation)
    assert design.columns == columns


NETWORK = DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1)


def test_study_between_tasks_trains_as_many_networks_as_planned(corpus, study):
    assert plan_study(study.design, *corpus).n_fits == 8 * (1 + 2 * 3)
    assert sum(count_recorded_fits(study.scores)) == 8 * (1 + 2 * 3)
    design = TasksDesign(all_sources=True, n_splits=3, n_repeats=2, estimator=NETWORK)
    plan = plan_study(design, *corpus)
    assert plan.n_fits == 6 * (1 + 2 * 3 + 1)
    assert sum(count_recorded_fits(plan.run(n_jobs=1).scores)) == plan.n_fits


def test_study_between_corpora_trains_as_many_networks_as_planned(corpus, corpora):
    X, labels = corpus
    halves = (X[:40], labels[:40]), (X[40:], labels[40:])
    names = corpora.design.names
    plan = plan_study(corpora.design, dict(zip(names, halves, strict=True)))
    assert plan.n_fits == 2 * 4 * (1 + 2 * 3)
    assert sum(count_recorded_fits(corpora.scores)) == plan.n_fits
    design = CorporaDesign(
        tasks=["gender"], train_folds=(1, 2), n_splits=4, n_repeats=1, estimator=NETWORK
    )
    plan = plan_study(design, {"a": halves[0], "b": halves[1]})
    assert plan.n_fits == 2 * 4 * (1 + 2 * (3 + 4))
    assert sum(count_recorded_fits(plan.run(n_jobs=1).scores)) == plan.n_fits


def test_plan_refuses_data_that_do_not_fit_the_design(corpus):
    X, labels = corpus
    with pytest.raises(ValueError, match="Each speaker must have at least n_splits=40 rows"):
        plan_study(TasksDesign(n_splits=40), X, labels)
    with pytest.raises(
        ValueError, match=r"^labels must have a row for each of the 50 rows of X; got 80"
    ):
        plan_study(TasksDesign(), X[:50], labels)
    with pytest.raises(TypeError, match="must be a tuple"):
        plan_study(CorporaDesign(), {"a": X, "b": X})
    with pytest.raises(TypeError, match=r"corpora must be a dict such as .*; got tuple\. "):
        plan_study(CorporaDesign(), corpus)
    with pytest.raises(ValueError, match="must be those of the design, 'a', 'b'; got 'a', 'c'"):
        plan_study(CorporaDesign(names=["a", "b"]), {"a": corpus, "c": corpus})


@pytest.mark.parametrize(
    ("make_design", "error", "message"),
    [
        (
            lambda: TasksDesign(all_sources="no"),
            TypeError,
            "all_sources must be True or False; got 'no'.",
        ),
        (
            lambda: CorporaDesign(leave_one_corpus_out="no"),
            TypeError,
            "leave_one_corpus_out must be True or False; got 'no'.",
        ),
        (
            lambda: TasksDesign(sources=["gender", "gender"]),
            ValueError,
            "sources must have each value once; got 'gender' twice. Remove one.",
        ),
        (
            lambda: TasksDesign(sources=[]),
            ValueError,
            "sources or layers must have at least one name; got none. Give columns of",
        ),
        (
            lambda: TasksDesign(layers=["ge2e", "gender"]),
            ValueError,
            "sources and layers must have different names; got 'gender' in both.",
        ),
        (
            lambda: TasksDesign(methods=["dnn", "prognet"]),
            ValueError,
            "methods must be one of 'dnn', 'fine-tuned', 'progressive'",
        ),
        (
            lambda: CorporaDesign(methods=[]),
            ValueError,
            "methods must have at least one value, such as 'dnn'; got none. Add a value.",
        ),
        (
            lambda: TasksDesign(placebo=1),
            TypeError,
            "placebo must be True, False or a list; got 1.",
        ),
        (
            lambda: TasksDesign(other_methods={"ProgNet": LogisticRegression()}),
            ValueError,
            "other_methods must not use the names of the package's methods; got 'ProgNet'.",
        ),
        (
            lambda: CorporaDesign(train_folds=1),
            TypeError,
            "train_folds must be a list of values; got 1.",
        ),
        (
            lambda: TasksDesign.from_dict({"n_repeat": 3}),
            ValueError,
            "The design must have only known names; got 'n_repeat'. Did you mean 'n_repeats'?",
        ),
        (
            lambda: TasksDesign.from_dict(CorporaDesign().to_dict()),
            ValueError,
            "The design must be of the study 'tasks'; got 'corpora'. Use the class of the",
        ),
        (
            lambda: CorporaDesign.from_dict({"both_directions": True}),
            ValueError,
            "The design must be of this version; got 'both_directions' of an earlier version",
        ),
        (
            lambda: TasksDesign.from_dict({"network": {"random_state": 3}}),
            ValueError,
            "The design must have 'random_state' above its tables",
        ),
        (
            lambda: TasksDesign.from_dict(
                TasksDesign(other_methods={"LR": LogisticRegression()}).to_dict()
            ),
            ValueError,
            "The design must be complete; got one without 'other_methods.LR: LogisticReg",
        ),
        (
            lambda: TasksDesign.from_dict([]),
            TypeError,
            "The design must be a dict; got []. Pass a dict.",
        ),
        (
            lambda: TasksDesign.from_dict({"network": "big"}),
            ValueError,
            "The design must have 'network' as a table, which is a dict in Python; got 'big'.",
        ),
    ],
)
def test_mistaken_arguments_are_refused(make_design, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        make_design()


@pytest.mark.parametrize("placebo", [False, True, ["gender"], ["gender", "ge2e"]])
def test_placebos_are_written_and_read_back(placebo, tmp_path):
    design = TasksDesign(
        sources="gender", layers="ge2e", methods=["dnn", "progressive"], placebo=placebo
    )
    assert design.placebo == (tuple(placebo) if isinstance(placebo, list) else placebo)
    (tmp_path / "d.toml").write_text(tomli_w.dumps(design.to_dict()), "utf-8")
    stored = read_design(tmp_path / "d.toml")
    assert stored == design
    assert (stored.layers, stored.methods) == (("ge2e",), ("dnn", "progressive"))
    assert stored.title == "Emotion recognition with transfer from gender and ge2e"


def test_empty_list_of_placebos_equals_no_placebos():
    assert TasksDesign(placebo=[]) == TasksDesign() == TasksDesign(placebo=False)


def test_layers_can_be_the_only_source_of_a_design():
    assert TasksDesign(sources=(), layers="ge2e").columns == ["emotion", "speaker"]


def test_design_does_not_change_with_its_arguments():
    estimator, other_methods = DNNClassifier(max_epochs=4), {}
    design = TasksDesign(estimator=estimator, other_methods=other_methods)
    estimator.max_epochs, other_methods["LR"] = 9, LogisticRegression()
    assert design.to_dict()["network"]["max_epochs"] == 4
    assert design.other_methods == {}


def test_target_as_its_own_source_is_refused():
    labels = pd.DataFrame({"gender": ["a", "b"] * 9, "speaker": list("stu") * 6})
    design = TasksDesign(target="gender", sources=["gender"])
    with pytest.raises(
        ValueError, match=r"^sources must be other tasks than the target; got 'gen"
    ):
        plan_study(design, np.eye(18), labels)


def test_fine_tuning_is_left_out_of_the_defaults_if_layers_are_the_only_source():
    """The default methods are those that can use some source of the study."""
    assert TasksDesign(sources=(), layers=("ge2e",)).methods == ("dnn", "progressive")
    assert TasksDesign(layers=("ge2e",)).methods == ("dnn", "fine-tuned", "progressive")


def test_designs_with_different_scores_of_the_user_differ():
    first, second = (
        Score("mine", function, range=(0, 1)) for function in (accuracy_score, zero_one_loss)
    )
    assert TasksDesign(scoring=first) == TasksDesign(scoring=first)
    assert TasksDesign(scoring=first) != TasksDesign(scoring=second)


def test_all_sources_needs_two_sources():
    message = r"^all_sources \(--all-sources\) needs two or more .*; got 'gender'\. Leave it out"
    with pytest.raises(ValueError, match=message):
        TasksDesign(sources=["gender"], all_sources=True)
