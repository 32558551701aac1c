"""Draw predicted numbers against true ones, with a panel for each method."""

import numpy as np

from skprognet._predictions import PREDICTION, ROW, TRUTH
from skprognet._scores import FOLD, METHOD, label
from skprognet.displays._display import Display
from skprognet.displays._frames import by_method, of_one_study
from skprognet.displays._style import GREY, looks, verbatim
from skprognet.results import agreement_by_method

POINTS = [*METHOD, *FOLD, ROW, TRUTH, PREDICTION]
COLUMNS = 2  # panels side by side
WIDTH = 26  # letters in a line of a title
PANEL, LINE = 2.0, 0.17  # inches: side of a panel, and height of a line of text
MOST_POINTS, N_BINS = 2000, 50  # with more points, a panel shows how many there are in each cell
MARGIN = 0.03  # around all points, as a share of their range
EXPLAINED = "one point for each row and repeat\ndotted: prediction equals truth"
EXPLAINED_DENSITY = (
    "darker: more points, one for each row and repeat\ndotted: prediction equals truth"
)


class PredictionScatterDisplay(Display):
    """Show predicted numbers against true ones, with a panel for each method and source.

    A point is a row of the corpus in one repeat. Each repeat tests every row once, so with ten
    repeats a row has ten points. Predictions are not averaged over the repeats, since the mean of
    ten networks is closer to the truth than any of them. On the dotted line predictions equal the
    truth. All axes have the same scale. A panel of more than 2000 points shows the number of
    points in each cell instead.

    Above each panel are the concordance correlation coefficient (CCC), Pearson's r, and the root
    mean squared error (RMSE, in the unit of the target). They are computed over all rows of a
    repeat and averaged over the repeats. If the cloud is flatter than the line, or beside it, the
    CCC is below r.

    Parameters
    ----------
    points : DataFrame
        Predictions: method, source, repeat, fold, row, truth and prediction.
    agreement : DataFrame
        The result of :func:`~skprognet.results.agreement_by_method`: method, source, ccc,
        pearson_r and rmse.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes, which hold all panels.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    panels_ : dict of (str, str) to matplotlib Axes
        After `plot`: the panel of each method and source, which is an inset of `ax_`.

    See Also
    --------
    skprognet.results.agreement_by_method : The numbers above the panels, and others.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.displays import PredictionScatterDisplay
    >>> predictions = pd.DataFrame({"truth": [1.0, 2.0, 3.0, 4.0]})
    >>> predictions["prediction"] = [2.0, 2.5, 3.0, 3.5]
    >>> predictions = predictions.assign(method="DNN", source="none", repeat=1, fold=1)
    >>> predictions["row"] = range(4)
    >>> display = PredictionScatterDisplay.from_predictions(predictions)
    >>> display.frame()[["row", "truth", "prediction"]]
       row  truth  prediction
    0    0    1.0         2.0
    1    1    2.0         2.5
    2    2    3.0         3.0
    3    3    4.0         3.5
    """

    def __init__(self, points, agreement):
        self.points = points
        self.agreement = agreement

    @classmethod
    def from_predictions(cls, predictions):
        """Compute how well the predictions of each method agree with the truth.

        Parameters
        ----------
        predictions : DataFrame
            One row for each row that a fit was tested on, as
            :func:`~skprognet.evaluation.cross_validate_transfer` returns with
            ``return_predictions=True``, of one target of numbers, one corpus and one number of
            training folds.

        Returns
        -------
        PredictionScatterDisplay
            The display, not yet drawn.

        Raises
        ------
        TypeError
            If `predictions` is not a table.
        ValueError
            If a column is missing, or the predictions are of classes or of several studies.
        """
        predictions = of_one_study(predictions)
        agreement = agreement_by_method(predictions)
        return cls(predictions[POINTS].reset_index(drop=True), agreement)

    def _titles(self):
        """Return the title of each method: its name, and its agreement on the next line."""
        agreement = self.agreement.set_index(list(METHOD))
        return {
            method: f"{verbatim(label(*method), WIDTH)}\n{_in_words(agreement.loc[method])}"
            for method in by_method(self.points)
        }

    def _layout(self):
        """Return rows and columns of panels, and the inches from one panel to the next below."""
        titles = list(self._titles().values())
        n_columns = min(COLUMNS, len(titles))
        lines = max(title.count("\n") + 1 for title in titles)
        return -(-len(titles) // n_columns), n_columns, PANEL + LINE * (lines + 1)

    def _figure_size(self):
        n_rows, n_columns, height = self._layout()
        return max(3.2, 0.5 + (PANEL + 0.15) * n_columns), 1.0 + height * n_rows

    def _draw(self, ax):
        titles, (n_rows, n_columns, height) = self._titles(), self._layout()
        styles, parts = looks(titles), by_method(self.points)
        limits = _limits(self.points)
        ax.set_axis_off()
        n_points = max(map(len, parts.values()))
        explained = EXPLAINED if n_points <= MOST_POINTS else EXPLAINED_DENSITY
        ax.set_title(explained, loc="left", fontsize="small")
        self.panels_ = {}
        for position, (method, part) in enumerate(parts.items()):
            row, column = divmod(position, n_columns)
            below, side = 1 - (row + 1) / n_rows, 0.94 / n_columns
            panel = ax.inset_axes([column / n_columns, below, side, PANEL / height / n_rows])
            panel.set(xlim=limits, ylim=limits, aspect="equal")
            _draw_points(panel, part, styles[method]["color"], limits)
            panel.plot(limits, limits, color=GREY, linestyle="dotted", linewidth=1)
            panel.set_title(titles[method], fontsize="small", loc="left")
            _set_ticks(panel, column == 0, position + n_columns >= len(parts))
            self.panels_[method] = panel

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            One row per point: method, source, repeat, fold, row, truth and prediction.
        """
        return self.points.copy()


def _in_words(row):
    """Return the agreement of a method with the truth as one line of text."""
    r = "r \N{EN DASH}" if np.isnan(row["pearson_r"]) else f"r {row['pearson_r']:.3f}"
    return f"CCC {row['ccc']:.3f}, {r}, RMSE {row['rmse']:.3g}"


def _limits(points):
    """Return lowest and highest value of both axes."""
    values = points[[TRUTH, PREDICTION]].to_numpy(float)
    low, high = values.min(), values.max()
    margin = MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def _draw_points(panel, part, colour, limits):
    """Draw the points, or their number in each cell if there are many, as pixels."""
    truth, predicted = part[TRUTH].to_numpy(float), part[PREDICTION].to_numpy(float)
    if len(part) <= MOST_POINTS:
        alpha = min(0.8, 12 / np.sqrt(len(part)))
        panel.scatter(
            truth, predicted, s=8, color=colour, alpha=alpha, linewidth=0, rasterized=True
        )
        return
    from matplotlib.colors import LinearSegmentedColormap, PowerNorm

    edges = np.linspace(*limits, N_BINS + 1)
    counts, _, _ = np.histogram2d(truth, predicted, [edges, edges])
    panel.pcolormesh(
        edges,
        edges,
        np.ma.masked_equal(counts.T, 0),
        cmap=LinearSegmentedColormap.from_list("counts", ["#f2f2f2", colour]),
        norm=PowerNorm(0.5, vmin=0),
        rasterized=True,
    )


def _set_ticks(panel, is_left, is_lowest):
    """Name the axes at the edges of the figure; the panels share their scale."""
    for axis, name, shown in ((panel.xaxis, TRUTH, is_lowest), (panel.yaxis, PREDICTION, is_left)):
        axis.get_major_locator().set_params(nbins=5)
        if shown:
            axis.set_label_text(name)
        else:
            axis.set_tick_params(labelbottom=False, labelleft=False)
    panel.tick_params(labelsize="small")
    panel.grid(alpha=0.3)
