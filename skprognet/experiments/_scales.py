"""The numbers of several corpora on one scale: ratings of 1 to 5 and of 1 to 7, say."""

from typing import NamedTuple

import numpy as np

from skprognet._checks import check_choice, check_number
from skprognet._wording import first_few

Z_SCORES, AS_GIVEN = "z-scores", "none"


class Scale(NamedTuple):
    """How the numbers y of a corpus are scaled: (y - zero) / unit.

    Attributes
    ----------
    zero, unit : float
        What becomes 0, and the difference that becomes 1.
    """

    zero: float
    unit: float

    def __call__(self, numbers):
        """Return numbers as networks learn them."""
        return (numbers - self.zero) / self.unit


def check_scale(scale, names=()):
    """Return the scale of a study of corpora; raise unless it can be one.

    Parameters
    ----------
    scale : {"z-scores", "none"} or dict of str to (low, high)
        As :func:`transfer_between_corpora` takes it.
    names : sequence of str, default=()
        The corpora, if they are known.

    Returns
    -------
    str or dict of str to (float, float)
        The same as plain values.

    Raises
    ------
    ValueError
        If it is another word, a corpus is missing or unknown, or a range is none.
    TypeError
        If a range is no pair of numbers.
    """
    if not isinstance(scale, dict):
        check_choice("scale", scale, (Z_SCORES, AS_GIVEN))
        return scale
    if names and set(scale) != set(names):
        raise ValueError(
            "scale must have the lowest and highest possible number of each corpus, "
            f"{first_few(names)}; got those of {first_few(scale) or 'none'}."
        )
    return {name: _check_range(name, bounds) for name, bounds in scale.items()}


def _check_range(name, bounds):
    """Return the lowest and the highest possible number of a corpus as floats."""
    if not isinstance(bounds, (tuple, list)) or len(bounds) != 2:
        raise TypeError(
            f"The scale of {name!r} must be a pair of its lowest and highest possible number, "
            f"such as (1, 5); got {bounds!r:.200}."
        )
    for bound in bounds:
        check_number(f"The scale of {name!r}", bound, "number")
    low, high = map(float, bounds)
    if not -np.inf < low < high < np.inf:
        raise ValueError(
            f"The scale of {name!r} must go from a number to a higher one; got {bounds!r}."
        )
    return low, high


def scale_of(design, name, numbers):
    """Return how the numbers of one corpus are scaled.

    Parameters
    ----------
    design : CorporaDesign
        Of numbers.
    name : str
        The corpus.
    numbers : Series
        Of its rows that take part.

    Returns
    -------
    Scale
        For z-scores by their mean and (population) standard deviation.

    Raises
    ------
    ValueError
        If they are constant, or outside the range that the design gives.
    """
    if design.scale == AS_GIVEN:
        return Scale(0.0, 1.0)
    if design.scale == Z_SCORES:
        return Scale(float(numbers.mean()), _spread(design, name, numbers))
    low, high = design.scale[name]
    outside = numbers[(numbers < low) | (numbers > high)]
    if len(outside):
        raise ValueError(
            f"{design.emotion!r} of {name!r} must be from {low:g} to {high:g}, as scale says; got "
            f"{first_few(outside.unique(), show='{:g}'.format)}. Correct the scale or the rows."
        )
    return Scale(low, high - low)


def _spread(design, name, numbers):
    """Return the standard deviation of the numbers of a corpus, which must not be constant."""
    if numbers.nunique() < 2:
        raise ValueError(
            f"{design.emotion!r} of {name!r} must have different numbers; all are "
            f"{numbers.iloc[0]:g}. Leave this corpus out."
        )
    return float(numbers.std(ddof=0))
