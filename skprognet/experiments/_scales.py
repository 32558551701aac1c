"""Bring the numbers of several corpora to one scale, such as ratings of 1 to 5 and of 1 to 7."""

from dataclasses import replace

import numpy as np

from skprognet._checks import check_choice, check_number
from skprognet._target_kind import NUMBERS
from skprognet._wording import first_few

Z_SCORES, AS_GIVEN = "z-scores", "none"


def check_scale(scale, names=()):
    """Return the scale of a study of corpora, or raise if it is not valid.

    Parameters
    ----------
    scale : {"z-scores", "none"} or dict of str to (low, high)
        As in :func:`transfer_between_corpora`.
    names : sequence of str, default=()
        The corpora, if they are known.

    Returns
    -------
    str or dict of str to (float, float)
        The same scale as plain values.

    Raises
    ------
    ValueError
        If it is another word, a corpus is missing or unknown, or a range is invalid.
    TypeError
        If a range is not a pair of numbers.
    """
    if not isinstance(scale, dict):
        check_choice("scale", scale, (Z_SCORES, AS_GIVEN))
        return scale
    if names and set(scale) != set(names):
        raise ValueError(
            "scale must have the lowest and highest possible number of each corpus, "
            f"{first_few(names)}; got those of {first_few(scale) or 'none'}. Pass a range for "
            "each corpus."
        )
    return {name: _check_range(name, bounds) for name, bounds in scale.items()}


def _check_range(name, bounds):
    """Return the lowest and the highest possible number of a corpus as floats."""
    if not isinstance(bounds, (tuple, list)) or len(bounds) != 2:
        raise TypeError(
            f"The scale of {name!r} must be a pair of its lowest and highest possible number, "
            f"such as (1, 5); got {bounds!r:.200}. Pass such a pair."
        )
    for bound in bounds:
        check_number(f"The scale of {name!r}", bound, "number")
    low, high = map(float, bounds)
    if not -np.inf < low < high < np.inf:
        raise ValueError(
            f"The scale of {name!r} must go from a number to a higher one; got {bounds!r}. "
            "Pass (low, high)."
        )
    return low, high


def _scaled(design, name, numbers):
    """Return the numbers of one corpus on the scale of the design.

    Parameters
    ----------
    design : CorporaDesign
        A design for numbers.
    name : str
        The corpus.
    numbers : Series
        The numbers of its rows that take part.

    Returns
    -------
    Series
        The scaled numbers. Z-scores use their mean and (population) standard deviation.

    Raises
    ------
    ValueError
        If the numbers are constant, or outside the range in the design.
    """
    if design.scale == AS_GIVEN:
        return numbers
    if design.scale == Z_SCORES:
        return (numbers - numbers.mean()) / _spread(design, name, numbers)
    low, high = design.scale[name]
    outside = numbers[(numbers < low) | (numbers > high)]
    if len(outside):
        raise ValueError(
            f"{design.emotion!r} of {name!r} must be from {low:g} to {high:g}, its scale; got "
            f"{first_few(outside.unique(), show='{:g}'.format)}. Correct the scale or the rows."
        )
    return (numbers - low) / (high - low)


def _spread(design, name, numbers):
    """Return the standard deviation of the numbers of a corpus, which must not be constant."""
    if numbers.nunique() < 2:
        raise ValueError(
            f"{design.emotion!r} of {name!r} must have different numbers; got only "
            f"{numbers.iloc[0]:g}. Leave this corpus out."
        )
    return float(numbers.std(ddof=0))


def scale_numbers(design, tables):
    """Return the corpora with their numbers on one scale; classes are not changed.

    Parameters
    ----------
    design : CorporaDesign
        The design of the study.
    tables : dict of str to Table
        The rows of each corpus that take part.

    Returns
    -------
    dict of str to Table
        New tables; those in `tables` are not changed.
    """
    if design.kind != NUMBERS:
        return tables
    scaled = {}
    for name, table in tables.items():
        numbers = _scaled(design, name, table.labels[design.emotion])
        scaled[name] = replace(table, labels=table.labels.assign(**{design.emotion: numbers}))
    return scaled


def moments_of_corpora(design, tables):
    """Return mean and (population) standard deviation of the original numbers of each corpus.

    They are needed to undo z-scores. For classes the result is empty.
    """
    if design.kind != NUMBERS:
        return {}
    numbers = {name: table.labels[design.emotion] for name, table in tables.items()}
    return {
        name: {"mean": float(y.mean()), "standard_deviation": float(y.std(ddof=0))}
        for name, y in numbers.items()
    }
