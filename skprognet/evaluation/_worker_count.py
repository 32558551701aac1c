"""How many processes a run is worth: each imports all libraries once more, before its first job.

What a run takes is counted from its design alone, so that the same call always does the same.
"""

from itertools import pairwise

from joblib import effective_n_jobs
from joblib.parallel import LokyBackend, get_active_backend

from skprognet.evaluation._source_estimator import source_estimators
from skprognet.evaluation._time_jobs import epochs_of

# Of one core of a few years ago, in seconds. They need not be exact: where they matter, a run
# takes about as long with workers as without.
_START = 2.5  # of a worker, until its first fit
_FIT = 0.03  # of a fit, for what it does beside its epochs
_STEP = 4e-4  # of a training step, for what does not grow with the network
_OPERATIONS = 2e10  # multiplications and additions in a second


def worth_workers(run, jobs, n_fits, n_jobs):
    """Return the `n_jobs` of joblib that ends a run soonest: 1 where "all cores" do not pay.

    Parameters
    ----------
    run : Run
        What all fits share.
    jobs : list of FoldJob
        What is still to be done.
    n_fits : int
        How many networks these train.
    n_jobs : int
        What was asked for. Only -1, all cores, leaves a choice.

    Returns
    -------
    int
        1, or `n_jobs` as it is.
    """
    backend, _ = get_active_backend()
    n_workers = min(effective_n_jobs(n_jobs), len(jobs))
    if n_jobs != -1 or not isinstance(backend, LokyBackend) or n_workers < 2:
        return n_jobs
    n_rows = max((_most_rows(job.split) for job in jobs), default=0)
    networks = [*run.methods.values(), *source_estimators(run.source_estimator).values()]
    longest = max((_seconds(each, n_rows, run.X.shape[1]) for each in networks), default=0.0)
    saved = n_fits * longest * (1 - 1 / n_workers)
    return 1 if saved < _START else n_jobs


def _most_rows(split):
    """Return the size of the largest training set, those of other corpora included."""
    of_sources = [rows for parts in split.of_sources.values() for rows in parts]
    return max(map(len, [*split.train.values(), *of_sources]))


def _seconds(estimator, n_rows, n_features):
    """Return about how long a fit takes at most; infinity for what is not one of our networks."""
    epochs, options = epochs_of(estimator), estimator.get_params(deep=False)
    if epochs is None or not {"hidden_layer_sizes", "batch_size"} <= set(options):
        return float("inf")
    widths = [n_features, *options["hidden_layer_sizes"]]
    n_weights = 2 * sum(a * b for a, b in pairwise(widths))  # with those that read a source
    step = _STEP * n_rows / options["batch_size"]
    return _FIT + epochs * (step + 3 * n_weights * n_rows / _OPERATIONS)
