"""Plan the run of a study between tasks, with all checks before any training."""

from skprognet._checks import check_none_missing
from skprognet.experiments._duplicates import settle_duplicates
from skprognet.experiments._label_columns import (
    check_columns,
    check_no_labels,
    check_same_rows,
    warn_of_shared_speakers,
)
from skprognet.experiments._methods import make_methods
from skprognet.experiments._network_values import networks_by_kind
from skprognet.experiments._plan import PlannedRun, StudyPlan, make_folds
from skprognet.experiments._task_labels import as_tasks, kind_of_task
from skprognet.features import warn_of_layers
from skprognet.sources import LayerSource


def plan_tasks(design, X, labels):
    """Return the plan of a study of transfer between tasks, or raise if the data do not fit.

    Parameters
    ----------
    design : TasksDesign
        The design of the study.
    X : array-like of shape (n_samples, n_features)
        Features.
    labels : DataFrame of shape (n_samples, n_tasks)
        The labels of all tasks and the speaker of each row.

    Returns
    -------
    StudyPlan
        A plan with one run.
    """
    if design.target in design.sources:
        raise ValueError(
            f"sources must be other tasks than the target; got {design.target!r} as both. Leave "
            "it out of sources."
        )
    warn_of_layers(X, design.layers, stacklevel=4)
    advice = "Rename columns, or pass target=, sources= and speaker=."
    labels = check_columns(labels, design.columns, advice, names=design.group_columns)
    check_no_labels(X, labels, [*design.columns, design.speaker])
    if design.speaker in design.sources or design.normalisation == "speaker":
        warn_of_shared_speakers(labels, design.speaker, stacklevel=4)
    check_same_rows(X, labels)
    tasks, group = [design.target, *design.sources], design.group
    for name in design.columns:
        check_none_missing(name, labels[name])  # before copies are dropped, for row numbers
    design = design.of_kind(kind_of_tasks(design, labels))
    kinds = {
        name: kind_of_task(labels, name, names=design.group_columns) for name in design.sources
    }
    labels = as_tasks(labels, kinds | {design.target: design.kind})
    tables = settle_duplicates(
        {design.corpus: (X, labels)}, [*tasks, group], design.speaker, design.duplicates
    )
    table = tables[design.corpus]
    arguments = {
        "X": table.X,
        "y": table.labels[design.target],
        "kind": design.kind,
        "methods": make_methods(design.methods, design.estimator) | design.other_methods,
        "sources": _sources(design, table.labels),
        "combined_sources": [(*design.sources, *design.layers)] if design.all_sources else None,
        "placebo": design.placebo,
        "source_estimator": networks_by_kind(design.estimator),
        "scoring": design.scoring,
        "groups": table.labels[group],
        "speakers": table.labels[design.speaker] if design.normalisation == "speaker" else None,
        "cv": make_folds(design),
        "normalisation": design.normalisation,
        "target": design.target,
        "corpus": design.corpus,
        "random_state": design.random_state,
    }
    shared = design.folds == "speaker-stratified"  # a speaker is in several folds
    groups = None if shared else labels[group].to_numpy()
    return StudyPlan(design, tables, [PlannedRun(design.corpus, groups, arguments)])


def kind_of_tasks(design, labels):
    """Return the kind of the target of a study, from its design or else from the labels."""
    return kind_of_task(labels, design.target, design.kind, design.group_columns)


def _sources(design, labels):
    """Return the sources by name: the labels of a task, or the layers of a network."""
    tasks = labels[list(design.sources)]
    if not design.layers:
        return tasks
    return dict(tasks.items()) | {name: LayerSource(name) for name in design.layers}
