"""Test whether the gap between two groups differs between two methods.

The score of a group is a mean in which some rows count more than others, or a ratio of means. So
the contribution of a unit, such as a speaker, also depends on its number of rows. Each unit
therefore gets a pseudo-value: an estimate of the change of the group from this unit alone. Its
distance from the change of the whole group is the contribution of the unit beyond its share, times
the number of units. The pseudo-values average to the change of the group, and the t-test uses them
like any other measurements of independent units.
"""

import warnings
from typing import NamedTuple

import numpy as np
from scipy import stats

_ROUNDING = 1e-12  # rounding errors of sums are smaller


class GapChange(NamedTuple):
    """How much greater one difference is than the other, with interval and p-value."""

    change: float
    low: float
    high: float
    pvalue: float


def change_of_gap(differences, share, alpha):
    """Test whether the gap between two groups differs between two methods.

    Parameters
    ----------
    differences : ndarray of shape (n_units, 2)
        What each unit adds to the score of each group with one method, minus the same with the
        other method.
    share : ndarray of shape (n_units, 2)
        The share of each unit in each group; each column sums to 1.
    alpha : float
        1 minus the level of the interval.

    Returns
    -------
    GapChange
        The change of the first group minus the change of the second. Interval and p-value are NaN
        if a group has a single unit, or if all units change by the same amount. If nothing changes
        at all, the p-value is 1.
    """
    gains = differences.sum(axis=0)
    change = float(gains[0] - gains[1])
    if np.abs(differences).max() < _ROUNDING:
        return GapChange(change, np.nan, np.nan, 1.0)
    beyond, inside = differences - share * gains, share > 0
    n_units = inside.sum(axis=0)
    # If the same units are in both groups, each of them gives one paired measurement.
    is_paired = inside.all(axis=1).any()
    varying = beyond[:, 0] - beyond[:, 1] if is_paired else beyond
    if n_units.min() < 2 or np.abs(varying).max() < _ROUNDING:
        return GapChange(change, np.nan, np.nan, np.nan)
    if is_paired:
        both = inside.any(axis=1)
        values = both.sum() * varying[both] + change
        result = stats.ttest_1samp(values, 0)
    else:
        best, worst = (n_units[g] * beyond[inside[:, g], g] + gains[g] for g in (0, 1))
        with warnings.catch_warnings():
            # One group may not vary, if nothing changes in it. Then the other group does.
            warnings.simplefilter("ignore", RuntimeWarning)
            result = stats.ttest_ind(best, worst, equal_var=False)
    low, high = result.confidence_interval(1 - alpha)
    return GapChange(change, float(low), float(high), float(result.pvalue))
