"""Draw reliability curves: how often a method is right, by how confident it is."""

import warnings

from skprognet._checks import check_number
from skprognet._scores import METHOD, label
from skprognet.displays._display import Display
from skprognet.displays._frames import by_method, of_one_study
from skprognet.displays._style import GREY, legend_above, legend_height, looks
from skprognet.results import calibration_by_method, expected_calibration_error


class CalibrationDisplay(Display):
    """Reliability curves: accuracy against confidence, and the expected calibration error.

    The confidence is the probability of the predicted class. The rows are sorted into bins by
    their confidence, and each bin with rows has a mark. On the dotted diagonal a method is right
    as often as it expects. Below the diagonal it is overconfident, above it underconfident. Larger
    marks have more rows. The legend has the expected calibration error (ECE): the mean distance of
    the bins from the diagonal, weighted by their numbers of rows.

    The accuracy of n rows varies by chance with a standard deviation of up to 0.5 / sqrt(n), which
    is 0.16 for ten rows. So bins of fewer than `min_count` rows have open marks, and the curve
    leaves them out. They still count in the ECE.

    Parameters
    ----------
    curves : DataFrame
        The result of :func:`~skprognet.results.calibration_by_method`: method, source, confidence,
        accuracy and count, one row for each bin.
    errors : DataFrame
        The result of :func:`~skprognet.results.expected_calibration_error`: method, source and
        ece.
    min_count : int, default=10
        How many rows a bin must have to be part of the curve.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    lines_ : list of matplotlib Line2D
        After `plot`: the curve of each method, in the order of the legend. A curve is empty if no
        bin has `min_count` rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.displays import CalibrationDisplay
    >>> predictions = pd.DataFrame({"truth": ["angry", "angry", "sad", "sad"]})
    >>> predictions["prediction"] = ["angry", "sad", "sad", "sad"]
    >>> predictions = predictions.assign(method="DNN", source="none", repeat=1, fold=1)
    >>> predictions = predictions.assign(row=range(4), p_angry=[0.75, 0.25, 0.25, 0.25])
    >>> predictions["p_sad"] = 1 - predictions["p_angry"]
    >>> display = CalibrationDisplay.from_predictions(predictions)
    >>> display.frame().dropna()[["confidence", "accuracy"]]
       confidence  accuracy
    7        0.75      0.75
    """

    def __init__(self, curves, errors, *, min_count=10):
        self.curves = curves
        self.errors = errors
        self.min_count = min_count

    @classmethod
    def from_predictions(cls, predictions, *, n_bins=10, min_count=10):
        """Sort the rows into bins by confidence, and compute the accuracy of each bin.

        Parameters
        ----------
        predictions : DataFrame
            One row for each row that a fit was tested on, as
            :func:`~skprognet.evaluation.cross_validate_transfer` returns with
            ``return_predictions=True``, of one target of classes, one corpus and one number of
            training folds.
        n_bins : int, default=10
            Number of bins of equal width.
        min_count : int, default=10
            How many rows, averaged over the repeats, a bin must have to be part of the curve. Bins
            with fewer rows have open marks. With 1, all bins with a row are part of the curve.

        Returns
        -------
        CalibrationDisplay
            The display, not yet drawn. Methods without probabilities have no curve.

        Raises
        ------
        TypeError
            If `predictions` is not a table, or `n_bins` or `min_count` is not an integer.
        ValueError
            If `n_bins` or `min_count` is less than 1, a column is missing, no method has
            probabilities, or the predictions are of several studies.

        Warns
        -----
        UserWarning
            If some methods have no probabilities.
        """
        check_number("min_count", min_count, "integer", low=1)
        predictions = of_one_study(predictions)
        curves = calibration_by_method(predictions, n_bins=n_bins)
        with warnings.catch_warnings():
            # calibration_by_method has just warned of methods without probabilities.
            warnings.filterwarnings("ignore", "The calibration of")
            errors = expected_calibration_error(predictions, n_bins=n_bins)
        return cls(curves, errors, min_count=min_count)

    def _parts(self):
        """Return the bins that hold rows of each method."""
        return by_method(self.curves[self.curves["count"] > 0])

    def _labels(self):
        """Return the name of each curve in the legend, with its error."""
        errors = self.errors.set_index(list(METHOD))["ece"]
        return [
            # textwrap does not break at a no-break space, so "ECE" and its number share a line.
            f"{label(*method)} (ECE\N{NO-BREAK SPACE}{errors[method]:.3f})"
            for method in self._parts()
        ]

    def _figure_size(self):
        return 4.8, 3.9 + legend_height(self._labels())

    def _draw(self, ax):
        parts = self._parts()
        styles = looks(by_method(self.errors))
        ax.plot([0, 1], [0, 1], color=GREY, linestyle="dotted", linewidth=1)
        self.lines_ = []
        for method, part in parts.items():
            style = styles[method]
            bins = part.sort_values("confidence")
            enough = bins["count"] >= self.min_count
            curve = bins[enough]
            self.lines_ += ax.plot(
                curve["confidence"], curve["accuracy"], markersize=0, alpha=0.7, **style
            )
            # The accuracy of a bin with few rows is mostly luck, so its mark is small.
            sizes = (160 * bins["count"] / bins["count"].sum()).clip(lower=12)
            fills = [style["color"] if filled else "white" for filled in enough]
            ax.scatter(
                bins["confidence"],
                bins["accuracy"],
                s=sizes,
                color=fills,
                edgecolor=style["color"],
                marker=style["marker"],
                linewidth=[0 if filled else 0.8 for filled in enough],
            )
        lowest = self.curves.loc[self.curves["count"] > 0, "confidence"].min()
        ax.set(xlim=(max(0, lowest - 0.05), 1.03), ylim=(-0.04, 1.04))
        ax.set(xlabel="confidence: probability of the predicted class", ylabel="accuracy")
        ax.grid(alpha=0.3)
        legend_above(ax, self._handles(styles, parts), self._labels(), self._note())

    def _note(self):
        note = "dotted: confidence equals accuracy"
        counts = self.curves["count"]
        if ((counts > 0) & (counts < self.min_count)).any():
            note += f"\nopen marks: fewer than {self.min_count} rows"
        return note

    def _handles(self, styles, parts):
        from matplotlib.lines import Line2D

        return [Line2D([], [], markersize=5, **styles[method]) for method in parts]

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            One row per method and bin: method, source, confidence (mean over the rows in the bin),
            accuracy, count (rows, mean over the repeats), and others. In a bin without rows,
            confidence and accuracy are NaN.
        """
        return self.curves.copy()
