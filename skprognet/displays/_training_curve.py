"""Score by epoch: Figure 3 of the paper."""

import pandas as pd

from skprognet._scores import CONDITIONS, METHOD, label
from skprognet._table_metric import DEFAULT_METRIC, monitor_label
from skprognet.displays._display import Display
from skprognet.displays._frames import by_method, check_frame, check_one_study, spread_in_words
from skprognet.displays._style import legend_above, legend_height, looks, verbatim

# "{}" stands for the label of the metric.
NAMES = {
    "valid_score": "validation {}",
    "test_score": "test {}",
    "train_loss": "training loss",
    "valid_loss": "validation loss",
}
MARKERS_PER_LINE = 6


def _name_of(score, curves):
    """Return what to call a column of the curves on the axis."""
    name = NAMES.get(score, score)
    if "{}" not in NAMES.get(score, ""):
        return name
    metric = curves["metric"].iloc[0] if "metric" in curves else DEFAULT_METRIC
    return name.format(monitor_label(metric))


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
    >>> folds = [fold.assign(valid_score=[0.3, 0.5]), fold.assign(valid_score=[0.4, 0.7])]
    >>> curves = pd.concat(folds)
    >>> TrainingCurveDisplay.from_curves(curves).frame()[["epoch", "mean", "n_fits"]]
       epoch  mean  n_fits
    0      1  0.35       2
    1      2  0.60       2
    """

    def __init__(self, curves, *, score_name="validation UAR"):
        self.curves = curves
        self.score_name = score_name

    @classmethod
    def from_curves(cls, curves, *, score="valid_score", score_name=None):
        """Average the curves of single fits.

        Parameters
        ----------
        curves : DataFrame
            A row per fit and epoch with the columns method, source, epoch, `score` and, where
            there are several, repeat, as :func:`~skprognet.evaluation.cross_validate_transfer`
            returns: of one metric, target, corpus and number of training folds, where it has such
            columns. Without a column metric the scores are taken as UAR.
        score : str, default="valid_score"
            The column to draw, such as "test_score" or "train_loss".
        score_name : str, default=None
            What to call it on the axis. None is such as "validation UAR" for the columns above,
            and the name of any other column.

        Returns
        -------
        TrainingCurveDisplay
            Not yet drawn.

        Raises
        ------
        ValueError
            If a column is missing, or the curves are of several studies.
        """
        curves = check_frame("curves", curves, [*METHOD, "epoch", score])
        of_metric = ["metric"] if "{}" in NAMES.get(score, "") else []
        check_one_study("curves", curves, [*of_metric, *CONDITIONS])
        name = _name_of(score, curves) if score_name is None else score_name
        return cls(mean_curves(curves, score), score_name=name)

    def _figure_size(self):
        return 4.8, 2.8 + legend_height([label(*method) for method in by_method(self.curves)])

    def _draw(self, ax):
        parts = by_method(self.curves)
        styles, labels = looks(parts), []
        self.lines_ = []
        for i, (method, part) in enumerate(parts.items()):
            # Few markers, each line's at other epochs, so that none hides another.
            step = max(1, len(part) // MARKERS_PER_LINE)
            first = i * step // len(parts)
            labels.append(label(*method))
            self.lines_ += ax.plot(
                part["epoch"],
                part["mean"],
                label=labels[-1],
                markevery=(first, step),
                markersize=4.5,
                **styles[method],
            )
            ax.fill_between(
                part["epoch"],
                part["mean"] - part["std"],
                part["mean"] + part["std"],
                color=styles[method]["color"],
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
