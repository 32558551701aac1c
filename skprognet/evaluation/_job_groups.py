"""How many networks are trained at once, and which jobs are done in one group for that."""

from joblib import effective_n_jobs

from skprognet._checks import check_number
from skprognet.evaluation._fold_job import count_rounds
from skprognet.evaluation._source_estimator import source_estimators

_MOST = 300  # networks on a GPU: it is busy with these, and more would be kept on disk later
_BYTES = 2**32  # that the rows of these may take in the memory of the host


def settle_n_together(run, given):
    """Return how many networks of a run are trained at once, and how many a group of jobs has.

    Parameters
    ----------
    run : Run
        What all fits share.
    given : int or None
        What the user asks for.

    Returns
    -------
    n_together : int or None
        None is as many as fit into the memory of the CUDA device; on the CPU None becomes 1.
    group_size : int
        How many networks that do not wait for each other a group of jobs has, about.

    Raises
    ------
    ValueError
        If it is less than 1.
    TypeError
        If it is no integer.
    """
    if given is not None:
        check_number("n_together", given, "integer", low=1)
        return int(given), int(given)
    if not is_on_cuda(run):
        return 1, 1
    return None, max(1, min(_MOST, _BYTES // run.X.nbytes))


def is_on_cuda(run):
    """Return whether any network of a run is trained on a CUDA device."""
    trained = [*run.methods.values(), *source_estimators(run.source_estimator).values()]
    devices = [each.get_params(deep=False).get("device") for each in trained]
    return any(str(device).partition(":")[0] == "cuda" for device in devices)


def count_workers(plan, n_jobs):
    """Return how many groups of jobs are done at the same time.

    Parameters
    ----------
    plan : RunPlan
        Of the run.
    n_jobs : int
        As in joblib. A CUDA device has room for one group of networks.
    """
    return 1 if plan.n_together != 1 and is_on_cuda(plan.run) else effective_n_jobs(n_jobs)


def group_jobs(run, jobs, group_size):
    """Return the jobs in groups, each of which has enough networks to train at once.

    The fits of a group are done in two rounds: sources and methods that read none; methods that
    read sources. A group is as small as it can be, since what is finished goes to the checkpoint.

    Parameters
    ----------
    run : Run
        What all fits share.
    jobs : list of FoldJob
        In any order.
    group_size : int
        How many networks a group has, at least, that do not wait for each other; with 1, each job
        is a group.

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
