"""Draw the scores within groups of speakers: some groups may be served worse than others."""

import pandas as pd

from skprognet._scores import label
from skprognet.displays._display import Display
from skprognet.displays._frames import axis_label, by_method, of_one_study
from skprognet.displays._style import looks, row_height, verbatim
from skprognet.results import scores_by_group

WIDTH = 22  # letters in a line of a method's name
HEAD = 0.8  # room for the name of a column, in rows of a method
_OF_AXES = {"xycoords": "axes fraction"}
_BESIDE = {"textcoords": "offset points", "fontsize": "small", "annotation_clip": False}


class GroupScoresDisplay(Display):
    """Show the score of each method within each group, such as each speaker, and the range.

    A mark is a group. The line leads from the lowest to the highest score, and these two groups
    are named at its ends. The number at the right is its length, the range of the scores.

    Parameters
    ----------
    groups : DataFrame
        The result of :func:`~skprognet.results.scores_by_group`: method, source, group and
        score. If there are several kinds of groups, the column `column` names the kind.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    dots_ : list of matplotlib Line2D
        After `plot`: the groups of each method, from top to bottom.

    See Also
    --------
    skprognet.results.gaps_between_groups : Whether transfer widens the gap.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.displays import GroupScoresDisplay
    >>> predictions = pd.DataFrame({"truth": ["angry", "sad"] * 4})
    >>> predictions["prediction"] = ["angry", "sad", "angry", "sad", "sad", "sad", "angry", "sad"]
    >>> predictions = predictions.assign(method="DNN", source="none", repeat=1, fold=1)
    >>> predictions["row"] = range(8)
    >>> labels = pd.DataFrame({"gender": ["female"] * 4 + ["male"] * 4})
    >>> display = GroupScoresDisplay.from_predictions(predictions, labels, "gender")
    >>> display.frame()[["column", "group", "score"]]
       column   group  score
    0  gender  female   1.00
    1  gender    male   0.75
    """

    def __init__(self, groups):
        self.groups = groups

    @classmethod
    def from_predictions(cls, predictions, labels, column, *, scoring=None):
        """Score each method within each group.

        Parameters
        ----------
        predictions : DataFrame
            One row for each row that a fit was tested on, as
            :func:`~skprognet.evaluation.cross_validate_transfer` returns with
            ``return_predictions=True``, of one target, corpus and number of training folds.
        labels : DataFrame
            The labels of each row of the corpus, such as its speaker; its index has the numbers of
            the rows.
        column : str or list of str
            The column of `labels` that has the groups, or several, which are drawn one below the
            other.
        scoring : str or Score, default=None
            The score; see :func:`~skprognet.results.scores_by_group`. None means "uar" for classes
            and "ccc" for numbers.

        Returns
        -------
        GroupScoresDisplay
            The display, not yet drawn.

        Raises
        ------
        TypeError
            If `predictions` or `labels` is not a table.
        ValueError
            If a column is missing, the labels do not cover the rows, or the predictions are of
            several studies.
        """
        columns = [column] if isinstance(column, str) else list(column)
        if not columns:
            raise ValueError(
                "column must name at least one column of the labels; got none. Pass a name, such "
                "as 'speaker'."
            )
        predictions = of_one_study(predictions)
        parts = [
            scores_by_group(predictions, labels, each, scoring=scoring).assign(column=each)
            for each in columns
        ]
        return cls(pd.concat(parts, ignore_index=True))

    def _blocks(self):
        """Return the rows of each method, by the name of the column of groups."""
        if "column" not in self.groups:
            return {"": by_method(self.groups)}
        blocks = self.groups.groupby("column", sort=False)
        return {column: by_method(part) for column, part in blocks}

    def _row_names(self):
        return [verbatim(label(*method), WIDTH) for method in by_method(self.groups)]

    def _figure_size(self):
        blocks, names = self._blocks(), self._row_names()
        n_rows = sum(map(len, blocks.values())) + HEAD * len(blocks)
        return 4.8, 0.8 + row_height(names) * n_rows

    def _draw(self, ax):
        styles = looks(by_method(self.groups))
        self.dots_, ticks, names, y = [], [], [], 0.0
        for column, parts in self._blocks().items():
            n_groups = max(map(len, parts.values()))
            head = verbatim(f"{column}: {n_groups} groups" if column else f"{n_groups} groups")
            ax.text(0.01, y, head, transform=ax.get_yaxis_transform(), va="center", weight="bold")
            y += HEAD
            for method, part in parts.items():
                self.dots_.append(_draw_groups(ax, y, part.set_index("group"), styles[method]))
                ticks.append(y)
                names.append(verbatim(label(*method), WIDTH))
                y += 1
        ax.set_yticks(ticks, names)
        ax.set_ylim(y - 0.5, -HEAD / 2)
        ax.margins(x=0.25)
        ax.set_xlabel(
            f"{axis_label(self.groups)} within each group\n(named: lowest and highest group)",
            loc="right",
            fontsize="small",
        )
        ax.annotate("range", (1, 1), xytext=(6, 3), va="bottom", **_OF_AXES, **_BESIDE)
        ax.grid(alpha=0.3, axis="x")

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            One row per column, method and group: column, method, source, group, score (within the
            group, mean over the repeats), and others.
        """
        return self.groups.copy()


def _draw_groups(ax, y, part, style):
    """Draw the groups of one method as marks on a line, and name the lowest and the highest."""
    scores = part["score"].dropna()
    (line,) = ax.plot(
        scores,
        [y] * len(scores),
        marker=style["marker"],
        color=style["color"],
        linewidth=1.2,
        markersize=4.5,
        markerfacecolor="white",
    )
    if not len(scores):
        return line
    for group, points, side in ((scores.idxmin(), -6, "right"), (scores.idxmax(), 6, "left")):
        where = {"xytext": (points, 0), "ha": side, "va": "center"}
        ax.annotate(verbatim(group, 14), (scores[group], y), **where, **_BESIDE)
    width = f"{scores.max() - scores.min():.3f}"
    ax.annotate(
        width, (1, y), xycoords=ax.get_yaxis_transform(), xytext=(6, 0), va="center", **_BESIDE
    )
    return line
