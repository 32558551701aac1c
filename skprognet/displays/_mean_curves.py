"""Mean, standard deviation and moving average of the curves of many fits."""

import numpy as np
import pandas as pd

from skprognet._scores import METHOD
from skprognet.displays._frames import by_method

# A window of about a twentieth of the epochs: 15 of 300, and 31 of the paper's 600.
EPOCHS_PER_REACH = 40


def mean_curves(curves, score):
    """Return mean and standard deviation of each method and source, by epoch.

    As in the paper's Figure 3, the standard deviation is computed over the repeats, from the mean
    over the folds of each repeat. If there is a single repeat, it is computed over its folds.

    If fits ended early, the curve ends with the first of them, since later means would cover fewer
    folds.
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
    """Return the moving average of values, over a centred window.

    The window of value i (from 0) of n values goes from i - h_i to i + h_i, where
    h_i = min(h, i, n - 1 - i) and h = (w - 1) / 2. So it narrows towards both ends. The result is
    the sum of the 2 h_i + 1 values in the window, divided by their number.

    Parameters
    ----------
    values : array-like of shape (n_epochs,)
        The values in the order of the epochs.
    window : int
        Width w of the window, an odd number.

    Returns
    -------
    ndarray of shape (n_epochs,)
        The moving average.
    """
    values = np.asarray(values, dtype=float)
    i = np.arange(len(values))
    reach = np.minimum((window - 1) // 2, np.minimum(i, i[::-1]))
    total = np.concatenate([[0.0], np.cumsum(values)])
    means = (total[i + reach + 1] - total[i - reach]) / (2 * reach + 1)
    return np.where(reach > 0, means, values)  # a window of 1 changes no digit


def smooth(frame, window):
    """Return mean curves with their moving averages in the columns smooth_mean and smooth_std.

    Parameters
    ----------
    frame : DataFrame
        The result of `mean_curves`.
    window : int or "auto"
        Number of epochs in the window, as in `TrainingCurveDisplay.from_curves`.
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
