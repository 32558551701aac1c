"""The options of studies and networks, built from the designs of studies and DNNClassifier."""

from collections.abc import Callable, Iterable
from dataclasses import Field
from typing import Any

import click

from skprognet import DNNClassifier
from skprognet.cli._kind_options import kind_options
from skprognet.cli._options import with_options
from skprognet.cli._scale_option import read_scale, scale_as_given
from skprognet.experiments import (
    TasksDesign,
    kind_of_value,
    options_of,
    takes_all,
    takes_several,
    takes_table,
)

ALL = ""  # an option without values stands for all of them


def design_options(design: type, only: Iterable[str] | None = None, **defaults: Any) -> Callable:
    """Return a decorator that adds an option for each value of a design.

    Parameters
    ----------
    design : type
        TasksDesign or CorporaDesign, whose fields hold help, range and default.
    only : iterable of str, default=None
        Names of the values; None means all.
    **defaults : object
        Defaults that replace those of the design.
    """
    fields = {n: field for n, field in options_of(design).items() if only is None or n in only}
    return with_options([_option(field, defaults) for field in fields.values()])


def _option(field: Field, defaults: dict[str, Any]) -> Callable:
    if field.name == "kind":
        return kind_options  # two flags, each with a help text of its own
    option, several = field.metadata["option"], takes_several(field.type)
    options: dict[str, Any] = {"help": option.help, "required": option.required}
    if option.metavar:
        options["metavar"] = option.metavar
    if several:
        options["multiple"] = True
    if not option.required and option.default_in_words is None:
        options["default"] = defaults.get(field.name, field.default)
        # click would show an empty tuple as an empty default.
        options["show_default"] = options["default"] != ()
    if option.default_in_words:
        options["help"] += f"  [default: {option.default_in_words}]"
    flag = option.flag or "--" + field.name.replace("_", "-")
    if takes_all(field.type):
        options |= {"is_flag": False, "flag_value": ALL, "callback": _all_or_some}
        options |= {"default": (), "show_default": False}
    if takes_table(field.type):
        options |= {"multiple": True, "callback": read_scale}
    if kind_of_value(field.type) is bool:
        # A single flag has no default to show: it is off unless it is given.
        options |= {"is_flag": True, "show_default": "/" in flag}
    else:
        options["type"] = _type_of(field)
    return click.option(flag, field.name, **options)


def _all_or_some(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> Any:
    """Return True if the option was given without values (a callback of click)."""
    return True if ALL in values else values


def as_given(field: Field, value: Any) -> Any:
    """Return the value of a design as if it had been given on the command line."""
    if field.name == "scale":
        return scale_as_given(value)
    return [ALL] * value if takes_all(field.type) and isinstance(value, bool) else value


def _type_of(field: Field) -> Any:
    option = field.metadata["option"]
    if option.choices:
        return click.Choice(list(option.choices))
    if kind_of_value(field.type) is int:
        return click.IntRange(option.low, option.high)
    return str


duplicates_option = design_options(TasksDesign, only=["duplicates"])


# The parameters of the network that have an option: flag, type and help text.
NETWORK = {
    "max_epochs": ("--max-epochs", click.IntRange(min=1), "Epochs of each fit."),
    "patience": (
        "--patience",
        click.IntRange(min=1),
        "Stop a fit after this many epochs without improvement.",
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
        "Share of hidden units to leave out in each training step.",
    ),
    "lr": ("--lr", click.FloatRange(min=0, min_open=True), "Learning rate."),
    "device": ("--device", str, 'Where networks are trained, such as "cuda".'),
}
_WITHOUT = {"patience": "train all epochs"}  # what None means


def network_options(only: Iterable[str] = tuple(NETWORK), **defaults: Any) -> Callable:
    """Return a decorator that adds options for parameters of the network.

    click knows only the defaults in `defaults`. Any other value that is not given comes from the
    design, or else from DNNClassifier, whose default the help shows.
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
        default = DNNClassifier().get_params(deep=False)[name]
        several = isinstance(default, tuple)
        shown = " ".join(map(str, default)) if several else default
        shown = _WITHOUT[name] if default is None else shown
        words = f"{words}  [default: {shown}]"
        options = {"multiple": True, "metavar": "WIDTH..."} if several else {"default": None}
    return click.option(flag, name, type=kind, help=words, **options)
