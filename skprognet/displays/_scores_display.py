"""Draw the scores of each method: Table 2 of the paper as a picture."""

import pandas as pd

from skprognet._checks import check_number
from skprognet._scores import (
    CONDITIONS,
    FOLD,
    METHOD,
    SCORE,
    label,
    paper_mean_and_std,
    score_table,
)
from skprognet._table_metric import METRIC, metric_columns, metric_of
from skprognet.displays._display import Display
from skprognet.displays._frames import axis_label, by_method, check_frame, check_one_study
from skprognet.displays._style import GREY, looks, row_height, verbatim


def _dots(own, n_repeats):
    """Return the mean of each repeat, or the score of each fold if there is one repeat."""
    if n_repeats == 1:
        return own[[*FOLD, SCORE]].sort_values("fold")
    # If a fold has no score, the mean of its repeat is NaN, not the mean of the other folds.
    means = own.groupby("repeat")[SCORE].agg(lambda score: score.mean(skipna=False))
    return means.reset_index()


class ScoresDisplay(Display):
    """Show the score of each method and source: mean, spread and single results.

    The large marker is the mean, and the bar is one standard deviation over the folds to each
    side, both by the paper's rule. The small dots are the means of the repeats, or the folds if
    there is only one repeat.

    Parameters
    ----------
    scores : DataFrame
        One row per dot: method, source, repeat, fold (only for a single repeat), metric,
        greater_is_better, score, and the same mean and std in all rows of a method and source.
    chance : float, default=None
        Score at chance level, for a line; None draws no line.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    dots_ : list of matplotlib Line2D
        After `plot`: the dots of each method and source, from top to bottom.

    See Also
    --------
    skprognet.results.summary_table : The same means and spreads as a table.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.displays import ScoresDisplay
    >>> folds = pd.DataFrame({"repeat": [1, 1, 2, 2], "fold": [1, 2, 1, 2]})
    >>> scores = folds.assign(method="DNN", source="none", score=[0.5, 0.7, 0.6, 0.6])
    >>> display = ScoresDisplay.from_scores(scores, chance=1 / 4)
    >>> display.frame().drop(columns="greater_is_better").round(3)
      method source  repeat metric  score  mean    std
    0    DNN   none       1    uar    0.6   0.6  0.071
    1    DNN   none       2    uar    0.6   0.6  0.071
    """

    def __init__(self, scores, *, chance=None):
        self.scores = scores
        self.chance = chance

    @classmethod
    def from_scores(cls, scores, *, chance=None):
        """Average the scores of all folds.

        Parameters
        ----------
        scores : DataFrame
            Columns method, source, repeat, fold and score, one row per fit, as
            :func:`~skprognet.evaluation.cross_validate_transfer` returns. If there are columns
            for metric, target, corpus or number of training folds, each must have a single
            value.
        chance : float, default=None
            Score at chance level, for a line, such as 1 / 4 for the UAR of four classes; None
            draws no line.

        Returns
        -------
        ScoresDisplay
            The display, not yet drawn.

        Raises
        ------
        TypeError
            If `scores` is not a table, or `chance` is not a number.
        ValueError
            If a column or a fold is missing, the scores are of several studies, or `chance` is
            outside the range of the metric.
        """
        scores = check_frame("scores", scores, [*METHOD, *FOLD, SCORE])
        check_one_study("scores", scores, [*METRIC, *CONDITIONS])
        metric = metric_of(scores)
        if chance is not None:
            low, high = metric.range
            check_number("chance", chance, "number", low=low, high=high)
        n_repeats, parts = scores["repeat"].nunique(), []
        for (method, source), own in by_method(scores).items():
            mean, std = paper_mean_and_std(score_table(scores, method, source))
            part = _dots(own, n_repeats).assign(mean=mean, std=std)
            part.insert(0, "method", method)
            part.insert(1, "source", source)
            for name, value in metric_columns(metric).items():
                part.insert(part.columns.get_loc(SCORE), name, value)
            parts.append(part)
        return cls(pd.concat(parts, ignore_index=True), chance=chance)

    def _row_names(self):
        return [verbatim(label(*method), 24) for method in by_method(self.scores)]

    def _figure_size(self):
        names = self._row_names()
        return 4.8, 1.2 + row_height(names) * len(names)

    def _draw(self, ax):
        parts = by_method(self.scores)
        styles, names = looks(parts), self._row_names()
        self.dots_ = []
        for row, (method, part) in enumerate(parts.items()):
            color, marker = styles[method]["color"], styles[method]["marker"]
            self.dots_ += ax.plot(
                part[SCORE],
                [row + 0.27] * len(part),
                "o",
                markersize=3.5,
                markerfacecolor="none",
                markeredgecolor=color,
                markeredgewidth=0.7,
            )
            mean, std = part[["mean", "std"]].iloc[0]
            ax.errorbar(
                mean,
                row,
                xerr=None if pd.isna(std) else std,
                color=color,
                marker=marker,
                markersize=7,
                capsize=3,
            )
        if self.chance is not None:
            ax.axvline(self.chance, color=GREY, linestyle="dotted")
            ax.annotate(
                f"chance ({self.chance:.3g})",
                (self.chance, 1),
                xycoords=("data", "axes fraction"),
                va="bottom",
                ha="center",
                fontsize="small",
            )
        dots = "folds" if "fold" in self.scores else "means of the repeats"
        has_bars = self.scores["std"].notna().any()
        spread = " and one standard deviation over folds" if has_bars else ""
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(len(names) - 0.4, -0.5)
        # Aligned at the right edge, so that long text extends below the names of the methods and
        # not out of the figure.
        text = f"{axis_label(self.scores)}: mean{spread}\n(small dots: {dots})"
        ax.set_xlabel(text, loc="right", fontsize="small")
        ax.grid(alpha=0.3, axis="x")

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            One row per small dot: method, source, repeat, fold (only for a single repeat), metric,
            greater_is_better, score, and mean and std of the method and source (over the folds of
            a repeat, both averaged over the repeats; std is NaN for a single fold).
        """
        return self.scores.copy()
