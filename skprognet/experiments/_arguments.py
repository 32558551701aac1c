"""The arguments of a study: one place for the default, range and help text of each."""

import types
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import get_args, get_origin

import numpy as np

from skprognet._checks import check_bool, check_choice, check_number

DESIGN_FILE = "design.toml"


@dataclass(frozen=True)
class Option:
    """The option of the command line for one argument of a study.

    Attributes
    ----------
    help : str
        The help text, in a sentence.
    flag : str or None
        The name of the option, such as ``"--folds-by"``; None derives it from the argument's name.
    choices : tuple of str
        The allowed values; empty if any value is allowed.
    low, high : int or None
        The range of a number; None means no bound.
    metavar : str or None
        How the help shows the value.
    required : bool
        Whether the command line requires a value, although Python has a default.
    default_in_words : str or None
        The default in words, if it differs from that in Python.
    may_be_empty : bool
        Whether a list of values may be empty, although the default is not.
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
    """Return a field of a design that has no option; `reason` says why."""
    return field(default=default, metadata={"no_option": reason})


def options_of(design):
    """Return the fields of a design that have options, with those of its kind of study first.

    Parameters
    ----------
    design : type or StudyDesign
        A dataclass whose fields were made by :func:`argument` and :func:`python_argument`, or an
        instance of it.

    Returns
    -------
    dict of str to dataclasses.Field
        The fields by name.
    """
    options = [each for each in fields(design) if "option" in each.metadata]
    kind = design if isinstance(design, type) else type(design)
    shared = {each.name for base in kind.__bases__ if base is not object for each in fields(base)}
    options.sort(key=lambda each: each.name in shared)  # a stable sort
    return {each.name: each for each in options}


def takes_several(kind):
    """Return whether a field of this type has several values."""
    return any(get_origin(each) is tuple for each in _alternatives(kind))


def takes_all(kind):
    """Return whether a field takes a list of values, or True for all and False for none."""
    return takes_several(kind) and bool in _alternatives(kind)


def takes_table(kind):
    """Return whether a field may also be a table that has a value for each name."""
    return Mapping in _alternatives(kind)


def kind_of_value(kind):
    """Return the type of a field's value, or of each value in its list."""
    several = [each for each in _alternatives(kind) if get_origin(each) is tuple]
    return get_args(several[0])[0] if several else _alternatives(kind)[0]


def _alternatives(kind):
    """Return the types in a union such as ``bool | tuple[str, ...]``, or the single type."""
    return get_args(kind) if isinstance(kind, types.UnionType) else (kind,)


def as_plain(value):
    """Return a value in a form that TOML can hold.

    Raises
    ------
    TypeError
        If TOML cannot hold it.

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
    raise TypeError(f"A value of {DESIGN_FILE} must be text, a number or a list; got {value!r}.")


def check_argument(each, value):
    """Return the value of a field as plain Python, or raise if it is not allowed.

    Parameters
    ----------
    each : dataclasses.Field
        A field made by :func:`argument`.
    value : object
        The value from the user.

    Returns
    -------
    str, number, bool or tuple of these
        Lists become tuples. A single text becomes a tuple of one if the field takes several
        values. An empty list becomes False if the field also takes True for all values. None stays
        None if it is the default.

    Raises
    ------
    TypeError
        If design.toml cannot hold the value, or it has the wrong type.
    ValueError
        If it is out of range, empty, or has a value twice.
    """
    option, several = each.metadata["option"], takes_several(each.type)
    if value is None and each.default is None:
        return None
    if takes_all(each.type) and isinstance(value, bool):
        return value
    if takes_table(each.type) and isinstance(value, dict):
        return value  # the design checks its content
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
            f"{each.name} must be text, a number or a list of them, since it is written to "
            f"{DESIGN_FILE}; got {value!r}. Pass a plain value."
        ) from None
    for one in value if several else [value]:
        if option.choices:
            check_choice(each.name, one, option.choices)
    if not several:
        return value
    _check_several(each, value)
    return tuple(value) or (False if takes_all(each.type) else ())


def _check_kind(each, value):
    """Raise unless a value has the type of the field and is in its range."""
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
    """Raise if a value occurs twice, or if a required list is empty."""
    twice = [value for value in dict.fromkeys(values) if values.count(value) > 1]
    if twice:
        raise ValueError(
            f"{each.name} must have each value once; got {twice[0]!r} twice. Remove one."
        )
    if not values and each.default is None:
        raise ValueError(
            f"{each.name} must have at least one value, or be None; got none. Add a value."
        )
    if not values and each.default and not each.metadata["option"].may_be_empty:
        raise ValueError(
            f"{each.name} must have at least one value, such as {each.default[0]!r}; got none. "
            "Add a value."
        )


def _listed(value):
    return list(value) if hasattr(value, "__iter__") and not isinstance(value, dict) else value
