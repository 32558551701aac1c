"""One job of a worker: on one split, train sources and every method that reads them."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import clone

from skprognet._row_sets import UNKNOWN, encode_rows
from skprognet._scores import CHANCE, EPOCH_SCORES, NO_SOURCE, RECORDED, SCORE, SOURCE_SCORE
from skprognet._table_metric import metric_columns, metric_name
from skprognet.evaluation._one_fit import fit, normalise, seed_of, seeded
from skprognet.evaluation._splits import Split


@dataclass
class FoldJob:
    """What one worker does in one go.

    Attributes
    ----------
    split : Split
        The rows.
    source_sets : dict of str to tuple of str
        For each name of a source in the result the sources that are read; empty for the methods
        without a source.
    """

    split: Split
    source_sets: dict

    def __str__(self):
        return f"{self.split}, source {', '.join(map(str, self.source_sets)) or NO_SOURCE}"


def plan_jobs(run, splits):
    """Return all jobs of a run, and how many networks each of them trains.

    A source is trained once on each split and read by several methods. So the smallest piece of
    work is a split with one source and all its readers: were it a single fit, each reader would
    have to train the source again, or wait for the worker that trains it. Methods without a source
    depend on nothing and are a job of their own on each split. Where sources are also read
    together, as "speaker + gender", all that take part in such a set share one job, again so that
    none of them is trained twice. Jobs share nothing else: they run in any order, in any process,
    and what one gives is kept before the next is begun.

    Parameters
    ----------
    run : Run
        What all fits share.
    splits : list of Split
        The rows of every split.

    Returns
    -------
    jobs : list of FoldJob
        Split by split.
    n_fits : list of int
        For each job.
    """
    combined = {name for names in run.combined_sources for name in names}
    together = {k: v for k, v in run.source_sets.items() if set(v) <= combined}
    parts = [{name: names} for name, names in run.source_sets.items() if name not in together]
    parts += [together] if together else []
    parts = [{}] * bool(run.plain) + parts
    jobs = [FoldJob(split, source_sets) for split in splits for source_sets in parts]
    return jobs, [_count_fits(run, job) for job in jobs]


def _count_fits(run, job):
    """Return how many networks a job trains, those of sources included."""
    n_sizes = len(job.split.train)
    if not job.source_sets:
        return n_sizes * len(run.plain)
    read = [run.how_to_get[name] for name in _sources_read(job)]
    of_sources = sum(s.n_fits * (1 if s.once_per_split else n_sizes) for s in read)
    of_methods = sum(len(run.methods_for(names)) for names in job.source_sets.values())
    return of_sources + n_sizes * of_methods


def _sources_read(job):
    """Return the names of all sources that are read in a job, each once."""
    return list(dict.fromkeys(name for names in job.source_sets.values() for name in names))


def run_job(run, job):
    """Train the sources of a job, and each method that reads them, for each training size.

    Parameters
    ----------
    run : Run
        What all fits share.
    job : FoldJob
        Split and sources.

    Returns
    -------
    dict of lists
        "rows": a dict for each method, source and size, which is a row of the scores. "curves": a
        dict of lists for each of them whose classifier has epochs, if the run asks for curves.
    """
    record = {"rows": [], "curves": []}
    sources = {}
    for size, train in job.split.train.items():
        X = normalise(run.X, train, run.normalisation, run.speakers)
        for name in _sources_read(job):
            source = run.how_to_get[name]
            if name not in sources or not source.once_per_split:
                sources[name] = source.get(run, job.split, size, X)
        for source_name, names in (job.source_sets or {NO_SOURCE: ()}).items():
            read = {name: sources[name] for name in names}
            for method in run.methods_for(names):
                row, curve = _run_method(run, job.split, size, X, method, source_name, read)
                record["rows"].append(row)
                record["curves"] += [curve] if curve else []
    return record


def _run_method(run, split, size, X, name, source_name, sources):
    """Fit and score one method; return its row of the scores, and its curve or None."""
    seed = seed_of(run, split, f"{name} from {source_name}", size)
    method = seeded(_reading(run.methods[name], sources), seed)
    tested = split.test if run.return_curves else None
    fitted = fit(method, X, run.y, split.train[size], split.validation, tested=tested)
    place = {"method": name, "source": source_name, "target": run.target, "corpus": run.corpus}
    place |= {} if size is None else {"n_train_folds": size}
    place |= {"repeat": split.repeat + 1, "fold": split.fold + 1}
    single = next(iter(sources.values())) if len(sources) == 1 else None
    history, y_test = getattr(fitted.estimator, "history_", None), run.y[split.test]
    seen_by_source = _rows_seen_by(list(sources.values()), fitted.estimator, X)
    row = {
        **place,
        "n_train": len(split.train[size]),
        "n_validation": len(split.validation),
        "n_test": len(split.test),
        "seed": seed,
        "source_seed": single.seed if single else None,
        **metric_columns(run.scoring),
        SCORE: run.scoring(y_test, fitted.estimator.predict(X[split.test])),
        CHANCE: run.scoring.chance_level(y_test),
        SOURCE_SCORE: float(single.score) if single else np.nan,
        "best_epoch": getattr(fitted.estimator, "best_epoch_", None),
        "n_epochs": None if history is None else len(history),
        "normalisation": run.normalisation,
        "baseline": run.baseline(name) if sources else NO_SOURCE,
        "source_overlap": _share(seen_by_source, split.test),
        "seconds": fitted.seconds,
        **_recorded(fitted.seen, seen_by_source, split.test),
    }
    if not run.return_curves or history is None or "valid_score" not in history:
        return row, None
    metric = metric_name(method.get_params(deep=False).get("monitor", run.scoring))
    epochs = {c: history[c].tolist() for c in ("epoch", *EPOCH_SCORES) if c in history}
    return row, {**place, "metric": metric, **epochs}


def _reading(method, sources):
    """Return the method with the sources that it is to read."""
    if not sources:
        return method
    read = [(name, source.estimator) for name, source in sources.items()]
    return clone(method).set_params(source=read[0][1] if len(read) == 1 else read)


def _rows_seen_by(sources, fitted, X):
    """Return which rows any of the sources was given, None without one, or UNKNOWN."""
    if not sources:
        return None
    masks = [source.seen for source in sources]
    if any(mask is None for mask in masks):
        if not hasattr(fitted, "source_overlap"):
            return UNKNOWN
        seen = fitted.source_overlap(X, per_row=True).drop(columns="own")
        if seen.isna().any(axis=None):
            return UNKNOWN
        masks = [
            seen.iloc[:, i].to_numpy(dtype=bool) if mask is None else mask
            for i, mask in enumerate(masks)
        ]
    return np.any(masks, axis=0)


def _share(seen, test):
    """Return the share of the test rows that were seen; NaN if that is not known."""
    return float(seen[test].mean()) if isinstance(seen, np.ndarray) else np.nan


def _recorded(seen, seen_by_source, test):
    """Return, by column, the rows that a fit and its source had, and those that tested it."""
    tested = np.zeros(len(seen), dtype=bool)
    tested[test] = True
    if seen_by_source is None:
        of_source = np.nan
    else:
        of_source = UNKNOWN if seen_by_source is UNKNOWN else encode_rows(seen_by_source)
    return dict(zip(RECORDED, (encode_rows(seen), of_source, encode_rows(tested)), strict=True))
