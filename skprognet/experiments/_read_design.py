"""A design in a TOML file: read, and checked by what its study takes."""

import tomllib
from pathlib import Path

from skprognet._wording import first_few, nearest_name
from skprognet.experiments._arguments import kind_of_value, options_of, takes_several
from skprognet.experiments._corpora_design import CorporaDesign
from skprognet.experiments._network_values import network_parameters
from skprognet.experiments._record import FOUND, MISSING
from skprognet.experiments._tasks_design import TasksDesign

DESIGNS = {kind.study: kind for kind in (TasksDesign, CorporaDesign)}
_NO_VALUES = ("study", "network", "inputs", "sha256", "versions", MISSING, FOUND)
_KINDS = {str: "text", bool: "true or false", int: "an integer"}


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
    r"""Read the design of a study from a TOML file, such as the design.toml beside its results.

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
    ...     written = path.write_text('study = "tasks"\nsources = ["gender"]\nn_repeats = 2')
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
