"""Many calls in parallel, of which one may kill the process that runs it."""

import sys
from concurrent.futures import FIRST_COMPLETED, wait

from joblib import Parallel, delayed, effective_n_jobs
from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.process_executor import TerminatedWorkerError
from joblib.parallel import LokyBackend, get_active_backend


def run_all(function, arguments, n_jobs):
    """Call a function with each of many arguments, and go on where a worker process dies.

    Parameters
    ----------
    function : callable
        What to call; it and the arguments have to be picklable.
    arguments : list of tuple
        One for each call.
    n_jobs : int or None
        As in :class:`joblib.Parallel`, whose backend may be set by
        :func:`joblib.parallel_config`.

    Yields
    ------
    number : int
        Which of the arguments it is.
    result : object
        What the function returned; None if the worker died of this call.

    Notes
    -----
    Where a process of joblib's own pool dies, all of them are ended, and nobody says of which
    call. Here each process has one call at a time, so that it is known. Dask tells it too, if it
    is asked without joblib in between. All other backends are joblib's, and a death is an error.
    """
    n_jobs = effective_n_jobs(n_jobs)
    backend = get_active_backend()[0]
    if hasattr(backend, "client"):
        # Twice as many, so that no worker waits for its next call.
        yield from _run(function, arguments, 2 * n_jobs, backend.client.get_executor, pure=False)
    elif n_jobs > 1 and isinstance(backend, LokyBackend):
        yield from _run(function, arguments, n_jobs, ProcessPoolExecutor, max_workers=1)
    else:
        calls = (delayed(_numbered)(i, function, args) for i, args in enumerate(arguments))
        yield from Parallel(n_jobs, return_as="generator_unordered")(calls)


def _numbered(number, function, arguments):
    return number, function(*arguments)


def _run(function, arguments, n_jobs, new_pool, **options):
    """Yield number and result of each call, None where a worker died of it; one call per pool."""
    numbers = iter(range(len(arguments)))
    idle, busy = [], {}
    try:
        while True:
            for number in numbers:
                pool = idle.pop() if idle else new_pool(**options)
                busy[pool.submit(function, *arguments[number])] = number, pool
                if len(busy) == n_jobs:
                    break
            if not busy:
                return
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                number, pool = busy.pop(future)
                if isinstance(future.exception(), _deaths()):
                    pool.shutdown()
                    yield number, None
                else:
                    idle.append(pool)
                    yield number, future.result()
    finally:
        for pool in [*idle, *(pool for _, pool in busy.values())]:
            if busy and isinstance(pool, ProcessPoolExecutor):
                pool.shutdown(kill_workers=True)
            else:
                pool.shutdown(wait=not busy)


def _deaths():
    """Return the exceptions that say that a worker died, Dask's if it is in use."""
    dask = sys.modules.get("distributed")
    return (TerminatedWorkerError, dask.KilledWorker) if dask else (TerminatedWorkerError,)
