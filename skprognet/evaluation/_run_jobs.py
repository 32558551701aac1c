"""Do the jobs of a run in parallel, and keep each finished record in the checkpoint."""

import sys
from concurrent.futures import BrokenExecutor
from contextlib import nullcontext

from joblib import Parallel, delayed, effective_n_jobs, parallel_config
from joblib.parallel import get_active_backend
from tqdm import tqdm

from skprognet._start_up import ForWorkers
from skprognet._wording import count
from skprognet.evaluation._job_groups import count_workers, group_jobs
from skprognet.evaluation._together import run_group
from skprognet.evaluation._worker_count import worth_workers


def run_jobs(plan, store, n_jobs, verbose):
    """Yield the record of every job: first those on disk, then the others as they end.

    Parameters
    ----------
    plan : RunPlan
        The plan of the run, or of a part of it.
    store : Checkpoint or None
        The checkpoint; None keeps nothing.
    n_jobs : int
        As in joblib: how many jobs, or groups of them, are done at the same time.
    verbose : int
        Whether to show a progress bar.
    """
    jobs, n_fits = plan.jobs, plan.n_fits
    fits = dict(zip(map(str, jobs), n_fits, strict=True))
    kept = {} if store is None else store.kept
    yield from kept.values()
    kept = set(kept)
    missing = [job for job in jobs if str(job) not in kept]
    with tqdm(
        total=sum(n_fits),
        initial=sum(fits[name] for name in kept),
        unit="fit",
        desc="training",
        smoothing=0,
        disable=not verbose or sys.stderr is None,
    ) as bar:
        try:
            n_missing = sum(fits[str(job)] for job in missing)
            n_jobs = worth_workers(plan.run, missing, n_missing, n_jobs)
            for name, record in _train(plan, missing, n_jobs, bar):
                if store is not None:
                    store.keep(name, record, fits[name])
                bar.update(fits[name])
                kept.add(name)
                yield record
        except (Exception, KeyboardInterrupt) as stop:
            if store is not None and not store.claim.is_lost():
                done = sum(fits[name] for name in kept)
                stop.add_note(
                    f"{done} of {sum(n_fits)} fits are in the checkpoint {str(store.folder)!r}. "
                    "Repeat the same call to continue from there."
                )
            raise


def _train(plan, missing, n_jobs, bar):
    """Yield name and record of every job, in any order, and show the running jobs."""
    groups = group_jobs(plan.run, missing, plan.group_size)
    if plan.n_together == 1 or count_workers(plan, n_jobs) > 1 or _is_cluster():
        yield from _train_in_workers(plan, groups, n_jobs, bar)
        return
    # Run in this process, so that a job can be kept before its whole group is done.
    for group in groups:
        bar.set_postfix_str(_group_in_words(group), refresh=False)
        yield from run_group(plan.run, group, plan.n_together)


def _train_in_workers(plan, groups, n_jobs, bar):
    started, n_workers = {}, effective_n_jobs(n_jobs)

    def dispatch():
        for group in groups:
            started[_group_in_words(group)] = None  # joblib takes a few more than it starts
            yield delayed(ForWorkers(_run_group))(plan.run, group, plan.n_together)
            bar.set_postfix_str("; ".join(list(started)[:n_workers]), refresh=False)

    with _on_each_worker(plan.run):
        finished = Parallel(n_jobs=n_jobs, return_as="generator_unordered")(dispatch())
        try:
            for name, records, error in finished:
                del started[name]
                bar.set_postfix_str("; ".join(list(started)[:n_workers]), refresh=False)
                yield from records
                if error is not None:
                    raise error
        except BrokenExecutor as error:
            raise ChildProcessError(
                "A worker process was killed from outside, probably because memory ran out. Use "
                f"fewer than n_jobs={n_workers}, or free some memory."
            ) from error


def _group_in_words(group):
    others = f" and {count(group[1:], 'other job')}" if len(group) > 1 else ""
    return f"{group[0]}{others}"


def _run_group(run, group, n_together):
    """Return a group's name, the name and record of each finished job, and its error or None."""
    records = []
    try:
        for each in run_group(run, group, n_together):
            records.append(each)
    except Exception as error:
        if not records:
            raise
        return _group_in_words(group), records, error  # finished jobs are kept first
    return _group_in_words(group), records, None


def check_backend():
    """Raise if the backend of joblib returns nothing before all jobs end: none could be kept."""
    backend, _ = get_active_backend()
    if not backend.supports_return_generator:
        raise ValueError(
            "The backend of joblib must return each result as it is ready, such as 'loky' or "
            f"'threading'; got {type(backend).__name__}. Use one of these."
        )


def _on_each_worker(run):
    """Make Dask, if it is the backend of joblib, send the run to every worker at the start.

    By default joblib sends large arguments to one worker, and they are lost if it stops.
    """
    if not _is_cluster():
        return nullcontext()
    backend, _ = get_active_backend()
    return parallel_config("dask", client=backend.client, scatter=[run], **backend.submit_kwargs)


def _is_cluster():
    """Return whether Dask is the backend of joblib."""
    return hasattr(get_active_backend()[0], "client")
