"""Docstrings say what the code does: parameters, defaults, errors; and show it in an example.

That the examples run is tested by ``--doctest-modules``, which pyproject.toml switches on.
"""

import ast
import inspect
import pkgutil
import textwrap
from importlib import import_module

import pytest
from numpydoc.docscrape import NumpyDocString

import skprognet
import skprognet.evaluation


def public_modules():
    names = [module.name for module in pkgutil.iter_modules(skprognet.__path__, "skprognet.")]
    return ["skprognet", *(name for name in names if "._" not in name and "__" not in name)]


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
        for name in module.__all__:
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
        if name.startswith("*") or kind == "None":  # y of a transformer, which has no meaning
            continue
        _, given, default = kind.partition("default=")
        has_default = actual[name] is not inspect.Parameter.empty
        assert bool(given) == has_default, f"{name} : {kind}, but in the signature {actual[name]}"
        if given and default != str(actual[name]):
            assert ast.literal_eval(default) == actual[name], f"{name} : {kind}"


def is_top_level(thing):
    return inspect.isclass(thing) or (inspect.isfunction(thing) and "." not in thing.__qualname__)


def raised_in(thing):
    """Return what a function, or the constructor of a class, raises or has checked, by name."""
    if inspect.isclass(thing):
        thing = vars(thing).get("__init__")
    function = inspect.unwrap(getattr(thing, "fget", None) or getattr(thing, "__func__", thing))
    if not inspect.isfunction(function) or not function.__module__.startswith("skprognet"):
        return set()
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except OSError:  # what dataclasses write has no source
        return set()
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    raised = {ast.unparse(node.exc) for node in ast.walk(tree) if getattr(node, "exc", None)}
    checked = {call for call in calls if call.startswith("check_")} - {"check_is_fitted"}
    return checked | {name for name in raised if not name.startswith("NotImplementedError")}


@pytest.mark.parametrize("thing", list(public_objects()))
def test_errors_are_documented(thing):
    sections = NumpyDocString(inspect.getdoc(thing))
    assert sections["Raises"] or not raised_in(thing)


@pytest.mark.parametrize(
    "thing", [param for param in public_objects() if is_top_level(param.values[0])]
)
def test_example_is_shown(thing):
    assert any(
        line.startswith(">>> ") for line in NumpyDocString(inspect.getdoc(thing))["Examples"]
    )


def test_errors_are_found():
    assert raised_in(skprognet.model_selection.RepeatedSpeakerStratifiedKFold) == {"check_number"}
    assert raised_in(skprognet.DNNClassifier) == set()
    assert any(
        "source_importances" in text
        for text in raised_in(skprognet.ProgressiveClassifier.source_importances)
    )
