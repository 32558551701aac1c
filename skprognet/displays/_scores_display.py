"""The scores of each method: Table 2 of the paper as a picture."""

import pandas as pd

from skprognet._checks import check_number
from skprognet.displays._display import Display
from skprognet.displays._frames import by_entry, check_frame, check_one_study, paper_spread
from skprognet.displays._style import GREY, label, looks, row_height, verbatim


def _dots(own, n_repeats):
    """Return the mean of each repeat, or, of a single repeat, the score of each fold."""
    if n_repeats == 1:
        return own[["repeat", "fold", "uar"]].sort_values("fold")
    # Folds without a score leave the repeat without a mean, rather than with that of the others.
    means = own.groupby("repeat")["uar"].agg(lambda uar: uar.mean(skipna=False))
    return means.reset_index()


class ScoresDisplay(Display):
    """UAR of each method and source: mean, spread over the folds, and the single results.

    The large marker is the mean, the bar one standard deviation over the folds to each side, both
    by the paper's rule; the small dots are the means of the repeats, or, where there is a single
    repeat, the folds.

    Parameters
    ----------
    scores : DataFrame
        A row per dot: method, source, repeat, fold (only for a single repeat), uar, and the same
        mean and std in all rows of a method and source.
    n_classes : int, default=None
        Number of classes, for a line at the UAR of a guess, ``1 / n_classes``; None draws none.

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
    >>> scores = folds.assign(method="DNN", source="none", uar=[0.5, 0.7, 0.6, 0.6])
    >>> ScoresDisplay.from_scores(scores, n_classes=4).frame().round(3)
      method source  repeat  uar  mean    std
    0    DNN   none       1  0.6   0.6  0.071
    1    DNN   none       2  0.6   0.6  0.071
    """

    def __init__(self, scores, *, n_classes=None):
        self.scores = scores
        self.n_classes = n_classes

    @classmethod
    def from_scores(cls, scores, *, n_classes=None):
        """Average the scores of all folds.

        Parameters
        ----------
        scores : DataFrame
            Columns method, source, repeat, fold and uar, a row per fit, as
            :func:`~skprognet.evaluation.cross_validate_transfer` returns: of one target, one
            corpus and one number of training folds, where it has such columns.
        n_classes : int, default=None
            Number of classes, for a line at the UAR of a guess, ``1 / n_classes``; None draws
            none.

        Returns
        -------
        ScoresDisplay
            Not yet drawn.

        Raises
        ------
        ValueError
            If a column or a fold is missing, the scores are of several studies, or `n_classes` is
            below 2.
        TypeError
            If `n_classes` is not an integer.
        """
        scores = check_frame("scores", scores, ["method", "source", "repeat", "fold", "uar"])
        check_one_study("scores", scores, ["corpus", "target", "n_train_folds"])
        if n_classes is not None:
            check_number("n_classes", n_classes, "integer", low=2)
        n_repeats, parts = scores["repeat"].nunique(), []
        for (method, source), own in by_entry(scores).items():
            mean, std = paper_spread(scores, method, source)
            part = _dots(own, n_repeats).assign(mean=mean, std=std)
            part.insert(0, "method", method)
            part.insert(1, "source", source)
            parts.append(part)
        return cls(pd.concat(parts, ignore_index=True), n_classes=n_classes)

    def _row_names(self):
        return [verbatim(label(*entry), 24) for entry in by_entry(self.scores)]

    def _figure_size(self):
        names = self._row_names()
        return 4.8, 1.2 + row_height(names) * len(names)

    def _draw(self, ax):
        parts = by_entry(self.scores)
        styles, names = looks(parts), self._row_names()
        self.dots_ = []
        for row, (entry, part) in enumerate(parts.items()):
            color, marker = styles[entry]["color"], styles[entry]["marker"]
            self.dots_ += ax.plot(
                part["uar"],
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
        if self.n_classes is not None:
            ax.axvline(1 / self.n_classes, color=GREY, linestyle="dotted")
            ax.annotate(
                f"chance (1/{self.n_classes})",
                (1 / self.n_classes, 1),
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
        # From the right edge on, so that it may reach below the names, not out of the figure.
        ax.set_xlabel(f"UAR: mean{spread}\n(small dots: {dots})", loc="right", fontsize="small")
        ax.grid(alpha=0.3, axis="x")

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            A row per small dot: method, source, repeat, fold (only for a single repeat), uar, and
            mean and std of the method and source (over the folds of a repeat, both averaged over
            the repeats; std is NaN for a single fold).
        """
        return pd.DataFrame(self.scores).copy()
