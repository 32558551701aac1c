"""Numbers in one unit that stand beside each other, with the same number of decimals."""

import numpy as np


def shared_digits(values, digits=3):
    """Return how to format numbers of one unit, so that all have the same decimals.

    Parameters
    ----------
    values : array-like of float
        All numbers that stand together.
    digits : int, default=3
        Significant digits of the one that is farthest from 0; the others have as many decimals.

    Returns
    -------
    str
        For ``format``: fixed decimals, or exponents where the numbers are very large or small.

    Examples
    --------
    >>> rmse = [0.523, 0.55, 0.0462]
    >>> [format(each, shared_digits(rmse)) for each in rmse]
    ['0.523', '0.550', '0.046']
    """
    largest = np.abs(np.asarray(values, dtype=float)).max(initial=0)
    if largest and not 1e-4 <= largest < 1e6:
        return f".{digits - 1}e"
    before = int(np.floor(np.log10(largest))) + 1 if largest else 1
    return f".{max(0, digits - before)}f"
