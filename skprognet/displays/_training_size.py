"""Draw the score by size of the training set: Figure 4 of the paper."""

import pandas as pd

from skprognet._comparisons import TRANSFER, evidence, of_scores, transfer_wins
from skprognet._scores import FOLD, METHOD, NO_SOURCE, SCORE, as_frame, check_columns, label
from skprognet._table_metric import METRIC, metric_columns, metric_of
from skprognet.displays._display import Display
from skprognet.displays._frames import (
    axis_label,
    by_method,
    check_frame,
    check_one_study,
    figure_spread,
    spread_in_words,
)
from skprognet.displays._style import GREY, legend_above, legend_height, looks

CIRCLE = {
    "linestyle": "none",
    "marker": "o",
    "markersize": 12,
    "markerfacecolor": "none",
    "markeredgewidth": 1.3,
}


def _by_size(scores):
    """Return mean and spread of each method and source at each number of training folds."""
    rows = []
    for method, source in by_method(scores):
        for size, part in scores.groupby("n_train_folds"):
            own = part[(part["method"] == method) & (part["source"] == source)]
            if not len(own):
                continue
            mean, std = figure_spread(part, method, source)
            rows.append(
                {
                    "method": method,
                    "source": source,
                    **metric_columns(metric_of(scores)),
                    "n_train_folds": size,
                    "n_train": own["n_train"].mean() if "n_train" in own else float("nan"),
                    "mean": mean,
                    "std": std,
                    "n_fits": len(own),
                    "n_repeats": own["repeat"].nunique(),
                }
            )
    return pd.DataFrame(rows)


def _won(comparisons):
    """Return each (method, source, n_train_folds) that beats the same network without a source."""
    rows = comparisons[transfer_wins(comparisons) & evidence(comparisons)]
    is_first = rows["source"] != NO_SOURCE
    columns = rows.loc[is_first, [*METHOD, "n_train_folds"]]
    won = set(columns.itertuples(index=False, name=None))
    if is_first.all():
        return won
    needed = ["against", "against_source", "n_train_folds"]
    check_columns("comparisons", rows, needed, "Take what compare_methods returns.")
    return won | set(rows.loc[~is_first, needed].itertuples(index=False, name=None))


class TrainingSizeDisplay(Display):
    """Show the score by the number of training folds of the target; circles mark clear gains.

    A line for each method and source connects the means. As in the paper, the band is the standard
    deviation over the repeats of the score averaged over the folds of each. With one repeat it is
    the standard deviation over its folds, and the legend says so. The band is not the uncertainty
    of a difference. A circle marks a result that a test finds better than the same network without
    a source.

    Parameters
    ----------
    sizes : DataFrame
        Columns method, source, metric, greater_is_better, n_train_folds, mean, std, n_fits,
        n_repeats, and, if known, n_train (mean number of training rows), better (bool: a circle)
        and alpha.
    against : str, default="DNN"
        The network that a circled result is better than, for the legend.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    lines_ : list of matplotlib Line2D
        After `plot`: a line per method and source.
    circles_ : list of matplotlib Line2D
        After `plot`: the circles of each line that has any.

    See Also
    --------
    skprognet.results.compare_methods : Makes the comparisons.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; Figure 4.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.displays import TrainingSizeDisplay
    >>> folds = pd.DataFrame({"repeat": 1, "fold": [1, 2], "method": "DNN", "source": "none"})
    >>> small = folds.assign(n_train_folds=1, n_train=50, score=[0.3, 0.5])
    >>> large = folds.assign(n_train_folds=8, n_train=400, score=[0.6, 0.6])
    >>> display = TrainingSizeDisplay.from_scores(pd.concat([small, large]))
    >>> display.frame()[["n_train_folds", "n_train", "mean", "std"]].round(2)
       n_train_folds  n_train  mean   std
    0              1     50.0   0.4  0.14
    1              8    400.0   0.6  0.00
    """

    def __init__(self, sizes, *, against="DNN"):
        self.sizes = sizes
        self.against = against

    @classmethod
    def from_scores(cls, scores, comparisons=None):
        """Average the scores at each size, and mark where transfer helps.

        Parameters
        ----------
        scores : DataFrame
            Columns method, source, n_train_folds, repeat, fold and score, and, if known, n_train.
            If there are columns for metric, target or corpus, each must have a single value.
        comparisons : DataFrame, default=None
            Columns method, source, against, n_train_folds (not needed if the scores have one
            size), kind, difference, pvalue and alpha, as
            :func:`~skprognet.results.compare_methods` returns for these scores. None draws no
            circles. Comparisons of another corpus or target than the scores are ignored. A better
            result has a circle if its uncorrected p-value is below alpha, as in the paper. To use
            Holm's correction, pass ``comparisons.assign(pvalue=comparisons["pvalue_holm"])``.

        Returns
        -------
        TrainingSizeDisplay
            The display, not yet drawn.

        Raises
        ------
        TypeError
            If `scores` or `comparisons` is not a table.
        ValueError
            If a column, a fold or a number of training folds is missing, or the scores are of
            several studies.
        """
        scores = check_frame("scores", scores, [*METHOD, "n_train_folds", *FOLD, SCORE])
        check_one_study("scores", scores, [*METRIC, "corpus", "target"])
        without = scores["n_train_folds"].isna().sum()
        if without:
            raise ValueError(
                f"scores must have n_train_folds in every row; {without} of {len(scores)} rows "
                "lack it. Fill it in, or leave out these rows."
            )
        sizes = _by_size(scores)
        if comparisons is None:
            return cls(sizes)
        comparisons = as_frame("comparisons", comparisons)
        if len(sizes["n_train_folds"].unique()) == 1 and "n_train_folds" not in comparisons:
            comparisons = comparisons.assign(n_train_folds=sizes["n_train_folds"].iloc[0])
        needed = ["against", "n_train_folds", "kind", "difference", "alpha", "pvalue"]
        comparisons = check_frame("comparisons", comparisons, [*METHOD, *needed])
        comparisons = of_scores(comparisons, scores)
        check_one_study("comparisons", comparisons, ["corpus", "target", "alpha"])
        won = _won(comparisons)
        keys = sizes[[*METHOD, "n_train_folds"]].itertuples(index=False, name=None)
        sizes["better"] = [key in won for key in keys]
        sizes["alpha"] = comparisons["alpha"].iloc[0] if len(comparisons) else float("nan")
        transfer = comparisons[comparisons["kind"] == TRANSFER]
        is_first = transfer["source"] != NO_SOURCE
        networks = transfer["against"].where(is_first, transfer["method"]).unique()
        return cls(sizes, against=" or ".join(map(str, networks)))

    def _figure_size(self):
        labels = [label(*method) for method in by_method(self.sizes)]
        return 4.8, 3 + legend_height([*labels, "circle"])

    def _draw(self, ax):
        from matplotlib.colors import to_rgba

        parts = by_method(self.sizes)
        styles, labels = looks(parts), []
        self.lines_, self.circles_ = [], []
        for method, part in parts.items():
            color, dashes = styles[method]["color"], styles[method]["linestyle"]
            labels.append(label(*method))
            self.lines_ += ax.plot(
                part["n_train_folds"], part["mean"], label=labels[-1], **styles[method]
            )
            ax.fill_between(
                part["n_train_folds"],
                part["mean"] - part["std"],
                part["mean"] + part["std"],
                facecolor=to_rgba(color, 0.08),
                edgecolor=to_rgba(color, 0.6),
                linestyle=dashes,
                linewidth=0.6,
            )
            if "better" in part and part["better"].any():
                self._draw_circles(ax, part[part["better"]], color)
        self._label_axes(ax)
        self._add_legend(ax, labels)

    def _draw_circles(self, ax, part, color):
        """Draw a circle around each result; if two coincide, one circle is inside the other."""
        self.circles_ += ax.plot(
            part["n_train_folds"],
            part["mean"],
            **{**CIRCLE, "markersize": CIRCLE["markersize"] + 3.5 * len(self.circles_)},
            color=color,
        )

    def _label_axes(self, ax):
        sizes = self.sizes.groupby("n_train_folds")
        ticks = [f"{size:g}" for size in sizes.groups]
        xlabel = "training folds of the target corpus"
        if "n_train" in self.sizes and self.sizes["n_train"].notna().all():
            rows = sizes["n_train"].mean()
            ticks = [f"{tick}\n{n:.0f}" for tick, n in zip(ticks, rows, strict=True)]
            xlabel += "\n(below: mean number of training rows)"
        ax.set_xscale("log")
        ax.set_xmargin(0.1)
        ax.set_xticks(list(sizes.groups), ticks)
        ax.set_xticks([], minor=True)
        ax.set(xlabel=xlabel, ylabel=axis_label(self.sizes))
        ax.grid(alpha=0.3)

    def _add_legend(self, ax, labels):
        from matplotlib.lines import Line2D

        handles = list(self.lines_)
        if self.circles_:
            handles.append(Line2D([], [], **CIRCLE, color=GREY))
            labels = [*labels, f"better than {self.against}, p<{self.sizes['alpha'].iloc[0]:g}"]
        over = spread_in_words(self.sizes["n_repeats"].max())
        has_band = self.sizes["std"].notna().any()
        note = f"mean, band: standard deviation over {over}" if has_band else "single scores"
        legend_above(ax, handles, labels, note)

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            One row per method, source and size: method, source, metric, greater_is_better,
            n_train_folds, n_train (mean number of training rows, NaN if unknown), mean and std of
            the score (of the means of the repeats; with one repeat, over its folds; NaN for a
            single score), n_fits and n_repeats. With comparisons also
            better (whether there is a circle) and alpha.
        """
        return self.sizes.copy()
