"""The record of a study, from which it can be run again: design.toml."""

import hashlib
import platform
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import tomli_w

from skprognet.classifiers import DNNClassifier

RECORD = "design.toml"
# TOML has no null.
NOTHING = "none"
# Seeds of the networks follow from random_state of the study, so theirs would say nothing.
NOT_IN_RECORD = ("random_state",)
LIBRARIES = (
    "skprognet",
    "torch",
    "skorch",
    "scikit-learn",
    "numpy",
    "scipy",
    "pandas",
    "opensmile",
)


def sha256(path):
    """Return the SHA-256 of a file in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def installed_versions():
    """Return the versions of what the numbers depend on, by name; what is missing is left out."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def all_parameters(network):
    """Return every parameter of the networks, defaults included, as TOML can hold it.

    A later version of the package may have other defaults.
    """
    values = DNNClassifier(**network).get_params(deep=False)
    values = {name: value for name, value in values.items() if name not in NOT_IN_RECORD}
    values = {name: NOTHING if value is None else value for name, value in values.items()}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}


def make_record(design, inputs=None, files=None):
    """Return all that is needed to run a study again.

    Parameters
    ----------
    design : dict
        That of a Study.
    inputs : dict, default=None
        Where the data came from: plain values.
    files : dict of str to path, default=None
        Those of the inputs that are files.

    Returns
    -------
    dict
        The design, with all parameters of the network, and tables inputs, sha256 and versions.
    """
    return {
        **design,
        "network": all_parameters(design["network"]),
        "inputs": inputs or {},
        "sha256": {name: sha256(path) for name, path in (files or {}).items()},
        "versions": installed_versions(),
    }


def format_record(record):
    """Return a record as TOML."""
    return (
        "# The whole design of a study. In this folder, this runs it again:\n"
        f"#   {repeat_command(record)}\n\n{tomli_w.dumps(record)}"
    )


def repeat_command(record):
    """Return the command that runs the study again; it names the data if the record does not."""
    data = {"tasks": "TABLE ", "corpora": "SOURCE TARGET "}[record["study"]]
    data = "" if record["inputs"] else data
    return f"skprognet {record['study']} {data}--design {RECORD} --output again"


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
        return tomllib.loads(Path(path).read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(
            f"A design must be a TOML file; {str(path)!r} is not: {error}."
        ) from error


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
    then, now = _flat(then), _flat(now)
    names = [name for name in dict.fromkeys([*then, *now]) if then.get(name) != now.get(name)]
    return [f"{name} (then {then.get(name)}, now {now.get(name)})" for name in names]
