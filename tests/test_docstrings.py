"""Docstrings document parameters, defaults and errors, and have an example.

The option ``--doctest-modules`` in pyproject.toml runs the examples.
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
    """Yield the public methods and properties that a class has from this package."""
    for base in cls.__mro__:
        if base.__module__.startswith("skprognet"):
            # scikit-learn adds set_fit_request and the like to the class.
            # The docstring of the class documents other attributes.
            names = (
                name
                for name, value in vars(base).items()
                if hasattr(value, "__get__") and not name.endswith("_request")
            )
            yield from (f"{cls.__name__}.{name}" for name in names if not name.startswith("_"))


def public_objects():
    """Yield the parameters `path, object` of every public class, function and method."""
    for module in map(import_module, public_modules()):
        for name in module.__all__:
            obj = getattr(module, name)
            if inspect.isclass(obj) or inspect.isfunction(obj):
                yield pytest.param(obj, id=f"{module.__name__}.{name}")
            if inspect.isclass(obj):
                for path in sorted(set(own_methods(obj))):
                    method = inspect.getattr_static(obj, path.rpartition(".")[2])
                    yield pytest.param(method, id=f"{module.__name__}.{path}")


def signature_defaults(obj):
    """Return each parameter as documented (``*args``, ``**params``) with its default."""
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return {
        stars.get(parameter.kind, "") + name: parameter.default
        for name, parameter in inspect.signature(obj).parameters.items()
        if name != "self"
    }


def documented_types(obj):
    """Return each parameter of the docstring with the text after its colon."""
    sections = NumpyDocString(inspect.getdoc(obj))
    return {
        name: entry.type for entry in sections["Parameters"] for name in entry.name.split(", ")
    }


def may_be_brief(obj):
    """Return whether one sentence is enough, as for methods and functions with type hints."""
    is_method = inspect.isfunction(obj) and "." in obj.__qualname__
    return is_method or bool(inspect.get_annotations(obj))


@pytest.mark.parametrize("obj", list(public_objects()))
def test_the_docstring_agrees_with_the_signature(obj):
    assert inspect.getdoc(obj), "has no docstring"
    if not callable(obj):  # a property
        return
    actual, documented = signature_defaults(obj), documented_types(obj)
    if documented or not may_be_brief(obj):
        assert list(documented) == list(actual)
    for name, kind in documented.items():
        if name.startswith("*") or kind == "None":  # y of a transformer, which has no meaning
            continue
        _, states_default, default = kind.partition("default=")
        has_default = actual[name] is not inspect.Parameter.empty
        assert bool(states_default) == has_default, (
            f"{name} : {kind}, but in the signature {actual[name]}"
        )
        if states_default and default != str(actual[name]):
            assert ast.literal_eval(default) == actual[name], f"{name} : {kind}"


def is_top_level(obj):
    return inspect.isclass(obj) or (inspect.isfunction(obj) and "." not in obj.__qualname__)


def raised_in(obj):
    """Return the errors and checks in the source of a function or of a constructor."""
    if inspect.isclass(obj):
        obj = obj.__init__
    function = inspect.unwrap(getattr(obj, "fget", None) or getattr(obj, "__func__", obj))
    if not inspect.isfunction(function) or not function.__module__.startswith("skprognet"):
        return set()
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except OSError:  # a method that a dataclass generates has no source
        return set()
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    raised = {ast.unparse(node.exc) for node in ast.walk(tree) if getattr(node, "exc", None)}
    checked = {call for call in calls if call.startswith("check_")} - {"check_is_fitted"}
    return checked | {name for name in raised if not name.startswith("NotImplementedError")}


@pytest.mark.parametrize("obj", list(public_objects()))
def test_errors_are_documented(obj):
    sections = NumpyDocString(inspect.getdoc(obj))
    assert sections["Raises"] or not raised_in(obj)


@pytest.mark.parametrize(
    "obj", [param for param in public_objects() if is_top_level(param.values[0])]
)
def test_every_class_and_function_has_an_example(obj):
    assert any(line.startswith(">>> ") for line in NumpyDocString(inspect.getdoc(obj))["Examples"])


def test_raised_in_finds_errors_in_the_source():
    assert raised_in(skprognet.model_selection.RepeatedSpeakerStratifiedKFold) == {"check_number"}
    assert raised_in(skprognet.DNNClassifier) == set()
    assert any(
        "source_importances" in text
        for text in raised_in(skprognet.ProgressiveClassifier.source_importances)
    )
