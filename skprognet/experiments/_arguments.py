"""The arguments of a study: default, range and words of each stand in one place."""

import types
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import get_args, get_origin

import numpy as np

from skprognet._checks import check_bool, check_choice, check_number

DESIGN_FILE = "design.toml"


@dataclass(frozen=True)
class Option:
    """How the command line asks for one argument of a study.

    Attributes
    ----------
    help : str
        What the argument means, in a sentence.
    flag : str or None
        The name of the option, such as ``"--folds-by"``; None is made from the argument's name.
    choices : tuple of str
        The values that it may have; empty if any will do.
    low, high : int or None
        The range of a number; None is no bound.
    metavar : str or None
        How the help shows the value.
    required : bool
        Whether the command line asks for a value, though Python has a default.
    default_in_words : str or None
        The default in words, if it is another one than in Python.
    may_be_empty : bool
        Whether there may be none of several values, though the default has some.
    """

    help: str
    flag: str | None = None
    choices: tuple = ()
    low: int | None = None
    high: int | None = None
    metavar: str | None = None
    required: bool = False
    default_in_words: str | None = None
    may_be_empty: bool = False


def argument(default, text, **options):
    """Return a field of a design that is also an option of the command line."""
    return field(default=default, metadata={"option": Option(text, **options)})


def python_argument(default, reason):
    """Return a field of a design that no option can give; `reason` says why."""
    return field(default=default, metadata={"no_option": reason})


def options_of(design):
    """Return the fields of a design that are options, those of its own kind of study first.

    Parameters
    ----------
    design : type or StudyDesign
        A dataclass whose fields were made by :func:`argument` and :func:`python_argument`, or an
        object of one.

    Returns
    -------
    dict of str to dataclasses.Field
        By their names.
    """
    found = [each for each in fields(design) if "option" in each.metadata]
    kind = design if isinstance(design, type) else type(design)
    shared = {each.name for base in kind.__bases__ if base is not object for each in fields(base)}
    found.sort(key=lambda each: each.name in shared)  # a stable sort
    return {each.name: each for each in found}


def takes_several(kind):
    """Return whether a field of this type has several values."""
    return any(get_origin(each) is tuple for each in _alternatives(kind))


def takes_all(kind):
    """Return whether a field has several values, or True for all and False for none of them."""
    return takes_several(kind) and bool in _alternatives(kind)


def takes_table(kind):
    """Return whether a field may also have a value for each of several names."""
    return Mapping in _alternatives(kind)


def kind_of_value(kind):
    """Return the type of the values of a field, or of each of its several ones."""
    several = [each for each in _alternatives(kind) if get_origin(each) is tuple]
    return get_args(several[0])[0] if several else _alternatives(kind)[0]


def _alternatives(kind):
    """Return the types of a union such as ``bool | tuple[str, ...]``, or the one type."""
    return get_args(kind) if isinstance(kind, types.UnionType) else (kind,)


def as_plain(value):
    """Return a value as TOML can hold it.

    Raises
    ------
    TypeError
        If it cannot.

    Examples
    --------
    >>> as_plain((np.int64(8), 4))
    [8, 4]
    """
    if isinstance(value, (np.ndarray, np.generic)):
        return as_plain(value.tolist())
    if isinstance(value, (tuple, list)):
        return [as_plain(each) for each in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: as_plain(each) for key, each in value.items()}
    if isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"{value!r} cannot be written to {DESIGN_FILE}.")


def check_argument(each, value):
    """Return the value of a field as plain Python; raise unless it is in the field's range.

    Parameters
    ----------
    each : dataclasses.Field
        Made by :func:`argument`.
    value : object
        What was given.

    Returns
    -------
    str, number, bool or tuple of these
        Lists become tuples, and one text is a tuple of one where several are possible. Where True
        can stand for all values, none of them is False. None stays where it is the default.

    Raises
    ------
    TypeError
        If design.toml could not hold it, or it is not of the type of the field.
    ValueError
        If it is out of range, empty, or has a value twice.
    """
    option, several = each.metadata["option"], takes_several(each.type)
    if value is None and each.default is None:
        return None
    if takes_all(each.type) and isinstance(value, bool):
        return value
    if takes_table(each.type) and isinstance(value, dict):
        return value  # its design looks at what is in it
    if several:
        value = [value] if isinstance(value, str) else _listed(value)
    if several and not isinstance(value, list):
        what = "True, False or a list" if takes_all(each.type) else "a list of values"
        raise TypeError(f"{each.name} must be {what}; got {value!r:.200}.")
    for one in value if several else [value]:
        _check_kind(each, one)
    try:
        value = as_plain(value)
    except TypeError:
        raise TypeError(
            f"{each.name} must be text, a number or a list of them, since {DESIGN_FILE} is to "
            f"hold it; got {value!r}."
        ) from None
    for one in value if several else [value]:
        if option.choices:
            check_choice(each.name, one, option.choices)
    if not several:
        return value
    _check_several(each, value)
    return tuple(value) or (False if takes_all(each.type) else ())


def _check_kind(each, value):
    """Raise unless a value is of the type of the field, and in its range."""
    kind, option = kind_of_value(each.type), each.metadata["option"]
    if kind is int:
        check_number(each.name, value, "integer", low=option.low, high=option.high)
    elif kind is bool:
        check_bool(each.name, value)
    elif not isinstance(value, str) and not option.choices:
        raise TypeError(f"{each.name} must be text; got {value!r:.200}.")
    elif isinstance(value, str) and not value.strip():
        raise ValueError(f"{each.name} must not be empty; got {value!r}.")


def _check_several(each, values):
    """Raise if a value stands there twice, or there is none though one is needed."""
    twice = [value for value in dict.fromkeys(values) if values.count(value) > 1]
    if twice:
        raise ValueError(f"{each.name} must have each value once; got {twice[0]!r} twice.")
    if not values and each.default is None:
        raise ValueError(f"{each.name} must have at least one value, or be None; got none.")
    if not values and each.default and not each.metadata["option"].may_be_empty:
        raise ValueError(
            f"{each.name} must have at least one value, such as {each.default[0]!r}; got none."
        )


def _listed(value):
    return list(value) if hasattr(value, "__iter__") and not isinstance(value, dict) else value
