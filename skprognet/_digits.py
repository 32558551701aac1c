"""Format numbers of one unit with the same number of decimals."""

import numpy as np


def shared_digits(values, digits=3):
    """Return a format for numbers of one unit that gives all the same number of decimals.

    Parameters
    ----------
    values : array-like of float
        The numbers that appear together.
    digits : int, default=3
        Significant digits of the number farthest from 0; the others have as many decimals.

    Returns
    -------
    str
        For ``format``: fixed decimals, or exponents if the numbers are very large or small.

    Examples
    --------
    >>> rmse = [0.523, 0.55, 0.0462]
    >>> [format(value, shared_digits(rmse)) for value in rmse]
    ['0.523', '0.550', '0.046']
    """
    largest = np.abs(np.asarray(values, dtype=float)).max(initial=0)
    if largest and not 1e-4 <= largest < 1e6:
        return f".{digits - 1}e"
    before = int(np.floor(np.log10(largest))) + 1 if largest else 1
    return f".{max(0, digits - before)}f"
