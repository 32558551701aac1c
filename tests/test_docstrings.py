"""Docstrings and signatures say the same: parameters by name, defaults by value."""

import ast
import inspect
import pkgutil
from importlib import import_module

import pytest
from numpydoc.docscrape import NumpyDocString

import skprognet


def public_modules():
    names = [module.name for module in pkgutil.walk_packages(skprognet.__path__, "skprognet.")]
    return ["skprognet", *(name for name in names if "._" not in name)]


def public_names(module):
    """Return `__all__`, or what a module of one file defines without an underscore."""
    defined = (
        name
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", None) == module.__name__ and not name.startswith("_")
    )
    return getattr(module, "__all__", None) or list(defined)


def own_methods(cls):
    """Yield the public methods and properties that a class does not owe to another library."""
    for base in cls.__mro__:
        if base.__module__.startswith("skprognet"):
            # scikit-learn puts set_fit_request and its like on the class itself.
            own = (name for name in vars(base) if not name.endswith("_request"))
            yield from (f"{cls.__name__}.{name}" for name in own if not name.startswith("_"))


def public_objects():
    """Yield the parameters `path, object` of every public class, function and method."""
    for module in map(import_module, public_modules()):
        for name in public_names(module):
            thing = getattr(module, name)
            if inspect.isclass(thing) or inspect.isfunction(thing):
                yield pytest.param(thing, id=f"{module.__name__}.{name}")
            if inspect.isclass(thing):
                for path in sorted(set(own_methods(thing))):
                    method = inspect.getattr_static(thing, path.rpartition(".")[2])
                    yield pytest.param(method, id=f"{module.__name__}.{path}")


def signature_defaults(thing):
    """Return each parameter as it is documented (``*args``, ``**params``) with its default."""
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return {
        stars.get(parameter.kind, "") + name: parameter.default
        for name, parameter in inspect.signature(thing).parameters.items()
        if name != "self"
    }


def documented_types(thing):
    """Return each parameter of the docstring with what stands behind its colon."""
    sections = NumpyDocString(inspect.getdoc(thing))
    return {
        name: entry.type for entry in sections["Parameters"] for name in entry.name.split(", ")
    }


def may_be_brief(thing):
    """Return whether one sentence is enough: for a method, and where hints give the types."""
    is_method = inspect.isfunction(thing) and "." in thing.__qualname__
    return is_method or bool(inspect.get_annotations(thing))


@pytest.mark.parametrize("thing", list(public_objects()))
def test_docstring_agrees_with_signature(thing):
    assert inspect.getdoc(thing), "has no docstring"
    if not callable(thing):  # a property
        return
    actual, documented = signature_defaults(thing), documented_types(thing)
    if documented or not may_be_brief(thing):
        assert list(documented) == list(actual)
    for name, kind in documented.items():
        _, given, default = kind.partition("default=")
        if given and default != str(actual[name]):
            assert ast.literal_eval(default) == actual[name], f"{name} : {kind}"
