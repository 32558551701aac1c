"""Every public name is in the reference and in the user guide."""

import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

import skprognet

DOCS = Path(__file__).parents[1] / "docs"
REFERENCE = (DOCS / "api.rst").read_text("utf-8")
GUIDE = {path.stem: path.read_text("utf-8") for path in (DOCS / "user_guide").glob("*.rst")}
# The command line has a page instead; a version is no more than its number.
NO_PAGE = {"skprognet.cli", "skprognet.__main__"}
# Folders within a package are for this package itself, and for the command line.
FOUND = [module.name for module in pkgutil.iter_modules(skprognet.__path__, "skprognet.")]
MODULES = ["skprognet", *(name for name in FOUND if "._" not in name and name not in NO_PAGE)]


def public_names(module):
    return set(import_module(module).__all__) - {"__version__"}


def listed():
    """Return the names in api.rst by module, in the order in which they stand there."""
    names, module = {}, None
    for line in REFERENCE.splitlines():
        if match := re.fullmatch(r".. currentmodule:: (\S+)", line):
            module = match[1]
        elif match := re.fullmatch(r"   (\w+)", line):
            names.setdefault(module, []).append(match[1])
    return names


@pytest.mark.parametrize("module", MODULES)
def test_public_names_are_listed_once(module):
    elsewhere = set() if module == "skprognet" else public_names("skprognet")
    assert sorted(listed()[module]) == sorted(public_names(module) - elsewhere)


def test_the_menu_has_a_heading_for_each_group():
    groups = re.findall(r"   :toctree: generated\n(   :caption: .+\n)?", REFERENCE)
    assert all(groups)
    assert len(set(groups)) == len(groups)


def test_nothing_else_is_listed():
    assert set(listed()) == set(MODULES)


@pytest.mark.parametrize("module", MODULES[1:])
def test_reference_leads_to_guide(module):
    station = module.removeprefix("skprognet.")
    section = REFERENCE.partition(f".. currentmodule:: {module}\n")[0].rpartition("\n---")[2]
    assert f":doc:`user_guide/{station}`" in section


@pytest.mark.parametrize("module", MODULES)
def test_guide_has_every_name(module):
    pages = GUIDE.values() if module == "skprognet" else [GUIDE[module.removeprefix("skprognet.")]]
    text = " ".join(pages)
    names = public_names(module)
    assert not [name for name in names if not re.search(rf"(?<!\w){name}(?!\w)", text)]
