"""Decide whether worker processes pay: each must import all libraries before its first job.

The duration of a run is estimated from its design alone, so the same call always makes the same
decision.
"""

from itertools import pairwise

from joblib import effective_n_jobs
from joblib.parallel import LokyBackend, get_active_backend

from skprognet.evaluation._time_jobs import epochs_of

# For one core of a few years ago, in seconds. These need not be exact: near the limit, a run takes
# about as long with workers as without.
_START = 2.5  # a worker, until its first fit
_FIT = 0.03  # the fixed cost of a fit, in addition to its epochs
_STEP = 4e-4  # the fixed cost of a training step, whatever the size of the network
_OPERATIONS = 2e10  # multiplications and additions per second


def worth_workers(run, jobs, n_fits, n_jobs):
    """Return the `n_jobs` with which a run ends soonest: 1 if starting workers does not pay.

    Parameters
    ----------
    run : Run
        What all fits share.
    jobs : list of FoldJob
        The jobs that are still to be done.
    n_fits : int
        How many networks they train.
    n_jobs : int
        The argument of the user. Only -1, all cores, leaves a choice.

    Returns
    -------
    int
        1, or `n_jobs` unchanged.
    """
    backend, _ = get_active_backend()
    n_workers = min(effective_n_jobs(n_jobs), len(jobs))
    if n_jobs != -1 or not isinstance(backend, LokyBackend) or n_workers < 2:
        return n_jobs
    n_rows = max((_most_rows(job.split) for job in jobs), default=0)
    longest = max((_seconds(each, n_rows, run.X.shape[1]) for each in run.trained), default=0.0)
    saved = n_fits * longest * (1 - 1 / n_workers)
    return 1 if saved < _START else n_jobs


def _most_rows(split):
    """Return the size of the largest training set, including those of other corpora."""
    of_sources = [rows for parts in split.of_sources.values() for rows in parts]
    return max(map(len, [*split.train.values(), *of_sources]))


def _seconds(estimator, n_rows, n_features):
    """Estimate the longest duration of a fit; infinity unless it is a network of this package."""
    epochs, options = epochs_of(estimator), estimator.get_params(deep=False)
    if epochs is None or not {"hidden_layer_sizes", "batch_size"} <= set(options):
        return float("inf")
    widths = [n_features, *options["hidden_layer_sizes"]]
    n_weights = 2 * sum(a * b for a, b in pairwise(widths))  # twice, for weights on a source
    step = _STEP * n_rows / options["batch_size"]
    return _FIT + epochs * (step + 3 * n_weights * n_rows / _OPERATIONS)
