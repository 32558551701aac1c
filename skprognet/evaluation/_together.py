"""Several jobs at the same time: fits that do not wait for each other are done at once.

A GPU is idle with one small network. So the sources of all jobs of a group are trained together,
with the methods that read none, and then all methods that read a source.
"""

from skprognet.evaluation._fits_at_once import fit_at_once, fit_one_by_one
from skprognet.evaluation._fold_job import new_record, steps_of_job


def run_group(run, jobs, n_together):
    """Do the jobs of a group; yield name and record of each as soon as its last fit has ended.

    Parameters
    ----------
    run : Run
        What all fits share.
    jobs : list of FoldJob
        The group.
    n_together : int or None
        How many networks are trained at once, at most; None is as many as fit. With 1 there is
        one job and one training set after the other.

    Yields
    ------
    name : str
        Of a job.
    record : dict of lists
        See :func:`new_record`.

    Raises
    ------
    Exception
        What a fit or its scores raise; where networks are trained together, after the other jobs
        of the group are done.
    """
    if n_together == 1:
        yield from ((str(job), _run_alone(run, job)) for job in jobs)
    else:
        yield from _run_together(run, jobs, n_together)


def _run_alone(run, job):
    record = new_record(run)
    steps = steps_of_job(run, job, record, at_once=False)
    fits = _next_fits(steps)
    while fits:
        fits = _next_fits(steps, fit_one_by_one(run, fits))
    return record


def _run_together(run, jobs, n_together):
    failed = {}
    going_on = [work for work in [_Work(run, job) for job in jobs] if work.go_on(failed)]
    while going_on:
        before, going_on = going_on, []
        for work in _ended(run, before, n_together):
            if work.go_on(failed):
                going_on.append(work)
            elif work.name not in failed:
                yield work.name, work.record
    for name, error in failed.items():
        error.add_note(f"It was raised in {name}.")
        raise error


def _next_fits(steps, done=None):
    """Tell a job what came of its fits; return those that it needs next, [] at its end."""
    try:
        return steps.send(done)
    except StopIteration:
        return []


class _Work:
    """A job that waits for fits, and goes on when they have ended.

    Attributes
    ----------
    name : str
        That of the job.
    record : dict of lists
        What came of it so far.
    fits : list of FitToDo
        Those that it waits for.
    done : dict of int to Fitted or Exception
        By their place in this list, what came of those that have ended.
    """

    def __init__(self, run, job):
        self.name, self.record = str(job), new_record(run)
        self._steps = steps_of_job(run, job, self.record, at_once=True)
        self.fits, self.done = [], None

    def go_on(self, failed):
        """Return whether further fits are needed; note why the job failed, if it did."""
        try:
            self.fits, self.done = _next_fits(self._steps, self._results()), {}
        except Exception as error:  # other jobs are done all the same
            failed[self.name] = error
            return False
        return bool(self.fits)

    def _results(self):
        """Return what came of the fits, in their order, or raise what one of them raised."""
        if self.done is None:  # nothing has been asked for yet
            return None
        results = [self.done[place] for place in range(len(self.fits))]
        for each in results:
            if isinstance(each, Exception):
                raise each
        return results


def _ended(run, works, n_together):
    """Do all fits that works wait for; yield each work as soon as its last one has ended."""
    places = [(work, place) for work in works for place in range(len(work.fits))]
    fits = [fit for work in works for fit in work.fits]
    for number, result in fit_at_once(run, fits, n_together):
        work, place = places[number]
        work.done[place] = result
        if len(work.done) == len(work.fits):
            yield work
