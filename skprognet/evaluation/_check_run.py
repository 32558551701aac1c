"""Check the arguments of a run before any training."""

import numbers
from dataclasses import replace

import numpy as np
import pandas as pd
from pandas.api.types import is_list_like
from sklearn.utils import check_array

from skprognet._checks import check_choice, check_row_labels
from skprognet._scores import NO_SOURCE
from skprognet._table_metric import remember_score
from skprognet._wording import first_few
from skprognet.evaluation._check_methods import check_methods
from skprognet.evaluation._check_readers import (
    check_no_placebo_name,
    check_readers,
    choose_placebos,
)
from skprognet.evaluation._run import Run
from skprognet.evaluation._run_columns import (
    check_different,
    choose_columns,
    column_names,
    take_columns,
)
from skprognet.evaluation._seen_by_fitted import warn_off_scale
from skprognet.evaluation._source_corpus import SourceCorpus
from skprognet.evaluation._tasks import check_task
from skprognet.metrics import get_score
from skprognet.preprocessing import NORMALISATIONS
from skprognet.sources import as_source, is_fitted, is_source


def _check_one_target(y):
    """Raise if a row has several labels."""
    shape = np.asarray(y, dtype=object).shape
    if len(shape) > 1 and shape[1] > 1:
        raise ValueError(
            "y must have one label or one number for each row, since a run has one target; got "
            f"shape {shape}. Run each column by itself."
        )


def _score_of(scoring, target, task):
    """Return the score of the target task."""
    score = get_score(task.scoring if scoring is None else scoring)
    if score.kind not in (None, task.kind):
        raise ValueError(
            f"scoring must be a score of {task.kind}, since {target!r} holds {task.kind}; got "
            f"{score.name!r}, which is one of {score.kind}. Use {task.scoring!r} or another "
            f"score of {task.kind}, or pass kind={score.kind!r} (--{score.kind}) if "
            f"{target!r} holds {score.kind}."
        )
    return score


def _check_seed(random_state):
    is_integer = isinstance(random_state, numbers.Integral) and not isinstance(random_state, bool)
    if not is_integer or random_state < 0:
        raise ValueError(
            "random_state must be an integer of 0 or more, so that the run can be repeated; got "
            f"{random_state!r}. Pass random_state=0, for example."
        )


def _check_names(kind, names):
    """Raise unless all names are text, since they become text in the scores."""
    for name in names:
        if not isinstance(name, str):
            raise TypeError(
                f"{kind} must have names of text; got {name!r}. Use {str(name)!r}, for example."
            )


def _check_source(name, source, n_rows):
    """Return the labels of a source task as an array, and any other source unchanged."""
    if not name:
        raise ValueError(
            "The name of a source must have at least one letter; got ''. Give it a name."
        )
    if name == NO_SOURCE:
        raise ValueError(
            f"The name of a source must not be {NO_SOURCE!r}, which stands for no source; got "
            f"{name!r}. Rename it."
        )
    check_no_placebo_name(name)
    if isinstance(source, SourceCorpus):
        return source
    if is_source(source):
        if not is_fitted(source):
            raise ValueError(
                f"The source {name!r} must be fitted, or labels to train one on; got {source!r}. "
                "Pass the labels, and the estimator to train as source_estimator."
            )
        return source
    _, labels = check_task(name, check_row_labels(name, source, n_rows))
    return labels


def _choose_features(X, names, sources, features):
    """Return X, the columns that each fit is given, and the sources with the features of X."""
    columns = choose_columns(names, sources, features)
    if columns is None:
        for name, source in sources.items():
            _check_corpus(name, source, X.shape[1])
            _check_order(name, source, names)
        return X, None, _with_features(sources, names)
    shared = columns.names[columns.shared]
    sources = _with_features(sources, shared)
    for name, source in sources.items():
        _check_corpus(name, source, len(shared))
    if columns.own:
        return X, columns, sources
    for name, source in sources.items():
        _check_order(name, source, shared)
    return take_columns(X, np.flatnonzero(columns.shared)), None, sources


def _with_features(sources, names):
    """Return the sources, with the features of other corpora in the order of these names."""
    if names is None:
        return sources
    return {
        name: source.with_features(names) if isinstance(source, SourceCorpus) else source
        for name, source in sources.items()
    }


def _check_order(name, source, names):
    """Raise if a fitted source has other features than X, or has them in another order.

    The source gets rows without names here, so it would take one feature for another.
    """
    known = _known_names(source)
    if known is None or names is None or list(known) == list(names):
        return
    if set(known) == set(names):
        raise ValueError(
            f"X must have its columns in the order in which the source {name!r} was fitted, "
            f"[{first_few(known)}]; got [{first_few(names)}]. Reorder the columns of X."
        )
    try:
        as_source(source).select(np.zeros((1, len(names))), names)
    except TypeError:  # only methods from outside this package can read it
        return
    except ValueError as error:
        raise ValueError(f"The source {name!r} cannot read X. {error}") from error
    raise ValueError(
        f"X must have only the columns that the source {name!r} was fitted on, "
        f"[{first_few(known)}], since a run passes rows without names; got [{first_few(names)}]. "
        "Fit the source on all columns of X."
    )


def _known_names(source):
    """Return the names of the features of a fitted source; None if it knows none.

    scikit-learn's Pipeline asks its first step only, which may be "passthrough".
    """
    if not is_source(source):
        return None
    try:
        return as_source(source).feature_names_in_
    except TypeError:  # only methods from outside this package can read it
        return getattr(source, "feature_names_in_", None)


def _check_corpus(name, source, n_features):
    """Raise unless another corpus has as many features as X."""
    if isinstance(source, SourceCorpus) and source.X.shape[1] != n_features:
        raise ValueError(
            f"The corpus {name!r} must have the {n_features} features of X; got "
            f"{source.X.shape[1]}. Extract the same features from both."
        )


def _check_combined(combined, sources):
    """Return the combinations as a list of tuples of names of sources."""
    given = () if combined is None else combined
    combined = list(given) if is_list_like(given) else [given]
    if not all(map(is_list_like, combined)):
        raise TypeError(
            "combined_sources must be a list of tuples of names; got "
            f"{given!r:.200}. Put the names that are read together in one tuple, as in "
            "[('speaker', 'gender')]."
        )
    combined = list(map(tuple, combined))
    for names in combined:
        unknown = [name for name in names if name not in sources]
        if unknown or len(set(names)) < max(2, len(names)):
            raise ValueError(
                "combined_sources must hold tuples of two or more different names among "
                f"{list(sources)}; got {names!r}. Correct this tuple."
            )
    joined = [*sources, *map(" + ".join, combined)]
    twice = sorted({name for name in joined if joined.count(name) > 1})
    if twice:
        raise ValueError(
            f"Each source and each combination must have its own name; got {first_few(twice)} "
            "twice. Rename a source, or leave out a combination."
        )
    return combined


def _check_speakers(speakers, normalisation, sources):
    """Raise if normalisation by speaker lacks a speaker, or the rows to normalise one."""
    if normalisation != "speaker":
        return
    given = [("X", speakers, [slice(None)])]
    given += [(n, s.speakers, s.parts) for n, s in sources.items() if isinstance(s, SourceCorpus)]
    for name, speakers_of, parts in given:
        if speakers_of is None:
            raise ValueError(
                f"normalisation='speaker' needs the speaker of each row of {name!r}; got none. "
                "Pass groups or speakers, or another normalisation."
            )
        for rows in parts:
            known, n_rows = np.unique(speakers_of[rows], return_counts=True)
            if n_rows.min() < 2:
                raise ValueError(
                    f"normalisation='speaker' needs at least 2 rows of each speaker of {name!r}; "
                    f"got one row of {first_few(known[n_rows < 2].tolist())}. Leave these "
                    "speakers out, or pass another normalisation."
                )


def check_run(
    X,
    y,
    *,
    methods,
    sources,
    combined_sources,
    features=None,
    placebo=False,
    source_estimator,
    scoring,
    groups=None,
    speakers=None,
    kind=None,
    **options,
):
    """Return the run, or raise if an argument is wrong."""
    options["target"] = options["target"] or str(getattr(y, "name", None) or "target")
    names = column_names(X)
    check_different(names)
    X = check_array(X, dtype=np.float64, input_name="X")
    _check_one_target(y)
    task, y = check_task(options["target"], check_row_labels("y", y, len(X)), kind)
    check_methods(methods, source_estimator, options["target"], task)
    check_choice("normalisation", options["normalisation"], NORMALISATIONS)
    _check_seed(options["random_state"])
    _check_names("methods", methods)
    sources = _check_sources(sources, len(X))
    _check_other_tasks(sources, y)
    combined = _check_combined(combined_sources, sources)
    X, columns, sources = _choose_features(X, names, sources, features)
    rows = {"groups": groups, "speakers": groups if speakers is None else speakers}
    rows = {n: None if g is None else check_row_labels(n, g, len(X)) for n, g in rows.items()}
    _check_speakers(rows["speakers"], options["normalisation"], sources)
    score = _score_of(scoring, options["target"], task)
    for used in (score, *(m.get_params(deep=False).get("monitor") for m in methods.values())):
        remember_score(used)
    options |= {"columns": columns, "kind": task.kind, **rows}
    run = Run(X, y, methods, sources, combined, source_estimator, score, **options)
    check_readers(run)
    warn_off_scale(run, {n: source for n, source in sources.items() if is_source(source)})
    return replace(run, placebo=choose_placebos(placebo, run))


def _check_other_tasks(sources, y):
    """Raise if a source has the labels of the target."""
    same = [
        n for n, s in sources.items() if isinstance(s, np.ndarray) and s.tolist() == y.tolist()
    ]
    if same:
        raise ValueError(
            f"Sources must be other tasks than the target; got the labels of y as {same[0]!r}. "
            "Leave it out."
        )


def _check_sources(sources, n_rows):
    """Return the sources by name, labels as arrays."""
    sources = {} if sources is None else sources
    if not isinstance(sources, (dict, pd.DataFrame)):
        raise TypeError(
            "sources must be a DataFrame or dict with the labels of each task by its name; got "
            f"{type(sources).__name__}. Pass sources={{name: labels}}."
        )
    _check_names("sources", sources)
    return {name: _check_source(name, source, n_rows) for name, source in sources.items()}
