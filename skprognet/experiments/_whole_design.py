"""The plain values of a design: whole, of one kind of study, and all of them known."""

from skprognet._scores import TOGETHER
from skprognet._wording import first_few, nearest_name
from skprognet.experiments._arguments import options_of
from skprognet.experiments._network_values import parameter_names
from skprognet.experiments._record import FOUND, MISSING

# What stands in design.toml beside the values of a design.
BESIDE = ("study", "network", "inputs", "sha256", "versions", MISSING, TOGETHER, *FOUND)


def check_whole(values, design, path=None):
    """Raise unless these are the values of a design of this kind; some may be left out.

    Parameters
    ----------
    values : dict
        Plain values by name, and ``network`` with those of the network.
    design : type
        TasksDesign or CorporaDesign.
    path : path, default=None
        Where they were read, for messages.

    Raises
    ------
    TypeError
        If it is no dict.
    ValueError
        If it is the design of another study, lacks what no file can hold, or has a value that is
        not known.
    """
    where = "The design" if path is None else f"The design {str(path)!r}"
    network = values.get("network", {}) if isinstance(values, dict) else None
    if not isinstance(network, dict):
        raise TypeError(f"{where} must be a dict, and so must its network; got {values!r:.200}.")
    _check_study(values.get("study", design.study), design.study, where, path)
    _check_age(values, where)
    missing = values.get(MISSING, {})
    if missing:
        lacking = first_few([f"{name}: {value}" for name, value in missing.items()])
        raise ValueError(
            f"{where} is not the whole design: it lacks {lacking}, which no file can hold. Run "
            f"the study again from Python, with these; or take the table [{MISSING}] out, to run "
            "another study without them."
        )
    check_names(values, [*options_of(design), *BESIDE], where)
    if "random_state" in network:
        raise ValueError(
            f"{where} must have 'random_state' above its tables, since it is that of folds and "
            "networks. Move it there."
        )
    check_names(network, parameter_names(), f"{where}, table network,")


def _check_study(found, wanted, where, path):
    if found != wanted:
        advice = f"run it with: skprognet {found} --design {path}"
        if path is None:
            advice = f"make it with the class of that study, not of {wanted!r}."
        raise ValueError(f"{where} is of the study {found!r}; {advice}")


def _check_age(values, where):
    if "both_directions" in values:
        raise ValueError(
            f"{where} is of an earlier version, whose studies had two corpora: it has "
            "'both_directions', which sources and targets replace. Run the study from its tables, "
            "with --targets and the name of the second for one direction alone."
        )


def check_names(values, known, where):
    """Raise unless all names are known; `where` says where they stand."""
    for name in values:
        if name not in known:
            near = nearest_name(str(name), known)
            known = ", ".join(sorted(set(known) - set(BESIDE)))
            hint = f"the nearest is {near!r}" if near else f"there are {known}"
            raise ValueError(f"{where} has no value {name!r}; {hint}. Correct it, or take it out.")
