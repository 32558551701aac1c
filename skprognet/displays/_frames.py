"""Check tables before they are drawn."""

import numpy as np

from skprognet._controls import in_table_order
from skprognet._predictions import check_predictions
from skprognet._scores import (
    CONDITIONS,
    METHOD,
    as_frame,
    check_columns,
    check_names,
    folds_mean_and_std,
    score_table,
)
from skprognet._table_metric import if_lower_is_better, metric_of
from skprognet.displays._style import verbatim


def check_frame(name, frame, needed):
    """Return a table as a DataFrame with rows, and with all columns that are needed.

    Parameters
    ----------
    name : str
        Name of the frame, for the message.
    frame : DataFrame
        A table of pandas, polars or pyarrow.
    needed : sequence of str
        Names of columns, including method and source.

    Raises
    ------
    TypeError
        If it is not a table.
    ValueError
        If it has no rows, lacks a column, or a row lacks its method or source.
    """
    frame = as_frame(name, frame)
    check_columns(name, frame, needed, "Add the missing columns.")
    if not len(frame):
        raise ValueError(f"{name} must have at least one row; got none. Pass a table with rows.")
    check_names(name, frame)
    return frame


def by_method(frame):
    """Return the rows of each (method, source), in the order of the tables."""
    parts = dict(iter(frame.groupby(list(METHOD), sort=False)))
    return {method: parts[method] for method in in_table_order(list(parts))}


def check_one_study(name, frame, columns):
    """Raise a ValueError if an existing column has several values, which a mean would mix.

    Parameters
    ----------
    name : str
        Name of the frame, for the message.
    frame : DataFrame
        The table.
    columns : sequence of str
        Columns that distinguish studies; each may be absent.
    """
    for column in columns:
        values = [] if column not in frame else frame[column].unique().tolist()
        if len(values) > 1:
            raise ValueError(
                f"{name} must be of one {column}; got {values}. Draw each in its own axes, "
                f"beginning with {name}[{name}[{column!r}] == {values[0]!r}]."
            )


def of_one_study(predictions):
    """Return predictions as a DataFrame; raise if they are of several studies."""
    predictions = check_predictions(predictions)
    check_one_study("predictions", predictions, CONDITIONS)
    return predictions


def figure_spread(scores, method, source):
    """Return mean and standard deviation of the scores as in the paper's Figures 3 and 4.

    Parameters
    ----------
    scores : DataFrame
        Columns method, source, repeat, fold and score, of one corpus and one number of folds.
    method, source : str
        The method and its source.

    Returns
    -------
    mean, std : float
        The scores are averaged over the folds of each repeat. Mean and std (ddof 1) are computed
        over these averages. With one repeat, they are computed over its folds. std is NaN for a
        single score.
    """
    table = score_table(scores, method, source)
    of_repeats = table.mean(axis=1, keepdims=True) if len(table) > 1 else table
    mean, std = folds_mean_and_std(of_repeats)
    return mean, float(std) if np.isfinite(mean) else np.nan


def spread_in_words(n_repeats):
    """Return "repeats" or "folds": the band of Figures 3 and 4 is their standard deviation."""
    return "repeats" if n_repeats > 1 else "folds"


def axis_label(table):
    """Return the label of a table's metric for an axis; it says if lower is better."""
    metric = metric_of(table)
    return verbatim(metric.label) + if_lower_is_better(metric)
