"""Store and rebuild sources that are not estimators.

Each class of sources defines its state with `to_state` and rebuilds a source with `from_state`,
which checks everything. A file holds no code, so loading a `TorchSource` needs its module.
"""

from dataclasses import dataclass

from skprognet._wording import first_few, printable
from skprognet.sources import LayerSource, TorchSource, check_described, check_module

SOURCES = {cls.__name__: cls for cls in (LayerSource, TorchSource)}


class WrongModuleError(ValueError):
    """A module is missing or is another one; its message continues "The model ..."."""


@dataclass
class WithoutModule:
    """The state of a `TorchSource` from a file, before it gets its module."""

    state: dict


def build_source(name, state):
    """Return the source of the class `name` with that state.

    Parameters
    ----------
    name : str
        One of `SOURCES`.
    state : dict
        The result of its `to_state`.

    Returns
    -------
    Source or WithoutModule
        A TorchSource is returned as its state, since it still needs its module.

    Raises
    ------
    Exception
        Of any kind, if there is no such class, or the state does not fit it.
    """
    if name not in SOURCES:
        raise ValueError(f"the source {name!r:.80} is not one of {', '.join(SOURCES)}")
    if name != TorchSource.__name__:
        return SOURCES[name].from_state(state)
    described = state.get("module")
    if type(described) is not dict or type(described.get("class")) is not str:
        raise ValueError("the module of a TorchSource has no description")
    return WithoutModule(state)


class Modules:
    """The torch modules that the user passes for a file, by the names of their sources.

    Parameters
    ----------
    modules : dict of str to torch.nn.Module, or None
        The modules.
    """

    def __init__(self, modules):
        if not (modules is None or isinstance(modules, dict)):
            raise TypeError(
                "modules must be a dict with the torch module of each source by its name; got "
                f"{type(modules).__name__}. Pass modules={{'name': module}}."
            )
        self._modules = modules or {}
        self._used = set()

    def complete(self, source):
        """Return a parameter `source`, possibly a list of (name, source), with its modules."""
        if isinstance(source, (list, tuple)):
            return type(source)((name, self._complete(name, part)) for name, part in source)
        return self._complete("source", source)

    def _complete(self, name, source):
        if not isinstance(source, WithoutModule):
            return source
        if name not in self._modules:
            raise WrongModuleError(
                f"reads the torch module {name!r} of the class {_class(source)}, for which the "
                "file has the weights but not the code. Load it in Python with "
                f"load_model(path, modules={{{name!r}: module}}), where module is a new instance "
                "of this class."
            )
        self._used.add(name)
        try:
            check_module(self._modules[name])
            check_described(self._modules[name], source.state["module"])
        except (TypeError, ValueError) as error:
            raise WrongModuleError(
                f"reads the torch module {name!r}, which modules[{name!r}] cannot replace. {error}"
            ) from error
        return TorchSource.from_state(source.state, self._modules[name])

    def check_all_used(self):
        """Raise if there is a module that no source needs."""
        unused = self._modules.keys() - self._used
        if unused:
            raise WrongModuleError(
                f"reads no torch module {first_few(sorted(unused))}. Pass only the modules that "
                f"it reads: {first_few(sorted(self._used)) or 'none'}."
            )


def modules_of(source):
    """Return the torch modules that a source and its own sources read, by name."""
    modules = {}
    for name, part in source.sources:
        modules |= {name: part.module} if isinstance(part, TorchSource) else modules_of(part)
    return modules


def _class(source):
    return printable(source.state["module"]["class"][:80])
