"""Estimate how long the jobs of a run take, from a few epochs of each kind of network.

The jobs of one split (or of one group, if networks are trained together) contain every kind of
network of a run. These jobs are run on rows of the real data: once to warm up, once for a few
epochs, and once for more epochs. The difference in time between the last two runs is the cost of
the additional epochs. The remainder is the fixed cost of a job, such as scaling its rows.

All processes that will work at the same time are timed at the same time. Two processes on two
cores are not twice as fast as one if the cores share memory or the machine has other work.
"""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import clone

from skprognet._target_kind import CLASSES
from skprognet.evaluation._fold_job import count_rounds
from skprognet.evaluation._job_groups import count_workers, group_jobs
from skprognet.evaluation._run_sources import TaskSource
from skprognet.evaluation._source_estimator import map_source_estimators
from skprognet.evaluation._together import run_group

_FEW = 3  # epochs of the shorter run
_MOST = 60  # the most epochs of the longer run
_AIM = 1.5  # seconds that the longer run of a job may take
_N_ROWS = 2000  # how many rows of a larger training set are used


def time_jobs(plan, n_jobs):
    """Estimate how many seconds all jobs of a run take.

    Parameters
    ----------
    plan : RunPlan
        The plan of the whole run.
    n_jobs : int
        How many jobs run at the same time, as in joblib.

    Returns
    -------
    seconds : float
        The time if every network trains all of its epochs, without the fits of methods that have
        no epochs.
    left_out : list of str
        The names of the methods without epochs.
    """
    methods = {n: m for n, m in plan.run.methods.items() if epochs_of(m) is not None}
    left_out = [name for name in plan.run.methods if name not in methods]
    run = replace(plan.run, methods=methods)
    groups = group_jobs(run, plan.jobs, plan.group_size)
    timed = groups[: len(plan.jobs) // len(plan.splits)] if plan.n_together == 1 else groups[:1]
    n_rows = max(map(len, timed[0][0].split.train.values()))
    share = min(1.0, _N_ROWS / n_rows)
    cut = [[replace(job, split=_cut(run, job.split, share)) for job in group] for group in timed]
    share = max(map(len, cut[0][0].split.train.values())) / n_rows
    n_workers = min(count_workers(plan, n_jobs), len(groups))
    seconds = Parallel(n_jobs=n_workers)(
        delayed(_time_all)(run, cut, plan.n_together, share) for _ in range(n_workers)
    )
    n_fits = sum(sum(count_rounds(plan.run, job)) for group in timed for job in group)
    return float(np.mean(seconds)) * sum(plan.n_fits) / n_fits / n_workers, left_out


def _time_all(run, groups, n_together, share):
    return sum(_time_group(run, group, n_together, share) for group in groups)


def epochs_of(estimator):
    """Return the largest number of epochs that an estimator trains; None if it has no epochs."""
    return None if estimator is None else estimator.get_params(deep=False).get("max_epochs")


def _cut(run, split, share):
    """Return a split with an evenly spaced share of its rows, and two rows of each class.

    Networks hold out a row of each class for validation, and must know the classes that they are
    tested on.
    """

    def some(rows, tasks=()):
        places = np.linspace(0, len(rows) - 1, max(2, round(share * len(rows)))).astype(int)
        chosen = np.isin(np.arange(len(rows)), places)
        for labels in tasks:
            chosen |= pd.Series(labels[rows]).groupby(labels[rows]).cumcount().to_numpy() < 2
        return rows[chosen]

    if share == 1:
        return split
    sources = [each for each in run.run_sources.values() if isinstance(each, TaskSource)]
    tasks = [(run.task, run.y), *((each.task, each.labels) for each in sources)]
    classes = [labels for task, labels in tasks if task.kind == CLASSES]
    of_corpora = {n: [corpus.y] * (corpus.kind == CLASSES) for n, corpus in run.corpora.items()}
    return replace(
        split,
        train={size: some(rows, classes) for size, rows in split.train.items()},
        validation=some(split.validation),
        test=some(split.test),
        of_sources={
            name: tuple(some(rows, of_corpora[name]) for rows in parts)
            for name, parts in split.of_sources.items()
        },
    )


def _time_group(run, jobs, n_together, share):
    """Estimate how many seconds a group of jobs takes with all rows and all epochs."""
    most = max((epochs_of(each) or 0 for each in run.trained), default=0)
    if not most:
        return 0.0
    _seconds(run, jobs, n_together, 1 / most)  # the first fit of a process is slow
    few = min(1.0, _FEW / most)
    short = _seconds(run, jobs, n_together, few)
    if few == 1:
        return short / share
    more = min(_MOST, most, max(2 * _FEW, round(_FEW * _AIM / short)))
    long = _seconds(run, jobs, n_together, more / most)
    per_epoch = max(0.0, long - short) / (more - few * most)
    once = max(0.0, short - per_epoch * few * most)
    return once + per_epoch * most / share


def _seconds(run, jobs, n_together, part):
    """Measure how many seconds a group of jobs takes with a part of the epochs."""
    methods = {name: _shortened(method, part) for name, method in run.methods.items()}
    of_sources = map_source_estimators(lambda each: _shortened(each, part), run.source_estimator)
    run = replace(run, methods=methods, source_estimator=of_sources)
    start = time.perf_counter()
    for _ in run_group(run, jobs, n_together):
        pass
    return time.perf_counter() - start


def _shortened(estimator, part):
    """Return a copy of a network with fewer epochs and without early stopping."""
    if epochs_of(estimator) is None:
        return estimator
    changes = {"max_epochs": max(1, round(part * epochs_of(estimator)))}
    parameters = estimator.get_params(deep=False)
    if "patience" in parameters:
        changes["patience"] = None
    if parameters.get("probe_epochs"):
        changes["probe_epochs"] = round(part * parameters["probe_epochs"])
    return clone(estimator).set_params(**changes)
