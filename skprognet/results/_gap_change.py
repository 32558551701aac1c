"""By how much the gap between two groups differs between two methods, with interval and p-value.

The score of a group is a mean in which some rows count more than others, or a ratio of means. What
a unit such as a speaker adds to it depends on its number of rows, too. So each unit gets a
pseudo-value: the change of the group as this unit alone would say it. Its distance from the change
of the whole group is what the unit adds beyond its share, times the number of units. Pseudo-values
average to the change of the group, and a t-test takes them like any other measurements of
independent units.
"""

import warnings
from typing import NamedTuple

import numpy as np
from scipy import stats

_ROUNDING = 1e-12  # sums in another order differ by less


class GapChange(NamedTuple):
    """By how much one difference is greater than the other, its interval, and the p-value."""

    change: float
    low: float
    high: float
    pvalue: float


def change_of_gap(differences, share, alpha):
    """Test whether the gap between two groups differs between two methods.

    Parameters
    ----------
    differences : ndarray of shape (n_units, 2)
        What each unit adds to the score of either group, of one method minus that of the other.
    share : ndarray of shape (n_units, 2)
        What each unit would add if all did as the whole group does; each column sums to 1.
    alpha : float
        1 minus the level of the interval.

    Returns
    -------
    GapChange
        Of the first group against the second. Interval and p-value are NaN where a group has a
        single unit, or all units differ by the same amount.
    """
    gains = differences.sum(axis=0)
    change = float(gains[0] - gains[1])
    beyond, inside = differences - share * gains, share > 0
    if np.abs(beyond).max() < _ROUNDING:
        pvalue = np.nan if abs(change) > _ROUNDING else 1.0
        return GapChange(change, np.nan, np.nan, pvalue)
    if inside.all(axis=1).any():
        # The same units are in both groups: one measurement of each.
        both = inside.any(axis=1)
        values = both.sum() * (beyond[both, 0] - beyond[both, 1]) + change
        result = stats.ttest_1samp(values, 0)
    else:
        n_units = inside.sum(axis=0)
        if n_units.min() < 2:
            return GapChange(change, np.nan, np.nan, np.nan)
        best, worst = (n_units[g] * beyond[inside[:, g], g] + gains[g] for g in (0, 1))
        with warnings.catch_warnings():
            # One group may not vary at all, where nothing changes for it. The other one does.
            warnings.simplefilter("ignore", RuntimeWarning)
            result = stats.ttest_ind(best, worst, equal_var=False)
    low, high = result.confidence_interval(1 - alpha)
    return GapChange(change, float(low), float(high), float(result.pvalue))
