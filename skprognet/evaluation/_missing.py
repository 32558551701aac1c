"""Find the folds of a run that its checkpoint still lacks."""

from skprognet.evaluation._checkpoint import find_missing_jobs
from skprognet.evaluation._count_fits import plan_call
from skprognet.evaluation._parts import place_of
from skprognet.evaluation._run_identity import describe_run


def find_places(arguments, folder):
    """Return the folds of a run, and the folds whose jobs are not all in its checkpoint.

    Parameters
    ----------
    arguments : dict
        The arguments of :func:`cross_validate_transfer`, without `checkpoint`.
    folder : path
        The checkpoint, which need not exist.

    Returns
    -------
    everything, missing : list of tuple (corpus, repeat, fold)
        Each fold once, in order; repeats and folds are counted from 1.

    Raises
    ------
    ValueError
        If the folder holds another run.
    """
    plan = plan_call(**arguments)
    places = {str(job): (plan.run.corpus, *place_of(job.split).values()) for job in plan.jobs}
    missing = find_missing_jobs(folder, describe_run(plan.run, plan.splits), list(places))
    return _once(places.values()), _once(places[job] for job in missing)


def _once(places):
    return list(dict.fromkeys(places))
