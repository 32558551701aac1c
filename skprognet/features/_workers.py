"""Many calls in parallel, of which one may kill the process that runs it."""

import sys

from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError


def run_all(function, arguments, n_jobs):
    """Call a function with each of many arguments, and go on where a worker process dies.

    Parameters
    ----------
    function : callable
        What to call; it and the arguments have to be picklable.
    arguments : list of tuple
        One for each call.
    n_jobs : int or None
        As in :class:`joblib.Parallel`.

    Yields
    ------
    number : int
        Which of the arguments it is.
    result : object
        What the function returned; None if the worker died of this call.

    Notes
    -----
    joblib does not say which call a worker died of, and gives all of them up. Those that were
    under way are repeated one at a time, which shows who it is; then the others go on.
    """
    waiting = dict.fromkeys(range(len(arguments)))
    while waiting:
        under_way = {}
        try:
            for number, result in _run(function, arguments, list(waiting), under_way, n_jobs):
                del waiting[number], under_way[number]
                yield number, result
        except _deaths():
            for number in list(under_way):
                del waiting[number]
                yield number, _run_alone(function, arguments[number])


def _run(function, arguments, numbers, under_way, n_jobs):
    """Yield number and result of each call; `under_way` receives the numbers when they leave."""

    def calls():
        for number in numbers:
            under_way[number] = None
            yield delayed(_numbered)(number, function, arguments[number])

    # One call at a time, so that few are lost with a worker and results are stored early.
    return Parallel(n_jobs, return_as="generator_unordered", batch_size=1)(calls())


def _numbered(number, function, arguments):
    return number, function(*arguments)


def _run_alone(function, arguments):
    """Return the result of a call in a process where nothing else runs, or None if it dies."""
    try:
        # With n_jobs=1 joblib would not start a process.
        return Parallel(n_jobs=2, backend="loky")([delayed(function)(*arguments)])[0]
    except TerminatedWorkerError:
        return None


def _deaths():
    """Return the exceptions that mean that a worker died, of joblib's own or of Dask's."""
    dask = sys.modules.get("distributed")
    return (TerminatedWorkerError, dask.KilledWorker) if dask else (TerminatedWorkerError,)
