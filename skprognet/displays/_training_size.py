"""Score by size of the training set: Figure 4 of the paper."""

import pandas as pd

from skprognet._validation import check_number
from skprognet.displays._display import Display
from skprognet.displays._frames import by_entry, check_columns, check_one_study, paper_spread
from skprognet.displays._style import GREY, label, legend_above, legend_height, looks
from skprognet.evaluation._design import NO_SOURCE

STAR_ROW = 0.07


def _by_size(scores):
    """Return mean and spread of each method and source at each number of training folds."""
    rows = []
    for method, source in by_entry(scores):
        for size, part in scores.groupby("n_train_folds"):
            own = part[(part["method"] == method) & (part["source"] == source)]
            if not len(own):
                continue
            mean, std = paper_spread(part, method, source)
            rows.append(
                {
                    "method": method,
                    "source": source,
                    "n_train_folds": size,
                    "n_train": own["n_train"].mean() if "n_train" in own else float("nan"),
                    "mean": mean,
                    "std": std,
                    "n_fits": len(own),
                }
            )
    return pd.DataFrame(rows)


def _same_study(comparisons, scores):
    """Return the comparisons that are of the corpus and target of the scores."""
    for column in ("corpus", "target"):
        if column in comparisons and column in scores:
            comparisons = comparisons[comparisons[column] == scores[column].iloc[0]]
    return comparisons


def _won(comparisons, alpha):
    """Return the (method, source, n_train_folds) that are better than one without a source."""
    rows = comparisons[
        (comparisons["against_source"] == NO_SOURCE)
        & (comparisons["pvalue"] < alpha)
        & (comparisons["difference"] > 0)
    ]
    columns = rows[["method", "source", "n_train_folds"]]
    return set(columns.itertuples(index=False, name=None))


class TrainingSizeDisplay(Display):
    """UAR by the number of target folds that train, with a star where transfer clearly helps.

    A line per method and source goes through the means; the band is one standard deviation over
    the folds, not the uncertainty of the mean, which is much smaller: whether two lines differ is
    what the stars say. They stand at the top, in a row for each method that has any, with its
    marker at the left: where a test calls the method better than the one without a source.

    Parameters
    ----------
    sizes : DataFrame
        Columns method, source, n_train_folds, mean, std, n_fits, and, if known, n_train (mean
        number of training rows) and better (bool: a star).
    against : str, default="DNN"
        What a star says it is better than.
    alpha : float, default=0.05
        The level of the test behind the stars.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    lines_ : list of matplotlib Line2D
        After `plot`: a line per method and source.
    stars_ : list of matplotlib Line2D
        After `plot`: the row of stars of each line that has any, from top to bottom.

    See Also
    --------
    skprognet.evaluation.compare_methods : Makes the comparisons.

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
    >>> small = folds.assign(n_train_folds=1, n_train=50, uar=[0.3, 0.5])
    >>> large = folds.assign(n_train_folds=8, n_train=400, uar=[0.6, 0.6])
    >>> display = TrainingSizeDisplay.from_scores(pd.concat([small, large]))
    >>> display.frame()[["n_train_folds", "n_train", "mean", "std"]].round(2)
       n_train_folds  n_train  mean   std
    0              1     50.0   0.4  0.14
    1              8    400.0   0.6  0.00
    """

    def __init__(self, sizes, *, against="DNN", alpha=0.05):
        self.sizes = sizes
        self.against = against
        self.alpha = alpha

    @classmethod
    def from_scores(cls, scores, comparisons=None, *, alpha=0.05):
        """Average the scores at each size, and mark where transfer is better than none.

        Parameters
        ----------
        scores : DataFrame
            Columns method, source, n_train_folds, repeat, fold and uar, and, if known, n_train;
            of one target and one corpus, where it has such columns.
        comparisons : DataFrame, default=None
            Columns method, source, against, against_source, n_train_folds (not needed where the
            scores are of one size), difference and pvalue, as
            :func:`~skprognet.evaluation.compare_methods` returns for these scores. None draws no
            stars. Those of another corpus or target than the scores are passed over.
        alpha : float, default=0.05
            A p-value below it earns a star: unadjusted, as in the paper. For Holm's pass
            ``comparisons.assign(pvalue=comparisons["pvalue_holm"])``.

        Returns
        -------
        TrainingSizeDisplay
            Not yet drawn.

        Raises
        ------
        ValueError
            If a column or a fold is missing, the scores are of several studies, or `alpha` is not
            between 0 and 1.
        """
        needed = ["method", "source", "n_train_folds", "repeat", "fold", "uar"]
        check_columns("scores", scores, needed)
        check_one_study("scores", scores, ["corpus", "target"])
        check_number("alpha", alpha, "number", low=0, high=1, low_open=True, high_open=True)
        sizes = _by_size(scores)
        if comparisons is None:
            return cls(sizes, alpha=alpha)
        if len(sizes["n_train_folds"].unique()) == 1 and "n_train_folds" not in comparisons:
            comparisons = comparisons.assign(n_train_folds=sizes["n_train_folds"].iloc[0])
        needed = ["method", "source", "against", "against_source", "n_train_folds"]
        check_columns("comparisons", comparisons, [*needed, "difference", "pvalue"])
        comparisons = _same_study(comparisons, scores)
        check_one_study("comparisons", comparisons, ["corpus", "target"])
        won = _won(comparisons, alpha)
        keys = sizes[["method", "source", "n_train_folds"]].itertuples(index=False, name=None)
        sizes["better"] = [key in won for key in keys]
        plain = comparisons.loc[comparisons["against_source"] == NO_SOURCE, "against"].unique()
        return cls(sizes, against=" or ".join(map(str, plain)), alpha=alpha)

    def _figure_size(self):
        labels = [label(*entry) for entry in by_entry(self.sizes)]
        return 4.8, 3 + legend_height([*labels, "star"])

    def _draw(self, ax):
        from matplotlib.colors import to_rgba

        parts = by_entry(self.sizes)
        styles, labels = looks(parts), []
        self.lines_, self.stars_ = [], []
        for entry, part in parts.items():
            color, dashes = styles[entry]["color"], styles[entry]["linestyle"]
            labels.append(label(*entry))
            self.lines_ += ax.plot(
                part["n_train_folds"], part["mean"], label=labels[-1], **styles[entry]
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
        if "better" in self.sizes:
            self._draw_stars(ax, parts, styles)
        self._label_axes(ax)
        self._add_legend(ax, labels)

    def _draw_stars(self, ax, parts, styles):
        """Draw the stars above all lines, where none hides another."""
        winners = [(entry, part) for entry, part in parts.items() if part["better"].any()]
        # A row takes a share of the axes, whatever the scale, so the lines make room for it.
        low, high = ax.get_ylim()
        ax.set_ylim(low, low + (high - low) / (1 - STAR_ROW * len(winners)))
        for row, (entry, part) in enumerate(winners):
            color, height = styles[entry]["color"], 1 - STAR_ROW * (row + 0.6)
            self.stars_ += ax.plot(
                part.loc[part["better"], "n_train_folds"],
                [height] * part["better"].sum(),
                "*",
                markersize=10,
                color=color,
                transform=ax.get_xaxis_transform(),
            )
            marker = styles[entry]["marker"]
            ax.plot(0.025, height, marker, markersize=5, color=color, transform=ax.transAxes)

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
        ax.set(xlabel=xlabel, ylabel="UAR")
        ax.grid(alpha=0.3)

    def _add_legend(self, ax, labels):
        from matplotlib.lines import Line2D

        handles = list(self.lines_)
        if self.stars_:
            star = Line2D([], [], linestyle="none", marker="*", markersize=10, color=GREY)
            handles.append(star)
            labels = [*labels, f"better than {self.against}, p<{self.alpha:g}"]
        spread = self.sizes["std"].notna().any()
        note = "mean, band: one standard deviation over folds" if spread else "mean over repeats"
        legend_above(ax, handles, labels, note)

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            A row per method, source and size: method, source, n_train_folds, n_train (mean number
            of training rows, NaN if unknown), mean and std of the UAR (over the folds of a repeat,
            both averaged over the repeats; std is NaN for a single fold), n_fits, and with
            comparisons better (whether there is a star).
        """
        return pd.DataFrame(self.sizes).copy()
