"""Choose how many networks are trained at once, and group the jobs accordingly."""

from joblib import effective_n_jobs

from skprognet._checks import check_number
from skprognet.evaluation._fold_job import count_rounds

# This many networks keep a GPU busy; with more, the first results would reach the disk later.
_MOST = 300
_BYTES = 2**32  # the most host memory that the rows of these networks may take


def settle_n_together(run, n_together):
    """Return how many networks to train at once, and how many a group of jobs should have.

    Parameters
    ----------
    run : Run
        What all fits share.
    n_together : int or None
        The argument of the user.

    Returns
    -------
    n_together : int or None
        None means as many as fit into the memory of the CUDA device; on the CPU it becomes 1.
    group_size : int
        The approximate number of independent networks in a group of jobs.

    Raises
    ------
    ValueError
        If `n_together` is less than 1.
    TypeError
        If `n_together` is not an integer.
    """
    if n_together is not None:
        check_number("n_together", n_together, "integer", low=1)
        return int(n_together), int(n_together)
    if not is_on_cuda(run):
        return 1, 1
    return None, max(1, min(_MOST, _BYTES // run.X.nbytes))


def is_on_cuda(run):
    """Return whether a run trains any network on a CUDA device."""
    devices = [each.get_params(deep=False).get("device") for each in run.trained]
    return any(str(device).partition(":")[0] == "cuda" for device in devices)


def count_workers(plan, n_jobs):
    """Return how many groups of jobs are done at the same time.

    Parameters
    ----------
    plan : RunPlan
        The plan of the run.
    n_jobs : int
        As in joblib. A CUDA device has room for only one group of networks.
    """
    return 1 if plan.n_together != 1 and is_on_cuda(plan.run) else effective_n_jobs(n_jobs)


def group_jobs(run, jobs, group_size):
    """Group the jobs so that each group has enough networks to train at once.

    The fits of a group are done in two rounds: first sources and methods without a source, then
    methods that read sources. A group is as small as possible, because a job with sources reaches
    the checkpoint only in the second round of its group.

    Parameters
    ----------
    run : Run
        What all fits share.
    jobs : list of FoldJob
        The jobs, in any order.
    group_size : int
        The least number of independent networks in a group. With 1, each job is a group.

    Returns
    -------
    list of list of FoldJob
        In the same order.
    """
    if group_size == 1:
        return [[job] for job in jobs]
    groups, n_fits = [], (0, 0)
    for job in jobs:
        if not groups or max(n_fits) >= group_size:
            groups.append([])
            n_fits = (0, 0)
        groups[-1].append(job)
        n_fits = tuple(map(sum, zip(n_fits, count_rounds(run, job), strict=True)))
    return groups
