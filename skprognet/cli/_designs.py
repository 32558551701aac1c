"""Designs in TOML files, whose values become the defaults of a command."""

import os
from pathlib import Path
from typing import Any

import click

from skprognet.cli._messages import on_terminal
from skprognet.cli._named_tables import find_file, is_shipped
from skprognet.cli._options import SeveralValues
from skprognet.cli._study_options import NETWORK, as_given
from skprognet.experiments import (
    CorporaDesign,
    TasksDesign,
    check_record,
    check_values,
    differences,
    options_of,
    read_record,
)

DESIGN = "skprognet.design"  # its key in click's context


class StudyCommand(SeveralValues):
    """A command whose options can also come from a design.

    Parameters
    ----------
    design : type
        TasksDesign or CorporaDesign.
    input_types : dict of str to type
        The parameters that say where the data are. A design keeps them in the table `inputs`.
    """

    def __init__(self, *args, design, input_types, **kwargs):
        super().__init__(*args, **kwargs)
        self.design, self.input_types = design, input_types


def use_design(ctx: click.Context, param: click.Parameter, path: Path | None) -> None:
    """Make the values of a design the defaults of the command (a callback of click)."""
    if path is None:
        return
    record, command = read_record(path), ctx.command
    assert isinstance(command, StudyCommand)
    check_record(record, command.design, path)
    inputs = record.get("inputs", {})
    check_values(inputs, command.input_types, f"The design {str(path)!r}, table inputs,")
    for name, value in inputs.items():
        if isinstance(value, str):
            inputs[name] = _seen_from_here(value, path.parent)
        elif name != "features":
            inputs[name] = [_seen_from_here(each, path.parent) for each in value]
    options = options_of(command.design).items()
    values = {name: as_given(each, record[name]) for name, each in options if name in record}
    ctx.default_map = values | inputs
    ctx.meta[DESIGN] = record


def _seen_from_here(table, folder):
    """Return a path relative to the current folder; a design gives it relative to its own."""
    return table if is_shipped(table) else os.path.normpath(folder / table)


design_option = click.option(
    "--design",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    is_eager=True,
    expose_value=False,
    callback=use_design,
    help="TOML file with the values of options, such as the design.toml beside results; options "
    "on the command line override it.",
)


def make_design(
    ctx: click.Context, kind: type[TasksDesign] | type[CorporaDesign], given: dict[str, Any]
) -> Any:
    """Return the design of the TOML file; values of the command line override it.

    Parameters
    ----------
    ctx : click.Context
        Holds the content of the file.
    kind : type
        TasksDesign or CorporaDesign.
    given : dict
        Values from the command line, including those of the network.

    Raises
    ------
    ValueError
        If a value is not allowed.
    """
    recorded = ctx.meta.get(DESIGN, {}).get("network", {})
    given_here = {n: v for n, v in given.items() if n in NETWORK and v not in (None, ())}
    fields = options_of(kind)
    values = {name: value for name, value in given.items() if name not in NETWORK}
    # An option with several values that was not given stands for all of them.
    values = {n: v for n, v in values.items() if v != () or fields[n].default is not None}
    try:
        return kind.from_dict(values | {"network": recorded | given_here})
    except TypeError as error:
        raise ValueError(str(error)) from error


def describe_inputs(inputs: dict[str, Any], folder: Path) -> tuple[dict, dict]:
    """Return where the data are, relative to the folder of the results, and their files."""
    places: dict[str, Any] = {}
    files = {}
    for name, value in inputs.items():
        if value in (None, ()):
            continue
        if name == "features":
            places[name] = list(value)
        elif isinstance(value, (tuple, list)):
            places[name] = [_relative(each, folder) for each in value]
            files |= {f"{name} {i}": find_file(each) for i, each in enumerate(value, 1)}
        else:
            places[name], files[name] = _relative(value, folder), find_file(value)
    return places, files


def _relative(path, folder):
    if is_shipped(path):
        return str(path)
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive
        return str(Path(path).absolute())


def warn_of_changes(ctx: click.Context, record: dict[str, Any]) -> None:
    """Warn if data or versions differ from those that the design records."""
    for part, what in (("sha256", "other data"), ("versions", "other versions")):
        then = ctx.meta.get(DESIGN, {}).get(part, {})
        changed = differences(then, {name: record[part].get(name) for name in then})
        if changed:
            warning = f"Warning: The design was made with {what}, so the numbers may differ: "
            click.echo(on_terminal(f"{warning}{changed}."), err=True)
