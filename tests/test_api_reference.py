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
# The command line has a page of its own.
NO_PAGE = {"skprognet.cli", "skprognet.__main__"}
# Private modules are not part of the reference.
SUBMODULES = [module.name for module in pkgutil.iter_modules(skprognet.__path__, "skprognet.")]
MODULES = ["skprognet", *(name for name in SUBMODULES if "._" not in name and name not in NO_PAGE)]


def public_names(module):
    return set(import_module(module).__all__) - {"__version__"}


def listed_names():
    """Return the names in api.rst by module, in the order of the page."""
    names, module = {}, None
    for line in REFERENCE.splitlines():
        if match := re.fullmatch(r".. currentmodule:: (\S+)", line):
            module = match[1]
        elif match := re.fullmatch(r"   (\w+)", line):
            names.setdefault(module, []).append(match[1])
    return names


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_listed_once(module):
    elsewhere = set() if module == "skprognet" else public_names("skprognet")
    assert sorted(listed_names()[module]) == sorted(public_names(module) - elsewhere)


def test_every_group_of_the_menu_has_a_heading():
    groups = re.findall(r"   :toctree: generated\n(   :caption: .+\n)?", REFERENCE)
    assert all(groups)
    assert len(set(groups)) == len(groups)


def test_only_public_modules_are_listed():
    assert set(listed_names()) == set(MODULES)


@pytest.mark.parametrize("module", MODULES[1:])
def test_each_section_of_the_reference_links_to_the_guide(module):
    page = module.removeprefix("skprognet.")
    section = REFERENCE.partition(f".. currentmodule:: {module}\n")[0].rpartition("\n---")[2]
    assert f":doc:`user_guide/{page}`" in section


@pytest.mark.parametrize("module", MODULES)
def test_the_guide_mentions_every_public_name(module):
    pages = GUIDE.values() if module == "skprognet" else [GUIDE[module.removeprefix("skprognet.")]]
    text = " ".join(pages)
    names = public_names(module)
    assert not [name for name in names if not re.search(rf"(?<!\w){name}(?!\w)", text)]
