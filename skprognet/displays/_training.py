"""Score by epoch: Figure 3 of the paper."""

import pandas as pd

# Okabe and Ito (2008): told apart by colour-blind readers; the dashes tell them apart in grey.
COLOURS = ["#000000", "#E69F00", "#0072B2", "#D55E00", "#56B4E9", "#009E73", "#CC79A7"]
DASHES = ["solid", "dashed", "solid", (0, (1, 1)), "dashdot", "dashed", "dotted"]


def mean_curves(curves, score):
    """Return mean and standard deviation over the fits of each method and source, by epoch.

    Where fits ended early the curve ends with the first of them: the mean over those that go on
    would be of other folds.
    """
    groups = curves.groupby(["method", "source", "epoch"], sort=False)[score]
    frame = groups.agg(mean="mean", std="std", n_fits="count").reset_index()
    n_fits = frame.groupby(["method", "source"], sort=False)["n_fits"].transform("max")
    return frame[frame["n_fits"] == n_fits].reset_index(drop=True)


class TrainingCurveDisplay:
    """Score by epoch of every method, mean over fits with a band of one standard deviation.

    Parameters
    ----------
    curves : DataFrame
        Columns method, source, epoch, mean, std, n_fits.
    score_name : str, default="validation UAR"
        What is scored, for the axis.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    lines_ : list of matplotlib Line2D
        After `plot`: a line per method and source.

    See Also
    --------
    skprognet.evaluation.cross_validate_transfer : Makes the curves.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; Figure 3.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.displays import TrainingCurveDisplay
    >>> fold = pd.DataFrame({"method": "DNN", "source": "none", "epoch": [1, 2]})
    >>> curves = pd.concat([fold.assign(valid_uar=[0.3, 0.5]), fold.assign(valid_uar=[0.4, 0.7])])
    >>> TrainingCurveDisplay.from_curves(curves).frame()[["epoch", "mean", "n_fits"]]
       epoch  mean  n_fits
    0      1  0.35       2
    1      2  0.60       2
    """

    def __init__(self, curves, *, score_name="validation UAR"):
        self.curves = curves
        self.score_name = score_name

    @classmethod
    def from_curves(cls, curves, *, score="valid_uar", score_name="validation UAR"):
        """Average the curves of single fits.

        Parameters
        ----------
        curves : DataFrame
            A row per fit and epoch with the columns method, source, epoch and `score`, as
            :func:`~skprognet.evaluation.cross_validate_transfer` returns.
        score : str, default="valid_uar"
            The column to draw.
        score_name : str, default="validation UAR"
            What to call it on the axis.

        Returns
        -------
        TrainingCurveDisplay
            Not yet drawn.

        Raises
        ------
        ValueError
            If a column is missing.
        """
        missing = [name for name in ("method", "source", "epoch", score) if name not in curves]
        if missing:
            raise ValueError(
                f"curves must have the columns method, source, epoch and {score}; {missing} are "
                f"missing among {list(curves.columns)}."
            )
        return cls(mean_curves(curves, score), score_name=score_name)

    def plot(self, ax=None):
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to; None makes a figure with pyplot, as scikit-learn's displays do.

        Returns
        -------
        self : TrainingCurveDisplay
            With `ax_`, `figure_` and `lines_`.
        """
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
        self.lines_ = []
        for i, ((method, source), part) in enumerate(
            self.curves.groupby(["method", "source"], sort=False)
        ):
            style = {
                "color": COLOURS[i % len(COLOURS)],
                "linestyle": DASHES[i % len(DASHES)],
            }
            label = method if source == "none" else f"{method} from {source}"
            self.lines_ += ax.plot(part["epoch"], part["mean"], label=label, **style)
            std = part["std"].fillna(0)
            ax.fill_between(
                part["epoch"],
                part["mean"] - std,
                part["mean"] + std,
                color=style["color"],
                alpha=0.12,
                linewidth=0,
            )
        n_fits = self.curves["n_fits"].max()
        ax.set(xlabel="epoch", ylabel=self.score_name)
        ax.set_title(f"mean over {n_fits} fits, band: one standard deviation", fontsize="medium")
        ax.grid(alpha=0.3)
        ax.legend(frameon=False)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def close(self):
        """Forget the figure that `plot` made with pyplot."""
        import matplotlib.pyplot as plt

        plt.close(self.figure_)

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            Columns method, source, epoch, mean, std, n_fits.
        """
        return pd.DataFrame(self.curves).copy()
