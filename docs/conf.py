"""Configuration of the documentation; names, authors and version come from the package."""

import pkgutil
import re
from importlib import import_module
from importlib.metadata import metadata
from pathlib import Path

from sphinx.util import logging

package = metadata("skprognet")

project = package["Name"]
author = package["Author"]
version = release = package["Version"]
copyright = f"2026, {author}"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "auto_examples/**.ipynb"]
default_role = "obj"  # `name` links to what it names

autosummary_generate = True
autodoc_typehints = "none"  # types are stated once, in the docstring
numpydoc_show_class_members = False  # the class template lists them
templates_path = ["_templates"]

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"/plot_",
    "within_subsection_order": "FileNameSortKey",  # numbered, to be read in order
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
}

html_theme = "pydata_sphinx_theme"
html_title = f"{project} {version}"
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
}
html_show_sourcelink = False


def skip_borrowed(app, what, name, member, skip, options):
    """Leave out what scikit-learn defines: its docstrings link to pages that only it has."""
    home = getattr(member, "__module__", None) or package["Name"]
    return skip or not home.startswith(package["Name"])


def warn_of_missing_names(app):
    """Warn if a public name is not in api.rst; the command line has a page of its own."""
    listed, module = [], None
    for line in (Path(app.srcdir) / "api.rst").read_text("utf-8").splitlines():
        if match := re.fullmatch(r".. currentmodule:: (\S+)", line):
            module = import_module(match[1])
        elif match := re.fullmatch(r"   (\w+)", line):
            listed.append(getattr(module, match[1]))
    root = import_module(package["Name"])
    names = [found.name for found in pkgutil.walk_packages(root.__path__, f"{root.__name__}.")]
    for module in map(import_module, [root.__name__, *(n for n in names if "._" not in n)]):
        for name in getattr(module, "__all__", []):
            thing = getattr(module, name)
            if name not in ("__version__", "main") and not any(thing is one for one in listed):
                logging.getLogger(__name__).warning(
                    "%s.%s is public but not in api.rst", module.__name__, name
                )


def setup(app):
    app.connect("autodoc-skip-member", skip_borrowed)
    app.connect("builder-inited", warn_of_missing_names)
