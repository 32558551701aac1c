"""Fits that do not wait for each other: one after the other, or many networks at once."""

from skprognet.estimators import fit_each
from skprognet.evaluation._one_fit import fit_alone
from skprognet.networks import counter_masks


def fit_one_by_one(run, fits):
    """Do fits one after the other, and return a list of what came of them.

    Parameters
    ----------
    run : Run
        Says what the dropout masks come from.
    fits : list of FitToDo
        Those that do not wait for each other.

    Returns
    -------
    list of Fitted
        In the same order.
    """
    with counter_masks(run.counter_masks):
        return [fit_alone(fit) for fit in fits]


def fit_at_once(run, fits, n_together):
    """Do fits, networks of one kind together; yield what came of each as soon as it has ended.

    Parameters
    ----------
    run : Run
        Says what the dropout masks come from.
    fits : list of FitToDo
        Those that do not wait for each other.
    n_together : int or None
        How many networks are trained at once, at most; None is as many as fit.

    Yields
    ------
    number : int
        The place of the fit in the list.
    result : Fitted or Exception
        What came of it.
    """
    ended = fit_each((fit.arguments() for fit in fits), n_together)
    while True:
        with counter_masks(run.counter_masks):  # not where this generator waits
            done = next(ended, None)
        if done is None:
            return
        fit = fits[done.number]
        yield done.number, done.error or fit.done(done.seconds, done.trained_together)
