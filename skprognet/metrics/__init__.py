"""Scores of classification: what they are called, which values they take, which way is better."""

from skprognet.metrics._score import Score, get_score, get_score_names
from skprognet.metrics._uar import uar_score
from skprognet.metrics._uar_scorer import uar_scorer

__all__ = ["Score", "get_score", "get_score_names", "uar_score", "uar_scorer"]
