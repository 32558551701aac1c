"""What a study keeps of the rows of a corpus: their predictions and labels, by number as given.

The rows of a run are those that are left when copies were dropped. A user counts in the table that
was given, so results have the numbers that the rows have there.
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
    """Return predictions whose rows have the numbers that they were given with, and their files.

    Parameters
    ----------
    predictions : DataFrame
        Of a run on the rows that are left.
    table : Table
        Of its corpus.

    Returns
    -------
    DataFrame
        With the column file after row, if the labels have one.
    """
    rows = predictions[ROW].to_numpy()
    numbered = predictions.assign(**{ROW: np.flatnonzero(table.kept)[rows]})
    if FILE in table.labels:
        files = table.labels[FILE].map(_as_text).to_numpy()[rows]
        numbered.insert(numbered.columns.get_loc(ROW) + 1, FILE, files)
    return numbered


def _as_text(file):
    """Return the name of a file as text in UTF-8: some old names have bytes that are none."""
    return file if pd.isna(file) else str(file).encode("utf-8", "backslashreplace").decode()


def join_predictions(parts):
    """Return the predictions of several runs as one table.

    A class that only some target corpora have, or a file, is missing in the rows of the others.

    Parameters
    ----------
    parts : list of DataFrame
        Of each run.

    Returns
    -------
    DataFrame
        With the columns of a single run in the same order; the classes of all are sorted.
    """
    whole = pd.concat(parts, ignore_index=True)
    last = [FILE] if FILE in whole else []
    last += [TRUTH, PREDICTION]
    if not predicts_numbers(whole):
        last += map(probability_column, np.unique(whole[TRUTH]))
    return whole[[*whole.columns.difference(last, sort=False), *last]]


def labels_by_row(table):
    """Return the labels of a corpus by the numbers of its rows as given; no features among them.

    Parameters
    ----------
    table : Table
        The corpus.

    Returns
    -------
    DataFrame
        Its index has the name row; rows that were dropped are not in it.
    """
    features = set(getattr(table.X, "columns", ()))
    labels = table.labels[[name for name in table.labels if name not in features]]
    return labels.set_axis(np.flatnonzero(table.kept)).rename_axis(ROW)
