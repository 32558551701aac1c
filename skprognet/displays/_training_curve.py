"""Draw the score by epoch: Figure 3 of the paper."""

from skprognet._checks import check_bool, check_number
from skprognet._scores import CONDITIONS, METHOD, NO_SOURCE, label
from skprognet._table_metric import metric_of, monitor_label
from skprognet.displays._display import Display
from skprognet.displays._frames import by_method, check_frame, check_one_study, spread_in_words
from skprognet.displays._mean_curves import mean_curves, smooth
from skprognet.displays._panels import draw_panels, label_panels, panels_height
from skprognet.displays._style import legend_above, legend_height, looks, verbatim

# "{}" stands for the label of the metric.
NAMES = {
    "valid_score": "validation {}",
    "test_score": "test {}",
    "train_loss": "training loss",
    "valid_loss": "validation loss",
}
MARKERS_PER_LINE = 6
MOST_IN_ONE = 3  # curves that can be distinguished in one axes, as in the paper's Figure 3


def _name_of(score, curves):
    """Return the label of the axis for a column of the curves."""
    name = NAMES.get(score, score)
    if "{}" not in NAMES.get(score, ""):
        return name
    return name.format(monitor_label(metric_of(curves)))


def _check_choices(smoothing, panels):
    """Raise unless both are valid arguments of `from_curves`."""
    if not isinstance(smoothing, str) or smoothing != "auto":
        check_number("smoothing", smoothing, "integer", low=1)
        if smoothing % 2 == 0:
            raise ValueError(
                "smoothing must be an odd number of epochs, so that the window has a middle; got "
                f"{smoothing}. Take {smoothing - 1} or {smoothing + 1}."
            )
    if not isinstance(panels, str) or panels != "auto":
        check_bool("panels", panels)


def _draw_curves(ax, parts, styles):
    """Draw the line and the band of each of some methods, and return the lines."""
    lines = []
    for position, (method, part) in enumerate(parts.items()):
        epochs, mean, std = (part[name] for name in ("epoch", "smooth_mean", "smooth_std"))
        style = styles[method]
        ax.fill_between(epochs, mean - std, mean + std, color=style["color"], alpha=0.12, lw=0)
        # Few markers, at different epochs for each line, so that no marker hides another.
        step = max(1, len(part) // MARKERS_PER_LINE)
        every = position * step // len(parts), step
        named = label(*method)
        lines += ax.plot(epochs, mean, label=named, markevery=every, markersize=4.5, **style)
    ax.grid(alpha=0.3)
    return lines


class TrainingCurveDisplay(Display):
    """Show the score of each method by epoch: the mean, and a band of one standard deviation.

    As in the paper, the band is the standard deviation over the repeats of the score averaged over
    the folds of each. With one repeat it is the standard deviation over its folds, and the legend
    says so.

    The mean of few fits is a ragged curve, and ragged curves hide each other. So the display draws
    moving averages of the means m_e and, for the band, of the standard deviations. With E epochs,
    the moving average at epoch e is

    ::

        s_e = (m_(e-r) + ... + m_e + ... + m_(e+r)) / (2r + 1),    r = min(h, e - 1, E - e),

    where the window of w epochs reaches h = (w - 1) / 2 epochs to each side. Towards both ends the
    window narrows, so a curve still starts and ends at its first and last mean. The band gets
    smoother, not narrower. The legend shows w.

    Up to three curves share one axes. With more, each method and source has its own small panel,
    which also shows the first method without a source for comparison. All panels have the same
    scales.

    Parameters
    ----------
    curves : DataFrame
        Columns method, source, epoch, mean, std, n_fits, n_repeats, smooth_mean, smooth_std and
        window, as `frame` returns.
    score_name : str, default="validation UAR"
        Name of the score, for the label of the axis.
    panels : bool or "auto", default="auto"
        Whether each method and source has its own panel; see `from_curves`.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes. With panels, it is invisible and holds them.
    axes_ : list of matplotlib Axes
        After `plot`: the panels, row by row; without panels, only `ax_`.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    lines_ : list of matplotlib Line2D
        After `plot`: the line of each method and source. For the method that all panels show, it
        is the line in the first panel.

    See Also
    --------
    skprognet.evaluation.cross_validate_transfer : Returns the curves of single fits.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; Figure 3.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.displays import TrainingCurveDisplay
    >>> fold = pd.DataFrame({"method": "DNN", "source": "none", "epoch": [1, 2, 3]})
    >>> curves = pd.concat(
    ...     [fold.assign(valid_score=[0.3, 0.5, 0.4]), fold.assign(valid_score=[0.4, 0.7, 0.6])]
    ... )
    >>> display = TrainingCurveDisplay.from_curves(curves, smoothing=3)
    >>> display.frame()[["epoch", "mean", "smooth_mean", "n_fits"]].round(2)
       epoch  mean  smooth_mean  n_fits
    0      1  0.35         0.35       2
    1      2  0.60         0.48       2
    2      3  0.50         0.50       2
    """

    def __init__(self, curves, *, score_name="validation UAR", panels="auto"):
        self.curves = curves
        self.score_name = score_name
        self.panels = panels

    @classmethod
    def from_curves(
        cls, curves, *, score="valid_score", score_name=None, smoothing="auto", panels="auto"
    ):
        """Average the curves of single fits.

        Parameters
        ----------
        curves : DataFrame
            One row per fit and epoch with the columns method, source, epoch, `score` and, if there
            are several repeats, repeat, as :func:`~skprognet.evaluation.cross_validate_transfer`
            returns. If there are columns for metric, target, corpus or number of training folds,
            each must have a single value. Without a column metric, the metric is taken to be UAR.
        score : str, default="valid_score"
            The column to draw: "valid_score", "test_score", "train_loss" or "valid_loss", or any
            other column of numbers.
        score_name : str, default=None
            Label of the axis. None means a name such as "validation UAR" or "training loss" for
            these four columns, and the name of the column for any other.
        smoothing : int or "auto", default="auto"
            Width w of the moving average in epochs, an odd number; 1 draws the means themselves.
            "auto" means 2 * (E // 40) + 1, where E is the number of epochs of the longest curve.
            This is about a twentieth of E: 15 for 300 epochs, 31 for 600, and 1 for fewer than 40.
        panels : bool or "auto", default="auto"
            Whether each method and source has its own panel, together with the first method
            without a source. "auto" means True for more than three curves.

        Returns
        -------
        TrainingCurveDisplay
            The display, not yet drawn.

        Raises
        ------
        TypeError
            If `curves` is not a table, `smoothing` is neither an integer nor "auto", or `panels`
            is neither a bool nor "auto".
        ValueError
            If a column is missing, the curves are of several studies, or `smoothing` is even or
            less than 1.
        """
        _check_choices(smoothing, panels)
        curves = check_frame("curves", curves, [*METHOD, "epoch", score])
        of_metric = ["metric"] if "{}" in NAMES.get(score, "") else []
        check_one_study("curves", curves, [*of_metric, *CONDITIONS])
        name = _name_of(score, curves) if score_name is None else score_name
        means = smooth(mean_curves(curves, score), smoothing)
        return cls(means, score_name=name, panels=panels)

    def _in_panels(self):
        """Return the methods that have their own panels; an empty list if all share one axes."""
        methods = list(by_method(self.curves))
        if not (len(methods) > MOST_IN_ONE if self.panels == "auto" else self.panels):
            return []
        reference = next((method for method in methods if method[1] == NO_SOURCE), None)
        return [method for method in methods if method != reference]

    def _figure_size(self):
        titles = [label(*method) for method in self._in_panels()]
        if titles:
            return 4.8, 0.75 + panels_height(titles) + legend_height([titles[0]])
        return 4.8, 2.8 + legend_height([label(*method) for method in by_method(self.curves)])

    def _draw(self, ax):
        parts = by_method(self.curves)
        styles = looks(parts)
        if own := self._in_panels():
            self._draw_in_panels(ax, parts, own, styles)
            return
        self.axes_, self.lines_ = [ax], _draw_curves(ax, parts, styles)
        ax.set(xlabel="epoch", ylabel=verbatim(self.score_name))
        legend_above(ax, self.lines_, [label(*method) for method in parts], self._note())

    def _draw_in_panels(self, ax, parts, own, styles):
        reference = [method for method in parts if method not in own]
        self.axes_ = draw_panels(ax, [label(*method) for method in own])
        lines = {}
        for panel, method in zip(self.axes_, own, strict=True):
            drawn = {each: parts[each] for each in [*reference, method]}
            lines = dict(zip(drawn, _draw_curves(panel, drawn, styles), strict=True)) | lines
        self.lines_ = [lines[method] for method in parts]
        label_panels(self.axes_, "epoch", verbatim(self.score_name))
        handles = [lines[method] for method in reference]
        labels = [f"{label(*method)}, in each panel" for method in reference]
        legend_above(ax, handles, labels, self._note())

    def _note(self):
        """Return the text that explains line and band in the legend."""
        n_fits, window = self.curves["n_fits"].max(), self.curves["window"].max()
        drawn = f"mean over {n_fits} fits" if n_fits > 1 else "one fit"
        if window > 1:
            drawn += f", moving average of {window} epochs"
        if self.curves["std"].isna().all():
            return drawn
        separator = "\n" if window > 1 else " "
        over = spread_in_words(self.curves["n_repeats"].max())
        return f"{drawn},{separator}band: standard deviation over {over}"

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            One row per method, source and epoch: method, source, epoch, mean (over the fits), std
            (of the means of the repeats; with one repeat, over its folds), n_fits, n_repeats,
            smooth_mean and smooth_std (the moving averages that are drawn) and window (w, in
            epochs).
        """
        return self.curves.copy()
