"""Draw the recall of each class for all methods side by side."""

import numpy as np

from skprognet._scores import label
from skprognet.displays._display import Display
from skprognet.displays._frames import by_method, of_one_study
from skprognet.displays._style import legend_above, legend_height, looks, verbatim
from skprognet.results import recall_by_class

LINE = 0.13  # inches for each method in the row of a class


class ClassRecallDisplay(Display):
    """Show the recall of each class, with its spread, for all methods side by side.

    The mark is the mean, and the bar is one standard deviation over the folds to each side, both
    by the paper's rule. Within a class the methods have the order of the legend, from top to
    bottom.

    Parameters
    ----------
    recalls : DataFrame
        The result of :func:`~skprognet.results.recall_by_class`: method, source, label,
        recall_mean and recall_std.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    bars_ : list of matplotlib ErrorbarContainer
        After `plot`: the marks and bars of each method, in the order of the legend.

    See Also
    --------
    ConfusionDisplay : Also shows which class is mistaken for which.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.displays import ClassRecallDisplay
    >>> predictions = pd.DataFrame({"truth": ["angry", "angry", "sad", "sad"]})
    >>> predictions["prediction"] = ["angry", "sad", "sad", "sad"]
    >>> predictions = predictions.assign(method="DNN", source="none", repeat=1, fold=1)
    >>> predictions["row"] = range(4)
    >>> ClassRecallDisplay.from_predictions(predictions).frame()[["label", "recall_mean"]]
       label  recall_mean
    0  angry          0.5
    1    sad          1.0
    """

    def __init__(self, recalls):
        self.recalls = recalls

    @classmethod
    def from_predictions(cls, predictions):
        """Average the recall of each class over the folds.

        Parameters
        ----------
        predictions : DataFrame
            One row for each row that a fit was tested on, as
            :func:`~skprognet.evaluation.cross_validate_transfer` returns with
            ``return_predictions=True``, of one target, corpus and number of training folds.

        Returns
        -------
        ClassRecallDisplay
            The display, not yet drawn.

        Raises
        ------
        TypeError
            If `predictions` is not a table.
        ValueError
            If a column is missing, the predictions are numbers, or they are of several studies.
        """
        return cls(recall_by_class(of_one_study(predictions)))

    def _figure_size(self):
        methods = by_method(self.recalls)
        row = max(0.42, LINE * (len(methods) + 1.5))
        legend = legend_height([label(*method) for method in methods])
        return 4.8, 0.7 + legend + row * self.recalls["label"].nunique()

    def _draw(self, ax):
        parts = by_method(self.recalls)
        styles, classes = looks(parts), list(self.recalls["label"].unique())
        offsets = (np.arange(len(parts)) - (len(parts) - 1) / 2) / (len(parts) + 1.5)
        self.bars_ = []
        for offset, (method, part) in zip(offsets, parts.items(), strict=True):
            style = styles[method]
            part = part.set_index("label").reindex(classes)
            bars = ax.errorbar(
                part["recall_mean"],
                np.arange(len(classes)) + offset,
                xerr=None if part["recall_std"].isna().all() else part["recall_std"],
                color=style["color"],
                marker=style["marker"],
                linestyle="none",
                markersize=5,
                elinewidth=1.2,
            )
            for line in bars.lines[2]:
                line.set_linestyle(style["linestyle"])
            self.bars_.append(bars)
        for border in range(1, len(classes)):
            ax.axhline(border - 0.5, color="0.85", linewidth=0.8)
        ax.set_yticks(range(len(classes)), [verbatim(each, 16) for each in classes])
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(len(classes) - 0.5, -0.5)
        spread = self.recalls["recall_std"].notna().any()
        text = "recall: mean" + " and one standard deviation over folds" * bool(spread)
        ax.set_xlabel(text, loc="right", fontsize="small")
        ax.grid(alpha=0.3, axis="x")
        legend_above(ax, self.bars_, [label(*method) for method in parts], "")

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            One row per method and class: method, source, label, recall_mean, recall_std (mean
            and standard deviation over the folds of a repeat, both averaged over the repeats),
            n_rows and n_folds.
        """
        return self.recalls.copy()
