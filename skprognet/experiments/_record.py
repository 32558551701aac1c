"""The record of a study, from which it can be run again: design.toml."""

import platform
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import tomli_w

from skprognet import _wording
from skprognet._files import sha256
from skprognet._wording import first_few, nearest_name
from skprognet.experiments._arguments import (
    DESIGN_FILE,
    kind_of_value,
    options_of,
    takes_several,
)
from skprognet.experiments._corpora_design import CorporaDesign
from skprognet.experiments._network_values import network_parameters
from skprognet.experiments._tasks_design import TasksDesign

DESIGNS = {kind.study: kind for kind in (TasksDesign, CorporaDesign)}
# What a run finds out: no part of what it is asked.
FOUND = "dropped_rows"
# What a record cannot hold, each with what it was in words.
MISSING = "missing"
_NO_VALUES = ("study", "network", "inputs", "sha256", "versions", MISSING, FOUND)
_LIBRARIES = (
    "skprognet",
    "torch",
    "skorch",
    "scikit-learn",
    "numpy",
    "scipy",
    "pandas",
    "opensmile",
)
_KINDS = {str: "text", bool: "true or false", int: "an integer"}


def installed_versions():
    """Return the versions of what the numbers depend on, by name; what is missing is left out."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def make_record(design, inputs=None, files=None):
    """Return all that is needed to run a study again.

    Parameters
    ----------
    design : TasksDesign or CorporaDesign
        What was asked.
    inputs : dict, default=None
        Where the data came from: plain values.
    files : dict of str to path, default=None
        Those of the inputs that are files.

    Returns
    -------
    dict
        The values of the design, and tables inputs, sha256 and versions.
    """
    return {
        **design.to_dict(),
        "inputs": inputs or {},
        "sha256": {name: sha256(path) for name, path in (files or {}).items()},
        "versions": installed_versions(),
    }


def add_found(record, study):
    """Return a record with what the run has found out: the rows that were dropped, if any."""
    rows = study.dropped_rows
    if record["study"] == TasksDesign.study:  # there is one corpus
        rows = [row for dropped in rows.values() for row in dropped]
    return record | ({FOUND: rows} if rows else {})


def format_record(record):
    """Return a record as TOML."""
    told = "The whole design of a study. In this folder, this runs it again:\n"
    told += f"#   {repeat_command(record)}"
    if record.get(MISSING):
        told = (
            f"The design of a study but for what stands under [{MISSING}], which no file can "
            "hold.\n# It can be run again from Python, with these added."
        )
    return f"# {told}\n\n{tomli_w.dumps(record)}"


def repeat_command(record):
    """Return the command that runs the study again; it names the data if the record does not."""
    data = {"tasks": "TABLE ", "corpora": "SOURCE TARGET "}[record["study"]]
    data = "" if record["inputs"] else data
    return f"skprognet {record['study']} {data}--design {DESIGN_FILE} --output again"


def read_record(path):
    """Return what a TOML file holds.

    Raises
    ------
    ValueError
        If it is no TOML.
    OSError
        If it cannot be read.
    """
    try:
        return tomllib.loads(Path(path).read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(
            f"A design must be a TOML file; {str(path)!r} is not: {error}."
        ) from error


def read_design(path):
    """Read the design of a study from a TOML file, such as the design.toml beside its results.

    Parameters
    ----------
    path : path
        The file. What it does not say has its default.

    Returns
    -------
    TasksDesign or CorporaDesign
        By the value ``study`` of the file. ``design.to_arguments()`` is for the function that
        runs the study.

    Raises
    ------
    ValueError
        If it is no TOML, a value is unknown or out of range, or the file says that it is not the
        whole design.
    TypeError
        If a parameter of the network is of the wrong kind.
    OSError
        If the file cannot be read.

    See Also
    --------
    write_study : Writes design.toml.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skprognet.experiments import read_design
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "design.toml")
    ...     written = path.write_text('study = "tasks"\\nsources = ["gender"]\\nn_repeats = 2')
    ...     design = read_design(path)
    >>> design.title, design.n_repeats, design.n_splits
    ('Emotion recognition with transfer from gender', 2, 10)
    """
    record = read_record(path)
    kind = DESIGNS.get(record.get("study"))
    if kind is None:
        raise ValueError(
            f"The design {str(path)!r} must say study = 'tasks' or study = 'corpora'; got "
            f"{record.get('study')!r}. Add it."
        )
    check_record(record, kind, path)
    return kind.from_dict(record)


def check_record(record, design, path):
    """Raise unless a record is that of a design of this kind: whole, with known names and types.

    Parameters
    ----------
    record : dict
        What was read; values may be left out.
    design : type
        TasksDesign or CorporaDesign.
    path : path
        Where it was read from, for messages.

    Raises
    ------
    ValueError
        If it is not.
    """
    where = f"The design {str(path)!r}"
    if record.get("study", design.study) != design.study:
        raise ValueError(
            f"{where} is of the study {record['study']!r}; run it with: skprognet "
            f"{record['study']} --design {path}"
        )
    missing = record.get(MISSING, {})
    if missing:
        lacking = first_few([f"{name}: {value}" for name, value in missing.items()])
        raise ValueError(
            f"{where} is not the whole design: it lacks {lacking}, which no file can hold. Run "
            f"the study again from Python, with these; or take the table [{MISSING}] out, to run "
            "another study without them."
        )
    values = {name: value for name, value in record.items() if name not in _NO_VALUES}
    check_values(values, {n: each.type for n, each in options_of(design).items()}, where)
    network = record.get("network", {})
    if "random_state" in network:
        raise ValueError(
            f"{where} must have 'random_state' above its tables, since it is that of folds and "
            "networks. Move it there."
        )
    _check_names(network, network_parameters(design().estimator), f"{where}, table network,")


def check_values(values, kinds, where):
    """Raise unless all values are known, and each is of the type that its field has.

    Parameters
    ----------
    values : dict
        Values of TOML.
    kinds : dict of str to type
        The type of each value that there may be, such as ``int`` or ``tuple[str, ...]``.
    where : str
        Where they were read, for messages.

    Raises
    ------
    ValueError
        If one is not.
    """
    _check_names(values, kinds, where)
    for name, value in values.items():
        kind, several = kind_of_value(kinds[name]), takes_several(kinds[name])
        if several:
            fits = isinstance(value, list) and all(type(each) is kind for each in value)
        else:
            fits = type(value) is kind
        if not fits:
            told = f"a list, each {_KINDS[kind]}" if several else _KINDS[kind]
            raise ValueError(f"{where} must have {told}, as {name!r}; got {value!r}.")


def _check_names(values, known, where):
    for name in values:
        if name not in known:
            near = nearest_name(name, known)
            told = f"the nearest is {near!r}" if near else f"there are {', '.join(sorted(known))}"
            raise ValueError(f"{where} has no value {name!r}; {told}. Correct it, or take it out.")


def _flat(record, prefix=""):
    """Return a record with the names of its tables before those of their values."""
    flat = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = list(value) if isinstance(value, tuple) else value
    return flat


def differences(then, now):
    """Return what differs between two records in words, such as "random_state (then 0, now 1)"."""
    return _wording.differences(_flat(then), _flat(now))


def essence(record):
    """Return what two runs must share to be one; versions are the checkpoint's affair."""
    apart = {"inputs": record.get("inputs", {}).get("features", []), "versions": None}
    return {name: value for name, value in record.items() if name != FOUND} | apart


def describe_record(record):
    """Return what makes a run the one it is, as text by name."""
    return {name: str(value) for name, value in _flat(essence(record)).items()}
