"""What a checkpoint still lacks of a run."""

from skprognet.evaluation._checkpoint import find_missing_jobs
from skprognet.evaluation._count_fits import plan_call
from skprognet.evaluation._parts import place_of
from skprognet.evaluation._run_identity import describe_run


def find_places(arguments, folder):
    """Return all places of a run, and those of which something is not in its checkpoint.

    Parameters
    ----------
    arguments : dict
        Of the run, as :func:`cross_validate_transfer` takes them, without where it is kept.
    folder : path
        The checkpoint, which need not be there.

    Returns
    -------
    everything, missing : list of tuple (corpus, repeat, fold)
        From 1, in order.

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
