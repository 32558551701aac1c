"""Draw the difference of every comparison with its confidence interval and p-value."""

import pandas as pd

from skprognet._comparisons import evidence, survives
from skprognet._scores import label
from skprognet._table_metric import METRIC, metric_of
from skprognet.displays._display import Display
from skprognet.displays._frames import check_frame, check_one_study
from skprognet.displays._style import GREY, looks, row_height, verbatim

PAIR = ["method", "source", "against", "against_source"]
NEEDED = [*PAIR, "difference", "low", "high", "alpha", "pvalue"]
BAYESIAN = ["p_worse", "p_equal", "p_better"]
STUDY = {"corpus": "{}", "target": "{}", "n_train_folds": "training folds: {}"}
# White and not transparent, since the line of the interval would show through the marker.
FILLS = {
    "yes": {"fillstyle": "full"},
    "not after Holm": {"fillstyle": "left", "markerfacecoloralt": "white"},
    "no": {"fillstyle": "full", "markerfacecolor": "white"},
}


def _evidence(row):
    """Return whether a comparison is evidence of a difference, also after Holm's correction."""
    if not evidence(row):
        return "no"
    if "pvalue_holm" in row and not survives(row):
        return "not after Holm"
    return "yes"


def _p(value):
    if pd.isna(value):
        return "-"
    return f"{value:.3f}" if value >= 0.001 else "<0.001"


def _marks(shapes, kind):
    """Return the marks that the legend shows for a kind of evidence: all shapes, in one fill."""
    from matplotlib.lines import Line2D

    look = {"linestyle": "none", "color": "black", **FILLS[kind]}
    return tuple(Line2D([], [], marker=shape, **look) for shape in shapes)


class SignificanceDisplay(Display):
    """Show the difference in score of each comparison, its 95 % confidence interval and p-value.

    Right of the zero line, the first method of a comparison is better. A filled marker is evidence
    of a difference. A half-filled marker is not evidence after Holm's correction for the number of
    comparisons, and an open marker is not evidence at all. The grey band is the region of
    practical equivalence: if an interval is inside it, the two methods are practically equal. An
    open marker alone does not show that they are equal.

    Parameters
    ----------
    comparisons : DataFrame
        The columns as for `from_comparisons`, and evidence: "yes", "not after Holm" or "no".

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    lines_ : list of matplotlib Line2D
        After `plot`: the interval of each comparison, from top to bottom.
    markers_ : list of matplotlib Line2D
        After `plot`: the marker of each comparison, in the same order.

    See Also
    --------
    skprognet.results.compare_methods : Makes the comparisons.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.displays import SignificanceDisplay
    >>> from skprognet.results import compare_methods
    >>> folds = pd.DataFrame({"repeat": 1, "fold": [1, 2, 3, 4, 5]})
    >>> plain = folds.assign(method="DNN", source="none", score=[0.61, 0.58, 0.64, 0.60, 0.57])
    >>> progressive = folds.assign(
    ...     method="ProgNet", source="gender", score=[0.63, 0.57, 0.66, 0.60, 0.58]
    ... )
    >>> comparisons = compare_methods(pd.concat([plain, progressive]))
    >>> display = SignificanceDisplay.from_comparisons(comparisons)
    >>> display.frame()[["method", "against", "difference", "low", "high", "evidence"]].round(3)
        method against  difference    low   high evidence
    0  ProgNet     DNN       0.008 -0.016  0.032       no
    """

    def __init__(self, comparisons):
        self.comparisons = comparisons

    @classmethod
    def from_comparisons(cls, comparisons):
        """Select the numbers to draw from a table of comparisons.

        Parameters
        ----------
        comparisons : DataFrame
            Columns method, source, against, against_source, difference (positive if the first
            method is better), low, high, pvalue and alpha (a p-value below it is evidence), as
            :func:`~skprognet.results.compare_methods` returns. These columns are optional and are
            shown if present: pvalue_holm; metric and greater_is_better; rope (half the width of
            the band, in units of the score); p_worse, p_equal and p_better (probabilities of a
            Bayesian test); and, if they differ between rows, corpus, target and n_train_folds.

        Returns
        -------
        SignificanceDisplay
            The display, not yet drawn.

        Raises
        ------
        TypeError
            If `comparisons` is not a table.
        ValueError
            If a column is missing, or the metric, alpha or rope has several values.
        """
        comparisons = check_frame("comparisons", comparisons, NEEDED)
        check_one_study("comparisons", comparisons, [*METRIC, "alpha", "rope"])
        optional = ["pvalue_holm", "rope", *METRIC, *BAYESIAN, *STUDY]
        kept = [name for name in [*NEEDED, *optional] if name in comparisons]
        frame = comparisons[kept].reset_index(drop=True)
        frame["evidence"] = [_evidence(row) for _, row in frame.iterrows()]
        return cls(frame)

    def _rope(self):
        """Return half the width of the band; 0 if it is unknown."""
        return self.comparisons["rope"].iloc[0] if "rope" in self.comparisons else 0

    def _figure_size(self):
        names = self._row_names()
        return 5.5, 1.5 + row_height(names) * len(names)

    def _row_names(self):
        """Return the methods of each comparison, and the conditions that differ between rows."""
        differing = [
            name
            for name in STUDY
            if name in self.comparisons and self.comparisons[name].nunique() > 1
        ]
        names = []
        for _, row in self.comparisons.iterrows():
            lines = [
                label(row["method"], row["source"]),
                f"against {label(row['against'], row['against_source'])}",
                *(STUDY[name].format(row[name]) for name in differing),
            ]
            names.append("\n".join(verbatim(line, 28) for line in lines))
        return names

    def _draw(self, ax):
        frame = self.comparisons.reset_index(drop=True)
        # Methods that others are compared with get their styles first, as in the figure of scores,
        # so that a method looks the same in both.
        compared = [frame[["against", "against_source"]], frame[["method", "source"]]]
        styles = looks(
            method for side in compared for method in side.itertuples(index=False, name=None)
        )
        if self._rope():
            ax.axvspan(-self._rope(), self._rope(), color="0.9", linewidth=0, zorder=0)
        ax.axvline(0, color=GREY, linewidth=1)
        self.lines_, self.markers_ = [], []
        for y, row in frame.iterrows():
            style = styles[row["method"], row["source"]]
            self.lines_ += ax.plot([row["low"], row["high"]], [y, y], color=style["color"])
            self.markers_ += ax.plot(
                row["difference"],
                y,
                color=style["color"],
                marker=style["marker"],
                markersize=8,
                **FILLS[row["evidence"]],
            )
        ax.set_yticks(frame.index, self._row_names(), fontsize="small")
        ax.set_ylim(len(frame) - 0.4, -0.6)
        self._print_probabilities(ax, frame)
        self._explain(ax)
        ax.grid(alpha=0.3, axis="x")

    def _print_probabilities(self, ax, frame):
        """Write the p-values and the Bayesian probabilities to the right of the axes."""
        columns = {"p": "pvalue", "Holm": "pvalue_holm"}
        texts = {head: frame[name].map(_p) for head, name in columns.items() if name in frame}
        if set(BAYESIAN) <= set(frame):
            texts["worse/equal/\nbetter, in %"] = [
                "/".join(f"{100 * value:.0f}" for value in row)
                for row in frame[BAYESIAN].to_numpy()
            ]
        points = 6
        for head, column in texts.items():
            for y, text in [(None, head), *zip(frame.index, column, strict=True)]:
                where = (1, 1) if y is None else (1, y)
                ax.annotate(
                    text,
                    where,
                    xycoords=("axes fraction", "axes fraction" if y is None else "data"),
                    xytext=(points, 3 if y is None else 0),
                    textcoords="offset points",
                    va="bottom" if y is None else "center",
                    fontsize="small",
                    annotation_clip=False,
                )
            points += 42

    def _explain(self, ax):
        from matplotlib.legend_handler import HandlerTuple

        texts = {
            "yes": f"evidence (p < {self.comparisons['alpha'].iloc[0]:g})",
            "not after Holm": "not after Holm",
            "no": "no evidence",
        }
        shapes = self._shapes_by_evidence()
        used = [kind for kind in texts if kind in shapes]
        ax.legend(
            [_marks(shapes[kind], kind) for kind in used],
            [texts[kind] for kind in used],
            handler_map={tuple: HandlerTuple(ndivide=None, pad=0)},
            handlelength=1.2 * max(map(len, shapes.values())),
            loc="lower right",
            bbox_to_anchor=(1, 1),
            ncols=1,
            frameon=False,
            fontsize="small",
            handletextpad=0.4,
        )
        rope = self._rope()
        band = f"\n(grey: within {rope:g}, practically equal)" if rope else ""
        metric = metric_of(self.comparisons)
        # The sign of a difference is such that right of zero the first method is better.
        what = "difference" if metric.greater_is_better else "improvement"
        text = f"{what} in {verbatim(metric.label)}, 95 % interval{band}"
        ax.set_xlabel(text, loc="right", fontsize="small")

    def _shapes_by_evidence(self):
        """Return the shapes of the markers that are drawn for each kind of evidence."""
        shapes = {}
        for kind, drawn in zip(self.comparisons["evidence"], self.markers_, strict=True):
            shapes.setdefault(kind, {})[drawn.get_marker()] = True
        return {kind: list(found) for kind, found in shapes.items()}

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            One row per comparison: method, source, against, against_source, difference, low, high
            (in units of the score), alpha, pvalue, the optional columns that were present, and
            evidence ("yes", "not after Holm" or "no").
        """
        return self.comparisons.copy()
