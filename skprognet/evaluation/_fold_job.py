"""One job: on one split, train sources and every method that reads them."""

from dataclasses import dataclass
from functools import partial

import pandas as pd
from sklearn.base import clone

from skprognet._scores import NO_SOURCE, placebo_of
from skprognet.evaluation._fit_predictions import pack_predictions
from skprognet.evaluation._one_fit import fit_to_do, seed_of, seeded
from skprognet.evaluation._run import what_it_needs
from skprognet.evaluation._score_row import FitOfMethod, curve_of, score_row
from skprognet.evaluation._splits import Split
from skprognet.sources import LABELS


@dataclass
class FoldJob:
    """What is done, and kept, in one piece.

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
    return jobs, [sum(count_rounds(run, job)) for job in jobs]


def _parts(source_sets):
    """Return the sets of sources in groups, so that no source is in two of them."""
    combined = {name for names in source_sets.values() if len(names) > 1 for name in names}
    together = {k: v for k, v in source_sets.items() if set(v) <= combined}
    alone = [{name: names} for name, names in source_sets.items() if name not in together]
    return alone + ([together] if together else [])


def count_rounds(run, job):
    """Return how many networks a job trains at first, and how many that wait for these.

    Parameters
    ----------
    run : Run
        What all fits share.
    job : FoldJob
        Split and sources.

    Returns
    -------
    first : int
        Networks of sources, or of methods that read none.
    then : int
        Networks that read sources, also those that came fitted.
    """
    n_sizes = len(job.split.train)
    if not job.source_sets:
        return n_sizes * len(run.plain), 0
    read = [run.how_to_get[name] for name in _sources_read(run, job)]
    of_sources = sum(s.n_fits * (1 if s.once_per_split else n_sizes) for s in read)
    of_methods = sum(len(run.methods_for(name)) for name in job.source_sets)
    return of_sources, n_sizes * of_methods


def _sources_read(run, job):
    """Return the names of all sources whose networks are read in a job, each once."""
    sets = [names for name, names in job.source_sets.items() if run.is_trained_for(name)]
    return list(dict.fromkeys(name for names in sets for name in names))


def new_record(run):
    """Return the record of a job, empty.

    Returns
    -------
    dict of lists
        "rows": a dict for each method, source and size, which is a row of the scores. "curves": a
        dict of lists for each of them whose classifier has epochs, if the run asks for curves.
        "predictions", if it asks for these: for each row those of its fit, packed.
    """
    return {"rows": [], "curves": []} | ({"predictions": []} if run.return_predictions else {})


def steps_of_job(run, job, record):
    """Return the work of a job for each training size, as generators.

    Each of them yields a list of fits that do not wait for each other, is sent what came of them,
    and goes on: first the sources, then the methods that read them. It adds what came of the
    methods to the record. The first size trains also those sources that are trained once for all
    sizes: so it is begun before the others.

    Parameters
    ----------
    run : Run
        What all fits share.
    job : FoldJob
        Split and sources.
    record : dict of lists
        As :func:`new_record` returns it.

    Returns
    -------
    list of generator
        In the order of the sizes.
    """
    ready = {}
    return [_steps_of_size(run, job, size, ready, record) for size in job.split.train]


def _steps_of_size(run, job, size, ready, record):
    """Train the sources of a job and each method that reads them, on one training set."""
    split, X = job.split, run.normalised(job.split.train[size])
    get = {name: run.how_to_get[name] for name in _sources_read(run, job)}
    if size != next(iter(split.train)):
        get = {name: source for name, source in get.items() if not source.once_per_split}
    to_fit = {name: source.to_fit(run, split, size, X) for name, source in get.items()}
    to_fit = {name: fit for name, fit in to_fit.items() if fit is not None}
    fitted = dict(zip(to_fit, (yield list(to_fit.values())), strict=True)) if to_fit else {}
    ready |= {n: source.ready(run, split, size, X, fitted.get(n)) for n, source in get.items()}
    begun = [
        _begin_method(run, split, size, X, method, source_name, names, ready)
        for source_name, names in (job.source_sets or {NO_SOURCE: ()}).items()
        for method in run.methods_for(source_name)
    ]
    done = yield [fit for fit, _ in begun]
    for fitted, (_, end) in zip(done, begun, strict=True):
        _add_to_record(record, run, end(fitted=fitted), X)


def _add_to_record(record, run, done, X):
    record["rows"].append(score_row(run, done, X))
    curve = curve_of(run, done)
    record["curves"] += [curve] if curve else []
    if run.return_predictions:
        record["predictions"].append(pack_predictions(run, done))


def _begin_method(run, split, size, X, name, source_name, names, ready):
    """Return the fit of one method on the rows and columns that are for it, and what ends it."""
    method, labels, read = run.methods[name], None, {}
    if what_it_needs(method) == LABELS and names:
        labels = pd.DataFrame({name: run.sources[name] for name in names})
    else:
        read = {name: ready[name] for name in names}
    seed = seed_of(run, split, f"{name} from {source_name}", size)
    fit = fit_to_do(
        run.task,
        seeded(_reading(method, read), seed),
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
    """Return the method with the sources that it is to read."""
    if not sources:
        return method
    read = [(name, source.estimator) for name, source in sources.items()]
    return clone(method).set_params(source=read[0][1] if len(read) == 1 else read)
