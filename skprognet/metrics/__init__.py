"""Scores of predictions, with their names, ranges and directions."""

from skprognet.metrics._ccc import ccc_score
from skprognet.metrics._divergence import jensen_shannon_divergence
from skprognet.metrics._score import Score, get_score, get_score_names
from skprognet.metrics._scorers import ccc_scorer, uar_scorer
from skprognet.metrics._uar import uar_score

__all__ = [
    "Score",
    "ccc_score",
    "ccc_scorer",
    "get_score",
    "get_score_names",
    "jensen_shannon_divergence",
    "uar_score",
    "uar_scorer",
]
