"""The record of a study, from which it can be run again: design.toml."""

import hashlib
import platform
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import tomli_w

from skprognet.estimators import DNNClassifier
from skprognet.evaluation._run_identity import differences as tell_differences

RECORD = "design.toml"
# TOML has no null.
NOTHING = "none"
# Seeds of the networks follow from random_state of the study, so theirs would say nothing.
NOT_IN_RECORD = ("random_state",)
# What a run finds out: no part of what it is asked.
FOUND = ("dropped_rows",)
# What a record cannot hold, each with what it was in words.
MISSING = "missing"
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
    raise TypeError(f"{value!r} cannot be written to {RECORD}.")


def plain_design(design):
    """Return a design of plain values, before anything is trained that could not be written.

    Raises
    ------
    TypeError
        If a value cannot be written.
    """
    plain = {}
    for name, value in design.items():
        try:
            plain[name] = as_plain(value)
        except TypeError:
            raise TypeError(
                f"{name} must be text, a number or a list of them, since {RECORD} is to hold it; "
                f"got {value!r}."
            ) from None
    return plain


def describe_network(estimator):
    """Return those parameters of a network that are not its defaults, as plain values.

    None stands for None; what no file can hold is left out: see :func:`describe_missing`.
    """
    values, _ = _parameters(estimator)
    defaults, _ = _parameters(type(estimator)())
    return {name: v for name, v in values.items() if v != defaults.get(name)}


def describe_missing(estimator, other_methods=None):
    """Return in words what a record cannot hold, by its name, such as "network.optimizer".

    Parameters
    ----------
    estimator : DNNClassifier
        The network of a study.
    other_methods : dict of str to classifier, default=None
        Further classifiers.

    Returns
    -------
    dict of str to str
        Empty if the record is the whole design.
    """
    _, others = _parameters(estimator)
    told = {f"network.{name}": repr(value) for name, value in others.items()}
    methods = {f"other_methods.{name}": repr(m) for name, m in (other_methods or {}).items()}
    return told | methods


def _parameters(estimator):
    """Return the parameters of a network that a file can hold, and the others."""
    plain, others = {}, {}
    for name, value in estimator.get_params(deep=False).items():
        if name in NOT_IN_RECORD:
            continue
        try:
            plain[name] = None if value is None else as_plain(value)
        except TypeError:
            others[name] = value
    return plain, others


def all_parameters(network):
    """Return every parameter of the networks, defaults included, as TOML can hold it.

    A later version of the package may have other defaults.
    """
    values, _ = _parameters(DNNClassifier(**network))
    return {name: NOTHING if value is None else value for name, value in values.items()}


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
    network = all_parameters(design["network"])
    missing = design.get(MISSING, {})
    return {
        **design,
        "network": {k: v for k, v in network.items() if f"network.{k}" not in missing},
        "inputs": inputs or {},
        "sha256": {name: sha256(path) for name, path in (files or {}).items()},
        "versions": installed_versions(),
    }


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


def add_found(record, design):
    """Return a record with what the run has found out."""
    return record | {name: design[name] for name in FOUND if name in design}


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
        return tomllib.loads(Path(path).read_text("utf-8-sig"))
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
    return tell_differences(_flat(then), _flat(now))


def essence(record):
    """Return what two runs must share to be one; versions are the checkpoint's affair."""
    apart = {"inputs": record.get("inputs", {}).get("features", []), "versions": None}
    return {name: value for name, value in record.items() if name not in FOUND} | apart


def describe_record(record):
    """Return what makes a run the one it is, as text by name."""
    return {name: str(value) for name, value in _flat(essence(record)).items()}
