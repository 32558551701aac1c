"""The two kinds of intervals, and a check of their level."""

from collections import namedtuple

from skprognet._checks import check_number

ConfidenceInterval = namedtuple("ConfidenceInterval", ["low", "high"])
CredibleInterval = namedtuple("CredibleInterval", ["low", "high"])


def check_positive_below(name, value, high):
    """Raise unless 0 < value < high."""
    check_number(name, value, "number", low=0, high=high, low_open=True, high_open=True)
