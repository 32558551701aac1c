"""Check the arguments of a run, and plan its splits and jobs, before any training."""

from dataclasses import dataclass

from skprognet.evaluation._check_run import check_run
from skprognet.evaluation._fold_job import plan_jobs
from skprognet.evaluation._job_groups import is_on_cuda, settle_n_together
from skprognet.evaluation._parts import select_part
from skprognet.evaluation._run import Run
from skprognet.evaluation._splits import draw_splits
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
from skprognet.networks import are_masks_counted


@dataclass
class RunPlan:
    """The plan of a run: what it will train.

    Attributes
    ----------
    run : Run
        What all fits share.
    splits : list of Split
        The rows of every fit of the whole run.
    jobs : list of FoldJob
        Independent pieces of work: all jobs, or those of the part that was asked for.
    n_fits : list of int
        How many networks each job trains.
    n_together : int or None
        The most networks to train at once; None means as many as fit into memory.
    group_size : int
        The approximate number of independent networks in a group of jobs.
    """

    run: Run
    splits: list
    jobs: list
    n_fits: list
    n_together: int | None = 1
    group_size: int = 1


def plan_run(X, y, *, cv, only=None, n_together=None, **options):
    """Return the plan of a run, or raise if an argument is wrong.

    Parameters
    ----------
    X, y, cv, only, n_together
        As in :func:`cross_validate_transfer`.
    **options : dict
        The other arguments of :func:`cross_validate_transfer` that change what is trained.
    """
    run = check_run(X, y, **options)
    n_together, group_size = settle_n_together(run, n_together)
    run.counter_masks = n_together != 1 or is_on_cuda(run) or are_masks_counted()
    if cv is None:
        cv = RepeatedSpeakerStratifiedKFold(random_state=run.random_state)
    splits = draw_splits(cv, run)
    jobs, n_fits = plan_jobs(run, splits)
    if only is not None:
        jobs, n_fits = select_part(only, run.corpus, jobs, n_fits)
    return RunPlan(run, splits, jobs, n_fits, n_together, group_size)
