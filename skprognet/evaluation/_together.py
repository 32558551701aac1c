"""Several jobs at the same time: fits that do not wait for each other are done at once.

A GPU is idle with one small network. So the sources of all jobs of a group are trained together,
with the methods that read none, and then all methods that read a source.
"""

from dataclasses import dataclass
from itertools import islice

from skprognet.evaluation._fits_at_once import fit_all
from skprognet.evaluation._fold_job import new_record, steps_of_job


@dataclass
class _Work:
    """A job on one training set: it asks for fits, and goes on when they are done.

    Attributes
    ----------
    job : str
        Name of the job.
    steps : generator
        See :func:`steps_of_job`.
    fits : list of FitToDo
        Those that it waits for.
    done : list of Fitted or Exception, or None
        What came of these.
    """

    job: str
    steps: object
    fits: list = ()
    done: list | None = None

    def go_on(self):
        """Use what came of its fits, or raise what failed; return whether it needs others."""
        for each in self.done or ():
            if isinstance(each, Exception):
                raise each
        try:
            self.fits = self.steps.send(self.done)
        except StopIteration:
            return False
        return True


def run_job(run, job):
    """Do one job, each fit by itself, and return what came of it.

    Parameters
    ----------
    run : Run
        What all fits share.
    job : FoldJob
        Split and sources.

    Returns
    -------
    dict of lists
        See :func:`new_record`.
    """
    record = new_record(run)
    for steps in steps_of_job(run, job, record):  # one training set after the other
        work = _Work(str(job), steps)
        while work.go_on():
            work.done = fit_all(run, work.fits)
    return record


def run_together(run, jobs, n_together):
    """Do the jobs of a group; yield name and record of each as soon as its last fit is done.

    If a fit fails, the other jobs of the group are done before its error is raised.

    Parameters
    ----------
    run : Run
        What all fits share.
    jobs : list of FoldJob
        The group.
    n_together : int
        How many networks are trained at once, at most.

    Yields
    ------
    name : str
        Of a job.
    record : dict of lists
        See :func:`new_record`.
    """
    records, works, failed = {}, [], {}
    for job in jobs:
        records[str(job)] = record = new_record(run)
        works += [_Work(str(job), steps) for steps in steps_of_job(run, job, record)]
    while works:
        works = [work for work in works if _goes_on(work, failed)]
        works = [work for work in works if work.job not in failed]
        waiting = {*failed, *(work.job for work in works)}
        for name in [name for name in records if name not in waiting]:
            yield name, records.pop(name)
        done = iter(fit_all(run, [fit for work in works for fit in work.fits], n_together))
        for work in works:
            work.done = list(islice(done, len(work.fits)))
    for name, error in failed.items():
        error.add_note(f"It is of the job {name}.")
        raise error


def _goes_on(work, failed):
    """Return whether a work needs further fits; note the error of a job that failed."""
    try:
        return work.go_on()
    except Exception as error:  # the other jobs of the group are done all the same
        failed.setdefault(work.job, error)
        return False
