"""Score by epoch: Figure 3 of the paper."""

import pandas as pd

from skprognet.displays._display import Display
from skprognet.displays._frames import by_entry, check_frame, check_one_study, spread_in_words
from skprognet.displays._style import label, legend_above, legend_height, looks, verbatim

SCORE_NAMES = {
    "valid_uar": "validation UAR",
    "test_uar": "test UAR",
    "train_loss": "training loss",
    "valid_loss": "validation loss",
}
MARKERS_PER_LINE = 6


def mean_curves(curves, score):
    """Return mean and standard deviation of each method and source, by epoch.

    The standard deviation is that of the means over the folds of each repeat, as in the paper's
    Figure 3; where there is a single repeat, that over its folds.

    Where fits ended early the curve ends with the first of them: the mean over those that go on
    would be of other folds.
    """
    keys = ["method", "source", "epoch"]
    n_repeats = curves["repeat"].nunique() if "repeat" in curves else 1
    of_repeats = curves
    if n_repeats > 1:
        of_repeats = curves.groupby([*keys, "repeat"], sort=False)[score].mean().reset_index()
    frame = of_repeats.groupby(keys, sort=False)[score].agg(["mean", "std"]).reset_index()
    frame["n_fits"] = curves.groupby(keys, sort=False)[score].count().to_numpy()
    frame["n_repeats"] = n_repeats
    n_fits = frame.groupby(["method", "source"], sort=False)["n_fits"].transform("max")
    return frame[frame["n_fits"] == n_fits].reset_index(drop=True)


class TrainingCurveDisplay(Display):
    """Score by epoch of every method: the mean, and a band of one standard deviation.

    As in the paper the band is the standard deviation over the repeats of the score averaged over
    the folds of each; of a single repeat, it is that over its folds, and the legend says so.

    Parameters
    ----------
    curves : DataFrame
        Columns method, source, epoch, mean, std, n_fits, n_repeats.
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
    def from_curves(cls, curves, *, score="valid_uar", score_name=None):
        """Average the curves of single fits.

        Parameters
        ----------
        curves : DataFrame
            A row per fit and epoch with the columns method, source, epoch, `score` and, where
            there are several, repeat, as :func:`~skprognet.evaluation.cross_validate_transfer`
            returns: of one target, one corpus and one number of training folds, where it has such
            columns.
        score : str, default="valid_uar"
            The column to draw, such as "test_uar" or "train_loss".
        score_name : str, default=None
            What to call it on the axis; None spells out the names of the columns above, and takes
            any other as it is.

        Returns
        -------
        TrainingCurveDisplay
            Not yet drawn.

        Raises
        ------
        ValueError
            If a column is missing, or the curves are of several studies.
        """
        curves = check_frame("curves", curves, ["method", "source", "epoch", score])
        check_one_study("curves", curves, ["corpus", "target", "n_train_folds"])
        name = SCORE_NAMES.get(score, score) if score_name is None else score_name
        return cls(mean_curves(curves, score), score_name=name)

    def _figure_size(self):
        return 4.8, 2.8 + legend_height([label(*entry) for entry in by_entry(self.curves)])

    def _draw(self, ax):
        parts = by_entry(self.curves)
        styles, labels = looks(parts), []
        self.lines_ = []
        for i, (entry, part) in enumerate(parts.items()):
            # Few markers, each line's at other epochs, so that none hides another.
            step = max(1, len(part) // MARKERS_PER_LINE)
            first = i * step // len(parts)
            labels.append(label(*entry))
            self.lines_ += ax.plot(
                part["epoch"],
                part["mean"],
                label=labels[-1],
                markevery=(first, step),
                markersize=4.5,
                **styles[entry],
            )
            ax.fill_between(
                part["epoch"],
                part["mean"] - part["std"],
                part["mean"] + part["std"],
                color=styles[entry]["color"],
                alpha=0.12,
                linewidth=0,
            )
        n_fits = self.curves["n_fits"].max()
        fits = f"mean over {n_fits} fits" if n_fits > 1 else "one fit"
        over = spread_in_words(self.curves["n_repeats"].max())
        has_band = self.curves["std"].notna().any()
        spread = f", band: standard deviation over {over}" if has_band else ""
        ax.set(xlabel="epoch", ylabel=verbatim(self.score_name))
        ax.grid(alpha=0.3)
        legend_above(ax, self.lines_, labels, f"{fits}{spread}")

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            Columns method, source, epoch, mean, std, n_fits, n_repeats (mean over the fits; std
            over the repeats of the means over their folds, of a single repeat over its folds).
        """
        return pd.DataFrame(self.curves).copy()
