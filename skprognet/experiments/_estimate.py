"""Estimate how long a study takes and how large its files get, before it is run."""

from skprognet._wording import count, listed
from skprognet.evaluation import count_workers, epochs_of, plan_call, time_jobs
from skprognet.experiments._durations import in_words
from skprognet.experiments._fits_of_methods import fits_of_methods

# How much the real duration may differ from the estimate, on an otherwise idle machine.
_RANGE = (0.75, 1.35)
# Bytes, measured in studies of a few sizes. The size of figures does not depend on the fits.
_OF_FIT = {"results.csv": 130, "timings.csv": 65, "checkpoint": 1500}
_OF_ROW_OF_FIT = {"rows.csv.gz": 0.1}  # for each row of the corpus
_OF_EPOCH = {"curves.csv.gz": 30, "checkpoint": 80}
_OF_TESTED_ROW = {"predictions.parquet": 17, "predictions.csv.gz": 29, "checkpoint": 23}
_OF_FIGURE = {"png": 70_000, "pdf": 20_000}
_OF_PAGE = {"report.html": 600_000}


def estimate_seconds(runs, n_jobs, n_together=None):
    """Estimate how long the runs of a study take.

    Parameters
    ----------
    runs : list of PlannedRun
        The runs of a study.
    n_jobs : int
        As in joblib.
    n_together : int, default=None
        How many networks are trained at once.

    Returns
    -------
    low, high : float
        Bounds in seconds.
    left_out : list of str
        Methods without epochs, whose fits are not included.
    """
    seconds, left_out = 0.0, {}
    for run in runs:
        plan = plan_call(**run.arguments, n_together=n_together)
        of_run, left_out_of_run = time_jobs(plan, n_jobs)
        seconds += of_run
        left_out |= dict.fromkeys(left_out_of_run)
    low, high = (factor * seconds for factor in _RANGE)
    return low, high, list(left_out)


def estimate_in_words(runs, n_jobs, n_together=None):
    """Estimate how long the runs of a study take, and describe the estimate in a paragraph."""
    low, high, left_out = estimate_seconds(runs, n_jobs, n_together)
    plan = plan_call(**runs[0].arguments, n_together=n_together)
    n_workers, timed = count_workers(plan, n_jobs), "one split"
    at_once = f"{count(range(n_workers), 'job')} at a time"
    if plan.n_together != 1:
        at_once = f"up to {plan.group_size} networks trained together"
        at_once += f" in each of {n_workers} processes" if n_workers > 1 else ""
        timed = "one group"
    rest = ["the start of processes", "the figures", "other work on this machine"]
    rest += [f"the fits of {listed(left_out)}, which have no epochs"] if left_out else []
    return (
        f"Time: {in_words(low)} to {in_words(high)} with {at_once}, if all networks train all of "
        "their epochs. This estimate comes from a few epochs of each kind of network, timed just "
        f"now on {timed}. It leaves out {listed(rest)}."
    )


def file_sizes(names, plans):
    """Estimate the size of the larger files of a study and of its checkpoint.

    Parameters
    ----------
    names : list of str
        Names of all files that the study may write.
    plans : list of RunPlan
        The plans of its runs.

    Returns
    -------
    dict of str to float
        Bytes by name, including the name "checkpoint".
    """
    n_fits = n_epochs = n_tested = n_rows = 0
    for plan in plans:
        for method, each in fits_of_methods(plan).items():
            n_fits += each
            n_epochs += each * (epochs_of(plan.run.methods[method[0]]) or 0)
            n_tested += each * sum(len(split.test) for split in plan.splits) / len(plan.splits)
            n_rows += each * len(plan.run.y)
    sizes = dict.fromkeys([*names, "checkpoint"], 0.0)
    for number, bytes_of_one in (
        (n_fits, _OF_FIT),
        (n_rows, _OF_ROW_OF_FIT),
        (n_epochs, _OF_EPOCH),
        (n_tested, _OF_TESTED_ROW),
        (len(plans), _OF_PAGE),
    ):
        for name in sizes:
            sizes[name] += number * bytes_of_one.get(name, 0)
    return {name: size + _OF_FIGURE.get(name[-3:], 0) for name, size in sizes.items()}
