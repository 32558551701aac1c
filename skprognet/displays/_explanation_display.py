"""Draw what supports a prediction, and what opposes it."""

import numpy as np
import pandas as pd

from skprognet._checks import check_number
from skprognet.displays._display import Display
from skprognet.displays._drawn_output import drawn_output
from skprognet.displays._signed_bars import draw_signed_bars
from skprognet.displays._style import row_height, verbatim
from skprognet.estimators import FEATURES, SOURCE, explain

ROWS_WITH_NAMES = 40
COLUMNS_WITH_NUMBERS = 12  # with more columns, the numbers in the cells would overlap


class ExplanationDisplay(Display):
    """Show which sources and groups of features support each prediction, or oppose it.

    For one row it draws bars. A bar to the right of zero supports the predicted class, or raises
    the predicted number. A hatched bar to the left opposes the class, or lowers the number. For
    several rows it draws a map with a line for each row of X: orange supports or raises, purple
    opposes or lowers. Sources come first. Of the groups of features, those with the greatest mean
    absolute change over the rows are shown. A map of more than 40 rows has no names of rows. A
    map of more than 40 rows or more than 12 columns has no numbers in its cells.

    Parameters
    ----------
    explanation : DataFrame
        The result of :func:`~skprognet.estimators.explain`.
    max_groups : int, default=10
        Number of groups of features to show.
    output : int, default=None
        Number of the output to show, from 0, if a regressor has several; None means the only one.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    bars_ : matplotlib BarContainer or None
        After `plot`: a bar for each source and group, from top to bottom; None for several rows.
    image_ : matplotlib AxesImage or None
        After `plot`: the map; None for one row.

    Raises
    ------
    TypeError
        If `explanation` is not a table, or `max_groups` is not an integer.
    ValueError
        If `explanation` has no rows, lacks a column or has no such `output`, or `max_groups` is
        below 1.

    Examples
    --------
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.displays import ExplanationDisplay
    >>> emodb = load_emodb(as_frame=True)
    >>> X = StandardScaler().set_output(transform="pandas").fit_transform(emodb.data)
    >>> options = dict(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
    >>> speaker = DNNClassifier(**options).fit(X, emodb.speaker)
    >>> clf = ProgressiveClassifier([("speaker", speaker)], **options).fit(X, emodb.target)
    >>> display = ExplanationDisplay.from_estimator(clf, X[:1], max_groups=2)
    >>> list(display.frame())
    ['row', 'predicted', 'kind', 'name', 'change']
    """

    def __init__(self, explanation, *, max_groups=10, output=None):
        check_number("max_groups", max_groups, "integer", low=1)
        self.explanation = explanation
        self.max_groups = max_groups
        self.output = output
        self._drawn, self._kind = drawn_output(explanation, output)
        sources = [name for name in self._drawn if name.startswith(SOURCE)]
        groups = [name for name in self._drawn if name.startswith(FEATURES)]
        sizes = self._drawn[groups].abs().mean().sort_values(ascending=False, kind="stable")
        self._shown = sources + list(sizes.index[:max_groups])

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        *,
        groups=None,
        method="mean",
        reference=None,
        max_groups=10,
        output=None,
    ):
        """Compute which sources and features support the predictions of a fitted network.

        Parameters
        ----------
        estimator : classifier or regressor of this package
            Fitted; or a pipeline, FrozenEstimator or fitted search around one.
        X : array-like of shape (n_samples, n_features)
            The rows to explain.
        groups : dict, sequence of str or None, default=None
            The groups of features, as for :func:`~skprognet.estimators.explain`.
        method : {"mean", "silence"}, default="mean"
            What replaces the output of a source; see :func:`~skprognet.estimators.explain`.
        reference : array-like of shape (n_reference, n_features), default=None
            The rows to average; None takes the mean of the training rows.
        max_groups : int, default=10
            Number of groups of features to show.
        output : int, default=None
            Number of the output to show, from 0, if a regressor has several; None means the only
            one.

        Returns
        -------
        ExplanationDisplay
            The display, not yet drawn.

        Raises
        ------
        TypeError
            If the estimator holds no network of this package, or `groups` or `max_groups` has
            another type.
        ValueError
            If X or `reference` does not fit, a group is not found, `max_groups` is below 1, or
            there is no such `output`.
        """
        options = {"groups": groups, "method": method, "reference": reference}
        return cls(explain(estimator, X, **options), max_groups=max_groups, output=output)

    def _names(self):
        """Return the names of the shown sources and groups in the picture."""
        return [
            verbatim(f"{name.removeprefix(SOURCE)} (source)", 30)
            if name.startswith(SOURCE)
            else verbatim(name.removeprefix(FEATURES), 30)
            for name in self._shown
        ]

    def _row_names(self):
        """Return the names of the rows in a map."""
        frame = self._drawn
        return [
            verbatim(f"{row}: {self._kind.name(predicted)}", 24)
            for row, predicted in zip(frame.index, frame["predicted"], strict=True)
        ]

    def _figure_size(self):
        names = self._names()
        if len(self._drawn) == 1:
            return 4.8, 1.2 + 0.75 * row_height(names) * len(names)
        # The names are vertical, below the map.
        longest = max(len(line) for name in names for line in name.split("\n"))
        rows = self._row_names()[:ROWS_WITH_NAMES]
        return 4.8, 0.8 + 0.08 * longest + 0.65 * row_height(rows) * len(rows)

    def _draw(self, ax):
        self.bars_ = self.image_ = None
        if len(self._drawn) == 1:
            self._draw_bars(ax)
        else:
            self._draw_map(ax)

    def _draw_bars(self, ax):
        changes = self.frame()["change"].to_numpy()
        self.bars_ = draw_signed_bars(ax, range(len(changes)), changes, self._names())
        (row,) = self._drawn.to_dict("records")
        ax.set_title(verbatim(self._kind.title(row), 50), fontsize="medium")
        ax.set_xlabel(self._kind.axis, loc="right", fontsize="small")

    def _draw_map(self, ax):
        changes = self._drawn[self._shown].to_numpy(dtype=float)
        limit = np.abs(changes).max() or 1.0
        self.image_ = ax.imshow(changes, cmap="PuOr_r", vmin=-limit, vmax=limit, aspect="auto")
        ax.set_xticks(range(changes.shape[1]), self._names(), rotation=90, fontsize="small")
        if len(changes) <= ROWS_WITH_NAMES:
            ax.set_yticks(range(len(changes)), self._row_names(), fontsize="small")
        else:
            ax.set_yticks([])
            ax.set_ylabel(f"{len(changes)} rows, in their order", fontsize="small")
        darkest = f"{limit:.{self._kind.n_decimals(limit) + 1}f}"
        ax.set_title(f"{self._kind.axis}; darkest: ±{darkest}", fontsize="small", loc="right")
        n_sources = sum(name.startswith(SOURCE) for name in self._shown)
        if 0 < n_sources < len(self._shown):
            ax.axvline(n_sources - 0.5, color="black", linewidth=1)
        if changes.shape[1] <= COLUMNS_WITH_NUMBERS and len(changes) <= ROWS_WITH_NAMES:
            self._write_numbers(ax, changes, limit)

    def _write_numbers(self, ax, changes, limit):
        """Write the changes into the cells, except those that round to 0."""
        n_decimals = self._kind.n_decimals(limit)
        for (i, j), change in np.ndenumerate(changes):
            if abs(change) >= 0.5 * 10**-n_decimals:
                color = "white" if abs(change) > 0.6 * limit else "black"
                centre = {"ha": "center", "va": "center"}
                ax.text(j, i, f"{change:.{n_decimals}f}", fontsize=7.5, color=color, **centre)

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            One row for each row of X and each shown source or group: row (from its index),
            predicted, kind ("source" or "features"), name, change.
        """
        frame, n_shown = self._drawn, len(self._shown)
        parts = [name.partition("_") for name in self._shown]
        return pd.DataFrame(
            {
                "row": np.repeat(frame.index.to_numpy(), n_shown),
                "predicted": np.repeat(frame["predicted"].to_numpy(), n_shown),
                "kind": [kind for kind, _, _ in parts] * len(frame),
                "name": [name for _, _, name in parts] * len(frame),
                "change": frame[self._shown].to_numpy(dtype=float).ravel(),
            }
        )
