"""Run many calls in parallel, even if a call kills its process or never ends.

Decoders are written in C. A damaged file can crash the process that reads it, request more memory
than there is, or keep a decoder busy for ever. The other files must not suffer, and the report
must name the file.

joblib's own pool cannot do that. Its processes take calls from one common queue, so nobody knows
which call a dead process was working on. The pool is then declared broken, the other processes are
ended too, and the results that they were computing are lost.

Here each process is a separate pool with one worker (loky's executor, on which joblib is built)
and one call at a time. Three things can happen to a call:

- It returns or raises an exception. The result is passed on, and the pool takes the next call.
- Its process dies. The executor reports this for its one call. But the call may be innocent: if
  memory is short, the system may kill any process. So the call is repeated in a new process. If
  that one dies too, the result is ``Lost.DIED``.
- It hangs. No exception reaches a thread that is inside a C library, and the caller cannot wait
  for ever. So each process watches itself: a timer ends the whole process when the time is up.
  The caller sees a death after `timeout` seconds, and the result is ``Lost.LATE``. The call is
  not repeated, since it would hang again.

Workers must not outlive their caller either. If the caller is killed, nobody stops them, so each
worker checks once a second whether it still has the same parent.
"""

import os
import sys
import threading
import time
import traceback
from collections import deque
from concurrent.futures import FIRST_COMPLETED, wait
from enum import Enum
from functools import partial
from numbers import Real
from pathlib import Path

from joblib import Parallel, delayed, effective_n_jobs
from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.process_executor import TerminatedWorkerError
from joblib.parallel import LokyBackend, get_active_backend


class Lost(Enum):
    """The reason why a call has no result."""

    DIED = "it ended its process"
    LATE = "it took too long"


def check_timeout(timeout):
    """Raise a ValueError unless this is a valid time limit in s, or None."""
    is_number = isinstance(timeout, Real) and not isinstance(timeout, bool)
    if timeout is not None and not (is_number and 0 < timeout <= threading.TIMEOUT_MAX):
        raise ValueError(
            f"timeout must be a number of seconds above 0, or None for no limit; got {timeout!r}."
        )


def run_all(function, arguments, n_jobs, timeout=None):
    """Call a function with each of many arguments, and continue if a worker process dies.

    Parameters
    ----------
    function : callable
        The function; it and the arguments must be picklable.
    arguments : list of tuple
        The arguments of each call.
    n_jobs : int or None
        See :class:`joblib.Parallel`, whose backend :func:`joblib.parallel_config` may set.
    timeout : float, default=None
        Seconds after which the process of a call is ended; None means no limit. With one job or
        with threads, calls have no process of their own and no limit.

    Yields
    ------
    number : int
        The number of the call.
    result : object
        The result of the function, or a member of `Lost`.

    Notes
    -----
    The description at the top of this file holds for joblib's default backend. Dask repeats each
    call a few times before it reports that its workers died, so calls go to it directly and not
    through joblib. With one job, with threads and with all other backends, calls go through joblib
    as usual, and the death of a process is an error.
    """
    n_jobs = effective_n_jobs(n_jobs)
    backend = get_active_backend()[0]
    if hasattr(backend, "client"):
        # Two calls for each worker, so that none has to wait for its next one.
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
    """Yield number and result of each call, or why it has none; a pool has one call at a time."""
    call = partial(_call_in_time, timeout, os.getpid(), function)
    waiting, suspect = deque(range(len(arguments))), set()
    idle, busy = [], {}
    try:
        while waiting or busy:
            while waiting and len(busy) < (1 if waiting[0] in suspect else n_jobs):
                pool = idle.pop() if idle else new_pool()
                try:
                    future = pool.submit(call, *arguments[waiting[0]])
                except TerminatedWorkerError:  # it was killed while it was idle
                    pool.shutdown()
                    continue
                busy[future] = waiting.popleft(), pool, time.monotonic()
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                number, pool, start = busy.pop(future)
                if not _is_death(future.exception()):
                    idle.append(pool)
                    yield number, future.result()
                    continue
                pool.shutdown()
                if timeout is not None and time.monotonic() - start >= timeout:
                    yield number, Lost.LATE
                elif number in suspect:
                    yield number, Lost.DIED
                else:  # another process may have caused the death, so try once more, alone
                    suspect.add(number)
                    waiting.append(number)
    finally:
        for pool in [*idle, *(pool for _, pool, _ in busy.values())]:
            if busy and isinstance(pool, ProcessPoolExecutor):
                pool.shutdown(kill_workers=True)
            else:
                pool.shutdown(wait=not busy)


def _end_with(caller):
    """End this process soon after its parent ends, for instance killed (not on Windows)."""

    def watch():
        while os.getppid() == caller:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _call_in_time(timeout, caller, function, *arguments):
    """Call a function, and end this process if the call takes too long.

    The process of the caller is never ended, since a Dask cluster of threads works in it.
    """
    if timeout is None or os.getpid() == caller:
        return function(*arguments)
    watch = threading.Timer(timeout, os._exit, [1])
    watch.daemon = True
    watch.start()
    try:
        return function(*arguments)
    finally:
        watch.cancel()


def _is_death(error):
    """Return whether an exception, or None, means that a worker died."""
    dask = sys.modules.get("distributed")
    if isinstance(error, (TerminatedWorkerError, *([dask.KilledWorker] if dask else []))):
        return True
    # If a worker dies right after a call, Dask's executor takes the lost result for the parts of
    # an error, and fails to read them. An error of the call itself ends in the call.
    if not isinstance(error, (TypeError, ValueError, AttributeError)):
        return False
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return [Path(frame.filename).name for frame in last] == ["cfexecutor.py"]
