"""Draw a confusion matrix for each method."""

import numpy as np

from skprognet._predictions import PREDICTION, TRUTH
from skprognet._scores import label
from skprognet.displays._display import Display
from skprognet.displays._frames import by_method, of_one_study
from skprognet.displays._style import verbatim
from skprognet.results import confusion_by_method

COLUMNS = 2  # matrices side by side
GAP = 0.6  # between two matrices, in cells: room for the title of the lower one
EXPLAINED = "row: truth, column: prediction\nlarge: % of the true class, small: rows of a repeat"
LIGHT = 0.55  # recall from which the text in a cell is white


class ConfusionDisplay(Display):
    """Show the confusion matrix of each method and source.

    A row is a true class, and a column is a predicted class. The large number is a percentage, so
    that a row sums to 100; the small one counts rows of the corpus. Both are means over the
    repeats, and each repeat tests every row once. Darker means more.

    Parameters
    ----------
    confusion : DataFrame
        The result of :func:`~skprognet.results.confusion_by_method`: method, source, truth,
        prediction, count and recall, one row for each cell.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes, which hold all matrices.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    meshes_ : list of matplotlib QuadMesh
        After `plot`: the cells of each matrix.

    See Also
    --------
    ClassRecallDisplay : The diagonals with their spread.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.displays import ConfusionDisplay
    >>> predictions = pd.DataFrame({"truth": ["angry", "angry", "sad", "sad"]})
    >>> predictions["prediction"] = ["angry", "sad", "sad", "sad"]
    >>> predictions = predictions.assign(method="DNN", source="none", repeat=1, fold=1)
    >>> predictions["row"] = range(4)
    >>> display = ConfusionDisplay.from_predictions(predictions)
    >>> display.frame()[["truth", "prediction", "count", "recall"]]
       truth prediction  count  recall
    0  angry      angry    1.0     0.5
    1  angry        sad    1.0     0.5
    2    sad      angry    0.0     0.0
    3    sad        sad    2.0     1.0
    """

    def __init__(self, confusion):
        self.confusion = confusion

    @classmethod
    def from_predictions(cls, predictions):
        """Count how often each class is predicted for each true class.

        Parameters
        ----------
        predictions : DataFrame
            One row for each row that a fit was tested on, as
            :func:`~skprognet.evaluation.cross_validate_transfer` returns with
            ``return_predictions=True``, of one target, corpus and number of training folds.

        Returns
        -------
        ConfusionDisplay
            The display, not yet drawn.

        Raises
        ------
        TypeError
            If `predictions` is not a table.
        ValueError
            If a column is missing, the predictions are numbers, or they are of several studies.
        """
        return cls(confusion_by_method(of_one_study(predictions)))

    def _classes(self):
        return list(self.confusion[TRUTH].unique())

    def _titles(self):
        width = max(18, 8 * len(self._classes()))
        return [verbatim(label(*method), width) for method in by_method(self.confusion)]

    def _layout(self):
        """Return rows and columns of matrices, and the height of one with its title, in cells."""
        titles = self._titles()
        n_columns = min(COLUMNS, len(titles))
        lines = max(title.count("\n") + 1 for title in titles)
        return -(-len(titles) // n_columns), n_columns, len(self._classes()) + GAP + 0.4 * lines

    def _figure_size(self):
        n_rows, n_columns, step = self._layout()
        names = self._names()
        longest = 0.09 * max(map(len, names))
        n_classes = len(names)
        cell = max(0.42, 1.7 / n_classes)
        width = longest + 0.35 + cell * (n_classes + GAP) * n_columns
        return max(width, 3.2), longest + 0.35 + cell * step * n_rows

    def _names(self):
        return [verbatim(each, 14) for each in self._classes()]

    def _draw(self, ax):
        names, titles = self._names(), self._titles()
        n_classes, (n_rows, n_columns, step) = len(names), self._layout()
        self.meshes_, centres = [], np.arange(n_classes) + 0.5
        parts = by_method(self.confusion).values()
        for position, (part, title) in enumerate(zip(parts, titles, strict=True)):
            row, column = divmod(position, n_columns)
            left, bottom = column * (n_classes + GAP), (row + 1) * step
            self._draw_matrix(ax, part, left, bottom - n_classes)
            ax.text(left, bottom - n_classes - 0.15, title, va="bottom")
            if position + n_columns >= len(titles):  # the lowest matrix: name the columns
                for x, name in zip(left + centres, names, strict=True):
                    ax.text(x, bottom + 0.15, name, rotation=90, va="top", ha="center")
        ticks = [(row + 1) * step - n_classes + y for row in range(n_rows) for y in centres]
        ax.set(xticks=[], xlim=(0, n_columns * (n_classes + GAP) - GAP), ylim=(n_rows * step, 0))
        ax.set_yticks(ticks, names * n_rows)
        ax.set_aspect("equal")
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set_title(EXPLAINED, loc="left", fontsize="small")

    def _draw_matrix(self, ax, part, left, top):
        """Draw one matrix with its upper left corner at (left, top)."""
        classes = self._classes()
        recall, count = (
            part.pivot(index=TRUTH, columns=PREDICTION, values=value)
            for value in ("recall", "count")
        )
        # reindex, since loc takes a list of bools as a mask.
        recall, count = (each.reindex(index=classes, columns=classes) for each in (recall, count))
        edges = np.arange(len(classes) + 1)
        self.meshes_.append(
            ax.pcolormesh(
                left + edges,
                top + edges,
                np.ma.masked_invalid(recall),
                cmap="Blues",
                vmin=0,
                vmax=1,
                edgecolor="white",
                linewidth=0.8,
            )
        )
        for row, column in np.argwhere(count.to_numpy() > 0):
            value = recall.iloc[row, column]
            x, y, color = (
                left + column + 0.5,
                top + row + 0.5,
                "white" if value > LIGHT else "black",
            )
            # Keep the layout from measuring them: there are hundreds, and all are inside the axes.
            options = {"ha": "center", "color": color, "in_layout": False}
            ax.text(x, y + 0.08, f"{100 * value:.0f}", va="bottom", **options)
            number = count.iloc[row, column]
            shown = f"{number:.0f}" if number >= 1000 else f"{number:.4g}"
            ax.text(x, y + 0.08, shown, va="top", fontsize="x-small", **options)

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            One row per cell: method, source, truth, prediction, count (rows, mean over the
            repeats), recall and recall_std (its mean and its standard deviation over the repeats).
        """
        return self.confusion.copy()
