"""One job of a worker: on one split, train sources and every method that reads them."""

from dataclasses import dataclass

import pandas as pd
from sklearn.base import clone

from skprognet._scores import NO_SOURCE, placebo_of
from skprognet.evaluation._fit_predictions import pack_predictions
from skprognet.evaluation._one_fit import fit, normalise, seed_of, seeded
from skprognet.evaluation._run import what_it_needs
from skprognet.evaluation._score_row import FitOfMethod, curve_of, score_row
from skprognet.evaluation._splits import Split
from skprognet.sources import LABELS


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
    none of them is trained twice. A placebo is a source of its own. Jobs share nothing else: they
    run in any order, in any process, and what one gives is kept before the next is begun.

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
    placebos = {k: v for k, v in run.source_sets.items() if placebo_of(k) is not None}
    real = {k: v for k, v in run.source_sets.items() if k not in placebos}
    parts = [{}] * bool(run.plain) + _parts(real) + _parts(placebos)
    jobs = [FoldJob(split, source_sets) for split in splits for source_sets in parts]
    return jobs, [_count_fits(run, job) for job in jobs]


def _parts(source_sets):
    """Return the sets of sources in groups, so that no source is in two of them."""
    combined = {name for names in source_sets.values() if len(names) > 1 for name in names}
    together = {k: v for k, v in source_sets.items() if set(v) <= combined}
    alone = [{name: names} for name, names in source_sets.items() if name not in together]
    return alone + ([together] if together else [])


def _count_fits(run, job):
    """Return how many networks a job trains, those of sources included."""
    n_sizes = len(job.split.train)
    if not job.source_sets:
        return n_sizes * len(run.plain)
    read = [run.how_to_get[name] for name in _sources_read(run, job)]
    of_sources = sum(s.n_fits * (1 if s.once_per_split else n_sizes) for s in read)
    of_methods = sum(len(run.methods_for(name)) for name in job.source_sets)
    return of_sources + n_sizes * of_methods


def _sources_read(run, job):
    """Return the names of all sources whose networks are read in a job, each once."""
    sets = [names for name, names in job.source_sets.items() if run.is_trained_for(name)]
    return list(dict.fromkeys(name for names in sets for name in names))


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
        "predictions", if it asks for these: for each row those of its fit, packed.
    """
    record = {"rows": [], "curves": []}
    record |= {"predictions": []} if run.return_predictions else {}
    sources = {}
    for size, train in job.split.train.items():
        X = normalise(run.X, train, run.normalisation, run.speakers)
        for name in _sources_read(run, job):
            source = run.how_to_get[name]
            if name not in sources or not source.once_per_split:
                sources[name] = source.get(run, job.split, size, X)
        for source_name, names in (job.source_sets or {NO_SOURCE: ()}).items():
            for method in run.methods_for(source_name):
                done = _run_method(run, job.split, size, X, method, source_name, names, sources)
                record["rows"].append(score_row(run, done, X))
                curve = curve_of(run, done)
                record["curves"] += [curve] if curve else []
                if run.return_predictions:
                    record["predictions"].append(pack_predictions(run, done))
    return record


def _run_method(run, split, size, X, name, source_name, names, sources):
    """Fit one method on the rows and columns that are for it."""
    method, labels, read = run.methods[name], None, {}
    if what_it_needs(method) == LABELS and names:
        labels = pd.DataFrame({name: run.sources[name] for name in names})
    else:
        read = {name: sources[name] for name in names}
    seed = seed_of(run, split, f"{name} from {source_name}", size)
    method, given = seeded(_reading(method, read), seed), run.rows(X, names)
    tested = split.test if run.return_curves else None
    fitted = fit(
        run.task,
        method,
        given,
        run.y,
        split.train[size],
        split.validation,
        tested=tested,
        source_y=labels,
    )
    read = list(read.values())
    return FitOfMethod(name, source_name, names, split, size, seed, given, fitted, read, run.task)


def _reading(method, sources):
    """Return the method with the sources that it is to read."""
    if not sources:
        return method
    read = [(name, source.estimator) for name, source in sources.items()]
    return clone(method).set_params(source=read[0][1] if len(read) == 1 else read)
