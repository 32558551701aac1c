"""The options of studies and networks: made from the design of a study, and from DNNClassifier."""

from collections.abc import Callable, Iterable
from dataclasses import Field
from typing import Any

import click

from skprognet import DNNClassifier
from skprognet.cli._kind_options import kind_options
from skprognet.cli._options import with_options
from skprognet.cli._scale_option import scale_as_given, scale_option
from skprognet.experiments import (
    TasksDesign,
    kind_of_value,
    options_of,
    takes_all,
    takes_several,
)

# Values of a design that are asked for in a way of their own.
OWN_OPTIONS = {"kind": kind_options, "scale": scale_option}
ALL = ""  # what stands for all values: the option alone, without any


def design_options(design: type, only: Iterable[str] | None = None, **defaults: Any) -> Callable:
    """Return a decorator that adds an option for each value of a design.

    Parameters
    ----------
    design : type
        TasksDesign or CorporaDesign, whose fields know help, range and default.
    only : iterable of str, default=None
        Which values; None is all of them.
    **defaults : object
        Other defaults than those of the design.
    """
    chosen = {n: each for n, each in options_of(design).items() if only is None or n in only}
    return with_options([_option(each, defaults) for each in chosen.values()])


def _option(each: Field, defaults: dict[str, Any]) -> Callable:
    if each.name in OWN_OPTIONS:
        return OWN_OPTIONS[each.name]
    told, several = each.metadata["option"], takes_several(each.type)
    options: dict[str, Any] = {"help": told.help, "required": told.required}
    if told.metavar:
        options["metavar"] = told.metavar
    if several:
        options["multiple"] = True
    if not told.required and told.default_in_words is None:
        options["default"] = defaults.get(each.name, each.default)
        # Of several values, click has no words for none of them.
        options["show_default"] = options["default"] != ()
    if told.default_in_words:
        options["help"] += f"  [default: {told.default_in_words}]"
    flag = told.flag or "--" + each.name.replace("_", "-")
    if takes_all(each.type):
        options |= {"is_flag": False, "flag_value": ALL, "callback": _all_or_some}
        options |= {"default": (), "show_default": False}
    if kind_of_value(each.type) is bool:
        # With a single flag there is no value to show: it is off unless it is given.
        options |= {"is_flag": True, "show_default": "/" in flag}
    else:
        options["type"] = _type_of(each)
    return click.option(flag, each.name, **options)


def _all_or_some(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> Any:
    """Return True if the option stood alone (a callback of click)."""
    return True if ALL in values else values


def as_given(each: Field, value: Any) -> Any:
    """Return the value of a design as if it had been given on the command line."""
    if each.name == "scale":
        return scale_as_given(value)
    return [ALL] * value if takes_all(each.type) and isinstance(value, bool) else value


def _type_of(each: Field) -> Any:
    told = each.metadata["option"]
    if told.choices:
        return click.Choice(list(told.choices))
    if kind_of_value(each.type) is int:
        return click.IntRange(told.low, told.high)
    return str


duplicates_option = design_options(TasksDesign, only=["duplicates"])


# The parameters of the network that have an option: flag, type and words.
NETWORK = {
    "max_epochs": ("--max-epochs", click.IntRange(min=1), "Epochs of each fit."),
    "patience": (
        "--patience",
        click.IntRange(min=1),
        "Stop a fit after that many epochs without a better one.",
    ),
    "batch_size": ("--batch-size", click.IntRange(min=1), "Rows in a training step."),
    "hidden_layer_sizes": (
        "--hidden-layers",
        click.IntRange(min=1),
        "Width of each hidden layer.",
    ),
    "dropout": (
        "--dropout",
        click.FloatRange(0, 1, max_open=True),
        "Share of hidden units that are left out in each training step.",
    ),
    "lr": ("--lr", click.FloatRange(min=0, min_open=True), "Learning rate."),
    "device": ("--device", str, 'Where networks are trained, such as "cuda".'),
}
_WITHOUT = {"patience": "run all"}  # what None means


def network_options(only: Iterable[str] = tuple(NETWORK), **defaults: Any) -> Callable:
    """Return a decorator that adds options for parameters of the network.

    Without other `defaults` they have none in click: what is not given comes from the design, or
    is DNNClassifier's own, which the help shows.
    """
    return with_options([_network_option(name, defaults) for name in only])


def network_as_given(given: dict[str, Any]) -> str:
    """Return the options of the network that were given, as they stand on a command line."""
    options = []
    for name, value in given.items():
        if value not in (None, ()):
            options += [NETWORK[name][0], *(value if isinstance(value, tuple) else [value])]
    return " ".join(map(str, options))


def _network_option(name: str, defaults: dict[str, Any]) -> Callable:
    flag, kind, words = NETWORK[name]
    if name in defaults:
        options: dict[str, Any] = {"default": defaults[name], "show_default": True}
    else:
        own = DNNClassifier().get_params(deep=False)[name]
        several = isinstance(own, tuple)
        shown = _WITHOUT[name] if own is None else " ".join(map(str, own)) if several else own
        words = f"{words}  [default: {shown}]"
        options = {"multiple": True, "metavar": "WIDTH..."} if several else {"default": None}
    return click.option(flag, name, type=kind, help=words, **options)
