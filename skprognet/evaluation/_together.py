"""Do several jobs at the same time, with all of their independent fits at once.

One small network leaves most of a GPU idle. So the sources of all jobs in a group are trained
together with the methods without a source, and then all methods that read a source.
"""

from skprognet.evaluation._fits_at_once import fit_at_once, fit_one_by_one
from skprognet.evaluation._fold_job import new_record, steps_of_job


def run_group(run, jobs, n_together):
    """Do the jobs of a group, and yield name and record of each as soon as its last fit ends.

    Parameters
    ----------
    run : Run
        What all fits share.
    jobs : list of FoldJob
        The group.
    n_together : int or None
        The most networks to train at once; None means as many as fit into memory. With 1, one job
        and one training set are done after the other.

    Yields
    ------
    name : str
        Name of a job.
    record : dict of lists
        Its results; see :func:`new_record`.

    Raises
    ------
    Exception
        Any error of a fit or of its scores. If networks are trained together, it is raised after
        the other jobs of the group are done.
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
    waiting = [_WaitingJob(run, job) for job in jobs]
    going_on = [job for job in waiting if job.go_on(failed)]
    while going_on:
        before, going_on = going_on, []
        for job in _finish_fits(run, before, n_together):
            if job.go_on(failed):
                going_on.append(job)
            elif job.name not in failed:
                yield job.name, job.record
    for name, error in failed.items():
        error.add_note(f"This error occurred in {name}.")
        raise error


def _next_fits(steps, done=None):
    """Send a job the results of its fits; return the fits that it needs next, or [] at its end."""
    try:
        return steps.send(done)
    except StopIteration:
        return []


class _WaitingJob:
    """A job that waits for its fits, and continues when they have ended.

    Attributes
    ----------
    name : str
        Name of the job.
    record : dict of lists
        Its results so far.
    fits : list of FitToDo
        The fits that it waits for.
    done : dict of int to Fitted or Exception
        Results of the finished fits, by their position in `fits`.
    """

    def __init__(self, run, job):
        self.name, self.record = str(job), new_record(run)
        self._steps = steps_of_job(run, job, self.record, at_once=True)
        self.fits, self.done = [], None

    def go_on(self, failed):
        """Continue the job, and return whether it needs more fits; note its error if it fails."""
        try:
            self.fits, self.done = _next_fits(self._steps, self._results()), {}
        except Exception as error:  # the other jobs go on
            failed[self.name] = error
            return False
        return bool(self.fits)

    def _results(self):
        """Return the results of the fits in their order, or raise the error of one of them."""
        if self.done is None:  # the job has not started
            return None
        results = [self.done[number] for number in range(len(self.fits))]
        for each in results:
            if isinstance(each, Exception):
                raise each
        return results


def _finish_fits(run, waiting, n_together):
    """Do all fits that jobs wait for, and yield each job as soon as its last fit has ended."""
    owners = [(job, number) for job in waiting for number in range(len(job.fits))]
    fits = [fit for job in waiting for fit in job.fits]
    for position, result in fit_at_once(run, fits, n_together):
        job, number = owners[position]
        job.done[number] = result
        if len(job.done) == len(job.fits):
            yield job
