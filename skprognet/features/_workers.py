"""Many calls in parallel, of which one may kill the process that runs it, or never end."""

import os
import sys
import threading
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, wait
from enum import Enum
from functools import partial
from numbers import Real

from joblib import Parallel, delayed, effective_n_jobs
from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.process_executor import TerminatedWorkerError
from joblib.parallel import LokyBackend, get_active_backend


class Lost(Enum):
    """How a call came to have no result."""

    DIED = "it ended its process"
    LATE = "it took too long"


def check_timeout(timeout):
    """Raise a ValueError unless this can be a limit of time in s, or None."""
    is_number = isinstance(timeout, Real) and not isinstance(timeout, bool)
    if timeout is not None and not (is_number and 0 < timeout <= threading.TIMEOUT_MAX):
        raise ValueError(
            f"timeout must be a number of seconds above 0, or None for no limit; got {timeout!r}."
        )


def run_all(function, arguments, n_jobs, timeout=None):
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
    timeout : float, default=None
        Seconds that a call may take before its process is ended; None means no limit. It holds
        where calls have processes of their own: neither with one job nor with threads.

    Yields
    ------
    number : int
        Which of the arguments it is.
    result : object
        What the function returned, or a member of `Lost`.

    Notes
    -----
    Where a process of joblib's own pool dies, all of them are ended, and nobody says of which
    call. Here each process has one call at a time, so that it is known; a call is lost when two
    processes have died of it, since somebody else may have killed the first. Dask tells it too,
    after its own number of trials, if it is asked without joblib in between. All other backends
    are joblib's, and a death is an error.
    """
    n_jobs = effective_n_jobs(n_jobs)
    backend = get_active_backend()[0]
    if hasattr(backend, "client"):
        # Twice as many, so that no worker waits for its next call.
        new_pool = partial(backend.client.get_executor, pure=False)
        yield from _run(function, arguments, 2 * n_jobs, timeout, new_pool)
    elif n_jobs > 1 and isinstance(backend, LokyBackend):
        new_pool = partial(
            ProcessPoolExecutor, max_workers=1, initializer=_end_with, initargs=(os.getpid(),)
        )
        yield from _run(function, arguments, n_jobs, timeout, new_pool)
    else:
        calls = (delayed(_numbered)(i, function, args) for i, args in enumerate(arguments))
        yield from Parallel(n_jobs, return_as="generator_unordered")(calls)


def _numbered(number, function, arguments):
    return number, function(*arguments)


def _run(function, arguments, n_jobs, timeout, new_pool):
    """Yield number and result of each call, or how it was lost; one call per pool."""
    call = partial(_call_in_time, timeout, os.getpid(), function)
    waiting, suspect = deque(range(len(arguments))), set()
    idle, busy = [], {}
    try:
        while waiting or busy:
            while waiting and len(busy) < n_jobs:
                pool = idle.pop() if idle else new_pool()
                try:
                    future = pool.submit(call, *arguments[waiting[0]])
                except TerminatedWorkerError:  # it had nothing to do
                    pool.shutdown()
                    continue
                busy[future] = waiting.popleft(), pool, time.monotonic()
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                number, pool, start = busy.pop(future)
                if not isinstance(future.exception(), _deaths()):
                    idle.append(pool)
                    yield number, future.result()
                    continue
                pool.shutdown()
                if timeout is not None and time.monotonic() - start >= timeout:
                    yield number, Lost.LATE
                elif number in suspect or not isinstance(pool, ProcessPoolExecutor):
                    yield number, Lost.DIED
                else:  # somebody else may have killed its process: once more
                    suspect.add(number)
                    waiting.append(number)
    finally:
        for pool in [*idle, *(pool for _, pool, _ in busy.values())]:
            if busy and isinstance(pool, ProcessPoolExecutor):
                pool.shutdown(kill_workers=True)
            else:
                pool.shutdown(wait=not busy)


def _end_with(caller):
    """Let this process end when its parent does, which may have been killed (not on Windows)."""

    def watch():
        while os.getppid() == caller:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _call_in_time(timeout, caller, function, *arguments):
    """Call a function; the process, unless it is the caller's, ends itself if that takes long."""
    if timeout is None or os.getpid() == caller:  # as that of a cluster of threads
        return function(*arguments)
    # No exception reaches a thread that hangs in a decoder.
    watch = threading.Timer(timeout, os._exit, [1])
    watch.daemon = True
    watch.start()
    try:
        return function(*arguments)
    finally:
        watch.cancel()


def _deaths():
    """Return the exceptions that say that a worker died, Dask's if it is in use."""
    dask = sys.modules.get("distributed")
    return (TerminatedWorkerError, dask.KilledWorker) if dask else (TerminatedWorkerError,)
