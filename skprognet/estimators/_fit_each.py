"""Run many fits, together where possible, and yield each as soon as it has ended."""

import inspect
import time
from dataclasses import dataclass

import torch

from skprognet.estimators._in_groups import in_groups
from skprognet.estimators._last_fit import put_back
from skprognet.estimators._prepare import prepare
from skprognet.estimators._rows import FitArguments
from skprognet.estimators._train_group import kind_of_training, most_at_once
from skprognet.estimators._training_job import TrainingJob, train_jobs
from skprognet.estimators._why_alone import why_alone
from skprognet.networks import limit_threads, undisturbed


@dataclass
class FitDone:
    """One of several fits, after it has ended.

    Attributes
    ----------
    number : int
        Its position among the fits, from 0.
    estimator : estimator
        The fitted estimator; unchanged if there is an error.
    trained_together : int
        Number of networks trained at once, including this one; 1 means alone.
    seconds : float
        Its duration; in a group, its share of the duration of the group.
    why_alone : str or None
        Why its network cannot be trained together with others.
    error : Exception or None
        The error if the fit failed.
    """

    number: int
    estimator: object
    trained_together: int = 1
    seconds: float = 0.0
    why_alone: str | None = None
    error: Exception | None = None


@dataclass
class _StartedFit:
    """A prepared fit. A fit without a job has already ended."""

    done: FitDone
    before: dict
    job: TrainingJob | None = None
    tables: list | None = None
    interrupted: bool = False  # by Ctrl-C, keeping the best epoch so far


def fit_each(fits, n_together=None):
    """Fit estimators, and yield each as soon as its fit has ended.

    A group is trained as soon as `n_together` networks of one kind are prepared. So `fits` may be
    a generator: only the rows of the waiting networks are in memory.

    Parameters
    ----------
    fits : iterable of tuple
        ``(estimator, X, y, options)``. An estimator may read another one only after that one has
        been yielded.
    n_together : int or None, default=None
        As for :func:`fit_together`.

    Yields
    ------
    FitDone
        The fits in the order in which they end. A failed fit has its error; the others continue.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C. Estimators whose fit has not ended are unchanged, also if the generator is
        closed.
    """
    waiting = {}

    def start_all():
        for number, fit in enumerate(fits):
            started = _begin(number, *fit)
            if isinstance(started.done.error, torch.OutOfMemoryError) and waiting:
                yield None  # trains the waiting networks first, which frees memory
                started = _begin(number, *fit)
            if started.job is not None:
                waiting[number] = started
            yield started

    def kind_of(started):
        kind = None if started.job is None else kind_of_training(started.job, n_together)
        return None if kind is None else (*kind, started.done.estimator.n_threads)

    def size_of(started):
        return most_at_once(started.job, n_together)

    try:
        for group in in_groups(start_all(), kind_of, size_of):
            if group[0].job is not None:
                _finish(group, n_together)
            for started in group:
                waiting.pop(started.done.number, None)
            yield from (started.done for started in group)
            if any(started.interrupted for started in group):
                raise KeyboardInterrupt
    finally:
        for started in waiting.values():
            put_back(started.done.estimator, started.before)


def _begin(number, estimator, X, y, options):
    """Prepare a fit whose network can be trained with others; fit any other estimator."""
    done = FitDone(number, estimator, why_alone=why_alone(estimator))
    started, start = _StartedFit(done, dict(vars(estimator))), time.perf_counter()
    try:
        if done.why_alone is not None:
            estimator.fit(X, y, **options)
        else:
            arguments = _fit_arguments(estimator, X, y, options)
            estimator._check_parameters()
            with undisturbed(estimator.device), limit_threads(estimator.n_threads):
                started.job, started.tables = prepare(estimator, arguments)
            done.why_alone = started.job.why_alone
    except BaseException as error:
        ended = done.why_alone is not None and isinstance(error, KeyboardInterrupt)
        if not (ended and getattr(estimator, "interrupted_", False)):  # else it keeps its epochs
            put_back(estimator, started.before)
        if not isinstance(error, Exception):
            raise
        done.error = error
    done.seconds = time.perf_counter() - start
    return started


def _fit_arguments(estimator, X, y, options):
    """Return the arguments of a `fit`, or raise the error of a call with them."""
    try:
        bound = inspect.signature(estimator.fit).bind(X, y, **options)
    except TypeError as error:
        raise TypeError(f"{type(estimator).__name__}.fit() {error}") from None
    return FitArguments(**bound.arguments)


def _finish(group, n_together):
    """Train the networks of a group, and store the result in each estimator."""
    first, start = group[0].done.estimator, time.perf_counter()
    with undisturbed(first.device), limit_threads(first.n_threads):
        try:
            errors = train_jobs([started.job for started in group], n_together)
        except Exception as error:  # of a single network, or of the whole group
            errors = [error] * len(group)
        for started, error in zip(group, errors, strict=True):
            started.done.error = error or _keep(started)
    for started in group:
        started.done.trained_together = started.job.trained_together
        started.interrupted = started.done.error is None and started.job.net.interrupted_
        started.job = started.tables = None  # frees the memory of their rows for others
        started.done.seconds += (time.perf_counter() - start) / len(group)
        if started.done.error is not None:
            put_back(started.done.estimator, started.before)


def _keep(started):
    """Store the result in an estimator; return the error if that failed, or None."""
    try:
        started.done.estimator._keep(started.job.net, started.tables)
    except Exception as error:
        return error
    return None
