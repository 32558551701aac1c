"""Which sources that are no estimators can be stored.

Each of them says itself what its state is, with `to_state`, and is made of such a state again by
`from_state`, which believes nothing that it has not checked. A file holds no code, so whoever
loads a `TorchSource` passes its module along.
"""

from dataclasses import dataclass

from skprognet._wording import first_few, printable
from skprognet.sources import LayerSource, TorchSource, check_described, check_module

SOURCES = {cls.__name__: cls for cls in (LayerSource, TorchSource)}


class WrongModuleError(ValueError):
    """A module is missing or is another one; the message goes on where "The model" began."""


@dataclass
class WithoutModule:
    """What a file says of a `TorchSource`."""

    state: dict


def build_source(name, state):
    """Return the source of the class `name` with that state.

    Parameters
    ----------
    name : str
        One of `SOURCES`.
    state : dict
        What its `to_state` returned.

    Returns
    -------
    Source or WithoutModule

    Raises
    ------
    Exception
        Of any kind, if there is no such class, or the state is not one of its own.
    """
    if name not in SOURCES:
        raise ValueError(f"the source {name!r:.80} is not one of {', '.join(SOURCES)}")
    if name != TorchSource.__name__:
        return SOURCES[name].from_state(state)
    described = state.get("module")
    if type(described) is not dict or type(described.get("class")) is not str:
        raise ValueError("the module of a TorchSource is not described")
    return WithoutModule(state)


class Modules:
    """The torch modules that somebody passes along with a file, by the names of their sources.

    Parameters
    ----------
    given : dict of str to torch.nn.Module, or None
        The modules.
    """

    def __init__(self, given):
        if not (given is None or isinstance(given, dict)):
            raise TypeError(
                "modules must be a dict with the torch module of each source by its name; got "
                f"{type(given).__name__}."
            )
        self._given = given or {}
        self._used = set()

    def complete(self, source):
        """Return a parameter `source`, or a list of pairs of name and source, with its modules."""
        if isinstance(source, (list, tuple)):
            return type(source)((name, self._complete(name, each)) for name, each in source)
        return self._complete("source", source)

    def _complete(self, name, source):
        if not isinstance(source, WithoutModule):
            return source
        if name not in self._given:
            raise WrongModuleError(
                f"reads the torch module {name!r} of the class {_class(source)}, of which the "
                "file has the weights and not the code. Load it in Python with "
                f"load_model(path, modules={{{name!r}: module}}), where module is a new instance "
                "of this class."
            )
        self._used.add(name)
        try:
            check_module(self._given[name])
            check_described(self._given[name], source.state["module"])
        except (TypeError, ValueError) as error:
            raise WrongModuleError(
                f"reads the torch module {name!r}, which cannot be made of modules[{name!r}]. "
                f"{error}"
            ) from error
        return TorchSource.from_state(source.state, self._given[name])

    def check_all_used(self):
        """Raise if there is a module that no source needs."""
        unused = self._given.keys() - self._used
        if unused:
            raise WrongModuleError(
                f"reads no torch module {first_few(sorted(unused))}; modules must name those that "
                f"it reads, here {first_few(sorted(self._used)) or 'none'}."
            )


def modules_of(source):
    """Return the torch modules that a source reads, and those that its sources read, by name."""
    modules = {}
    for name, each in source.sources:
        modules |= {name: each.module} if isinstance(each, TorchSource) else modules_of(each)
    return modules


def _class(source):
    return printable(source.state["module"]["class"][:80])
