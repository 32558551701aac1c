"""Do independent fits, one after the other or many networks at once."""

from skprognet.estimators import fit_each
from skprognet.evaluation._one_fit import fit_alone
from skprognet.networks import counter_masks


def fit_one_by_one(run, fits):
    """Do fits one after the other, and return their results.

    Parameters
    ----------
    run : Run
        The run, which determines how dropout masks are drawn.
    fits : list of FitToDo
        Fits that do not depend on each other.

    Returns
    -------
    list of Fitted
        In the same order.
    """
    with counter_masks(run.counter_masks):
        return [fit_alone(fit) for fit in fits]


def fit_at_once(run, fits, n_together):
    """Do fits, with networks of one kind together, and yield each result as soon as it is ready.

    Parameters
    ----------
    run : Run
        The run, which determines how dropout masks are drawn.
    fits : list of FitToDo
        Fits that do not depend on each other.
    n_together : int or None
        The most networks to train at once; None means as many as fit into memory.

    Yields
    ------
    number : int
        The position of the fit in the list.
    result : Fitted or Exception
        Its result, or the error that it raised.
    """
    ended = fit_each((fit.arguments() for fit in fits), n_together)
    while True:
        with counter_masks(run.counter_masks):  # switched off again while this generator waits
            done = next(ended, None)
        if done is None:
            return
        fit = fits[done.number]
        yield done.number, done.error or fit.done(done.seconds, done.trained_together)
