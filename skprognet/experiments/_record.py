"""The record of a study, design.toml, from which it can be run again."""

import platform
from importlib.metadata import PackageNotFoundError, version

import tomli_w

from skprognet import _wording
from skprognet._files import sha256
from skprognet._scores import TOGETHER
from skprognet.experiments._arguments import DESIGN_FILE

# Results of a run, which are not part of its design.
DROPPED, SCALES = "dropped_rows", "scales"
FOUND = (DROPPED, SCALES)
# The table that describes values which a record cannot hold.
MISSING = "missing"
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


def installed_versions():
    """Return the versions of the installed libraries that the numbers depend on, by name."""
    versions = {"python": platform.python_version(), "platform": platform.platform()}
    for name in _LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def make_record(design, inputs=None, files=None, n_together=None):
    """Return all that is needed to run a study again.

    Parameters
    ----------
    design : TasksDesign or CorporaDesign
        The design of the study.
    inputs : dict, default=None
        The origin of the data, as plain values.
    files : dict of str to path, default=None
        The inputs that are files.
    n_together : int, default=None
        How many networks are trained at once. None is 1 on a CPU.

    Returns
    -------
    dict
        The values of the design, and the tables inputs, sha256 and versions. It
        holds ``trained_together`` if networks are trained together, since their dropout masks then
        differ from those of networks trained one by one.
    """
    values = design.to_dict()
    together = (n_together or 1) > 1 or _is_on_cuda(values)
    return {
        **values,
        **({TOGETHER: True} if together else {}),
        "inputs": inputs or {},
        "sha256": {name: sha256(path) for name, path in (files or {}).items()},
        "versions": installed_versions(),
    }


def add_found(record, study):
    """Return a record with the results of the run: dropped rows, and the scales of numbers."""
    rows = study.dropped_rows
    if record["study"] == "tasks":  # there is one corpus
        rows = [row for dropped in rows.values() for row in dropped]
    results = {DROPPED: rows, SCALES: study.scales, TOGETHER: TOGETHER in study.scores}
    return record | {name: value for name, value in results.items() if value}


def format_record(record):
    """Return a record as TOML."""
    head = "The whole design of a study. To run it again, use this command in this folder:\n"
    head += f"#   {repeat_command(record)}"
    if record.get(MISSING):
        head = (
            f"The design of a study without the values listed in [{MISSING}], which no file can "
            "hold.\n# To run it again, add these values in Python."
        )
    return f"# {head}\n\n{tomli_w.dumps(record)}"


def repeat_command(record):
    """Return the command that runs the study again, with tables if the record has no inputs."""
    n_tables = max(2, len(record["names"])) if record["study"] == "corpora" else 1
    data = "" if record["inputs"] else "TABLE " * n_tables
    # On a CUDA device, networks are trained together by default. Any number gives the same scores.
    together = " --n-together 2" if record.get(TOGETHER) and not _is_on_cuda(record) else ""
    return f"skprognet {record['study']} {data}--design {DESIGN_FILE} --output again{together}"


def _is_on_cuda(record):
    return str(record["network"].get("device")).startswith("cuda")


def _flat(record, prefix=""):
    """Return a record without nested tables: names of tables are put before those of values."""
    flat = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def differences(then, now):
    """Say what differs between two records, such as "random_state (then 0, now 1)"."""
    return _wording.differences(_flat(then), _flat(now))


def differ_only_in(names, then, now):
    """Return whether all values that differ between two records are among `names`, if any."""
    then, now = _flat(then), _flat(now)
    differing = [name for name in then.keys() | now.keys() if then.get(name) != now.get(name)]
    return bool(names) and set(differing) <= set(names)


def identity_of(record):
    """Return the values that identify a run, without versions, which the checkpoint compares."""
    apart = {"inputs": record.get("inputs", {}).get("features", []), "versions": None}
    together = record.get(TOGETHER)
    apart["training"] = "together, n_together of 2 or more" if together else "one by one"
    left_out = (*FOUND, TOGETHER)
    return {name: value for name, value in record.items() if name not in left_out} | apart


def describe_record(record):
    """Return the values that identify a run, as text by name."""
    return {name: str(value) for name, value in _flat(identity_of(record)).items()}
