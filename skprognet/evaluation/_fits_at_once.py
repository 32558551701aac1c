"""Fits that do not wait for each other: one after the other, or many networks at once."""

import time
from contextlib import nullcontext

from skprognet.evaluation._one_fit import fit_alone
from skprognet.evaluation._stand_in import counter_masks, fit_together


def fit_all(run, fits, n_together=1):
    """Do fits that do not wait for each other.

    Where networks are trained together and something fails, the fits are done again in two
    halves, and so on until it is known which one fails.

    Parameters
    ----------
    run : Run
        Says what dropout depends on.
    fits : list of FitToDo
        In any order.
    n_together : int, default=1
        How many networks are trained at once, at most.

    Returns
    -------
    list of Fitted or Exception
        What came of each fit.

    Raises
    ------
    Exception
        What a fit raises, if ``n_together=1``.
    """
    with counter_masks() if run.counter_masks else nullcontext():
        if n_together == 1:
            return [fit_alone(fit) for fit in fits]
        return _fit_together(fits, n_together) if fits else []


def _fit_together(fits, n_together):
    start = time.perf_counter()
    try:
        fit_together([fit.arguments() for fit in fits], n_together)
    except Exception as error:
        if len(fits) == 1:
            return [error]
        half = len(fits) // 2
        return [
            *_fit_together(fits[:half], n_together),
            *_fit_together(fits[half:], n_together),
        ]
    seconds = (time.perf_counter() - start) / len(fits)
    return [fit.done(seconds) for fit in fits]
