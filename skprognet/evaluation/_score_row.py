"""Make the row of scores and the curve of one fit."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skprognet._row_sets import UNKNOWN, encode_rows
from skprognet._scores import (
    CHANCE,
    EPOCH_SCORES,
    NO_SOURCE,
    RECORDED,
    RECORDED_COLUMNS,
    SCORE,
    SECONDS,
    SOURCE_SCORE,
    TOGETHER,
)
from skprognet._table_metric import metric_columns, metric_name, score_named
from skprognet.evaluation._one_fit import Fitted
from skprognet.evaluation._splits import Split
from skprognet.metrics import Score


@dataclass
class FitOfMethod:
    """A fitted method, with its sources and rows.

    Attributes
    ----------
    method, source : str
        Their names in the result.
    names : tuple of str
        The sources that it read, or whose labels it was given.
    split : Split
        The rows.
    size : int or None
        Number of training folds; None means all.
    seed : int
        Seed of the fit.
    sources : list of ReadySource
        The fitted sources that it read.
    task : ClassTask or NumberTask
        The kind of task that it learned.
    fitted : Fitted
        The result of the fit.
    """

    method: str
    source: str
    names: tuple
    split: Split
    size: int | None
    seed: int
    sources: list
    task: type
    fitted: Fitted

    @property
    def given(self):
        """All rows, with the columns of this fit."""
        return self.fitted.given

    @property
    def estimator(self):
        """The fitted classifier or regressor."""
        return self.fitted.estimator

    @property
    def train(self):
        """The training rows."""
        return self.split.train[self.size]

    @cached_property
    def predicted(self):
        """The predictions of the test rows, in ascending order of the rows."""
        tested = self.split.tested
        predicted = self.estimator.predict(self.given[tested])
        return self.task.as_predicted(self.method, predicted, len(tested))

    @property
    def history(self):
        """The scores of each epoch; None for an estimator without epochs."""
        return getattr(self.estimator, "history_", None)

    def place(self, run):
        """Return the columns that identify the fit in a table."""
        columns = {"method": self.method, "source": self.source}
        columns |= {"target": run.target, "corpus": run.corpus}
        columns |= {} if self.size is None else {"n_train_folds": self.size}
        return columns | {"repeat": self.split.repeat + 1, "fold": self.split.fold + 1}


def score_row(run, done, X):
    """Return the row of a fit in the table of scores.

    Parameters
    ----------
    run : Run
        What all fits share.
    done : FitOfMethod
        The fit.
    X : ndarray of shape (n_samples, n_columns)
        All columns, as normalised for this fit.

    Returns
    -------
    dict
        The values by column.
    """
    split, estimator, history = done.split, done.estimator, done.history
    single = done.sources[0] if len(done.sources) == 1 else None
    y_test, seen_by_source = run.y[split.tested], _rows_seen_by_sources(done)
    return {
        **done.place(run),
        "n_train": len(done.train),
        "n_validation": done.fitted.n_validation,
        "n_test": len(split.test),
        "seed": done.seed,
        "source_seed": single.seed if single else None,
        **metric_columns(run.scoring),
        SCORE: run.scoring(y_test, done.predicted),
        CHANCE: run.scoring.chance_level(y_test),
        SOURCE_SCORE: float(single.score) if single else np.nan,
        "best_epoch": getattr(estimator, "best_epoch_", None),
        "n_epochs": None if history is None else len(history),
        "normalisation": run.normalisation,
        "baseline": run.baseline(done.method) if done.names else NO_SOURCE,
        "source_overlap": _share(seen_by_source, split.test),
        SECONDS: done.fitted.seconds,
        **({TOGETHER: done.fitted.trained_together} if run.counter_masks else {}),
        **_recorded_rows(done.fitted.seen, seen_by_source, split.test),
        **_recorded_columns(run, done, X),
    }


def curve_of(run, done):
    """Return the scores of each epoch of a fit as a dict of lists; None if it has none."""
    history = done.history
    if not run.return_curves or history is None or "valid_score" not in history:
        return None
    monitor = done.estimator.get_params(deep=False).get("monitor", run.scoring)
    metric = monitor if isinstance(monitor, Score) else score_named(metric_name(monitor))
    epochs = {c: history[c].tolist() for c in ("epoch", *EPOCH_SCORES) if c in history}
    return {**done.place(run), **metric_columns(metric), **epochs}


def _rows_seen_by_sources(done):
    """Return which rows any of the sources was given; None without a source, or UNKNOWN."""
    if not done.names:
        return None
    if not done.sources:  # it was given labels of the source tasks for its own training rows
        return np.isin(np.arange(len(done.given)), done.train)
    masks = [source.seen for source in done.sources]
    if any(mask is UNKNOWN for mask in masks):
        return UNKNOWN
    if any(mask is None for mask in masks):
        if not hasattr(done.estimator, "source_overlap"):
            return UNKNOWN
        seen = done.estimator.source_overlap(done.given[:], per_row=True).drop(columns="own")
        if seen.isna().any(axis=None):
            return UNKNOWN
        masks = [
            seen.iloc[:, i].to_numpy(dtype=bool) if mask is None else mask
            for i, mask in enumerate(masks)
        ]
    return np.any(masks, axis=0)


def _share(seen, test):
    """Return the share of the test rows that were seen; NaN if unknown."""
    return float(seen[test].mean()) if isinstance(seen, np.ndarray) else np.nan


def _recorded_rows(seen, seen_by_source, test):
    """Return, by column, the rows that a fit saw, that its source saw, and that tested it."""
    tested = np.zeros(len(seen), dtype=bool)
    tested[test] = True
    if seen_by_source is None:
        of_source = np.nan
    else:
        of_source = UNKNOWN if seen_by_source is UNKNOWN else encode_rows(seen_by_source)
    return dict(zip(RECORDED, (encode_rows(seen), of_source, encode_rows(tested)), strict=True))


def _recorded_columns(run, done, X):
    """Return which columns a fit and its sources saw, and which it must not see."""
    if run.columns is None:
        return {}
    masks = [run.columns_seen(done.estimator, done.given, X, done.train)]
    masks += [source.columns_seen for source in done.sources if source.columns_seen is not None]
    withheld = run.columns.withheld_from(done.names)
    texts = encode_rows(np.any(masks, axis=0)), encode_rows(withheld)
    return dict(zip(RECORDED_COLUMNS, texts, strict=True))
