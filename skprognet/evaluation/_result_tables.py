"""Make the tables of scores, curves and predictions from the records of all fits."""

import numpy as np
import pandas as pd

from skprognet._scores import NO_SOURCE, SOURCE_METRIC, SOURCE_SCORE
from skprognet.evaluation._fit_predictions import predictions_table


def result_tables(plan, rows, curves, predictions):
    """Return the scores, or a tuple of the scores and the other tables that the run returns."""
    run = plan.run
    order = {"method": list(run.methods), "source": [NO_SOURCE, *run.source_sets]}
    scores = _in_order(pd.DataFrame(rows), order)
    fits = scores.index
    scores = scores.reset_index(drop=True)
    scores = scores.astype({"source_seed": "Int64", "best_epoch": "Int64", "n_epochs": "Int64"})
    _name_source_metrics(scores, run)
    tables = [scores]
    if run.return_curves:
        curves = [pd.DataFrame(curve) for curve in curves]
        curves = _in_order(pd.concat(curves), order) if curves else pd.DataFrame()
        tables.append(curves.reset_index(drop=True))
    if run.return_predictions:
        predictions = [predictions[fit] for fit in fits]
        tables.append(predictions_table(scores, predictions, run, plan.splits))
    return tuple(tables) if len(tables) > 1 else scores


def _name_source_metrics(scores, run):
    """Add the metric of each source's own score, unless all have the metric of the target."""
    tasks = {name: getattr(source, "task", None) for name, source in run.run_sources.items()}
    metrics = {name: run.score_for(task).name for name, task in tasks.items() if task is not None}
    if set(metrics.values()) - {run.scoring.name}:
        place = scores.columns.get_loc(SOURCE_SCORE) + 1
        scores.insert(place, SOURCE_METRIC, scores["source"].map(metrics))


def compact(values):
    """Return a list as an array, which takes a fraction of the memory."""
    return np.asarray(values) if isinstance(values, list) else values


def _in_order(frame, order):
    """Sort by size, repeat, fold, source, method (and epoch), since jobs end in any order."""
    keys = ["n_train_folds", "repeat", "fold", "source", "method", "epoch"]
    ranks = {name: {value: i for i, value in enumerate(values)} for name, values in order.items()}
    return frame.sort_values(
        [key for key in keys if key in frame],
        key=lambda column: column.map(ranks[column.name]) if column.name in ranks else column,
    )
