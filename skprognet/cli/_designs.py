"""Designs in TOML files: read, checked, kept beside the results."""

import os
from difflib import get_close_matches
from pathlib import Path

import click

from skprognet._wording import first_few
from skprognet.cli._messages import on_terminal
from skprognet.cli._named_tables import find_file, is_shipped
from skprognet.cli._options import NETWORK, SeveralValues
from skprognet.estimators import DNNClassifier, check_estimator_parameters
from skprognet.experiments._record import (
    FOUND,
    MISSING,
    NOTHING,
    all_parameters,
    differences,
    read_record,
)

APART = ("study", "network", "inputs", "sha256", "versions", MISSING, *FOUND)
DESIGN = "skprognet.design"  # its key in click's context


class StudyCommand(SeveralValues):
    """A command whose options can also come from a design.

    Parameters
    ----------
    of_inputs : sequence of str
        Names of the parameters that say where the data are; a design has them in a table of their
        own, and those of the network as well.
    """

    def __init__(self, *args, of_inputs, **kwargs):
        super().__init__(*args, **kwargs)
        self.of_inputs = set(of_inputs)
        names = {param.name for param in self.params}
        self.of_study = names - self.of_inputs - {*NETWORK, "output", "n_jobs", "design"}


def _nearest(name, names):
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    return f"the nearest is {near[0]!r}" if near else f"there are {', '.join(sorted(names))}"


def _check_known(found, known, where):
    for name in found:
        if name not in known:
            raise ValueError(
                f"{where} has no value {name!r}; {_nearest(name, list(known))}. Correct it, or "
                "take it out."
            )


def _check_kind(param, value, where):
    """Raise unless a value of TOML is what a parameter of the command takes."""
    kind, told = str, "text"
    if getattr(param, "is_flag", False):
        kind, told = bool, "true or false"
    elif isinstance(param.type, click.types.IntParamType):
        kind, told = int, "an integer"
    several = getattr(param, "multiple", False)
    fits = isinstance(value, list) if several else type(value) is kind
    if not fits or (several and any(type(each) is not kind for each in value)):
        told = f"a list, each {told}" if several else told
        raise ValueError(f"{where} must have {told}, as {param.name!r}; got {value!r}.")


def use_design(ctx, param, path):
    """Make the values of a design the defaults of the command (a callback of click)."""
    if path is None:
        return
    design, command = read_record(path), ctx.command
    where, inputs = f"The design {str(path)!r}", design.get("inputs", {})
    if design.get("study", command.name) != command.name:
        raise ValueError(
            f"{where} is of the study {design['study']!r}; run it with: skprognet "
            f"{design['study']} --design {path}"
        )
    missing = design.get(MISSING, {})
    if missing:
        lacking = first_few([f"{name}: {value}" for name, value in missing.items()])
        raise ValueError(
            f"{where} is not the whole design: it lacks {lacking}, which no file can hold. Run "
            f"the study again from Python, with these; or take the table [{MISSING}] out, to run "
            "another study without them."
        )
    values = {name: value for name, value in design.items() if name not in APART}
    _check_known(values, command.of_study, where)
    _check_known(inputs, command.of_inputs, f"{where}, table inputs,")
    if "random_state" in design.get("network", {}):
        raise ValueError(
            f"{where} must have 'random_state' above its tables, since it is that of folds and "
            "networks. Move it there."
        )
    _check_known(design.get("network", {}), all_parameters({}), f"{where}, table network,")
    params = {p.name: p for p in command.params}
    for name, value in (values | inputs).items():
        _check_kind(params[name], value, where)
    for name, value in inputs.items():
        if isinstance(value, str) and not is_shipped(value):
            inputs[name] = os.path.normpath(path.parent / value)
    ctx.default_map = values | inputs
    ctx.meta[DESIGN] = design


design_option = click.option(
    "--design",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    is_eager=True,
    expose_value=False,
    callback=use_design,
    help="TOML file with all values, such as the design.toml beside results; options of the "
    "command line go before it.",
)


def make_network(ctx, given):
    """Return the network of the design, with what the command line gave in place of its values.

    Parameters
    ----------
    ctx : click.Context
        Knows the design.
    given : dict
        Values of the command line; those of the network are taken out.

    Raises
    ------
    ValueError
        If a value is not what it must be.
    """
    values = dict(ctx.meta.get(DESIGN, {}).get("network", {}))
    values = {name: None if value == NOTHING else value for name, value in values.items()}
    # As the default is a tuple: to a checkpoint, a list would be another network.
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
    given = {name: given.pop(name) for name in NETWORK if name in given}
    values |= {name: value for name, value in given.items() if value not in (None, ())}
    network = DNNClassifier(**values)
    try:
        check_estimator_parameters(network)
    except TypeError as error:
        raise ValueError(str(error)) from error
    return network


def describe_inputs(inputs, folder):
    """Return where the data are, seen from the folder of the results, and which are files."""
    told, files = {}, {}
    for name, value in inputs.items():
        if value in (None, ()):
            continue
        if name == "features":
            told[name] = list(value)
            continue
        files[name] = find_file(value)
        told[name] = str(value) if is_shipped(value) else _relative(value, folder)
    return told, files


def _relative(path, folder):
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive
        return str(Path(path).absolute())


def warn_of_changes(ctx, record):
    """Say in what the data or the versions are not those of the design."""
    for part, what in (("sha256", "other data"), ("versions", "other versions")):
        then = ctx.meta.get(DESIGN, {}).get(part, {})
        changed = differences(then, {name: record[part].get(name) for name in then})
        if changed:
            told = f"Warning: the design was made with {what}, so that the numbers may differ: "
            click.echo(on_terminal(f"{told}{changed}."), err=True)
