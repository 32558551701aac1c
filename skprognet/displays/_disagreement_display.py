"""Draw the rows on which the methods disagree, with the prediction of each."""

import re

import numpy as np

from skprognet._digits import shared_digits
from skprognet._predictions import FILE, ROW, TRUTH
from skprognet.displays._display import Display
from skprognet.displays._frames import of_one_study
from skprognet.displays._style import verbatim
from skprognet.results import most_disputed

# The last column before those of the methods, for labels and for numbers.
LAST_FACTS = ("right_to_wrong", "farther")
RIGHT, WRONG = "white", "#E69F00"  # orange of Okabe and Ito, which differs in lightness, too
CELL_WIDTH, ROW_HEIGHT = 0.66, 0.24  # inches
LONGEST, LABEL = 20, 10  # the most letters shown of a file's name, and of a label


class DisagreementDisplay(Display):
    """Show the predictions of all methods for the rows on which they disagree most.

    A line is a row of the corpus, with the name of its file or its number. It shows the true class
    and the label that each method predicts: on white if it is right, in bold on orange if it is
    wrong. For numbers, a cell is more orange the farther its number is from the truth; the
    farthest number of all is as orange as a wrong label.

    Parameters
    ----------
    disputed : DataFrame
        The result of :func:`~skprognet.results.most_disputed`: row, file (if known), truth, other
        columns, and at the end one column for each method, with its labels or numbers.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    mesh_ : matplotlib QuadMesh
        After `plot`: the cells, 1 where a label is wrong, and the distance of a number from the
        truth.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.displays import DisagreementDisplay
    >>> rows = pd.DataFrame({"row": [0, 1], "truth": ["angry", "sad"], "repeat": 1, "fold": 1})
    >>> predictions = pd.concat([
    ...     rows.assign(method="DNN", source="none", prediction=["angry", "angry"]),
    ...     rows.assign(method="ProgNet", source="gender", prediction=["angry", "sad"]),
    ... ])
    >>> display = DisagreementDisplay.from_predictions(predictions, n=1)
    >>> display.frame()[["row", "truth", "DNN", "ProgNet from gender"]]
       row truth    DNN ProgNet from gender
    0    1   sad  angry                 sad
    """

    def __init__(self, disputed):
        self.disputed = disputed

    @classmethod
    def from_predictions(cls, predictions, *, n=20, only=None, against=None):
        """Find the rows on which the methods disagree most.

        Parameters
        ----------
        predictions : DataFrame
            One row for each row that a fit was tested on, as
            :func:`~skprognet.evaluation.cross_validate_transfer` returns with
            ``return_predictions=True``, of one target, corpus and number of training folds, and of
            two methods or more.
        n : int, default=20
            Number of rows to show.
        only : {"wrong to right", "right to wrong", "closer", "farther"}, default=None
            Show only rows whose label transfer changes in this way, or whose number it brings
            closer to the truth or farther from it. None shows all.
        against : str, default=None
            Name of the method without a source with which transfer is compared; see
            :func:`~skprognet.results.most_disputed`.

        Returns
        -------
        DisagreementDisplay
            The display, not yet drawn.

        Raises
        ------
        TypeError
            If `predictions` is not a table, or `n` is not an integer.
        ValueError
            If a column is missing, there are fewer than two methods, `n` is below 1, `only` or
            `against` is unknown, no row is found, or the predictions are of several studies.
        """
        predictions = of_one_study(predictions)
        disputed = most_disputed(predictions, n, only=only, against=against)
        if not len(disputed):
            raise ValueError(
                f"predictions must have rows that fit only={only!r}; got none. Choose "
                "another change, or None for all."
            )
        return cls(disputed)

    def _methods(self):
        last = LAST_FACTS[self._has_numbers()]
        return self.disputed.columns[self.disputed.columns.get_loc(last) + 1 :]

    def _has_numbers(self):
        return LAST_FACTS[0] not in self.disputed

    def _distances(self):
        """Return the distance of each cell from the truth, and whether it is a wrong label."""
        cells = self.disputed[[TRUTH, *self._methods()]]
        if not self._has_numbers():
            wrong = cells.ne(self.disputed[TRUTH], axis=0).to_numpy()
            return wrong, wrong
        distances = cells.sub(self.disputed[TRUTH], axis=0).abs().to_numpy(float)
        return distances, np.zeros(distances.shape, dtype=bool)

    def _row_names(self):
        """Return the name of each row: its file without folders, or its number."""
        names = self.disputed[ROW].astype(str)
        if FILE in self.disputed:
            names = self.disputed[FILE].where(self.disputed[FILE].notna(), names)
        names = [re.split(r"[/\\]", str(name))[-1] for name in names]
        # Files of one speaker differ at the end of the name.
        return [verbatim(n if len(n) <= LONGEST else f"…{n[1 - LONGEST :]}") for n in names]

    def _heads(self):
        return ["truth", *(verbatim(method, 14) for method in self._methods())]

    def _figure_size(self):
        heads, names = self._heads(), self._row_names()
        top = 0.3 + 0.08 * max(len(line) for head in heads for line in head.split("\n"))
        width = 0.3 + 0.075 * max(map(len, names)) + CELL_WIDTH * len(heads)
        return max(3.2, width), top + ROW_HEIGHT * len(names)

    def _draw(self, ax):
        labels = self.disputed[[TRUTH, *self._methods()]]
        distances, wrong = self._distances()
        n_rows, n_columns = wrong.shape
        farthest = distances.max() or 1
        self.mesh_ = ax.pcolormesh(
            distances, cmap=_two_colours(), vmin=0, vmax=farthest, edgecolor="0.8", linewidth=0.6
        )
        digits = shared_digits(labels) if self._has_numbers() else None
        shown = labels.map(lambda each: f"{each:{digits}}" if digits else _in_a_cell(each))
        for y, x in np.ndindex(wrong.shape):
            weight = "bold" if wrong[y, x] else "normal"
            style = {"weight": weight, "ha": "center", "va": "center", "fontsize": "small"}
            ax.text(x + 0.5, y + 0.5, shown.iloc[y, x], in_layout=False, **style)
        ax.axvline(1, color="black", linewidth=1.2)
        ax.set_ylim(n_rows, 0)
        ax.set_yticks(np.arange(n_rows) + 0.5, self._row_names(), fontsize="small")
        ax.xaxis.tick_top()
        ax.set_xticks(np.arange(n_columns) + 0.5, self._heads(), rotation=90, fontsize="small")
        ax.tick_params(length=0)

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            One row per row of the corpus: row, file (if known), truth, disagreement (in bits, or
            for numbers in the unit of the target), methods_right, wrong_to_right and
            right_to_wrong (for numbers error, closer and farther), and the label or number of
            each method.
        """
        return self.disputed.copy()


def _in_a_cell(value):
    """Return a label, without its middle if it is too long for a cell."""
    text = str(value)
    return verbatim(text if len(text) <= LABEL else f"{text[:4]}…{text[5 - LABEL :]}")


def _two_colours():
    """Return the colours from right to wrong."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("right to wrong", [RIGHT, WRONG])
