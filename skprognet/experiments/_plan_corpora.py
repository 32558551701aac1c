"""Plan the runs of a study between corpora, with all checks before any training."""

from dataclasses import replace

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype, is_integer_dtype

from skprognet._checks import check_none_missing, text_columns
from skprognet._target_kind import NUMBERS
from skprognet.evaluation import SourceCorpus
from skprognet.experiments._corpora_design import ALL_OTHERS
from skprognet.experiments._duplicates import settle_duplicates
from skprognet.experiments._matched_corpora import (
    align_features,
    kind_of_corpora,
    match_corpora,
)
from skprognet.experiments._methods import make_methods
from skprognet.experiments._network_values import networks_by_kind
from skprognet.experiments._plan import PlannedRun, StudyPlan, make_folds
from skprognet.experiments._scales import moments_of_corpora, scale_numbers
from skprognet.experiments._shared_labels import choose_labels
from skprognet.experiments._task_labels import as_tasks, kind_of_task
from skprognet.features import warn_of_layers


def plan_corpora(design, corpora):
    """Return the plan of a study of transfer between corpora, or raise if the data do not fit.

    Parameters
    ----------
    design : CorporaDesign
        The design of the study.
    corpora : dict of str to tuple of (X, labels)
        The corpora.

    Returns
    -------
    StudyPlan
        A plan with a run for each target, with all of its sources.
    """
    if not isinstance(corpora, dict):
        raise TypeError(
            "corpora must be a dict such as {'emodb': (X, labels), 'iemocap': (X, labels)}; got "
            f"{type(corpora).__name__}. Pass such a dict."
        )
    design = design.named(corpora)
    matched = match_corpora(design, corpora)
    warn_of_layers(next(iter(matched.values()))[0], are_sources=False, stacklevel=4)
    design = design.of_kind(kind_of_corpora(design, matched))
    matched = {name: (X, _with_tasks(design, labels)) for name, (X, labels) in matched.items()}
    matched = _with_one_type(design, matched)
    chosen = choose_labels(design, {name: y[design.emotion] for name, (_, y) in matched.items()})
    _check_none_missing(design, matched, chosen)
    tables = settle_duplicates(
        matched, [design.emotion, *design.tasks], design.speaker, design.duplicates
    )
    tables = {name: table.select(chosen[name][table.kept]) for name, table in tables.items()}
    runs = _runs(design, corpora, matched, scale_numbers(design, tables))
    return StudyPlan(design, tables, runs, moments_of_corpora(design, tables))


def _check_none_missing(design, corpora, chosen):
    """Raise if a row that takes part lacks a label or a speaker; name its corpus and number."""
    for name, (_, labels) in corpora.items():
        tasks = design.tasks if name in design.target_corpora else ()
        for column in (design.emotion, design.speaker, *tasks):
            needed = labels[column].astype(object).where(chosen[name], "left out")
            check_none_missing(f"{column!r} of {name!r}", needed)


def _with_tasks(design, labels):
    """Return the labels of one corpus, with each task in the form that networks learn."""
    kinds = {name: kind_of_task(labels, name, names=design.group_columns) for name in design.tasks}
    return as_tasks(labels, kinds | {design.emotion: design.kind})


def _with_one_type(design, corpora):
    """Return the corpora with integer classes in all of them, if one corpus has integers.

    pandas turns integers into floats if one is missing, even if its row is dropped later. The same
    class would then be 1 in one corpus and 1.0 in another, with two columns of probabilities.
    """
    columns = [labels[design.emotion] for _, labels in corpora.values()]
    if design.kind == NUMBERS or not any(map(is_integer_dtype, columns)):
        return corpora
    return {
        name: (X, labels.assign(**{design.emotion: _as_integers(labels[design.emotion])}))
        for name, (X, labels) in corpora.items()
    }


def _as_integers(column):
    is_whole = is_float_dtype(column) and (column.dropna() % 1 == 0).all()
    return column.astype("Int64" if column.isna().any() else "int64") if is_whole else column


def _runs(design, corpora, matched, tables):
    """Return the run of each target, with all of its sources.

    All features of a run are in the order of its target, so that its results do not depend on the
    other corpora of the study.
    """
    runs, single = [], {}
    for number, target in enumerate(design.target_corpora, 1):
        groups = None
        if design.folds == "speaker-independent":
            groups = matched[target][1][design.speaker].to_numpy()
        names, reference = design.sources_of(target), corpora[target][0]
        aligned = {
            name: replace(tables[name], X=align_features(tables[name].X, reference, name, target))
            for name in (target, *names)
        }
        order = tuple(getattr(reference, "columns", ()))
        for name in names:
            if (name, order) not in single:  # targets share a source, which may be large
                single[name, order] = _as_source(design, [aligned[name]])
        sources = {name: single[name, order] for name in names}
        if design.leave_one_corpus_out:
            sources[ALL_OTHERS] = _as_source(design, [aligned[name] for name in names])
        arguments = _arguments(design, target, aligned[target], sources)
        # Folders are numbered, since the name of a corpus may contain any characters.
        runs.append(PlannedRun(target, groups, arguments, f"target-{number}"))
    return runs


def _named(X):
    """Return a table, or an array if its columns have no names by which they can be matched."""
    return X if text_columns(X) else np.asarray(X)


def _as_source(design, tables):
    """Return one corpus as a source, or several corpora pooled as one source."""
    if len(tables) == 1:
        (table,) = tables
        y, groups = table.labels[design.emotion], table.labels[design.speaker]
        return SourceCorpus(_named(table.X), y, groups, kind=design.kind)
    # Join by position, since all corpora have their features in the same order by now.
    columns = getattr(tables[0].X, "columns", None)
    X = [pd.DataFrame(np.asarray(table.X), columns=columns) for table in tables]
    labels = pd.concat([table.labels for table in tables], ignore_index=True)
    return SourceCorpus(
        _named(pd.concat(X, ignore_index=True)),
        labels[design.emotion],
        labels[design.speaker],
        corpora=np.repeat(np.arange(len(tables)), [len(x) for x in X]),
        kind=design.kind,
    )


def _arguments(design, target, table, sources):
    """Return the arguments of the run of one target, with all of its sources."""
    tasks = {task: table.labels[task] for task in design.tasks}
    combined = [(name, *design.tasks) for name in sources] if design.tasks else None
    return {
        "X": table.X,
        "y": table.labels[design.emotion],
        "kind": design.kind,
        "methods": make_methods(design.methods, design.estimator),
        "placebo": _placebos(design, target),
        "sources": {**sources, **tasks},
        "combined_sources": combined,
        "source_estimator": networks_by_kind(design.estimator),
        "scoring": design.scoring,
        "groups": table.labels[design.speaker],
        "cv": make_folds(design),
        "train_folds": design.train_folds,
        "normalisation": design.normalisation,
        "target": design.emotion,
        "corpus": target,
        "random_state": design.random_state,
    }


def _placebos(design, target):
    """Return which sources of a target also run as a placebo.

    Sources that only other targets have are left out. A name that is not a source of any target
    stays, so that the checks of the run report it.
    """
    if isinstance(design.placebo, bool):
        return design.placebo
    elsewhere = set(design.source_corpora) - set(design.sources_of(target))
    elsewhere |= {" + ".join([name, *design.tasks]) for name in elsewhere}
    return tuple(name for name in design.placebo if name not in elsewhere)
