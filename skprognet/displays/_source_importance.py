"""Draw which source helped: how much worse a progressive network is without it."""

import numpy as np
from sklearn.base import RegressorMixin

from skprognet.displays._display import Display
from skprognet.displays._signed_bars import draw_signed_bars
from skprognet.displays._style import row_height, verbatim
from skprognet.estimators import source_importances
from skprognet.metrics import get_score
from skprognet.sources import network_of


class SourceImportanceDisplay(Display):
    """Show how much the score of a progressive network falls without each source.

    A bar to the right of zero means that the network is worse without the source. A hatched bar to
    the left means that it is better. The line at the end of a bar is one standard deviation over
    the permutations to each side. It shows the chance in the shuffling, not in the choice of rows.

    Parameters
    ----------
    importances : DataFrame
        The result of :meth:`~skprognet.ProgressiveClassifier.source_importances`: importance_mean
        and importance_std by name of the source or, with ``by_class=True``, a row for each source
        and class.
    scoring : str or Score, default="uar"
        The score whose fall they measure, for the label of the axis.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    bars_ : matplotlib BarContainer
        After `plot`: a bar per source, or source and class, from top to bottom.

    Examples
    --------
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.displays import SourceImportanceDisplay
    >>> emodb = load_emodb()
    >>> X = StandardScaler().fit_transform(emodb.data)
    >>> options = dict(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
    >>> speaker = DNNClassifier(**options).fit(X, emodb.speaker)
    >>> clf = ProgressiveClassifier([("speaker", speaker)], **options).fit(X, emodb.target)
    >>> display = SourceImportanceDisplay.from_estimator(clf, X, emodb.target, random_state=0)
    >>> list(display.frame())
    ['source', 'importance_mean', 'importance_std']
    """

    def __init__(self, importances, *, scoring="uar"):
        self.importances = importances
        self.scoring = scoring

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        scoring=None,
        method="permute",
        n_repeats=5,
        random_state=None,
        by_class=False,
    ):
        """Measure how much the score falls without each source.

        Parameters
        ----------
        estimator : ProgressiveClassifier or ProgressiveRegressor
            Fitted, with at least one source; or a pipeline, FrozenEstimator or fitted search
            around one.
        X : array-like of shape (n_samples, n_features)
            Rows, preferably rows that were not in `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their labels, or the numbers that a regressor predicts.
        scoring : str, Score or None, default=None
            The score: its name, or a :class:`~skprognet.metrics.Score`. None means "uar" for a
            classifier and "ccc" for a regressor.
        method : {"permute", "silence"}, default="permute"
            Whether the activations of a source are permuted among the rows or set to 0.
        n_repeats : int, default=5
            Number of permutations.
        random_state : int, RandomState instance or None, default=None
            Seed of the permutations.
        by_class : bool, default=False
            Whether to show how much the recall of each class falls; classifiers only.

        Returns
        -------
        SourceImportanceDisplay
            The display, not yet drawn.

        Raises
        ------
        TypeError
            If there is no progressive network in the estimator.
        ValueError
            If the network has no source, X and y do not fit it, or no two rows differ. With
            ``by_class=True``, also if the network is a regressor or does not know a class of y, or
            `scoring` is not "uar".
        """
        if scoring is None:
            scoring = "ccc" if isinstance(network_of(estimator), RegressorMixin) else "uar"
        importances = source_importances(
            estimator,
            X,
            y,
            scoring=scoring,
            method=method,
            n_repeats=n_repeats,
            random_state=random_state,
            by_class=by_class,
        )
        return cls(importances, scoring=scoring)

    def _figure_size(self):
        names = self._row_names()
        return 4.8, 1 + row_height(names) * (self._heights()[-1] + 1)

    def _is_by_class(self):
        return "class" in self.importances

    def _row_names(self):
        if not self._is_by_class():
            return [verbatim(name, 24) for name in self.importances.index]
        pairs = self.importances[["source", "class"]].to_numpy()
        return [verbatim(f"{source}: {label}", 24) for source, label in pairs]

    def _heights(self):
        """Return the positions of the bars, from the top; bars of one source are together."""
        heights = np.arange(len(self.importances), dtype=float)
        if self._is_by_class():
            sources = self.importances["source"].to_numpy()
            heights[1:] += 0.6 * np.cumsum(sources[1:] != sources[:-1])
        return heights

    def _draw(self, ax):
        frame = self.frame()
        spread = frame["importance_std"] if (frame["importance_std"] > 0).any() else None
        self.bars_ = draw_signed_bars(
            ax, self._heights(), frame["importance_mean"], self._row_names(), spread
        )
        score = get_score(self.scoring)
        change = "fall" if score.greater_is_better else "rise"
        what = "the recall of the class" if self._is_by_class() else score.label
        ax.set_xlabel(
            f"{change} in {what} without the source"
            + "\n(line: one standard deviation over permutations)" * (spread is not None),
            loc="right",
            fontsize="small",
        )

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            One row per source: source, importance_mean, importance_std; or one row per source
            and class, with the column class.
        """
        if self._is_by_class():
            return self.importances.copy()
        return self.importances.rename_axis("source").reset_index()
