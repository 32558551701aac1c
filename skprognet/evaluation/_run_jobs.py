"""The jobs of a run, in parallel: each record as it is ready, kept where there is a checkpoint."""

import sys
from concurrent.futures import BrokenExecutor
from contextlib import nullcontext

from joblib import Parallel, delayed, effective_n_jobs, parallel_config
from joblib.parallel import get_active_backend
from tqdm import tqdm

from skprognet._start_up import ForWorkers
from skprognet.evaluation._fold_job import run_job
from skprognet.evaluation._worker_count import worth_workers


def run_jobs(run, jobs, n_fits, store, n_jobs, verbose):
    """Yield the record of every job: those on disk first, then the others as they end."""
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
            n_jobs = worth_workers(run, missing, n_missing, n_jobs)
            for name, record in _train(run, missing, n_jobs, bar):
                if store is not None:
                    store.keep(name, record, fits[name])
                bar.update(fits[name])
                kept.add(name)
                yield record
        except (Exception, KeyboardInterrupt) as stop:
            if store is not None and not store.claim.is_lost():
                done = sum(fits[name] for name in kept)
                stop.add_note(
                    f"{done} of {sum(n_fits)} fits are in the checkpoint {str(store.folder)!r}; "
                    "the same call goes on from there."
                )
            raise


def _train(run, jobs, n_jobs, bar):
    """Yield name and record of every job, in any order, and show what runs."""
    started, n_workers = {}, effective_n_jobs(n_jobs)

    def dispatch():
        for job in jobs:
            started[str(job)] = None  # joblib asks a little ahead of what it starts
            yield delayed(ForWorkers(_run_named))(run, job)
            bar.set_postfix_str("; ".join(list(started)[:n_workers]), refresh=False)

    with _on_each_worker(run):
        finished = Parallel(n_jobs=n_jobs, return_as="generator_unordered")(dispatch())
        try:
            for name, record in finished:
                del started[name]
                bar.set_postfix_str("; ".join(list(started)[:n_workers]), refresh=False)
                yield name, record
        except BrokenExecutor as error:
            raise ChildProcessError(
                "A worker process was ended from outside, as systems do that run out of memory. "
                f"Use fewer than n_jobs={n_workers}, or free some memory."
            ) from error


def check_backend():
    """Raise if joblib would give no result before all are there: nothing could be kept."""
    backend, _ = get_active_backend()
    if not backend.supports_return_generator:
        raise ValueError(
            "The backend of joblib must return each result as it is ready, such as 'loky' or "
            f"'threading'; got {type(backend).__name__}. Use one of these."
        )


def _run_named(run, job):
    return str(job), run_job(run, job)


def _on_each_worker(run):
    """Have Dask, where it is joblib's backend, send the run to every worker at the start.

    By itself joblib sends large arguments to one worker; with that worker they would be lost.
    """
    backend, _ = get_active_backend()
    if not hasattr(backend, "client"):
        return nullcontext()
    return parallel_config("dask", client=backend.client, scatter=[run], **backend.submit_kwargs)
