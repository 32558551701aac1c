"""Give predictions and labels the original row numbers of the corpus.

A run counts only the rows that remain after copies were dropped. The user counts rows in the
original table, so the results use the numbers of that table.
"""

import numpy as np
import pandas as pd

from skprognet._predictions import (
    FILE,
    PREDICTION,
    ROW,
    TRUTH,
    predicts_numbers,
    probability_column,
)


def number_predictions(predictions, table):
    """Return predictions with the original row numbers, and with the files of the rows.

    Parameters
    ----------
    predictions : DataFrame
        Predictions of a run on the remaining rows.
    table : Table
        The table of its corpus.

    Returns
    -------
    DataFrame
        The predictions, with the column file after row, if the labels have this column.
    """
    rows = predictions[ROW].to_numpy()
    numbered = predictions.assign(**{ROW: np.flatnonzero(table.kept)[rows]})
    if FILE in table.labels:
        files = table.labels[FILE].map(_as_text).to_numpy()[rows]
        numbered.insert(numbered.columns.get_loc(ROW) + 1, FILE, files)
    return numbered


def _as_text(file):
    """Return the name of a file as valid UTF-8, with invalid bytes of old names escaped."""
    return file if pd.isna(file) else str(file).encode("utf-8", "backslashreplace").decode()


def join_predictions(parts):
    """Return the predictions of several runs as one table.

    If only some target corpora have a class, or files, this column is NaN for the others.

    Parameters
    ----------
    parts : list of DataFrame
        The predictions of each run.

    Returns
    -------
    DataFrame
        The columns of a single run in the same order, with the classes of all runs sorted.
    """
    whole = pd.concat(parts, ignore_index=True)
    last = [FILE] if FILE in whole else []
    last += [TRUTH, PREDICTION]
    if not predicts_numbers(whole):
        last += map(probability_column, np.unique(whole[TRUTH]))
    return whole[[*whole.columns.difference(last, sort=False), *last]]


def labels_by_row(table):
    """Return the labels of a corpus by original row number, without features.

    Parameters
    ----------
    table : Table
        The corpus.

    Returns
    -------
    DataFrame
        The labels without dropped rows; its index has the name row.
    """
    features = set(getattr(table.X, "columns", ()))
    labels = table.labels[[name for name in table.labels if name not in features]]
    return labels.set_axis(np.flatnonzero(table.kept)).rename_axis(ROW)
