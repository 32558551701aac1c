"""What several methods make of each row, whether they predict classes or numbers."""

from typing import NamedTuple

import numpy as np


class Judgement(NamedTuple):
    """What several methods make of each row.

    Attributes
    ----------
    facts : dict of str to ndarray of shape (n_rows,)
        What is said of a row, by the name of its column; the disagreement first.
    predicted : ndarray of shape (n_rows, n_methods)
        The label or the number of each method.
    quality : ndarray of shape (n_rows, n_methods)
        How good it is: whether a label is right, or how far a number is from the truth.
    """

    facts: dict
    predicted: np.ndarray
    quality: np.ndarray
