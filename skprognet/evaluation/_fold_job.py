"""Do one job: train sources, and every method that reads them, on one split."""

import copy
from dataclasses import dataclass
from functools import partial

import pandas as pd

from skprognet._scores import NO_SOURCE, placebo_of
from skprognet.evaluation._fit_predictions import pack_predictions
from skprognet.evaluation._one_fit import fit_to_do, seed_of, seeded
from skprognet.evaluation._run import what_it_needs
from skprognet.evaluation._score_row import FitOfMethod, curve_of, score_row
from skprognet.evaluation._splits import Split
from skprognet.sources import LABELS


@dataclass
class FoldJob:
    """The fits that are done, and kept in a checkpoint, as one piece.

    Attributes
    ----------
    split : Split
        The rows.
    source_sets : dict of str to tuple of str
        The sources that are read, by the name of this set in the result. Empty for the methods
        without a source.
    """

    split: Split
    source_sets: dict

    def __str__(self):
        return f"{self.split}, source {', '.join(map(str, self.source_sets)) or NO_SOURCE}"


def plan_jobs(run, splits):
    """Return all jobs of a run, and the number of networks that each job trains.

    A source is trained once on each split and read by several methods. So a job is a split with
    one source and all methods that read it. If a job were a single fit, each method would have to
    train the source again or wait for the worker that trains it. Methods without a source depend
    on nothing, so they form their own job on each split. If sources are also read together, such
    as "speaker + gender", all sources of such sets share one job, so that none is trained twice.
    A placebo counts as another source. Jobs share nothing else: they run in any order and in any
    process, and each result is kept as soon as its job ends.

    Parameters
    ----------
    run : Run
        What all fits share.
    splits : list of Split
        The rows of every split.

    Returns
    -------
    jobs : list of FoldJob
        The jobs, split by split.
    n_fits : list of int
        Number of networks for each job.
    """
    placebos = {k: v for k, v in run.source_sets.items() if placebo_of(k) is not None}
    real = {k: v for k, v in run.source_sets.items() if k not in placebos}
    parts = [{}] * bool(run.plain) + _parts(real) + _parts(placebos)
    jobs = [FoldJob(split, source_sets) for split in splits for source_sets in parts]
    return jobs, [sum(count_rounds(run, job)) for job in jobs]


def _parts(source_sets):
    """Return the sets of sources in groups such that no source is in two groups."""
    combined = {name for names in source_sets.values() if len(names) > 1 for name in names}
    together = {k: v for k, v in source_sets.items() if set(v) <= combined}
    alone = [{name: names} for name, names in source_sets.items() if name not in together]
    return alone + ([together] if together else [])


def count_rounds(run, job):
    """Count the networks that a job trains first, and those that depend on the first ones.

    Parameters
    ----------
    run : Run
        What all fits share.
    job : FoldJob
        Split and sources.

    Returns
    -------
    first : int
        Networks of sources, or of methods without a source.
    then : int
        Networks that read sources, including fitted ones.
    """
    n_sizes = len(job.split.train)
    if not job.source_sets:
        return n_sizes * len(run.plain), 0
    read = [run.run_sources[name] for name in _sources_read(run, job)]
    of_sources = sum(s.n_fits * (1 if s.once_per_split else n_sizes) for s in read)
    of_methods = sum(len(run.methods_for(name)) for name in job.source_sets)
    return of_sources, n_sizes * of_methods


def _sources_read(run, job):
    """Return the names of the sources whose networks are read in a job, each once."""
    sets = [names for name, names in job.source_sets.items() if run.is_trained_for(name)]
    return list(dict.fromkeys(name for names in sets for name in names))


def new_record(run):
    """Return an empty record of a job.

    Returns
    -------
    dict of lists
        "rows": a row of the scores, as a dict, for each method, source and size. "curves": a dict
        of lists for each of these fits that has epochs, if the run returns curves. "predictions",
        if the run returns them: the packed predictions of each of these fits.
    """
    return {"rows": [], "curves": []} | ({"predictions": []} if run.return_predictions else {})


def steps_of_job(run, job, record, *, at_once):
    """Do a job as a generator that yields the fits it needs and is sent their results.

    It yields lists of independent fits: first the sources, then the methods that read them. It
    adds the results of the methods to the record.

    Parameters
    ----------
    run : Run
        What all fits share.
    job : FoldJob
        Split and sources.
    record : dict of lists
        The record, as :func:`new_record` returns it.
    at_once : bool
        Whether to yield the fits of all training sizes at once, or of one size after another.
    """
    sizes, ready = list(job.split.train), {}
    for together in [sizes] if at_once else [[size] for size in sizes]:
        X = {size: run.normalised(job.split.train[size]) for size in together}
        yield from _get_sources(run, job, X, ready)
        yield from _fit_methods(run, job, X, ready, record)


def _get_sources(run, job, X, ready):
    """Fit the sources of a job and add them to `ready`, by name and training size.

    A source that is trained once for all sizes has the size None. `X` has the rows for each size.
    """
    needed = {}
    for size, rows in X.items():
        for name in _sources_read(run, job):
            source = run.run_sources[name]
            key = _key(run, name, size)
            if key not in ready and key not in needed:
                needed[key] = source, size, source.to_fit(run, job.split, size, rows)
    fits = [fit for *_, fit in needed.values() if fit is not None]
    done = iter((yield fits) if fits else ())
    for key, (source, size, fit) in needed.items():
        fitted = None if fit is None else next(done)
        ready[key] = source.ready(run, job.split, size, X[size], fitted)


def _key(run, name, size):
    return name, None if run.run_sources[name].once_per_split else size


def _fit_methods(run, job, X, ready, record):
    """Fit the methods of a job, and add their results to the record."""
    begun = [
        _begin_method(run, job.split, size, rows, method, source_name, names, ready)
        for size, rows in X.items()
        for source_name, names in (job.source_sets or {NO_SOURCE: ()}).items()
        for method in run.methods_for(source_name)
    ]
    done = (yield [fit for fit, _ in begun]) if begun else ()
    for fitted, (_, as_fitted) in zip(done, begun, strict=True):
        method = as_fitted(fitted=fitted)
        _add_to_record(record, run, method, X[method.size])


def _add_to_record(record, run, done, X):
    record["rows"].append(score_row(run, done, X))
    curve = curve_of(run, done)
    record["curves"] += [curve] if curve else []
    if run.return_predictions:
        record["predictions"].append(pack_predictions(run, done))


def _begin_method(run, split, size, X, name, source_name, names, ready):
    """Return the fit of a method, and a function that makes a FitOfMethod from its result."""
    method, labels, read = run.methods[name], None, {}
    if what_it_needs(method) == LABELS and names:
        labels = pd.DataFrame({name: run.sources[name] for name in names})
    else:
        read = {name: ready[_key(run, name, size)] for name in names}
    seed = seed_of(run, split, f"{name} from {source_name}", size)
    fit = fit_to_do(
        run.task,
        _reading(seeded(method, seed), read),
        run.rows(X, names),
        run.y,
        split.train[size],
        split.validation,
        tested=split.test if run.return_curves else None,
        source_y=labels,
    )
    read = list(read.values())
    return fit, partial(FitOfMethod, name, source_name, names, split, size, seed, read, run.task)


def _reading(method, sources):
    """Set these sources as the parameter `source` of a method, and return it.

    The classes of this package copy what they read. Others get a copy, since they might change it.
    A clone of the method would not do: it may have clones of its sources, which are not fitted.
    """
    if not sources:
        return method
    read = [(name, source.estimator) for name, source in sources.items()]
    if type(method).__module__.partition(".")[0] != "skprognet":
        read = copy.deepcopy(read)
    return method.set_params(source=read[0][1] if len(read) == 1 else read)
