"""Read a design from a TOML file, and check that its values fit its study."""

import tomllib
from pathlib import Path

from skprognet.experiments._arguments import (
    kind_of_value,
    options_of,
    takes_all,
    takes_several,
    takes_table,
)
from skprognet.experiments._corpora_design import CorporaDesign
from skprognet.experiments._tasks_design import TasksDesign
from skprognet.experiments._whole_design import BESIDE, check_names, check_whole

DESIGNS = {kind.study: kind for kind in (TasksDesign, CorporaDesign)}
_KINDS = {str: "text", bool: "true or false", int: "an integer"}


def read_record(path):
    """Return the content of a TOML file.

    Raises
    ------
    ValueError
        If it is not TOML.
    OSError
        If it cannot be read.
    """
    try:
        return tomllib.loads(Path(path).read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(
            f"A design must be a TOML file; got {str(path)!r}: {error}. Correct the file."
        ) from error


def read_design(path):
    r"""Read the design of a study from a TOML file, such as the design.toml beside its results.

    Parameters
    ----------
    path : path
        The file. Missing values have their defaults.

    Returns
    -------
    TasksDesign or CorporaDesign
        A design of the kind that ``study`` in the file names. ``design.to_arguments()`` gives the
        arguments of the function that runs the study.

    Raises
    ------
    ValueError
        If the file is not TOML, ``study`` is missing or unknown, a value is unknown, of the wrong
        type or out of range, or the table ``missing`` of the file lists values that no file can
        hold, so that the design is incomplete.
    TypeError
        If a parameter of the network is of the wrong type.
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
            f"The design {str(path)!r} must have study = 'tasks' or study = 'corpora'; got "
            f"{record.get('study')!r}. Add this value."
        )
    check_record(record, kind, path)
    return kind.from_dict(record)


def check_record(record, design, path):
    """Raise unless a record is a design of this kind, with known names and types.

    Parameters
    ----------
    record : dict
        The content of the file; values may be left out.
    design : type
        TasksDesign or CorporaDesign.
    path : path
        The file, for messages.

    Raises
    ------
    ValueError
        If the record is not such a design.
    """
    check_whole(record, design, path)
    values = {name: value for name, value in record.items() if name not in BESIDE}
    kinds = {name: each.type for name, each in options_of(design).items()}
    check_values(values, kinds, f"The design {str(path)!r}")


def check_values(values, kinds, where):
    """Raise unless all values are known and have the types of their fields.

    Parameters
    ----------
    values : dict
        Values of TOML.
    kinds : dict of str to type
        The type of each allowed value, such as ``int`` or ``tuple[str, ...]``.
    where : str
        Name of the file, for messages.

    Raises
    ------
    ValueError
        If a value is unknown or of another type.
    """
    check_names(values, kinds, where)
    for name, value in values.items():
        kind, several = kind_of_value(kinds[name]), takes_several(kinds[name])
        is_flag = takes_all(kinds[name]) and type(value) is bool
        if is_flag or (takes_table(kinds[name]) and type(value) is dict):
            fits = True
        elif several:
            fits = isinstance(value, list) and all(type(each) is kind for each in value)
        else:
            fits = type(value) is kind
        if not fits:
            what = f"a list in which each value is {_KINDS[kind]}" if several else _KINDS[kind]
            what = f"true, false or {what}" if takes_all(kinds[name]) else what
            what += " or a table" if takes_table(kinds[name]) else ""
            raise ValueError(f"{where} must have {name!r} as {what}; got {value!r}.")
