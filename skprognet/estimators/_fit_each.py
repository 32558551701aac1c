"""One fit after the other, or those of one kind at once; each is handed out when it has ended."""

import inspect
import time
from dataclasses import dataclass

import torch

from skprognet.estimators._in_groups import in_groups
from skprognet.estimators._last_fit import put_back
from skprognet.estimators._prepare import prepare
from skprognet.estimators._rows import Given
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
        Its place among the fits, from 0.
    estimator : estimator
        Fitted; as it was before if there is an error.
    trained_together : int
        How many networks were trained at once, this one included; 1 is alone.
    seconds : float
        Its duration: of a network in a group, its share of that of the group.
    why_alone : str or None
        What keeps its network from being trained together with others.
    error : Exception or None
        Why it failed.
    """

    number: int
    estimator: object
    trained_together: int = 1
    seconds: float = 0.0
    why_alone: str | None = None
    error: Exception | None = None


@dataclass
class _Begun:
    """A fit that is prepared. Without a job it has ended already."""

    done: FitDone
    before: dict
    job: TrainingJob | None = None
    tables: list | None = None
    interrupted: bool = False  # by Ctrl-C, with the best epoch so far kept


def fit_each(fits, n_together=None):
    """Fit estimators, and yield each as soon as its fit has ended.

    A group is trained as soon as `n_together` networks of one kind are prepared, so that `fits`
    may be a generator: no more rows are in memory than those of the networks that wait.

    Parameters
    ----------
    fits : iterable of tuple
        ``(estimator, X, y, options)``. An estimator may read another one only if that has been
        yielded.
    n_together : int or None, default=None
        As for :func:`fit_together`.

    Yields
    ------
    FitDone
        In the order in which they end. One that fails has its error; the others go on.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C. Estimators whose fit has not ended are then as they were, as they are if the
        generator is closed.
    """
    waiting = {}

    def begun():
        for number, fit in enumerate(fits):
            started = _begin(number, *fit)
            if isinstance(started.done.error, torch.OutOfMemoryError) and waiting:
                yield None  # what waits is trained first, which makes room
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
        for group in in_groups(begun(), kind_of, size_of):
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
    """Prepare a fit whose network can be trained together with others; fit any other estimator."""
    done = FitDone(number, estimator, why_alone=why_alone(estimator))
    begun, start = _Begun(done, dict(vars(estimator))), time.perf_counter()
    try:
        if done.why_alone is not None:
            estimator.fit(X, y, **options)
        else:
            given = _given(estimator, X, y, options)
            estimator._check_parameters()
            with undisturbed(estimator.device), limit_threads(estimator.n_threads):
                begun.job, begun.tables = prepare(estimator, given)
            done.why_alone = begun.job.why_alone
    except BaseException as error:
        put_back(estimator, begun.before)
        if not isinstance(error, Exception):
            raise
        done.error = error
    done.seconds = time.perf_counter() - start
    return begun


def _given(estimator, X, y, options):
    """Return what a `fit` is given, or raise as a call of it would."""
    try:
        bound = inspect.signature(estimator.fit).bind(X, y, **options)
    except TypeError as error:
        raise TypeError(f"{type(estimator).__name__}.fit() {error}") from None
    return Given(**bound.arguments)


def _finish(group, n_together):
    """Train the networks of a group, and keep what was learned in each estimator."""
    first, start = group[0].done.estimator, time.perf_counter()
    with undisturbed(first.device), limit_threads(first.n_threads):
        try:
            errors = train_jobs([begun.job for begun in group], n_together)
        except Exception as error:  # of a single network, or one that all of them meet
            errors = [error] * len(group)
        for begun, error in zip(group, errors, strict=True):
            begun.done.error = error or _keep(begun)
    for begun in group:
        begun.done.trained_together = begun.job.trained_together
        begun.interrupted = begun.done.error is None and begun.job.net.interrupted_
        begun.job = begun.tables = None  # their rows take memory that others need
        begun.done.seconds += (time.perf_counter() - start) / len(group)
        if begun.done.error is not None:
            put_back(begun.done.estimator, begun.before)


def _keep(begun):
    """Store what was learned in an estimator; return why that failed, or None."""
    try:
        begun.done.estimator._keep(begun.job.net, begun.tables)
    except Exception as error:
        return error
    return None
