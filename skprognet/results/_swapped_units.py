"""The test of a gap by swaps: how wide it were if two methods changed places for some units."""

from typing import NamedTuple

import numpy as np

_AT_ONCE = 2**22  # numbers in the table of swaps that is in memory at a time
_ROUNDING = 1e-12  # sums in another order differ by less


class SwapTestResult(NamedTuple):
    """By how much one gap is wider than the other, its interval, and the p-value."""

    widening: float
    low: float
    high: float
    pvalue: float


def gap_of(scores):
    """Return the largest score of a group minus the smallest, over the last axis."""
    return np.ptp(scores, axis=-1)


def swap_test(own, plain, *, n_permutations, random_state, alpha):
    """Test whether the gap between groups differs between two methods.

    Parameters
    ----------
    own, plain : ndarray of shape (n_units, n_groups)
        What each unit adds to the score of each group, of either method.
    n_permutations : int
        Number of random swaps; all ways to swap are tried where there are no more than that.
    random_state : int
        Draws them.
    alpha : float
        1 minus the level of the interval.

    Returns
    -------
    SwapTestResult
        The widening is the gap of `own` minus that of `plain`.
    """
    widening = gap_of(own.sum(axis=0)) - gap_of(plain.sum(axis=0))
    swapped = np.concatenate(
        [_widenings(own, plain, swaps) for swaps in _swaps(len(own), n_permutations, random_state)]
    )
    as_large = np.abs(swapped) >= abs(widening) - _ROUNDING
    reach = np.quantile(np.abs(swapped), 1 - alpha, method="higher")
    return SwapTestResult(widening, widening - reach, widening + reach, as_large.mean())


def _widenings(own, plain, swaps):
    """Return the widening for each row of swaps, of shape (n_swaps, n_units)."""
    change = swaps @ (plain - own)
    return gap_of(own.sum(axis=0) + change) - gap_of(plain.sum(axis=0) - change)


def _swaps(n_units, n_permutations, random_state):
    """Yield tables with 1 for units that change places, a row for each way; the first has none."""
    if 2.0**n_units <= n_permutations + 1:
        ways = np.arange(2**n_units)[:, np.newaxis]
        yield (ways >> np.arange(n_units) & 1).astype(float)
        return
    yield np.zeros((1, n_units))
    rng = np.random.default_rng(random_state)
    at_once = max(1, _AT_ONCE // n_units)
    for start in range(0, n_permutations, at_once):
        size = (min(at_once, n_permutations - start), n_units)
        yield rng.integers(2, size=size).astype(float)
