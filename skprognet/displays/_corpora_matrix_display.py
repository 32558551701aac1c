"""Draw a heat map of sources and targets: which corpus helps which."""

import numpy as np

from skprognet._comparisons import signed
from skprognet._scores import as_frame, label
from skprognet._table_metric import if_lower_is_better, metric_of
from skprognet.displays._display import Display
from skprognet.displays._frames import check_one_study
from skprognet.displays._style import row_height, verbatim
from skprognet.results import corpora_matrix

COLOURS = "PuOr"  # orange and violet, told apart by colour-blind readers; white is no gain
OWN = "#d9d9d9"
SMALLEST = 0.02  # the strongest colour means at least this gain, so small gains stay pale
MARKS = {
    "*": "better than {}",
    "†": "better than {} and than the other method (PT/FT or ProgNet)",
    "↓": "worse than {}",
    "‡": "better than its placebo",
}


class CorporaMatrixDisplay(Display):
    """Show the gain of each method for each source (rows) and target corpus (columns).

    A cell shows the gain over the same network without a source: violet if the source helps,
    orange if it hurts, white for no gain. The marks are those of the table. If source and target
    are the same corpus, the grey cell shows the score of the network without a source.

    Parameters
    ----------
    matrix : DataFrame
        The result of :func:`~skprognet.results.corpora_matrix` for one number of training folds.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    image_ : matplotlib AxesImage
        After `plot`: the cells.
    texts_ : dict of (str, str, str) to matplotlib Text
        After `plot`: the number in each cell, by method, source and target.

    See Also
    --------
    skprognet.results.corpora_matrix : Computes the numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.displays import CorporaMatrixDisplay
    >>> folds = {
    ...     ("emodb", "DNN", "none"): [0.60, 0.62, 0.61],
    ...     ("emodb", "ProgNet", "ravdess"): [0.63, 0.66, 0.63],
    ...     ("ravdess", "DNN", "none"): [0.50, 0.52, 0.51],
    ...     ("ravdess", "ProgNet", "emodb"): [0.49, 0.50, 0.51],
    ... }
    >>> scores = pd.DataFrame([
    ...     {"corpus": corpus, "method": method, "source": source, "repeat": 1, "fold": fold,
    ...      "score": uar}
    ...     for (corpus, method, source), uars in folds.items()
    ...     for fold, uar in enumerate(uars, 1)
    ... ])
    >>> display = CorporaMatrixDisplay.from_scores(scores)
    >>> display.frame()[["source", "corpus", "gain"]].round(3)
        source   corpus  gain
    0  ravdess    emodb  0.03
    1    emodb  ravdess -0.01
    """

    def __init__(self, matrix):
        self.matrix = matrix

    @classmethod
    def from_scores(cls, scores, comparisons=None, *, method=None):
        """Compute the gains.

        Parameters
        ----------
        scores : DataFrame
            The scores of all corpora, as for :func:`~skprognet.results.corpora_matrix`, with one
            number of training folds.
        comparisons : DataFrame, default=None
            The result of :func:`~skprognet.results.compare_methods` for these scores; it may also
            have comparisons for other numbers of training folds. None computes it.
        method : str, default=None
            The method to draw. None draws all, one below the other.

        Returns
        -------
        CorporaMatrixDisplay
            The display, not yet drawn.

        Raises
        ------
        TypeError
            If `scores` or `comparisons` is not a table.
        ValueError
            If a column is missing, `method` is unknown, there are several targets or numbers of
            training folds, or no network with a source was compared with the same network without
            one.
        """
        scores = as_frame("scores", scores)
        check_one_study("scores", scores, ["target", "n_train_folds"])
        return cls(corpora_matrix(scores, comparisons, method=method))

    def _rows(self):
        """Return (method, source) from top to bottom, including corpora that are only targets."""
        names = list(dict.fromkeys(self.matrix["source"]))
        corpora = [name for name in self._columns() if name not in names]
        order = {name: position for position, name in enumerate(self._columns())}
        names = sorted([*names, *corpora], key=lambda name: order.get(name, len(order)))
        return [(method, name) for method in self.matrix["method"].unique() for name in names]

    def _columns(self):
        return list(dict.fromkeys(self.matrix["corpus"]))

    def _row_names(self):
        several = self.matrix["method"].nunique() > 1
        names = [label(*row) if several else f"from {row[1]}" for row in self._rows()]
        return [verbatim(name, 28) for name in names]

    def _column_names(self):
        return [verbatim(name, 14) for name in self._columns()]

    def _figure_size(self):
        rows, columns = self._row_names(), self._column_names()
        below = row_height(columns) + 0.17 * self._explanation().count("\n")
        return max(4.8, 2.2 + 0.95 * len(columns)), below + 0.9 * row_height(rows) * len(rows)

    def _draw(self, ax):
        matrix = self.matrix
        rows, columns = self._rows(), self._columns()
        gains = np.full((len(rows), len(columns)), np.nan)
        words = {}
        for _, row in matrix.iterrows():
            position = rows.index((row["method"], row["source"])), columns.index(row["corpus"])
            gains[position] = row["gain"]
            words[position] = f"{signed(row['gain'])}{row['marks']}"
        own = matrix.groupby(["method", "corpus"])["baseline_score"].first()
        for position, row in enumerate(rows):
            if row in own:
                words[position, columns.index(row[1])] = f"{own[row]:.3f}"
        self._draw_cells(ax, gains, rows, columns)
        self.texts_ = {
            (*rows[y], columns[x]): self._write(ax, x, y, text, gains)
            for (y, x), text in words.items()
        }
        ax.set_xticks(range(len(columns)), self._column_names())
        ax.set_yticks(range(len(rows)), self._row_names())
        ax.tick_params(length=0, labelsize="small")
        ax.set_xlabel(self._explanation(), loc="right", fontsize="small")

    def _draw_cells(self, ax, gains, rows, columns):
        """Colour the cells, and put a line between two methods."""
        limit = max(SMALLEST, np.nanmax(np.abs(gains)))
        ax.set_facecolor("white")
        own = [[source == corpus for corpus in columns] for _, source in rows]
        ax.imshow(np.where(own, 0.0, np.nan), cmap=_one_colour(OWN), aspect="auto")
        self.image_ = ax.imshow(gains, cmap=COLOURS, vmin=-limit, vmax=limit, aspect="auto")
        for position in range(1, len(rows)):
            if rows[position][0] != rows[position - 1][0]:
                ax.axhline(position - 0.5, color="black", linewidth=1)

    def _write(self, ax, x, y, text, gains):
        """Write into a cell, in white if the cell is dark."""
        strength = 0 if np.isnan(gains[y, x]) else abs(self.image_.norm(gains[y, x]) - 0.5)
        colour = "white" if strength > 0.35 else "black"
        return ax.text(x, y, text, ha="center", va="center", fontsize="small", color=colour)

    def _explanation(self):
        """Return an explanation of the numbers and of the marks in the picture."""
        metric = metric_of(self.matrix)
        plain = " or ".join(self.matrix["baseline"].unique())
        lines = [
            "target corpus",
            f"gain in {metric.label} over {plain} "
            f"(grey: {metric.label} of {plain} itself{if_lower_is_better(metric)})",
        ]
        used = set("".join(self.matrix["marks"]))
        marks = [f"{m} {words.format(plain)}" for m, words in MARKS.items() if m in used]
        return "\n".join(verbatim(line, 56) for line in [*lines, *marks])

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            The result of :func:`~skprognet.results.corpora_matrix`.
        """
        return self.matrix.copy()


def _one_colour(colour):
    from matplotlib.colors import ListedColormap

    return ListedColormap([colour])
