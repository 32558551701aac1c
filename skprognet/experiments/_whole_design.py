"""Check the plain values of a design: complete, of one kind of study, and all of them known."""

from skprognet._scores import TOGETHER
from skprognet._wording import did_you_mean, first_few
from skprognet.experiments._arguments import options_of
from skprognet.experiments._network_values import parameter_names
from skprognet.experiments._record import FOUND, MISSING

# What design.toml holds besides the values of a design.
BESIDE = ("study", "network", "inputs", "sha256", "versions", MISSING, TOGETHER, *FOUND)
# Those of them that are tables.
_TABLES = ("network", "inputs", "sha256", "versions", MISSING)


def check_whole(values, design, path=None):
    """Raise unless these are the values of a design of this kind; some may be left out.

    Parameters
    ----------
    values : dict
        Plain values by name, and ``network`` with the parameters of the network.
    design : type
        TasksDesign or CorporaDesign.
    path : path, default=None
        The file that they came from, for messages.

    Raises
    ------
    TypeError
        If `values` is not a dict.
    ValueError
        If it is the design of another study, lists missing values, has an unknown value, or has
        another value in place of a table.
    """
    where = "The design" if path is None else f"The design {str(path)!r}"
    if not isinstance(values, dict):
        raise TypeError(f"{where} must be a dict; got {values!r:.200}. Pass a dict.")
    _check_study(values.get("study", design.study), design.study, where, path)
    for name in _TABLES:
        if not isinstance(values.get(name, {}), dict):
            raise ValueError(
                f"{where} must have {name!r} as a table, which is a dict in Python; got "
                f"{values[name]!r:.200}. Write its values below the line [{name}]."
            )
    network = values.get("network", {})
    _check_age(values, where)
    missing = values.get(MISSING, {})
    if missing:
        lacking = first_few([f"{name}: {value}" for name, value in missing.items()])
        raise ValueError(
            f"{where} must be complete; got one without {lacking}, which no file can hold. Run "
            f"the study again from Python, with these values; or remove the table [{MISSING}], to "
            "run another study without them."
        )
    check_names(values, [*options_of(design), *BESIDE], where)
    if "random_state" in network:
        raise ValueError(
            f"{where} must have 'random_state' above its tables, since it is the seed of folds "
            "and networks; got it in the table network. Move it to the top."
        )
    check_names(network, parameter_names(), f"{where}, table network,")


def _check_study(found, wanted, where, path):
    if found != wanted:
        advice = f"Run it with: skprognet {found} --design {path}"
        if path is None:
            advice = f"Use the class of the study {found!r}."
        raise ValueError(f"{where} must be of the study {wanted!r}; got {found!r}. {advice}")


def _check_age(values, where):
    if "both_directions" in values:
        raise ValueError(
            f"{where} must be of this version; got 'both_directions' of an earlier version, which "
            "sources and targets have replaced. Run the study from its tables; for one direction "
            "only, use --targets with the name of the second table."
        )


def check_names(values, known, where):
    """Raise unless all names are known; `where` names the file or table for messages."""
    for name in values:
        if name not in known:
            listed = ", ".join(sorted(set(known) - set(BESIDE)))
            hint = did_you_mean(name, known, f"Known names are {listed}.")
            raise ValueError(f"{where} must have only known names; got {name!r}. {hint}")
