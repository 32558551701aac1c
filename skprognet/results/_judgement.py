"""The predictions of several methods for each row, and how good they are."""

from typing import NamedTuple

import numpy as np


class Judgement(NamedTuple):
    """The predictions of several methods for each row, and how good they are.

    Attributes
    ----------
    facts : dict of str to ndarray of shape (n_rows,)
        Columns that describe each row, by their names; the disagreement comes first.
    predicted : ndarray of shape (n_rows, n_methods)
        The label or the number of each method.
    quality : ndarray of shape (n_rows, n_methods)
        Whether a label is right, or how far a number is from the truth.
    """

    facts: dict
    predicted: np.ndarray
    quality: np.ndarray
