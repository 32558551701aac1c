"""Mean, standard deviation and moving average of the curves of many fits."""

import numpy as np
import pandas as pd

from skprognet._scores import METHOD
from skprognet.displays._frames import by_method

# A window of about a twentieth of the epochs: 15 of 300, and 31 of the paper's 600.
EPOCHS_PER_REACH = 40


def mean_curves(curves, score):
    """Return mean and standard deviation of each method and source, by epoch.

    The standard deviation is that of the means over the folds of each repeat, as in the paper's
    Figure 3; where there is a single repeat, that over its folds.

    Where fits ended early the curve ends with the first of them: the mean over those that go on
    would be of other folds.
    """
    keys = [*METHOD, "epoch"]
    n_repeats = curves["repeat"].nunique() if "repeat" in curves else 1
    of_repeats = curves
    if n_repeats > 1:
        of_repeats = curves.groupby([*keys, "repeat"], sort=False)[score].mean().reset_index()
    frame = of_repeats.groupby(keys, sort=False)[score].agg(["mean", "std"]).reset_index()
    frame["n_fits"] = curves.groupby(keys, sort=False)[score].count().to_numpy()
    frame["n_repeats"] = n_repeats
    n_fits = frame.groupby(list(METHOD), sort=False)["n_fits"].transform("max")
    whole = frame[frame["n_fits"] == n_fits]
    return pd.concat(by_method(whole).values(), ignore_index=True)


def moving_average(values, window):
    """Return the mean over a centred window of each value.

    Parameters
    ----------
    values : array-like of shape (n_epochs,)
        In the order of the epochs.
    window : int
        Width w of the window, an odd number. Near an end it is as wide as fits on both sides of
        the value: with the reach h = (w - 1) / 2, the reach of the value i of n is
        h_i = min(h, i, n - 1 - i), counted from 0, and its mean is the sum of the values from
        i - h_i to i + h_i, divided by 2 h_i + 1.

    Returns
    -------
    ndarray of shape (n_epochs,)
    """
    values = np.asarray(values, dtype=float)
    i = np.arange(len(values))
    reach = np.minimum((window - 1) // 2, np.minimum(i, i[::-1]))
    total = np.concatenate([[0.0], np.cumsum(values)])
    means = (total[i + reach + 1] - total[i - reach]) / (2 * reach + 1)
    return np.where(reach > 0, means, values)  # a window of one is the value, to the last digit


def smooth(frame, window):
    """Return mean curves with their moving averages in the columns smooth_mean and smooth_std.

    Parameters
    ----------
    frame : DataFrame
        As `mean_curves` returns.
    window : int or "auto"
        Epochs in the window.
    """
    if window == "auto":
        longest = frame.groupby(list(METHOD), sort=False).size().max()
        window = 2 * int(longest // EPOCHS_PER_REACH) + 1
    parts = [part.sort_values("epoch", kind="stable") for part in by_method(frame).values()]
    smoothed = [
        part.assign(
            smooth_mean=moving_average(part["mean"], window),
            smooth_std=moving_average(part["std"], window),
        )
        for part in parts
    ]
    return pd.concat(smoothed, ignore_index=True).assign(window=window)
